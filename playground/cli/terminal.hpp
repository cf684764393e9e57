// What is at the other end of standard output and standard error: colours, width, and the program's talk.
#pragma once

#include <string>
#include <string_view>

#include "shrike/program.hpp"

namespace shrike::cli {

bool is_terminal(int descriptor);

/// A terminal that shows colours, and NO_COLOR (no-color.org) does not forbid them.
bool wants_colour(int descriptor);

/// Columns to lay out for: the terminal's, between 40 and 100; 80 for a file or pipe.
unsigned columns_of(int descriptor);

enum class Paint { kBold, kDim, kGood, kBad, kWarning, kInfo, kLow, kMedium, kHigh, kCritical };
Paint paint_of(Severity severity);

/// Puts colours around text, or leaves it alone.
class Style {
 public:
  explicit Style(bool colour) : colour_(colour) {}
  std::string operator()(Paint paint, std::string_view text) const;
  bool has_colour() const { return colour_; }

 private:
  bool colour_;
};

/// One line on standard error: "error: …", "warning: …", "note: …". The text is made safe here.
void say_error(std::string_view text);
void say_warning(std::string_view text);
void say_note(std::string_view text);

/// Says what is wrong with the command line and where to read on; returns Exit::kUsage.
int wrong_usage(std::string_view command, std::string_view text);

}  // namespace shrike::cli
