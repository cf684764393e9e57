#include "playground/cli/markdown.hpp"

#include <algorithm>

#include "playground/cli/safe_text.hpp"

namespace shrike::cli {
namespace {

/// Of code in backquotes everything stands for itself but the bar between cells.
std::string with_bars_escaped(std::string_view plain) {
  std::string out;
  for (const char c : plain) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string text(std::string_view plain) {
  std::string out;
  bool in_code = false;
  for (const char c : safe_text(plain)) {
    if (c == '`') in_code = !in_code;
    const bool is_special = std::string_view("\\*_[]<>#|").find(c) != std::string_view::npos;
    if (c == '|' || (is_special && !in_code)) out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view plain) {
  const std::string shown = with_bars_escaped(safe_text(plain));
  std::size_t longest = 0, run = 0;
  for (const char c : shown) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string quotes(longest + 1, '`');
  const bool touches = !shown.empty() && (shown.front() == '`' || shown.back() == '`');
  const std::string blank = touches ? " " : "";
  return quotes + blank + shown + blank + quotes;
}

std::string table_head(const std::vector<std::string>& cells) {
  return table_row(cells) + table_row(std::vector<std::string>(cells.size(), "---"));
}

std::string table_row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const std::string& cell : cells) out += cell.empty() ? " |" : " " + cell + " |";
  return out + '\n';
}

}  // namespace shrike::cli
