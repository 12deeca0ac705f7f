// get, put, delete, list, info, token.
#ifndef VSS_APPS_VSS_EVERYDAY_H_
#define VSS_APPS_VSS_EVERYDAY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "apps/vss/command.h"

namespace vss::apps {

struct GetArguments {
  std::string key;
  std::string output;  // A file; empty: standard output.
};
CommandResult Get(const Context& context, const GetArguments& arguments);

// What a write may replace.  Nothing, if nothing is said.
struct ReplaceArguments {
  std::optional<std::int64_t> version;
  bool replace = false;  // Whatever is read just before.
  bool unconditional = false;
};

struct PutArguments {
  std::string key;
  std::string input;  // A file; empty or "-": standard input.
  ReplaceArguments replace;
};
CommandResult Put(const Context& context, const PutArguments& arguments);

struct DeleteArguments {
  std::string key;
  std::optional<std::int64_t> version;
};
CommandResult Delete(const Context& context, const DeleteArguments& arguments);

struct ListArguments {
  std::string prefix;
  std::uint64_t limit = 0;  // 0: all.
};
CommandResult List(const Context& context, const ListArguments& arguments);

CommandResult Info(const Context& context);

CommandResult Token(const Context& context);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_EVERYDAY_H_
