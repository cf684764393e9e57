#include "playground/cli/incident_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "playground/cli/alert_text.hpp"
#include "playground/cli/safe_text.hpp"
#include "playground/cli/text_layout.hpp"

namespace shrike::cli {
namespace {

constexpr std::size_t kShownIncidents = 5;
constexpr std::size_t kShownLines = 20;  ///< of an incident
constexpr std::size_t kShownUsers = 3;

/// "2026-03-02 08:15:00", without the zone that stands above.
std::string short_time(std::int64_t nanoseconds) {
  std::string text = time_text(nanoseconds);
  return text.substr(0, text.rfind(' '));
}

/// Alerts of one rule in a row: one line.
struct Line {
  const Alert* alert = nullptr;  ///< the worst of them
  std::int64_t time = 0;         ///< of the first
  std::size_t count = 0;
};

std::vector<Line> lines_of(const Incident& incident,
                           const std::unordered_map<std::string_view, const Alert*>& by_id) {
  std::vector<Line> lines;
  for (const std::string& id : incident.alerts) {
    const auto found = by_id.find(id);
    if (found == by_id.end()) continue;
    const Alert& alert = *found->second;
    if (lines.empty() || lines.back().alert->rule != alert.rule) lines.push_back({&alert, alert.time, 0});
    Line& line = lines.back();
    ++line.count;
    if (alert.severity > line.alert->severity) line.alert = &alert;
  }
  return lines;
}

/// As many lines as are shown, those of the worst alerts, in the order of time.
std::vector<Line> worst_of(std::vector<Line> lines) {
  if (lines.size() <= kShownLines) return lines;
  std::vector<std::size_t> places(lines.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  const auto rank = [&](std::size_t at) {
    return std::tuple(-static_cast<int>(lines[at].alert->severity), -lines[at].alert->score, at);
  };
  std::sort(places.begin(), places.end(), [&](auto a, auto b) { return rank(a) < rank(b); });
  places.resize(kShownLines);
  std::sort(places.begin(), places.end());
  std::vector<Line> worst;
  for (const std::size_t at : places) worst.push_back(lines[at]);
  return worst;
}

void append(std::string& text, const Incident& incident, const Line& line, const Style& style,
            unsigned columns) {
  const Alert& alert = *line.alert;
  const std::string_view severity = name_of(alert.severity);
  const std::string count = line.count > 1 ? fmt::format(" ({})", with_commas(line.count)) : std::string();
  text += fmt::format("  {}  {}  {} {:>3}  ", short_time(line.time), padded(stage_text(incident, alert), 14),
                      style(paint_of(alert.severity), padded(severity, 8)), alert.score);
  const unsigned used = 53 + static_cast<unsigned>(count.size());
  text += cut(safe_text(alert.rule, 200), columns > used + 10 ? columns - used : 10) + count + '\n';
}

}  // namespace

std::string_view spoken(Stage stage) {
  return stage == Stage::kInitialAccess ? "initial access" : name_of(stage);
}

std::string_view stage_text(const Incident& incident, const Alert& alert) {
  const bool is_chain = alert.evidence.size() > 1 &&
                        std::none_of(incident.events.begin(), incident.events.end(),
                                     [&](const IncidentEvent& event) { return event.alert == alert.id; });
  return is_chain ? "several" : spoken(stage_of(alert));
}

std::string whom_text(const Entities& entities, std::size_t most) {
  const auto& names = !entities.users.empty()       ? entities.users
                      : !entities.mailboxes.empty() ? entities.mailboxes
                                                    : entities.addresses;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
    text += (i == 0 ? "" : ", ") + safe_text(names[i], 200);
  if (names.size() > most) text += fmt::format(" and {} more", with_commas(names.size() - most));
  return text;
}

std::string stages_text(const Incident& incident) {
  std::string text;
  for (const Stage stage : incident.stages) text += (text.empty() ? "" : " > ") + std::string(spoken(stage));
  return text;
}

std::string incidents_text(std::span<const Incident> incidents, std::span<const Alert> alerts,
                           const Style& style, unsigned columns) {
  std::unordered_map<std::string_view, const Alert*> by_id;
  for (const Alert& alert : alerts) by_id.emplace(alert.id, &alert);
  std::string text;
  std::size_t several = 0, shown = 0;
  for (const Incident& incident : incidents) {
    if (incident.alerts.size() < 2) continue;
    if (++several > kShownIncidents) continue;
    ++shown;
    text += fmt::format("{} {:>3}  {} to {} UTC\n",
                        style(paint_of(incident.severity), padded(name_of(incident.severity), 8)),
                        incident.score, short_time(incident.first), short_time(incident.last));
    for (const std::string& line : wrap(whom_text(incident.entities, kShownUsers), columns - 2))
      text += "  " + style(Paint::kBold, line) + '\n';
    if (!incident.stages.empty()) text += "  " + stages_text(incident) + '\n';
    const std::vector<Line> lines = lines_of(incident, by_id);
    const std::vector<Line> worst = worst_of(lines);
    for (const Line& line : worst) append(text, incident, line, style, columns);
    if (lines.size() > worst.size())
      text += fmt::format("  … and {} that score less\n", with_commas(lines.size() - worst.size()));
    text += '\n';
  }
  if (several == 0) return {};
  std::string head = style(Paint::kBold, counted(incidents.size(), "incident"));
  if (const std::size_t single = incidents.size() - several; single != 0)
    head += fmt::format(", {} of one alert", with_commas(single));
  if (several > shown) head += fmt::format("; the worst {} of several alerts", shown);
  return head + "\n\n" + text;
}

}  // namespace shrike::cli
