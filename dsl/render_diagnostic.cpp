// Shows a message as a terminal does: the sentence, the place, the line with carets, a second place, help.
// What comes from the source is escaped, so that no text in a rule can act on the terminal or hide what it
// says. Declared in shrike/diagnostic.hpp; the texts of messages are in diagnostics.hpp.
#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>

#include "dsl/characters.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike {
namespace {

constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[1;33m";
constexpr std::string_view kBlue = "\x1b[1;34m";

/// One character as it is shown.
struct Cell {
  std::string text;
  std::size_t width = 1;
};

Cell cell_of(std::string_view rest, std::size_t& bytes) {
  const CodePoint point = next_code_point(rest);
  bytes = point.bytes;
  if (point.value == kInvalidCodePoint) {
    return {fmt::format("\\x{:02x}", static_cast<unsigned char>(rest[0])), 4};
  }
  if (point.value == '\t') return {"  ", 2};
  const auto c = static_cast<UChar32>(point.value);
  const auto category = u_charType(c);
  const bool invisible = category == U_FORMAT_CHAR || category == U_LINE_SEPARATOR ||
                         category == U_PARAGRAPH_SEPARATOR || category == U_SURROGATE ||
                         category == U_PRIVATE_USE_CHAR || category == U_UNASSIGNED;
  if (is_control(point.value) || point.value == '\r' || point.value == '\n' || is_bidi_control(point.value) ||
      invisible) {
    std::string text = point.value <= 0xFFFF ? fmt::format("\\u{:04x}", point.value)
                                             : fmt::format("\\u{{{:x}}}", point.value);
    const std::size_t width = text.size();
    return {std::move(text), width};
  }
  Cell cell{std::string(rest.substr(0, point.bytes)), 1};
  if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK) {
    cell.width = 0;
  } else {
    const auto east_asian = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    if (east_asian == U_EA_WIDE || east_asian == U_EA_FULLWIDTH) cell.width = 2;
  }
  return cell;
}

std::string escaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    std::size_t bytes = 1;
    result += text[0] == '\n' ? "\n" : cell_of(text, bytes).text;
    text.remove_prefix(bytes);
  }
  return result;
}

/// A cut of one line around a span, and where the span lies in it, in columns of the terminal.
struct Excerpt {
  std::string line;
  std::size_t before = 0;
  std::size_t under = 1;
};

/// Start of a character, at or before `at`.
std::size_t character_start(std::string_view text, std::size_t at, std::size_t lowest) {
  while (at > lowest && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) --at;
  return at;
}

Excerpt excerpt_of(std::string_view text, std::size_t begin, std::size_t end, std::size_t columns) {
  begin = std::min(begin, text.size());
  const std::size_t newline = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
  const std::size_t line_begin = newline == std::string_view::npos ? 0 : newline + 1;
  std::size_t line_end = std::min(text.find('\n', begin), text.size());
  if (line_end > line_begin && text[line_end - 1] == '\r') --line_end;
  end = std::clamp(end, begin, std::max(begin, line_end));

  // What stands before the span: the last part of it that leaves two thirds of the room.
  Excerpt result;
  const std::size_t room_before = columns / 3;
  std::size_t from = line_begin;
  std::size_t width_before = 0;
  if (begin - line_begin > columns * 4) from = character_start(text, begin - columns * 4, line_begin);
  std::vector<Cell> cells;
  for (std::size_t at = from; at < begin;) {
    std::size_t bytes = 1;
    cells.push_back(cell_of(text.substr(at, begin - at), bytes));
    width_before += cells.back().width;
    at += bytes;
  }
  // The whole line, if it fits.
  std::size_t width_after = 0;
  std::vector<Cell> rest;
  std::size_t span_cells = 0;
  for (std::size_t at = begin; at < line_end && width_after <= columns;) {
    std::size_t bytes = 1;
    rest.push_back(cell_of(text.substr(at, line_end - at), bytes));
    width_after += rest.back().width;
    if (at < end) span_cells = rest.size();
    at += bytes;
  }
  const bool fits = from == line_begin && width_before + width_after <= columns;
  std::size_t first = 0;
  if (!fits && (from > line_begin || width_before > room_before)) {
    while (first < cells.size() && width_before > room_before) width_before -= cells[first++].width;
    result.line = "…";
    result.before = 1;
  }
  for (; first < cells.size(); ++first) {
    result.line += cells[first].text;
    result.before += cells[first].width;
  }
  std::size_t used = result.before;
  std::size_t under = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (used + rest[i].width > columns) {
      result.line += "…";
      break;
    }
    result.line += rest[i].text;
    used += rest[i].width;
    if (i < span_cells) under += rest[i].width;
  }
  result.under = std::max<std::size_t>(under, 1);
  return result;
}

