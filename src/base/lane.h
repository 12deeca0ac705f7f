// A Lane: something that blocks, a thread that works with it, and a bounded queue in front.
//
// The thread takes everything that waits and handles it in one go.  That is group commit without a
// timer: while one batch is on its way to the disk the next one gathers, so a lone caller waits for
// nobody and a thousand callers share one flush.
//
// Threads:   Offer, Waiting and Load from any thread.  `work` runs on one at a time: the lane's own
//            or, if nobody is at work, a caller's that has a SpareHand.
// Stopping:  Finish, or the destructor, lets the lane finish every job that was accepted and joins
//            it.
#ifndef VSS_BASE_LANE_H_
#define VSS_BASE_LANE_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/sole_answer.h"
#include "base/spare_hand.h"

namespace vss {

// How much a lane may hold, and how much of it goes into one batch.
struct LaneLimits {
  std::size_t queue_jobs_max = 4096;
  std::size_t batch_jobs_max = 128;
  std::size_t batch_bytes_max = std::size_t{1} << 20;  // A single larger job is a batch alone.
};

template <typename Job>
class Lane final {
 public:
  // Called with one to `batch_jobs_max` jobs, in the order they were offered.
  using Work = std::function<void(std::vector<Job> jobs)>;

  Lane(LaneLimits limits, Work work)
      : limits_(limits), work_(std::move(work)), thread_([this] { Run(); }) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane() { Finish(); }

  // Finishes every job that was accepted; from now on none is.
  void Finish() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  // Queues `job`, which carries `bytes` of data.  Gives it back if the queue is full or the lane is
  // stopping.
  std::optional<Job> Offer(Job job, std::size_t bytes) {
    bool is_quiet = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || queue_.size() >= limits_.queue_jobs_max) return job;
      queue_.push_back({std::move(job), bytes});
      if (is_at_work_) return std::nullopt;  // Whoever that is takes it next.
      is_quiet = is_quiet_;
    }
    const auto work = [this] {
      std::unique_lock lock(mutex_);
      WorkOff(lock);
    };
    if (!is_quiet || !SpareHand::Takes(work)) wake_.notify_one();
    return std::nullopt;
  }

  std::size_t Waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }
  // The jobs that wait, and one for those that are being worked on.
  std::size_t Load() const {
    const std::lock_guard lock(mutex_);
    return queue_.size() + (is_at_work_ ? 1 : 0);
  }

 private:
  struct Queued {
    Job job;
    std::size_t bytes;
  };

  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return !is_at_work_ && (stopping_ || !queue_.empty()); });
      if (queue_.empty()) return;
      WorkOff(lock);
    }
  }

  // Everything that waits, unless somebody is at it already.
  void WorkOff(std::unique_lock<std::mutex>& lock) {
    if (is_at_work_) return;
    is_at_work_ = true;
    while (!queue_.empty()) {
      std::vector<Job> batch = Take();
      is_quiet_ = batch.size() == 1 && queue_.empty();
      const SoleAnswer scope(is_quiet_);
      lock.unlock();
      work_(std::move(batch));
      lock.lock();
    }
    is_at_work_ = false;
    if (stopping_) wake_.notify_one();
  }

  std::vector<Job> Take() {
    std::vector<Job> batch;
    std::size_t bytes = 0;
    while (!queue_.empty() && batch.size() < limits_.batch_jobs_max) {
      bytes += queue_.front().bytes;
      if (!batch.empty() && bytes > limits_.batch_bytes_max) break;
      batch.push_back(std::move(queue_.front().job));
      queue_.pop_front();
    }
    return batch;
  }

  const LaneLimits limits_;
  const Work work_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Queued> queue_;
  bool is_at_work_ = false;
  bool is_quiet_ = true;  // Whoever came last came alone.
  bool stopping_ = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace vss

#endif  // VSS_BASE_LANE_H_
