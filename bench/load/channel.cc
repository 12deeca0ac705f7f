#include "bench/load/channel.h"

#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "bench/load/reply.h"

namespace vss::bench {
namespace {

// Where answers that come in one piece are read to.  The load generator has one thread.
std::array<char, std::size_t{256} << 10> scratch;

constexpr std::size_t kReadBytesMax = std::size_t{1} << 20;

}  // namespace

void Channel::FreeSsl::operator()(SSL* ssl) const { SSL_free(ssl); }

Channel::Channel(const Endpoint& endpoint, SSL_CTX* tls) : endpoint_(endpoint), tls_(tls) {}

Channel::~Channel() { Close(); }

bool Channel::Open() {
  is_connected_ = is_secured_ = has_failed_ = false;
  trouble_.clear();
  socket_ = ::socket(endpoint_.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) {
    Fail(std::string("socket: ") + std::strerror(errno));
    return false;
  }
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* address = reinterpret_cast<const sockaddr*>(&endpoint_.address);
  if (connect(socket_, address, endpoint_.address_size) != 0 && errno != EINPROGRESS) {
    Fail(std::string("connect: ") + std::strerror(errno));
    return false;
  }
  wants_to_write_ = true;
  return true;
}

void Channel::Close() {
  ssl_.reset();
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
  received_.clear();
  expected_ = 0;
  unsent_ = {};
}

Channel::Step Channel::Fail(std::string trouble) {
  Close();
  trouble_ = std::move(trouble);
  has_failed_ = true;
  return Step::kFailed;
}

bool Channel::Connect() {
  if (is_connected_) return true;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    Fail(std::string("connect: ") + std::strerror(error));
    return false;
  }
  sockaddr_storage peer;
  size = sizeof peer;
  if (getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return false;
  is_connected_ = true;
  if (!endpoint_.is_tls) return is_secured_ = true;
  ssl_.reset(SSL_new(tls_));
  SSL_set_fd(ssl_.get(), socket_);
  SSL_set_tlsext_host_name(ssl_.get(), endpoint_.host.c_str());
  return true;
}

bool Channel::Handshake() {
  if (is_secured_) return true;
  const int result = SSL_connect(ssl_.get());
  if (result == 1) return is_secured_ = true;
  if (Judge(result, "TLS") == Io::kFailed) Fail("TLS handshake failed");
  return false;
}

// What a TLS call that did not succeed means.
Channel::Io Channel::Judge(int result, const char* what) {
  const int error = SSL_get_error(ssl_.get(), result);
  wants_to_write_ = error == SSL_ERROR_WANT_WRITE;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Io::kBlocked;
  trouble_ = error == SSL_ERROR_ZERO_RETURN ? "closed by the server" : what;
  return Io::kFailed;
}

Channel::Io Channel::Write() {
  ssize_t sent = 0;
  if (ssl_ != nullptr) {
    const auto size = std::min(unsent_.size(), std::size_t{1} << 30);
    sent = SSL_write(ssl_.get(), unsent_.data(), static_cast<int>(size));
    if (sent <= 0) return Judge(static_cast<int>(sent), "TLS write");
  } else {
    sent = send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) {
      wants_to_write_ = true;
      return Io::kBlocked;
    }
    if (sent < 0) {
      trouble_ = std::string("send: ") + std::strerror(errno);
      return Io::kFailed;
    }
  }
  unsent_.remove_prefix(static_cast<std::size_t>(sent));
  return Io::kSome;
}

Channel::Io Channel::Read(char* to, std::size_t size, std::size_t& got) {
  wants_to_write_ = false;
  if (ssl_ != nullptr) {
    const int result = SSL_read(ssl_.get(), to, static_cast<int>(size));
    if (result <= 0) return Judge(result, "TLS read");
    got = static_cast<std::size_t>(result);
    return Io::kSome;
  }
  const ssize_t result = recv(socket_, to, size, 0);
  if (result < 0 && errno == EAGAIN) return Io::kBlocked;
  if (result <= 0) {
    trouble_ = result == 0 ? "closed by the server" : std::string("recv: ") + std::strerror(errno);
    return Io::kFailed;
  }
  got = static_cast<std::size_t>(result);
  return Io::kSome;
}

void Channel::Send(std::string_view request) {
  unsent_ = request;
  received_.clear();
  expected_ = 0;
}

Channel::Step Channel::Advance() {
  if (!Connect() || !Handshake()) return has_failed_ ? Step::kFailed : Step::kWaiting;
  while (!unsent_.empty()) {
    const Io io = Write();
    if (io == Io::kFailed) return Fail(trouble_);
    if (io == Io::kBlocked) return Step::kWaiting;
    // Nothing is read in the same breath: the answer cannot be there yet.
    wants_to_write_ = false;
    if (unsent_.empty()) return Step::kWaiting;
  }
  return Collect();
}

Channel::Step Channel::Collect() {
  for (;;) {
    std::size_t got = 0;
    char* to = scratch.data();
    std::size_t room = scratch.size();
    const std::size_t before = received_.size();
    if (before > 0) {
      room = expected_ > before ? std::min(expected_ - before, kReadBytesMax) : std::size_t{4096};
      received_.resize(before + room);
      to = received_.data() + before;
    }
    const Io io = Read(to, room, got);
    if (before > 0) received_.resize(before + got);
    if (io == Io::kFailed) return Fail(trouble_);
    if (io == Io::kBlocked) return Step::kWaiting;
    const bool is_whole =
        TakeReply(before > 0 ? std::string_view(received_) : std::string_view(scratch.data(), got));
    if (has_failed_) return Step::kFailed;
    if (is_whole) return Step::kReply;
    if (before == 0) received_.assign(scratch.data(), got);
    received_.reserve(expected_);
  }
}

bool Channel::TakeReply(std::string_view bytes) {
  if (expected_ > bytes.size()) return false;
  const ReplyHead head = ParseReplyHead(bytes);
  if (head.kind == ReplyHead::Kind::kPartial) return false;
  if (head.kind == ReplyHead::Kind::kBad) {
    Fail("not an HTTP answer");
    return false;
  }
  expected_ = head.head_size + head.body_size;
  if (bytes.size() < expected_) return false;
  if (bytes.size() > expected_) {
    Fail("more than one answer");
    return false;
  }
  status_ = head.status;
  closes_ = head.closes;
  body_ = bytes.substr(head.head_size);
  return true;
}

}  // namespace vss::bench
