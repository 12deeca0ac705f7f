#include "bench/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace vss::bench {

std::size_t Histogram::BucketOf(std::uint64_t value) {
  if (value < kSub) return value;
  const auto shift = static_cast<std::size_t>(std::bit_width(value)) - 1 - kSubBits;
  return (shift + 1) * kSub + ((value >> shift) - kSub);
}

std::uint64_t Histogram::LowestOf(std::size_t bucket) {
  if (bucket < kSub) return bucket;
  const std::size_t shift = bucket / kSub - 1;
  return (kSub + bucket % kSub) << shift;
}

void Histogram::Add(std::chrono::nanoseconds time) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
  ++buckets_[std::min(BucketOf(value), buckets_.size() - 1)];
  ++count_;
  sum_ += value;
  max_ = std::max(max_, value);
}

void Histogram::Add(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

std::chrono::nanoseconds Histogram::Mean() const {
  return std::chrono::nanoseconds(count_ == 0 ? 0 : sum_ / count_);
}

std::chrono::nanoseconds Histogram::At(double share) const {
  if (count_ == 0) return std::chrono::nanoseconds(0);
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted) {
      return std::chrono::nanoseconds(std::min(max_, LowestOf(i + 1) - 1));
    }
  }
  return Max();
}

}  // namespace vss::bench
