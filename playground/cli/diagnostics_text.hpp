// What the compiler said, for people and for programs.
#pragma once

#include <nlohmann/json.hpp>

#include "playground/cli/rule_set.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike::cli {

struct DiagnosticCount {
  std::size_t errors = 0;
  std::size_t warnings = 0;
};

/// Leaves out warnings about files that the user did not name. Errors stay.
Diagnostics relevant(Diagnostics diagnostics, const RuleSet& rules);

DiagnosticCount count(const Diagnostics& diagnostics);

/// Everything as text, with excerpts; for a terminal of so many columns.
std::string to_text(const Diagnostics& diagnostics, const SourceFiles& files, bool colour, unsigned columns);

/// A list of {code, level, message, label, file, line, column, end_line, end_column, second, help, repair}.
nlohmann::ordered_json to_json(const Diagnostics& diagnostics, const SourceFiles& files);

/// Prints the errors on standard error and a last line that counts them.
void print_errors(const Diagnostics& diagnostics, const SourceFiles& files);

/// Says how many warnings there are and what shows them; nothing when there are none.
void mention_warnings(const Diagnostics& diagnostics);

}  // namespace shrike::cli
