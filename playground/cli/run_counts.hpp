// What a run met, counted: shared by the summary, the statistics and the exit code.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "shrike/alert.hpp"
#include "shrike/engine.hpp"

namespace shrike::cli {

/// Alerts that stand, by rule and severity.
struct AlertCounts {
  std::array<std::uint64_t, 5> by_severity{};
  std::map<std::string, std::uint64_t> by_rule;

  void add(const Alert& alert);  ///< a withdrawn one takes its first telling back
  std::uint64_t total() const;
  /// Of this severity or a worse one.
  std::uint64_t at_least(Severity severity) const;
};

struct RunCounts {
  AlertCounts alerts;
  EngineStats engine;
  std::vector<std::pair<std::string, std::uint64_t>>
      sources;  ///< in the order in which they are asked; also those that took nothing
  std::map<std::string, std::uint64_t> rejects;  ///< of the reader and of the engine, by reason
  std::uint64_t records = 0;                     ///< all that were met, rejected ones included
  std::uint64_t rejected = 0;
  std::uint64_t bytes = 0;  ///< as stored
  std::uint64_t failed_inputs = 0;
  std::uint64_t incidents = 0;
  std::uint64_t left_out_of_incidents = 0;  ///< alerts that were too many to be grouped
  std::uint64_t passed_over = 0;            ///< pipes, sockets and devices in folders
  std::vector<GeoDatabase::File> geo;       ///< databases of addresses that were asked
  double seconds = 0;
  std::string ruleset;
};

/// "2 critical, 5 high"; empty when there is none.
std::string severities_text(const AlertCounts& alerts);

/// Statistics for people, several lines.
std::string stats_text(const RunCounts& counts);

/// Statistics as JSON with stable names: {records, events, bytes, seconds, sources, unclaimed, rejects,
/// firings, duplicates, dropped_by_exception, met_expired, quieted, withdrawn, alerts, alerts_by_severity,
/// alerts_by_rule, incidents, left_out_of_incidents, failed_inputs, state, passed_over, geo, ruleset}.
nlohmann::ordered_json stats_json(const RunCounts& counts);

}  // namespace shrike::cli
