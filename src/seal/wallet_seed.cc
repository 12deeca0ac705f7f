#include "vss/wallet_seed.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <span>

#include "base/check.h"
#include "crypto/sha256.h"
#include "crypto/sha512.h"

// BIP39: https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki
//
// Every word is 11 bits: its place in the list.  All of them together are 128, 160, ... 256 bits of
// entropy and, behind those, one bit of the entropy's SHA-256 for every 32.
// seed = PBKDF2(password = the words, one space between two, salt = "mnemonic" || passphrase)

namespace vss::seal {
namespace {

constexpr std::string_view kWordList =
#include "seal/bip39_english.inc"
    ;
constexpr std::size_t kWordsMax = 24;
constexpr std::size_t kWordBytesMax = 8;
constexpr std::size_t kBitsPerWord = 11;
constexpr std::uint32_t kIterations = 2048;

constexpr std::array<std::string_view, 2048> SplitWordList() {
  std::array<std::string_view, 2048> words;
  std::size_t begin = 1;  // The list begins with the end of a line.
  for (std::string_view& word : words) {
    const std::size_t end = kWordList.find('\n', begin);
    word = kWordList.substr(begin, end - begin);
    begin = end + 1;
  }
  return words;
}

std::optional<std::size_t> PlaceOf(std::string_view word) {
  static constexpr std::array<std::string_view, 2048> kWords = SplitWordList();
  const auto* const found = std::ranges::lower_bound(kWords, word);
  if (found == kWords.end() || *found != word) return std::nullopt;
  return static_cast<std::size_t>(found - kWords.begin());
}

// What a mnemonic says, and its text with one space between two words.
struct Words {
  Secret<kWordsMax*(kWordBytesMax + 1)> text;
  std::size_t text_bytes = 0;
  Secret<kWordsMax * kBitsPerWord / 8> bits;
  std::size_t count = 0;

  void Add(std::string_view word, std::size_t place) {
    if (count > 0) text.Writable()[text_bytes++] = ' ';
    std::ranges::copy(word, text.Writable().begin() + text_bytes);
    text_bytes += word.size();
    for (std::size_t i = 0; i < kBitsPerWord; ++i) {
      const std::size_t bit = count * kBitsPerWord + i;
      const std::size_t is_set = place >> (kBitsPerWord - 1 - i) & 1;
      bits.Writable()[bit / 8] |= static_cast<std::uint8_t>(is_set << (7 - bit % 8));
    }
    ++count;
  }

  bool HasRightChecksum() const {
    const std::size_t checksum_bits = count / 3;
    const ByteView entropy = bits.Bytes().first(checksum_bits * 4);
    const auto mask = static_cast<std::uint8_t>(0xFF << (8 - checksum_bits));
    return ((crypto::Sha256({entropy})[0] ^ bits.Bytes()[entropy.size()]) & mask) == 0;
  }
};

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

Result<Words> ParseWords(std::string_view mnemonic) {
  Words words;
  while (true) {
    const auto* const begin = std::ranges::find_if_not(mnemonic, IsSpace);
    mnemonic.remove_prefix(static_cast<std::size_t>(begin - mnemonic.begin()));
    if (mnemonic.empty()) break;
    const auto* const end = std::ranges::find_if(mnemonic, IsSpace);
    const std::string_view word =
        mnemonic.substr(0, static_cast<std::size_t>(end - mnemonic.begin()));
    mnemonic.remove_prefix(word.size());

    if (words.count == kWordsMax) return Invalid("a mnemonic has at most 24 words");
    const std::optional<std::size_t> place = PlaceOf(word);
    if (!place) {
      return Invalid("word " + std::to_string(words.count + 1) +
                     " of the mnemonic is not in the English list");
    }
    words.Add(word, *place);
  }
  if (words.count < 12 || words.count % 3 != 0) {
    return Invalid("a mnemonic has 12, 15, 18, 21 or 24 words, not " + std::to_string(words.count));
  }
  return words;
}

// What the file holds, as far as there is room.
Result<std::size_t> ReadSecret(const std::string& path, std::span<std::uint8_t> room) {
  std::ifstream file;
  file.rdbuf()->pubsetbuf(nullptr, 0);  // No copy of it that nobody wipes.
  file.open(path, std::ios::binary);
  if (!file) return Invalid("the file of the seed cannot be read");
  file.read(reinterpret_cast<char*>(room.data()), static_cast<std::streamsize>(room.size()));
  if (file.bad()) return Invalid("the file of the seed cannot be read");  // A folder, for one.
  return static_cast<std::size_t>(file.gcount());
}

}  // namespace

Result<WalletSeed> SeedFromMnemonic(std::string_view mnemonic, std::string_view passphrase) {
  if (std::ranges::any_of(passphrase,
                          [](char c) { return static_cast<unsigned char>(c) > 0x7E; })) {
    return Invalid("only passphrases of ASCII characters are supported");
  }
  VSS_TRY(const Words words, ParseWords(mnemonic));
  if (!words.HasRightChecksum()) {
    return Invalid("the words of the mnemonic do not belong together: one is wrong or misplaced");
  }
  std::string salt = "mnemonic";
  salt.reserve(salt.size() + passphrase.size());
  salt += passphrase;
  WalletSeed seed = crypto::Pbkdf2HmacSha512(words.text.Bytes().first(words.text_bytes),
                                             BytesOf(salt), kIterations);
  Wipe({reinterpret_cast<std::uint8_t*>(salt.data()), salt.size()});
  return seed;
}

Result<WalletSeed> SeedFromBytes(ByteView bytes) {
  constexpr std::size_t kBytes = 64;
  if (bytes.size() != kBytes) return Invalid("a seed has 64 bytes");
  return WalletSeed(bytes.first<kBytes>());
}

Result<WalletSeed> SeedFromFile(const std::string& path) {
  Secret<65> bytes;  // One more than there may be.
  VSS_TRY(const std::size_t size, ReadSecret(path, bytes.Writable()));
  return SeedFromBytes(bytes.Bytes().first(size));
}

Result<WalletSeed> SeedFromMnemonicFile(const std::string& path, std::string_view passphrase) {
  Secret<4097> text;
  VSS_TRY(const std::size_t size, ReadSecret(path, text.Writable()));
  if (size == text.Bytes().size()) return Invalid("the file is too large for a mnemonic");
  return SeedFromMnemonic(TextOf(text.Bytes().first(size)), passphrase);
}

}  // namespace vss::seal
