#include "server/lss/import_lssd.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "crypto/hex.h"
#include "crypto/secp256k1.h"
#include "lss_api/rules.h"
#include "vss/await.h"

namespace vss::server {
namespace {

constexpr std::chrono::minutes kTimeout(1);

Unexpected<Failure> Cannot(const LssdRecord& record, const std::string& why) {
  return Invalid("record " + record.record.key + " of client " +
                 crypto::EncodeHex(BytesOf(record.client_id)) + ": " + why);
}

Result<Space> SpaceOf(const LssdRecord& record) {
  crypto::CompressedKey id;
  if (record.client_id.size() != id.size()) {
    return Cannot(record, "the id is not a compressed public key, which this server demands");
  }
  std::ranges::copy(BytesOf(record.client_id), id.begin());
  return lss_api::SpaceOf(id);
}

}  // namespace

Result<Done> ImportRecord(const LssdRecord& record, store::Store& target, const Clock& clock,
                          ImportSummary& summary) {
  const Record& wanted = record.record;
  VSS_TRY(const Space space, SpaceOf(record));
  if (wanted.version < 0) return Cannot(record, "its version is negative");
  if (const auto lowered = lss_api::LowerPut(space, {wanted}, {}); !lowered) {
    return Cannot(record, lowered.error().message);
  }
  const Deadline deadline{clock.Steady() + kTimeout};
  Batch batch;
  batch.changes.push_back(Change::Write(wanted.key, Guard::Absent(), wanted.version, wanted.value));
  VSS_TRY(const CommitOutcome outcome, Await<CommitOutcome>([&](auto then) {
            target.Commit(space, std::move(batch), deadline, std::move(then));
          }));
  if (outcome.IsCommitted()) {
    ++summary.imported;
    return Done{};
  }
  VSS_TRY(const auto found, Await<std::vector<Record>>([&](auto then) {
            target.Get(space, {wanted.key}, deadline, std::move(then));
          }));
  if (found.empty()) return Cannot(record, "it comes and goes");
  const Record& present = found.front();
  if (present == wanted) {
    ++summary.there_already;
  } else if (present.version > wanted.version) {
    ++summary.newer;
  } else {
    return Cannot(record, "the store already has a different one at version " +
                              std::to_string(present.version));
  }
  return Done{};
}

Result<ImportSummary> ImportLssd(LssdDatabase& source, store::Store& target, const Clock& clock,
                                 const std::function<void(std::uint64_t done)>& progress) {
  ImportSummary summary;
  LssdRecord last;
  for (;;) {
    VSS_TRY(std::vector<LssdRecord> records, source.Read(last));
    if (records.empty()) return summary;
    for (const LssdRecord& record : records) {
      VSS_RETURN_IF_FAILED(ImportRecord(record, target, clock, summary));
    }
    last = std::move(records.back());
    progress(summary.imported + summary.there_already + summary.newer);
  }
}

}  // namespace vss::server
