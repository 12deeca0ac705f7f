#include "server/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace vss::server {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;

const std::vector<double> kSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                      0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
const std::vector<double> kJobs = {1, 2, 4, 8, 16, 32, 64, 128, 256};

double Seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// What belongs to each value of some labels, made when it is first seen and then found under a lock
// that nobody holds for long.
template <typename Key, typename Metrics>
class ByLabel {
 public:
  template <typename F>
  Metrics& Get(const Key& key, F make) {
    const std::lock_guard lock(mutex_);
    auto known = metrics_.find(key);
    if (known == metrics_.end()) known = metrics_.emplace(key, make()).first;
    return known->second;
  }

 private:
  std::mutex mutex_;
  std::map<Key, Metrics> metrics_;
};

std::string_view NameOf(Timeout timeout) {
  switch (timeout) {
    case Timeout::kHead:
      return "head";
    case Timeout::kBody:
      return "body";
    case Timeout::kIdle:
      return "idle";
    case Timeout::kWrite:
      return "write";
  }
  return "other";
}

}  // namespace

struct Metrics::Families {
  struct Read {
    Gauge& gauge;
    std::function<double()> read;
  };

  prometheus::Registry registry;

  Family<Counter>& requests = prometheus::BuildCounter()
                                  .Name("vss_requests_total")
                                  .Help("Requests answered, by operation and HTTP status.")
                                  .Register(registry);
  Family<Histogram>& request_seconds =
      prometheus::BuildHistogram()
          .Name("vss_request_seconds")
          .Help("From a request's last byte to its answer, by operation.")
          .Register(registry);
  Family<Counter>& http_bytes = prometheus::BuildCounter()
                                    .Name("vss_http_body_bytes_total")
                                    .Help("Bytes of request and response bodies.")
                                    .Register(registry);
  Family<Counter>& connections =
      prometheus::BuildCounter()
          .Name("vss_http_connections_total")
          .Help("Connections opened, closed and refused, and TLS handshakes that failed.")
          .Register(registry);
  Family<Counter>& timeouts = prometheus::BuildCounter()
                                  .Name("vss_http_timeouts_total")
                                  .Help("Connections given up because the client was too slow.")
                                  .Register(registry);
  Family<Counter>& limits = prometheus::BuildCounter()
                                .Name("vss_limit_hits_total")
                                .Help("Requests turned away by a limit or quota.")
                                .Register(registry);
  Family<Histogram>& batch_jobs = prometheus::BuildHistogram()
                                      .Name("vss_store_batch_jobs")
                                      .Help("Jobs that a lane did in one go.")
                                      .Register(registry);
  Family<Histogram>& batch_seconds = prometheus::BuildHistogram()
                                         .Name("vss_store_batch_seconds")
                                         .Help("How long a lane took for them.")
                                         .Register(registry);
  Family<Gauge>& queue = prometheus::BuildGauge()
                             .Name("vss_store_queue_jobs")
                             .Help("Jobs that waited behind a lane's latest batch.")
                             .Register(registry);
  Family<Counter>& events = prometheus::BuildCounter()
                                .Name("vss_store_events_total")
                                .Help("What a store retried or repaired by itself.")
                                .Register(registry);

  Counter& LimitNamed(std::string_view limit) {
    return limits.Add({{"limit", std::string(limit)}});
  }
  Counter& TimeoutOf(Timeout timeout) {
    return timeouts.Add({{"waiting_for", std::string(NameOf(timeout))}});
  }

  // Those of the hot paths: a family takes longer to find one.
  struct OfRequests {
    Counter& count;
    Histogram& seconds;  // Of the operation, whatever the status.
  };
  struct OfLane {
    Histogram& jobs;
    Histogram& seconds;
    Gauge& waiting;
  };
  ByLabel<std::pair<std::string, int>, OfRequests> by_operation_and_status;
  ByLabel<std::string, OfLane> by_lane;

