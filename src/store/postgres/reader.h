// Reads over one connection: all that wait, in one round trip; all gets among them in one query.
//
// Threads:   one.
// Failures:  those of Store's reads.
#ifndef VSS_STORE_POSTGRES_READER_H_
#define VSS_STORE_POSTGRES_READER_H_

#include <variant>
#include <vector>

#include "base/then.h"
#include "core/listing.h"
#include "core/record.h"
#include "store/postgres/pg_session.h"

namespace vss::store {

struct GetJob {
  Space space;
  std::vector<Key> keys;
  Then<std::vector<Record>> then;
};
struct ListJob {
  Space space;
  ListQuery query;
  Then<Page> then;
};
struct ScanJob {
  Space space;
  ScanQuery query;
  Then<ScanResult> then;
};
using ReadTask = std::variant<GetJob, ListJob, ScanJob>;

class Reader final {
 public:
  explicit Reader(const PgContext& context);

  // Answers every one.  What may be large, scans and gets of large values, is read one by one.
  void Read(std::vector<ReadTask> tasks);

  // Any thread: the database is away, there is no point in asking now.
  bool IsAway() const { return session_.IsAway(); }

 private:
  using Answers = std::vector<PgAnswer<PgResult>>;

  void GetAlone(GetJob& job);
  void Scan(ScanJob& job);
  Result<Answers> Run(const std::vector<PgCall>& calls);

  PgSession session_;
};

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_READER_H_
