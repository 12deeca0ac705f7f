// Completion scripts, made of what the parser knows.
#ifndef VSS_APPS_VSS_COMPLETION_H_
#define VSS_APPS_VSS_COMPLETION_H_

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace vss::apps {

// For "bash", "zsh" or "fish".
std::string CompletionScript(std::string_view shell, const CLI::App& app);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_COMPLETION_H_
