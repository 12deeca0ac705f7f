#include "crypto/rsa.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>

#include "base/check.h"
#include "crypto/base64.h"

namespace vss::crypto {
namespace {

constexpr int kKeyBitsMin = 2048;
constexpr int kKeyBitsMax = 16384;  // More than that OpenSSL does not verify with.

using MdContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

// What fails in here is told to our caller.  Left in OpenSSL's queue of this thread, it would look
// like a failure of the TLS connection that the thread serves next.
class QuietErrors final {
 public:
  QuietErrors() { ERR_set_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
  ~QuietErrors() { ERR_pop_to_mark(); }
};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string WithoutBlanks(std::string_view text) {
  std::string left;
  std::ranges::copy_if(text, std::back_inserter(left), [](char c) { return !IsBlank(c); });
  return left;
}

// The DER bytes of a PEM text that holds one block called `label`, and nothing around it.
std::optional<std::string> DecodePem(std::string_view pem, std::string_view label) {
  const std::string begin = "-----BEGIN " + std::string(label) + "-----";
  const std::string end = "-----END " + std::string(label) + "-----";
  while (!pem.empty() && IsBlank(pem.front())) pem.remove_prefix(1);
  while (!pem.empty() && IsBlank(pem.back())) pem.remove_suffix(1);
  if (!pem.starts_with(begin) || !pem.ends_with(end)) return std::nullopt;
  if (pem.size() < begin.size() + end.size()) return std::nullopt;
  pem.remove_prefix(begin.size());
  pem.remove_suffix(end.size());

  std::string base64 = WithoutBlanks(pem);
  if (base64.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && base64.ends_with('='); ++padding) base64.pop_back();
  return DecodeBase64(base64, Base64::kStandard);
}

// What `decode` (of the d2i family) makes of all of `der`, or nothing.
template <typename Decode>
RsaKey FromDer(const std::optional<std::string>& der, Decode decode) {
  RsaKey key(nullptr, &EVP_PKEY_free);
  if (!der) return key;
  const auto* position = reinterpret_cast<const unsigned char*>(der->data());
  const unsigned char* const end = position + der->size();
  key.reset(decode(&position, static_cast<long>(der->size())));
  if (position != end) key.reset();
  return key;
}

Result<RsaKey> Checked(RsaKey key, std::string_view what) {
  if (!key) return Invalid("not the PEM text of an RSA " + std::string(what));
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1) return Invalid("not an RSA key");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < kKeyBitsMin || bits > kKeyBitsMax) {
    return Invalid("an RSA key of " + std::to_string(bits) + " bits; 2048 to 16384 are accepted");
  }
  const KeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr), &EVP_PKEY_CTX_free);
  if (EVP_PKEY_public_check(context.get()) != 1)
    return Invalid("an RSA key that cannot be genuine");
  return key;
}

}  // namespace

Result<RsaPublicKey> RsaPublicKey::Parse(std::string_view pem) {
  const QuietErrors quiet;
  RsaKey key = FromDer(DecodePem(pem, "PUBLIC KEY"), [](const unsigned char** der, long size) {
    return d2i_PUBKEY(nullptr, der, size);
  });
  if (!key) {
    key = FromDer(DecodePem(pem, "RSA PUBLIC KEY"), [](const unsigned char** der, long size) {
      return d2i_PublicKey(EVP_PKEY_RSA, nullptr, der, size);
    });
  }
  VSS_TRY(RsaKey checked, Checked(std::move(key), "public key"));
  return RsaPublicKey(std::move(checked));
}

bool RsaPublicKey::Verify(ByteView message, ByteView signature) const {
  const QuietErrors quiet;
  const MdContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  CHECK(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

Result<RsaPrivateKey> RsaPrivateKey::Parse(std::string_view pem) {
  const QuietErrors quiet;
  // By OpenSSL itself, which wipes what it reads in between.
  const Bio text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free_all);
  const auto no_password = [](char*, int, int, void*) { return -1; };
  RsaKey key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr), &EVP_PKEY_free);
  VSS_TRY(RsaKey checked, Checked(std::move(key), "private key"));
  return RsaPrivateKey(std::move(checked));
}

std::string RsaPrivateKey::Sign(ByteView message) const {
  const MdContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = signature.size();
  CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       message.data(), message.size()) == 1);
  signature.resize(size);
  return signature;
}

}  // namespace vss::crypto
