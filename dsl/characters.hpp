// Single characters of rule text: decoding and the kinds that are not allowed to stand in a file as they are.
// Used by the tokenizer, the literal reader, the formatter and render().
#pragma once

#include <cstdint>
#include <string_view>

namespace shrike {

inline constexpr std::uint32_t kInvalidCodePoint = 0xFFFFFFFF;

struct CodePoint {
  std::uint32_t value = 0;  ///< kInvalidCodePoint for a byte that is no UTF-8
  std::uint8_t bytes = 1;
};

/// The first code point of a text that is not empty.
CodePoint next_code_point(std::string_view text);

/// C0 and C1 controls and DEL, without tab, line feed and carriage return.
bool is_control(std::uint32_t code_point);

/// Characters of Unicode's property Bidi_Control: they turn the direction in which text is shown.
bool is_bidi_control(std::uint32_t code_point);

}  // namespace shrike
