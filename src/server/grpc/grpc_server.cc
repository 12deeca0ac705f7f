#include "server/grpc/grpc_server.h"

#include <grpc/support/log.h>
#include <grpc/support/time.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "lss.grpc.pb.h"

namespace vss::server {
namespace {

using grpc::ByteBuffer;
using grpc::CallbackServerContext;
using lss_api::Operation;

// The library's own settings are the process's: its log goes to standard error, where strangers
// could fill it, and its services beside ours are added to every server.
void SetUpLibrary() {
  static std::once_flag done;
  std::call_once(done, [] {
    gpr_set_log_function([](gpr_log_func_args*) {});
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

// "ipv4:192.0.2.1:50000", "ipv6:%5B2001:db8::1%5D:50000": the address in it.
std::string AddressIn(std::string_view peer) {
  peer.remove_prefix(std::min(peer.find(':') + 1, peer.size()));
  peer = peer.substr(0, peer.rfind(':'));
  for (const std::string_view bracket : {"%5B", "["}) {
    if (peer.starts_with(bracket)) peer.remove_prefix(bracket.size());
  }
  for (const std::string_view bracket : {"%5D", "]"}) {
    if (peer.ends_with(bracket)) peer.remove_suffix(bracket.size());
  }
  return std::string(peer);
}

// The client's deadline in ours.  One that is far away, which clients say for none, is none: it may
// not even be expressible as a time of the standard library.
Deadline DeadlineOf(const CallbackServerContext& context) {
  constexpr std::int64_t kSecondsMax = std::int64_t{24} * 60 * 60;
  const gpr_timespec deadline = context.raw_deadline();
  const gpr_timespec left = gpr_time_sub(deadline, gpr_now(deadline.clock_type));
  if (left.tv_sec >= kSecondsMax) return Deadline::Never();
  return {std::chrono::steady_clock::now() +
          std::chrono::seconds(std::max<std::int64_t>(left.tv_sec, -1)) +
          std::chrono::nanoseconds(left.tv_nsec)};
}

// Without a copy.
ByteBuffer BufferOf(std::string text) {
  auto* const owned = new std::string(std::move(text));
  const grpc::Slice slice(
      owned->data(), owned->size(), [](void* owner) { delete static_cast<std::string*>(owner); },
      owned);
  return ByteBuffer(&slice, 1);
}

class Call final : public grpc::ServerUnaryReactor {
 public:
  explicit Call(ByteBuffer* reply) : reply_(reply) {}

  void Answer(CallReply reply) {
    held_ = std::move(reply.held);
    if (reply.answer.code != lss_api::Code::kOk) {
      return Finish({static_cast<grpc::StatusCode>(reply.answer.code), reply.answer.message});
    }
    *reply_ = BufferOf(std::move(reply.answer.body));
    Finish(grpc::Status::OK);
  }

  // The client has gone; what was begun goes on, and Answer still comes.
  void OnCancel() override {}
  void OnDone() override { delete this; }

 private:
  ByteBuffer* const reply_;
  std::shared_ptr<const void> held_;
};

// The generated service with its messages left as bytes: lss_api/codec.h reads and writes them.
template <typename Service>
using Raw = ::lss::LightningStorage::WithRawCallbackMethod_Ping<
    ::lss::LightningStorage::WithRawCallbackMethod_Info<
        ::lss::LightningStorage::WithRawCallbackMethod_Put<
            ::lss::LightningStorage::WithRawCallbackMethod_Get<Service>>>>;

class LssCalls final : public Raw<::lss::LightningStorage::Service> {
 public:
  explicit LssCalls(CallHandler& handler) : handler_(handler) {}

  grpc::ServerUnaryReactor* Ping(CallbackServerContext* context, const ByteBuffer* request,
                                 ByteBuffer* reply) override {
    return Take(Operation::kPing, *context, *request, reply);
  }
  grpc::ServerUnaryReactor* Info(CallbackServerContext* context, const ByteBuffer* request,
                                 ByteBuffer* reply) override {
    return Take(Operation::kInfo, *context, *request, reply);
  }
  grpc::ServerUnaryReactor* Put(CallbackServerContext* context, const ByteBuffer* request,
                                ByteBuffer* reply) override {
    return Take(Operation::kPut, *context, *request, reply);
  }
  grpc::ServerUnaryReactor* Get(CallbackServerContext* context, const ByteBuffer* request,
                                ByteBuffer* reply) override {
    return Take(Operation::kGet, *context, *request, reply);
  }

 private:
  grpc::ServerUnaryReactor* Take(Operation operation, const CallbackServerContext& context,
                                 const ByteBuffer& request, ByteBuffer* reply) {
    auto* const call = new Call(reply);
    grpc::Slice body;
    if (!request.TrySingleSlice(&body).ok() && !request.DumpToSingleSlice(&body).ok()) {
      call->Answer({lss_api::AnswerTo(Invalid("not a message of this call").error())});
      return call;
    }
    handler_.OnCall(
        operation, AddressIn(context.peer()),
        {reinterpret_cast<const char*>(body.begin()), body.size()}, DeadlineOf(context),
        [call](Result<CallReply> answer) {
          call->Answer(answer ? *std::move(answer) : CallReply{lss_api::AnswerTo(answer.error())});
        });
    return call;
  }

  CallHandler& handler_;
};

std::shared_ptr<grpc::ServerCredentials> CredentialsFor(const std::optional<GrpcTls>& tls) {
  constexpr unsigned int kSecondsBetweenLooks = 10;
  if (!tls) return grpc::InsecureServerCredentials();
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          tls->key, tls->certificate, tls->client_authority, kSecondsBetweenLooks));
  options.watch_identity_key_cert_pairs();
  if (!tls->client_authority.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

void SetLimits(const GrpcOptions& options, grpc::ServerBuilder& builder) {
  constexpr int kPingIntervalMin = 10'000;  // Clients that ping more often are sent away.
  constexpr int kThreadsMax = 4;            // Only reflection keeps a thread waiting.
  const auto count = [](auto number) { return static_cast<int>(number); };
  grpc::ResourceQuota quota("lss");
  quota.Resize(options.buffer_bytes_max);
  quota.SetMaxThreads(kThreadsMax);
  builder.SetResourceQuota(quota);
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
  builder.SetMaxReceiveMessageSize(count(options.message_bytes_max));
  builder.SetMaxSendMessageSize(-1);
  // No client compresses, and what a few bytes unpack to is not limited.
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             count(options.calls_per_connection_max));
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                             count(options.handshake_time_max.count()));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, count(options.idle_time_max.count()));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, count(options.age_max.count()));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             count(options.age_grace.count()));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, count(options.keep_alive_time.count()));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kPingIntervalMin);
}

