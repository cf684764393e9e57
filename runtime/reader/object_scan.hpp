// Finds where one JSON object or array ends, piece by piece: strings, escapes, nesting, and the signs that it
// is broken. It does not validate values; the record decoder does. Used by json_splitter.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace shrike::reader {

class ObjectScan {
 public:
  enum class Result {
    kMore,          ///< all bytes used, the value is still open
    kEnd,           ///< `used` is just behind its last bracket
    kLineInString,  ///< a line ends inside a string: `used` is at the line end
    kNextRecord,  ///< `used` is at a { that cannot belong to this value but looks like the start of the next
                  ///< record
    kListEnd,     ///< `used` is at a ] that closes the list around this value
  };

  struct Surroundings {
    std::size_t indent = 0;  ///< blanks at the start of the line that the value begins in
    bool in_list = false;    ///< the value is an element of a list of records
  };

  explicit ObjectScan(std::size_t max_depth) : max_depth_(max_depth), is_object_(max_depth) {}

  /// Begins at the opening bracket of a value, which the first scan() gets.
  void start(const Surroundings& around);
  /// Begins inside an object, behind one of its values.
  void start_inside_object(const Surroundings& around);

  /// Goes on over [text, end), with 64 readable bytes behind it. May be called again after kMore only.
  Result scan(const char* text, const char* end, std::size_t& used);

  /// Line ends in what was used.
  std::uint64_t newlines() const { return newlines_; }
  /// Whether a bracket did not match or a value stood where none can: no JSON, but the end was found all the
  /// same.
  bool broken() const { return broken_; }
  bool too_deep() const { return too_deep_; }

 private:
  struct Before {  ///< what stands before some byte, blanks aside
    char significant = '\0';
    bool line_start = false;  ///< only blanks between the last line end and here
    std::size_t indent = 0;
  };

  Before look_back(const char* text, const char* from) const;
  Result open(char bracket, const Before& before);
  Result close(char bracket);

  std::size_t max_depth_;
  std::vector<unsigned char> is_object_;  ///< of the first max_depth_ levels
  std::size_t depth_ = 0;
  Surroundings around_;
  Before carried_;
  bool in_string_ = false;
  bool escape_next_ = false;
  bool broken_ = false;
  bool too_deep_ = false;
  std::uint64_t newlines_ = 0;
};

}  // namespace shrike::reader
