#include "auth/json_fields.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace vss::auth {
namespace {

using Type = JsonField::Type;

std::string Nested(int depth) {
  return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

JsonShape ShapeOf(std::string_view json) {
  std::vector<JsonField> none;
  return ReadFields(json, none);
}

JsonField FieldA(std::string_view json) {
  std::vector<JsonField> fields = {{.name = "a"}, {.name = "b"}};
  EXPECT_EQ(ReadFields(json, fields), JsonShape::kObject) << json;
  return fields[0];
}

TEST(ReadFields, TellsWhatTheTextIs) {
  const std::pair<std::string, JsonShape> cases[] = {
      {"{}", JsonShape::kObject},
      {" \t\r\n{} \t\r\n", JsonShape::kObject},
      {R"({"x":[1,{"y":null}],"x":2})", JsonShape::kObject},
      {"[]", JsonShape::kNotAnObject},
      {R"([{"a":1}])", JsonShape::kNotAnObject},
      {"1", JsonShape::kNotAnObject},
      {R"("a")", JsonShape::kNotAnObject},
      {"null", JsonShape::kNotAnObject},
      {"", JsonShape::kNotJson},
      {" ", JsonShape::kNotJson},
      {"{", JsonShape::kNotJson},
      {"{}x", JsonShape::kNotJson},
      {"{} {}", JsonShape::kNotJson},
      {R"({"a":1,})", JsonShape::kNotJson},
      {R"({'a':1})", JsonShape::kNotJson},
      {R"({a:1})", JsonShape::kNotJson},
      {R"({"a":01})", JsonShape::kNotJson},
      {R"({"a":+1})", JsonShape::kNotJson},
      {R"({"a":NaN})", JsonShape::kNotJson},
      {"{\"a\":\"\x01\"}", JsonShape::kNotJson},
      {"{\"a\":\"\xff\"}", JsonShape::kNotJson},      // Not UTF-8.
      {"{\"a\":\"\xc0\x80\"}", JsonShape::kNotJson},  // NUL in disguise.
      {R"({"a":"\ud800"})", JsonShape::kNotJson},     // Half of a character.
      {"{}/**/", JsonShape::kNotJson},
      {"\xef\xbb\xbf{}", JsonShape::kNotJson},
      {std::string("{}\0", 3), JsonShape::kNotJson},
      {std::string("{}\0x", 4), JsonShape::kNotJson},
      {Nested(63), JsonShape::kObject},
      {Nested(64), JsonShape::kNotJson},
      {std::string(16'000, '['), JsonShape::kNotJson},
  };
  for (const auto& [json, shape] : cases) EXPECT_EQ(ShapeOf(json), shape) << json;
}

TEST(ReadFields, TellsWhatAFieldIs) {
  const std::pair<std::string_view, Type> cases[] = {
      {R"({})", Type::kAbsent},
      {R"({"A":1})", Type::kAbsent},
      {R"({"x":{"a":1}})", Type::kAbsent},
      {R"({"x":[{"a":1}]})", Type::kAbsent},
      {R"({"a":null})", Type::kNull},
      {R"({"a":0})", Type::kUnsigned},
      {R"({"a":18446744073709551615})", Type::kUnsigned},
      {R"({"a":18446744073709551616})", Type::kOther},
      {R"({"a":-1})", Type::kOther},
      {R"({"a":-0})", Type::kOther},
      {R"({"a":1.0})", Type::kOther},
      {R"({"a":1e3})", Type::kOther},
      {R"({"a":true})", Type::kOther},
      {R"({"a":[]})", Type::kOther},
      {R"({"a":{}})", Type::kOther},
      {R"({"a":[1]})", Type::kOther},
      {R"({"a":{"a":1}})", Type::kOther},
      {R"({"a":""})", Type::kString},
      {R"({"a":1,"a":1})", Type::kRepeated},
      {R"({"a":1,"\u0061":2})", Type::kRepeated},
      {R"({"a":null,"b":1,"a":null})", Type::kRepeated},
      {R"({"a":{},"a":1,"a":"x"})", Type::kRepeated},
  };
  for (const auto& [json, type] : cases) EXPECT_EQ(FieldA(json).type, type) << json;
}

TEST(ReadFields, ReadsWhatAFieldSays) {
  EXPECT_EQ(FieldA(R"({"a":18446744073709551615})").number, 18'446'744'073'709'551'615u);
  EXPECT_EQ(FieldA(R"({"b":"no","a":"\u00e9\n\ud83d\ude00"})").text, "\u00e9\n\U0001F600");
  EXPECT_EQ(FieldA(R"({"a":"\u0000"})").text, std::string(1, '\0'));
}

TEST(ReadFields, ReadsSeveralFieldsInAnyOrder) {
  std::vector<JsonField> fields = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
  ASSERT_EQ(ReadFields(R"({"c":[{"a":3}],"b":2,"a":"1"})", fields), JsonShape::kObject);
  EXPECT_EQ(fields[0].text, "1");
  EXPECT_EQ(fields[1].number, 2u);
  EXPECT_EQ(fields[2].type, Type::kOther);
}

}  // namespace
}  // namespace vss::auth
