#include "playground/cli/safe_text.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <iterator>

#include "runtime/utf8.hpp"

namespace shrike::cli {
namespace {

/// More marks than any script puts on one character would be drawn over the lines around it.
constexpr unsigned kMaxMarks = 8;

bool is_mark(std::uint32_t point) {
  if (point < 0x300) return false;
  const int type = u_charType(static_cast<UChar32>(point));
  return type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK;
}

void append_escape(std::string& out, std::uint32_t point) {
  switch (point) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", point);
  }
}

}  // namespace

bool is_unsafe(std::uint32_t point) {
  if (point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0xAD) return true;
  if (point < 0x300) return false;
  if ((point >= 0xFDD0 && point <= 0xFDEF) || (point & 0xFFFE) == 0xFFFE) return true;
  const auto character = static_cast<UChar32>(point);
  switch (u_charType(character)) {
    case U_FORMAT_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_SURROGATE:
      return true;
    default:
      return u_hasBinaryProperty(character, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
  }
}

std::string safe_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  unsigned marks = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const begin = at;
    const std::uint32_t point = utf8::decode(at, end);
    if (point >= utf8::kInvalid) {
      marks = 0;
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", point - utf8::kInvalid);
    } else if (is_unsafe(point)) {
      marks = 0;
      append_escape(out, point);
    } else if (is_mark(point) && ++marks > kMaxMarks) {
      append_escape(out, point);
    } else {
      if (!is_mark(point)) marks = 0;
      out.append(begin, at);
    }
  }
  return out;
}

std::string safe_text(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return safe_text(text);
  // Cut between characters, not inside one.
  std::size_t end = bytes;
  while (end > 0 && bytes - end < 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return fmt::format("{}… ({} more bytes)", safe_text(text.substr(0, end)), text.size() - end);
}

std::string json_line(const nlohmann::ordered_json& json) {
  const std::string text = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size() + 1);
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const begin = at;
    const std::uint32_t point = utf8::decode(at, end);
    // What is unsafe can only stand inside a string of the JSON, where an escape means the same.
    if (!is_unsafe(point)) {
      out.append(begin, at);
    } else if (point < 0x10000) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
    } else {
      const std::uint32_t high = 0xD800 + ((point - 0x10000) >> 10);
      const std::uint32_t low = 0xDC00 + ((point - 0x10000) & 0x3FF);
      fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", high, low);
    }
  }
  out += '\n';
  return out;
}

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : safe_text(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace shrike::cli
