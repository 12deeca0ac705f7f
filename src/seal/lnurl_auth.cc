#include "vss/lnurl_auth.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "crypto/hex.h"
#include "crypto/secp256k1.h"
#include "crypto/sha256.h"

// https://github.com/lnurl/luds: 04 says what is signed, 05 with which key.

namespace vss::seal {
namespace {

bool IsUrlCharacter(char c) { return c > ' ' && c < '\x7F'; }

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view Trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return !IsUrlCharacter(c); };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// url = scheme "://" authority [path] ["?" query] ["#" fragment]
struct UrlParts {
  std::string_view scheme;
  std::string_view authority;
  std::string_view query;
};

std::optional<UrlParts> SplitUrl(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0) return std::nullopt;
  const std::string_view scheme = url.substr(0, scheme_end);
  std::string_view rest = url.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?\\"));
  const std::size_t query = rest.find('?');
  return UrlParts{scheme, authority,
                  query == std::string_view::npos ? std::string_view() : rest.substr(query + 1)};
}

// The host, without its port.  Who may be meant by a user name before it is nobody's business here.
std::optional<std::string_view> HostIn(std::string_view authority) {
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::string_view host = authority.substr(0, authority.find(':', bracket));
  if (host.empty()) return std::nullopt;
  return host;
}

// The value of the first parameter of this name.
std::optional<std::string_view> Parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    if (parameter.starts_with(name) && parameter.substr(name.size()).starts_with('=')) {
      return parameter.substr(name.size() + 1);
    }
    query.remove_prefix(std::min(query.size(), parameter.size() + 1));
  }
  return std::nullopt;
}

}  // namespace

Result<LnurlChallenge> ParseLnurl(std::string_view url) {
  url = Trimmed(url);
  const std::optional<UrlParts> parts = SplitUrl(url);
  if (!parts || !std::ranges::all_of(url, IsUrlCharacter)) {
    return Invalid("the LNURL is not the text of a URL");
  }
  const std::optional<std::string_view> host = HostIn(parts->authority);
  if (!host) return Invalid("the LNURL names no host");
  LnurlChallenge challenge{.url = std::string(url),
                           .scheme = LowerCase(parts->scheme),
                           .host = LowerCase(*host),
                           .tag = std::string(Parameter(parts->query, "tag").value_or("")),
                           .k1 = {}};
  const std::string_view k1 = Parameter(parts->query, "k1").value_or("");
  if (!crypto::DecodeHex(k1, crypto::HexCase::kAny, challenge.k1)) {
    return Invalid("the LNURL has no parameter k1 of 64 hex digits");
  }
  return challenge;
}

std::array<std::uint32_t, 4> LinkingPath(const Secret<32>& hashing_key, std::string_view host) {
  const crypto::Digest mac = crypto::HmacSha256(hashing_key.Bytes(), {BytesOf(LowerCase(host))});
  std::array<std::uint32_t, 4> path{};
  for (std::size_t i = 0; i < 16; ++i) path[i / 4] = path[i / 4] << 8 | mac[i];
  return path;
}

Result<Secret<32>> LinkingKey(const ExtendedKey& parent, std::string_view host) {
  VSS_TRY(const ExtendedKey hashing, parent.Child(0));
  const auto [i1, i2, i3, i4] = LinkingPath(hashing.PrivateKey(), host);
  VSS_TRY(const ExtendedKey linking, parent.Descendant({i1, i2, i3, i4}));
  return Secret<32>(linking.PrivateKey().Bytes());
}

Result<std::string> SignLnurl(const LnurlChallenge& challenge, const ExtendedKey& parent,
                              Entropy& entropy) {
  VSS_TRY(Secret<32> linking, LinkingKey(parent, challenge.host));
  const auto key = crypto::SigningKey::Make(std::move(linking), entropy);
  if (!key) return Invalid("there is no linking key for this host");
  const std::vector<std::uint8_t> signature = crypto::EncodeDer(key->Sign(challenge.k1));
  std::string url = challenge.url;
  url.insert(std::min(url.find('#'), url.size()), "&sig=" + crypto::EncodeHex(signature) + "&key=" +
                                                      crypto::EncodeHex(key->PublicKey()));
  return url;
}

}  // namespace vss::seal
