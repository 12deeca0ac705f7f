#include "apps/vss/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/vss/command.h"
#include "apps/vss/completion.h"
#include "apps/vss/doctor.h"
#include "apps/vss/everyday.h"
#include "apps/vss/ldk.h"
#include "apps/vss/moving.h"

namespace vss::apps {
namespace {

constexpr const char* kAboutExitCodes =
    "Exit codes: 0 done, 1 doctor found a problem, 2 wrong usage, 3 no such key, 4 conflict,\n"
    "5 denied, 6 no answer or a file's failure (try again), 7 damaged or foreign data,\n"
    "8 a write in doubt.  The manual page says more: man vss";

// Everything the words can say.  Lives as long as the parser.
struct Words {
  SettingSources sources;
  bool is_json = false;
  bool is_raw = false;
  GetArguments get;
  PutArguments put;
  DeleteArguments remove;
  ListArguments list;
  BackupArguments backup;
  std::string verify_file;
  RestoreArguments restore;
  CopyArguments copy;
  LdkListArguments ldk_list;
  LdkCatArguments ldk_cat;
  LdkExportArguments ldk_export;
  LdkImportArguments ldk_import;
  std::string doctor_url;
  std::string shell;
  std::function<CommandResult(const Context&)> run;
};

void AddGlobals(CLI::App& app, Words& words) {
  app.add_flag("--json", words.is_json, "Print JSON: one object a line");
  app.add_flag("--raw", words.is_raw, "Keys and values as the server has them, not opened");
  app.add_option("-p,--profile", words.sources.profile, "A profile of the configuration")
      ->type_name("NAME");
  app.add_option("--config", words.sources.config_file, "Configuration instead of the usual file")
      ->type_name("FILE");
  for (const SettingKind& kind : kSettings) {
    app.add_option_function<std::string>(
           "--" + std::string(kind.name),
           [&words, &kind](const std::string& value) {
             words.sources.from_command_line[std::string(kind.name)] = value;
           },
           std::string(kind.help))
        ->type_name(std::string(kind.placeholder));
  }
}

// Adds a command that calls `run` with the context.
CLI::App* Add(CLI::App& app, Words& words, const char* name, const char* help,
              std::function<CommandResult(const Context&)> run) {
  CLI::App* const command = app.add_subcommand(name, help);
  command->callback([&words, run = std::move(run)] { words.run = run; });
  return command;
}

void AddEveryday(CLI::App& app, Words& words) {
  CLI::App* const get = Add(app, words, "get", "Print the value of a key",
                            [&](const Context& c) { return Get(c, words.get); });
  get->add_option("key", words.get.key, "The key")->required()->type_name("KEY");
  get->add_option("-o,--output", words.get.output, "Write the value to this file")
      ->type_name("FILE");

  CLI::App* const put =
      Add(app, words, "put", "Store a value; a key that is there is not replaced unasked",
          [&](const Context& c) { return Put(c, words.put); });
  put->add_option("key", words.put.key, "The key")->required()->type_name("KEY");
  put->add_option("file", words.put.input, "The value (default: standard input)")
      ->type_name("FILE");
  CLI::Option* const version =
      put->add_option("--if-version", words.put.replace.version,
                      "Replace this version and no other; 0: the key must be new")
          ->check(CLI::NonNegativeNumber)
          ->type_name("N");
  CLI::Option* const replace =
      put->add_flag("--replace", words.put.replace.replace, "Replace what is there now");
  put->add_flag("--unconditional", words.put.replace.unconditional,
                "Replace whatever is there, also what somebody else writes meanwhile")
      ->excludes(version)
      ->excludes(replace);
  replace->excludes(version);

  CLI::App* const remove = Add(app, words, "delete", "Delete a key",
                               [&](const Context& c) { return Delete(c, words.remove); });
  remove->add_option("key", words.remove.key, "The key")->required()->type_name("KEY");
  remove
      ->add_option("--if-version", words.remove.version,
                   "Only if it is at this version (default: what is there now)")
      ->check(CLI::PositiveNumber)
      ->type_name("N");

  CLI::App* const list = Add(app, words, "list", "List keys and versions, newest created first",
                             [&](const Context& c) { return List(c, words.list); });
  list->add_option("prefix", words.list.prefix, "Only keys that begin so")->type_name("PREFIX");
  list->add_option("--limit", words.list.limit, "At most so many")
      ->check(CLI::PositiveNumber)
      ->type_name("N");

  Add(app, words, "info", "What this store is", [](const Context& c) { return Info(c); });
}

void AddMoving(CLI::App& app, Words& words) {
  CLI::App* const backup = Add(app, words, "backup", "Write the whole store, as it is, to a file",
                               [&](const Context& c) { return Backup(c, words.backup); });
  backup->add_option("file", words.backup.file, "The file to write")->required()->type_name("FILE");
  backup->add_flag("--replace", words.backup.replace, "Replace the file if it is there");

  CLI::App* const verify =
      Add(app, words, "verify", "Check every byte of a backup; needs no server",
          [&](const Context& c) { return Verify(c, words.verify_file); });
  verify->add_option("file", words.verify_file, "The backup")->required()->type_name("FILE");

  CLI::App* const restore =
      Add(app, words, "restore", "Write a backup into the store, and read it back",
          [&](const Context& c) { return Restore(c, words.restore); });
  restore->add_option("file", words.restore.file, "The backup")->required()->type_name("FILE");
  restore->add_flag("--overwrite", words.restore.overwrite,
                    "Replace records that differ, though they may be newer");

  CLI::App* const copy = Add(app, words, "copy", "Copy a store to another provider",
                             [&](const Context& c) { return Copy(c, words.copy); });
  copy->add_option("from", words.copy.from, "A profile, or a URL")->required()->type_name("FROM");
  copy->add_option("to", words.copy.to, "A profile, or a URL")->required()->type_name("TO");
  copy->add_flag("--overwrite", words.copy.overwrite,
                 "Replace records that differ, though they may be newer");
  copy->add_flag("--remove", words.copy.remove,
                 "Remove what an earlier run had copied and the source has removed since");
  copy->add_option("--spool", words.copy.spool, "Keep the backup in between as this file")
      ->type_name("FILE");
}

void AddLdk(CLI::App& app, Words& words) {
  CLI::App* const ldk =
      app.add_subcommand("ldk", "Look inside an LDK Node's store")->require_subcommand(1);

  CLI::App* const list = Add(*ldk, words, "ls", "List its records",
                             [&](const Context& c) { return LdkList(c, words.ldk_list); });
  list->add_option("namespace", words.ldk_list.name_space, "PRIMARY or PRIMARY/SECONDARY")
      ->type_name("NAMESPACE");
  list->add_flag("-l,--long", words.ldk_list.with_sizes, "With the sizes of the values");

  CLI::App* const cat = Add(*ldk, words, "cat", "Print a record",
                            [&](const Context& c) { return LdkCat(c, words.ldk_cat); });
  cat->add_option("name", words.ldk_cat.name, "KEY, PRIMARY/KEY or PRIMARY/SECONDARY/KEY")
      ->required()
      ->type_name("NAME");
  cat->add_option("-o,--output", words.ldk_cat.output, "Write the value to this file")
      ->type_name("FILE");

  CLI::App* const to_files =
      Add(*ldk, words, "export", "Write every record as LDK's FilesystemStore does",
          [&](const Context& c) { return LdkExport(c, words.ldk_export); });
  to_files->add_option("folder", words.ldk_export.folder, "A new or empty folder")
      ->required()
      ->type_name("FOLDER");
  to_files->add_flag("--skip-unreadable", words.ldk_export.skip_unreadable,
                     "Leave out what cannot be read, name it, and end with 7");

  CLI::App* const from_files =
      Add(*ldk, words, "import", "Store every record of an LDK FilesystemStore",
          [&](const Context& c) { return LdkImport(c, words.ldk_import); });
  from_files->add_option("folder", words.ldk_import.folder, "The store's folder")
      ->required()
      ->type_name("FOLDER");
  from_files->add_flag("--overwrite", words.ldk_import.overwrite,
                       "Replace records that differ, though they may be newer");

  Add(*ldk, words, "check", "Say what would keep a node from starting",
      [](const Context& c) { return LdkCheck(c); });
}

void AddOthers(CLI::App& app, Words& words) {
  CLI::App* const doctor =
      Add(app, words, "doctor", "Say what a wallet would suffer from at this server",
          [&](const Context& c) {
            Context at = c;
            if (!words.doctor_url.empty()) at.sources.from_command_line["url"] = words.doctor_url;
            return Doctor(at);
          });
  doctor->add_option("url", words.doctor_url, "The server (default: the profile's)")
      ->type_name("URL");

  Add(app, words, "token", "Print an Authorization header's value, for curl",
      [](const Context& c) { return Token(c); });

  CLI::App* const completion =
      Add(app, words, "completion", "Print a completion script for a shell",
          [&](const Context&) -> CommandResult {
            std::fputs(CompletionScript(words.shell, app).c_str(), stdout);
            return kDone;
          });
  completion->add_option("shell", words.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->type_name("SHELL");
}

// What is wrong with the words, in one line.
std::string AboutMisuse(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> extras = app.remaining();
  if (!app.get_subcommands().empty() || extras.empty() || extras.front().starts_with('-')) {
    return error.what() + std::string(" (see vss --help)");
  }
  std::string text = "there is no command " + extras.front() + ", but";
  for (const CLI::App* command : app.get_subcommands({})) text += " " + command->get_name();
  return text;
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app("Save, see and move what a wallet keeps in a Versioned Storage Service.", "vss");
  Words words;
  app.require_subcommand(0, 1);
  app.fallthrough();  // Global options may stand anywhere.
  app.set_help_all_flag("--help-all", "Help for every command");
  app.set_version_flag("--version", "vss " VSS_VERSION);
  app.footer(kAboutExitCodes);
  AddGlobals(app, words);
  AddEveryday(app, words);
  AddMoving(app, words);
  AddLdk(app, words);
  AddOthers(app, words);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error), kDone;
    const std::span<char* const> said(argv, static_cast<std::size_t>(argc));
    const bool is_json = std::ranges::find(said, std::string_view("--json")) != said.end();
    Output(is_json).Complain(NameOf(Kind::kInvalid), AboutMisuse(app, error));
    return kBadUsage;
  }
  if (!words.run) {
    std::fputs(app.help().c_str(), stderr);
    return kBadUsage;
  }
  const Context context{Output(words.is_json), words.sources, words.is_raw};
  const CommandResult result = words.run(context);
  if (result) return *result;
  context.out.Complain(result.error());
  return ExitCodeOf(result.error().kind);
}

}  // namespace vss::apps
