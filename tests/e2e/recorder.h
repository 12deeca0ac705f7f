// A VSS client that writes down what it asked, when, and what it was told.
#ifndef VSS_TESTS_E2E_RECORDER_H_
#define VSS_TESTS_E2E_RECORDER_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/vss_client.h"
#include "tests/e2e/linearizability.h"
#include "tests/e2e/sole_writer.h"

namespace vss::testing {

// Threads: one at a time.  Every recorder of a process uses the same clock.
class Recorder final {
 public:
  static std::int64_t Now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

  // True if the server gave an answer.
  bool Put(VssClient& client, const Write& write) {
    Request request{Now(), 0, write};
    const Word word = WordOf(Send(client, write));
    request.returned = Now();
    for (const Entry& item : write.puts) believed_[item.key] = item.version + 1;
    if (word == Word::kConflicted) request.end = Request::End::kConflicted;
    if (word == Word::kDoubt) request.end = Request::End::kUnknown;
    if (word == Word::kDoubt) request.returned = Request::kNever;
    // What did not happen has no place in the history: should it turn up, it is a violation.
    if (word != Word::kNothing) history_.push_back(std::move(request));
    return word == Word::kDone || word == Word::kConflicted;
  }

  bool Get(VssClient& client, const std::string& key) {
    Request request{Now()};
    Entry entry;
    const Outcome outcome = client.Get(key, &entry);
    request.returned = Now();
    SawCell seen{key, std::nullopt};
    // The global version of a store that never had one reads as 0.
    if (outcome == kOk && entry.version != 0) seen.cell = Cell{entry.version, entry.value};
    believed_[key] = entry.version;
    request.what = std::move(seen);
    return Keep(outcome, std::move(request));
  }

  // A page is one moment; the global version beside it is another, so it is taken down for itself.
  bool List(VssClient& client) {
    Request request{Now()};
    Listing listing;
    const Outcome outcome = client.List(&listing);
    request.returned = Now();
    SawVersions seen;
    for (const Entry& entry : listing.entries) seen.versions[entry.key] = entry.version;
    request.what = std::move(seen);
    if (outcome == kOk) {
      const std::int64_t version = listing.global_version.value_or(0);
      SawCell global{kGlobalVersion, std::nullopt};
      if (version != 0) global.cell = Cell{version, ""};
      believed_[kGlobalVersion] = version;
      history_.push_back({request.called, request.returned, std::move(global)});
    }
    return Keep(outcome, std::move(request));
  }

  // The version of the key that was seen last.
  std::int64_t Believed(const std::string& key) { return believed_[key]; }

  // Whatever is still unknown has happened by now, or never will: nobody is left to do it.
  void NothingIsUnderWay() {
    for (Request& request : history_) request.returned = std::min(request.returned, Now());
  }

  const std::vector<Request>& history() const { return history_; }

 private:
  bool Keep(const Outcome& outcome, Request request) {
    if (outcome == kOk || outcome == kNoSuchKey) {
      history_.push_back(std::move(request));
      return true;
    }
    WordOf(outcome);  // A read without an answer says nothing.
    return false;
  }

  std::vector<Request> history_;
  std::map<std::string, std::int64_t> believed_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_E2E_RECORDER_H_
