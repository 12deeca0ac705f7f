// Sealing and opening values: VSS's Storable, in memory that the caller owns.
//
// Format:   docs/formats/sealed-values.md.  A sealed value is 52 to 69 bytes longer than the
//           value itself, some bytes more from 16 KiB on; SealedSize says it exactly.
// Threads:  any, on different buffers.
// Secrets:  nothing is kept.  A plaintext that is not authentic is wiped before return.
#ifndef VSS_SIGNER_STORABLE_H_
#define VSS_SIGNER_STORABLE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "vss/bytes.h"
#include "vss/signer/crypto.h"
#include "vss/signer/status.h"

namespace vss::seal {

// What is sealed: a value, and a version that the server cannot change.  LDK Node writes -1.
struct PlainValue {
  ByteView value;
  std::int64_t version = 0;
};

std::size_t SealedSize(const PlainValue& plain);

// Seals under `data_key` with a nonce that is drawn here.  `aad` is what a reader has to know too:
// empty, or the storage key so that values cannot be swapped.  `out` must not overlap `plain`.
Written Seal(const Crypto& crypto, const EntropySource& entropy, KeyView data_key, ByteView aad,
             const PlainValue& plain, std::span<std::uint8_t> out);

struct [[nodiscard]] Opened {
  Status status;
  PlainValue plain;  // With kOk: lies in the buffer that was opened.
};

// Opens in place: the bytes of `storable` are spent.  Reads what every version of the client has
// ever written.
//
// kMalformed, kUnsupportedCipher or kNotAuthentic if it does not open.
Opened Open(const Crypto& crypto, KeyView data_key, ByteView aad, std::span<std::uint8_t> storable);

}  // namespace vss::seal

#endif  // VSS_SIGNER_STORABLE_H_
