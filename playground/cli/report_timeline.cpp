#include "playground/cli/report_timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "playground/cli/alert_text.hpp"
#include "playground/cli/incident_text.hpp"
#include "playground/cli/text_layout.hpp"
#include "runtime/time_math.hpp"

namespace shrike::cli {
namespace {

// All in units of the drawing, which is as wide as the page's column.
constexpr double kWidth = 960, kLeft = 124, kRight = 944;
constexpr double kLaneHeight = 36, kTop = 6, kAxisHeight = 38;
constexpr double kGapWidth = 56, kLeastSegment = 40, kInset = 12;
constexpr double kTogether = 17;  ///< dots nearer than this are drawn as one with a number
constexpr double kHour = 3600e9;
constexpr std::int64_t kBefore = std::int64_t{24} * 3600 * 1'000'000'000;  ///< older events are not drawn
constexpr std::size_t kMostPlacesOfWay = 60;
constexpr std::size_t kMostTitles = 6;

/// A stretch of time that is drawn to scale.
struct Segment {
  double from = 0, to = 0;  ///< nanoseconds after the first event
  std::size_t events = 0;
  double left = 0, width = 0;
};

/// Where a moment is drawn: stretches with events to scale, pauses of more than a tenth of all and three
/// hours shortened to one width.
class TimeScale {
 public:
  explicit TimeScale(const std::vector<const IncidentEvent*>& events) : begin_(events.front()->event.time) {
    const double all = offset(events.back()->event.time);
    for (const IncidentEvent* event : events) {
      const double at = offset(event->event.time);
      if (segments_.empty() || (at - segments_.back().to > all / 10 && at - segments_.back().to > 3 * kHour))
        segments_.push_back({at, at, 0});
      segments_.back().to = at;
      ++segments_.back().events;
    }
    while (segments_.size() > kMostSegments) join_nearest();
    double drawn = 0;
    for (const Segment& segment : segments_) drawn += segment.to - segment.from;
    const double room = kRight - kLeft - kGapWidth * static_cast<double>(segments_.size() - 1) -
                        kLeastSegment * static_cast<double>(segments_.size());
    double left = kLeft;
    for (Segment& segment : segments_) {
      const double by_events = static_cast<double>(segment.events) / static_cast<double>(events.size());
      const double by_time = drawn > 0 ? (segment.to - segment.from) / drawn : by_events;
      segment.left = left;
      segment.width = kLeastSegment + room * (by_events + by_time) / 2;
      left += segment.width + kGapWidth;
    }
  }

  double x(std::int64_t time) const {
    const double at = offset(time);
    for (const Segment& segment : segments_) {
      if (at > segment.to) continue;
      const double length = segment.to - segment.from;
      const double part = length > 0 ? (at - segment.from) / length : 0.5;
      return segment.left + kInset + part * (segment.width - 2 * kInset);
    }
    return segments_.back().left + segments_.back().width - kInset;
  }

  std::int64_t time_of(double offset) const {
    // More than fits is not drawn to the hour anyway.
    constexpr double kMost = 9.2e18;
    return saturating_add(begin_, static_cast<std::int64_t>(std::min(offset, kMost)));
  }
  const std::vector<Segment>& segments() const { return segments_; }

