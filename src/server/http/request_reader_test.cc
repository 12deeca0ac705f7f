#include "server/http/request_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace vss::server {
namespace {

constexpr ReaderLimits kLimits = {.header_bytes_max = 64 << 10};

constexpr std::uint64_t kBodyBytesMax = 1000;

const char* NameOf(Refusal refusal) {
  switch (refusal) {
    case Refusal::kMalformed:
      return "malformed";
    case Refusal::kHeadTooLarge:
      return "head too large";
    case Refusal::kTargetTooLong:
      return "target too long";
    case Refusal::kBodyTooLarge:
      return "body too large";
    default:
      return "another refusal";
  }
}

std::string Describe(const ParsedHead& head) {
  std::string text(head.method);
  text.append(" ").append(head.path);
  if (!head.keeps_alive) text += " close";
  if (head.expects_continue) text += " expects";
  if (const auto value = head.Last("x")) text.append(" x=[").append(*value).append("]");
  return text;
}

// Everything a reader finds in `bytes`, fed in pieces of the given sizes and then the rest: one
// line a request, and how it ended.
std::string ReadAll(std::string_view bytes, std::vector<std::size_t> pieces = {}) {
  RequestReader reader(kLimits);
  std::string found;
  std::size_t piece = 0;
  for (;;) {
    switch (reader.Next()) {
      case RequestReader::Status::kHead:
        found += Describe(reader.Head());
        reader.ReadBody(kBodyBytesMax);
        break;
      case RequestReader::Status::kRequest:
        found += " {" + reader.TakeBody() + "}\n";
        break;
      case RequestReader::Status::kRefused:
        return found + " " + NameOf(reader.refusal());
      case RequestReader::Status::kNeedsBytes: {
        if (bytes.empty()) {
          if (reader.IsBetweenRequests()) reader.ReleaseBuffers();
          return found;
        }
        const auto room = reader.Prepare();
        std::size_t count = std::min(room.size(), bytes.size());
        if (piece < pieces.size()) count = std::min(count, pieces[piece++]);
        std::copy_n(bytes.begin(), count, room.begin());
        reader.Commit(count);
        bytes.remove_prefix(count);
      }
    }
  }
}

// Also checks that it makes no difference how the bytes arrive.
std::string Read(std::string_view bytes) {
  std::string whole = ReadAll(bytes);
  for (std::size_t at = 1; at < std::min<std::size_t>(bytes.size(), 2000); ++at) {
    EXPECT_EQ(ReadAll(bytes, {at}), whole) << "cut at " << at << " of " << bytes;
  }
  EXPECT_EQ(ReadAll(bytes, std::vector<std::size_t>(bytes.size(), 1)), whole) << bytes;
  return whole;
}

struct Row {
  std::string bytes;
  std::string found;
};

void Check(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(Read(row.bytes), row.found) << row.bytes;
}

std::string Lines(int count, const std::string& line) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line;
  return text;
}

TEST(RequestReader, ReadsRequests) {
  Check({
      {"", ""},
      {"POST /vss/getObject HTTP/1.1\r\n\r\n", "POST /vss/getObject {}\n"},
      {"POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", "POST /a {hello}\n"},
      {"POST /a HTTP/1.1\r\ncontent-length:0\r\n\r\n", "POST /a {}\n"},
      {"POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel", "POST /a"},
      {"INVENTED /a HTTP/1.1\r\n\r\n", "INVENTED /a {}\n"},
      {"\r\n\r\nPOST /a HTTP/1.1\r\n\r\n", "POST /a {}\n"},
  });
}

TEST(RequestReader, ReadsOneRequestAfterAnother) {
  Check({
      {"POST /a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\n\r\n", "POST /a {}\nPOST /b {}\n"},
      {"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiPOST /b HTTP/1.1\r\n\r\nPOST",
       "POST /a {hi}\nPOST /b {}\n"},
      {"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
       "POST /b HTTP/1.1\r\n\r\n",
       "POST /a {hi}\nPOST /b {}\n"},
  });
}

