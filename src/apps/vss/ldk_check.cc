// What would keep an LDK Node from starting, or make it start as another one than it was.

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "apps/vss/ldk.h"

namespace vss::apps {
namespace {

using seal::LdkNodeSchema;
using seal::RecordName;

// A key of the store as each of the layouts would read it.
struct Found {
  std::string storage_key;
  std::optional<RecordName> name;
  LdkNodeSchema schema = LdkNodeSchema::kV1;
};

// Threads: one.
class Check final {
 public:
  Check(Session& session, StoreState state)
      : session_(session),
        state_(state),
        v0_(*session.wallet().store, LdkNodeSchema::kV0, session.entropy()),
        v1_(*session.wallet().store, LdkNodeSchema::kV1, session.entropy()) {}

  Result<Done> Run() {
    VSS_RETURN_IF_FAILED(ListKeys());
    CheckNames();
    VSS_RETURN_IF_FAILED(CheckValues());
    CheckNode();
    return Done{};
  }

  CommandResult Report(const Context& context) const {
    for (const std::string& problem : problems_) context.out.Note("problem: " + problem);
    for (const std::string& warning : warnings_) context.out.Note("warning: " + warning);
    const std::string schema = state_ == StoreState::kEmpty ? "none"
                               : state_ == StoreState::kV0  ? "V0"
                                                            : "V1";
    const std::string verdict =
        problems_.empty() ? (names_.empty() ? "the store is empty: a node would begin anew"
                                            : "nothing here keeps a node from starting")
                          : "a node would not start from this store, or not with all it had";
    context.out.Say(Count(names_.size(), "record") + ", layout " + schema + ": " + verdict,
                    {{"records", names_.size()},
                     {"schema", schema},
                     {"would_start", problems_.empty()},
                     {"problems", problems_},
                     {"warnings", warnings_}});
    return problems_.empty() ? kDone : kCorrupt;
  }

 private:
  void Problem(std::string text) { problems_.push_back(std::move(text)); }
  void Warning(std::string text) { warnings_.push_back(std::move(text)); }

  const LdkView& ViewOf(const Found& found) const {
    return found.schema == LdkNodeSchema::kV0 ? v0_ : v1_;
  }

  Result<Done> ListKeys() {
    return session_.ForEachKey("", [this](const backup::ListedKey& key) {
      Found found{key.key, {}, LdkNodeSchema::kV1};
      if (auto name = v1_.layout().Split(key.key)) {
        found.name = *std::move(name);
      } else if (auto old_name = v0_.layout().Split(key.key)) {
        found.name = *std::move(old_name);
        found.schema = LdkNodeSchema::kV0;
      }
      found_.push_back(std::move(found));
      return true;
    });
  }

  void CheckNames() {
    const std::string marker(seal::kSchemaMarkerName);
    std::map<LdkNodeSchema, std::uint64_t> of_schema;
    for (const Found& found : found_) {
      if (!found.name) {
        Problem("key " + Printable(found.storage_key) +
                " is no record of this wallet: a node that lists its namespace fails");
        continue;
      }
      if (found.name->primary.empty() && found.name->key == marker) continue;
      ++of_schema[found.schema];
      if (!names_.insert(*found.name).second) {
        Problem(FormatName(*found.name) + " is there twice, under two keys");
      }
    }
    const std::uint64_t old_records = of_schema[LdkNodeSchema::kV0];
    const std::uint64_t new_records = of_schema[LdkNodeSchema::kV1];
    if (state_ == StoreState::kV0 && new_records > 0) {
      Problem("the layout is V0, but " + Count(new_records, "record") +
              " have the layout V1: a node does not see them");
    }
    if (state_ != StoreState::kV0 && old_records > 0) {
      Problem("the layout is V1, but " + Count(old_records, "record") +
              " have the layout V0: a node does not see them");
    }
    if (state_ == StoreState::kEmpty && new_records > 0) {
      Warning("there is no schema marker: a node will write one");
    }
  }

  Result<Done> CheckValues() {
    std::vector<std::string> keys;
    std::vector<const Found*> readable;
    for (const Found& found : found_) {
      if (!found.name) continue;
      keys.push_back(found.storage_key);
      readable.push_back(&found);
    }
    return SessionRemote(session_).GetEach(
        keys, [&](std::size_t i, const std::optional<Record>& record) -> Result<Done> {
          const Found& found = *readable[i];
          if (!record) {
            Problem(FormatName(*found.name) +
                    " is listed and not there: lost, or removed while this looked");
            return Done{};
          }
          const auto value = ViewOf(found).Open(record->value, record->key);
          if (!value) {
            Problem(FormatName(*found.name) +
                    " does not open: changed, moved from another key, or sealed by another wallet");
          } else if (value->empty()) {
            Problem(FormatName(*found.name) + " is empty");
          }
          return Done{};
        });
  }

  bool Has(const std::string& primary, const std::string& key) const {
    return names_.contains({primary, "", key});
  }

  void CheckNode() {
    std::uint64_t monitors = 0;
    std::set<std::string> orphans;
    for (const RecordName& name : names_) {
      if (name.primary == "monitors") ++monitors;
      if (name.primary == "monitor_updates" && !Has("monitors", name.secondary)) {
        orphans.insert(name.secondary);
      }
    }
    if (!Has("", "manager")) {
      if (monitors > 0) {
        Problem("the store has " + Count(monitors, "channel monitor") + " but no channel manager");
      } else if (!names_.empty()) {
        Warning("there is no channel manager: the node never started completely");
      }
    }
    if (Has("", "manager") && !Has("bdk_wallet", "descriptor")) {
      Warning("there is no on-chain wallet beside the channel manager");
    }
    for (const std::string& orphan : orphans) {
      Warning("there are updates of monitor " + orphan + ", which is not there");
    }
  }

  Session& session_;
  const StoreState state_;
  const LdkView v0_;
  const LdkView v1_;
  std::vector<Found> found_;
  std::set<RecordName> names_;
  std::vector<std::string> problems_;
  std::vector<std::string> warnings_;
};

}  // namespace

CommandResult LdkCheck(const Context& context) {
  VSS_TRY(const auto session, context.OpenSession());
  if (!session->wallet().store) {
    return Invalid("give the wallet: --mnemonic-file, --seed-file or --key-file");
  }
  VSS_TRY(const StoreState state, FindState(*session));
  Check check(*session, state);
  VSS_RETURN_IF_FAILED(check.Run());
  return check.Report(context);
}

}  // namespace vss::apps
