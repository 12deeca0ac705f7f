// The vectors of the protocol as values, for the tests of this room.
#ifndef VSS_LSS_API_TEST_VECTORS_H_
#define VSS_LSS_API_TEST_VECTORS_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/check.h"
#include "core/record.h"
#include "crypto/hex.h"
#include "crypto/secret.h"
#include "tests/support/vectors.h"

namespace vss::testing {

inline std::string BytesFromHex(const std::string& hex) {
  std::string bytes(hex.size() / 2, '\0');
  CHECK(crypto::DecodeHex(hex, crypto::HexCase::kLower,
                          {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}));
  return bytes;
}

inline std::string HexFrom(std::string_view bytes) { return crypto::EncodeHex(BytesOf(bytes)); }

inline crypto::Secret<32> SecretFromHex(const std::string& hex) {
  crypto::Secret<32> secret;
  CHECK(crypto::DecodeHex(hex, crypto::HexCase::kLower, secret.Writable()));
  return secret;
}

inline std::vector<Record> RecordsFrom(const nlohmann::json& items) {
  std::vector<Record> records;
  for (const auto& item : items) {
    records.push_back({item.at("key"), item.at("version"), BytesFromHex(item.at("value_hex"))});
  }
  return records;
}

}  // namespace vss::testing

#endif  // VSS_LSS_API_TEST_VECTORS_H_
