// The state machine over a row, and JSON text from its cells.
#include "runtime/reader/csv_row.hpp"

#include <array>

#include "runtime/reader/text_encoding.hpp"

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

void append_escaped(std::string& json, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  json += '\\';
  switch (c) {
    case '"':
    case '\\':
      json += c;
      return;
    case '\n':
      json += 'n';
      return;
    case '\r':
      json += 'r';
      return;
    case '\t':
      json += 't';
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  json += "u00";
  json += kDigits[code >> 4];
  json += kDigits[code & 0xf];
}

/// Appends the text of a cell to a JSON string.
void append_cell(std::string& json, const CsvCell& cell) {
  const char* at = cell.text.data();
  const char* const end = at + cell.text.size();
  while (at != end) {
    const char* const run = at;
    while (at != end && kPlain[static_cast<unsigned char>(*at)]) ++at;
    json.append(run, at);
    if (at == end) return;
    append_escaped(json, *at);
    if (cell.quoted && *at == '"' && at + 1 != end && at[1] == '"') ++at;
    ++at;
  }
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
      if (c == '"') {
        state_ = State::kQuoteInQuoted;
      } else if (c == '\n') {
        ++newlines_;
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
    std::string member = "\"";
    append_cell(member, {column, false});
    members_.push_back(member + "\":\"");
  }
}

CsvRowWriter::Counts CsvRowWriter::write(std::string_view row, std::string& json) const {
  Counts counts;
  json = "{";
  CsvCells cells(row, delimiter_);
  for (CsvCell cell; cells.next(cell); ++counts.cells) {
    if (cell.text.empty()) continue;
    if (counts.cells >= members_.size()) {
      counts.surplus_text = true;
      continue;
    }
    if (counts.written++ != 0) json += ',';
    json += members_[counts.cells];
    append_cell(json, cell);
    json += '"';
  }
  json += '}';
  return counts;
}

}  // namespace shrike::reader
