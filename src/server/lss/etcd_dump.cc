#include "server/lss/etcd_dump.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "core/utf8.h"
#include "crypto/base64.h"
#include "crypto/hex.h"

namespace vss::server {
namespace {

using nlohmann::json;

// Of a public key.
constexpr std::size_t kCompressedBytes = 33;
constexpr std::size_t kUncompressedBytes = 65;

Unexpected<Failure> NotADump(const std::string& why) {
  return Invalid("this is not what etcdctl get \"\" --from-key -w json prints: " + why);
}

// The bytes of a member, which is left out if there are none.
std::optional<std::string> Bytes(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return "";
  if (!found->is_string()) return std::nullopt;
  std::string_view text = found->get_ref<const std::string&>();
  text = text.substr(0, text.find_last_not_of('=') + 1);
  return crypto::DecodeBase64(text, crypto::Base64::kStandard);
}

// The id of a client and its key; nullopt if `key` is another program's.
std::optional<LssdRecord> Split(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash != 2 * kCompressedBytes && slash != 2 * kUncompressedBytes) return std::nullopt;
  LssdRecord record;
  record.client_id.resize(slash / 2);
  auto* const bytes = reinterpret_cast<std::uint8_t*>(record.client_id.data());
  if (!crypto::DecodeHex(key.substr(0, slash), crypto::HexCase::kLower, {bytes, slash / 2})) {
    return std::nullopt;
  }
  record.record.key = key.substr(slash + 1);
  return record;
}

}  // namespace

Result<EtcdDump> EtcdDump::Read(std::istream& text) {
  const json dump = json::parse(text, nullptr, false);
  if (!dump.is_object()) return NotADump("no JSON object");
  const json none = json::array();
  const auto found = dump.find("kvs");
  const json& entries = found == dump.end() ? none : *found;
  if (!entries.is_array() || dump.value("more", json(false)) != false ||
      dump.value("count", json(0)) != entries.size()) {
    return NotADump("some keys are missing");
  }
  EtcdDump read;
  std::string last;
  bool has_values = false;
  for (const json& entry : entries) {
    if (!entry.is_object()) return NotADump("a key is no object");
    auto key = Bytes(entry, "key");
    auto value = Bytes(entry, "value");
    const auto version = entry.find("version");
    if (!key || !value || version == entry.end() || !version->is_number_integer() ||
        version->get<std::int64_t>() < 1) {
      return NotADump("a key without version, or not in base64");
    }
    if (*key <= last) return NotADump("the keys are not in order");
    auto record = Split(*key);
    last = *std::move(key);
    if (!record) {
      ++read.skipped_;
      continue;
    }
    if (!IsUtf8(record->record.key)) return NotADump("a client's key is not UTF-8");
    has_values = has_values || !value->empty();
    record->record.version = version->get<std::int64_t>() - 1;
    record->record.value = *std::move(value);
    read.records_.push_back(*std::move(record));
  }
  if (!read.records_.empty() && !has_values) return NotADump("the values are missing");
  return read;
}

Result<std::vector<LssdRecord>> EtcdDump::Next() {
  constexpr std::size_t kAtOnce = 32;
  const auto first = records_.begin() + static_cast<std::ptrdiff_t>(next_);
  next_ = std::min(next_ + kAtOnce, records_.size());
  const auto last = records_.begin() + static_cast<std::ptrdiff_t>(next_);
  return std::vector<LssdRecord>(std::make_move_iterator(first), std::make_move_iterator(last));
}

}  // namespace vss::server
