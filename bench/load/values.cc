#include "bench/load/values.h"

#include <algorithm>
#include <cstring>

namespace vss::bench {
namespace {

using Place = std::uint64_t;
constexpr std::size_t kPlaces = std::size_t{1} << 20;

}  // namespace

Values::Values(std::size_t size_max) : pool_(size_max + kPlaces, '\0') {
  Random random(1);
  for (std::size_t i = 0; i + sizeof(Place) <= pool_.size(); i += sizeof(Place)) {
    const Place bits = random();
    std::memcpy(pool_.data() + i, &bits, sizeof bits);
  }
}

std::string_view Values::Make(Random& random, std::size_t size) {
  const Place place = random() % kPlaces;
  value_.assign(pool_, place, size);
  std::memcpy(value_.data(), &place, std::min(size, sizeof place));
  return value_;
}

bool Values::IsOurs(std::string_view value) const {
  Place place = 0;
  if (value.size() <= sizeof place) return true;
  std::memcpy(&place, value.data(), sizeof place);
  if (place >= kPlaces || value.size() > pool_.size() - kPlaces) return false;
  return value.substr(sizeof place) ==
         std::string_view(pool_).substr(place + sizeof place, value.size() - sizeof place);
}

}  // namespace vss::bench
