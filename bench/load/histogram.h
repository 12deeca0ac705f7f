// How long things took: counts in buckets that are narrower than 1 % of what falls into them, from
// one nanosecond to an hour, in a fixed 20 KB.  (The idea is HdrHistogram's.)
#ifndef VSS_BENCH_LOAD_HISTOGRAM_H_
#define VSS_BENCH_LOAD_HISTOGRAM_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace vss::bench {

class Histogram final {
 public:
  void Add(std::chrono::nanoseconds time);
  void Add(const Histogram& other);

  std::uint64_t Count() const { return count_; }
  std::chrono::nanoseconds Mean() const;
  std::chrono::nanoseconds Max() const { return std::chrono::nanoseconds(max_); }
  // The time that `share` (0 to 1) of all did not exceed; zero if there is none.
  std::chrono::nanoseconds At(double share) const;

 private:
  // A number is kept as its highest bits, kSubBits of them behind the first, and how far they were
  // shifted.
  static constexpr std::size_t kSubBits = 7;
  static constexpr std::size_t kSub = std::size_t{1} << kSubBits;
  static constexpr std::size_t kOctaves = 42 - kSubBits;  // 2^42 ns is over an hour.

  static std::size_t BucketOf(std::uint64_t value);
  static std::uint64_t LowestOf(std::size_t bucket);

  std::array<std::uint64_t, kSub*(kOctaves + 1)> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_HISTOGRAM_H_
