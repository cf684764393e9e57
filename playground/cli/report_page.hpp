// The report of a run: one HTML page that stands for itself. No script, nothing from outside; everything that
// comes from events goes through shown() of report_text.hpp. Read next: report_incident.hpp.
#pragma once

#include <span>
#include <string>

#include "playground/cli/run_counts.hpp"
#include "shrike/incidents.hpp"
#include "shrike/program.hpp"

namespace shrike::cli {

/// All of it must outlive the call.
struct ReportData {
  std::span<const Incident> incidents;  ///< the worst first
  std::span<const Alert> alerts;        ///< those that were grouped
  std::uint64_t left_out = 0;           ///< alerts that are not among them
  const RunCounts& counts;
  const Program& program;
};

/// Large results are cut, and the page says where: incidents beyond the hundredth, alerts beyond the two
/// hundredth of one, and everything in detail beyond 16 MiB of page.
std::string report_page(const ReportData& data);

}  // namespace shrike::cli
