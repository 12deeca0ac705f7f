// For tests of the HTTP server: a handler that does what the path says, and a client that sees
// every byte.
#ifndef VSS_SERVER_HTTP_HTTP_TESTING_H_
#define VSS_SERVER_HTTP_HTTP_TESTING_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/lane.h"
#include "server/http/file_descriptor.h"
#include "server/http/handler.h"

namespace vss::server::testing {

// /echo...    answers the body at once, in the middle of the call
// /held...    answers when the test says so, from the test's thread
// /refused... is refused by its head
// /stuck...   keeps the thread that calls until the test lets it go
// /large...   answers 1.5 MiB at once
// /failing    fails
// /read...    and /held/read... are reads
// /lane...    answers from a lane; /lane/stuck... keeps it until the test lets it go;
// /lane2...   the same with another one
class PathHandler final : public HttpHandler {
 public:
  ~PathHandler() override {
    for (auto& [path, then] : held_) then(Response{});
  }

  std::uint64_t body_bytes_max = 1 << 20;
  std::atomic<int> worked_by_those_who_offered = 0;  // Jobs of the lane.
  std::counting_semaphore<> let_go{0};               // Of /stuck and /lane/stuck.

  Expected<Accepted, Response> OnHead(const RequestHead& head) override {
    const std::string path(head.Path());
    {
      const std::lock_guard lock(mutex_);
      client_address_ = head.ClientAddress();
      ++heads_[path];
      changed_.notify_all();
    }
    if (path.starts_with("/refused")) return Unexpected(Response{.status = 401, .body = "refused"});
    return Accepted{.is_read = path.find("/read") != std::string::npos,
                    .body_bytes_max = body_bytes_max,
                    .serve = [this, path](std::string body, Then<Response> then) {
                      Serve(path, std::move(body), std::move(then));
                    }};
  }

  Response OnRefusal(Refusal refusal) override {
    static constexpr int kStatus[] = {400, 431, 414, 413, 408, 408, 503, 503};
    return {.status = kStatus[static_cast<int>(refusal)],
            .body = "refusal " + std::to_string(static_cast<int>(refusal))};
  }

  Response OnFailure(const Failure& failure) override {
    return {.status = 500, .body = failure.message};
  }

  // Until the held request has arrived.
  void WaitFor(const std::string& path) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [&] {
      return held_.contains(path);
    })) << path;
  }
  // Until so many heads with this path have come.
  void WaitForHead(const std::string& path, int count) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(20), [&] { return heads_[path] >= count; }));
  }
  bool IsHeld(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return held_.contains(path);
  }
  void Release(const std::string& path, Response response) {
    WaitFor(path);
    std::unique_lock lock(mutex_);
    auto held = held_.extract(path);
    lock.unlock();
    held.mapped()(std::move(response));
  }

  std::string client_address() {
    const std::lock_guard lock(mutex_);
    return client_address_;
  }

 private:
  void Serve(const std::string& path, std::string body, Then<Response> then) {
    if (path == "/failing") return then(Unavailable("it failed"));
    if (path.starts_with("/closing")) return then(Response{.body = "closing", .close = true});
    if (path.starts_with("/large")) return then(Response{.body = std::string(3 << 19, 'x')});
    if (path.starts_with("/stuck")) BeStuck();
    if (path.starts_with("/lane")) {
      Lane<Job>& lane = path.starts_with("/lane2") ? lane2_ : lane_;
      EXPECT_FALSE(lane.Offer({path, std::move(then), std::this_thread::get_id()}, 0));
      return;
    }
    if (!path.starts_with("/held")) {
      return then(Response{.body = path + ":", .tail = std::move(body)});
    }
    const std::lock_guard lock(mutex_);
    held_.emplace(path, std::move(then));
    changed_.notify_all();
  }

  struct Job {
    std::string path;
    Then<Response> then;
    std::thread::id offered_by;
  };

  void BeStuck() { EXPECT_TRUE(let_go.try_acquire_for(std::chrono::seconds(20))); }
  void Work(std::vector<Job> jobs) {
    for (Job& job : jobs) {
      if (job.offered_by == std::this_thread::get_id()) ++worked_by_those_who_offered;
      if (job.path.find("/stuck") != std::string::npos) BeStuck();
    }
    for (Job& job : jobs) job.then(Response{.body = job.path});
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Then<Response>> held_;
  std::map<std::string, int> heads_;
  std::string client_address_;
  Lane<Job> lane_{{}, [this](std::vector<Job> jobs) { Work(std::move(jobs)); }};
  Lane<Job> lane2_{{}, [this](std::vector<Job> jobs) { Work(std::move(jobs)); }};
};

struct Reply {
  int status = 0;  // 0: none, the connection ended.
  std::string head;
  std::string body;

