// Splits JSON text into records, whatever stands around them: one object per line, arrays, wrappers, objects
// one after the other, pretty-printed or not, and mixtures of these from files that were put together.
//
// Lines are the fast way: as long as every line is one object, a line is a record and only its end is looked
// for. Everything else goes through a structural scan (object_scan.hpp). What is broken costs one reject, and
// reading goes on at the next line that looks like the start of a record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/reader/object_scan.hpp"
#include "runtime/reader/record_output.hpp"
#include "runtime/reader/text_window.hpp"
#include "shrike/reader.hpp"

namespace shrike::reader {

class JsonSplitter {
 public:
  /// Splits the window's text from its position `start` on.
  JsonSplitter(TextWindow& window, TextPlace start, const ReadLimits& limits, RecordOutput& output);
  /// Gives the place where reading ended.
  TextPlace run();

 private:
  struct List {  ///< an open list of records
    TextPlace place;
    bool in_wrapper = false;
  };
  struct Begin {  ///< where a value begins
    TextPlace place;
    std::size_t indent = 0;
    bool first_on_line = false;
  };

  bool have(std::size_t bytes);
  char here() const { return *window_.at(at_); }
  void skip_separators();
  void skip_blanks();
  bool skip_line();
  Begin begin_here() const { return {{at_, line_}, indent_, line_blank_}; }

  void object();
  bool whole_line();
  bool wrapper();
  void scan_value(std::string_view refusal);
  void end_value(const Begin& begin, std::uint64_t end, std::string_view refusal);
  void recover(const Begin& begin, ObjectScan::Result result, std::uint64_t end);
  bool find_second_line(const Begin& begin, std::uint64_t end, std::uint64_t& place);
  void go_on_at_line(std::size_t max_indent);
  void skip_to_record_line(std::size_t max_indent);

  void array();
  bool begins_list();
  void close_list();
  void skip_wrapper_tail();
  void garbage();
  void keep_and_step();
  void take_until_bracket();
  void take_lines();
  void take_rest_of_line();
  void finish();

  TextWindow& window_;
  const ReadLimits& limits_;
  RecordOutput& output_;
  ObjectScan scan_;

  std::uint64_t start_;        ///< where the text begins
  std::uint64_t at_;           ///< position of the next byte to look at
  std::uint64_t line_;         ///< its line
  std::size_t indent_ = 0;     ///< blanks at the start of its line
  bool line_blank_ = true;     ///< nothing but blanks before it on its line
  bool lines_ = false;         ///< the last record was a whole line
  bool cut_off_told_ = false;  ///< a reject has said already that the text ended too early
  std::vector<List> lists_;
  std::uint64_t scanned_twice_ = 0;
  bool dropped_ = false;  ///< the value being scanned is too large and not kept
  std::string kept_text_;
};

}  // namespace shrike::reader
