// What a published client seals, hides and signs is what we do, and each reads the other's.
//
//   VSS_PEER=~/.cache/vss-peers/build/debug/peer-06 interop_test
//
// tests/peers/README.md says what the peers are and how they are asked.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "auth/signature.h"
#include "base/check.h"
#include "crypto/hex.h"
#include "tests/support/seed.h"
#include "tests/support/temp_folder.h"
#include "vss/entropy.h"
#include "vss/sealer.h"

namespace vss::seal {
namespace {

constexpr std::size_t kCases = 100;

std::string Peer() {
  const char* const peer = std::getenv("VSS_PEER");
  CHECK(peer != nullptr);
  return peer;
}

// Client 0.3 knows no associated data, and stops at a nonce that does not begin with four zeros.
bool IsOfTheOldFormat() { return Peer().ends_with("peer-03"); }
bool CanSign() { return Peer().ends_with("peer-05") || Peer().ends_with("peer-06"); }

std::string Hex(std::string_view bytes) {
  return bytes.empty() ? "-" : crypto::EncodeHex(BytesOf(bytes));
}
std::string Unhex(std::string_view hex) {
  if (hex == "-") return "";
  std::vector<std::uint8_t> bytes(hex.size() / 2);
  EXPECT_TRUE(crypto::DecodeHex(hex, crypto::HexCase::kAny, bytes)) << hex;
  return std::string(TextOf(bytes));
}

// One answer for each question.
std::vector<std::string> Ask(const std::string& verb, const std::vector<std::string>& questions) {
  const testing::TempFolder folder;
  const std::string in = folder.Path("in");
  const std::string out = folder.Path("out");
  std::ofstream file(in);
  for (const std::string& question : questions) file << question << '\n';
  file.close();
  EXPECT_NE(
      std::system(("'" + Peer() + "' " + verb + " <" + in + " >" + out + " 2>/dev/null").c_str()),
      -1);
  std::vector<std::string> answers;
  std::ifstream answered(out);
  for (std::string line; std::getline(answered, line);) answers.push_back(line);
  EXPECT_EQ(answers.size(), questions.size()) << verb;
  answers.resize(questions.size());
  return answers;
}

struct Case {
  std::string key;
  std::string aad;
  std::string value;
  std::int64_t version;

  Secret<32> Key() const { return Secret<32>(BytesOf(key).first<32>()); }
};

class Interop : public ::testing::Test {
 protected:
  std::string Text(std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(testing::Below(random_, 256));
    return bytes;
  }
  std::vector<Case> Cases() {
    constexpr std::int64_t kVersions[] = {-1, 0, 1, 127, 128, std::int64_t{1} << 62};
    std::vector<Case> cases;
    for (std::size_t i = 0; i < kCases; ++i) {
      const std::size_t size = i < 3 ? i : i == 3 ? 100'000 : testing::Below(random_, 300);
      cases.push_back({Text(32), IsOfTheOldFormat() || i % 4 == 0 ? "" : Text(i), Text(size),
                       kVersions[i % std::size(kVersions)]});
    }
    return cases;
  }
  std::string Name() {
    std::string name(testing::Below(random_, 200), ' ');
    for (char& c : name) c = static_cast<char>(' ' + testing::Below(random_, 95));
    return testing::Below(random_, 4) == 0 ? name + "\xe2\x82\xac" : name;
  }

  testing::Random random_ = testing::MakeRandom();
  SystemEntropy entropy_;
};

TEST_F(Interop, WeOpenWhatThePeerSeals) {
  const std::vector<Case> cases = Cases();
  std::vector<std::string> questions;
  for (const Case& c : cases) {
    questions.push_back(Hex(c.key) + " " + Hex(c.aad) + " " + std::to_string(c.version) + " " +
                        Hex(c.value));
  }
  const std::vector<std::string> answers = Ask("seal", questions);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto opened = Sealer(cases[i].Key(), entropy_).Open(Unhex(answers[i]), cases[i].aad);
    ASSERT_TRUE(opened) << i << answers[i];
    EXPECT_EQ(opened->value, cases[i].value) << i;
    EXPECT_EQ(opened->version, cases[i].version) << i;
  }
}

TEST_F(Interop, ThePeerOpensWhatWeSeal) {
  const std::vector<Case> cases = Cases();
  std::vector<std::string> questions;
  for (const Case& c : cases) {
    const std::string sealed = Sealer(c.Key(), entropy_).Seal(c.value, c.version, c.aad);
    questions.push_back(Hex(c.key) + " " + Hex(c.aad) + " " + Hex(sealed));
  }
  const std::vector<std::string> answers = Ask("open", questions);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(answers[i], IsOfTheOldFormat()
                              ? "error the client panicked"
                              : std::to_string(cases[i].version) + " " + Hex(cases[i].value))
        << i;
  }
}

TEST_F(Interop, BothHideKeysTheSameWay) {
  std::vector<std::string> masters;
  std::vector<std::string> names;
  std::vector<std::string> hide;
  std::vector<std::string> reveal;
  std::vector<std::string> ours;
  for (std::size_t i = 0; i < kCases; ++i) {
    masters.push_back(Text(32));
    names.push_back(i == 0 ? "" : Name());
    const KeyObfuscator obfuscator(Secret<32>(BytesOf(masters[i]).first<32>()));
    ours.push_back(obfuscator.Obfuscate(names[i]));
    hide.push_back(Hex(masters[i]) + " " + Hex(names[i]));
    reveal.push_back(Hex(masters[i]) + " " + ours[i]);
  }
  EXPECT_EQ(Ask("obfuscate", hide), ours);
  const std::vector<std::string> revealed = Ask("deobfuscate", reveal);
  for (std::size_t i = 0; i < kCases; ++i) EXPECT_EQ(Unhex(revealed[i]), names[i]) << i;
}

// Signatures are deterministic: at the same second both make the same header.
TEST_F(Interop, BothSignTheSameWay) {
  if (!CanSign()) GTEST_SKIP() << "this client has no signatures";
  std::vector<std::string> secrets;
  std::vector<std::string> questions;
  for (int i = 0; i < 20; ++i) {
    secrets.push_back(Text(32));
    questions.push_back(Hex(secrets.back()));
  }
  const std::vector<std::string> headers = Ask("sign", questions);
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    auto key = crypto::SigningKey::Make(Secret<32>(BytesOf(secrets[i]).first<32>()), entropy_);
    ASSERT_TRUE(key);
    ASSERT_GT(headers[i].size(), 194u) << headers[i];
    const auto time = static_cast<auth::UnixSeconds>(std::stoull(headers[i].substr(194)));
    EXPECT_EQ(auth::SignatureCredentials(*std::move(key)).HeaderAt(time), headers[i]);
    EXPECT_TRUE(auth::SignatureScheme().Verify(headers[i], time));
  }
}

}  // namespace
}  // namespace vss::seal
