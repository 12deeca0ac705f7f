// Bytes over a connected, non-blocking socket, in the clear or through TLS.
//
// Nothing here waits.  A call that could do nothing says what to wait for, which under TLS need not
// be what was asked for: reading may have to write first.
//
// Threads: one at a time.
#ifndef VSS_SERVER_HTTP_TRANSPORT_H_
#define VSS_SERVER_HTTP_TRANSPORT_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace vss::server {

struct Moved {
  enum class Status {
    kMoved,      // `bytes` of them, at least one.
    kWantRead,   // Nothing until the socket is readable.
    kWantWrite,  // Nothing until the socket is writable.
    kEnd,        // The peer sends no more.
    kBroken,     // The connection is of no use any more.
  };
  Status status;
  std::size_t bytes = 0;
  // After reading some: not all that has come was taken, or nobody knows.
  bool may_be_more = false;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // `room` is not empty.
  virtual Moved ReadSome(std::span<char> room) = 0;
  // The parts are written one behind the other; at least one is not empty.  After anything but
  // kMoved, the same bytes must come first in the next call.
  virtual Moved WriteSome(std::span<const std::string_view> parts) = 0;
  // Tells the peer that nothing follows.
  virtual void EndWriting() = 0;
  // Why the two sides did not come to an understanding before the first byte; empty if they did, or
  // if the peer just left.
  virtual std::string HandshakeProblem() const { return {}; }
  // Reads and forgets what still comes after EndWriting.
  virtual Moved DiscardSome(std::span<char> room) = 0;
};

// Neither owns the socket.
std::unique_ptr<Transport> MakePlainTransport(int socket);

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_TRANSPORT_H_
