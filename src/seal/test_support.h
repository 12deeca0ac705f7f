// What the tests of this room share.
#ifndef VSS_SEAL_TEST_SUPPORT_H_
#define VSS_SEAL_TEST_SUPPORT_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "crypto/hex.h"
#include "tests/support/seed.h"
#include "vss/entropy.h"
#include "vss/secret.h"
#include "vss/signer/crypto.h"

namespace vss::seal {

using Bytes = std::vector<std::uint8_t>;

inline Bytes FromHex(std::string_view hex) {
  Bytes bytes(hex.size() / 2);
  CHECK(crypto::DecodeHex(hex, crypto::HexCase::kLower, bytes));
  return bytes;
}

// A member of a vector.
inline Bytes BytesIn(const nlohmann::json& vector, const char* name) {
  return FromHex(vector.at(name).get<std::string>());
}
inline std::string TextIn(const nlohmann::json& vector, const char* name) {
  return vector.at(name).get<std::string>();
}

template <std::size_t N = 32>
Secret<N> SecretFrom(const Bytes& bytes) {
  CHECK(bytes.size() == N);
  return Secret<N>(std::span<const std::uint8_t, N>(bytes));
}
template <std::size_t N = 32>
Secret<N> SecretIn(const nlohmann::json& vector, const char* name) {
  return SecretFrom<N>(BytesIn(vector, name));
}

// Numbers above 2^53 are written as text.
inline std::int64_t NumberIn(const nlohmann::json& vector, const char* name) {
  const nlohmann::json& number = vector.at(name);
  return number.is_string() ? std::stoll(number.get<std::string>()) : number.get<std::int64_t>();
}

template <std::size_t N>
std::string HexOf(const Secret<N>& secret) {
  return crypto::EncodeHex(secret.Bytes());
}

inline Bytes RandomBytes(testing::Random& random, std::size_t size) {
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(testing::Below(random, 256));
  return bytes;
}
// Printable, so that it is UTF-8.
inline std::string RandomText(testing::Random& random, std::size_t size) {
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>(' ' + testing::Below(random, 95));
  return text;
}

// Gives what a vector says, once.
class ScriptedEntropy final : public Entropy {
 public:
  explicit ScriptedEntropy(Bytes bytes) : bytes_(std::move(bytes)) {}
  void Fill(std::span<std::uint8_t> bytes) override {
    CHECK(bytes.size() == bytes_.size());
    std::ranges::copy(bytes_, bytes.begin());
    bytes_.clear();
  }

 private:
  Bytes bytes_;
};

}  // namespace vss::seal

#endif  // VSS_SEAL_TEST_SUPPORT_H_
