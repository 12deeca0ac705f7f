#include "server/http/http_server.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

#include "base/check.h"
#include "server/http/connection_count.h"
#include "server/http/listening_socket.h"
#include "server/http/loop.h"
#include "server/http/poller.h"
#include "server/http/timer.h"
#include "server/log/rare_lines.h"

namespace vss::server {
namespace {

constexpr int kAcceptsInTurnMax = 64;
// When the system has no room for another connection, trying at once again only burns time.
constexpr std::chrono::milliseconds kAcceptPause(100);
constexpr std::chrono::seconds kAcceptWarningInterval(10);
// So many connections beyond the limit are told why they are refused; more are just closed.
constexpr std::size_t kRefusalsMax = 256;

}  // namespace

class HttpServer::Body final {
 public:
  Body(const HttpOptions& options, const Clock& clock, Log& log, HttpObserver& observer);
  ~Body() { Stop(); }

  Result<Done> Listen(const ListenerOptions& listener);
  void Start();
  void Stop();
  void ReloadCertificates();

  std::uint16_t PortOf(std::size_t listener) const { return doors_.at(listener).port; }
  std::size_t Connections() const { return count_.Total(); }
  std::uint64_t BytesInFlight() const { return budget_->InUse(); }

 private:
  struct Door final : Poller::Watcher {
    Door(Body& owner, Site shared, FileDescriptor listening, bool limited)
        : body(owner),
          site(std::move(shared)),
          socket(std::move(listening)),
          port(server::PortOf(socket)),
          is_limited(limited),
          pause(body.loops_.front()->poller(), [this] { body.Accept(*this); }) {}
    void OnReady(Readiness /*ready*/) override { body.Accept(*this); }

    Body& body;
    const Site site;
    FileDescriptor socket;
    const std::uint16_t port;
    const bool is_limited;
    Timer pause;
  };

  void Accept(Door& door);
  void Admit(Door& door, FileDescriptor socket, const IpAddress& peer);
  void Pause(Door& door, int error);
  void CheckCertificates();
  void LogReload(const TlsIdentity& identity, const Result<Done>& result);

  const HttpOptions options_;
  const Clock& clock_;
  Log& log_;
  HttpObserver& observer_;
  const std::shared_ptr<ByteBudget> budget_;
  RareLines rare_lines_{clock_};
  ConnectionCount count_;
  ConnectionCount refusals_{kRefusalsMax, kRefusalsMax};
  std::deque<std::unique_ptr<Loop>> loops_;
  std::deque<Door> doors_;  // All on the first loop.
  std::optional<Timer> certificate_watch_;
  std::size_t next_loop_ = 0;
  bool is_running_ = false;
};

HttpServer::Body::Body(const HttpOptions& options, const Clock& clock, Log& log,
                       HttpObserver& observer)
    : options_(options),
      clock_(clock),
      log_(log),
      observer_(observer),
      budget_(std::make_shared<ByteBudget>(options_.bytes_in_flight_max)),
      count_(options_.connections_max, options_.connections_per_address_max) {
  const std::size_t threads =
      options_.threads > 0 ? options_.threads : std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < threads; ++i) {
    loops_.push_back(std::make_unique<Loop>(options_, clock_));
  }
  certificate_watch_.emplace(loops_.front()->poller(), [this] { CheckCertificates(); });
}

Result<Done> HttpServer::Body::Listen(const ListenerOptions& listener) {
  VSS_TRY(TrustedProxies proxies, TrustedProxies::Parse(listener.trusted_proxies));
  std::unique_ptr<TlsIdentity> tls;
  if (listener.tls) {
    VSS_TRY(tls, TlsIdentity::Load(*listener.tls));
  }
  VSS_TRY(FileDescriptor socket, server::Listen(listener.host, listener.port));
  doors_.emplace_back(*this,
                      Site{options_, *listener.handler, observer_, log_, rare_lines_, budget_,
                           std::move(proxies), CorsPolicy(listener.cors_origins), std::move(tls)},
                      std::move(socket), listener.is_limited);
  return Done{};
}

