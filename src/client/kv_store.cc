#include "vss/kv_store.h"

#include <utility>

#include "vss/sealer.h"

namespace vss::client {
namespace {

constexpr std::int32_t kPageSize = 50;
// In the sealed value, where no server can change it; LDK Node does not look at it.
constexpr Version kSealedVersion = -1;

using OpenStore = ThenAnswer<std::shared_ptr<KvStore>>;

}  // namespace

struct KvStore::Core : std::enable_shared_from_this<Core> {
  Core(Client& vss_client, seal::StoreKeys keys, Entropy& entropy, KvStoreOptions kv_options)
      : client(vss_client),
        options(kv_options),
        sealer(std::move(keys.data_key), entropy),
        obfuscator(keys.obfuscation_master),
        marker_key(seal::SchemaMarkerStorageKey(obfuscator)) {}

  // Opening: the marker, if there is one; else what an old store would hold; else a new marker.
  enum class IfAbsent { kLookForOldStore, kFail };
  void FindMarker(IfAbsent if_absent, OpenStore then);
  void OnMarker(const StoredRecord& marker, OpenStore then);
  void FindOldStore(OpenStore then);
  void WriteMarker(OpenStore then);
  void Opened(seal::LdkNodeSchema schema, OpenStore then);

  Result<NamedRecord> NameOf(const KeyVersion& found) const;
  RecordListing Named(Listing listing, const std::optional<seal::RecordName>& within) const;
  Expect Replaced() const {
    return options.versions == KvStoreOptions::Versions::kTracked ? Expect::Known()
                                                                  : Expect::Unconditional();
  }

