#include "apps/vss/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "backup/file.h"
#include "crypto/hex.h"

namespace vss::apps {
namespace {

Unexpected<Failure> Unreadable(const std::string& path) {
  return Invalid("cannot read " + path + ": " + std::strerror(errno));
}

Result<seal::WalletSeed> ReadSeed(const Settings& settings) {
  if (const std::string file = ValueOf(settings, "seed-file"); !file.empty()) {
    VSS_TRY(const SecretText seed, ReadSecretFile(file));
    return seal::SeedFromBytes(BytesOf(seed.Bytes()));
  }
  VSS_TRY(const SecretText words, ReadSecretFile(ValueOf(settings, "mnemonic-file")));
  const std::string passphrase_file = ValueOf(settings, "passphrase-file");
  if (passphrase_file.empty()) return seal::SeedFromMnemonic(words.Bytes(), {});
  VSS_TRY(const SecretText passphrase, ReadSecretFile(passphrase_file));
  const std::string_view line = passphrase.Bytes().substr(0, passphrase.Bytes().find('\n'));
  return seal::SeedFromMnemonic(words.Bytes(), line);
}

}  // namespace

SecretText::~SecretText() { Wipe({reinterpret_cast<std::uint8_t*>(text_.data()), text_.size()}); }

std::string_view SecretText::Trimmed() const {
  constexpr std::string_view kSpace = " \t\r\n";
  std::string_view text = text_;
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

Result<SecretText> ReadSecretFile(const std::string& path) {
  constexpr std::size_t kBytesMax = std::size_t{64} << 10;
  const backup::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) return Unreadable(path);
  if (S_ISREG(status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Invalid(path + " can be read by others: chmod 600 it, and think about who has read it");
  }
  // In one piece, so that no copy is left behind by a string that grows.
  std::string text(kBytesMax, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unreadable(path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size == text.size()) return Invalid(path + " is too large to be a secret");
  text.resize(size);
  return SecretText(std::move(text));
}

Result<Secret<32>> ReadKeyFile(const std::string& path) {
  VSS_TRY(const SecretText text, ReadSecretFile(path));
  Secret<32> key;
  if (text.Bytes().size() == 32) {
    std::ranges::copy(BytesOf(text.Bytes()), key.Writable().begin());
  } else if (!crypto::DecodeHex(text.Trimmed(), crypto::HexCase::kAny, key.Writable())) {
    return Invalid(path + " holds neither 32 bytes nor 64 hex digits");
  }
  return key;
}

Result<WalletKeys> ReadWallet(const Settings& settings) {
  int given = 0;
  for (const char* name : {"mnemonic-file", "seed-file", "key-file"}) {
    given += ValueOf(settings, name).empty() ? 0 : 1;
  }
  if (given > 1) return Invalid("give one of mnemonic-file, seed-file and key-file");
  WalletKeys keys;
  if (const std::string file = ValueOf(settings, "key-file"); !file.empty()) {
    VSS_TRY(const Secret<32> key, ReadKeyFile(file));
    keys.store = seal::DeriveStoreKeys(key);
  } else if (given == 1) {
    VSS_TRY(const seal::WalletSeed seed, ReadSeed(settings));
    VSS_TRY(seal::LdkNodeKeys all, seal::DeriveLdkNodeKeys(seed));
    keys.store = std::move(all.store);
    keys.signing_key = std::move(all.signing_key);
    keys.lnurl_parent = std::move(all.lnurl_parent);
  }
  if (const std::string file = ValueOf(settings, "signing-key-file"); !file.empty()) {
    VSS_TRY(keys.signing_key, ReadKeyFile(file));
  }
  return keys;
}

}  // namespace vss::apps
