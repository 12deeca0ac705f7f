#include "service/lss_service.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/manual_clock.h"
#include "crypto/hex.h"
#include "lss_api/codec.h"
#include "lss_api/receipt.h"
#include "lss_api/test_vectors.h"
#include "store/memory/memory_store.h"
#include "vss/await.h"

namespace vss::service {
namespace {

using lss_api::Answer;
using lss_api::Code;
using lss_api::Operation;
using testing::BytesFromHex;
using testing::HexFrom;

constexpr const char* kClientSecret =
    "0101010101010101010101010101010101010101010101010101010101010101";
constexpr const char* kServerSecret =
    "0202020202020202020202020202020202020202020202020202020202020202";

crypto::SigningKey KeyFrom(const std::string& secret_hex) {
  SystemEntropy entropy;
  return crypto::SigningKey::Make(testing::SecretFromHex(secret_hex), entropy).value();
}

class LssServiceTest : public ::testing::Test {
 protected:
  Answer Call(Operation operation, const std::string& body, Deadline deadline = Deadline::Never()) {
    auto call = service().Admit(operation, "192.0.2.1", body);
    if (!call) return lss_api::AnswerTo(call.error());
    auto answer = Await<Answer>(
        [&](auto then) { service().Serve(*std::move(call), deadline, std::move(then)); });
    return answer ? *answer : lss_api::AnswerTo(answer.error());
  }

  lss_api::PutRequest PutOf(std::vector<Record> items) {
    std::string hmac = lss_api::PutRequestHmac(key_.secret, items);
    return {auth_, std::move(items), std::move(hmac)};
  }
  Answer Put(std::vector<Record> items) {
    return Call(Operation::kPut, lss_api::Encode(PutOf(std::move(items))));
  }
  Answer Get(const std::string& prefix) {
    return Call(Operation::kGet, lss_api::Encode(lss_api::GetRequest{auth_, prefix, nonce_}));
  }
  std::vector<Record> ItemsUnder(const std::string& prefix) {
    const Answer answer = Get(prefix);
    EXPECT_EQ(answer.code, Code::kOk) << answer.message;
    const auto reply = lss_api::DecodeGetReply(answer.body).value();
    EXPECT_EQ(reply.hmac, lss_api::GetReplyHmac(key_.secret, nonce_, reply.items));
    return reply.items;
  }
  std::vector<Record> ConflictsOf(std::vector<Record> items) {
    const Answer answer = Put(std::move(items));
    EXPECT_EQ(answer.code, Code::kOk) << "a conflict is an answer";
    EXPECT_EQ(answer.http_status, 409);
    const auto reply = lss_api::DecodePutReply(answer.body).value();
    EXPECT_FALSE(reply.success);
    EXPECT_EQ(reply.hmac, "");
    return reply.conflicts;
  }
  void Expect(const Answer& answer, Code code, const std::string& message) {
    EXPECT_EQ(answer.code, code);
    EXPECT_EQ(answer.message, message);
  }

  LssService& service() {
    if (!service_) {
      service_ =
          std::make_unique<LssService>(options_, verifier_, admission_, store_, observer_, clock_);
    }
    return *service_;
  }

