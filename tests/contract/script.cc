#include "tests/contract/script.h"

#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/blocking_store.h"

namespace vss::testing {
namespace {

using Words = std::vector<std::string>;

Words SplitWords(const std::string& text) {
  Words words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word == "''" ? "" : word);
  return words;
}

Words Split(const std::string& text, char separator) {
  Words parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::string Trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == text.npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(' ') - begin + 1));
}

// What is behind `mark` in `text`, taken off it.
std::optional<std::string> TakeAfter(std::string& text, char mark) {
  const auto at = text.rfind(mark);
  if (at == text.npos) return std::nullopt;
  std::string tail = text.substr(at + 1);
  text.erase(at);
  return tail;
}

// a=red@1
Change ParsePut(std::string word) {
  const auto version = TakeAfter(word, '@');
  const std::string value = TakeAfter(word, '=').value_or("");
  if (!version) return Change::Write(word, Guard::Anything(), 1, value);
  if (version == "0") return Change::Write(word, Guard::Absent(), 1, value);
  return Change::Write(word, Guard::AtVersion(std::stoll(*version)), std::stoll(*version) + 1,
                       value);
}

// write a=red:7 if absent
Change ParseChange(const std::string& text) {
  const Words words = SplitWords(text);
  Guard guard = Guard::Anything();
  if (words.size() == 4) {
    const std::string& condition = words[3];
    guard = condition == "absent"    ? Guard::Absent()
            : condition == "present" ? Guard::Present()
                                     : Guard::AtVersion(std::stoll(condition));
  }
  std::string item = words.at(1);
  if (words[0] == "remove") return Change::Remove(item, guard);
  if (words[0] == "check") return Change::Check(item, guard);
  const Version version = std::stoll(TakeAfter(item, ':').value());
  std::string value = TakeAfter(item, '=').value();
  return Change::Write(std::move(item), guard, version, std::move(value));
}

std::string Format(std::optional<Version> version) {
  return version ? std::to_string(*version) : "none";
}

// The parts with blanks between them.
template <typename Parts, typename FormatPart>
std::string Join(const Parts& parts, FormatPart format) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : " ") + format(part);
  return text.empty() ? "none" : text;
}

std::string Format(const CommitOutcome& outcome) {
  static constexpr const char* kQuotas[] = {"bytes", "keys", "stores", "new tenants"};
  switch (outcome.kind) {
    case CommitOutcome::Kind::kCommitted:
      return outcome.created_tenant ? "committed new tenant" : "committed";
    case CommitOutcome::Kind::kConflict:
      return "conflict " + Join(outcome.obstacles, [](const Obstacle& obstacle) {
               return obstacle.key + "@" + Format(obstacle.present);
             });
    case CommitOutcome::Kind::kOverQuota:
      return std::string("over ") + kQuotas[static_cast<int>(outcome.exceeded)];
  }
  return "?";
}

std::string Format(const Failure& failure) { return std::string(NameOf(failure.kind)); }

std::string Format(const Record& record) {
  return record.key + "=" + record.value + "@" + std::to_string(record.version);
}

// limit=2
std::optional<std::string> Option(const Words& words, const std::string& name) {
  for (const std::string& word : words) {
    if (word.starts_with(name + "=")) return word.substr(name.size() + 1);
  }
  return std::nullopt;
}

}  // namespace

void Script::Check(const std::string& text) {
  for (const std::string& line : Split(text, '\n')) {
    const std::string said = Trimmed(line.substr(0, line.find('#')));
    if (said.empty()) continue;
    const auto arrow = said.find("->");
    const std::string wanted = arrow == said.npos ? "" : Trimmed(said.substr(arrow + 2));
    EXPECT_EQ(Answer(Trimmed(said.substr(0, arrow))), wanted) << "to: " << said;
  }
}

std::string Script::Answer(const std::string& call) {
  Words words = SplitWords(call);
  const std::string verb = words.at(0);
  words.erase(words.begin());

  std::vector<Change> changes;
  if (verb == "put") {
    for (const std::string& word : words) changes.push_back(ParsePut(word));
    return Commit(changes);
  }
  if (verb == "commit") {
    for (const std::string& part : Split(call.substr(verb.size()), ',')) {
      changes.push_back(ParseChange(part));
    }
    return Commit(changes);
  }
  if (verb == "get") return Get(words);
  if (verb == "list") return List(words);
  if (verb == "scan") return Scan(words);
  if (verb == "allow") {
    Allow(words);
    return "";
  }
  if (verb == "in") {
    const auto slash = words.at(0).find('/');
    space_ = {words[0].substr(0, slash), words[0].substr(slash + 1)};
    return "";
  }
  return "no such call";
}

std::string Script::Commit(const std::vector<Change>& changes) {
  const auto outcome = BlockingStore(store_).Commit(space_, {changes, allowance_});
  return outcome ? Format(*outcome) : Format(outcome.error());
}

std::string Script::Get(const Words& words) {
  const auto records = BlockingStore(store_).Get(space_, words);
  if (!records) return Format(records.error());
  return Join(*records, [&](const Record& record) {
    return Format(record).substr(words.size() == 1 ? record.key.size() + 1 : 0);
  });
}

std::string Script::List(const Words& words) {
  if (words != Words{"next"}) {
    list_ = {.prefix = Option(words, "prefix").value_or(""), .apart = Option(words, "apart")};
    list_.read_apart = !words.empty() && words[0] == "read";
    if (const auto limit = Option(words, "limit")) {
      list_.limit = static_cast<std::uint32_t>(std::stoul(*limit));
    }
  }
  const auto page = BlockingStore(store_).List(space_, list_);
  if (!page) return Format(page.error());
  list_.older_than = page->next;
  std::string text = Join(page->entries, [](const Page::Entry& entry) {
    return entry.key + "@" + std::to_string(entry.version);
  });
  if (page->next) text += " more";
  if (list_.read_apart) text += " apart " + Format(page->apart);
  return text;
}

std::string Script::Scan(const Words& words) {
  ScanQuery query = {Option(words, "prefix").value_or(""), 1'000'000};
  if (const auto bytes = Option(words, "bytes")) query.bytes_max = std::stoull(*bytes);
  const auto result = BlockingStore(store_).Scan(space_, query);
  if (!result) return Format(result.error());
  if (!result->is_complete) return result->records.empty() ? "too large" : "?";
  return Join(result->records, [](const Record& record) { return Format(record); });
}

void Script::Allow(const Words& words) {
  const auto max = [&](const std::string& name) {
    const auto given = Option(words, name);
    return given ? std::stoull(*given) : Allowance::kUnlimited;
  };
  allowance_ = {max("bytes"), max("keys"), max("stores"), Option(words, "new") != "no"};
}

}  // namespace vss::testing
