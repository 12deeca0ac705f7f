#include "bench/load/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "bench/load/plot.h"

namespace vss::bench {
namespace {

using nlohmann::json;

constexpr std::string_view kOurs = "ours";

double Throughput(const json& m) { return m["per_second"]; }
double P50(const json& m) { return m["latency_ms"]["p50"]; }
double P99(const json& m) { return m["latency_ms"]["p99"]; }
double Flushes(const json& m) { return m["flushes"]; }
double Cpu(const json& m) {
  double sum = 0;
  for (const auto& [name, process] : m["processes"].items()) sum += process["cpu_us"].get<double>();
  return sum;
}

// Names in the order in which they came up.
template <typename T>
class Ordered final {
 public:
  T& operator[](const std::string& name) {
    for (auto& [known, value] : entries_) {
      if (known == name) return value;
    }
    return entries_.emplace_back(name, T{}).second;
  }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  std::vector<std::pair<std::string, T>> entries_;
};

struct Spread {
  double median = 0;
  double low = 0;
  double high = 0;
};

Spread SpreadOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  if (values.empty()) return {};
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

using Rounds = std::map<int, json>;
using Metric = std::function<double(const json&)>;

Spread SpreadOver(const Rounds& rounds, const Metric& metric) {
  std::vector<double> values;
  for (const auto& [round, m] : rounds) values.push_back(metric(m));
  return SpreadOf(values);
}

Spread RatioOver(const Rounds& ours, const Rounds& other, const Metric& metric) {
  std::vector<double> values;
  for (const auto& [round, m] : ours) {
    const auto same = other.find(round);
    if (same != other.end() && metric(same->second) > 0) {
      values.push_back(metric(m) / metric(same->second));
    }
  }
  return SpreadOf(values);
}

std::string Format(const Spread& spread, int decimals) {
  return fmt::format("{:.{}f} ({:.{}f}–{:.{}f})", spread.median, decimals, spread.low, decimals,
                     spread.high, decimals);
}

// What is said of a ratio that has a mark.
std::string Verdict(const json& m, const char* label, double ratio, bool is_minimum) {
  if (!m.contains(label)) return "";
  const double mark = std::stod(m[label].get<std::string>());
  const bool is_met = is_minimum ? ratio >= mark : ratio <= mark;
  return fmt::format("; mark {} {:.2g}: {}", is_minimum ? "≥" : "≤", mark,
                     is_met ? "met" : "**missed**");
}

std::string CpuParts(const Rounds& rounds) {
  std::string text;
  for (const auto& [name, process] : rounds.begin()->second["processes"].items()) {
    const Spread part = SpreadOver(rounds, [&name = name](const json& m) {
      return m["processes"][name]["cpu_us"].get<double>();
    });
    text += fmt::format("{}{} {:.0f}", text.empty() ? "" : " + ", name, part.median);
  }
  return text;
}

std::uint64_t ErrorsIn(const Rounds& rounds) {
  std::uint64_t sum = 0;
  for (const auto& [round, m] : rounds) {
    for (const auto& [what, count] : m["errors"].items()) sum += count.get<std::uint64_t>();
  }
  return sum;
}

using Targets = Ordered<Rounds>;

std::string CompareCase(const std::string& name, const Targets& targets) {
  std::string text;
  const Rounds* ours = nullptr;
  for (const auto& [target, rounds] : targets) {
    text += fmt::format("| {} | {} | {:.0f} | {:.2f} | {:.2f} | {:.0f} ({}) | {:.3f} | {} |\n",
                        text.empty() ? name : "", target, SpreadOver(rounds, Throughput).median,
                        SpreadOver(rounds, P50).median, SpreadOver(rounds, P99).median,
                        SpreadOver(rounds, Cpu).median, CpuParts(rounds),
                        SpreadOver(rounds, Flushes).median, ErrorsIn(rounds));
    if (target == kOurs) ours = &rounds;
    if (target.starts_with(kOurs) || ours == nullptr) continue;
    const json& marks = ours->begin()->second;
    const Spread throughput = RatioOver(*ours, rounds, Throughput);
    const Spread p99 = RatioOver(*ours, rounds, P99);
    const Spread cpu = RatioOver(*ours, rounds, Cpu);
    text += fmt::format("| | *ours : {}* | × {}{} | | × {}{} | × {}{} | | |\n", target,
                        Format(throughput, 2),
                        Verdict(marks, "mark_throughput", throughput.median, true), Format(p99, 2),
                        Verdict(marks, "mark_p99", p99.median, false), Format(cpu, 2),
                        Verdict(marks, "mark_cpu", cpu.median, false));
  }
  return text;
}

std::string CompareAll(const Ordered<Targets>& cases) {
  std::string text =
      "| case | target | requests/s | p50 ms | p99 ms | CPU µs a request | flushes a request | "
      "errors |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (const auto& [name, targets] : cases) text += CompareCase(name, targets);
  return text;
}

struct Curve {
  std::string x_name;
  Ordered<std::map<double, std::vector<json>>> lines;
};

double MedianOf(const std::vector<json>& measurements, const Metric& metric) {
  std::vector<double> values;
  std::transform(measurements.begin(), measurements.end(), std::back_inserter(values), metric);
  return SpreadOf(values).median;
}

std::string TableOf(const Curve& curve) {
  std::string head = "| " + curve.x_name + " |";
  std::string rule = "| ---: |";
  std::set<double> all_x;
  for (const auto& [name, points] : curve.lines) {
    head += " " + name + ": requests/s | p50 ms | CPU µs |";
    rule += " ---: | ---: | ---: |";
    for (const auto& [x, measurements] : points) all_x.insert(x);
  }
  std::string text = head + "\n" + rule + "\n";
  for (const double x : all_x) {
    text += "| " + ShortNumber(x) + " |";
    for (const auto& [name, points] : curve.lines) {
      const auto found = points.find(x);
      if (found == points.end()) {
        text += " | | |";
        continue;
      }
      text += fmt::format(" {:.0f} | {:.2f} | {:.0f} |", MedianOf(found->second, Throughput),
                          MedianOf(found->second, P50), MedianOf(found->second, Cpu));
    }
    text += "\n";
  }
  return text;
}

Plot PlotOf(const std::string& name, const Curve& curve, const char* what, const Metric& metric) {
  Plot plot{.title = name + ": " + what, .x_name = curve.x_name, .y_name = what};
  for (const auto& [line, points] : curve.lines) {
    plot.lines.push_back({line, {}});
    for (const auto& [x, measurements] : points) {
      plot.lines.back().points.emplace_back(x, MedianOf(measurements, metric));
    }
  }
  return plot;
}

// Replaces the part called `name` of `document`, if it has one.
void Replace(std::string& document, const std::string& name, const std::string& text) {
  const std::string mark = "<!-- measured: " + name + " -->\n";
  const std::size_t begin = document.find(mark);
  if (begin == std::string::npos) return;
  const std::size_t end = document.find("<!-- end -->", begin);
  if (end == std::string::npos) return;
  document.replace(begin + mark.size(), end - begin - mark.size(), "\n" + text + "\n");
}

// What is not compared with anything.
std::string TableOfSingles(const std::vector<json>& singles) {
  std::string text =
      "| what | requests/s | p50 ms | p99 ms | server CPU µs | server resident MB | bytes for each "
      "idle connection | errors |\n"
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (const json& m : singles) {
    const json& server = m["processes"]["server"];
    const std::string idle =
        m.contains("idle")
            ? fmt::format("{:.0f} ({} of {} open)",
                          m["idle"]["resident_bytes"]["server"].get<double>(),
                          m["idle"]["open"].get<int>(), m["idle"]["connections"].get<int>())
            : "";
    text += fmt::format("| {} | {:.0f} | {:.2f} | {:.2f} | {:.0f} | {:.0f} | {} | {} |\n",
                        m["single"].get<std::string>(), Throughput(m), P50(m), P99(m),
                        server["cpu_us"].get<double>(),
                        server["resident_bytes"].get<double>() / 1e6, idle, ErrorsIn({{1, m}}));
  }
  return text;
}

struct Measurements {
  std::vector<json> singles;
  Ordered<Targets> cases;
  Ordered<Curve> curves;
};

Result<Measurements> ReadAll(const std::vector<std::string>& files) {
  Measurements all;
  for (const std::string& name : files) {
    std::ifstream file(name);
    if (!file) return Invalid("cannot read " + name);
    for (std::string line; std::getline(file, line);) {
      const json m = json::parse(line, nullptr, false);
      if (m.is_discarded() || !m.contains("per_second")) continue;
      if (m.contains("case")) {
        all.cases[m["case"]][m.value("target", std::string(kOurs))].insert_or_assign(
            std::stoi(m.value("round", std::string("1"))), m);
      } else if (m.contains("single")) {
        all.singles.push_back(m);
      } else if (m.contains("curve")) {
        Curve& curve = all.curves[m["curve"]];
        curve.x_name = m.value("x_name", std::string("x"));
        curve.lines[m["line"]][std::stod(m["x"].get<std::string>())].push_back(m);
      }
    }
  }
  return all;
}

Result<Done> Write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  if (!(file << text)) return Unavailable("cannot write " + path);
  return Done{};
}

}  // namespace

