#include "vss/ldk_node.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "crypto/sha256.h"

namespace vss::seal {
namespace {

constexpr std::uint32_t kVssIndex = Hardened(877);
constexpr std::uint32_t kLnurlIndex = Hardened(138);
constexpr std::uint32_t kSigningIndex = Hardened(139);

constexpr std::size_t kPartCharactersMax = 120;
constexpr char kSeparator = '#';  // Neither in names nor in hidden keys.

Secret<32> SecretCopy(const Secret<32>& secret) { return Secret<32>(secret.Bytes()); }

bool IsNamePart(std::string_view part) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return part.size() <= kPartCharactersMax && std::ranges::all_of(part, is_allowed);
}

std::string Joined(std::string_view primary, std::string_view secondary) {
  return std::string(primary) + kSeparator + std::string(secondary);
}

// The parts before and after the first separator.
std::optional<std::pair<std::string_view, std::string_view>> SplitInTwo(std::string_view text) {
  const std::size_t at = text.find(kSeparator);
  if (at == std::string_view::npos) return std::nullopt;
  return std::pair(text.substr(0, at), text.substr(at + 1));
}

Unexpected<Failure> Foreign() { return Corrupt("the storage key is not one of LDK Node's"); }

// v0 key = hidden key                                 if the primary namespace is empty
//        | primary "#" secondary "#" hidden key       else
Result<RecordName> SplitV0(std::string_view storage_key, const KeyObfuscator& obfuscator) {
  RecordName name;
  std::string_view hidden = storage_key;
  if (const auto outer = SplitInTwo(storage_key)) {
    const auto inner = SplitInTwo(outer->second);
    if (!inner) return Foreign();
    name.primary = outer->first;
    name.secondary = inner->first;
    hidden = inner->second;
  }
  VSS_TRY(name.key, obfuscator.Deobfuscate(hidden));
  return name;
}

// v1 key = hidden(primary "#" secondary) "#" hidden key
Result<RecordName> SplitV1(std::string_view storage_key, const KeyObfuscator& obfuscator) {
  const auto parts = SplitInTwo(storage_key);
  if (!parts) return Foreign();
  VSS_TRY(const std::string namespaces, obfuscator.Deobfuscate(parts->first));
  const auto names = SplitInTwo(namespaces);
  if (!names) return Foreign();
  RecordName name{std::string(names->first), std::string(names->second), {}};
  VSS_TRY(name.key, obfuscator.Deobfuscate(parts->second));
  return name;
}

std::string StorageKeyV1(const RecordName& name, const KeyObfuscator& obfuscator) {
  return obfuscator.Obfuscate(Joined(name.primary, name.secondary)) + kSeparator +
         obfuscator.Obfuscate(name.key);
}

}  // namespace

Secret<32> DeriveKey(const Secret<32>& secret, ByteView label) {
  crypto::Digest mac = crypto::HmacSha256(label, {secret.Bytes()});
  Secret<32> derived(mac);
  Wipe(mac);
  return derived;
}

StoreKeys DeriveStoreKeys(const Secret<32>& vss_seed) {
  constexpr std::string_view kLabel = "obfuscation_key";
  const Secret<32> prk = DeriveKey(vss_seed, BytesOf("pseudo_random_key"));
  Secret<32> data_key = DeriveKey(prk, BytesOf("data_encryption_key"));
  Secret<32 + kLabel.size()> label;
  std::ranges::copy(data_key.Bytes(), label.Writable().begin());
  std::ranges::copy(kLabel, label.Writable().begin() + 32);
  return {std::move(data_key), DeriveKey(prk, label.Bytes())};
}

Result<LdkNodeKeys> DeriveLdkNodeKeys(const WalletSeed& seed) {
  VSS_TRY(const ExtendedKey master, ExtendedKey::FromSeed(seed.Bytes()));
  VSS_TRY(const ExtendedKey vss, master.Child(kVssIndex));
  VSS_TRY(ExtendedKey lnurl_parent, vss.Child(kLnurlIndex));
  VSS_TRY(const ExtendedKey signing, vss.Child(kSigningIndex));
  return LdkNodeKeys{.vss_seed = SecretCopy(vss.PrivateKey()),
                     .store = DeriveStoreKeys(vss.PrivateKey()),
                     .lnurl_parent = std::move(lnurl_parent),
                     .signing_key = SecretCopy(signing.PrivateKey())};
}

Result<Done> CheckNamespace(std::string_view primary, std::string_view secondary) {
  if (!IsNamePart(primary) || !IsNamePart(secondary)) {
    return Invalid("a namespace has at most 120 letters, digits, '_' and '-'");
  }
  if (primary.empty() && !secondary.empty()) {
    return Invalid("a secondary namespace needs a primary one");
  }
  return Done{};
}

Result<Done> CheckName(const RecordName& name) {
  if (name.key.empty() || !IsNamePart(name.key)) {
    return Invalid("a key has 1 to 120 letters, digits, '_' and '-'");
  }
  return CheckNamespace(name.primary, name.secondary);
}

Result<std::string> LdkNodeLayout::StorageKey(const RecordName& name) const {
  VSS_RETURN_IF_FAILED(CheckName(name));
  if (schema_ == LdkNodeSchema::kV1) return StorageKeyV1(name, obfuscator_);
  const std::string hidden = obfuscator_.Obfuscate(name.key);
  if (name.primary.empty()) return hidden;
  return Joined(name.primary, name.secondary) + kSeparator + hidden;
}

Result<std::optional<std::string>> LdkNodeLayout::ListPrefix(std::string_view primary,
                                                             std::string_view secondary) const {
  VSS_RETURN_IF_FAILED(CheckNamespace(primary, secondary));
  std::string joined = Joined(primary, secondary);
  if (schema_ == LdkNodeSchema::kV1) return std::optional(obfuscator_.Obfuscate(joined));
  if (primary.empty()) return std::optional<std::string>();
  return std::optional(std::move(joined));
}

Result<RecordName> LdkNodeLayout::Split(std::string_view storage_key) const {
  VSS_TRY(RecordName name, schema_ == LdkNodeSchema::kV1 ? SplitV1(storage_key, obfuscator_)
                                                         : SplitV0(storage_key, obfuscator_));
  if (!CheckName(name)) return Foreign();
  return name;
}

std::string SchemaMarkerStorageKey(const KeyObfuscator& obfuscator) {
  return StorageKeyV1({"", "", std::string(kSchemaMarkerName)}, obfuscator);
}

// marker = variant, 1 byte; size of what follows, 1 byte; nothing yet, so 0
//
// The size is a BigSize and what follows would be type-length-value records; a record that this
// version does not know means that it does not know the schema.
std::string EncodeSchemaMarker(LdkNodeSchema schema) { return {static_cast<char>(schema), '\0'}; }

Result<LdkNodeSchema> DecodeSchemaMarker(std::string_view value) {
  for (const LdkNodeSchema schema : {LdkNodeSchema::kV0, LdkNodeSchema::kV1}) {
    if (value == EncodeSchemaMarker(schema)) return schema;
  }
  return Corrupt("the store's schema is not one that this version knows");
}

}  // namespace vss::seal
