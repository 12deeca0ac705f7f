#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "server/http/transport.h"

namespace vss::server {
namespace {

constexpr std::size_t kPartsMax = 64;

Moved FromSystem(ssize_t moved, Moved::Status when_blocked) {
  if (moved > 0) return {Moved::Status::kMoved, static_cast<std::size_t>(moved)};
  if (moved == 0) return {Moved::Status::kEnd};
  // Not EINTR: what does not wait is not interrupted.
  if (errno == EAGAIN) return {when_blocked};
  return {Moved::Status::kBroken};
}

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(int socket) : socket_(socket) {}

  Moved ReadSome(std::span<char> room) override {
    Moved moved =
        FromSystem(::recv(socket_, room.data(), room.size(), 0), Moved::Status::kWantRead);
    moved.may_be_more = moved.bytes == room.size();
    return moved;
  }

  Moved WriteSome(std::span<const std::string_view> parts) override {
    if (parts.size() == 1) {  // Most answers, and a call that costs less.
      return FromSystem(::send(socket_, parts[0].data(), parts[0].size(), MSG_NOSIGNAL),
                        Moved::Status::kWantWrite);
    }
    std::array<iovec, kPartsMax> vectors;
    const std::size_t count = std::min(parts.size(), kPartsMax);
    for (std::size_t i = 0; i < count; ++i) {
      vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
    }
    msghdr message = {};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    return FromSystem(::sendmsg(socket_, &message, MSG_NOSIGNAL), Moved::Status::kWantWrite);
  }

  void EndWriting() override { ::shutdown(socket_, SHUT_WR); }
  Moved DiscardSome(std::span<char> room) override { return ReadSome(room); }

 private:
  const int socket_;
};

}  // namespace

std::unique_ptr<Transport> MakePlainTransport(int socket) {
  return std::make_unique<PlainTransport>(socket);
}

}  // namespace vss::server
