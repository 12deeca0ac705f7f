// The grammar is that of RFC 9112.  The lines of the head are found here, so that the limits hold
// before a head is complete and do not depend on how it arrives; Beast then parses the whole head.
// Bodies are ours: Beast 1.81 would copy them once more, and stops the program (in builds with
// assertions) when the last chunk arrives in small pieces.
#include "server/http/request_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "server/http/ascii.h"

namespace vss::server {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kBufferBytesMin = 8 << 10;
// Method, version and blanks around the target.
constexpr std::size_t kRequestLineRest = 64;
constexpr std::uint64_t kBodyStart = 16 << 10;
constexpr std::uint64_t kBodyWindow = 256 << 10;

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

// Beast's view of a complete head.
class HeadParser final : public http::basic_parser<true> {
 public:
  explicit HeadParser(ParsedHead& head) : head_(head) {
    header_limit(~std::uint32_t{0});
    body_limit(boost::none);
  }

  std::string_view target;
  bool is_http11 = false;

 private:
  void on_request_impl(http::verb, beast::string_view method, beast::string_view request_target,
                       int version, error_code&) override {
    head_.method = View(method);
    target = View(request_target);
    is_http11 = version == 11;
  }
  void on_field_impl(http::field, beast::string_view name, beast::string_view value,
                     error_code&) override {
    const bool is_readable = std::all_of(value.begin(), value.end(), IsPrintable);
    head_.fields.push_back(
        {View(name), is_readable ? View(value) : std::string_view{}, View(value)});
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_finish_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, error_code&) override {
    return 0;
  }

  ParsedHead& head_;
};

// Beast refuses a Content-Length beside "chunked"; the rest is ours.
bool HasClearFraming(const ParsedHead& head, bool is_http11) {
  std::size_t lengths = 0;
  std::size_t encodings = 0;
  for (const HeaderField& field : head.fields) {
    if (EqualsIgnoringCase(field.name, "content-length")) {
      if (++lengths > 1) return false;
      if (!std::all_of(field.value.begin(), field.value.end(), IsDigit)) return false;
    } else if (EqualsIgnoringCase(field.name, "transfer-encoding")) {
      if (++encodings > 1 || !is_http11 || !EqualsIgnoringCase(field.value, "chunked"))
        return false;
    }
  }
  return encodings == 0 || !head.content_length;
}

// The path of `target`, or nullopt if it is no target.
std::optional<std::string_view> PathOf(std::string_view method, std::string_view target) {
  if (method != "CONNECT" && target != "*" && !target.starts_with('/')) {
    std::size_t scheme = 0;
    if (StartsWithIgnoringCase(target, "http://")) scheme = 7;
    if (StartsWithIgnoringCase(target, "https://")) scheme = 8;
    if (scheme == 0) return std::nullopt;
    target.remove_prefix(std::min(target.find_first_of("/?#", scheme), target.size()));
  }
  const std::string_view path = target.substr(0, target.find_first_of("?#"));
  return path.empty() ? "/" : path;
}

}  // namespace

std::optional<std::string_view> ParsedHead::Last(std::string_view name) const {
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (EqualsIgnoringCase(field->name, name)) return field->value;
  }
  return std::nullopt;
}

std::vector<std::string_view> ParsedHead::All(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const HeaderField& field : fields) {
    if (EqualsIgnoringCase(field.name, name)) values.push_back(field.raw);
  }
  return values;
}

RequestReader::RequestReader(const ReaderLimits& limits) : limits_(limits) {}

