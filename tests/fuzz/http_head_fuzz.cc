// The reader of requests: whatever comes, in whatever pieces, it finds the same requests.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/check.h"
#include "server/http/request_reader.h"

namespace {

using vss::server::RequestReader;

constexpr vss::server::ReaderLimits kLimits = {
    .target_bytes_max = 100, .header_bytes_max = 300, .header_lines_max = 6};
constexpr std::uint64_t kBodyBytesMax = 200;
constexpr std::uint64_t kSkippedBytesMax = 50;

void Append(std::string& found, std::string_view text) {
  found.append(text);
  found += '\n';
}

std::string DescribeHead(const vss::server::ParsedHead& head) {
  std::string found;
  Append(found, head.method);
  Append(found, head.path);
  for (const auto& field : head.fields) {
    Append(found, field.name);
    Append(found, field.value);
    Append(found, field.raw);
  }
  Append(found, std::to_string(head.content_length.value_or(-1)));
  found += head.is_chunked ? 'c' : '-';
  found += head.keeps_alive ? 'k' : '-';
  found += head.expects_continue ? 'e' : '-';
  CHECK(!head.is_chunked || !head.content_length);
  return found;
}

// What a reader finds in `bytes`, `piece` of them at a time.  Small bodies of requests called
// "SKIP" are skipped.
std::string ReadAll(std::string_view bytes, std::size_t piece) {
  RequestReader reader(kLimits);
  std::string found;
  for (;;) {
    switch (reader.Next()) {
      case RequestReader::Status::kHead: {
        const vss::server::ParsedHead& head = reader.Head();
        found += DescribeHead(head);
        const bool skips = head.method == "SKIP" && !head.is_chunked &&
                           head.content_length.value_or(0) <= kSkippedBytesMax;
        skips ? reader.SkipBody() : reader.ReadBody(kBodyBytesMax);
        break;
      }
      case RequestReader::Status::kRequest: {
        const std::string body = reader.TakeBody();
        CHECK(body.size() <= kBodyBytesMax);
        Append(found, body);
        break;
      }
      case RequestReader::Status::kRefused:
        return found + "refused " + std::to_string(static_cast<int>(reader.refusal()));
      case RequestReader::Status::kNeedsBytes: {
        if (bytes.empty()) return found;
        if (reader.IsBetweenRequests()) reader.ReleaseBuffers();
        const std::span<char> room = reader.Prepare();
        CHECK(!room.empty());
        const std::size_t count = std::min({room.size(), bytes.size(), piece});
        std::copy_n(bytes.begin(), count, room.begin());
        reader.Commit(count);
        bytes.remove_prefix(count);
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = ReadAll(bytes, bytes.size());
  CHECK(ReadAll(bytes, 1) == whole);
  CHECK(ReadAll(bytes, piece) == whole);
  return 0;
}
