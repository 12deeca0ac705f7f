#include "auth/json_fields.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

namespace vss::auth {
namespace {

using Json = nlohmann::json;
using Type = JsonField::Type;

constexpr int kDepthMax = 64;

// Called by the parser for each piece of the text in order; false stops it.  Nothing is built of
// what nobody asked for.
class FieldReader final : public nlohmann::json_sax<Json> {
 public:
  explicit FieldReader(std::vector<JsonField>& fields) : fields_(fields) {}

  bool IsObject() const { return is_object_; }

  bool null() override { return Take(Type::kNull); }
  bool boolean(bool) override { return Take(Type::kOther); }
  bool number_integer(number_integer_t) override { return Take(Type::kOther); }
  bool number_unsigned(number_unsigned_t number) override {
    if (wanted_ != nullptr) wanted_->number = number;
    return Take(Type::kUnsigned);
  }
  bool number_float(number_float_t, const string_t&) override { return Take(Type::kOther); }
  bool string(string_t& text) override {
    if (wanted_ != nullptr) wanted_->text = std::move(text);
    return Take(Type::kString);
  }
  bool binary(binary_t&) override { return false; }  // Not in text.

  bool start_object(std::size_t) override {
    if (depth_ == 0) is_object_ = true;
    return Enter();
  }
  bool key(string_t& name) override {
    if (depth_ == 1) wanted_ = Find(name);
    return true;
  }
  bool end_object() override { return Leave(); }
  bool start_array(std::size_t) override { return Enter(); }
  bool end_array() override { return Leave(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    return false;
  }

 private:
  JsonField* Find(std::string_view name) {
    const auto found = std::ranges::find(fields_, name, &JsonField::name);
    return found == fields_.end() ? nullptr : &*found;
  }
  // The value that follows a wanted name has come.
  bool Take(Type type) {
    if (wanted_ != nullptr) {
      wanted_->type = wanted_->type == Type::kAbsent ? type : Type::kRepeated;
      wanted_ = nullptr;
    }
    return true;
  }
  bool Enter() {
    Take(Type::kOther);
    return ++depth_ <= kDepthMax;
  }
  bool Leave() {
    --depth_;
    return true;
  }

  std::vector<JsonField>& fields_;
  JsonField* wanted_ = nullptr;
  int depth_ = 0;
  bool is_object_ = false;
};

// What the parser takes for blanks or for the end of the text, but JSON does not.
bool HasByteOrderMarkOrNul(std::string_view json) {
  return json.starts_with("\xef\xbb\xbf") || json.find('\0') != std::string_view::npos;
}

}  // namespace

JsonShape ReadFields(std::string_view json, std::vector<JsonField>& fields) {
  if (HasByteOrderMarkOrNul(json)) return JsonShape::kNotJson;
  FieldReader reader(fields);
  if (!Json::sax_parse(json.begin(), json.end(), &reader)) return JsonShape::kNotJson;
  return reader.IsObject() ? JsonShape::kObject : JsonShape::kNotAnObject;
}

}  // namespace vss::auth
