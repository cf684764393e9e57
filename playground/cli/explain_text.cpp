#include "playground/cli/explain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "playground/cli/alert_text.hpp"
#include "playground/cli/safe_text.hpp"
#include "playground/cli/text_layout.hpp"
#include "runtime/time_math.hpp"
#include "runtime/time_text.hpp"

namespace shrike::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kMostValueBytes = 300;
constexpr std::size_t kMostItems = 6;
constexpr std::size_t kDeepest = 16;  ///< deeper parts are not indented any more
constexpr std::size_t kMostKept = 5;
constexpr std::size_t kWidestClasses = 60;

std::string short_value(const Json& value, std::size_t more) {
  if (!value.is_array() || value.size() + more <= kMostItems) return cut(value_text(value), kMostValueBytes);
  Json first = Json::array();
  for (std::size_t i = 0; i < kMostItems; ++i) first.push_back(value[i]);
  return cut(value_text(first), kMostValueBytes) +
         fmt::format(", … and {} more", value.size() + more - kMostItems);
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

/// Lines of text under each other, wrapped.
class Page {
 public:
  Page(const Style& style, unsigned columns) : style_(style), columns_(columns) {}

  void line(std::size_t indent, std::string_view text) { marked(indent, "", text); }
  void line(std::size_t indent, Paint paint, std::string_view text) { marked(indent, "", text, paint); }
  void blank() { out_ += '\n'; }
  /// A mark in front of the first line; further lines stand under its text.
  void marked(std::size_t indent, std::string_view mark, std::string_view text,
              std::optional<Paint> paint = std::nullopt) {
    const std::size_t begin = std::min(indent, 2 * kDeepest);
    const std::size_t hanging = begin + (mark.empty() ? 0 : width_of(mark) + 1);
    const auto painted = [&](std::string_view part) {
      return paint ? style_(*paint, part) : std::string(part);
    };
    bool is_first = true;
    for (const std::string& part : wrap(text, columns_ - hanging)) {
      out_.append(is_first ? begin : hanging, ' ');
      if (is_first && !mark.empty()) out_ += painted(mark) + ' ';
      out_ += painted(part) + '\n';
      is_first = false;
    }
  }

  enum class Depth : std::uint8_t { kAll, kOneLevel };
  void condition(const ExplainedPart& part, std::size_t indent, Depth depth = Depth::kAll);
  void value(const ExplainedPart& part, std::size_t indent);
  std::string take() { return std::move(out_); }

 private:
  void parts(const ExplainedPart& part, std::size_t indent) {
    for (const ExplainedPart& inner : part.parts) {
      if (inner.kind == ExplainKind::kValue) {
        value(inner, indent);
      } else {
        condition(inner, indent);
      }
    }
  }

  const Style& style_;
  const unsigned columns_;
  std::string out_;
};

void Page::value(const ExplainedPart& part, std::size_t indent) {
  const std::string value = part.is_missing ? "missing" : short_value(part.value, part.more);
  line(indent, part.is_missing ? Paint::kWarning : Paint::kDim, safe_text(part.text) + " = " + value);
  if (!part.is_name || part.parts.size() != 1 || part.parts[0].kind != ExplainKind::kValue) {
    parts(part, indent + 2);
    return;
  }
  // What the name stands for has the same value.
  line(indent + 2, Paint::kDim, "which is " + safe_text(part.parts[0].text));
  parts(part.parts[0], indent + 4);
}

void Page::condition(const ExplainedPart& part, std::size_t indent, Depth depth) {
  if (depth == Depth::kOneLevel && part.kind == ExplainKind::kAll) {
    for (ExplainedPart inner : part.parts) {
      inner.decides = false;
      condition(inner, indent);
    }
    return;
  }
  const std::string_view mark = !part.holds ? "?" : *part.holds ? "✓" : "✗";
  std::string text = safe_text(part.text);
  // Of a junction the parts say it all, where they are shown.
  if (part.decides && part.kind == ExplainKind::kAll) text = "all of";
  if (part.decides && part.kind == ExplainKind::kAny) text = "any of";
  if (part.decides && part.kind == ExplainKind::kNot) text = "not";
  if (part.off_by.is_string()) text += "  (off by " + value_text(part.off_by) + ")";
  if (part.off_by.is_number())
    text += part.off_by == 0 ? "  (equal)" : "  (off by " + value_text(part.off_by) + ")";
  if (!part.missing.empty()) text += "  (missing: " + safe_text(joined(part.missing)) + ")";
  if (!part.holds) text += "  (not decided: it needs more than is allowed)";
  std::optional<Paint> paint = Paint::kDim;
  if (part.decides && part.holds) paint = *part.holds ? Paint::kGood : Paint::kBad;
  marked(indent, mark, text, paint);
  if (!part.decides) return;  // it made no difference
  parts(part, indent + (part.kind == ExplainKind::kTest || part.kind == ExplainKind::kEach ? 4 : 2));
  const bool names_elements = part.kind == ExplainKind::kEach && part.holds != part.all;
  if (names_elements && part.value.is_array() && !part.value.empty())
    line(indent + 4, Paint::kDim,
         fmt::format("{} {}", part.all ? "not met by" : "met by", short_value(part.value, part.more)));
}

/// The first step behind the one that matched last and has no event yet; null when there is none.
const ExplainedStep* next_step(const Explanation& explanation) {
  for (const ExplainedStep& step : explanation.steps) {
    if (!step.absent && !step.event) return &step;
  }
  return nullptr;
}

std::string steps_text(const Explanation& explanation, std::int64_t newest) {
  using Result = StepJudgement::Result;
  const std::string name = "`" + safe_text(explanation.steps[explanation.step].name) + "`";
  switch (explanation.result) {
    case Result::kMatches: {
      const ExplainedStep* const next = next_step(explanation);
      std::string text = next != nullptr ? fmt::format("no event came for `{}`", safe_text(next->name))
                                         : std::string("all steps matched, but its time is not over");
      text += next != nullptr ? fmt::format(" before {}", time_text(explanation.until))
                              : fmt::format(": it fires at {}", time_text(explanation.until));
      if (newest < explanation.until) text += fmt::format("; the input ends at {}", time_text(newest));
      return text;
    }
    case Result::kCollects:
      return fmt::format("{} of {} events for {}", with_commas(explanation.collected),
                         with_commas(explanation.times), name);
    case Result::kWhere:
      return fmt::format("an event came for {}, but its condition does not hold", name);
    case Result::kLate:
      return fmt::format("{} came {} after the {} had passed", name, format_span(explanation.late_by),
                         format_duration(explanation.width));
    case Result::kStepLate:
      return fmt::format("{} came {} after the {} of the step had passed", name,
                         format_span(explanation.late_by), format_duration(explanation.width));
    case Result::kBlocked: {
      std::string text = fmt::format("`not {}` was met", safe_text(explanation.blocker->step));
      return text + fmt::format(" by {} at {}", safe_text(explanation.blocker->id, 100),
                                time_text(explanation.blocker->time));
    }
    case Result::kUnmet:
      return fmt::format("an event came for {}, but stands for another step", name);
  }
  return {};
}

void add_steps(Page& page, const Explanation& explanation) {
  if (explanation.steps.empty()) return;
  for (const auto& [name, value] : explanation.key)
    page.line(3, fmt::format("key: {} {}", safe_text(name), short_value(value, 0)));
  page.line(3, fmt::format("steps within {}", format_duration(explanation.within)));
  std::int64_t before = INT64_MIN;
  bool is_reached = true;
  for (std::size_t i = 0; i < explanation.steps.size(); ++i) {
    const ExplainedStep& step = explanation.steps[i];
    std::string text = (step.absent ? "not " : "") + safe_text(step.name);
    if (step.event) {
      text += fmt::format(": {}  {}  {}", time_text(step.event->time), safe_text(step.event->event_class),
                          safe_text(step.event->id, 100));
      if (before != INT64_MIN && step.event->time >= before)
        text += fmt::format(", {} later", format_span(step.event->time - before));
      if (!step.absent) before = step.event->time;
    } else {
      text += step.absent ? ": none" : ": none of " + cut(safe_text(step.classes), kWidestClasses);
    }
    const bool is_good = step.event ? !step.fails && !step.absent : step.absent;
    // A `not` is decided by the step behind it.
    const bool is_open =
        step.absent && !step.event && i + 1 < explanation.steps.size() && !explanation.steps[i + 1].event;
    if (!is_reached || is_open) {
      page.marked(5, "-", text, Paint::kDim);
    } else {
      page.marked(5, is_good ? "✓" : "✗", text, is_good ? Paint::kGood : Paint::kBad);
    }
    const bool goes_on = step.absent ? !step.event : step.event && !step.fails;
    is_reached = is_reached && (goes_on || explanation.is_in_any_order);
    if (step.event && !step.event->at.empty()) page.line(7, Paint::kDim, safe_text(step.event->at, 300));
    if (step.where) page.condition(*step.where, 7);
  }
}

std::string fate_text(const Explanation& explanation, std::int64_t newest) {
  switch (explanation.fate) {
    case Fate::kAlert:
      return fmt::format("alert, {} {}: {}", name_of(explanation.severity), explanation.score,
                         safe_text(explanation.message, kMostValueBytes));
    case Fate::kHeldBack:
      return fmt::format(
          "fired with score {}, held back by `quiet`: an alert of the same key at {} with score {} keeps "
          "quiet "
          "for {}, until {}",
          explanation.score, time_text(explanation.quiet_since), explanation.quiet_score,
          format_duration(explanation.quiet),
          time_text(saturating_add(explanation.quiet_since, explanation.quiet)));
    case Fate::kRepeated:
      return "fired, but the same alert was given before";
    case Fate::kDropped: {
      for (const ExplainedException& exception : explanation.exceptions) {
        if (exception.covers && exception.drops && !exception.is_expired)
          return fmt::format("fired, dropped by the exception \"{}\"", safe_text(exception.title));
      }
      return "fired, dropped by an exception";
    }
    case Fate::kStopped:
      return "not decided: judging it needs more steps than allowed";
    case Fate::kWhen:
      return fmt::format("passes `on`, but `when` does not hold; {} would have to come out otherwise",
                         counted(explanation.distance.tests, "test"));
    case Fate::kSteps:
      return steps_text(explanation, newest);
    case Fate::kKeyless: {
      std::vector<std::string> missing;
      for (const ExplainedPart& key : explanation.keys) {
        if (key.is_missing || key.value == "" || (key.value.is_array() && key.value.empty()))
          missing.push_back(safe_text(key.text));
      }
      return fmt::format("passes `on`, but has no key, so the rule cannot remember it: {} missing",
                         joined(missing) + (missing.size() == 1 ? " is" : " are"));
    }
    case Fate::kFilter:
      return fmt::format("does not pass `on`; {} would have to come out otherwise",
                         counted(explanation.distance.tests, "test"));
    case Fate::kDisabled:
      return "not looked at: the settings of its tenant disable the rule";
  }
  return {};
}

void add_kept(Page& page, const Explanation& explanation) {
  if (!explanation.steps.empty()) return;
  std::string key;
  for (const auto& [name, value] : explanation.key)
    key += (key.empty() ? "" : ", ") + safe_text(name) + " " + short_value(value, 0);
  if (key.empty()) return;
  page.line(3, fmt::format("key: {}", key));
  page.line(3, fmt::format("kept within {}: {}", format_duration(explanation.within),
                           counted(explanation.kept, "event")));
  const std::size_t shown = std::min(explanation.shown.size(), kMostKept);
  if (explanation.kept > shown)
    page.line(5, Paint::kDim, fmt::format("… {} older", explanation.kept - shown));
  for (std::size_t i = explanation.shown.size() - shown; i < explanation.shown.size(); ++i) {
    const Evidence& event = explanation.shown[i];
    const std::int64_t ago = saturating_subtract(explanation.event.time, event.time);
    const bool is_itself = i + 1 == explanation.shown.size();
    page.line(5, Paint::kDim,
              fmt::format("{}  {}  {}", is_itself ? "this one" : format_span(ago) + " before",
                          safe_text(event.event_class), safe_text(event.id, 100)));
  }
}

void add_exceptions(Page& page, const Explanation& explanation) {
  for (const ExplainedException& exception : explanation.exceptions) {
    const std::string title = safe_text(exception.title, 200);
    if (!exception.covers) {
      page.line(3, Paint::kDim, fmt::format("exception \"{}\" does not cover it", title));
      continue;
    }
    const std::string_view effect = exception.is_expired ? "would cover it, but is past its end"
                                    : exception.drops    ? "covers it and drops the alert"
                                                         : "covers it and changes the score";
    page.line(3, fmt::format("exception \"{}\" {}", title, effect));
    if (exception.where) page.condition(*exception.where, 5);
  }
}

void add_amounts(Page& page, const Explanation& explanation) {
  if (explanation.amounts.empty()) return;
  page.line(3, fmt::format("score {}", explanation.score));
  for (const ExplainedPart& amount : explanation.amounts) {
    const std::string text = safe_text(amount.text);
    const std::string value = amount.is_missing ? "nothing" : short_value(amount.value, 0);
    if (text == value) {
      page.line(5, Paint::kDim, text);
    } else {
      page.line(5, Paint::kDim, fmt::format("{} gives {}", text, value));
    }
  }
}

void add(Page& page, const Explanation& explanation, std::size_t number, std::int64_t newest) {
  page.line(0, Paint::kBold,
            fmt::format("{}. {}  {}  {}", number, time_text(explanation.event.time),
                        safe_text(explanation.event.event_class), safe_text(explanation.event.id, 100)));
  if (!explanation.event.at.empty()) page.line(3, Paint::kDim, safe_text(explanation.event.at, 300));
  if (!explanation.tenant.empty()) page.line(3, Paint::kDim, "tenant " + safe_text(explanation.tenant, 200));
  page.line(3, fate_text(explanation, newest));
  if (!explanation.alert.empty()) page.line(3, Paint::kDim, "alert " + explanation.alert);
  page.blank();
  if (!explanation.steps.empty()) {
    add_steps(page, explanation);
  } else {
    const bool is_step = !explanation.step_name.empty();
    page.line(3, (is_step ? safe_text(explanation.step_name) + ": " : "on ") +
                     cut(safe_text(explanation.classes), kWidestClasses) +
                     (explanation.filter ? " where" : ""));
  }
  // Of a rule that remembers, what let the event pass is of less interest.
  const bool is_brief = explanation.when && explanation.filter && explanation.filter->holds == true;
  if (explanation.filter && explanation.steps.empty())
    page.condition(*explanation.filter, 5, is_brief ? Page::Depth::kOneLevel : Page::Depth::kAll);
  for (const ExplainedPart& key : explanation.keys) {
    page.line(3, "key");
    page.value(key, 5);
  }
  add_kept(page, explanation);
  if (explanation.when) {
    page.line(3, "when");
    page.condition(*explanation.when, 5);
  }
  add_exceptions(page, explanation);
  add_amounts(page, explanation);
  page.blank();
}

std::string classes_of(const ExplainPlan& plan) {
  std::vector<std::string> classes;
  for (const ExplainInput& input : plan.inputs) {
    if (std::find(classes.begin(), classes.end(), input.classes) == classes.end())
      classes.push_back(input.classes);
  }
  return cut(safe_text(joined(classes)), kWidestClasses);
}

std::string counts_text(const Explainer& explainer, const EngineStats& stats) {
  const ExplainCounts& counts = explainer.counts();
  const std::string classes = classes_of(explainer.plan());
  if (counts.came == 0) {
    if (stats.records == 0) return "Nothing was read.";
    std::string text = fmt::format("No event of {} came, so the rule had nothing to look at. ", classes);
    text += counted(stats.records, "record") + " read: ";
    text += counts.by_class.empty() ? std::string("none of a known kind") : listed(counts.by_class);
    if (stats.unclaimed != 0 && !counts.by_class.empty())
      text += fmt::format("; {} of no known kind", with_commas(stats.unclaimed));
    return text + ".";
  }
  std::string text = fmt::format("{} of {} looked at", counted(counts.came, "event"), classes);
  const auto add_count = [&](std::uint64_t count, std::string_view what, bool always = false) {
    if (count != 0 || always) text += fmt::format("; {} {}", with_commas(count), what);
  };
  add_count(counts.disabled, "of tenants that disable the rule");
  add_count(counts.passed, "passed `on`", true);
  add_count(counts.keyless, "had no key");
  if (explainer.plan().when) add_count(counts.judged, "were judged by `when`", true);
  add_count(counts.steps, "came to a step without completing a match");
  add_count(counts.stopped, "could not be decided");
  add_count(counts.dropped, "dropped by an exception");
  add_count(counts.held_back, "held back by `quiet`");
  add_count(counts.alerts, counts.alerts == 1 ? "gave an alert" : "gave alerts", true);
  return text + ".";
}

}  // namespace

