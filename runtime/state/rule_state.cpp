#include "runtime/state/rule_state.hpp"

#include <algorithm>

#include "runtime/digest.hpp"
#include "runtime/firing_bytes.hpp"
#include "runtime/judgement.hpp"
#include "runtime/sealed_program.hpp"
#include "runtime/state/event_rule.hpp"
#include "runtime/state/sequence_rule.hpp"
#include "runtime/state/window_rule.hpp"

namespace shrike {

void RowJudge::open(EventState& event, const EventRow& row, std::string_view tenant, std::uint32_t profile) {
  RowFields& fields = &event == &event_ ? fields_ : other_fields_;
  fields.open(row, &row == fresh_ ? fresh_values_ : std::span<const Value>());
  event.kept = &fields;
  event.source = source_of_[row.event_class];
  event.profile = profile;
  event.tenant = Value::of_string(tenant);
  event.record = nullptr;
  event.state = nullptr;
  event.judged = nullptr;
  event.begin(static_cast<std::uint32_t>(data().slots.size()));
}

std::uint64_t RowJudge::inputs_taking(const StateData& state, const EventRow& row, std::string_view tenant,
                                      std::uint32_t profile) {
  begin();
  open(event_, row, tenant, profile);
  std::uint64_t inputs = 0;
  for (std::size_t i = 0; i < std::min(state.inputs.size(), kMaxInputs); ++i) {
    const InputData& input = state.inputs[i];
    const std::vector<std::uint32_t>& wanted = row.alert_rule == kNoIndex ? input.classes : input.alerts;
    const std::uint32_t own = row.alert_rule == kNoIndex ? row.event_class : row.alert_rule;
    const bool fits = std::find(wanted.begin(), wanted.end(), own) != wanted.end();
    if (fits && (input.filter == kNoIndex || vm_.decide(input.filter, event_)))
      inputs |= std::uint64_t{1} << i;
  }
  return inputs;
}

void RowJudge::tell_alert(const EventRow& row) {
  const Evidence told{row.id, row.time, row.class_name, {}, row.at};
  vm_.restart_budget();
  options_.observer->came({vm_, event_, row.event_class, row.alert_rule, told});
}

std::int64_t RowJudge::duration(const DurationData& duration, std::uint32_t profile) const {
  if (duration.param == kNoIndex) return duration.nanoseconds;
  const Value given = program_.sealed().constants[data().profiles[profile].params[duration.param]];
  return given.kind == Kind::kDuration ? given.integer : 0;
}

namespace {

bool is_empty(const Value& value) {
  return value.is_missing() || (value.kind == Kind::kString && value.size == 0);
}

/// Every key so far goes on with every value of a list.
void combine(std::vector<Key>& keys, std::size_t& count, std::span<const Value> list, bool is_cased,
             RowJudge& judge, StateStats& counts) {
  std::vector<std::pair<std::string, Value>> choices;
  for (const Value& value : list) {
    if (is_empty(value)) continue;
    std::string identity;
    append_identity(identity, value, is_cased, judge.arena());
    const bool known = std::any_of(choices.begin(), choices.end(),
                                   [&](const auto& choice) { return choice.first == identity; });
    if (!known) choices.emplace_back(std::move(identity), value);
    if (choices.size() > kMaxKeysPerEvent) break;
  }
  std::vector<Key> combined;
  for (std::size_t i = 0; i < count; ++i) {
    for (const auto& [identity, value] : choices) {
      if (combined.size() == kMaxKeysPerEvent) {
        ++counts.keys_cut;
        break;
      }
      Key& longer = combined.emplace_back(keys[i]);
      longer.identity += identity;
      longer.values.push_back(value);
    }
  }
  keys = std::move(combined);
  count = keys.size();
}

}  // namespace

std::span<const Key> keys_of(const InputData& input, std::span<const std::uint8_t> cased, RowJudge& judge,
                             EventState& event, StateStats& counts) {
  const Value parts = judge.vm().evaluate(input.keys, event);
  if (parts.kind != Kind::kList) return {};
  std::vector<Key>& keys = judge.keys();
  if (keys.empty()) keys.emplace_back();
  keys[0].identity.clear();
  keys[0].values.clear();
  std::size_t count = 1;
  for (std::size_t part = 0; part < parts.size; ++part) {
    const Value& value = parts.as_list()[part];
    const bool is_cased = part < cased.size() && cased[part] != 0;
    if (value.kind == Kind::kList) {
      combine(keys, count, value.as_list(), is_cased, judge, counts);
    } else if (is_empty(value)) {
      count = 0;
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        append_identity(keys[i].identity, value, is_cased, judge.arena());
        keys[i].values.push_back(value);
      }
    }
    if (count == 0) {
      ++counts.keyless;
      return {};
    }
  }
  return {keys.data(), count};
}

void set_keys(const StateData& state, EventState& event, const Key& key) {
  for (std::size_t i = 0; i < std::min(state.key_slots.size(), key.values.size()); ++i)
    event.set(state.key_slots[i], key.values[i]);
}

std::optional<Firing> RuleState::fire(EventState& event, AlertSubject subject) {
  ++counts_.firings;
  AlertBuilder builder(judge_.program(), judge_.vm(), event, state_.rule, judge_.also_show());
  if (!builder.passes_exceptions(subject.time, judge_.stats().met_expired)) {
    ++counts_.dropped_by_exception;
    return std::nullopt;
  }
  return builder.build(std::move(subject));
}

AlertSubject subject_of(const EventRow& row) {
  AlertSubject subject;
  subject.event_class = row.class_name;
  subject.event_id = row.id;
  subject.time = row.time;
  subject.evidence.push_back({row.id, row.time, row.class_name, {}, row.at});
  return subject;
}

std::string content_of(const Firing& firing) {
  Firing plain = firing;
  plain.alert.late = 0;
  return Digest().add(to_bytes(plain)).hex();
}

std::unique_ptr<RuleState> make_rule_state(const StateData& state, const std::string& tenant,
                                           std::uint32_t profile, RowJudge& judge, StateStats& counts) {
  switch (state.kind) {
    case StateKind::kEvent:
      return std::make_unique<EventRule>(state, tenant, profile, judge, counts);
    case StateKind::kWindow:
      return std::make_unique<WindowRule>(state, tenant, profile, judge, counts);
    case StateKind::kSequence:
    case StateKind::kTogether:
      return std::make_unique<SequenceRule>(state, tenant, profile, judge, counts);
  }
  return nullptr;
}

}  // namespace shrike
