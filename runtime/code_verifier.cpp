// Instructions of one unit: every operand by its role, loops properly nested, jumps forward, registers
// written before they are read on every path, builders begun before they are used.
#include "runtime/code_verifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>

namespace shrike {
namespace {

using Failure = std::optional<std::string>;

/// Which registers have been written and which builders begun.
struct Written {
  std::vector<std::uint64_t> registers;
  std::uint32_t builders = 0;
  bool reachable = false;

  bool has(std::uint32_t r) const { return (registers[r / 64] >> (r % 64) & 1) != 0; }
  void add(std::uint32_t r) { registers[r / 64] |= std::uint64_t{1} << (r % 64); }
  /// Keeps what holds on both ways to a place.
  void meet(const Written& other) {
    if (!other.reachable) return;
    if (!reachable) {
      *this = other;
      return;
    }
    for (std::size_t i = 0; i < registers.size(); ++i) registers[i] &= other.registers[i];
    builders &= other.builders;
  }
};

class UnitVerifier {
 public:
  UnitVerifier(const ProgramData& data, std::span<const Callable> functions, const UnitData& unit,
               UnitFacts& facts)
      : data_(data),
        functions_(functions),
        unit_(unit),
        code_(data.code.data() + unit.first, unit.count),
        facts_(facts) {}

  Failure run() {
    for (at_ = 0; at_ < code_.size(); ++at_) {
      if (Failure failure = check_shape(code_[at_])) return described(*failure);
    }
    at_ = static_cast<std::uint32_t>(code_.size() - 1);
    if (!ends_unit(code_.back().opcode)) return described("the unit runs off its end");
    if (Failure failure = find_loops(code_, loops_)) return failure;
    for (at_ = 0; at_ < code_.size(); ++at_) {
      if (Failure failure = check_jump(code_[at_])) return described(*failure);
    }
    if (Failure failure = check_flow()) return described(*failure);
    const std::uint64_t cost = longest_path(
        code_, loops_, [&](const Instruction& call) { return std::uint64_t{functions_[call.x].row->cost}; });
    if (cost != unit_.cost) return fmt::format("declares a cost of {}, but it is {}", unit_.cost, cost);
    std::sort(facts_.slots.begin(), facts_.slots.end());
    facts_.slots.erase(std::unique(facts_.slots.begin(), facts_.slots.end()), facts_.slots.end());
    return {};
  }

 private:
  std::string described(const std::string& failure) const {
    const auto opcode = static_cast<std::size_t>(code_[at_].opcode);
    return fmt::format("instruction {} ({}): {}", at_,
                       opcode < kOpcodeCount ? kOpcodes[opcode].text : "unknown", failure);
  }

  /// What can be said of an instruction alone.
  Failure check_shape(const Instruction& i) {
    if (static_cast<std::size_t>(i.opcode) >= kOpcodeCount) return "no such opcode";
    const OpcodeRow& row = kOpcodes[static_cast<std::size_t>(i.opcode)];
    constexpr unsigned kKnownFlags =
        InstructionFlag::kJumpIfTrue | InstructionFlag::kCased | InstructionFlag::kAll;
    if ((i.flags & ~kKnownFlags) != 0) return "unknown flags";
    if (!row.jumps && i.opcode != Opcode::kCall && i.target != 0) return "a target without a jump";
    if (Failure failure = check_field(i, row.dst, i.dst, "dst")) return failure;
    if (Failure failure = check_field(i, row.x, i.x, "x")) return failure;
    if (Failure failure = check_field(i, row.y, i.y, "y")) return failure;
    facts_.returns_condition |= i.opcode == Opcode::kReturnTrue || i.opcode == Opcode::kReturnFalse;
    facts_.returns_value |= i.opcode == Opcode::kReturn;
    if (facts_.returns_condition && facts_.returns_value)
      return "the unit returns both a condition and a value";
    return {};
  }

