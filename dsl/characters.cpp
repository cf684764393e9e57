// Which characters rule text may hold: checks a whole file for invalid UTF-8, control characters and
// characters that turn the direction of text, so that what a reader sees is what the compiler reads. Read
// next: characters.hpp for the single steps, parse_tokens.cpp for characters that begin no token.
#include "dsl/characters.hpp"

#include <fmt/format.h>

#include "dsl/diagnostics.hpp"
#include "dsl/tokens.hpp"
#include "runtime/utf8.hpp"

namespace shrike {

CodePoint next_code_point(std::string_view text) {
  const char* at = text.data();
  const std::uint32_t value = utf8::decode(at, text.data() + text.size());
  return {value >= utf8::kInvalid ? kInvalidCodePoint : value, static_cast<std::uint8_t>(at - text.data())};
}

bool is_control(std::uint32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c <= 0x9F);
}

bool is_bidi_control(std::uint32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

bool check_characters(const SourceFiles& files, std::uint32_t index, Mistakes& mistakes) {
  const std::string_view text = files[index].text;
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    mistakes.add(make_diagnostic(DiagnosticId::kNotUtf8, {index, 0, 2}, "it begins as UTF-16 does"));
    return false;
  }
  bool said_on_line = false;  // One message of each kind would be noise: a line says its first mistake.
  for (std::size_t at = 0; at < text.size() && !mistakes.full();) {
    const auto first = static_cast<unsigned char>(text[at]);
    if (first >= 0x20 && first < 0x7F) {
      ++at;
      continue;
    }
    if (first == '\n') said_on_line = false;
    const CodePoint point = next_code_point(text.substr(at));
    const Span where{index, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + point.bytes)};
    at += point.bytes;
    if (said_on_line) continue;
    if (point.value == kInvalidCodePoint) {
      mistakes.add(make_diagnostic(DiagnosticId::kNotUtf8, where, fmt::format("byte 0x{:02X}", first)));
      said_on_line = true;
    } else if (is_control(point.value) || (point.value == '\r' && at < text.size() && text[at] != '\n')) {
      mistakes.add(
          make_diagnostic(DiagnosticId::kControlCharacter, where, fmt::format("U+{:04X}", point.value)));
      said_on_line = true;
    } else if (is_bidi_control(point.value)) {
      mistakes.add(
          make_diagnostic(DiagnosticId::kBidiCharacter, where, fmt::format("U+{:04X}", point.value)));
      said_on_line = true;
    }
  }
  return true;
}

}  // namespace shrike
