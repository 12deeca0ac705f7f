#include "server/http/response_head.h"

#include <gtest/gtest.h>

namespace vss::server {
namespace {

using std::chrono::seconds;

constexpr const char* kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

TEST(ResponseHead, KeepsTheConnectionInSoManyWords) {
  const Response response = {.body = "abc", .tail = "de"};
  EXPECT_EQ(
      FormatResponseHead(response, {.date = kDate, .keeps_alive = true, .idle_max = seconds(75)}),
      "HTTP/1.1 200 OK\r\n"
      "vss-protocol-version: 0\r\n"
      "content-length: 5\r\n"
      "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
      "connection: keep-alive\r\n"
      "keep-alive: timeout=75\r\n"
      "\r\n");
}

TEST(ResponseHead, ClosesAndCarriesMoreHeaders) {
  const Response response = {.status = 405, .headers = {{"allow", "POST"}}};
  EXPECT_EQ(FormatResponseHead(response, {.date = kDate}),
            "HTTP/1.1 405 Method Not Allowed\r\n"
            "vss-protocol-version: 0\r\n"
            "content-length: 0\r\n"
            "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "connection: close\r\n"
            "allow: POST\r\n"
            "\r\n");
}

TEST(ResponseHead, NoContentHasNoLength) {
  EXPECT_EQ(FormatResponseHead({.status = 204}, {.date = kDate}).find("content-length"),
            std::string::npos);
}

TEST(ResponseHead, FormatsDates) {
  EXPECT_EQ(FormatHttpDate(WallTime(seconds(784111777))), kDate);
  EXPECT_EQ(FormatHttpDate(WallTime(seconds(0))), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(FormatHttpDate(WallTime(seconds(951868799))), "Tue, 29 Feb 2000 23:59:59 GMT");
}

}  // namespace
}  // namespace vss::server
