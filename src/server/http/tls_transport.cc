#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/check.h"
#include "server/http/tls.h"

namespace vss::server {
namespace {

constexpr std::size_t kRecordBytesMax = SSL3_RT_MAX_PLAIN_LENGTH;

class TlsTransport final : public Transport {
 public:
  TlsTransport(int socket, SSL_CTX* context) : socket_(socket), tls_(SSL_new(context), &SSL_free) {
    CHECK(tls_ != nullptr);
    CHECK(SSL_set_fd(tls_.get(), socket) == 1);
    SSL_set_accept_state(tls_.get());
  }

  Moved ReadSome(std::span<char> room) override {
    ERR_clear_error();
    std::size_t moved = 0;
    const int result = SSL_read_ex(tls_.get(), room.data(), room.size(), &moved);
    Moved outcome = Outcome(result, moved);
    outcome.may_be_more = true;  // One record is read at a time.
    return outcome;
  }

  // Small parts share a record.  After a refusal the same bytes must come again, and do: they are
  // still the first, and at least as many.
  Moved WriteSome(std::span<const std::string_view> parts) override {
    if (parts.front().size() >= kRecordBytesMax) return Write(parts.front());
    std::array<char, kRecordBytesMax> record;
    std::size_t size = 0;
    for (const std::string_view part : parts) {
      const std::size_t count = std::min(part.size(), record.size() - size);
      std::memcpy(record.data() + size, part.data(), count);
      size += count;
      if (count < part.size()) break;
    }
    return Write({record.data(), size});
  }

  std::string HandshakeProblem() const override { return handshake_problem_; }

  void EndWriting() override {
    if (SSL_is_init_finished(tls_.get()) == 1 && !is_broken_) {
      ERR_clear_error();
      SSL_shutdown(tls_.get());
    }
    ::shutdown(socket_, SHUT_WR);
  }

  Moved DiscardSome(std::span<char> room) override {
    const ssize_t moved = ::recv(socket_, room.data(), room.size(), 0);
    if (moved > 0) return {Moved::Status::kMoved, static_cast<std::size_t>(moved)};
    if (moved == 0) return {Moved::Status::kEnd};
    return {errno == EAGAIN ? Moved::Status::kWantRead : Moved::Status::kBroken};
  }

 private:
  Moved Write(std::string_view bytes) {
    ERR_clear_error();
    std::size_t moved = 0;
    const int result = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &moved);
    return Outcome(result, moved);
  }

  Moved Outcome(int result, std::size_t moved) {
    if (result == 1) return {Moved::Status::kMoved, moved};
    switch (SSL_get_error(tls_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return {Moved::Status::kWantRead};
      case SSL_ERROR_WANT_WRITE:
        return {Moved::Status::kWantWrite};
      case SSL_ERROR_ZERO_RETURN:
        return {Moved::Status::kEnd};
      case SSL_ERROR_SSL:
        if (SSL_is_init_finished(tls_.get()) == 0) handshake_problem_ = Reason();
        [[fallthrough]];
      default:
        is_broken_ = true;
        return {Moved::Status::kBroken};
    }
  }

  static std::string Reason() {
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    return reason == nullptr ? "unknown" : reason;
  }

  const int socket_;
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
  bool is_broken_ = false;
  std::string handshake_problem_;
};

}  // namespace

std::unique_ptr<Transport> MakeTlsTransport(int socket, const TlsIdentity& identity) {
  return std::make_unique<TlsTransport>(socket, identity.Current().get());
}

}  // namespace vss::server
