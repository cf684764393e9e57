#include "playground/cli/run_counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "playground/cli/safe_text.hpp"
#include "playground/cli/text_layout.hpp"
#include "runtime/time_text.hpp"

namespace shrike::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::array kWorstFirst{Severity::kCritical, Severity::kHigh, Severity::kMedium, Severity::kLow,
                                 Severity::kInfo};

std::string row(std::string_view label, std::uint64_t number, std::string_view more = {}) {
  return fmt::format("  {} {:>13}{}{}\n", padded(safe_text(label), 34), with_commas(number),
                     more.empty() ? "" : "  ", more);
}

/// Counters of what rules remember, those that are not zero.
struct StateCounter {
  std::string_view name;
  std::string_view text;
  std::uint64_t StateStats::* count;
};
constexpr std::array kStateCounters{
    StateCounter{"keyless", "events without a whole key", &StateStats::keyless},
    StateCounter{"keys_cut", "events with too many keys", &StateStats::keys_cut},
    StateCounter{"partials_dropped", "partial matches dropped", &StateStats::partials_dropped},
    StateCounter{"events_dropped", "kept events dropped", &StateStats::events_dropped},
    StateCounter{"evicted_keys", "keys forgotten for want of memory", &StateStats::evicted_keys},
    StateCounter{"undecided", "absences not decided at the end", &StateStats::undecided},
    StateCounter{"out_of_steps", "judgements that needed too much", &StateStats::out_of_steps}};

std::string state_text(const EngineStats& stats) {
  if (stats.by_rule.empty()) return {};
  std::string text = "State\n";
  text += row("events told again", stats.repeated_events);
  if (stats.late_events != 0) text += row("events that came too late", stats.late_events);
  if (stats.future_events != 0) text += row("events from the future", stats.future_events);
  if (stats.crowded_events != 0) text += row("events of crowded times left out", stats.crowded_events);
  if (stats.forgotten_ids != 0) text += row("ids of events forgotten", stats.forgotten_ids);
  if (stats.forgotten_quiet != 0) text += row("keys of quiet forgotten", stats.forgotten_quiet);
  if (stats.forgotten_tenants != 0) text += row("tenants forgotten", stats.forgotten_tenants);
  for (const StateCounter& counter : kStateCounters) {
    std::uint64_t sum = 0;
    for (const auto& [rule, counts] : stats.by_rule) sum += counts.*counter.count;
    if (sum == 0) continue;
    text += row(counter.text, sum);
    for (const auto& [rule, counts] : stats.by_rule) {
      if (counts.*counter.count != 0) text += row("  " + rule, counts.*counter.count);
    }
  }
  return text;
}

Json state_json(const EngineStats& stats) {
  Json rules = Json::object();
  for (const auto& [rule, counts] : stats.by_rule) {
    Json one = Json::object();
    for (const StateCounter& counter : kStateCounters) one[std::string(counter.name)] = counts.*counter.count;
    rules[rule] = std::move(one);
  }
  return Json{{"tenantless_events", stats.tenantless_events},
              {"repeated_events", stats.repeated_events},
              {"late_events", stats.late_events},
              {"future_events", stats.future_events},
              {"crowded_events", stats.crowded_events},
              {"forgotten_ids", stats.forgotten_ids},
              {"forgotten_tenants", stats.forgotten_tenants},
              {"forgotten_quiet", stats.forgotten_quiet},
              {"rules", std::move(rules)}};
}

/// The day on which a database was built: 2026-03-02.
std::string day_built(const GeoDatabase::File& file) { return format_time(file.built).substr(0, 10); }

std::string geo_text(const std::vector<GeoDatabase::File>& files) {
  if (files.empty()) return {};
  std::string text = "Databases of addresses\n";
  for (const GeoDatabase::File& file : files) {
    text += fmt::format("  {} {:>13}  {}\n", padded(cut(safe_text(file.type, 100), 34), 34), day_built(file),
                        safe_text(file.path));
  }
  return text;
}

std::string rate_text(const RunCounts& counts) {
  std::string text = fmt::format("{} in {:.2f} s", with_unit(counts.bytes), counts.seconds);
  if (counts.seconds > 0.005 && counts.bytes > 0) {
    text += fmt::format(
        ", {}/s", with_unit(static_cast<std::uint64_t>(static_cast<double>(counts.bytes) / counts.seconds)));
  }
  return text;
}

}  // namespace

