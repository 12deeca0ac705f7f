#include "apps/vss/first_contact.h"

#include <unistd.h>

#include <chrono>
#include <utility>

namespace vss::apps {
namespace {

using client::HttpReply;
using client::TransportFailure;
using Outlook = TransportFailure::Outlook;

constexpr std::chrono::seconds kSilenceMax(1);

}  // namespace

std::string HelpFor(const TransportFailure& failure) {
  if (failure.outlook != Outlook::kFinal) return "";
  return "; --ca-file names certificates to trust instead of the system's";
}

FirstContact::FirstContact(client::CurlOptions options, const Output& out)
    : out_(out),
      is_watched_(out.is_json() || isatty(STDERR_FILENO) == 0),
      curl_(std::move(options)) {}

void FirstContact::Send(client::HttpRequest request, Then<HttpReply, TransportFailure> then) {
  SoonRemarkOn(request.url);
  curl_.Send(std::move(request),
             [this, then = std::move(then)](Expected<HttpReply, TransportFailure> reply) mutable {
               if (!reply) return then(Unexpected(Noted(std::move(reply).error())));
               {
                 const std::lock_guard lock(mutex_);
                 has_answered_ = true;
               }
               then(std::move(reply));
             });
}

void FirstContact::SoonRemarkOn(const std::string& url) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_watched_, true)) return;
  }
  const std::string server = url.substr(0, url.find('/', url.find("://") + 3));
  curl_.Wait(kSilenceMax, [this, server](const Result<Done>& passed) {
    const std::lock_guard lock(mutex_);
    if (!passed || has_answered_) return;
    out_.Note("vss: no answer from " + Printable(server) + " yet, trying on" +
              (last_failure_.empty() ? "" : ": " + Printable(last_failure_)));
  });
}

TransportFailure FirstContact::Noted(TransportFailure failure) {
  const std::lock_guard lock(mutex_);
  if (has_answered_) return failure;
  last_failure_ = failure.message;
  failure.message += HelpFor(failure) + "; see vss doctor";
  if (failure.outlook == Outlook::kNoSuchName) failure.outlook = Outlook::kFinal;
  return failure;
}

}  // namespace vss::apps