class Renderer {
 public:
  Renderer(const SourceFiles& files, bool colour, std::size_t columns)
      : files_(files), colour_(colour), columns_(columns) {}

  std::string run(const Diagnostic& diagnostic) {
    number_width_ = width_of(diagnostic.where);
    if (diagnostic.second) number_width_ = std::max(number_width_, width_of(diagnostic.second->where));
    const bool error = diagnostic.level == DiagnosticLevel::kError;
    const std::string_view tone = error ? kRed : kYellow;
    paint(tone, fmt::format("{}[{}]", error ? "error" : "warning", diagnostic.code));
    paint(kBold, ": " + escaped(diagnostic.message));
    out_ += '\n';
    place(diagnostic.where, diagnostic.label, "-->", '^', tone);
    if (diagnostic.second) place(diagnostic.second->where, diagnostic.second->label, ":::", '-', kBlue);
    if (!diagnostic.help.empty()) {
      help(diagnostic.help);
    } else if (diagnostic.repair) {
      help(diagnostic.repair->text.empty() ? std::string("leave it out")
                                           : fmt::format("write `{}`", diagnostic.repair->text));
    }
    return std::move(out_);
  }

 private:
  void paint(std::string_view tone, std::string_view text) {
    if (colour_) out_ += tone;
    out_ += text;
    if (colour_) out_ += kReset;
  }

  std::size_t width_of(Span span) const {
    if (span.file >= files_.size()) return 1;
    return fmt::format("{}", locate(files_[span.file], span.begin).line).size();
  }

  void gutter(std::string_view number) { paint(kBlue, fmt::format(" {:>{}} |", number, number_width_)); }

  void place(Span span, std::string_view label, std::string_view arrow, char mark, std::string_view tone) {
    if (span.file >= files_.size()) return;
    const SourceFile& file = files_[span.file];
    const LineColumn at = locate(file, span.begin);
    out_.append(number_width_ + 1, ' ');
    paint(kBlue, arrow);
    out_ += fmt::format(" {}:{}:{}\n", escaped(file.name), at.line, at.column);
    const std::size_t margin = number_width_ + 4;
    const Excerpt excerpt =
        excerpt_of(file.text, span.begin, span.end, columns_ > margin + 20 ? columns_ - margin : 20);
    gutter("");
    out_ += '\n';
    gutter(fmt::format("{}", at.line));
    if (!excerpt.line.empty()) out_ += ' ' + excerpt.line;
    out_ += '\n';
    gutter("");
    out_.append(excerpt.before + 1, ' ');
    std::string marks(excerpt.under, mark);
    if (!label.empty()) marks += ' ' + escaped(label);
    paint(tone, marks);
    out_ += '\n';
  }

  void help(std::string_view text) {
    out_.append(number_width_ + 2, ' ');
    paint(kBlue, "=");
    out_ += ' ';
    paint(kBold, "help");
    out_ += ": ";
    for (char c : escaped(text)) {
      out_ += c;
      if (c == '\n') out_.append(number_width_ + 10, ' ');
    }
    out_ += '\n';
  }

  const SourceFiles& files_;
  bool colour_;
  std::size_t columns_;
  std::size_t number_width_ = 1;
  std::string out_;
};

/// Counts in blocks whose sum fits a byte, so that the compiler counts many bytes at once: a large file with
/// many mistakes is gone through for each of them.
template <class Wanted>
std::uint32_t count_bytes(std::string_view text, const Wanted& wanted) {
  constexpr std::size_t kBlock = 192;
  std::uint32_t sum = 0;
  for (; text.size() >= kBlock; text.remove_prefix(kBlock)) {
    std::uint8_t block = 0;
    for (std::size_t i = 0; i < kBlock; ++i)
      block = static_cast<std::uint8_t>(block + (wanted(text[i]) ? 1 : 0));
    sum += block;
  }
  for (const char c : text) sum += wanted(c) ? 1U : 0U;
  return sum;
}

}  // namespace

LineColumn locate(const SourceFile& file, std::uint32_t offset) {
  const std::string_view before = std::string_view(file.text).substr(0, offset);
  LineColumn result;
  result.line = count_bytes(before, [](char c) { return c == '\n'; }) + 1;
  const std::size_t newline = before.rfind('\n');
  const std::string_view line = newline == std::string_view::npos ? before : before.substr(newline + 1);
  result.column =
      count_bytes(line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }) + 1;
  return result;
}

std::string render(const Diagnostic& diagnostic, const SourceFiles& files, bool colour, unsigned columns) {
  return Renderer(files, colour, columns).run(diagnostic);
}

}  // namespace shrike
