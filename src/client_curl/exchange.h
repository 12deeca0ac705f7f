// One request on libcurl, from the options that it needs to the reply that came.
//
// Threads:  one at a time.
#ifndef VSS_CLIENT_CURL_EXCHANGE_H_
#define VSS_CLIENT_CURL_EXCHANGE_H_

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "vss/clock.h"
#include "vss/curl.h"
#include "vss/http.h"

namespace vss::client {

class Exchange final {
 public:
  using Answer = Expected<HttpReply, TransportFailure>;

  Exchange(HttpRequest request, SteadyTime deadline, Then<HttpReply, TransportFailure> then);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Sets everything that libcurl has to know.
  void Prepare(const CurlOptions& options);

  CURL* easy() const { return easy_.get(); }
  SteadyTime deadline() const { return deadline_; }
  // What `code` and all that was received come to.
  Answer AnswerFor(CURLcode code);
  // What breaking off now comes to.
  TransportFailure BrokenOff(std::string why) const;

  Then<HttpReply, TransportFailure> then;

 private:
  static std::size_t GiveBody(char* out, std::size_t size, std::size_t count, void* self);
  static std::size_t TakeBody(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t TakeHeader(char* data, std::size_t size, std::size_t count, void* self);

  void SetRequest();
  bool AddHeader(std::string_view line);
  bool IsEndMarked() const;

  template <typename Value>
  void Set(CURLoption option, Value value);

  const HttpRequest request_;
  const SteadyTime deadline_;
  const std::unique_ptr<CURL, void (*)(CURL*)> easy_;
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers_;
  std::size_t sent_bytes_ = 0;
  std::size_t header_bytes_ = 0;
  bool is_too_large_ = false;
  HttpReply reply_;
  char problem_[CURL_ERROR_SIZE] = {};
};

}  // namespace vss::client

#endif  // VSS_CLIENT_CURL_EXCHANGE_H_
