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

}  // namespace

Result<Done> CheckServerId(store::Store& store, const crypto::CompressedKey& id,
                           IfServerIdDiffers if_differs, const Clock& clock) {
  const Space space{std::string(kInternalTenantPrefix) + "lss", ""};
  const Deadline deadline{clock.Steady() + kTimeout};
  const std::string ours = crypto::EncodeHex(id);

  Batch batch;
  batch.changes.push_back(Change::Write(
      kKey, if_differs == IfServerIdDiffers::kAccept ? Guard::Anything() : Guard::Absent(), 1,
      ours));
  VSS_TRY(const CommitOutcome outcome, Await<CommitOutcome>([&](auto then) {
            store.Commit(space, std::move(batch), deadline, std::move(then));
          }));
  if (outcome.IsCommitted()) return Done{};

  VSS_TRY(const auto found, Await<std::vector<Record>>([&](auto then) {
            store.Get(space, {kKey}, deadline, std::move(then));
          }));
  if (!found.empty() && found.front().value == ours) return Done{};
  return Invalid(
      "the signers of this store know the server as " +
      (found.empty() ? "another" : found.front().value) + ", but server_key is that of " + ours +
      ". Put the right file there; if it is lost, lss.accept_new_server_key starts anew, "
      "and every signer has to be told");
}

}  // namespace vss::server
