// The fixture of the contract's tests: one store of each kind, empty at first.
#ifndef VSS_TESTS_CONTRACT_STORE_CONTRACT_H_
#define VSS_TESTS_CONTRACT_STORE_CONTRACT_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/contract/script.h"
#include "tests/contract/stores.h"
#include "tests/support/blocking_store.h"

namespace vss::testing {

class StoreContract : public ::testing::TestWithParam<StoreKind> {
 protected:
  store::Store& store() { return *store_; }
  BlockingStore calls() { return BlockingStore(*store_); }
  void Check(const std::string& lines) { script_->Check(lines); }
  void Close() {
    script_.reset();
    store_.reset();
  }
  void Reopen() {
    Close();
    store_ = home_->Open();
    script_ = std::make_unique<Script>(*store_);
  }

  const Space space_ = {"tenant", "store"};  // Where scripts begin, too.

 private:
  std::unique_ptr<StoreHome> home_ = GetParam().make_home();
  std::unique_ptr<store::Store> store_ = home_->Open();
  std::unique_ptr<Script> script_ = std::make_unique<Script>(*store_);
};

inline std::string NameOf(const ::testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}

}  // namespace vss::testing

#endif  // VSS_TESTS_CONTRACT_STORE_CONTRACT_H_
