// One connection to the server that never blocks: sends a request, collects the answer.
#ifndef VSS_BENCH_LOAD_CHANNEL_H_
#define VSS_BENCH_LOAD_CHANNEL_H_

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "bench/load/endpoint.h"

namespace vss::bench {

class Channel final {
 public:
  enum class Step {
    kWaiting,  // For the socket: call Advance() when it is ready.
    kReply,    // An answer is complete: status() and body(), until the next Send().
    kFailed,   // trouble() says why; the channel is closed.
  };

  // `endpoint` and `tls` outlive the channel; `tls` is for https only.
  Channel(const Endpoint& endpoint, SSL_CTX* tls);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  bool IsOpen() const { return socket_ >= 0; }
  int socket() const { return socket_; }
  // Begins to connect; false with a trouble().
  bool Open();
  void Close();

  // Begins to send; the bytes stay where they are until the answer.  Advance() goes on with it.
  void Send(std::string_view request);
  Step Advance();
  // Whether Advance() waits for room to write rather than for something to read.
  bool WantsToWrite() const { return wants_to_write_; }

  int status() const { return status_; }
  std::string_view body() const { return body_; }
  bool closes() const { return closes_; }  // The server closes after this answer.
  const std::string& trouble() const { return trouble_; }

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const;
  };
  enum class Io { kSome, kBlocked, kFailed };

  bool Connect();    // True when connected; false while it waits or has failed.
  bool Handshake();  // Likewise.
  Step Fail(std::string trouble);
  Io Write();
  Io Read(char* to, std::size_t size, std::size_t& got);
  Io Judge(int result, const char* what);
  Step Collect();
  bool TakeReply(std::string_view bytes);  // Whether `bytes` are a whole answer.

  const Endpoint& endpoint_;
  SSL_CTX* const tls_;
  int socket_ = -1;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  bool is_connected_ = false;
  bool is_secured_ = false;
  bool wants_to_write_ = false;
  bool has_failed_ = false;
  std::string_view unsent_;
  std::string received_;  // Of an answer that did not come in one piece.
  std::size_t expected_ = 0;
  int status_ = 0;
  std::string_view body_;
  bool closes_ = false;
  std::string trouble_;
};

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_CHANNEL_H_
