#include "vss_api/codec.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "vss_api/answer.h"

namespace vss::vss_api {
namespace {

std::string FromHex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  return bytes;
}

std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex.push_back("0123456789abcdef"[static_cast<unsigned char>(c) >> 4]);
    hex.push_back("0123456789abcdef"[static_cast<unsigned char>(c) & 15]);
  }
  return hex;
}

std::string HexOf(const GetResponseBytes& bytes) { return ToHex(bytes.head + bytes.value); }

TEST(DecodeGet, ReadsStoreAndKey) {
  const auto request = DecodeGetRequest(FromHex("0a0773746f7265496412026b31"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->store_id, "storeId");
  EXPECT_EQ(request->key, "k1");
}

TEST(DecodeGet, AnEmptyBodyIsTheEmptyRequest) {
  const auto request = DecodeGetRequest("");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->store_id, "");
  EXPECT_EQ(request->key, "");
}

TEST(DecodePut, ReadsItemsDeletesAndGlobalVersion) {
  const auto request = DecodePutRequest(FromHex("0a017310001a060a01611a017822050a01621003"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->store_id, "s");
  EXPECT_EQ(request->global_version, 0);
  ASSERT_EQ(request->puts.size(), 1u);
  EXPECT_EQ(request->puts[0].key, "a");
  EXPECT_EQ(request->puts[0].version, 0);
  EXPECT_EQ(request->puts[0].value, "x");
  ASSERT_EQ(request->deletes.size(), 1u);
  EXPECT_EQ(request->deletes[0].key, "b");
  EXPECT_EQ(request->deletes[0].version, 3);
}

TEST(DecodePut, TellsAnAbsentGlobalVersionFromZero) {
  EXPECT_EQ(DecodePutRequest("")->global_version, std::nullopt);
  EXPECT_EQ(DecodePutRequest(FromHex("0a01731000"))->global_version, 0);
  EXPECT_EQ(DecodePutRequest(FromHex("0a017310ffffffffffffffffff01"))->global_version, -1);
}

TEST(DecodeDelete, TellsAnAbsentItemFromAnEmptyOne) {
  EXPECT_FALSE(DecodeDeleteRequest(FromHex("0a0173"))->item.has_value());
  const auto request = DecodeDeleteRequest(FromHex("0a01731200"));
  ASSERT_TRUE(request->item.has_value());
  EXPECT_EQ(request->item->key, "");
  EXPECT_EQ(request->item->version, 0);
}

TEST(DecodeDelete, MergesARepeatedItemFieldByField) {
  const auto request = DecodeDeleteRequest(FromHex("12030a016b12021003"));
  ASSERT_TRUE(request && request->item);
  EXPECT_EQ(request->item->key, "k");
  EXPECT_EQ(request->item->version, 3);
}

TEST(DecodeList, ReadsPrefixSizeAndToken) {
  const auto first = DecodeListRequest(FromHex("0a0173120270231832"));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->key_prefix, "p#");
  EXPECT_EQ(first->page_size, 50);
  EXPECT_EQ(first->page_token, std::nullopt);
  const auto later = DecodeListRequest(FromHex("0a017312001832220431393137"));
  ASSERT_TRUE(later);
  EXPECT_EQ(later->key_prefix, "");
  EXPECT_EQ(later->page_token, "1917");
}

// What a sloppy or hostile encoder may send (as upstream's decoder answers it).
struct WireCase {
  const char* what;
  const char* hex;  // A GetObjectRequest.
  bool accepted;
};

class Wire : public testing::TestWithParam<WireCase> {};

TEST_P(Wire, IsAcceptedOrRefused) {
  const auto request = DecodeGetRequest(FromHex(GetParam().hex));
  EXPECT_EQ(request.has_value(), GetParam().accepted) << GetParam().what;
  if (!request) {
    EXPECT_EQ(request.error().kind, Kind::kInvalid);
    EXPECT_EQ(request.error().message, "Error parsing request");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Every, Wire,
    testing::Values(WireCase{"an unknown varint field", "12016b7805", true},
                    WireCase{"an unknown fixed64 field", "12016b790102030405060708", true},
                    WireCase{"an unknown fixed32 field", "12016b7d01020304", true},
                    WireCase{"an unknown group with a matching end", "12016b7b08017c", true},
                    WireCase{"a group without end", "12016b7b0801", false},
                    WireCase{"an end without group", "12016b7c", false},
                    WireCase{"text that is not UTF-8", "1202c328", false},
                    WireCase{"a lone surrogate", "1203eda080", false},
                    WireCase{"an overlong encoding", "1202c0af", false},
                    WireCase{"a length past the end", "12056b31", false},
                    WireCase{"a huge length", "12ffffffff0f6b", false},
                    WireCase{"a non-minimal varint length", "128180006b", true},
                    WireCase{"a varint of 11 bytes", "78ffffffffffffffffffff01", false},
                    WireCase{"field number 0", "0001", false},
                    WireCase{"wire type 6", "7e01", false}, WireCase{"wire type 7", "7f01", false},
                    WireCase{"a string sent twice", "12016112016b", true},
                    WireCase{"a NUL in a string", "120100", true}));

TEST(DecodePut, RefusesMoreItemsThanItWouldEverMake) {
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += FromHex("1a00");
  const auto request = DecodePutRequest(many);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().message,
            "Number of write items per request should be less than equal to 1000");
}

