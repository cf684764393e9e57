#include "playground/cli/report_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <vector>

#include "playground/cli/alert_fields.hpp"
#include "playground/cli/alert_text.hpp"
#include "playground/cli/report_text.hpp"
#include "playground/cli/text_layout.hpp"
#include "shrike/incidents.hpp"

namespace shrike::cli {
namespace {

constexpr std::size_t kMostRows = 300;
constexpr std::size_t kMostAlertsOfRule = 20;
constexpr std::size_t kMostRulesOfUser = 10;

/// Alerts under one name, the worst names first.
struct Group {
  std::string name;
  std::vector<const Alert*> alerts;  ///< in the order of time
  Severity worst = Severity::kInfo;
};

std::vector<Group> sorted(std::map<std::string, Group> groups) {
  std::vector<Group> list;
  for (auto& [name, group] : groups) list.push_back(std::move(group));
  std::sort(list.begin(), list.end(), [](const Group& a, const Group& b) {
    return std::tuple(b.worst, b.alerts.size(), std::string_view(a.name)) <
           std::tuple(a.worst, a.alerts.size(), std::string_view(b.name));
  });
  return list;
}

void add(std::map<std::string, Group>& groups, const std::string& name, const Alert& alert) {
  Group& group = groups[name];
  group.name = name;
  group.alerts.push_back(&alert);
  group.worst = std::max(group.worst, alert.severity);
}

std::string cells(const Group& group) {
  return fmt::format(
      "<td class=\"number\">{}</td><td>{}</td><td class=\"time\">{}</td><td class=\"time\">{}</td>",
      with_commas(group.alerts.size()), severity_chip(group.worst), time_text(group.alerts.front()->time),
      time_text(group.alerts.back()->time));
}

std::string table(std::string_view name, const std::string& rows, std::size_t count) {
  std::string html = fmt::format(
      "<div class=\"scroll\"><table><tr><th>{}</th><th "
      "class=\"number\">Alerts</th><th>Worst</th><th>First</th>"
      "<th>Last</th></tr>{}</table></div>",
      name, rows);
  if (count > kMostRows)
    html += fmt::format("<p class=\"dim\">and {} more</p>", with_commas(count - kMostRows));
  return html;
}

std::string alerts_of_rule(const Group& group) {
  std::string html = "<details><summary>Alerts</summary><ol class=\"alerts\">";
  for (std::size_t i = 0; i < std::min(group.alerts.size(), kMostAlertsOfRule); ++i) {
    const Alert& alert = *group.alerts[i];
    html += fmt::format("<li><span class=\"time\">{}</span> {} {}{}</li>", time_text(alert.time),
                        severity_chip(alert.severity, std::to_string(alert.score)), shown(alert.message, 600),
                        evidence_list(alert, 1));
  }
  html += "</ol>";
  if (group.alerts.size() > kMostAlertsOfRule)
    html +=
        fmt::format("<p class=\"dim\">and {} more</p>", with_commas(group.alerts.size() - kMostAlertsOfRule));
  return html + "</details>";
}

}  // namespace

std::string rules_html(std::span<const Alert> alerts, const Program& program) {
  std::map<std::string, Group> groups;
  for (const Alert& alert : alerts) add(groups, alert.rule, alert);
  const std::vector<Group> rules = sorted(std::move(groups));
  std::string rows;
  for (std::size_t i = 0; i < std::min(rules.size(), kMostRows); ++i) {
    const Group& group = rules[i];
    rows += "<tr><td><strong>" + shown(group.alerts.front()->title) + "</strong><br><code>" +
            escaped(group.name) + "</code>";
    if (const RuleData* rule = rule_of(*group.alerts.front(), program); rule != nullptr && !rule->doc.empty())
      rows += "<details><summary>What it means</summary>" + paragraphs(rule->doc, 4000) + "</details>";
    rows += alerts_of_rule(group) + "</td>" + cells(group) + "</tr>";
  }
  return table("Rule", rows, rules.size());
}

std::string users_html(std::span<const Alert> alerts) {
  std::map<std::string, Group> groups;
  for (const Alert& alert : alerts) {
    const Entities entities = entities_of(alert);
    std::set<std::string> names;  // an address as user and mailbox of one alert counts once
    for (const auto* list : {&entities.users, &entities.mailboxes}) {
      for (std::string name : *list) {
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
          return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
        });
        names.insert(std::move(name));
      }
    }
    for (const std::string& name : names) add(groups, name, alert);
  }
  if (groups.empty()) return "<p class=\"dim\">No alert names a user or mailbox.</p>";
  const std::vector<Group> users = sorted(std::move(groups));
  std::string rows;
  for (std::size_t i = 0; i < std::min(users.size(), kMostRows); ++i) {
    const Group& group = users[i];
    std::vector<std::string_view> rules;
    for (const Alert* alert : group.alerts) {
      if (std::find(rules.begin(), rules.end(), alert->rule) == rules.end()) rules.push_back(alert->rule);
    }
    rows += "<tr><td>" + shown(group.name) + "<br><span class=\"dim\">";
    for (std::size_t rule = 0; rule < std::min(rules.size(), kMostRulesOfUser); ++rule)
      rows += (rule == 0 ? "" : ", ") + escaped(rules[rule], 100);
    if (rules.size() > kMostRulesOfUser) rows += fmt::format(" and {} more", rules.size() - kMostRulesOfUser);
    rows += "</span></td>" + cells(group) + "</tr>";
  }
  return table("User or mailbox", rows, users.size());
}

}  // namespace shrike::cli
