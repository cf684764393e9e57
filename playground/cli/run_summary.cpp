#include "playground/cli/run_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "playground/cli/alert_text.hpp"
#include "playground/cli/safe_text.hpp"
#include "playground/cli/text_layout.hpp"
#include "shrike/incidents.hpp"

namespace shrike::cli {
namespace {

constexpr std::size_t kMostPeople = 100'000;  ///< that are counted; a run may meet more
constexpr std::size_t kShownPeople = 5;
constexpr std::size_t kShownRules = 8;
constexpr std::size_t kPicks = 3;

/// The person or mailbox that an alert is about, as far as it names one.
std::string whom(const Alert& alert) {
  const Entities entities = entities_of(alert);
  for (const auto* names : {&entities.users, &entities.mailboxes}) {
    if (!names->empty()) return safe_text(names->front(), 200);
  }
  return {};
}

}  // namespace

void RunSummary::add(const Alert& alert) {
  const std::string person = whom(alert);
  if (alert.status == AlertStatus::kWithdrawn) {
    std::erase_if(picks_, [&](const Pick& pick) { return pick.id == alert.id; });
    const auto found = people_.find(person);
    if (found != people_.end() && --found->second.count == 0) people_.erase(found);
    return;
  }
  auto [rule, is_new] = rules_.try_emplace(alert.rule, alert.severity);
  if (!is_new) rule->second = std::max(rule->second, alert.severity);
  if (!person.empty() && (people_.size() < kMostPeople || people_.contains(person))) {
    Standing& standing = people_[person];
    ++standing.count;
    standing.severity = std::max(standing.severity, alert.severity);
  }
  add_pick(alert, person);
}

void RunSummary::add_pick(const Alert& alert, std::string person) {
  Pick pick;
  pick.id = alert.id;
  pick.rule = alert.rule;
  pick.whom = std::move(person);
  pick.at = alert.evidence.empty() ? std::string() : alert.evidence.front().at;
  pick.severity = alert.severity;
  pick.score = alert.score;
  pick.time = alert.time;
  const auto is_worse = [](const Pick& a, const Pick& b) {
    return std::tuple(a.severity, a.score, b.time) > std::tuple(b.severity, b.score, a.time);
  };
  // One per rule and person: a burst of the same must not hide what else there is.
  const auto same = std::find_if(picks_.begin(), picks_.end(),
                                 [&](const Pick& p) { return p.rule == pick.rule && p.whom == pick.whom; });
  if (same != picks_.end()) {
    if (is_worse(pick, *same)) *same = std::move(pick);
  } else {
    picks_.push_back(std::move(pick));
  }
  std::sort(picks_.begin(), picks_.end(), is_worse);
  if (picks_.size() > kPicks) picks_.resize(kPicks);
}

std::string RunSummary::people_text(const Style& style) const {
  std::vector<std::pair<std::string, Standing>> people(people_.begin(), people_.end());
  std::sort(people.begin(), people.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.second.severity, a.second.count, b.first) >
           std::tuple(b.second.severity, b.second.count, a.first);
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(people.size(), kShownPeople); ++i) {
    const auto& [name, standing] = people[i];
    text += fmt::format("  {:>6}  {}  {}\n", with_commas(standing.count), padded(cut(name, 44), 44),
                        style(paint_of(standing.severity), name_of(standing.severity)));
  }
  if (people.size() > kShownPeople)
    text += fmt::format("          and {} more\n", with_commas(people.size() - kShownPeople));
  return text;
}

std::string RunSummary::picks_text(const Style& style, unsigned columns) const {
  std::string text;
  for (const Pick& pick : picks_) {
    text +=
        fmt::format("  {} {:>3}  {}  {}\n", style(paint_of(pick.severity), padded(name_of(pick.severity), 8)),
                    pick.score, time_text(pick.time), safe_text(pick.rule, 100));
    std::string more = pick.whom;
    if (!pick.at.empty()) more += (more.empty() ? "" : "  ") + safe_text(pick.at, 300);
    if (!more.empty()) text += "                " + cut(more, columns - 16) + '\n';
  }
  return text;
}

std::string RunSummary::text(const RunCounts& counts, const std::string& incidents, const Style& style,
                             unsigned columns) const {
  std::string text;
  const std::uint64_t alerts = counts.alerts.total();
  if (alerts > 0) {
    text += style(Paint::kDim, std::string(columns, '-')) + '\n' + incidents;
    text += style(Paint::kBold, counted(alerts, "alert")) + ": " + severities_text(counts.alerts) + "\n\n";
    std::vector<std::pair<std::string, std::uint64_t>> rules(counts.alerts.by_rule.begin(),
                                                             counts.alerts.by_rule.end());
    std::erase_if(rules, [](const auto& rule) { return rule.second == 0; });
    const auto worst = [&](const std::string& rule) {
      return rules_.contains(rule) ? rules_.at(rule) : Severity::kInfo;
    };
    std::sort(rules.begin(), rules.end(), [&](const auto& a, const auto& b) {
      return std::tuple(worst(a.first), a.second, b.first) > std::tuple(worst(b.first), b.second, a.first);
    });
    text += style(Paint::kDim, "Rules") + '\n';
    for (std::size_t i = 0; i < std::min(rules.size(), kShownRules); ++i) {
      text += fmt::format("  {:>6}  {}  {}\n", with_commas(rules[i].second),
                          padded(cut(safe_text(rules[i].first), 44), 44),
                          style(paint_of(worst(rules[i].first)), name_of(worst(rules[i].first))));
    }
    if (rules.size() > kShownRules)
      text += fmt::format("          and {} more\n", rules.size() - kShownRules);
    if (const std::string people = people_text(style); !people.empty()) {
      text += style(Paint::kDim, "Users and mailboxes") + '\n' + people;
    }
    if (incidents.empty()) text += style(Paint::kDim, "Look first at") + '\n' + picks_text(style, columns);
    text += '\n';
  } else if (counts.records == 0) {
    return "No alerts: nothing was read.\n";
  } else {
    text += style(Paint::kBold, "No alerts.") + '\n';
  }
  const std::uint64_t taken =
      counts.records - std::min(counts.records, counts.rejected + counts.engine.unclaimed);
  text += fmt::format("{}, {}: {} judged", counted(counts.records, "record"), with_unit(counts.bytes),
                      with_commas(taken));
  if (counts.engine.unclaimed != 0)
    text += fmt::format(", {} of no known kind", with_commas(counts.engine.unclaimed));
  if (counts.rejected != 0) text += fmt::format(", {} rejected", with_commas(counts.rejected));
  if (const std::uint64_t quiet = counts.engine.quieted + counts.engine.dropped_by_exception; quiet != 0) {
    text += fmt::format("\n{} held back by quiet times and exceptions", counted(quiet, "alert"));
  }
  return text + '\n';
}

}  // namespace shrike::cli
