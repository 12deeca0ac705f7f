#include "apps/vss/ldk.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "apps/vss/ldk_files.h"

namespace vss::apps {
namespace {

struct Opened {
  std::unique_ptr<Session> session;
  std::unique_ptr<LdkView> view;
};

Result<Opened> OpenStore(const Context& context) {
  VSS_TRY(auto session, context.OpenSession());
  VSS_TRY(auto view, OpenLdkView(*session));
  return Opened{std::move(session), std::move(view)};
}

std::string SchemaName(seal::LdkNodeSchema schema) {
  return schema == seal::LdkNodeSchema::kV0 ? "V0" : "V1";
}

bool IsIn(const seal::RecordName& name, const std::string& name_space) {
  if (name_space.empty() || name.primary == name_space) return true;
  return name.primary + "/" + name.secondary == name_space;
}

bool IsMarker(const seal::RecordName& name) {
  return name.primary.empty() && name.key == seal::kSchemaMarkerName;
}

struct Listed {
  seal::RecordName name;
  std::string storage_key;
  Version version = 0;
};

// Newest created first.  Keys that are none of this wallet's go to `foreign`.
Result<std::vector<Listed>> ListRecords(const Opened& store,
                                        std::vector<backup::ListedKey>& foreign) {
  std::vector<Listed> records;
  const auto visit = [&](const backup::ListedKey& key) {
    if (auto name = store.view->layout().Split(key.key)) {
      records.push_back({*std::move(name), key.key, key.version});
    } else {
      foreign.push_back(key);
    }
    return true;
  };
  VSS_RETURN_IF_FAILED(store.session->ForEachKey("", visit));
  return records;
}

std::vector<std::string> KeysOf(const std::vector<Listed>& records) {
  std::vector<std::string> keys;
  keys.reserve(records.size());
  for (const Listed& record : records) keys.push_back(record.storage_key);
  return keys;
}

ExitCode ReportUnreadable(const Context& context, const std::vector<std::string>& names) {
  context.out.Complain(NameOf(Kind::kCorrupt),
                       Count(names.size(), "key") +
                           " cannot be read with this wallet: see vss ldk check, and "
                           "--skip-unreadable for all the others",
                       {{"keys", names}});
  for (const std::string& name : names) context.out.Note("  " + Printable(name));
  return kCorrupt;
}

}  // namespace

CommandResult LdkList(const Context& context, const LdkListArguments& arguments) {
  VSS_TRY(const Opened store, OpenStore(context));
  std::vector<backup::ListedKey> foreign;
  VSS_TRY(std::vector<Listed> records, ListRecords(store, foreign));
  std::erase_if(records,
                [&](const Listed& record) { return !IsIn(record.name, arguments.name_space); });
  std::vector<std::string> sizes(records.size());
  if (arguments.with_sizes) {
    VSS_RETURN_IF_FAILED(
        SessionRemote(*store.session)
            .GetEach(KeysOf(records),
                     [&](std::size_t i, const std::optional<Record>& record) -> Result<Done> {
                       if (!record) return Done{};
                       const auto value = store.view->Open(record->value, record->key);
                       sizes[i] = value ? std::to_string(value->size()) : "does not open";
                       return Done{};
                     }));
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Listed& record = records[i];
    const std::string name = FormatName(record.name);
    nlohmann::json json = {{"name", name},
                           {"primary", record.name.primary},
                           {"secondary", record.name.secondary},
                           {"key", record.name.key},
                           {"version", record.version}};
    if (arguments.with_sizes) json["size"] = sizes[i];
    context.out.Say(std::to_string(record.version) + "\t" +
                        (arguments.with_sizes ? sizes[i] + "\t" : "") + name,
                    json);
  }
  if (context.out.is_json()) {
    for (const backup::ListedKey& key : foreign) context.out.Say("", JsonOfForeign(key));
  }
  context.out.Note(
      Count(records.size(), "record") + ", layout " + SchemaName(*store.view->Schema()) +
      (foreign.empty() ? "" : ", " + Count(foreign.size(), "foreign key") + ": see vss ldk check"));
  return kDone;
}

CommandResult LdkCat(const Context& context, const LdkCatArguments& arguments) {
  VSS_TRY(const Opened store, OpenStore(context));
  VSS_TRY(const std::string key, store.view->StorageKeyOf(arguments.name));
  VSS_ASK(const auto record, store.session->client().Get(key));
  if (!record) {
    context.out.Complain("not found", "there is no record " + arguments.name,
                         {{"name", arguments.name}});
    return kNotFound;
  }
  VSS_TRY(const std::string value, store.view->Open(record->value, key));
  return SayValue(context, {{"name", arguments.name}, {"version", record->version}}, value,
                  arguments.output);
}

CommandResult LdkExport(const Context& context, const LdkExportArguments& arguments) {
  VSS_TRY(const Opened store, OpenStore(context));
  std::vector<backup::ListedKey> foreign;
  VSS_TRY(std::vector<Listed> records, ListRecords(store, foreign));
  std::erase_if(records, [](const Listed& record) { return IsMarker(record.name); });
  std::vector<std::string> unreadable;
  unreadable.reserve(foreign.size());
  for (const backup::ListedKey& key : foreign) unreadable.push_back(key.key);
  if (!foreign.empty() && !arguments.skip_unreadable) return ReportUnreadable(context, unreadable);
  std::ranges::reverse(records);  // Oldest first: the files' times tell the order.
  VSS_TRY(LdkFolder files, LdkFolder::Create(arguments.folder));
  std::uint64_t written = 0;
  std::uint64_t bytes = 0;
  const auto write = [&](std::size_t i, const std::optional<Record>& record) -> Result<Done> {
    if (!record) return Unavailable("the store changed meanwhile: stop the node, and try again");
    auto value = store.view->Open(record->value, record->key);
    if (!value) {
      unreadable.push_back(FormatName(records[i].name));
      if (arguments.skip_unreadable) return Done{};
      return Unexpected(std::move(value).error());
    }
    ++written;
    bytes += value->size();
    return files.Write(records[i].name, *value);
  };
  Result<Done> done = SessionRemote(*store.session).GetEach(KeysOf(records), write);
  if (done) done = files.Flush();
  if (!done && (arguments.skip_unreadable || unreadable.empty())) return Unexpected(done.error());
  if (done) {
    context.out.Say(Count(written, "record") + " (" + Size(bytes) + ") in " + arguments.folder,
                    {{"records", written}, {"bytes", bytes}, {"folder", arguments.folder}});
  }
  if (unreadable.empty()) return kDone;
  return ReportUnreadable(context, unreadable);
}

CommandResult LdkImport(const Context& context, const LdkImportArguments& arguments) {
  VSS_TRY(std::vector<LdkFile> files, ReadLdkFolder(arguments.folder));
  std::erase_if(files, [](const LdkFile& file) { return IsMarker(file.name); });
  VSS_TRY(const Opened store, OpenStore(context));
  std::vector<std::string> keys;
  for (const LdkFile& file : files) {
    VSS_TRY(keys.emplace_back(), store.view->layout().StorageKey(file.name));
  }

  // First look, then write.
  SessionRemote remote(*store.session);
  std::vector<std::optional<Version>> present(keys.size());
  std::vector<bool> is_same(keys.size());
  Differences differences;
  VSS_RETURN_IF_FAILED(
      remote.GetEach(keys, [&](std::size_t i, const std::optional<Record>& record) -> Result<Done> {
        if (!record) return Done{};
        present[i] = record->version;
        VSS_TRY(const std::string value, ReadLdkFile(files[i]));
        const auto stored = store.view->Open(record->value, record->key);
        is_same[i] = stored && *stored == value;
        if (!is_same[i]) differences.Add(FormatName(files[i].name));
        return Done{};
      }));
  if (differences.count > 0 && !arguments.overwrite) return Report(context, differences);

  VSS_RETURN_IF_FAILED(MarkIfEmpty(*store.session));
  std::uint64_t written = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (is_same[i]) continue;
    VSS_TRY(const std::string value, ReadLdkFile(files[i]));
    VSS_TRY(const bool is_written,
            remote.Write({{keys[i], present[i].value_or(0), store.view->Seal(value, keys[i])}}));
    if (!is_written) {
      context.out.Complain(NameOf(Kind::kUnavailable),
                           FormatName(files[i].name) +
                               " changed meanwhile: somebody else writes to the store; " +
                               Count(written, "record") + " written before",
                           {{"name", FormatName(files[i].name)}, {"written", written}});
      return kUnavailable;
    }
    ++written;
  }
  context.out.Say(Count(written, "record") + " written, " + std::to_string(files.size() - written) +
                      " there already",
                  {{"written", written}, {"there_already", files.size() - written}});
  return kDone;
}

}  // namespace vss::apps
