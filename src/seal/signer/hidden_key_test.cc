// Hidden keys: every vector both ways, and every text that hides nothing.

#include "vss/signer/hidden_key.h"

#include <gtest/gtest.h>

#include "crypto/base64.h"
#include "seal/test_support.h"
#include "tests/support/vectors.h"
#include "vss/host_crypto.h"

namespace vss::seal {
namespace {

ObfuscationKeys KeysFrom(const Secret<32>& master) {
  ObfuscationKeys keys;
  EXPECT_EQ(DeriveObfuscationKeys(HostCrypto(), master.Bytes(), keys), Status::kOk);
  return keys;
}

std::string Hide(const ObfuscationKeys& keys, std::string_view name) {
  std::string text(ObfuscatedSize(name.size()), '\0');
  const Written written = Obfuscate(HostCrypto(), keys, name, text);
  EXPECT_EQ(written.status, Status::kOk);
  EXPECT_EQ(written.size, text.size());
  return text;
}

Status Reveal(const ObfuscationKeys& keys, std::string_view text, std::string& name) {
  name.assign(DeobfuscatedSize(text.size()).value_or(0), '?');
  return Deobfuscate(HostCrypto(), keys, text, name).status;
}
Status Reveal(const ObfuscationKeys& keys, std::string_view text) {
  std::string name;
  return Reveal(keys, text, name);
}

const Bytes kMaster(32, 0x2a);

TEST(HiddenKey, MatchesTheSharedVectorsBothWays) {
  for (const auto& vector : testing::ClientVectors("key_obfuscator")) {
    SCOPED_TRACE(TextIn(vector, "id"));
    const ObfuscationKeys keys = KeysFrom(SecretIn(vector, "master_key_hex"));
    EXPECT_EQ(HexOf(keys.obfuscation), vector.at("obfuscation_key_hex").get<std::string>());
    EXPECT_EQ(HexOf(keys.hashing), vector.at("hashing_key_hex").get<std::string>());
    const std::string name(TextOf(BytesIn(vector, "plaintext_hex")));
    EXPECT_EQ(Hide(keys, name), vector.at("obfuscated").get<std::string>());
    EXPECT_EQ(ObfuscatedSize(name.size()), vector.at("obfuscated_len"));

    std::string revealed;
    EXPECT_EQ(Reveal(keys, TextIn(vector, "obfuscated"), revealed), Status::kOk);
    EXPECT_EQ(revealed, name);
  }
}

TEST(HiddenKey, WhatTheSharedVectorsForbidHidesNothing) {
  for (const auto& vector : testing::ClientVectors("key_obfuscator_negative")) {
    const ObfuscationKeys keys = KeysFrom(SecretIn(vector, "master_key_hex"));
    const Status status = Reveal(keys, TextIn(vector, "obfuscated"));
    EXPECT_TRUE(status == Status::kMalformed || status == Status::kNotAuthentic)
        << TextIn(vector, "reason");
  }
}

TEST(HiddenKey, AnyNameComesBack) {
  testing::Random random = testing::MakeRandom();
  for (std::size_t size = 0; size < 200; ++size) {
    const ObfuscationKeys keys = KeysFrom(SecretFrom(RandomBytes(random, 32)));
    const std::string name = RandomText(random, size);
    const std::string text = Hide(keys, name);
    EXPECT_EQ(DeobfuscatedSize(text.size()), size);
    EXPECT_EQ(Hide(keys, name), text);
    std::string revealed;
    EXPECT_EQ(Reveal(keys, text, revealed), Status::kOk);
    EXPECT_EQ(revealed, name);
  }
}

TEST(HiddenKey, NoChangedCharacterSurvives) {
  const ObfuscationKeys keys = KeysFrom(SecretFrom(kMaster));
  const std::string text = Hide(keys, "monitor");
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'A', '/', '=', '-', '#', ' ', '\0', '\xff'}) {
      std::string changed = text;
      changed[i] = c;
      if (changed == text) continue;
      EXPECT_NE(Reveal(keys, changed), Status::kOk) << changed;
    }
    EXPECT_NE(Reveal(keys, text.substr(0, i)), Status::kOk) << i;
  }
}

TEST(HiddenKey, SizesNoNameHasAreMalformed) {
  const ObfuscationKeys keys = KeysFrom(SecretFrom(kMaster));
  for (std::size_t size = 0; size < 59; ++size) {
    EXPECT_EQ(DeobfuscatedSize(size), std::nullopt);
    EXPECT_EQ(Reveal(keys, std::string(size, 'A')), Status::kMalformed);
  }
  EXPECT_EQ(Reveal(keys, std::string(61, 'A')), Status::kMalformed);
}

TEST(HiddenKey, ANameThatIsNotUtf8IsMalformed) {
  const ObfuscationKeys keys = KeysFrom(SecretFrom(kMaster));
  for (const std::string_view name :
       {"\x80", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
        "a\xe2\x82", "\xe0\x80\xaf", "\xff"}) {
    EXPECT_EQ(Reveal(keys, Hide(keys, name)), Status::kMalformed);
  }
  for (const std::string_view name :
       {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(Reveal(keys, Hide(keys, name)), Status::kOk);
  }
}

TEST(HiddenKey, NothingIsLeftOfANameThatIsNotAuthentic) {
  const ObfuscationKeys keys = KeysFrom(SecretFrom(kMaster));
  std::string text = Hide(keys, "monitor");
  text[0] = text[0] == 'A' ? 'B' : 'A';
  std::string name;
  ASSERT_EQ(Reveal(keys, text, name), Status::kNotAuthentic);
  EXPECT_EQ(name, std::string(7, '\0'));
}

TEST(HiddenKey, ABufferThatIsTooSmallIsNotTouched) {
  const ObfuscationKeys keys = KeysFrom(SecretFrom(kMaster));
  std::string out(ObfuscatedSize(3) - 1, '?');
  Written written = Obfuscate(HostCrypto(), keys, "abc", out);
  EXPECT_EQ(written.status, Status::kBufferTooSmall);
  EXPECT_EQ(written.size, ObfuscatedSize(3));
  EXPECT_EQ(out, std::string(out.size(), '?'));

  std::string small = "??";
  written = Deobfuscate(HostCrypto(), keys, Hide(keys, "abc"), small);
  EXPECT_EQ(written.status, Status::kBufferTooSmall);
  EXPECT_EQ(written.size, 3u);
  EXPECT_EQ(small, "??");
}

TEST(HiddenKey, BrokenCryptographyIsSaid) {
  Crypto broken = HostCrypto();
  broken.hmac_sha256 = [](void*, ByteView, ByteView, Mac&) { return false; };
  ObfuscationKeys keys;
  EXPECT_EQ(DeriveObfuscationKeys(broken, KeyView(kMaster), keys), Status::kCryptoFailed);
  keys = KeysFrom(SecretFrom(kMaster));
  std::string out(200, '\0');
  EXPECT_EQ(Obfuscate(broken, keys, "name", out).status, Status::kCryptoFailed);
  EXPECT_EQ(Deobfuscate(broken, keys, Hide(keys, "name"), out).status, Status::kCryptoFailed);
}

}  // namespace
}  // namespace vss::seal
