#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "client/jwt.h"
#include "vss/credentials.h"

namespace vss::client {
namespace {

// A token is not used in its last minute: clocks differ, and requests take time.
constexpr std::uint64_t kMarginSeconds = 60;

class Tokens final : public Credentials, public std::enable_shared_from_this<Tokens> {
 public:
  Tokens(TokenSource fetch, const Clock& clock, Headers fixed)
      : fetch_(std::move(fetch)), clock_(clock), fixed_(std::move(fixed)) {}

  void Provide(ThenAnswer<Headers> then) override {
    std::optional<Headers> headers;
    const bool must_fetch = state_.With([&](State& state) {
      if (state.headers && !IsExpired(state.expiry)) {
        headers = state.headers;
        return false;
      }
      state.waiting.push_back(std::move(then));
      return !std::exchange(state.is_fetching, true);
    });
    if (headers) return then(*std::move(headers));
    if (!must_fetch) return;
    fetch_([self = shared_from_this()](const Answer<std::string>& token) { self->OnToken(token); });
  }

  bool Refused(const Headers& headers) override {
    const std::string* const refused = headers.Find("Authorization");
    state_.With([&](State& state) {
      if (!state.headers || refused == nullptr) return;
      if (*state.headers->Find("Authorization") == *refused) state.headers.reset();
    });
    return true;
  }

 private:
  struct State {
    std::optional<Headers> headers = std::nullopt;  // With the token.
    JwtExpiry expiry = {};
    bool is_fetching = false;
    std::vector<ThenAnswer<Headers>> waiting = {};
  };

  bool IsExpired(const JwtExpiry& expiry) const {
    if (!expiry.at) return false;
    const auto now =
        std::chrono::floor<std::chrono::seconds>(clock_.Wall().time_since_epoch()).count();
    return now >= 0 && static_cast<std::uint64_t>(now) + kMarginSeconds > *expiry.at;
  }

  // The token's headers, or why it cannot be used.
  Answer<Headers> HeadersFor(const Answer<std::string>& token, JwtExpiry& expiry) const {
    if (!token) return Unexpected(token.error());
    Result<JwtExpiry> parsed = ParseJwt(*token);
    if (!parsed) return Unexpected(ErrorOf(parsed.error()));
    expiry = *parsed;
    Headers headers = fixed_;
    if (auto set = headers.Set("Authorization", "Bearer " + *token); !set) {
      return Unexpected(ErrorOf(set.error()));
    }
    return headers;
  }

  // Whoever waits for a token gets this one, even if it has expired already.
  void OnToken(const Answer<std::string>& token) {
    JwtExpiry expiry;
    const Answer<Headers> headers = HeadersFor(token, expiry);
    std::vector<ThenAnswer<Headers>> waiting;
    state_.With([&](State& state) {
      state.is_fetching = false;
      state.headers = headers ? std::optional(*headers) : std::nullopt;
      state.expiry = expiry;
      waiting.swap(state.waiting);
    });
    for (ThenAnswer<Headers>& then : waiting) then(headers);
  }

  const TokenSource fetch_;
  const Clock& clock_;
  const Headers fixed_;
  Guarded<State> state_;
};

}  // namespace

std::shared_ptr<Credentials> TokenCredentials(TokenSource fetch, const Clock& clock,
                                              Headers fixed) {
  return std::make_shared<Tokens>(std::move(fetch), clock, std::move(fixed));
}

}  // namespace vss::client
