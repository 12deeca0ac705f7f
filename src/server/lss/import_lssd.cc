#include "server/lss/import_lssd.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "crypto/hex.h"
#include "crypto/secp256k1.h"
#include "lss_api/rules.h"
#include "vss/await.h"

namespace vss::server {
namespace {

constexpr std::chrono::minutes kTimeout(1);

const Key& KeyOf(const LssdRecord& record) { return record.record.key; }

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

Result<Batch> BatchFor(const Space& space, std::span<const LssdRecord> records) {
  Batch batch;
  for (const LssdRecord& record : records) {
    const auto& [key, version, value] = record.record;
    if (version < 0) return Cannot(record, "its version is negative");
    if (const auto lowered = lss_api::LowerPut(space, {record.record}, {}); !lowered) {
      return Cannot(record, lowered.error().message);
    }
    batch.changes.push_back(Change::Write(key, Guard::Absent(), version, value));
  }
  return batch;
}

// What `present`, under the same key, means for `wanted`.
Result<Done> Count(const LssdRecord& wanted, const Record& present, ImportSummary& summary) {
  if (present == wanted.record) {
    ++summary.there_already;
  } else if (present.version > wanted.record.version) {
    ++summary.newer;
  } else {
    return Cannot(wanted, "the store already has a different one at version " +
                              std::to_string(present.version));
  }
  return Done{};
}

// How many from the front go into one batch.
std::size_t SizeOfBatch(std::span<const LssdRecord> records) {
  constexpr std::size_t kBytesMax = std::size_t{8} << 20;
  std::size_t bytes = 0;
  const auto end = std::ranges::find_if(records, [&](const LssdRecord& record) {
    bytes += record.record.value.size();
    return record.client_id != records.front().client_id || bytes > kBytesMax;
  });
  return std::max<std::size_t>(1, static_cast<std::size_t>(end - records.begin()));
}

}  // namespace

Result<Done> ImportRecords(std::span<const LssdRecord> records, store::Store& target,
                           const Clock& clock, ImportSummary& summary) {
  VSS_TRY(const Space space, SpaceOf(records.front()));
  VSS_TRY(Batch batch, BatchFor(space, records));
  for (;;) {
    const Deadline deadline{clock.Steady() + kTimeout};
    VSS_TRY(const CommitOutcome outcome, Await<CommitOutcome>([&](auto then) {
              target.Commit(space, batch, deadline, std::move(then));
            }));
    if (outcome.IsCommitted()) break;
    std::vector<Key> in_the_way;
    for (const Obstacle& obstacle : outcome.obstacles) in_the_way.push_back(obstacle.key);
    VSS_TRY(const auto present, Await<std::vector<Record>>([&](auto then) {
              target.Get(space, std::move(in_the_way), deadline, std::move(then));
            }));
    if (present.empty()) return Cannot(records.front(), "it, or one beside it, comes and goes");
    for (const Record& found : present) {
      VSS_RETURN_IF_FAILED(Count(*std::ranges::find(records, found.key, KeyOf), found, summary));
      std::erase_if(batch.changes, [&](const Change& change) { return change.key == found.key; });
    }
  }
  summary.imported += batch.changes.size();
  return Done{};
}

Result<ImportSummary> ImportLssd(LssdSource& source, store::Store& target, const Clock& clock,
                                 const std::function<void(std::uint64_t done)>& progress) {
  ImportSummary summary;
  for (;;) {
    VSS_TRY(const std::vector<LssdRecord> records, source.Next());
    if (records.empty()) return summary;
    for (std::span rest(records); !rest.empty();) {
      const std::size_t count = SizeOfBatch(rest);
      VSS_RETURN_IF_FAILED(ImportRecords(rest.first(count), target, clock, summary));
      rest = rest.subspan(count);
    }
    progress(summary.imported + summary.there_already + summary.newer);
  }
}

}  // namespace vss::server
