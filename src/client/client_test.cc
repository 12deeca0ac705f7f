// The client against servers and networks that do their worst, in virtual time.
//
// Whatever comes: no call outlives its deadline, no value is believed that cannot be the answer,
// and no write is reported as committed that is not there.

#include "vss/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/scripted_transport.h"
#include "tests/support/zero_entropy.h"
#include "vss.pb.h"

namespace vss::client {
namespace {

using ::testing::ElementsAre;
using ::vss::testing::Failed;
using ::vss::testing::VssReply;
using Reached = TransportFailure::Reached;
using Reply = ::vss::testing::ScriptedTransport::Reply;
using Kind = ::vss::Kind;

const std::string kSealed(52, 's');  // As long as something sealed.
const std::string kTheirs(52, 't');

HttpReply ErrorReply(int status, ErrorCode code) {
  ErrorResponse error;
  error.set_error_code(code);
  error.set_message("scripted");
  return VssReply(status, error.SerializeAsString());
}

HttpReply With(HttpReply reply, const char* name, const char* value) {
  EXPECT_TRUE(reply.headers.Set(name, value));
  return reply;
}

// Just enough of a server: one store, in memory.
struct SmallServer {
  std::map<std::string, KeyValue> records;

  HttpReply Handle(const HttpRequest& request) {
    const std::string operation = request.url.substr(request.url.rfind('/') + 1);
    if (operation == "getObject") return Get(request.body);
    if (operation == "putObjects") return Put(request.body);
    if (operation == "deleteObject") return Delete(request.body);
    return List(request.body);
  }
  HttpReply Get(const std::string& body) {
    GetObjectRequest request;
    EXPECT_TRUE(request.ParseFromString(body));
    const auto found = records.find(request.key());
    if (found == records.end()) return ErrorReply(404, NO_SUCH_KEY_EXCEPTION);
    GetObjectResponse response;
    *response.mutable_value() = found->second;
    return VssReply(200, response.SerializeAsString());
  }
  std::int64_t VersionOf(const std::string& key) const {
    const auto found = records.find(key);
    return found == records.end() ? 0 : found->second.version();
  }
  bool Holds(const KeyValue& item) const {
    return item.version() == -1 || item.version() == VersionOf(item.key());
  }
  HttpReply Put(const std::string& body) {
    PutObjectRequest request;
    EXPECT_TRUE(request.ParseFromString(body));
    for (const KeyValue& item : request.transaction_items()) {
      if (!Holds(item)) return ErrorReply(409, CONFLICT_EXCEPTION);
    }
    for (const KeyValue& item : request.delete_items()) {
      if (!Holds(item) || VersionOf(item.key()) == 0) return ErrorReply(409, CONFLICT_EXCEPTION);
    }
    if (request.has_global_version()) {
      KeyValue global;
      global.set_key(kGlobalVersionKey);
      global.set_version(request.global_version());
      if (!Holds(global)) return ErrorReply(409, CONFLICT_EXCEPTION);
      *request.add_transaction_items() = global;
    }
    for (KeyValue item : request.transaction_items()) {
      item.set_version(item.version() == -1 ? 1 : item.version() + 1);
      records[item.key()] = item;
    }
    for (const KeyValue& item : request.delete_items()) records.erase(item.key());
    return VssReply(200);
  }
  HttpReply Delete(const std::string& body) {
    DeleteObjectRequest request;
    EXPECT_TRUE(request.ParseFromString(body));
    if (Holds(request.key_value())) records.erase(request.key_value().key());
    return VssReply(200);
  }
  HttpReply List(const std::string&) {
    ListKeyVersionsResponse response;
    for (const auto& [key, record] : records) {
      KeyValue* const item = response.add_key_versions();
      item->set_key(key);
      item->set_version(record.version());
    }
    response.set_next_page_token("");
    response.set_global_version(0);
    return VssReply(200, response.SerializeAsString());
  }

  void Set(const std::string& key, std::int64_t version, const std::string& value) {
    KeyValue& record = records[key];
    record.set_key(key);
    record.set_version(version);
    record.set_value(value);
  }
};

class ClientTest : public ::testing::Test {
 protected:
  // What happens to a request on its way; falls through to the server if there is nothing.
  using Fault = std::function<std::optional<Reply>(const HttpRequest&)>;

  std::optional<Reply> Serve(const HttpRequest& request) {
    if (faults_.empty()) return Reply(server_.Handle(request));
    const Fault fault = std::move(faults_.front());
    faults_.pop_front();
    return fault(request);
  }

  Fault Fine() {
    return [this](const HttpRequest& request) { return Reply(server_.Handle(request)); };
  }
  static Fault Answer(HttpReply reply) {
    return [reply = std::move(reply)](const HttpRequest&) { return Reply(reply); };
  }
  static Fault Lost(Reached reached) {
    return [reached](const HttpRequest&) { return Failed(reached); };
  }
  // The request is carried out, and then this comes back.
  Fault CarriedOut(std::optional<Reply> reply) {
    return [this, reply = std::move(reply)](const HttpRequest& request) {
      server_.Handle(request);
      return reply;
    };
  }
  static Fault Silence() {
    return [](const HttpRequest&) { return std::nullopt; };
  }

