// What somebody at a terminal is told while, and if, no server answers.
#ifndef VSS_APPS_VSS_FIRST_CONTACT_H_
#define VSS_APPS_VSS_FIRST_CONTACT_H_

#include <mutex>
#include <string>

#include "apps/vss/output.h"
#include "vss/curl.h"

namespace vss::apps {

// Up to the first answer, a name that does not resolve is taken for a typing error and not asked
// for again, a second of silence is remarked upon on the terminal, and a failure says what helps.
//
// Threads: as client::Transport.
class FirstContact final : public client::Transport {
 public:
  FirstContact(client::CurlOptions options, const Output& out);

  void Send(client::HttpRequest request,
            Then<client::HttpReply, client::TransportFailure> then) override;
  void Wait(client::Duration time, Then<Done> then) override { curl_.Wait(time, std::move(then)); }
  bool IsOwnThread() const override { return curl_.IsOwnThread(); }

  // The same, without comment.
  client::Transport& plain() { return curl_; }

 private:
  void SoonRemarkOn(const std::string& url);
  client::TransportFailure Noted(client::TransportFailure failure);

  const Output out_;
  std::mutex mutex_;
  bool is_watched_ = false;  // Somebody will remark on silence.
  bool has_answered_ = false;
  std::string last_failure_;
  client::CurlTransport curl_;  // Last: its answers use all of the above.
};

// What helps against a failure that no repetition does; empty otherwise.
std::string HelpFor(const client::TransportFailure& failure);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_FIRST_CONTACT_H_
