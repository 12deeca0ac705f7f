#include "server/http/poller.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/spare_hand.h"
#include "server/http/timer.h"

namespace vss::server {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// One end of a connection; the test holds the other.
class End final : public Poller::Watcher {
 public:
  explicit End(Poller& poller) : poller_(poller) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    near_ = FileDescriptor(ends[0]);
    far_ = FileDescriptor(ends[1]);
    EXPECT_TRUE(poller.Watch(near_.Get(), *this));
  }

  void OnReady(Readiness ready) override {
    ++times_;
    last_ = ready;
    if (then_) then_();
  }

  void Close() {
    poller_.Forget(*this);
    near_ = FileDescriptor();
  }
  void Send(const std::string& bytes) const {
    EXPECT_EQ(::send(far_.Get(), bytes.data(), bytes.size(), 0), std::ssize(bytes));
  }
  // Until nothing more fits.
  void Fill() const {
    const std::string bytes(4096, 'x');
    while (::send(near_.Get(), bytes.data(), bytes.size(), 0) > 0) continue;
  }
  void Read() const { ReadAll(near_); }
  void ReadFar() const { ReadAll(far_); }
  void EndSending() const { ::shutdown(far_.Get(), SHUT_WR); }
  void Leave() { far_ = FileDescriptor(); }
  void Then(std::function<void()> then) { then_ = std::move(then); }
  int times() const { return times_; }
  Readiness last() const { return last_; }

 private:
  static void ReadAll(const FileDescriptor& end) {
    char bytes[4096];
    while (::recv(end.Get(), bytes, sizeof bytes, 0) > 0) continue;
  }

  Poller& poller_;
  FileDescriptor near_;
  FileDescriptor far_;
  std::function<void()> then_;
  std::atomic<int> times_ = 0;
  Readiness last_;
};

class PollerTest : public ::testing::Test {
 protected:
  // Everything that has happened by now.
  void RunOnce() {
    poller_.Post([] {});
    std::function<void()> work;
    EXPECT_TRUE(poller_.TakeTurn(work));
  }

  Poller poller_;
};

TEST_F(PollerTest, TellsOfWhatIsTheCaseAlready) {
  End end(poller_);
  end.Send("hello");
  RunOnce();
  EXPECT_EQ(end.times(), 1);
  EXPECT_TRUE(end.last().can_read && end.last().can_write);
  EXPECT_FALSE(end.last().has_ended);
}

TEST_F(PollerTest, TellsEverythingOnce) {
  End end(poller_);
  end.Send("not read");
  RunOnce();
  RunOnce();
  EXPECT_EQ(end.times(), 1);
  end.Send("more");
  RunOnce();
  EXPECT_EQ(end.times(), 2);
}

TEST_F(PollerTest, TellsWhenThereIsRoomAgain) {
  End end(poller_);
  end.Fill();
  RunOnce();
  EXPECT_FALSE(end.last().can_write);
  end.ReadFar();
  RunOnce();
  EXPECT_TRUE(end.last().can_write);
}

TEST_F(PollerTest, TheEndIsToldTogetherWithWhatCameBeforeIt) {
  End end(poller_);
  end.Send("bye");
  end.EndSending();
  RunOnce();
  EXPECT_TRUE(end.last().can_read && end.last().has_ended);
}

TEST_F(PollerTest, ABrokenConnectionCanBeReadAndWritten) {
  End end(poller_);
  end.Leave();
  RunOnce();
  EXPECT_TRUE(end.last().can_read && end.last().can_write && end.last().has_ended);
}

TEST_F(PollerTest, WhoWasForgottenHearsNothingOfTheSameMoment) {
  End one(poller_);
  End other(poller_);
  one.Then([&] { other.Close(); });
  other.Then([&] { one.Close(); });
  one.Send("now");
  other.Send("now");
  RunOnce();
  EXPECT_EQ(one.times() + other.times(), 1);
}

TEST_F(PollerTest, RunsWhatOthersPost) {
  std::thread other;
  const std::thread::id here = std::this_thread::get_id();
  std::string ran;
  poller_.Post([&] {
    ran += "first ";
    other = std::thread([&] {
      poller_.Post([&] {
        EXPECT_EQ(std::this_thread::get_id(), here);
        ran += "second";
        poller_.Stop();
      });
    });
  });
  poller_.Run();
  other.join();
  EXPECT_EQ(ran, "first second");
}

TEST_F(PollerTest, PostsOfManyThreadsAllRun) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 1000;
  int count = 0;
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kPosts; ++j) {
        poller_.Post([&] {
          if (++count == kThreads * kPosts) poller_.Stop();
        });
      }
    });
  }
  poller_.Run();
  EXPECT_EQ(count, kThreads * kPosts);
}

TEST_F(PollerTest, PostingWhileThePostedRunsWaitsForNobodyElse) {
  int count = 0;
  std::function<void()> again = [&] { ++count == 3 ? poller_.Stop() : poller_.Post(again); };
  poller_.Post(again);
  poller_.Run();
  EXPECT_EQ(count, 3);
}

TEST_F(PollerTest, ATimerRunsOutOnce) {
  int count = 0;
  Timer timer(poller_, [&] { ++count; });
  Timer later(poller_, [&] { poller_.Stop(); });
  timer.Set(milliseconds(0));
  later.Set(milliseconds(20));
  poller_.Run();
  EXPECT_EQ(count, 1);
}