  Failure check_field(const Instruction& i, Role role, std::uint32_t bits, const char* field) {
    const auto below = [&](std::size_t limit, const char* what) -> Failure {
      if (bits < limit) return {};
      return fmt::format("{}: {} {} of {}", field, what, bits, limit);
    };
    switch (role) {
      case Role::kNone:
        return bits == 0 ? Failure{} : fmt::format("{} must be 0", field);
      case Role::kDst:
        return below(unit_.registers, "register");
      case Role::kSrc:
        return check_operand(i, Operand::from_bits(bits), field);
      case Role::kFirst:
        return check_registers(i, bits);
      case Role::kCount:
        if (i.opcode == Opcode::kClientPart) return below(4, "client part");
        return below(kMaxCount + 1, "count");
      case Role::kSlot:
        facts_.slots.push_back(bits);
        return below(data_.slots.size(), "slot");
      case Role::kConst:
        if (Failure failure = below(data_.constants.size(), "constant")) return failure;
        if (!std::holds_alternative<std::string>(data_.constants[bits].value))
          return fmt::format("{} must be a string", field);
        return {};
      case Role::kText: {
        if (Failure failure = below(data_.constants.size(), "constant")) return failure;
        const ConstantData& constant = data_.constants[bits];
        if (!std::holds_alternative<std::string>(constant.value))
          return fmt::format("{} must be a string", field);
        if (!constant.folded && (i.flags & InstructionFlag::kCased) == 0)
          return fmt::format("{} must be folded text", field);
        return {};
      }
      case Role::kStrings: {
        if (Failure failure = below(data_.constants.size(), "constant")) return failure;
        const auto* list = std::get_if<ConstantData::List>(&data_.constants[bits].value);
        if (list == nullptr) return fmt::format("{} must be a list", field);
        for (std::uint32_t item : list->items) {
          if (!std::holds_alternative<std::string>(data_.constants[item].value))
            return fmt::format("{} must be a list of strings", field);
        }
        return {};
      }
      case Role::kPath:
        return below(data_.paths.size(), "path");
      case Role::kRegex:
        return below(data_.regexes.size(), "regular expression");
      case Role::kTable:
        return below(data_.tables.size(), "table");
      case Role::kFunction:
        if (Failure failure = below(functions_.size(), "function")) return failure;
        return i.opcode == Opcode::kCallOne ? check_argument_count(i, 1) : Failure{};
      case Role::kLoop:
        return below(kMaxLoops, "loop");
      case Role::kBuilder:
        return below(kMaxBuilders, "builder");
      case Role::kType:
        return check_type(bits);
      case Role::kAggregate:
        return below(data_.aggregates.size(), "aggregate");
      case Role::kCompare:
      case Role::kTextOp:
        return below(4, "comparison");
    }
    return "unknown role";
  }

  Failure check_operand(const Instruction& i, Operand operand, const char* field) {
    const auto below = [&](std::size_t limit, const char* what) -> Failure {
      if (operand.index() < limit) return {};
      return fmt::format("{}: {} {} of {}", field, what, operand.index(), limit);
    };
    switch (operand.kind()) {
      case OperandKind::kRegister:
        return below(unit_.registers, "register");
      case OperandKind::kSlot:
        facts_.slots.push_back(operand.index());
        return below(data_.slots.size(), "slot");
      case OperandKind::kConst:
        return below(data_.constants.size(), "constant");
      case OperandKind::kRaw:
        return below(data_.paths.size(), "path");
      case OperandKind::kParam:
        return below(data_.params.size(), "parameter");
      case OperandKind::kList:
        return below(data_.lists.size(), "list");
      case OperandKind::kTable:
        if ((i.opcode != Opcode::kTestIn && i.opcode != Opcode::kTestNotIn) || operand.bits() != i.y) {
          return fmt::format("{}: a table stands only behind `in`", field);
        }
        return below(data_.tables.size(), "table");
      case OperandKind::kThis:
        // The event that is judged may be of another source.
        if (unit_.source != kNoIndex) return fmt::format("{}: `this` in a unit of one source", field);
        facts_.slots.push_back(operand.index());
        return below(data_.slots.size(), "slot");
      case OperandKind::kStep:
        if ((operand.index() & ((1U << kStepShift) - 1)) >= data_.slots.size())
          return fmt::format("{}: a slot that does not exist", field);
        return {};
      case OperandKind::kSpecial:
        if (operand.index() == static_cast<std::uint32_t>(Special::kTenant) && data_.tenant_slot != kNoIndex)
          facts_.slots.push_back(data_.tenant_slot);
        return below(static_cast<std::size_t>(Special::kTenant) + 1, "special value");
    }
    return fmt::format("{}: unknown kind of operand", field);
  }

  Failure check_registers(const Instruction& i, std::uint32_t first) {
    const std::uint32_t count = i.opcode == Opcode::kCall ? i.target : i.x;
    if (count > kMaxCount) return fmt::format("{} registers are too many", count);
    if (first > unit_.registers || count > unit_.registers - first) {
      return fmt::format("registers {} to {} of {}", first, std::uint64_t{first} + count, unit_.registers);
    }
    if (i.opcode != Opcode::kCall) return {};
    return check_argument_count(i, count);
  }

  Failure check_argument_count(const Instruction& i, std::uint32_t count) const {
    if (i.x >= functions_.size()) return "no such function";
    const Callable& function = functions_[i.x];
    if (count < function.required || count > function.signature.parameter_count) {
      return fmt::format("{} arguments for {}", count, function.row->signature);
    }
    return {};
  }

  static Failure check_type(std::uint32_t bits) {
    constexpr auto kLast = static_cast<std::uint32_t>(TypeKind::kGeo);
    if ((bits & 0xff) > kLast || (bits >> 8 & 0xff) > kLast || (bits >> 16) > kMaxListDepth)
      return "no such type";
    return {};
  }

  Failure check_jump(const Instruction& i) const {
    if (!kOpcodes[static_cast<std::size_t>(i.opcode)].jumps) return {};
    if (i.opcode == Opcode::kNext) return {};  // find_loops() looked at it
    if (i.target <= at_ || i.target >= code_.size()) return fmt::format("jumps to {}", i.target);
    if (!loops_.may_jump(at_, i.target)) return fmt::format("jumps into a loop at {}", i.target);
    return {};
  }

