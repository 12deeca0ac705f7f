// Waiting for an answer that comes later, before anything is served.
#ifndef VSS_SERVER_LSS_AWAIT_H_
#define VSS_SERVER_LSS_AWAIT_H_

#include <future>
#include <utility>

#include "base/then.h"

namespace vss::server {

// The answer that `call` gives to the Then it is passed.  Blocks: for programs' starts only.
template <typename T, typename Call>
Result<T> Await(Call call) {
  std::promise<Result<T>> promise;
  auto answer = promise.get_future();
  call(Then<T>([&promise](Result<T> result) { promise.set_value(std::move(result)); }));
  return answer.get();
}

}  // namespace vss::server

#endif  // VSS_SERVER_LSS_AWAIT_H_
