#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/file_access.h"
#include "server/http/tls.h"

namespace vss::server {
namespace {

using Context = std::shared_ptr<SSL_CTX>;

std::string LastError() {
  std::array<char, 256> text = {};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

// Never asks a terminal for the password of a key.
int NoPassword(char*, int, int, void*) { return 0; }

// We speak HTTP/1.1 only, and say so before a client starts with something else.
int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                   const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, kOurs, sizeof kOurs - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

Context MakeContext() {
  Context context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  CHECK(context != nullptr);
  SSL_CTX* const raw = context.get();
  CHECK(SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1);
  CHECK(SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1);
  // A connection that ends without goodbye has ended; HTTP tells whether something is missing.
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_PRIORITIZE_CHACHA);
  // Idle connections give their buffers back; see also the limits of WriteSome in transport.h.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(raw, 1);
  // Clients resume with tickets, which cost us nothing to remember.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 1);
  SSL_CTX_set_default_passwd_cb(raw, &NoPassword);
  SSL_CTX_set_alpn_select_cb(raw, &ChooseProtocol, nullptr);
  return context;
}

Result<Context> LoadContext(const TlsFiles& files) {
  VSS_RETURN_IF_FAILED(CheckReadable(files.certificate));
  VSS_RETURN_IF_FAILED(CheckReadable(files.key));
  ERR_clear_error();
  Context context = MakeContext();
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return Invalid("cannot use the certificate in " + files.certificate + ": " + LastError());
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return Invalid("cannot use the key in " + files.key + ": " + LastError());
  }
  return context;
}

}  // namespace

Result<Done> CheckAuthorities(const std::string& path) {
  VSS_RETURN_IF_FAILED(CheckReadable(path));
  ERR_clear_error();
  if (SSL_CTX_load_verify_file(MakeContext().get(), path.c_str()) == 1) return Done{};
  return Invalid("cannot use the authorities in " + path + ": " + LastError());
}

Result<std::unique_ptr<TlsIdentity>> TlsIdentity::Load(TlsFiles files) {
  std::unique_ptr<TlsIdentity> identity(new TlsIdentity(std::move(files)));
  VSS_RETURN_IF_FAILED(identity->Reload());
  return identity;
}

Context TlsIdentity::Current() const {
  return state_.With([](const State& state) { return state.context; });
}

Result<Done> TlsIdentity::Reload() {
  // Looked at before it is read: a file that changes in between is read once more.
  const std::array<Fingerprint, 2> seen = Look();
  Result<Context> context = LoadContext(files_);
  state_.With([&](State& state) {
    state.seen = seen;
    if (context) state.context = *context;
  });
  if (!context) return Unexpected(std::move(context).error());
  return Done{};
}

std::optional<Result<Done>> TlsIdentity::ReloadIfChanged() {
  const std::array<Fingerprint, 2> now = Look();
  const bool is_same = state_.With([&](const State& state) { return state.seen == now; });
  if (is_same) return std::nullopt;
  return Reload();
}

std::array<TlsIdentity::Fingerprint, 2> TlsIdentity::Look() const {
  return {FingerprintOf(files_.certificate), FingerprintOf(files_.key)};
}

TlsIdentity::Fingerprint TlsIdentity::FingerprintOf(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

}  // namespace vss::server
