// Storable: every vector both ways, and everything that must not open.

#include "vss/signer/storable.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "seal/test_support.h"
#include "tests/support/vectors.h"
#include "vss/host_crypto.h"

namespace vss::seal {

static void PrintTo(Status status, std::ostream* out) { *out << static_cast<int>(status); }

namespace {

struct Case {
  Bytes key = Bytes(32, 0x2a);
  Bytes aad = {'k', 'e', 'y'};
  Bytes value = {'s', 'e', 'c', 'r', 'e', 't'};
  std::int64_t version = -1;

  KeyView Key() const { return KeyView(key); }
  PlainValue Plain() const { return {value, version}; }
};

Bytes SealWith(Entropy& entropy, const Case& with) {
  Bytes sealed(SealedSize(with.Plain()));
  const Written written =
      Seal(HostCrypto(), SourceOf(entropy), with.Key(), with.aad, with.Plain(), sealed);
  EXPECT_EQ(written.status, Status::kOk);
  EXPECT_EQ(written.size, sealed.size());
  return sealed;
}

Bytes SealWith(const Case& with) {
  SystemEntropy entropy;
  return SealWith(entropy, with);
}

Status OpenWith(const Case& with, Bytes sealed) {
  return Open(HostCrypto(), with.Key(), with.aad, sealed).status;
}

TEST(Storable, MatchesTheSharedVectorsBothWays) {
  for (const auto& vector : testing::ClientVectors("storable")) {
    SCOPED_TRACE(TextIn(vector, "id"));
    const Case with{BytesIn(vector, "data_key_hex"), BytesIn(vector, "aad_hex"),
                    BytesIn(vector, "value_hex"), NumberIn(vector, "version")};
    ScriptedEntropy entropy(BytesIn(vector, "nonce_hex"));
    Bytes sealed = SealWith(entropy, with);
    EXPECT_EQ(crypto::EncodeHex(sealed), vector.at("storable_hex").get<std::string>());
    EXPECT_EQ(sealed.size(), vector.at("storable_len"));

    const Opened opened = Open(HostCrypto(), with.Key(), with.aad, sealed);
    ASSERT_EQ(opened.status, Status::kOk);
    EXPECT_TRUE(std::ranges::equal(opened.plain.value, with.value));
    EXPECT_EQ(opened.plain.version, with.version);
  }
}

TEST(Storable, WhatTheSharedVectorsForbidDoesNotOpen) {
  const std::set<std::string> malformed = {"sto-neg-4-no-metadata", "sto-neg-5-nonce-11",
                                           "sto-neg-6-nonce-13", "sto-neg-7-tag-15"};
  for (const auto& vector : testing::ClientVectors("storable_negative")) {
    SCOPED_TRACE(TextIn(vector, "reason"));
    const Case with{.key = BytesIn(vector, "data_key_hex"), .aad = BytesIn(vector, "aad_hex")};
    EXPECT_EQ(
        OpenWith(with, BytesIn(vector, "storable_hex")),
        malformed.contains(TextIn(vector, "id")) ? Status::kMalformed : Status::kNotAuthentic);
  }
}

// Upstream never looks at the name, and opens it.  We say what is wrong.
TEST(Storable, AnotherCipherIsToldFromAWrongKey) {
  for (const auto& vector : testing::ClientVectors("storable_lenient")) {
    const Case with{.key = BytesIn(vector, "data_key_hex"), .aad = BytesIn(vector, "aad_hex")};
    EXPECT_EQ(OpenWith(with, BytesIn(vector, "storable_hex")), Status::kUnsupportedCipher);
  }
}

TEST(Storable, AnyValueComesBack) {
  testing::Random random = testing::MakeRandom();
  for (const std::size_t size :
       {0, 1, 2, 113, 114, 115, 125, 126, 127, 128, 16'369, 16'384, 70'000}) {
    for (const std::int64_t version :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{127}, std::int64_t{128},
          std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
      const Case with{RandomBytes(random, 32), RandomBytes(random, testing::Below(random, 100)),
                      RandomBytes(random, size), version};
      Bytes sealed = SealWith(with);
      if (version == -1 && size >= 1 && size <= 114) {
        EXPECT_EQ(sealed.size(), size + 67);
      }
      const Opened opened = Open(HostCrypto(), with.Key(), with.aad, sealed);
      ASSERT_EQ(opened.status, Status::kOk) << size;
      ASSERT_TRUE(std::ranges::equal(opened.plain.value, with.value)) << size;
      ASSERT_EQ(opened.plain.version, version);
    }
  }
}

TEST(Storable, NoChangedBitSurvives) {
  const Case with;
  const Bytes sealed = SealWith(with);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_NE(OpenWith(with, changed), Status::kOk) << bit;
  }
}

TEST(Storable, NothingThatWasCutOpens) {
  const Case with;
  const Bytes sealed = SealWith(with);
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(OpenWith(with, Bytes(sealed.begin(), sealed.begin() + size)), Status::kMalformed);
  }
}

TEST(Storable, NothingIsLeftOfAPlaintextThatIsNotAuthentic) {
  Case with;
  Bytes sealed = SealWith(with);
  with.aad.push_back('x');
  const Bytes before = sealed;
  ASSERT_EQ(Open(HostCrypto(), with.Key(), with.aad, sealed).status, Status::kNotAuthentic);
  const std::size_t data_bytes = sealed.size() - 52 - 2;
  EXPECT_TRUE(std::all_of(sealed.begin() + 2, sealed.begin() + 2 + data_bytes,
                          [](std::uint8_t byte) { return byte == 0; }));
  EXPECT_TRUE(
      std::equal(sealed.begin() + 2 + data_bytes, sealed.end(), before.begin() + 2 + data_bytes));
}

TEST(Storable, ABufferThatIsTooSmallIsNotTouched) {
  const Case with;
  SystemEntropy entropy;
  const std::size_t size = SealedSize(with.Plain());
  for (const std::size_t room : {std::size_t{0}, size - 1}) {
    Bytes out(room, 0x55);
    const Written written =
        Seal(HostCrypto(), SourceOf(entropy), with.Key(), with.aad, with.Plain(), out);
    EXPECT_EQ(written.status, Status::kBufferTooSmall);
    EXPECT_EQ(written.size, size);
    EXPECT_EQ(out, Bytes(room, 0x55));
  }
  Bytes larger(size + 3, 0x55);
  const Written written =
      Seal(HostCrypto(), SourceOf(entropy), with.Key(), with.aad, with.Plain(), larger);
  EXPECT_EQ(written.size, size);
  EXPECT_EQ(Bytes(larger.end() - 3, larger.end()), Bytes(3, 0x55));
}

// What protobuf allows: any order, unknown fields, and of a repeated field the last.
TEST(Storable, ReadsWhatOtherWritersMayWrite) {
  const Case with;
  const Bytes sealed = SealWith(with);
  const std::size_t data_bytes = sealed.size() - 52;
  const Bytes data(sealed.begin(), sealed.begin() + data_bytes);
  const Bytes metadata(sealed.begin() + data_bytes, sealed.end());
  const auto joined = [](std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  };
  const Bytes unknown = FromHex(
      "98060a"
      "a2060161"
      "ad0601020304"
      "b1060102030405060708");
  const Bytes other_data = FromHex("0a0161");
  EXPECT_EQ(OpenWith(with, joined({metadata, data})), Status::kOk);
  EXPECT_EQ(OpenWith(with, joined({unknown, data, unknown, metadata, unknown})), Status::kOk);
  EXPECT_EQ(OpenWith(with, joined({other_data, data, metadata})), Status::kOk);
  EXPECT_EQ(OpenWith(with, joined({data, metadata, other_data})), Status::kNotAuthentic);

  // Numbers, or half a field, where bytes belong.
  for (const char* hex :
       {"080a", "0d01020304", "090102030405060708", "100a", "0a7f61", "00", "0f"}) {
    EXPECT_EQ(OpenWith(with, joined({data, metadata, FromHex(hex)})), Status::kMalformed) << hex;
  }
}

// The tag is right, what it protects is none of ours.
TEST(Storable, APlaintextThatIsNoBlobIsMalformed) {
  Bytes blob = FromHex("0a7f61");
  const Case with;
  const Nonce nonce{};
  Tag tag;
  ASSERT_TRUE(HostCrypto().encrypt(nullptr, with.Key(), nonce, with.aad, blob, tag));
  Bytes sealed = {0x0a, 0x03};
  sealed.insert(sealed.end(), blob.begin(), blob.end());
  const Bytes metadata = FromHex("12320a104368614368613230506f6c7931333035120c");
  sealed.insert(sealed.end(), metadata.begin(), metadata.end());
  sealed.insert(sealed.end(), nonce.begin(), nonce.end());
  sealed.insert(sealed.end(), {0x1a, 0x10});
  sealed.insert(sealed.end(), tag.begin(), tag.end());
  EXPECT_EQ(OpenWith(with, sealed), Status::kMalformed);
}

TEST(Storable, WithoutEntropyNothingIsSealed) {
  const Case with;
  const EntropySource empty = {nullptr, [](void*, std::span<std::uint8_t>) { return false; }};
  Bytes out(SealedSize(with.Plain()), 0x55);
  EXPECT_EQ(Seal(HostCrypto(), empty, with.Key(), with.aad, with.Plain(), out).status,
            Status::kNoEntropy);
  EXPECT_EQ(out, Bytes(out.size(), 0x55));
}

TEST(Storable, NoPlaintextIsLeftWhenTheCryptographyBreaks) {
  const Case with;
  SystemEntropy entropy;
  Crypto broken = HostCrypto();
  broken.encrypt = [](void*, KeyView, const Nonce&, ByteView, std::span<std::uint8_t>, Tag&) {
    return false;
  };
  Bytes out(SealedSize(with.Plain()));
  EXPECT_EQ(Seal(broken, SourceOf(entropy), with.Key(), with.aad, with.Plain(), out).status,
            Status::kCryptoFailed);
  EXPECT_EQ(std::search(out.begin(), out.end(), with.value.begin(), with.value.end()), out.end());
}

}  // namespace
}  // namespace vss::seal
