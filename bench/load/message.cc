#include "bench/load/message.h"

namespace vss::bench {
namespace {

// Wire types.
constexpr std::uint32_t kVarint = 0;
constexpr std::uint32_t kBytes = 2;

void AppendVarint(std::string& to, std::uint64_t number) {
  while (number >= 0x80) {
    to.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  to.push_back(static_cast<char>(number));
}

std::size_t VarintSize(std::uint64_t number) {
  std::size_t size = 1;
  while (number >>= 7) ++size;
  return size;
}

void AppendTag(std::string& to, std::uint32_t field, std::uint32_t type) {
  AppendVarint(to, field << 3 | type);
}

std::optional<std::uint64_t> TakeVarint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

struct Field {
  std::uint32_t number = 0;
  std::uint64_t integer = 0;
  std::string_view bytes;
};

std::optional<Field> TakeField(std::string_view& bytes) {
  const auto tag = TakeVarint(bytes);
  const auto integer = tag ? TakeVarint(bytes) : std::nullopt;
  if (!integer) return std::nullopt;
  Field field{.number = static_cast<std::uint32_t>(*tag >> 3), .integer = *integer};
  if ((*tag & 7) == kVarint) return field;
  if ((*tag & 7) != kBytes || *integer > bytes.size()) return std::nullopt;
  field.bytes = bytes.substr(0, *integer);
  bytes.remove_prefix(*integer);
  return field;
}

std::optional<ItemView> ReadItem(std::string_view bytes) {
  ItemView item;
  while (!bytes.empty()) {
    const auto field = TakeField(bytes);
    if (!field) return std::nullopt;
    if (field->number == 1) item.key = field->bytes;
    if (field->number == 2) item.version = static_cast<std::int64_t>(field->integer);
    if (field->number == 3) item.value = field->bytes;
  }
  return item;
}

}  // namespace

void AppendText(std::string& to, std::uint32_t field, std::string_view text) {
  if (text.empty()) return;
  AppendTag(to, field, kBytes);
  AppendVarint(to, text.size());
  to += text;
}

void AppendNumber(std::string& to, std::uint32_t field, std::int64_t number) {
  AppendTag(to, field, kVarint);
  AppendVarint(to, static_cast<std::uint64_t>(number));
}

void AppendItem(std::string& to, std::uint32_t field, std::string_view key, std::int64_t version,
                std::string_view value) {
  const auto size_of = [](std::string_view text) {
    return text.empty() ? 0 : 1 + VarintSize(text.size()) + text.size();
  };
  const std::size_t size = size_of(key) + size_of(value) +
                           (version == 0 ? 0 : 1 + VarintSize(static_cast<std::uint64_t>(version)));
  AppendTag(to, field, kBytes);
  AppendVarint(to, size);
  AppendText(to, 1, key);
  if (version != 0) AppendNumber(to, 2, version);
  AppendText(to, 3, value);
}

std::optional<ItemView> ReadGetReply(std::string_view bytes) {
  std::optional<ItemView> item;
  while (!bytes.empty()) {
    const auto field = TakeField(bytes);
    if (!field) return std::nullopt;
    if (field->number == 2) item = ReadItem(field->bytes);
  }
  return item;
}

std::optional<std::size_t> CountListReply(std::string_view bytes) {
  std::size_t keys = 0;
  while (!bytes.empty()) {
    const auto field = TakeField(bytes);
    if (!field) return std::nullopt;
    if (field->number == 1) ++keys;
  }
  return keys;
}

}  // namespace vss::bench
