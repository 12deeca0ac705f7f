// Somebody in between: has the client's token, which it needs to pass messages on, but not the
// secret.  What it can do within the protocol, and that the client notices.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lss_api/codec.h"
#include "lss_client/sealed_value.h"
#include "tests/lss/in_process.h"

namespace vss::testing {
namespace {

using lss_api::Operation;
using lss_client::TransportReply;

class Liar : public ::testing::TestWithParam<bool> {
 protected:
  static constexpr std::size_t kVersionBytes = 8;

  Liar() : client_(MakeSession(), path_, entropy_) {}

  lss_client::Session MakeSession(const lss_client::Ledger& ledger = {}) {
    std::optional<crypto::Secret<32>> value_secret;
    if (GetParam()) value_secret.emplace();
    return *lss_client::Session::Make(key_, server_.ServerId(), std::move(value_secret), ledger);
  }

  void Put(std::vector<Record> items) {
    const auto outcome = client_.Put(std::move(items));
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_TRUE(outcome->IsStored());
  }
  void ExpectLieIsNoticed(const std::string& prefix) {
    const auto found = client_.Get(prefix);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, Kind::kCorrupt);
  }
  // Lies about calls of one kind: `change` gets what would have been sent, or received.
  template <typename Request, typename Decode>
  void ChangeRequests(Operation which, Decode decode, std::function<void(Request&)> change) {
    path_.meddle = [=](Operation operation, const std::string& bytes,
                       const Path::Forward& forward) {
      if (operation != which) return forward(bytes);
      auto request = decode(bytes);
      EXPECT_TRUE(request);
      change(*request);
      return forward(lss_api::Encode(*request));
    };
  }
  void ChangePuts(const std::function<void(lss_api::PutRequest&)>& change) {
    ChangeRequests<lss_api::PutRequest>(Operation::kPut, &lss_api::DecodePutRequest, change);
  }
  void ChangeGets(const std::function<void(lss_api::GetRequest&)>& change) {
    ChangeRequests<lss_api::GetRequest>(Operation::kGet, &lss_api::DecodeGetRequest, change);
  }
  void ChangeGetReplies(std::function<void(lss_api::GetReply&)> change) {
    path_.meddle = [=](Operation, const std::string& bytes, const Path::Forward& forward) {
      TransportReply reply = forward(bytes);
      auto decoded = lss_api::DecodeGetReply(reply.body);
      EXPECT_TRUE(decoded);
      change(*decoded);
      reply.body = lss_api::Encode(*decoded);
      return reply;
    };
  }
  void AnswerPutsWith(lss_api::PutReply reply) {
    path_.meddle = [reply](Operation, const std::string&, const Path::Forward&) {
      return TransportReply{.body = lss_api::Encode(reply)};
    };
  }
  void BeHonest() { path_.meddle = nullptr; }

