// Chosen fields of a JSON object that somebody else wrote.
//
// Strict where token libraries have been lenient: the text is one JSON value with nothing but
// blanks around it, and nests at most 64 deep.  Fields that are not asked for may be anything.
#ifndef VSS_AUTH_JSON_FIELDS_H_
#define VSS_AUTH_JSON_FIELDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vss::auth {

struct JsonField {
  enum class Type {
    kAbsent,
    kNull,
    kUnsigned,  // A number written as digits only, below 2^64.
    kString,
    kOther,
    kRepeated,  // The name is there more than once.
  };

  std::string_view name;
  Type type = Type::kAbsent;
  std::string text = {};     // For kString: valid UTF-8.
  std::uint64_t number = 0;  // For kUnsigned.
};

enum class JsonShape { kNotJson, kNotAnObject, kObject };

// Fills in what each of `fields` is in the object that `json` is.  Their contents mean nothing
// unless it is one.
JsonShape ReadFields(std::string_view json, std::vector<JsonField>& fields);

}  // namespace vss::auth

#endif  // VSS_AUTH_JSON_FIELDS_H_
