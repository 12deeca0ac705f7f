// Clients that mean harm, on the connection itself: whatever they do, honest signers are served.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <iterator>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lss_api/codec.h"
#include "server/http/file_descriptor.h"
#include "server/http/tls_testing.h"
#include "tests/lss/clients.h"
#include "tests/lss/dial.h"
#include "tests/lss/over_grpc.h"
#include "tests/support/seed.h"

namespace vss::testing {
namespace {

using server::FileDescriptor;

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// A frame of HTTP/2: 24 bits of length, type, flags, 32 bits of stream.
std::string Frame(char type, char flags, std::uint32_t stream, const std::string& payload) {
  std::string frame;
  for (int shift = 16; shift >= 0; shift -= 8) {
    frame += static_cast<char>(payload.size() >> shift & 0xFF);
  }
  frame += type;
  frame += flags;
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(stream >> shift & 0xFF);
  return frame + payload;
}

std::string Literal(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + name +
         static_cast<char>(value.size()) + value;
}

// A message as gRPC frames it: not compressed, and 32 bits of length.
std::string Message(const std::string& bytes) {
  std::string message(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) {
    message += static_cast<char>(bytes.size() >> shift & 0xFF);
  }
  return message + bytes;
}

const std::string kInfo = "/lss.LightningStorage/Info";
const std::string kGet = "/lss.LightningStorage/Get";

std::string HeadersOf(const std::string& call) {
  return Literal(":method", "POST") + Literal(":scheme", "http") + Literal(":path", call) +
         Literal(":authority", "x") + Literal("te", "trailers") +
         Literal("content-type", "application/grpc");
}

std::string Settings() { return Frame(4, 0, 0, ""); }
std::string Headers(std::uint32_t stream, char flags = 4) {  // END_HEADERS
  return Frame(1, flags, stream, HeadersOf(kInfo));
}
std::string Reset(std::uint32_t stream) {
  return Frame(3, 0, stream, std::string("\0\0\0\x08", 4));
}

class HostileSigner : public ::testing::Test {
 protected:
  void Start(const std::function<void(server::Config&)>& adjust = [](server::Config&) {}) {
    auto started = StartLssServer("memory", folder_, adjust);
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }

