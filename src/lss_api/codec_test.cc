#include "lss_api/codec.h"

#include <gtest/gtest.h>

#include "lss_api/test_vectors.h"

namespace vss::lss_api {
namespace {

using testing::BytesFromHex;
using testing::HexFrom;
using testing::RecordsFrom;

class LssCodec : public ::testing::Test {
 protected:
  std::string Bytes(const char* name) const { return BytesFromHex(vectors_.at(name)); }

  const nlohmann::json vectors_ = testing::LssVectors("messages");
  const Auth auth_ = {Bytes("client_id"), Bytes("token")};
};

// Every message of the vectors means what it should, and is what we write for that.

TEST_F(LssCodec, PutRequest) {
  const auto request = DecodePutRequest(Bytes("put_request"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->auth->client_id, auth_.client_id);
  EXPECT_EQ(request->auth->token, auth_.token);
  EXPECT_EQ(request->items, (std::vector<Record>{{"xx1", 0, "\x11"}}));
  EXPECT_EQ(request->hmac.size(), 32u);
  EXPECT_EQ(HexFrom(Encode(*request)), vectors_.at("put_request").get<std::string>());
}

TEST_F(LssCodec, PutReplies) {
  const auto done = DecodePutReply(Bytes("put_reply_ok"));
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->success);
  EXPECT_TRUE(done->conflicts.empty());
  EXPECT_EQ(HexFrom(Encode(*done)), vectors_.at("put_reply_ok").get<std::string>());

  const auto conflict = DecodePutReply(Bytes("put_reply_conflict"));
  ASSERT_TRUE(conflict);
  EXPECT_FALSE(conflict->success);
  EXPECT_EQ(conflict->hmac, "");
  EXPECT_EQ(conflict->conflicts, RecordsFrom(vectors_.at("put_reply_conflict_kvs")));
  EXPECT_EQ(HexFrom(Encode(*conflict)), vectors_.at("put_reply_conflict").get<std::string>());
}

TEST_F(LssCodec, Get) {
  const auto request = DecodeGetRequest(Bytes("get_request"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->key_prefix, "xx");
  EXPECT_EQ(request->nonce.size(), 32u);
  EXPECT_EQ(HexFrom(Encode(*request)), vectors_.at("get_request").get<std::string>());

  const auto reply = DecodeGetReply(Bytes("get_reply"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->items, (std::vector<Record>{{"xx1", 0, "\x11"}}));
  EXPECT_EQ(HexFrom(Encode(*reply)), vectors_.at("get_reply").get<std::string>());

  const auto empty = DecodeGetReply(Bytes("get_reply_empty"));
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->items.empty());
  EXPECT_EQ(HexFrom(Encode(*empty)), vectors_.at("get_reply_empty").get<std::string>());
}

TEST_F(LssCodec, InfoAndPing) {
  const auto info = DecodeInfoReply(Bytes("info_reply"));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->version, kProtocolVersion);
  EXPECT_EQ(info->server_id.size(), 33u);
  EXPECT_EQ(HexFrom(Encode(*info)), vectors_.at("info_reply").get<std::string>());
  EXPECT_EQ(HexFrom(Encode(Ping{"hello"})), vectors_.at("ping_request_hello").get<std::string>());
  EXPECT_EQ(DecodePing(Bytes("ping_request_hello"))->message, "hello");
}

TEST_F(LssCodec, WhatIsNoMessageIsInvalid) {
  EXPECT_EQ(DecodeGetRequest("\x12").error().kind, Kind::kInvalid);
  EXPECT_EQ(DecodeGetRequest("\x12\x01\xff").error().kind, Kind::kInvalid) << "not UTF-8";
  EXPECT_EQ(DecodePutRequest("\x12\x7f").error().kind, Kind::kInvalid);
}

TEST_F(LssCodec, NothingIsAnEmptyRequest) {
  EXPECT_FALSE(DecodeGetRequest("")->auth);
  EXPECT_FALSE(DecodePutRequest("")->auth);
}

TEST_F(LssCodec, UnknownFieldsAreSkipped) {
  EXPECT_EQ(DecodePing("\x0a\x01x\x78\x01")->message, "x");
}

TEST_F(LssCodec, AMillionEmptyItemsAreNotMade) {
  std::string bytes;
  for (std::size_t i = 0; i <= kItemsMax + 10; ++i) bytes += std::string("\x12\x00", 2);
  EXPECT_EQ(DecodePutRequest(bytes).error().message, "more than 10000 items in one put");
  for (const std::string item : {"\x0a", "\x52"}) {
    bytes.clear();
    for (std::size_t i = 0; i <= kReplyItemsMax; ++i) bytes += item + '\0';
    const auto reply_failure = item == "\x0a" ? DecodeGetReply(bytes).error().message
                                              : DecodePutReply(bytes).error().message;
    EXPECT_EQ(reply_failure, "more than 200000 items in one reply");
  }
}

}  // namespace
}  // namespace vss::lss_api
