// What a message may cost: an attacker chooses every byte of it, and a field of two bytes must not
// become an object.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "vss_api/codec.h"

namespace vss::vss_api {
namespace {

std::string Repeated(std::string_view text, std::size_t count) {
  std::string all;
  all.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

// `field` and a length in front of `bytes`, which are fewer than 2^28.
std::string Wrapped(char tag, const std::string& bytes) {
  std::string wrapped(1, tag);
  for (int shift = 0; shift < 21; shift += 7) {
    wrapped.push_back(static_cast<char>((bytes.size() >> shift & 0x7F) | 0x80));
  }
  wrapped.push_back(static_cast<char>(bytes.size() >> 21));
  return wrapped + bytes;
}

std::int64_t PeakKilobytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(CodecMemory, AMessageCostsNoMoreThanItsBytes) {
  const std::string fields = Repeated(std::string_view("\x7a\x00", 2), 1 << 20);
  const std::string groups = Repeated("\x7b\x7c", 1 << 20);
  const std::string items = Repeated(std::string_view("\x1a\x00", 2), 1 << 20);
  const std::string ends = Repeated("\x7b", 50) + groups + Repeated("\x7c", 50);
  const auto put = [](std::string_view bytes) { return DecodePutRequest(bytes).has_value(); };
  const auto remove = [](std::string_view bytes) { return DecodeDeleteRequest(bytes).has_value(); };
  const auto get = [](std::string_view bytes) { return DecodeGetRequest(bytes).has_value(); };
  const auto list = [](std::string_view bytes) { return DecodeListRequest(bytes).has_value(); };
  const struct {
    const char* what;
    std::string bytes;
    std::function<bool(std::string_view)> decode;
    bool is_accepted;
  } cases[] = {
      {"unknown fields", fields, get, true},
      {"unknown groups", groups, list, true},
      {"groups in groups", ends, put, true},
      {"unknown fields of an item", Wrapped('\x1a', fields), put, true},
      {"groups in the item of a delete", Wrapped('\x12', ends), remove, true},
      {"fields in an unknown group", "\x7b" + fields + "\x7c", get, true},
      {"items", items, put, false},
      {"items to delete", Repeated(std::string_view("\x22\x00", 2), 1 << 20), put, false},
      {"one item again and again", Repeated(std::string_view("\x12\x00", 2), 1 << 20), remove,
       true},
  };
  for (const auto& c : cases) {
    const std::int64_t before = PeakKilobytes();
    EXPECT_EQ(c.decode(c.bytes), c.is_accepted) << c.what;
    EXPECT_LT(PeakKilobytes() - before, 8 << 10) << c.what;
  }
}

}  // namespace
}  // namespace vss::vss_api