  // The answer to a call; the time that it took is kept.
  template <typename T>
  vss::client::Answer<T> Run(const std::function<void(ThenAnswer<T>)>& start) {
    std::optional<vss::client::Answer<T>> answer;
    const SteadyTime began = time_.clock().Steady();
    SteadyTime ended = began;
    start([&](vss::client::Answer<T> result) {
      answer = std::move(result);
      ended = time_.clock().Steady();
    });
    time_.Run();
    EXPECT_TRUE(answer.has_value()) << "a call without an answer";
    took_ = std::chrono::duration_cast<Duration>(ended - began);
    EXPECT_LE(took_ - std::chrono::milliseconds(2), options_.call_time_max);
    return *std::move(answer);
  }
  auto Get(const std::string& key) {
    return Run<std::optional<StoredRecord>>([&](auto then) { client().Get(key, std::move(then)); });
  }
  auto Put(const std::string& value, Expect expect = Expect::Known()) {
    return Run<WriteOutcome>([&](auto then) {
      client().Put({"a", value, expect}, std::move(then));
    });
  }
  auto Commit(const Transaction& transaction) {
    return Run<WriteOutcome>([&](auto then) { client().Commit(transaction, std::move(then)); });
  }
  auto Delete(Expect expect = Expect::Known()) {
    return Run<WriteOutcome>([&](auto then) { client().Delete({"a", expect}, std::move(then)); });
  }
  auto List() {
    return Run<Listing>([&](auto then) { client().List({.prefix = "k"}, std::move(then)); });
  }

  Client& client() {
    if (client_ == nullptr) {
      client_ = Client::Make(options_, credentials_, transport_, time_.clock(), entropy_).value();
    }
    return *client_;
  }

