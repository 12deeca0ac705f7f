#include "auth/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "crypto/hex.h"

namespace vss::auth {
namespace {

constexpr std::size_t kDigits = 64;

class File final {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (IsOpen()) ::close(descriptor_);
  }
  bool IsOpen() const { return descriptor_ >= 0; }
  int Get() const { return descriptor_; }

 private:
  const int descriptor_;
};

Unexpected<Failure> SystemFailure(const std::string& what, const std::string& path) {
  return Unavailable("cannot " + what + " " + path + ": " + std::strerror(errno));
}

// The text of a small file, wiped in the end.
using Text = crypto::Secret<256>;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

crypto::Secret<kDigits> NewDigits(Entropy& entropy) {
  constexpr std::string_view kHex = "0123456789abcdef";
  crypto::Secret<kDigits / 2> secret;
  std::optional<crypto::SigningKey> key;
  do {  // All but one in 2^127 will do.
    entropy.Fill(secret.Writable());
    key = crypto::SigningKey::Make(crypto::Secret<kDigits / 2>(secret.Bytes()), entropy);
  } while (!key);
  crypto::Secret<kDigits> digits;
  for (std::size_t i = 0; i < kDigits; ++i) {
    const std::uint8_t byte = secret.Bytes()[i / 2];
    digits.Writable()[i] = static_cast<std::uint8_t>(kHex[i % 2 == 0 ? byte >> 4 : byte & 15]);
  }
  return digits;
}

Result<Done> Flush(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.IsOpen() || ::fsync(file.Get()) != 0) return SystemFailure("flush", path);
  return Done{};
}

std::string ParentOf(const std::string& folder) { return folder + "/.."; }

// Under another name first, so that nobody ever reads half a key; and linked, not renamed, so that
// no key is ever replaced.
Result<Done> Make(const std::string& folder, const std::string& path, Entropy& entropy) {
  if (::mkdir(folder.c_str(), 0700) == 0) {
    VSS_RETURN_IF_FAILED(Flush(ParentOf(folder)));
  } else if (errno != EEXIST) {
    return SystemFailure("make", folder);
  }
  std::string draft = path + ".XXXXXX";
  {
    const File file(::mkostemp(draft.data(), O_CLOEXEC));  // Mode 0600.
    if (!file.IsOpen()) return SystemFailure("write to", folder);
    const auto digits = NewDigits(entropy);
    if (::write(file.Get(), digits.Bytes().data(), kDigits) != static_cast<ssize_t>(kDigits) ||
        ::fsync(file.Get()) != 0) {
      ::unlink(draft.c_str());
      return SystemFailure("write", draft);
    }
  }
  const bool is_linked = ::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST;
  const int error = errno;
  ::unlink(draft.c_str());
  errno = error;
  if (!is_linked) return SystemFailure("write", path);
  return Flush(folder);
}

}  // namespace

Result<std::optional<KeyFile>> LoadKeyFile(const std::string& path, Entropy& entropy) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.IsOpen()) {
    if (errno == ENOENT) return std::optional<KeyFile>();
    return SystemFailure("read", path);
  }
  struct stat status = {};
  Text text;
  const ssize_t size = ::read(file.Get(), text.Writable().data(), text.Writable().size());
  if (size < 0 || ::fstat(file.Get(), &status) != 0) return SystemFailure("read", path);

  crypto::Secret<32> secret;
  const std::string_view digits =
      Trimmed(TextOf(text.Bytes().first(static_cast<std::size_t>(size))));
  if (!crypto::DecodeHex(digits, crypto::HexCase::kAny, secret.Writable())) {
    return Invalid(path + " does not hold a key: 64 hex digits are expected");
  }
  auto key = crypto::SigningKey::Make(crypto::Secret<32>(secret.Bytes()), entropy);
  if (!key) return Invalid(path + " does not hold a key of secp256k1");
  return std::optional<KeyFile>(
      {*std::move(key), std::move(secret), false, (status.st_mode & 077) != 0});
}

Result<KeyFile> LoadOrMakeKeyFile(const std::string& path, Entropy& entropy) {
  VSS_TRY(auto existing, LoadKeyFile(path, entropy));
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (existing) {
    // Who made it may have done so just now, and not have come to this yet; or long ago, on what
    // is read-only by now.
    static_cast<void>(Flush(folder));
    static_cast<void>(Flush(ParentOf(folder)));
    return *std::move(existing);
  }
  VSS_RETURN_IF_FAILED(Make(folder, path, entropy));
  VSS_TRY(auto made, LoadKeyFile(path, entropy));
  if (!made) return Unavailable(path + " is gone right after it was made");
  made->is_new = true;
  return *std::move(made);
}

}  // namespace vss::auth
