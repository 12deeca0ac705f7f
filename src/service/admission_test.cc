#include "service/admission.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

#include "base/manual_clock.h"

namespace vss::service {
namespace {

using std::chrono::seconds;

constexpr int kMany = 1'000'000;

class AdmissionTest : public ::testing::Test {
 protected:
  Admission Make(const AdmissionLimits& limits) {
    return Admission(limits, clock_, entropy_, observer_);
  }

  // How often `ask` is granted before it is refused; and that it is refused as it should be.
  static int CountUntilThrottled(const std::function<Result<Done>()>& ask) {
    for (int count = 0; count < kMany; ++count) {
      const Result<Done> answer = ask();
      if (answer) continue;
      EXPECT_EQ(answer.error().kind, Kind::kThrottled);
      EXPECT_GE(answer.error().retry_after, seconds(1));
      return count;
    }
    return kMany;
  }

  ManualClock clock_;
  NoLimitObserver observer_;
  SystemEntropy entropy_;
};

TEST_F(AdmissionTest, CountsRequestsOfAnAddress) {
  AdmissionLimits limits;
  limits.address_requests = {.per_second = 10, .burst = 50};
  Admission admission = Make(limits);
  const auto ask = [&] { return admission.OnRequest("192.0.2.1"); };
  EXPECT_EQ(CountUntilThrottled(ask), 50);
  EXPECT_TRUE(admission.OnRequest("192.0.2.2"));
  clock_.Advance(seconds(2));
  EXPECT_EQ(CountUntilThrottled(ask), 20);
}

TEST_F(AdmissionTest, AnswersCountAsBodiesDo) {
  AdmissionLimits limits;
  limits.tenant_bytes = {.per_second = 100, .burst = 1000};
  limits.address_bytes = {.per_second = 1000, .burst = 2000};
  Admission admission = Make(limits);
  admission.OnAnswer("alice", "192.0.2.1", 2000);
  EXPECT_FALSE(admission.OnBody("alice", "192.0.2.2", 1)) << "her own limit";
  EXPECT_TRUE(admission.OnBody("bob", "192.0.2.2", 1));
  admission.OnAnswer("carol", "192.0.2.1", 900);
  EXPECT_FALSE(admission.OnBody("bob", "192.0.2.1", 1)) << "that of the address";
  clock_.Advance(seconds(11));
  EXPECT_TRUE(admission.OnBody("alice", "192.0.2.1", 1));
}

TEST_F(AdmissionTest, CountsRequestsOfATenantFromAnywhere) {
  AdmissionLimits limits;
  limits.tenant_requests = {.per_second = 10, .burst = 50};
  Admission admission = Make(limits);
  int address = 0;
  EXPECT_EQ(CountUntilThrottled([&] {
              return admission.OnBody("alice", "192.0.2." + std::to_string(++address), 0);
            }),
            50);
  EXPECT_TRUE(admission.OnBody("bob", "192.0.2.1", 0));
}

TEST_F(AdmissionTest, CountsBytesOfATenantAndOfAnAddress) {
  AdmissionLimits limits;
  limits.tenant_bytes = {.per_second = 1'000, .burst = 10'000};
  limits.address_bytes = {.per_second = 1'000, .burst = 25'000};
  Admission admission = Make(limits);
  const auto ask = [&](const char* tenant) {
    return CountUntilThrottled([&] { return admission.OnBody(tenant, "192.0.2.1", 1'000); });
  };
  EXPECT_EQ(ask("alice"), 10);
  EXPECT_EQ(ask("bob"), 10);
  EXPECT_EQ(ask("carol"), 3) << "what was refused has come all the same";
  EXPECT_TRUE(admission.OnBody("dave", "192.0.2.2", 1'000));
}

TEST_F(AdmissionTest, ABodyThatWouldBeRefusedNeedNotBeSent) {
  AdmissionLimits limits;
  limits.tenant_requests = {.per_second = 1, .burst = 2};
  limits.tenant_bytes = {.per_second = 1'000, .burst = 10'000};
  limits.address_bytes = {.per_second = 1'000, .burst = 30'000};
  Admission admission = Make(limits);
  EXPECT_TRUE(admission.MaySend("alice", "192.0.2.1")) << "which takes nothing";
  EXPECT_TRUE(admission.OnBody("alice", "192.0.2.1", 20'000));
  EXPECT_FALSE(admission.MaySend("alice", "192.0.2.2")) << "her bytes";
  EXPECT_TRUE(admission.OnBody("bob", "192.0.2.1", 10'000));
  EXPECT_FALSE(admission.MaySend("carol", "192.0.2.1")) << "those of the address";
  EXPECT_TRUE(admission.OnBody("dave", "192.0.2.3", 0));
  EXPECT_TRUE(admission.OnBody("dave", "192.0.2.3", 0));
  EXPECT_FALSE(admission.MaySend("dave", "192.0.2.3")) << "his requests";
}

TEST_F(AdmissionTest, OneBodyMayBeLargerThanABurst) {
  AdmissionLimits limits;
  limits.tenant_bytes = {.per_second = 1'000, .burst = 10'000};
  Admission admission = Make(limits);
  EXPECT_TRUE(admission.OnBody("alice", "192.0.2.1", 100'000));
  const Result<Done> next = admission.OnBody("alice", "192.0.2.1", 1);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().retry_after, seconds(91));
  clock_.Advance(*next.error().retry_after);
  EXPECT_TRUE(admission.OnBody("alice", "192.0.2.1", 1));
}

TEST_F(AdmissionTest, RefusesToVerifyAfterTooManyFailures) {
  AdmissionLimits limits;
  limits.address_failed_authentications_per_minute = 60;
  Admission admission = Make(limits);
  const auto fail = [&]() -> Result<Done> {
    VSS_RETURN_IF_FAILED(admission.MayAuthenticate("192.0.2.1"));
    admission.OnAuthFailed("192.0.2.1");
    return Done{};
  };
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(admission.MayAuthenticate("192.0.2.1")) << "only failures count";
  }
  EXPECT_EQ(CountUntilThrottled(fail), 60);
  EXPECT_TRUE(admission.MayAuthenticate("192.0.2.2"));
  clock_.Advance(seconds(10));
  EXPECT_EQ(CountUntilThrottled(fail), 10);
}

TEST_F(AdmissionTest, CountsOnlyTenantsThatWereCreated) {
  AdmissionLimits limits;
  limits.address_new_tenants_per_hour = 3;
  Admission admission = Make(limits);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(admission.ReserveNewTenant("192.0.2.1"));
    admission.ReturnNewTenant("192.0.2.1");
  }
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(admission.ReserveNewTenant("192.0.2.1"));
  EXPECT_FALSE(admission.ReserveNewTenant("192.0.2.1"));
  EXPECT_TRUE(admission.ReserveNewTenant("192.0.2.2"));
  clock_.Advance(seconds(20 * 60));
  EXPECT_TRUE(admission.ReserveNewTenant("192.0.2.1"));
  EXPECT_FALSE(admission.ReserveNewTenant("192.0.2.1"));
}

TEST_F(AdmissionTest, CountsANetworkOfIpv6AsOne) {
  const struct {
    const char* one;
    const char* other;
    bool is_same;
  } pairs[] = {
      {"2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true},
      {"2001:db8:0:1::1", "2001:0db8:0000:0001:0000:0000:0000:0001", true},
      {"2001:db8:0:1::1", "2001:db8:0:2::1", false},
      {"192.0.2.1", "192.0.2.2", false},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
      {"", "192.0.2.1", false},
  };
  AdmissionLimits limits;
  limits.address_requests = {.per_second = 1, .burst = 1};
  for (const auto& [one, other, is_same] : pairs) {
    Admission admission = Make(limits);
    EXPECT_TRUE(admission.OnRequest(one));
    EXPECT_EQ(admission.OnRequest(other).has_value(), !is_same) << one << " " << other;
  }
}

TEST_F(AdmissionTest, ALimitOfZeroIsOff) {
  Admission admission = Make({});
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(admission.OnRequest("192.0.2.1"));
    EXPECT_TRUE(admission.MayAuthenticate("192.0.2.1"));
    admission.OnAuthFailed("192.0.2.1");
    EXPECT_TRUE(admission.OnBody("alice", "192.0.2.1", std::size_t{1} << 40));
    EXPECT_TRUE(admission.ReserveNewTenant("192.0.2.1"));
    admission.ReturnNewTenant("192.0.2.1");
  }
}

}  // namespace
}  // namespace vss::service
