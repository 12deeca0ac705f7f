// What the clients ask for, and what the answers must look like.
#ifndef VSS_BENCH_LOAD_WORKLOAD_H_
#define VSS_BENCH_LOAD_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/values.h"
#include "bench/load/wallets.h"

namespace vss::bench {

enum class Route : std::uint8_t { kGet, kPut, kDelete, kList };
std::string_view PathOf(Route route);

// One request, and what Judge() needs to know about it.
struct Task {
  Route route = Route::kPut;
  std::size_t kind = 0;  // Index into Workload::Kinds().
  std::size_t store = 0;
  std::size_t key = 0;
  std::size_t value_bytes = 0;
  std::string body;
};

// Threads: one.
class Workload {
 public:
  virtual ~Workload() = default;

  // What is told apart in the results.
  virtual std::vector<std::string> Kinds() const = 0;
  // The next request of a client that has nothing under way; false if it has nothing more to ask.
  virtual bool Next(std::size_t client, Task& task) = 0;
  // Empty if the answer is right; otherwise what is wrong with it.  Called once for each task that
  // was answered.
  virtual std::string Judge(std::size_t client, const Task& task, int status,
                            std::string_view body) = 0;
};

struct WorkloadOptions {
  std::string operation = "put";
  std::size_t clients = 1;
  std::size_t keys = 16;  // In each store.
  std::size_t value_bytes = 256;
};

// Writes every key of every store once.
std::unique_ptr<Workload> MakeFill(const WorkloadOptions& options, Wallets& wallets,
                                   Values& values);
// One operation over and over; nullptr if there is none of that name.
//
//   put              overwrite a key, unconditionally
//   put-conditional  overwrite a key at the version that it has
//   put-global       the same, and the global version
//   put-two          overwrite two keys
//   put-new          write a new key
//   get              read a key
//   list             the first page of a store
//   list-prefix      the first page under a prefix that every tenth key has
//   delete           write a key, delete it
std::unique_ptr<Workload> MakeSingle(const WorkloadOptions& options, Wallets& wallets,
                                     Values& values);
// Every client is a wallet that pays and gets paid; see wallet_mix.cc.
std::unique_ptr<Workload> MakeWalletMix(const WorkloadOptions& options, Wallets& wallets,
                                        Values& values);

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_WORKLOAD_H_
