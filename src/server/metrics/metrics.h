// Everything that is counted and timed, in Prometheus' text format.
//
// Labels have few values, all known beforehand: operations, statuses, lanes, limits; never a
// tenant, an address or a key.
#ifndef VSS_SERVER_METRICS_METRICS_H_
#define VSS_SERVER_METRICS_METRICS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/http_observer.h"
#include "server/vss/request_observer.h"
#include "service/limit_observer.h"
#include "store/observer.h"

namespace vss::server {

// Threads: every method, any thread.
class Metrics final : public RequestObserver,
                      public HttpObserver,
                      public store::StoreObserver,
                      public service::LimitObserver {
 public:
  // `version` goes into vss_build_info.
  explicit Metrics(std::string_view version);
  ~Metrics() override;

  // RequestObserver
  void OnRequest(std::string_view operation, int status, std::chrono::nanoseconds took) override;
  // HttpObserver
  void OnConnectionOpened() override;
  void OnConnectionClosed() override;
  void OnConnectionRefused() override;
  void OnHandshakeFailed() override;
  void OnRequest(const FinishedRequest& request) override;
  void OnTimeout(Timeout timeout) override;
  // StoreObserver
  void OnBatch(std::string_view lane, std::size_t jobs, std::size_t waiting,
               std::chrono::nanoseconds took) override;
  void OnEvent(std::string_view event) override;
  // LimitObserver
  void OnLimit(std::string_view limit) override;

  // A value that is read when somebody asks.  `read` outlives this object.
  void AddGauge(const std::string& name, const std::string& help, std::function<double()> read);

  std::string Text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_METRICS_METRICS_H_