  /// Follows all paths at once: jumps go forward, and going back round a loop only adds to what is written.
  Failure check_flow() {
    const std::size_t words = (unit_.registers + 63U) / 64;
    Written state;
    state.registers.assign(words, 0);
    state.reachable = true;
    std::map<std::uint32_t, Written> waiting;  // states that jump to a place further on
    for (at_ = 0; at_ < code_.size(); ++at_) {
      if (const auto entry = waiting.find(at_); entry != waiting.end()) {
        state.meet(entry->second);
        waiting.erase(entry);
      }
      if (!state.reachable) continue;
      const Instruction& i = code_[at_];
      const OpcodeRow& row = kOpcodes[static_cast<std::size_t>(i.opcode)];
      if (Failure failure = check_reads(i, row, state)) return failure;
      if (row.jumps && i.opcode != Opcode::kNext) waiting[i.target].meet(state);
      if (row.dst == Role::kDst) state.add(i.dst);
      if (i.opcode == Opcode::kBuild) state.builders |= 1U << i.x;
      if (ends_unit(i.opcode) || i.opcode == Opcode::kJump) state.reachable = false;
    }
    return {};
  }

  static Failure check_reads(const Instruction& i, const OpcodeRow& row, const Written& state) {
    const auto unwritten = [&](std::uint32_t r) -> Failure {
      if (state.has(r)) return {};
      return fmt::format("register {} is not written on every path", r);
    };
    const auto operand = [&](Role role, std::uint32_t bits) -> Failure {
      if (role != Role::kSrc || Operand::from_bits(bits).kind() != OperandKind::kRegister) return {};
      return unwritten(Operand::from_bits(bits).index());
    };
    if (Failure failure = operand(row.x, i.x)) return failure;
    if (Failure failure = operand(row.y, i.y)) return failure;
    if (i.opcode == Opcode::kAddPresent) {
      if (Failure failure = unwritten(i.dst)) return failure;
    }
    if (row.y == Role::kFirst) {
      const std::uint32_t count = i.opcode == Opcode::kCall ? i.target : i.x;
      for (std::uint32_t k = 0; k < count; ++k) {
        if (Failure failure = unwritten(i.y + k)) return failure;
      }
    }
    if ((i.opcode == Opcode::kAppend || i.opcode == Opcode::kBuilt) && (state.builders >> i.x & 1) == 0) {
      return fmt::format("builder {} was not begun on every path", i.x);
    }
    return {};
  }

  const ProgramData& data_;
  std::span<const Callable> functions_;
  const UnitData& unit_;
  std::span<const Instruction> code_;
  UnitFacts& facts_;
  LoopMap loops_;
  std::uint32_t at_ = 0;
};

}  // namespace

bool LoopMap::may_jump(std::uint32_t from, std::uint32_t to) const {
  const std::uint16_t wanted = region_of[to];
  if (wanted == kOutside) return true;
  for (std::uint16_t region = region_of[from]; region != kOutside; region = regions[region].parent) {
    if (region == wanted) return true;
  }
  return false;
}

std::optional<std::string> find_loops(std::span<const Instruction> code, LoopMap& loops) {
  std::vector<std::uint16_t> open;
  std::vector<std::uint32_t> numbers;
  const auto error = [](std::size_t at, const char* what) {
    return fmt::format("instruction {}: {}", at, what);
  };
  loops.region_of.assign(code.size(), LoopMap::kOutside);
  for (std::size_t i = 0; i < code.size(); ++i) {
    loops.region_of[i] = open.empty() ? LoopMap::kOutside : open.back();
    const Instruction& instruction = code[i];
    if (instruction.opcode == Opcode::kLoop) {
      if (std::find(numbers.begin(), numbers.end(), instruction.y) != numbers.end())
        return error(i, "the loop number is in use");
      if (loops.regions.size() >= LoopMap::kOutside - 1U) return error(i, "too many loops");
      LoopMap::Region region;
      region.first = static_cast<std::uint32_t>(i + 1);
      region.parent = loops.region_of[i];
      region.depth = static_cast<std::uint8_t>(open.size() + 1);
      open.push_back(static_cast<std::uint16_t>(loops.regions.size()));
      numbers.push_back(instruction.y);
      loops.regions.push_back(region);
    } else if (instruction.opcode == Opcode::kNext) {
      if (open.empty()) return error(i, "a loop ends that did not begin");
      LoopMap::Region& region = loops.regions[open.back()];
      if (numbers.back() != instruction.y || instruction.target != region.first)
        return error(i, "loops are not properly nested");
      region.last = static_cast<std::uint32_t>(i);
      open.pop_back();
      numbers.pop_back();
    }
  }
  if (!open.empty()) return error(code.size() - 1, "a loop does not end");
  return {};
}

std::optional<std::string> verify_unit(const ProgramData& data, std::span<const Callable> functions,
                                       const UnitData& unit, UnitFacts& facts) {
  return UnitVerifier(data, functions, unit, facts).run();
}

}  // namespace shrike
