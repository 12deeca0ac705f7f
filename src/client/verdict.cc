#include "client/verdict.h"

#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

#include "client/text.h"
#include "vss/bytes.h"
#include "vss/signer/answer.h"

namespace vss::client {
namespace {

using seal::ServerError;

constexpr std::string_view kProtocolVersionHeader = "vss-protocol-version";
constexpr std::string_view kProtocolVersion = "0";

enum class Again { kNo, kYes };
enum class Effect { kNone, kMaybe };

Verdict Failed(Kind kind, std::string message, Again again, Effect effect) {
  return {.kind = Verdict::Kind::kFailed,
          .error = {.kind = kind, .message = std::move(message)},
          .may_try_again = again == Again::kYes,
          .nothing_happened = effect == Effect::kNone};
}

// The digits of `text` from `at`, as a number; nullopt if there is anything else among them.
std::optional<int> NumberAt(std::string_view text, std::size_t at, std::size_t digits) {
  int number = 0;
  const char* const begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + digits, number);
  if (error != std::errc() || end != begin + digits || number < 0) return std::nullopt;
  return number;
}

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, IMF-fixdate); other forms are not read.
std::optional<std::chrono::sys_seconds> ParseDate(std::string_view text) {
  using std::chrono::year_month_day;
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto day_of_month = NumberAt(text, 5, 2);
  const std::size_t month_at = kMonths.find(text.substr(8, 3));
  const auto in_year = NumberAt(text, 12, 4);
  const auto hour = NumberAt(text, 17, 2);
  const auto minute = NumberAt(text, 20, 2);
  const auto second = NumberAt(text, 23, 2);
  if (!day_of_month || !in_year || !hour || !minute || !second) return std::nullopt;
  if (month_at == kMonths.npos || month_at % 3 != 0) return std::nullopt;
  const year_month_day date{std::chrono::year(*in_year),
                            std::chrono::month(static_cast<unsigned>(month_at / 3 + 1)),
                            std::chrono::day(static_cast<unsigned>(*day_of_month))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

// Seconds, or a date: by the clock of the server, which says what time it is.
std::optional<std::chrono::seconds> RetryAfter(const HttpReply& reply) {
  const std::string* const text = reply.headers.Find("retry-after");
  if (text == nullptr || text->empty()) return std::nullopt;
  if (text->size() <= 9) {
    const auto seconds = NumberAt(*text, 0, text->size());
    return seconds ? std::optional(std::chrono::seconds(*seconds)) : std::nullopt;
  }
  const std::string* const now_text = reply.headers.Find("date");
  const auto at = ParseDate(*text);
  const auto now = now_text == nullptr ? std::nullopt : ParseDate(*now_text);
  if (!at || !now || *at < *now) return std::nullopt;
  return *at - *now;
}

std::string InWords(int status) { return "HTTP status " + std::to_string(status); }

Verdict ByStatus(int status) {
  if (status == 401 || status == 403) {
    return Failed(Kind::kDenied, "access denied", Again::kNo, Effect::kNone);
  }
  if (status == 429) {
    return Failed(Kind::kThrottled, "too many requests", Again::kYes, Effect::kNone);
  }
  if (status == 425) {
    return Failed(Kind::kUnavailable, "too early", Again::kYes, Effect::kNone);
  }
  if (status >= 500 || status == 408) {
    return Failed(Kind::kUnavailable, "the server failed: " + InWords(status), Again::kYes,
                  Effect::kMaybe);
  }
  return Failed(Kind::kInvalid, "the server refused the request: " + InWords(status), Again::kNo,
                Effect::kNone);
}

Verdict WithoutProtocolVersion(int status) {
  const bool is_of_a_proxy = status == 401 || status == 403 || status == 408 || status == 425 ||
                             status == 429 || status >= 500;
  if (is_of_a_proxy) return ByStatus(status);
  return Failed(Kind::kCorrupt,
                "the reply does not say which version of the protocol it is in: not a VSS server, "
                "or an old one",
                Again::kNo, Effect::kMaybe);
}

Verdict InternalServerError(const HttpReply& reply) {
  if (reply.status == 429) return ByStatus(429);
  if (reply.status == 503 && reply.headers.Find("retry-after") != nullptr) {
    return Failed(Kind::kOverloaded, "the server is busy", Again::kYes, Effect::kNone);
  }
  return Failed(Kind::kUnavailable, "the server failed", Again::kYes, Effect::kMaybe);
}

Verdict ByCode(ServerError code, const HttpReply& reply) {
  switch (code) {
    case ServerError::kConflict:
      return {.kind = Verdict::Kind::kConflict};
    case ServerError::kNoSuchKey:
      return {.kind = Verdict::Kind::kNoSuchKey};
    case ServerError::kInvalidRequest:
      return Failed(Kind::kInvalid, "the server does not accept the request", Again::kNo,
                    Effect::kNone);
    case ServerError::kAuth:
      return Failed(Kind::kDenied, "the server does not accept the credentials", Again::kNo,
                    Effect::kNone);
    case ServerError::kInternalServer:
      return InternalServerError(reply);
    case ServerError::kUnknown:
      break;
  }
  return ByStatus(reply.status);
}

Verdict JudgeReply(const HttpReply& reply, MissingProtocolVersion missing) {
  if (reply.status >= 300 && reply.status < 400) {
    return Failed(Kind::kInvalid, "the server redirects to another address; use that one",
                  Again::kNo, Effect::kNone);
  }
  const std::string* const version = reply.headers.Find(kProtocolVersionHeader);
  if (version != nullptr && *version != kProtocolVersion) {
    return Failed(Kind::kCorrupt,
                  "the server speaks version '" + Shown(version->substr(0, 20)) +
                      "' of the protocol; this is version 0",
                  Again::kNo, Effect::kMaybe);
  }
  if (version == nullptr && missing == MissingProtocolVersion::kRefused) {
    return WithoutProtocolVersion(reply.status);
  }
  if (reply.status >= 200 && reply.status < 300) return {.kind = Verdict::Kind::kOk};
  if (reply.status < 400) {
    return Failed(Kind::kCorrupt, "impossible " + InWords(reply.status), Again::kNo,
                  Effect::kMaybe);
  }
  const seal::ErrorAnswer answer = seal::DecodeError(BytesOf(reply.body));
  if (answer.status != seal::Status::kOk) return ByStatus(reply.status);
  Verdict verdict = ByCode(answer.error, reply);
  verdict.error.server_code = static_cast<int>(answer.error);
  verdict.error.detail = Shown(answer.message);
  return verdict;
}

}  // namespace

Verdict Judge(const Reply& reply, MissingProtocolVersion missing) {
  if (!reply) {
    const bool was_sent = reply.error().reached == TransportFailure::Reached::kMaybe;
    const bool is_final = reply.error().outlook == TransportFailure::Outlook::kFinal;
    Verdict verdict = Failed(
        Kind::kUnavailable, is_final ? "the server cannot be reached" : "no reply from the server",
        is_final ? Again::kNo : Again::kYes, was_sent ? Effect::kMaybe : Effect::kNone);
    verdict.error.detail = reply.error().message;
    return verdict;
  }
  Verdict verdict = JudgeReply(*reply, missing);
  verdict.error.http_status = reply->status;
  verdict.error.retry_after = RetryAfter(*reply);
  return verdict;
}

}  // namespace vss::client
