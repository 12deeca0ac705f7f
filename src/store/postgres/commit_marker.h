// A mark that a commit lane leaves in each of its transactions, to find out afterwards whether a
// transaction happened whose answer was lost.
//
//   vss_commit_marker   lane        one row for each lane that commits
//                       batch       number of the last transaction that it committed
//                       fenced      nothing more can be committed under it
//                       touched_at  when, by the database's clock: what crashed servers left is
//                                   cleared away
//
// Every transaction moves its row from batch n-1 to n, and fails if it can't.  To settle the fate
// of transaction n another connection fences the row.  That waits for a transaction that is still
// under way, and makes one fail that has not yet begun: what `batch` says then is final.  The mark
// is part of the transaction's own data, so the answer is right even where the transaction was lost
// together with its server.
#ifndef VSS_STORE_POSTGRES_COMMIT_MARKER_H_
#define VSS_STORE_POSTGRES_COMMIT_MARKER_H_

#include <cstdint>
#include <string>

#include "store/postgres/pg_connection.h"

namespace vss::store {

inline constexpr PgStatement kMark = {"mark", R"(
    WITH marked AS (
      UPDATE vss_commit_marker SET batch = $2::int8, touched_at = now()
      WHERE lane = $1 AND batch = $2::int8 - 1 AND NOT fenced
      RETURNING 1)
    SELECT 1 / EXISTS (SELECT FROM marked)::int)"};

class CommitMarker {
 public:
  // Sets up a row, and removes the one before if nobody holds it.  Waits for nobody.
  PgAnswer<Done> Renew(PgConnection& connection);

  // The call that the next transaction must hold.
  PgCall Mark() const;
  // That transaction was committed.
  void Advance() { ++batch_; }

  // Whether it was committed, when its answer was lost.  Final once it is answered; only Renew may
  // follow.
  PgAnswer<bool> WasCommitted(PgConnection& other_connection) const;

  // Removes the row, if there is one; it no longer matters whether that works.
  void Clear(PgConnection& connection) const;

 private:
  std::string lane_;  // The 16 bytes of a UUID; empty before the first Renew.
  std::int64_t batch_ = 0;
};

// Removes the rows of lanes that have not committed for days: their servers are gone.  A lane that
// was only idle for so long makes itself a new row.
PgAnswer<PgResult> ClearStaleMarkers(PgConnection& connection);

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_COMMIT_MARKER_H_
