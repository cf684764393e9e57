// The tables of a program: every index in range, constants of the kind their use wants, units that only read
// slots computed before them. Instructions are checked in code_verifier.cpp.
#include "runtime/verifier.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/aggregate_table.hpp"
#include "runtime/code_verifier.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

using Failure = std::optional<std::string>;

bool is_type(const Type& type) {
  return type.kind <= TypeKind::kGeo && type.element <= TypeKind::kGeo && type.depth <= kMaxListDepth;
}

/// Whether a constant is one of that scalar type.
bool constant_fits(const ConstantData& constant, TypeKind kind) {
  switch (kind) {
    case TypeKind::kBool:
      return std::holds_alternative<bool>(constant.value);
    case TypeKind::kInt:
      return std::holds_alternative<std::int64_t>(constant.value);
    case TypeKind::kFloat:
      return std::holds_alternative<double>(constant.value) ||
             std::holds_alternative<std::int64_t>(constant.value);
    case TypeKind::kString:
      return std::holds_alternative<std::string>(constant.value);
    case TypeKind::kIp:
      return std::holds_alternative<ConstantData::Address>(constant.value);
    case TypeKind::kCidr:
      return std::holds_alternative<ConstantData::Network>(constant.value);
    case TypeKind::kTime:
      return std::holds_alternative<ConstantData::Time>(constant.value);
    case TypeKind::kDuration:
      return std::holds_alternative<ConstantData::Duration>(constant.value);
    case TypeKind::kList:
      return std::holds_alternative<ConstantData::List>(constant.value);
    case TypeKind::kJson:
      return true;
    default:
      return false;
  }
}

class ProgramVerifier {
 public:
  ProgramVerifier(const ProgramData& data, std::span<const Callable> functions)
      : data_(data), functions_(functions) {}

  Expected<MachineNeeds> run() {
    for (const auto step :
         {&ProgramVerifier::check_sizes, &ProgramVerifier::check_constants, &ProgramVerifier::check_classes,
          &ProgramVerifier::check_sources, &ProgramVerifier::check_tables, &ProgramVerifier::check_profiles,
          &ProgramVerifier::check_units, &ProgramVerifier::check_uses, &ProgramVerifier::check_order,
          &ProgramVerifier::check_rules, &ProgramVerifier::check_states, &ProgramVerifier::check_aggregates,
          &ProgramVerifier::check_positions}) {
      if (Failure failure = (this->*step)()) return fail(ErrorCode::kUnsafe, *failure);
    }
    return needs_;
  }

 private:
  enum class Sort { kCondition, kValue };

  static bool within(std::uint32_t index, std::size_t size) { return index < size; }
  static bool within_or_none(std::uint32_t index, std::size_t size) {
    return index == kNoIndex || index < size;
  }

  Failure check_sizes() {
    constexpr std::size_t kIndexLimit = 0x0fffffff;
    if (data_.code.size() > ProgramLimit::kInstructions) return "too many instructions";
    if (data_.regexes.size() > ProgramLimit::kRegexes) return "too many regular expressions";
    if (std::max({data_.constants.size(), data_.slots.size(), data_.paths.size(), data_.params.size(),
                  data_.lists.size(), data_.tables.size(), data_.units.size(), data_.rules.size()}) >
        kIndexLimit) {
      return "too many entries in a table";
    }
    if (data_.states.size() > ProgramLimit::kStates) return "too many rules that remember";
    if (data_.aggregates.size() > ProgramLimit::kAggregates) return "too many aggregates";
    if (functions_.size() != data_.functions.size()) return "a function is unknown";
    if (data_.profiles.empty()) return "there is no profile";
    return {};
  }

  Failure check_constants() {
    std::vector<std::uint8_t> depth(data_.constants.size(), 0);
    Arena arena;
    std::size_t items = 0;
    for (std::size_t i = 0; i < data_.constants.size(); ++i) {
      const ConstantData& constant = data_.constants[i];
      const auto* text = std::get_if<std::string>(&constant.value);
      if (constant.folded) {
        if (text == nullptr) return fmt::format("constant {}: only text is folded", i);
        arena.reset();
        if (fold_case(*text, arena) != *text) return fmt::format("constant {}: is not in folded form", i);
      }
      if (const auto* network = std::get_if<ConstantData::Network>(&constant.value)) {
        if (network->bits > 128) return fmt::format("constant {}: a network of {} bits", i, network->bits);
      }
      const auto* list = std::get_if<ConstantData::List>(&constant.value);
      if (list == nullptr) continue;
      items += list->items.size();
      for (std::uint32_t item : list->items) {
        if (item >= i)
          return fmt::format("constant {}: holds constant {}, which does not come before it", i, item);
        depth[i] = std::max(depth[i], static_cast<std::uint8_t>(depth[item] + 1));
      }
      if (depth[i] > ProgramLimit::kListDepth) return fmt::format("constant {}: lists nest too deep", i);
    }
    if (items > ProgramLimit::kInstructions) return "constant lists are too long";
    return {};
  }

