// A TCP server on loopback that does what a test says, one connection after the other.
#ifndef VSS_TESTS_CLIENT_SCRIPTED_SERVER_H_
#define VSS_TESTS_CLIENT_SCRIPTED_SERVER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace vss::testing {

// What the other side of a connection can do.
class Peer final {
 public:
  explicit Peer(int socket) : socket_(socket) {}

  // A whole HTTP request, head and body; empty if the client is gone.
  std::string ReadRequest();
  // Some bytes, as they come; empty if the client is gone.
  std::string ReadSome();
  // False once the client is gone.
  bool Send(std::string_view bytes);
  // The connection ends with a reset instead of in order.
  void Reset();
  // Until the client is gone.
  void AwaitEnd();

 private:
  int socket_;
  std::string buffer_;
};

class ScriptedServer final {
 public:
  using Script = std::function<void(Peer& peer)>;

  // `script` runs for every connection, on the server's thread; the connection is closed behind it.
  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string Url() const { return "http://" + Address(); }
  int connections() const { return connections_; }

 private:
  void Run();

  const Script script_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<int> open_ = -1;  // The present connection, to be cut when the test ends.
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_CLIENT_SCRIPTED_SERVER_H_