  vss::testing::VirtualTime time_;
  vss::testing::ZeroEntropy entropy_;
  SmallServer server_;
  std::deque<Fault> faults_;
  vss::testing::ScriptedTransport transport_{
      time_, [this](const HttpRequest& request) { return Serve(request); }};
  ClientOptions options_{.base_url = "https://vss.example/vss//", .store_id = "store"};
  std::shared_ptr<Credentials> credentials_ = FixedCredentials();
  std::unique_ptr<Client> client_;
  Duration took_{};
};

TEST_F(ClientTest, SlashesBehindTheAddressDoNotCount) {
  EXPECT_EQ(Get("a").value(), std::nullopt);
  EXPECT_EQ(transport_.requests()[0].url, "https://vss.example/vss/getObject");
  EXPECT_EQ(*transport_.requests()[0].headers.Find("content-type"), "application/octet-stream");
}

TEST_F(ClientTest, CredentialsGoOverTlsUnlessAskedForOtherwise) {
  const auto make = [&](std::string url, bool allow_plain) {
    return Client::Make({.base_url = std::move(url), .allow_plain_http = allow_plain}, credentials_,
                        transport_, time_.clock(), entropy_)
        .has_value();
  };
  EXPECT_FALSE(make("http://vss.example/vss", false));
  EXPECT_TRUE(make("http://vss.example/vss", true));
  EXPECT_TRUE(make("http://127.0.0.1:8080/vss", false));
  EXPECT_TRUE(make("http://abcdef.onion/vss", false));
  for (const char* nonsense : {"", "vss.example", "ftp://a/vss", "https://", "https://a b/vss",
                               "https://a/vss?x", "https://user:pw@a/vss", "https://a:port/vss"}) {
    EXPECT_FALSE(make(nonsense, true)) << nonsense;
  }
}

// ---- Writes whose answer does not come back as it should.

TEST_F(ClientTest, AWriteIsCommittedOnceWhateverHappensToIt) {
  const std::vector<std::pair<const char*, std::function<Fault()>>> faults = {
      {"never left", [] { return Lost(Reached::kNo); }},
      {"lost on its way", [] { return Lost(Reached::kMaybe); }},
      {"no reply", [this] { return CarriedOut(Failed(Reached::kMaybe)); }},
      {"silence before", [] { return Silence(); }},
      {"silence after", [this] { return CarriedOut(std::nullopt); }},
      {"429", [] { return Answer(ErrorReply(429, INTERNAL_SERVER_EXCEPTION)); }},
      {"500 before", [] { return Answer(ErrorReply(500, INTERNAL_SERVER_EXCEPTION)); }},
      {"500 after", [this] { return CarriedOut(ErrorReply(500, INTERNAL_SERVER_EXCEPTION)); }},
      {"502 of a proxy", [this] { return CarriedOut(HttpReply{.status = 502}); }},
      {"a reply to something else", [this] { return CarriedOut(VssReply(200, "\x12\x00")); }},
      {"NO_SUCH_KEY", [this] { return CarriedOut(ErrorReply(404, NO_SUCH_KEY_EXCEPTION)); }},
      {"sent twice by a proxy",
       [this] {
         return [this](const HttpRequest& request) {
           server_.Handle(request);
           return Reply(server_.Handle(request));
         };
       }},
  };
  for (const auto& [name, fault] : faults) {
    for (const Expect expect : {Expect::Known(), Expect::Absent(), Expect::Unconditional()}) {
      server_ = {};
      client_.reset();
      faults_.push_back(fault());
      const auto outcome = Put(kSealed, expect);
      ASSERT_TRUE(outcome) << name << ": " << outcome.error().message;
      EXPECT_TRUE(outcome->IsCommitted()) << name;
      EXPECT_THAT(outcome->keys, ElementsAre(KeyVersion{"a", 1}));
      EXPECT_EQ(server_.records["a"].value(), kSealed) << name;
      EXPECT_EQ(server_.records["a"].version(), 1) << name;
      ASSERT_TRUE(Put(kTheirs).value().IsCommitted()) << name << ": the version is known";
      EXPECT_EQ(server_.records["a"].version(), 2) << name;
    }
  }
}

TEST_F(ClientTest, ATransactionIsSettledByAllOfItsKeys) {
  server_.Set("c", 4, kTheirs);
  const Transaction transaction{.writes = {{"a", kSealed}, {"b", kSealed}},
                                .removes = {{"c", Expect::At(4)}}};
  faults_.push_back(CarriedOut(Failed(Reached::kMaybe)));
  EXPECT_TRUE(Commit(transaction).value().IsCommitted());
  EXPECT_EQ(transport_.requests().size(), 4u);
  EXPECT_FALSE(server_.records.contains("c"));

  // It was not carried out, and meanwhile somebody else wrote one of the keys.
  faults_.push_back([this](const HttpRequest&) {
    server_.Set("b", 2, kTheirs);
    return Failed(Reached::kMaybe);
  });
  const WriteOutcome outcome =
      Commit({.writes = {{"a", "long enough to be sealed, or so it seems"}, {"b", kSealed}}})
          .value();
  EXPECT_EQ(outcome.kind, WriteOutcome::Kind::kConflict);
  EXPECT_THAT(outcome.keys, ElementsAre(KeyVersion{"b", 2}));
  EXPECT_EQ(server_.records["a"].value(), kSealed);
}

TEST_F(ClientTest, PiecesWithoutAConditionDoNotTestifyToACommit) {
  server_.Set("k", 5, kTheirs);
  server_.Set("same", 5, kSealed);  // As if this transaction were repeated.
  for (const Transaction& transaction :
       {Transaction{.writes = {{"k", kSealed, Expect::At(3)}},
       .global_version = Expect::Unconditional()},
        Transaction{
            .writes = {{"same", kSealed, Expect::Unconditional()}, {"k", kSealed, Expect::At(3)}}},
        Transaction{.writes = {{"same", kSealed, Expect::Unconditional()}},
        .removes = {{"k", Expect::At(3)}}}}) {
    const WriteOutcome outcome = Commit(transaction).value();
    EXPECT_EQ(outcome.kind, WriteOutcome::Kind::kConflict);
    EXPECT_THAT(outcome.keys, ElementsAre(KeyVersion{"k", 5}));
  }
  EXPECT_EQ(server_.records["same"].version(), 5);
}

TEST_F(ClientTest, PiecesWithoutAConditionDoNotTestifyToAConflict) {
  server_.Set("b", 3, kTheirs);
  faults_.push_back([this](const HttpRequest& request) {
    server_.Handle(request);
    server_.Set("a", 1, kTheirs);  // On top of ours.
    return Failed(Reached::kMaybe);
  });
  const Transaction transaction{
      .writes = {{"a", kSealed, Expect::Unconditional()}, {"b", kSealed, Expect::At(3)}},
      .global_version = Expect::Unconditional()};
  EXPECT_TRUE(Commit(transaction).value().IsCommitted());
  EXPECT_EQ(transport_.requests().size(), 2u) << "a is not even read";
  EXPECT_EQ(server_.records["a"].value(), kTheirs);
}

TEST_F(ClientTest, TheVersionOfTheStoreIsNeverOurs) {
  // It has been raised, by this write or by another one.
  faults_.push_back(CarriedOut(Failed(Reached::kMaybe)));
  EXPECT_EQ(Commit({.global_version = Expect::At(0)}).error().kind, Kind::kInDoubt);
  EXPECT_EQ(Commit({.global_version = Expect::At(0)}).value().kind, WriteOutcome::Kind::kConflict);
  EXPECT_THAT(Commit({.global_version = Expect::At(1)}).value().keys,
              ElementsAre(KeyVersion{kGlobalVersionKey, 2}));
}

TEST_F(ClientTest, WhatOthersRemovedDoesNotSayThatWeWroteTheRest) {
  faults_.push_back(Lost(Reached::kMaybe));
  server_.Set("b", 1, kTheirs);
  EXPECT_EQ(Commit({.writes = {{"b", kSealed, Expect::Unconditional()}},
                    .removes = {{"a", Expect::At(3)}}})
                .error()
                .kind,
            Kind::kInDoubt);
  EXPECT_EQ(server_.records["b"].value(), kTheirs);
}

TEST_F(ClientTest, ARemovalOfWhateverIsThereNeedsSomething) {
  for (const Expect expect : {Expect::Unconditional(), Expect::At(3)}) {
    client_.reset();
    server_.Set("k", 3, kTheirs);
    const WriteOutcome outcome =
        Commit({.writes = {{"k", kSealed, expect}}, .removes = {{"a", Expect::Unconditional()}}})
            .value();
    EXPECT_EQ(outcome.kind, WriteOutcome::Kind::kConflict);
    EXPECT_THAT(outcome.keys, ElementsAre(KeyVersion{"a", 0})) << "and k is not in the way";
    EXPECT_LT(took_, std::chrono::seconds(1)) << "nobody waits for what is clear";
  }
  EXPECT_EQ(server_.records["k"].value(), kTheirs);
}

TEST_F(ClientTest, LongEqualValuesCountAsOurs) {
  // See client.h: values that two parties may both write need something of their own in them.
  server_.Set("a", 1, kSealed);
  EXPECT_TRUE(Put(kSealed, Expect::Absent()).value().IsCommitted());
}

TEST_F(ClientTest, WhatSomebodyElseWroteMeanwhileIsNotOurs) {
  faults_.push_back([this](const HttpRequest&) {
    server_.Set("a", 1, kTheirs);
    return Failed(Reached::kMaybe);
  });
  const WriteOutcome outcome = Put(kSealed).value();
  EXPECT_EQ(outcome.kind, WriteOutcome::Kind::kConflict);
  EXPECT_THAT(outcome.keys, ElementsAre(KeyVersion{"a", 1}));
}

TEST_F(ClientTest, ShortValuesProveNothing) {
  // Two devices try to take the same lock with the same word.
  server_.Set("a", 1, "locked");
  EXPECT_EQ(Put("locked", Expect::Absent()).value().kind, WriteOutcome::Kind::kConflict);

  faults_.push_back([this](const HttpRequest&) {
    server_.Set("a", 2, "again");
    return Failed(Reached::kMaybe);
  });
  const auto unknown = Put("again", Expect::At(1));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, Kind::kInDoubt);
  EXPECT_TRUE(unknown.error().may_have_been_applied);
}

TEST_F(ClientTest, WhatCannotBeSettledIsInDoubtUntilItIsRead) {
  faults_.push_back([this](const HttpRequest& request) {
    server_.Handle(request);
    server_.Set("a", 2, kTheirs);  // On top of ours.
    return Failed(Reached::kMaybe);
  });
  const auto lost = Put(kSealed);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, Kind::kInDoubt);
  EXPECT_TRUE(lost.error().may_have_been_applied);