  Failure check_classes() {
    for (const SlotData& slot : data_.slots) {
      if (!is_type(slot.type)) return fmt::format("slot {}: no such type", slot.name);
    }
    for (const ClassData& event_class : data_.classes) {
      for (std::uint32_t slot : event_class.slots) {
        if (!within(slot, data_.slots.size()))
          return fmt::format("class {}: slot {} does not exist", event_class.name, slot);
      }
      for (std::uint32_t slot : event_class.kept) {
        if (!within(slot, data_.slots.size()))
          return fmt::format("class {}: slot {} does not exist", event_class.name, slot);
      }
    }
    for (std::uint32_t slot : {data_.time_slot, data_.id_slot, data_.tenant_slot}) {
      if (!within_or_none(slot, data_.slots.size())) return fmt::format("slot {} does not exist", slot);
    }
    return {};
  }

  Failure check_sources() {
    for (const SourceData& source : data_.sources) {
      if (!within(source.event_class, data_.classes.size()))
        return fmt::format("source {}: no such class", source.name);
      if (source.units.size() != data_.slots.size())
        return fmt::format("source {}: needs one unit per slot", source.name);
      if (!within_or_none(source.accept, data_.units.size()))
        return fmt::format("source {}: no such unit", source.name);
      for (std::uint32_t unit : source.units) {
        if (!within_or_none(unit, data_.units.size()))
          return fmt::format("source {}: no such unit", source.name);
      }
    }
    for (const UnwrapData& unwrap : data_.unwraps) {
      if (!within(unwrap.accept, data_.units.size()))
        return fmt::format("unwrap {}: no such unit", unwrap.name);
      if (!within(unwrap.path, data_.paths.size()))
        return fmt::format("unwrap {}: no such path", unwrap.name);
    }
    return {};
  }

  Failure check_tables() {
    for (const NamedListData& list : data_.lists) {
      if (list.element > TypeKind::kGeo) return fmt::format("list {}: no such type", list.name);
    }
    for (const ParamData& param : data_.params) {
      if (!is_type(param.type)) return fmt::format("parameter {}.{}: no such type", param.rule, param.name);
    }
    for (const TableData& table : data_.tables) {
      for (const auto& [key, value] : table.entries) {
        if (!within(key, data_.constants.size()) || !within(value, data_.constants.size())) {
          return fmt::format("table {}: no such constant", table.name);
        }
        if (!constant_fits(data_.constants[key], table.key) ||
            !constant_fits(data_.constants[value], table.value)) {
          return fmt::format("table {}: an entry of another type", table.name);
        }
      }
    }
    for (const RegexData& regex : data_.regexes) {
      if (regex.pattern.size() > ProgramLimit::kRegexBytes) return "a regular expression is too long";
    }
    return {};
  }

  Failure check_profiles() {
    for (const ProfileData& profile : data_.profiles) {
      const std::string name = profile.tenant.empty() ? "for every tenant" : profile.tenant;
      if (profile.lists.size() != data_.lists.size() || profile.params.size() != data_.params.size()) {
        return fmt::format("profile {}: needs a value for each list and parameter", name);
      }
      for (std::size_t i = 0; i < profile.lists.size(); ++i) {
        if (!is_list_of(profile.lists[i], data_.lists[i].element)) {
          return fmt::format("profile {}: {} is no list of {}", name, data_.lists[i].name,
                             name_of(data_.lists[i].element));
        }
      }
      for (std::size_t i = 0; i < profile.params.size(); ++i) {
        const Type& type = data_.params[i].type;
        const bool fits = within(profile.params[i], data_.constants.size()) &&
                          (type.is_list() && type.depth <= 1
                               ? is_list_of(profile.params[i], type.element)
                               : constant_fits(data_.constants[profile.params[i]], type.kind));
        if (!fits)
          return fmt::format("profile {}: {}.{} has another type", name, data_.params[i].rule,
                             data_.params[i].name);
      }
      for (std::uint32_t rule : profile.disabled) {
        if (!within(rule, data_.rules.size())) return fmt::format("profile {}: no such rule", name);
      }
    }
    return {};
  }

