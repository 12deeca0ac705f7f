#include "client/core.h"

#include <algorithm>
#include <thread>
#include <unordered_set>
#include <utility>

#include "base/check.h"

namespace vss::client {
namespace {

Error Closed() { return {.kind = Kind::kUnavailable, .message = "the client was closed"}; }

Unexpected<Error> CredentialsTookTooLong() {
  return Unexpected(Error{.kind = Kind::kUnavailable, .message = "the credentials took too long"});
}

// Passes the first answer on, and no other.
template <typename T>
class FirstAnswer final {
 public:
  explicit FirstAnswer(ThenAnswer<T> then) : then_(std::move(then)) {}

  void Take(Answer<T> answer) {
    auto then = then_.With([](auto& waiting) { return std::exchange(waiting, std::nullopt); });
    if (then) (*then)(std::move(answer));
  }
  bool HasCome() const {
    return then_.With([](const auto& waiting) { return !waiting.has_value(); });
  }

 private:
  Guarded<std::optional<ThenAnswer<T>>> then_;
};

CallRules RulesOf(const ClientOptions& options) {
  return {.store_id = options.store_id,
          .retry = options.retry,
          .attempt_time_max = options.attempt_time_max,
          .missing = options.allow_missing_protocol_version ? MissingProtocolVersion::kAllowed
                                                            : MissingProtocolVersion::kRefused,
          .list_bytes_max = options.list_bytes_max};
}

// A piece whose version is decided when it is its turn.
struct Wish {
  Piece piece;
  Expect expect;
};

std::vector<Wish> WishesOf(Transaction transaction) {
  std::vector<Wish> wishes;
  for (Write& write : transaction.writes) {
    wishes.push_back({{std::move(write.key), 0, std::move(write.value)}, write.expect});
  }
  for (Remove& remove : transaction.removes) {
    wishes.push_back({{std::move(remove.key), 0, std::nullopt}, remove.expect});
  }
  if (transaction.global_version) {
    wishes.push_back(
        {{.key = kGlobalVersionKey, .is_global_version = true}, *transaction.global_version});
  }
  return wishes;
}

// What is wrong with one of them, or nullptr.
const char* ProblemWith(const Wish& wish) {
  const auto& [piece, expect] = wish;
  const bool is_removal = !piece.value && !piece.is_global_version;
  if (!piece.is_global_version && piece.key == kGlobalVersionKey) {
    return "\"global_version\" is the name of the whole store's version, not of a record";
  }
  if (is_removal && expect.kind() == Expect::Kind::kAbsent) {
    return "what is absent cannot be removed";
  }
  if (expect.kind() != Expect::Kind::kAt) return nullptr;
  const Version least = piece.is_global_version ? 0 : 1;
  if (expect.version() < least || expect.version() > kVersionMax) {
    return "there are no such versions";
  }
  return nullptr;
}

const char* ProblemWith(const std::vector<Wish>& wishes) {
  std::unordered_set<std::string_view> keys;
  for (const Wish& wish : wishes) {
    if (!keys.insert(wish.piece.key).second) return "a key stands twice in one write";
    if (const char* problem = ProblemWith(wish)) return problem;
  }
  return nullptr;
}

// As the protocol says it.
Version VersionOf(const Expect& expect, const KeyTable::Seen& seen) {
  switch (expect.kind()) {
    case Expect::Kind::kKnown:
      return seen.version;
    case Expect::Kind::kAbsent:
      return 0;
    case Expect::Kind::kAt:
      return expect.version();
    case Expect::Kind::kUnconditional:
      return -1;
  }
  CHECK(false);
}

}  // namespace

// One action of a job, and what comes of it.  What comes on the same thread before the action has
// been taken does not run inside of it, or the stack would grow with every reply.
class Client::Core::Step final {
 public:
  // False: go on by yourself.
  bool Keep(Action& next) {
    if (std::this_thread::get_id() != thread_ || is_over_) return false;
    next_ = std::move(next);
    return true;
  }
  std::optional<Action> End() {
    is_over_ = true;
    return std::move(next_);
  }

