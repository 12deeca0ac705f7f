// A plain VSS client for tests: requests out, answers in, nothing interpreted or retried.  It
// shares no code with the server but the .proto file.
#ifndef VSS_TESTS_CONFORMANCE_VSS_CLIENT_H_
#define VSS_TESTS_CONFORMANCE_VSS_CLIENT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vss::testing {

struct Reply {
  int status = 0;                                   // 0: no answer; `body` says why.
  std::map<std::string, std::string> headers = {};  // Names as sent.
  std::string body = {};
};

// One HTTP connection, kept alive.  Threads: one at a time.
class HttpClient {
 public:
  // `base` is for example "http://127.0.0.1:8080".  `ca_file` verifies an https server.
  explicit HttpClient(std::string base, std::string ca_file = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;

  Reply Send(const std::string& method, const std::string& path, const std::string& body,
             const std::vector<std::string>& headers = {});
  Reply Post(const std::string& path, const std::string& body,
             const std::vector<std::string>& headers = {}) {
    return Send("POST", path, body, headers);
  }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct Entry {
  std::string key;
  std::int64_t version = 0;
  std::string value = {};
  bool operator==(const Entry&) const = default;
};

struct Listing {
  std::vector<Entry> entries;
  std::optional<std::string> next;
  std::optional<std::int64_t> global_version;
};

// What an operation came to: 200 and its message, or a status and the ErrorCode of its body.
struct Outcome {
  int status = 0;
  int error_code = -1;  // -1 with status 200.
  std::string message = {};

  bool operator==(const Outcome& other) const {
    return status == other.status && error_code == other.error_code;
  }
};

inline const Outcome kOk{200, -1};
inline const Outcome kConflict{409, 1};
inline const Outcome kInvalid{400, 2};
inline const Outcome kNoSuchKey{404, 4};
inline const Outcome kNotAuthorized{401, 5};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome);
std::ostream& operator<<(std::ostream& out, const Entry& entry);

class VssClient {
 public:
  VssClient(std::string base, std::string store_id, std::vector<std::string> headers = {},
            std::string ca_file = {})
      : http_(std::move(base), std::move(ca_file)),
        store_id_(std::move(store_id)),
        headers_(std::move(headers)) {}

  Outcome Put(std::vector<Entry> puts, std::optional<std::int64_t> global_version = {},
              std::vector<Entry> deletes = {});
  Outcome Get(const std::string& key, Entry* entry = nullptr);
  Outcome Delete(const std::string& key, std::int64_t version);
  Outcome List(Listing* listing, std::optional<std::string> prefix = {},
               std::optional<std::int32_t> page_size = {}, std::optional<std::string> token = {});

  // Shorthands that report a failed expectation when the answer is not 200.
  Entry MustGet(const std::string& key);
  std::int64_t GlobalVersion();
  std::vector<Listing> AllPages(std::optional<std::string> prefix = {},
                                std::optional<std::int32_t> page_size = {});

  HttpClient& http() { return http_; }

 private:
  Reply Call(const std::string& operation, const std::string& body);

  HttpClient http_;
  std::string store_id_;
  std::vector<std::string> headers_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_CONFORMANCE_VSS_CLIENT_H_
