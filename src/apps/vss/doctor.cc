#include "apps/vss/doctor.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <future>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "apps/vss/certificate.h"
#include "apps/vss/first_contact.h"
#include "crypto/hex.h"

namespace vss::apps {
namespace {

using client::Expect;
using client::HttpReply;

constexpr int kCallsTimed = 40;
constexpr std::chrono::days kCertificateDaysMin(14);

enum class Finding { kGood, kWarning, kProblem };

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

std::string Milliseconds(double ms) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), ms < 10 ? "%.1f ms" : "%.0f ms", ms);
  return text.data();
}

double At(const std::vector<double>& sorted, double part) {
  const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

// One line for each power of two.
std::string Histogram(const std::vector<double>& sorted) {
  std::string text;
  const int first = std::ilogb(std::max(sorted.front(), 0.01));
  const int last = std::ilogb(std::max(sorted.back(), 0.01));
  for (int power = first; power <= last; ++power) {
    const double from = std::exp2(power);
    const auto count =
        std::ranges::count_if(sorted, [from](double ms) { return ms >= from && ms < from * 2; });
    std::string label = Milliseconds(from);
    label.insert(0, 14 - std::min<std::size_t>(14, label.size()), ' ');
    text += "\n" + label + " |" + std::string(static_cast<std::size_t>(count), '#');
  }
  return text;
}

// Threads: one.
class Examination final {
 public:
  Examination(const Context& context, Session& session) : context_(context), session_(session) {}

  CommandResult Run() {
    VSS_TRY(const std::optional<HttpReply> reply, Knock());
    if (!reply) return kUnavailable;
    LookAt(*reply);
    if (reply->status == 401) return Report(kDenied);
    if (reply->status != 200) return Report(kFailed);
    VSS_RETURN_IF_FAILED(KnockAsNobody());
    VSS_RETURN_IF_FAILED(RoundTrip());
    return Report(problems_ == 0 ? kDone : kFailed);
  }

 private:
  void Find(Finding finding, const std::string& what, const std::string& text) {
    constexpr std::array<const char*, 3> kWords = {"ok", "warning", "problem"};
    const char* const word = kWords.at(static_cast<std::size_t>(finding));
    if (finding == Finding::kProblem) ++problems_;
    findings_.push_back({{"check", what}, {"result", word}, {"text", text}});
    if (context_.out.is_json()) return;
    std::array<char, 32> start{};
    std::snprintf(start.data(), start.size(), "%-8s %-15s ", word, what.c_str());
    context_.out.Say(start.data() + Printable(text), {});
  }

  ExitCode Report(ExitCode code) const {
    if (context_.out.is_json()) {
      nlohmann::json json = {{"url", session_.url()}, {"checks", findings_}};
      for (const auto& [name, times] : times_) json["latency_ms"][name] = times;
      context_.out.Say("", json);
    }
    return code;
  }

  // A request of the protocol's, with the answer as it comes: getObject of the global version.
  Expected<HttpReply, client::TransportFailure> Ask(client::Headers headers) {
    std::ignore = headers.Set("Content-Type", "application/octet-stream");
    std::string url = session_.url();
    while (url.ends_with('/')) url.pop_back();
    std::promise<Expected<HttpReply, client::TransportFailure>> promise;
    session_.transport().Send({.method = "POST",
                               .url = url + "/getObject",
                               .headers = std::move(headers),
                               .body = std::string("\x12\x0e") + client::kGlobalVersionKey},
                              [&promise](auto reply) { promise.set_value(std::move(reply)); });
    return promise.get_future().get();
  }

  Result<std::optional<HttpReply>> Knock() {
    VSS_TRY(client::Headers headers, session_.Credentials());
    asked_ = session_.clock().Wall();
    auto reply = Ask(headers);
    if (reply) return std::optional(*std::move(reply));
    Find(Finding::kProblem, "reachable", reply.error().message + HelpFor(reply.error()));
    Report(kUnavailable);
    return std::optional<HttpReply>();
  }

  void LookAt(const HttpReply& reply) {
    Find(Finding::kGood, "reachable", session_.url());
    LookAtTls();
    LookAtProtocol(reply);
    LookAtClock(reply);
    if (reply.status == 401) {
      const std::string& why_nobody = session_.why_nobody();
      Find(Finding::kProblem, "authentication",
           why_nobody.empty() ? "these credentials are refused" : why_nobody);
    } else if (reply.status != 200) {
      Find(Finding::kProblem, "answer",
           "HTTP status " + std::to_string(reply.status) +
               " for a request that every server answers" +
               (reply.status == 400 || reply.status == 404 ? ": does the URL end in /vss?" : ""));
    }
  }

  void LookAtTls() {
    if (!session_.url().starts_with("https://")) {
      return Find(Finding::kWarning, "tls",
                  "none: whoever listens can write to the store for a day");
    }
    const auto end = CertificateEnd(session_.url(), session_.connection());
    if (!end) return Find(Finding::kGood, "tls", "the certificate is valid");
    const bool is_ending = *end - session_.clock().Wall() < kCertificateDaysMin;
    Find(is_ending ? Finding::kWarning : Finding::kGood, "tls",
         "the certificate is valid until " + TimeOf(*end) +
             (is_ending ? ": then no wallet will connect" : ""));
  }

  void LookAtProtocol(const HttpReply& reply) {
    const std::string* const version = reply.headers.Find("vss-protocol-version");
    if (version != nullptr && *version == "0") {
      Find(Finding::kGood, "protocol", "version 0");
    } else {
      Find(Finding::kProblem, "protocol",
           version == nullptr ? "no vss-protocol-version: vss-client 0.6 and LDK Node from 0.8 on "
                                "refuse every answer"
                              : "version \"" + *version + "\": wallets know only version 0");
    }
    const std::string* const connection = reply.headers.Find("connection");
    const bool is_kept = connection != nullptr && Lower(*connection) == "keep-alive";
    Find(is_kept ? Finding::kGood : Finding::kWarning, "keep-alive",
         is_kept ? "connections are used again"
                 : "no \"connection: keep-alive\": vss-client 0.5 and 0.6 open a connection for "
                   "every request");
  }

  void LookAtClock(const HttpReply& reply) {
    const std::string* const date = reply.headers.Find("date");
    std::tm parts{};
    if (date == nullptr ||
        strptime(date->c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) {
      Find(Finding::kWarning, "clock", "the server does not tell the time");
      return;
    }
    const auto server = std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
    const auto apart =
        std::chrono::duration_cast<std::chrono::seconds>(
            std::chrono::abs(asked_ - std::chrono::time_point_cast<WallTime::duration>(server)))
            .count();
    const std::string text = std::to_string(apart) + " s apart";
    Find(apart > 43'200 ? Finding::kProblem
         : apart > 60   ? Finding::kWarning
                        : Finding::kGood,
         "clock", text + (apart > 43'200 ? ": signatures are accepted for 24 h only" : ""));
  }

  Result<Done> KnockAsNobody() {
    const auto reply = Ask({});
    if (!reply) return Unavailable(reply.error().message);
    const bool is_open = reply->status == 200;
    Find(is_open ? Finding::kWarning : Finding::kGood, "authentication",
         is_open ? "the server lets in everybody, as the same user"
                 : "accepted, and refused without");
    return Done{};
  }

  // Everything that a wallet does, once; then some of it often enough to be timed.
  Result<Done> RoundTrip() {
    std::array<std::uint8_t, 8> random{};
    session_.entropy().Fill(random);
    VSS_TRY(const auto scratch, session_.ClientOf("vss-doctor-" + crypto::EncodeHex(random)));
    client::BlockingClient store(*scratch);
    const auto result = Exercise(store);
    const auto cleaned = CleanUp(store);
    if (!result) {
      Find(Finding::kProblem, "round trip", result.error().message);
    } else if (!cleaned) {
      Find(Finding::kProblem, "round trip", "cleaning up: " + cleaned.error().message);
    } else {
      Find(Finding::kGood, "round trip", "written, read, refused to overwrite, listed, deleted");
    }
    return Done{};
  }

  Result<Done> Exercise(client::BlockingClient& store) {
    const std::string value(256, 'v');
    for (const char* key : {"first", "second"}) {
      VSS_ASK(const auto put, store.Put({key, value, Expect::Absent()}));
      if (!put.IsCommitted()) return Corrupt("a new key is a conflict");
    }
    VSS_ASK(const auto record, store.Get("first"));
    if (!record || record->value != value) return Corrupt("what was written is not what is read");
    VSS_ASK(const auto stale, store.Put({"first", "stale", Expect::At(7)}));
    if (stale.IsCommitted())
      return Corrupt("a write of an old version is accepted: state can be lost");
    VSS_ASK(const auto listing, store.List());
    if (listing.keys.size() != 2) return Corrupt("not every key is listed");
    if (listing.keys.front().key != "second") {
      Find(Finding::kWarning, "order",
           "keys are not listed newest first: LDK Node shows old payments for new ones");
    }
    VSS_RETURN_IF_FAILED(Time("get", [&]() -> Result<Done> {
      VSS_ASK([[maybe_unused]] const auto again, store.Get("first"));
      return Done{};
    }));
    return Time("put", [&]() -> Result<Done> {
      VSS_ASK([[maybe_unused]] const auto again, store.Put({"first", value}));
      return Done{};
    });
  }

  static Result<Done> CleanUp(client::BlockingClient& store) {
    for (const char* key : {"first", "second"}) {
      VSS_ASK([[maybe_unused]] const auto removed, store.Delete({key, Expect::Unconditional()}));
    }
    VSS_ASK(const auto listing, store.List());
    if (!listing.keys.empty()) return Corrupt("deleted keys are still listed");
    return Done{};
  }

  template <typename Call>
  Result<Done> Time(const std::string& name, Call call) {
    std::vector<double> times;
    for (int i = 0; i < kCallsTimed; ++i) {
      const SteadyTime start = session_.clock().Steady();
      VSS_RETURN_IF_FAILED(call());
      const std::chrono::duration<double, std::milli> took = session_.clock().Steady() - start;
      times.push_back(took.count());
    }
    std::ranges::sort(times);
    const double p50 = At(times, 0.5);
    const double p90 = At(times, 0.9);
    Find(p90 > 2000 ? Finding::kWarning : Finding::kGood, "latency " + name,
         "half within " + Milliseconds(p50) + ", 90 % within " + Milliseconds(p90) +
             ", all within " + Milliseconds(times.back()));
    times_[name] = {{"p50", p50}, {"p90", p90}, {"max", times.back()}};
    if (!context_.out.is_json()) context_.out.Say(Histogram(times).substr(1), {});
    return Done{};
  }

  const Context& context_;
  Session& session_;
  WallTime asked_;
  int problems_ = 0;
  nlohmann::json findings_ = nlohmann::json::array();
  std::map<std::string, nlohmann::json> times_;
};

}  // namespace

CommandResult Doctor(const Context& context) {
  VSS_TRY(const auto session, context.OpenSession());
  return Examination(context, *session).Run();
}

}  // namespace vss::apps
