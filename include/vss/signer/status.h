// What the functions for signers answer.  They neither throw nor allocate.
#ifndef VSS_SIGNER_STATUS_H_
#define VSS_SIGNER_STATUS_H_

#include <cstddef>
#include <cstdint>

namespace vss::seal {

enum class Status : std::uint8_t {
  kOk,
  kBufferTooSmall,     // Nothing was done; the size that is needed comes with it.
  kMalformed,          // The input is not what it should be.
  kUnsupportedCipher,  // Sealed by other means than ChaCha20-Poly1305.
  kNotAuthentic,       // Another key, other associated data, or bytes that were changed.
  kNoEntropy,          // The source of entropy failed.
  kCryptoFailed,       // The cryptography that was passed in could not do its work.
};

// How much was written.  With kBufferTooSmall: how much room there must be; with any other status
// but kOk: 0, and what is in the buffer means nothing.
struct [[nodiscard]] Written {
  Status status;
  std::size_t size;
};

}  // namespace vss::seal

#endif  // VSS_SIGNER_STATUS_H_
