#include "bench/load/workload.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "bench/load/message.h"

namespace vss::bench {
namespace {

constexpr std::int64_t kUnconditional = -1;
constexpr std::size_t kPageMax = 100;
constexpr std::size_t kItemsMax = 500;
constexpr std::size_t kFillBytes = std::size_t{1} << 20;

std::string Unexpected(int status) { return "HTTP " + std::to_string(status); }

class Fill final : public Workload {
 public:
  Fill(const WorkloadOptions& options, Wallets& wallets, Values& values)
      : options_(options),
        wallets_(wallets),
        values_(values),
        next_(options.clients),
        items_(std::clamp<std::size_t>(kFillBytes / (options.value_bytes + 64), 1, kItemsMax)) {
    for (std::size_t client = 0; client < options.clients; ++client) next_[client].store = client;
  }

  std::vector<std::string> Kinds() const override { return {"fill"}; }

  bool Next(std::size_t client, Task& task) override {
    Place& at = next_[client];
    if (at.store >= wallets_.size() || options_.keys == 0) return false;
    task = {.route = Route::kPut, .store = at.store, .body = std::move(task.body)};
    task.body.clear();
    AppendText(task.body, kStoreField, wallets_.StoreId(at.store));
    const std::size_t end = std::min(options_.keys, at.key + items_);
    for (; at.key < end; ++at.key) {
      AppendItem(task.body, kWriteField, Wallets::KeyName(at.key), kUnconditional,
                 values_.Make(random_, options_.value_bytes));
    }
    if (at.key == options_.keys) at = {at.store + options_.clients, 0};
    return true;
  }

  std::string Judge(std::size_t, const Task&, int status, std::string_view) override {
    return status == 200 ? "" : Unexpected(status);
  }

 private:
  struct Place {
    std::size_t store = 0;
    std::size_t key = 0;
  };

  const WorkloadOptions options_;
  Wallets& wallets_;
  Values& values_;
  std::vector<Place> next_;
  const std::size_t items_;
  Random random_{2};
};

enum class Operation {
  kPut,
  kPutConditional,
  kPutGlobal,
  kPutTwo,
  kPutNew,
  kGet,
  kList,
  kListPrefix,
  kDelete,
};

constexpr std::pair<std::string_view, Operation> kOperations[] = {
    {"put", Operation::kPut},
    {"put-conditional", Operation::kPutConditional},
    {"put-global", Operation::kPutGlobal},
    {"put-two", Operation::kPutTwo},
    {"put-new", Operation::kPutNew},
    {"get", Operation::kGet},
    {"list", Operation::kList},
    {"list-prefix", Operation::kListPrefix},
    {"delete", Operation::kDelete},
};

class Single final : public Workload {
 public:
  Single(const WorkloadOptions& options, Operation operation, Wallets& wallets, Values& values)
      : options_(options),
        operation_(operation),
        wallets_(wallets),
        values_(values),
        has_written_(options.clients),
        written_(options.clients) {
    if (operation == Operation::kPutConditional || operation == Operation::kPutGlobal) {
      versions_.resize(wallets.size() * options.keys, 1);
      global_.resize(wallets.size());
    }
  }

  std::vector<std::string> Kinds() const override {
    if (operation_ == Operation::kDelete) return {"put", "delete"};
    return {options_.operation};
  }

  bool Next(std::size_t client, Task& task) override {
    task = {.store = StoreFor(client), .body = std::move(task.body)};
    task.body.clear();
    task.key = KeyFor(client);
    AppendText(task.body, kStoreField, wallets_.StoreId(task.store));
    switch (operation_) {
      case Operation::kPut:
        AppendWrite(task, task.key, kUnconditional);
        break;
      case Operation::kPutConditional:
        AppendWrite(task, task.key, versions_[IndexOf(task)]);
        break;
      case Operation::kPutGlobal:
        AppendNumber(task.body, kGlobalField, global_[task.store]);
        AppendWrite(task, task.key, versions_[IndexOf(task)]);
        break;
      case Operation::kPutTwo:
        AppendWrite(task, task.key, kUnconditional);
        AppendWrite(task, (task.key + 1) % options_.keys, kUnconditional);
        break;
      case Operation::kPutNew:
        task.key = options_.keys + client + options_.clients * written_[client]++;
        AppendWrite(task, task.key, 0);
        break;
      case Operation::kGet:
        task.route = Route::kGet;
        AppendText(task.body, kKeyField, Wallets::KeyName(task.key));
        break;
      case Operation::kList:
        task.route = Route::kList;
        break;
      case Operation::kListPrefix:
        task.route = Route::kList;
        AppendText(task.body, kPrefixField, Wallets::PrefixOf(task.key));
        break;
      case Operation::kDelete:
        AppendPutOrDelete(client, task);
        break;
    }
    return true;
  }

