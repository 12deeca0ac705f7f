// The wallet mix: what an LDK Node wallet asks of its store while it makes payments.
//
// Where the figures come from:
//
//   monitors, 2 to 70 KB   A channel's monitor with few payments under way is a few KB and grows
//   with
//                          every payment ever made through it; LDK's documentation speaks of tens
//                          of megabytes on routing nodes.  LDK Node up to 0.7 writes the whole
//                          monitor for every update.  Later versions write the update alone, a few
//                          hundred bytes to a few KB (LDK #1670), under a key of its own, deleted
//                          once a whole monitor has been written.  Here every update has its own
//                          key, and the size of a monitor: the worse of both.
//   manager, 10 to 100 KB  The channel manager: all channels of the wallet; written after every
//   event
//                          that changes one.
//   payments, 300 B        One record for each payment, written when it begins and when it ends.
//
// One payment is two commitment rounds of a channel, each of which changes the monitor twice:
//
//   put payment, 2 x (put update, put update, put manager, delete an update, delete an update),
//   put payment again
//
// Sizes are drawn evenly on a logarithmic scale; the manager's once for each wallet.  A start is a
// list of the whole store and, as a wallet reads its state, a get of manager and newest update.
// Every wallet starts again after kPaymentsBetweenStarts payments.
#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <utility>

#include "base/check.h"
#include "bench/load/message.h"
#include "bench/load/workload.h"

namespace vss::bench {
namespace {

constexpr std::int64_t kUnconditional = -1;
constexpr std::size_t kUpdatesKept = 8;
constexpr std::size_t kPaymentsKept = 200;  // Then their keys are used again: stores do not grow.
constexpr std::size_t kPaymentsBetweenStarts = 50;
constexpr std::size_t kPaymentBytes = 300;

enum Kind : std::size_t { kList, kGet, kUpdate, kManager, kPayment, kDelete };

constexpr std::array kStart = {kList, kGet};
constexpr std::array kPay = {kPayment, kUpdate, kUpdate,  kManager, kDelete, kDelete,
                             kUpdate,  kUpdate, kManager, kDelete,  kDelete, kPayment};

// Places in a wallet's store; Wallets::KeyName makes names of them.
constexpr std::size_t kManagerKey = 0;
constexpr std::size_t kFirstPaymentKey = 1;
constexpr std::size_t kFirstUpdateKey = 1000;

std::size_t Draw(Random& random, double from, double to) {
  const double share = std::uniform_real_distribution<double>(0, 1)(random);
  return static_cast<std::size_t>(from * std::pow(to / from, share));
}

class WalletMix final : public Workload {
 public:
  WalletMix(const WorkloadOptions& options, Wallets& wallets, Values& values)
      : wallets_(wallets), values_(values), states_(options.clients) {
    CHECK(wallets.size() >= options.clients);
    for (State& state : states_) {
      state.manager_bytes = Draw(random_, 10e3, 100e3);
      state.payments = random_() % kPaymentsBetweenStarts;  // Not all start at once.
      state.step = random_() % kPay.size();
    }
  }

  std::vector<std::string> Kinds() const override {
    return {"list", "get", "put update", "put manager", "put payment", "delete"};
  }

  bool Next(std::size_t client, Task& task) override {
    State& state = states_[client];
    const Kind kind = TakeStep(state);
    task = {.route = Route::kPut, .kind = kind, .store = client, .body = std::move(task.body)};
    task.body.clear();
    AppendText(task.body, kStoreField, wallets_.StoreId(client));
    switch (kind) {
      case kList:
        task.route = Route::kList;
        break;
      case kGet:
        task.route = Route::kGet;
        AppendText(task.body, kKeyField, Wallets::KeyName(kManagerKey));
        break;
      case kUpdate:
        state.updates.push_back(state.next_update);
        AppendWrite(task, kFirstUpdateKey + state.next_update++, Draw(random_, 2e3, 70e3));
        break;
      case kManager:
        AppendWrite(task, kManagerKey, state.manager_bytes);
        break;
      case kPayment:
        AppendWrite(task, kFirstPaymentKey + state.payments % kPaymentsKept, kPaymentBytes);
        break;
      case kDelete:
        task.route = Route::kDelete;
        AppendItem(task.body, kRemoveField,
                   Wallets::KeyName(kFirstUpdateKey + state.updates.front()), kUnconditional, "");
        state.updates.pop_front();
        break;
    }
    return true;
  }

  std::string Judge(std::size_t, const Task& task, int status, std::string_view body) override {
    if (status != 200) return "HTTP " + std::to_string(status);
    if (task.kind == kList) return CountListReply(body) ? "" : "an answer that is no list";
    if (task.kind != kGet) return body.empty() ? "" : "an answer that is not empty";
    const auto item = ReadGetReply(body);
    return item && values_.IsOurs(item->value) ? "" : "a value that nobody wrote";
  }

 private:
  struct State {
    std::size_t manager_bytes = 0;
    std::size_t step = 0;  // Of kPay, or behind it of kStart.
    std::size_t payments = 0;
    std::size_t next_update = 0;
    std::deque<std::size_t> updates;  // Not yet deleted.
    bool has_manager = false;
  };

  Kind TakeStep(State& state) {
    for (;;) {
      const std::size_t step = state.step++;
      if (step >= kPay.size() + kStart.size() ||
          (step >= kPay.size() && (!state.has_manager || !IsTimeToStart(state)))) {
        state.step = 0;
        ++state.payments;
        continue;
      }
      const Kind kind = step < kPay.size() ? kPay[step] : kStart[step - kPay.size()];
      if (kind == kDelete && state.updates.size() <= kUpdatesKept) continue;
      if (kind == kManager) state.has_manager = true;
      return kind;
    }
  }
  static bool IsTimeToStart(const State& state) {
    return state.payments % kPaymentsBetweenStarts == 0;
  }

  void AppendWrite(Task& task, std::size_t key, std::size_t bytes) {
    AppendItem(task.body, kWriteField, Wallets::KeyName(key), kUnconditional,
               values_.Make(random_, bytes));
  }

  Wallets& wallets_;
  Values& values_;
  Random random_{4};
  std::vector<State> states_;
};

}  // namespace

std::unique_ptr<Workload> MakeWalletMix(const WorkloadOptions& options, Wallets& wallets,
                                        Values& values) {
  return std::make_unique<WalletMix>(options, wallets, values);
}

}  // namespace vss::bench
