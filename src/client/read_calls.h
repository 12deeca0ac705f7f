// The calls that change nothing.
#ifndef VSS_CLIENT_READ_CALLS_H_
#define VSS_CLIENT_READ_CALLS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "client/call.h"
#include "vss/client.h"

namespace vss::client {

class GetCall final : public Call {
 public:
  using Value = std::optional<StoredRecord>;

  GetCall(const CallRules& rules, Entropy& entropy, SteadyTime deadline, std::string key)
      : Call(rules, entropy, deadline), key_(std::move(key)) {}

  const std::string& key() const { return key_; }
  Answer<Value> TakeAnswer() { return std::move(answer_); }

 private:
  Outgoing NextRequest() override;
  Action OnVerdict(Verdict verdict, const std::string& body, SteadyTime now) override;
  void Fail(Error error) override { answer_ = Unexpected(std::move(error)); }

  const std::string key_;
  Answer<Value> answer_ = Value();
};

// One page, or all of them from there.
class ListCall final : public Call {
 public:
  using Value = Listing;
  enum class Pages { kOne, kAll };

  ListCall(const CallRules& rules, Entropy& entropy, SteadyTime deadline, ListOptions options,
           std::string token, Pages pages)
      : Call(rules, entropy, deadline),
        options_(std::move(options)),
        token_(std::move(token)),
        pages_(pages) {}

  Answer<Listing> TakeAnswer() { return std::move(answer_); }

 private:
  Outgoing NextRequest() override;
  Action OnVerdict(Verdict verdict, const std::string& body, SteadyTime now) override;
  Action OnPage(Listing page, SteadyTime now);
  void Fail(Error error) override { answer_ = Unexpected(std::move(error)); }

  const ListOptions options_;
  std::string token_;
  const Pages pages_;
  // The token of a page before, by which circles are found: that of the 1st, 2nd, 4th, 8th, ...
  std::string token_behind_;
  std::size_t pages_read_ = 0;
  std::size_t listing_bytes_ = 0;
  Listing listing_;
  Answer<Listing> answer_ = Listing();
};

}  // namespace vss::client

#endif  // VSS_CLIENT_READ_CALLS_H_
