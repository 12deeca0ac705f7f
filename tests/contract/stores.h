// The stores that the contract is checked on.  To add one, write its StoreHome and name it in
// EveryStore().
#ifndef VSS_TESTS_CONTRACT_STORES_H_
#define VSS_TESTS_CONTRACT_STORES_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "store/store.h"

namespace vss::testing {

// Where one store lives: a folder, a database.  It goes away with all that was stored.
class StoreHome {
 public:
  virtual ~StoreHome() = default;
  virtual std::unique_ptr<store::Store> Open() = 0;  // One at a time.
};

struct StoreKind {
  std::string name;
  bool is_durable = false;  // What one Open() stored the next one finds.
  std::function<std::unique_ptr<StoreHome>()> make_home;
};

std::vector<StoreKind> EveryStore();
std::vector<StoreKind> EveryDurableStore();

// For the names of test cases.
inline std::ostream& operator<<(std::ostream& out, const StoreKind& kind) {
  return out << kind.name;
}

}  // namespace vss::testing

#endif  // VSS_TESTS_CONTRACT_STORES_H_
