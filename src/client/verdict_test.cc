#include "client/verdict.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "crypto/hex.h"
#include "tests/support/vectors.h"

namespace vss::client {
namespace {

constexpr auto kRefused = MissingProtocolVersion::kRefused;

std::string FromHex(const std::string& hex) {
  std::string bytes(hex.size() / 2, '\0');
  EXPECT_TRUE(crypto::DecodeHex(hex, crypto::HexCase::kAny,
                                {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}));
  return bytes;
}

HttpReply ReplyWith(int status, std::string body = {}, const char* version = "0") {
  HttpReply reply{.status = status, .body = std::move(body)};
  EXPECT_TRUE(version == nullptr || reply.headers.Set("VSS-Protocol-Version", version));
  return reply;
}

// What newer clients call it, in our words.
std::string InOurWords(const std::string& upstream) {
  if (upstream == "ConflictError") return "conflict";
  if (upstream == "NoSuchKeyError") return "no such key";
  if (upstream == "InvalidRequestError") return "invalid";
  if (upstream == "AuthError") return "denied";
  if (upstream == "VSSVersionMismatchError") return "corrupt";
  return "unavailable";
}

std::string InWords(const Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::kOk:
      return "ok";
    case Verdict::Kind::kConflict:
      return "conflict";
    case Verdict::Kind::kNoSuchKey:
      return "no such key";
    case Verdict::Kind::kFailed:
      break;
  }
  return std::string(NameOf(verdict.error.kind));
}

TEST(Verdict, AgreesWithOtherClients) {
  for (const auto& vector : vss::testing::ClientVectors("error_responses")) {
    HttpReply reply = ReplyWith(vector["http_status"], FromHex(vector["body_hex"]), nullptr);
    const auto& version = vector["vss_protocol_version_header"];
    if (!version.is_null()) {
      EXPECT_TRUE(reply.headers.Set("vss-protocol-version", version.get<std::string>()));
    }
    std::string expected = InOurWords(vector["error_client_0_6"]);
    // Plain text with status 400 says that the request is wrong: asking again would not help.
    if (vector["id"] == "err-plain-text-body") expected = "invalid";
    EXPECT_EQ(InWords(Judge(reply, kRefused)), expected) << vector["id"];
  }
}

TEST(Verdict, WhatStandsInFrontOfTheServerMayFailForAWhile) {
  for (const int status : {408, 425, 429, 500, 502, 503, 504}) {
    EXPECT_TRUE(Judge(ReplyWith(status, "<html>", nullptr), kRefused).may_try_again) << status;
  }
  for (const int status : {200, 204, 400, 404, 418}) {
    const Verdict verdict = Judge(ReplyWith(status, "<html>", nullptr), kRefused);
    EXPECT_EQ(InWords(verdict), "corrupt") << status;
    EXPECT_FALSE(verdict.may_try_again);
  }
  EXPECT_EQ(InWords(Judge(ReplyWith(200, {}, nullptr), MissingProtocolVersion::kAllowed)), "ok");
}

TEST(Verdict, ARedirectIsNotFollowed) {
  for (const int status : {301, 302, 303, 307, 308}) {
    EXPECT_EQ(InWords(Judge(ReplyWith(status), kRefused)), "invalid");
  }
}

TEST(Verdict, OnlyWhatTheServerDidNotTryIsCertainNotToHaveHappened) {
  const std::string internal = FromHex("0803120173");
  EXPECT_TRUE(Judge(ReplyWith(429, internal), kRefused).nothing_happened);
  EXPECT_FALSE(Judge(ReplyWith(500, internal), kRefused).nothing_happened);
  HttpReply busy = ReplyWith(503, internal);
  EXPECT_FALSE(Judge(busy, kRefused).nothing_happened);
  EXPECT_TRUE(busy.headers.Set("retry-after", "7"));
  const Verdict verdict = Judge(busy, kRefused);
  EXPECT_TRUE(verdict.nothing_happened);
  EXPECT_EQ(verdict.error.retry_after, std::chrono::seconds(7));
  using Reached = TransportFailure::Reached;
  EXPECT_TRUE(Judge(Unexpected(TransportFailure{Reached::kNo}), kRefused).nothing_happened);
  EXPECT_FALSE(Judge(Unexpected(TransportFailure{Reached::kMaybe}), kRefused).nothing_happened);
}

TEST(Verdict, WhoeverCannotBeTrustedIsNotAskedAgain) {
  using Outlook = TransportFailure::Outlook;
  TransportFailure failure{TransportFailure::Reached::kNo, "no certificate", Outlook::kFinal};
  const Verdict verdict = Judge(Unexpected(failure), kRefused);
  EXPECT_FALSE(verdict.may_try_again);
  EXPECT_TRUE(verdict.nothing_happened);
  EXPECT_EQ(InWords(verdict), "unavailable");
  failure.outlook = Outlook::kNoSuchName;  // A phone without a network knows no names.
  EXPECT_TRUE(Judge(Unexpected(failure), kRefused).may_try_again);
}

TEST(Verdict, RetryAfterIsAFewSecondsOrNothing) {
  for (const char* text : {"", "-1", "1.5", "99999999999", "Wed, 21 Oct 2015 07:28:00 GMT"}) {
    HttpReply reply = ReplyWith(429);
    EXPECT_TRUE(reply.headers.Set("Retry-After", text));
    EXPECT_EQ(Judge(reply, kRefused).error.retry_after, std::nullopt) << text;
  }
}

TEST(Verdict, RetryAfterAsADateIsMeasuredByTheClockOfTheServer) {
  const auto asked = [](const char* date, const char* until) {
    HttpReply reply = ReplyWith(429);
    EXPECT_TRUE(reply.headers.Set("Date", date));
    EXPECT_TRUE(reply.headers.Set("Retry-After", until));
    return Judge(reply, kRefused).error.retry_after;
  };
  const char* const now = "Tue, 31 Dec 2024 23:59:50 GMT";
  EXPECT_EQ(asked(now, "Wed, 01 Jan 2025 00:00:05 GMT"), std::chrono::seconds(15));
  EXPECT_EQ(asked(now, now), std::chrono::seconds(0));
  for (const char* nonsense : {"Tue, 31 Dec 2024 23:59:49 GMT", "Wed, 32 Jan 2025 00:00:05 GMT",
                               "Wed, 01 Xyz 2025 00:00:05 GMT", "Wed, 01 anF 2025 00:00:05 GMT",
                               "Wed, 01 Jan 2025 00:00:05 UTC", "Wed, 01 Jan 2025 00:-1:05 GMT",
                               "Wednesday, 01-Jan-25 00:00:05 GMT"}) {
    EXPECT_EQ(asked(now, nonsense), std::nullopt) << nonsense;
    EXPECT_EQ(asked(nonsense, nonsense), *nonsense == 'T' ? asked(now, now) : std::nullopt);
  }
}

}  // namespace
}  // namespace vss::client