 private:
  // The rest is that thread's.
  const std::thread::id thread_ = std::this_thread::get_id();
  bool is_over_ = false;
  std::optional<Action> next_ = std::nullopt;
};

struct Client::Core::Job {
  virtual ~Job() = default;
  virtual Call& call() = 0;
  virtual void Finish(Core& core) = 0;
  Headers sent_headers = {};
};

struct Client::Core::GetJob final : Job {
  GetJob(GetCall get, KeyTable::ReadMark read_mark, ThenAnswer<std::optional<StoredRecord>> done)
      : get_call(std::move(get)), mark(read_mark), then(std::move(done)) {}

  Call& call() override { return get_call; }
  void Finish(Core& core) override {
    Answer<std::optional<StoredRecord>> answer = get_call.TakeAnswer();
    core.state_.With([&](State& state) {
      --state.calls;
      std::optional<Version> version;
      if (answer) version = *answer ? (*answer)->version : 0;
      state.keys.EndRead(get_call.key(), mark, version);
    });
    then(std::move(answer));
  }

  GetCall get_call;
  const KeyTable::ReadMark mark;
  ThenAnswer<std::optional<StoredRecord>> then;
};

struct Client::Core::ListJob final : Job {
  ListJob(ListCall list, ThenAnswer<Listing> done)
      : list_call(std::move(list)), then(std::move(done)) {}

  Call& call() override { return list_call; }
  void Finish(Core& core) override {
    core.state_.With([](State& state) { --state.calls; });
    then(list_call.TakeAnswer());
  }

  ListCall list_call;
  ThenAnswer<Listing> then;
};

struct Client::Core::WriteJob final : Job {
  WriteJob(std::vector<Wish> what, bool deletes, SteadyTime until, ThenAnswer<WriteOutcome> done)
      : wishes(std::move(what)), is_delete(deletes), deadline(until), then(std::move(done)) {}

  Call& call() override { return *write_call; }
  void Finish(Core& core) override {
    Answer<WriteOutcome> answer = write_call->TakeAnswer();
    core.OnWriteEnded(*this, answer);
    then(std::move(answer));
    core.StartReady();
  }

