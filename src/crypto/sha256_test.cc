#include "crypto/sha256.h"

#include <gtest/gtest.h>

#include <string>

#include "crypto/hex.h"

namespace vss::crypto {
namespace {

TEST(Sha256, MatchesTheVectorsOfFips180) {
  const struct {
    std::string message;
    std::string digest;
  } vectors[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& [message, digest] : vectors) {
    EXPECT_EQ(EncodeHex(Sha256({BytesOf(message)})), digest) << message.size();
  }
}

TEST(Sha256, PartsCountAsOneMessage) {
  EXPECT_EQ(Sha256({BytesOf("a"), BytesOf(""), BytesOf("bc")}), Sha256({BytesOf("abc")}));
  EXPECT_EQ(Sha256({}), Sha256({BytesOf("")}));
}

TEST(HmacSha256, MatchesTheVectorsOfRfc4231) {
  std::string counting;
  for (char c = 1; c <= 25; ++c) counting += c;
  const struct {
    std::string key;
    std::string message;
    std::string mac;
  } vectors[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {counting, std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
      {"", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
  };
  for (const auto& [key, message, mac] : vectors) {
    EXPECT_EQ(EncodeHex(HmacSha256(BytesOf(key), {BytesOf(message)})), mac) << message;
  }
}

TEST(HmacSha256, PartsCountAsOneMessageAndTheKeyCounts) {
  const ByteView key = BytesOf("key");
  EXPECT_EQ(HmacSha256(key, {BytesOf("a"), BytesOf("bc")}), HmacSha256(key, {BytesOf("abc")}));
  EXPECT_NE(HmacSha256(BytesOf("kez"), {BytesOf("abc")}), HmacSha256(key, {BytesOf("abc")}));
  EXPECT_NE(HmacSha256({}, {BytesOf("abc")}), HmacSha256(key, {BytesOf("abc")}));
}

TEST(HmacSha256, EveryBitOfKeyAndMessageCounts) {
  const std::string key = "a key of some bytes";
  const std::string message = "a message";
  const Digest mac = HmacSha256(BytesOf(key), {BytesOf(message)});
  const auto changed = [](std::string text, std::size_t bit) {
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
    return text;
  };
  for (std::size_t bit = 0; bit < key.size() * 8; ++bit) {
    EXPECT_NE(HmacSha256(BytesOf(changed(key, bit)), {BytesOf(message)}), mac) << bit;
  }
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    EXPECT_NE(HmacSha256(BytesOf(key), {BytesOf(changed(message, bit))}), mac) << bit;
  }
  // Keys are padded with zeros up to a block and hashed beyond it.
  EXPECT_EQ(HmacSha256(BytesOf(key + std::string(45, '\0')), {BytesOf(message)}), mac);
  EXPECT_NE(HmacSha256(BytesOf(key + std::string(46, '\0')), {BytesOf(message)}), mac);
}

}  // namespace
}  // namespace vss::crypto
