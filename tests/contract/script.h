// A small language for what a store is asked and must answer.  A line is a call, an arrow and the
// answer; what follows a # is a comment.
//
//   put a=red@0 b=blue           -> committed
//
// `put` speaks VSS: key=value@n writes version n+1 if the key is at n (@0: if it is absent), and
// without @n version 1 whatever is there.  `commit` says each change of a batch in full:
//
//   commit write a=red:7 if absent, remove b if 3, check c if present -> conflict b@none c@none
//
//   get a b                      -> a=red@1 b=blue@1       # or `none`; one key alone: red@1
//   list prefix=a limit=1        -> a@2 more               # also: apart=key, read apart=key
//   list next                    -> b@1                    # the same list, after the last entry
//   scan prefix=a bytes=100      -> a=red@1
//   in alice/store               # the space that the next lines are about; at first tenant/store
//   allow keys=2 new=no          # the allowance of the next lines: bytes, keys, stores, new
//
// '' is an empty word.
#ifndef VSS_TESTS_CONTRACT_SCRIPT_H_
#define VSS_TESTS_CONTRACT_SCRIPT_H_

#include <string>

#include "core/batch.h"
#include "core/listing.h"
#include "core/record.h"
#include "store/store.h"

namespace vss::testing {

class Script final {
 public:
  explicit Script(store::Store& store) : store_(store) {}

  // Says every line of `text` to the store; each answer that differs is a failure of the test.
  void Check(const std::string& text);
  std::string Answer(const std::string& call);

 private:
  std::string Commit(const std::vector<Change>& changes);
  std::string Get(const std::vector<std::string>& words);
  std::string List(const std::vector<std::string>& words);
  std::string Scan(const std::vector<std::string>& words);
  void Allow(const std::vector<std::string>& words);

  store::Store& store_;
  Space space_ = {"tenant", "store"};
  Allowance allowance_;
  ListQuery list_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_CONTRACT_SCRIPT_H_