  bool is_list_of(std::uint32_t constant, TypeKind element) const {
    if (!within(constant, data_.constants.size())) return false;
    const auto* list = std::get_if<ConstantData::List>(&data_.constants[constant].value);
    if (list == nullptr) return false;
    if (element == TypeKind::kNone) return true;
    return std::all_of(list->items.begin(), list->items.end(),
                       [&](std::uint32_t item) { return constant_fits(data_.constants[item], element); });
  }

  Failure check_units() {
    facts_.resize(data_.units.size());
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < data_.units.size(); ++i) {
      const UnitData& unit = data_.units[i];
      total += unit.count;
      if (unit.count == 0 || unit.count > ProgramLimit::kUnitInstructions || unit.first > data_.code.size() ||
          unit.count > data_.code.size() - unit.first || total > data_.code.size()) {
        return fmt::format("unit {}: is not inside the code", i);
      }
      if (unit.registers > kMaxRegisters) return fmt::format("unit {}: {} registers", i, unit.registers);
      if (!within_or_none(unit.source, data_.sources.size()))
        return fmt::format("unit {}: no such source", i);
      if (Failure failure = verify_unit(data_, functions_, unit, facts_[i]))
        return fmt::format("unit {}: {}", i, *failure);
    }
    return {};
  }

  /// A unit used where a condition or a value is wanted, by that source or by whatever source.
  Failure check_use(std::uint32_t unit, Sort sort, std::uint32_t source) const {
    if (unit == kNoIndex) return {};
    if (!within(unit, data_.units.size())) return fmt::format("unit {} does not exist", unit);
    const bool fits = sort == Sort::kCondition ? facts_[unit].returns_condition : facts_[unit].returns_value;
    if (!fits) return fmt::format("unit {} is no {}", unit, sort == Sort::kCondition ? "condition" : "value");
    if (data_.units[unit].source != kNoIndex && data_.units[unit].source != source) {
      return fmt::format("unit {} belongs to another source", unit);
    }
    return {};
  }

  Failure check_uses() {
    for (std::uint32_t s = 0; s < data_.sources.size(); ++s) {
      const SourceData& source = data_.sources[s];
      if (Failure failure = check_use(source.accept, Sort::kCondition, s))
        return fmt::format("source {}: {}", source.name, *failure);
      for (std::uint32_t unit : source.units) {
        if (Failure failure = check_use(unit, Sort::kValue, s))
          return fmt::format("source {}: {}", source.name, *failure);
      }
    }
    for (const UnwrapData& unwrap : data_.unwraps) {
      if (Failure failure = check_use(unwrap.accept, Sort::kCondition, kNoIndex)) {
        return fmt::format("unwrap {}: {}", unwrap.name, *failure);
      }
      if (!facts_[unwrap.accept].slots.empty())
        return fmt::format("unwrap {}: reads fields of an event", unwrap.name);
    }
    for (const RuleData& rule : data_.rules) {
      if (Failure failure = check_use(rule.where, Sort::kCondition, kNoIndex))
        return fmt::format("rule {}: {}", rule.name, *failure);
      std::vector<std::uint32_t> values = {rule.score, rule.say_values, rule.show_values, rule.quiet_keys};
      for (const RespondData& respond : rule.respond) values.push_back(respond.unit);
      for (std::uint32_t unit : values) {
        if (Failure failure = check_use(unit, Sort::kValue, kNoIndex))
          return fmt::format("rule {}: {}", rule.name, *failure);
      }
    }
    for (const ExceptionData& exception : data_.exceptions) {
      if (!within(exception.rule, data_.rules.size()))
        return fmt::format("exception {}: no such rule", exception.title);
      Failure failure = check_use(exception.where, Sort::kCondition, kNoIndex);
      if (!failure) failure = check_use(exception.score, Sort::kValue, kNoIndex);
      if (failure) return fmt::format("exception {}: {}", exception.title, *failure);
    }
    return {};
  }

  /// Units read only slots whose units come before them, so no slot needs itself; and slots do not nest too
  /// deep.
  Failure check_order() {
    struct Need {
      std::size_t depth = 0;
      std::size_t registers = 0;
      void include(const Need& other) {
        depth = std::max(depth, other.depth);
        registers = std::max(registers, other.registers);
      }
    };
    struct Fill {
      std::uint32_t unit, slot;
    };
    std::vector<Fill> fills;  // which slots a unit computes, by unit
    std::vector<std::uint32_t> last_unit(data_.slots.size(),
                                         0);  // one past the last unit that computes the slot, in any source
    for (const SourceData& source : data_.sources) {
      for (std::uint32_t slot = 0; slot < source.units.size(); ++slot) {
        const std::uint32_t unit = source.units[slot];
        if (unit == kNoIndex) continue;
        last_unit[slot] = std::max(last_unit[slot], unit + 1);
        fills.push_back({unit, slot});
      }
    }
    std::sort(fills.begin(), fills.end(), [](const Fill& a, const Fill& b) { return a.unit < b.unit; });
    std::vector<Need> need_of_unit(data_.units.size());
    std::vector<Need> need_of_slot(data_.slots.size());  // over all sources, of the units so far
    auto fill = fills.begin();
    for (std::uint32_t u = 0; u < data_.units.size(); ++u) {
      Need inner;
      for (std::uint32_t slot : facts_[u].slots) {
        const std::uint32_t source = data_.units[u].source;
        const std::uint32_t computed_by =
            source == kNoIndex ? last_unit[slot] : data_.sources[source].units[slot] + 1;
        if (computed_by > u)
          return fmt::format("unit {}: reads the slot {}, which is computed after it", u,
                             data_.slots[slot].name);
        if (source == kNoIndex) {
          inner.include(need_of_slot[slot]);
        } else if (computed_by != 0) {
          inner.include(need_of_unit[computed_by - 1]);
        }
      }
      need_of_unit[u] = {inner.depth + 1, inner.registers + data_.units[u].registers};
      if (need_of_unit[u].depth > ProgramLimit::kSlotDepth)
        return fmt::format("unit {}: slots nest too deep", u);
      needs_.stack_registers = std::max(needs_.stack_registers, need_of_unit[u].registers);
      for (; fill != fills.end() && fill->unit == u; ++fill)
        need_of_slot[fill->slot].include(need_of_unit[u]);
    }
    return {};
  }

  Failure check_rules() {
    for (const RuleData& rule : data_.rules) {
      const auto wrong = [&](const char* what) { return fmt::format("rule {}: {}", rule.name, what); };
      if (rule.severity > Severity::kCritical) return wrong("no such severity");
      if (!within_or_none(rule.quiet_param, data_.params.size())) return wrong("no such parameter");
      if (rule.quiet_param != kNoIndex && data_.params[rule.quiet_param].type.kind != TypeKind::kDuration) {
        return wrong("quiet needs a duration");
      }
      for (std::uint32_t event_class : rule.classes) {
        if (!within(event_class, data_.classes.size())) return wrong("no such class");
      }
      for (std::uint32_t slot : rule.slots) {
        if (!within(slot, data_.slots.size())) return wrong("no such slot");
      }
      if (Failure failure = check_guards(rule.guards)) return fmt::format("rule {}: {}", rule.name, *failure);
      for (const ShowData& show : rule.show) {
        if (!is_type(show.type)) return wrong("no such type");
      }
    }
    return {};
  }

  Failure check_duration(const DurationData& duration) const {
    if (duration.nanoseconds < 0) return "a time below zero";
    if (!within_or_none(duration.param, data_.params.size())) return "no such parameter";
    if (duration.param != kNoIndex && data_.params[duration.param].type.kind != TypeKind::kDuration)
      return "a parameter that is no duration";
    return {};
  }

  Failure check_guards(const std::vector<GuardData>& guards) const {
    for (const GuardData& guard : guards) {
      if (!within(guard.event_class, data_.classes.size())) return "a guard of no class";
      if (!within_or_none(guard.slot, data_.slots.size())) return "a guard of no slot";
      for (std::uint32_t constant : guard.constants) {
        if (!within(constant, data_.constants.size()) ||
            (!std::holds_alternative<std::string>(data_.constants[constant].value) &&
             !std::holds_alternative<std::int64_t>(data_.constants[constant].value))) {
          return "a guard that is no text or integer";
        }
      }
      for (std::uint32_t list : guard.lists) {
        if (!within(list, data_.lists.size())) return "a guard of no list";
      }
    }
    return {};
  }

  Failure check_input(const InputData& input, std::size_t state) const {
    for (std::uint32_t event_class : input.classes) {
      if (!within(event_class, data_.classes.size())) return "no such class";
      // Kept events are judged as events that were given as fields.
      if (std::none_of(data_.sources.begin(), data_.sources.end(), [&](const SourceData& source) {
            return source.accept == kNoIndex && source.event_class == event_class;
          }))
        return "a class that no source gives as fields";
    }
    for (std::uint32_t rule : input.alerts) {
      // Rules stand behind those that they read, so there is no way round.
      if (!within(rule, data_.rules.size()) || data_.rules[rule].state >= state)
        return "reads alerts of a rule that does not stand before it";
    }
    if (Failure failure = check_guards(input.guards)) return failure;
    if (Failure failure = check_use(input.filter, Sort::kCondition, kNoIndex)) return failure;
    if (Failure failure = check_use(input.where, Sort::kCondition, kNoIndex)) return failure;
    if (Failure failure = check_use(input.keys, Sort::kValue, kNoIndex)) return failure;
    if (input.times < 1) return "times below one";
    for (std::uint32_t slot : input.read_slots) {
      if (!within(slot, data_.slots.size())) return "no such slot";
    }
    if (!within_or_none(input.times_param, data_.params.size())) return "no such parameter";
    if (input.times_param != kNoIndex && data_.params[input.times_param].type.kind != TypeKind::kInt)
      return "a parameter that is no int";
    if (Failure failure = check_duration(input.times_in)) return failure;
    return check_duration(input.within);
  }

  Failure check_state(const StateData& state, std::size_t number) const {
    if (state.kind > StateKind::kTogether) return "no such kind";
    if (!within(state.rule, data_.rules.size()) || data_.rules[state.rule].state != number)
      return "of no rule";
    if (Failure failure = check_duration(state.within)) return failure;
    if (state.key_names.size() != state.key_slots.size() || state.key_cased.size() != state.key_slots.size())
      return "keys do not fit each other";
    for (std::uint32_t slot : state.key_slots) {
      if (!within(slot, data_.slots.size())) return "no such slot";
    }
    const bool has_steps = state.kind == StateKind::kSequence || state.kind == StateKind::kTogether;
    if (state.inputs.empty() || state.inputs.size() > ProgramLimit::kSteps) return "too many steps, or none";
    if (!has_steps && state.inputs.size() != 1) return "more than one input";
    for (const InputData& input : state.inputs) {
      if (Failure failure = check_input(input, number)) return failure;
      if (state.kind != StateKind::kEvent && input.keys == kNoIndex) return "an input without keys";
    }
    if (has_steps && std::all_of(state.inputs.begin(), state.inputs.end(),
                                 [](const InputData& input) { return input.absent; }))
      return "no step that happens";
    if (!has_steps && state.inputs[0].absent) return "an absence without steps";
    for (std::size_t i = 0; i < state.inputs.size(); ++i) {
      if (state.kind == StateKind::kTogether && state.inputs[i].absent)
        return "an absence among steps in any order";
      if (i > 0 && state.inputs[i].absent && state.inputs[i - 1].absent) return "two absences in a row";
    }
    for (const ColumnData& column : state.columns) {
      if (Failure failure = check_use(column.values, Sort::kValue, kNoIndex)) return failure;
      if (Failure failure = check_use(column.where, Sort::kCondition, kNoIndex)) return failure;
    }
    if (state.kind == StateKind::kWindow && state.when == kNoIndex) return "no condition";
    return check_use(state.when, Sort::kCondition, kNoIndex);
  }

  Failure check_states() {
    for (std::size_t i = 0; i < data_.states.size(); ++i) {
      if (Failure failure = check_state(data_.states[i], i)) return fmt::format("state {}: {}", i, *failure);
    }
    for (const RuleData& rule : data_.rules) {
      if (!within_or_none(rule.state, data_.states.size()))
        return fmt::format("rule {}: no such state", rule.name);
      if (rule.state != kNoIndex && &data_.rules[data_.states[rule.state].rule] != &rule)
        return fmt::format("rule {}: the state of another rule", rule.name);
    }
    if (data_.states.empty()) return {};
    if (data_.time_slot == kNoIndex) return "events have no time";
    for (std::uint32_t slot : {data_.alert_rule_slot, data_.alert_severity_slot, data_.alert_score_slot}) {
      if (!within(slot, data_.slots.size())) return "an alert has no slots";
    }
    return {};
  }

  Failure check_aggregate(const AggregateData& aggregate) const {
    if (aggregate.function > Aggregate::kStepCount) return "no such function";
    if (!within(aggregate.state, data_.states.size())) return "of no state";
    const StateData& state = data_.states[aggregate.state];
    if (Failure failure = check_duration(aggregate.last)) return failure;
    if (row_of(aggregate.function).has_column && !within(aggregate.column, state.columns.size()))
      return "no such column";
    if (aggregate.function == Aggregate::kStepCount && !within(aggregate.column, state.inputs.size()))
      return "no such step";
    for (std::uint32_t unit : {aggregate.values, aggregate.number, aggregate.bucket, aggregate.scan_values,
                               aggregate.scan_until, aggregate.scan_key}) {
      if (Failure failure = check_use(unit, Sort::kValue, kNoIndex)) return failure;
    }
    if (Failure failure = check_use(aggregate.scan_where, Sort::kCondition, kNoIndex)) return failure;
    const bool needs_number =
        aggregate.function == Aggregate::kPercentile || aggregate.function == Aggregate::kUsualCount;
    if (needs_number && aggregate.number == kNoIndex) return "no number";
    if (aggregate.function == Aggregate::kUsualCount && aggregate.bucket == kNoIndex) return "no duration";
    if (aggregate.function == Aggregate::kNew && aggregate.values == kNoIndex) return "no values";
    for (std::uint32_t slot : aggregate.scan_slots) {
      if (!within(slot, data_.slots.size())) return "no such slot";
    }
    if (aggregate.scan_key != kNoIndex && !within(aggregate.scan_key_slot, aggregate.scan_slots.size()))
      return "no such slot for the key";
    return {};
  }

  Failure check_aggregates() {
    for (std::size_t i = 0; i < data_.aggregates.size(); ++i) {
      if (Failure failure = check_aggregate(data_.aggregates[i]))
        return fmt::format("aggregate {}: {}", i, *failure);
    }
    // While a unit waits for an aggregate, that one's units run above it; aggregates do not nest.
    if (!data_.aggregates.empty()) needs_.stack_registers *= 2;
    return {};
  }

  Failure check_positions() {
    if (!data_.positions.empty() && data_.positions.size() != data_.code.size())
      return "positions do not fit the code";
    for (const PositionData& position : data_.positions) {
      if (!is_file(position.file)) return "a position in no file";
    }
    for (const RuleData& rule : data_.rules) {
      if (!is_file(rule.file)) return fmt::format("rule {}: stands in no file", rule.name);
    }
    return {};
  }

  bool is_file(std::uint32_t file) const {
    return file < data_.files.size() || (file == 0 && data_.files.empty());
  }

  const ProgramData& data_;
  std::span<const Callable> functions_;
  std::vector<UnitFacts> facts_;
  MachineNeeds needs_;
};

}  // namespace

