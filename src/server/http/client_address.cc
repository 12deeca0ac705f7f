#include "server/http/client_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace vss::server {
namespace {

constexpr std::array<std::uint8_t, 12> kIpv4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

// Proxies write 192.0.2.1, 192.0.2.1:4711, 2001:db8::1 or [2001:db8::1]:4711.
std::optional<IpAddress> ParseForwarded(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    return IpAddress::Parse(text.substr(1, end - 1));
  }
  if (std::count(text.begin(), text.end(), ':') == 1) text = text.substr(0, text.find(':'));
  return IpAddress::Parse(text);
}

}  // namespace

IpAddress IpAddress::FromSystem(const sockaddr_storage& address) {
  IpAddress result;
  if (address.ss_family == AF_INET) {
    sockaddr_in ipv4;
    std::memcpy(&ipv4, &address, sizeof ipv4);
    std::copy(kIpv4Prefix.begin(), kIpv4Prefix.end(), result.bytes_.begin());
    std::memcpy(&result.bytes_[12], &ipv4.sin_addr, 4);
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 ipv6;
    std::memcpy(&ipv6, &address, sizeof ipv6);
    std::memcpy(result.bytes_.data(), &ipv6.sin6_addr, 16);
  }
  return result;
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::string terminated(text);
  IpAddress result;
  if (inet_pton(AF_INET6, terminated.c_str(), result.bytes_.data()) == 1) return result;
  if (inet_pton(AF_INET, terminated.c_str(), &result.bytes_[12]) != 1) return std::nullopt;
  std::copy(kIpv4Prefix.begin(), kIpv4Prefix.end(), result.bytes_.begin());
  return result;
}

bool IpAddress::IsIpv4() const {
  return std::equal(kIpv4Prefix.begin(), kIpv4Prefix.end(), bytes_.begin());
}

std::string IpAddress::ToString() const {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (IsIpv4()) {
    inet_ntop(AF_INET, &bytes_[12], text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  }
  return text.data();
}

bool IpAddress::IsPrivate() const {
  static constexpr std::array kPrivate = {"127.0.0.0/8",    "10.0.0.0/8", "172.16.0.0/12",
                                          "192.168.0.0/16", "::1",        "fc00::/7"};
  return std::any_of(kPrivate.begin(), kPrivate.end(), [this](const char* network) {
    return IpNetwork::Parse(network)->Contains(*this);
  });
}

IpAddress IpAddress::Household() const {
  IpAddress result = *this;
  if (!IsIpv4()) std::fill(result.bytes_.begin() + 8, result.bytes_.end(), std::uint8_t{0});
  return result;
}

std::optional<IpNetwork> IpNetwork::Parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::Parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpNetwork network;
  network.address_ = *address;
  if (slash == std::string_view::npos) return network;

  const std::string_view length = text.substr(slash + 1);
  const int bits_max = address->IsIpv4() ? 32 : 128;
  int bits = -1;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (error != std::errc() || end != length.data() + length.size()) return std::nullopt;
  if (bits < 0 || bits > bits_max) return std::nullopt;
  network.bits_ = 128 - bits_max + bits;
  return network;
}

bool IpNetwork::Contains(const IpAddress& address) const {
  for (int bit = 0; bit < bits_; bit += 8) {
    const int mask = bits_ - bit >= 8 ? 0xff : 0xff << (8 - (bits_ - bit)) & 0xff;
    const auto i = static_cast<std::size_t>(bit / 8);
    if (((address.bytes_[i] ^ address_.bytes_[i]) & mask) != 0) return false;
  }
  return true;
}

Result<TrustedProxies> TrustedProxies::Parse(const std::vector<std::string>& texts) {
  std::vector<IpNetwork> networks;
  for (const std::string& text : texts) {
    const auto network = IpNetwork::Parse(text);
    if (!network) return Invalid("not an address or network: " + text);
    networks.push_back(*network);
  }
  return TrustedProxies(std::move(networks));
}

bool TrustedProxies::Contains(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const IpNetwork& network) { return network.Contains(address); });
}

IpAddress TrustedProxies::ClientOf(const IpAddress& peer,
                                   std::span<const std::string_view> forwarded) const {
  IpAddress client = peer;
  for (auto value = forwarded.rbegin(); value != forwarded.rend(); ++value) {
    std::string_view rest = *value;
    for (bool is_more = true; is_more;) {
      const std::size_t comma = rest.rfind(',');
      is_more = comma != std::string_view::npos;
      const auto address = ParseForwarded(Trim(is_more ? rest.substr(comma + 1) : rest));
      if (!address) return client;
      client = *address;
      if (!Contains(client)) return client;
      rest = rest.substr(0, is_more ? comma : 0);
    }
  }
  return client;
}

}  // namespace vss::server
