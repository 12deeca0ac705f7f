// The shared vectors on the machine of a signer: no operating system, no heap, BearSSL.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "bearssl_crypto.h"
#include "firmware.h"
#include "vss/signer/answer.h"
#include "vss/signer/hidden_key.h"
#include "vss/signer/request.h"
#include "vss/signer/storable.h"

namespace {

using namespace vss::seal;  // NOLINT(google-build-using-namespace)
using vss::BytesOf;
using vss::TextOf;

struct StorableVector {
  std::string_view key;
  std::string_view nonce;
  std::string_view aad;
  std::string_view value;
  std::int64_t version;
  std::string_view storable;
};
struct NegativeVector {
  std::string_view key;
  std::string_view aad;
  std::string_view storable;
};
struct NameVector {
  std::string_view master;
  std::string_view name;
  std::string_view text;
};
#include "vectors.h"

int checks = 0;
int failed = 0;

void Check(bool is_right, const char* what) {
  ++checks;
  if (is_right) return;
  ++failed;
  firmware::Print("FAILED ");
  firmware::Print(what);
  firmware::Print("\n");
}

std::array<std::uint8_t, 1200> buffer;
std::array<char, 300> text_buffer;

KeyView Key(std::string_view bytes) { return KeyView(BytesOf(bytes).first<32>()); }

// A signer has a generator of random numbers; a vector has its nonce.
EntropySource Giving(const std::string_view& nonce) {
  return {const_cast<std::string_view*>(&nonce), [](void* context, std::span<std::uint8_t> bytes) {
            std::ranges::copy(*static_cast<const std::string_view*>(context), bytes.begin());
            return true;
          }};
}

void CheckStorables() {
  for (const StorableVector& vector : kStorables) {
    const Written written =
        Seal(firmware::BearSslCrypto(), Giving(vector.nonce), Key(vector.key), BytesOf(vector.aad),
             {BytesOf(vector.value), vector.version}, buffer);
    const std::span<std::uint8_t> sealed = std::span(buffer).first(written.size);
    Check(written.status == Status::kOk && TextOf(sealed) == vector.storable, "seal");
    const Opened opened =
        Open(firmware::BearSslCrypto(), Key(vector.key), BytesOf(vector.aad), sealed);
    Check(opened.status == Status::kOk && TextOf(opened.plain.value) == vector.value &&
              opened.plain.version == vector.version,
          "open");
  }
  for (const NegativeVector& vector : kNotStorables) {
    std::ranges::copy(vector.storable, buffer.begin());
    const auto sealed = std::span(buffer).first(vector.storable.size());
    Check(Open(firmware::BearSslCrypto(), Key(vector.key), BytesOf(vector.aad), sealed).status !=
              Status::kOk,
          "what must not open");
  }
}

void CheckHiddenKeys() {
  ObfuscationKeys keys;
  for (const NameVector& vector : kHiddenKeys) {
    Check(DeriveObfuscationKeys(firmware::BearSslCrypto(), Key(vector.master), keys) == Status::kOk,
          "derive");
    Written written = Obfuscate(firmware::BearSslCrypto(), keys, vector.name, text_buffer);
    Check(std::string_view(text_buffer.data(), written.size) == vector.text, "obfuscate");
    written = Deobfuscate(firmware::BearSslCrypto(), keys, vector.text, text_buffer);
    Check(std::string_view(text_buffer.data(), written.size) == vector.name, "deobfuscate");
  }
  for (const NameVector& vector : kNotHiddenKeys) {
    Check(DeriveObfuscationKeys(firmware::BearSslCrypto(), Key(vector.master), keys) == Status::kOk,
          "derive");
    Check(Deobfuscate(firmware::BearSslCrypto(), keys, vector.text, text_buffer).status !=
              Status::kOk,
          "what hides nothing");
  }
}

void CheckRequest(const Written& written, std::string_view expected) {
  Check(written.status == Status::kOk && TextOf({buffer.data(), written.size}) == expected,
        "request");
}

void CheckRequests() {
  const Item put{"k1", 2, BytesOf("k1v3")};
  const Item k1{"k1", kAnyVersion};
  const Item a{"a", kFirstVersion, BytesOf("1")};
  const Item b{"b", kAnyVersion};
  CheckRequest(EncodeGet("store", "k1", buffer), kReqGet);
  CheckRequest(EncodePut({.store_id = "store", .global_version = 4, .puts = {&put, 1}}, buffer),
               kReqPutConditional);
  CheckRequest(EncodePut({.store_id = "store", .puts = {&a, 1}, .deletes = {&b, 1}}, buffer),
               kReqPutAndDelete);
  CheckRequest(EncodeDelete("store", k1, buffer), kReqDeleteUnconditional);
  CheckRequest(EncodeList({.store_id = "store", .key_prefix = "k", .page_size = 5}, buffer),
               kReqListFirstPage);
}

void CheckAnswers() {
  using std::string_view_literals::operator""sv;
  const GetAnswer get = DecodeGet(BytesOf("\x12\x09\x0a\x02k1\x10\x02\x1a\x01v"sv));
  Check(get.item && get.item->key == "k1" && get.item->version == 2, "get answer");
  int keys = 0;
  const ItemSink sink = {&keys, [](void* context, const Item&) { ++*static_cast<int*>(context); }};
  Check(DecodeList(BytesOf("\x0a\x02\x10\x01\x0a\x00\x12\x01t"sv), sink).next_page_token == "t" &&
            keys == 2,
        "list answer");
  Check(DecodeError(BytesOf("\x08\x04"sv)).error == ServerError::kNoSuchKey, "error answer");
}

void PrintNumber(std::size_t number) {
  char digits[12] = {};
  char* digit = digits + sizeof digits - 1;
  do {
    *--digit = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0);
  firmware::Print(digit);
}

}  // namespace

int main() {
  CheckStorables();
  CheckHiddenKeys();
  CheckRequests();
  CheckAnswers();
  PrintNumber(static_cast<std::size_t>(checks - failed));
  firmware::Print(" passed, ");
  PrintNumber(static_cast<std::size_t>(failed));
  firmware::Print(" failed; stack used: ");
  PrintNumber(firmware::StackBytesUsed());
  firmware::Print(" bytes\n");
  return failed == 0 ? 0 : 1;
}
