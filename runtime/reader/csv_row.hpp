// One row of CSV text (RFC 4180): where it ends, its cells, and the JSON object it becomes.
// Used by csv_splitter.hpp and, to recognise a header, by format_sniff.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shrike::reader {

/// Finds the end of a row, piece by piece.
class CsvRowScan {
 public:
  enum class Result {
    kMore,        ///< all bytes used, the row goes on
    kEnd,         ///< `used` is at the line end behind the row
    kStrayQuote,  ///< text follows a closing quote whose cell began on an earlier line: `used` is at it
  };

  explicit CsvRowScan(char delimiter) : delimiter_(delimiter) {}
  void start();
  /// 16 bytes behind the text are readable.
  Result scan(std::string_view text, std::size_t& used);

  /// Line ends in quoted cells of what was used.
  std::uint64_t newlines() const { return newlines_; }
  /// Text between a closing quote and the end of its cell was seen.
  bool broken() const { return broken_; }
  bool in_quotes() const { return state_ == State::kQuoted; }
  /// Where the last quoted cell began: bytes and line ends from the start of the row.
  std::uint64_t quote_offset() const { return quote_offset_; }
  std::uint64_t quote_line() const { return quote_line_; }

 private:
  enum class State { kCellStart, kPlain, kQuoted, kQuoteInQuoted, kBehindQuoted };

  char delimiter_;
  State state_ = State::kCellStart;
  bool broken_ = false;
  std::uint64_t used_ = 0;
  std::uint64_t newlines_ = 0;
  std::uint64_t quote_offset_ = 0;
  std::uint64_t quote_line_ = 0;
};

/// A cell as it stands in the row: without its outer quotes, with "" still double if `quoted`.
struct CsvCell {
  std::string_view text;
  bool quoted = false;
};

/// Walks over the cells of a whole row (without its line end). A quoted cell without a closing quote reaches
/// to the end.
class CsvCells {
 public:
  CsvCells(std::string_view row, char delimiter) : rest_(row), delimiter_(delimiter) {}
  /// False when there are no more; a row has at least one cell.
  bool next(CsvCell& cell);

 private:
  std::string_view rest_;
  char delimiter_;
  bool done_ = false;
};

/// The row without CR at its end and without a byte order mark in front.
std::string_view trim_row(std::string_view row);

/// The cells as text, for headers: blanks around them removed, and a trailing " [UTC]".
std::vector<std::string> column_names(std::string_view row, char delimiter);

/// Turns rows into JSON objects whose members are named by the columns, all values strings, empty cells left
/// out.
class CsvRowWriter {
 public:
  CsvRowWriter(const std::vector<std::string>& columns, char delimiter);

  struct Row {
    std::string_view json;      ///< followed by kRecordPadding readable bytes; valid until the next write()
    std::size_t cells = 0;      ///< in the row
    bool surplus_text = false;  ///< a cell beyond the last column is not empty
    bool blank = false;         ///< all cells are empty
  };
  /// 16 bytes behind the row are readable.
  Row write(std::string_view row);

 private:
  std::vector<std::string> members_;  ///< `,"name":"` with the name's JSON escapes
  std::size_t members_size_ = 0;
  char delimiter_;
  std::string json_;  ///< never shrinks
};

}  // namespace shrike::reader
