// A write, and what it takes to know what became of it.
//
//            look          the version to remove, where nobody knew it
//              |
//   .------> write ------> committed
//   |          |
//   |          |  the reply was lost, cannot be understood, or reports a conflict
//   |          v
//   |        settle        read the keys back, one after the other
//   |          |
//   '----------+---------> committed, conflict, in doubt
//    not applied
//
// Only pieces with a condition can testify: what one without a condition finds may have been there
// before, or come later.  A key of a conditional piece that is read back says, by version and
// value, one of these:
//
//   untouched   it is at the version that was to be replaced: the write was not applied
//   ours        it is at the next version, with our value, which nobody else can have written: it
//               is sealed, or at least as long as something sealed
//   beaten      it is at the next version, with another value: the write never will be applied
//   gone        it was to be removed and is not there
//   other       anything else: ours may be, or have been, there
//
// A removal of whatever is there has a condition too, that something is: it can be gone, or is
// "other".  Where nothing has a condition the values themselves are looked at: they are ours, gone,
// or "other" and written again, since that is what unconditional means.
//
// A write that was in doubt once may still arrive at the server, late.  If it is conditional it
// then meets its version, and is applied, or a conflict; to a key that was removed meanwhile, or
// written unconditionally, its version may have come back.
#ifndef VSS_CLIENT_WRITE_CALL_H_
#define VSS_CLIENT_WRITE_CALL_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "client/call.h"
#include "client/wire.h"
#include "vss/client.h"

namespace vss::client {

class WriteCall final : public Call {
 public:
  using Value = WriteOutcome;
  enum class As {
    kPut,
    kRemoval,    // Of one piece.  Succeeds also if there is nothing to remove.
    kLookFirst,  // A removal of one piece whose version is not known.
  };

  WriteCall(const CallRules& rules, Entropy& entropy, SteadyTime deadline,
            std::vector<Piece> pieces, As as);

  const std::vector<Piece>& pieces() const { return pieces_; }
  Answer<WriteOutcome> TakeAnswer() { return std::move(answer_); }

 private:
  enum class Phase { kLook, kWrite, kSettle };
  enum class Sign { kUntouched, kOurs, kBeaten, kGone, kOther };

  Outgoing NextRequest() override;
  Action OnVerdict(Verdict verdict, const std::string& body, SteadyTime now) override;
  void Fail(Error error) override;

  Action OnWritten(Verdict verdict, const std::string& body, SteadyTime now);
  Action OnRead(Verdict verdict, const std::string& body, SteadyTime now);
  Action OnLooked(const KeyVersion& found, SteadyTime now);
  Action OnFound(const KeyVersion& found, const std::string& value, SteadyTime now);
  Action Conclude(SteadyTime now);

  static Sign SignOf(const Piece& piece, const KeyVersion& found, const std::string& value);
  bool IsUnconditionalRemoval() const;
  bool HasSeen(Sign sign) const;
  const Piece& PieceToRead() const { return pieces_[witnesses_[signs_.size()]]; }

  Action WriteAgain(SteadyTime now);
  Action Settle(Error error, SteadyTime now);
  Action Committed();
  Action Conflict();
  WriteOutcome ConflictFound() const;

  std::vector<Piece> pieces_;
  const bool is_conditional_;                 // Some piece has a condition.
  const std::vector<std::size_t> witnesses_;  // The pieces that are read back, by their places.
  const As as_;
  Phase phase_;
  bool is_in_doubt_ = false;   // Some request may have been applied without our knowing.
  bool has_conflict_ = false;  // The last request was answered with a conflict.
  // What was read back of the witnesses, in order.
  std::vector<Sign> signs_;
  std::vector<KeyVersion> found_;
  Answer<WriteOutcome> answer_ = WriteOutcome();
};

}  // namespace vss::client

#endif  // VSS_CLIENT_WRITE_CALL_H_