void HttpServer::Body::Start() {
  is_running_ = true;
  Poller& poller = loops_.front()->poller();
  for (Door& door : doors_) CHECK(poller.Watch(door.socket.Get(), door));
  certificate_watch_->Set(options_.certificate_check_time);
  for (const auto& loop : loops_) loop->Start();
}

void HttpServer::Body::Stop() {
  if (!std::exchange(is_running_, false)) return;
  loops_.front()->Post([this] {
    for (Door& door : doors_) {
      loops_.front()->poller().Forget(door);
      door.socket = FileDescriptor();
      door.pause.Cancel();
    }
    certificate_watch_->Cancel();
    for (const auto& loop : loops_) loop->Drain();
  });
  for (const auto& loop : loops_) loop->Join();
}

void HttpServer::Body::Accept(Door& door) {
  if (!door.socket.IsOpen()) return;
  for (int i = 0; i < kAcceptsInTurnMax; ++i) {
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    FileDescriptor socket(::accept4(door.socket.Get(), reinterpret_cast<sockaddr*>(&address), &size,
                                    SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.IsOpen()) {
      if (errno == EAGAIN) return;
      if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO) continue;
      return Pause(door, errno);
    }
    Admit(door, std::move(socket), IpAddress::FromSystem(address));
  }
  loops_.front()->Post([this, &door] { Accept(door); });  // Others have their turn.
}

void HttpServer::Body::Admit(Door& door, FileDescriptor socket, const IpAddress& peer) {
  std::optional<ConnectionCount::Ticket> ticket = ConnectionCount::Ticket();
  if (door.is_limited) ticket = count_.Enter(peer, door.site.proxies.Contains(peer));
  const bool is_refused = !ticket;
  if (is_refused) {
    observer_.OnConnectionRefused();
    if (door.site.tls) return;  // Saying no would cost as much as serving.
    ticket = refusals_.Enter(peer, true);
    if (!ticket) return;
  }
  loops_[next_loop_]->Adopt(door.site, {std::move(socket), peer, *std::move(ticket), is_refused});
  next_loop_ = (next_loop_ + 1) % loops_.size();
}

void HttpServer::Body::Pause(Door& door, int error) {
  if (const auto left_out = rare_lines_.Permit("accept", kAcceptWarningInterval)) {
    log_.Warn("cannot accept connections",
              {{"reason", std::strerror(error)}, {"left_out", *left_out}});
  }
  door.pause.Set(kAcceptPause);
}

void HttpServer::Body::CheckCertificates() {
  for (const Door& door : doors_) {
    if (!door.site.tls) continue;
    if (const auto result = door.site.tls->ReloadIfChanged()) LogReload(*door.site.tls, *result);
  }
  certificate_watch_->Set(options_.certificate_check_time);
}

void HttpServer::Body::ReloadCertificates() {
  for (const Door& door : doors_) {
    if (door.site.tls) LogReload(*door.site.tls, door.site.tls->Reload());
  }
}

void HttpServer::Body::LogReload(const TlsIdentity& identity, const Result<Done>& result) {
  if (result) {
    log_.Info("certificate loaded", {{"file", identity.files().certificate}});
  } else {
    log_.Error("certificate not loaded, the old one stays", {{"reason", result.error().message}});
  }
}

HttpServer::HttpServer(std::unique_ptr<Body> body) : body_(std::move(body)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Make(const HttpOptions& options,
                                                     const std::vector<ListenerOptions>& listeners,
                                                     const Clock& clock, Log& log,
                                                     HttpObserver& observer) {
  auto body = std::make_unique<Body>(options, clock, log, observer);
  for (const ListenerOptions& listener : listeners) VSS_RETURN_IF_FAILED(body->Listen(listener));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(body)));
}

void HttpServer::Start() { body_->Start(); }
void HttpServer::Stop() { body_->Stop(); }
void HttpServer::ReloadCertificates() { body_->ReloadCertificates(); }
std::uint16_t HttpServer::PortOf(std::size_t listener) const { return body_->PortOf(listener); }
std::size_t HttpServer::Connections() const { return body_->Connections(); }
std::uint64_t HttpServer::BytesInFlight() const { return body_->BytesInFlight(); }

}  // namespace vss::server
