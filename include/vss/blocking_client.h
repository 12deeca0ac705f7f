// The client for programs that would rather wait.
//
// Not to be called on a thread of the transport's, that is from inside a `then`: it would wait for
// itself.  Where the transport can tell, that stops the program instead.
#ifndef VSS_BLOCKING_CLIENT_H_
#define VSS_BLOCKING_CLIENT_H_

#include <optional>
#include <string>
#include <utility>

#include "vss/await.h"
#include "vss/client.h"

namespace vss::client {

// What `start` passes to the Then that it is given, once it has come.
//
//   auto record = Await<std::optional<StoredRecord>>(
//       [&](auto then) { client.Get("key", std::move(then)); });
template <typename T, typename Start>
Answer<T> Await(Start start) {
  return vss::Await<T, Error>(std::move(start));
}

// The same, of a call that `client` makes.
template <typename T, typename Start>
Answer<T> Await(const Client& client, Start start) {
  client.CheckMayWait();
  return Await<T>(std::move(start));
}

// Threads: every method, any thread.
class BlockingClient final {
 public:
  explicit BlockingClient(Client& client) : client_(client) {}

  Answer<std::optional<StoredRecord>> Get(std::string key) {
    return Await<std::optional<StoredRecord>>(
        client_, [&](auto then) { client_.Get(std::move(key), std::move(then)); });
  }
  Answer<WriteOutcome> Put(Write write) {
    return Await<WriteOutcome>(client_,
                               [&](auto then) { client_.Put(std::move(write), std::move(then)); });
  }
  Answer<WriteOutcome> Commit(Transaction transaction) {
    return Await<WriteOutcome>(
        client_, [&](auto then) { client_.Commit(std::move(transaction), std::move(then)); });
  }
  Answer<WriteOutcome> Delete(Remove remove) {
    return Await<WriteOutcome>(
        client_, [&](auto then) { client_.Delete(std::move(remove), std::move(then)); });
  }
  Answer<Listing> List(ListOptions options = {}) {
    return Await<Listing>(client_,
                          [&](auto then) { client_.List(std::move(options), std::move(then)); });
  }
  Answer<Listing> ListPage(ListOptions options, std::string token) {
    return Await<Listing>(client_, [&](auto then) {
      client_.ListPage(std::move(options), std::move(token), std::move(then));
    });
  }

 private:
  Client& client_;
};

}  // namespace vss::client

#endif  // VSS_BLOCKING_CLIENT_H_
