// What a VSS store must do, in as few words as possible: the model that tests compare the real one
// with.  One store of one user, requests one after the other.
#ifndef VSS_TESTS_E2E_MODEL_H_
#define VSS_TESTS_E2E_MODEL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/vss_client.h"

namespace vss::testing {

inline const std::string kGlobalVersion = "global_version";

struct Cell {
  std::int64_t version = 0;
  std::string value = {};

  bool operator==(const Cell&) const = default;
};

// By key; the global version is a key like others, with an empty value.
using Contents = std::map<std::string, Cell>;

// A put, or with `is_delete` a deleteObject of the one item in `deletes`.
struct Write {
  std::vector<Entry> puts = {};
  std::optional<std::int64_t> global_version = std::nullopt;
  std::vector<Entry> deletes = {};
  bool is_delete = false;
};

// The contents afterwards, or nullopt if there is a conflict.
inline std::optional<Contents> After(Contents contents, const Write& write) {
  const auto put = [&contents](const Entry& item) {
    const auto found = contents.find(item.key);
    if (item.version == 0 && found != contents.end()) return false;
    if (item.version > 0 && (found == contents.end() || found->second.version != item.version)) {
      return false;
    }
    contents[item.key] = {item.version == -1 ? 1 : item.version + 1, item.value};
    return item.version >= -1;
  };
  const auto remove = [&contents](const Entry& item) {
    const auto found = contents.find(item.key);
    if (found == contents.end()) return false;
    if (item.version != -1 && item.version != found->second.version) return false;
    contents.erase(found);
    return true;
  };
  bool fits = true;
  for (const Entry& item : write.puts) fits = fits && put(item);
  if (write.global_version) fits = fits && put({kGlobalVersion, *write.global_version, {}});
  for (const Entry& item : write.deletes) {
    // Deleting by itself is idempotent: what is not there, or not at that version, is no conflict.
    const bool removed = remove(item);
    fits = fits && (removed || write.is_delete);
  }
  if (!fits) return std::nullopt;
  return contents;
}

inline Outcome Send(VssClient& client, const Write& write) {
  if (write.is_delete) {
    return client.Delete(write.deletes.front().key, write.deletes.front().version);
  }
  return client.Put(write.puts, write.global_version, write.deletes);
}

// For messages.
inline std::string Describe(const Write& write) {
  std::string text = write.is_delete ? "delete" : "put";
  for (const Entry& item : write.puts) {
    text += " " + item.key + "=" + item.value + "@" + std::to_string(item.version);
  }
  if (write.global_version) text += " global@" + std::to_string(*write.global_version);
  for (const Entry& item : write.deletes) {
    text += " -" + item.key + "@" + std::to_string(item.version);
  }
  return text;
}

inline std::string Describe(const Contents& contents) {
  std::string text = "{";
  for (const auto& [key, cell] : contents) {
    text += " " + key + "=" + cell.value + "@" + std::to_string(cell.version);
  }
  return text + " }";
}

}  // namespace vss::testing

#endif  // VSS_TESTS_E2E_MODEL_H_