Result<Done> MakeReport(const ReportOptions& options) {
  VSS_TRY(const Measurements all, ReadAll(options.results));
  Ordered<std::string> parts;
  if (all.cases.begin() != all.cases.end()) parts["comparison"] = CompareAll(all.cases);
  if (!all.singles.empty()) parts["connections"] = TableOfSingles(all.singles);
  for (const auto& [name, curve] : all.curves) parts[name] = TableOf(curve);

  if (options.document.empty()) {
    for (const auto& [name, text] : parts) std::cout << "\n" << name << "\n\n" << text;
  } else {
    std::ifstream file(options.document);
    std::string document(std::istreambuf_iterator<char>(file), {});
    for (const auto& [name, text] : parts) Replace(document, name, text);
    VSS_RETURN_IF_FAILED(Write(options.document, document));
  }
  if (options.plots.empty()) return Done{};
  for (const auto& [name, curve] : all.curves) {
    const std::string path = options.plots + "/" + name;
    VSS_RETURN_IF_FAILED(
        Write(path + "-cpu.svg", DrawPlot(PlotOf(name, curve, "CPU µs a request", Cpu))));
    VSS_RETURN_IF_FAILED(
        Write(path + "-rate.svg", DrawPlot(PlotOf(name, curve, "requests/s", Throughput))));
  }
  return Done{};
}

}  // namespace vss::bench
