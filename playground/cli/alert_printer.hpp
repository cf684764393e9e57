// Alerts on their way out, in the format asked for, and counted.
#pragma once

#include "playground/cli/output.hpp"
#include "playground/cli/run_counts.hpp"
#include "playground/cli/run_summary.hpp"
#include "playground/cli/terminal.hpp"
#include "shrike/alert.hpp"

namespace shrike::cli {

enum class AlertFormat { kHuman, kNdjson };

class AlertPrinter {
 public:
  /// Colours and width suit the output if it is a terminal. `output` must outlive the printer.
  AlertPrinter(Output& output, AlertFormat format);

  /// False when the output takes nothing any more.
  bool print(const Alert& alert);
  /// What stands below the last alert.
  void print_summary(const RunCounts& counts);

  const AlertCounts& counts() const { return counts_; }

 private:
  Output& output_;
  AlertFormat format_;
  Style style_;
  unsigned columns_;
  AlertCounts counts_;
  RunSummary summary_;
};

}  // namespace shrike::cli
