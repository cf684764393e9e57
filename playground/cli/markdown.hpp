// Text as Markdown, so that it shows as it is. Used by rule_catalogue.cpp and language_reference.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shrike::cli {

/// Plain text in a cell or a paragraph: on one line, what Markdown would take for its own is escaped.
std::string text(std::string_view plain);
/// As code in a cell: on one line, between as many backquotes as it needs.
std::string code(std::string_view plain);

/// The first two lines of a table.
std::string table_head(const std::vector<std::string>& cells);
/// Cells are Markdown already.
std::string table_row(const std::vector<std::string>& cells);

}  // namespace shrike::cli
