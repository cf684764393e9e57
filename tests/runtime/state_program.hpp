// A program whose rules remember, put together by hand: a window with every aggregate, steps with an absence,
// steps in any order, and a rule that reads their alerts. For the tests of the verifier and of damaged
// programs.
#pragma once

#include "tests/runtime/assembler.hpp"

namespace shrike::test {

ProgramData state_data();

/// Feeds events, and alerts, for both moments of decision; writes state and reads it back. Returns how many
/// alerts were given.
std::size_t run_states(const Program& program);

}  // namespace shrike::test
