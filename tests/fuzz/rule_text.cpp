// Any bytes as rule text: parsing, checking of what could be read and rendering of messages never crash or
// hang; what parses without a mistake prints, reads back as the same syntax, and prints the same again.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "dsl/check.hpp"
#include "dsl/format.hpp"
#include "dsl/parse.hpp"

namespace {

[[noreturn]] void broken(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s:\n%s\n", what, text.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLongest = 1U << 16U;
  if (size > kLongest) return 0;
  const shrike::SourceFiles files{{"fuzz.shrike", std::string(reinterpret_cast<const char*>(data), size)}};
  shrike::Diagnostics diagnostics;
  const shrike::ast::File file = shrike::parse(files, 0, diagnostics);
  for (const shrike::Diagnostic& d : diagnostics) {
    if (d.where.end > size || d.where.begin > d.where.end) broken("a place outside of the text", d.message);
    if (shrike::render(d, files).empty()) broken("no message", d.message);
  }
  shrike::Diagnostics ignored;
  shrike::parse_expression(files, 0, ignored);
  shrike::Diagnostics checked = diagnostics;
  std::vector<shrike::ast::File> trees;
  trees.push_back(shrike::parse(files, 0, ignored));
  shrike::check(std::move(trees), files, nullptr, checked);
  if (!diagnostics.empty()) return 0;

  const std::string once = shrike::format(file, files);
  const shrike::SourceFiles printed{{"printed.shrike", once}};
  const shrike::ast::File again = shrike::parse(printed, 0, diagnostics);
  if (!diagnostics.empty()) broken(shrike::render(diagnostics.front(), printed).c_str(), once);
  if (!shrike::ast::same(file, again)) broken("reads back as something else", once);
  if (file.comments.size() != again.comments.size()) broken("a comment was lost", once);
  if (shrike::format(again, printed) != once) broken("prints differently the second time", once);
  return 0;
}
