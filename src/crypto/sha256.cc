#include "crypto/sha256.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstddef>
#include <memory>

#include "base/check.h"

namespace vss::crypto {
namespace {

using MdContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

// Looking an algorithm up costs as much as hashing some hundred bytes, so it is done once.  These
// live as long as the process; they are constants that have to be asked for.
const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CHECK(kAlgorithm != nullptr);
  return kAlgorithm;
}

// Ready but for the key.  Only ever copied.
const EVP_MAC_CTX* HmacTemplate() {
  static const EVP_MAC_CTX* const kTemplate = [] {
    EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    EVP_MAC_CTX* const context = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac);
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    CHECK(context != nullptr && EVP_MAC_CTX_set_params(context, params) == 1);
    return context;
  }();
  return kTemplate;
}

}  // namespace

Digest Sha256(std::initializer_list<ByteView> parts) {
  const MdContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  CHECK(EVP_DigestInit_ex2(context.get(), Sha256Algorithm(), nullptr) == 1);
  for (const ByteView part : parts) {
    CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  Digest digest;
  CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

Digest HmacSha256(ByteView key, std::initializer_list<ByteView> parts) {
  HmacSha256Writer writer(key);
  for (const ByteView part : parts) writer.Write(part);
  return writer.Finish();
}

HmacSha256Writer::HmacSha256Writer(ByteView key)
    : context_(EVP_MAC_CTX_dup(HmacTemplate()), &EVP_MAC_CTX_free) {
  // An empty key needs an address too: without one the call means "the key set before".
  static constexpr std::uint8_t kNoKey = 0;
  const std::uint8_t* const key_bytes = key.empty() ? &kNoKey : key.data();
  CHECK(EVP_MAC_init(context_.get(), key_bytes, key.size(), nullptr) == 1);
}

void HmacSha256Writer::Write(ByteView part) {
  CHECK(EVP_MAC_update(context_.get(), part.data(), part.size()) == 1);
}

Digest HmacSha256Writer::Finish() {
  Digest digest;
  std::size_t size = 0;
  CHECK(EVP_MAC_final(context_.get(), digest.data(), &size, digest.size()) == 1);
  CHECK(size == digest.size());
  return digest;
}

}  // namespace vss::crypto
