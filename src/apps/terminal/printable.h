// A server may call things what it likes: nothing of it reaches a terminal as anything but text.
#ifndef VSS_APPS_TERMINAL_PRINTABLE_H_
#define VSS_APPS_TERMINAL_PRINTABLE_H_

#include <string>
#include <string_view>

namespace vss::apps {

bool IsControl(char c);  // Of ASCII.

// `text` with control characters as "\\x1b".
std::string Printable(std::string_view text);

}  // namespace vss::apps

#endif  // VSS_APPS_TERMINAL_PRINTABLE_H_