class GrpcServerImpl final : public GrpcServer {
 public:
  GrpcServerImpl(const GrpcOptions& options, CallHandler& handler)
      : options_(options), calls_(handler) {}
  ~GrpcServerImpl() override { Stop(); }

  Result<Done> Start() {
    grpc::ServerBuilder builder;
    SetLimits(options_, builder);
    acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        CredentialsFor(options_.tls));
    builder.RegisterService(&calls_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) return Unavailable("gRPC does not start");
    server_->GetHealthCheckService()->SetServingStatus(::lss::LightningStorage::service_full_name(),
                                                       true);
    return Done{};
  }

  void Adopt(int socket) override {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = socket;
    acceptor_->HandleNewConnection(&connection);
  }

  void Stop() override {
    if (server_ == nullptr) return;
    server_->GetHealthCheckService()->Shutdown();
    server_->Shutdown(std::chrono::system_clock::now() + options_.drain_time_max);
    server_.reset();
  }

 private:
  const GrpcOptions options_;
  LssCalls calls_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

Result<std::unique_ptr<GrpcServer>> MakeGrpcServer(const GrpcOptions& options,
                                                   CallHandler& handler) {
  SetUpLibrary();
  auto server = std::make_unique<GrpcServerImpl>(options, handler);
  VSS_RETURN_IF_FAILED(server->Start());
  return std::unique_ptr<GrpcServer>(std::move(server));
}

}  // namespace vss::server