  FileDescriptor Dial(std::uint32_t from = INADDR_LOOPBACK) const {
    FileDescriptor socket = testing::Dial(PortIn(server_->LssBase()), from);
    EXPECT_TRUE(socket.IsOpen());
    return socket;
  }
  // False once the server has had enough.
  static bool Send(const FileDescriptor& socket, const std::string& bytes) {
    return ::send(socket.Get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  // Whether the server ends the connection in time, whatever it says before.
  static bool Ends(const FileDescriptor& socket) {
    std::string bytes(64 << 10, '\0');
    ssize_t size = 1;
    while (size > 0) size = ::recv(socket.Get(), bytes.data(), bytes.size(), 0);
    return size == 0 || errno == ECONNRESET;
  }
  // Everything up to the trailers of an answer.
  static std::string AnswerFrom(const FileDescriptor& socket) {
    std::string bytes(4096, '\0');
    std::string all;
    while (all.find("grpc-status") == std::string::npos) {
      const ssize_t size = ::recv(socket.Get(), bytes.data(), bytes.size(), 0);
      if (size <= 0) break;
      all.append(bytes, 0, static_cast<std::size_t>(size));
    }
    return all;
  }
  void ExpectServes() {
    TestSigner signer(server_->LssBase());
    const auto outcome = signer->Put({{"a", 0, "x"}});
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(signer->Get("")->size(), 1u);
  }

  TempFolder folder_;
  std::unique_ptr<RunningServer> server_;
};

TEST_F(HostileSigner, WhoTalksNonsense) {
  Start();
  Random random = MakeRandom();
  for (const std::string& start : {std::string(), std::string(kPreface)}) {
    for (int i = 0; i < 20; ++i) {
      std::string noise(1 + Below(random, 2000), '\0');
      for (char& c : noise) c = static_cast<char>(Below(random, 256));
      Send(Dial(), start + noise);
    }
  }
  const FileDescriptor http1 = Dial();
  Send(http1, "GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_TRUE(Ends(http1));
  ExpectServes();
}

TEST_F(HostileSigner, WhoSaysNothing) {
  Start([](server::Config& config) { config.limits.head_timeout = std::chrono::seconds(1); });
  const FileDescriptor silent = Dial();
  const FileDescriptor half = Dial();
  Send(half, std::string(kPreface.substr(0, 10)));
  EXPECT_TRUE(Ends(silent));
  EXPECT_TRUE(Ends(half));
  ExpectServes();
}

TEST_F(HostileSigner, WhoOpensStreamsAndResetsThem) {
  Start();
  const FileDescriptor socket = Dial();
  Send(socket, std::string(kPreface) + Settings());
  std::jthread reader([&] { Ends(socket); });
  for (std::uint32_t stream = 1; stream < 10'000; stream += 2) {
    if (!Send(socket, Headers(stream) + Reset(stream))) break;
  }
  ExpectServes();
  ::shutdown(socket.Get(), SHUT_RDWR);
}

TEST_F(HostileSigner, WhoLeavesStreamsOpen) {
  Start();
  std::vector<FileDescriptor> sockets;
  for (int i = 0; i < 20; ++i) {
    sockets.push_back(Dial());
    std::string bytes = std::string(kPreface) + Settings();
    for (std::uint32_t stream = 1; stream < 1000; stream += 2) bytes += Headers(stream);
    Send(sockets.back(), bytes);
  }
  ExpectServes();
}

TEST_F(HostileSigner, WhoAnnouncesMoreThanItSends) {
  Start();
  std::vector<FileDescriptor> sockets;
  for (int i = 0; i < 20; ++i) {
    sockets.push_back(Dial());
    // A message of almost 4 GiB, and one of a little less than the limit, of which little comes.
    Send(sockets.back(), std::string(kPreface) + Settings() + Headers(1) +
                             Frame(0, 0, 1, std::string("\0\xff\xff\xff\xff", 5) + "x") +
                             Headers(3) + Frame(0, 0, 3, std::string("\0\0\x3f\xff\xff", 5) + "x"));
  }
  ExpectServes();
}

// Nothing is due from a client whose request is on its way, but not for ever.
TEST_F(HostileSigner, WhoNeverSendsTheLastByte) {
  Start([](server::Config& config) {
    config.lss.connection_age_max = std::chrono::seconds(1);
    config.server.request_timeout = std::chrono::seconds(1);
  });
  const FileDescriptor socket = Dial();
  Send(socket, std::string(kPreface) + Settings() + Headers(1) +
                   Frame(0, 0, 1, std::string("\0\0\x3f\xff\xff", 5) + "x"));
  EXPECT_TRUE(Ends(socket));
  ExpectServes();
}

TEST_F(HostileSigner, WhoCompresses) {
  Start();
  const FileDescriptor socket = Dial();
  Send(socket, std::string(kPreface) + Settings() +
                   Frame(1, 4, 1, HeadersOf(kInfo) + Literal("grpc-encoding", "gzip")) +
                   Frame(0, 1, 1, std::string("\x01\0\0\0\x04", 5) + "bomb"));
  EXPECT_NE(AnswerFrom(socket).find("12"), std::string::npos) << "UNIMPLEMENTED";
  ExpectServes();
}

// Not hostile: that is how some say that they have no deadline.
TEST_F(HostileSigner, WhoHasAThousandYears) {
  Start();
  TestSigner signer(server_->LssBase());
  ASSERT_TRUE(signer->Put({{"a", 0, "the-value"}}));
  SystemEntropy entropy;
  lss_client::Session session = signer.NewSession();
  const std::string get = session.Get("", entropy).Request();
  for (const std::string timeout : {"30S", "90000S", "2562047H", "3000000H", "99999999H"}) {
    const FileDescriptor socket = Dial();
    Send(socket, std::string(kPreface) + Settings() +
                     Frame(1, 4, 1, HeadersOf(kGet) + Literal("grpc-timeout", timeout)) +
                     Frame(0, 1, 1, Message(get)));
    EXPECT_NE(AnswerFrom(socket).find("the-value"), std::string::npos) << timeout;
  }
}

TEST_F(HostileSigner, WhoTakesEveryConnection) {
  Start([](server::Config& config) { config.lss.connections_max = 30; });
  {
    std::vector<FileDescriptor> sockets;
    for (int i = 0; i < 100; ++i) sockets.push_back(Dial());
    int ended = 0;
    for (const FileDescriptor& socket : sockets) {
      char byte = 0;
      pollfd waiting = {socket.Get(), POLLRDHUP, 0};
      ::poll(&waiting, 1, 100);
      ended += ::recv(socket.Get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0 ? 1 : 0;
    }
    EXPECT_GE(ended, 70);
  }
  // They are gone, and so are their places.
  bool is_served = false;
  for (int i = 0; i < 100 && !is_served; ++i) {
    is_served = lss_client::ServerId(*Connect(server_->LssBase())).has_value();
    if (!is_served) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_TRUE(is_served);
}

TEST_F(HostileSigner, WhoAsksForMuchAndReadsNothing) {
  Start([](server::Config& config) { config.lss.bytes_in_flight_max = {64 << 20}; });
  TestSigner signer(server_->LssBase());
  ASSERT_TRUE(signer->Put({{"big", 0, std::string(4'000'000, 'x')}}));
  SystemEntropy entropy;
  lss_client::Session session = signer.NewSession();
  const std::string get = session.Get("", entropy).Request();

  std::vector<FileDescriptor> sockets;
  for (int i = 0; i < 10; ++i) {
    sockets.push_back(Dial(INADDR_LOOPBACK + 1));
    std::string bytes = std::string(kPreface) + Settings();
    for (std::uint32_t stream = 1; stream < 100; stream += 2) {
      bytes += Frame(1, 4, stream, HeadersOf(kGet)) + Frame(0, 1, stream, Message(get));
    }
    Send(sockets.back(), bytes);
  }
  TestSigner other(server_->LssBase());
  EXPECT_TRUE(other->Put({{"a", 0, "x"}}));
  EXPECT_TRUE(other->Get("a")) << "what is small finds room";
}

// --- What stands beside the calls of signers ---

class BesideSigners : public HostileSigner {};

TEST_F(BesideSigners, AProbeIsToldThatTheServerServes) {
  Start();
  const auto ask = [this](const std::string& service) {
    const FileDescriptor socket = Dial();
    const std::string request =
        service.empty() ? "" : "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
    Send(socket, std::string(kPreface) + Settings() +
                     Frame(1, 4, 1, HeadersOf("/grpc.health.v1.Health/Check")) +
                     Frame(0, 1, 1, Message(request)));
    return AnswerFrom(socket);
  };
  const std::string serving = Message("\x08\x01");
  for (const std::string service : {"", "lss.LightningStorage"}) {
    EXPECT_NE(ask(service).find(serving), std::string::npos) << service;
  }
  EXPECT_EQ(ask("vss.Nothing").find(serving), std::string::npos);
}

TEST_F(BesideSigners, WhatThereIsCanBeAsked) {
  Start();
  const FileDescriptor socket = Dial();
  Send(socket,
       std::string(kPreface) + Settings() +
           Frame(1, 4, 1,
                 HeadersOf("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")) +
           Frame(0, 1, 1, Message(std::string("\x3a\x00", 2))));  // list_services
  const std::string answer = AnswerFrom(socket);
  EXPECT_NE(answer.find("lss.LightningStorage"), std::string::npos);
  EXPECT_NE(answer.find("grpc.health.v1.Health"), std::string::npos);
}

// --- TLS ---

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(HostileSigner, WithoutACertificateIsNotLetIn) {
  const server::testing::TlsFolder server_files("localhost");
  const server::testing::TlsFolder client_files("client");
  Start([&](server::Config& config) {
    config.lss.listen = {"localhost:0"};
    config.lss.tls_certificate = server_files.files().certificate;
    config.lss.tls_key = server_files.files().key;
    config.lss.tls_client_authority = client_files.files().certificate;
  });
  std::string url = server_->LssBase();
  url.replace(url.find("127.0.0.1"), 9, "localhost");
  lss_client::GrpcTransportOptions options;
  options.timeout = std::chrono::seconds(5);
  options.authorities = ReadAll(server_files.files().certificate);
  EXPECT_FALSE(lss_client::ServerId(*Connect(url, options)));
  options.certificate = ReadAll(client_files.files().certificate);
  options.key = ReadAll(client_files.files().key);
  const auto server = lss_client::ServerId(*Connect(url, options));
  EXPECT_TRUE(server) << server.error().message;
  options.authorities = ReadAll(client_files.files().certificate);
  EXPECT_FALSE(lss_client::ServerId(*Connect(url, options))) << "nor does it go to a stranger";
}

}  // namespace
}  // namespace vss::testing
