#include "apps/vss/view.h"

#include <utility>
#include <vector>

namespace vss::apps {
namespace {

using seal::LdkNodeSchema;

class Raw final : public View {
 public:
  Result<std::string> StorageKeyOf(const std::string& name) const override { return name; }
  Result<std::string> NameOf(const std::string& storage_key) const override { return storage_key; }
  std::string Seal(std::string_view value, const std::string&) const override {
    return std::string(value);
  }
  Result<std::string> Open(std::string_view value, const std::string&) const override {
    return std::string(value);
  }
};

Secret<32> Copy(const Secret<32>& secret) { return Secret<32>(secret.Bytes()); }

std::string MarkerKeyOf(const seal::StoreKeys& keys) {
  return seal::SchemaMarkerStorageKey(seal::KeyObfuscator(keys.obfuscation_master));
}

constexpr std::int64_t kSealedVersion = -1;  // As LDK Node passes it.

}  // namespace

std::unique_ptr<View> RawView() { return std::make_unique<Raw>(); }

std::string FormatName(const seal::RecordName& name) {
  if (name.primary.empty()) return name.key;
  return name.primary + "/" + (name.secondary.empty() ? "" : name.secondary + "/") + name.key;
}

Result<seal::RecordName> ParseName(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() > 3) return Invalid("a name is KEY, PRIMARY/KEY or PRIMARY/SECONDARY/KEY");
  seal::RecordName name;
  name.key = parts.back();
  if (parts.size() > 1) name.primary = parts.front();
  if (parts.size() > 2) name.secondary = parts[1];
  VSS_RETURN_IF_FAILED(seal::CheckName(name));
  return name;
}

LdkView::LdkView(const seal::StoreKeys& keys, LdkNodeSchema schema, Entropy& entropy)
    : obfuscator_(keys.obfuscation_master),
      sealer_(Copy(keys.data_key), entropy),
      layout_(schema, obfuscator_) {}

Result<std::string> LdkView::StorageKeyOf(const std::string& name) const {
  VSS_TRY(const seal::RecordName parsed, ParseName(name));
  return layout_.StorageKey(parsed);
}

Result<std::string> LdkView::NameOf(const std::string& storage_key) const {
  VSS_TRY(const seal::RecordName name, layout_.Split(storage_key));
  return FormatName(name);
}

std::string LdkView::Seal(std::string_view value, const std::string& storage_key) const {
  return sealer_.Seal(value, kSealedVersion, layout_.Aad(storage_key));
}

Result<std::string> LdkView::Open(std::string_view value, const std::string& storage_key) const {
  VSS_TRY(seal::OpenValue opened, sealer_.Open(value, layout_.Aad(storage_key)));
  return std::move(opened.value);
}

Result<StoreState> FindState(Session& session) {
  const seal::StoreKeys& keys = *session.wallet().store;
  const std::string key = MarkerKeyOf(keys);
  VSS_ASK(const auto marker, session.client().Get(key));
  if (marker) {
    const LdkView view(keys, LdkNodeSchema::kV1, session.entropy());
    const auto opened = view.Open(marker->value, key);
    if (!opened) return Corrupt("the store's schema marker does not open with this wallet's key");
    VSS_TRY(const LdkNodeSchema schema, seal::DecodeSchemaMarker(*opened));
    return schema == LdkNodeSchema::kV0 ? StoreState::kV0 : StoreState::kV1;
  }
  VSS_ASK(const client::Listing old,
          session.client().ListPage({.prefix = std::string(seal::kOldStorePrefix)}, ""));
  return old.keys.empty() ? StoreState::kEmpty : StoreState::kV0;
}

Result<std::unique_ptr<LdkView>> OpenLdkView(Session& session) {
  if (!session.wallet().store) {
    return Invalid("give the wallet: --mnemonic-file, --seed-file or --key-file");
  }
  VSS_TRY(const StoreState state, FindState(session));
  return std::make_unique<LdkView>(
      *session.wallet().store, state == StoreState::kV0 ? LdkNodeSchema::kV0 : LdkNodeSchema::kV1,
      session.entropy());
}

Result<Done> MarkIfEmpty(Session& session) {
  VSS_TRY(const StoreState state, FindState(session));
  if (state != StoreState::kEmpty) return Done{};
  const seal::StoreKeys& keys = *session.wallet().store;
  const std::string key = MarkerKeyOf(keys);
  const LdkView view(keys, LdkNodeSchema::kV1, session.entropy());
  std::string sealed = view.Seal(seal::EncodeSchemaMarker(LdkNodeSchema::kV1), key);
  VSS_ASK(const client::WriteOutcome outcome,
          session.client().Put({key, std::move(sealed), client::Expect::Absent()}));
  if (outcome.IsCommitted()) return Done{};
  return Unavailable("somebody else began this store meanwhile: try again");
}

}  // namespace vss::apps
