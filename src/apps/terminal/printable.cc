#include "apps/terminal/printable.h"

#include <array>
#include <cstdio>

namespace vss::apps {

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

std::string Printable(std::string_view text) {
  std::string printable;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // C1 controls, as UTF-8 has them.
    const bool is_c1 =
        text[i] == '\xc2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (IsControl(text[i]) || is_c1) {
      std::array<char, 5> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\x%02x", static_cast<unsigned char>(text[i]));
      printable += escaped.data();
    } else {
      printable += text[i];
    }
  }
  return printable;
}

}  // namespace vss::apps
