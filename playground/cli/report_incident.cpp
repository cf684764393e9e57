#include "playground/cli/report_incident.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "playground/cli/alert_text.hpp"
#include "playground/cli/incident_text.hpp"
#include "playground/cli/report_timeline.hpp"
#include "playground/cli/safe_text.hpp"
#include "playground/cli/text_layout.hpp"
#include "runtime/response_actions.hpp"
#include "runtime/text_compare.hpp"

namespace shrike::cli {
namespace {

constexpr std::size_t kMostAlerts = 200;
constexpr std::size_t kMostNames = 12;     ///< of a kind
constexpr std::size_t kShownEvidence = 3;  ///< of an alert; more is folded away
constexpr std::size_t kMostEvidence = 50;
constexpr std::size_t kMostResponses = 60;
constexpr std::size_t kMostValueBytes = 1100;
constexpr std::size_t kMostMessageBytes = 4200;

std::string row(std::string_view label, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string html = fmt::format("<dt>{}</dt><dd>", label);
  for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i)
    html += (i == 0 ? "" : ", ") + shown(names[i]);
  if (names.size() > kMostNames) html += fmt::format(" and {} more", with_commas(names.size() - kMostNames));
  return html + "</dd>";
}

std::string entities_html(const Incident& incident) {
  const Entities& named = incident.entities;
  std::vector<std::string> others;  ///< mailboxes that are not named as users
  std::copy_if(named.mailboxes.begin(), named.mailboxes.end(), std::back_inserter(others),
               [&](const std::string& box) {
                 return std::none_of(named.users.begin(), named.users.end(),
                                     [&](const std::string& user) { return equal_caseless(user, box); });
               });
  std::string html = "<dl>";
  if (!incident.tenant.empty()) html += "<dt>Tenant</dt><dd>" + shown(incident.tenant) + "</dd>";
  return html + row("Users", named.users) + row("Mailboxes", others) + row("Sessions", named.sessions) +
         row("Addresses", named.addresses) + row("Applications", named.apps) + "</dl>";
}

std::string values_html(const Alert& alert) {
  std::string html;
  for (const auto* values : {&alert.key, &alert.show}) {
    for (const auto& [name, value] : values->items()) {
      if (value.is_null() || (values == &alert.key && alert.show.contains(name))) continue;
      // value_text() has made it safe and cut it.
      html += "<dt>" + shown(name, 100) + "</dt><dd><bdi>" + xml_text(value_text(value)) + "</bdi></dd>";
    }
  }
  std::string blind;
  for (const std::string& field : alert.blind) blind += (blind.empty() ? "" : ", ") + shown(field, 100);
  if (!blind.empty()) html += "<dt>Unknown</dt><dd>" + blind + "</dd>";
  std::string attack;
  for (const std::string& id : alert.attack) attack += (attack.empty() ? "" : ", ") + escaped(id, 100);
  if (!attack.empty()) html += "<dt>ATT&amp;CK</dt><dd>" + attack + "</dd>";
  return "<dl>" + html + "</dl>";
}

std::string alert_html(const Incident& incident, const Alert& alert) {
  std::string html = fmt::format(
      "<li><div class=\"head\"><span class=\"time\">{}</span>{}<strong>{}</strong><span "
      "class=\"dim\">{}</span></div>",
      time_text(alert.time), severity_chip(alert.severity, std::to_string(alert.score)),
      shown(alert.title, kMostValueBytes), stage_text(incident, alert));
  if (alert.message != alert.title) html += "<p>" + shown(alert.message, kMostMessageBytes) + "</p>";
  html += evidence_list(alert, kShownEvidence);
  html += "<details><summary>Rule <code>" + escaped(alert.rule) + "</code>, values</summary>" +
          values_html(alert);
  if (alert.evidence.size() > kShownEvidence) html += evidence_list(alert, kMostEvidence);
  return html + "</details></li>";
}

/// "revoke_sessions" as "Revoke sessions".
std::string action_text(std::string_view action) {
  std::string text(action);
  std::replace(text.begin(), text.end(), '_', ' ');
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

/// Whoever revokes before the password is changed lets the intruder sign in again: what locks him out comes
/// first, in this order, then everything else.
std::size_t turn_of(std::string_view action) {
  static constexpr std::array<std::string_view, 5> kFirst{"disable_user", "reset_password", "revoke_sessions",
                                                          "disable_device", "disable_app"};
  return static_cast<std::size_t>(std::find(kFirst.begin(), kFirst.end(), action) - kFirst.begin());
}

std::string responses_html(const std::vector<const Alert*>& alerts) {
  std::set<std::string_view> seen;
  std::vector<std::string> mentioned;  ///< whom they are for, in the order of first mention
  std::vector<std::pair<std::tuple<std::size_t, std::size_t, std::size_t>, std::string>> by_whom;  ///< rows
  for (const Alert* alert : alerts) {
    for (const Response& response : alert->respond) {
      if (!seen.insert(response.request).second || seen.size() > kMostResponses) continue;
      const ResponseAction* action = find_response_action(response.action);
      std::string whom;
      for (const std::string& argument : response.arguments)
        whom += (whom.empty() ? "" : ", ") + shown(argument);
      const auto known = std::find(mentioned.begin(), mentioned.end(), whom);
      const auto group = static_cast<std::size_t>(known - mentioned.begin());
      if (known == mentioned.end()) mentioned.push_back(whom);
      std::string& rows =
          by_whom.emplace_back(std::tuple(group, turn_of(response.action), by_whom.size()), "").second;
      rows += "<tr><td>" + escaped(action_text(response.action)) + "</td><td>" + whom + "</td><td><code>" +
              shown(response.request, kMostValueBytes) + "</code>";
      if (action != nullptr && !action->does_not.empty())
        rows += "<br><span class=\"dim\">" + escaped(action->does_not) + "</span>";
      rows += "</td></tr>";
    }
  }
  if (by_whom.empty()) return {};
  std::sort(by_whom.begin(), by_whom.end());
  std::string rows;
  for (const auto& [place, row] : by_whom) rows += row;
  std::string html =
      "<h3>Recommended responses</h3><p class=\"dim\">None of them was carried out.</p><div "
      "class=\"scroll\"><table class=\"responses\">"
      "<tr><th>Action</th><th>On</th><th>Request</th></tr>" +
      rows + "</table></div>";
  if (seen.size() > kMostResponses)
    html += fmt::format("<p class=\"dim\">and {} more</p>", with_commas(seen.size() - kMostResponses));
  return html;
}

}  // namespace

std::string incident_html(const Incident& incident, std::size_t number, const AlertsById& alerts) {
  std::vector<const Alert*> members;
  for (const std::string& id : incident.alerts) {
    if (const auto found = alerts.find(id); found != alerts.end()) members.push_back(found->second);
  }
  // whom_text() has made it safe.
  const std::string whom = xml_text(whom_text(incident.entities, 3));
  std::string html = fmt::format(
      "<section class=\"incident {}\" id=\"incident-{}\"><h2>Incident {}{}{}</h2><p>{} <span "
      "class=\"time\">{} to {}</span>, {}</p>",
      severity_class(incident.severity), number, number, whom.empty() ? "" : ": ",
      whom.empty() ? "" : "<bdi>" + whom + "</bdi>",
      severity_chip(incident.severity, std::to_string(incident.score)), time_text(incident.first),
      time_text(incident.last), counted(members.size(), "alert"));
  if (!incident.stages.empty()) html += "<p class=\"dim\">" + xml_text(stages_text(incident)) + "</p>";
  html += timeline_svg(incident, alerts);
  html += entities_html(incident);
  html += "<h3>What happened</h3><ol class=\"alerts\">";
  for (std::size_t i = 0; i < std::min(members.size(), kMostAlerts); ++i)
    html += alert_html(incident, *members[i]);
  html += "</ol>";
  if (members.size() > kMostAlerts) {
    html +=
        fmt::format("<p class=\"notice\">{} more of this incident are not shown here; NDJSON has them.</p>",
                    counted(members.size() - kMostAlerts, "alert"));
  }
  html += responses_html(members);
  return html + fmt::format("<p class=\"dim\">Id <code>{}</code></p></section>", escaped(incident.id, 100));
}

}  // namespace shrike::cli