  const auto blind = Put(kSealed);
  ASSERT_FALSE(blind);
  EXPECT_EQ(blind.error().kind, Kind::kInDoubt);
  EXPECT_EQ(blind.error().attempts, 0);
  EXPECT_FALSE(blind.error().may_have_been_applied);
  EXPECT_EQ(Get("a").value()->value, kTheirs);
  EXPECT_TRUE(Put(kSealed).value().IsCommitted());
}

TEST_F(ClientTest, WhenNothingComesBackAnyMoreAWriteIsInDoubt) {
  faults_.push_back(CarriedOut(Failed(Reached::kMaybe)));
  for (int i = 0; i < 100; ++i) faults_.push_back(Lost(Reached::kNo));
  const auto lost = Put(kSealed);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, Kind::kInDoubt);
  EXPECT_TRUE(lost.error().may_have_been_applied);
  EXPECT_EQ(lost.error().attempts, RetryPolicy().attempts_max);
}

TEST_F(ClientTest, AConflictIsAnAnswerAlsoIfItCannotBeLookedAt) {
  faults_.push_back(Answer(ErrorReply(409, CONFLICT_EXCEPTION)));
  for (int i = 0; i < 100; ++i) faults_.push_back(Lost(Reached::kMaybe));
  const WriteOutcome outcome = Put(kSealed).value();
  EXPECT_EQ(outcome.kind, WriteOutcome::Kind::kConflict);
  EXPECT_TRUE(outcome.keys.empty());
}

