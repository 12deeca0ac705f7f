#include "server/lss/server_identity.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/tenant.h"
#include "crypto/hex.h"
#include "vss/await.h"

namespace vss::server {
namespace {

constexpr std::chrono::seconds kTimeout(30);
constexpr const char* kKey = "server_id";
constexpr const char* kIfLost =
    "; if it is lost, lss.accept_new_server_key starts anew, and every signer has to be told";

Space OwnSpace() { return {std::string(kInternalTenantPrefix) + "lss", ""}; }

// What the store remembers; empty if it is free.
Result<std::string> ReadServerId(store::Store& store, Deadline deadline) {
  VSS_TRY(const auto found, Await<std::vector<Record>>([&](auto then) {
            store.Get(OwnSpace(), {kKey}, deadline, std::move(then));
          }));
  return found.empty() ? std::string() : found.front().value;
}

}  // namespace

Result<Done> CheckServerId(store::Store& store, const crypto::CompressedKey& id,
                           IfServerIdDiffers if_differs, const Clock& clock) {
  const Deadline deadline{clock.Steady() + kTimeout};
  const std::string ours = crypto::EncodeHex(id);

  Batch batch;
  batch.changes.push_back(Change::Write(
      kKey, if_differs == IfServerIdDiffers::kAccept ? Guard::Anything() : Guard::Absent(), 1,
      ours));
  VSS_TRY(const CommitOutcome outcome, Await<CommitOutcome>([&](auto then) {
            store.Commit(OwnSpace(), std::move(batch), deadline, std::move(then));
          }));
  if (outcome.IsCommitted()) return Done{};

  VSS_TRY(const std::string known, ReadServerId(store, deadline));
  if (known == ours) return Done{};
  return Invalid("the signers of this store know the server as " + known +
                 ", but server_key is that of " + ours + ". Put the right file there" + kIfLost);
}

Result<Done> MayMakeServerKey(store::Store& store, const std::string& path, const Clock& clock) {
  VSS_TRY(const std::string known, ReadServerId(store, {clock.Steady() + kTimeout}));
  if (known.empty()) return Done{};
  return Invalid("the signers of this store know the server as " + known + ", but " + path +
                 " is not there. Put it back" + kIfLost);
}

}  // namespace vss::server
