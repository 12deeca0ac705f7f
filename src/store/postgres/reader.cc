#include "store/postgres/reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace vss::store {
namespace {

// Gets of larger values are asked one by one, so that what a lane holds in memory at once is either
// many small values or one job's.
constexpr std::int64_t kSharedValueBytesMax = 64 << 10;
constexpr std::int64_t kAnySize = std::numeric_limits<std::int64_t>::max();

constexpr PgStatement kGet = {"get", R"(
    SELECT p.ord, d.version, CASE WHEN octet_length(d.value) <= $4::int8 THEN d.value END,
           coalesce(octet_length(d.value) > $4::int8, false)
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS p(tenant, store, key, ord)
    JOIN vss_db AS d ON d.user_token = p.tenant AND d.store_id = p.store AND d.key = p.key)"};

constexpr PgStatement kVersion = {"version", R"(
    SELECT version FROM vss_db WHERE user_token = $1 AND store_id = $2 AND key = $3)"};

// starts_with compares bytes, whatever the database's collation.  The page is found in the index
// alone; only then are the versions looked up, because the index may have been made lean.  They are
// looked up one by one: for a join the planner may as well walk the page again for each of its
// rows, which costs the square of a page, and does so while it has no statistics.
constexpr PgStatement kList = {"list", R"(
    SELECT page.key, (SELECT version FROM vss_db WHERE sort_order = page.sort_order),
           page.sort_order
    FROM (SELECT key, sort_order FROM vss_db
          WHERE user_token = $1 AND store_id = $2 AND sort_order < $3 AND starts_with(key, $4)
            AND NOT ($5 AND key = $6)
          ORDER BY sort_order DESC LIMIT $7) AS page
    ORDER BY page.sort_order DESC)"};

// The first row tells how much there is, and the others are there only if that is not too much.
// Values that are too much are not even read.
constexpr PgStatement kScan = {"scan", R"(
    WITH found AS MATERIALIZED (
      SELECT key, version, value FROM vss_db
      WHERE user_token = $1 AND store_id = $2 AND starts_with(key, $3)),
    size AS MATERIALIZED (
      SELECT coalesce(sum(octet_length(key) + coalesce(octet_length(value), 0)), 0)::bigint AS bytes
      FROM found)
    SELECT NULL AS key, bytes AS version, NULL AS value FROM size
    UNION ALL
    SELECT * FROM (SELECT key, version, value FROM found
                   WHERE (SELECT bytes FROM size) <= $4 ORDER BY key COLLATE "C") AS records)"};

constexpr std::array kReadStatements = {kGet, kVersion, kList, kScan};

// One query for the keys of many jobs.
PgCall GetCall(const std::vector<GetJob*>& jobs, std::int64_t value_bytes_max) {
  std::vector<std::string_view> tenants;
  std::vector<std::string_view> stores;
  std::vector<std::string_view> keys;
  for (const GetJob* job : jobs) {
    tenants.insert(tenants.end(), job->keys.size(), job->space.tenant);
    stores.insert(stores.end(), job->keys.size(), job->space.store);
    keys.insert(keys.end(), job->keys.begin(), job->keys.end());
  }
  PgCall call{kGet};
  call.params.Texts(tenants).Texts(stores).Texts(keys).Int(value_bytes_max);
  return call;
}

PgCall VersionCall(const ListJob& job) {
  PgCall call{kVersion};
  call.params.Text(job.space.tenant).Text(job.space.store).Text(*job.query.apart);
  return call;
}

PgCall ListCall(const ListJob& job) {
  const ListQuery& query = job.query;
  PgCall call{kList};
  call.params.Text(job.space.tenant).Text(job.space.store);
  call.params.Int(query.older_than.value_or(std::numeric_limits<Rank>::max())).Text(query.prefix);
  call.params.Bool(query.apart.has_value()).Text(query.apart ? *query.apart : std::string_view());
  call.params.Int(std::int64_t{query.limit} + 1);
  return call;
}

PgCall ScanCall(const ScanJob& job) {
  PgCall call{kScan};
  call.params.Text(job.space.tenant).Text(job.space.store).Text(job.query.prefix);
  call.params.Int(static_cast<std::int64_t>(
      std::min<std::size_t>(job.query.bytes_max, std::numeric_limits<std::int64_t>::max())));
  return call;
}

bool ReadsApart(const ListJob& job) { return job.query.read_apart && job.query.apart.has_value(); }

// Hands each job its part of the answer.  Returns those that are still to be answered, each by
// itself: their values are too large, or somebody's is damaged.
std::vector<GetJob*> AnswerGets(const std::vector<GetJob*>& jobs,
                                const PgAnswer<PgResult>& answer) {
  if (!answer) {
    if (answer.error().IsDamage() && jobs.size() > 1) return jobs;
    for (GetJob* job : jobs) job->then(FailureFrom(answer.error()));
    return {};
  }
  std::size_t asked = 0;
  for (const GetJob* job : jobs) asked += job->keys.size();
  std::vector<int> row_of(asked, -1);
  for (int row = 0; row < answer->Rows(); ++row) {
    row_of[static_cast<std::size_t>(answer->Int(row, 0) - 1)] = row;
  }
  std::vector<GetJob*> unanswered;
  std::span<const int> left(row_of);
  for (GetJob* job : jobs) {
    const auto rows = left.first(job->keys.size());
    left = left.subspan(job->keys.size());
    if (std::any_of(rows.begin(), rows.end(),
                    [&](int row) { return row >= 0 && answer->Bool(row, 3); })) {
      unanswered.push_back(job);
      continue;
    }
    std::vector<Record> records;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] < 0) continue;
      records.push_back(
          {std::move(job->keys[i]), answer->Int(rows[i], 1), answer->Text(rows[i], 2)});
    }
    job->then(std::move(records));
  }
  return unanswered;
}