TEST_F(ClientTest, AServerThatInventsConflictsIsGivenUp) {
  transport_.SetScript([this](const HttpRequest& request) -> std::optional<Reply> {
    if (request.url.ends_with("putObjects")) return ErrorReply(409, CONFLICT_EXCEPTION);
    return server_.Handle(request);
  });
  EXPECT_EQ(Put(kSealed).value().kind, WriteOutcome::Kind::kConflict);
  EXPECT_LT(transport_.requests().size(), 40u);
}

TEST_F(ClientTest, ADeleteIsSettledToo) {
  for (const Expect expect : {Expect::Known(), Expect::At(3), Expect::Unconditional()}) {
    client_.reset();
    server_.Set("a", 3, kTheirs);
    if (expect.kind() == Expect::Kind::kKnown)
      faults_.push_back(Fine());  // The look at the version.
    faults_.push_back(CarriedOut(Failed(Reached::kMaybe)));
    EXPECT_TRUE(Delete(expect).value().IsCommitted());
    EXPECT_TRUE(server_.records.empty());
  }
  server_.Set("a", 4, kTheirs);
  EXPECT_EQ(Delete(Expect::At(3)).value().kind, WriteOutcome::Kind::kConflict);
  EXPECT_FALSE(Delete(Expect::Absent()));
}

// ---- Replies that must not be believed.

TEST_F(ClientTest, AGetBelievesNothingButTheReplyToItself) {
  GetObjectResponse other;
  other.mutable_value()->set_key("b");
  other.mutable_value()->set_version(3);
  GetObjectResponse senseless;
  senseless.mutable_value()->set_key("a");
  senseless.mutable_value()->set_version(-7);
  GetObjectResponse last = senseless;  // Behind which there is no next one.
  last.mutable_value()->set_version(INT64_MAX);
  const std::string good = [this] {
    server_.Set("a", 3, kSealed);
    GetObjectRequest request;
    request.set_key("a");
    return server_.Get(request.SerializeAsString()).body;
  }();
  std::vector<std::string> bodies = {other.SerializeAsString(),
                                     senseless.SerializeAsString(),
                                     last.SerializeAsString(),
                                     "",
                                     "\xff\xff",
                                     std::string(100, '\0')};
  for (std::size_t size = 0; size < good.size(); ++size) bodies.push_back(good.substr(0, size));
  for (const std::string& body : bodies) {
    faults_ = {Answer(VssReply(200, body))};
    EXPECT_EQ(Get("a").value(), (StoredRecord{"a", 3, kSealed})) << "asked again";
  }
  for (int i = 0; i < 100; ++i) faults_.push_back(Answer(VssReply(200, bodies[0])));
  EXPECT_EQ(Get("a").error().kind, Kind::kCorrupt);
}

TEST_F(ClientTest, OnlyTheServerCanSayThatThereIsNoSuchKey) {
  for (const HttpReply& reply :
       {HttpReply{.status = 404, .body = ErrorReply(404, NO_SUCH_KEY_EXCEPTION).body},
        VssReply(404), VssReply(404, "Not Found"), HttpReply{.status = 404},
        ErrorReply(409, CONFLICT_EXCEPTION), ErrorReply(400, INVALID_REQUEST_EXCEPTION),
        With(ErrorReply(404, NO_SUCH_KEY_EXCEPTION), "vss-protocol-version", "1")}) {
    faults_ = {Answer(reply)};
    EXPECT_FALSE(Get("a")) << reply.status << " " << reply.body;
  }
}

TEST_F(ClientTest, AnotherProtocolIsNotSpokenTo) {
  for (const char* version : {"1", "0.1.0", "", "0, 0", "00"}) {
    faults_ = {Answer(With(VssReply(200), "vss-protocol-version", version))};
    const auto refused = Put(kSealed);
    ASSERT_FALSE(refused) << version;
    EXPECT_EQ(refused.error().kind, Kind::kCorrupt);
    EXPECT_TRUE(refused.error().may_have_been_applied);
    EXPECT_EQ(refused.error().attempts, 1);
    client_.reset();
  }
}

TEST_F(ClientTest, ARedirectIsAnErrorAndNotFollowed) {
  faults_ = {Answer(With(HttpReply{.status = 307}, "Location", "https://evil.example/"))};
  EXPECT_EQ(Get("a").error().kind, Kind::kInvalid);
  EXPECT_EQ(transport_.requests().size(), 1u);
}

TEST_F(ClientTest, AReplyIsNotLargerThanAgreed) {
  options_.reply_bytes_max = 1000;
  server_.Set("a", 1, std::string(1000, 'x'));
  EXPECT_FALSE(Get("a"));
}

// ---- Lists.

HttpReply PageOf(const std::vector<std::string>& keys, const std::string& next) {
  ListKeyVersionsResponse response;
  for (const std::string& key : keys) {
    response.add_key_versions()->set_key(key);
    response.mutable_key_versions()->rbegin()->set_version(1);
  }
  response.set_next_page_token(next);
  return VssReply(200, response.SerializeAsString());
}

