#include "vss/signer/storable.h"

#include <pb_encode.h>

#include <algorithm>
#include <string_view>

#include "seal/signer/wire.h"
#include "storable.nanopb.h"
#include "vss/secret.h"

namespace vss::seal {
namespace {

constexpr std::string_view kCipher = "ChaCha20Poly1305";
constexpr std::size_t kMetadataBytes = 52;  // Of the field, its tag and its size.

vss_PlaintextBlob BlobOf(const PlainValue& plain) {
  return {.value = Plain(plain.value), .version = plain.version};
}

std::size_t BlobSize(const vss_PlaintextBlob& blob) {
  std::size_t size = 0;
  static_cast<void>(pb_get_encoded_size(&size, vss_PlaintextBlob_fields, &blob));
  return size;
}

// Storable.data, not encrypted yet.  Empty, it is left out.
bool WriteData(pb_ostream_t& stream, const vss_PlaintextBlob& blob, std::size_t size) {
  return size == 0 ||
         (pb_encode_tag(&stream, PB_WT_STRING, vss_Storable_data_tag) &&
          pb_encode_varint(&stream, size) && pb_encode(&stream, vss_PlaintextBlob_fields, &blob));
}

bool WriteMetadata(pb_ostream_t& stream, const Nonce& nonce, const Tag& tag) {
  const ByteView cipher = BytesOf(kCipher);
  const ByteView nonce_bytes = nonce;
  const ByteView tag_bytes = tag;
  vss_Storable storable = vss_Storable_init_zero;
  storable.has_encryption_metadata = true;
  storable.encryption_metadata = {
      .cipher_format = Plain(cipher), .nonce = Plain(nonce_bytes), .tag = Plain(tag_bytes)};
  return pb_encode(&stream, vss_Storable_fields, &storable);
}

// `part` of `whole`, to be written.
std::span<std::uint8_t> Writable(std::span<std::uint8_t> whole, ByteView part) {
  if (part.empty()) return {};
  return whole.subspan(static_cast<std::size_t>(part.data() - whole.data()), part.size());
}

}  // namespace

std::size_t SealedSize(const PlainValue& plain) {
  const vss_PlaintextBlob blob = BlobOf(plain);
  pb_ostream_t sizing = PB_OSTREAM_SIZING;
  static_cast<void>(WriteData(sizing, blob, BlobSize(blob)));
  return sizing.bytes_written + kMetadataBytes;
}

Written Seal(const Crypto& crypto, const EntropySource& entropy, KeyView data_key, ByteView aad,
             const PlainValue& plain, std::span<std::uint8_t> out) {
  const std::size_t size = SealedSize(plain);
  if (out.size() < size) return {Status::kBufferTooSmall, size};
  Nonce nonce;
  if (!entropy.fill(entropy.context, nonce)) return {Status::kNoEntropy, 0};

  const vss_PlaintextBlob blob = BlobOf(plain);
  const std::size_t blob_size = BlobSize(blob);
  pb_ostream_t stream = pb_ostream_from_buffer(out.data(), size);
  if (!WriteData(stream, blob, blob_size)) return {Status::kMalformed, 0};
  const auto data = out.first(stream.bytes_written).last(blob_size);
  Tag tag;
  if (!crypto.encrypt(crypto.context, data_key, nonce, aad, data, tag)) {
    Wipe(data);
    return {Status::kCryptoFailed, 0};
  }
  if (!WriteMetadata(stream, nonce, tag)) return {Status::kMalformed, 0};
  return {Status::kOk, stream.bytes_written};
}

Opened Open(const Crypto& crypto, KeyView data_key, ByteView aad,
            std::span<std::uint8_t> storable) {
  ByteView data_bytes;
  ByteView cipher;
  ByteView nonce_bytes;
  ByteView tag_bytes;
  vss_Storable message = vss_Storable_init_zero;
  message.data = Into(data_bytes);
  message.encryption_metadata = {
      .cipher_format = Into(cipher), .nonce = Into(nonce_bytes), .tag = Into(tag_bytes)};
  if (!Decode(storable, vss_Storable_fields, &message)) return {Status::kMalformed, {}};
  if (!message.has_encryption_metadata) return {Status::kMalformed, {}};
  if (TextOf(cipher) != kCipher) return {Status::kUnsupportedCipher, {}};
  Nonce nonce;
  Tag tag;
  if (nonce_bytes.size() != nonce.size() || tag_bytes.size() != tag.size()) {
    return {Status::kMalformed, {}};
  }
  std::ranges::copy(nonce_bytes, nonce.begin());
  std::ranges::copy(tag_bytes, tag.begin());

  const std::span<std::uint8_t> data = Writable(storable, data_bytes);
  if (!crypto.decrypt(crypto.context, data_key, nonce, aad, data, tag)) {
    Wipe(data);
    return {Status::kNotAuthentic, {}};
  }
  PlainValue plain;
  vss_PlaintextBlob blob = vss_PlaintextBlob_init_zero;
  blob.value = Into(plain.value);
  if (!Decode(data, vss_PlaintextBlob_fields, &blob)) {
    Wipe(data);
    return {Status::kMalformed, {}};
  }
  plain.version = blob.version;
  return {Status::kOk, plain};
}

}  // namespace vss::seal
