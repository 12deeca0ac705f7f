// The parameters of a statement in PostgreSQL's binary format, and reading its answers.
//
// Formats (all numbers big-endian): int8 is 8 bytes; bool is 1 byte; timestamptz is the int8 of
// microseconds since 2000-01-01 UTC; text and bytea are their bytes; an array is
//   int4 dimensions, int4 has-nulls, int4 element type, then int4 length and int4 lower bound of
//   each dimension, then each element as an int4 length (-1 for null) and its bytes.
#ifndef VSS_STORE_POSTGRES_PG_PARAMS_H_
#define VSS_STORE_POSTGRES_PG_PARAMS_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

struct pg_result;

namespace vss::store {

// Text and Bytes keep a view: what they name must live until the statement has been sent.
class PgParams {
 public:
  PgParams() = default;
  PgParams(PgParams&&) = default;
  PgParams& operator=(PgParams&&) = default;

  PgParams& Text(std::string_view text) { return View(text); }
  PgParams& Bytes(std::string_view bytes) { return View(bytes); }
  PgParams& Int(std::int64_t number);
  PgParams& Bool(bool value);
  PgParams& Time(WallTime time);
  PgParams& Texts(const std::vector<std::string_view>& texts);
  PgParams& BytesEach(const std::vector<std::string_view>& values);
  PgParams& Ints(const std::vector<std::optional<std::int64_t>>& numbers);
  PgParams& Bools(const std::vector<bool>& values);
  PgParams& Times(const std::vector<WallTime>& times);

  // In the shape that libpq takes.
  int Count() const { return static_cast<int>(values_.size()); }
  const char* const* Values() const { return values_.data(); }
  const int* Lengths() const { return lengths_.data(); }
  const int* Formats() const { return formats_.data(); }

 private:
  PgParams& View(std::string_view bytes);
  PgParams& Own(std::string bytes);

  std::deque<std::string> owned_;  // Elements never move.
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

// The answer to one statement.  Views into it live as long as it does.
class PgResult {
 public:
  explicit PgResult(pg_result* result) : result_(result) {}
  PgResult(PgResult&& other) noexcept : result_(other.result_) { other.result_ = nullptr; }
  PgResult& operator=(PgResult&& other) noexcept;
  ~PgResult();

  int Rows() const;
  bool IsNull(int row, int column) const;
  std::string_view Bytes(int row, int column) const;  // Empty for null.
  std::string Text(int row, int column) const { return std::string(Bytes(row, column)); }
  std::int64_t Int(int row, int column) const;  // int2, int4 or int8.
  bool Bool(int row, int column) const;
  WallTime Time(int row, int column) const;  // The epoch for null.

 private:
  pg_result* result_;
};

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_PG_PARAMS_H_
