#include "vss/curl.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/check.h"
#include "client/text.h"
#include "client/url.h"
#include "client_curl/exchange.h"
#include "client_curl/proxy.h"

namespace vss::client {
namespace {

constexpr std::chrono::milliseconds kLongestPoll{10'000};

SteadyTime Now() { return std::chrono::steady_clock::now(); }

// Whoever waits a thousand years waits for a day.
SteadyTime After(Duration time) {
  return Now() + std::clamp<Duration>(time, Duration(0), std::chrono::hours(24));
}

void InitialiseOnce() {
  static std::once_flag once;
  std::call_once(once, [] { CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

// An onion service is reached through a proxy that gets its name, or not at all: whoever answers
// for the name elsewhere would get what is sent to it.
bool IsOnionWithoutTor(const std::string& url, const std::string& proxy) {
  std::string host = HostOf(url);
  if (host.ends_with('.')) host.pop_back();
  const std::string lower = ToLower(proxy);
  return IsOnion(host) && !lower.starts_with("socks5h://") && !lower.starts_with("socks4a://");
}

CURLM* MakeMulti(const CurlOptions& options) {
  InitialiseOnce();
  CURLM* const multi = curl_multi_init();
  CHECK(multi != nullptr);
  CHECK(curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                          static_cast<long>(options.connections_max)) == CURLM_OK);
  return multi;
}

}  // namespace

// The thread that owns everything of libcurl's; others only put something into its inbox.
class CurlTransport::Driver final {
 public:
  explicit Driver(CurlOptions options)
      : options_(std::move(options)),
        multi_(MakeMulti(options_), [](CURLM* multi) { curl_multi_cleanup(multi); }),
        thread_([this] { Run(); }) {}
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  ~Driver() {
    CHECK(!IsOwnThread());
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_.join();
  }

  void Send(HttpRequest request, Then<HttpReply, TransportFailure> then) {
    if (IsOnionWithoutTor(request.url, options_.proxy)) {
      return then(Unexpected(TransportFailure{TransportFailure::Reached::kNo,
                                              "an onion service needs a socks5h:// proxy"}));
    }
    const SteadyTime deadline = After(request.time_max);
    auto exchange = std::make_unique<Exchange>(std::move(request), deadline, std::move(then));
    if (Put(exchange, inbox_.exchanges)) return;
    Stopped(*exchange);
  }

  bool IsOwnThread() const { return std::this_thread::get_id() == thread_.get_id(); }

  void Wait(Duration time, Then<Done> then) {
    auto alarm = std::make_unique<Alarm>(Alarm{After(time), std::move(then)});
    if (Put(alarm, inbox_.alarms)) return;
    Stopped(*alarm);
  }

 private:
  struct Alarm {
    SteadyTime at;
    Then<Done> then;
  };
  using ExchangePointer = std::unique_ptr<Exchange>;
  using AlarmPointer = std::unique_ptr<Alarm>;
  struct Inbox {
    std::deque<ExchangePointer> exchanges;
    std::deque<AlarmPointer> alarms;
  };

  // False, and nothing was taken, once the driver is stopping.
  template <typename T>
  bool Put(T& item, std::deque<T>& box) {
    {
      const std::lock_guard lock(mutex_);
      if (is_stopping_) return false;
      box.push_back(std::move(item));
    }
    curl_multi_wakeup(multi_.get());
    return true;
  }

  void Run() {
    while (TakeInbox()) {
      int running = 0;
      CHECK(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
      FinishCompleted();
      FinishLate();
      RingAlarms();
      const auto rest = std::chrono::ceil<std::chrono::milliseconds>(NextEvent() - Now());
      const auto wait = std::clamp(rest, std::chrono::milliseconds(0), kLongestPoll);
      CHECK(curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(wait.count()), nullptr) ==
            CURLM_OK);
    }
    StopAll();
  }

  // False once the driver is stopping.
  bool TakeInbox() {
    Inbox inbox;
    {
      const std::lock_guard lock(mutex_);
      if (is_stopping_) return false;
      std::swap(inbox, inbox_);
    }
    for (ExchangePointer& exchange : inbox.exchanges) {
      exchange->Prepare(options_);
      CHECK(curl_multi_add_handle(multi_.get(), exchange->easy()) == CURLM_OK);
      active_.emplace(exchange->deadline(), std::move(exchange));
    }
    for (AlarmPointer& alarm : inbox.alarms) alarms_.emplace(alarm->at, std::move(alarm));
    return true;
  }

  // Out of libcurl's hands.
  ExchangePointer Remove(std::multimap<SteadyTime, ExchangePointer>::iterator where) {
    ExchangePointer exchange = std::move(where->second);
    active_.erase(where);
    CHECK(curl_multi_remove_handle(multi_.get(), exchange->easy()) == CURLM_OK);
    return exchange;
  }

  void FinishCompleted() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      Exchange* exchange = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
      auto [where, end] = active_.equal_range(exchange->deadline());
      while (where->second.get() != exchange) ++where;
      Exchange::Answer answer = exchange->AnswerFor(code);
      const ExchangePointer finished = Remove(where);
      finished->then(std::move(answer));
    }
  }

  void FinishLate() {
    while (!active_.empty() && active_.begin()->first <= Now()) {
      TransportFailure failure = active_.begin()->second->BrokenOff("no reply in time");
      const ExchangePointer late = Remove(active_.begin());
      late->then(Unexpected(std::move(failure)));
    }
  }

  void RingAlarms() {
    while (!alarms_.empty() && alarms_.begin()->first <= Now()) {
      const AlarmPointer alarm = std::move(alarms_.begin()->second);
      alarms_.erase(alarms_.begin());
      alarm->then(Done{});
    }
  }

  SteadyTime NextEvent() const {
    SteadyTime next = Now() + kLongestPoll;
    if (!active_.empty()) next = std::min(next, active_.begin()->first);
    if (!alarms_.empty()) next = std::min(next, alarms_.begin()->first);
    return next;
  }

  // Answers may ask for more: that is answered at once, see Put.
  void StopAll() {
    while (!active_.empty()) {
      TransportFailure failure = active_.begin()->second->BrokenOff("the transport was stopped");
      const ExchangePointer stopped = Remove(active_.begin());
      stopped->then(Unexpected(std::move(failure)));
    }
    for (auto& [at, alarm] : alarms_) Stopped(*alarm);
    for (ExchangePointer& exchange : inbox_.exchanges) Stopped(*exchange);
    for (AlarmPointer& alarm : inbox_.alarms) Stopped(*alarm);
  }

  static void Stopped(Exchange& exchange) {
    exchange.then(
        Unexpected(TransportFailure{TransportFailure::Reached::kNo, "the transport was stopped"}));
  }
  static void Stopped(Alarm& alarm) { alarm.then(Unavailable("the transport was stopped")); }

  const CurlOptions options_;
  const std::unique_ptr<CURLM, void (*)(CURLM*)> multi_;
  // Of the thread, by the time at which they are due.
  std::multimap<SteadyTime, ExchangePointer> active_;
  std::multimap<SteadyTime, AlarmPointer> alarms_;
  std::mutex mutex_;
  Inbox inbox_;  // Under the mutex, until the driver is stopping.
  bool is_stopping_ = false;
  std::thread thread_;  // Last: it uses all of the above.
};

CurlTransport::CurlTransport(CurlOptions options)
    : driver_(std::make_unique<Driver>(std::move(options))) {}
CurlTransport::~CurlTransport() = default;

void CurlTransport::Send(HttpRequest request, Then<HttpReply, TransportFailure> then) {
  driver_->Send(std::move(request), std::move(then));
}

void CurlTransport::Wait(Duration time, Then<Done> then) { driver_->Wait(time, std::move(then)); }

bool CurlTransport::IsOwnThread() const { return driver_->IsOwnThread(); }

}  // namespace vss::client
