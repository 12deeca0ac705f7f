// ChunkReader: a chunked body, byte by byte as it arrives.
//
//   body      = *(size [extension] CRLF data CRLF) 1*"0" [extension] CRLF *(trailer CRLF) CRLF
//   size      = 1*16 hexadecimal digits
//   extension = ";" *(printable / TAB)
//
// Extensions and trailers are read over.  They and the size lines may not grow without end, and
// hold no control characters: what looks like one line here must not look like two elsewhere.
#ifndef VSS_SERVER_HTTP_CHUNK_READER_H_
#define VSS_SERVER_HTTP_CHUNK_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vss::server {

class ChunkReader final {
 public:
  enum class Status { kNeedsBytes, kDone, kMalformed, kTooLarge };

  // Takes what belongs to the body off the front of `bytes` and appends the data to `body`, which
  // grows to at most `body_bytes_max`.
  Status Read(std::string_view& bytes, std::string& body, std::uint64_t body_bytes_max);

 private:
  enum class State { kSize, kExtension, kData, kDataEnd, kTrailers, kTrailer, kDone };

  bool Step(char c);
  bool EndLine();
  bool AddDigit(char c);

  State state_ = State::kSize;
  bool is_after_return_ = false;  // The last byte was a CR: an LF must follow.
  std::uint64_t size_ = 0;        // Of the chunk, then what is missing of it.
  std::size_t digits_ = 0;
  std::size_t line_bytes_ = 0;  // Of this size line, or of all trailers.
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_CHUNK_READER_H_
