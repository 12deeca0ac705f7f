// The connection parameters that libpq is given.
#ifndef VSS_STORE_POSTGRES_PG_TARGET_H_
#define VSS_STORE_POSTGRES_PG_TARGET_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/failure.h"
#include "store/postgres/postgres_options.h"

namespace vss::store {

// A transaction may be idle for this many statement timeouts: sending a large value counts as idle.
inline constexpr int kIdleTimeouts = 4;

// A file in memory that libpq can open by its path: it takes certificates from files only.
class MemoryFile {
 public:
  MemoryFile() = default;
  explicit MemoryFile(std::string_view content);
  MemoryFile(MemoryFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  MemoryFile& operator=(MemoryFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~MemoryFile();

  std::string Path() const;  // Empty if there is none.

 private:
  int descriptor_ = -1;
};

class PgTarget {
 public:
  // kInvalid if `options.hosts` can't be understood.  `serve`: with the session settings that keep
  // plans and timeouts as short statements need them.
  static Result<PgTarget> From(const PostgresOptions& options, const std::string& database,
                               bool serve);

  // Both end with a null pointer, as libpq wants.
  std::vector<const char*> Keywords() const;
  std::vector<const char*> Values() const;

 private:
  void Add(const char* keyword, std::string value) {
    parameters_.emplace_back(keyword, std::move(value));
  }
  void AddTls(const PostgresOptions& options);
  void AddSessionSettings(const PostgresOptions& options);

  std::vector<std::pair<const char*, std::string>> parameters_;
  MemoryFile root_certificate_;
};

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_PG_TARGET_H_
