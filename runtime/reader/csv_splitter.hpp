// Splits CSV text into rows and hands each on as a JSON object. Rows that do not fit cost one reject each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/reader/csv_row.hpp"
#include "runtime/reader/record_output.hpp"
#include "runtime/reader/text_window.hpp"
#include "shrike/reader.hpp"

namespace shrike::reader {

class CsvSplitter {
 public:
  /// The header row begins at `start`.
  CsvSplitter(TextWindow& window, TextPlace start, char delimiter, const ReadLimits& limits,
              RecordOutput& output);
  /// Gives the place where reading ended.
  TextPlace run();

 private:
  bool find_row();
  void take_row(std::string_view text);
  void unclosed_quote();
  void reject_row(RejectReason reason, std::string_view text, std::string_view detail);
  bool rescan_from_next_line();

  TextWindow& window_;
  const ReadLimits& limits_;
  RecordOutput& output_;
  char delimiter_;
  CsvRowScan scan_;
  TextPlace at_;  ///< start of the row
  std::uint64_t row_end_ = 0;
  bool line_ended_ = false;
  bool dropped_ = false;  ///< the row is too large and not kept
  std::string kept_text_;
  std::uint64_t scanned_twice_ = 0;
  std::string header_;
  std::size_t columns_ = 0;
  std::optional<CsvRowWriter> writer_;
};

}  // namespace shrike::reader
