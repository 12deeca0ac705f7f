#include "auth/shared_key.h"

#include <gtest/gtest.h>

#include <utility>

#include "crypto/hex.h"
#include "tests/support/vectors.h"

namespace vss::auth {
namespace {

crypto::SigningKey KeyFrom(const std::string& secret_hex) {
  crypto::Secret<32> secret;
  EXPECT_TRUE(crypto::DecodeHex(secret_hex, crypto::HexCase::kLower, secret.Writable()));
  SystemEntropy entropy;
  return crypto::SigningKey::Make(std::move(secret), entropy).value();
}

std::string Text(ByteView bytes) { return std::string(TextOf(bytes)); }

// The nth of many clients, and what it sends.
struct TestClient {
  TestClient(int n, const crypto::CompressedKey& server)
      : key(KeyFrom(std::string(60, '0') + std::to_string(1000 + n))),
        id(Text(key.PublicKey())),
        token(Text(MakeSharedKey(key, server)->token)) {}
  crypto::SigningKey key;
  std::string id;
  std::string token;
};

class SharedKeys : public ::testing::Test {
 protected:
  SystemEntropy entropy_;
  SharedKeyVerifier verifier_{KeyFrom(std::string(64, '2')), 3, entropy_};
  TestClient alice_{1, verifier_.ServerId()};
  TestClient bob_{2, verifier_.ServerId()};
};

TEST(SharedKeyVectors, BothSidesHaveTheSame) {
  for (const auto& vector : testing::LssVectors("auth")) {
    const auto server = KeyFrom(vector.at("server_secret"));
    const auto client = KeyFrom(vector.at("client_secret"));
    for (const auto& key :
         {MakeSharedKey(server, client.PublicKey()), MakeSharedKey(client, server.PublicKey())}) {
      EXPECT_EQ(crypto::EncodeHex(key->secret.Bytes()),
                vector.at("shared_secret").get<std::string>());
      EXPECT_EQ(crypto::EncodeHex(key->token), vector.at("token").get<std::string>());
    }
  }
}

TEST(SharedKeyVectors, SignersHaveTheSameAsTheirServer) {
  for (const auto& vector : testing::LssVectors("vls_auth")) {
    const auto signer = KeyFrom(vector.at("persistence_secret"));
    EXPECT_EQ(crypto::EncodeHex(signer.PublicKey()), vector.at("client_id").get<std::string>());
    const auto server = KeyFrom(std::string(64, '2'));
    ASSERT_EQ(crypto::EncodeHex(server.PublicKey()), vector.at("server_id").get<std::string>());
    const auto key = MakeSharedKey(server, signer.PublicKey());
    EXPECT_EQ(crypto::EncodeHex(key->secret.Bytes()),
              vector.at("shared_secret").get<std::string>());
    EXPECT_EQ(crypto::EncodeHex(key->token), vector.at("token").get<std::string>());
  }
  // That of the original's own test is one of them.
  const auto upstream =
      testing::LssVectors("upstream_constants").at("vls_key_derivation_ldk_style");
  const auto key = MakeSharedKey(
      KeyFrom(upstream.at("server_secret")),
      KeyFrom(testing::LssVectors("vls_auth").at(1).at("persistence_secret")).PublicKey());
  EXPECT_EQ(crypto::EncodeHex(key->secret.Bytes()),
            upstream.at("shared_secret").get<std::string>());
}

TEST_F(SharedKeys, ThatIsNotCompressedIsNobodys) {
  for (const auto& vector : testing::LssVectors("auth")) {
    const std::string hex = vector.at("client_id_uncompressed");
    std::string id(hex.size() / 2, '\0');
    ASSERT_TRUE(crypto::DecodeHex(hex, crypto::HexCase::kLower,
                                  {reinterpret_cast<std::uint8_t*>(id.data()), id.size()}));
    EXPECT_EQ(verifier_.Identify(id, alice_.token).error().message, "invalid client id");
  }
}

TEST_F(SharedKeys, TheTokenProvesWhoIsCalling) {
  const auto client = verifier_.Identify(alice_.id, alice_.token);
  ASSERT_TRUE(client);
  EXPECT_EQ(Text(client->id), alice_.id);
  EXPECT_EQ(client->key->secret, MakeSharedKey(alice_.key, verifier_.ServerId())->secret);
}

TEST_F(SharedKeys, TheTokenOfAnotherDoesNot) {
  EXPECT_EQ(verifier_.Identify(alice_.id, bob_.token).error().message, "invalid auth token");
  EXPECT_EQ(verifier_.Identify(alice_.id, "").error().kind, Kind::kInvalid);
  ASSERT_TRUE(verifier_.Identify(alice_.id, alice_.token));
  EXPECT_EQ(verifier_.Identify(alice_.id, bob_.token).error().message, "invalid auth token")
      << "nor once it is remembered";
}

TEST_F(SharedKeys, AnIdIsACompressedKey) {
  for (const std::string& id : {std::string(), alice_.id.substr(1), alice_.id + "x",
                                std::string(33, '\0'), std::string(65, '\x04')}) {
    const auto client = verifier_.Identify(id, alice_.token);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, Kind::kDenied);
    EXPECT_EQ(client.error().message, "invalid client id");
  }
}

TEST_F(SharedKeys, OnlyWhoProvedItselfIsRemembered) {
  EXPECT_FALSE(verifier_.Recognize(alice_.id, alice_.token));
  EXPECT_FALSE(verifier_.Identify(alice_.id, bob_.token));
  EXPECT_FALSE(verifier_.Recognize(alice_.id, alice_.token));
  EXPECT_TRUE(verifier_.Identify(alice_.id, alice_.token));
  EXPECT_TRUE(verifier_.Recognize(alice_.id, alice_.token));
  EXPECT_FALSE(verifier_.Recognize(alice_.id, bob_.token));
}

TEST_F(SharedKeys, TheOldestIsForgottenWhenThereAreTooMany) {
  EXPECT_TRUE(verifier_.Identify(alice_.id, alice_.token));
  for (int i = 2; i <= 4; ++i) {
    const TestClient client(i, verifier_.ServerId());
    EXPECT_TRUE(verifier_.Identify(client.id, client.token));
    EXPECT_EQ(verifier_.Recognize(alice_.id, alice_.token).has_value(), i < 4) << i;
  }
  EXPECT_TRUE(verifier_.Identify(alice_.id, alice_.token)) << "it proves itself again";
}

}  // namespace
}  // namespace vss::auth
