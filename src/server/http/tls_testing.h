// For tests: certificates made on the spot, and a client that speaks TLS.
#ifndef VSS_SERVER_HTTP_TLS_TESTING_H_
#define VSS_SERVER_HTTP_TLS_TESTING_H_

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "server/http/http_testing.h"
#include "server/http/tls.h"

namespace vss::server::testing {

// A folder with a certificate and its key.
class TlsFolder final {
 public:
  explicit TlsFolder(const std::string& name) {
    std::string path = ::testing::TempDir() + "vss-tls-XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    folder_ = path;
    Write(name);
  }
  TlsFolder(const TlsFolder&) = delete;
  TlsFolder& operator=(const TlsFolder&) = delete;
  ~TlsFolder() { std::filesystem::remove_all(folder_); }

  TlsFiles files() const { return {folder_ / "certificate.pem", folder_ / "key.pem"}; }

  // A new key, and a certificate for it that belongs to `name`.
  void Write(const std::string& name) const {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
    X509* const raw = certificate.get();
    ASN1_INTEGER_set(X509_get_serialNumber(raw), 1);
    X509_gmtime_adj(X509_getm_notBefore(raw), -60);
    X509_gmtime_adj(X509_getm_notAfter(raw), 3600);
    X509_set_pubkey(raw, key.get());
    X509_NAME* const subject = X509_get_subject_name(raw);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(raw, subject);
    EXPECT_GT(X509_sign(raw, key.get(), EVP_sha256()), 0);

    const auto write = [](const std::string& path, auto writer) {
      std::FILE* const file = std::fopen(path.c_str(), "w");
      ASSERT_NE(file, nullptr);
      EXPECT_EQ(writer(file), 1);
      std::fclose(file);
    };
    write(files().certificate, [&](std::FILE* file) { return PEM_write_X509(file, raw); });
    write(files().key, [&](std::FILE* file) {
      return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  void BreakKey() const {
    std::FILE* const file = std::fopen(files().key.c_str(), "w");
    ASSERT_NE(file, nullptr);
    std::fputs("no key", file);
    std::fclose(file);
  }

 private:
  std::filesystem::path folder_;
};

class TlsLink final : public ClientLink {
 public:
  // `protocols` in the form of ALPN; empty offers none.
  explicit TlsLink(int socket, const std::string& protocols = "", int version_max = 0)
      : socket_(socket),
        context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free),
        tls_(SSL_new(context_.get()), &SSL_free) {
    SSL_set_fd(tls_.get(), socket);
    if (version_max != 0) SSL_set_max_proto_version(tls_.get(), version_max);
    if (!protocols.empty()) {
      SSL_set_alpn_protos(tls_.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
    }
    is_connected_ = SSL_connect(tls_.get()) == 1;
  }

  bool is_connected() const { return is_connected_; }
  // Whom the server's certificate belongs to.
  std::string PeerName() const {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        SSL_get1_peer_certificate(tls_.get()), &X509_free);
    if (!certificate) return "";
    char name[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                              sizeof name);
    return name;
  }

  std::ptrdiff_t Write(const char* bytes, std::size_t count) override {
    return SSL_write(tls_.get(), bytes, static_cast<int>(std::min<std::size_t>(count, 1 << 20)));
  }
  std::ptrdiff_t Read(char* room, std::size_t count) override {
    const int result = SSL_read(tls_.get(), room, static_cast<int>(count));
    if (result > 0) return result;
    return SSL_get_error(tls_.get(), result) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
  }
  void EndWriting() override {
    SSL_shutdown(tls_.get());
    ::shutdown(socket_, SHUT_WR);
  }

 private:
  const int socket_;
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
  bool is_connected_ = false;
};

}  // namespace vss::server::testing

#endif  // VSS_SERVER_HTTP_TLS_TESTING_H_
