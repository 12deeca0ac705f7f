// A hash for tables whose keys are chosen by strangers.  Who does not know the secret in it can
// neither find two keys that collide nor two that fall near each other.
//
// It is SipHash-2-4 (Aumasson and Bernstein, 2012).
#ifndef VSS_BASE_KEYED_HASH_H_
#define VSS_BASE_KEYED_HASH_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "base/entropy.h"

namespace vss {

// Threads: any.
class KeyedHash final {
 public:
  using Secret = std::array<std::uint8_t, 16>;

  explicit KeyedHash(Entropy& entropy);
  explicit KeyedHash(const Secret& secret);

  std::uint64_t operator()(std::string_view bytes) const;

 private:
  std::array<std::uint64_t, 2> secret_;
};

}  // namespace vss

#endif  // VSS_BASE_KEYED_HASH_H_
