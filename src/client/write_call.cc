#include "client/write_call.h"

#include <algorithm>
#include <optional>

namespace vss::client {
namespace {

constexpr Version kAny = -1;

// Two of this size that are equal by accident do not exist; shorter ones do, also on purpose.
constexpr std::size_t kTellingBytesMin = 32;

// After a write that replaced `version`.
Version Next(Version version) { return version == kAny ? 1 : version + 1; }

bool IsRemoval(const Piece& piece) { return !piece.value && !piece.is_global_version; }

bool HasCondition(const Piece& piece) { return piece.version != kAny; }

// All that have a condition, a removal's being that there is something; or, if none has, all that
// have a value.
std::vector<std::size_t> WitnessesOf(const std::vector<Piece>& pieces, bool is_conditional) {
  std::vector<std::size_t> witnesses;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool has_value = !is_conditional && !pieces[i].is_global_version;
    if (HasCondition(pieces[i]) || IsRemoval(pieces[i]) || has_value) witnesses.push_back(i);
  }
  return witnesses;
}

}  // namespace

WriteCall::WriteCall(const CallRules& rules, Entropy& entropy, SteadyTime deadline,
                     std::vector<Piece> pieces, As as)
    : Call(rules, entropy, deadline),
      pieces_(std::move(pieces)),
      is_conditional_(std::ranges::any_of(pieces_, HasCondition)),
      witnesses_(WitnessesOf(pieces_, is_conditional_)),
      as_(as),
      phase_(as == As::kLookFirst ? Phase::kLook : Phase::kWrite) {}

Call::Outgoing WriteCall::NextRequest() {
  switch (phase_) {
    case Phase::kLook:
      return {"getObject", EncodeGet(rules().store_id, pieces_[0].key)};
    case Phase::kSettle:
      return {"getObject", EncodeGet(rules().store_id, PieceToRead().key)};
    case Phase::kWrite:
      break;
  }
  // deleteObject does not say whether the version was the one that was asked for.
  if (IsUnconditionalRemoval()) return {"deleteObject", EncodeDelete(rules().store_id, pieces_[0])};
  return {"putObjects", EncodePut(rules().store_id, pieces_)};
}

Action WriteCall::OnVerdict(Verdict verdict, const std::string& body, SteadyTime now) {
  return phase_ == Phase::kWrite ? OnWritten(std::move(verdict), body, now)
                                 : OnRead(std::move(verdict), body, now);
}

Action WriteCall::OnWritten(Verdict verdict, const std::string& body, SteadyTime now) {
  has_conflict_ = false;
  switch (verdict.kind) {
    case Verdict::Kind::kOk:
      if (body.empty()) return Committed();
      is_in_doubt_ = true;  // Replies to writes are empty: this one belongs to something else.
      return Settle(UnreadableReply(), now);
    case Verdict::Kind::kConflict:
      has_conflict_ = true;
      if (witnesses_.empty()) return Conclude(now);
      phase_ = Phase::kSettle;
      return SendFurther(now);
    case Verdict::Kind::kNoSuchKey:
      if (IsUnconditionalRemoval()) return Committed();
      is_in_doubt_ = true;
      return Settle(UnreadableReply(), now);
    case Verdict::Kind::kFailed:
      break;
  }
  if (!verdict.nothing_happened) is_in_doubt_ = true;
  if (!verdict.may_try_again) return FailWith(std::move(verdict.error));
  if (verdict.nothing_happened) return SendAgain(std::move(verdict.error), now);
  return Settle(std::move(verdict.error), now);
}

Action WriteCall::Settle(Error error, SteadyTime now) {
  if (!witnesses_.empty()) phase_ = Phase::kSettle;
  return SendAgain(std::move(error), now);
}

Action WriteCall::WriteAgain(SteadyTime now) {
  phase_ = Phase::kWrite;
  signs_.clear();
  found_.clear();
  // A conflict that nothing explains is no reason to hurry.
  if (!has_conflict_) return SendNow(now);
  return SendAgain(
      {.kind = Kind::kUnavailable, .message = "the server reports a conflict where there is none"},
      now);
}

Action WriteCall::OnRead(Verdict verdict, const std::string& body, SteadyTime now) {
  const std::string& key = phase_ == Phase::kLook ? pieces_[0].key : PieceToRead().key;
  std::optional<StoredRecord> record;
  switch (verdict.kind) {
    case Verdict::Kind::kNoSuchKey:
      record = StoredRecord{key, 0, {}};
      break;
    case Verdict::Kind::kOk:
      record = DecodeGet(body, key);
      if (!record) return SendAgain(UnreadableReply(), now);
      break;
    case Verdict::Kind::kConflict:
      return FailWith(UnreadableReply());
    case Verdict::Kind::kFailed:
      if (verdict.may_try_again) return SendAgain(std::move(verdict.error), now);
      return FailWith(std::move(verdict.error));
  }
  const KeyVersion found{key, record->version};
  return phase_ == Phase::kLook ? OnLooked(found, now) : OnFound(found, record->value, now);
}

