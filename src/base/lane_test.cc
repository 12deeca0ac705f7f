#include "base/lane.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

namespace vss {
namespace {

using Jobs = std::vector<int>;

// A lane whose work can be made to wait.
class LaneTest : public ::testing::Test {
 protected:
  struct Batch {
    Jobs jobs;
    std::thread::id by;
    bool is_sole = false;

    bool IsHere() const { return by == std::this_thread::get_id(); }
  };

  void Offer(int job) { EXPECT_FALSE(lane_.Offer(job, 1)); }
  // What the caller's hand has taken, if anything.
  std::function<void()> OfferToASpareHand(int job) {
    std::function<void()> work;
    const SpareHand hand(&work);
    Offer(job);
    return work;
  }
  Batch Next() {
    EXPECT_TRUE(begun_.try_acquire_for(std::chrono::seconds(20)));
    const std::lock_guard lock(mutex_);
    return batches_.at(seen_++);
  }
  void HoldUp() { is_held_up_ = true; }
  void LetGo() {
    is_held_up_ = false;
    let_go_.release();
  }

 private:
  void Work(Jobs jobs) {
    {
      const std::lock_guard lock(mutex_);
      batches_.push_back({std::move(jobs), std::this_thread::get_id(), SoleAnswer::IsHere()});
    }
    begun_.release();
    if (is_held_up_) let_go_.acquire();
  }

  std::mutex mutex_;
  std::vector<Batch> batches_;
  std::size_t seen_ = 0;
  std::counting_semaphore<> begun_{0};
  std::atomic<bool> is_held_up_ = false;
  std::binary_semaphore let_go_{0};

 protected:
  Lane<int> lane_{{.queue_jobs_max = 4, .batch_jobs_max = 3, .batch_bytes_max = 100},
                  [this](Jobs jobs) { Work(std::move(jobs)); }};
};

TEST_F(LaneTest, WorksOnAThreadOfItsOwn) {
  Offer(1);
  const Batch batch = Next();
  EXPECT_EQ(batch.jobs, Jobs{1});
  EXPECT_FALSE(batch.IsHere());
  EXPECT_TRUE(batch.is_sole);
}

TEST_F(LaneTest, GathersWhileItIsAtWork) {
  HoldUp();
  Offer(1);
  Next();
  for (int job = 2; job <= 5; ++job) Offer(job);
  EXPECT_EQ(lane_.Waiting(), 4U);
  EXPECT_EQ(lane_.Offer(6, 1), 6) << "the queue is full";
  LetGo();
  EXPECT_EQ(Next().jobs, (Jobs{2, 3, 4}));
  const Batch last = Next();
  EXPECT_EQ(last.jobs, Jobs{5});
  EXPECT_TRUE(last.is_sole);
}

TEST_F(LaneTest, ItsLoadIsWhatWaitsAndWhatIsBeingWorkedOn) {
  EXPECT_EQ(lane_.Load(), 0U);
  HoldUp();
  Offer(1);
  Next();
  EXPECT_EQ(lane_.Waiting(), 0U);
  EXPECT_EQ(lane_.Load(), 1U);
  Offer(2);
  EXPECT_EQ(lane_.Load(), 2U);
  LetGo();
}

TEST_F(LaneTest, ASoleJobIsNoSoleAnswerWhileOthersWait) {
  HoldUp();
  Offer(1);
  Next();
  EXPECT_FALSE(lane_.Offer(2, 90));
  EXPECT_FALSE(lane_.Offer(3, 90));
  LetGo();
  const Batch batch = Next();
  EXPECT_EQ(batch.jobs, Jobs{2});
  EXPECT_FALSE(batch.is_sole);
  EXPECT_TRUE(Next().is_sole);
}

TEST_F(LaneTest, FinishesWhatWasAccepted) {
  HoldUp();
  Offer(1);
  Next();
  Offer(2);
  LetGo();
  lane_.Finish();
  EXPECT_EQ(Next().jobs, Jobs{2});
  EXPECT_EQ(lane_.Offer(3, 1), 3);
}

TEST_F(LaneTest, ASpareHandWorksHere) {
  const std::function<void()> work = OfferToASpareHand(1);
  ASSERT_TRUE(work);
  work();
  const Batch batch = Next();
  EXPECT_EQ(batch.jobs, Jobs{1});
  EXPECT_TRUE(batch.IsHere());
}

TEST_F(LaneTest, ASpareHandIsTakenOnce) {
  std::function<void()> work;
  {
    const SpareHand hand(&work);
    EXPECT_TRUE(SpareHand::Takes([] {}));
    Offer(1);
  }
  EXPECT_FALSE(Next().IsHere());
}

TEST_F(LaneTest, ASpareHandIsNotNeededWhereSomebodyIsAtWork) {
  HoldUp();
  Offer(1);
  Next();
  EXPECT_FALSE(OfferToASpareHand(2));
  LetGo();
  EXPECT_FALSE(Next().IsHere());
}

// To gather is worth more then than to be quick.
TEST_F(LaneTest, ASpareHandIsNotTakenWhereJobsCameTogether) {
  HoldUp();
  Offer(1);
  Next();
  Offer(2);
  Offer(3);
  LetGo();
  EXPECT_EQ(Next().jobs, (Jobs{2, 3}));
  EXPECT_FALSE(OfferToASpareHand(4));
  EXPECT_EQ(Next().jobs, Jobs{4});
}

TEST_F(LaneTest, WhatASpareHandHasNotBegunIsFinishedAllTheSame) {
  const std::function<void()> work = OfferToASpareHand(1);
  lane_.Finish();
  EXPECT_FALSE(Next().IsHere());
  work();
  EXPECT_EQ(lane_.Waiting(), 0U);
}

TEST_F(LaneTest, FinishingWaitsForASpareHand) {
  HoldUp();
  std::thread other([this] { OfferToASpareHand(1)(); });
  Next();
  std::atomic<bool> is_finished = false;
  std::thread finishing([&] {
    lane_.Finish();
    is_finished = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(is_finished);
  LetGo();
  finishing.join();
  other.join();
}

TEST_F(LaneTest, EveryJobIsDoneOnceAndInOrder) {
  constexpr int kJobs = 3000;
  std::thread hands([&] {
    for (int job = 0; job < kJobs; ++job) {
      std::function<void()> work;
      const SpareHand hand(job % 3 == 0 ? nullptr : &work);
      while (lane_.Offer(job, 1)) std::this_thread::yield();
      if (work) work();
    }
  });
  Jobs done;
  while (done.size() < kJobs) {
    const Batch batch = Next();
    done.insert(done.end(), batch.jobs.begin(), batch.jobs.end());
  }
  hands.join();
  for (int job = 0; job < kJobs; ++job) ASSERT_EQ(done[static_cast<std::size_t>(job)], job);
}

}  // namespace
}  // namespace vss
