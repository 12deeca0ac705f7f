// What LDK Node derives and where it keeps its records, by the shared vectors.

#include "vss/ldk_node.h"

#include <gtest/gtest.h>

#include "crypto/secp256k1.h"
#include "seal/test_support.h"
#include "tests/support/vectors.h"
#include "vss/signer/request.h"

namespace vss::seal {
namespace {

nlohmann::json Derivation(const std::string& id) {
  for (const auto& vector : testing::ClientVectors("derivation")) {
    if (vector.at("id") == id) return vector;
  }
  ADD_FAILURE() << id;
  return {};
}

LdkNodeKeys KeysOf(const nlohmann::json& derivation) {
  auto keys = DeriveLdkNodeKeys(SecretIn<64>(derivation, "seed_hex"));
  EXPECT_TRUE(keys);
  return *std::move(keys);
}
LdkNodeKeys KeysOfVectors(const char* group) {
  return KeysOf(Derivation(testing::ClientVectors(group).at("derivation_id")));
}

RecordName NameIn(const nlohmann::json& vector) {
  return {TextIn(vector, "primary"), TextIn(vector, "secondary"), TextIn(vector, "key")};
}

// One wallet, both layouts.
struct Store {
  LdkNodeKeys keys = KeysOfVectors("ldk_node_layout");
  KeyObfuscator obfuscator{keys.store.obfuscation_master};
  LdkNodeLayout v0{LdkNodeSchema::kV0, obfuscator};
  LdkNodeLayout v1{LdkNodeSchema::kV1, obfuscator};
};

TEST(LdkNodeKeys, MatchTheSharedVectors) {
  for (const auto& vector : testing::ClientVectors("derivation")) {
    SCOPED_TRACE(TextIn(vector, "id"));
    const auto master = ExtendedKey::FromSeed(BytesIn(vector, "seed_hex"));
    ASSERT_TRUE(master);
    EXPECT_EQ(HexOf(master->PrivateKey()), vector.at("master_private_key_hex").get<std::string>());
    EXPECT_EQ(HexOf(master->ChainCode()), vector.at("master_chain_code_hex").get<std::string>());

    const LdkNodeKeys keys = KeysOf(vector);
    EXPECT_EQ(HexOf(keys.vss_seed), vector.at("vss_seed_hex").get<std::string>());
    EXPECT_EQ(HexOf(DeriveKey(keys.vss_seed, BytesOf("pseudo_random_key"))),
              vector.at("prk_hex").get<std::string>());
    EXPECT_EQ(HexOf(keys.store.data_key), vector.at("data_encryption_key_hex").get<std::string>());
    EXPECT_EQ(HexOf(keys.store.obfuscation_master),
              vector.at("obfuscation_master_key_hex").get<std::string>());
    EXPECT_EQ(HexOf(keys.lnurl_parent.PrivateKey()),
              vector.at("lnurl_auth_private_key_hex").get<std::string>());
    EXPECT_EQ(HexOf(keys.lnurl_parent.ChainCode()),
              vector.at("lnurl_auth_chain_code_hex").get<std::string>());
    EXPECT_EQ(HexOf(keys.signing_key), vector.at("sigs_auth_private_key_hex").get<std::string>());
    const auto public_key = crypto::PublicKeyOf(keys.signing_key);
    ASSERT_TRUE(public_key);
    EXPECT_EQ(crypto::EncodeHex(*public_key),
              vector.at("sigs_auth_public_key_hex").get<std::string>());
  }
}

TEST(LdkNodeLayout, MatchesTheSharedVectorsBothWays) {
  const Store store;
  const auto vectors = testing::ClientVectors("ldk_node_layout");
  for (const auto& vector : vectors.at("entries")) {
    const RecordName name = NameIn(vector);
    SCOPED_TRACE(name.primary + "/" + name.secondary + "/" + name.key);
    const std::string v0_key = TextIn(vector, "v0_key");
    const std::string v1_key = TextIn(vector, "v1_key");
    EXPECT_EQ(*store.v0.StorageKey(name), v0_key);
    EXPECT_EQ(*store.v1.StorageKey(name), v1_key);
    EXPECT_EQ(v1_key.size(), vector.at("v1_key_len"));
    EXPECT_TRUE(*store.v0.Split(v0_key) == name);
    EXPECT_TRUE(*store.v1.Split(v1_key) == name);
    EXPECT_EQ(store.v0.Aad(v0_key), "");
    EXPECT_EQ(store.v1.Aad(v1_key), v1_key);
    EXPECT_EQ(**store.v1.ListPrefix(name.primary, name.secondary),
              TextIn(vector, "v1_list_prefix"));
    const auto v0_prefix = store.v0.ListPrefix(name.primary, name.secondary);
    if (name.primary.empty()) {
      EXPECT_FALSE(v0_prefix->has_value());  // Upstream's "#" finds nothing.
    } else {
      EXPECT_EQ(**v0_prefix, TextIn(vector, "v0_list_prefix"));
    }
  }
}

TEST(LdkNodeLayout, AWholePutMatchesTheSharedVector) {
  const auto vector = testing::ClientVectors("ldk_node_full_put");
  const LdkNodeKeys keys = KeysOfVectors("ldk_node_full_put");
  const KeyObfuscator obfuscator(keys.store.obfuscation_master);
  const LdkNodeLayout layout(LdkNodeSchema::kV1, obfuscator);
  ScriptedEntropy entropy(BytesIn(vector, "nonce_hex"));
  const Sealer sealer(Secret<32>(keys.store.data_key.Bytes()), entropy);

  const std::string key = *layout.StorageKey(NameIn(vector));
  const std::string sealed =
      sealer.Seal(TextOf(BytesIn(vector, "value_hex")), kAnyVersion, layout.Aad(key));
  EXPECT_EQ(crypto::EncodeHex(BytesOf(sealed)), vector.at("storable_hex").get<std::string>());
  const Item item{key, kAnyVersion, BytesOf(sealed)};
  const std::string store_id = TextIn(vector, "store_id");
  Bytes request(1000);
  const Written written = EncodePut({.store_id = store_id, .puts = std::span(&item, 1)}, request);
  ASSERT_EQ(written.status, Status::kOk);
  request.resize(written.size);
  EXPECT_EQ(crypto::EncodeHex(request), vector.at("put_object_request_hex").get<std::string>());
}

TEST(LdkNodeLayout, AnyAllowedNameComesBack) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  testing::Random random = testing::MakeRandom();
  const auto part = [&](std::size_t least) {
    std::string text(least + testing::Below(random, 121 - least), ' ');
    for (char& c : text) c = kAllowed[testing::Below(random, kAllowed.size())];
    return text;
  };
  const Store store;
  for (int round = 0; round < 100; ++round) {
    RecordName name{part(0), part(0), part(1)};
    if (name.primary.empty()) name.secondary.clear();
    for (const LdkNodeLayout* layout : {&store.v0, &store.v1}) {
      const auto key = layout->StorageKey(name);
      ASSERT_TRUE(key);
      EXPECT_LE(key->size(), 600u);
      EXPECT_TRUE(*layout->Split(*key) == name);
      const auto prefix = layout->ListPrefix(name.primary, name.secondary);
      EXPECT_TRUE(key->starts_with(prefix->value_or("")));
    }
  }
}

TEST(LdkNodeLayout, NamesThatLdkForbidsAreRefused) {
  const std::string long_part(121, 'a');
  const RecordName names[] = {{"", "", ""},          {"a#b", "", "k"},     {"a", "b#", "k"},
                              {"a", "b", "k#"},      {"", "b", "k"},       {long_part, "", "k"},
                              {"a", long_part, "k"}, {"a", "", long_part}, {"a", "", "k k"},
                              {"a", "", "k/"},       {"\xc3\xa9", "", "k"}};
  const Store store;
  for (const RecordName& name : names) {
    EXPECT_FALSE(CheckName(name));
    const auto key = store.v1.StorageKey(name);
    ASSERT_FALSE(key) << name.primary << "/" << name.secondary << "/" << name.key;
    EXPECT_EQ(key.error().kind, Kind::kInvalid);
  }
  EXPECT_FALSE(store.v1.ListPrefix("", "b"));
  EXPECT_FALSE(store.v0.ListPrefix("a#", ""));
}

TEST(LdkNodeLayout, AForeignKeyIsCorrupt) {
  const Store store;
  const std::string hidden = store.obfuscator.Obfuscate("key");
  const std::string v1_key = *store.v1.StorageKey({"a", "b", "key"});
  for (const std::string& key :
       {std::string(), std::string("#"), std::string("bitkit"), "a#" + hidden, "#b#" + hidden,
        "a#b#c#" + hidden, v1_key, "a#b#" + hidden + "#"}) {
    const auto name = store.v0.Split(key);
    ASSERT_FALSE(name) << key;
    EXPECT_EQ(name.error().kind, Kind::kCorrupt);
  }
  const std::vector<std::string> wrong = {"",
                                          "#",
                                          hidden,
                                          hidden + "#" + hidden,
                                          "a#b#" + hidden,
                                          v1_key + "#",
                                          "#" + v1_key,
                                          store.obfuscator.Obfuscate("a#b#c") + "#" + hidden};
  for (const std::string& key : wrong) {
    EXPECT_FALSE(store.v1.Split(key)) << key;
  }
}

TEST(SchemaMarker, MatchesTheSharedVector) {
  const auto vector = testing::ClientVectors("ldk_node_schema_key");
  const LdkNodeKeys keys = KeysOfVectors("ldk_node_schema_key");
  const KeyObfuscator obfuscator(keys.store.obfuscation_master);
  const std::string key = SchemaMarkerStorageKey(obfuscator);
  EXPECT_EQ(key, vector.at("store_key").get<std::string>());
  EXPECT_EQ(LdkNodeLayout(LdkNodeSchema::kV1, obfuscator).Split(key)->key, kSchemaMarkerName);
  EXPECT_EQ(crypto::EncodeHex(BytesOf(EncodeSchemaMarker(LdkNodeSchema::kV1))),
            vector.at("plaintext_value_hex").get<std::string>());
  EXPECT_EQ(crypto::EncodeHex(BytesOf(EncodeSchemaMarker(LdkNodeSchema::kV0))),
            vector.at("v0_value_hex_never_written").get<std::string>());

  ScriptedEntropy entropy(BytesIn(vector, "example_nonce_hex"));
  const Sealer sealer(Secret<32>(keys.store.data_key.Bytes()), entropy);
  const std::string sealed = sealer.Seal(EncodeSchemaMarker(LdkNodeSchema::kV1), -1, key);
  EXPECT_EQ(crypto::EncodeHex(BytesOf(sealed)),
            vector.at("example_storable_hex").get<std::string>());
  EXPECT_TRUE(*DecodeSchemaMarker(sealer.Open(sealed, key)->value) == LdkNodeSchema::kV1);
}

TEST(SchemaMarker, WhatIsNotKnownIsCorrupt) {
  using std::string_view_literals::operator""sv;
  EXPECT_TRUE(*DecodeSchemaMarker("\0\0"sv) == LdkNodeSchema::kV0);
  for (const std::string_view marker : {""sv, "\x01"sv, "\x02\x00"sv, "\x01\x01"sv,
                                        "\x01\x00\x00"sv, "\x01\x02\x00\x00"sv, "1\0"sv}) {
    const auto schema = DecodeSchemaMarker(marker);
    ASSERT_FALSE(schema);
    EXPECT_EQ(schema.error().kind, Kind::kCorrupt);
  }
}

}  // namespace
}  // namespace vss::seal
