// Who is calling: addresses, networks of trusted proxies, and what a proxy says of its client.
#ifndef VSS_SERVER_HTTP_CLIENT_ADDRESS_H_
#define VSS_SERVER_HTTP_CLIENT_ADDRESS_H_

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"

namespace vss::server {

// An IPv6 address; IPv4 as ::ffff:a.b.c.d, so that both compare and both sit in one map.
class IpAddress final {
 public:
  IpAddress() = default;
  static IpAddress FromSystem(const sockaddr_storage& address);
  // "192.0.2.1", "2001:db8::1"
  static std::optional<IpAddress> Parse(std::string_view text);

  bool IsIpv4() const;
  // Of this machine or a private network, where proxies are.
  bool IsPrivate() const;
  std::string ToString() const;
  // What one customer usually has: an IPv4 address, or the /64 around an IPv6 one.
  IpAddress Household() const;

  bool operator==(const IpAddress&) const = default;
  bool operator<(const IpAddress& other) const { return bytes_ < other.bytes_; }

 private:
  friend class IpNetwork;
  std::array<std::uint8_t, 16> bytes_ = {};
};

class IpNetwork final {
 public:
  // "10.0.0.0/8", "2001:db8::/32", or a single address.
  static std::optional<IpNetwork> Parse(std::string_view text);
  bool Contains(const IpAddress& address) const;

 private:
  IpAddress address_;
  int bits_ = 128;
};

// The proxies in front of us that may be believed.
class TrustedProxies final {
 public:
  TrustedProxies() = default;
  explicit TrustedProxies(std::vector<IpNetwork> networks) : networks_(std::move(networks)) {}
  // As IpNetwork::Parse reads each.
  static Result<TrustedProxies> Parse(const std::vector<std::string>& texts);

  bool Contains(const IpAddress& address) const;
  // The client behind `peer`, which must be trusted: each proxy appended the address it was called
  // from, so the last one that is not itself a trusted proxy is the client.  `forwarded` are the
  // values of X-Forwarded-For, in order.  Where they stop making sense, the last proxy is the
  // answer.
  IpAddress ClientOf(const IpAddress& peer, std::span<const std::string_view> forwarded) const;

 private:
  std::vector<IpNetwork> networks_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_CLIENT_ADDRESS_H_