  // The value of the header `name`, spelt exactly so with one blank behind it, or "".
  std::string Header(std::string_view name) const {
    const std::string start = "\r\n" + std::string(name) + ": ";
    const std::size_t at = head.find(start);
    if (at == std::string::npos) return "";
    return head.substr(at + start.size(), head.find("\r\n", at + 2) - at - start.size());
  }
};

// Bytes to and from the server; whatever they travel through.
class ClientLink {
 public:
  virtual ~ClientLink() = default;
  virtual std::ptrdiff_t Write(const char* bytes, std::size_t count) = 0;
  virtual std::ptrdiff_t Read(char* room, std::size_t count) = 0;  // 0 at the end.
  virtual void EndWriting() = 0;
};

class SocketLink final : public ClientLink {
 public:
  explicit SocketLink(int socket) : socket_(socket) {}
  std::ptrdiff_t Write(const char* bytes, std::size_t count) override {
    return ::send(socket_, bytes, count, MSG_NOSIGNAL);
  }
  std::ptrdiff_t Read(char* room, std::size_t count) override {
    return ::recv(socket_, room, count, 0);
  }
  void EndWriting() override { ::shutdown(socket_, SHUT_WR); }

 private:
  const int socket_;
};

// Every address of 127.0.0.0/8 is this machine, and a household of its own.
inline FileDescriptor ConnectTo(std::uint16_t port, int receive_bytes = 0,
                                const char* from = "127.0.0.1") {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (receive_bytes > 0) {
    ::setsockopt(socket.Get(), SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  }
  const timeval patience = {.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(socket.Get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket.Get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, from, &address.sin_addr);
  EXPECT_EQ(::bind(socket.Get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket.Get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return socket;
}

class Client final {
 public:
  Client(FileDescriptor socket, std::unique_ptr<ClientLink> link)
      : socket_(std::move(socket)), link_(std::move(link)) {}

  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::ptrdiff_t sent = link_->Write(bytes.data(), bytes.size());
      if (sent <= 0) return;  // The server has gone; what it said is what counts.
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void SendRequest(std::string_view path, std::string_view body = "",
                   std::string_view headers = "") {
    Send("POST " + std::string(path) + " HTTP/1.1\r\ncontent-length: " +
         std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" + std::string(body));
  }
  void EndSending() { link_->EndWriting(); }

  // The next reply; `has_body` is false for the answer to HEAD.
  Reply Receive(bool has_body = true) {
    while (received_.find("\r\n\r\n") == std::string::npos) {
      if (!ReceiveMore()) return {};
    }
    Reply reply;
    const std::size_t head_bytes = received_.find("\r\n\r\n") + 4;
    reply.head = received_.substr(0, head_bytes);
    received_.erase(0, head_bytes);
    reply.status = std::stoi(reply.head.substr(9, 3));
    const std::string length = reply.Header("content-length");
    if (!has_body || length.empty()) return reply;
    while (received_.size() < std::stoul(length)) {
      if (!ReceiveMore()) return {};
    }
    reply.body = received_.substr(0, std::stoul(length));
    received_.erase(0, reply.body.size());
    return reply;
  }
  Reply Exchange(std::string_view path, std::string_view body = "", std::string_view headers = "") {
    SendRequest(path, body, headers);
    return Receive();
  }

  // Reads and forgets at most `bytes`.
  void ReadSome(std::size_t bytes) {
    std::string room(bytes, '\0');
    link_->Read(room.data(), room.size());
  }
  // Whether the server ends the connection without another byte.
  bool IsEnded() { return received_.empty() && !ReceiveMore() && was_clean_; }
  // Whether the connection ends with a reset, whatever comes before.
  bool IsReset() {
    while (ReceiveMore()) {
    }
    return !was_clean_ && errno == ECONNRESET;
  }
  // Whether something has come, after a moment.
  bool HasReply() {
    SetPatience(std::chrono::milliseconds(50));
    const bool has_reply = !received_.empty() || ReceiveMore();
    SetPatience(std::chrono::seconds(20));
    return has_reply;
  }

 private:
  void SetPatience(std::chrono::microseconds time) {
    const timeval patience = {.tv_sec = time.count() / 1'000'000,
                              .tv_usec = time.count() % 1'000'000};
    ::setsockopt(socket_.Get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  bool ReceiveMore() {
    char room[16384];
    const std::ptrdiff_t count = link_->Read(room, sizeof room);
    was_clean_ = count == 0;
    if (count <= 0) return false;
    received_.append(room, static_cast<std::size_t>(count));
    return true;
  }

  FileDescriptor socket_;
  std::unique_ptr<ClientLink> link_;
  std::string received_;
  bool was_clean_ = false;
};

}  // namespace vss::server::testing

#endif  // VSS_SERVER_HTTP_HTTP_TESTING_H_
