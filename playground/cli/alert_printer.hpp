// Alerts on their way out, in the format asked for, and counted; what stands at the end becomes incidents.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "playground/cli/output.hpp"
#include "playground/cli/run_counts.hpp"
#include "playground/cli/run_summary.hpp"
#include "playground/cli/terminal.hpp"
#include "shrike/alert.hpp"
#include "shrike/incidents.hpp"
#include "shrike/program.hpp"

namespace shrike::cli {

enum class AlertFormat { kHuman, kNdjson, kOcsf, kEcs };

/// Their names, in this order.
inline constexpr std::array<std::string_view, 4> kAlertFormats{"human", "ndjson", "ocsf", "ecs"};

class AlertPrinter {
 public:
  /// Colours and width suit the output if it is a terminal. `output` must outlive the printer. The program is
  /// the one whose alerts are printed.
  AlertPrinter(Output& output, AlertFormat format, Program program);

  /// False when the output takes nothing any more.
  bool print(const Alert& alert);
  /// Groups the alerts that stand into incidents; nothing is printed after it but the end.
  void group();
  /// What stands below the last alert: incidents, for people and in NDJSON, and for people a summary.
  void print_end(const RunCounts& counts);

  const AlertCounts& counts() const { return counts_; }
  /// After group(): the worst alerts that stand, in order, as many as memory has room for.
  std::span<const Alert> standing() const { return alerts_; }
  std::span<const Incident> incidents() const { return incidents_; }
  std::uint64_t left_out() const { return standing_.left_out(); }

 private:
  Output& output_;
  AlertFormat format_;
  Program program_;
  Style style_;
  unsigned columns_;
  AlertCounts counts_;
  RunSummary summary_;
  StandingAlerts standing_;
  std::vector<Alert> alerts_;
  std::vector<Incident> incidents_;
};

}  // namespace shrike::cli
