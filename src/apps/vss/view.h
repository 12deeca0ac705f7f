// How the keys and values of a store look to whoever has the wallet's key, and to whoever has not.
#ifndef VSS_APPS_VSS_VIEW_H_
#define VSS_APPS_VSS_VIEW_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "apps/vss/session.h"
#include "base/failure.h"
#include "vss/ldk_node.h"

namespace vss::apps {

// Threads: one at a time.
class View {
 public:
  virtual ~View() = default;
  // What the user calls a key, and what the server does.
  virtual Result<std::string> StorageKeyOf(const std::string& name) const = 0;
  virtual Result<std::string> NameOf(const std::string& storage_key) const = 0;
  // What the user stores under a key, and what the server does.
  virtual std::string Seal(std::string_view value, const std::string& storage_key) const = 0;
  virtual Result<std::string> Open(std::string_view value,
                                   const std::string& storage_key) const = 0;
  // The layout of an opened store.
  virtual std::optional<seal::LdkNodeSchema> Schema() const { return std::nullopt; }
};

// As the server sees it.
std::unique_ptr<View> RawView();

// LDK's names, as PRIMARY/SECONDARY/KEY: no part of one may hold a slash.  Empty namespaces are
// left out.
std::string FormatName(const seal::RecordName& name);
Result<seal::RecordName> ParseName(std::string_view text);

// What kind of store LDK Node would take this one for.
enum class StoreState { kEmpty, kV0, kV1 };

// The records of an LDK Node store.
class LdkView final : public View {
 public:
  // `keys` are copied; `entropy` outlives the view.
  LdkView(const seal::StoreKeys& keys, seal::LdkNodeSchema schema, Entropy& entropy);

  Result<std::string> StorageKeyOf(const std::string& name) const override;
  Result<std::string> NameOf(const std::string& storage_key) const override;
  std::string Seal(std::string_view value, const std::string& storage_key) const override;
  Result<std::string> Open(std::string_view value, const std::string& storage_key) const override;
  std::optional<seal::LdkNodeSchema> Schema() const override { return layout_.Schema(); }

  const seal::LdkNodeLayout& layout() const { return layout_; }

 private:
  seal::KeyObfuscator obfuscator_;
  seal::Sealer sealer_;
  seal::LdkNodeLayout layout_;
};

// kCorrupt if the marker does not open: it is another wallet's, or was changed.
Result<StoreState> FindState(Session& session);

// The records of the session's wallet; an empty store is taken to have the newest layout.
Result<std::unique_ptr<LdkView>> OpenLdkView(Session& session);

// Marks an empty store as one of the newest layout, as LDK Node does before its first write.
Result<Done> MarkIfEmpty(Session& session);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_VIEW_H_
