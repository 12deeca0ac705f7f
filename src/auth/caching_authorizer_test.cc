#include "auth/caching_authorizer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "auth/open.h"
#include "base/manual_clock.h"

namespace vss::auth {
namespace {

using std::chrono::seconds;

// A proof of this scheme is "tenant is here", and counts from 100 to 200.
class TrustingScheme final : public Scheme {
 public:
  explicit TrustingScheme(int& verified) : verified_(verified) {}

  Result<Proof> Verify(std::string_view header, UnixSeconds now) const override {
    ++verified_;
    Proof proof = {
        .tenant = std::string(header.substr(0, header.find(' '))), .from = 100, .until = 200};
    if (!header.ends_with(" is here")) return Denied("wrong");
    if (!proof.CountsAt(now)) return Denied("not now");
    return proof;
  }

 private:
  int& verified_;
};

class Caching : public ::testing::Test {
 protected:
  std::string Identify(std::optional<std::string_view> header) {
    const Result<Identity> identity = authorizer_.Identify(header);
    return identity ? identity->tenant : identity.error().message;
  }

  int verified_ = 0;
  ManualClock clock_{WallTime(seconds(150))};
  CachingAuthorizer authorizer_{std::make_unique<TrustingScheme>(verified_), clock_};
};

TEST_F(Caching, VerifiesAProofOnce) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Identify("alice is here"), "alice");
  EXPECT_EQ(verified_, 1);
  EXPECT_EQ(Identify("bob is here"), "bob");
  EXPECT_EQ(verified_, 2);
}

TEST_F(Caching, VerifiesAWrongHeaderEveryTime) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Identify("alice is there"), "wrong");
  EXPECT_EQ(verified_, 10);
  EXPECT_EQ(Identify("alice is here"), "alice");
  EXPECT_EQ(Identify("alice is here "), "wrong");
}

TEST_F(Caching, LooksAtTheTimeEveryTime) {
  EXPECT_EQ(Identify("alice is here"), "alice");
  const std::pair<int, const char*> answers[] = {
      {99, "not now"}, {100, "alice"}, {200, "alice"}, {201, "not now"}, {150, "alice"},
  };
  for (const auto& [now, answer] : answers) {
    clock_.SetWall(WallTime(seconds(now)));
    EXPECT_EQ(Identify("alice is here"), answer) << now;
  }
}

TEST_F(Caching, ASecondLastsUntilItsEnd) {
  EXPECT_EQ(Identify("alice is here"), "alice");
  clock_.SetWall(WallTime(std::chrono::microseconds(200'999'999)));
  EXPECT_EQ(Identify("alice is here"), "alice");
  clock_.SetWall(WallTime(std::chrono::microseconds(99'999'999)));
  EXPECT_EQ(Identify("alice is here"), "not now");
}

TEST_F(Caching, AClockBeforeTheEpochIsNoReasonToStop) {
  clock_.SetWall(WallTime(seconds(-5)));
  EXPECT_EQ(Identify("alice is here"), "not now");
}

TEST_F(Caching, NoHeaderIsRefusedAndAnEmptyOneIsAHeader) {
  EXPECT_EQ(Identify(std::nullopt), "Authorization header not found.");
  EXPECT_EQ(verified_, 0);
  EXPECT_EQ(Identify(""), "wrong");
}

TEST_F(Caching, RecognizesOnlyWhatItHasVerified) {
  EXPECT_EQ(authorizer_.Recognize(std::nullopt), std::nullopt);
  EXPECT_EQ(authorizer_.Recognize("alice is here"), std::nullopt);
  EXPECT_EQ(verified_, 0);
  EXPECT_EQ(Identify("alice is here"), "alice");
  EXPECT_EQ(authorizer_.Recognize("alice is here"), Identity{"alice"});
  EXPECT_EQ(verified_, 1);
  clock_.SetWall(WallTime(seconds(201)));
  EXPECT_EQ(authorizer_.Recognize("alice is here"), std::nullopt);
}

TEST(Open, KnowsOneTenant) {
  OpenAuthorizer authorizer;
  for (const std::optional<std::string_view> header : {std::optional<std::string_view>(), {"x"}}) {
    EXPECT_EQ(authorizer.Identify(header)->tenant, "unauth-user");
    EXPECT_EQ(authorizer.Recognize(header)->tenant, "unauth-user");
  }
}

}  // namespace
}  // namespace vss::auth
