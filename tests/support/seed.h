// Chance in a test that can be repeated: the seed is printed, and VSS_SEED in the environment sets
// it.
#ifndef VSS_TESTS_SUPPORT_SEED_H_
#define VSS_TESTS_SUPPORT_SEED_H_

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace vss::testing {

using Random = std::mt19937_64;

inline Random MakeRandom() {
  const char* const given = std::getenv("VSS_SEED");
  const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device()();
  std::cout << "VSS_SEED=" << seed << std::endl;
  return Random(seed);
}

// Evenly from 0 to `end` - 1.
inline std::uint64_t Below(Random& random, std::uint64_t end) {
  return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random);
}

}  // namespace vss::testing

#endif  // VSS_TESTS_SUPPORT_SEED_H_
