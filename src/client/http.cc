#include "vss/http.h"

#include <algorithm>
#include <cctype>

#include "client/text.h"

namespace vss::client {
namespace {

bool IsTokenCharacter(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || kOthers.find(c) != kOthers.npos;
}

bool BreaksOut(char c) { return c == '\r' || c == '\n' || c == '\0'; }

}  // namespace

Result<Done> Headers::Set(std::string_view name, std::string_view value) {
  if (name.empty() || !std::ranges::all_of(name, IsTokenCharacter)) {
    return Invalid("the name of a header is not a token");
  }
  if (std::ranges::any_of(value, BreaksOut)) {
    return Invalid("the value of a header holds CR, LF or NUL");
  }
  std::erase_if(fields_, [&](const Field& field) { return IsSameName(field.first, name); });
  fields_.emplace_back(name, value);
  return Done{};
}

const std::string* Headers::Find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      fields_, [&](const Field& field) { return IsSameName(field.first, name); });
  return found == fields_.end() ? nullptr : &found->second;
}

void Headers::SetAll(const Headers& others) {
  for (const auto& [name, value] : others.fields_) (void)Set(name, value);
}

}  // namespace vss::client
