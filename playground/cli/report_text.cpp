#include "playground/cli/report_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "playground/cli/alert_text.hpp"
#include "playground/cli/safe_text.hpp"
#include "playground/cli/text_layout.hpp"

namespace shrike::cli {

std::string escaped(std::string_view text, std::size_t bytes) { return xml_text(safe_text(text, bytes)); }

std::string shown(std::string_view text, std::size_t bytes) {
  return "<bdi>" + escaped(text, bytes) + "</bdi>";
}

std::string paragraphs(std::string_view markdown, std::size_t bytes) {
  std::string html;
  markdown = markdown.substr(0, bytes);
  while (!markdown.empty()) {
    const std::size_t end = std::min(markdown.find("\n\n"), markdown.size());
    std::string lines(markdown.substr(0, end));
    std::replace(lines.begin(), lines.end(), '\n', ' ');
    html += "<p><bdi>";
    bool is_code = false;
    for (std::size_t begin = 0; begin <= lines.size();) {
      const std::size_t quote = std::min(lines.find('`', begin), lines.size());
      const std::string part = escaped(std::string_view(lines).substr(begin, quote - begin), bytes);
      html += is_code ? "<code>" + part + "</code>" : part;
      is_code = !is_code;
      begin = quote + 1;
    }
    html += "</bdi></p>";
    markdown.remove_prefix(std::min(markdown.size(), end + 2));
  }
  return html;
}

std::string severity_class(Severity severity) { return fmt::format("s{}", static_cast<int>(severity)); }

std::string severity_chip(Severity severity, std::string_view more) {
  return fmt::format("<span class=\"chip {}\">{}{}{}</span>", severity_class(severity), name_of(severity),
                     more.empty() ? "" : " ", more);
}

AlertsById by_id(std::span<const Alert> alerts) {
  AlertsById found;
  for (const Alert& alert : alerts) found.emplace(alert.id, &alert);
  return found;
}

std::string evidence_list(const Alert& alert, std::size_t most) {
  if (alert.evidence.empty()) return {};
  std::string html = "<ul class=\"evidence\">";
  for (std::size_t i = 0; i < std::min(alert.evidence.size(), most); ++i) {
    const Evidence& event = alert.evidence[i];
    html += "<li>";
    if (!event.step.empty()) html += shown(event.step, 100) + ": ";
    html += fmt::format("{} <span class=\"time\">{}</span>", shown(event.event_class, 100),
                        time_text(event.time));
    if (!event.at.empty()) html += ", " + shown(event.at);
    html += ", <code>" + shown(event.id, 100) + "</code></li>";
  }
  if (alert.evidence.size() > most)
    html += fmt::format("<li>and {} more</li>", with_commas(alert.evidence.size() - most));
  return html + "</ul>";
}

}  // namespace shrike::cli
