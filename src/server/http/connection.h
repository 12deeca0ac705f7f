// One client's connection: reads requests, has them answered, and writes the answers in order.
//
// A state machine that runs in turns of its loop's.  A turn reads and parses what has come,
// starts what may start, writes what is ready, and leaves behind the events it waits for and the
// deadline that ends the waiting.
//
// Order: answers leave in the order of the requests.  Reads may overlap; a write waits until all
// before it is answered, and everything behind it waits for the write.
//
// Threads: in turns of its loop's.  Answers find their way through the loop's Inbox.
#ifndef VSS_SERVER_HTTP_CONNECTION_H_
#define VSS_SERVER_HTTP_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/then.h"
#include "server/http/byte_budget.h"
#include "server/http/client_address.h"
#include "server/http/connection_count.h"
#include "server/http/cors.h"
#include "server/http/file_descriptor.h"
#include "server/http/handler.h"
#include "server/http/http_observer.h"
#include "server/http/http_options.h"
#include "server/http/poller.h"
#include "server/http/progress_mark.h"
#include "server/http/request_reader.h"
#include "server/http/tls.h"
#include "server/http/transport.h"
#include "server/log/rare_lines.h"

namespace vss::server {

class Loop;

// What the connections of one listener share.
struct Site {
  const HttpOptions& options;
  HttpHandler& handler;
  HttpObserver& observer;
  Log& log;
  RareLines& rare_lines;
  std::shared_ptr<ByteBudget> budget;
  TrustedProxies proxies;
  CorsPolicy cors;
  std::unique_ptr<TlsIdentity> tls;  // None: in the clear.
};

// What accepting a connection yields.
struct Arrival {
  FileDescriptor socket;
  IpAddress peer;
  ConnectionCount::Ticket ticket;
  bool is_refused = false;  // One connection too many: it is told so, and closed.
};

class Connection final : public std::enable_shared_from_this<Connection>, public Poller::Watcher {
 public:
  Connection(Loop& loop, const Site& site, Arrival arrival);

  void Start();
  void OnReady(Readiness ready) override;
  // Reads, answers and writes as far as possible now.
  void Turn();
  // Ends what has waited too long.
  void Tick();
  // Finishes what is under way, then closes.
  void Drain();
  void Close();

  // The answer to the request `sequence`.  A turn must follow.
  void Take(std::uint64_t sequence, Result<Response> result, ByteLease lease);
  bool IsInTurn() const { return is_in_turn_; }

  std::size_t place_in_loop = 0;  // The loop's own.

 private:
  enum class State { kOpen, kLingering, kClosed };
  enum class Phase { kNothing, kIdle, kHead, kBody, kLingering };  // What is waited for.

  // What must be remembered of a request until its answer has left.
  struct Memo {
    bool is_head = false;  // HEAD: the answer has no body.
    bool keeps_alive = true;
    std::uint64_t bytes_in = 0;
    std::string allowed_origin = {};  // Of the page that may see the answer (cors.h).
  };
  struct Waiting {
    Accepted accepted;
    std::string body;
    Memo memo;
    ByteLease lease;
  };
  // A place in the queue of answers.
  struct Slot {
    std::uint64_t sequence;
    Memo memo = {};
    bool is_read = true;
    bool is_ready = false;
    bool is_interim = false;  // "100 Continue"
    Response response = {};
    std::string head = {};  // Made when it is about to leave.
    ByteLease lease = {};

    std::uint64_t BodyBytes() const {
      return memo.is_head ? 0 : response.body.size() + response.tail.size();
    }
  };

  void Parse();
  void OnHead();
  void OnRequest();
  void StartWaiting();
  bool MayStart(const Waiting& request) const;
  void Serve(Waiting request);
  void Refuse(Refusal refusal);
  void Reject(Response response);
  void Answer(Response response, const Memo& memo);
  void SayContinue();
  IpAddress ClientOf(const ParsedHead& head) const;
  void WarnOfProxy(const ParsedHead& head) const;

  bool WantsToRead() const;
  bool HasRoom() const;
  void Read();
  bool Flush();
  std::size_t Gather(std::span<std::string_view> parts);
  bool Sent(std::uint64_t bytes);
  std::uint64_t BytesDelivered() const;
  void FormatHead(Slot& slot, bool is_last);

  void Settle();
  void TurnLater();
  void GoOn();
  void EnterPhase(Phase phase);
  Phase PhaseNow() const;
  void OnPhaseTooLong();
  bool IsDelivering() const;
  void ReportHandshake();
  bool IsDrained() const;
  void BeginLingering();
  void Linger();
  void EndLingering();

  Loop& loop_;
  const Site& site_;
  const IpAddress peer_;
  const std::string peer_text_;
  const std::shared_ptr<ByteAccount> account_;  // Of the peer's household.
  ConnectionCount::Ticket ticket_;
  const bool is_refused_;
  FileDescriptor socket_;
  const std::unique_ptr<Transport> transport_;

  State state_ = State::kOpen;
  SteadyTime now_ = {};
  bool is_in_turn_ = false;
  bool is_draining_ = false;
  std::uint64_t drain_sequence_max_ = 0;  // What comes behind it is not read any more.

  // Reading.
  RequestReader reader_;
  bool is_reading_ = true;    // There may be another request.
  bool has_ended_ = false;    // The client sends no more.
  bool is_readable_ = false;  // Of what has come, some may not have been read yet.
  bool is_ending_ = false;    // What has come ends with the end.
  bool is_new_ = true;        // No request has come yet.
  bool read_needs_write_ = false;
  Memo memo_;
  std::optional<Accepted> accepted_;  // The request whose body is being read.
  ByteLease lease_;
  std::optional<Waiting> waiting_;  // Complete, but may not start yet.

  // Answering.
  std::vector<Slot> slots_;
  std::uint64_t next_sequence_ = 0;
  std::size_t serving_ = 0;
  std::size_t writes_serving_ = 0;
  std::uint64_t read_bytes_ = 0;  // What the answer to a read may take, from those before it.

  // Writing.
  std::uint64_t front_sent_ = 0;    // Of the first slot.
  std::uint64_t unsent_bytes_ = 0;  // Of bodies that are ready.
  std::uint64_t bytes_written_ = 0;
  std::uint64_t turn_bytes_left_ = 0;  // What this turn may still write.
  std::optional<Moved::Status> write_blocked_;

  // Waiting.
  bool is_turn_posted_ = false;
  Phase phase_ = Phase::kNothing;
  ProgressMark phase_mark_;
  ProgressMark write_mark_;
  std::uint64_t discarded_ = 0;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_CONNECTION_H_
