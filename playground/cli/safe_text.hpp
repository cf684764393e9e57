// Text of events made fit to be shown: nothing in it can move the cursor, turn the direction of writing,
// hide, or break the format it stands in. Everything that quotes an event goes through here. Read next:
// text_layout.hpp for wrapping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace shrike::cli {

/// True for characters that are not shown as they are: controls, format characters (those of direction among
/// them), invisible ones, line and paragraph separators, noncharacters.
bool is_unsafe(std::uint32_t code_point);

/// Text for a terminal, on one line: unsafe characters become \n, \t, \r or \u{…}, bytes that are not UTF-8
/// \x…, and marks after the eighth on one character \u{…}. The result is valid UTF-8; safe text comes out as
/// it is.
std::string safe_text(std::string_view text);

/// The same for at most `bytes` bytes of the text; tells how much was left out.
std::string safe_text(std::string_view text, std::size_t bytes);

/// One line of JSON. Unsafe characters stand as \u escapes, so that the line means the same and a terminal
/// can show it.
std::string json_line(const nlohmann::ordered_json& json);

/// Safe text for XML, in attributes and elements.
std::string xml_text(std::string_view text);

}  // namespace shrike::cli
