// The tables of built-in functions by topic, each in its own .cpp, and the wrapper types they share.
// table.cpp puts them together.
#pragma once

#include <span>
#include <string_view>

#include "runtime/functions.hpp"

namespace shrike {

std::span<const FunctionRow> text_functions();
std::span<const FunctionRow> likeness_functions();
std::span<const FunctionRow> mail_functions();
std::span<const FunctionRow> convert_functions();
std::span<const FunctionRow> pair_functions();
std::span<const FunctionRow> network_functions();
std::span<const FunctionRow> time_functions();
std::span<const FunctionRow> place_functions();
std::span<const FunctionRow> client_functions();
std::span<const FunctionRow> list_functions();

/// A string value of text that was just written to the arena, or of a part of an argument; missing when
/// `text` has no storage.
Value text_value(std::string_view text);

/// A copy of the text in the arena; missing when the arena is exhausted.
Value text_copy(std::string_view text, Arena& arena);

/// Without blanks (space, tab, line ends) at both ends.
std::string_view without_blanks(std::string_view text);

}  // namespace shrike