std::span<char> RequestReader::Prepare() {
  if (phase_ == Phase::kLength) return PrepareBody();
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == capacity_ && begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  if (end_ == capacity_) {
    const std::size_t capacity = std::max(kBufferBytesMin, capacity_ * 2);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (end_ > 0) std::memcpy(larger.get(), buffer_.get(), end_);
    buffer_ = std::move(larger);
    capacity_ = capacity;
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

// Room for the next bytes of a body whose length is known.  Capacity is reserved in few, growing
// steps, and touched only as bytes arrive.
std::span<char> RequestReader::PrepareBody() {
  if (body_.capacity() <= body_bytes_) {
    body_.resize(body_bytes_);
    body_.reserve(std::min(body_length_, std::max(kBodyStart, 4 * body_bytes_)));
  }
  const std::uint64_t window =
      std::min({body_length_ - body_bytes_, body_.capacity() - body_bytes_, kBodyWindow});
  body_.resize(body_bytes_ + window);
  return {body_.data() + body_bytes_, window};
}

void RequestReader::Commit(std::size_t bytes) {
  if (phase_ == Phase::kLength) {
    body_bytes_ += bytes;
    CHECK(body_bytes_ <= body_.size());
  } else {
    end_ += bytes;
    CHECK(end_ <= capacity_);
  }
}

RequestReader::Status RequestReader::Next() {
  switch (phase_) {
    case Phase::kDone:
      CHECK(body_.empty());
      phase_ = Phase::kHead;
      [[fallthrough]];
    case Phase::kHead:
      return NextHead();
    case Phase::kLength:
      if (body_bytes_ < body_length_) return Status::kNeedsBytes;
      body_.resize(body_bytes_);
      phase_ = Phase::kDone;
      return Status::kRequest;
    case Phase::kSkip:
      TakeBuffered();
      if (body_bytes_ < body_length_) return Status::kNeedsBytes;
      phase_ = Phase::kDone;
      return Status::kRequest;
    case Phase::kChunks:
      return NextChunks();
    case Phase::kRefused:
      return Status::kRefused;
    case Phase::kHeadReady:
      break;
  }
  CheckFailed("the head has been dealt with", __FILE__, __LINE__);
}

RequestReader::Status RequestReader::Refuse(Refusal refusal) {
  refusal_ = refusal;
  phase_ = Phase::kRefused;
  return Status::kRefused;
}

RequestReader::Status RequestReader::NextHead() {
  if (const auto refusal = ScanHead()) return Refuse(*refusal);
  if (head_bytes_ == 0) return Status::kNeedsBytes;
  if (const auto refusal = ParseHead()) return Refuse(*refusal);
  phase_ = Phase::kHeadReady;
  return Status::kHead;
}

// Goes through the lines that have arrived, up to the empty line that ends the head.
std::optional<Refusal> RequestReader::ScanHead() {
  // Empty lines in front of a request are a habit of old clients.
  while (lines_ == 0 && Buffered().starts_with("\r\n")) begin_ += 2;

  for (;;) {
    const std::string_view bytes = Buffered();
    if (scanned_ == line_) {
      if (bytes.size() <= line_) return std::nullopt;
      if (bytes[line_] == '\r') {
        if (bytes.size() < line_ + 2) return std::nullopt;
        if (lines_ == 0 || bytes[line_ + 1] != '\n') return Refusal::kMalformed;
        head_bytes_ = line_ + 2;
        return std::nullopt;
      }
      if (const auto refusal = BeginLine(bytes[line_])) return refusal;
    }

    // Neither line may grow past its limit, whether its end has come or not.
    const bool is_request_line = lines_ == 1;
    const std::size_t end_max = is_request_line ? limits_.target_bytes_max + kRequestLineRest
                                                : first_header_ + limits_.header_bytes_max;
    const std::size_t feed = std::min(bytes.find('\n', scanned_), bytes.size());
    if (feed > end_max) {
      return is_request_line ? Refusal::kTargetTooLong : Refusal::kHeadTooLarge;
    }
    scanned_ = feed;
    if (feed == bytes.size()) return std::nullopt;
    if (bytes[feed - 1] != '\r') return Refusal::kMalformed;
    line_ = scanned_ = feed + 1;
    if (is_request_line) first_header_ = line_;
  }
}

std::optional<Refusal> RequestReader::BeginLine(char first) {
  if (!IsTokenCharacter(first)) return Refusal::kMalformed;  // Also a folded line.
  if (lines_++ > limits_.header_lines_max) return Refusal::kHeadTooLarge;
  return std::nullopt;
}

std::optional<Refusal> RequestReader::ParseHead() {
  head_ = {.fields = std::move(head_.fields)};
  head_.fields.clear();
  HeadParser parser(head_);
  error_code error;
  const std::size_t used = parser.put({Buffered().data(), head_bytes_}, error);
  if (error || used != head_bytes_ || !parser.is_header_done()) return Refusal::kMalformed;
  if (parser.target.size() > limits_.target_bytes_max) return Refusal::kTargetTooLong;

  const auto path = PathOf(head_.method, parser.target);
  if (!path) return Refusal::kMalformed;
  head_.path = *path;
  if (const auto length = parser.content_length()) head_.content_length = *length;
  if (!HasClearFraming(head_, parser.is_http11)) return Refusal::kMalformed;
  head_.is_chunked = parser.chunked();
  head_.keeps_alive = parser.keep_alive();
  head_.expects_continue = parser.is_http11 && head_.HasBody() &&
                           EqualsIgnoringCase(head_.Last("expect").value_or(""), "100-continue");
  return std::nullopt;
}

void RequestReader::LeaveHead(Phase next, std::uint64_t body_bytes_max) {
  CHECK(phase_ == Phase::kHeadReady);
  phase_ = next;
  begin_ += head_bytes_;
  line_ = scanned_ = first_header_ = head_bytes_ = lines_ = 0;
  body_bytes_ = 0;
  body_bytes_max_ = body_bytes_max;
  body_length_ = head_.content_length.value_or(0);
}

void RequestReader::ReadBody(std::uint64_t bytes_max) {
  if (head_.content_length.value_or(0) > bytes_max) {
    Refuse(Refusal::kBodyTooLarge);
    return;
  }
  LeaveHead(head_.is_chunked ? Phase::kChunks : Phase::kLength, bytes_max);
  chunks_ = {};
  if (phase_ == Phase::kLength) TakeBuffered();
}

void RequestReader::SkipBody() {
  CHECK(!head_.is_chunked);
  LeaveHead(Phase::kSkip, 0);
}

// Moves what has been read of a body of known length out of the buffer.
void RequestReader::TakeBuffered() {
  const std::size_t bytes =
      static_cast<std::size_t>(std::min<std::uint64_t>(end_ - begin_, body_length_ - body_bytes_));
  if (phase_ == Phase::kLength) body_.assign(buffer_.get() + begin_, bytes);
  begin_ += bytes;
  body_bytes_ += bytes;
}

RequestReader::Status RequestReader::NextChunks() {
  std::string_view bytes = Buffered();
  const ChunkReader::Status status = chunks_.Read(bytes, body_, body_bytes_max_);
  begin_ = end_ - bytes.size();
  switch (status) {
    case ChunkReader::Status::kNeedsBytes:
      return Status::kNeedsBytes;
    case ChunkReader::Status::kMalformed:
      return Refuse(Refusal::kMalformed);
    case ChunkReader::Status::kTooLarge:
      return Refuse(Refusal::kBodyTooLarge);
    case ChunkReader::Status::kDone:
      break;
  }
  phase_ = Phase::kDone;
  return Status::kRequest;
}

std::string RequestReader::TakeBody() {
  CHECK(phase_ == Phase::kDone);
  return std::exchange(body_, {});
}

std::uint64_t RequestReader::BytesHeld() const {
  return body_.size() + (capacity_ > kBufferBytesMin ? capacity_ : 0);
}

void RequestReader::ReleaseBuffers() {
  CHECK(IsBetweenRequests());
  FreeBuffer();
}

void RequestReader::GiveUp() {
  Refuse(refusal_);
  FreeBuffer();
  body_ = {};
}

void RequestReader::FreeBuffer() {
  buffer_.reset();
  capacity_ = begin_ = end_ = 0;
  head_ = {};
}

}  // namespace vss::server
