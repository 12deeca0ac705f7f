#include "lss_client_grpc/grpc_transport.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/client_unary_call.h>

#include <optional>
#include <string_view>
#include <utility>

namespace vss::lss_client {
namespace {

using grpc::ByteBuffer;
using lss_api::Operation;

const char* PathOf(Operation operation) {
  switch (operation) {
    case Operation::kPing:
      return "/lss.LightningStorage/Ping";
    case Operation::kInfo:
      return "/lss.LightningStorage/Info";
    case Operation::kPut:
      return "/lss.LightningStorage/Put";
    case Operation::kGet:
      break;
  }
  return "/lss.LightningStorage/Get";
}

// host:port of a URL, and whether it asks for TLS.
struct Target {
  std::string address;
  bool has_tls = false;
};

std::optional<Target> ParseUrl(std::string_view url) {
  Target target;
  if (url.starts_with("https://")) {
    target.has_tls = true;
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  if (url.ends_with('/')) url.remove_suffix(1);
  if (url.empty() || url.find_first_of("/?#@ ") != std::string_view::npos) return std::nullopt;
  target.address = url;
  const std::size_t colon = url.rfind(':');
  if (colon == std::string_view::npos || url.ends_with(']')) {
    target.address += target.has_tls ? ":443" : ":80";
  }
  return target;
}

class GrpcTransport final : public Transport {
 public:
  GrpcTransport(std::shared_ptr<grpc::Channel> channel, std::chrono::milliseconds timeout)
      : channel_(std::move(channel)), timeout_(timeout) {}

  TransportReply Call(Operation operation, const std::string& request) override {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout_);
    const grpc::Slice slice(request);
    const ByteBuffer sent(&slice, 1);
    ByteBuffer received;
    const grpc::internal::RpcMethod method(PathOf(operation),
                                           grpc::internal::RpcMethod::NORMAL_RPC);
    const grpc::Status status =
        grpc::internal::BlockingUnaryCall(channel_.get(), method, &context, sent, &received);
    if (!status.ok()) {
      return {static_cast<lss_api::Code>(status.error_code()), status.error_message()};
    }
    return {lss_api::Code::kOk, "", TextIn(received)};
  }

 private:
  static std::string TextIn(const ByteBuffer& buffer) {
    std::vector<grpc::Slice> slices;
    std::string text;
    text.reserve(buffer.Length());
    if (!buffer.Dump(&slices).ok()) return text;
    for (const grpc::Slice& slice : slices) {
      text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    return text;
  }

  const std::shared_ptr<grpc::Channel> channel_;
  const std::chrono::milliseconds timeout_;
};

}  // namespace

Result<std::unique_ptr<Transport>> MakeGrpcTransport(const GrpcTransportOptions& options) {
  const auto target = ParseUrl(options.url);
  if (!target) return Invalid(options.url + " is not http://HOST:PORT or https://HOST:PORT");
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(options.reply_bytes_max));
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // Who may try a put again is not for gRPC to say.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto credentials =
      target->has_tls
          ? grpc::SslCredentials({options.authorities, options.key, options.certificate})
          : grpc::InsecureChannelCredentials();
  return std::unique_ptr<Transport>(std::make_unique<GrpcTransport>(
      grpc::CreateCustomChannel(target->address, credentials, arguments), options.timeout));
}

}  // namespace vss::lss_client
