#include "apps/vss_server/maintenance.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "apps/terminal/progress_bar.h"
#include "base/clock.h"
#include "base/log.h"
#include "server/assembly/files.h"
#include "server/assembly/make_store.h"
#include "server/config/validate.h"
#include "server/lss/etcd_dump.h"
#include "server/lss/import_lssd.h"
#include "server/lss/lssd_database.h"
#include "server/migrate/migrate.h"
#include "store/observer.h"
#include "store/postgres/postgres_archive.h"
#include "store/postgres/schema.h"
#include "store/postgres/usage.h"
#include "store/sqlite/sqlite_archive.h"
#include "store/sqlite/sqlite_backup.h"

namespace vss::apps {
namespace {

Result<std::unique_ptr<store::Archive>> OpenArchive(const server::Config& config,
                                                    const Clock& clock, Log& log) {
  if (config.store.kind == "sqlite") {
    return store::MakeSqliteArchive(server::SqliteOptionsFrom(config));
  }
  if (config.store.kind == "postgres") {
    VSS_TRY(const store::PostgresOptions options, server::PostgresOptionsFrom(config));
    return store::MakePostgresArchive(options, clock, log);
  }
  return Invalid("only sqlite and postgres stores can be moved");
}

bool IsSameStore(const server::Config::Store& a, const server::Config::Store& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == "postgres") {
    return a.postgres.hosts == b.postgres.hosts && a.postgres.database == b.postgres.database;
  }
  if (a.kind != "sqlite") return false;
  std::error_code ignored;
  return std::filesystem::weakly_canonical(a.sqlite.path, ignored) ==
         std::filesystem::weakly_canonical(b.sqlite.path, ignored);
}

Unexpected<Failure> In(const std::string& file, Failure failure) {
  failure.message = file + ": " + failure.message;
  return Unexpected(std::move(failure));
}

Result<server::Config> ConfigIn(const std::string& file) {
  auto loaded = LoadConfigOf(file);
  if (!loaded) return In(file, loaded.error());
  return std::move(loaded->config);
}

Result<server::LssdDatabase> OpenLssd(const CommandLine& line, const Clock& clock) {
  store::PostgresOptions options;
  options.hosts = line.lssd_hosts;
  options.user = line.lssd_user;
  options.vss_database = line.lssd_database;
  if (!line.lssd_password_file.empty()) {
    VSS_TRY(options.password, server::ReadTextFile(line.lssd_password_file));
    while (options.password.ends_with('\n')) options.password.pop_back();
  }
  if (!server::AreAllLocal(options.hosts) && !line.lssd_without_tls) {
    options.tls = store::PostgresOptions::Tls::kVerifyFull;
  }
  return server::LssdDatabase::Open(options, clock);
}

Result<server::EtcdDump> ReadEtcdDump(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Invalid("cannot read " + path + ": " + std::strerror(errno));
  auto dump = server::EtcdDump::Read(file);
  if (!dump) return In(path, dump.error());
  if (dump->Skipped() > 0) {
    std::printf("%zu keys are not those of an lssd and are left out\n", dump->Skipped());
  }
  return dump;
}

Result<Done> Import(const CommandLine& line, server::LssdSource& source, std::uint64_t records,
                    const Clock& clock) {
  NoLog log;
  store::NoObserver observer;
  VSS_TRY(const server::LoadedConfig loaded, LoadConfigOf(line.config_file));
  VSS_TRY(const std::unique_ptr<store::Store> target,
          server::MakeStore(loaded.config, clock, log, observer));
  server::ImportSummary summary;
  {
    ProgressBar bar;
    VSS_TRY(summary, server::ImportLssd(source, *target, clock, [&](std::uint64_t done) {
              bar.Show("importing", done, records);
            }));
  }
  std::printf("%llu records imported, %llu were there already, %llu are newer in the store\n",
              static_cast<unsigned long long>(summary.imported),
              static_cast<unsigned long long>(summary.there_already),
              static_cast<unsigned long long>(summary.newer));
  return Done{};
}

}  // namespace

Result<Done> Backup(const CommandLine& line) {
  VSS_TRY(const server::LoadedConfig loaded, LoadConfigOf(line.config_file));
  if (loaded.config.store.kind != "sqlite") {
    return Invalid("backup is for a sqlite store; use the database's own tools for this one");
  }
  const auto if_exists =
      line.replace_target ? store::IfTargetExists::kReplace : store::IfTargetExists::kFail;
  {
    ProgressBar bar;
    VSS_RETURN_IF_FAILED(store::BackupSqlite(
        loaded.config.store.sqlite.path, line.backup_target, if_exists,
        [&bar](std::uint64_t done, std::uint64_t of) { bar.Show("copying", done, of); }));
  }
  std::printf("%s is complete\n", line.backup_target.c_str());
  return Done{};
}

Result<Done> Migrate(const CommandLine& line) {
  const SystemClock clock;
  NoLog log;
  VSS_TRY(const server::Config from, ConfigIn(line.migrate_from));
  VSS_TRY(const server::Config to, ConfigIn(line.migrate_to));
  if (IsSameStore(from.store, to.store)) return Invalid("--from and --to name the same store");
  auto source = OpenArchive(from, clock, log);
  if (!source) return In(line.migrate_from, source.error());
  auto target = OpenArchive(to, clock, log);
  if (!target) return In(line.migrate_to, target.error());

  server::MigrateSummary summary;
  {
    ProgressBar bar;
    VSS_TRY(summary, server::Migrate(**source, **target,
                                     [&bar](std::string_view step, std::uint64_t done,
                                            std::uint64_t of) { bar.Show(step, done, of); }));
  }
  std::printf(
      "%llu records (%llu bytes) are in the target, %llu of them copied just now; verified\n",
      static_cast<unsigned long long>(summary.records),
      static_cast<unsigned long long>(summary.bytes),
      static_cast<unsigned long long>(summary.copied));
  return Done{};
}

Result<Done> ImportLss(const CommandLine& line) {
  const SystemClock clock;
  if (!line.lssd_etcd_dump.empty()) {
    VSS_TRY(server::EtcdDump dump, ReadEtcdDump(line.lssd_etcd_dump));
    return Import(line, dump, dump.Count(), clock);
  }
  VSS_TRY(server::LssdDatabase database, OpenLssd(line, clock));
  VSS_TRY(const std::uint64_t records, database.Count());
  return Import(line, database, records, clock);
}

Result<Done> LookAfterPostgres(const CommandLine& line) {
  const SystemClock clock;
  VSS_TRY(const server::LoadedConfig loaded, LoadConfigOf(line.config_file));
  if (loaded.config.store.kind != "postgres") return Invalid("this is not a postgres store");
  VSS_TRY(const store::PostgresOptions options, server::PostgresOptionsFrom(loaded.config));

  switch (line.command) {
    case CommandLine::Command::kRecount:
      VSS_RETURN_IF_FAILED(store::RecountUsage(options, clock));
      std::puts("every user is counted anew with their next write");
      break;
    case CommandLine::Command::kRenameJavaGlobalVersions: {
      VSS_TRY(const std::int64_t renamed, store::RenameJavaGlobalVersions(options, clock));
      std::printf("%lld stores have their global version back\n", static_cast<long long>(renamed));
      break;
    }
    default:
      VSS_RETURN_IF_FAILED(store::SetLeanListIndex(options, line.lean_list_index, clock));
      std::printf("the index is %s\n", line.lean_list_index ? "lean" : "full");
  }
  return Done{};
}

}  // namespace vss::apps
