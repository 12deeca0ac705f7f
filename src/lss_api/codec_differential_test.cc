// The codec against libprotobuf: on honest messages, and on such that somebody has damaged.

#include <gtest/gtest.h>

#include <string>

#include "lss.pb.h"
#include "lss_api/codec.h"
#include "tests/support/seed.h"

namespace vss::lss_api {
namespace {

using testing::Below;
using testing::Random;

std::string RandomText(Random& random) {
  std::string text(Below(random, 20), 'a');
  for (char& c : text) c = static_cast<char>('a' + Below(random, 26));
  return text;
}

::lss::PutRequest RandomPut(Random& random) {
  ::lss::PutRequest put;
  if (Below(random, 4) > 0) {
    put.mutable_auth()->set_client_id(RandomText(random));
    put.mutable_auth()->set_token(RandomText(random));
  }
  for (auto i = Below(random, 4); i > 0; --i) {
    ::lss::KeyValue& item = *put.add_kvs();
    item.set_key(RandomText(random));
    item.set_version(static_cast<std::int64_t>(random() >> Below(random, 64)) - 2);
    item.set_value(RandomText(random));
  }
  put.set_hmac(RandomText(random));
  return put;
}

std::string Damaged(std::string bytes, Random& random) {
  for (auto i = Below(random, 3); i > 0 && !bytes.empty(); --i) {
    const auto at = Below(random, bytes.size());
    switch (Below(random, 3)) {
      case 0:
        bytes[at] = static_cast<char>(Below(random, 256));
        break;
      case 1:
        bytes.erase(at, 1);
        break;
      default:
        bytes.insert(at, 1, static_cast<char>(Below(random, 256)));
    }
  }
  return bytes;
}

TEST(LssCodecDifferential, ReadsWhatLibprotobufReads) {
  Random random = testing::MakeRandom();
  const google::protobuf::LogSilencer silence;
  int messages = 0;
  int refused_here = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = Damaged(RandomPut(random).SerializeAsString(), random);
    ::lss::PutRequest want;
    const bool is_message = want.ParseFromString(bytes);
    want.DiscardUnknownFields();
    const auto got = DecodePutRequest(bytes);
    if (!got) {
      // Integers and tags of more bits than they have are refused here, and cut off there.
      refused_here += is_message ? 1 : 0;
      continue;
    }
    ASSERT_TRUE(is_message) << ::testing::PrintToString(bytes);
    ASSERT_EQ(Encode(*got), want.SerializeAsString()) << ::testing::PrintToString(bytes);
    ++messages;
  }
  EXPECT_GT(messages, 5'000);
  EXPECT_LT(refused_here, 100);
}

}  // namespace
}  // namespace vss::lss_api
