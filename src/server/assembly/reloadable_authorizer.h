// An authorizer that can be exchanged while requests are served: keys of tokens are rotated without
// a restart.
#ifndef VSS_SERVER_ASSEMBLY_RELOADABLE_AUTHORIZER_H_
#define VSS_SERVER_ASSEMBLY_RELOADABLE_AUTHORIZER_H_

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "auth/authorizer.h"
#include "base/guarded.h"

namespace vss::server {

// Threads: every method, any thread.
class ReloadableAuthorizer final : public auth::Authorizer {
 public:
  explicit ReloadableAuthorizer(std::unique_ptr<auth::Authorizer> authorizer)
      : current_(std::move(authorizer)) {}

  // From now on `authorizer` decides; whoever is being identified just now still meets the old one,
  // which is why it is shared.
  void Replace(std::unique_ptr<auth::Authorizer> authorizer) {
    current_.With([&](Shared& current) { current = std::move(authorizer); });
  }

  Result<auth::Identity> Identify(std::optional<std::string_view> authorization) override {
    return Current()->Identify(authorization);
  }
  std::optional<auth::Identity> Recognize(std::optional<std::string_view> authorization) override {
    return Current()->Recognize(authorization);
  }

 private:
  using Shared = std::shared_ptr<auth::Authorizer>;
  Shared Current() const {
    return current_.With([](const Shared& current) { return current; });
  }

  Guarded<Shared> current_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_ASSEMBLY_RELOADABLE_AUTHORIZER_H_
