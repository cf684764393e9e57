// The .shrikec form of a program: bytes to ProgramData and back, and the hash. Nothing here is trusted or
// verified beyond form; Program::load verifies afterwards. Used by program.cpp.
//
//   "SHRK"  bytecode version u32  language version u32  payload length u64  SHA-256 of the payload (32 bytes)
//   payload payload: sections in fixed order, each: tag (4 bytes)  length u64  content content: little-endian
//   integers; text and lists with a u32 count before them; a variant as its index (u8) and the value
#pragma once

#include <string>
#include <string_view>

#include "runtime/program_data.hpp"

namespace shrike {

std::string write_program(const ProgramData& data);

/// Errors: kFormat (damaged, cut off, not a program), kVersion (another bytecode or language version), kLimit
/// (too large).
Expected<ProgramData> read_program(std::string_view bytes);

/// 32 hex digits over everything that can change an alert.
std::string hash_program(const ProgramData& data);

/// Where text in the program is not UTF-8: false.
bool is_valid_text(const ProgramData& data);

/// Writes a correct checksum into bytes that were changed, for tests that damage programs on purpose.
void repair_checksum(std::string& bytes);

}  // namespace shrike
