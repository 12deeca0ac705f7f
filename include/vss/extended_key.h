// BIP32, the half that has private keys: a tree of keys from one seed.
#ifndef VSS_EXTENDED_KEY_H_
#define VSS_EXTENDED_KEY_H_

#include <cstdint>
#include <initializer_list>
#include <utility>

#include "vss/bytes.h"
#include "vss/failure.h"
#include "vss/secret.h"

namespace vss::seal {

// 877' in a path is Hardened(877).
constexpr std::uint32_t Hardened(std::uint32_t index) { return index | 0x8000'0000; }

// A private key and the chain code that goes with it.
//
// Threads:   every method, any thread.
// Failures:  kInvalid for one seed or index in 2^127, which has no key.
class ExtendedKey final {
 public:
  ExtendedKey(Secret<32> private_key, Secret<32> chain_code)
      : private_key_(std::move(private_key)), chain_code_(std::move(chain_code)) {}

  // The master key.  kInvalid unless the seed has 16 to 64 bytes.
  static Result<ExtendedKey> FromSeed(ByteView seed);

  Result<ExtendedKey> Child(std::uint32_t index) const;
  // A child of a child and so on.  The path must not be empty.
  Result<ExtendedKey> Descendant(std::initializer_list<std::uint32_t> path) const;

  const Secret<32>& PrivateKey() const { return private_key_; }
  const Secret<32>& ChainCode() const { return chain_code_; }

 private:
  Secret<32> private_key_;
  Secret<32> chain_code_;
};

}  // namespace vss::seal

#endif  // VSS_EXTENDED_KEY_H_
