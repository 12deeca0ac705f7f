#include "bench/load/reply.h"

#include <gtest/gtest.h>

#include <string>

namespace vss::bench {
namespace {

constexpr std::string_view kReply =
    "HTTP/1.1 409 Conflict\r\nvss-protocol-version: 0\r\nContent-Length: 5\r\n\r\nhello";

TEST(Reply, IsReadOnceItsHeadIsThere) {
  for (std::size_t size = 0; size < kReply.size() - 5; ++size) {
    EXPECT_EQ(ParseReplyHead(kReply.substr(0, size)).kind, ReplyHead::Kind::kPartial) << size;
  }
  const ReplyHead head = ParseReplyHead(kReply);
  EXPECT_EQ(head.kind, ReplyHead::Kind::kComplete);
  EXPECT_EQ(head.status, 409);
  EXPECT_EQ(head.head_size + head.body_size, kReply.size());
  EXPECT_FALSE(head.closes);
}

TEST(Reply, SaysWhetherTheConnectionIsKept) {
  const auto closes = [](const std::string& first, const std::string& connection) {
    return ParseReplyHead(first + "\r\ncontent-length: 0\r\n" + connection + "\r\n").closes;
  };
  EXPECT_FALSE(closes("HTTP/1.1 200 OK", ""));
  EXPECT_TRUE(closes("HTTP/1.1 200 OK", "Connection: close\r\n"));
  EXPECT_TRUE(closes("HTTP/1.0 200 OK", ""));
  EXPECT_FALSE(closes("HTTP/1.0 200 OK", "connection: keep-alive\r\n"));
}

TEST(Reply, IsRefusedWithoutALength) {
  for (const char* bytes : {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                            "HTTP/1.1 abc\r\ncontent-length: 0\r\n\r\n",
                            "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n", "hello\r\n\r\n"}) {
    EXPECT_EQ(ParseReplyHead(bytes).kind, ReplyHead::Kind::kBad) << bytes;
  }
}

}  // namespace
}  // namespace vss::bench
