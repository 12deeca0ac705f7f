#include "server/config/load.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <sstream>
#include <utility>

#include "core/utf8.h"
#include "server/config/settings.h"
#include "server/config/upstream.h"
#include "server/config/validate.h"

namespace vss::server {
namespace {

// toml++ throws; this is the one place that sees it.
Result<toml::table> ParseToml(const std::string& text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return Invalid("line " + std::to_string(error.source().begin.line) + ": " +
                   std::string(error.description()));
  }
}

std::string Joined(const std::string& table, std::string_view key) {
  return table.empty() ? std::string(key) : table + "." + std::string(key);
}

// Calls `leaf(name, node)` for every value of the file, and for every table that has none.
template <typename Leaf>
void ForEachLeaf(const toml::table& table, const std::string& name, Leaf&& leaf) {
  if (table.empty() && !name.empty()) leaf(name, static_cast<const toml::node&>(table));
  for (const auto& [key, node] : table) {
    const std::string full_name = Joined(name, key.str());
    if (const toml::table* inner = node.as_table()) {
      ForEachLeaf(*inner, full_name, leaf);
    } else {
      leaf(full_name, node);
    }
  }
}

std::string TextOf(const toml::node& node) {
  if (const auto text = node.value<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  return "";
}

Result<Done> SetFromNode(const Setting& setting, const toml::node& node) {
  if (auto* const* list = std::get_if<std::vector<std::string>*>(&setting.target)) {
    const toml::array* const array = node.as_array();
    if (array == nullptr) return Invalid("expected a list of texts");
    std::vector<std::string> items;
    for (const toml::node& item : *array) {
      const auto text = item.value_exact<std::string>();
      if (!text) return Invalid("expected a list of texts");
      items.push_back(*text);
    }
    **list = std::move(items);
    return Done{};
  }
  const bool wants_text = std::holds_alternative<std::string*>(setting.target);
  if (wants_text && !node.is_string()) return Invalid("expected a text in quotes");
  if (std::holds_alternative<bool*>(setting.target) && !node.is_boolean()) {
    return Invalid("expected true or false");
  }
  if (!node.is_string() && !node.is_integer() && !node.is_boolean()) {
    return Invalid("expected a single value");
  }
  return setting.Parse(TextOf(node));
}

Unexpected<Failure> InSetting(const std::string& where, const Failure& failure) {
  return Invalid(where + ": " + failure.message);
}

Result<Done> ApplyFile(const toml::table& file, const std::vector<Setting>& settings) {
  std::optional<Failure> problem;
  ForEachLeaf(file, "", [&](const std::string& name, const toml::node& node) {
    if (problem || IsUpstreamTable(name.substr(0, name.find('.')))) return;
    const auto setting = std::find_if(settings.begin(), settings.end(),
                                      [&](const Setting& s) { return s.name == name; });
    if (setting == settings.end()) {
      const bool is_table = std::any_of(settings.begin(), settings.end(), [&](const Setting& s) {
        return s.name.starts_with(name + ".");
      });
      if (is_table && node.is_table()) return;
      const std::string nearest = NearestName(name, settings);
      problem = Invalid("unknown setting " + name +
                        (nearest.empty() ? "" : "; did you mean " + nearest + "?"))
                    .error();
    } else if (auto set = SetFromNode(*setting, node); !set) {
      problem = InSetting(name, set.error()).error();
    }
  });
  if (problem) return Unexpected(*problem);
  return Done{};
}

// As TOML is: what is not text could not be shown by --print-config.
Result<Done> CheckIsText(const Environment& environment) {
  for (const auto& [name, value] : environment) {
    if (!IsUtf8(value)) return Invalid("the environment variable " + name + " is not UTF-8");
  }
  return Done{};
}

Result<Done> ApplyEnvironment(const Environment& environment,
                              const std::vector<Setting>& settings) {
  for (const Setting& setting : settings) {
    const auto set = environment.find(setting.Environment());
    if (set == environment.end()) continue;
    if (auto parsed = setting.Parse(set->second); !parsed) {
      return InSetting(set->first, parsed.error());
    }
  }
  return Done{};
}

// Those of our client `vss`, for which the same shell may be set up.  Not VSS_STORE and VSS_AUTH:
// who gives these to a server means something by it.
constexpr std::array<std::string_view, 14> kVariablesOfClient = {
    "VSS_URL",        "VSS_PROFILE",   "VSS_MNEMONIC_FILE", "VSS_PASSPHRASE_FILE",
    "VSS_SEED_FILE",  "VSS_KEY_FILE",  "VSS_TOKEN_FILE",    "VSS_SIGNING_KEY_FILE",
    "VSS_LNURL_URL",  "VSS_CA_FILE",   "VSS_PROXY",         "VSS_TIMEOUT",
    "VSS_PLAIN_HTTP", "VSS_OLD_SERVER"};

// A variable nobody reads is most likely misspelt.  It is not refused: container platforms put
// variables of their own, such as VSS_PORT, into the environment.
void WarnOfUnknownVariables(const Environment& environment, const std::vector<Setting>& settings,
                            bool is_upstream, std::vector<std::string>& warnings) {
  std::set<std::string, std::less<>> known(kVariablesOfClient.begin(), kVariablesOfClient.end());
  for (const Setting& setting : settings) known.insert(setting.Environment());
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("VSS_") || known.contains(name)) continue;
    if (is_upstream && IsUpstreamVariable(name)) continue;
    warnings.push_back("the environment variable " + name + " is unknown and was ignored");
  }
}

