#include "bench/load/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

namespace vss::bench {
namespace {

constexpr double kWidth = 640;
constexpr double kHeight = 360;
constexpr double kLeft = 64;
constexpr double kRight = 150;  // The names of the lines stand there.
constexpr double kTop = 36;
constexpr double kBottom = 48;
constexpr double kLogFrom = 20;
// Told apart by those who do not see colours as most do (Okabe and Ito).
constexpr std::array kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                 "#56b4e9", "#e69f00", "#000000", "#888888"};

struct Axis {
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();
  bool is_log = false;

  void Include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  void Settle(bool may_begin_above_zero) {
    is_log = low > 0 && high / low > kLogFrom;
    if (!is_log && !may_begin_above_zero) low = 0;
    if (high <= low) high = low + 1;
  }
  // 0 at the low end, 1 at the high one.
  double Place(double value) const {
    if (is_log) return std::log(value / low) / std::log(high / low);
    return (value - low) / (high - low);
  }
  std::vector<double> Ticks() const {
    std::vector<double> ticks;
    if (is_log) {
      const bool is_short = high / low < 100;
      const int last = static_cast<int>(std::floor(std::log10(high)));
      for (int power = static_cast<int>(std::floor(std::log10(low))); power <= last; ++power) {
        for (const int factor : {1, 2, 5}) {
          const double tick = factor * std::pow(10, power);
          const bool is_inside = tick >= low * 0.999 && tick <= high * 1.001;
          if (is_inside && (factor == 1 || is_short)) ticks.push_back(tick);
        }
      }
      return ticks;
    }
    double step = std::pow(10, std::floor(std::log10(high - low)));
    while ((high - low) / step < 4) step /= 2;
    const int last = static_cast<int>(std::floor(high / step * 1.001));
    for (int n = static_cast<int>(std::ceil(low / step)); n <= last; ++n) ticks.push_back(n * step);
    return ticks;
  }
};

std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

class Drawing final {
 public:
  explicit Drawing(const Plot& plot) : plot_(plot) {
    for (const Plot::Line& line : plot.lines) {
      for (const auto& [x, y] : line.points) {
        x_.Include(x);
        y_.Include(y);
      }
    }
    x_.Settle(true);
    y_.Settle(false);
  }

  std::string Draw() {
    fmt::format_to(Out(),
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" "
                   "font-family=\"sans-serif\" font-size=\"11\">\n"
                   "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
                   kWidth, kHeight);
    Text(kLeft, 20, "start", plot_.title, 14);
    Text((kLeft + kWidth - kRight) / 2, kHeight - 10, "middle", plot_.x_name, 12);
    fmt::format_to(Out(),
                   "<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\" "
                   "font-size=\"12\">{}</text>\n",
                   (kTop + kHeight - kBottom) / 2, Escaped(plot_.y_name));
    Grid();
    for (std::size_t i = 0; i < plot_.lines.size(); ++i) Line(i);
    return svg_ + "</svg>\n";
  }

 private:
  std::back_insert_iterator<std::string> Out() { return std::back_inserter(svg_); }
  double X(double value) const { return kLeft + x_.Place(value) * (kWidth - kLeft - kRight); }
  double Y(double value) const {
    return kHeight - kBottom - y_.Place(value) * (kHeight - kTop - kBottom);
  }

  void Text(double x, double y, const char* anchor, const std::string& text, int size) {
    if (text.empty()) return;
    fmt::format_to(
        Out(), "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" font-size=\"{}\">{}</text>\n", x,
        y, anchor, size, Escaped(text));
  }

  void Stroke(double x1, double y1, double x2, double y2) {
    fmt::format_to(Out(),
                   "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" "
                   "stroke=\"#ddd\"/>\n",
                   x1, y1, x2, y2);
  }

  void Grid() {
    for (const double tick : x_.Ticks()) {
      Stroke(X(tick), kTop, X(tick), kHeight - kBottom);
      Text(X(tick), kHeight - kBottom + 16, "middle", ShortNumber(tick), 11);
    }
    for (const double tick : y_.Ticks()) {
      Stroke(kLeft, Y(tick), kWidth - kRight, Y(tick));
      Text(kLeft - 6, Y(tick) + 4, "end", ShortNumber(tick), 11);
    }
  }

  void Line(std::size_t index) {
    const Plot::Line& line = plot_.lines[index];
    const char* colour = kColours[index % kColours.size()];
    std::string points;
    for (const auto& [x, y] : line.points) {
      fmt::format_to(std::back_inserter(points), "{:.1f},{:.1f} ", X(x), Y(y));
      fmt::format_to(Out(), "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" fill=\"{}\"/>\n", X(x),
                     Y(y), colour);
    }
    fmt::format_to(Out(),
                   "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>\n",
                   points, colour);
    const double y = kTop + 8 + 16 * static_cast<double>(index);
    fmt::format_to(Out(), "<rect x=\"{}\" y=\"{}\" width=\"10\" height=\"10\" fill=\"{}\"/>\n",
                   kWidth - kRight + 10, y - 9, colour);
    Text(kWidth - kRight + 24, y, "start", line.name, 11);
  }

  const Plot& plot_;
  Axis x_;
  Axis y_;
  std::string svg_;
};

}  // namespace

std::string DrawPlot(const Plot& plot) { return Drawing(plot).Draw(); }

std::string ShortNumber(double number) {
  if (number >= 1e6) return fmt::format("{:.3g}M", number / 1e6);
  if (number >= 1e3) return fmt::format("{:.3g}k", number / 1e3);
  return fmt::format("{:.3g}", number);
}

}  // namespace vss::bench
