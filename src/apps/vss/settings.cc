#include "apps/vss/settings.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "client/url.h"

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

std::optional<std::string> TextOf(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  return std::nullopt;
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
    const auto text = TextOf(node);
    if (!text)
      return Invalid(where + ": " + std::string(key.str()) + " is no text, number or bool");
    settings[setting] = FromFolderOf(file, setting, *text);
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
constexpr std::array<std::string_view, 5> kWallet = {"mnemonic-file", "passphrase-file",
                                                     "seed-file", "key-file", kOnlyOpens};
constexpr std::array<std::string_view, 4> kCredentials = {"auth", "signing-key-file", "token-file",
                                                          "lnurl-url"};
// What is said about one server, and not about another.
constexpr std::array<std::string_view, 3> kOfOneServer = {"ca-file", "plain-http", "old-server"};

bool SaysOneOf(std::span<const std::string_view> names, const Settings& settings) {
  return std::ranges::any_of(
      names, [&](std::string_view name) { return settings.contains(std::string(name)); });
}

void Erase(std::span<const std::string_view> names, Settings& settings) {
  for (const std::string_view name : names) settings.erase(std::string(name));
}

void Lay(const Settings& over, Settings& settings) {
  if (SaysOneOf(kWallet, over)) Erase(kWallet, settings);
  if (SaysOneOf(kCredentials, over)) Erase(kCredentials, settings);
  for (const auto& [name, value] : over) settings[name] = value;
}

// By scheme, host and port.
bool IsSameServer(const std::string& a, const std::string& b) {
  const auto parts = client::ParseBaseUrl(a);
  return a == b || (parts && parts == client::ParseBaseUrl(b));
}

// Takes from `settings` what was said with another server in mind than the one at `url`.
void KeepFrom(const std::string& url, Settings& settings) {
  if (!settings.contains("url") || IsSameServer(settings["url"], url)) return;
  if (SaysOneOf(kCredentials, settings) || SaysOneOf(kWallet, settings)) {
    settings[kLeftOut] = settings["url"];
  }
  Erase(kCredentials, settings);
  Erase(kOfOneServer, settings);
  if (SaysOneOf(kWallet, settings)) settings[kOnlyOpens] = "true";
}

Settings FromEnvironment() {
  Settings settings;
  for (const SettingKind& kind : kSettings) {
    const std::string value = Environment(VariableOf(kind.name));
    if (!value.empty()) settings[std::string(kind.name)] = value;
  }
  return settings;
}

// Only what a profile leaves open is asked of others.
void FillOnly(const Settings& profile, Settings& given) {
  given.erase("url");
  given.erase("store");
  // Whoever has the wallet's words or seed has said who is calling.
  constexpr std::array<std::string_view, 2> kSigners = {"mnemonic-file", "seed-file"};
  if (SaysOneOf(kSigners, profile)) Erase(kCredentials, given);
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
  if (ValueOf(sources.from_command_line, "proxy").find('@') != std::string::npos) {
    return Invalid(
        "everybody on this machine can read the proxy's password there: put it into "
        "VSS_PROXY or a profile");
  }
  SettingSources chosen = sources;
  if (chosen.profile.empty()) chosen.profile = Environment("VSS_PROFILE");
  VSS_TRY(Settings profile, FromFile(chosen));
  std::array<Settings, 2> given = {FromEnvironment(), sources.from_command_line};
  std::string url = ValueOf(profile, "url");
  for (const Settings& place : given) {
    if (place.contains("url") && !sources.is_profile_strongest) url = place.at("url");
  }
  Settings settings;
  KeepFrom(url, profile);
  if (!sources.is_profile_strongest) Lay(profile, settings);
  for (Settings& place : given) {
    KeepFrom(url, place);
    if (sources.is_profile_strongest) FillOnly(profile, place);
    Lay(place, settings);
  }
  if (sources.is_profile_strongest) Lay(profile, settings);
  return settings;
}

std::string ValueOf(const Settings& settings, std::string_view name) {
  const auto found = settings.find(std::string(name));
  return found == settings.end() ? "" : found->second;
}

}  // namespace vss::apps