// Whether the configuration is one of the original server.  Its variables alone make it one, beside
// a file that says nothing too: taken for ours, it would serve wallets from an empty store.
Result<bool> SpeaksUpstream(const FlatFile& file, const Environment& environment) {
  bool has_ours = false;
  for (const auto& leaf : file) {
    if (IsUpstreamTable(leaf.first.substr(0, leaf.first.find('.')))) return true;
    has_ours = true;
  }
  for (const auto& variable : environment) {
    if (!IsUpstreamOnlyVariable(variable.first)) continue;
    if (!has_ours) return true;
    return Invalid("the environment variable " + variable.first +
                   " is the original vss-server's, but the file is not: use one or the other");
  }
  return false;
}

}  // namespace

Result<LoadedConfig> LoadConfig(const std::optional<std::string>& file_text,
                                const Environment& environment) {
  toml::table file;
  if (file_text) {
    VSS_TRY(file, ParseToml(*file_text));
  }
  FlatFile flat;
  ForEachLeaf(file, "",
              [&](const std::string& name, const toml::node& node) { flat[name] = TextOf(node); });

  VSS_RETURN_IF_FAILED(CheckIsText(environment));
  LoadedConfig loaded;
  VSS_TRY(const bool is_upstream, SpeaksUpstream(flat, environment));
  if (is_upstream) {
    VSS_TRY(loaded.config, ConfigFromUpstream(flat, environment, loaded.warnings));
  }
  const std::vector<Setting> settings = SettingsOf(loaded.config);
  VSS_RETURN_IF_FAILED(ApplyFile(file, settings));
  VSS_RETURN_IF_FAILED(ApplyEnvironment(environment, settings));
  WarnOfUnknownVariables(environment, settings, is_upstream, loaded.warnings);
  VSS_RETURN_IF_FAILED(Validate(loaded.config));
  return loaded;
}

std::string PrintConfig(Config config) {
  std::string text;
  std::string table;
  for (const Setting& setting : SettingsOf(config)) {
    const std::size_t dot = setting.name.rfind('.');
    const std::string its_table = setting.name.substr(0, dot);
    if (its_table != table) {
      table = its_table;
      text += (text.empty() ? "[" : "\n[") + table + "]\n";
    }
    text += setting.name.substr(dot + 1) + " = " + setting.Format() + "\n";
  }
  return text;
}

std::string ConfigReference() {
  Config defaults;
  std::string text;
  std::string table;
  for (const Setting& setting : SettingsOf(defaults)) {
    const std::size_t dot = setting.name.rfind('.');
    const std::string its_table = setting.name.substr(0, dot);
    if (its_table != table) {
      table = its_table;
      text += "\n### `[" + table +
              "]`\n\n| setting | environment | default | |\n| --- | --- | --- | --- |\n";
    }
    text += "| `" + setting.name.substr(dot + 1) + "` | `" + setting.Environment() + "` | `" +
            setting.Format() + "` | " + std::string(setting.meaning) + " |\n";
  }
  return text;
}

}  // namespace vss::server
