#include "apps/vss/ldk.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "apps/vss/ldk_files.h"
#include "apps/vss/read_many.h"

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

// Newest created first.  Keys that are none of this wallet's are counted in `foreign`.
Result<std::vector<Listed>> ListRecords(const Opened& store, std::uint64_t& foreign) {
  std::vector<Listed> records;
  const auto visit = [&](const backup::ListedKey& key) {
    if (auto name = store.view->layout().Split(key.key)) {
      records.push_back({*std::move(name), key.key, key.version});
    } else {
      ++foreign;
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

}  // namespace

CommandResult LdkList(const Context& context, const LdkListArguments& arguments) {
  VSS_TRY(const Opened store, OpenStore(context));
  std::uint64_t foreign = 0;
  VSS_TRY(std::vector<Listed> records, ListRecords(store, foreign));
  std::erase_if(records,
                [&](const Listed& record) { return !IsIn(record.name, arguments.name_space); });
  std::vector<std::string> sizes(records.size());
  if (arguments.with_sizes) {
    VSS_RETURN_IF_FAILED(
        ForEachValue(*store.session, KeysOf(records),
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
  context.out.Note(
      Count(records.size(), "record") + ", layout " + SchemaName(*store.view->Schema()) +
      (foreign == 0 ? "" : ", " + Count(foreign, "foreign key") + ": see vss ldk check"));
  return kDone;
}

CommandResult LdkCat(const Context& context, const LdkCatArguments& arguments) {
  VSS_TRY(const Opened store, OpenStore(context));
  VSS_TRY(const std::string key, store.view->StorageKeyOf(arguments.name));
  VSS_ASK(const auto record, store.session->client().Get(key));
  if (!record) {
    context.out.Complain("not found", "there is no record " + arguments.name);
    return kNotFound;
  }
  VSS_TRY(const std::string value, store.view->Open(record->value, key));
  VSS_RETURN_IF_FAILED(Output::WriteBytes(value, arguments.output));
  return kDone;
}

CommandResult LdkExport(const Context& context, const std::string& folder) {
  VSS_TRY(const Opened store, OpenStore(context));
  std::uint64_t foreign = 0;
  VSS_TRY(std::vector<Listed> records, ListRecords(store, foreign));
  std::erase_if(records, [](const Listed& record) { return IsMarker(record.name); });
  if (foreign > 0) return Corrupt(Count(foreign, "key") + " cannot be read with this wallet");
  std::ranges::reverse(records);  // Oldest first: the files' times tell the order.
  VSS_TRY(LdkFolder files, LdkFolder::Create(folder));
  std::uint64_t bytes = 0;
  VSS_RETURN_IF_FAILED(ForEachValue(
      *store.session, KeysOf(records),
      [&](std::size_t i, const std::optional<Record>& record) -> Result<Done> {
        if (!record)
          return Unavailable("the store changed meanwhile: stop the node, and try again");
        VSS_TRY(const std::string value, store.view->Open(record->value, record->key));
        bytes += value.size();
        return files.Write(records[i].name, value);
      }));
  context.out.Say(Count(records.size(), "record") + " (" + Size(bytes) + ") in " + folder,
                  {{"records", records.size()}, {"bytes", bytes}, {"folder", folder}});
  return kDone;
}

CommandResult LdkImport(const Context& context, const LdkImportArguments& arguments) {
  VSS_TRY(const std::vector<LdkFile> files, ReadLdkFolder(arguments.folder));
  VSS_TRY(const Opened store, OpenStore(context));
  std::vector<std::string> keys;
  for (const LdkFile& file : files) {
    VSS_TRY(keys.emplace_back(), store.view->layout().StorageKey(file.name));
  }

  // First look, then write.
  std::vector<std::optional<Version>> present(keys.size());
  std::vector<bool> is_same(keys.size());
  std::uint64_t conflicts = 0;
  VSS_RETURN_IF_FAILED(
      ForEachValue(*store.session, keys,
                   [&](std::size_t i, const std::optional<Record>& record) -> Result<Done> {
                     if (!record) return Done{};
                     present[i] = record->version;
                     VSS_TRY(const std::string value, ReadLdkFile(files[i]));
                     const auto stored = store.view->Open(record->value, record->key);
                     is_same[i] = stored && *stored == value;
                     if (is_same[i] || arguments.overwrite) return Done{};
                     ++conflicts;
                     context.out.Note("  " + FormatName(files[i].name));
                     return Done{};
                   }));
  if (conflicts > 0) {
    context.out.Complain("conflict", Count(conflicts, "record") +
                                         " of the store differ, and may be newer: nothing was "
                                         "written. --overwrite replaces them");
    return kConflict;
  }

  SessionRemote remote(*store.session);
  VSS_RETURN_IF_FAILED(MarkIfEmpty(*store.session));
  std::uint64_t written = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (is_same[i]) continue;
    VSS_TRY(const std::string value, ReadLdkFile(files[i]));
    VSS_TRY(const bool is_written,
            remote.Write({{keys[i], present[i].value_or(0), store.view->Seal(value, keys[i])}}));
    if (!is_written) {
      context.out.Complain("conflict", "somebody else writes to the store: " +
                                           FormatName(files[i].name) + " changed meanwhile");
      return kConflict;
    }
    ++written;
  }
  context.out.Say(Count(written, "record") + " written, " + std::to_string(files.size() - written) +
                      " there already",
                  {{"written", written}, {"there_already", files.size() - written}});
  return kDone;
}

}  // namespace vss::apps
