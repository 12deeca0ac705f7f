#include "client/verdict.h"

#include <charconv>
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

// Seconds; dates, which HTTP also allows, are not read.
std::optional<std::chrono::seconds> RetryAfter(const HttpReply& reply) {
  const std::string* const text = reply.headers.Find("retry-after");
  if (text == nullptr || text->empty() || text->size() > 9) return std::nullopt;
  int seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc() || end != text->data() + text->size() || seconds < 0) {
    return std::nullopt;
  }
  return std::chrono::seconds(seconds);
}

std::string InWords(int status) { return "HTTP status " + std::to_string(status); }

Verdict ByStatus(int status) {
  if (status == 401 || status == 403) {
    return Failed(Kind::kDenied, "access denied", Again::kNo, Effect::kNone);
  }
  if (status == 429) {
    return Failed(Kind::kThrottled, "too many requests", Again::kYes, Effect::kNone);
  }
  if (status >= 500) {
    return Failed(Kind::kUnavailable, "the server failed: " + InWords(status), Again::kYes,
                  Effect::kMaybe);
  }
  return Failed(Kind::kInvalid, "the server refused the request: " + InWords(status), Again::kNo,
                Effect::kNone);
}

Verdict WithoutProtocolVersion(int status) {
  if (status == 401 || status == 403 || status == 429 || status >= 500) return ByStatus(status);
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
    Verdict verdict = Failed(Kind::kUnavailable, "no reply from the server", Again::kYes,
                             was_sent ? Effect::kMaybe : Effect::kNone);
    verdict.error.detail = reply.error().message;
    return verdict;
  }
  Verdict verdict = JudgeReply(*reply, missing);
  verdict.error.http_status = reply->status;
  verdict.error.retry_after = RetryAfter(*reply);
  return verdict;
}

}  // namespace vss::client