Expected<MachineNeeds> verify(const ProgramData& data, std::span<const Callable> functions) {
  return ProgramVerifier(data, functions).run();
}

std::uint64_t worst_case_cost(const ProgramData& data, const UnitData& unit) {
  if (unit.count == 0 || unit.first > data.code.size() || unit.count > data.code.size() - unit.first)
    return 0;
  const std::span<const Instruction> code(data.code.data() + unit.first, unit.count);
  std::vector<const FunctionRow*> rows(data.functions.size(), nullptr);
  for (std::size_t i = 0; i < code.size(); ++i) {
    const Instruction& instruction = code[i];
    if (static_cast<std::size_t>(instruction.opcode) >= kOpcodeCount) return 0;
    const OpcodeRow& row = kOpcodes[static_cast<std::size_t>(instruction.opcode)];
    if (row.jumps && instruction.opcode != Opcode::kNext &&
        (instruction.target <= i || instruction.target >= code.size()))
      return 0;
    if (!is_call(instruction.opcode)) continue;
    if (instruction.x >= rows.size()) return 0;
    if (rows[instruction.x] == nullptr) rows[instruction.x] = find_function(data.functions[instruction.x]);
    if (rows[instruction.x] == nullptr) return 0;
  }
  LoopMap loops;
  if (find_loops(code, loops)) return 0;
  return longest_path(code, loops,
                      [&](const Instruction& call) { return std::uint64_t{rows[call.x]->cost}; });
}

}  // namespace shrike
