// Our decoder against libprotobuf's: on random messages, and on what becomes of them when bytes are
// changed, both read the same or both refuse.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tests/support/seed.h"
#include "tests/support/two_decoders.h"

namespace vss::vss_api {
namespace {

using testing::Below;
using testing::HasOddVarint;
using testing::MakeRandom;
using testing::OursOf;
using testing::Random;
using testing::TheirsOf;

// --- Messages of all sorts ---

std::string Varint(Random& random, std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  if (bytes.size() < 4 && Below(random, 20) == 0) {  // One byte more than needed.
    bytes.back() = static_cast<char>(bytes.back() | 0x80);
    bytes.push_back(0);
  }
  return bytes;
}

std::string RandomText(Random& random) {
  static const std::string kTexts[] = {"",
                                       "k",
                                       "key",
                                       "\xc3\xa9",
                                       "\xed\xa0\x80",
                                       "\xff",
                                       "\xe2\x82",
                                       "\xf0\x9f\x98\x80",
                                       "\xc0\xaf",
                                       "\xf4\x90\x80\x80",
                                       std::string(1, '\0')};
  std::string text;
  for (std::uint64_t parts = Below(random, 3); parts > 0; --parts) {
    // Mostly such as are accepted.
    text +=
        Below(random, 8) == 0 ? kTexts[Below(random, std::size(kTexts))] : kTexts[Below(random, 4)];
  }
  return text;
}

std::uint64_t RandomNumber(Random& random) {
  static constexpr std::uint64_t kNumbers[] = {0,   1,          2,          127,        128,
                                               300, 0x7fffffff, 0xffffffff, 0x100000005};
  if (Below(random, 5) == 0) return ~std::uint64_t{0};
  return kNumbers[Below(random, std::size(kNumbers))];
}

std::string RandomMessage(Random& random, int depth);

std::string RandomField(Random& random, int depth) {
  const std::uint64_t number = Below(random, 12) == 0 ? Below(random, 40) : 1 + Below(random, 4);
  const auto tag = [&](std::uint64_t type) { return Varint(random, number << 3 | type); };
  switch (Below(random, 12)) {
    case 0:
      return tag(1) + std::string(8, 'x');
    case 1:
      return tag(5) + std::string(4, 'x');
    case 2:
      if (depth == 0) return "";
      return tag(3) + RandomMessage(random, depth - 1) + tag(4);
    case 3:
      if (Below(random, 20) > 0) return "";
      return tag(Below(random, 8));
    case 4:
    case 5:
    case 6:
      return tag(0) + Varint(random, RandomNumber(random));
    default: {
      const bool is_message = depth > 0 && Below(random, 2) == 0;
      const std::string bytes = is_message ? RandomMessage(random, depth - 1) : RandomText(random);
      return tag(2) + Varint(random, bytes.size()) + bytes;
    }
  }
}

std::string RandomMessage(Random& random, int depth) {
  std::string bytes;
  for (std::uint64_t fields = Below(random, 5); fields > 0; --fields) {
    bytes += RandomField(random, depth);
  }
  return bytes;
}

void Mutate(Random& random, std::string& bytes) {
  for (std::uint64_t changes = Below(random, 4); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = Below(random, bytes.size());
    switch (Below(random, 3)) {
      case 0:
        bytes[at] = static_cast<char>(Below(random, 256));
        break;
      case 1:
        bytes.erase(at, 1 + Below(random, 3));
        break;
      default:
        bytes.insert(at, bytes.substr(Below(random, bytes.size()), Below(random, 12)));
    }
  }
}

TEST(CodecDifferential, ReadsWhatLibprotobufReads) {
  Random random = MakeRandom();
  google::protobuf::SetLogHandler(nullptr);  // It would report every text that is not UTF-8.
  constexpr int kMessages = 100'000;
  int accepted = 0;
  int odd = 0;
  for (int i = 0; i < kMessages; ++i) {
    const auto operation = static_cast<Operation>(Below(random, 4));
    std::string bytes = RandomMessage(random, 3);
    if (Below(random, 2) == 0) Mutate(random, bytes);
    const std::string theirs = TheirsOf(operation, bytes);
    const std::string ours = OursOf(operation, bytes);
    if (ours != theirs && HasOddVarint(bytes)) {
      ++odd;
      continue;
    }
    accepted += ours != "refused" ? 1 : 0;
    ASSERT_EQ(ours, theirs) << "operation " << static_cast<int>(operation) << ", bytes "
                            << ::testing::PrintToString(bytes);
  }
  EXPECT_GT(accepted, kMessages / 10);
  EXPECT_LT(odd, kMessages / 100);
}

TEST(CodecDifferential, NestsAsDeep) {
  for (std::size_t depth = 97; depth <= 103; ++depth) {
    const std::string groups = std::string(depth, '\x7b') + std::string(depth, '\x7c');
    std::string item = "\x1a";
    item.push_back(static_cast<char>((groups.size() & 0x7F) | 0x80));
    item.push_back(static_cast<char>(groups.size() >> 7));
    item += groups;
    for (const std::string& bytes : {groups, item}) {
      EXPECT_EQ(OursOf(Operation::kPutObjects, bytes), TheirsOf(Operation::kPutObjects, bytes))
          << depth;
    }
  }
}

}  // namespace
}  // namespace vss::vss_api