 private:
  /// Each pause takes room that dots need: the shortest one is drawn as it is.
  void join_nearest() {
    std::size_t at = 1;
    const auto pause = [&](std::size_t i) { return segments_[i].from - segments_[i - 1].to; };
    for (std::size_t i = 2; i < segments_.size(); ++i) {
      if (pause(i) < pause(at)) at = i;
    }
    segments_[at - 1].to = segments_[at].to;
    segments_[at - 1].events += segments_[at].events;
    segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  static constexpr std::size_t kMostSegments = 6;

  double offset(std::int64_t time) const { return static_cast<double>(time) - static_cast<double>(begin_); }

  std::int64_t begin_;
  std::vector<Segment> segments_;
};

/// Dots of a lane that stand too close to be drawn apart.
struct Dot {
  std::vector<const IncidentEvent*> events;
  double first = 0, last = 0;
  double x() const { return (first + last) / 2; }
};

using Titles = std::map<std::pair<std::string_view, std::string_view>, std::vector<const Alert*>>;

/// The alerts that fired on each event.
Titles titles_of(const Incident& incident, const AlertsById& alerts) {
  Titles titles;
  for (const std::string& id : incident.alerts) {
    const auto found = alerts.find(id);
    if (found == alerts.end()) continue;
    for (const Evidence& event : found->second->evidence) {
      if (event.time == found->second->time) titles[{event.event_class, event.id}].push_back(found->second);
    }
  }
  return titles;
}

/// "10 minutes", "3 hours", "2 days".
std::string pause_text(double nanoseconds) {
  const double hours = nanoseconds / kHour;
  if (hours < 48) return fmt::format("{:.0f} hours", hours);
  return fmt::format("{:.0f} days", hours / 24);
}

std::string tooltip(const Dot& dot, const Titles& titles) {
  std::vector<std::string> lines;
  std::size_t more = 0;
  for (const IncidentEvent* event : dot.events) {
    const auto found = titles.find({event->event.event_class, event->event.id});
    if (found == titles.end()) {
      if (lines.size() < kMostTitles)
        lines.push_back(time_text(event->event.time) + "  " + escaped(event->event.event_class, 100));
      else
        ++more;
      continue;
    }
    for (const Alert* alert : found->second) {
      if (lines.size() < kMostTitles)
        lines.push_back(time_text(event->event.time) + "  " + escaped(alert->title, 200));
      else
        ++more;
    }
  }
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  if (more != 0) text += fmt::format("\nand {} more", with_commas(more));
  return text;
}

std::string dot_svg(const Dot& dot, double y, const Titles& titles) {
  Severity worst = Severity::kInfo;
  bool fired = false;
  for (const IncidentEvent* event : dot.events) {
    // What only came before says nothing of how bad it is.
    if (event->fired) worst = std::max(worst, event->severity);
    fired = fired || event->fired;
  }
  const std::size_t count = dot.events.size();
  std::string svg = fmt::format(
      "<g class=\"{}\"><title>{}</title><circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"/>",
      severity_class(worst), tooltip(dot, titles), fired ? "fired" : "before", dot.x(), y, count > 1 ? 9 : 6);
  if (count > 1) {
    svg += fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>",
                       fired ? "count" : "axis", dot.x(), y + 4, count > 99 ? "99+" : std::to_string(count));
  }
  return svg + "</g>";
}

std::string axis_svg(const TimeScale& scale, double bottom) {
  std::string svg;
  const auto& segments = scale.segments();
  const auto label = [&](double x, std::string_view anchor, std::int64_t time) {
    const std::string text = time_text(time);  // 2026-03-02 08:15:00 UTC
    svg += fmt::format("<text class=\"axis\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x,
                       bottom + 15, anchor, text.substr(0, 10));
    svg += fmt::format("<text class=\"axis\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x,
                       bottom + 29, anchor, text.substr(11, 8));
  };
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    svg += fmt::format("<line class=\"rule\" x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>",
                       segment.left, segment.left + segment.width, bottom);
    const double begin = scale.x(scale.time_of(segment.from)), end = scale.x(scale.time_of(segment.to));
    if (end - begin > 150) {
      label(begin, "start", scale.time_of(segment.from));
      label(end, "end", scale.time_of(segment.to));
    } else {
      label(segment.left + segment.width / 2, "middle", scale.time_of(segment.from));
    }
    if (i + 1 == segments.size()) continue;
    const double middle = segment.left + segment.width + kGapWidth / 2;
    svg += fmt::format("<line class=\"break\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\"/>",
                       middle, kTop, bottom - 4);
    svg += fmt::format("<text class=\"gap\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>",
                       middle, bottom + 2, pause_text(segments[i + 1].from - segment.to));
  }
  return svg;
}

}  // namespace

std::string timeline_svg(const Incident& incident, const AlertsById& alerts) {
  std::vector<const IncidentEvent*> events;
  for (const IncidentEvent& event : incident.events) {
    if (event.event.time >= incident.first || incident.first - event.event.time <= kBefore)
      events.push_back(&event);
  }
  if (events.empty()) return {};
  std::array<std::vector<const IncidentEvent*>, 6> lanes;
  for (const IncidentEvent* event : events) lanes[static_cast<std::size_t>(event->stage)].push_back(event);
  const auto used = static_cast<double>(
      std::count_if(lanes.begin(), lanes.end(), [](const auto& lane) { return !lane.empty(); }));
  const TimeScale scale(events);
  const Titles titles = titles_of(incident, alerts);
  const double bottom = kTop + used * kLaneHeight + 6;

  std::string backs, dots;
  std::map<std::int64_t, std::pair<double, double>> way;  ///< by time: where the intruder is seen
  double y = kTop;
  for (std::size_t stage = 0; stage < lanes.size(); ++stage) {
    if (lanes[stage].empty()) continue;
    const double middle = y + kLaneHeight / 2;
    backs += fmt::format(
        "<rect class=\"lane\" x=\"{:.0f}\" y=\"{:.1f}\" width=\"{:.0f}\" height=\"{:.1f}\" rx=\"4\"/>"
        "<text x=\"0\" y=\"{:.1f}\">{}</text>",
        kLeft, y + 2, kRight - kLeft, kLaneHeight - 4, middle + 4, spoken(static_cast<Stage>(stage)));
    std::vector<Dot> row;
    for (const IncidentEvent* event : lanes[stage]) {
      const double x = scale.x(event->event.time);
      if (row.empty() || x - row.back().last >= kTogether || x - row.back().first >= 2 * kTogether)
        row.push_back({{}, x, x});
      row.back().events.push_back(event);
      row.back().last = x;
    }
    for (const Dot& dot : row) {
      dots += dot_svg(dot, middle, titles);
      const auto fired =
          std::find_if(dot.events.begin(), dot.events.end(), [](const IncidentEvent* e) { return e->fired; });
      if (fired != dot.events.end()) way.try_emplace((*fired)->event.time, dot.x(), middle);
    }
    y += kLaneHeight;
  }
  std::string path;
  if (way.size() > 1 && way.size() <= kMostPlacesOfWay) {
    for (const auto& [time, place] : way)
      path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? "" : " ", place.first, place.second);
    path = "<polyline class=\"way\" points=\"" + path + "\"/>";
  }
  return fmt::format(
             "<div class=\"scroll\"><svg class=\"timeline\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" "
             "aria-label=\"{} from {} to "
             "{}\">",
             kWidth, bottom + kAxisHeight, counted(events.size(), "event"),
             time_text(events.front()->event.time), time_text(events.back()->event.time)) +
         backs + axis_svg(scale, bottom) + path + dots +
         "</svg></div><p class=\"dim\">A full dot is an event on which a rule fired, coloured by the worst "
         "alert; "
         "an empty one "
         "came before and is part of the evidence; a number counts events that lie close together.</p>";
}

}  // namespace shrike::cli
