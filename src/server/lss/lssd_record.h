// What an original `lssd` has stored, wherever it keeps it.
#ifndef VSS_SERVER_LSS_LSSD_RECORD_H_
#define VSS_SERVER_LSS_LSSD_RECORD_H_

#include <string>
#include <vector>

#include "base/failure.h"
#include "core/record.h"

namespace vss::server {

struct LssdRecord {
  std::string client_id;  // As the client sent it.
  Record record;
};

// Threads: one at a time, blocking.
class LssdSource {
 public:
  virtual ~LssdSource() = default;

  // The next few records, all of one moment, those of one client together.  None at the end.
  virtual Result<std::vector<LssdRecord>> Next() = 0;
};

}  // namespace vss::server

#endif  // VSS_SERVER_LSS_LSSD_RECORD_H_
