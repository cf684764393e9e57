// Text in columns: how wide it is on a terminal, wrapped and padded lines, numbers as people write them.
// Takes safe text only (safe_text.hpp): valid UTF-8 without controls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace shrike::cli {

/// Columns that a text takes: two for wide characters, none for marks.
std::size_t width_of(std::string_view text);

/// Lines of at most `width` columns (at least 2), broken at blanks; longer words are broken where they must
/// be. Never empty.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// The text in exactly `width` columns or more: blanks are added behind it.
std::string padded(std::string_view text, std::size_t width);

/// At most `width` columns; ends with "…" where something was cut off.
std::string cut(std::string_view text, std::size_t width);

/// 1234567 as "1,234,567".
std::string with_commas(std::uint64_t number);

/// "1 alert", "1,234 alerts".
std::string counted(std::uint64_t number, std::string_view noun);

/// Bytes as "532 B", "12.3 kB", "4.56 GB" (powers of 1000).
std::string with_unit(std::uint64_t bytes);

/// "bad_json 2, time_missing 1": the largest first; what is 0 is left out.
std::string listed(const std::map<std::string, std::uint64_t>& counts);

}  // namespace shrike::cli
