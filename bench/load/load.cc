#include "bench/load/load.h"

#include <openssl/ssl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <random>
#include <utility>

#include "base/check.h"
#include "bench/load/channel.h"
#include "bench/load/message.h"

namespace vss::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kPauseAfterFailure{100};
constexpr milliseconds kDrainMax{10'000};
constexpr milliseconds kIdleStepMax{10'000};

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

// Certificates are not looked at: what is measured is the server, not who it is.
TlsContext MakeTlsContext() {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  return context;
}

std::chrono::microseconds OwnCpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

void AppendRequest(std::string& to, const Endpoint& endpoint, const std::string& credentials,
                   const Task& task) {
  to.clear();
  to.append("POST ").append(endpoint.path).append(PathOf(task.route)).append(" HTTP/1.1\r\nHost: ");
  to.append(endpoint.authority).append("\r\nContent-Type: application/octet-stream\r\n");
  if (!credentials.empty()) to.append("Authorization: ").append(credentials).append("\r\n");
  to.append("Content-Length: ").append(std::to_string(task.body.size())).append("\r\n\r\n");
  to.append(task.body);
}

struct Client {
  Client(const Endpoint& its_endpoint, SSL_CTX* tls)
      : endpoint(its_endpoint), channel(its_endpoint, tls) {}

  const Endpoint& endpoint;
  Channel channel;
  Task task;
  std::string request;
  Clock::time_point due;
  std::uint32_t watched = 0;  // Epoll events.
  bool is_busy = false;
};

class Load final {
 public:
  Load(const LoadOptions& options, const std::vector<Endpoint>& endpoints, Wallets& wallets,
       Workload& workload, const LoadEvents& events)
      : options_(options),
        wallets_(wallets),
        workload_(workload),
        events_(events),
        tls_(MakeTlsContext()),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    CHECK(epoll_ >= 0);
    for (std::size_t i = 0; i < options.clients; ++i) {
      clients_.emplace_back(endpoints[i % endpoints.size()], tls_.get());
    }
    for (const std::string& kind : workload.Kinds()) result_.kinds.push_back({kind, {}});
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() { close(epoll_); }

  Result<LoadResult> Run();

 private:
  bool IsOpenLoop() const { return options_.rate.has_value(); }
  bool IsFinite() const { return options_.duration.count() == 0; }

  void Begin();
  void BeginMeasuring(Clock::time_point now);
  void EndMeasuring(Clock::time_point now);
  void DoWhatIsDue(Clock::time_point now);
  nanoseconds Patience(Clock::time_point now) const;
  void Poll(nanoseconds patience);

  void Start(std::size_t index, Clock::time_point due);
  void Advance(std::size_t index);
  void OnReply(Client& client, std::size_t index);
  void OnFailed(Client& client, std::size_t index);
  void BecomeFree(std::size_t index, Clock::time_point now);
  void Watch(Client& client, std::size_t index);
  void CountError(const std::string& what);

  const LoadOptions& options_;
  Wallets& wallets_;
  Workload& workload_;
  const LoadEvents& events_;
  const TlsContext tls_;
  const int epoll_;
  std::deque<Client> clients_;

  LoadResult result_;
  bool is_measuring_ = false;
  bool is_stopping_ = false;
  std::size_t busy_ = 0;
  std::uint64_t started_ = 0;
  std::uint64_t answered_ever_ = 0;
  std::uint64_t answered_this_second_ = 0;
  Clock::time_point began_;
  Clock::time_point measuring_since_;
  Clock::time_point next_second_;
  std::chrono::microseconds cpu_before_{0};

  std::deque<std::pair<Clock::time_point, std::size_t>> pausing_;  // After a failure.
  // Open loop.
  std::deque<std::size_t> free_;
  std::deque<Clock::time_point> waiting_;  // Requests that were due when no client was free.
  Clock::time_point next_due_;
  Random random_{5};
};

Result<LoadResult> Load::Run() {
  Begin();
  while (!is_stopping_) {
    const auto now = Clock::now();
    DoWhatIsDue(now);
    if (is_stopping_ || (IsFinite() && busy_ == 0 && pausing_.empty())) break;
    Poll(Patience(now));
  }
  is_stopping_ = true;
  if (is_measuring_) EndMeasuring(Clock::now());
  const auto until = Clock::now() + kDrainMax;
  while (busy_ > 0 && Clock::now() < until) Poll(milliseconds(100));
  if (answered_ever_ == 0 && !result_.errors.empty()) {
    return Unavailable("no request was answered: " + result_.errors.begin()->first);
  }
  return std::move(result_);
}

void Load::Begin() {
  began_ = next_due_ = Clock::now();
  if (options_.warm_up.count() == 0) BeginMeasuring(began_);
  for (std::size_t i = 0; i < clients_.size(); ++i) BecomeFree(i, began_);
}

void Load::BeginMeasuring(Clock::time_point now) {
  is_measuring_ = true;
  measuring_since_ = now;
  next_second_ = now + std::chrono::seconds(1);
  answered_this_second_ = 0;
  result_.connects = 0;
  result_.errors.clear();
  cpu_before_ = OwnCpu();
  events_.on_measuring();
}

void Load::EndMeasuring(Clock::time_point now) {
  is_measuring_ = false;
  result_.measured = now - measuring_since_;
  result_.own_cpu = OwnCpu() - cpu_before_;
  for (const Client& client : clients_) {
    if (!client.is_busy || !IsOpenLoop()) continue;
    ++result_.unanswered;
    result_.kinds[client.task.kind].latency.Add(now - client.due);
  }
  for (const Clock::time_point due : waiting_) {
    ++result_.unanswered;
    result_.kinds[0].latency.Add(now - due);
  }
  events_.on_measured();
}

void Load::DoWhatIsDue(Clock::time_point now) {
  if (!IsFinite() && now >= began_ + options_.warm_up + options_.duration) {
    is_stopping_ = true;
    return;
  }
  if (!is_measuring_ && now >= began_ + options_.warm_up) BeginMeasuring(now);
  if (is_measuring_ && now >= next_second_) {
    events_.on_second(answered_this_second_);
    answered_this_second_ = 0;
    next_second_ += std::chrono::seconds(1);
  }
  while (!pausing_.empty() && pausing_.front().first <= now) {
    const std::size_t index = pausing_.front().second;
    pausing_.pop_front();
    BecomeFree(index, now);
  }
  if (!IsOpenLoop()) return;
  std::exponential_distribution<double> gap(*options_.rate);
  while (next_due_ <= now) {
    if (free_.empty()) {
      waiting_.push_back(next_due_);
    } else {
      const std::size_t index = free_.front();
      free_.pop_front();
      Start(index, next_due_);
    }
    next_due_ +=
        std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(gap(random_)));
  }
}

nanoseconds Load::Patience(Clock::time_point now) const {
  Clock::time_point until = now + milliseconds(50);
  if (IsOpenLoop()) until = std::min(until, next_due_);
  return std::max(nanoseconds(0), until - now);
}

void Load::Poll(nanoseconds patience) {
  std::array<epoll_event, 256> events;
  const timespec time{.tv_sec = patience / std::chrono::seconds(1),
                      .tv_nsec = (patience % std::chrono::seconds(1)).count()};
  const int ready = epoll_pwait2(epoll_, events.data(), events.size(), &time, nullptr);
  for (int i = 0; i < ready; ++i) Advance(events[static_cast<std::size_t>(i)].data.u64);
}

void Load::Start(std::size_t index, Clock::time_point due) {
  Client& client = clients_[index];
  if (options_.requests_max > 0 && started_ == options_.requests_max) return;
  if (!workload_.Next(index, client.task)) return;
  ++started_;
  client.due = due;
  client.is_busy = true;
  ++busy_;
  AppendRequest(client.request, client.endpoint, wallets_.Credentials(client.task.store),
                client.task);
  if (!client.channel.IsOpen()) {
    ++result_.connects;
    client.watched = 0;
    if (!client.channel.Open()) return OnFailed(client, index);
    client.channel.Send(client.request);
    Watch(client, index);
    return;
  }
  client.channel.Send(client.request);
  Advance(index);
}

void Load::Advance(std::size_t index) {
  Client& client = clients_[index];
  if (!client.is_busy) {  // The server closes, or speaks without being asked.
    client.channel.Close();
    return;
  }
  switch (client.channel.Advance()) {
    case Channel::Step::kWaiting:
      return Watch(client, index);
    case Channel::Step::kReply:
      return OnReply(client, index);
    case Channel::Step::kFailed:
      return OnFailed(client, index);
  }
}

void Load::Watch(Client& client, std::size_t index) {
  const std::uint32_t wanted = client.channel.WantsToWrite() ? EPOLLOUT : EPOLLIN;
  if (client.watched == wanted) return;
  epoll_event event{.events = wanted, .data = {.u64 = index}};
  const int operation = client.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  CHECK(epoll_ctl(epoll_, operation, client.channel.socket(), &event) == 0);
  client.watched = wanted;
}

void Load::OnReply(Client& client, std::size_t index) {
  const auto now = Clock::now();
  const std::string wrong =
      workload_.Judge(index, client.task, client.channel.status(), client.channel.body());
  ++answered_ever_;
  if (!wrong.empty()) {
    CountError(wrong);
  } else if (is_measuring_) {
    result_.kinds[client.task.kind].latency.Add(now - client.due);
    ++answered_this_second_;
  }
  if (options_.new_connection_each || client.channel.closes()) client.channel.Close();
  client.is_busy = false;
  --busy_;
  BecomeFree(index, now);
}

void Load::OnFailed(Client& client, std::size_t index) {
  CountError(client.channel.trouble());
  client.is_busy = false;
  --busy_;
  pausing_.emplace_back(Clock::now() + kPauseAfterFailure, index);
}

void Load::BecomeFree(std::size_t index, Clock::time_point now) {
  if (is_stopping_) return;
  if (!IsOpenLoop()) return Start(index, now);
  if (waiting_.empty()) {
    free_.push_back(index);
    return;
  }
  const Clock::time_point due = waiting_.front();
  waiting_.pop_front();
  Start(index, due);
}

// Before the measuring begins errors are counted too, and forgotten then.
void Load::CountError(const std::string& what) { ++result_.errors[what]; }

}  // namespace

