// Tables and plots of many measurements.
//
// A measurement says what it belongs to in its labels:
//
//   case=NAME target=ours|NAME round=N  The same case of several targets is compared round by
//   round:
//                                       what moves both at once does not move their ratio.
//     (A target called ours-NAME is shown beside and not compared.)
//     mark_throughput, mark_p99, mark_cpu=RATIO    What "ours" aims at, of every other target's.
//   single=NAME                         A line of the table `connections`.
//   curve=NAME x_name=TEXT line=NAME x=NUMBER      A point of a line of a curve.
//
// In the document, what stands between `<!-- measured: NAME -->` and `<!-- end -->` is replaced:
// NAME is `comparison`, `connections` or that of a curve.
#ifndef VSS_BENCH_LOAD_REPORT_H_
#define VSS_BENCH_LOAD_REPORT_H_

#include <string>
#include <vector>

#include "base/failure.h"

namespace vss::bench {

struct ReportOptions {
  std::vector<std::string> results;  // Files with a measurement in each line.
  std::string document;              // Empty: the tables are printed.
  std::string plots;                 // The folder for pictures; empty: none.
};

Result<Done> MakeReport(const ReportOptions& options);

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_REPORT_H_
