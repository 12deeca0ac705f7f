// Which server, which store, and who is calling: from a profile, the environment and the command
// line, the later ones over the earlier.
#ifndef VSS_APPS_VSS_SETTINGS_H_
#define VSS_APPS_VSS_SETTINGS_H_

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "base/failure.h"

namespace vss::apps {

// By name: --name on the command line, VSS_NAME in the environment, name in a profile (with `_`
// for `-` in the latter two).
using Settings = std::map<std::string, std::string>;

struct SettingKind {
  std::string_view name;
  std::string_view placeholder;
  std::string_view help;
};

inline constexpr std::array kSettings = {
    SettingKind{"url", "URL", "Base URL of the server, such as https://example.org/vss"},
    SettingKind{"store", "ID", "Which of the user's stores (default: the one with no name)"},
    SettingKind{"auth", "HOW",
                "none, signature, token or lnurl (default: what the files below allow for)"},
    SettingKind{"mnemonic-file", "FILE", "The wallet's BIP39 words: opens values, signs requests"},
    SettingKind{"passphrase-file", "FILE", "The passphrase that belongs to the words"},
    SettingKind{"seed-file", "FILE", "The wallet's 64-byte seed, as LDK Node's keys_seed"},
    SettingKind{"key-file", "FILE",
                "Only the 32-byte key of m/877', raw or in hex: opens values, signs nothing"},
    SettingKind{"signing-key-file", "FILE", "A 32-byte key that signs requests, raw or in hex"},
    SettingKind{"token-file", "FILE", "A token for the Authorization header"},
    SettingKind{"lnurl-url", "URL", "Where to log in with the wallet's key by LNURL-auth"},
    SettingKind{"ca-file", "FILE", "Certificates (PEM) to trust instead of the system's"},
    SettingKind{"proxy", "URL", "A proxy, such as socks5h://127.0.0.1:9050 for Tor"},
    SettingKind{"timeout", "SECONDS", "How long one call may take, retries included (120)"},
    SettingKind{"plain-http", "BOOL", "true: allow http to other hosts than this one and .onion"},
    SettingKind{"old-server", "BOOL", "true: the server does not say its protocol version"},
};

struct SettingSources {
  std::string config_file;  // Empty: the usual one, which need not be there.
  std::string profile;      // Empty: the file's default_profile, or none.
  Settings from_command_line;
  // What the profile says counts more than the rest, which is only asked for what the profile does
  // not say, and not for a server or a store.
  bool is_profile_strongest = false;
};

// In a place that names a URL, a wallet's files that have to do with another server than the one
// that is called: they open and seal values, and sign nothing unless that is asked for by name.
// Nobody can say this; it follows.
inline constexpr char kOnlyOpens[] = "wallet-only-opens";

// The URL of the server whose credentials were left out, because another one is called.  Nobody can
// say this either.
inline constexpr char kLeftOut[] = "credentials-left-out";

// Who names a URL in one place and credentials in the same has named them for that server: they do
// not go to another one, whose URL comes from a stronger place.
//
// kInvalid for a profile that is not there and for settings that do not exist.
Result<Settings> LoadSettings(const SettingSources& sources);

// Empty if nobody said it.
std::string ValueOf(const Settings& settings, std::string_view name);

// $XDG_CONFIG_HOME/vss/config.toml, or the same under ~/.config.
std::string UsualConfigFile();
// A folder of ours for work that is not finished, made if need be: $XDG_STATE_HOME/vss, or under
// ~/.local/state.
Result<std::string> StateFolder();

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_SETTINGS_H_