std::uint64_t LoadResult::Answered() const { return Latency().Count() - unanswered; }

std::uint64_t LoadResult::Errors() const {
  std::uint64_t sum = 0;
  for (const auto& [what, count] : errors) sum += count;
  return sum;
}

Histogram LoadResult::Latency() const {
  Histogram all;
  for (const PerKind& kind : kinds) all.Add(kind.latency);
  return all;
}

Result<LoadResult> RunLoad(const LoadOptions& options, const std::vector<Endpoint>& endpoints,
                           Wallets& wallets, Workload& workload, const LoadEvents& events) {
  return Load(options, endpoints, wallets, workload, events).Run();
}

struct IdleCrowd::Body {
  TlsContext tls;
  std::deque<Channel> channels;
};

IdleCrowd::IdleCrowd(std::unique_ptr<Body> body) : body_(std::move(body)) {}
IdleCrowd::~IdleCrowd() = default;

Result<std::unique_ptr<IdleCrowd>> IdleCrowd::Make(std::size_t size, const Endpoint& endpoint,
                                                   Wallets& wallets) {
  auto body = std::make_unique<Body>();
  if (endpoint.is_tls) body->tls = MakeTlsContext();
  std::string request;
  for (std::size_t i = 0; i < size; ++i) {
    Task task{.route = Route::kList, .store = i % wallets.size()};
    AppendText(task.body, kStoreField, wallets.StoreId(task.store));
    AppendRequest(request, endpoint, wallets.Credentials(task.store), task);
    Channel& channel = body->channels.emplace_back(endpoint, body->tls.get());
    if (!channel.Open()) return Unavailable(channel.trouble());
    channel.Send(request);
    const auto until = Clock::now() + kIdleStepMax;
    Channel::Step step = Channel::Step::kWaiting;
    while (step == Channel::Step::kWaiting && Clock::now() < until) {
      pollfd wait{.fd = channel.socket(),
                  .events = static_cast<short>(channel.WantsToWrite() ? POLLOUT : POLLIN),
                  .revents = 0};
      poll(&wait, 1, 1000);
      step = channel.Advance();
    }
    if (step != Channel::Step::kReply || channel.status() != 200) {
      return Unavailable(
          "idle connection " + std::to_string(i) + ": " +
          (step == Channel::Step::kReply ? std::to_string(channel.status()) : channel.trouble()));
    }
  }
  return std::unique_ptr<IdleCrowd>(new IdleCrowd(std::move(body)));
}

std::size_t IdleCrowd::CountOpen() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(body_->channels, [](const Channel& channel) {
        char byte = 0;
        const ssize_t got = recv(channel.socket(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got > 0 || (got < 0 && errno == EAGAIN);
      }));
}

}  // namespace vss::bench
