#include "apps/vss/moving.h"

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "backup/contents.h"
#include "backup/file.h"
#include "backup/restore.h"
#include "backup/survey.h"
#include "backup/take.h"
#include "crypto/hex.h"

namespace vss::apps {
namespace {

nlohmann::json JsonOf(const backup::Summary& summary) {
  return {{"records", summary.records},
          {"value_bytes", summary.value_bytes},
          {"global_version", summary.global_version_before},
          {"finished", TimeOf(summary.finished)}};
}

nlohmann::json JsonOf(const backup::RestoreOutcome& outcome) {
  return {{"created", outcome.created},
          {"replaced", outcome.replaced},
          {"removed", outcome.removed},
          {"there_already", outcome.there_already},
          {"only_in_target", outcome.only_in_target},
          {"gone_from_source", outcome.gone_from_source},
          {"order_kept", outcome.is_order_kept}};
}

std::string WrittenIn(const backup::RestoreOutcome& outcome) {
  return Count(outcome.created, "record") + " created, " + std::to_string(outcome.replaced) +
         " replaced,";
}

std::string TextOf(const backup::RestoreOutcome& outcome) {
  std::string text = WrittenIn(outcome) + " " + std::to_string(outcome.there_already) +
                     " there already; read back and the same";
  if (outcome.removed > 0) text += ", " + std::to_string(outcome.removed) + " removed";
  if (outcome.only_in_target > 0) {
    text += "\n" + Count(outcome.only_in_target, "record") + " of the target left alone";
  }
  if (outcome.gone_from_source > 0) {
    text += "\n" + Count(outcome.gone_from_source, "record") +
            " of an earlier copy left alone, though the source has removed " +
            (outcome.gone_from_source == 1 ? "it" : "them") + ": see --remove";
  }
  if (!outcome.is_order_kept)
    text += "\nthe target had some before, and lists them in its own order";
  return text;
}

// What the wallet calls the keys, if that is known.
void AddNames(const Context& context, Session& session, std::vector<Key>& keys) {
  const auto view = context.OpenView(session);
  if (!view || !(*view)->Schema()) return;
  for (Key& key : keys) {
    if (const auto name = (*view)->NameOf(key)) key += " (" + *name + ")";
  }
}

// What differed in the target, or, once something was written, changed in it.
ExitCode ReportConflict(const Context& context, Session& session, backup::RestoreOutcome outcome) {
  if (!context.out.is_json()) AddNames(context, session, outcome.conflicts);
  if (outcome.created + outcome.replaced + outcome.removed == 0) {
    return Report(context, {outcome.conflict_count, outcome.conflicts});
  }
  nlohmann::json json = JsonOf(outcome);
  json["keys"] = outcome.conflicts;
  context.out.Complain(NameOf(Kind::kUnavailable),
                       "somebody else writes to the target: after " + WrittenIn(outcome) +
                           " this changed meanwhile: " + outcome.conflicts.front(),
                       json);
  return kUnavailable;
}

bool Exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

backup::BytesSeen WatchBytes(ProgressBar& bar) {
  return [&bar](std::uint64_t done, std::uint64_t of) { bar.Show("checking", done, of); };
}

struct OpenBackup {
  std::unique_ptr<backup::FileBytes> bytes;
  backup::Contents contents;
};

Result<OpenBackup> Examined(const std::string& file) {
  ProgressBar bar;
  VSS_TRY(auto bytes, backup::FileBytes::Open(file));
  VSS_TRY(backup::Contents contents, backup::Examine(*bytes, WatchBytes(bar)));
  return OpenBackup{std::move(bytes), std::move(contents)};
}

Result<backup::Taken> Take(Session& session, const backup::Place& to, backup::Rename rename) {
  ProgressLine line;
  SessionRemote remote(session);
  return backup::TakeBackup(remote, to, rename, session.clock(), line.Watch());
}

Result<backup::RestoreOutcome> Fill(Session& session, OpenBackup& from,
                                    backup::RestoreOptions options) {
  ProgressLine line;
  SessionRemote remote(session);
  return backup::Restore(*from.bytes, from.contents, remote, options, line.Watch());
}

// A profile, or a URL for which everything else is as given.
Result<std::unique_ptr<Session>> OpenNamed(const Context& context, const std::string& name) {
  Context named = context;
  if (name.find("://") != std::string::npos) {
    named.sources.from_command_line["url"] = name;
  } else {
    named.sources.profile = name;
    named.sources.is_profile_strongest = true;
  }
  return named.OpenSession();
}

// Where the backup in between lies: the same two stores have the same place, so that a copy goes on
// where it was interrupted.
Result<backup::Place> SpoolOf(const Session& from, const Session& to, const std::string& file) {
  backup::Place place{.path = file,
                      .origin = backup::DigestOf({BytesOf("copy"), from.identity(), to.identity()}),
                      .store_id = from.store_id()};
  if (file.empty()) {
    VSS_TRY(const std::string folder, StateFolder());
    place.path = folder + "/copy-" + crypto::EncodeHex(place.origin);
  }
  return place;
}

// Whether it has records that the source has removed since: then it is the last that has them.
bool HasRemoved(const OpenBackup& spool) {
  backup::Keys keys;
  for (const backup::Note& note : spool.contents.notes) keys.insert(note.key);
  return keys.size() > spool.contents.index.size();
}

// Whether the source still is what was read of it.
Result<bool> IsStill(Session& session, const OpenBackup& copied) {
  ProgressLine line;
  SessionRemote remote(session);
  const auto keep = [](const Record&) -> Result<std::uint64_t> { return UINT64_MAX; };
  backup::Survey survey(remote, copied.contents.notes, keep, line.Watch());
  return survey.IsStill({.index = copied.contents.index,
                         .global_version_before = copied.contents.summary->global_version_before});
}

}  // namespace

CommandResult Backup(const Context& context, const BackupArguments& arguments) {
  if (Exists(arguments.file) && !arguments.replace) {
    return Invalid(arguments.file + " is there already: choose another name, or --replace it");
  }
  VSS_TRY(const auto session, context.OpenSession());
  VSS_TRY(const backup::Taken taken,
          Take(*session,
               {.path = arguments.file,
                .origin = backup::DigestOf({BytesOf("backup"), session->identity()}),
                .store_id = session->store_id()},
               arguments.replace ? backup::Rename::kReplaces : backup::Rename::kRefusesToReplace));
  if (taken.summary.records == 0) {
    context.out.Note("vss: store \"" + Printable(session->store_id()) +
                     "\" is empty: is it the right one?");
  }
  nlohmann::json json = JsonOf(taken.summary);
  json["file"] = arguments.file;
  json["records_kept_before"] = taken.records_kept_before;
  context.out.Say(arguments.file + ": " + Count(taken.summary.records, "record") + ", " +
                      Size(taken.summary.value_bytes) + ", global version " +
                      std::to_string(taken.summary.global_version_before) +
                      (taken.records_kept_before == 0
                           ? ""
                           : "; went on with " + Count(taken.records_kept_before, "record")),
                  json);
  return kDone;
}

CommandResult Verify(const Context& context, const std::string& file) {
  VSS_TRY(const OpenBackup opened, Examined(file));
  const backup::Contents& contents = opened.contents;
  if (!contents.IsSound()) {
    nlohmann::json damages = nlohmann::json::array();
    for (const backup::Damage& damage : contents.damages) {
      damages.push_back(
          {{"kind", NameOf(damage.kind)}, {"offset", damage.offset}, {"message", damage.message}});
      context.out.Note(damage.message);
    }
    context.out.Complain("corrupt",
                         file + " is damaged in " + Count(contents.damages.size(), "place"),
                         {{"damages", damages}});
    return kCorrupt;
  }
  nlohmann::json json = JsonOf(*contents.summary);
  json["store"] = contents.head->store_id;
  json["file"] = file;
  context.out.Say(file + " is whole: store \"" + Printable(contents.head->store_id) + "\" on " +
                      TimeOf(contents.summary->finished) + ", " +
                      Count(contents.summary->records, "record") + ", " +
                      Size(contents.summary->value_bytes) + ", global version " +
                      std::to_string(contents.summary->global_version_before),
                  json);
  return kDone;
}

CommandResult Restore(const Context& context, const RestoreArguments& arguments) {
  VSS_TRY(OpenBackup opened, Examined(arguments.file));
  VSS_RETURN_IF_FAILED(backup::DemandSound(opened.contents));
  VSS_TRY(const auto session, context.OpenSession());
  VSS_TRY(const backup::RestoreOutcome outcome,
          Fill(*session, opened, {.may_overwrite = arguments.overwrite}));
  if (!outcome.IsDone()) return ReportConflict(context, *session, outcome);
  context.out.Say(TextOf(outcome), JsonOf(outcome));
  return kDone;
}

CommandResult Copy(const Context& context, const CopyArguments& arguments) {
  VSS_TRY(const auto from, OpenNamed(context, arguments.from));
  VSS_TRY(const auto to, OpenNamed(context, arguments.to));
  if (from->identity() == to->identity()) return Invalid("both are the same store");
  VSS_TRY(const backup::Place spool, SpoolOf(*from, *to, arguments.spool));
  constexpr int kRoundsMax = 5;
  backup::RestoreOutcome all;
  backup::Keys written;
  for (int round = 0; round < kRoundsMax; ++round) {
    VSS_RETURN_IF_FAILED(backup::ContinueBackup(spool));
    VSS_TRY(const backup::Taken taken, Take(*from, spool, backup::Rename::kReplaces));
    VSS_TRY(OpenBackup opened, Examined(spool.path));
    VSS_TRY(const backup::RestoreOutcome outcome, Fill(*to, opened,
                                                       {.may_overwrite = arguments.overwrite,
                                                        .target_is_a_copy = true,
                                                        .may_remove = arguments.remove,
                                                        .written_by_this_run = &written}));
    const backup::RestoreOutcome before = std::exchange(all, outcome);
    all.created += before.created;
    all.replaced += before.replaced;
    all.removed += before.removed;
    if (round > 0) all.there_already = before.there_already;
    if (!all.IsDone()) return ReportConflict(context, *to, all);
    VSS_TRY(const bool is_still, IsStill(*from, opened));
    if (!is_still) continue;
    if (arguments.spool.empty() && !HasRemoved(opened)) {
      std::remove(spool.path.c_str());
    } else if (arguments.spool.empty()) {
      context.out.Note("vss: what the source has removed meanwhile is kept in " + spool.path);
    }
    nlohmann::json json = JsonOf(all);
    json.update(JsonOf(taken.summary));
    context.out.Say(TextOf(all), json);
    return kDone;
  }
  context.out.Complain(NameOf(Kind::kUnavailable),
                       "the source changes faster than it can be copied: stop the wallet, then go "
                       "on with the same command",
                       JsonOf(all));
  return kUnavailable;
}

}  // namespace vss::apps
