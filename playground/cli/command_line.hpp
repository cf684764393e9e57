// The command line as a whole: which command, and what was probably meant where there is none of that name.
#pragma once

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

namespace shrike::cli {

/// A message for the first command or option that does not exist, with the nearest that does. CLI11 would
/// only say that something was not expected.
struct Misspelling {
  std::string command;  ///< whose --help tells more; empty for the program's
  std::string message;
};
std::optional<Misspelling> find_misspelling(const CLI::App& app, int argc, const char* const* argv);

}  // namespace shrike::cli
