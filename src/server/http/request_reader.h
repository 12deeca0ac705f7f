// RequestReader: bytes in, requests out, without touching a socket.
//
//   for (;;) switch (reader.Next()) {
//     case kNeedsBytes:  read into Prepare(), Commit() what came
//     case kHead:        look at Head(), then ReadBody() or SkipBody()
//     case kRequest:     TakeBody(); the next call starts with the next request
//     case kRefused:     answer refusal() and close; nothing more can be read
//   }
//
// What comes out depends on the bytes only, never on how they were cut into reads.
//
// Strict where leniency lets two parsers disagree about where a request ends: no bare CR or LF, no
// folded header lines, no Transfer-Encoding but a single "chunked" on HTTP/1.1, no Content-Length
// beside it, and none that is not plain digits.
//
// Sizes: the head is held in one buffer, at most the limits below.  A body grows with what has
// arrived; what was merely announced costs nothing.
#ifndef VSS_SERVER_HTTP_REQUEST_READER_H_
#define VSS_SERVER_HTTP_REQUEST_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/chunk_reader.h"
#include "server/http/handler.h"

namespace vss::server {

struct ReaderLimits {
  std::size_t target_bytes_max = 65534;  // Beyond: 414.
  std::size_t header_bytes_max = 0;      // All header lines together.  Beyond: 431.
  std::size_t header_lines_max = 100;    // Beyond: 431.
};

struct HeaderField {
  std::string_view name;   // As sent.
  std::string_view value;  // Trimmed; empty if it was not all printable ASCII and tabs.
  std::string_view raw;    // Trimmed, whatever it is.
};

struct ParsedHead {
  std::string_view method;
  std::string_view path;  // Without scheme, host and query.
  std::vector<HeaderField> fields;
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  bool keeps_alive = false;       // The client wants to go on using the connection.
  bool expects_continue = false;  // It waits for "100 Continue" before it sends the body.

  bool HasBody() const { return is_chunked || content_length.value_or(0) > 0; }
  // The value of the last header called `name`, in any case.
  std::optional<std::string_view> Last(std::string_view name) const;
  // Those of all of them, in order and raw.
  std::vector<std::string_view> All(std::string_view name) const;
};

class RequestReader final {
 public:
  enum class Status { kNeedsBytes, kHead, kRequest, kRefused };

  explicit RequestReader(const ReaderLimits& limits);

  // Where to put the next bytes; never empty after kNeedsBytes.  Valid until the next call.
  std::span<char> Prepare();
  void Commit(std::size_t bytes);

  Status Next();

  // Since kHead, until ReadBody or SkipBody.
  const ParsedHead& Head() const { return head_; }
  // Goes on with the body, which may have `bytes_max` bytes.
  void ReadBody(std::uint64_t bytes_max);
  // Goes on behind the body, which must not be chunked.
  void SkipBody();

  // Since kRequest.  Empty if the body was skipped.
  std::string TakeBody();
  // Since kRefused.
  Refusal refusal() const { return refusal_; }

  // True before the first byte of a request.
  bool IsBetweenRequests() const {
    return (phase_ == Phase::kHead || phase_ == Phase::kDone) && begin_ == end_;
  }
  bool IsReadingBody() const { return phase_ == Phase::kLength || phase_ == Phase::kChunks; }
  bool IsSkippingBody() const { return phase_ == Phase::kSkip; }
  bool HasBodyBytes() const { return body_bytes_ > 0 || begin_ != end_; }
  // Of the body at hand, what has come; without what only frames it.
  std::uint64_t BodyBytes() const { return phase_ == Phase::kChunks ? body_.size() : body_bytes_; }
  // Memory in use for the request at hand, beyond the small buffer that every request needs.
  std::uint64_t BytesHeld() const;
  // Between requests: gives up everything an idle connection does not need.
  void ReleaseBuffers();
  // At any time: gives up everything; nothing more can be read.
  void GiveUp();

 private:
  enum class Phase { kHead, kHeadReady, kLength, kSkip, kChunks, kDone, kRefused };

  Status NextHead();
  std::optional<Refusal> ScanHead();
  std::optional<Refusal> BeginLine(char first);
  std::optional<Refusal> ParseHead();
  void LeaveHead(Phase next, std::uint64_t body_bytes_max);
  Status NextChunks();
  Status Refuse(Refusal refusal);
  void FreeBuffer();
  std::span<char> PrepareBody();
  void TakeBuffered();

  std::string_view Buffered() const { return {buffer_.get() + begin_, end_ - begin_}; }

  const ReaderLimits limits_;
  Phase phase_ = Phase::kHead;
  Refusal refusal_ = Refusal::kMalformed;

  // Bytes read and not consumed are [begin_, end_).
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;

  // The head under way, as offsets from begin_.
  std::size_t line_ = 0;          // Start of the line at hand.
  std::size_t scanned_ = 0;       // No line feed in [line_, scanned_).
  std::size_t first_header_ = 0;  // Start of the first header line.
  std::size_t head_bytes_ = 0;    // The whole head, once it is there.
  std::size_t lines_ = 0;         // Lines begun, the request line included.

  ParsedHead head_;
  ChunkReader chunks_;

  std::string body_;  // Its first body_bytes_ bytes have arrived.
  std::uint64_t body_bytes_ = 0;
  std::uint64_t body_bytes_max_ = 0;
  std::uint64_t body_length_ = 0;  // Announced.
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_REQUEST_READER_H_