  SystemEntropy entropy_;
  const crypto::SigningKey key_ = RandomKey();
  InProcessLss server_;
  Path path_{server_};
  lss_client::Client client_;
};

INSTANTIATE_TEST_SUITE_P(With, Liar, ::testing::Bool(), [](const auto& with) {
  return std::string(with.param ? "SealedValues" : "PlainValues");
});

// Neighbours become one: the first key, and a value that holds all the rest.  Both HMACs stay.
void Swallow(std::vector<Record>& items) {
  while (items.size() > 1) {
    const Record& next = items[1];
    std::string version(8, '\0');
    for (int i = 0; i < 8; ++i) {
      version[static_cast<std::size_t>(i)] = static_cast<char>(next.version >> (56 - 8 * i));
    }
    items[0].value += next.key + version + next.value;
    items.erase(items.begin() + 1);
  }
}

TEST_P(Liar, WhoSwallowsRecordsOfAPut) {
  Put({{"channel/1", 0, "old"}, {"node", 0, "old"}});
  ChangePuts([](auto& put) { Swallow(put.items); });
  Put({{"channel/1", 1, "new"}, {"node", 1, "new"}});  // The receipt is right...
  BeHonest();
  ExpectLieIsNoticed("node");  // ... and the record is not there.
  ExpectLieIsNoticed("");
}

TEST_P(Liar, WhoSwallowsRecordsOfAReply) {
  Put({{"a", 0, "x"}, {"b", 0, "y"}});
  ChangeGetReplies([](auto& reply) { Swallow(reply.items); });
  ExpectLieIsNoticed("");
}

TEST_P(Liar, WhoAsksForAnotherPrefix) {
  Put({{"channel/1", 0, "x"}, {"node/1", 0, "y"}});
  for (const std::string other : {"node/", "nothing", "channel/10", ""}) {
    ChangeGets([other](auto& get) { get.key_prefix = other; });
    ExpectLieIsNoticed("channel/");
  }
}

TEST_P(Liar, WhoAnswersWithAnOldReply) {
  Put({{"a", 0, "x"}});
  std::string old;
  path_.meddle = [&](Operation, const std::string& bytes, const Path::Forward& forward) {
    TransportReply reply = forward(bytes);
    old = reply.body;
    return reply;
  };
  ASSERT_TRUE(client_.Get(""));
  path_.meddle = [&](Operation, const std::string&, const Path::Forward&) {
    return TransportReply{.body = old};
  };
  ExpectLieIsNoticed("");
}

TEST_P(Liar, WhoChangesAReply) {
  Put({{"a", 0, "x"}, {"b", 0, "y"}});
  const std::vector<std::function<void(lss_api::GetReply&)>> changes = {
      [](auto& reply) { reply.items.pop_back(); },
      [](auto& reply) { reply.items.clear(); },
      [](auto& reply) { reply.items.push_back(reply.items.back()); },
      [](auto& reply) { std::swap(reply.items[0], reply.items[1]); },
      [](auto& reply) { reply.items[0].version++; },
      [](auto& reply) { reply.items[0].value += "x"; },
      [](auto& reply) { reply.hmac.clear(); },
      [](auto& reply) { reply.hmac.pop_back(); },
  };
  for (const auto& change : changes) {
    ChangeGetReplies(change);
    ExpectLieIsNoticed("");
  }
}

TEST_P(Liar, WhoAcknowledgesAPutThatItDropped) {
  Put({{"a", 0, "x"}});
  lss_api::PutReply earlier;
  path_.meddle = [&](Operation, const std::string& bytes, const Path::Forward& forward) {
    TransportReply reply = forward(bytes);
    earlier = lss_api::DecodePutReply(reply.body).value();
    return reply;
  };
  Put({{"a", 1, "y"}});
  for (const std::string& hmac : {earlier.hmac, std::string(), std::string(32, '\0')}) {
    AnswerPutsWith({true, hmac, {}});
    const auto outcome = client_.Put({{"a", 2, "z"}});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Kind::kCorrupt);
  }
}

// The one acknowledgement that can be forged: of an item that fits a nonce.  The server answers a
// get of nothing with the HMAC over the nonce, which may look like a put.
TEST(LiarWithANonce, WhoForgesAReceiptIsNoticedAtTheNextGet) {
  InProcessLss server;
  Path path(server);
  SystemEntropy entropy;
  const crypto::SigningKey key = RandomKey();
  lss_client::Client client(*lss_client::Session::Make(key, server.ServerId(), std::nullopt), path,
                            entropy);
  path.meddle = [&](Operation, const std::string& bytes, const Path::Forward&) {
    const auto put = lss_api::DecodePutRequest(bytes).value();
    const std::string nonce = "\x02_WRITER" + std::string(8, '\0') + put.items.front().value;
    const TransportReply got = server.Call(
        Operation::kGet, lss_api::Encode(lss_api::GetRequest{put.auth, "nobody", nonce}));
    const std::string hmac = lss_api::DecodeGetReply(got.body).value().hmac;
    return TransportReply{.body = lss_api::Encode(lss_api::PutReply{true, hmac, {}})};
  };
  const auto outcome = client.Put({{"_WRITER", 0, std::string(16, 'w')}});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->IsStored()) << "nothing shows yet that it is not";
  path.meddle = nullptr;
  const auto found = client.Get("_WRITER");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, Kind::kCorrupt);
}

