#include "vss/sealer.h"

#include <cstddef>
#include <span>
#include <utility>

#include "base/check.h"
#include "vss/host_crypto.h"
#include "vss/signer/storable.h"

namespace vss::seal {
namespace {

std::span<std::uint8_t> WritableBytesOf(std::string& text) {
  return {reinterpret_cast<std::uint8_t*>(text.data()), text.size()};
}

Unexpected<Failure> NotOpened(std::string_view what, Status status) {
  switch (status) {
    case Status::kUnsupportedCipher:
      return Corrupt(std::string(what) + " is sealed with a cipher that is not supported");
    case Status::kNotAuthentic:
      return Corrupt(std::string(what) + " was changed, belongs elsewhere, or needs another key");
    default:
      return Corrupt(std::string(what) + " is malformed");
  }
}

}  // namespace

std::string Sealer::Seal(std::string_view value, std::int64_t version, std::string_view aad) const {
  const PlainValue plain{BytesOf(value), version};
  std::string sealed(SealedSize(plain), '\0');
  const Written written = seal::Seal(HostCrypto(), SourceOf(entropy_), key_.Bytes(), BytesOf(aad),
                                     plain, WritableBytesOf(sealed));
  CHECK(written.status == Status::kOk && written.size == sealed.size());
  return sealed;
}

Result<OpenValue> Sealer::Open(std::string_view sealed, std::string_view aad) const {
  std::string buffer(sealed);
  const Opened opened =
      seal::Open(HostCrypto(), key_.Bytes(), BytesOf(aad), WritableBytesOf(buffer));
  if (opened.status != Status::kOk) return NotOpened("the value", opened.status);
  const std::string_view value = TextOf(opened.plain.value);
  if (!value.empty()) buffer.erase(0, static_cast<std::size_t>(value.data() - buffer.data()));
  buffer.resize(value.size());
  return OpenValue{std::move(buffer), opened.plain.version};
}

KeyObfuscator::KeyObfuscator(const Secret<32>& master) {
  CHECK(DeriveObfuscationKeys(HostCrypto(), master.Bytes(), keys_) == Status::kOk);
}

std::string KeyObfuscator::Obfuscate(std::string_view name) const {
  std::string text(ObfuscatedSize(name.size()), '\0');
  const Written written = seal::Obfuscate(HostCrypto(), keys_, name, text);
  CHECK(written.status == Status::kOk);
  return text;
}

Result<std::string> KeyObfuscator::Deobfuscate(std::string_view text) const {
  std::string name(DeobfuscatedSize(text.size()).value_or(0), '\0');
  const Written written = seal::Deobfuscate(HostCrypto(), keys_, text, name);
  if (written.status != Status::kOk) return NotOpened("the key", written.status);
  return name;
}

}  // namespace vss::seal
