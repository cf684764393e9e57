// Rows from text: the header first, then records.
#include "runtime/reader/csv_splitter.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "runtime/reader/text_encoding.hpp"

namespace shrike::reader {

CsvSplitter::CsvSplitter(TextWindow& window, TextPlace start, char delimiter, const ReadLimits& limits,
                         RecordOutput& output)
    : window_(window),
      limits_(limits),
      output_(output),
      delimiter_(delimiter),
      scan_(delimiter),
      at_(start) {}

TextPlace CsvSplitter::run() {
  while (!output_.stopped() && find_row()) {
    if (!line_ended_ && scan_.in_quotes()) {
      unclosed_quote();
    } else if (dropped_) {
      reject_row(RejectReason::kTooLarge, kept_text_, "The row is longer than the limit.");
    } else {
      take_row(trim_row(window_.view(at_.offset, row_end_)));
    }
    at_.offset = row_end_ + (line_ended_ ? 1 : 0);
    at_.line += scan_.newlines() + (line_ended_ ? 1 : 0);
  }
  return at_;
}

/// Finds the end of the row at at_, moving at_ forward if what began there is given up. False at the end of
/// the text.
bool CsvSplitter::find_row() {
  scan_.start();
  dropped_ = false;
  row_end_ = at_.offset;
  for (;;) {
    std::size_t used = 0;
    const CsvRowScan::Result result = scan_.scan(window_.view(row_end_, window_.end()), used);
    row_end_ += used;
    line_ended_ = result == CsvRowScan::Result::kEnd;
    if (row_end_ - at_.offset > limits_.record_bytes && !dropped_) {
      dropped_ = true;
      const std::size_t shown = std::min(kRejectTextBytes, limits_.record_bytes);
      kept_text_ = window_.view(at_.offset, at_.offset + shown);
    }
    if (line_ended_) return true;
    if (result == CsvRowScan::Result::kStrayQuote) {
      if (!dropped_ && rescan_from_next_line()) row_end_ = at_.offset;
      continue;
    }
    if (!window_.refill(dropped_ ? row_end_ : at_.offset)) return row_end_ != at_.offset;
  }
}

/// The quoted cell that began lines ago and now has text behind its quote was most likely never closed:
/// refuses the lines up to the one where it began and reads on at the next one. False when too much was read
/// twice already.
bool CsvSplitter::rescan_from_next_line() {
  const std::uint64_t quote = at_.offset + scan_.quote_offset();
  const std::string_view text = window_.view(quote, row_end_);
  const std::uint64_t next = quote + text.find('\n') + 1;
  const std::uint64_t again = row_end_ - next;
  if (scanned_twice_ + again > (std::uint64_t{1} << 20) + 2 * at_.offset) return false;
  scanned_twice_ += again;
  output_.reject(RejectReason::kBadCsv, at_, window_.view(at_.offset, next - 1),
                 "A quote is not closed in the row.");
  at_.offset = next;
  at_.line += scan_.quote_line() + 1;
  scan_.start();
  return true;
}

void CsvSplitter::unclosed_quote() {
  const std::uint64_t line = at_.line + scan_.quote_line();
  const std::uint64_t lines = scan_.newlines() - scan_.quote_line() + 1;
  const std::string detail = "The quote that opens in line " + std::to_string(line) +
                             " is not closed; the rest of the input, " + std::to_string(lines) +
                             (lines == 1 ? " line," : " lines,") + " is not read as rows.";
  const std::string_view text = dropped_ ? std::string_view(kept_text_) : window_.view(at_.offset, row_end_);
  output_.reject_cut_off(RejectReason::kBadCsv, {at_.offset, line}, text, detail);
}

void CsvSplitter::reject_row(RejectReason reason, std::string_view text, std::string_view detail) {
  if (!line_ended_) {
    output_.reject_cut_off(reason, at_, text, detail);
  } else {
    output_.reject(reason, at_, text, detail);
  }
}

void CsvSplitter::take_row(std::string_view text) {
  if (!is_valid_utf8(text)) {
    reject_row(RejectReason::kBadEncoding, text, "The row is not UTF-8.");
    return;
  }
  if (scan_.broken()) {
    reject_row(RejectReason::kBadCsv, text, "Text follows the closing quote of a cell.");
    return;
  }
  if (!writer_) {
    const std::vector<std::string> names = column_names(text, delimiter_);
    header_ = text;
    columns_ = names.size();
    writer_.emplace(names, delimiter_);
    return;
  }
  if (text == header_) return;  // Exports that were put together repeat it.
  const CsvRowWriter::Row row = writer_->write(text);
  if (row.blank) return;  // A blank line, or only delimiters.
  if (row.surplus_text) {
    reject_row(RejectReason::kBadCsv, text, "The row has more cells than the header.");
  } else if (row.cells < columns_ && (row.cells == 1 || !line_ended_)) {
    reject_row(RejectReason::kBadCsv, text, "The row has fewer cells than the header.");
  } else {
    output_.record(row.json, at_);
  }
}

}  // namespace shrike::reader
