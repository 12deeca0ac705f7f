// A proxy on loopback that loses connections at exactly the wrong moment.
#ifndef VSS_TESTS_POSTGRES_PROXY_H_
#define VSS_TESTS_POSTGRES_PROXY_H_

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace vss::testing {

// Threads: every method, any thread.
class FaultyProxy final {
 public:
  enum class Fault {
    kNone,
    kLoseRequest,   // The server never sees it.
    kTearRequest,   // The server sees half of it.
    kLoseAnswer,    // The server has done it, and nobody is told.
    kDelayRequest,  // The client has given up when the server sees it.
    kHangUp,        // The server sees it, and finds nobody to tell.
    kGoAway,        // The same, and from then on every connection is refused.
    kDenyCommit,    // The server has committed, and the answer says that the commit failed.
    kFreeze,        // The server sees it; then nothing passes, and to both sides it looks open.
  };

  explicit FaultyProxy(int server_port);
  ~FaultyProxy();
  FaultyProxy(const FaultyProxy&) = delete;
  FaultyProxy& operator=(const FaultyProxy&) = delete;

  int port() const { return port_; }

  // What happens to the request after the next `skip` ones, on whichever connection.
  void Arm(Fault fault, int skip);
  bool HasStruck() const { return fault_ == Fault::kNone; }

  // While refusing, every connection is cut and no new one comes about.
  void Refuse(bool refuse) { is_refusing_ = refuse; }

 private:
  void Accept();
  void Serve(int client);
  bool PassRequest(int client, int server, const std::string& request);

  const int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> is_refusing_{false};
  std::atomic<Fault> fault_{Fault::kNone};
  std::atomic<int> skip_{0};
  std::list<std::thread> connections_;  // Used by the accepting thread only.
  std::thread acceptor_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_POSTGRES_PROXY_H_
