// The state machine over a row, and JSON text from its cells.
#include "runtime/reader/csv_row.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "runtime/reader/text_encoding.hpp"
#include "shrike/reader.hpp"

namespace shrike::reader {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Bytes that stand in a JSON string and in a quoted cell as they are.
constexpr std::array<bool, 256> plain_bytes() {
  std::array<bool, 256> plain{};
  for (std::size_t i = 0x20; i < plain.size(); ++i) plain[i] = i != '"' && i != '\\';
  return plain;
}
constexpr std::array<bool, 256> kPlain = plain_bytes();

#if defined(__SSE2__)
unsigned bits_equal(__m128i bytes, char wanted) {
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted))));
}

/// Copies bytes up to the first that needs an escape, and gives their number. 16 bytes behind both may be
/// touched.
std::size_t copy_plain(const char* from, std::size_t size, char* to) {
  for (std::size_t i = 0; i < size; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), bytes);
    const __m128i top_control = _mm_set1_epi8(0x1f);
    const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, top_control), top_control);
    const unsigned special =
        bits_equal(bytes, '"') | bits_equal(bytes, '\\') | static_cast<unsigned>(_mm_movemask_epi8(control));
    if (special != 0) return std::min(size, i + static_cast<unsigned>(std::countr_zero(special)));
  }
  return size;
}

/// The number of bytes up to the first quote; counts the line ends in them. 16 bytes behind the text are
/// readable.
std::size_t find_quote(const char* text, std::size_t size, std::uint64_t& newlines) {
  for (std::size_t i = 0; i < size; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + i));
    const unsigned quotes = bits_equal(bytes, '"');
    const std::size_t found =
        std::min(size - i, static_cast<std::size_t>(quotes != 0 ? std::countr_zero(quotes) : 16));
    const unsigned line_ends = bits_equal(bytes, '\n') & ((1U << found) - 1);
    if (line_ends != 0) newlines += static_cast<unsigned>(std::popcount(line_ends));
    if (found != 16) return i + found;
  }
  return size;
}
#else
std::size_t copy_plain(const char* from, std::size_t size, char* to) {
  std::size_t i = 0;
  for (; i < size && kPlain[static_cast<unsigned char>(from[i])]; ++i) to[i] = from[i];
  return i;
}

std::size_t find_quote(const char* text, std::size_t size, std::uint64_t& newlines) {
  std::size_t i = 0;
  for (; i < size && text[i] != '"'; ++i) newlines += text[i] == '\n' ? 1U : 0U;
  return i;
}
#endif

/// Writes the JSON escape of a byte and gives the end of it.
char* put_escape(char* out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  *out++ = '\\';
  switch (c) {
    case '"':
    case '\\':
      *out++ = c;
      return out;
    case '\n':
      *out++ = 'n';
      return out;
    case '\r':
      *out++ = 'r';
      return out;
    case '\t':
      *out++ = 't';
      return out;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  for (const char digit : {'u', '0', '0', kDigits[code >> 4], kDigits[code & 0xf]}) *out++ = digit;
  return out;
}

/// Writes text as the inside of a JSON string.
char* put_cell(char* out, std::string_view text) {
  for (const char c : text) {
    if (kPlain[static_cast<unsigned char>(c)]) {
      *out++ = c;
    } else {
      out = put_escape(out, c);
    }
  }
  return out;
}

/// The same for the cell that begins at the quote at `at`, which moves behind the closing quote. 16 bytes
/// behind the row and the output may be touched.
char* put_quoted_cell(char* out, const char*& at, const char* end) {
  ++at;
  while (at != end) {
    const std::size_t run = copy_plain(at, static_cast<std::size_t>(end - at), out);
    out += run;
    at += run;
    if (at == end) break;
    const char special = *at++;
    if (special == '"') {
      if (at == end || *at != '"') break;
      ++at;
    }
    out = put_escape(out, special);
  }
  return out;
}

char* put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

/// No more bytes than this come out of put_cell() for a text.
std::size_t largest_escaped(std::string_view text) {
  const auto controls =
      std::count_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return 2 * text.size() + 4 * static_cast<std::size_t>(controls);
}

}  // namespace

void CsvRowScan::start() {
  state_ = State::kCellStart;
  broken_ = false;
  used_ = newlines_ = quote_offset_ = quote_line_ = 0;
}

