// Killed at any moment, under load: nothing acknowledged is lost, no write is torn, nothing older
// replaces something newer, and no wallet is told of a conflict that is none.
//
// VSS_CRASH_CYCLES says how often each server is killed.

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/e2e/crowd.h"
#include "tests/e2e/deployment.h"

namespace vss::testing {
namespace {

int Cycles() {
  const char* const given = std::getenv("VSS_CRASH_CYCLES");
  return given != nullptr ? std::stoi(given) : 10;
}

void KillUnderLoad(Deployment& deployment) {
  Random random = MakeRandom();
  Crowd crowd(8, random);
  auto server = deployment.Start();
  for (int cycle = 0; cycle < Cycles() && !::testing::Test::HasFailure(); ++cycle) {
    SCOPED_TRACE("cycle " + std::to_string(cycle));
    crowd.Begin(server->Base());
    Pause(std::chrono::milliseconds(20 + Below(random, 300)));
    ASSERT_EQ(server->Stop(SIGKILL), -SIGKILL) << server->Output();
    crowd.End();
    // What the killed server had handed over the database does on its own.  A write without a
    // version that comes so late has nothing that would stop it.
    deployment.AwaitQuiet();
    server = deployment.Start();
    crowd.CheckAll(server->Base());
  }
  EXPECT_EQ(server->Stop(SIGTERM), 0) << server->Output();
  std::cout << Cycles() << " kills: " << crowd.counts() << std::endl;
  EXPECT_GT(crowd.counts().done, 0U);
}

TEST(Crash, OnSqlite) {
  Deployment deployment("sqlite");
  KillUnderLoad(deployment);
}

TEST(Crash, OnPostgres) {
  PostgresServer* const postgres = PostgresServer::Shared();
  if (postgres == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
  Deployment deployment("postgres", postgres);
  KillUnderLoad(deployment);
}

TEST(Crash, OnPostgresWithoutQuotas) {
  PostgresServer* const postgres = PostgresServer::Shared();
  if (postgres == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
  Deployment deployment("postgres", postgres);
  deployment.CountNoQuotas();
  KillUnderLoad(deployment);
}

}  // namespace
}  // namespace vss::testing