  std::string Judge(std::size_t client, const Task& task, int status,
                    std::string_view body) override {
    if (status != 200) return Unexpected(status);
    if (operation_ == Operation::kDelete) has_written_[client] = task.route == Route::kPut;
    if (!versions_.empty()) ++versions_[IndexOf(task)];
    if (operation_ == Operation::kPutGlobal) ++global_[task.store];
    if (task.route == Route::kGet) return JudgeGet(task, body);
    if (task.route == Route::kList) return JudgeList(task, body);
    return body.empty() ? "" : "an answer that is not empty";
  }

 private:
  // Clients that share a store have keys of their own in it.  One that has many stores takes any.
  std::size_t StoreFor(std::size_t client) {
    const std::size_t stores = wallets_.size();
    if (stores <= options_.clients) return client % stores;
    const std::size_t mine = (stores - client - 1) / options_.clients + 1;
    return client + options_.clients * (random_() % mine);
  }
  std::size_t KeyFor(std::size_t client) {
    const std::size_t sharing = std::max<std::size_t>(1, options_.clients / wallets_.size());
    if (sharing == 1 || options_.keys < sharing) return random_() % options_.keys;
    const std::size_t mine = options_.keys / sharing;
    return client / wallets_.size() % sharing + sharing * (random_() % mine);
  }
  std::size_t IndexOf(const Task& task) const { return task.store * options_.keys + task.key; }

  void AppendWrite(Task& task, std::size_t key, std::int64_t version) {
    AppendItem(task.body, kWriteField, Wallets::KeyName(key), version,
               values_.Make(random_, options_.value_bytes));
  }

  void AppendPutOrDelete(std::size_t client, Task& task) {
    task.store = client % wallets_.size();
    task.key = options_.keys + client;
    task.body.clear();
    AppendText(task.body, kStoreField, wallets_.StoreId(task.store));
    if (has_written_[client]) {
      task.kind = 1;
      task.route = Route::kDelete;
      AppendItem(task.body, kRemoveField, Wallets::KeyName(task.key), kUnconditional, "");
    } else {
      AppendWrite(task, task.key, kUnconditional);
    }
  }

  std::string JudgeGet(const Task& task, std::string_view body) const {
    const auto item = ReadGetReply(body);
    if (!item) return "an answer that is no record";
    if (item->key != Wallets::KeyName(task.key)) return "another key's record";
    if (item->value.size() != options_.value_bytes || !values_.IsOurs(item->value)) {
      return "a value that nobody wrote";
    }
    return "";
  }

  std::string JudgeList(const Task& task, std::string_view body) const {
    std::size_t there = options_.keys;
    if (operation_ == Operation::kListPrefix) {
      const std::size_t first = task.key % Wallets::kPrefixes;
      there = (options_.keys - first - 1) / Wallets::kPrefixes + 1;
    }
    const auto listed = CountListReply(body);
    if (!listed) return "an answer that is no list";
    return *listed == std::min(there, kPageMax) ? "" : "a page of another size";
  }

  const WorkloadOptions options_;
  const Operation operation_;
  Wallets& wallets_;
  Values& values_;
  std::vector<std::int64_t> versions_;  // Of every key of every store, where that matters.
  std::vector<std::int64_t> global_;    // Of every store.
  std::vector<bool> has_written_;       // By client: the key that it deletes next.
  std::vector<std::size_t> written_;    // By client: how many new keys.
  Random random_{3};
};

}  // namespace

std::string_view PathOf(Route route) {
  switch (route) {
    case Route::kGet:
      return "/getObject";
    case Route::kPut:
      return "/putObjects";
    case Route::kDelete:
      return "/deleteObject";
    case Route::kList:
      return "/listKeyVersions";
  }
  return "";
}

std::unique_ptr<Workload> MakeFill(const WorkloadOptions& options, Wallets& wallets,
                                   Values& values) {
  return std::make_unique<Fill>(options, wallets, values);
}

std::unique_ptr<Workload> MakeSingle(const WorkloadOptions& options, Wallets& wallets,
                                     Values& values) {
  for (const auto& [name, operation] : kOperations) {
    if (name == options.operation) {
      return std::make_unique<Single>(options, operation, wallets, values);
    }
  }
  return nullptr;
}

}  // namespace vss::bench