std::string explain_text(const Explainer& explainer, const EngineStats& stats, const Style& style,
                         unsigned columns) {
  Page page(style, columns);
  page.line(0, Paint::kBold, safe_text(explainer.rule().name) + ": " + safe_text(explainer.rule().title));
  page.line(0, counts_text(explainer, stats));
  page.blank();
  const std::vector<Explanation> best = explainer.best();
  for (std::size_t i = 0; i < best.size(); ++i) add(page, best[i], i + 1, explainer.newest());
  return page.take();
}

Json explain_json(const Explainer& explainer, const EngineStats& stats) {
  const ExplainCounts& counts = explainer.counts();
  Json json = {{"rule", explainer.rule().name}, {"title", explainer.rule().title}};
  json["counts"] = {
      {"records", stats.records},  {"unclaimed", stats.unclaimed}, {"classes", counts.by_class},
      {"looked_at", counts.came},  {"disabled", counts.disabled},  {"passed", counts.passed},
      {"keyless", counts.keyless}, {"judged", counts.judged},      {"fired", counts.fired},
      {"dropped", counts.dropped}, {"stopped", counts.stopped},    {"held_back", counts.held_back},
      {"alerts", counts.alerts}};
  json["explanations"] = Json::array();
  for (const Explanation& explanation : explainer.best())
    json["explanations"].push_back(to_json(explanation));
  return json;
}

}  // namespace shrike::cli
