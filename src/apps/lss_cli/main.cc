// lss-cli: the command line of signers' storage, with the commands, files and output of the
// original program.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>

#include "apps/lss_cli/commands.h"
#include "apps/terminal/printable.h"
#include "lss_client_grpc/grpc_transport.h"

namespace vss::apps {
namespace {

constexpr int kFailed = 1;
constexpr int kBadUsage = 2;

struct Words {
  std::string rpc = "http://127.0.0.1:55551";
  std::string authorities_file;
  std::string certificate_file;
  std::string key_file;
  std::string prefix;
  std::string key;
  std::int64_t version = 0;
  std::string value;
  bool accept_new_server = false;
};

using Command = std::function<Result<Done>(const Home& home, lss_client::Transport& transport)>;

void AddCommands(CLI::App& app, Words& words, Command& command) {
  const auto add = [&](const char* name, const char* help, Command does) {
    CLI::App* const sub = app.add_subcommand(name, help);
    sub->callback([&command, does = std::move(does)] { command = does; });
    return sub;
  };
  add("ping", "Ask the server whether it is there",
      [](const Home&, auto& transport) { return Ping(transport); });
  add("info", "Show the keys of this client and of the server that it knows",
      [](const Home& home, auto&) { return Info(home); });
  add("init", "Make a key for this client, and get to know the server",
      [&words](const Home& home, auto& transport) {
        return Init(home, transport,
                    words.accept_new_server ? IfServerDiffers::kAccept : IfServerDiffers::kRefuse);
      })
      ->add_flag("--accept-new-server", words.accept_new_server,
                 "Also if another server was known before");
  add("get", "Show every record whose key begins with PREFIX",
      [&words](const Home& home, auto& transport) { return Get(home, transport, words.prefix); })
      ->add_option("prefix", words.prefix, "May be empty")
      ->required();
  CLI::App* const put = add("put", "Write one record", [&words](const Home& home, auto& transport) {
    return Put(home, transport, words.key, words.version, words.value);
  });
  put->add_option("key", words.key, "Its name")->required();
  put->add_option("version", words.version, "0 for a new record, else one more than it has")
      ->required()
      ->check(CLI::NonNegativeNumber);
  put->add_option("value", words.value, "In hex")->required();
}

// A port of this machine, or a URL.
std::string UrlOf(const std::string& rpc) {
  const bool is_port = !rpc.empty() && rpc.find_first_not_of("0123456789") == std::string::npos;
  return is_port ? "http://127.0.0.1:" + rpc : rpc;
}

Result<Done> Read(const std::string& path, std::string& text) {
  if (path.empty()) return Done{};
  std::ifstream file(path);
  if (!file) return Invalid("cannot read " + path);
  text.assign(std::istreambuf_iterator<char>(file), {});
  return Done{};
}

Result<std::unique_ptr<lss_client::Transport>> Connect(const Words& words) {
  lss_client::GrpcTransportOptions options;
  options.url = UrlOf(words.rpc);
  VSS_RETURN_IF_FAILED(Read(words.authorities_file, options.authorities));
  VSS_RETURN_IF_FAILED(Read(words.certificate_file, options.certificate));
  VSS_RETURN_IF_FAILED(Read(words.key_file, options.key));
  return lss_client::MakeGrpcTransport(options);
}

Result<Done> Run(const Words& words, const Command& command) {
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return Invalid("HOME is not set");
  VSS_TRY(const auto transport, Connect(words));
  return command({std::string(home) + "/.lss"}, *transport);
}

int Main(int argc, char** argv) {
  Words words;
  Command command;
  CLI::App app("Versioned storage for Lightning signers.", "lss-cli");
  app.add_option("-c,--rpc", words.rpc, "The server: a port of this machine, or a URL")
      ->capture_default_str();
  app.add_option("--ca", words.authorities_file,
                 "For https: PEM file of the authority to trust instead of the system's");
  auto* const certificate =
      app.add_option("--cert", words.certificate_file,
                     "PEM file of this client's certificate, if the server asks");
  auto* const key = app.add_option("--key", words.key_file, "PEM file of its private key");
  certificate->needs(key);
  key->needs(certificate);
  app.require_subcommand(1);
  AddCommands(app, words, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadUsage;
  }
  const auto done = Run(words, command);
  if (done) return 0;
  std::fflush(stdout);  // What was found comes before what is wrong with it.
  std::fprintf(stderr, "Error: %s\n", Printable(done.error().message).c_str());
  return kFailed;
}

}  // namespace
}  // namespace vss::apps

int main(int argc, char** argv) { return vss::apps::Main(argc, argv); }
