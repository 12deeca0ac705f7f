#include "crypto/chacha20_poly1305.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <memory>

#include "base/check.h"

namespace vss::crypto {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// Looked up once: see sha256.cc.
const EVP_CIPHER* Algorithm() {
  static const EVP_CIPHER* const kAlgorithm =
      EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  CHECK(kAlgorithm != nullptr);
  return kAlgorithm;
}

enum class Direction { kDecrypt = 0, kEncrypt = 1 };

// OpenSSL counts in int.
void Update(EVP_CIPHER_CTX* context, std::uint8_t* out, ByteView in) {
  while (!in.empty()) {
    const ByteView part = in.first(std::min<std::size_t>(in.size(), 1U << 30));
    int written = 0;
    CHECK(EVP_CipherUpdate(context, out, &written, part.data(), static_cast<int>(part.size())) ==
          1);
    if (out != nullptr) out += written;
    in = in.subspan(part.size());
  }
}

CipherContext Start(Direction direction, AeadKey key, const AeadNonce& nonce, ByteView aad) {
  CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  CHECK(EVP_CipherInit_ex2(context.get(), Algorithm(), key.data(), nonce.data(),
                           static_cast<int>(direction), nullptr) == 1);
  Update(context.get(), nullptr, aad);
  return context;
}

}  // namespace

AeadTag EncryptChaCha20Poly1305(AeadKey key, const AeadNonce& nonce, ByteView aad,
                                std::span<std::uint8_t> data) {
  const CipherContext context = Start(Direction::kEncrypt, key, nonce, aad);
  Update(context.get(), data.data(), data);
  AeadTag tag;
  int written = 0;
  CHECK(EVP_CipherFinal_ex(context.get(), tag.data(), &written) == 1 && written == 0);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()),
                            tag.data()) == 1);
  return tag;
}

bool DecryptChaCha20Poly1305(AeadKey key, const AeadNonce& nonce, ByteView aad,
                             std::span<std::uint8_t> data, const AeadTag& tag) {
  const CipherContext context = Start(Direction::kDecrypt, key, nonce, aad);
  AeadTag expected = tag;
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(expected.size()),
                            expected.data()) == 1);
  Update(context.get(), data.data(), data);
  std::uint8_t nothing = 0;
  int written = 0;
  return EVP_CipherFinal_ex(context.get(), &nothing, &written) == 1;
}

}  // namespace vss::crypto
