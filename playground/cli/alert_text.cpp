#include "playground/cli/alert_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "playground/cli/safe_text.hpp"
#include "playground/cli/text_layout.hpp"
#include "runtime/time_text.hpp"

namespace shrike::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kMostValueBytes = 1000;  ///< of one value or message; NDJSON has it whole
constexpr std::size_t kMostMessageBytes = 4000;
constexpr std::size_t kMostItems = 20;  ///< of a list, of evidence
constexpr std::size_t kWidestLabel = 20;

std::string upper(std::string_view word) {
  std::string text(word);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string string_text(const std::string& value) {
  std::string text = safe_text(value, kMostValueBytes);
  // A name of blanks is a way to hide; quotes make it visible.
  const bool is_odd = value.empty() || value.front() == ' ' || value.back() == ' ';
  return is_odd ? '"' + text + '"' : text;
}

/// Labels on the left, values wrapped on the right.
class Rows {
 public:
  void add(std::string label, std::string value) { rows_.emplace_back(std::move(label), std::move(value)); }
  void add(std::string label, const std::vector<std::string>& values) {
    for (const std::string& value : values) add(std::exchange(label, {}), value);
  }

  std::size_t label_width() const {
    std::size_t width = 0;
    for (const auto& [label, value] : rows_) width = std::max(width, width_of(label));
    return std::min(width, kWidestLabel);
  }

  void append_to(std::string& out, std::size_t label_width, const Style& style, unsigned columns) const {
    const std::size_t indent = 2 + label_width + 2;
    for (const auto& [label, value] : rows_) {
      const bool fits = width_of(label) <= label_width;
      out += "  " + style(Paint::kDim, fits ? padded(label, label_width) : label);
      out += fits ? "  " : "\n" + std::string(indent, ' ');
      bool is_first = true;
      for (const std::string& line : wrap(value, columns - indent)) {
        if (!std::exchange(is_first, false)) out.append(indent, ' ');
        out += line + '\n';
      }
    }
  }

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
};

Rows shown_values(const Alert& alert) {
  Rows rows;
  if (!alert.tenant.empty()) rows.add("tenant", string_text(alert.tenant));
  for (const auto& [name, value] : alert.key.items()) {
    if (!alert.show.contains(name)) rows.add(safe_text(name, 100), value_text(value));
  }
  for (const auto& [name, value] : alert.show.items()) {
    if (!value.is_null())
      rows.add(safe_text(name, 100), value_text(value));  // what is missing stands under `blind`
  }
  return rows;
}

std::vector<std::string> evidence_lines(const Alert& alert) {
  std::vector<std::string> lines;
  for (const Evidence& event : alert.evidence) {
    if (&event == alert.evidence.data() + kMostItems) {
      lines.push_back(fmt::format("… and {} more", alert.evidence.size() - kMostItems));
      break;
    }
    if (!event.at.empty()) lines.push_back(safe_text(event.at, 300));
    std::string line = event.step.empty() ? std::string() : safe_text(event.step, 100) + ": ";
    line += safe_text(event.event_class, 100);
    if (event.time != alert.time) line += "  " + time_text(event.time);
    lines.push_back(line + "  " + safe_text(event.id, 100));
  }
  return lines;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + safe_text(text, 100);
  return out;
}

Rows facts(const Alert& alert) {
  Rows rows;
  rows.add("evidence", evidence_lines(alert));
  if (!alert.attack.empty()) rows.add("attack", joined(alert.attack));
  if (!alert.blind.empty()) rows.add("unknown", joined(alert.blind));
  if (alert.late > 0) rows.add("late", fmt::format("{:.0f} s", alert.late));
  std::vector<std::string> responses;
  for (const Response& response : alert.respond) {
    responses.push_back(safe_text(response.action, 100));
    responses.push_back(safe_text(response.request, kMostValueBytes));
  }
  if (!responses.empty()) rows.add("respond", responses);
  return rows;
}

}  // namespace

std::string time_text(std::int64_t nanoseconds) {
  std::string text = format_time(nanoseconds);  // 2026-03-02T08:15:00.25Z
  text = text.substr(0, std::min(text.find_first_of(".Z"), text.size()));
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text + " UTC";
}

std::string value_text(const Json& value) {
  if (value.is_null()) return "?";
  if (value.is_string()) return string_text(value.get_ref<const std::string&>());
  if (value.is_array() &&
      std::none_of(value.begin(), value.end(), [](const Json& item) { return item.is_structured(); })) {
    if (value.empty()) return "(none)";
    std::string text;
    std::size_t items = 0;
    for (const Json& item : value) {
      if (items++ == kMostItems) return text + fmt::format(", … and {} more", value.size() - kMostItems);
      text += (items > 1 ? ", " : "") + value_text(item);
    }
    return text;
  }
  std::string line = json_line(value);
  line.pop_back();
  return safe_text(line, kMostValueBytes);
}

std::string alert_text(const Alert& alert, const Style& style, unsigned columns) {
  const std::string severity = upper(name_of(alert.severity));
  const bool is_withdrawn = alert.status == AlertStatus::kWithdrawn;
  std::string out =
      is_withdrawn ? style(Paint::kDim, "WITHDRAWN") : style(paint_of(alert.severity), severity);
  out.append(8 > severity.size() && !is_withdrawn ? 8 - severity.size() : 0, ' ');
  out += fmt::format(" {:>3}  {}  {}\n", alert.score, time_text(alert.time), safe_text(alert.rule, 200));
  if (is_withdrawn) {
    out +=
        fmt::format("  A late event made this alert void. It was told as {}.\n\n", safe_text(alert.id, 100));
    return out;
  }
  for (const std::string& line : wrap(safe_text(alert.title, kMostValueBytes), columns - 2)) {
    out += "  " + style(Paint::kBold, line) + '\n';
  }
  if (alert.message != alert.title) {
    for (const std::string& line : wrap(safe_text(alert.message, kMostMessageBytes), columns - 2)) {
      out += "  " + line + '\n';
    }
  }
  out += '\n';
  // Findings of no weight are told, no more; all that is known of them is in the other formats.
  if (alert.severity == Severity::kInfo) return out;
  const Rows values = shown_values(alert);
  const Rows below = facts(alert);
  const std::size_t label_width = std::max(values.label_width(), below.label_width());
  values.append_to(out, label_width, style, columns);
  below.append_to(out, label_width, style, columns);
  return out + '\n';
}

}  // namespace shrike::cli
