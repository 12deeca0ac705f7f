#include "client/wire.h"

#include <cstdint>
#include <span>

#include "base/check.h"
#include "vss/bytes.h"
#include "vss/signer/answer.h"
#include "vss/signer/request.h"

namespace vss::client {
namespace {

constexpr std::size_t kTokenBytesMax = 4096;
constexpr std::size_t kKeyBytesMax = 2400;  // 600 characters, as servers allow.

// What `encode` writes into the buffer that it is given, once that is large enough.
template <typename Encode>
std::string Encoded(Encode encode) {
  std::string body(encode({}).size, '\0');
  const seal::Written written = encode({reinterpret_cast<std::uint8_t*>(body.data()), body.size()});
  CHECK(written.status == seal::Status::kOk && written.size == body.size());
  return body;
}

seal::Item ItemOf(const Piece& piece) {
  return {piece.key, piece.version, piece.value ? BytesOf(*piece.value) : ByteView()};
}

// Only the version of a whole store can be 0.
bool IsSane(Version version, std::string_view key) {
  return version >= (key == kGlobalVersionKey ? 0 : 1) && version <= kVersionMax;
}

struct KeysUnderPrefix {
  std::string_view prefix;
  std::vector<KeyVersion> keys = {};
  bool are_sane = true;

  void Take(const seal::Item& item) {
    are_sane = are_sane && item.key.starts_with(prefix) && item.key.size() <= kKeyBytesMax &&
               IsSane(item.version, item.key);
    keys.push_back({std::string(item.key), item.version});
  }
};

}  // namespace

std::string EncodeGet(std::string_view store_id, std::string_view key) {
  return Encoded([&](std::span<std::uint8_t> out) { return seal::EncodeGet(store_id, key, out); });
}

std::string EncodePut(std::string_view store_id, const std::vector<Piece>& pieces) {
  std::vector<seal::Item> puts;
  std::vector<seal::Item> deletes;
  std::optional<Version> global_version;
  for (const Piece& piece : pieces) {
    if (piece.is_global_version) {
      global_version = piece.version;
    } else {
      (piece.value ? puts : deletes).push_back(ItemOf(piece));
    }
  }
  const seal::PutRequest request{store_id, global_version, puts, deletes};
  return Encoded([&](std::span<std::uint8_t> out) { return seal::EncodePut(request, out); });
}

std::string EncodeDelete(std::string_view store_id, const Piece& piece) {
  return Encoded([&](std::span<std::uint8_t> out) {
    return seal::EncodeDelete(store_id, ItemOf(piece), out);
  });
}

std::string EncodeList(std::string_view store_id, const ListOptions& options,
                       std::string_view token) {
  seal::ListRequest request{.store_id = store_id, .page_size = options.page_size};
  if (!options.prefix.empty()) request.key_prefix = options.prefix;
  if (!token.empty()) request.page_token = token;
  return Encoded([&](std::span<std::uint8_t> out) { return seal::EncodeList(request, out); });
}

std::optional<StoredRecord> DecodeGet(std::string_view body, std::string_view key) {
  const seal::GetAnswer answer = seal::DecodeGet(BytesOf(body));
  if (answer.status != seal::Status::kOk || !answer.item) return std::nullopt;
  if (answer.item->key != key || !IsSane(answer.item->version, key)) return std::nullopt;
  return StoredRecord{std::string(key), answer.item->version,
                      std::string(TextOf(answer.item->value))};
}

std::optional<Listing> DecodeList(std::string_view body, std::string_view prefix) {
  KeysUnderPrefix keys{prefix};
  const seal::ListAnswer answer =
      seal::DecodeList(BytesOf(body), {&keys, [](void* context, const seal::Item& item) {
                                         static_cast<KeysUnderPrefix*>(context)->Take(item);
                                       }});
  if (answer.status != seal::Status::kOk || !keys.are_sane) return std::nullopt;
  if (answer.next_page_token.size() > kTokenBytesMax) return std::nullopt;
  if (answer.global_version && !IsSane(*answer.global_version, kGlobalVersionKey)) {
    return std::nullopt;
  }
  return Listing{std::move(keys.keys), std::string(answer.next_page_token), answer.global_version};
}

}  // namespace vss::client