void AlertCounts::add(const Alert& alert) {
  if (alert.again) return;
  const bool is_open = alert.status == AlertStatus::kOpen;
  const auto change = [&](std::uint64_t& count) {
    if (is_open) ++count;
    if (!is_open && count > 0) --count;
  };
  change(by_severity[static_cast<std::size_t>(alert.severity)]);
  change(by_rule[alert.rule]);
}

std::uint64_t AlertCounts::total() const {
  return std::accumulate(by_severity.begin(), by_severity.end(), std::uint64_t{0});
}

std::uint64_t AlertCounts::at_least(Severity severity) const {
  return std::accumulate(by_severity.begin() + static_cast<std::ptrdiff_t>(severity), by_severity.end(),
                         std::uint64_t{0});
}

std::string severities_text(const AlertCounts& alerts) {
  std::string text;
  for (const Severity severity : kWorstFirst) {
    const std::uint64_t count = alerts.by_severity[static_cast<std::size_t>(severity)];
    if (count != 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", with_commas(count), name_of(severity));
  }
  return text;
}

std::string stats_text(const RunCounts& counts) {
  std::string text = "Records\n";
  text += row("read", counts.records, rate_text(counts));
  for (const auto& [source, count] : counts.sources) {
    if (count != 0) text += row("  by " + source, count);
  }
  text += row("taken by no source", counts.engine.unclaimed);
  text += row("rejected", counts.rejected, listed(counts.rejects));
  if (counts.failed_inputs != 0) text += row("inputs that could not be read", counts.failed_inputs);
  if (counts.passed_over != 0) text += row("passed over, no regular file", counts.passed_over);
  text += geo_text(counts.geo);
  text += "Alerts\n";
  text += row("given", counts.alerts.total(), severities_text(counts.alerts));
  std::vector<std::pair<std::string, std::uint64_t>> rules(counts.alerts.by_rule.begin(),
                                                           counts.alerts.by_rule.end());
  std::sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  for (const auto& [rule, count] : rules) {
    if (count != 0) text += row("  " + rule, count);
  }
  text += row("incidents", counts.incidents);
  if (counts.left_out_of_incidents != 0)
    text += row("alerts too many to be grouped", counts.left_out_of_incidents);
  text += row("duplicates left out", counts.engine.duplicates);
  text += row("dropped by exceptions", counts.engine.dropped_by_exception);
  for (const auto& [title, count] : counts.engine.met_expired) text += row("past the end of " + title, count);
  text += row("held back by quiet", counts.engine.quieted);
  if (counts.engine.withdrawn != 0) text += row("withdrawn", counts.engine.withdrawn);
  return text + state_text(counts.engine);
}

Json stats_json(const RunCounts& counts) {
  Json sources = Json::object();
  for (const auto& [source, count] : counts.sources) sources[source] = count;
  Json rejects = Json::object();
  for (const auto& [reason, count] : counts.rejects) rejects[reason] = count;
  Json severities = Json::object();
  for (const Severity severity : kWorstFirst) {
    severities[std::string(name_of(severity))] =
        counts.alerts.by_severity[static_cast<std::size_t>(severity)];
  }
  Json rules = Json::object();
  for (const auto& [rule, count] : counts.alerts.by_rule) {
    if (count != 0) rules[rule] = count;
  }
  Json expired = Json::object();
  for (const auto& [title, count] : counts.engine.met_expired) expired[title] = count;
  Json geo = Json::array();
  for (const GeoDatabase::File& file : counts.geo) {
    geo.push_back(Json{{"file", file.path}, {"type", file.type}, {"built", day_built(file)}});
  }
  return Json{{"records", counts.records},
              {"events", counts.engine.events},
              {"bytes", counts.bytes},
              {"seconds", counts.seconds},
              {"sources", std::move(sources)},
              {"unclaimed", counts.engine.unclaimed},
              {"rejected", counts.rejected},
              {"rejects", std::move(rejects)},
              {"firings", counts.engine.firings},
              {"duplicates", counts.engine.duplicates},
              {"dropped_by_exception", counts.engine.dropped_by_exception},
              {"met_expired", std::move(expired)},
              {"quieted", counts.engine.quieted},
              {"withdrawn", counts.engine.withdrawn},
              {"alerts", counts.alerts.total()},
              {"alerts_by_severity", std::move(severities)},
              {"alerts_by_rule", std::move(rules)},
              {"incidents", counts.incidents},
              {"left_out_of_incidents", counts.left_out_of_incidents},
              {"failed_inputs", counts.failed_inputs},
              {"state", state_json(counts.engine)},
              {"passed_over", counts.passed_over},
              {"geo", std::move(geo)},
              {"ruleset", counts.ruleset}};
}

}  // namespace shrike::cli
