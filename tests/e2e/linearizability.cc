#include "tests/e2e/linearizability.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/check.h"

namespace vss::testing {
namespace {

std::string Describe(const Request& request) {
  std::string text = "[" + std::to_string(request.called) + ".." +
                     (request.returned == Request::kNever ? "" : std::to_string(request.returned)) +
                     "] ";
  if (const auto* write = std::get_if<Write>(&request.what)) {
    text += testing::Describe(*write);
  } else if (const auto* seen = std::get_if<SawCell>(&request.what)) {
    text += "saw " + seen->key + "=" +
            (seen->cell ? seen->cell->value + "@" + std::to_string(seen->cell->version) : "none");
  } else {
    text += "listed";
    for (const auto& [key, version] : std::get<SawVersions>(request.what).versions) {
      text += " " + key + "@" + std::to_string(version);
    }
  }
  if (request.end == Request::End::kConflicted) text += " -> conflict";
  if (request.end == Request::End::kUnknown) text += " -> ?";
  return text;
}

// What the store may hold once this request was done, if its answer fits what it held before.
std::vector<Contents> Next(const Contents& contents, const Request& request) {
  if (const auto* seen = std::get_if<SawCell>(&request.what)) {
    const auto found = contents.find(seen->key);
    const bool fits = seen->cell ? found != contents.end() && found->second == *seen->cell
                                 : found == contents.end();
    return fits ? std::vector{contents} : std::vector<Contents>{};
  }
  if (const auto* seen = std::get_if<SawVersions>(&request.what)) {
    std::map<std::string, std::int64_t> versions;
    for (const auto& [key, cell] : contents) {
      if (key != kGlobalVersion) versions[key] = cell.version;
    }
    return versions == seen->versions ? std::vector{contents} : std::vector<Contents>{};
  }
  const auto after = After(contents, std::get<Write>(request.what));
  switch (request.end) {
    case Request::End::kDone:
      return after ? std::vector{*after} : std::vector<Contents>{};
    case Request::End::kConflicted:
      return after ? std::vector<Contents>{} : std::vector{contents};
    case Request::End::kUnknown:
      break;
  }
  return after ? std::vector{*after, contents} : std::vector{contents};
}

class Search {
 public:
  Search(std::vector<Request> history, std::uint64_t effort_max)
      : history_(std::move(history)), is_done_(history_.size()), effort_left_(effort_max) {
    std::sort(history_.begin(), history_.end(),
              [](const Request& a, const Request& b) { return a.called < b.called; });
  }

  Verdict Run() {
    stack_.push_back({{}, 0, Candidates(), 0});
    while (!stack_.empty()) {
      if (is_done_.size() == done_count_) return {};
      if (effort_left_-- == 0) return {Verdict::Kind::kGaveUp};
      Step();
    }
    return {Verdict::Kind::kViolation, deepest_explanation_};
  }

 private:
  struct Candidate {
    std::size_t request;
    Contents after;
  };
  // A place in the search: the contents, how it was reached, and what can be tried from here.
  struct Place {
    Contents contents;
    std::size_t reached_by;
    std::vector<Candidate> candidates;
    std::size_t tried;
  };

  void Step() {
    Place& place = stack_.back();
    if (place.tried == place.candidates.size()) {
      NoteDeadEnd(place);
      if (stack_.size() > 1) Mark(place.reached_by, false);
      stack_.pop_back();
      return;
    }
    Candidate& next = place.candidates[place.tried++];
    const std::size_t request = next.request;
    Contents after = std::move(next.after);
    Mark(request, true);
    if (!seen_.insert(Name(after)).second) return Mark(request, false);
    stack_.push_back({std::move(after), request, {}, 0});
    stack_.back().candidates = Candidates();
  }

  // Whatever has no answer to another request before its call may be next.
  std::vector<Candidate> Candidates() const {
    static const Contents kNothing;
    const Contents& contents = stack_.empty() ? kNothing : stack_.back().contents;
    std::vector<Candidate> candidates;
    std::int64_t first_return = Request::kNever;
    for (std::size_t i = first_; i < history_.size(); ++i) {
      if (history_[i].called > first_return) break;
      if (is_done_[i]) continue;
      first_return = std::min(first_return, history_[i].returned);
      for (Contents& after : Next(contents, history_[i])) {
        candidates.push_back({i, std::move(after)});
      }
    }
    return candidates;
  }

  void Mark(std::size_t request, bool is_done) {
    is_done_[request] = is_done;
    done_count_ += is_done ? 1 : std::size_t(-1);
    if (!is_done) first_ = std::min(first_, request);
    while (first_ < is_done_.size() && is_done_[first_]) ++first_;
  }

  // Of the rest and the contents: all that decides how the search can go on.
  std::string Name(const Contents& contents) const {
    std::string name = std::to_string(first_);
    std::size_t left = done_count_ - first_;
    for (std::size_t i = first_; left > 0; ++i) {
      if (is_done_[i]) --left;
      name += is_done_[i] ? '+' : '-';
    }
    return name + testing::Describe(contents);
  }

  void NoteDeadEnd(const Place& place) {
    if (done_count_ < deepest_) return;
    deepest_ = done_count_;
    std::string text = std::to_string(done_count_) + " of " + std::to_string(history_.size()) +
                       " requests can be explained.\n  The store then holds " +
                       testing::Describe(place.contents) + "\n  and what was answered next was:";
    int lines = 0;
    for (std::size_t i = first_; i < history_.size() && lines < 12; ++i) {
      if (is_done_[i]) continue;
      text += "\n    " + Describe(history_[i]);
      ++lines;
    }
    text += "\n  The last explained were:";
    for (std::size_t i = stack_.size() > 12 ? stack_.size() - 12 : 1; i < stack_.size(); ++i) {
      text += "\n    " + Describe(history_[stack_[i].reached_by]);
    }
    deepest_explanation_ = std::move(text);
  }

  std::vector<Request> history_;  // In the order of the calls.
  std::vector<bool> is_done_;
  std::size_t done_count_ = 0;
  std::size_t first_ = 0;  // All before are done.
  std::vector<Place> stack_;
  std::unordered_set<std::string> seen_;
  std::uint64_t effort_left_;
  std::size_t deepest_ = 0;
  std::string deepest_explanation_;
};

std::string OnlyKeyOf(const Request& request) {
  if (const auto* seen = std::get_if<SawCell>(&request.what)) return seen->key;
  const Write& write = std::get<Write>(request.what);
  CHECK(write.puts.size() + write.deletes.size() == 1 && !write.global_version);
  return write.puts.empty() ? write.deletes.front().key : write.puts.front().key;
}

}  // namespace

Verdict CheckLinearizable(std::vector<Request> history, std::uint64_t effort_max) {
  return Search(std::move(history), effort_max).Run();
}

Verdict CheckEachKey(const std::vector<Request>& history) {
  std::map<std::string, std::vector<Request>> by_key;
  for (const Request& request : history) by_key[OnlyKeyOf(request)].push_back(request);
  for (auto& [key, requests] : by_key) {
    Verdict verdict = CheckLinearizable(std::move(requests));
    if (verdict.kind != Verdict::Kind::kLinearizable) return verdict;
  }
  return {};
}

}  // namespace vss::testing
