#include "base/entropy.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace vss {
namespace {

TEST(SystemEntropy, FillsEveryByteAnewEachTime) {
  SystemEntropy entropy;
  std::array<std::uint8_t, 1000> once{};
  std::array<std::uint8_t, 1000> again{};
  entropy.Fill(once);
  entropy.Fill(again);
  EXPECT_NE(once, again);
  // A tail of 32 zero bytes would be one that was not written.
  EXPECT_NE((std::vector<std::uint8_t>(once.end() - 32, once.end())),
            std::vector<std::uint8_t>(32, 0));
}

}  // namespace
}  // namespace vss