Action WriteCall::OnLooked(const KeyVersion& found, SteadyTime now) {
  pieces_[0].version = found.version;
  if (found.version == 0) return Committed();
  phase_ = Phase::kWrite;
  return SendFurther(now);
}

WriteCall::Sign WriteCall::SignOf(const Piece& piece, const KeyVersion& found,
                                  const std::string& value) {
  if (IsRemoval(piece) && found.version == 0) return Sign::kGone;
  if (!HasCondition(piece)) {
    const bool is_there = piece.value && found.version > 0 && value == *piece.value;
    return is_there ? Sign::kOurs : Sign::kOther;
  }
  if (found.version == piece.version) return Sign::kUntouched;
  if (!piece.value || found.version != Next(piece.version)) return Sign::kOther;
  if (value != *piece.value) return Sign::kBeaten;
  return value.size() >= kTellingBytesMin ? Sign::kOurs : Sign::kOther;
}

Action WriteCall::OnFound(const KeyVersion& found, const std::string& value, SteadyTime now) {
  const Sign sign = SignOf(PieceToRead(), found, value);
  signs_.push_back(sign);
  found_.push_back(found);
  if (sign == Sign::kBeaten) return Conflict();
  const Sign not_applied = is_conditional_ ? Sign::kUntouched : Sign::kOther;
  if (sign == not_applied && !has_conflict_) return WriteAgain(now);
  if (signs_.size() < witnesses_.size()) return SendFurther(now);
  return Conclude(now);
}

Action WriteCall::Conclude(SteadyTime now) {
  // All or nothing: beside an untouched piece, one that looks like ours is somebody else's.
  const auto is_untouched = [](Sign sign) { return sign == Sign::kUntouched; };
  if (std::ranges::all_of(signs_, is_untouched)) return WriteAgain(now);
  if (HasSeen(Sign::kUntouched)) return Conflict();
  if (is_conditional_ && HasSeen(Sign::kOurs)) return Committed();
  if (!is_in_doubt_) return Conflict();
  // What was to be removed may have been removed by others, who wrote nothing for us.
  const bool is_done = HasSeen(Sign::kOurs) || std::ranges::all_of(pieces_, IsRemoval);
  if (is_done && !HasSeen(Sign::kOther)) return Committed();
  return FailWith({.kind = Kind::kInDoubt,
                   .message = "the record was written again before it could be seen whether this "
                              "write was applied"});
}

bool WriteCall::IsUnconditionalRemoval() const {
  return as_ == As::kRemoval && pieces_[0].version == kAny;
}

bool WriteCall::HasSeen(Sign sign) const { return std::ranges::find(signs_, sign) != signs_.end(); }

Action WriteCall::Committed() {
  WriteOutcome outcome;
  for (const Piece& piece : pieces_) {
    outcome.keys.push_back({piece.key, IsRemoval(piece) ? 0 : Next(piece.version)});
  }
  answer_ = std::move(outcome);
  return {.kind = Action::Kind::kDone};
}

// With what stood in the way, as far as it has been read.
WriteOutcome WriteCall::ConflictFound() const {
  WriteOutcome outcome{WriteOutcome::Kind::kConflict};
  for (std::size_t i = 0; i < signs_.size(); ++i) {
    const Sign agrees = HasCondition(pieces_[witnesses_[i]]) ? Sign::kUntouched : Sign::kOther;
    if (signs_[i] != agrees) outcome.keys.push_back(found_[i]);
  }
  return outcome;
}

Action WriteCall::Conflict() {
  // What was to be removed is not there: that is what was wanted.
  if (as_ != As::kPut && signs_ == std::vector{Sign::kGone}) return Committed();
  answer_ = ConflictFound();
  return {.kind = Action::Kind::kDone};
}

void WriteCall::Fail(Error error) {
  if (has_conflict_ && !is_in_doubt_) {
    answer_ = ConflictFound();
    return;
  }
  if (is_in_doubt_) {
    error.may_have_been_applied = true;
    if (error.kind != Kind::kCorrupt) error.kind = Kind::kInDoubt;
  }
  answer_ = Unexpected(std::move(error));
}

}  // namespace vss::client
