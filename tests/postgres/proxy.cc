#include "tests/postgres/proxy.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/check.h"

namespace vss::testing {
namespace {

constexpr int kLookMs = 20;
constexpr std::string_view kReady{"Z\0\0\0\5", 5};

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// What has arrived; empty at the end.
std::string Receive(int socket) {
  std::string bytes(std::size_t{1} << 16, '\0');
  const ssize_t size = recv(socket, bytes.data(), bytes.size(), 0);
  bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return bytes;
}

// All up to the server's word that it is ready for more.
std::string ReceiveAnswer(int server) {
  std::string answer;
  while (answer.size() < kReady.size() + 1 ||
         answer.substr(answer.size() - kReady.size() - 1, kReady.size()) != kReady) {
    const std::string more = Receive(server);
    if (more.empty()) break;
    answer += more;
  }
  return answer;
}

// `answer` with an error in the place of what it says of a commit.  A message is a letter and a
// big-endian length that counts itself.
std::string Denied(const std::string& answer) {
  using std::string_literals::operator""s;
  const std::string fields = "SERROR\0VERROR\0C40001\0Mthe commit failed\0\0"s;
  std::string denied;
  for (std::size_t begin = 0; begin < answer.size();) {
    std::uint32_t length = 0;
    std::memcpy(&length, &answer[begin + 1], sizeof(length));
    const std::string message = answer.substr(begin, 1 + ntohl(length));
    begin += message.size();
    if (message.starts_with('Z')) {
      length = htonl(static_cast<std::uint32_t>(sizeof(length) + fields.size()));
      denied += 'E' + std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + fields;
    }
    if (message != "C\0\0\0\013COMMIT\0"s) denied += message;
  }
  return denied;
}

bool SendAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

FaultyProxy::FaultyProxy(int server_port)
    : server_port_(server_port), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = Loopback(0);
  socklen_t length = sizeof(address);
  CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), length) == 0);
  CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  CHECK(listen(listener_, 64) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

FaultyProxy::~FaultyProxy() {
  is_stopping_ = true;
  acceptor_.join();
  close(listener_);
}

void FaultyProxy::Arm(Fault fault, int skip) {
  skip_ = skip;
  fault_ = fault;
}

void FaultyProxy::Accept() {
  while (!is_stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, kLookMs) <= 0) continue;
    const int client = accept(listener_, nullptr, nullptr);
    connections_.emplace_back([this, client] { Serve(client); });
  }
  for (std::thread& connection : connections_) connection.join();
}

void FaultyProxy::Serve(int client) {
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = Loopback(server_port_);
  const int on = 1;
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  bool is_up = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  while (is_up && !is_stopping_ && !is_refusing_) {
    std::array<pollfd, 2> sides = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (poll(sides.data(), sides.size(), kLookMs) <= 0) continue;
    if (sides[1].revents != 0) {
      const std::string answer = Receive(server);
      is_up = !answer.empty() && SendAll(client, answer);
    } else if (sides[0].revents != 0) {
      const std::string request = Receive(client);
      is_up = !request.empty() && PassRequest(client, server, request);
    }
  }
  close(client);
  close(server);
}

// False: the connection is to be cut.
bool FaultyProxy::PassRequest(int client, int server, const std::string& request) {
  if (fault_ == Fault::kNone || skip_-- > 0) return SendAll(server, request);
  const Fault fault = fault_.exchange(Fault::kNone);
  switch (fault) {
    case Fault::kNone:
    case Fault::kLoseRequest:
      break;
    case Fault::kTearRequest:
      SendAll(server, std::string_view(request).substr(0, request.size() / 2));
      break;
    case Fault::kLoseAnswer:
      SendAll(server, request);
      Receive(server);
      break;
    case Fault::kHangUp:
      SendAll(server, request);
      break;
    case Fault::kGoAway:
      SendAll(server, request);
      is_refusing_ = true;
      break;
    case Fault::kDenyCommit:
      return SendAll(server, request) && SendAll(client, Denied(ReceiveAnswer(server)));
    case Fault::kDelayRequest:
      shutdown(client, SHUT_RDWR);
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      SendAll(server, request);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      break;
    case Fault::kFreeze:
      SendAll(server, request);
      while (!is_stopping_) std::this_thread::sleep_for(std::chrono::milliseconds(kLookMs));
      break;
  }
  return false;
}

}  // namespace vss::testing
