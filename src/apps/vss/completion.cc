#include "apps/vss/completion.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace vss::apps {
namespace {

std::vector<const CLI::App*> Commands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<const CLI::Option*> Options(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->nonpositional(); });
}

// "--json --raw -p --profile ..."
std::string OptionWords(const CLI::App& app) {
  std::string words;
  for (const CLI::Option* option : Options(app)) {
    for (const std::string& name : option->get_snames()) words += " -" + name;
    for (const std::string& name : option->get_lnames()) words += " --" + name;
  }
  return words.empty() ? words : words.substr(1);
}

std::string CommandWords(const CLI::App& app) {
  std::string words;
  for (const CLI::App* command : Commands(app)) words += " " + command->get_name();
  return words.empty() ? words : words.substr(1);
}

bool TakesFile(const CLI::Option& option) {
  return option.get_type_name() == "FILE" || option.get_type_name() == "FOLDER";
}

// Every command, with its words joined: "get", "ldk ls".
template <typename Visit>
void ForEachCommand(const CLI::App& app, const std::string& before, Visit visit) {
  for (const CLI::App* command : Commands(app)) {
    const std::string name =
        before.empty() ? command->get_name() : before + " " + command->get_name();
    visit(name, *command);
    ForEachCommand(*command, name, visit);
  }
}

std::string Bash(const CLI::App& app) {
  std::string cases;
  ForEachCommand(app, "", [&](const std::string& name, const CLI::App& command) {
    const std::string words = CommandWords(command);
    cases += "    '" + name + "') words=\"" + (words.empty() ? "" : words + " ") +
             OptionWords(command) + "\" ;;\n";
  });
  std::string with_file;
  std::string with_value;
  for (const CLI::Option* option : Options(app)) {
    if (option->get_items_expected() == 0) continue;
    for (const std::string& name : option->get_lnames()) {
      std::string& list = TakesFile(*option) ? with_file : with_value;
      list += (list.empty() ? "--" : "|--") + name;
    }
  }
  return "# bash completion of vss; made by: vss completion bash\n"
         "_vss() {\n"
         "  local i command='' words previous=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local current=${COMP_WORDS[COMP_CWORD]}\n"
         "  case $previous in\n"
         "    " +
         with_file +
         "|--output|-o|--spool|--config) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
         "    " +
         with_value +
         "|-p|--if-version|--limit) return ;;\n"
         "  esac\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case \"${COMP_WORDS[i]}\" in\n"
         "      " +
         with_file + "|" + with_value +
         "|-p) ((i++)) ;;\n"
         "      -*) ;;\n"
         "      ldk) command=ldk ;;\n"
         "      *) command=\"${command:+$command }${COMP_WORDS[i]}\"; break ;;\n"
         "    esac\n"
         "  done\n"
         "  case $command in\n"
         "    '') words='" +
         CommandWords(app) + "' ;;\n" + cases +
         "  esac\n"
         "  if [[ $current == -* ]]; then\n"
         "    words=\"$words " +
         OptionWords(app) +
         "\"\n"
         "  fi\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  case $command in\n"
         "    put|backup|verify|restore|'ldk export'|'ldk import')\n"
         "      [[ $current == -* ]] || COMPREPLY+=($(compgen -f -- \"$current\")) ;;\n"
         "    completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$current\")) ;;\n"
         "  esac\n"
         "}\n"
         "complete -o filenames -F _vss vss\n";
}

// zsh runs bash's script through its own compatibility layer: one script to keep right.
std::string Zsh(const CLI::App& app) {
  return "#compdef vss\n# made by: vss completion zsh\nautoload -U +X bashcompinit && "
         "bashcompinit\n" +
         Bash(app);
}

std::string Quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) {
    text.insert(at, "\\");
  }
  return "'" + text + "'";
}

void AppendFishOptions(std::string& script, const CLI::App& app, const std::string& condition) {
  for (const CLI::Option* option : Options(app)) {
    script += "complete -c vss" + condition;
    for (const std::string& name : option->get_snames()) script += " -s " + name;
    for (const std::string& name : option->get_lnames()) script += " -l " + name;
    if (option->get_items_expected() > 0) script += TakesFile(*option) ? " -r -F" : " -x";
    script += " -d " + Quoted(option->get_description()) + "\n";
  }
}

std::string Fish(const CLI::App& app) {
  std::string script = "# fish completion of vss; made by: vss completion fish\n";
  AppendFishOptions(script, app, "");
  for (const CLI::App* command : Commands(app)) {
    script += "complete -c vss -n __fish_use_subcommand -f -a " + command->get_name() + " -d " +
              Quoted(command->get_description()) + "\n";
    const std::string seen = " -n '__fish_seen_subcommand_from " + command->get_name() + "'";
    AppendFishOptions(script, *command, seen);
    for (const CLI::App* inner : Commands(*command)) {
      script += "complete -c vss" + seen + " -f -a " + inner->get_name() + " -d " +
                Quoted(inner->get_description()) + "\n";
    }
  }
  return script +
         "complete -c vss -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n";
}

}  // namespace

std::string CompletionScript(std::string_view shell, const CLI::App& app) {
  if (shell == "bash") return Bash(app);
  return shell == "zsh" ? Zsh(app) : Fish(app);
}

}  // namespace vss::apps
