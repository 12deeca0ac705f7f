#include "client_curl/exchange.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "client_curl/proxy.h"

namespace vss::client {
namespace {

constexpr std::size_t kHeaderBytesMax = std::size_t{256} << 10;
constexpr std::size_t kFieldsMax = 200;  // Finding one takes a look at them all.
// Servers close connections that nobody used for a minute or so: ours are given up before.
constexpr long kIdleSecondsMax = 50;
constexpr long kSendBufferBytes = 256L << 10;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

long InMilliseconds(Duration time) {
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

// libcurl's words for a header without a value.
std::string LineOf(const Headers::Field& field) {
  return field.second.empty() ? field.first + ";" : field.first + ": " + field.second;
}

TransportFailure::Outlook OutlookAfter(CURLcode code) {
  using Outlook = TransportFailure::Outlook;
  if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY) {
    return Outlook::kNoSuchName;
  }
  const bool is_untrusted =
      code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
  return is_untrusted ? Outlook::kFinal : Outlook::kMayPass;
}

}  // namespace

Exchange::Exchange(HttpRequest request, SteadyTime deadline, Then<HttpReply, TransportFailure> done)
    : then(std::move(done)),
      request_(std::move(request)),
      deadline_(deadline),
      easy_(curl_easy_init(), curl_easy_cleanup),
      headers_(nullptr, curl_slist_free_all) {
  CHECK(easy_ != nullptr);
}

template <typename Value>
void Exchange::Set(CURLoption option, Value value) {
  CHECK(curl_easy_setopt(easy_.get(), option, value) == CURLE_OK);
}

void Exchange::Prepare(const CurlOptions& options) {
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_ERRORBUFFER, problem_);
  Set(CURLOPT_PRIVATE, this);
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  // A libcurl that was built without HTTP/2 stays with 1.1.
  curl_easy_setopt(easy_.get(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  Set(CURLOPT_PIPEWAIT, 1L);  // Rather a stream on a connection to come than another connection.
  Set(CURLOPT_CONNECTTIMEOUT_MS, InMilliseconds(options.connect_time_max));
  Set(CURLOPT_MAXAGE_CONN, kIdleSecondsMax);
  Set(CURLOPT_TCP_NODELAY, 1L);
  Set(CURLOPT_QUICK_EXIT, 1L);  // Whoever stops does not wait for a name server.

  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) {
    Set(CURLOPT_CAINFO, options.ca_file.c_str());
    Set(CURLOPT_CAPATH, static_cast<char*>(nullptr));  // These, and no others.
  }
  // Empty: none, whatever the environment says.
  Set(CURLOPT_PROXY, ProxyFor(request_.url, options.proxy).c_str());
  Set(CURLOPT_NOPROXY, "");
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SetRequest();
}

void Exchange::SetRequest() {
  Set(CURLOPT_URL, request_.url.c_str());
  if (request_.method == "POST") {
    // libcurl repeats a request by itself if a connection that it used again turns out to be dead.
    // It cannot where a body has begun to flow from a function that knows no way back, and a write
    // must not arrive twice behind our back.
    Set(CURLOPT_POST, 1L);
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    Set(CURLOPT_READFUNCTION, &GiveBody);
    Set(CURLOPT_READDATA, this);
    Set(CURLOPT_UPLOAD_BUFFERSIZE, kSendBufferBytes);
  } else {
    Set(CURLOPT_HTTPGET, 1L);
  }
  curl_slist* lines = nullptr;
  for (const char* unwanted : {"Expect:", "Accept:"}) lines = curl_slist_append(lines, unwanted);
  for (const Headers::Field& field : request_.headers.Fields()) {
    lines = curl_slist_append(lines, LineOf(field).c_str());
  }
  headers_.reset(lines);
  Set(CURLOPT_HTTPHEADER, headers_.get());
  Set(CURLOPT_WRITEFUNCTION, &TakeBody);
  Set(CURLOPT_WRITEDATA, this);
  Set(CURLOPT_HEADERFUNCTION, &TakeHeader);
  Set(CURLOPT_HEADERDATA, this);
}

std::size_t Exchange::GiveBody(char* out, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::string& body = exchange.request_.body;
  const std::size_t bytes = body.copy(out, size * count, exchange.sent_bytes_);
  exchange.sent_bytes_ += bytes;
  return bytes;
}

std::size_t Exchange::TakeBody(char* data, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::size_t bytes = size * count;
  if (bytes > exchange.request_.reply_bytes_max - exchange.reply_.body.size()) {
    exchange.is_too_large_ = true;
    return CURL_WRITEFUNC_ERROR;
  }
  exchange.reply_.body.append(data, bytes);
  return bytes;
}

std::size_t Exchange::TakeHeader(char* data, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::size_t bytes = size * count;
  exchange.header_bytes_ += bytes;
  exchange.is_too_large_ = exchange.header_bytes_ > kHeaderBytesMax;
  return !exchange.is_too_large_ && exchange.AddHeader({data, bytes}) ? bytes : 0;
}

// A field that is there more than once counts as one list, as HTTP says.
bool Exchange::AddHeader(std::string_view line) {
  if (line.starts_with("HTTP/")) reply_.headers = {};  // What came before was interim.
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return true;
  const std::string_view name = line.substr(0, colon);
  std::string value(Trimmed(line.substr(colon + 1)));
  if (reply_.headers.Fields().size() >= kFieldsMax) return false;
  if (const std::string* before = reply_.headers.Find(name)) value = *before + ", " + value;
  return reply_.headers.Set(name, value).has_value();
}

// Where only the end of the connection ends a reply, one that was cut short looks complete; and two
// lengths are none.
bool Exchange::IsEndMarked() const {
  long version = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_VERSION, &version);
  if (version >= CURL_HTTP_VERSION_2_0 || reply_.status == 204 || reply_.status == 304) return true;
  if (reply_.headers.Find("transfer-encoding") != nullptr) return true;
  const std::string* const length = reply_.headers.Find("content-length");
  return length != nullptr && length->find_first_not_of("0123456789") == std::string::npos;
}

Exchange::Answer Exchange::AnswerFor(CURLcode code) {
  if (code != CURLE_OK) {
    if (is_too_large_) return Unexpected(BrokenOff("the reply is larger than agreed"));
    TransportFailure failure = BrokenOff(problem_[0] != '\0' ? problem_ : curl_easy_strerror(code));
    failure.outlook = OutlookAfter(code);
    return Unexpected(std::move(failure));
  }
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  reply_.status = static_cast<int>(status);
  if (!IsEndMarked()) return Unexpected(BrokenOff("the reply does not say where it ends"));
  return std::move(reply_);
}

TransportFailure Exchange::BrokenOff(std::string why) const {
  curl_off_t connected_at = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &connected_at);
  using Reached = TransportFailure::Reached;
  const bool has_begun = connected_at > 0 || sent_bytes_ > 0;
  return {has_begun ? Reached::kMaybe : Reached::kNo, std::move(why)};
}

}  // namespace vss::client
