// The standard library of rules, as text that is part of the program.
// Others use standard_library(): its classes, sources, lists and rules, ready to be given to the compiler.
// The text comes from stdlib-rules/; cmake/embed_rules.cmake turns it into C++.
#pragma once

#include <span>
#include <string_view>

namespace shrike {

// One file of the standard library. Both views live as long as the process.
struct EmbeddedFile {
  std::string_view path;  // Relative to stdlib-rules/, with forward slashes: "classes/mail.shrike".
  std::string_view text;  // The file, byte for byte: a .shrike or a .csv file.
};

// What the names of its files begin with when they are compiled, so that messages tell them from a user's
// own.
inline constexpr std::string_view kStandardPrefix = "stdlib-rules/";

// All files, sorted by path. Never fails; safe to call from any thread.
std::span<const EmbeddedFile> standard_library();

}  // namespace shrike
