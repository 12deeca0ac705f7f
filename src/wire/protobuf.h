// The wire format of protobuf, read where it stands: nothing is allocated, whatever the bytes are.
//
//   message = { tag value }
//   tag     = varint of field number * 8 + wire type; the number is 1 or more
//   value   = varint              wire type 0
//           | 8 bytes             1
//           | varint n, n bytes   2: a text, bytes, or a message
//           | message, tag        3: a group; the tag at its end has wire type 4 and the same
//           number | 4 bytes             5
//   varint  = up to 10 bytes of 7 bits, the lowest first, all but the last with the high bit set;
//             64 bits
//
// What nobody asks for, by number and type, is passed over.  Groups and messages may be nested a
// hundred deep.
#ifndef VSS_WIRE_PROTOBUF_H_
#define VSS_WIRE_PROTOBUF_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vss::wire {

enum class WireType : std::uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kDelimited = 2,
  kGroup = 3,
  kGroupEnd = 4,
  kFixed32 = 5,
};

//   WireReader fields(bytes);
//   while (fields.Next()) {
//     fields.ReadText(1, name);
//     fields.ReadInteger(2, size);
//   }
//   if (fields.IsBroken()) ...
//
// What was read lives as long as the bytes.
class WireReader final {
 public:
  explicit WireReader(std::string_view bytes) : WireReader(bytes, kNestingMax) {}

  // Goes to the next field.  False at the end, and where the bytes are no message.
  bool Next();
  bool IsBroken() const { return is_broken_; }

  // Each of these sets its target if the field at hand has this number and the right type.  A text
  // that is not UTF-8 breaks the message.
  template <typename Text>
  void ReadText(std::uint32_t number, Text& target) {
    if (Is(number, WireType::kDelimited) && CheckText()) target = bytes_;
  }
  void ReadBytes(std::uint32_t number, std::string_view& target) const {
    if (Is(number, WireType::kDelimited)) target = bytes_;
  }
  // Of a longer integer the low bits.
  void ReadInteger(std::uint32_t number, std::int64_t& target) const {
    if (Is(number, WireType::kVarint)) target = static_cast<std::int64_t>(integer_);
  }
  template <typename Integer>
  void ReadInteger(std::uint32_t number, std::optional<Integer>& target) const {
    if (Is(number, WireType::kVarint)) target = static_cast<Integer>(integer_);
  }
  std::optional<WireReader> Message(std::uint32_t number) const {
    if (!Is(number, WireType::kDelimited)) return std::nullopt;
    return WireReader(bytes_, nesting_left_ - 1);
  }

 private:
  static constexpr int kNestingMax = 100;

  WireReader(std::string_view bytes, int nesting_left)
      : rest_(bytes), nesting_left_(nesting_left) {}

  bool Is(std::uint32_t number, WireType type) const { return number_ == number && type_ == type; }
  bool CheckText();
  bool ReadField();
  bool ReadValue();
  bool ReadTag();
  bool ReadVarint(std::uint64_t& value);
  bool Take(std::uint64_t count);
  bool SkipGroup();

  std::string_view rest_;
  const int nesting_left_;
  bool is_broken_ = false;

  // The field at hand.
  std::uint32_t number_ = 0;
  WireType type_ = WireType::kVarint;
  std::uint64_t integer_ = 0;
  std::string_view bytes_;
};

// Fields are written in full, also when they hold the default.
void AppendInteger(std::string& bytes, std::uint32_t number, std::int64_t value);
void AppendBytes(std::string& bytes, std::uint32_t number, std::string_view value);
// The tag and the length of a field whose `size` bytes follow.
void AppendHead(std::string& bytes, std::uint32_t number, std::uint64_t size);

}  // namespace vss::wire

#endif  // VSS_WIRE_PROTOBUF_H_
