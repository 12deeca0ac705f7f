// A client of LSS that waits for its answers.
#ifndef VSS_LSS_CLIENT_CLIENT_H_
#define VSS_LSS_CLIENT_CLIENT_H_

#include <string>
#include <vector>

#include "base/entropy.h"
#include "base/failure.h"
#include "lss_client/session.h"
#include "lss_client/transport.h"

namespace vss::lss_client {

// What can be asked without a key.
Result<std::string> Ping(Transport& transport, std::string message);  // Gives it back.
Result<crypto::CompressedKey> ServerId(Transport& transport);

// Threads: one at a time.
class Client final {
 public:
  // `transport` and `entropy` outlive it.
  Client(Session session, Transport& transport, Entropy& entropy)
      : session_(std::move(session)), transport_(transport), entropy_(entropy) {}

  // As the session's; failures of the transport are added.
  Result<PutOutcome> Put(std::vector<Record> items);
  Result<std::vector<Record>> Get(std::string prefix);

  const Session& session() const { return session_; }

 private:
  Session session_;
  Transport& transport_;
  Entropy& entropy_;
};

}  // namespace vss::lss_client

#endif  // VSS_LSS_CLIENT_CLIENT_H_
