// Proves before the first run that a program stays inside its bounds, as an eBPF verifier does. A program
// from a stranger may be useless but never harmful. Used by Program::seal (program.cpp) and, for the cost, by
// the code generator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/functions.hpp"
#include "runtime/program_data.hpp"

namespace shrike {

/// Limits on what a program may hold, beside those in opcodes.hpp.
struct ProgramLimit {
  static constexpr std::size_t kFileBytes = std::size_t{64} << 20;
  static constexpr std::size_t kInstructions = std::size_t{16} << 20;
  static constexpr std::size_t kUnitInstructions = 65536;
  static constexpr std::size_t kSlotDepth = 128;  ///< slots whose units read slots whose units …
  static constexpr std::size_t kSteps = 64;       ///< of one rule
  static constexpr std::size_t kStates = 4096;    ///< rules that remember; each takes some memory per tenant
  static constexpr std::size_t kAggregates = 65536;
  static constexpr std::size_t kRegexes = 4096;
  static constexpr std::size_t kRegexBytes = 16384;
  static constexpr std::size_t kListDepth = 8;  ///< lists in constant lists
  static constexpr std::int64_t kRegexMemory = std::int64_t{2} << 20;
};

/// What the machine must provide to run a verified program.
struct MachineNeeds {
  std::size_t stack_registers = 0;
};

/// Checks everything that needs no runtime form. `functions` holds the rows that data.functions names, in the
/// same order. Errors: kUnsafe, saying what is wrong and where.
Expected<MachineNeeds> verify(const ProgramData& data, std::span<const Callable> functions);

/// Worst-case cost of a unit: its longest path, loops counted kLoopBound times, saturating. Slots that it
/// reads are not part of it, since they are computed at most once per event. 0 when the unit is malformed or
/// calls an unknown function.
std::uint64_t worst_case_cost(const ProgramData& data, const UnitData& unit);

}  // namespace shrike