TEST_F(ClientTest, AListSurvivesWhatHappensToItsPages) {
  faults_ = {Answer(PageOf({"k3"}, "t1")), Lost(Reached::kMaybe), Answer(HttpReply{.status = 502}),
             Answer(PageOf({"other"}, "t2")),  // Not under the prefix.
             Answer(PageOf({"k2", "k1"}, ""))};
  const Listing listing = List().value();
  EXPECT_THAT(listing.keys,
              ElementsAre(KeyVersion{"k3", 1}, KeyVersion{"k2", 1}, KeyVersion{"k1", 1}));
}

TEST_F(ClientTest, AKeyThatNoServerHoldsIsNotListed) {
  std::string key = "k";
  for (int i = 1; i < 600; ++i) key += "\xf0\x9f\x94\x91";  // The longest that a server takes.
  transport_.SetScript(
      [&](const HttpRequest&) -> std::optional<Reply> { return PageOf({key}, ""); });
  EXPECT_EQ(List().value().keys.size(), 1u);
  key += "xxxx";
  EXPECT_EQ(List().error().kind, Kind::kCorrupt);
}

TEST_F(ClientTest, AListThatGoesInCirclesIsNoticed) {
  for (const int straight : {0, 1, 5, 100}) {
    for (const int round : {1, 2, 3, 100}) {
      int page = 0;
      transport_.SetScript([&](const HttpRequest&) -> std::optional<Reply> {
        const int token = page < straight ? page : straight + (page - straight) % round;
        return PageOf({"k" + std::to_string(++page)}, "t" + std::to_string(token));
      });
      EXPECT_EQ(List().error().kind, Kind::kCorrupt);
      EXPECT_LE(page, 3 * (straight + round) + 2);
    }
  }
}

TEST_F(ClientTest, AListOfManyPagesIsNoCircle) {
  int page = 0;
  transport_.SetScript([&](const HttpRequest&) -> std::optional<Reply> {
    ++page;
    return PageOf({"k" + std::to_string(page)}, page < 1000 ? "t" + std::to_string(page) : "");
  });
  EXPECT_EQ(List().value().keys.size(), 1000u);
}

TEST_F(ClientTest, AListWithoutEndIsCutOff) {
  options_.list_bytes_max = 64'000;
  int page = 0;
  transport_.SetScript([&](const HttpRequest&) -> std::optional<Reply> {
    return PageOf({}, "t" + std::to_string(++page));
  });
  EXPECT_EQ(List().error().kind, Kind::kCorrupt);
  EXPECT_EQ(page, 1001);
  page = 0;
  transport_.SetScript([&](const HttpRequest&) -> std::optional<Reply> {
    ++page;
    return PageOf({"k" + std::to_string(page) + std::string(500, 'x')}, std::to_string(page));
  });
  EXPECT_EQ(List().error().kind, Kind::kCorrupt);
  EXPECT_LE(page, 64'000 / 500) << "keys that differ, and are long";
  options_.list_bytes_max = 1'000'000'000;
  options_.call_time_max = std::chrono::seconds(3);
  client_.reset();
  EXPECT_EQ(List().error().kind, Kind::kUnavailable);
}

TEST_F(ClientTest, AListThatRunsOutOfTimeSaysSo) {
  options_.call_time_max = std::chrono::seconds(3);
  int page = 0;
  transport_.SetScript([&](const HttpRequest&) -> std::optional<Reply> {
    if (++page == 2) return HttpReply{.status = 502};  // Overcome.
    return PageOf({}, "t" + std::to_string(page));
  });
  const auto late = List();
  EXPECT_EQ(late.error().kind, Kind::kUnavailable);
  EXPECT_EQ(late.error().message, "out of time");
  EXPECT_EQ(late.error().http_status, 0);
}

// ---- Waiting.

TEST_F(ClientTest, TheLongestTimesDoNotOverflow) {
  options_.call_time_max = Duration::max();
  options_.attempt_time_max = Duration::max();
  EXPECT_TRUE(Put(kSealed).value().IsCommitted());
}

TEST_F(ClientTest, NoCallOutlivesItsDeadline) {
  options_.call_time_max = std::chrono::seconds(45);
  transport_.SetScript([](const HttpRequest&) { return std::nullopt; });
  EXPECT_EQ(Get("a").error().kind, Kind::kUnavailable);
  EXPECT_GT(took_, std::chrono::seconds(30));
  EXPECT_EQ(Put(kSealed).error().kind, Kind::kInDoubt);
}

TEST_F(ClientTest, StormsAreSatOutAndBounded) {
  for (const HttpReply& reply :
       {ErrorReply(429, INTERNAL_SERVER_EXCEPTION),
        With(ErrorReply(503, INTERNAL_SERVER_EXCEPTION), "retry-after", "2"),
        ErrorReply(500, INTERNAL_SERVER_EXCEPTION), HttpReply{.status = 502}}) {
    client_.reset();
    faults_.assign(5, Answer(reply));
    EXPECT_TRUE(Put(kSealed, Expect::Unconditional()).value().IsCommitted());
    const std::size_t before = transport_.requests().size();
    faults_.assign(1000, Answer(reply));
    const auto refused = Get("a");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().http_status, reply.status);
    EXPECT_LE(transport_.requests().size() - before, 12u);
    faults_.clear();
  }
}

