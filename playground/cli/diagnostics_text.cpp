#include "playground/cli/diagnostics_text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "playground/cli/terminal.hpp"
#include "playground/cli/text_layout.hpp"

namespace shrike::cli {

using Json = nlohmann::ordered_json;

namespace {

/// Adds {file, line, column, end_line, end_column}.
void add_place(Json& json, const Span& where, const SourceFiles& files) {
  if (where.file >= files.size()) return;
  const SourceFile& file = files[where.file];
  const LineColumn begin = locate(file, where.begin);
  const LineColumn end = locate(file, where.end);
  json["file"] = file.name;
  json["line"] = begin.line;
  json["column"] = begin.column;
  json["end_line"] = end.line;
  json["end_column"] = end.column;
}

}  // namespace

Diagnostics relevant(Diagnostics diagnostics, const RuleSet& rules) {
  std::erase_if(diagnostics, [&](const Diagnostic& d) {
    return d.level == DiagnosticLevel::kWarning && !rules.is_given(d.where);
  });
  return diagnostics;
}

DiagnosticCount count(const Diagnostics& diagnostics) {
  DiagnosticCount result;
  for (const Diagnostic& d : diagnostics)
    ++(d.level == DiagnosticLevel::kError ? result.errors : result.warnings);
  return result;
}

std::string to_text(const Diagnostics& diagnostics, const SourceFiles& files, bool colour, unsigned columns) {
  std::string text;
  for (const Diagnostic& d : diagnostics) {
    text += render(d, files, colour, columns);
    text += '\n';
  }
  return text;
}

Json to_json(const Diagnostics& diagnostics, const SourceFiles& files) {
  Json list = Json::array();
  for (const Diagnostic& d : diagnostics) {
    Json one = {{"code", d.code},
                {"level", d.level == DiagnosticLevel::kError ? "error" : "warning"},
                {"message", d.message}};
    if (!d.label.empty()) one["label"] = d.label;
    add_place(one, d.where, files);
    if (d.second) {
      one["second"] = {{"label", d.second->label}};
      add_place(one["second"], d.second->where, files);
    }
    if (!d.help.empty()) one["help"] = d.help;
    if (d.repair) {
      one["repair"] = {{"text", d.repair->text}};
      add_place(one["repair"], d.repair->where, files);
    }
    list.push_back(std::move(one));
  }
  return list;
}

void print_errors(const Diagnostics& diagnostics, const SourceFiles& files) {
  Diagnostics errors = diagnostics;
  std::erase_if(errors, [](const Diagnostic& d) { return d.level != DiagnosticLevel::kError; });
  fmt::print(stderr, "{}", to_text(errors, files, wants_colour(STDERR_FILENO), columns_of(STDERR_FILENO)));
  say_error(fmt::format("the rules do not compile: {}", counted(errors.size(), "mistake")));
}

void mention_warnings(const Diagnostics& diagnostics) {
  const std::size_t warnings = count(diagnostics).warnings;
  if (warnings != 0)
    say_note(fmt::format("{} about the rules; `shrike check` shows them", counted(warnings, "warning")));
}

}  // namespace shrike::cli
