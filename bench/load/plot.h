// A line plot as an SVG picture: nothing to install to draw it, and text that diffs.
#ifndef VSS_BENCH_LOAD_PLOT_H_
#define VSS_BENCH_LOAD_PLOT_H_

#include <string>
#include <utility>
#include <vector>

namespace vss::bench {

struct Plot {
  struct Line {
    std::string name;
    std::vector<std::pair<double, double>> points;  // By x.
  };
  std::string title;
  std::string x_name;
  std::string y_name;
  std::vector<Line> lines;
};

// Both axes are logarithmic if what they show spans more than a factor of 20; the y axis begins at
// zero otherwise.
std::string DrawPlot(const Plot& plot);

// 1500 is "1.5k", 2e6 "2M".
std::string ShortNumber(double number);

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_PLOT_H_
