// Rules and small logs for tests of the matcher. A log is a text, one event a line:
//   signin 10m e1 user=ann size=3 tags=a,b
// which is its class, its time since the start, its id, and its fields.
#pragma once

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

#include "dsl/compilation.hpp"
#include "runtime/address.hpp"
#include "runtime/time_text.hpp"
#include "shrike/diagnostic.hpp"
#include "tests/reference/state_log.hpp"
#include "tests/reference/state_matcher.hpp"

namespace shrike::reference {

inline constexpr std::int64_t kStart = 1'767'225'600'000'000'000;  // 2026-01-01T00:00:00Z

inline constexpr const char* kStateClasses = R"(
class signin "Sign-in" {
  time: time  id: string cased  tenant: string  user: string  ip: ip  session: string  token: string cased
  size: int  ratio: float  ok: bool  gap: duration  tags: list<string>  country: string
}
class audit "Activity" {
  time: time  id: string cased  tenant: string  user: string  ip: ip  session: string  operation: string
  target: string  size: int  tags: list<string>
}
)";

inline RefValue field_of(const std::string& name, const std::string& text) {
  RefValue value;
  if (name == "size") return of_int(std::stoll(text));
  if (name == "ratio") return of_float(std::stod(text));
  if (name == "ok") return of_bool(text == "true");
  if (name == "gap") {
    value.kind = Kind::kDuration;
    value.integer = *parse_duration(text);
  } else if (name == "ip") {
    value.kind = Kind::kIp;
    value.address = *parse_ip(text);
  } else if (name == "tags") {
    value.kind = Kind::kList;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) value.items.push_back(of_text(part));
  } else {
    return of_text(text);
  }
  return value;
}

inline std::vector<LoggedEvent> log_of(const std::string& text) {
  std::vector<LoggedEvent> events;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    LoggedEvent event;
    std::string time, id;
    if (!(words >> event.event_class >> time >> id)) continue;
    RefValue moment;
    moment.kind = Kind::kTime;
    moment.integer = kStart + (time == "0" ? 0 : *parse_duration(time));
    event.fields = {{"time", moment}, {"id", of_text(id)}};
    for (std::string word; words >> word;) {
      const std::size_t equals = word.find('=');
      const std::string name = word.substr(0, equals);
      event.fields.emplace_back(name, field_of(name, word.substr(equals + 1)));
    }
    events.push_back(std::move(event));
  }
  return events;
}

inline std::vector<StandingFiring> firings_of(const std::string& rules, const std::string& log,
                                              std::int64_t decided_after = INT64_MAX) {
  SourceFiles files{{"rules.shrike", rules}, {"classes.shrike", kStateClasses}};
  const Analysis analysis = analyse(files);
  for (const Diagnostic& diagnostic : analysis.diagnostics) {
    if (diagnostic.level == DiagnosticLevel::kError) FAIL_CHECK(render(diagnostic, files));
  }
  if (analysis.has_errors()) return {};
  const std::vector<LoggedEvent> events = log_of(log);
  const std::int64_t decided = decided_after == INT64_MAX ? newest_time(events) : kStart + decided_after;
  return StateMatcher(analysis.model).firings(to_events(analysis.model, events), decided);
}

/// Ids of the events that made the rule fire, in event order.
inline std::string ids(const std::vector<StandingFiring>& firings, const std::string& rule = "r") {
  std::string text;
  for (const StandingFiring& firing : firings) {
    if (firing.rule == rule) text += (text.empty() ? "" : " ") + firing.event_id;
  }
  return text;
}

/// Messages of all firings of the rule, joined by " | ".
inline std::string messages(const std::vector<StandingFiring>& firings, const std::string& rule = "r") {
  std::string text;
  for (const StandingFiring& firing : firings) {
    if (firing.rule == rule) text += (text.empty() ? "" : " | ") + firing.message;
  }
  return text;
}

/// A rule over sign-ins, per user and hour.
inline std::string when(const std::string& condition, const std::string& rest = {}) {
  return "rule r \"R\" { severity low on signin each user within 1h when " + condition + " " + rest + " }\n";
}

/// What an aggregate gives for each event of a log of one user: `say` with a missing value is `?`.
inline std::string given(const std::string& aggregate, const std::string& log) {
  return messages(firings_of(when("has time", "say \"{" + aggregate + "}\""), log));
}

}  // namespace shrike::reference
