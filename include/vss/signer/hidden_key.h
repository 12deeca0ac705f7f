// Hiding the names of records from the server: the same name always becomes the same text, and
// only who has the key can turn it back.
//
// Format:   docs/formats/sealed-values.md: unpadded base64 of 44 bytes more than the name.
// Threads:  any, on different buffers.
#ifndef VSS_SIGNER_HIDDEN_KEY_H_
#define VSS_SIGNER_HIDDEN_KEY_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "vss/secret.h"
#include "vss/signer/crypto.h"
#include "vss/signer/status.h"

namespace vss::seal {

// What a master key is turned into, once.
struct ObfuscationKeys {
  Secret<kKeyBytes> obfuscation;
  Secret<kKeyBytes> hashing;
};
Status DeriveObfuscationKeys(const Crypto& crypto, KeyView master, ObfuscationKeys& keys);

// Of the text that `name_bytes` bytes become.
constexpr std::size_t ObfuscatedSize(std::size_t name_bytes) {
  return ((44 + name_bytes) * 4 + 2) / 3;
}
// Of the name behind a text of `text_bytes`, or nullopt if no name has such a text.
constexpr std::optional<std::size_t> DeobfuscatedSize(std::size_t text_bytes) {
  if (text_bytes < ObfuscatedSize(0) || text_bytes % 4 == 1) return std::nullopt;
  return text_bytes / 4 * 3 + text_bytes % 4 * 3 / 4 - 44;
}

// `name` is UTF-8 of any size, also empty; it must not overlap `out`.
Written Obfuscate(const Crypto& crypto, const ObfuscationKeys& keys, std::string_view name,
                  std::span<char> out);

// kMalformed if `text` is not base64 as Obfuscate writes it, or the name no UTF-8; kNotAuthentic if
// it was not made with these keys.  `text` must not overlap `out`.
Written Deobfuscate(const Crypto& crypto, const ObfuscationKeys& keys, std::string_view text,
                    std::span<char> out);

}  // namespace vss::seal

#endif  // VSS_SIGNER_HIDDEN_KEY_H_
