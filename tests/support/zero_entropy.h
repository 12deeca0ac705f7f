// No chance at all: jitter is nothing.
#ifndef VSS_TESTS_SUPPORT_ZERO_ENTROPY_H_
#define VSS_TESTS_SUPPORT_ZERO_ENTROPY_H_

#include <algorithm>
#include <cstdint>
#include <span>

#include "vss/entropy.h"

namespace vss::testing {

class ZeroEntropy final : public Entropy {
 public:
  void Fill(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, std::uint8_t{0}); }
};

}  // namespace vss::testing

#endif  // VSS_TESTS_SUPPORT_ZERO_ENTROPY_H_