  LssOptions options_;  // May be changed before the first call.
  SystemEntropy entropy_;
  ManualClock clock_;
  NoLimitObserver observer_;
  Admission admission_{{}, clock_, entropy_, observer_};
  store::MemoryStore store_{clock_};
  auth::SharedKeyVerifier verifier_{KeyFrom(kServerSecret), 10, entropy_};
  const crypto::SigningKey client_ = KeyFrom(kClientSecret);
  const auth::SharedKey key_ = auth::MakeSharedKey(client_, verifier_.ServerId()).value();
  const lss_api::Auth auth_ = {std::string(TextOf(client_.PublicKey())),
                               std::string(TextOf(key_.token))};
  const std::string nonce_ = std::string(32, 'n');
  std::unique_ptr<LssService> service_;
};

TEST_F(LssServiceTest, AnswersASessionByteForByte) {
  const auto session = testing::LssVectors("cli_session");
  const auto exchange = [&](Operation operation, const char* request) {
    return HexFrom(Call(operation, BytesFromHex(session.at(request))).body);
  };
  EXPECT_EQ(exchange(Operation::kPut, "put_request"), session.at("put_reply").get<std::string>());
  EXPECT_EQ(exchange(Operation::kPut, "put_request"),
            session.at("second_put_reply_conflict").get<std::string>());
  EXPECT_EQ(exchange(Operation::kGet, "get_request"), session.at("get_reply").get<std::string>());
}

TEST_F(LssServiceTest, SaysWhoItIsToAnybody) {
  const auto vectors = testing::LssVectors("messages");
  EXPECT_EQ(HexFrom(Call(Operation::kInfo, "").body), vectors.at("info_reply").get<std::string>());
  EXPECT_EQ(HexFrom(Call(Operation::kPing, BytesFromHex(vectors.at("ping_request_hello"))).body),
            vectors.at("ping_request_hello").get<std::string>());
  Expect(Call(Operation::kPing, lss_api::Encode(lss_api::Ping{std::string(5000, 'x')})),
         Code::kInvalidArgument, "a ping is at most 4096 bytes long");
}

TEST_F(LssServiceTest, VersionsGoUpByOneAndNeverBack) {
  EXPECT_EQ(Put({{"a", 0, "x"}}).http_status, 200);
  EXPECT_EQ(Put({{"a", 1, "y"}}).http_status, 200);
  const std::vector<Record> present = {{"a", 1, "y"}};
  for (const Version version : {Version{0}, Version{1}, Version{3}, Version{-1}}) {
    EXPECT_EQ(ConflictsOf({{"a", version, "z"}}), present) << version;
  }
  EXPECT_EQ(ConflictsOf({{"new", 1, "z"}}), (std::vector<Record>{{"new", -1, ""}}));
  EXPECT_EQ(ItemsUnder(""), present);
}

TEST_F(LssServiceTest, WhatIsTooLateIsNotBegun) {
  const Deadline passed{clock_.Steady() - std::chrono::nanoseconds(1)};
  const auto put = lss_api::Encode(PutOf({{"a", 0, "x"}}));
  EXPECT_EQ(Call(Operation::kPut, put, passed).code, Code::kUnavailable);
  EXPECT_TRUE(ItemsUnder("").empty());
}

TEST_F(LssServiceTest, OneConflictAndNothingIsWritten) {
  EXPECT_EQ(Put({{"b", 0, "x"}}).http_status, 200);
  EXPECT_EQ(ConflictsOf({{"a", 0, "x"}, {"b", 0, "y"}, {"c", 5, "z"}}),
            (std::vector<Record>{{"b", 0, "x"}, {"c", -1, ""}}));
  EXPECT_EQ(ItemsUnder(""), (std::vector<Record>{{"b", 0, "x"}}));
}

TEST_F(LssServiceTest, ManyConflictsAreShownInTheOrderOfThePut) {
  std::vector<Record> items;
  for (char c = 'A'; c <= 'z'; ++c) items.push_back({std::string(1, c), 0, std::string(1, c)});
  EXPECT_EQ(Put(items).http_status, 200);
  EXPECT_EQ(ConflictsOf(items), items);
}

TEST_F(LssServiceTest, ReadsWhatBeginsWithThePrefixInBytewiseOrder) {
  EXPECT_EQ(Put({{"_WRITER", 0, "w"}, {"node/1", 0, "n"}, {"node/2", 0, ""}, {"xWRITER", 0, "x"}})
                .http_status,
            200);
  EXPECT_EQ(ItemsUnder("node/"), (std::vector<Record>{{"node/1", 0, "n"}, {"node/2", 0, ""}}));
  EXPECT_EQ(ItemsUnder("_"), (std::vector<Record>{{"_WRITER", 0, "w"}})) << "not a wildcard";
  EXPECT_EQ(ItemsUnder("nobody"), std::vector<Record>{});
}

TEST_F(LssServiceTest, AnEmptyPutSucceeds) { EXPECT_EQ(Put({}).http_status, 200); }

TEST_F(LssServiceTest, LooksAtTheRequestInTheOrderOfDeployedServers) {
  lss_api::PutRequest put = PutOf({{"b", 0, ""}, {"a", 0, ""}});
  const auto answer = [&] { return Call(Operation::kPut, lss_api::Encode(put)); };
  put.auth->token[0] ^= 1;
  put.hmac[0] ^= 1;
  auto auth = std::exchange(put.auth, std::nullopt);
  Expect(answer(), Code::kInvalidArgument, "missing auth");
  put.auth = auth;
  Expect(answer(), Code::kInvalidArgument, "keys are not sorted");
  std::swap(put.items[0], put.items[1]);
  Expect(answer(), Code::kInvalidArgument, "invalid auth token");
  put.auth->client_id[0] = 9;
  Expect(answer(), Code::kUnauthenticated, "invalid client id");
  put.auth = auth_;
  Expect(answer(), Code::kInvalidArgument, "invalid client HMAC");
  put.hmac[0] ^= 1;
  // What it was made for is the other order.
  Expect(answer(), Code::kInvalidArgument, "invalid client HMAC");
  Expect(Call(Operation::kPut, "\xff"), Code::kInvalidArgument, "not a message of this call");
}

TEST_F(LssServiceTest, ClientsNeverMeet) {
  EXPECT_EQ(Put({{"a", 0, "x"}}).http_status, 200);
  const crypto::SigningKey other = KeyFrom(std::string(64, '3'));
  const auto key = auth::MakeSharedKey(other, verifier_.ServerId());
  const lss_api::GetRequest request{
      lss_api::Auth{std::string(TextOf(other.PublicKey())), std::string(TextOf(key->token))}, "",
      nonce_};
  const auto reply = lss_api::DecodeGetReply(Call(Operation::kGet, lss_api::Encode(request)).body);
  EXPECT_TRUE(reply->items.empty());
  EXPECT_EQ(reply->hmac, lss_api::GetReplyHmac(key->secret, nonce_, {}));
}

TEST_F(LssServiceTest, AReplyOverTheLimitIsRefusedAndNamesIt) {
  options_.reply_bytes_max = 1000;
  EXPECT_EQ(Put({{"a", 0, std::string(600, 'x')}}).http_status, 200);
  EXPECT_EQ(Put({{"b", 0, std::string(600, 'x')}}).http_status, 200);
  EXPECT_EQ(ItemsUnder("a").size(), 1u);
  for (const Answer& answer : {Get(""), Put({{"a", 0, ""}, {"b", 0, ""}})}) {
    EXPECT_EQ(answer.code, Code::kResourceExhausted);
    EXPECT_NE(answer.message.find("larger than 1000 bytes"), std::string::npos) << answer.message;
  }
  // What fits as keys and values may still not fit as a message.
  EXPECT_EQ(Put({{"c", 0, std::string(990, 'x')}}).http_status, 200);
  EXPECT_EQ(Get("c").code, Code::kResourceExhausted);
}

TEST_F(LssServiceTest, QuotasCount) {
  options_.allowance.keys_max = 1;
  options_.limits.value_bytes_max = 10;
  Expect(Put({{"a", 0, std::string(11, 'x')}}), Code::kInvalidArgument,
         "a value is longer than 10 bytes");
  EXPECT_EQ(Put({{"a", 0, "x"}}).http_status, 200);
  Expect(Put({{"b", 0, "x"}}), Code::kResourceExhausted, "quota exceeded: number of keys");
  EXPECT_EQ(Put({{"a", 1, "x"}}).http_status, 200);
}

// What whoever has a client's token can do without the secret, and what it takes to prevent that.
class LssForgery : public LssServiceTest {
 protected:
  // Has the server prove `items` as a put: what follows the first 32 bytes of the proof must be
  // the records under `prefix`.
  void Forge(const std::vector<Record>& items, const std::string& prefix) {
    std::string proved = "\x01";
    for (const auto& [key, version, value] : items) {
      proved.append(key).append(TextOf(lss_api::VersionBytes(version))).append(value);
    }
    const lss_api::GetRequest get{auth_, prefix, proved.substr(0, 32)};
    got_ = Call(Operation::kGet, lss_api::Encode(get));
    if (got_.code != Code::kOk) return;
    const std::string hmac = lss_api::DecodeGetReply(got_.body).value().hmac;
    put_ = Call(Operation::kPut, lss_api::Encode(lss_api::PutRequest{auth_, items, hmac}));
  }

