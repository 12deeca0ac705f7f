#include "server/http/connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "server/http/loop.h"
#include "server/http/response_head.h"
#include "server/http/tcp.h"

namespace vss::server {
namespace {

// Then others have their turn.
constexpr std::size_t kReadsInTurnMax = 16;
constexpr std::uint64_t kWrittenInTurnMax = 1 << 20;
constexpr std::size_t kPartsMax = 48;

class HeadView final : public RequestHead {
 public:
  HeadView(const ParsedHead& head, std::string client) : head_(head), client_(std::move(client)) {}

  std::string_view Method() const override { return head_.method; }
  std::string_view Path() const override { return head_.path; }
  std::optional<std::string_view> Header(std::string_view name) const override {
    return head_.Last(name);
  }
  std::optional<std::uint64_t> ContentLength() const override { return head_.content_length; }
  std::string_view ClientAddress() const override { return client_; }

 private:
  const ParsedHead& head_;
  const std::string client_;
};

}  // namespace

Connection::Connection(Loop& loop, const Site& site, Arrival arrival)
    : loop_(loop),
      site_(site),
      peer_(arrival.peer),
      peer_text_(peer_.ToString()),
      account_(site.budget->AccountOf(peer_)),
      ticket_(std::move(arrival.ticket)),
      is_refused_(arrival.is_refused),
      socket_(std::move(arrival.socket)),
      transport_(site.tls ? MakeTlsTransport(socket_.Get(), *site.tls)
                          : MakePlainTransport(socket_.Get())),
      reader_(site.options.reader),
      lease_(account_),
      read_bytes_(site.options.unsent_bytes_max / 4) {}

void Connection::Start() {
  if (is_refused_) {
    Refuse(Refusal::kTooManyConnections);
  } else {
    site_.observer.OnConnectionOpened();
  }
  loop_.poller().Watch(socket_.Get(), *this) ? Turn() : Close();
}

void Connection::Turn() {
  const auto self = shared_from_this();  // Closing lets go of us.
  now_ = loop_.Now();
  is_in_turn_ = true;
  turn_bytes_left_ = kWrittenInTurnMax;
  for (std::size_t reads = 0; state_ == State::kOpen;) {
    Parse();
    if (IsDrained()) is_reading_ = false;
    const bool can_read = is_readable_ && WantsToRead();
    // The last answer says that it is.  While draining, we know once we have seen what has come.
    const bool may_be_last = is_draining_ && can_read && !accepted_;
    if (!may_be_last && Flush()) continue;  // There may be room for more requests now.
    if (state_ != State::kOpen) break;      // The descriptor is somebody else's by now.
    if (!can_read || ++reads > kReadsInTurnMax) break;
    Read();
  }
  is_in_turn_ = false;
  Settle();
}

// ---- Requests ----------------------------------------------------------------------------------

bool Connection::HasRoom() const {
  return slots_.size() < site_.options.requests_in_flight_max &&
         unsent_bytes_ < site_.options.unsent_bytes_max;
}

void Connection::Parse() {
  StartWaiting();
  while (is_reading_ && !waiting_ && HasRoom()) {
    switch (reader_.Next()) {
      case RequestReader::Status::kNeedsBytes:
        return;
      case RequestReader::Status::kHead:
        OnHead();
        break;
      case RequestReader::Status::kRequest:
        OnRequest();
        break;
      case RequestReader::Status::kRefused:
        Refuse(reader_.refusal());
        return;
    }
  }
}

void Connection::OnHead() {
  const ParsedHead& head = reader_.Head();
  is_new_ = false;
  EnterPhase(Phase::kNothing);  // Whatever is waited for next has its own time.
  memo_ = {.is_head = head.method == "HEAD",
           .keeps_alive = head.keeps_alive,
           .allowed_origin = site_.cors.AllowedOrigin(head)};
  if (auto answer = site_.cors.AnswerPreflight(head)) return Reject(*std::move(answer));

  const IpAddress client = ClientOf(head);
  const bool is_peer = client == peer_;
  Expected<Accepted, Response> verdict =
      site_.handler.OnHead(HeadView(head, is_peer ? peer_text_ : client.ToString()));
  if (!verdict) return Reject(std::move(verdict).error());

  const bool expects_continue = head.expects_continue;
  accepted_ = std::move(verdict).value();
  if (!is_peer) {
    lease_ = ByteLease(site_.budget->AccountOf(client));
    lease_.Set(reader_.BytesHeld());
  }
  reader_.ReadBody(accepted_->body_bytes_max);
  if (expects_continue && !reader_.HasBodyBytes()) SayContinue();
}

IpAddress Connection::ClientOf(const ParsedHead& head) const {
  if (site_.proxies.Contains(peer_)) {
    return site_.proxies.ClientOf(peer_, head.All("x-forwarded-for"));
  }
  WarnOfProxy(head);
  return peer_;
}

// A proxy that nobody told us of makes all its users one client, who then share the limits of one.
void Connection::WarnOfProxy(const ParsedHead& head) const {
  constexpr std::chrono::hours kOnce(24 * 365);
  if (!head.Last("x-forwarded-for") || !peer_.IsPrivate()) return;
  if (!site_.rare_lines.Permit("proxy", kOnce)) return;
  site_.log.Warn("X-Forwarded-For is ignored: all clients of this proxy share one address's limits",
                 {{"peer", peer_text_}, {"setting", "server.trusted_proxies"}});
}

// The head was all we wanted to know.  A small body is read over; for a larger one, or one that the
// client holds back, it is cheaper to give up the connection.
void Connection::Reject(Response response) {
  const ParsedHead& head = reader_.Head();
  const bool can_skip = !head.is_chunked && !head.expects_continue &&
                        head.content_length.value_or(0) <= site_.options.skipped_body_bytes_max;
  const Memo memo = std::exchange(memo_, {});
  Answer(std::move(response), memo);
  if (can_skip && memo.keeps_alive) {
    reader_.SkipBody();
  } else {
    is_reading_ = false;
  }
}

void Connection::OnRequest() {
  std::string body = reader_.TakeBody();
  if (!accepted_) return lease_.Set(reader_.BytesHeld());  // Answered already.
  if (!lease_.TrySet(body.size())) return Refuse(Refusal::kOverloaded);
  memo_.bytes_in = body.size();
  if (!memo_.keeps_alive) is_reading_ = false;
  waiting_ = Waiting{*std::exchange(accepted_, std::nullopt), std::move(body),
                     std::exchange(memo_, {}), std::exchange(lease_, ByteLease(account_))};
  lease_.Set(reader_.BytesHeld());
  StartWaiting();
}

void Connection::StartWaiting() {
  if (!waiting_) return;
  if (MayStart(*waiting_)) Serve(*std::exchange(waiting_, std::nullopt));
}

// A client that does not read is not worked for.  Reads overlap as far as their answers, if they
// are like those before them, will find room.
bool Connection::MayStart(const Waiting& request) const {
  const std::uint64_t unsent_max = site_.options.unsent_bytes_max;
  if (serving_ == 0) return unsent_bytes_ < unsent_max;
  return request.accepted.is_read && writes_serving_ == 0 &&
         unsent_bytes_ + (serving_ + 1) * read_bytes_ <= unsent_max;
}

void Connection::Serve(Waiting request) {
  const std::uint64_t sequence = next_sequence_++;
  const bool is_read = request.accepted.is_read;
  slots_.push_back({.sequence = sequence, .memo = request.memo, .is_read = is_read});
  ++serving_;
  if (!is_read) ++writes_serving_;
  request.accepted.serve(
      std::move(request.body), [inbox = loop_.inbox(), self = weak_from_this(), sequence, is_read,
                                lease = std::move(request.lease)](Result<Response> result) mutable {
        // Before the answer waits in a queue: what was asked for in a few bytes may be large.  What
        // has become of a write is always told.
        if (is_read && result && !lease.TrySet(result->body.size() + result->tail.size())) {
          result = Overloaded("The server is busy");
        }
        inbox->Deliver({std::move(self), sequence, std::move(result), std::move(lease)});
      });
}

// A request that goes no further: the answer, and nothing after it.
void Connection::Refuse(Refusal refusal) {
  const bool is_answered = reader_.IsSkippingBody();
  reader_.GiveUp();
  accepted_.reset();
  lease_.Set(0);
  is_reading_ = false;
  if (is_answered) return;
  memo_.keeps_alive = false;
  Answer(site_.handler.OnRefusal(refusal), std::exchange(memo_, {}));
}

void Connection::Answer(Response response, const Memo& memo) {
  slots_.push_back({.sequence = next_sequence_++,
                    .memo = memo,
                    .is_ready = true,
                    .response = std::move(response)});
  if (slots_.back().response.close) is_reading_ = false;
  unsent_bytes_ += slots_.back().BodyBytes();
}

void Connection::SayContinue() {
  slots_.push_back({.sequence = next_sequence_++,
                    .is_ready = true,
                    .is_interim = true,
                    .head = "HTTP/1.1 100 Continue\r\n\r\n"});
}

void Connection::Take(std::uint64_t sequence, Result<Response> result, ByteLease lease) {
  if (state_ != State::kOpen || slots_.empty()) return;
  const std::uint64_t place = sequence - slots_.front().sequence;
  if (place >= slots_.size()) return;  // An answer before it closed the connection.

  Slot& slot = slots_[place];
  CHECK(!slot.is_ready);
  slot.is_ready = true;
  slot.response =
      result ? std::move(result).value() : site_.handler.OnFailure(std::move(result).error());
  slot.lease = std::move(lease);
  slot.lease.Set(slot.response.body.size() + slot.response.tail.size());
  unsent_bytes_ += slot.BodyBytes();
  --serving_;
  if (slot.is_read) {
    read_bytes_ = std::max(read_bytes_ / 2, slot.BodyBytes());
  } else {
    --writes_serving_;
  }

  if (slot.response.close) {  // Nothing may come after it.
    slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(place) + 1, slots_.end());
    waiting_.reset();
    is_reading_ = false;
  }
}

