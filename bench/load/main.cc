// vss-bench: load for any VSS server, and reports of what was measured.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/load/echo.h"
#include "bench/load/measurement.h"
#include "bench/load/report.h"

namespace vss::bench {
namespace {

const std::map<std::string, Auth> kAuths = {{"none", Auth::kNone},
                                            {"signature", Auth::kSignature},
                                            {"signature-once", Auth::kSignatureForTheRun},
                                            {"jwt", Auth::kJwt}};

struct RunArguments {
  MeasurementOptions measurement;
  double rate = 0;
  double seconds = 10;
  double warm_up_seconds = 1;
  std::size_t stores = 0;
  std::size_t tenants = 0;
  std::vector<std::string> processes;
  std::string json_file;
  std::vector<std::string> labels;
};

void AddRun(CLI::App& app, RunArguments& a) {
  auto* run = app.add_subcommand("run", "Play a workload against a server and measure it");
  MeasurementOptions& m = a.measurement;
  run->add_option("--url", m.urls, "The server: http[s]://host:port/vss; or several with one store")
      ->required();
  run->add_option("--operation", m.workload.operation,
                  "put, put-conditional, put-global, put-two, put-new, get, list, list-prefix, "
                  "delete or mix")
      ->capture_default_str();
  run->add_option("--clients", m.load.clients, "Connections")->capture_default_str();
  run->add_option("--stores", a.stores, "Stores; by default one for each client");
  run->add_option("--tenants", a.tenants, "Users that own them; by default one for each store");
  run->add_option("--keys", m.workload.keys, "Keys in each store")->capture_default_str();
  run->add_option("--value-bytes", m.workload.value_bytes)->capture_default_str();
  run->add_option("--rate", a.rate, "Open loop: requests a second, due at random times");
  run->add_option("--seconds", a.seconds, "To measure; 0 only fills the stores")
      ->capture_default_str();
  run->add_option("--requests", m.load.requests_max, "To send, instead of measuring for a time");
  run->add_option("--warm-up", a.warm_up_seconds, "Seconds before that")->capture_default_str();
  run->add_option("--auth", m.wallets.auth,
                  "none; signature (new every second, as deployed wallets); signature-once; jwt")
      ->transform(CLI::CheckedTransformer(kAuths));
  run->add_option("--jwt-key", m.wallets.jwt_key, "RSA private key that signs the tokens");
  run->add_option("--name", m.wallets.name, "The same name plays the same wallets again");
  run->add_flag("!--no-fill", m.fills, "The stores are there from an earlier run");
  run->add_flag("--new-connections", m.load.new_connection_each, "One for each request");
  run->add_option("--idle", m.idle_connections, "Connections to hold beside the load");
  run->add_option("--process", a.processes, "NAME=PID whose cost is reported, children included");
  run->add_flag("--timeline", m.reports_seconds, "Report every second");
  run->add_option("--json", a.json_file, "Append the result as a line of JSON");
  run->add_option("--label", a.labels, "NAME=VALUE to add to that line: case, target, round, x");
}

// NAME=VALUE.
std::pair<std::string, std::string> Split(const std::string& text) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::chrono::milliseconds FromSeconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

int Run(RunArguments a) {
  MeasurementOptions& m = a.measurement;
  if (m.load.requests_max == 0) {
    m.load.warm_up = FromSeconds(a.warm_up_seconds);
    m.load.duration = FromSeconds(a.seconds);
  }
  if (a.rate > 0) m.load.rate = a.rate;
  m.workload.clients = m.load.clients;
  m.wallets.stores = a.stores > 0 ? a.stores : m.load.clients;
  m.wallets.tenants = a.tenants > 0 ? std::min(a.tenants, m.wallets.stores) : m.wallets.stores;
  if (m.wallets.name.empty()) m.wallets.name = "bench-" + std::to_string(std::time(nullptr));
  for (const std::string& process : a.processes) {
    const auto [name, pid] = Split(process);
    m.processes.emplace_back(name, std::stoi(pid));
  }
  auto report = Measure(m);
  if (!report) {
    std::cerr << "vss-bench: " << report.error().message << "\n";
    return 1;
  }
  for (const std::string& label : a.labels) {
    const auto [name, value] = Split(label);
    (*report)[name] = value;
  }
  if (report->contains("per_second")) std::cout << FormatMeasurement(*report) << std::flush;
  if (!a.json_file.empty()) std::ofstream(a.json_file, std::ios::app) << report->dump() << "\n";
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("Load for a VSS server, and reports of what was measured", "vss-bench");
  app.require_subcommand(1);
  RunArguments run;
  AddRun(app, run);

  std::uint16_t port = 0;
  int threads = 1;
  auto* echo = app.add_subcommand("echo", "Serve fixed answers: the least a server can cost");
  echo->add_option("--port", port)->required();
  echo->add_option("--threads", threads)->capture_default_str();

  ReportOptions report;
  auto* make_report = app.add_subcommand("report", "Make tables and plots of measurements");
  make_report->add_option("results", report.results, "Files of JSON lines")->required();
  make_report->add_option("--document", report.document,
                          "Markdown file whose marked parts are replaced; none prints them");
  make_report->add_option("--plots", report.plots, "Folder for the plots");
  CLI11_PARSE(app, argc, argv);

  std::signal(SIGPIPE, SIG_IGN);
  if (app.got_subcommand("run")) return Run(std::move(run));
  const auto done = app.got_subcommand("echo") ? ServeEcho(port, threads) : MakeReport(report);
  if (!done) std::cerr << "vss-bench: " << done.error().message << "\n";
  return done ? 0 : 1;
}

}  // namespace
}  // namespace vss::bench

int main(int argc, char** argv) { return vss::bench::Main(argc, argv); }
