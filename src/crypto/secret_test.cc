#include "crypto/secret.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace vss::crypto {
namespace {

using Four = std::array<std::uint8_t, 4>;

constexpr Four kBytes = {1, 2, 3, 4};
constexpr Four kZeros = {};

Four In(const Secret<4>& secret) {
  Four bytes;
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.Move): looking at what was moved from is the point.
  std::ranges::copy(secret.Bytes(), bytes.begin());
  return bytes;
}

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST(Secret, IsNeitherPrintedNorCopied) {
  static_assert(!Printable<Secret<4>>);
  static_assert(!std::is_copy_constructible_v<Secret<4>>);
  static_assert(!std::is_copy_assignable_v<Secret<4>>);
}

TEST(Secret, IsEqualOnlyIfEveryByteIs) {
  const Secret<4> secret(kBytes);
  EXPECT_TRUE(secret == Secret<4>(kBytes));
  for (std::size_t i = 0; i < kBytes.size(); ++i) {
    Four other = kBytes;
    other[i] ^= 0x80;
    EXPECT_FALSE(secret == Secret<4>(other));
  }
  EXPECT_FALSE(IsEqualInConstantTime(kBytes, std::span(kBytes).first(3)));
}

TEST(Secret, LeavesZerosBehindWhenItMoves) {
  Secret<4> from(kBytes);
  Secret<4> to(std::move(from));
  EXPECT_EQ(In(to), kBytes);
  EXPECT_EQ(In(from), kZeros);  // NOLINT(bugprone-use-after-move): that is the promise.

  Secret<4> third;
  third = std::move(to);
  EXPECT_EQ(In(third), kBytes);
  EXPECT_EQ(In(to), kZeros);  // NOLINT(bugprone-use-after-move)
}

TEST(Secret, LeavesZerosBehindWhenItDies) {
  alignas(Secret<4>) Four storage{};
  auto* const secret = new (storage.data()) Secret<4>(kBytes);
  EXPECT_EQ(storage, kBytes);
  std::destroy_at(secret);
  EXPECT_EQ(storage, kZeros);
}

}  // namespace
}  // namespace vss::crypto
