// The part of the verifier that looks at the instructions of one unit: operands, jumps, loops, registers.
// Used by verifier.cpp only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/functions.hpp"
#include "runtime/opcodes.hpp"
#include "runtime/program_data.hpp"

namespace shrike {

/// Where loops begin and end in a unit.
struct LoopMap {
  static constexpr std::uint16_t kOutside = 0xffff;
  struct Region {
    std::uint32_t first = 0;  ///< first instruction of the body
    std::uint32_t last = 0;   ///< its kNext
    std::uint16_t parent = kOutside;
    std::uint8_t depth = 1;
  };
  std::vector<Region> regions;
  std::vector<std::uint16_t> region_of;  ///< per instruction: innermost region, or kOutside

  unsigned depth_at(std::uint32_t at) const {
    return region_of[at] == kOutside ? 0 : regions[region_of[at]].depth;
  }
  /// Whether a jump from one instruction to another enters no loop from outside.
  bool may_jump(std::uint32_t from, std::uint32_t to) const;
};

/// What a unit is good for and what it touches.
struct UnitFacts {
  bool returns_condition = false;
  bool returns_value = false;
  std::vector<std::uint32_t> slots;  ///< that it reads, each once
};

/// Finds the loops of a unit; an error text when they are not properly nested.
std::optional<std::string> find_loops(std::span<const Instruction> code, LoopMap& loops);

/// Checks one unit and fills `facts`; an error text, without the unit's name, when it is not safe.
std::optional<std::string> verify_unit(const ProgramData& data, std::span<const Callable> functions,
                                       const UnitData& unit, UnitFacts& facts);

/// Longest path; `cost_of_call` gives the cost of an instruction that is_call().
template <class CostOfCall>
std::uint64_t longest_path(std::span<const Instruction> code, const LoopMap& loops, CostOfCall cost_of_call) {
  const auto saturating_add = [](std::uint64_t a, std::uint64_t b) {
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
  };
  const auto saturating_multiply = [](std::uint64_t a, std::uint64_t b) {
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
  };
  std::vector<std::uint64_t> cost_from(code.size() + 1, 0);
  for (std::size_t i = code.size(); i-- > 0;) {
    const Instruction& instruction = code[i];
    const OpcodeRow& row = kOpcodes[static_cast<std::size_t>(instruction.opcode)];
    std::uint64_t cost = is_call(instruction.opcode) ? cost_of_call(instruction) : row.cost;
    for (unsigned depth = loops.depth_at(static_cast<std::uint32_t>(i)); depth > 0; --depth) {
      cost = saturating_multiply(cost, kLoopBound);
    }
    std::uint64_t rest = 0;
    if (!ends_unit(instruction.opcode)) {
      if (instruction.opcode != Opcode::kJump) rest = cost_from[i + 1];
      if (row.jumps && instruction.opcode != Opcode::kNext)
        rest = std::max(rest, cost_from[instruction.target]);
    }
    cost_from[i] = saturating_add(cost, rest);
  }
  return cost_from[0];
}

}  // namespace shrike
