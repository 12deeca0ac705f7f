// A wallet that is the only writer of its store, so that it can tell every answer that is not true:
// whatever goes wrong in between, the store holds what was acknowledged, a refused write left
// nothing behind, and only a write whose answer was lost may have happened or not.
//
// It keeps every state that the store may be in.  An answer or a read that fits none of them fails
// the test.  So does a conflict that is none: a wallet that is told of one may close its channels.
#ifndef VSS_TESTS_E2E_SOLE_WRITER_H_
#define VSS_TESTS_E2E_SOLE_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/conformance/vss_client.h"
#include "tests/e2e/model.h"
#include "tests/support/seed.h"

namespace vss::testing {

// What became of a request, from its answer alone.
enum class Word {
  kDone,
  kConflicted,
  kNothing,  // 503: it did not happen.
  kDoubt,    // 500, or no answer: it may have happened.
};
Word WordOf(const Outcome& outcome);  // Fails the test on any other answer.

// Threads: one at a time.
class SoleWriter final {
 public:
  SoleWriter(std::string store_id, std::uint64_t seed, std::string ca_file = {})
      : store_id_(std::move(store_id)), ca_file_(std::move(ca_file)), random_(seed) {}

  // For a server that may have come back on another port.
  VssClient NewClient(const std::string& base) const { return {base, store_id_, {}, ca_file_}; }

  // A random request: a write that should work, one that must conflict, a delete, a check.
  // False: the server did not do it, or nobody knows.
  bool Step(VssClient& client);
  // Reads everything.  False: the server gave no answer.
  bool Check(VssClient& client);

  struct Counts {
    std::uint64_t done = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t nothing = 0;
    std::uint64_t doubts = 0;
    Counts& operator+=(const Counts& other);
  };
  const Counts& counts() const { return counts_; }

 private:
  Write NextWrite();
  void Learn(const Write& write, Word word);

  const std::string store_id_;
  const std::string ca_file_;
  Random random_;
  std::uint64_t writes_ = 0;
  std::vector<Contents> possible_ = {{}};
  std::vector<std::string> lately_;  // For messages.
  Counts counts_;
};

std::ostream& operator<<(std::ostream& out, const SoleWriter::Counts& counts);

}  // namespace vss::testing

#endif  // VSS_TESTS_E2E_SOLE_WRITER_H_
