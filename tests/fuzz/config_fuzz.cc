// A configuration file, and the environment beside it.  Whatever is accepted can be printed, and
// what was printed comes to the same.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "server/config/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  // The part behind a line "%%" is the value of a variable.
  const std::size_t mark = text.find("\n%%\n");
  vss::server::Environment environment;
  if (mark != std::string::npos) environment["VSS_SERVER_LISTEN"] = text.substr(mark + 4);

  auto loaded = vss::server::LoadConfig(text.substr(0, mark), environment);
  if (!loaded) {
    CHECK(!loaded.error().message.empty());
    return 0;
  }
  loaded->config.store.postgres.password.clear();  // It would be printed as ***.
  const std::string printed = vss::server::PrintConfig(loaded->config);
  const auto again = vss::server::LoadConfig(printed, {});
  CHECK(again.has_value());
  CHECK(vss::server::PrintConfig(again->config) == printed);
  return 0;
}
