// The 64 bytes that everything of a wallet is derived from.
#ifndef VSS_WALLET_SEED_H_
#define VSS_WALLET_SEED_H_

#include <string>
#include <string_view>

#include "vss/bytes.h"
#include "vss/failure.h"
#include "vss/secret.h"

namespace vss::seal {

using WalletSeed = Secret<64>;

// From a BIP39 mnemonic: 12, 15, 18, 21 or 24 English words, separated by white space, in lower
// case.  kInvalid, with a message that says which word is wrong by its position, never by itself.
//
// The passphrase is ASCII; any other would have to be normalised first, and is refused.
Result<WalletSeed> SeedFromMnemonic(std::string_view mnemonic, std::string_view passphrase);

// From a file of at most 4096 bytes that holds the mnemonic and nothing else.
Result<WalletSeed> SeedFromMnemonicFile(const std::string& path, std::string_view passphrase);

// kInvalid unless there are exactly 64.
Result<WalletSeed> SeedFromBytes(ByteView bytes);

// From a file of exactly 64 bytes, such as LDK Node's keys_seed.  kInvalid if it is any other.
Result<WalletSeed> SeedFromFile(const std::string& path);

}  // namespace vss::seal

#endif  // VSS_WALLET_SEED_H_
