#include "playground/cli/report_page.hpp"

#include <fmt/format.h>
#include <sha256.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "playground/cli/alert_text.hpp"
#include "playground/cli/report_incident.hpp"
#include "playground/cli/report_style.hpp"
#include "playground/cli/report_tables.hpp"
#include "playground/cli/report_text.hpp"
#include "playground/cli/text_layout.hpp"
#include "playground/cli/version.hpp"

namespace shrike::cli {
namespace {

constexpr std::size_t kMostIncidents = 100;
constexpr std::size_t kMostPageBytes = std::size_t{16} << 20;
constexpr std::size_t kMostTenants = 5;

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j <= bytes.size() ? kDigits[group >> (18 - 6 * j) & 63U] : '=';
  }
  return out;
}

/// Nothing may be loaded or run; the one style sheet is known by its hash.
std::string policy() {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> hash{};
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, reinterpret_cast<const std::uint8_t*>(kReportStyle.data()), kReportStyle.size());
  SHA256_Final(hash.data(), &context);
  return fmt::format("default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
                     base64({reinterpret_cast<const char*>(hash.data()), hash.size()}));
}

std::string head_html() {
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"" +
         policy() +
         "\"><meta name=\"referrer\" content=\"no-referrer\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
         "<title>Incidents and alerts</title><style>" +
         std::string(kReportStyle) + "</style></head>\n<body><main>\n";
}

/// `noun` is said of one: "incident".
std::string tile(std::uint64_t number, std::string_view noun, std::string_view more) {
  return fmt::format("<li><strong>{}</strong>{}{}<br><span class=\"dim\">{}</span></li>", with_commas(number),
                     noun, number == 1 ? "" : "s", more);
}

std::string incident_severities(std::span<const Incident> incidents) {
  AlertCounts counts;
  for (const Incident& incident : incidents)
    ++counts.by_severity[static_cast<std::size_t>(incident.severity)];
  return severities_text(counts);
}

std::string opening_html(const ReportData& data) {
  std::set<std::string_view> tenants, users;
  for (const Alert& alert : data.alerts) tenants.insert(alert.tenant);
  for (const Incident& incident : data.incidents)
    users.insert(incident.entities.users.begin(), incident.entities.users.end());
  tenants.erase("");
  std::string html = "<h1>Incidents and alerts</h1><p class=\"dim\">";
  std::size_t count = 0;
  for (const std::string_view tenant : tenants) {
    if (count++ == kMostTenants) break;
    html += (count == 1 ? "Tenant " : ", ") + shown(tenant);
  }
  if (tenants.size() > kMostTenants)
    html += fmt::format(" and {} more", with_commas(tenants.size() - kMostTenants));
  html += "</p>";
  if (!data.alerts.empty()) {
    html += fmt::format("<p class=\"dim\">Alerts from {} to {}</p>", time_text(data.alerts.front().time),
                        time_text(data.alerts.back().time));
  }
  const RunCounts& counts = data.counts;
  html += "<ul class=\"tiles\">" +
          tile(data.incidents.size(), "incident", incident_severities(data.incidents)) +
          tile(users.size(), "user", "in incidents") +
          tile(counts.alerts.total(), "alert", severities_text(counts.alerts)) +
          tile(counts.records, "record", with_unit(counts.bytes) + " read") + "</ul>";
  return html;
}

/// What the reader must know before he trusts the page.
std::string notices_html(const ReportData& data) {
  const RunCounts& counts = data.counts;
  std::string html;
  const auto notice = [&](const std::string& text) { html += "<p class=\"notice\">" + text + "</p>"; };
  if (data.left_out != 0)
    notice(
        fmt::format("There were too many alerts to group all: the {} least severe are counted above but not "
                    "on this page.",
                    counted(data.left_out, "alert")));
  if (counts.engine.is_incomplete())
    notice("The result is incomplete: limits of memory were reached, so alerts may be missing.");
  if (counts.rejected != 0)
    notice(fmt::format("{} could not be judged: {}.", counted(counts.rejected, "record"),
                       escaped(listed(counts.rejects))));
  if (counts.failed_inputs != 0)
    notice(fmt::format("{} could not be read.", counted(counts.failed_inputs, "input")));
  if (counts.records == 0) notice("Nothing was read.");
  if (counts.engine.unclaimed != 0)
    notice(fmt::format("{} are of a kind that the rules do not know.",
                       counted(counts.engine.unclaimed, "record")));
  return html;
}

std::string basis_html(const ReportData& data) {
  const RunCounts& counts = data.counts;
  std::string rows;
  for (const auto& [source, count] : counts.sources) {
    if (count != 0)
      rows += fmt::format("<tr><td>{}</td><td class=\"number\">{}</td></tr>", escaped(source),
                          with_commas(count));
  }
  std::string html = "<h2>What this rests on</h2>";
  if (!rows.empty())
    html += "<table><tr><th>Records by source</th><th class=\"number\">Taken</th></tr>" + rows + "</table>";
  const std::uint64_t held = counts.engine.quieted + counts.engine.dropped_by_exception;
  if (held != 0)
    html += fmt::format("<p class=\"dim\">{} held back by quiet times and exceptions.</p>",
                        counted(held, "alert"));
  return html + fmt::format("<p class=\"dim\">Shrike {}, rule set <code>{}</code>. Times are UTC.</p>",
                            kVersion, escaped(counts.ruleset));
}

}  // namespace

std::string report_page(const ReportData& data) {
  std::string page = head_html() + opening_html(data) + notices_html(data);
  const AlertsById alerts = by_id(data.alerts);
  std::size_t shown_incidents = 0;
  for (const Incident& incident : data.incidents) {
    if (shown_incidents == kMostIncidents || page.size() > kMostPageBytes) break;
    page += incident_html(incident, ++shown_incidents, alerts) + '\n';
  }
  if (data.incidents.empty())
    page += data.alerts.empty() ? "<p>There was no alert.</p>" : "<p>No alerts make an incident.</p>";
  if (shown_incidents < data.incidents.size()) {
    page += fmt::format("<p class=\"notice\">{} more, less severe, are not shown here; NDJSON has them.</p>",
                        counted(data.incidents.size() - shown_incidents, "incident"));
  }
  if (!data.alerts.empty()) {
    page += "<h2>Alerts by rule</h2>" + rules_html(data.alerts, data.program) + "\n<h2>Alerts by user</h2>" +
            users_html(data.alerts) + '\n';
  }
  return page + basis_html(data) + "</main></body></html>\n";
}

}  // namespace shrike::cli
