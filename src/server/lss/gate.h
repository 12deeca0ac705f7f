// Where connections for the gRPC server arrive: it has no bound on their number, so they are
// accepted and counted here.
//
// The gRPC server owns a connection once it has it, and does not tell when it is over.  A
// connection is known by its descriptor and the inode behind it: when that is not there any more,
// it has gone.
#ifndef VSS_SERVER_LSS_GATE_H_
#define VSS_SERVER_LSS_GATE_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "server/http/connection_count.h"
#include "server/http/file_descriptor.h"
#include "server/http/http_observer.h"

namespace vss::server {

struct GateLimits {
  std::size_t connections_max = 2000;
  std::size_t connections_per_address_max = 200;
};

// Threads: Start, Stop and the destructor one at a time; the rest on any, PortOf before Stop.
class Gate final {
 public:
  // `adopt` gets connections that it then owns, on the gate's thread, and never two at once.
  Gate(std::vector<FileDescriptor> listeners, GateLimits limits, HttpObserver& observer,
       std::function<void(int socket)> adopt);
  ~Gate();  // Stops.

  void Start();
  void Stop();  // Lets nobody in any more; who is in stays.

  std::size_t Connections() const;  // As of the last arrival.
  std::uint16_t PortOf(std::size_t listener) const;

 private:
  struct Guest {
    ino_t inode;
    ConnectionCount::Ticket ticket;
  };

  void Run();
  void AcceptFrom(int listener);
  void LetIn(FileDescriptor socket, const IpAddress& address);
  void ForgetWhoHasGone();
  void Forget(std::map<int, Guest>::iterator guest);

  std::vector<FileDescriptor> listeners_;
  HttpObserver& observer_;
  const std::function<void(int socket)> adopt_;
  ConnectionCount count_;
  std::map<int, Guest> guests_;  // By descriptor.
  FileDescriptor stop_;          // Readable when it is time.
  std::thread thread_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_LSS_GATE_H_
