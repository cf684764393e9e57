#include "playground/cli/state_cost.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "playground/cli/text_layout.hpp"
#include "runtime/aggregate_table.hpp"

namespace shrike::cli {

const char* const kTypicalSizes =
    "a text takes 24 bytes, a list or map 96, an address 17, a number or time 9";

namespace {

// What things take beside the values, about: see runtime/state/window_rule.cpp and sequence_rule.cpp. What is
// decided is packed: a key with its place and times, an event with its time, class, id and place.
constexpr std::uint64_t kPerPackedKey = 26, kPerPackedEvent = 34;
constexpr std::uint64_t kPerKey = 256, kPerKeyOfSteps = 512, kPerEvent = 96, kPerRow = 320;

std::uint64_t size_of(const Type& type) {
  switch (type.kind) {
    case TypeKind::kBool:
      return 2;
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kTime:
    case TypeKind::kDuration:
      return 9;
    case TypeKind::kIp:
    case TypeKind::kCidr:
      return 17;
    case TypeKind::kString:
      return 24;
    default:
      return 96;
  }
}

/// Of the values of the slots that a unit reads.
std::uint64_t size_of_values(const ProgramData& data, std::uint32_t unit) {
  if (unit == kNoIndex) return 0;
  std::set<std::uint32_t> slots;
  for (std::uint32_t i = 0; i < data.units[unit].count; ++i) {
    const Instruction& instruction = data.code[data.units[unit].first + i];
    const OpcodeRow& row = kOpcodes[static_cast<std::size_t>(instruction.opcode)];
    for (const auto& [role, bits] : {std::pair(row.x, instruction.x), std::pair(row.y, instruction.y)}) {
      if (role == Role::kSlot) slots.insert(bits);
      if (role == Role::kSrc && Operand::from_bits(bits).kind() == OperandKind::kSlot)
        slots.insert(Operand::from_bits(bits).index());
    }
  }
  std::uint64_t size = 0;
  for (const std::uint32_t slot : slots) size += size_of(data.slots[slot].type);
  return size;
}

/// Of the largest row that the rule may hold.
std::uint64_t size_of_row(const ProgramData& data, const StateData& state) {
  std::uint64_t largest = 0;
  const auto add = [&](std::uint32_t event_class) {
    std::uint64_t size = 0;
    for (const std::uint32_t slot : data.classes[event_class].kept) size += size_of(data.slots[slot].type);
    largest = std::max(largest, size);
  };
  for (const InputData& input : state.inputs) {
    for (const std::uint32_t event_class : input.classes) add(event_class);
    for (const std::uint32_t rule : input.alerts) {
      for (const std::uint32_t event_class : data.rules[rule].classes) add(event_class);
    }
  }
  return kPerRow + largest;
}

void add_window(const ProgramData& data, std::uint32_t number, StateCost& cost) {
  const StateData& state = data.states[number];
  cost.event_bytes = kPerPackedEvent;
  for (const ColumnData& column : state.columns)
    cost.event_bytes += 2 + (column.told_apart ? 2 : 1) * size_of_values(data, column.values);
  cost.folds = true;
  const auto unit_cost = [&](std::uint32_t unit) { return unit == kNoIndex ? 0 : data.units[unit].cost; };
  for (const AggregateData& used : data.aggregates) {
    if (used.state != number) continue;
    cost.folds = cost.folds && row_of(used.function).foldable && used.scan_where == kNoIndex;
    if (used.scan_where != kNoIndex)
      cost.per_kept += unit_cost(used.scan_where) + unit_cost(used.scan_values) + 1;
  }
}

}  // namespace

std::optional<StateCost> state_cost(const ProgramData& data, std::uint32_t rule) {
  const std::uint32_t number = data.rules[rule].state;
  if (number == kNoIndex || data.states[number].kind == StateKind::kEvent) return std::nullopt;
  const StateData& state = data.states[number];
  StateCost cost;
  cost.has_steps = state.kind != StateKind::kWindow;
  cost.key_bytes = cost.has_steps ? kPerKeyOfSteps : kPerPackedKey;
  cost.key_bytes += size_of_values(data, state.inputs[0].keys);
  cost.open_bytes = size_of_row(data, state);
  if (!cost.has_steps) {
    add_window(data, number, cost);
    cost.open_bytes += kPerKey + kPerEvent + cost.event_bytes;
    return cost;
  }
  cost.event_bytes = cost.open_bytes;
  for (const InputData& input : state.inputs)
    cost.per_kept += 1 + (input.where == kNoIndex ? 0 : data.units[input.where].cost);
  return cost;
}

std::string growth_text(const StateCost& cost) {
  if (cost.per_kept == 0) return "log n";
  return with_commas(cost.per_kept) + (cost.has_steps ? " x matches" : " x n");
}

nlohmann::ordered_json state_cost_json(const StateCost& cost) {
  return {{"key_bytes", cost.key_bytes},
          {"event_bytes", cost.event_bytes},
          {"open_event_bytes", cost.open_bytes},
          {"folds", cost.folds},
          {"growth", cost.has_steps       ? "partial matches"
                     : cost.per_kept == 0 ? "logarithmic"
                                          : "linear"},
          {"per_kept", cost.per_kept}};
}

}  // namespace shrike::cli
