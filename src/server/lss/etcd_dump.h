// The etcd of the original `lssd`, as `etcdctl get "" --from-key -w json` prints it.
//
//   etcd key    client's id in hex, "/", key
//   value       as it is
//   version     that of LSS is one less than etcd's own counter of the key
//
// Other programs may use the same etcd: keys of another form are theirs.
#ifndef VSS_SERVER_LSS_ETCD_DUMP_H_
#define VSS_SERVER_LSS_ETCD_DUMP_H_

#include <cstddef>
#include <istream>
#include <string>
#include <vector>

#include "base/failure.h"
#include "server/lss/lssd_record.h"

namespace vss::server {

// Sizes: some three times the dump, in memory.
class EtcdDump final : public LssdSource {
 public:
  // Fails on what is not such a dump, or not a whole one: of some keys, or without the values.
  static Result<EtcdDump> Read(std::istream& json);

  Result<std::vector<LssdRecord>> Next() override;

  std::size_t Count() const { return records_.size(); }
  std::size_t Skipped() const { return skipped_; }  // Keys of other programs.

 private:
  EtcdDump() = default;

  std::vector<LssdRecord> records_;
  std::size_t next_ = 0;
  std::size_t skipped_ = 0;
};

}  // namespace vss::server

#endif  // VSS_SERVER_LSS_ETCD_DUMP_H_
