#include "client/read_calls.h"

#include <bit>
#include <iterator>

#include "client/wire.h"

namespace vss::client {
namespace {

constexpr std::size_t kBytesBesideKey = 64;

// An answer that has no place in a reply to this request, or a failure.
Error ErrorIn(Verdict verdict) {
  return verdict.kind == Verdict::Kind::kFailed ? std::move(verdict.error) : UnreadableReply();
}

}  // namespace

Call::Outgoing GetCall::NextRequest() { return {"getObject", EncodeGet(rules().store_id, key_)}; }

Action GetCall::OnVerdict(Verdict verdict, const std::string& body, SteadyTime now) {
  switch (verdict.kind) {
    case Verdict::Kind::kNoSuchKey:
      answer_ = Value();
      return {.kind = Action::Kind::kDone};
    case Verdict::Kind::kOk:
      if (auto record = DecodeGet(body, key_)) {
        answer_ = Value(*std::move(record));
        return {.kind = Action::Kind::kDone};
      }
      return SendAgain(UnreadableReply(), now);
    case Verdict::Kind::kConflict:
      return FailWith(UnreadableReply());
    case Verdict::Kind::kFailed:
      break;
  }
  if (verdict.may_try_again) return SendAgain(std::move(verdict.error), now);
  return FailWith(std::move(verdict.error));
}

Call::Outgoing ListCall::NextRequest() {
  return {"listKeyVersions", EncodeList(rules().store_id, options_, token_)};
}

Action ListCall::OnVerdict(Verdict verdict, const std::string& body, SteadyTime now) {
  if (verdict.kind == Verdict::Kind::kOk) {
    auto page = DecodeList(body, options_.prefix);
    if (!page) return SendAgain(UnreadableReply(), now);
    return OnPage(*std::move(page), now);
  }
  if (verdict.may_try_again) return SendAgain(std::move(verdict.error), now);
  return FailWith(ErrorIn(std::move(verdict)));
}

Action ListCall::OnPage(Listing page, SteadyTime now) {
  ++pages_read_;
  if (!page.next_page_token.empty() &&
      (page.next_page_token == token_ || page.next_page_token == token_behind_)) {
    return FailWith({.kind = Kind::kCorrupt, .message = "the server lists in circles"});
  }
  if (std::has_single_bit(pages_read_)) token_behind_ = page.next_page_token;
  listing_bytes_ += kBytesBesideKey;  // So that empty pages come to an end, too.
  for (const KeyVersion& found : page.keys) listing_bytes_ += kBytesBesideKey + found.key.size();
  if (listing_bytes_ > rules().list_bytes_max) {
    return FailWith({.kind = Kind::kCorrupt, .message = "the server lists more than agreed"});
  }
  if (page.global_version) listing_.global_version = page.global_version;
  std::move(page.keys.begin(), page.keys.end(), std::back_inserter(listing_.keys));
  listing_.next_page_token = token_ = std::move(page.next_page_token);
  if (pages_ == Pages::kAll && !token_.empty()) return SendFurther(now);
  answer_ = std::move(listing_);
  return {.kind = Action::Kind::kDone};
}

}  // namespace vss::client