  std::vector<Wish> wishes;
  const bool is_delete;
  const SteadyTime deadline;
  ThenAnswer<WriteOutcome> then;
  KeyTable::Ticket ticket = 0;
  std::optional<WriteCall> write_call = std::nullopt;  // Once it is its turn.
};

Client::Core::Core(ClientOptions options, std::shared_ptr<Credentials> credentials,
                   Transport& transport, const Clock& clock, Entropy& entropy)
    : options_(std::move(options)),
      rules_(RulesOf(options_)),
      credentials_(std::move(credentials)),
      transport_(transport),
      clock_(clock),
      entropy_(entropy) {}

std::optional<Error> Client::Core::Admit() {
  return state_.With([&](State& state) -> std::optional<Error> {
    if (state.is_closed) return Closed();
    if (state.calls >= options_.calls_max) {
      return Error{.kind = Kind::kOverloaded, .message = "too many calls at a time"};
    }
    ++state.calls;
    return std::nullopt;
  });
}

void Client::Core::Get(std::string key, ThenAnswer<std::optional<StoredRecord>> then) {
  if (auto error = Admit()) return then(Unexpected(*std::move(error)));
  const auto mark = state_.With([&](State& state) { return state.keys.BeginRead(key); });
  auto job = std::make_shared<GetJob>(GetCall(rules_, entropy_, NewDeadline(), std::move(key)),
                                      mark, std::move(then));
  Act(job, job->call().Begin(Now()));
}

void Client::Core::List(ListOptions options, std::string token, ListCall::Pages pages,
                        ThenAnswer<Listing> then) {
  if (auto error = Admit()) return then(Unexpected(*std::move(error)));
  auto job = std::make_shared<ListJob>(
      ListCall(rules_, entropy_, NewDeadline(), std::move(options), std::move(token), pages),
      std::move(then));
  Act(job, job->call().Begin(Now()));
}

void Client::Core::Write(Transaction transaction, ThenAnswer<WriteOutcome> then) {
  std::vector<Wish> wishes = WishesOf(std::move(transaction));
  if (const char* problem = ProblemWith(wishes)) {
    return then(Unexpected(Error{.kind = Kind::kInvalid, .message = problem}));
  }
  if (auto error = Admit()) return then(Unexpected(*std::move(error)));
  Enqueue(std::make_shared<WriteJob>(std::move(wishes), false, NewDeadline(), std::move(then)));
}

void Client::Core::Delete(Remove remove, ThenAnswer<WriteOutcome> then) {
  std::vector<Wish> wishes;
  wishes.push_back({{std::move(remove.key), 0, std::nullopt}, remove.expect});
  if (const char* problem = ProblemWith(wishes)) {
    return then(Unexpected(Error{.kind = Kind::kInvalid, .message = problem}));
  }
  if (auto error = Admit()) return then(Unexpected(*std::move(error)));
  Enqueue(std::make_shared<WriteJob>(std::move(wishes), true, NewDeadline(), std::move(then)));
}

void Client::Core::Enqueue(WriteJobPointer job) {
  std::vector<std::string> keys;
  for (const Wish& wish : job->wishes) keys.push_back(wish.piece.key);
  state_.With([&](State& state) {
    job->ticket = ++state.last_ticket;
    if (state.keys.Enter(job->ticket, std::move(keys))) {
      state.ready.push_back(std::move(job));
    } else {
      state.waiting.emplace(job->ticket, std::move(job));
    }
  });
  StartReady();
}

// A write that is started may end at once, and make others ready: they are started from here, not
// from inside each other.
void Client::Core::StartReady() {
  bool is_mine = state_.With([](State& state) { return !std::exchange(state.is_starting, true); });
  while (is_mine) {
    const WriteJobPointer job = state_.With([](State& state) -> WriteJobPointer {
      state.is_starting = !state.ready.empty();
      if (state.ready.empty()) return nullptr;
      WriteJobPointer first = std::move(state.ready.front());
      state.ready.pop_front();
      return first;
    });
    if (job == nullptr) return;
    Start(job);
  }
}

void Client::Core::Start(const WriteJobPointer& job) {
  using SeenState = KeyTable::Seen::State;
  std::vector<Piece> pieces;
  bool must_look = false;
  bool is_unsettled = false;
  bool is_at_end = false;
  state_.With([&](State& state) {
    for (Wish& wish : job->wishes) {
      Piece piece = std::move(wish.piece);
      const KeyTable::Seen seen = state.keys.LastSeen(piece.key);
      piece.version = VersionOf(wish.expect, seen);
      if (wish.expect.kind() == Expect::Kind::kKnown) {
        is_unsettled = is_unsettled || seen.state == SeenState::kUnsettled;
        must_look = must_look || seen.version == 0;
      }
      is_at_end = is_at_end || piece.version > kVersionMax;
      pieces.push_back(std::move(piece));
    }
  });
  using As = WriteCall::As;
  const As as = !job->is_delete ? As::kPut : must_look ? As::kLookFirst : As::kRemoval;
  job->write_call.emplace(rules_, entropy_, job->deadline, std::move(pieces), as);
  if (is_unsettled && as != As::kLookFirst) {
    return Act(job, job->write_call->Refuse(
                        {.kind = Kind::kInDoubt,
                         .message = "an earlier write of this key was not settled: read first"}));
  }
  if (is_at_end) {
    return Act(job, job->write_call->Refuse(
                        {.kind = Kind::kInvalid, .message = "the key has no further version"}));
  }
  Act(job, job->write_call->Begin(Now()));
}

void Client::Core::OnWriteEnded(const WriteJob& job, const Answer<WriteOutcome>& answer) {
  state_.With([&](State& state) {
    --state.calls;
    if (answer && answer->IsCommitted()) {
      for (const auto& [key, version] : answer->keys) state.keys.OnWritten(key, version);
    } else if (!answer && answer.error().may_have_been_applied) {
      for (const Piece& piece : job.write_call->pieces()) state.keys.OnUnsettled(piece.key);
    }
    for (const KeyTable::Ticket next : state.keys.Leave(job.ticket)) {
      // Those that waited when the client was closed are gone.
      if (auto node = state.waiting.extract(next)) state.ready.push_back(std::move(node.mapped()));
    }
  });
}

void Client::Core::Close() {
  std::map<KeyTable::Ticket, WriteJobPointer> waiting;
  state_.With([&](State& state) {
    state.is_closed = true;
    waiting.swap(state.waiting);
  });
  for (auto& [ticket, job] : waiting) job->then(Unexpected(Closed()));
}

void Client::Core::CheckMayWait() const { CHECK(!transport_.IsOwnThread()); }

bool Client::Core::IsClosed() const {
  return state_.With([](const State& state) { return state.is_closed; });
}

void Client::Core::Act(const JobPointer& job, Action action) {
  std::optional<Action> next = std::move(action);
  while (next) {
    const auto step = std::make_shared<Step>();
    Take(job, *std::move(next), step);
    next = step->End();
  }
}

void Client::Core::GoOn(const JobPointer& job, Action action, Step& behind) {
  if (!behind.Keep(action)) Act(job, std::move(action));
}

void Client::Core::Take(const JobPointer& job, Action action, const StepPointer& step) {
  while (action.kind == Action::Kind::kRefresh) {
    action = job->call().OnRefreshed(credentials_->Refused(job->sent_headers), Now());
  }
  if (action.kind != Action::Kind::kDone && IsClosed()) action = job->call().GiveUp();
  switch (action.kind) {
    case Action::Kind::kDone:
      return job->Finish(*this);
    case Action::Kind::kSend:
      return Send(job, std::move(action), step);
    case Action::Kind::kWait:
      return transport_.Wait(action.time, [self = shared_from_this(), job,
                                           step](const Result<Done>& passed) {
        self->GoOn(job, passed ? job->call().OnWaited(self->Now()) : job->call().GiveUp(), *step);
      });
    case Action::Kind::kRefresh:
      break;
  }
  CHECK(false);
}

// Credentials may come from somebody who never answers.
void Client::Core::Send(const JobPointer& job, Action action, const StepPointer& step) {
  const auto first = std::make_shared<FirstAnswer<Headers>>([self = shared_from_this(), job,
                                                             action = std::move(action), step](
                                                                Answer<Headers> headers) mutable {
    if (headers && self->TimeLeft(*job).count() <= 0) headers = CredentialsTookTooLong();
    if (headers) return self->SendWith(*headers, job, std::move(action), step);
    self->GoOn(job, job->call().OnNoCredentials(std::move(headers).error(), self->Now()), *step);
  });
  credentials_->Provide([first](Answer<Headers> headers) { first->Take(std::move(headers)); });
  if (first->HasCome()) return;
  transport_.Wait(TimeLeft(*job),
                  [first](const Result<Done>&) { first->Take(CredentialsTookTooLong()); });
}

void Client::Core::SendWith(const Headers& headers, const JobPointer& job, Action action,
                            const StepPointer& step) {
  HttpRequest request{.method = "POST",
                      .url = options_.base_url + "/" + std::string(action.operation),
                      .headers = headers,
                      .body = std::move(action.body),
                      .time_max = std::min(action.time, TimeLeft(*job)),
                      .reply_bytes_max = options_.reply_bytes_max};
  CHECK(request.headers.Set("Content-Type", "application/octet-stream"));
  job->sent_headers = headers;
  transport_.Send(std::move(request), [self = shared_from_this(), job, step](const Reply& reply) {
    self->GoOn(job, job->call().OnReply(reply, self->Now()), *step);
  });
}

Duration Client::Core::TimeLeft(Job& job) const {
  return std::chrono::duration_cast<Duration>(job.call().deadline() - Now());
}

}  // namespace vss::client