TEST_F(PollerTest, ATimerThatWasSetAnewOrCancelledInTheSameMomentDoesNotRunOut) {
  int count = 0;
  Timer anew(poller_, [&] { ++count; });
  Timer cancelled(poller_, [&] { ++count; });
  // Told first, because it was ready first.
  End end(poller_);
  end.Then([&] {
    anew.Set(hours(1));
    cancelled.Cancel();
  });
  anew.Set(milliseconds(0));
  cancelled.Set(milliseconds(0));
  std::this_thread::sleep_for(milliseconds(5));
  RunOnce();
  EXPECT_EQ(end.times(), 1);
  EXPECT_EQ(count, 0);
}

TEST_F(PollerTest, NobodyTurnsToOtherWorkWhomNobodyFollows) {
  End end(poller_);
  end.Then([] { EXPECT_FALSE(SpareHand::Takes([] {})); });
  end.Send("now");
  RunOnce();
  EXPECT_EQ(end.times(), 1);
}

// Run by a thread of its own, until it is stopped.
class SharedPollerTest : public PollerTest {
 protected:
  // On this thread, as soon as no other takes a turn.
  template <typename F>
  void RunHere(F f) {
    while (!poller_.TryRun(f)) std::this_thread::yield();
  }

  void Stop() {
    RunHere([&] { poller_.Stop(); });
    other_.join();
  }

  std::thread other_{[this] { poller_.Run(); }};
};

TEST_F(SharedPollerTest, AnotherThreadMayTakeATurn) {
  std::thread::id ran;
  RunHere([&] {
    ran = std::this_thread::get_id();
    EXPECT_EQ(Poller::Here(), &poller_);
    EXPECT_FALSE(poller_.TryRun([] {})) << "it is this thread's own turn";
  });
  EXPECT_EQ(ran, std::this_thread::get_id());
  EXPECT_EQ(Poller::Here(), nullptr);
  Stop();
  EXPECT_FALSE(poller_.TryRun([] {})) << "nobody runs it any more";
}

TEST_F(SharedPollerTest, TurnsDoNotOverlap) {
  constexpr int kTurns = 2000;
  int count = 0;  // Of everybody.
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kTurns; ++j) RunHere([&] { ++count; });
    });
    threads.emplace_back([&] {
      for (int j = 0; j < kTurns; ++j) poller_.Post([&] { ++count; });
    });
  }
  threads.clear();
  poller_.Post([&] { poller_.Stop(); });
  other_.join();
  EXPECT_EQ(count, 4 * kTurns);
}

// Run by two threads.
class LedPollerTest : public SharedPollerTest {
 protected:
  // Has `end` told until the thread that tells it takes `work`: the other may not follow yet.
  void GiveWork(End& end, const std::function<void()>& work) {
    std::atomic<bool> is_taken = false;
    RunHere([&] { end.Then([&] { is_taken = is_taken || SpareHand::Takes(work); }); });
    for (int i = 0; i < 10'000 && !is_taken; ++i) {
      end.Send("now");
      std::this_thread::sleep_for(milliseconds(1));
    }
    ASSERT_TRUE(is_taken);
    RunHere([&] { end.Then({}); });
  }
  void StopBoth() {
    Stop();
    third_.join();
  }

  std::thread third_{[this] { poller_.Run(); }};
};

TEST_F(LedPollerTest, AllWhoRunItEndWithIt) { StopBoth(); }

TEST_F(LedPollerTest, AnotherTakesTheLeadOfOneWhoTurnsToOtherWork) {
  End end(poller_);
  End other_end(poller_);
  std::binary_semaphore done{0};
  for (int round = 0; round < 20; ++round) {
    std::atomic<std::thread::id> worker;
    std::atomic<std::thread::id> leader;
    std::binary_semaphore finish{0};
    GiveWork(end, [&] {
      worker = std::this_thread::get_id();
      finish.acquire();
      done.release();
    });
    RunHere([&] { other_end.Then([&] { leader = std::this_thread::get_id(); }); });
    other_end.Send("now");
    while (leader == std::thread::id()) std::this_thread::yield();
    EXPECT_NE(worker.load(), leader.load());
    finish.release();
    done.acquire();
    RunHere([&] { other_end.Then({}); });
  }
  StopBoth();
}

TEST_F(LedPollerTest, NothingIsMissedWhenTheLeadChanges) {
  End end(poller_);
  std::counting_semaphore<> told{0};
  std::atomic<int> worked = 0;
  while (end.times() == 0) std::this_thread::yield();  // It can be written.
  RunHere([&] {
    end.Then([&] {
      end.Read();
      static_cast<void>(SpareHand::Takes([&worked] { ++worked; }));
      told.release();
    });
  });
  for (int i = 0; i < 5000; ++i) {
    i % 3 == 0 ? poller_.Post([&] { told.release(); }) : end.Send("now");
    ASSERT_TRUE(told.try_acquire_for(std::chrono::seconds(20))) << i;
  }
  StopBoth();
  EXPECT_GT(worked, 0);
}

TEST_F(LedPollerTest, StoppingWaitsForWorkThatWasTaken) {
  End end(poller_);
  std::atomic<bool> is_done = false;
  std::binary_semaphore finish{0};
  GiveWork(end, [&] {
    finish.acquire();
    is_done = true;
  });
  RunHere([&] { poller_.Stop(); });
  finish.release();
  other_.join();
  third_.join();
  EXPECT_TRUE(is_done);
}

// What is to be told may have been fetched before it was forgotten.
TEST_F(SharedPollerTest, WhoWasForgottenInAnothersTurnHearsNothing) {
  for (int i = 0; i < 2000; ++i) {
    auto end = std::make_unique<End>(poller_);
    std::thread sender([&end = *end] { end.EndSending(); });
    RunHere([&] { end->Close(); });
    const int times = end->times();
    RunHere([] {});
    EXPECT_EQ(end->times(), times);
    sender.join();
  }
  Stop();
}

}  // namespace
}  // namespace vss::server
