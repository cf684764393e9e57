#include "runtime/alert_builder.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/digest.hpp"
#include "runtime/json.hpp"
#include "runtime/response_actions.hpp"
#include "runtime/sealed_program.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/time_text.hpp"

namespace shrike {

using Json = nlohmann::ordered_json;

std::string spoken(const Value& value) {
  switch (value.kind) {
    case Kind::kMissing:
      return "?";
    case Kind::kString:
      return std::string(value.as_string());
    case Kind::kList: {
      std::string text;
      for (const Value& item : value.as_list()) {
        if (!text.empty()) text += ", ";
        text += spoken(item);
      }
      return text;
    }
    case Kind::kDuration:
      return format_span(value.integer);
    default:
      break;
  }
  std::string text;
  append_json(text, value);
  // Times and addresses are strings in JSON; a sentence needs no quotes.
  if (text.size() >= 2 && text.front() == '"') return text.substr(1, text.size() - 2);
  return text;
}

Json json_of(const Value& value) {
  std::string text;
  append_json(text, value);
  return Json::parse(text, nullptr, false);
}

AlertBuilder::AlertBuilder(const Program& program, Vm& vm, EventState& event, std::uint32_t rule,
                           std::span<const std::string> also_show)
    : program_(program),
      also_show_(also_show),
      rule_index_(rule),
      rule_(program.data().rules[rule]),
      vm_(vm),
      event_(event) {}

bool AlertBuilder::passes_exceptions(std::int64_t time, std::map<std::string, std::uint64_t>& met_expired) {
  const ProgramData& data = program_.data();
  for (const std::uint32_t number : program_.sealed().exceptions_of[rule_index_]) {
    const ExceptionEffect effect = apply(data.exceptions[number], time);
    if (effect == ExceptionEffect::kExpired) ++met_expired[data.exceptions[number].title];
    if (effect == ExceptionEffect::kDropped) return false;
  }
  return true;
}

ExceptionEffect AlertBuilder::apply(const ExceptionData& exception, std::int64_t time) {
  if (!exception.tenant.empty() && !equal_caseless(exception.tenant, vm_.tenant(event_).as_string()))
    return ExceptionEffect::kNone;
  if (exception.where != kNoIndex && !vm_.decide(exception.where, event_)) return ExceptionEffect::kNone;
  if (time >= exception.until) return ExceptionEffect::kExpired;
  if (exception.drop) return ExceptionEffect::kDropped;
  if (exception.score != kNoIndex) {
    const Value amount = vm_.evaluate(exception.score, event_);
    if (amount.kind == Kind::kInt) adjustment_ += static_cast<double>(amount.integer);
    if (amount.kind == Kind::kFloat) adjustment_ += amount.number;
  }
  return ExceptionEffect::kLowered;
}

int AlertBuilder::score() {
  double sum = kScoreOf[static_cast<std::size_t>(rule_.severity)];
  if (rule_.score != kNoIndex) {
    const Value given = vm_.evaluate(rule_.score, event_);
    if (given.kind == Kind::kInt) sum = static_cast<double>(given.integer);
    if (given.kind == Kind::kFloat) sum = given.number;
  }
  return static_cast<int>(std::lround(std::clamp(sum + adjustment_, 0.0, 100.0)));
}

void AlertBuilder::add_message(Alert& alert) {
  if (rule_.say_values == kNoIndex) {
    alert.message = rule_.title;
    return;
  }
  const Value values = vm_.evaluate(rule_.say_values, event_);
  for (std::size_t i = 0; i < rule_.say.size(); ++i) {
    alert.message += rule_.say[i];
    if (values.kind == Kind::kList && i < values.size) alert.message += spoken(values.as_list()[i]);
  }
}

void AlertBuilder::add_show(Alert& alert) {
  add_rule_show(alert);
  const ProgramData& data = program_.data();
  for (const std::string& name : also_show_) {
    if (alert.show.contains(name)) continue;
    for (const std::uint32_t slot : data.classes[data.sources[event_.source].event_class].slots) {
      if (data.slots[slot].name == name) alert.show[name] = json_of(vm_.slot(slot, event_));
    }
  }
}

void AlertBuilder::add_rule_show(Alert& alert) {
  if (rule_.show_values == kNoIndex) return;
  const Value values = vm_.evaluate(rule_.show_values, event_);
  if (values.kind != Kind::kList) return;
  for (std::size_t i = 0; i < std::min<std::size_t>(values.size, rule_.show.size()); ++i) {
    alert.show[rule_.show[i].name] = json_of(values.as_list()[i]);
  }
}

void AlertBuilder::add_responses(Alert& alert) {
  for (const RespondData& respond : rule_.respond) {
    const Value arguments = vm_.evaluate(respond.unit, event_);
    if (arguments.kind != Kind::kList) continue;
    const auto values = arguments.as_list();
    // An action on nobody is no recommendation.
    if (std::any_of(values.begin(), values.end(), [](const Value& v) { return v.is_missing(); })) continue;
    Response response;
    response.action = respond.action;
    for (const Value& value : values) response.arguments.push_back(spoken(value));
    response.request = request_of(respond.action, response.arguments);
    alert.respond.push_back(std::move(response));
  }
}

void AlertBuilder::add_blind(Alert& alert) {
  const ProgramData& data = program_.data();
  const std::vector<std::uint32_t>& known = data.classes[data.sources[event_.source].event_class].slots;
  for (std::uint32_t slot : rule_.slots) {
    // A rule over several classes does not miss what this one never has.
    if (!std::binary_search(known.begin(), known.end(), slot)) continue;
    if (vm_.slot(slot, event_).is_missing()) alert.blind.push_back(data.slots[slot].name);
  }
  std::sort(alert.blind.begin(), alert.blind.end());
}

void AlertBuilder::add_quiet(Firing& firing) {
  firing.quiet = rule_.quiet;
  if (rule_.quiet_param != kNoIndex) {
    const Value given =
        program_.sealed().constants[program_.data().profiles[event_.profile].params[rule_.quiet_param]];
    if (given.kind == Kind::kDuration) firing.quiet = given.integer;
  }
  if (firing.quiet <= 0 || rule_.quiet_keys == kNoIndex) return;
  const Value keys = vm_.evaluate(rule_.quiet_keys, event_);
  if (keys.kind != Kind::kList) return;
  std::string key = firing.alert.rule + '\n' + firing.alert.tenant;
  for (const Value& part : keys.as_list()) {
    // A key with a missing part silences nothing.
    if (part.is_missing() || (part.kind == Kind::kString && part.size == 0)) return;
    std::string text;
    append_json(text, part);
    Arena scratch;
    key += '\n';
    key += fold_case(text, scratch);
  }
  firing.quiet_key = std::move(key);
}

Firing AlertBuilder::build(AlertSubject subject) {
  Firing firing;
  Alert& alert = firing.alert;
  alert.rule = rule_.name;
  alert.title = rule_.title;
  alert.score = score();
  alert.severity = std::min(rule_.severity, severity_of_score(alert.score));
  alert.time = subject.time;
  alert.tenant = vm_.tenant(event_).as_string();
  alert.attack = rule_.attack;
  alert.ruleset = program_.hash();
  add_message(alert);
  add_show(alert);
  add_responses(alert);
  add_blind(alert);

  firing.event_class = std::move(subject.event_class);
  firing.event_id = std::move(subject.event_id);
  for (std::size_t i = 0; i < std::min(subject.key_names.size(), subject.key_values.size()); ++i)
    alert.key[subject.key_names[i]] = json_of(subject.key_values[i]);
  alert.evidence = std::move(subject.evidence);
  Digest id;
  id.add(alert.rule)
      .add(alert.tenant)
      .add(firing.event_class)
      .add(firing.event_id)
      .add(std::to_string(alert.time));
  if (!subject.key_identity.empty()) id.add(subject.key_identity);
  alert.id = id.hex();
  add_quiet(firing);
  return firing;
}

}  // namespace shrike