TEST_P(Liar, WhoMakesConflictsUp) {
  Put({{"a", 0, "x"}});
  Put({{"a", 1, "y"}});
  const std::vector<std::vector<Record>> conflicts = {
      {},               // None at all.
      {{"b", 4, "?"}},  // Of a key that was not put.
      {{"a", 0, "x"}},  // Older than what is known to be there.
      {{"a", -1, ""}},  // Gone.
      {{"a", -2, ""}},  // What is no version.
  };
  for (const auto& conflict : conflicts) {
    AnswerPutsWith({false, "", conflict});
    const auto outcome = client_.Put({{"a", 2, "z"}});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Kind::kCorrupt);
  }
  // One that stands in nobody's way: perhaps it has only gone meanwhile.
  path_.meddle = [&](Operation, const std::string& bytes, const Path::Forward&) {
    const auto put = lss_api::DecodePutRequest(bytes).value();
    Record present = put.items.front();
    if (GetParam()) present.value = lss_client::SealValue({}, "a", 1, "y");
    return TransportReply{
        .body = lss_api::Encode(lss_api::PutReply{false, "", {{"a", 1, present.value}}})};
  };
  EXPECT_EQ(client_.Put({{"a", 2, "z"}}).error().kind, Kind::kInDoubt);
  if (!GetParam()) return;
  AnswerPutsWith({false, "", {{"a", 5, std::string(40, '?')}}});
  EXPECT_FALSE(client_.Put({{"a", 2, "z"}})) << "a sealed value proves itself";
}

TEST_P(Liar, WhoTalksNonsense) {
  path_.meddle = [](Operation, const std::string&, const Path::Forward&) {
    return TransportReply{.body = "\x0a\x7f"};
  };
  EXPECT_EQ(client_.Put({{"a", 0, "x"}}).error().kind, Kind::kCorrupt);
  EXPECT_EQ(client_.Get("").error().kind, Kind::kCorrupt);
}

TEST_P(Liar, WhoPassesForTheServer) {
  InProcessLss other;
  Path path(other);
  lss_client::Client client(MakeSession(), path, entropy_);
  EXPECT_FALSE(client.Put({{"a", 0, "x"}}));
  EXPECT_FALSE(client.Get(""));
}

TEST_P(Liar, WhoRollsTheServerBackWhileTheClientIsOff) {
  Put({{"a", 0, "x"}});
  Put({{"a", 1, "y"}});
  const lss_client::Ledger kept(client_.session().ledger().Versions());
  InProcessLss empty;
  Path path(empty);
  lss_client::Client fresh(*lss_client::Session::Make(key_, empty.ServerId(), std::nullopt, kept),
                           path, entropy_);
  const auto found = fresh.Get("");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, Kind::kCorrupt);
}

// Replies come in any order, and each says what was true when the server had the request.
TEST_P(Liar, IsNotFoundInCallsUnderWayAtOnce) {
  lss_client::Session session = MakeSession();
  const auto answer = [&](Operation operation, const auto& call) {
    return server_.Call(operation, call.Request()).body;
  };
  const auto put = [&](Version version) { return *session.Put({{"a", version, "x"}}); };
  auto first = put(0);
  ASSERT_TRUE(first.OnReply(answer(Operation::kPut, first)));

  auto get = session.Get("", entropy_);
  auto second = put(1);
  auto conflicting = put(5);
  const std::string before = answer(Operation::kGet, get);
  const std::string conflict = answer(Operation::kPut, conflicting);
  ASSERT_TRUE(second.OnReply(answer(Operation::kPut, second)));
  const auto found = get.OnReply(before);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, (std::vector<Record>{{"a", 0, "x"}}));
  const auto outcome = conflicting.OnReply(conflict);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->conflicts, (std::vector<Record>{{"a", 0, "x"}}));

  EXPECT_EQ(session.ledger().Versions().at("a"), 1) << "nothing is forgotten";
  EXPECT_EQ(session.Get("", entropy_).OnReply(before).error().kind, Kind::kCorrupt);
}

TEST_P(Liar, IsNotFoundInHonestWork) {
  Put({{"b", 0, "x"}, {"a", 0, "y"}});
  Put({{"a", 1, ""}});
  const auto found = client_.Get("");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector<Record>{{"a", 1, ""}, {"b", 0, "x"}}));
  lss_client::Client other(MakeSession(), path_, entropy_);
  const auto outcome = other.Put({{"a", 1, "z"}, {"c", 3, "z"}});
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->conflicts, (std::vector<Record>{{"a", 1, ""}, {"c", -1, ""}}));
  EXPECT_EQ(other.Put({{"a", 2, ""}, {"a", 2, ""}}).error().kind, Kind::kInvalid);
}

}  // namespace
}  // namespace vss::testing
