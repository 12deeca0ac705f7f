#include "tests/client/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "base/check.h"

namespace vss::testing {

std::string Peer::ReadSome() {
  char bytes[16384];
  const ssize_t count = recv(socket_, bytes, sizeof bytes, 0);
  return count <= 0 ? std::string() : std::string(bytes, static_cast<std::size_t>(count));
}

std::string Peer::ReadRequest() {
  constexpr std::string_view kLength = "content-length: ";
  for (;;) {
    const std::size_t head_end = buffer_.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      std::string head = buffer_.substr(0, head_end);
      for (char& c : head) c = static_cast<char>(std::tolower(c));
      const std::size_t length = head.find(kLength);
      const std::size_t body =
          length == std::string::npos ? 0 : std::stoul(head.substr(length + kLength.size()));
      const std::size_t size = head_end + 4 + body;
      if (buffer_.size() >= size) {
        std::string request = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return request;
      }
    }
    const std::string more = ReadSome();
    if (more.empty()) return {};
    buffer_ += more;
  }
}

bool Peer::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void Peer::Reset() {
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void Peer::AwaitEnd() {
  while (!ReadSome().empty()) {
  }
}

ScriptedServer::ScriptedServer(Script script)
    : script_(std::move(script)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  CHECK(bind(listener_, raw, size) == 0 && listen(listener_, 128) == 0);
  CHECK(getsockname(listener_, raw, &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

ScriptedServer::~ScriptedServer() {
  is_stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  if (const int open = open_; open >= 0) shutdown(open, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void ScriptedServer::Run() {
  for (;;) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    ++connections_;
    open_ = connection;
    Peer peer(connection);
    if (!is_stopping_) script_(peer);
    open_ = -1;
    close(connection);
  }
}

}  // namespace vss::testing