TEST(RequestReader, TakesThePathOutOfTheTarget) {
  Check({
      {"GET /vss/x?y=z HTTP/1.1\r\n\r\n", "GET /vss/x {}\n"},
      {"GET /a%20b/?? HTTP/1.1\r\n\r\n", "GET /a%20b/ {}\n"},
      {"GET http://host/vss/getObject HTTP/1.1\r\n\r\n", "GET /vss/getObject {}\n"},
      {"GET HTTPS://host:1/a?b HTTP/1.1\r\n\r\n", "GET /a {}\n"},
      {"GET http://host HTTP/1.1\r\n\r\n", "GET / {}\n"},
      {"GET http://host?q HTTP/1.1\r\n\r\n", "GET / {}\n"},
      {"OPTIONS * HTTP/1.1\r\n\r\n", "OPTIONS * {}\n"},
      {"CONNECT host:443 HTTP/1.1\r\n\r\n", "CONNECT host:443 {}\n"},
      {"GET vss/getObject HTTP/1.1\r\n\r\n", " malformed"},
      {"GET ftp://host/a HTTP/1.1\r\n\r\n", " malformed"},
  });
}

TEST(RequestReader, KnowsWhoKeepsTheConnection) {
  Check({
      {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "GET / close {}\n"},
      {"GET / HTTP/1.1\r\nConnection: a, Close\r\n\r\n", "GET / close {}\n"},
      {"GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n", "GET / {}\n"},
      {"GET / HTTP/1.0\r\n\r\n", "GET / close {}\n"},
      {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / {}\n"},
  });
}

TEST(RequestReader, ReadsHeaderValues) {
  Check({
      {"GET / HTTP/1.1\r\nX: a\r\n\r\n", "GET / x=[a] {}\n"},
      {"GET / HTTP/1.1\r\nx:a\r\n\r\n", "GET / x=[a] {}\n"},
      {"GET / HTTP/1.1\r\nX: \t a b\t \r\n\r\n", "GET / x=[a b] {}\n"},
      {"GET / HTTP/1.1\r\nX: a\r\nX: b\r\n\r\n", "GET / x=[b] {}\n"},
      {"GET / HTTP/1.1\r\nX: caf\xc3\xa9\r\n\r\n", "GET / x=[] {}\n"},
      {"GET / HTTP/1.1\r\nX: a\r\nx: \xff\r\n\r\n", "GET / x=[] {}\n"},
      {"GET / HTTP/1.1\r\nX:\r\n\r\n", "GET / x=[] {}\n"},
  });
}

TEST(RequestReader, ExpectsToBeToldToGoOn) {
  Check({
      {"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
       "POST / expects {x}\n"},
      {"POST / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n", "POST / {}\n"},
      {"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
       "POST / close {x}\n"},
      {"POST / HTTP/1.1\r\nExpect: wonders\r\nContent-Length: 1\r\n\r\nx", "POST / {x}\n"},
  });
}

TEST(RequestReader, RefusesWhatIsNotHttp) {
  Check({
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", " malformed"},
      {"\x16\x03\x01", " malformed"},  // TLS, before a whole line is there.
      {"GET /\r\n\r\n", " malformed"},
      {"GET / HTTP/1.2\r\n\r\n", " malformed"},
      {"GET / HTTP/3.0\r\n\r\n", " malformed"},
      {"GET / http/1.1\r\n\r\n", " malformed"},
      {"GET  / HTTP/1.1\r\n\r\n", " malformed"},
      {"GET / HTTP/1.1 \r\n\r\n", " malformed"},
      {" GET / HTTP/1.1\r\n\r\n", " malformed"},
      {"G@T / HTTP/1.1\r\n\r\n", " malformed"},
      {"GET /\x01 HTTP/1.1\r\n\r\n", " malformed"},
      {"GET / HTTP/1.1\r\nno colon\r\n\r\n", " malformed"},
      {"GET / HTTP/1.1\r\n: no name\r\n\r\n", " malformed"},
      {"GET / HTTP/1.1\r\nX: \x01\r\n\r\n", " malformed"},
  });
}

// Wherever two readers might disagree about what belongs to which request.
TEST(RequestReader, RefusesAmbiguousFraming) {
  Check({
      {"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\nab", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: 1 1\r\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length:\r\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: 1\xff\r\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length : 1\r\n\r\na", " malformed"},

      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
       " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: identity\r\n\r\na",
       " malformed"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n", " malformed"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", " malformed"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", " malformed"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", " malformed"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", " malformed"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: \x0b"
       "chunked\r\n\r\n0\r\n\r\n",
       " malformed"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding:\r\n\r\n", " malformed"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
       "chunked\r\n\r\n0\r\n\r\n",
       " malformed"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
       "identity\r\n\r\n0\r\n\r\n",
       " malformed"},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", " malformed"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", " malformed"},

      {"POST / HTTP/1.1\nContent-Length: 1\n\na", " malformed"},
      {"POST / HTTP/1.1\r\nContent-Length: 1\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nX: a\rContent-Length: 1\r\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nX: a\r\n Content-Length: 1\r\n\r\na", " malformed"},
      {"POST / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n", " malformed"},
      {"POST / HTTP/1.1\r\n X: a\r\n\r\n", " malformed"},
      {"POST / HTTP/1.1\r\n\rX: a\r\n\r\n", " malformed"},
      {std::string("POST / HTTP/1.1\r\nX: a\0b\r\n\r\n", 27), " malformed"},
  });
}

