#include "crypto/sha512.h"

#include <gtest/gtest.h>

#include <string>

#include "crypto/hex.h"

namespace vss::crypto {
namespace {

TEST(HmacSha512, MatchesTheVectorsOfRfc4231) {
  const struct {
    std::string key;
    std::string message;
    std::string mac;
  } vectors[] = {
      {std::string(20, '\x0b'), "Hi There",
       "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea"
       "3f4e"
       "4be9d914eeb61f1702e696c203a126854"},
      {"Jefe", "what do ya want for nothing?",
       "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f"
       "0e6f"
       "dcaeab1a34d4a6b4b636e070a38bce737"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6"
       "a1e5"
       "295e64f73f63f0aec8b915a985d786598"},
  };
  for (const auto& [key, message, mac] : vectors) {
    EXPECT_EQ(EncodeHex(HmacSha512(BytesOf(key), BytesOf(message)).Bytes()), mac) << message;
  }
  EXPECT_FALSE(HmacSha512({}, {}) == HmacSha512(BytesOf("k"), {}));
}

// BIP39's mnemonics are the vectors with all of its iterations.
TEST(Pbkdf2, OneIterationIsTheMacOfTheSaltAndABlockNumber) {
  const std::string block = std::string("salt") + std::string("\0\0\0\1", 4);
  EXPECT_TRUE(Pbkdf2HmacSha512(BytesOf("password"), BytesOf("salt"), 1) ==
              HmacSha512(BytesOf("password"), BytesOf(block)));
  EXPECT_FALSE(Pbkdf2HmacSha512(BytesOf("password"), BytesOf("salt"), 2) ==
               Pbkdf2HmacSha512(BytesOf("password"), BytesOf("salt"), 1));
}

}  // namespace
}  // namespace vss::crypto
