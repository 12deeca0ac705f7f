#include "apps/vss/everyday.h"

#include <utility>

#include "apps/vss/files.h"

namespace vss::apps {
namespace {

ExitCode NotFound(const Context& context, const std::string& key) {
  context.out.Complain("not found", "there is no key " + key, {{"key", key}});
  return kNotFound;
}

ExitCode Conflict(const Context& context, const std::string& key, client::Version present) {
  context.out.Complain("conflict",
                       present == 0
                           ? key + " is not there"
                           : key + " is at version " + std::to_string(present) +
                                 ", and was not to be replaced: see --if-version and --replace",
                       {{"key", key}, {"version", present}});
  return kConflict;
}

// The version at `key`, 0 if there is none.
client::Version PresentVersion(const client::WriteOutcome& outcome, const std::string& key) {
  for (const client::KeyVersion& found : outcome.keys) {
    if (found.key == key) return found.version;
  }
  return 0;
}

}  // namespace

CommandResult Get(const Context& context, const GetArguments& arguments) {
  VSS_TRY(const auto session, context.OpenSession());
  VSS_TRY(const auto view, context.OpenView(*session));
  VSS_TRY(const std::string key, view->StorageKeyOf(arguments.key));
  VSS_ASK(const auto record, session->client().Get(key));
  if (!record) return NotFound(context, arguments.key);
  VSS_TRY(const std::string value, view->Open(record->value, key));
  return SayValue(context, {{"key", arguments.key}, {"version", record->version}}, value,
                  arguments.output);
}

CommandResult Put(const Context& context, const PutArguments& arguments) {
  VSS_TRY(const std::string value, ReadInput(arguments.input));
  VSS_TRY(const auto session, context.OpenSession());
  VSS_TRY(const auto view, context.OpenView(*session));
  VSS_TRY(const std::string key, view->StorageKeyOf(arguments.key));

  client::Expect expect = client::Expect::Absent();
  if (arguments.replace.unconditional) {
    expect = client::Expect::Unconditional();
  } else if (arguments.replace.version.value_or(0) > 0) {
    expect = client::Expect::At(*arguments.replace.version);
  } else if (arguments.replace.replace) {
    VSS_ASK(const auto record, session->client().Get(key));
    if (record) expect = client::Expect::At(record->version);
  }
  if (view->Schema()) VSS_RETURN_IF_FAILED(MarkIfEmpty(*session));
  VSS_ASK(const client::WriteOutcome outcome,
          session->client().Put({key, view->Seal(value, key), expect}));
  const client::Version version = PresentVersion(outcome, key);
  VSS_TRY(const std::string name, view->NameOf(key));  // "/a" is "a".
  if (!outcome.IsCommitted()) return Conflict(context, name, version);
  context.out.Say(Printable(name) + " is at version " + std::to_string(version),
                  {{"key", name}, {"version", version}});
  return kDone;
}

CommandResult Delete(const Context& context, const DeleteArguments& arguments) {
  VSS_TRY(const auto session, context.OpenSession());
  VSS_TRY(const auto view, context.OpenView(*session));
  VSS_TRY(const std::string key, view->StorageKeyOf(arguments.key));
  client::Version version = arguments.version.value_or(0);
  if (version == 0) {
    VSS_ASK(const auto record, session->client().Get(key));
    if (!record) return NotFound(context, arguments.key);
    version = record->version;
  }
  VSS_ASK(const client::WriteOutcome outcome,
          session->client().Commit({.removes = {{key, client::Expect::At(version)}}}));
  if (!outcome.IsCommitted()) return Conflict(context, arguments.key, PresentVersion(outcome, key));
  context.out.Say(Printable(arguments.key) + " is deleted",
                  {{"key", arguments.key}, {"deleted_version", version}});
  return kDone;
}

CommandResult List(const Context& context, const ListArguments& arguments) {
  VSS_TRY(const auto session, context.OpenSession());
  VSS_TRY(const auto view, context.OpenView(*session));
  // Hidden keys have no prefixes in common with what they hide.
  const bool is_hidden = view->Schema().has_value();
  const std::uint64_t limit = arguments.limit == 0 ? UINT64_MAX : arguments.limit;
  std::uint64_t listed = 0;
  std::uint64_t foreign = 0;
  const auto visit = [&](const backup::ListedKey& key) {
    const auto name = view->NameOf(key.key);
    if (!name) {
      ++foreign;
      if (context.out.is_json()) context.out.Say("", JsonOfForeign(key));
    } else if (name->starts_with(arguments.prefix)) {
      ++listed;
      context.out.Say(std::to_string(key.version) + "\t" + Printable(*name),
                      {{"key", *name}, {"version", key.version}});
    }
    return listed < limit;
  };
  VSS_RETURN_IF_FAILED(session->ForEachKey(is_hidden ? "" : arguments.prefix, visit));
  if (foreign > 0) {
    context.out.Note(Count(foreign, "key") +
                     " of this store cannot be read with this wallet: --raw "
                     "lists them");
  }
  return kDone;
}

CommandResult Info(const Context& context) {
  VSS_TRY(const auto session, context.OpenSession());
  VSS_TRY(const auto view, context.OpenView(*session));
  std::uint64_t keys = 0;
  VSS_RETURN_IF_FAILED(
      session->ForEachKey("", [&keys](const backup::ListedKey&) { return ++keys, true; }));
  VSS_TRY(const Version global_version, SessionRemote(*session).GlobalVersion());
  std::string text = "server          " + session->url() + "\nstore           " +
                     (session->store_id().empty() ? "(no name)" : Printable(session->store_id())) +
                     "\nkeys            " + std::to_string(keys) + "\nglobal version  " +
                     std::to_string(global_version);
  nlohmann::json json = {{"url", session->url()},
                         {"store", session->store_id()},
                         {"keys", keys},
                         {"global_version", global_version}};
  if (const auto schema = view->Schema()) {
    const std::string name = *schema == seal::LdkNodeSchema::kV0 ? "V0" : "V1";
    text += "\nlayout          LDK Node " + name;
    json["ldk_schema"] = name;
  }
  context.out.Say(text, json);
  return kDone;
}

CommandResult Token(const Context& context) {
  VSS_TRY(const auto session, context.OpenSession());
  VSS_TRY(const client::Headers headers, session->Credentials());
  const std::string* const value = headers.Find("Authorization");
  if (value == nullptr) return Invalid("there are no credentials to make a token from");
  context.out.Say(*value, {{"authorization", *value}});
  return kDone;
}

}  // namespace vss::apps
