// Sealing values and hiding keys in ordinary programs.  Signers use vss/signer/.
//
// Threads:   every method, any thread.
// Failures:  kCorrupt if something does not open: it was changed, belongs elsewhere or was made
//            with another key.
// Format:    docs/formats/sealed-values.md
#ifndef VSS_SEALER_H_
#define VSS_SEALER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "vss/entropy.h"
#include "vss/failure.h"
#include "vss/secret.h"
#include "vss/signer/hidden_key.h"

namespace vss::seal {

// What came out of a sealed value.
struct OpenValue {
  std::string value;
  std::int64_t version = 0;  // As whoever sealed it passed it; LDK Node passes -1.
};

class Sealer final {
 public:
  // `entropy` must be the operating system's (SystemEntropy) everywhere but in tests: two values
  // under one nonce give both away.  It must outlive the sealer.
  Sealer(Secret<32> data_key, Entropy& entropy) : key_(std::move(data_key)), entropy_(entropy) {}

  // `aad` has to be passed again to open: empty, or the storage key so that the server cannot swap
  // values.  The result is 52 to 69 bytes longer than the value, some bytes more from 16 KiB on.
  std::string Seal(std::string_view value, std::int64_t version, std::string_view aad) const;

  Result<OpenValue> Open(std::string_view sealed, std::string_view aad) const;

 private:
  Secret<32> key_;
  Entropy& entropy_;
};

class KeyObfuscator final {
 public:
  explicit KeyObfuscator(const Secret<32>& master);

  // The same name always gives the same text: 59 characters for an empty one, four more for every
  // three bytes.  `name` must be UTF-8.
  std::string Obfuscate(std::string_view name) const;

  Result<std::string> Deobfuscate(std::string_view text) const;

 private:
  ObfuscationKeys keys_;
};

}  // namespace vss::seal

#endif  // VSS_SEALER_H_
