#include "store/postgres/commit_marker.h"

#include <utility>
#include <vector>

namespace vss::store {
namespace {

constexpr PgStatement kAdd = {nullptr,
                              "INSERT INTO vss_commit_marker (lane, batch, fenced, touched_at) "
                              "VALUES (gen_random_uuid(), 0, false, now()) RETURNING lane"};

constexpr PgStatement kFence = {
    nullptr, "UPDATE vss_commit_marker SET fenced = true WHERE lane = $1 RETURNING batch"};

// A transaction whose client was lost may hold the row for a while; then it is left to
// ClearStaleMarkers.
constexpr PgStatement kRemove = {nullptr, R"(
    DELETE FROM vss_commit_marker WHERE lane IN (
      SELECT lane FROM vss_commit_marker WHERE lane = $1 FOR UPDATE SKIP LOCKED))"};

}  // namespace

PgAnswer<Done> CommitMarker::Renew(PgConnection& connection) {
  std::vector<PgCall> calls;
  if (!lane_.empty()) calls.push_back({kRemove, std::move(PgParams().Bytes(lane_))});
  calls.push_back({kAdd});
  const auto made = connection.Transact(calls);
  if (!made) return Unexpected(made.error());
  lane_ = made->back().Text(0, 0);
  batch_ = 0;
  return Done{};
}

PgCall CommitMarker::Mark() const {
  return {kMark, std::move(PgParams().Bytes(lane_).Int(batch_ + 1))};
}

PgAnswer<bool> CommitMarker::WasCommitted(PgConnection& other_connection) const {
  std::vector<PgCall> calls;
  calls.push_back({kFence, std::move(PgParams().Bytes(lane_))});
  const auto done = other_connection.Transact(calls);
  if (!done) return Unexpected(done.error());
  const PgResult& fenced = done->front();
  // No row: this server does not have what the lane committed before either.
  return fenced.Rows() == 1 && fenced.Int(0, 0) == batch_ + 1;
}

void CommitMarker::Clear(PgConnection& connection) const {
  if (lane_.empty()) return;
  static_cast<void>(connection.RunOne(kRemove, std::move(PgParams().Bytes(lane_))));
}

PgAnswer<PgResult> ClearStaleMarkers(PgConnection& connection) {
  return connection.RunOne(
      {nullptr, "DELETE FROM vss_commit_marker WHERE touched_at < now() - interval '7 days'"});
}

}  // namespace vss::store
