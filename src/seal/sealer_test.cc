// Sealing for ordinary programs, and the promise that no nonce is ever used twice.

#include "vss/sealer.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "seal/test_support.h"
#include "storable.pb.h"
#include "tests/support/vectors.h"
#include "vss/ldk_node.h"

namespace vss::seal {
namespace {

const Bytes kKey(32, 0x2a);

template <typename T>
Kind KindOf(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result.error().kind;
}

TEST(Sealer, MatchesTheSharedVectorsBothWays) {
  for (const auto& vector : testing::ClientVectors("storable")) {
    SCOPED_TRACE(TextIn(vector, "id"));
    ScriptedEntropy entropy(BytesIn(vector, "nonce_hex"));
    const Sealer sealer(SecretIn(vector, "data_key_hex"), entropy);
    const std::string aad(TextOf(BytesIn(vector, "aad_hex")));
    const std::string value(TextOf(BytesIn(vector, "value_hex")));
    const std::string sealed = sealer.Seal(value, NumberIn(vector, "version"), aad);
    EXPECT_EQ(crypto::EncodeHex(BytesOf(sealed)), vector.at("storable_hex").get<std::string>());
    const auto opened = sealer.Open(sealed, aad);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->value, value);
    EXPECT_EQ(opened->version, NumberIn(vector, "version"));
  }
}

TEST(Sealer, WhatDoesNotOpenIsCorrupt) {
  SystemEntropy entropy;
  const Sealer sealer(SecretFrom(kKey), entropy);
  const std::string sealed = sealer.Seal("value", -1, "key");
  EXPECT_EQ(KindOf(sealer.Open(sealed, "other key")), Kind::kCorrupt);
  EXPECT_EQ(KindOf(sealer.Open(sealed, "")), Kind::kCorrupt);
  EXPECT_EQ(KindOf(sealer.Open("", "key")), Kind::kCorrupt);
  EXPECT_EQ(KindOf(Sealer(SecretFrom(Bytes(32)), entropy).Open(sealed, "key")), Kind::kCorrupt);
}

std::string NonceIn(std::string_view sealed) {
  vss::Storable storable;
  EXPECT_TRUE(storable.ParseFromArray(sealed.data(), static_cast<int>(sealed.size())));
  EXPECT_EQ(storable.encryption_metadata().nonce().size(), 12u);
  return storable.encryption_metadata().nonce();
}

// Twelve different bytes every time: by chance alone two of a thousand would be the same once in
// 2^76.  What was written by one sealer also counts for another with the same key: LDK Node once
// had two generators of one seed, one for the marker of a new store and one for everything else.
TEST(Sealer, TwoWritesFromANewStoreNeverShareANonceTheMarkerIncluded) {
  std::set<std::string> nonces;
  std::size_t writes = 0;
  const auto write = [&](const Sealer& sealer, std::string_view value, std::string_view aad) {
    nonces.insert(NonceIn(sealer.Seal(value, -1, aad)));
    EXPECT_EQ(nonces.size(), ++writes);
  };
  const KeyObfuscator obfuscator(SecretFrom(kKey));
  for (int start = 0; start < 100; ++start) {  // Of a process, as far as the sealer knows.
    SystemEntropy entropy;
    const Sealer at_start(SecretFrom(kKey), entropy);
    const std::string marker_key = SchemaMarkerStorageKey(obfuscator);
    write(at_start, EncodeSchemaMarker(LdkNodeSchema::kV1), marker_key);

    SystemEntropy other_entropy;
    const Sealer later(SecretFrom(kKey), other_entropy);
    for (int i = 0; i < 5; ++i) write(later, "manager", "key");
    for (int i = 0; i < 5; ++i) write(at_start, "manager", "key");
  }
}

TEST(Sealer, ManyThreadsMayShareOne) {
  SystemEntropy entropy;
  const Sealer sealer(SecretFrom(kKey), entropy);
  const KeyObfuscator obfuscator(SecretFrom(kKey));
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const std::string name = obfuscator.Obfuscate(std::to_string(i));
        const auto opened = sealer.Open(sealer.Seal("value", i, name), name);
        EXPECT_TRUE(opened && opened->version == i);
        EXPECT_TRUE(obfuscator.Deobfuscate(name));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(KeyObfuscator, MatchesTheSharedVectorsBothWays) {
  for (const auto& vector : testing::ClientVectors("key_obfuscator")) {
    const KeyObfuscator obfuscator(SecretIn(vector, "master_key_hex"));
    const std::string name = TextIn(vector, "plaintext_utf8");
    EXPECT_EQ(obfuscator.Obfuscate(name), vector.at("obfuscated").get<std::string>());
    const auto revealed = obfuscator.Deobfuscate(TextIn(vector, "obfuscated"));
    ASSERT_TRUE(revealed);
    EXPECT_EQ(*revealed, name);
  }
  for (const auto& vector : testing::ClientVectors("key_obfuscator_negative")) {
    const KeyObfuscator obfuscator(SecretIn(vector, "master_key_hex"));
    EXPECT_EQ(KindOf(obfuscator.Deobfuscate(TextIn(vector, "obfuscated"))), Kind::kCorrupt);
  }
}

}  // namespace
}  // namespace vss::seal
