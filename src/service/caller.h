// Who is calling, once it is known.
#ifndef VSS_SERVICE_CALLER_H_
#define VSS_SERVICE_CALLER_H_

#include <string>

namespace vss::service {

struct Caller {
  std::string tenant;
  std::string address;  // Of the client, as limits count it.
};

}  // namespace vss::service

#endif  // VSS_SERVICE_CALLER_H_
