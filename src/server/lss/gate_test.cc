#include "server/lss/gate.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "server/http/listening_socket.h"
#include "tests/lss/dial.h"

namespace vss::server {
namespace {

class Counting final : public HttpObserver {
 public:
  void OnConnectionOpened() override { ++opened; }
  void OnConnectionClosed() override { ++closed; }

  std::atomic<int> opened = 0;
  std::atomic<int> closed = 0;
};

// Those that wait when it starts are let in one right after the other, and each gets the
// descriptor of the one before, which has gone by then.
TEST(LssGate, CountsWhoHasGoneWhenSomebodyElseHasTheDescriptor) {
  constexpr int kGuests = 5;
  std::vector<FileDescriptor> listeners;
  listeners.push_back(*Listen("127.0.0.1", 0));
  Counting counting;
  Gate gate(std::move(listeners), {}, counting, [](int socket) { ::close(socket); });
  std::vector<FileDescriptor> guests;
  for (int i = 0; i < kGuests; ++i) guests.push_back(vss::testing::Dial(gate.PortOf(0)));
  gate.Start();
  for (int i = 0; i < 1000 && counting.opened < kGuests; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  gate.Stop();
  EXPECT_EQ(counting.opened, kGuests);
  EXPECT_EQ(counting.closed, kGuests - 1) << "the last one is looked at when the next one comes";
  EXPECT_EQ(gate.Connections(), 1u);
}

}  // namespace
}  // namespace vss::server
