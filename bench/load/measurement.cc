#include "bench/load/measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "bench/load/processes.h"

namespace vss::bench {
namespace {

using nlohmann::json;

constexpr std::size_t kFillClients = 32;
constexpr std::size_t kMixValueBytesMax = 100'000;

double Milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

std::string_view NameOf(Auth auth) {
  switch (auth) {
    case Auth::kNone:
      return "none";
    case Auth::kSignature:
      return "signature";
    case Auth::kSignatureForTheRun:
      return "signature-once";
    case Auth::kJwt:
      return "jwt";
  }
  return "";
}

// The cost of all processes, and of the disks, at one moment.
struct Cost {
  std::vector<Usage> usages;
  DiskUsage disks;
};

Cost CostNow(const MeasurementOptions& options) {
  Cost cost;
  for (const auto& [name, pid] : options.processes) cost.usages.push_back(UsageOf(pid));
  cost.disks = UsageOfDisks();
  return cost;
}

json LatencyOf(const Histogram& latency) {
  return {{"mean", Milliseconds(latency.Mean())},    {"p50", Milliseconds(latency.At(0.5))},
          {"p90", Milliseconds(latency.At(0.9))},    {"p99", Milliseconds(latency.At(0.99))},
          {"p999", Milliseconds(latency.At(0.999))}, {"max", Milliseconds(latency.Max())}};
}

json KindsOf(const LoadResult& result) {
  json kinds = json::object();
  for (const auto& kind : result.kinds) {
    kinds[kind.name] = {{"count", kind.latency.Count()},
                        {"p50", Milliseconds(kind.latency.At(0.5))},
                        {"p99", Milliseconds(kind.latency.At(0.99))}};
  }
  return kinds;
}

// Numbers that fall, because a process has ended, count as standing still.
double Grown(std::uint64_t before, std::uint64_t after) {
  return after > before ? static_cast<double>(after - before) : 0;
}

json ProcessesOf(const MeasurementOptions& options, const Cost& before, const Cost& after,
                 double requests) {
  json processes = json::object();
  for (std::size_t i = 0; i < options.processes.size(); ++i) {
    const Usage& from = before.usages[i];
    const Usage& to = after.usages[i];
    processes[options.processes[i].first] = {
        {"cpu_us", static_cast<double>((to.cpu - from.cpu).count()) / requests},
        {"resident_bytes", to.resident_bytes},
        {"resident_peak", to.resident_peak}};
  }
  return processes;
}

json Describe(const MeasurementOptions& options) {
  json about = {{"operation", options.workload.operation},
                {"auth", NameOf(options.wallets.auth)},
                {"clients", options.load.clients},
                {"stores", options.wallets.stores},
                {"keys", options.workload.keys},
                {"value_bytes", options.workload.value_bytes},
                {"new_connection_each", options.load.new_connection_each}};
  if (options.load.rate) about["rate"] = *options.load.rate;
  return about;
}

Result<Done> FillStores(const MeasurementOptions& options, const std::vector<Endpoint>& endpoints,
                        Wallets& wallets, Values& values) {
  WorkloadOptions fill_options = options.workload;
  fill_options.clients = std::min(kFillClients, wallets.size());
  const LoadOptions load{.clients = fill_options.clients};
  const auto fill = MakeFill(fill_options, wallets, values);
  VSS_TRY(const LoadResult filled, RunLoad(load, endpoints, wallets, *fill));
  if (filled.Errors() > 0) return Unavailable("filling: " + filled.errors.begin()->first);
  return Done{};
}

json IdleReport(const MeasurementOptions& options, const IdleCrowd& crowd, const Cost& before,
                const Cost& after) {
  json each = json::object();
  for (std::size_t i = 0; i < options.processes.size(); ++i) {
    each[options.processes[i].first] =
        Grown(before.usages[i].resident_bytes, after.usages[i].resident_bytes) /
        static_cast<double>(options.idle_connections);
  }
  return {{"connections", options.idle_connections},
          {"open", crowd.CountOpen()},
          {"resident_bytes", each}};
}

std::unique_ptr<Workload> MakeWorkload(const WorkloadOptions& options, Wallets& wallets,
                                       Values& values) {
  return options.operation == "mix" ? MakeWalletMix(options, wallets, values)
                                    : MakeSingle(options, wallets, values);
}

}  // namespace

Result<json> Measure(const MeasurementOptions& options) {
  const bool is_mix = options.workload.operation == "mix";
  std::vector<Endpoint> endpoints;
  for (const std::string& url : options.urls) {
    VSS_TRY(Endpoint endpoint, ParseEndpoint(url));
    endpoints.push_back(std::move(endpoint));
  }
  VSS_TRY(const auto wallets, Wallets::Make(options.wallets));
  Values values(is_mix ? kMixValueBytesMax : options.workload.value_bytes);
  if (options.fills && !is_mix) {
    VSS_RETURN_IF_FAILED(FillStores(options, endpoints, *wallets, values));
  }
  json report = Describe(options);

  std::unique_ptr<IdleCrowd> crowd;
  const Cost before_crowd = CostNow(options);
  if (options.idle_connections > 0) {
    VSS_TRY(crowd, IdleCrowd::Make(options.idle_connections, endpoints[0], *wallets));
  }
  const Cost after_crowd = CostNow(options);

  const auto workload = MakeWorkload(options.workload, *wallets, values);
  if (workload == nullptr) return Invalid("no operation " + options.workload.operation);
  Cost before;
  Cost after;
  json timeline = json::array();
  const LoadEvents events{.on_measuring = [&] { before = CostNow(options); },
                          .on_second =
                              [&](std::uint64_t answered) {
                                if (!options.reports_seconds) return;
                                timeline.push_back({{"answered", answered}});
                                if (options.processes.empty()) return;
                                timeline.back()["resident_bytes"] =
                                    UsageOf(options.processes[0].second).resident_bytes;
                              },
                          .on_measured = [&] { after = CostNow(options); }};
  if (options.load.duration.count() == 0 && options.load.requests_max == 0) {
    return report;  // Filling was all.
  }
  VSS_TRY(const LoadResult result, RunLoad(options.load, endpoints, *wallets, *workload, events));

  const double seconds = std::chrono::duration<double>(result.measured).count();
  const auto answered = static_cast<double>(result.Answered());
  const double requests = std::max(answered, 1.0);
  report["seconds"] = seconds;
  report["answered"] = result.Answered();
  report["per_second"] = answered / seconds;
  report["errors"] = result.errors;
  report["unanswered"] = result.unanswered;
  report["connects"] = result.connects;
  report["latency_ms"] = LatencyOf(result.Latency());
  report["kinds"] = KindsOf(result);
  report["processes"] = ProcessesOf(options, before, after, requests);
  report["flushes"] = Grown(before.disks.flushes, after.disks.flushes) / requests;
  report["written_bytes"] = Grown(before.disks.written_bytes, after.disks.written_bytes) / requests;
  report["generator_cpu_us"] = static_cast<double>(result.own_cpu.count()) / requests;
  if (crowd != nullptr) report["idle"] = IdleReport(options, *crowd, before_crowd, after_crowd);
  if (options.reports_seconds) report["timeline"] = timeline;
  return report;
}

std::string FormatMeasurement(const json& m) {
  const json& ms = m["latency_ms"];
  std::string text = fmt::format(
      "{:<16} {:>6} clients  {:>9.0f}/s   ms: p50 {:.3f}  p90 {:.3f}  p99 {:.3f}  p99.9 {:.3f}  "
      "max {:.3f}\n",
      m["operation"].get<std::string>(), m["clients"].get<std::size_t>(),
      m["per_second"].get<double>(), ms["p50"].get<double>(), ms["p90"].get<double>(),
      ms["p99"].get<double>(), ms["p999"].get<double>(), ms["max"].get<double>());
  auto out = std::back_inserter(text);
  if (m["kinds"].size() > 1) {
    for (const auto& [name, kind] : m["kinds"].items()) {
      fmt::format_to(out, "  {:<14} {:>10}   ms: p50 {:.3f}  p99 {:.3f}\n", name,
                     kind["count"].get<std::uint64_t>(), kind["p50"].get<double>(),
                     kind["p99"].get<double>());
    }
  }
  for (const auto& [name, process] : m["processes"].items()) {
    fmt::format_to(out, "  {:<14} {:>7.1f} us CPU a request; {:.1f} MB resident\n", name,
                   process["cpu_us"].get<double>(), process["resident_bytes"].get<double>() / 1e6);
  }
  fmt::format_to(out, "  {:<14} {:>7.1f} us CPU a request; disks: {:.3f} flushes, {:.0f} bytes\n",
                 "(generator)", m["generator_cpu_us"].get<double>(), m["flushes"].get<double>(),
                 m["written_bytes"].get<double>());
  for (const auto& [what, count] : m["errors"].items()) {
    fmt::format_to(out, "  {:>8} x {}\n", count.get<std::uint64_t>(), what);
  }
  if (m["unanswered"] > 0) {
    fmt::format_to(out, "  {:>8} x no answer yet\n", m["unanswered"].get<std::uint64_t>());
  }
  if (m.contains("idle")) {
    fmt::format_to(out, "  {} of {} idle connections still open; bytes resident for each:",
                   m["idle"]["open"].get<std::size_t>(),
                   m["idle"]["connections"].get<std::size_t>());
    for (const auto& [name, bytes] : m["idle"]["resident_bytes"].items()) {
      fmt::format_to(out, " {} {:.0f}", name, bytes.get<double>());
    }
    text += "\n";
  }
  return text;
}

}  // namespace vss::bench