  Answer got_;
  Answer put_;
};

TEST_F(LssForgery, AnItemThatFitsANonceIsStored) {
  const Record forged = {"_WRITER", 0, std::string(16, 'w')};
  Forge({forged}, "nobody");
  EXPECT_EQ(put_.http_status, 200) << put_.message;
  EXPECT_EQ(ItemsUnder(""), std::vector<Record>{forged});
}

TEST_F(LssForgery, AnItemThatEndsInWhatIsThereIsStored) {
  const Record there = {"node", 0, std::string(19, 'n')};
  EXPECT_EQ(Put({there}).http_status, 200);
  const Record forged = {
      "channel", 0, std::string(16, 'c') + "node" + std::string(8, '\0') + std::string(19, 'n')};
  Forge({forged}, "node");
  EXPECT_EQ(put_.http_status, 200) << put_.message;
  EXPECT_EQ(ItemsUnder(""), (std::vector<Record>{forged, there}));
}

TEST_F(LssForgery, IsImpossibleWhereUnsafeNoncesAreRefused) {
  options_.limits.refuse_unsafe_nonces = true;
  Forge({{"_WRITER", 0, std::string(16, 'w')}}, "nobody");
  Expect(got_, Code::kInvalidArgument, "the nonce begins like a put; draw another");
}

TEST_F(LssServiceTest, AnOracleForPutsIsNotOpenedFurtherThanItMustBe) {
  // A nonce may be as long as clients make it, and no longer: each byte more would let whoever has
  // the token forge larger puts.
  lss_api::GetRequest request{auth_, "nobody", "\x01" + std::string(40, 'x')};
  Expect(Call(Operation::kGet, lss_api::Encode(request)), Code::kInvalidArgument,
         "the nonce is not 32 bytes long");
}

}  // namespace
}  // namespace vss::service
