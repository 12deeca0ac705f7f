// What a commit lane remembers of the tenants it wrote for, so that most groups need not read it.
//
// It is a guess: another server may have written since.  Every change to the size or presence of a
// tenant's rows moves the count `changes` in its usage row, so a transaction that relies on the
// guess checks that the count still stands where it was remembered, and fails if not.
//
// Threads:  one.
// Memory:   bounded by the number of rows; tenants that were not written for longest go first.
#ifndef VSS_STORE_POSTGRES_USAGE_MEMORY_H_
#define VSS_STORE_POSTGRES_USAGE_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/allowance.h"
#include "store/postgres/commit_plan.h"
#include "store/postgres/usage.h"

namespace vss::store {

class UsageMemory final {
 public:
  explicit UsageMemory(std::size_t rows_max) : rows_max_(rows_max) {}

  // All that usage depends on in a plan for `batches`, or nullopt if any of it is not remembered.
  // A key that the first change on it requires to be absent need not be.
  std::optional<Known> Recall(const std::vector<PlannedBatch>& batches) const;

  // Where the counts of the tenants of batches that were recalled stood.
  UsageChanges ChangesOf(const std::vector<PlannedBatch>& batches) const;

  // What stood in the database before a plan was carried out.  `rows` are those that were looked
  // for.
  void Learn(const Known& known, const UsageChanges& changes, const std::vector<RowName>& rows);
  // `plan` was carried out, and `usage` written.  Tenants that are not remembered stay so.
  void Apply(const CommitPlan& plan);

  void Forget(const std::vector<PlannedBatch>& batches);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <typename T>
  using ByName = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  struct Tenant {
    Usage usage;
    std::int64_t changes = 0;
    ByName<ByName<std::int64_t>> stores;  // The bytes of the values of known rows, by key.
    std::size_t rows = 0;                 // In all stores.
    std::list<std::string>::iterator age;

    const ByName<std::int64_t>* FindStore(std::string_view store) const;
    std::optional<std::int64_t> BytesOf(std::string_view store, std::string_view key) const;
    // No row is there but those that are known.
    bool IsWhole() const { return static_cast<std::int64_t>(rows) == usage.keys; }
  };

  Tenant* Find(std::string_view tenant);
  Tenant& Open(std::string_view tenant, std::int64_t changes);
  void Note(Tenant& tenant, const RowName& row, std::int64_t bytes);
  void Drop(Tenant& tenant, const RowName& row);
  void Forget(std::string_view tenant);
  void Shrink();

  const std::size_t rows_max_;
  std::size_t rows_ = 0;
  ByName<Tenant> tenants_;
  std::list<std::string> by_age_;  // The one written for last comes first.
};

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_USAGE_MEMORY_H_