TEST(RequestReader, ReadsChunks) {
  const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n";
  Check({
      {head + "0\r\n\r\n", "POST / {}\n"},
      {head + "3\r\nabc\r\n0\r\n\r\n", "POST / {abc}\n"},
      {head + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", "POST / {abc0123456789}\n"},
      {head + "03;a=b;c=\"d e\"\r\nabc\r\n0;x\r\n\r\n", "POST / {abc}\n"},
      {head + "1\r\na\r\n0\r\nX: trailer\r\nY: z\r\n\r\n", "POST / {a}\n"},
      {head + "3E8\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n",
       "POST / {" + std::string(1000, 'x') + "}\n"},

      {head + "3E9\r\n", "POST / body too large"},
      {head + "3E8\r\n" + std::string(1000, 'x') + "\r\n1\r\na\r\n", "POST / body too large"},
      {head + "FFFFFFFFFFFFFFFF\r\n", "POST / body too large"},
      {head + "10000000000000000\r\n", "POST / malformed"},
      {head + "\r\n", "POST / malformed"},
      {head + "x\r\n", "POST / malformed"},
      {head + "-1\r\n", "POST / malformed"},
      {head + "0x1\r\n", "POST / malformed"},
      {head + "3 \r\nabc\r\n", "POST / malformed"},
      {head + " 3\r\nabc\r\n", "POST / malformed"},
      {head + "3\r\nabcd\r\n", "POST / malformed"},
      {head + "3\r\nabc0\r\n\r\n", "POST / malformed"},
      {head + "3\rabc\r\n", "POST / malformed"},
      {head + "0\r\n folded\r\n\r\n", "POST / malformed"},
      {head + "0\r\nX: \n\r\n\r\n", "POST / malformed"},
      {head + "3;a=\"\n\"\r\nabc\r\n", "POST / malformed"},
      {head + "3;a=\"\r\n\"\r\nabc\r\n", "POST / malformed"},
      {head + "3;a\nb\r\nabc\r\n", "POST / malformed"},
      {head + "3;\x01\r\nabc\r\n", "POST / malformed"},
      {head + "0\r\n\rX", "POST / malformed"},
  });
}

TEST(RequestReader, AnEndlessChunkHeadIsRefused) {
  const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(ReadAll(head + std::string(5000, '0')), "POST / malformed");
  EXPECT_EQ(ReadAll(head + std::string(5000, '0') + "\r\n\r\n"), "POST / malformed");
  EXPECT_EQ(ReadAll(head + "0\r\n" + Lines(1000, "X: trailer\r\n")), "POST / malformed");
}

TEST(RequestReader, AHundredHeaderLinesPass) {
  const std::string line = "X: a\r\n";
  Check({
      {"GET / HTTP/1.1\r\n" + Lines(100, line) + "\r\n", "GET / x=[a] {}\n"},
      {"GET / HTTP/1.1\r\n" + Lines(101, line) + "\r\n", " head too large"},
  });
}

TEST(RequestReader, HeaderLinesHaveALimitTogether) {
  const std::string fits = "X: " + std::string((64 << 10) - 4, 'a');
  EXPECT_EQ(ReadAll("GET / HTTP/1.1\r\n" + fits + "\r\n\r\n").substr(0, 12), "GET / x=[aaa");
  EXPECT_EQ(ReadAll("GET / HTTP/1.1\r\n" + fits + "a\r\n\r\n"), " head too large");
  EXPECT_EQ(ReadAll("GET / HTTP/1.1\r\n" + fits + "aa"), " head too large");  // No end in sight.
}

TEST(RequestReader, ATargetHasALimit) {
  const auto request = [](std::size_t bytes) {
    return "GET /" + std::string(bytes - 1, 'a') + " HTTP/1.1\r\n\r\n";
  };
  EXPECT_EQ(ReadAll(request(65534)), "GET /" + std::string(65533, 'a') + " {}\n");
  EXPECT_EQ(ReadAll(request(65535)), " target too long");
  EXPECT_EQ(ReadAll(request(70000)), " target too long");
  EXPECT_EQ(ReadAll("GET /" + std::string(70000, 'a')), " target too long");
}

TEST(RequestReader, ABodyOfExactlyTheLimitPasses) {
  const std::string body(kBodyBytesMax, 'x');
  const std::string head = "POST / HTTP/1.1\r\nContent-Length: ";
  EXPECT_EQ(ReadAll(head + "1000\r\n\r\n" + body), "POST / {" + body + "}\n");
  EXPECT_EQ(ReadAll(head + "1001\r\n\r\n"), "POST / body too large");  // At once.
}

TEST(RequestReader, SkipsABody) {
  RequestReader reader(kLimits);
  const std::string_view bytes =
      "POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\nbodyPOST /b HTTP/1.1\r\n\r\n";
  std::copy(bytes.begin(), bytes.end(), reader.Prepare().begin());
  reader.Commit(bytes.size());
  ASSERT_EQ(reader.Next(), RequestReader::Status::kHead);
  reader.SkipBody();
  ASSERT_EQ(reader.Next(), RequestReader::Status::kRequest);
  EXPECT_EQ(reader.TakeBody(), "");
  ASSERT_EQ(reader.Next(), RequestReader::Status::kHead);
  EXPECT_EQ(reader.Head().path, "/b");
}

// An announcement is not worth memory; what has arrived is.
TEST(RequestReader, ABodyGrowsWithWhatArrives) {
  RequestReader reader(kLimits);
  const std::string_view head = "POST / HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n";
  std::copy(head.begin(), head.end(), reader.Prepare().begin());
  reader.Commit(head.size());
  ASSERT_EQ(reader.Next(), RequestReader::Status::kHead);
  reader.ReadBody(1000000000);

  std::uint64_t arrived = 0;
  while (arrived < 10'000'000) {
    ASSERT_EQ(reader.Next(), RequestReader::Status::kNeedsBytes);
    const auto room = reader.Prepare();
    EXPECT_LE(reader.BytesHeld(), arrived + (256 << 10));
    const std::size_t count = std::min<std::size_t>(room.size(), 10'000);
    std::fill_n(room.begin(), count, 'x');
    reader.Commit(count);
    arrived += count;
  }
}

}  // namespace
}  // namespace vss::server