  Client& client;
  const KvStoreOptions options;
  const seal::Sealer sealer;
  const seal::KeyObfuscator obfuscator;
  const std::string marker_key;
  std::optional<seal::LdkNodeLayout> layout = std::nullopt;  // Once the store is open.
};

void KvStore::Open(Client& client, seal::StoreKeys keys, Entropy& entropy, KvStoreOptions options,
                   OpenStore then) {
  std::make_shared<Core>(client, std::move(keys), entropy, options)
      ->FindMarker(Core::IfAbsent::kLookForOldStore, std::move(then));
}

KvStore::KvStore(std::shared_ptr<Core> core) : core_(std::move(core)) {}
KvStore::~KvStore() = default;

seal::LdkNodeSchema KvStore::Schema() const { return core_->layout->Schema(); }

void KvStore::Core::FindMarker(IfAbsent if_absent, OpenStore then) {
  client.Get(marker_key, [self = shared_from_this(), if_absent, then = std::move(then)](
                             const Answer<std::optional<StoredRecord>>& marker) mutable {
    if (!marker) return then(Unexpected(marker.error()));
    if (*marker) return self->OnMarker(**marker, std::move(then));
    if (if_absent == IfAbsent::kLookForOldStore) return self->FindOldStore(std::move(then));
    then(Unexpected(
        Error{.kind = Kind::kUnavailable, .message = "the marker of the store comes and goes"}));
  });
}

void KvStore::Core::OnMarker(const StoredRecord& marker, OpenStore then) {
  const Result<seal::OpenValue> opened = sealer.Open(marker.value, marker_key);
  if (!opened) return then(Unexpected(ErrorOf(opened.error())));
  const Result<seal::LdkNodeSchema> schema = seal::DecodeSchemaMarker(opened->value);
  if (!schema) return then(Unexpected(ErrorOf(schema.error())));
  Opened(*schema, std::move(then));
}

void KvStore::Core::FindOldStore(OpenStore then) {
  client.ListPage(
      {.prefix = std::string(seal::kOldStorePrefix)}, {},
      [self = shared_from_this(), then = std::move(then)](const Answer<Listing>& found) mutable {
        if (!found) return then(Unexpected(found.error()));
        if (!found->keys.empty()) {
          return self->Opened(seal::LdkNodeSchema::kV0, std::move(then));
        }
        self->WriteMarker(std::move(then));
      });
}

void KvStore::Core::WriteMarker(OpenStore then) {
  if (options.on_empty == KvStoreOptions::OnEmpty::kRefuse) {
    return then(Unexpected(
        Error{.kind = Kind::kInvalid, .message = "this wallet has nothing in this store"}));
  }
  const std::string value = seal::EncodeSchemaMarker(seal::LdkNodeSchema::kV1);
  client.Put({.key = marker_key,
              .value = sealer.Seal(value, kSealedVersion, marker_key),
              .expect = Expect::Absent()},
             [self = shared_from_this(),
              then = std::move(then)](const Answer<WriteOutcome>& outcome) mutable {
               if (!outcome) return then(Unexpected(outcome.error()));
               // Another device began at the same time.
               if (!outcome->IsCommitted()) {
                 return self->FindMarker(IfAbsent::kFail, std::move(then));
               }
               self->Opened(seal::LdkNodeSchema::kV1, std::move(then));
             });
}

void KvStore::Core::Opened(seal::LdkNodeSchema schema, OpenStore then) {
  if (schema == seal::LdkNodeSchema::kV0 && !options.allow_old_layout) {
    return then(Unexpected(Error{.kind = Kind::kCorrupt,
                                 .message = "the store has the old layout, which is not allowed"}));
  }
  layout.emplace(schema, obfuscator);
  then(std::shared_ptr<KvStore>(new KvStore(shared_from_this())));
}

void KvStore::Read(const seal::RecordName& name, ThenAnswer<std::optional<std::string>> then) {
  using Value = std::optional<std::string>;
  Result<std::string> key = core_->layout->StorageKey(name);
  if (!key) return then(Unexpected(ErrorOf(std::move(key).error())));
  core_->client.Get(*key, [core = core_, then = std::move(then)](
                              const Answer<std::optional<StoredRecord>>& record) mutable {
    if (!record) return then(Unexpected(record.error()));
    if (!*record) return then(Value());
    Result<seal::OpenValue> opened =
        core->sealer.Open((*record)->value, core->layout->Aad((*record)->key));
    if (!opened) return then(Unexpected(ErrorOf(std::move(opened).error())));
    then(Value(std::move(opened->value)));
  });
}

void KvStore::Write(const seal::RecordName& name, const std::string& value,
                    ThenAnswer<WriteOutcome> then) {
  Result<std::string> key = core_->layout->StorageKey(name);
  if (!key) return then(Unexpected(ErrorOf(std::move(key).error())));
  std::string sealed = core_->sealer.Seal(value, kSealedVersion, core_->layout->Aad(*key));
  core_->client.Put({*std::move(key), std::move(sealed), core_->Replaced()}, std::move(then));
}

void KvStore::Remove(const seal::RecordName& name, ThenAnswer<WriteOutcome> then) {
  Result<std::string> key = core_->layout->StorageKey(name);
  if (!key) return then(Unexpected(ErrorOf(std::move(key).error())));
  core_->client.Delete({*std::move(key), core_->Replaced()}, std::move(then));
}

Result<NamedRecord> KvStore::Core::NameOf(const KeyVersion& found) const {
  VSS_TRY(seal::RecordName name, layout->Split(found.key));
  return NamedRecord{std::move(name), found.version, found.key};
}

// The records of a listing; those of the namespace of `within`, if there is one.
RecordListing KvStore::Core::Named(Listing listing,
                                   const std::optional<seal::RecordName>& within) const {
  RecordListing named{.next_page_token = std::move(listing.next_page_token)};
  for (KeyVersion& found : listing.keys) {
    if (found.key == marker_key) continue;
    Result<NamedRecord> record = NameOf(found);
    if (!record) {
      named.foreign_keys.push_back(std::move(found.key));
    } else if (!within || (record->name.primary == within->primary &&
                           record->name.secondary == within->secondary)) {
      named.records.push_back(*std::move(record));
    }
  }
  return named;
}

void KvStore::List(const std::string& primary, const std::string& secondary,
                   ThenAnswer<RecordListing> then) {
  const auto prefix = core_->layout->ListPrefix(primary, secondary);
  if (!prefix) return then(Unexpected(ErrorOf(prefix.error())));
  core_->client.List({.prefix = prefix->value_or("")},
                     [core = core_, within = seal::RecordName{primary, secondary, {}},
                      then = std::move(then)](Answer<Listing> listing) mutable {
                       if (!listing) return then(Unexpected(std::move(listing).error()));
                       then(core->Named(*std::move(listing), within));
                     });
}

void KvStore::ListPage(const std::string& primary, const std::string& secondary,
                       const std::string& token, ThenAnswer<RecordListing> then) {
  const auto prefix = core_->layout->ListPrefix(primary, secondary);
  if (!prefix) return then(Unexpected(ErrorOf(prefix.error())));
  core_->client.ListPage({.prefix = prefix->value_or(""), .page_size = kPageSize}, token,
                         [core = core_, within = seal::RecordName{primary, secondary, {}},
                          then = std::move(then)](Answer<Listing> listing) mutable {
                           if (!listing) return then(Unexpected(std::move(listing).error()));
                           then(core->Named(*std::move(listing), within));
                         });
}

void KvStore::ListAll(ThenAnswer<RecordListing> then) {
  core_->client.List({}, [core = core_, then = std::move(then)](Answer<Listing> listing) mutable {
    if (!listing) return then(Unexpected(std::move(listing).error()));
    then(core->Named(*std::move(listing), std::nullopt));
  });
}

}  // namespace vss::client
