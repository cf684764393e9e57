#include "playground/cli/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "playground/cli/exit_codes.hpp"
#include "playground/cli/safe_text.hpp"
#include "playground/cli/text_layout.hpp"

namespace shrike::cli {
namespace {

std::string_view code_of(Paint paint) {
  switch (paint) {
    case Paint::kBold:
      return "1";
    case Paint::kDim:
      return "2";
    case Paint::kGood:
      return "32";
    case Paint::kBad:
      return "1;31";
    case Paint::kWarning:
      return "33";
    case Paint::kInfo:
      return "2";
    case Paint::kLow:
      return "36";
    case Paint::kMedium:
      return "33";
    case Paint::kHigh:
      return "1;31";
    case Paint::kCritical:
      return "1;97;41";
  }
  return "0";
}

void say(Paint paint, std::string_view word, std::string_view text) {
  const Style style(wants_colour(STDERR_FILENO));
  // Only people at a terminal want their lines broken.
  const std::size_t indent = word.size() + 1;
  const std::vector<std::string> lines = is_terminal(STDERR_FILENO)
                                             ? wrap(safe_text(text), columns_of(STDERR_FILENO) - indent)
                                             : std::vector{safe_text(text)};
  for (std::size_t i = 0; i < lines.size(); ++i)
    fmt::print(stderr, "{} {}\n", i == 0 ? style(paint, word) : std::string(indent - 1, ' '), lines[i]);
}

}  // namespace

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

bool wants_colour(int descriptor) {
  const char* const forbidden = std::getenv("NO_COLOR");
  if (forbidden != nullptr && *forbidden != '\0') return false;
  const char* const kind = std::getenv("TERM");
  if (kind == nullptr || std::string_view(kind) == "dumb") return false;
  return is_terminal(descriptor);
}

unsigned columns_of(int descriptor) {
  winsize size{};
  if (is_terminal(descriptor) && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) {
    return std::clamp<unsigned>(size.ws_col, 40, 100);
  }
  return 80;
}

Paint paint_of(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return Paint::kInfo;
    case Severity::kLow:
      return Paint::kLow;
    case Severity::kMedium:
      return Paint::kMedium;
    case Severity::kHigh:
      return Paint::kHigh;
    case Severity::kCritical:
      return Paint::kCritical;
  }
  return Paint::kInfo;
}

std::string Style::operator()(Paint paint, std::string_view text) const {
  if (!colour_ || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(paint), text);
}

void say_error(std::string_view text) { say(Paint::kBad, "error:", text); }
void say_warning(std::string_view text) { say(Paint::kWarning, "warning:", text); }
void say_note(std::string_view text) { say(Paint::kLow, "note:", text); }

int wrong_usage(std::string_view command, std::string_view text) {
  say_error(text);
  fmt::print(stderr, "`shrike{}{} --help` tells more.\n", command.empty() ? "" : " ", command);
  return kUsage;
}

}  // namespace shrike::cli