Page PageFrom(const PgResult& rows, std::uint32_t limit) {
  Page page;
  const int listed = static_cast<int>(std::min<std::int64_t>(rows.Rows(), limit));
  for (int row = 0; row < listed; ++row) {
    page.entries.push_back({rows.Text(row, 0), rows.Int(row, 1)});
  }
  if (rows.Rows() > listed && listed > 0) page.next = rows.Int(listed - 1, 2);
  return page;
}

void AnswerList(ListJob& job, std::span<const PgAnswer<PgResult>> answers) {
  for (const auto& answer : answers) {
    if (!answer) return job.then(FailureFrom(answer.error()));
  }
  Page page;
  if (job.query.limit > 0) page = PageFrom(*answers.back(), job.query.limit);
  if (ReadsApart(job) && answers.front()->Rows() > 0) page.apart = answers.front()->Int(0, 0);
  job.then(std::move(page));
}

void AnswerScan(ScanJob& job, const PgAnswer<PgResult>& answer) {
  if (!answer) return job.then(FailureFrom(answer.error()));
  ScanResult result;
  result.is_complete =
      answer->Int(0, 1) <= static_cast<std::int64_t>(std::min<std::size_t>(
                               job.query.bytes_max, std::numeric_limits<std::int64_t>::max()));
  for (int row = 1; row < answer->Rows(); ++row) {
    result.records.push_back({answer->Text(row, 0), answer->Int(row, 1), answer->Text(row, 2)});
  }
  job.then(std::move(result));
}

// The gets and lists of one round trip, and the calls that they come to.
class Round {
 public:
  explicit Round(std::vector<ReadTask>& tasks) {
    for (ReadTask& task : tasks) {
      if (auto* get = std::get_if<GetJob>(&task)) gets_.push_back(get);
      if (auto* list = std::get_if<ListJob>(&task)) lists_.push_back(list);
    }
    if (!gets_.empty()) calls_.push_back(GetCall(gets_, kSharedValueBytesMax));
    for (const ListJob* list : lists_) AddList(*list);
  }

  const std::vector<PgCall>& calls() const { return calls_; }

  // Answers all but the gets that it returns.
  std::vector<GetJob*> Answer(const std::vector<PgAnswer<PgResult>>& answers) {
    std::vector<GetJob*> unanswered;
    std::span<const PgAnswer<PgResult>> left(answers);
    const auto take = [&left](std::size_t count) {
      const auto taken = left.first(count);
      left = left.subspan(count);
      return taken;
    };
    if (!gets_.empty()) unanswered = AnswerGets(gets_, take(1).front());
    for (ListJob* list : lists_) AnswerList(*list, take(CallsOf(*list)));
    return unanswered;
  }

  void Fail(const Failure& failure) {
    for (GetJob* get : gets_) get->then(Unexpected(failure));
    for (ListJob* list : lists_) list->then(Unexpected(failure));
  }

 private:
  static std::size_t CallsOf(const ListJob& job) {
    return (ReadsApart(job) ? 1U : 0U) + (job.query.limit > 0 ? 1U : 0U);
  }

  void AddList(const ListJob& job) {
    if (ReadsApart(job)) calls_.push_back(VersionCall(job));
    if (job.query.limit > 0) calls_.push_back(ListCall(job));
  }

  std::vector<GetJob*> gets_;
  std::vector<ListJob*> lists_;
  std::vector<PgCall> calls_;
};

}  // namespace

Reader::Reader(const PgContext& context) : session_(context, kReadStatements) {}

void Reader::Read(std::vector<ReadTask> tasks) {
  Round round(tasks);
  const auto answers = Run(round.calls());
  if (answers) {
    for (GetJob* left : round.Answer(*answers)) GetAlone(*left);
  } else {
    round.Fail(answers.error());
  }
  for (ReadTask& task : tasks) {
    if (auto* scan = std::get_if<ScanJob>(&task)) Scan(*scan);
  }
}

void Reader::Scan(ScanJob& job) {
  std::vector<PgCall> calls;
  calls.push_back(ScanCall(job));
  const auto answers = Run(calls);
  if (!answers) return job.then(Unexpected(answers.error()));
  AnswerScan(job, answers->front());
}

void Reader::GetAlone(GetJob& job) {
  std::vector<PgCall> calls;
  calls.push_back(GetCall({&job}, kAnySize));
  const auto answers = Run(calls);
  if (!answers) return job.then(Unexpected(answers.error()));
  CHECK(AnswerGets({&job}, answers->front()).empty());
}

// Reads change nothing, so what a lost connection swallowed is simply asked again.
Result<Reader::Answers> Reader::Run(const std::vector<PgCall>& calls) {
  for (int attempt = 0;; ++attempt) {
    VSS_TRY(PgConnection* const connection, session_.Get());
    Answers answers = connection->RunEach(calls);
    const auto lost = std::find_if(answers.begin(), answers.end(), [](const auto& answer) {
      return !answer && answer.error().lost;
    });
    if (lost == answers.end()) return answers;
    session_.Drop();
    if (attempt == 1) return FailureFrom(lost->error());
  }
}

}  // namespace vss::store
