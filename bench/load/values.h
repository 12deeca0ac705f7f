// Values that cannot be compressed and that can be told to be right when they come back: a value
// begins with the place in a pool of random bytes that the rest was taken from.
#ifndef VSS_BENCH_LOAD_VALUES_H_
#define VSS_BENCH_LOAD_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace vss::bench {

using Random = std::mt19937_64;

class Values final {
 public:
  // Up to `size_max` bytes each.
  explicit Values(std::size_t size_max);

  // Valid until the next call.
  std::string_view Make(Random& random, std::size_t size);
  // Whether Make() may have made it.
  bool IsOurs(std::string_view value) const;

 private:
  std::string pool_;
  std::string value_;
};

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_VALUES_H_
