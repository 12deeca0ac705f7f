// What is behind a Client: runs calls side by side, writes to one key one after the other.
//
// Threads:  every method, any thread.  A job is touched by one thread at a time: the one that has
//           its next event.
#ifndef VSS_CLIENT_CORE_H_
#define VSS_CLIENT_CORE_H_

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "client/call.h"
#include "client/key_table.h"
#include "client/read_calls.h"
#include "client/write_call.h"
#include "vss/client.h"

namespace vss::client {

class Client::Core final : public std::enable_shared_from_this<Core> {
 public:
  Core(ClientOptions options, std::shared_ptr<Credentials> credentials, Transport& transport,
       const Clock& clock, Entropy& entropy);

  void Get(std::string key, ThenAnswer<std::optional<StoredRecord>> then);
  void List(ListOptions options, std::string token, ListCall::Pages pages,
            ThenAnswer<Listing> then);
  void Write(Transaction transaction, ThenAnswer<WriteOutcome> then);
  void Delete(Remove remove, ThenAnswer<WriteOutcome> then);
  void Close();
  void CheckMayWait() const;

 private:
  class Step;
  struct Job;
  struct GetJob;
  struct ListJob;
  struct WriteJob;
  using StepPointer = std::shared_ptr<Step>;
  using JobPointer = std::shared_ptr<Job>;
  using WriteJobPointer = std::shared_ptr<WriteJob>;

  struct State {
    KeyTable keys;
    std::map<KeyTable::Ticket, WriteJobPointer> waiting;  // For their turn.
    std::deque<WriteJobPointer> ready;
    KeyTable::Ticket last_ticket = 0;
    std::size_t calls = 0;
    bool is_starting = false;  // Some thread is starting what is ready.
    bool is_closed = false;
  };

  // Counts a call; nullopt if there may be one more.
  std::optional<Error> Admit();
  void Enqueue(WriteJobPointer job);
  void StartReady();
  void Start(const WriteJobPointer& job);
  void OnWriteEnded(const WriteJob& job, const Answer<WriteOutcome>& answer);

  void Act(const JobPointer& job, Action action);
  // With what came of `behind`: later if it came early.
  void GoOn(const JobPointer& job, Action action, Step& behind);
  void Take(const JobPointer& job, Action action, const StepPointer& step);
  void Send(const JobPointer& job, Action action, const StepPointer& step);
  void SendWith(const Headers& headers, const JobPointer& job, Action action,
                const StepPointer& step);
  Duration TimeLeft(Job& job) const;
  bool IsClosed() const;
  SteadyTime Now() const { return clock_.Steady(); }
  SteadyTime NewDeadline() const { return Now() + options_.call_time_max; }

  const ClientOptions options_;
  const CallRules rules_;
  const std::shared_ptr<Credentials> credentials_;
  Transport& transport_;
  const Clock& clock_;
  Entropy& entropy_;
  Guarded<State> state_;
};

}  // namespace vss::client

#endif  // VSS_CLIENT_CORE_H_