TEST(DecodePut, SkipsUnknownFieldsInsideAnItem) {
  const auto request = DecodePutRequest(FromHex("1a080a016b78051a0176"));
  ASSERT_TRUE(request);
  ASSERT_EQ(request->puts.size(), 1u);
  EXPECT_EQ(request->puts[0].value, "v");
}

TEST(DecodeList, TakesTheLow32BitsOfALongPageSize) {
  EXPECT_EQ(DecodeListRequest(FromHex("188580808010"))->page_size, 5);
}

TEST(EncodeGet, MatchesUpstreamByteForByte) {
  EXPECT_EQ(HexOf(EncodeGetResponse({"k1", 2, "k1v2"})), "120c0a026b3110021a046b317632");
  EXPECT_EQ(HexOf(EncodeGetResponse({"global_version", 0, ""})),
            "12100a0e676c6f62616c5f76657273696f6e");
  EXPECT_EQ(HexOf(EncodeGetResponse({"k", 1, ""})), "12050a016b1001");
  EXPECT_EQ(HexOf(EncodeGetResponse({"", 0, ""})), "1200");
}

TEST(EncodeGet, CountsALargeValueInItsLengths) {
  const std::string value(300, 'v');
  const GetResponseBytes bytes = EncodeGetResponse({"k", 1, value});
  // 2: length 308 { 1: "k", 2: 1, 3: length 300 ...
  EXPECT_EQ(ToHex(bytes.head), "12b4020a016b10011aac02");
  EXPECT_EQ(bytes.value, value);
}

TEST(EncodeList, MatchesUpstreamByteForByte) {
  EXPECT_EQ(ToHex(EncodeListResponse({{}, "", 0})), "12001800");
  EXPECT_EQ(ToHex(EncodeListResponse({{{"b", 1}, {"a", 2}}, "7", 3})),
            "0a050a016210010a050a016110021201371803");
  EXPECT_EQ(ToHex(EncodeListResponse({{{"a", 1}}, "", std::nullopt})), "0a050a016110011200");
}

TEST(Answers, MatchUpstreamByteForByte) {
  EXPECT_EQ(NoSuchKey().status, 404);
  EXPECT_EQ(ToHex(NoSuchKey().body), "08041218526571756573746564206b6579206e6f7420666f756e642e");
  const Answer conflict = AnswerTo(CommitOutcome::Conflict({}));
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(
      ToHex(conflict.body),
      "0801123d5472616e73616374696f6e20636f756c64206e6f7420626520636f6d706c65746564206475652074"
      "6f206120706f737369626c6520636f6e666c696374");
  const Answer bad_token = AnswerTo(Invalid("Invalid page token").error());
  EXPECT_EQ(bad_token.status, 400);
  EXPECT_EQ(ToHex(bad_token.body), "08021212496e76616c6964207061676520746f6b656e");
  const Answer denied = AnswerTo(Denied("Authorization header not found.").error());
  EXPECT_EQ(denied.status, 401);
  EXPECT_EQ(ToHex(denied.body),
            "0805121f417574686f72697a6174696f6e20686561646572206e6f7420666f756e642e");
  const Answer broken = AnswerTo(Corrupt("the disk lies").error());
  EXPECT_EQ(broken.status, 500);
  EXPECT_EQ(ToHex(broken.body),
            "0803121e556e6b6e6f776e20536572766572204572726f72206f636375727265642e");
}

TEST(Answers, SayWhenToComeBackOnlyWhereWaitingHelps) {
  EXPECT_EQ(AnswerTo(Throttled("slow down", std::chrono::seconds(7)).error()).status, 429);
  EXPECT_EQ(AnswerTo(Throttled("slow down", std::chrono::seconds(7)).error()).retry_after,
            std::chrono::seconds(7));
  EXPECT_EQ(AnswerTo(Unavailable("the database is away").error()).status, 503);
  EXPECT_TRUE(AnswerTo(Unavailable("the database is away").error()).retry_after.has_value());
  EXPECT_FALSE(AnswerTo(Invalid("no").error()).retry_after.has_value());
  const Answer over = AnswerTo(CommitOutcome::OverQuota(CommitOutcome::Quota::kBytes));
  EXPECT_EQ(over.status, 400);
  EXPECT_FALSE(over.retry_after.has_value());
}

}  // namespace
}  // namespace vss::vss_api