TEST_F(ClientTest, RetryAfterIsHonouredAndBounded) {
  faults_ = {Answer(With(ErrorReply(429, INTERNAL_SERVER_EXCEPTION), "Retry-After", "7"))};
  EXPECT_TRUE(Put(kSealed).value().IsCommitted());
  EXPECT_EQ(transport_.waits().back(), std::chrono::seconds(7));

  faults_ = {Answer(With(ErrorReply(429, INTERNAL_SERVER_EXCEPTION), "Retry-After", "99999"))};
  options_.call_time_max = std::chrono::seconds(30);
  client_.reset();
  const auto refused = Get("a");
  ASSERT_FALSE(refused) << "no use waiting: the time would be over";
  EXPECT_EQ(refused.error().kind, Kind::kThrottled);
  EXPECT_LT(took_, std::chrono::seconds(1));
}

// ---- Credentials.

TEST_F(ClientTest, RefusedCredentialsAreReplacedOnce) {
  int tokens = 0;
  credentials_ = TokenCredentials(
      [&](ThenAnswer<std::string> then) {
        then("e30.e30." + std::string(static_cast<std::size_t>(++tokens * 4), 'A'));
      },
      time_.clock());
  faults_ = {Answer(ErrorReply(401, AUTH_EXCEPTION))};
  EXPECT_TRUE(Put(kSealed).value().IsCommitted());
  EXPECT_EQ(tokens, 2);
  faults_.assign(100, Answer(ErrorReply(401, AUTH_EXCEPTION)));
  const auto denied = Get("a");
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().kind, Kind::kDenied);
  EXPECT_EQ(denied.error().server_code, 5);
  EXPECT_EQ(denied.error().attempts, 2);
}

TEST_F(ClientTest, WrongCredentialsAreReportedAtOnce) {
  faults_.assign(100, Answer(ErrorReply(401, AUTH_EXCEPTION)));
  EXPECT_EQ(Get("a").error().attempts, 1);
}

TEST_F(ClientTest, ATokenThatCannotBeHadForAWhileIsWaitedFor) {
  int fetches = 0;
  credentials_ = TokenCredentials(
      [&](ThenAnswer<std::string> then) {
        if (++fetches < 4) {
          return then(Unexpected(Error{.kind = Kind::kUnavailable, .message = "away"}));
        }
        then(std::string("e30.e30.e30"));
      },
      time_.clock());
  EXPECT_TRUE(Put(kSealed).value().IsCommitted());
  EXPECT_EQ(transport_.requests().size(), 1u);
}

TEST_F(ClientTest, CredentialsThatNeverComeDoNotOutlastTheCall) {
  std::vector<ThenAnswer<std::string>> waiting;
  credentials_ = TokenCredentials(
      [&](ThenAnswer<std::string> then) { waiting.push_back(std::move(then)); }, time_.clock());
  EXPECT_EQ(Put(kSealed).error().kind, Kind::kUnavailable);
  EXPECT_GE(took_, options_.call_time_max);
  EXPECT_FALSE(Put(kSealed)) << "the key is free for the next one";
  ASSERT_EQ(waiting.size(), 1u);
  waiting[0](std::string("e30.e30.e30"));
  time_.Run();
  EXPECT_TRUE(transport_.requests().empty()) << "nobody waits any more";
  EXPECT_TRUE(Put(kSealed).value().IsCommitted());
}

TEST_F(ClientTest, CredentialsThatComeAtTheVeryEndAreNotUsed) {
  credentials_ = TokenCredentials(
      [&](ThenAnswer<std::string> then) {
        time_.clock().Advance(options_.call_time_max);
        then(std::string("e30.e30.e30"));
      },
      time_.clock());
  EXPECT_EQ(Put(kSealed).error().kind, Kind::kUnavailable);
  EXPECT_TRUE(transport_.requests().empty());
}

// ---- Order, and the end.

TEST_F(ClientTest, WritesOfAKeyAreAppliedInTheOrderOfTheCalls) {
  std::vector<int> order;
  faults_ = {Lost(Reached::kMaybe), Silence()};
  for (int i = 0; i < 5; ++i) {
    client().Put({"a", kSealed + std::to_string(i)}, [&order, i](const auto& outcome) {
      EXPECT_TRUE(outcome.value().IsCommitted());
      order.push_back(i);
    });
  }
  time_.Run();
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(server_.records["a"].value(), kSealed + "4");
  EXPECT_EQ(server_.records["a"].version(), 5);
}

