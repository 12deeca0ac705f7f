// The files of tests/vectors.
#ifndef VSS_TESTS_SUPPORT_VECTORS_H_
#define VSS_TESTS_SUPPORT_VECTORS_H_

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "base/check.h"
#include "tests/support/source_tree.h"

namespace vss::testing {

inline std::string ReadVectorFile(const std::string& name) {
  std::ifstream file(InSourceTree("tests/vectors/" + name));
  CHECK(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

// One group of the vectors that are shared with the clients: never empty.
inline nlohmann::json ClientVectors(const std::string& group) {
  nlohmann::json vectors = nlohmann::json::parse(ReadVectorFile("vss-client.json")).at(group);
  CHECK(!vectors.empty());
  return vectors;
}

// One group of the vectors of LSS: never empty.
inline nlohmann::json LssVectors(const std::string& group) {
  nlohmann::json vectors = nlohmann::json::parse(ReadVectorFile("lss.json")).at(group);
  CHECK(!vectors.empty());
  return vectors;
}

}  // namespace vss::testing

#endif  // VSS_TESTS_SUPPORT_VECTORS_H_