  Counter& bytes_in = http_bytes.Add({{"direction", "in"}});
  Counter& bytes_out = http_bytes.Add({{"direction", "out"}});
  Counter& opened = connections.Add({{"event", "opened"}});
  Counter& closed = connections.Add({{"event", "closed"}});
  Counter& refused = connections.Add({{"event", "refused"}});
  Counter& handshake_failed = connections.Add({{"event", "handshake_failed"}});

  mutable std::mutex reads_mutex;
  std::vector<Read> reads;
};

Metrics::Metrics(std::string_view version) : families_(std::make_unique<Families>()) {
  prometheus::BuildGauge()
      .Name("vss_build_info")
      .Help("The version that runs.")
      .Register(families_->registry)
      .Add({{"version", std::string(version)}})
      .Set(1);
  // There from the beginning: an alert on what appears with its first hit misses that one.
  for (const std::string_view limit : service::kLimits) families_->LimitNamed(limit);
  for (const Timeout timeout : {Timeout::kHead, Timeout::kBody, Timeout::kIdle, Timeout::kWrite}) {
    families_->TimeoutOf(timeout);
  }
  prometheus::BuildGauge()
      .Name("vss_service_up")
      .Help("Whether the process answers requests.")
      .Register(families_->registry)
      .Add({})
      .Set(1);
}

Metrics::~Metrics() = default;

void Metrics::OnRequest(std::string_view operation, int status, std::chrono::nanoseconds took) {
  const std::string name(operation);
  const auto of = families_->by_operation_and_status.Get({name, status}, [&] {
    return Families::OfRequests{
        families_->requests.Add({{"operation", name}, {"status", std::to_string(status)}}),
        families_->request_seconds.Add({{"operation", name}}, kSeconds)};
  });
  of.count.Increment();
  of.seconds.Observe(Seconds(took));
}

void Metrics::OnConnectionOpened() { families_->opened.Increment(); }
void Metrics::OnConnectionClosed() { families_->closed.Increment(); }
void Metrics::OnConnectionRefused() { families_->refused.Increment(); }
void Metrics::OnHandshakeFailed() { families_->handshake_failed.Increment(); }

void Metrics::OnRequest(const FinishedRequest& request) {
  families_->bytes_in.Increment(static_cast<double>(request.bytes_in));
  families_->bytes_out.Increment(static_cast<double>(request.bytes_out));
}

void Metrics::OnTimeout(Timeout timeout) { families_->TimeoutOf(timeout).Increment(); }

void Metrics::OnBatch(std::string_view lane, std::size_t jobs, std::size_t waiting,
                      std::chrono::nanoseconds took) {
  const std::string name(lane);
  const auto of = families_->by_lane.Get(name, [&] {
    const Labels labels = {{"lane", name}};
    return Families::OfLane{families_->batch_jobs.Add(labels, kJobs),
                            families_->batch_seconds.Add(labels, kSeconds),
                            families_->queue.Add(labels)};
  });
  of.jobs.Observe(static_cast<double>(jobs));
  of.seconds.Observe(Seconds(took));
  of.waiting.Set(static_cast<double>(waiting));
}

void Metrics::OnEvent(std::string_view event) {
  families_->events.Add({{"event", std::string(event)}}).Increment();
}

void Metrics::OnLimit(std::string_view limit) { families_->LimitNamed(limit).Increment(); }

void Metrics::AddGauge(const std::string& name, const std::string& help,
                       std::function<double()> read) {
  Gauge& gauge =
      prometheus::BuildGauge().Name(name).Help(help).Register(families_->registry).Add({});
  const std::lock_guard lock(families_->reads_mutex);
  families_->reads.push_back({gauge, std::move(read)});
}

std::string Metrics::Text() const {
  {
    const std::lock_guard lock(families_->reads_mutex);
    for (const auto& [gauge, read] : families_->reads) gauge.Set(read());
  }
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace vss::server
