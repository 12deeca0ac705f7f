#include "server/lss/lss_side.h"

#include <optional>
#include <utility>
#include <vector>

#include "auth/key_file.h"
#include "auth/shared_key.h"
#include "crypto/hex.h"
#include "server/assembly/check.h"
#include "server/assembly/options.h"
#include "server/config/validate.h"
#include "server/grpc/grpc_server.h"
#include "server/http/listening_socket.h"
#include "server/lss/gate.h"
#include "server/lss/lss_handler.h"
#include "server/lss/server_identity.h"
#include "service/lss_service.h"

namespace vss::server {

// In the order in which they are built; what a call passes through goes last.
struct LssSide::Parts {
  Parts(const Config& config, crypto::SigningKey key, store::Store& store,
        service::Admission& admission, Metrics& metrics, Log& log, const Clock& clock,
        Entropy& entropy)
      : server_id(crypto::EncodeHex(key.PublicKey())),
        verifier(std::move(key), config.lss.cached_clients_max, entropy),
        service(LssOptionsFrom(config), verifier, admission, store, metrics, clock),
        handler(config.lss.bytes_in_flight_max.bytes, service, metrics, log, clock) {}

  const std::string server_id;
  auth::SharedKeyVerifier verifier;
  service::LssService service;
  LssHandler handler;
  std::unique_ptr<GrpcServer> grpc;
  std::unique_ptr<Gate> gate;
};

namespace {

std::string FolderOfKey(const Config& config) {
  if (!config.lss.server_key_folder.empty()) return config.lss.server_key_folder;
  const std::string& path = config.store.sqlite.path;
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

Result<auth::KeyFile> KeyFor(const Config& config, store::Store& store, Log& log,
                             const Clock& clock, Entropy& entropy) {
  const std::string folder = FolderOfKey(config);
  const std::string path = folder + "/server_key";
  if (!config.lss.accept_new_server_key) {
    // In this order: another server that tells the store of a key has made the file before.
    const Result<Done> may_make = MayMakeServerKey(store, path, clock);
    VSS_TRY(const auto existing, auth::LoadKeyFile(path, entropy));
    if (!existing) VSS_RETURN_IF_FAILED(may_make);
  }
  VSS_TRY(auth::KeyFile key, auth::LoadOrMakeKeyFile(path, entropy));
  if (key.is_new) log.Info("server key made", {{"folder", folder}});
  if (key.is_exposed) log.Warn("others may read server_key", {{"folder", folder}});
  VSS_RETURN_IF_FAILED(CheckServerId(
      store, key.key.PublicKey(),
      config.lss.accept_new_server_key ? IfServerIdDiffers::kAccept : IfServerIdDiffers::kRefuse,
      clock));
  return key;
}

Result<std::vector<FileDescriptor>> ListenOn(const std::vector<std::string>& addresses) {
  std::vector<FileDescriptor> listeners;
  for (const std::string& address : addresses) {
    VSS_TRY(const HostPort parsed, ParseHostPort(address, kLssPort));
    VSS_TRY(FileDescriptor listener, Listen(parsed.host, parsed.port));
    listeners.push_back(std::move(listener));
  }
  return listeners;
}

}  // namespace

LssSide::LssSide(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

LssSide::~LssSide() { Stop(); }

Result<std::unique_ptr<LssSide>> LssSide::Make(const Config& config, store::Store& store,
                                               service::Admission& admission, Metrics& metrics,
                                               Log& log, const Clock& clock, Entropy& entropy) {
  VSS_RETURN_IF_FAILED(CheckFilesOf(config.lss));
  VSS_TRY(std::vector<FileDescriptor> listeners, ListenOn(config.lss.listen));
  VSS_TRY(auth::KeyFile key, KeyFor(config, store, log, clock, entropy));
  auto parts = std::make_unique<Parts>(config, std::move(key.key), store, admission, metrics, log,
                                       clock, entropy);
  VSS_TRY(parts->grpc, MakeGrpcServer(GrpcOptionsFrom(config), parts->handler));
  GrpcServer* const grpc = parts->grpc.get();
  parts->gate = std::make_unique<Gate>(
      std::move(listeners),
      GateLimits{config.lss.connections_max, config.lss.connections_per_address_max}, metrics,
      [grpc](int socket) { grpc->Adopt(socket); });
  metrics.AddGauge(
      "vss_lss_bytes_in_flight", "Requests and replies of LSS in memory now.",
      [handler = &parts->handler] { return static_cast<double>(handler->BytesInFlight()); });
  return std::unique_ptr<LssSide>(new LssSide(std::move(parts)));
}

void LssSide::Start() { parts_->gate->Start(); }

void LssSide::Stop() {
  parts_->gate->Stop();
  parts_->grpc->Stop();
}

std::uint16_t LssSide::Port(std::size_t listener) const { return parts_->gate->PortOf(listener); }

const std::string& LssSide::ServerId() const { return parts_->server_id; }

}  // namespace vss::server
