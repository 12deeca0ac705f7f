#include "apps/vss/settings.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace vss::apps {
namespace {

// toml++ throws; this is the one place that sees it.
Result<toml::table> ParseFile(const std::string& path) {
  try {
    return toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    return Invalid(path + ", line " + std::to_string(error.source().begin.line) + ": " +
                   std::string(error.description()));
  }
}

std::string Environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

std::string Replaced(std::string_view text, char from, char to) {
  std::string replaced(text);
  std::ranges::replace(replaced, from, to);
  return replaced;
}

std::string VariableOf(std::string_view name) {
  std::string variable = "VSS_" + Replaced(name, '-', '_');
  std::ranges::transform(variable, variable.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return variable;
}

std::string TextOf(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  return "";
}

// Files that a profile names are found from where the profile is.
std::string FromFolderOf(const std::string& config_file, std::string_view name, std::string value) {
  if (!name.ends_with("-file") || value.empty()) return value;
  if (value.starts_with("~/")) return Environment("HOME") + value.substr(1);
  return std::filesystem::path(config_file).parent_path() / value;
}

Result<Settings> ReadProfile(const std::string& file, const std::string& name,
                             const toml::table& profile) {
  const std::string where = file + ": profile " + name;
  Settings settings;
  for (const auto& [key, node] : profile) {
    const std::string setting = Replaced(key.str(), '_', '-');
    if (std::ranges::find(kSettings, setting, &SettingKind::name) == kSettings.end()) {
      return Invalid(where + ": there is no setting " + std::string(key.str()));
    }
    settings[setting] = FromFolderOf(file, setting, TextOf(node));
  }
  return settings;
}

Result<Settings> FromFile(const SettingSources& sources) {
  const std::string file = sources.config_file.empty() ? UsualConfigFile() : sources.config_file;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    if (sources.config_file.empty() && sources.profile.empty()) return Settings{};
    return Invalid(sources.profile.empty()
                       ? "there is no file " + file
                       : "there is no profile " + sources.profile + ": there is no file " + file);
  }
  VSS_TRY(const toml::table config, ParseFile(file));
  for (const auto& [key, node] : config) {
    if (key.str() != "default_profile" && key.str() != "profile") {
      return Invalid(file + ": there is no setting " + std::string(key.str()));
    }
  }
  std::string name = sources.profile;
  if (name.empty()) name = config["default_profile"].value_or(std::string());
  if (name.empty()) return Settings{};
  const toml::table* const profile = config["profile"][name].as_table();
  if (profile == nullptr) return Invalid(file + ": there is no profile " + name);
  return ReadProfile(file, name, *profile);
}

std::filesystem::path UserFolder(const char* variable, const char* under_home) {
  const std::string folder = Environment(variable);
  if (!folder.empty()) return std::filesystem::path(folder) / "vss";
  return std::filesystem::path(Environment("HOME")) / under_home / "vss";
}

// Ways to say the same thing: who says one of them anew has said them all.
constexpr std::array<std::array<std::string_view, 4>, 2> kAlternatives = {{
    {"mnemonic-file", "passphrase-file", "seed-file", "key-file"},
    {"auth", "signing-key-file", "token-file", "lnurl-url"},
}};

void Lay(const Settings& over, Settings& settings) {
  const auto says = [&over](std::string_view name) { return over.contains(std::string(name)); };
  for (const auto& names : kAlternatives) {
    if (!std::ranges::any_of(names, says)) continue;
    for (const std::string_view name : names) settings.erase(std::string(name));
  }
  for (const auto& [name, value] : over) settings[name] = value;
}

}  // namespace

std::string UsualConfigFile() { return UserFolder("XDG_CONFIG_HOME", ".config") / "config.toml"; }

Result<std::string> StateFolder() {
  const std::filesystem::path folder = UserFolder("XDG_STATE_HOME", ".local/state");
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) return Unavailable(folder.string() + " cannot be made", error.message());
  return folder.string();
}

Result<Settings> LoadSettings(const SettingSources& sources) {
  SettingSources chosen = sources;
  if (chosen.profile.empty()) chosen.profile = Environment("VSS_PROFILE");
  VSS_TRY(Settings settings, FromFile(chosen));
  Settings from_environment;
  for (const SettingKind& kind : kSettings) {
    const std::string value = Environment(VariableOf(kind.name));
    if (!value.empty()) from_environment[std::string(kind.name)] = value;
  }
  for (Settings over : {from_environment, sources.from_command_line}) {
    if (sources.keeps_server) {
      over.erase("url");
      over.erase("store");
    }
    Lay(over, settings);
  }
  return settings;
}

}  // namespace vss::apps
