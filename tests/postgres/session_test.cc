// What is said of a database that cannot be reached: why, once, and in one line.

#include "store/postgres/pg_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/manual_clock.h"

namespace vss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Lines final : public Log {
 public:
  bool IsOn(LogLevel) const override { return true; }
  void Write(LogLevel, std::string_view event, std::initializer_list<LogField> fields) override {
    said.emplace_back(event);
    for (const LogField& field : fields) said.back() += " " + std::string(field.text);
  }

  std::vector<std::string> said;
};

TEST(PgSession, SaysOnceWhyThereIsNoConnection) {
  const store::PostgresOptions options{.hosts = "127.0.0.1:1"};
  ManualClock clock;
  Lines log;
  store::NoObserver observer;
  const store::PgContext context{options, clock, log, observer};
  store::PgSession session(context, {});
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto refused = session.Get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Kind::kUnavailable);
    // It may as well be there and refuse a password.
    EXPECT_EQ(refused.error().message, "no connection to the database");
    EXPECT_THAT(refused.error().detail, HasSubstr("refused"));
    EXPECT_THAT(refused.error().detail, Not(HasSubstr("\n")));
    clock.Advance(std::chrono::minutes(1));
  }
  EXPECT_THAT(log.said, ElementsAre(HasSubstr("refused")));
}

}  // namespace
}  // namespace vss::testing
