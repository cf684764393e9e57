// The walk over the text: separators, objects, lists, and what is none of these.
#include "runtime/reader/json_splitter.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/reader/json_block.hpp"
#include "runtime/reader/text_encoding.hpp"
#include "runtime/reader/wrapper.hpp"

namespace shrike::reader {
namespace {

constexpr std::size_t kMaxLists = 16;
/// Longer lines are scanned, so that a deeply nested one is refused before a decoder meets it.
constexpr std::size_t kUnscannedLine = std::size_t{8} << 10;
/// How far is looked for the first element of a list.
constexpr std::size_t kListLookahead = std::size_t{64} << 10;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_space(char c) { return is_blank(c) || c == '\n'; }

std::string_view trimmed_line(std::string_view line) {
  while (!line.empty() && (is_space(line.back()) || line.back() == ',')) line.remove_suffix(1);
  return line;
}

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Whether `text` begins with a number or word of JSON that ends as an element of a list does.
bool begins_with_scalar_element(std::string_view text) {
  std::size_t end = 0;
  if (text.starts_with("null") || text.starts_with("true")) {
    end = 4;
  } else if (text.starts_with("false")) {
    end = 5;
  } else {
    end = std::min(text.find_first_not_of("+-.0123456789Ee"), text.size());
  }
  if (end == 0) return false;
  while (end < text.size() && is_space(text[end])) ++end;
  return end < text.size() && (text[end] == ',' || text[end] == ']');
}

}  // namespace

JsonSplitter::JsonSplitter(TextWindow& window, TextPlace start, const ReadLimits& limits,
                           RecordOutput& output)
    : window_(window),
      limits_(limits),
      output_(output),
      scan_(limits.nesting),
      start_(start.offset),
      at_(start.offset),
      line_(start.line) {}

TextPlace JsonSplitter::run() {
  while (!output_.stopped()) {
    skip_separators();
    if (!have(1)) {
      finish();
      break;
    }
    const char c = here();
    if (c == '{') {
      object();
    } else if (c == '[') {
      array();
    } else if (c == ']' && !lists_.empty()) {
      close_list();
    } else {
      garbage();
    }
  }
  return {at_, line_};
}

/// Makes sure that so many bytes from at_ on are in the window, if the text has them.
bool JsonSplitter::have(std::size_t bytes) {
  while (window_.end() - at_ < bytes) {
    if (!window_.refill(at_)) return false;
  }
  return true;
}

/// Blanks, line ends, commas and byte order marks between records.
void JsonSplitter::skip_separators() {
  while (have(1)) {
    const char c = here();
    if (c == '\n') {
      ++line_;
      indent_ = 0;
      line_blank_ = true;
    } else if (is_blank(c)) {
      if (line_blank_) ++indent_;
    } else if (c == ',') {
      line_blank_ = false;
    } else if (c == kByteOrderMark[0] && have(kByteOrderMark.size()) &&
               window_.view(at_, at_ + kByteOrderMark.size()) == kByteOrderMark) {
      at_ += kByteOrderMark.size() - 1;
    } else {
      return;
    }
    ++at_;
  }
}

/// Blanks within the line.
void JsonSplitter::skip_blanks() {
  while (have(1) && is_blank(here())) {
    if (line_blank_) ++indent_;
    ++at_;
  }
}

/// Goes to the start of the next line; false at the end of the text.
bool JsonSplitter::skip_line() {
  for (;;) {
    const std::string_view rest = window_.view(at_, window_.end());
    const std::size_t length = rest.find('\n');
    if (length != std::string_view::npos) {
      at_ += length + 1;
      ++line_;
      indent_ = 0;
      line_blank_ = true;
      return true;
    }
    at_ = window_.end();
    if (!window_.refill(at_)) return false;
  }
}

void JsonSplitter::object() {
  if (lines_ && line_blank_ && lists_.empty() && whole_line()) return;
  if (wrapper()) return;
  scan_value({});
}

/// Takes the line as one record if it looks like one from both ends.
bool JsonSplitter::whole_line() {
  std::size_t searched = 0;
  std::uint64_t line_end = 0;
  for (;;) {
    const std::string_view rest = window_.view(at_, window_.end());
    const std::size_t length = rest.find('\n', searched);
    if (length != std::string_view::npos) {
      line_end = at_ + length;
      break;
    }
    searched = rest.size();
    if (searched > limits_.record_bytes) return false;
    if (!window_.refill(at_)) {
      line_end = window_.end();
      break;
    }
  }
  if (line_end - at_ > limits_.record_bytes) return false;
  const std::string_view text = trimmed_line(window_.view(at_, line_end));
  if (text.back() != '}' || text.size() > kUnscannedLine) return false;
  if (may_be_wrapper(text) || may_hold_adjacent_objects(text.data(), text.size())) return false;
  output_.record(text, {at_, line_});
  at_ = line_end;
  line_blank_ = false;
  return true;
}

/// If the object is a wrapper, goes into its list (or past it when it is empty).
bool JsonSplitter::wrapper() {
  if (lists_.size() >= kMaxLists) return false;
  Wrapper found;
  for (;;) {
    const std::string_view rest = window_.view(at_, window_.end());
    found = recognise_wrapper(rest.substr(0, kWrapperPrefixBytes));
    if (found.kind != WrapperKind::kUnclear || rest.size() >= kWrapperPrefixBytes) break;
    if (!window_.refill(at_)) break;
  }
  if (found.kind != WrapperKind::kList && found.kind != WrapperKind::kEmptyList) return false;
  if (found.kind == WrapperKind::kList) lists_.push_back({{at_, line_}, true});
  line_ += count_lines(window_.view(at_, at_ + found.size));
  at_ += found.size;
  line_blank_ = false;
  return true;
}

/// Finds the end of the object or array here. An object becomes a record unless it is broken, too large or
/// too deep; with a `refusal` nothing does.
void JsonSplitter::scan_value(std::string_view refusal) {
  const Begin begin = begin_here();
  scan_.start({indent_, !lists_.empty()});
  dropped_ = false;
  std::uint64_t end = at_;
  for (;;) {
    std::size_t used = 0;
    const ObjectScan::Result result = scan_.scan(window_.at(end), window_.at(window_.end()), used);
    end += used;
    if (!dropped_ && end - begin.place.offset > limits_.record_bytes) {
      dropped_ = true;
      const std::size_t shown = std::min(kRejectTextBytes, limits_.record_bytes);
      kept_text_ = window_.view(begin.place.offset, begin.place.offset + shown);
    }
    if (result == ObjectScan::Result::kEnd) {
      end_value(begin, end, refusal);
      return;
    }
    if (result != ObjectScan::Result::kMore) {
      recover(begin, result, end);
      return;
    }
    if (dropped_) at_ = end;
    if (!window_.refill(at_)) {
      recover(begin, ObjectScan::Result::kMore, end);
      return;
    }
  }
}

void JsonSplitter::end_value(const Begin& begin, std::uint64_t end, std::string_view refusal) {
  const std::string_view text =
      dropped_ ? std::string_view(kept_text_) : window_.view(begin.place.offset, end);
  if (dropped_) {
    output_.reject(RejectReason::kTooLarge, begin.place, text, "The record is longer than the limit.");
  } else if (scan_.too_deep()) {
    output_.reject(RejectReason::kTooDeep, begin.place, text, "The record is nested deeper than the limit.");
  } else if (scan_.broken()) {
    output_.reject(RejectReason::kBadJson, begin.place, text, "The brackets of the record do not match.");
  } else if (!refusal.empty()) {
    output_.reject(RejectReason::kBadJson, begin.place, text, refusal);
  } else {
    output_.record(text, begin.place);
  }
  at_ = end;
  line_ += scan_.newlines();
  indent_ = begin.indent;
  line_blank_ = false;
  lines_ = false;
  if (scan_.newlines() != 0 || !begin.first_on_line || !lists_.empty() || output_.stopped()) return;
  std::size_t ahead = 0;
  for (;;) {
    if (!have(ahead + 1)) break;
    const char next = *window_.at(at_ + ahead);
    if (!is_blank(next) && next != ',') {
      lines_ = next == '\n';
      break;
    }
    if (++ahead > kListLookahead) break;
  }
}

/// A value that does not end as it should: refuses it and finds where to go on.
void JsonSplitter::recover(const Begin& begin, ObjectScan::Result result, std::uint64_t end) {
  using Result = ObjectScan::Result;
  const bool may_go_back = !dropped_ && result != Result::kListEnd;
  std::uint64_t second_line = 0;
  const bool goes_back = may_go_back && find_second_line(begin, end, second_line);
  std::string_view text = kept_text_;
  if (!dropped_) {
    const bool one_line = goes_back && !is_blank(*window_.at(second_line));
    text = window_.view(begin.place.offset, one_line ? second_line - 1 : end);
  }
  cut_off_told_ = result == Result::kMore && !goes_back;
  if (dropped_) {
    output_.reject(RejectReason::kTooLarge, begin.place, text, "The record is longer than the limit.");
  } else if (scan_.too_deep()) {
    output_.reject(RejectReason::kTooDeep, begin.place, text, "The record is nested deeper than the limit.");
  } else if (result == Result::kLineInString) {
    output_.reject(RejectReason::kBadJson, begin.place, text, "A line ends inside a string.");
  } else if (cut_off_told_) {
    output_.reject_cut_off(RejectReason::kBadJson, begin.place, text,
                           "The input ends before the record does; a bracket or quote is not closed.");
  } else {
    output_.reject(RejectReason::kBadJson, begin.place, text, "A bracket of the record is not closed.");
  }
  if (goes_back) {
    at_ = second_line;
    line_ = begin.place.line + 1;
    indent_ = 0;
    line_blank_ = true;
    go_on_at_line(begin.indent);
    return;
  }
  at_ = end;
  line_ = begin.place.line + scan_.newlines();
  indent_ = begin.indent;
  line_blank_ = false;
  if (result == Result::kLineInString && skip_line()) go_on_at_line(begin.indent);
}

/// What looked like one value over several lines may be a broken line and good ones after it: gives the start
/// of the second line, unless that reads as the inside of something. False when there is no such line
/// or too much was read twice already (hostile input could make reading quadratic).
bool JsonSplitter::find_second_line(const Begin& begin, std::uint64_t end, std::uint64_t& place) {
  const std::string_view text = window_.view(begin.place.offset, end);
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return false;
  const std::string_view first_line = trimmed_line(text.substr(0, line_end));
  std::string_view second_line = text.substr(line_end + 1);
  second_line = second_line.substr(0, second_line.find_first_not_of(" \t"));
  if (first_line.size() == 1 && second_line.size() <= begin.indent) return false;

  const std::uint64_t again = text.size() - line_end;
  if (scanned_twice_ + again > (std::uint64_t{1} << 20) + 2 * begin.place.offset) return false;
  scanned_twice_ += again;
  place = begin.place.offset + line_end + 1;
  return true;
}

/// From the start of a line behind something broken. Where records are lines, the next line is the next
/// record, unless it is indented.
void JsonSplitter::go_on_at_line(std::size_t max_indent) {
  if (lines_ && have(1) && !is_blank(here())) return;
  skip_to_record_line(max_indent);
}

/// From the start of a line: goes on to the first line that begins like a record (or closes the list) and is
/// indented no deeper than the broken one was.
void JsonSplitter::skip_to_record_line(std::size_t max_indent) {
  do {
    skip_blanks();
    const std::size_t indent = indent_;
    while (have(1)) {
      const char c = here();
      const bool after_value = c == '}' || c == ',' || is_blank(c) || (c == ']' && lists_.empty());
      if (!after_value) break;
      line_blank_ = false;
      ++at_;
    }
    if (!have(1)) return;
    const char c = here();
    if (indent <= max_indent && (c == '{' || c == '[' || c == ']' || c == kByteOrderMark[0])) return;
  } while (skip_line());
}

void JsonSplitter::array() {
  if (!begins_list()) {
    garbage();
  } else if (lists_.size() >= kMaxLists) {
    scan_value("Lists are nested too deeply to hold records.");
  } else {
    lists_.push_back({{at_, line_}, false});
    ++at_;
    line_blank_ = false;
  }
}

/// Whether the [ here opens a JSON list and is not some other text, as in "[2024-01-31] started".
bool JsonSplitter::begins_list() {
  std::size_t ahead = 1;
  while (have(ahead + 1) && is_space(*window_.at(at_ + ahead))) {
    if (++ahead > kListLookahead) return true;
  }
  if (!have(ahead + 1)) return true;
  const char next = *window_.at(at_ + ahead);
  if (next == '{' || next == '[' || next == ']' || next == '"') return true;
  have(ahead + 64);
  return begins_with_scalar_element(
      window_.view(at_ + ahead, std::min<std::uint64_t>(at_ + ahead + 64, window_.end())));
}

void JsonSplitter::close_list() {
  const List list = lists_.back();
  lists_.pop_back();
  ++at_;
  line_blank_ = false;
  if (list.in_wrapper) skip_wrapper_tail();
  if (lists_.empty()) {
    lines_ = line_ == list.place.line;
  }
}

/// Members behind the list, such as "@odata.nextLink", and the closing brace of the wrapper.
void JsonSplitter::skip_wrapper_tail() {
  const Begin begin = begin_here();
  scan_.start_inside_object({indent_, !lists_.empty()});
  std::uint64_t end = at_;
  kept_text_.clear();
  for (;;) {
    std::size_t used = 0;
    const ObjectScan::Result result = scan_.scan(window_.at(end), window_.at(window_.end()), used);
    if (kept_text_.size() < kRejectTextBytes)
      kept_text_ += window_.view(end, end + used).substr(0, kRejectTextBytes);
    end += used;
    at_ = end;
    const bool more = result == ObjectScan::Result::kMore;
    if (more && window_.refill(at_)) continue;
    line_ += scan_.newlines();
    if (more) {
      output_.reject_cut_off(RejectReason::kBadJson, begin.place, kept_text_,
                             "The input ends before the object around a list of records does.");
      cut_off_told_ = true;
    } else if (result != ObjectScan::Result::kEnd || scan_.broken() || scan_.too_deep()) {
      output_.reject(RejectReason::kBadJson, begin.place, kept_text_,
                     "The object around a list of records is broken behind the list.");
    }
    return;
  }
}

/// Text that is no record: refused once up to where the next record may begin.
void JsonSplitter::garbage() {
  const Begin begin = begin_here();
  kept_text_.clear();
  if (lists_.empty() && line_blank_) {
    take_lines();
  } else {
    take_until_bracket();
  }
  const std::string_view text = trimmed_line(kept_text_);
  const bool whole_input = begin.place.offset == start_ && !have(1);
  if (is_valid_utf8(text, text.size() == kRejectTextBytes)) {
    output_.reject(RejectReason::kBadJson, begin.place, text,
                   whole_input ? "The input is text, neither JSON nor CSV." : "This is no JSON object.");
  } else {
    output_.reject(RejectReason::kBadEncoding, begin.place, text,
                   "This is no JSON object, and its text is not UTF-8.");
  }
}

void JsonSplitter::keep_and_step() {
  if (kept_text_.size() < kRejectTextBytes) kept_text_ += here();
  ++at_;
}

/// To the next bracket outside strings; outside lists to the end of the line at most.
void JsonSplitter::take_until_bracket() {
  const bool in_list = !lists_.empty();
  bool in_string = false;
  bool escaped = false;
  for (bool first = true; have(1); first = false) {
    const char c = here();
    if (c == '\n') {
      if (!in_list) return;
      in_string = false;
      ++line_;
      indent_ = 0;
    }
    const bool stops = c == '{' || (in_list && (c == '[' || c == ']'));
    if (stops && !in_string && !first) return;
    if (c == '"' && !escaped) in_string = !in_string;
    escaped = c == '\\' && !escaped;
    line_blank_ = false;
    keep_and_step();
  }
}

/// The line, and where records are not lines all lines up to one that may begin a record. Zero bytes, as a
/// crash may leave them in a log, may stand in front of one.
void JsonSplitter::take_lines() {
  do {
    skip_blanks();
    const std::uint64_t start = at_;
    while (have(1) && here() == '\0') keep_and_step();
    if (!have(1)) return;
    const char c = here();
    const bool fresh = at_ != start || !kept_text_.empty();
    if (fresh && (c == '{' || (c == '[' && begins_list()) || c == kByteOrderMark[0])) return;
    take_rest_of_line();
    if (lines_) return;
    if (kept_text_.size() < kRejectTextBytes) kept_text_ += '\n';
  } while (skip_line());
}

/// Up to the line end.
void JsonSplitter::take_rest_of_line() {
  for (;;) {
    const std::string_view rest = window_.view(at_, window_.end());
    const std::string_view line = rest.substr(0, rest.find('\n'));
    kept_text_ += line.substr(0, kRejectTextBytes - kept_text_.size());
    at_ += line.size();
    if (line.size() != rest.size() || !window_.refill(at_)) return;
  }
}

void JsonSplitter::finish() {
  if (lists_.empty() || cut_off_told_) return;
  output_.reject_cut_off(RejectReason::kBadJson, lists_.front().place, {},
                         "The input ends before the list of records that begins here does.");
}

}  // namespace shrike::reader
