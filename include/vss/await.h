// Waiting for an answer that comes later.
#ifndef VSS_AWAIT_H_
#define VSS_AWAIT_H_

#include <future>
#include <utility>

#include "vss/then.h"

namespace vss {

// What `start` passes to the Then that it is given, once it has come.  Blocks: for programs'
// starts, tools and tests, and never on the thread that is to bring the answer.
template <typename T, typename E = Failure, typename Start>
Expected<T, E> Await(Start start) {
  std::promise<Expected<T, E>> promise;
  auto answer = promise.get_future();
  start(Then<T, E>([&promise](Expected<T, E> result) { promise.set_value(std::move(result)); }));
  return answer.get();
}

}  // namespace vss

#endif  // VSS_AWAIT_H_
