// BIP39 by its own vectors, and everything that is no mnemonic.

#include "vss/wallet_seed.h"

#include <gtest/gtest.h>

#include <fstream>

#include "seal/test_support.h"
#include "tests/support/temp_folder.h"
#include "tests/support/vectors.h"

namespace vss::seal {
namespace {

// Of the published ones, each length and both ends of the list.
struct Vector {
  std::string mnemonic;
  const char* seed;  // With the passphrase "TREZOR".
};
const Vector kVectors[] = {
    {"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
     "about",
     "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf"
     "1"
     "41630c7a3c4ab7c81b2f001698e7463b04"},
    {"legal winner thank year wave sausage worth useful legal winner thank yellow",
     "2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c80937a1c10"
     "6"
     "9be3a3a5bd381ee6260e8d9739fce1f607"},
    {"zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
     "ac27495480225222079d7be181583751e86f571027b0497b5b5d11218e0a8a13332572917f0f8e5a589620c6f15b1"
     "1"
     "c61dee327651a14c34e18231052e48c069"},
    {"letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount "
     "doctor "
     "acoustic avoid letter always",
     "107d7c02a5aa6f38c58083ff74f04c607c2d2c0ecc55501dadd72d025b751bc27fe913ffb796f841c49b1d33b610c"
     "f"
     "0e91d3aa239027f5e99fe4ce9e5088cd65"},
    {"zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo "
     "vote",
     "dd48c104698c30cfe2b6142103248622fb7bb0ff692eebb00089b32d22484e1613912f0a5b694407be899ffd31ed3"
     "9"
     "92c456cdf60f5d4564b8ba3f05a69890ad"},
};

std::string ProblemWith(std::string_view mnemonic) {
  const auto seed = SeedFromMnemonic(mnemonic, "");
  if (seed) return "";
  EXPECT_EQ(seed.error().kind, Kind::kInvalid);
  return seed.error().message;
}

TEST(Mnemonic, MatchesThePublishedVectors) {
  for (const auto& [mnemonic, expected] : kVectors) {
    const auto seed = SeedFromMnemonic(mnemonic, "TREZOR");
    ASSERT_TRUE(seed) << mnemonic;
    EXPECT_EQ(HexOf(*seed), expected) << mnemonic;
  }
}

TEST(Mnemonic, MatchesTheSharedVector) {
  for (const auto& vector : testing::ClientVectors("derivation")) {
    if (!vector.contains("bip39_mnemonic")) continue;
    const auto seed =
        SeedFromMnemonic(TextIn(vector, "bip39_mnemonic"), TextIn(vector, "bip39_passphrase"));
    ASSERT_TRUE(seed);
    EXPECT_EQ(HexOf(*seed), vector.at("seed_hex").get<std::string>());
  }
}

TEST(Mnemonic, ItsWordsMayBeSeparatedAnyhow) {
  std::string untidy = "\n\t " + kVectors[0].mnemonic + " \r\n";
  untidy.replace(untidy.find("abandon "), 8, "abandon \t\n ");
  const auto seed = SeedFromMnemonic(untidy, "TREZOR");
  ASSERT_TRUE(seed);
  EXPECT_EQ(HexOf(*seed), kVectors[0].seed);
}

TEST(Mnemonic, AWordThatIsNotInTheListIsNamedByItsPlace) {
  std::string mnemonic = kVectors[1].mnemonic;
  mnemonic.replace(mnemonic.find("year"), 4, "yeer");
  EXPECT_EQ(ProblemWith(mnemonic), "word 4 of the mnemonic is not in the English list");
  for (const std::string_view word : {"Legal", "", "a", "zzzz", "lega", "legall", "aban don"}) {
    EXPECT_NE(ProblemWith(std::string(word) + kVectors[1].mnemonic.substr(5)), "") << word;
  }
}

TEST(Mnemonic, AWrongOrMisplacedWordIsNoticed) {
  EXPECT_NE(
      ProblemWith("winner legal thank year wave sausage worth useful legal winner thank yellow"),
      "");
  EXPECT_NE(ProblemWith("abandon abandon abandon abandon abandon abandon abandon abandon abandon "
                        "abandon abandon abandon"),
            "");
}

TEST(Mnemonic, Has12To24Words) {
  std::string words;
  for (int count = 0; count <= 30; ++count) {
    EXPECT_NE(ProblemWith(words), "") << count;
    words += "abandon ";
  }
}

// Others would have to be normalised first, and would give another seed than the wallet's.
TEST(Mnemonic, APassphraseOfOtherCharactersIsRefused) {
  EXPECT_FALSE(SeedFromMnemonic(kVectors[0].mnemonic, "caf\xc3\xa9"));
  EXPECT_TRUE(SeedFromMnemonic(kVectors[0].mnemonic, "~ !"));
}

TEST(Mnemonic, EightOfAllWordsCanEndOneOf24) {
  testing::Random random = testing::MakeRandom();
  // The last word of 24 holds 3 bits of entropy and 8 of checksum: 8 of 2048 words fit.
  std::string mnemonic;
  for (int i = 0; i < 23; ++i) mnemonic += testing::Below(random, 2) == 0 ? "zoo " : "abandon ";
  std::ifstream list(testing::InSourceTree("src/seal/bip39_english.inc"));
  std::size_t fits = 0;
  std::size_t words = 0;
  for (std::string word; std::getline(list, word);) {
    if (word.empty() || word.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != std::string::npos) {
      continue;
    }
    ++words;
    if (ProblemWith(mnemonic + word).empty()) ++fits;
  }
  EXPECT_EQ(words, 2048u);
  EXPECT_EQ(fits, 8u);
}

TEST(SeedFromBytes, Takes64) {
  EXPECT_TRUE(SeedFromBytes(Bytes(64)));
  for (const std::size_t size : {0, 32, 63, 65}) EXPECT_FALSE(SeedFromBytes(Bytes(size)));
}

TEST(SeedFromFile, TakesAFileOf64Bytes) {
  const testing::TempFolder folder;
  testing::Random random = testing::MakeRandom();
  const std::string path = folder.Path("keys_seed");
  for (const std::size_t size : {0, 63, 64, 65, 1000}) {
    const Bytes bytes = RandomBytes(random, size);
    std::ofstream(path, std::ios::binary) << TextOf(bytes);
    const auto seed = SeedFromFile(path);
    ASSERT_EQ(seed.has_value(), size == 64) << size;
    EXPECT_EQ(seed ? HexOf(*seed) : "", size == 64 ? crypto::EncodeHex(bytes) : "");
  }
  EXPECT_FALSE(SeedFromFile(folder.Path("missing")));
  EXPECT_FALSE(SeedFromFile(folder.Path(".")));
}

TEST(SeedFromMnemonicFile, TakesAFileOfWords) {
  const testing::TempFolder folder;
  const std::string path = folder.Path("words");
  const std::string words =
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
      "about";
  std::ofstream(path) << words << "\n";
  EXPECT_EQ(HexOf(SeedFromMnemonicFile(path, "p").value()),
            HexOf(SeedFromMnemonic(words, "p").value()));
  std::ofstream(path) << words << std::string(4096, ' ');
  EXPECT_FALSE(SeedFromMnemonicFile(path, ""));
  EXPECT_EQ(SeedFromMnemonicFile(folder.Path("missing"), "").error().message,
            SeedFromMnemonicFile(folder.Path("."), "").error().message);
}

}  // namespace
}  // namespace vss::seal
