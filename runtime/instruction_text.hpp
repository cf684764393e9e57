// Instructions and constants as people read them: names instead of numbers, constants quoted. Everything that
// could disturb a terminal is escaped. Used by disassemble.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/opcodes.hpp"
#include "runtime/program_data.hpp"

namespace shrike {

/// One instruction without its place, for example `unless operation is "send"`. Jump targets are left to the
/// caller.
std::string instruction_text(const ProgramData& data, const Instruction& instruction);

/// A constant as the language writes it; long lists and texts are cut.
std::string constant_text(const ProgramData& data, std::uint32_t constant);

/// "list<string>".
std::string type_text(const Type& type);

/// Text with quotes and escapes.
std::string quoted_short(std::string_view text);
/// Text without quotes; control characters are escaped.
std::string plain(std::string_view text);

}  // namespace shrike
