#include "store/postgres/commit_marker.h"

#include <utility>

namespace vss::store {
namespace {

constexpr std::chrono::days kStaleAfter(7);

}  // namespace

PgAnswer<CommitMarker> CommitMarker::Make(PgConnection& connection, WallTime now) {
  auto made = connection.RunOne({nullptr,
                                 "INSERT INTO vss_commit_marker (lane, batch, fenced, touched_at) "
                                 "VALUES (gen_random_uuid(), 0, false, $1) RETURNING lane"},
                                std::move(PgParams().Time(now)));
  if (!made) return Unexpected(std::move(made).error());
  return CommitMarker(made->Text(0, 0));
}

PgCall CommitMarker::Mark(WallTime now) {
  PgCall call{kMark};
  call.params.Bytes(lane_).Int(++batch_).Time(now);
  return call;
}

PgAnswer<bool> CommitMarker::WasCommitted(PgConnection& other_connection) const {
  const auto fenced = other_connection.RunOne(
      {nullptr, "UPDATE vss_commit_marker SET fenced = true WHERE lane = $1 RETURNING batch"},
      std::move(PgParams().Bytes(lane_)));
  if (!fenced) return Unexpected(fenced.error());
  // No row: this server does not have what the lane committed before either.
  return fenced->Rows() == 1 && fenced->Int(0, 0) == batch_;
}

void CommitMarker::Clear(PgConnection& connection) const {
  static_cast<void>(connection.RunOne({nullptr, "DELETE FROM vss_commit_marker WHERE lane = $1"},
                                      std::move(PgParams().Bytes(lane_))));
}

PgAnswer<PgResult> ClearStaleMarkers(PgConnection& connection, WallTime now) {
  return connection.RunOne({nullptr, "DELETE FROM vss_commit_marker WHERE touched_at < $1"},
                           std::move(PgParams().Time(now - kStaleAfter)));
}

}  // namespace vss::store
