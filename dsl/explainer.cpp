#include "dsl/explainer.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "runtime/alert_builder.hpp"
#include "runtime/json.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/time_math.hpp"
#include "runtime/time_text.hpp"

namespace shrike {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kMostItems = 50;  ///< of a list
constexpr std::size_t kMostText = 1000;
constexpr std::size_t kMostShown = 10;  ///< kept events

std::string cut_text(std::string_view text) {
  if (text.size() <= kMostText) return std::string(text);
  std::size_t end = kMostText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

/// The value without what would make it long.
Json shown(const Value& value, std::size_t& more) {
  switch (value.kind) {
    case Kind::kString:
      return cut_text(value.as_string());
    case Kind::kList: {
      Json items = Json::array();
      for (const Value& item : value.as_list()) {
        if (items.size() == kMostItems) break;
        std::size_t inner = 0;
        items.push_back(shown(item, inner));
      }
      more = value.size - items.size();
      return items;
    }
    case Kind::kMap: {
      std::string text;
      append_json(text, value);
      if (text.size() <= kMostText) return json_of(value);
      return cut_text(text);
    }
    default:
      return json_of(value);
  }
}

/// What is missing, of values that are made of others the innermost.
void add_missing(const ExplainedPart& part, std::vector<std::string>& missing) {
  if (!part.is_missing) return;
  const std::size_t before = missing.size();
  for (const ExplainedPart& inner : part.parts) add_missing(inner, missing);
  if (missing.size() == before && std::find(missing.begin(), missing.end(), part.text) == missing.end())
    missing.push_back(part.text);
}

void mark_deciding(ExplainedPart& part) {
  part.decides = true;
  if (!part.holds) return;
  const bool holds = *part.holds;
  switch (part.kind) {
    case ExplainKind::kAll:
    case ExplainKind::kAny:
      // Of an `and` that holds all parts decide, else those that do not hold; of an `or` the other way round.
      for (ExplainedPart& inner : part.parts) {
        if (inner.holds == holds) mark_deciding(inner);
      }
      break;
    case ExplainKind::kNot:
    case ExplainKind::kNamed:
      if (!part.parts.empty()) mark_deciding(part.parts[0]);
      break;
    case ExplainKind::kChoice:
      if (part.parts[0].holds == true) {
        mark_deciding(part.parts[1]);
      } else {
        mark_deciding(part.parts.size() > 2 ? part.parts[2] : part.parts[0]);
      }
      break;
    default:
      break;
  }
}

bool decides_to(const ExplainNode& node, Vm& vm, EventState& event) {
  vm.restart_budget();
  return node.unit != kNoIndex && vm.decide(node.unit, event);
}

/// A number, duration or time as a number.
std::optional<double> as_number(const Value& value) {
  switch (value.kind) {
    case Kind::kInt:
    case Kind::kDuration:
    case Kind::kTime:
      return static_cast<double>(value.integer);
    case Kind::kFloat:
      return value.number;
    default:
      return std::nullopt;
  }
}

/// The two sides of a comparison by `<`, …; nothing when they are no numbers.
struct Sides {
  Value less, more;
};
std::optional<Sides> sides_of(const ExplainNode& node, Vm& vm, EventState& event) {
  if (node.less == kNoIndex || node.more == kNoIndex) return std::nullopt;
  vm.restart_budget();
  const Sides sides{vm.evaluate(node.less, event), vm.evaluate(node.more, event)};
  if (!as_number(sides.less) || !as_number(sides.more)) return std::nullopt;
  return sides;
}

/// By how much what must be less is more.
Json difference(const Sides& sides) {
  if (sides.less.kind == Kind::kFloat || sides.more.kind == Kind::kFloat)
    return *as_number(sides.less) - *as_number(sides.more);
  const std::int64_t by = saturating_subtract(sides.less.integer, sides.more.integer);
  return sides.less.kind == Kind::kInt ? Json(by) : Json(format_duration(by));
}

ExplainedPart evaluate(const ExplainNode& node, Vm& vm, EventState& event) {
  ExplainedPart part;
  part.kind = node.kind;
  part.text = node.text;
  part.all = node.all;
  vm.restart_budget();
  if (node.unit != kNoIndex && node.is_condition()) {
    const bool holds = vm.decide(node.unit, event);
    if (!vm.out_of_steps()) part.holds = holds;
  } else if (node.unit != kNoIndex) {
    const Value value = vm.evaluate(node.unit, event);
    part.is_missing = value.is_missing() && !vm.out_of_steps();
    part.value = shown(value, part.more);
  }
  if (node.elements != kNoIndex) {
    vm.restart_budget();
    part.value = shown(vm.evaluate(node.elements, event), part.more);
  }
  for (const ExplainNode& inner : node.parts) part.parts.push_back(evaluate(inner, vm, event));
  part.is_name = node.is_name;
  if (node.needs_values && part.holds == false) {
    for (const ExplainedPart& inner : part.parts) add_missing(inner, part.missing);
    if (const auto sides = sides_of(node, vm, event)) part.off_by = difference(*sides);
  }
  return part;
}

/// 1, or less where two numbers are compared and not far from each other.
double gap_of(const ExplainNode& node, Vm& vm, EventState& event) {
  const auto sides = sides_of(node, vm, event);
  if (!sides) return 1;
  const double less = *as_number(sides->less), more = *as_number(sides->more);
  const double size = std::max(std::abs(less), std::abs(more));
  return size == 0 ? 0 : std::clamp((less - more) / size, 0.0, 1.0);
}

}  // namespace

ExplainedPart explain(const ExplainNode& node, Vm& vm, EventState& event) {
  ExplainedPart part = evaluate(node, vm, event);
  if (node.is_condition()) mark_deciding(part);
  return part;
}

Distance distance_of(const ExplainNode& node, Vm& vm, EventState& event) {
  if (decides_to(node, vm, event)) return {};
  Distance distance;
  switch (node.kind) {
    case ExplainKind::kAll:
      for (const ExplainNode& part : node.parts) {
        const Distance of_part = distance_of(part, vm, event);
        distance.tests += of_part.tests;
        distance.gap += of_part.gap;
      }
      break;
    case ExplainKind::kAny:
      for (const ExplainNode& part : node.parts) {
        const Distance of_part = distance_of(part, vm, event);
        if (distance.tests == 0 || of_part < distance) distance = of_part;
      }
      break;
    case ExplainKind::kNamed:
      if (!node.parts.empty()) distance = distance_of(node.parts[0], vm, event);
      break;
    default:
      distance = {1, gap_of(node, vm, event)};
  }
  // A part that was stopped may say otherwise than the whole.
  return distance.tests == 0 ? Distance{1, 1} : distance;
}

std::string_view name_of(Fate fate) {
  constexpr std::string_view kNames[] = {"alert", "held_back", "repeated", "dropped", "stopped",
                                         "when",  "steps",     "keyless",  "filter",  "disabled"};
  return kNames[static_cast<std::size_t>(fate)];
}

Explainer::Explainer(Program program, ExplainPlan plan, ExplainOptions options)
    : program_(std::move(program)), plan_(std::move(plan)), options_(std::move(options)) {}

const InputData* Explainer::input_of(std::size_t number) const {
  return rule().state == kNoIndex ? nullptr : &program_.data().states[rule().state].inputs[number];
}

bool Explainer::takes(std::size_t input, const SeenEvent& event) const {
  const auto has = [](const std::vector<std::uint32_t>& all, std::uint32_t one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  const InputData* const data = input_of(input);
  if (data == nullptr) return event.alert_rule == kNoIndex && has(rule().classes, event.event_class);
  return event.alert_rule == kNoIndex ? has(data->classes, event.event_class)
                                      : has(data->alerts, event.alert_rule);
}

Explanation Explainer::begin(const SeenEvent& event, std::size_t input) const {
  Explanation explanation;
  explanation.event = event.told;
  explanation.classes = plan_.inputs[input].classes;
  explanation.step_name = plan_.inputs[input].step;
  explanation.is_in_any_order =
      rule().state != kNoIndex && program_.data().states[rule().state].kind == StateKind::kTogether;
  explanation.tenant = event.vm.tenant(event.event).as_string();
  if (plan_.inputs[input].filter)
    explanation.filter = explain(*plan_.inputs[input].filter, event.vm, event.event);
  return explanation;
}

void Explainer::came(const SeenEvent& event) {
  const ProgramData& data = program_.data();
  newest_ = std::max(newest_, event.told.time);
  if (event.alert_rule == kNoIndex) {
    ++counts_.by_class[data.classes[event.event_class].name];
  } else {
    ++counts_.by_class["alert " + data.rules[event.alert_rule].name];
  }
  std::size_t closest = plan_.inputs.size();
  Distance least;
  for (std::size_t i = 0; i < plan_.inputs.size() && !(closest < i && least.tests == 0); ++i) {
    if (!takes(i, event)) continue;
    const auto& filter = plan_.inputs[i].filter;
    const Distance distance = filter ? distance_of(*filter, event.vm, event.event) : Distance{};
    if (closest == plan_.inputs.size() || distance < least) {
      closest = i;
      least = distance;
    }
  }
  if (closest == plan_.inputs.size()) return;
  ++counts_.came;
  const auto& disabled = data.profiles[event.event.profile].disabled;
  const bool is_disabled = std::binary_search(disabled.begin(), disabled.end(), plan_.rule);
  if (is_disabled) {
    ++counts_.disabled;
  } else if (least.tests == 0) {
    ++counts_.passed;
    note_keyless(event, closest);
    return;
  }
  const Fate fate = is_disabled ? Fate::kDisabled : Fate::kFilter;
  if (!is_wanted(event) || !options_.alert.empty() || !is_worth(fate, least, event.told)) return;
  Explanation explanation = begin(event, closest);
  explanation.fate = fate;
  explanation.distance = least;
  keep(std::move(explanation));
}

/// An event that passed, but has no key.
void Explainer::note_keyless(const SeenEvent& event, std::size_t input) {
  std::vector<ExplainedPart> keys;
  std::size_t failing = 0;
  for (const ExplainNode& key : plan_.inputs[input].keys) {
    keys.push_back(explain(key, event.vm, event.event));
    const Json& value = keys.back().value;
    const auto is_empty = [](const Json& one) { return one.is_null() || one == ""; };
    const bool is_useless =
        value.is_array() ? std::all_of(value.begin(), value.end(), is_empty) : is_empty(value);
    failing += is_useless ? 1 : 0;
  }
  if (failing == 0) return;
  ++counts_.keyless;
  if (!is_wanted(event) || !options_.alert.empty() ||
      !is_worth(Fate::kKeyless, {failing, static_cast<double>(failing)}, event.told))
    return;
  Explanation explanation = begin(event, input);
  explanation.fate = Fate::kKeyless;
  explanation.distance = {failing, static_cast<double>(failing)};
  explanation.keys = std::move(keys);
  keep(std::move(explanation));
}

void Explainer::judged(const SeenEvent& event, const Judgement& judgement) {
  if (judgement.rule != plan_.rule) return;
  ++counts_.judged;
  Fate fate = Fate::kWhen;
  Distance distance;
  if (judgement.stopped) {
    fate = Fate::kStopped;
    ++counts_.stopped;
  } else if (judgement.firing != nullptr) {
    fate = Fate::kRepeated;  // until the ledger says what became of it
    ++counts_.fired;
  } else if (judgement.holds) {
    fate = Fate::kDropped;
    ++counts_.dropped;
  } else if (plan_.when) {
    distance = distance_of(*plan_.when, event.vm, event.event);
  }
  const bool is_asked = options_.alert.empty() || (judgement.firing != nullptr &&
                                                   judgement.firing->alert.id.starts_with(options_.alert));
  if (!is_asked || !is_wanted(event) || !is_worth(fate, distance, event.told)) return;
  std::size_t input = 0;
  while (input + 1 < plan_.inputs.size() && !takes(input, event)) ++input;
  Explanation explanation = begin(event, input);
  explanation.fate = fate;
  explanation.distance = distance;
  if (plan_.when) explanation.when = explain(*plan_.when, event.vm, event.event);
  for (std::size_t i = 0; i < std::min(judgement.key_names.size(), judgement.key_values.size()); ++i) {
    std::size_t more = 0;
    explanation.key.emplace_back(judgement.key_names[i], shown(judgement.key_values[i], more));
  }
  explanation.within = judgement.within;
  explanation.kept = judgement.kept;
  if (!judgement.matched.empty()) {
    explanation.steps = steps_with(judgement.matched);
    for (std::size_t i = 0; i < explanation.steps.size(); ++i) {
      if (!plan_.inputs[i].where) continue;
      judgement.with_step(i, [&](const SeenEvent& of_step) {
        explanation.steps[i].where = explain(*plan_.inputs[i].where, of_step.vm, of_step.event);
      });
    }
    // What led to a match is no near miss.
    std::erase_if(kept_, [&](const Explanation& other) {
      return other.fate == Fate::kSteps && other.key == explanation.key && other.tenant == explanation.tenant;
    });
  }
  if (judgement.show_kept) explanation.shown = judgement.show_kept(kMostShown);
  if (judgement.holds) add_exceptions(explanation, event);
  if (judgement.firing != nullptr) add_firing(explanation, event, *judgement.firing);
  keep(std::move(explanation));
}

std::vector<ExplainedStep> Explainer::steps_with(std::span<const Evidence> matched) const {
  std::vector<ExplainedStep> steps;
  for (std::size_t i = 0; i < plan_.inputs.size(); ++i) {
    ExplainedStep step;
    step.name = plan_.inputs[i].step;
    step.classes = plan_.inputs[i].classes;
    step.absent = input_of(i)->absent;
    for (const Evidence& event : matched) {
      if (event.step == step.name) step.event = event;
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

void Explainer::stepped(const SeenEvent& event, const StepJudgement& judgement) {
  if (judgement.rule != plan_.rule) return;
  ++counts_.steps;
  using Result = StepJudgement::Result;
  // An event that came for the next step says more than that none came.
  const std::size_t left = judgement.steps - std::min(judgement.steps, judgement.matched.size());
  Distance distance{std::max<std::size_t>(1, left), static_cast<double>(left)};
  if (judgement.result == Result::kLate || judgement.result == Result::kStepLate ||
      judgement.result == Result::kBlocked)
    distance.gap -= 0.5;
  if (judgement.result == Result::kWhere) distance.gap -= 0.25;
  if (judgement.result == Result::kCollects && judgement.times != 0)
    distance.gap -= static_cast<double>(judgement.collected) / static_cast<double>(judgement.times);
  if (!options_.alert.empty() || !is_wanted(event) || !is_worth(Fate::kSteps, distance, event.told)) return;
  Explanation explanation = begin(event, judgement.input);
  explanation.fate = Fate::kSteps;
  explanation.distance = distance;
  for (std::size_t i = 0; i < std::min(judgement.key_names.size(), judgement.key_values.size()); ++i) {
    std::size_t more = 0;
    explanation.key.emplace_back(judgement.key_names[i], shown(judgement.key_values[i], more));
  }
  explanation.within = judgement.within;
  explanation.steps = steps_with(judgement.matched);
  explanation.step = judgement.input;
  explanation.result = judgement.result;
  explanation.width = judgement.width;
  explanation.late_by = judgement.late_by;
  explanation.until = judgement.until;
  explanation.collected = judgement.collected;
  explanation.times = judgement.times;
  explanation.blocker = judgement.blocker;
  ExplainedStep& step = explanation.steps[judgement.input];
  step.event = event.told;
  step.fails = judgement.result != Result::kMatches && judgement.result != Result::kCollects;
  if (plan_.inputs[judgement.input].where)
    step.where = explain(*plan_.inputs[judgement.input].where, event.vm, event.event);
  // One for each key: the closest.
  const auto known = std::find_if(kept_.begin(), kept_.end(), [&](const Explanation& other) {
    return other.fate == Fate::kSteps && other.key == explanation.key && other.tenant == explanation.tenant;
  });
  if (known != kept_.end()) {
    if (known->distance < explanation.distance) return;
    kept_.erase(known);
  }
  keep(std::move(explanation));
}

void Explainer::add_firing(Explanation& explanation, const SeenEvent& event, const Firing& firing) {
  explanation.alert = firing.alert.id;
  explanation.message = cut_text(firing.alert.message);
  explanation.severity = firing.alert.severity;
  explanation.score = firing.alert.score;
  for (const ExplainNode& amount : plan_.score)
    explanation.amounts.push_back(explain(amount, event.vm, event.event));
}

void Explainer::add_exceptions(Explanation& explanation, const SeenEvent& event) {
  for (const ExplainException& planned : plan_.exceptions) {
    const ExceptionData& data = program_.data().exceptions[planned.exception];
    if (!data.tenant.empty() && !equal_caseless(data.tenant, explanation.tenant)) continue;
    ExplainedException exception;
    exception.title = data.title;
    if (planned.where) exception.where = explain(*planned.where, event.vm, event.event);
    exception.covers = !exception.where || exception.where->holds == true;
    exception.is_expired = explanation.event.time >= data.until;
    exception.drops = data.drop;
    explanation.exceptions.push_back(std::move(exception));
  }
}

void Explainer::stands(const Firing& firing) {
  if (firing.alert.rule != rule().name) return;
  ++counts_.alerts;
  for (Explanation& explanation : kept_) {
    if (explanation.alert == firing.alert.id) explanation.fate = Fate::kAlert;
  }
}

void Explainer::held_back(const Firing& firing, std::int64_t since, int score) {
  if (firing.alert.rule != rule().name) return;
  ++counts_.held_back;
  for (Explanation& explanation : kept_) {
    if (explanation.alert != firing.alert.id) continue;
    explanation.fate = Fate::kHeldBack;
    explanation.quiet = firing.quiet;
    explanation.quiet_since = since;
    explanation.quiet_score = score;
  }
}

bool Explainer::is_better(const Explanation& a, const Explanation& b) const {
  return std::tie(a.fate, a.distance, a.event.time, a.event.id) <
         std::tie(b.fate, b.distance, b.event.time, b.event.id);
}

bool Explainer::is_worth(Fate fate, const Distance& distance, const Evidence& event) const {
  if (options_.most == 0) return false;
  if (kept_.size() < options_.most) return true;
  const Explanation& last = kept_.back();
  return std::tie(fate, distance, event.time, event.id) <
         std::tie(last.fate, last.distance, last.event.time, last.event.id);
}

void Explainer::keep(Explanation explanation) {
  // An event that is told more than once is explained once.
  const auto known = std::find_if(kept_.begin(), kept_.end(), [&](const Explanation& other) {
    return other.fate == explanation.fate && other.event.id == explanation.event.id &&
           other.event.event_class == explanation.event.event_class &&
           other.event.time == explanation.event.time && other.key == explanation.key;
  });
  if (known != kept_.end()) return;
  const auto place =
      std::upper_bound(kept_.begin(), kept_.end(), explanation,
                       [this](const Explanation& a, const Explanation& b) { return is_better(a, b); });
  kept_.insert(place, std::move(explanation));
  if (kept_.size() > options_.most) kept_.pop_back();
}

std::vector<Explanation> Explainer::best() const {
  std::vector<Explanation> best = kept_;
  std::sort(best.begin(), best.end(),
            [this](const Explanation& a, const Explanation& b) { return is_better(a, b); });
  return best;
}

// ---- in short

namespace {

std::string text_of(const Json& value) {
  std::string text = value.is_string() ? value.get<std::string>()
                                       : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  constexpr std::size_t kMostBrief = 100;
  if (text.size() <= kMostBrief) return text;
  return std::string(cut_text(std::string_view(text).substr(0, kMostBrief))) + "…";
}

void add_values(const ExplainedPart& part, std::string& line) {
  for (const ExplainedPart& inner : part.parts) {
    if (inner.kind != ExplainKind::kValue) continue;
    line += line.empty() ? "" : ", ";
    line += inner.text + " = " + (inner.is_missing ? std::string("missing") : text_of(inner.value));
  }
}

void add_tests(const ExplainedPart& part, std::vector<std::string>& lines) {
  if (!part.decides || !part.holds) return;
  const bool is_test =
      part.parts.empty() || part.kind == ExplainKind::kTest || part.kind == ExplainKind::kEach;
  if (!is_test) {
    for (const ExplainedPart& inner : part.parts) add_tests(inner, lines);
    return;
  }
  std::string line, values;
  line += *part.holds ? "holds: " : "fails: ";
  line += part.text;
  add_values(part, values);
  if (!values.empty()) line += "  (" + values + ")";
  lines.push_back(std::move(line));
}

}  // namespace

std::vector<std::string> brief(const Explanation& explanation) {
  std::vector<std::string> lines;
  // What let an event pass is of interest only where nothing more was asked.
  const bool has_more = explanation.when || !explanation.steps.empty() || !explanation.keys.empty();
  if (explanation.filter && !has_more) add_tests(*explanation.filter, lines);
  for (const ExplainedPart& key : explanation.keys)
    lines.push_back("key: " + key.text + " = " +
                    (key.is_missing ? std::string("missing") : text_of(key.value)));
  if (explanation.when) add_tests(*explanation.when, lines);
  for (const ExplainedStep& step : explanation.steps) {
    if (step.where) add_tests(*step.where, lines);
  }
  for (const ExplainedException& exception : explanation.exceptions) {
    if (exception.covers && !exception.is_expired) lines.push_back("exception: " + exception.title);
  }
  for (const ExplainedPart& amount : explanation.amounts)
    lines.push_back("score: " + amount.text + " gives " +
                    (amount.is_missing ? std::string("nothing") : text_of(amount.value)));
  return lines;
}

// ---- as JSON

namespace {

std::string_view name_of(ExplainKind kind) {
  constexpr std::string_view kNames[] = {"and", "or", "not", "named", "if", "test", "each", "value"};
  return kNames[static_cast<std::size_t>(kind)];
}

Json to_json(const ExplainedPart& part) {
  Json json = {{"kind", name_of(part.kind)}, {"text", part.text}};
  if (part.kind == ExplainKind::kValue) {
    json["value"] = part.value;
    if (part.is_missing) json["missing"] = true;
  } else {
    json["holds"] = part.holds ? Json(*part.holds) : Json();
    json["decides"] = part.decides;
    if (!part.missing.empty()) json["missing"] = part.missing;
    if (!part.off_by.is_null()) json["off_by"] = part.off_by;
    if (part.kind == ExplainKind::kEach) json[part.all ? "not_met_by" : "met_by"] = part.value;
  }
  if (part.more != 0) json["left_out"] = part.more;
  if (!part.parts.empty()) {
    json["parts"] = Json::array();
    for (const ExplainedPart& inner : part.parts) json["parts"].push_back(to_json(inner));
  }
  return json;
}

std::string_view name_of(StepJudgement::Result result) {
  constexpr std::string_view kNames[] = {"matches",   "collects", "where", "late",
                                         "step_late", "blocked",  "unmet"};
  return kNames[static_cast<std::size_t>(result)];
}

Json to_json(const Evidence& event) {
  Json json = {{"id", event.id}, {"time", format_time(event.time)}, {"class", event.event_class}};
  if (!event.at.empty()) json["at"] = event.at;
  return json;
}

}  // namespace

Json to_json(const Explanation& explanation) {
  Json json = {{"fate", name_of(explanation.fate)},
               {"failing", explanation.distance.tests},
               {"event", to_json(explanation.event)},
               {"tenant", explanation.tenant}};
  json["key"] = Json::object();
  for (const auto& [name, value] : explanation.key) json["key"][name] = value;
  if (!explanation.step_name.empty()) json["step"] = explanation.step_name;
  if (explanation.filter) json["on"] = to_json(*explanation.filter);
  for (const ExplainedPart& key : explanation.keys) json["keys"].push_back(to_json(key));
  if (explanation.when) json["when"] = to_json(*explanation.when);
  if (explanation.kept != 0) {
    json["within"] = format_duration(explanation.within);
    json["kept"] = explanation.kept;
    json["newest_kept"] = Json::array();
    for (const Evidence& event : explanation.shown) json["newest_kept"].push_back(to_json(event));
  }
  for (const ExplainedStep& step : explanation.steps) {
    Json one = {{"name", step.name}, {"absent", step.absent}, {"fails", step.fails}};
    if (step.event) one["event"] = to_json(*step.event);
    if (step.where) one["where"] = to_json(*step.where);
    json["steps"].push_back(std::move(one));
  }
  if (explanation.fate == Fate::kSteps) {
    using Result = StepJudgement::Result;
    Json& result = json["result"];
    result = {{"step", explanation.steps[explanation.step].name}, {"what", name_of(explanation.result)}};
    if (explanation.result == Result::kMatches) result["until"] = format_time(explanation.until);
    if (explanation.result == Result::kLate || explanation.result == Result::kStepLate) {
      result["within"] = format_duration(explanation.width);
      result["late_by"] = format_duration(explanation.late_by);
    }
    if (explanation.result == Result::kCollects) {
      result["collected"] = explanation.collected;
      result["times"] = explanation.times;
    }
    if (explanation.blocker) result["blocker"] = to_json(*explanation.blocker);
  }
  for (const ExplainedException& exception : explanation.exceptions) {
    Json one = {{"title", exception.title},
                {"covers", exception.covers},
                {"drops", exception.drops},
                {"expired", exception.is_expired}};
    if (exception.where) one["where"] = to_json(*exception.where);
    json["exceptions"].push_back(std::move(one));
  }
  if (!explanation.alert.empty()) {
    json["alert"] = explanation.alert;
    json["severity"] = name_of(explanation.severity);
    json["score"] = explanation.score;
    json["message"] = explanation.message;
    for (const ExplainedPart& amount : explanation.amounts) json["amounts"].push_back(to_json(amount));
  }
  if (explanation.fate == Fate::kHeldBack) {
    json["quiet"] = {{"since", format_time(explanation.quiet_since)},
                     {"until", format_time(saturating_add(explanation.quiet_since, explanation.quiet))},
                     {"score", explanation.quiet_score}};
  }
  return json;
}

}  // namespace shrike
