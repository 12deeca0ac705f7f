// The messages of VSS from a client's side, written by hand: a load generator that shares its
// machine with the server may cost very little, and one that shares its encoder would share its
// mistakes too.  The fields are those of proto/vss.proto.
#ifndef VSS_BENCH_LOAD_MESSAGE_H_
#define VSS_BENCH_LOAD_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vss::bench {

inline constexpr std::uint32_t kStoreField = 1;   // In every request.
inline constexpr std::uint32_t kKeyField = 2;     // get
inline constexpr std::uint32_t kGlobalField = 2;  // put
inline constexpr std::uint32_t kWriteField = 3;   // put
inline constexpr std::uint32_t kRemoveField = 2;  // delete
inline constexpr std::uint32_t kPrefixField = 2;  // list

void AppendText(std::string& to, std::uint32_t field, std::string_view text);
void AppendNumber(std::string& to, std::uint32_t field, std::int64_t number);
// A KeyValue.  A version of 0 and an empty value are left out, as protobuf does.
void AppendItem(std::string& to, std::uint32_t field, std::string_view key, std::int64_t version,
                std::string_view value);

// Views into the bytes they were found in.
struct ItemView {
  std::string_view key;
  std::int64_t version = 0;
  std::string_view value;
};
// The record in the answer to a get; nullopt if these bytes are none.
std::optional<ItemView> ReadGetReply(std::string_view bytes);
// How many keys are in the answer to a list; nullopt if these bytes are none.
std::optional<std::size_t> CountListReply(std::string_view bytes);

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_MESSAGE_H_
