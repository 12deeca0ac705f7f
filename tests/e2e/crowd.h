// Many sole writers at once, each on its own connection.
#ifndef VSS_TESTS_E2E_CROWD_H_
#define VSS_TESTS_E2E_CROWD_H_

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/server_process.h"
#include "tests/e2e/sole_writer.h"
#include "tests/support/seed.h"

namespace vss::testing {

// Threads: one.
class Crowd final {
 public:
  // `ca_file` as VssClient has it.
  Crowd(std::size_t size, Random& random, std::string ca_file = {}) {
    for (std::size_t i = 0; i < size; ++i) {
      writers_.push_back(
          std::make_unique<SoleWriter>("wallet " + std::to_string(i), random(), ca_file));
    }
  }
  ~Crowd() { End(); }

  // All write, as fast as they can, until End.
  void Begin(const std::string& base) {
    is_over_ = false;
    for (const auto& writer : writers_) {
      threads_.emplace_back([this, base, writer = writer.get()] {
        VssClient client = writer->NewClient(base);
        while (!is_over_) {
          if (!writer->Step(client)) Pause(std::chrono::milliseconds(20));
        }
      });
    }
  }
  void End() {
    is_over_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  // What everybody knows to be stored is there.  Waits for the server to serve again.
  void CheckAll(const std::string& base) {
    for (const auto& writer : writers_) {
      VssClient client = writer->NewClient(base);
      EXPECT_TRUE(Eventually([&] { return writer->Check(client); }));
    }
  }

  SoleWriter::Counts counts() const {
    SoleWriter::Counts sum;
    for (const auto& writer : writers_) sum += writer->counts();
    return sum;
  }

 private:
  std::vector<std::unique_ptr<SoleWriter>> writers_;
  std::vector<std::thread> threads_;
  std::atomic<bool> is_over_ = false;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_E2E_CROWD_H_
