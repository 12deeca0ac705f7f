// How LDK Node keeps its state in VSS: which keys it derives from the wallet's seed, and under
// which storage keys records lie.  Byte-compatible, both ways.
//
// Format: docs/formats/sealed-values.md
#ifndef VSS_LDK_NODE_H_
#define VSS_LDK_NODE_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vss/extended_key.h"
#include "vss/failure.h"
#include "vss/sealer.h"
#include "vss/secret.h"
#include "vss/wallet_seed.h"

namespace vss::seal {

// HMAC-SHA256 with the label as its key and the secret as its message: upstream's way to make one
// key out of another.
Secret<32> DeriveKey(const Secret<32>& secret, ByteView label);

// The two keys of a store.  The store's name is no part of them: the values of a wallet can be
// moved between stores as they are.
struct StoreKeys {
  Secret<32> data_key;            // For Sealer.
  Secret<32> obfuscation_master;  // For KeyObfuscator.
};
StoreKeys DeriveStoreKeys(const Secret<32>& vss_seed);

// Everything that LDK Node derives from the seed of the wallet.
struct LdkNodeKeys {
  Secret<32> vss_seed;  // m/877'; LDK Node 0.3 sealed with this one and hid no keys.
  StoreKeys store;
  ExtendedKey lnurl_parent;  // m/877'/138', for LNURL-auth.
  Secret<32> signing_key;    // m/877'/139', for signatures in the Authorization header.
};
Result<LdkNodeKeys> DeriveLdkNodeKeys(const WalletSeed& seed);

// What LDK calls a record: for example ("monitors", "", "<txid>_<index>").
struct RecordName {
  std::string primary;
  std::string secondary;
  std::string key;
  // A false alarm: NOLINTNEXTLINE(modernize-use-nullptr)
  auto operator<=>(const RecordName&) const = default;
};
// kInvalid unless LDK allows the name: letters, digits, '_' and '-', 120 characters at most in each
// part, a key, and no secondary namespace without a primary one.
Result<Done> CheckName(const RecordName& name);
Result<Done> CheckNamespace(std::string_view primary, std::string_view secondary);

enum class LdkNodeSchema : std::uint8_t {
  kV0 = 0,  // Stores first written by LDK Node 0.4 to 0.6.
  kV1 = 1,  // Stores first written by LDK Node 0.7 and later.
};

// Where the records of one store lie.
//
// Threads:  every method, any thread.
class LdkNodeLayout final {
 public:
  // `obfuscator` must outlive the layout.
  LdkNodeLayout(LdkNodeSchema schema, const KeyObfuscator& obfuscator)
      : schema_(schema), obfuscator_(obfuscator) {}

  LdkNodeSchema Schema() const { return schema_; }

  // 600 characters at most.  kInvalid for what CheckName refuses.
  Result<std::string> StorageKey(const RecordName& name) const;

  // The associated data that the value under this storage key is sealed with.
  std::string_view Aad(std::string_view storage_key) const {
    return schema_ == LdkNodeSchema::kV1 ? storage_key : std::string_view();
  }

  // The prefix under which the keys of a namespace are listed; nullopt: everything has to be.
  //
  // It may list too much (in V0 "abc" also finds "abcd", and the empty namespace has no prefix):
  // split the keys and compare.  kInvalid for what CheckNamespace refuses.
  Result<std::optional<std::string>> ListPrefix(std::string_view primary,
                                                std::string_view secondary) const;

  // The name behind a storage key of this layout.  kCorrupt if it is none: foreign, or changed.
  Result<RecordName> Split(std::string_view storage_key) const;

 private:
  LdkNodeSchema schema_;
  const KeyObfuscator& obfuscator_;
};

// A new store gets a marker that says which layout it has; a store without one that holds keys
// under kOldStorePrefix has V0, and an empty one becomes V1.  The marker's key and
// associated data are those of V1 for the name kSchemaMarkerName.
inline constexpr std::string_view kSchemaMarkerName = "vss_schema_version";
inline constexpr std::string_view kOldStorePrefix = "bdk_wallet#";
std::string SchemaMarkerStorageKey(const KeyObfuscator& obfuscator);
std::string EncodeSchemaMarker(LdkNodeSchema schema);
// kCorrupt for anything else, also for a schema that this version does not know.
Result<LdkNodeSchema> DecodeSchemaMarker(std::string_view value);

}  // namespace vss::seal

#endif  // VSS_LDK_NODE_H_