// ---- Bytes -------------------------------------------------------------------------------------

bool Connection::WantsToRead() const { return is_reading_ && !waiting_ && HasRoom(); }

void Connection::Read() {
  const std::span<char> room = reader_.Prepare();
  const Moved moved = transport_->ReadSome(room);
  read_needs_write_ = moved.status == Moved::Status::kWantWrite;
  switch (moved.status) {
    case Moved::Status::kMoved:
      reader_.Commit(moved.bytes);
      is_readable_ = moved.may_be_more || is_ending_;
      if (!lease_.TrySet(reader_.BytesHeld())) Refuse(Refusal::kOverloaded);
      break;
    case Moved::Status::kWantRead:
    case Moved::Status::kWantWrite:
      is_readable_ = false;
      break;
    case Moved::Status::kEnd:
      has_ended_ = true;
      is_reading_ = false;  // What has not come by now never will.
      break;
    case Moved::Status::kBroken:
      Close();
      break;
  }
}

// Writes what is ready and this turn may write, in order.  True if an answer has left completely.
bool Connection::Flush() {
  bool has_left = false;
  while (!slots_.empty() && slots_.front().is_ready) {
    if (turn_bytes_left_ == 0) return has_left;
    std::array<std::string_view, kPartsMax> parts;
    const std::size_t count = Gather(parts);
    const Moved moved = transport_->WriteSome({parts.data(), count});
    if (moved.status == Moved::Status::kMoved) {
      if (Sent(moved.bytes)) has_left = true;
    } else if (moved.status == Moved::Status::kWantRead ||
               moved.status == Moved::Status::kWantWrite) {
      if (!write_blocked_) write_mark_ = {now_, BytesDelivered()};
      write_blocked_ = moved.status;
      return has_left;
    } else {
      Close();
      return false;
    }
  }
  write_blocked_.reset();
  return has_left;
}

