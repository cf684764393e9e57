// A program that has something in every table, and a way to run all of it: for the tests of the file form and
// for fuzzing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/runtime/assembler.hpp"

namespace shrike::test {

ProgramData sample_data();
Program sample_program();

/// Runs every unit that a program uses, over a few records and for every profile, as an engine would, within
/// a small budget. Returns how many values were there.
std::size_t run_everything(const Program& program);

}  // namespace shrike::test
