#include "crypto/chacha20.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

#include "base/check.h"

namespace vss::crypto {
namespace {

// Looked up once: see sha256.cc.
const EVP_CIPHER* ChaCha20Algorithm() {
  static const EVP_CIPHER* const kAlgorithm = EVP_CIPHER_fetch(nullptr, "ChaCha20", nullptr);
  CHECK(kAlgorithm != nullptr);
  return kAlgorithm;
}

}  // namespace

void ChaCha20(std::span<const std::uint8_t, 32> key, std::span<const std::uint8_t, 12> nonce,
              std::span<std::uint8_t> bytes) {
  constexpr std::size_t kPieceMax = std::size_t{1} << 30;  // OpenSSL counts in int.
  std::array<std::uint8_t, 16> counter_and_nonce{};        // The counter: 32 bits, little-endian.
  std::ranges::copy(nonce, counter_and_nonce.begin() + 4);

  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  CHECK(EVP_EncryptInit_ex2(context.get(), ChaCha20Algorithm(), key.data(),
                            counter_and_nonce.data(), nullptr) == 1);
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), kPieceMax));
    int written = 0;
    CHECK(EVP_EncryptUpdate(context.get(), piece.data(), &written, piece.data(),
                            static_cast<int>(piece.size())) == 1);
    CHECK(static_cast<std::size_t>(written) == piece.size());
    bytes = bytes.subspan(piece.size());
  }
}

}  // namespace vss::crypto
