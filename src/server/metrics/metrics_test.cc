#include "server/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace vss::server {
namespace {

using testing::HasSubstr;

TEST(Metrics, CountsWhatItIsTold) {
  Metrics metrics("1.2.3");
  metrics.OnRequest("getObject", 200, std::chrono::microseconds(300));
  metrics.OnRequest("getObject", 200, std::chrono::seconds(100));
  metrics.OnRequest("getObject", 404, std::chrono::microseconds(1));
  metrics.OnConnectionOpened();
  metrics.OnTimeout(Timeout::kHead);
  metrics.OnBatch("commit", 17, 3, std::chrono::milliseconds(2));
  metrics.OnEvent("reconnect");
  metrics.OnLimit("tenant_requests");
  metrics.AddGauge("vss_store_bytes", "Size.", [] { return 42.0; });

  const std::string text = metrics.Text();
  for (const char* line : {
           "vss_requests_total{operation=\"getObject\",status=\"200\"} 2",
           "vss_requests_total{operation=\"getObject\",status=\"404\"} 1",
           "vss_request_seconds_count{operation=\"getObject\"} 3",
           "vss_request_seconds_bucket{operation=\"getObject\",le=\"0.0005\"} 2",
           "vss_http_connections_total{event=\"opened\"} 1",
           "vss_http_timeouts_total{waiting_for=\"head\"} 1",
           "vss_store_batch_jobs_sum{lane=\"commit\"} 17",
           "vss_store_queue_jobs{lane=\"commit\"} 3",
           "vss_store_events_total{event=\"reconnect\"} 1",
           "vss_limit_hits_total{limit=\"tenant_requests\"} 1",
           "vss_store_bytes 42",
           "vss_build_info{version=\"1.2.3\"} 1",
           "vss_service_up 1",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Metrics, WhatIsWatchedForIsThereBeforeItHappens) {
  const std::string text = Metrics("1").Text();
  for (const std::string_view limit : service::kLimits) {
    EXPECT_THAT(text, HasSubstr("vss_limit_hits_total{limit=\"" + std::string(limit) + "\"} 0"));
  }
  for (const char* wait : {"head", "body", "idle", "write"}) {
    EXPECT_THAT(text,
                HasSubstr("vss_http_timeouts_total{waiting_for=\"" + std::string(wait) + "\"} 0"));
  }
}

TEST(Metrics, ManyThreadsMayCount) {
  Metrics metrics("1");
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&metrics] {
      for (int i = 0; i < 1000; ++i) {
        metrics.OnRequest("putObjects", 200, {});
        if (i % 100 == 0) metrics.Text();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(metrics.Text(),
              HasSubstr("vss_requests_total{operation=\"putObjects\",status=\"200\"} 4000"));
}

}  // namespace
}  // namespace vss::server
