#include "playground/cli/rule_cost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "playground/cli/text_layout.hpp"
#include "runtime/opcodes.hpp"
#include "runtime/program_data.hpp"

namespace shrike::cli {
namespace {

using Slots = std::set<std::uint32_t>;

std::uint64_t add(std::uint64_t a, std::uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

/// Collects slots that a unit reads, and those that computing them reads, for events of one source.
void collect(const ProgramData& data, const SourceData& source, std::uint32_t unit, Slots& slots) {
  if (unit == kNoIndex) return;
  const auto read = [&](std::uint32_t slot) {
    if (slots.insert(slot).second && slot < source.units.size())
      collect(data, source, source.units[slot], slots);
  };
  for (std::uint32_t i = 0; i < data.units[unit].count; ++i) {
    const Instruction& instruction = data.code[data.units[unit].first + i];
    const OpcodeRow& row = kOpcodes[static_cast<std::size_t>(instruction.opcode)];
    for (const auto& [role, bits] : {std::pair(row.x, instruction.x), std::pair(row.y, instruction.y)}) {
      if (role == Role::kSlot) read(bits);
      if (role != Role::kSrc) continue;
      const Operand operand = Operand::from_bits(bits);
      if (operand.kind() == OperandKind::kSlot) read(operand.index());
    }
  }
}

std::uint64_t cost_of(const ProgramData& data, const SourceData& source, const Slots& slots) {
  std::uint64_t cost = 0;
  for (const std::uint32_t slot : slots) {
    const std::uint32_t unit = slot < source.units.size() ? source.units[slot] : kNoIndex;
    if (unit != kNoIndex) cost = add(cost, data.units[unit].cost);
  }
  return cost;
}

/// The units that run when the rule has fired.
std::vector<std::uint32_t> units_of_alert(const ProgramData& data, std::uint32_t rule_index) {
  const RuleData& rule = data.rules[rule_index];
  std::vector<std::uint32_t> units{rule.score, rule.say_values, rule.show_values, rule.quiet_keys};
  for (const RespondData& respond : rule.respond) units.push_back(respond.unit);
  for (const ExceptionData& exception : data.exceptions) {
    if (exception.rule != rule_index) continue;
    units.push_back(exception.where);
    units.push_back(exception.score);
  }
  std::erase(units, kNoIndex);
  return units;
}

/// The units that decide whether the rule fires. Those that aggregates run on every kept event count once.
std::vector<std::uint32_t> units_of_condition(const ProgramData& data, const RuleData& rule) {
  std::vector<std::uint32_t> units{rule.where};
  if (rule.state != kNoIndex) {
    const StateData& state = data.states[rule.state];
    units.push_back(state.when);
    for (const InputData& input : state.inputs)
      units.insert(units.end(), {input.filter, input.keys, input.where});
    for (const ColumnData& column : state.columns) units.insert(units.end(), {column.values, column.where});
    for (const AggregateData& used : data.aggregates) {
      if (used.state != rule.state) continue;
      units.insert(units.end(), {used.values, used.number, used.bucket, used.scan_where, used.scan_values,
                                 used.scan_until, used.scan_key});
    }
  }
  std::erase(units, kNoIndex);
  return units;
}

/// Whether events of the class can make the rule fire: by themselves, or as the event of an alert that it
/// reads.
bool may_judge(const ProgramData& data, const RuleData& rule, std::uint32_t event_class) {
  const auto has_class = [&](const std::vector<std::uint32_t>& classes) {
    return std::find(classes.begin(), classes.end(), event_class) != classes.end();
  };
  if (has_class(rule.classes)) return true;
  if (rule.state == kNoIndex) return false;
  const std::vector<InputData>& inputs = data.states[rule.state].inputs;
  return std::any_of(inputs.begin(), inputs.end(), [&](const InputData& input) {
    return has_class(input.classes) ||
           std::any_of(input.alerts.begin(), input.alerts.end(),
                       [&](std::uint32_t read) { return may_judge(data, data.rules[read], event_class); });
  });
}

RuleCost cost_of_rule(const ProgramData& data, std::uint32_t index) {
  const RuleData& rule = data.rules[index];
  RuleCost cost;
  cost.rule = rule.name;
  cost.state = state_cost(data, index);
  const std::vector<std::uint32_t> condition = units_of_condition(data, rule);
  for (const std::uint32_t unit : condition) cost.condition = add(cost.condition, data.units[unit].cost);
  const std::vector<std::uint32_t> later = units_of_alert(data, index);
  std::uint64_t alert = 0;
  for (const std::uint32_t unit : later) alert = add(alert, data.units[unit].cost);
  for (const SourceData& source : data.sources) {
    if (!may_judge(data, rule, source.event_class) || source.accept == kNoIndex) continue;
    Slots slots;
    for (const std::uint32_t unit : condition) collect(data, source, unit, slots);
    const std::uint64_t fields = cost_of(data, source, slots);
    cost.fields = std::max(cost.fields, fields);
    cost.slots = std::max<std::uint64_t>(cost.slots, slots.size());
    for (const std::uint32_t unit : later) collect(data, source, unit, slots);
    cost.alert = std::max(cost.alert, add(alert, cost_of(data, source, slots) - fields));
  }
  return cost;
}

}  // namespace

std::vector<RuleCost> rule_costs(const Program& program) {
  std::vector<RuleCost> costs;
  for (std::uint32_t i = 0; i < program.data().rules.size(); ++i)
    costs.push_back(cost_of_rule(program.data(), i));
  std::sort(costs.begin(), costs.end(), [](const RuleCost& a, const RuleCost& b) { return a.rule < b.rule; });
  return costs;
}

namespace {

/// The second table: rules that remember. Empty without such rules.
std::string states_text(const std::vector<RuleCost>& costs, std::size_t width) {
  std::string rows;
  for (const RuleCost& cost : costs) {
    if (!cost.state) continue;
    const StateCost& state = *cost.state;
    rows +=
        fmt::format("  {}{:>11}{:>11}{:>11}   {}{}\n", padded(cost.rule, width), with_commas(state.key_bytes),
                    with_commas(state.event_bytes), with_commas(state.open_bytes), growth_text(state),
                    state.folds ? ", equal ones folded" : "");
  }
  if (rows.empty()) return rows;
  return fmt::format(
             "\nWhat rules remember: bytes of a key, of each event kept under it, and of both as long as "
             "earlier\n"
             "ones may still come; {}.\n"
             "Work per event beyond the above: the logarithm of n kept events, or instructions for each of n "
             "that\n"
             "look different to an aggregate with `this`, or for each partial match (at most 64 per step):\n",
             kTypicalSizes) +
         fmt::format("  {}{:>11}{:>11}{:>11}   {}\n", padded("rule", width), "key", "event", "open event",
                     "work") +
         rows;
}

}  // namespace

std::string cost_text(const std::vector<RuleCost>& costs) {
  std::size_t width = 4;
  for (const RuleCost& cost : costs) width = std::max(width, width_of(cost.rule));
  std::string text =
      "Worst case per event, in simple instructions (fields are computed once for all rules):\n";
  text += fmt::format("  {}{:>11}{:>11}{:>7}{:>13}\n", padded("rule", width), "condition", "fields", "(of)",
                      "if it fires");
  for (const RuleCost& cost : costs) {
    text +=
        fmt::format("  {}{:>11}{:>11}{:>7}{:>13}\n", padded(cost.rule, width), with_commas(cost.condition),
                    with_commas(cost.fields), fmt::format("({})", cost.slots), with_commas(cost.alert));
  }
  return text + states_text(costs, width);
}

nlohmann::ordered_json cost_json(const std::vector<RuleCost>& costs) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const RuleCost& cost : costs) {
    nlohmann::ordered_json row{{"rule", cost.rule},
                               {"condition", cost.condition},
                               {"fields", cost.fields},
                               {"fields_read", cost.slots},
                               {"alert", cost.alert}};
    if (cost.state) row["state"] = state_cost_json(*cost.state);
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace shrike::cli
