// What a listener needs for TLS: its certificate and key, read again while it serves.
#ifndef VSS_SERVER_HTTP_TLS_H_
#define VSS_SERVER_HTTP_TLS_H_

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/failure.h"
#include "base/guarded.h"
#include "server/http/transport.h"

struct ssl_ctx_st;

namespace vss::server {

struct TlsFiles {
  std::string certificate;  // PEM: the server's, then those of the authorities in between.
  std::string key;          // PEM, not encrypted.
};

// Threads: every method, any thread.
class TlsIdentity final {
 public:
  static Result<std::unique_ptr<TlsIdentity>> Load(TlsFiles files);

  // For connections that begin now.  Those that are there keep what they began with.
  std::shared_ptr<ssl_ctx_st> Current() const;
  // Reads the files again.  A pair that is of no use fails, and the old one stays.
  Result<Done> Reload();
  // As Reload, if a file is not the one that was last looked at; nullopt if all are.
  std::optional<Result<Done>> ReloadIfChanged();

  const TlsFiles& files() const { return files_; }

 private:
  // What tells one version of a file from another.
  struct Fingerprint {
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    bool operator==(const Fingerprint&) const = default;
  };
  struct State {
    std::shared_ptr<ssl_ctx_st> context;
    std::array<Fingerprint, 2> seen;
  };

  explicit TlsIdentity(TlsFiles files) : files_(std::move(files)) {}
  static Fingerprint FingerprintOf(const std::string& path);
  std::array<Fingerprint, 2> Look() const;

  const TlsFiles files_;
  Guarded<State> state_;
};

// Fails unless `path` has certificates of authorities (PEM) that clients could be held to.
Result<Done> CheckAuthorities(const std::string& path);

// TLS 1.2 and later, as the server.  The handshake happens inside the first calls.  Does not own
// the socket.
std::unique_ptr<Transport> MakeTlsTransport(int socket, const TlsIdentity& identity);

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_TLS_H_