// The system takes bytes in large portions from a slow connection, so progress is what the client
// has acknowledged.
std::uint64_t Connection::BytesDelivered() const {
  return bytes_written_ - std::min(bytes_written_, UnacknowledgedBytes(socket_.Get()));
}

// The bytes of the answers in front that are ready, without what has been sent of the first, as far
// as this turn may write them.
std::size_t Connection::Gather(std::span<std::string_view> parts) {
  std::size_t count = 0;
  std::uint64_t skip = front_sent_;
  std::uint64_t room = turn_bytes_left_;
  for (Slot& slot : slots_) {
    if (!slot.is_ready || room == 0 || count + 3 > parts.size()) break;
    if (slot.head.empty()) FormatHead(slot, &slot == &slots_.back());
    std::array<std::string_view, 3> of_slot = {slot.head, slot.response.body, slot.response.tail};
    if (slot.memo.is_head) of_slot = {slot.head};
    for (std::string_view part : of_slot) {
      const auto skipped = std::min<std::uint64_t>(skip, part.size());
      skip -= skipped;
      part = part.substr(skipped, room);
      room -= part.size();
      if (!part.empty()) parts[count++] = part;
    }
  }
  return count;
}

void Connection::FormatHead(Slot& slot, bool is_last) {
  const bool closes = slot.response.close || (is_last && !is_reading_ && !waiting_);
  slot.head = FormatResponseHead(
      slot.response,
      {.date = loop_.Date(),
       .keeps_alive = !closes,
       .idle_max = std::chrono::floor<std::chrono::seconds>(site_.options.idle_time_max),
       .allowed_origin = slot.memo.allowed_origin});
}

