#include "store/postgres/pg_params.h"

#include <libpq-fe.h>

#include <utility>

#include "base/check.h"

namespace vss::store {
namespace {

constexpr std::uint32_t kBoolType = 16;
constexpr std::uint32_t kByteaType = 17;
constexpr std::uint32_t kInt8Type = 20;
constexpr std::uint32_t kTextType = 25;
constexpr std::uint32_t kTimestamptzType = 1184;

constexpr int kBinary = 1;

// From 1970-01-01 to PostgreSQL's epoch.
constexpr std::chrono::microseconds kEpoch = std::chrono::days(10957);

template <typename Number>
void Append(std::string& out, Number number) {
  for (int shift = static_cast<int>(sizeof(Number)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((static_cast<std::uint64_t>(number) >> shift) & 0xff));
  }
}

std::string ArrayHead(std::uint32_t type, std::size_t size, bool has_nulls) {
  std::string out;
  Append(out, std::int32_t{size > 0 ? 1 : 0});
  Append(out, std::int32_t{has_nulls ? 1 : 0});
  Append(out, type);
  if (size > 0) {
    Append(out, static_cast<std::int32_t>(size));
    Append(out, std::int32_t{1});
  }
  return out;
}

std::string ArrayOfBytes(std::uint32_t type, const std::vector<std::string_view>& elements) {
  std::string out = ArrayHead(type, elements.size(), false);
  std::size_t bytes = out.size();
  for (const std::string_view element : elements) bytes += 4 + element.size();
  out.reserve(bytes);
  for (const std::string_view element : elements) {
    Append(out, static_cast<std::int32_t>(element.size()));
    out.append(element);
  }
  return out;
}

std::int64_t ToPg(WallTime time) { return (time.time_since_epoch() - kEpoch).count(); }

}  // namespace

PgParams& PgParams::View(std::string_view bytes) {
  // A null pointer would be an SQL null, and an empty view may hold one.
  values_.push_back(bytes.empty() ? "" : bytes.data());
  lengths_.push_back(static_cast<int>(bytes.size()));
  formats_.push_back(kBinary);
  return *this;
}

PgParams& PgParams::Own(std::string bytes) { return View(owned_.emplace_back(std::move(bytes))); }

PgParams& PgParams::Int(std::int64_t number) {
  std::string out;
  Append(out, number);
  return Own(std::move(out));
}

PgParams& PgParams::Bool(bool value) { return Own(std::string(1, value ? '\1' : '\0')); }

PgParams& PgParams::Time(WallTime time) { return Int(ToPg(time)); }

PgParams& PgParams::Texts(const std::vector<std::string_view>& texts) {
  return Own(ArrayOfBytes(kTextType, texts));
}

PgParams& PgParams::BytesEach(const std::vector<std::string_view>& values) {
  return Own(ArrayOfBytes(kByteaType, values));
}

PgParams& PgParams::Ints(const std::vector<std::optional<std::int64_t>>& numbers) {
  std::string out = ArrayHead(kInt8Type, numbers.size(), true);
  for (const std::optional<std::int64_t>& number : numbers) {
    Append(out, std::int32_t{number ? 8 : -1});
    if (number) Append(out, *number);
  }
  return Own(std::move(out));
}

PgParams& PgParams::Bools(const std::vector<bool>& values) {
  std::string out = ArrayHead(kBoolType, values.size(), false);
  for (const bool value : values) {
    Append(out, std::int32_t{1});
    out.push_back(value ? '\1' : '\0');
  }
  return Own(std::move(out));
}

PgParams& PgParams::Times(const std::vector<WallTime>& times) {
  std::string out = ArrayHead(kTimestamptzType, times.size(), false);
  for (const WallTime time : times) {
    Append(out, std::int32_t{8});
    Append(out, ToPg(time));
  }
  return Own(std::move(out));
}

PgResult& PgResult::operator=(PgResult&& other) noexcept {
  std::swap(result_, other.result_);
  return *this;
}

PgResult::~PgResult() { PQclear(result_); }

int PgResult::Rows() const { return PQntuples(result_); }

bool PgResult::IsNull(int row, int column) const { return PQgetisnull(result_, row, column) != 0; }

std::string_view PgResult::Bytes(int row, int column) const {
  return {PQgetvalue(result_, row, column),
          static_cast<std::size_t>(PQgetlength(result_, row, column))};
}

std::int64_t PgResult::Int(int row, int column) const {
  const std::string_view bytes = Bytes(row, column);
  CHECK(bytes.size() == 2 || bytes.size() == 4 || bytes.size() == 8);
  std::uint64_t number = (bytes[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;  // Keep the sign.
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(number);
}

bool PgResult::Bool(int row, int column) const {
  const std::string_view bytes = Bytes(row, column);
  return bytes.size() == 1 && bytes[0] != '\0';
}

WallTime PgResult::Time(int row, int column) const {
  if (IsNull(row, column)) return {};
  return WallTime(std::chrono::microseconds(Int(row, column)) + kEpoch);
}

}  // namespace vss::store