TEST_F(ClientTest, ManyWritesThatFailAtOnceDoNotDigAHole) {
  credentials_ = TokenCredentials(
      [](ThenAnswer<std::string> then) {
        then(Unexpected(Error{.kind = Kind::kDenied, .message = "no"}));
      },
      time_.clock());
  options_.calls_max = 100'000;
  int denied = 0;
  std::function<void(int)> put = [&](int left) {
    client().Put({"a", kSealed}, [&, left](const auto& outcome) {
      denied += outcome.error().kind == Kind::kDenied;
      if (left > 0 && left % 2 == 0) put(left - 1);
    });
  };
  for (int i = 0; i < 20'000; ++i) put(i);
  EXPECT_EQ(denied, 30'000 - 1);
}

// Answers before Send returns.
class PromptTransport final : public Transport {
 public:
  explicit PromptTransport(std::function<HttpReply()> script) : script_(std::move(script)) {}
  void Send(HttpRequest, Then<HttpReply, TransportFailure> then) override { then(script_()); }
  void Wait(Duration, Then<Done> then) override { then(Done{}); }

 private:
  const std::function<HttpReply()> script_;
};

TEST_F(ClientTest, AListOfManyPagesThatComeAtOnceDoesNotDigAHole) {
  int page = 0;
  PromptTransport prompt(
      [&] { return PageOf({}, ++page < 100'000 ? "t" + std::to_string(page) : ""); });
  client_ = Client::Make(options_, credentials_, prompt, time_.clock(), entropy_).value();
  EXPECT_TRUE(List());
  EXPECT_EQ(page, 100'000);
}

TEST_F(ClientTest, TakesNoMoreCallsThanAgreed) {
  options_.calls_max = 3;
  int overloaded = 0;
  for (int i = 0; i < 5; ++i) {
    client().Get("a", [&](const auto& record) {
      overloaded += !record && record.error().kind == Kind::kOverloaded;
    });
  }
  time_.Run();
  EXPECT_EQ(overloaded, 2);
  EXPECT_TRUE(Get("a"));
}

TEST_F(ClientTest, EveryCallIsAnsweredWhenTheClientGoes) {
  faults_.assign(1, Lost(Reached::kMaybe));
  int answers = 0;
  for (int i = 0; i < 5; ++i) client().Put({"a", kSealed}, [&](const auto&) { ++answers; });
  client().Get("b", [&](const auto&) { ++answers; });
  client_.reset();
  EXPECT_EQ(answers, 4) << "those that waited";
  time_.Run();
  EXPECT_EQ(answers, 6);
}

TEST_F(ClientTest, AKeyStandsOnceInAWrite) {
  EXPECT_EQ(Commit({.writes = {{"a", "1"}, {"a", "2"}}}).error().kind, Kind::kInvalid);
  EXPECT_EQ(Commit({.writes = {{"a", "1"}}, .removes = {{"a"}}}).error().kind, Kind::kInvalid);
  EXPECT_TRUE(transport_.requests().empty());
}

TEST_F(ClientTest, OnlyTheVersionsThatThereAreCanBeReplaced) {
  // -1 is what the protocol calls unconditional, and what LDK Node seals: it must not stray in.
  for (const Version version : {Version{-2}, Version{-1}, Version{0}, INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(Put(kSealed, Expect::At(version)).error().kind, Kind::kInvalid) << version;
    EXPECT_EQ(Delete(Expect::At(version)).error().kind, Kind::kInvalid) << version;
  }
  EXPECT_EQ(Commit({.global_version = Expect::At(-1)}).error().kind, Kind::kInvalid);
  EXPECT_TRUE(transport_.requests().empty());

  server_.Set("a", kVersionMax, kTheirs);
  ASSERT_EQ(Get("a").value()->version, kVersionMax);
  EXPECT_TRUE(Put(kSealed).value().IsCommitted());
  EXPECT_EQ(Put(kSealed).error().kind, Kind::kInvalid) << "no version is left";
}

TEST_F(ClientTest, TheVersionOfTheStoreIsNoRecord) {
  const std::string key = kGlobalVersionKey;
  EXPECT_EQ(Commit({.writes = {{key, "lost"}}}).error().kind, Kind::kInvalid);
  EXPECT_EQ(Commit({.removes = {{key, Expect::At(1)}}}).error().kind, Kind::kInvalid);
  const auto deleted =
      Run<WriteOutcome>([&](auto then) { client().Delete({key}, std::move(then)); });
  EXPECT_EQ(deleted.error().kind, Kind::kInvalid);
  EXPECT_TRUE(transport_.requests().empty());
  EXPECT_TRUE(Commit({.global_version = Expect::Known()}).value().IsCommitted());
  EXPECT_EQ(Get(key).value()->version, 1);
}

}  // namespace
}  // namespace vss::client