bool Connection::Sent(std::uint64_t bytes) {
  bytes_written_ += bytes;
  turn_bytes_left_ -= bytes;
  front_sent_ += bytes;
  std::size_t left = 0;
  for (; left < slots_.size(); ++left) {
    const Slot& slot = slots_[left];
    const std::uint64_t size = slot.head.size() + slot.BodyBytes();
    if (slot.head.empty() || front_sent_ < size) break;
    front_sent_ -= size;
    unsent_bytes_ -= slot.BodyBytes();
    if (slot.is_interim) continue;
    site_.observer.OnRequest({.status = slot.response.status,
                              .bytes_in = slot.memo.bytes_in,
                              .bytes_out = slot.BodyBytes()});
  }
  slots_.erase(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(left));
  return left > 0;
}

// ---- Waiting -----------------------------------------------------------------------------------

// The end of a turn: what to wait for now.
void Connection::Settle() {
  if (state_ != State::kOpen) return;
  if (!is_reading_ && !waiting_ && slots_.empty()) {
    // Who says nothing more, and has all that we said, misses nothing.
    const bool is_silent =
        has_ended_ || (is_draining_ && !is_readable_ && reader_.IsBetweenRequests());
    return is_silent && UnacknowledgedBytes(socket_.Get()) == 0 ? Close() : BeginLingering();
  }
  const Phase phase = PhaseNow();
  if (phase != phase_) EnterPhase(phase);
  // More has come, or is to go, than fits into one turn.
  if ((is_readable_ && WantsToRead()) || turn_bytes_left_ == 0) TurnLater();
}

void Connection::OnReady(Readiness ready) {
  if (ready.can_read || (ready.can_write && read_needs_write_)) is_readable_ = true;
  if (ready.has_ended) is_ending_ = true;
  GoOn();
}

void Connection::GoOn() { state_ == State::kLingering ? Linger() : Turn(); }

void Connection::TurnLater() {
  if (std::exchange(is_turn_posted_, true)) return;
  loop_.Post([self = shared_from_this()] {
    self->is_turn_posted_ = false;
    self->GoOn();
  });
}

Connection::Phase Connection::PhaseNow() const {
  if (!WantsToRead()) return Phase::kNothing;
  if (reader_.IsReadingBody() || reader_.IsSkippingBody()) {
    // Who waits for "100 Continue" cannot be late before it has left.
    const bool is_held_back = !slots_.empty() && slots_.back().is_interim;
    return is_held_back ? Phase::kNothing : Phase::kBody;
  }
  if (is_new_ || !reader_.IsBetweenRequests()) return Phase::kHead;
  return slots_.empty() ? Phase::kIdle : Phase::kNothing;
}

void Connection::EnterPhase(Phase phase) {
  phase_ = phase;
  phase_mark_ = {now_, reader_.BodyBytes()};
}

void Connection::Tick() {
  const auto self = shared_from_this();
  now_ = loop_.Now();
  if (IsDelivering() &&
      write_mark_.HasStalled(site_.options.write_progress, now_, BytesDelivered())) {
    site_.observer.OnTimeout(Timeout::kWrite);
    ResetWhenClosed(socket_.Get());
    return Close();
  }
  OnPhaseTooLong();
}