CsvRowScan::Result CsvRowScan::scan(std::string_view text, std::size_t& used) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (state_ == State::kQuoted) {
      i += find_quote(text.data() + i, text.size() - i, newlines_);
      if (i + 1 < text.size() && text[i + 1] == '"') {
        ++i;
      } else if (i < text.size()) {
        state_ = State::kQuoteInQuoted;
      }
      continue;
    }
    if (c == '"' && state_ == State::kQuoteInQuoted) {
      state_ = State::kQuoted;
    } else if (c == '\n') {
      used = i;
      used_ += i;
      return Result::kEnd;
    } else if (c == delimiter_) {
      state_ = State::kCellStart;
    } else if (state_ == State::kCellStart) {
      state_ = c == '"' ? State::kQuoted : State::kPlain;
      quote_offset_ = used_ + i;
      quote_line_ = newlines_;
    } else if (state_ == State::kQuoteInQuoted || state_ == State::kBehindQuoted) {
      state_ = is_blank(c) ? State::kBehindQuoted : State::kPlain;
      if (state_ == State::kBehindQuoted) continue;
      broken_ = true;
      if (newlines_ == quote_line_) continue;
      used = i;
      used_ += i;
      return Result::kStrayQuote;
    }
  }
  used = text.size();
  used_ += used;
  return Result::kMore;
}

bool CsvCells::next(CsvCell& cell) {
  if (done_) return false;
  std::size_t end = 0;
  cell.quoted = rest_.starts_with('"');
  if (cell.quoted) {
    std::size_t close = 1;
    while (close < rest_.size()) {
      close = std::min(rest_.find('"', close), rest_.size());
      if (close + 1 >= rest_.size() || rest_[close + 1] != '"') break;
      close += 2;
    }
    close = std::min(close, rest_.size());
    cell.text = rest_.substr(1, close - 1);
    end = std::min(rest_.find(delimiter_, close), rest_.size());
  } else {
    end = std::min(rest_.find(delimiter_), rest_.size());
    cell.text = rest_.substr(0, end);
  }
  done_ = end == rest_.size();
  if (!done_) rest_.remove_prefix(end + 1);
  return true;
}

std::string_view trim_row(std::string_view row) {
  if (row.ends_with('\r')) row.remove_suffix(1);
  if (row.starts_with(kByteOrderMark)) row.remove_prefix(kByteOrderMark.size());
  return row;
}

std::vector<std::string> column_names(std::string_view row, char delimiter) {
  constexpr std::string_view kUtc = " [UTC]";
  std::vector<std::string> names;
  CsvCells cells(row, delimiter);
  for (CsvCell cell; cells.next(cell);) {
    std::string name;
    for (std::size_t i = 0; i < cell.text.size(); ++i) {
      name += cell.text[i];
      if (cell.quoted && cell.text[i] == '"') ++i;
    }
    while (!name.empty() && is_blank(name.back())) name.pop_back();
    name.erase(0, std::min(name.find_first_not_of(" \t\r"), name.size()));
    if (name.ends_with(kUtc)) name.resize(name.size() - kUtc.size());
    names.push_back(std::move(name));
  }
  return names;
}

CsvRowWriter::CsvRowWriter(const std::vector<std::string>& columns, char delimiter) : delimiter_(delimiter) {
  for (const std::string& column : columns) {
    std::string name(largest_escaped(column), '\0');
    name.resize(static_cast<std::size_t>(put_cell(name.data(), column) - name.data()));
    members_.push_back(",\"" + name + "\":\"");
    members_size_ += members_.back().size() + 1;
  }
}

CsvRowWriter::Row CsvRowWriter::write(std::string_view row) {
  const std::size_t room = members_size_ + largest_escaped(row) + 2 + kRecordPadding;
  if (json_.size() < room) json_.resize(room);
  Row result;
  char* const begin = json_.data();
  char* out = begin;
  const char* at = row.data();
  const char* const end = at + row.size();
  for (bool more = true; more; ++result.cells) {
    const bool surplus = result.cells >= members_.size();
    char* const cell = surplus ? out : put(out, members_[result.cells]);
    char* cell_end = nullptr;
    if (at != end && *at == '"') {
      cell_end = put_quoted_cell(cell, at, end);
      while (at != end && *at != delimiter_) ++at;
    } else {
      const char* const start = at;
      while (at != end && *at != delimiter_) ++at;
      cell_end = put_cell(cell, {start, static_cast<std::size_t>(at - start)});
    }
    more = at != end;
    if (more) ++at;
    if (cell_end == cell) continue;
    result.surplus_text = result.surplus_text || surplus;
    if (surplus) continue;
    *cell_end = '"';
    out = cell_end + 1;
  }
  result.blank = out == begin && !result.surplus_text;
  if (out == begin) ++out;
  *begin = '{';  // Instead of the comma in front of the first member.
  *out++ = '}';
  result.json = {begin, static_cast<std::size_t>(out - begin)};
  return result;
}

}  // namespace shrike::reader