bool Connection::IsDelivering() const {
  return write_blocked_ || (state_ == State::kLingering && UnacknowledgedBytes(socket_.Get()) > 0);
}

void Connection::OnPhaseTooLong() {
  const auto waited = now_ - phase_mark_.at;
  switch (phase_) {
    case Phase::kNothing:
      return;
    case Phase::kIdle:
      reader_.ReleaseBuffers();
      lease_.Set(0);
      if (waited < site_.options.idle_time_max) return;
      site_.observer.OnTimeout(Timeout::kIdle);
      return UnacknowledgedBytes(socket_.Get()) == 0 ? Close() : BeginLingering();
    case Phase::kHead:
      if (waited < site_.options.head_time_max) return;
      site_.observer.OnTimeout(Timeout::kHead);
      if (reader_.IsBetweenRequests()) return Close();
      Refuse(Refusal::kHeadTimeout);
      return Turn();
    case Phase::kBody:
      if (!phase_mark_.HasStalled(site_.options.body_progress, now_, reader_.BodyBytes())) return;
      site_.observer.OnTimeout(Timeout::kBody);
      Refuse(Refusal::kBodyTimeout);
      return Turn();
    case Phase::kLingering:
      return EndLingering();
  }
}

// ---- The end -----------------------------------------------------------------------------------

void Connection::Drain() {
  const auto self = shared_from_this();
  is_draining_ = true;
  drain_sequence_max_ = next_sequence_ + site_.options.requests_in_flight_max;
  is_readable_ = true;  // What has come before we knew is still answered.
  GoOn();
}

// Nothing more is read once nothing has come, or, from a client that never pauses, soon.
bool Connection::IsDrained() const {
  if (!is_draining_) return false;
  if (next_sequence_ >= drain_sequence_max_) return !accepted_;
  return !is_readable_ && reader_.IsBetweenRequests();
}

// Closing a socket with unread bytes, or one that bytes still come to, makes the system reset the
// connection, and the client may lose the answer.  So: no more from us, and read over what still
// comes until the client closes too.
void Connection::BeginLingering() {
  state_ = State::kLingering;
  reader_.GiveUp();
  lease_.Set(0);
  transport_->EndWriting();
  EnterPhase(Phase::kLingering);
  write_mark_ = {now_, BytesDelivered()};
  Linger();
}

void Connection::Linger() {
  const auto self = shared_from_this();
  const std::span<char> scratch = loop_.Scratch();
  for (std::size_t reads = 0; reads < kReadsInTurnMax; ++reads) {
    const Moved moved = transport_->DiscardSome(scratch);
    if (moved.status == Moved::Status::kWantRead) return;
    if (moved.status == Moved::Status::kEnd) {
      has_ended_ = true;
      return EndLingering();
    }
    if (moved.status != Moved::Status::kMoved) return Close();
    discarded_ += moved.bytes;
    if (discarded_ > site_.options.lingering_bytes_max) return Close();
  }
  TurnLater();
}

// What has been acknowledged arrives, whatever else the client sends (RFC 9112, 9.6).  Until then
// it has the time that every answer has.
void Connection::EndLingering() {
  const bool is_over =
      has_ended_ || is_draining_ || now_ - phase_mark_.at >= site_.options.lingering_time_max;
  if (is_over && UnacknowledgedBytes(socket_.Get()) == 0) Close();
}

void Connection::ReportHandshake() {
  const std::string problem = transport_->HandshakeProblem();
  if (problem.empty()) return;
  site_.observer.OnHandshakeFailed();
  if (const auto left_out = site_.rare_lines.Permit("handshake")) {
    site_.log.Info("TLS handshake failed",
                   {{"peer", peer_text_}, {"reason", problem}, {"left_out", *left_out}});
  }
}

void Connection::Close() {
  if (state_ == State::kClosed) return;
  if (state_ == State::kOpen) {
    ReportHandshake();
    transport_->EndWriting();
  }
  state_ = State::kClosed;
  loop_.poller().Forget(*this);
  socket_ = FileDescriptor();
  reader_.GiveUp();
  slots_.clear();
  accepted_.reset();
  waiting_.reset();
  lease_.Set(0);
  if (!is_refused_) site_.observer.OnConnectionClosed();
  ticket_ = {};
  loop_.Remove(*this);
}

}  // namespace vss::server
