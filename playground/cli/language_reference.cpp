#include "playground/cli/language_reference.hpp"

#include <fmt/format.h>

#include <map>

#include "dsl/diagnostics.hpp"
#include "dsl/type_rules.hpp"
#include "playground/cli/markdown.hpp"
#include "runtime/aggregate_table.hpp"
#include "runtime/functions.hpp"
#include "runtime/response_actions.hpp"

namespace shrike::cli {
namespace {

std::string arguments_of(const AggregateRow& row) {
  std::string arguments;
  switch (row.arguments) {
    case AggregateArguments::kNone:
      break;
    case AggregateArguments::kOneOrNone:
      arguments = "[step]";
      break;
    case AggregateArguments::kOne:
      arguments = "x";
      break;
    case AggregateArguments::kSome:
      arguments = "x, …";
      break;
    case AggregateArguments::kValueAndNumber:
      arguments = "x, percent";
      break;
    case AggregateArguments::kDurationAndNumber:
      arguments = "duration, percent";
      break;
  }
  if (row.where) arguments += " [where …]";
  if (row.last) arguments += " [last …]";
  const std::size_t first = arguments.find_first_not_of(' ');
  return first == std::string::npos ? "" : arguments.substr(first);
}

/// The text of a row, with a sign where its arguments go.
std::string sentence_of(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view two = pattern.substr(i, 2);
    if (two == "{}") {
      out += "…";
    } else {
      out += pattern[i];
    }
    if (two == "{}" || two == "{{" || two == "}}") ++i;
  }
  return out;
}

std::string_view one_line(std::string_view doc) { return doc.substr(0, doc.find('\n')); }

}  // namespace

std::string function_reference() {
  std::string out = "## Functions\n\n" + table_head({"function", "gives", "example"});
  for (const FunctionRow& row : functions())
    out += table_row({code(row.signature), text(row.help), code(row.example)});
  out += "\n## Aggregates\n\nOver the kept events of a key, in rules with `each`.\n\n" +
         table_head({"aggregate", "gives"});
  for (const AggregateRow& row : kAggregates) {
    if (row.function == Aggregate::kStepCount) continue;
    out += table_row({code(fmt::format("{}({})", row.name, arguments_of(row))), text(row.help)});
  }
  return out;
}

std::string field_reference(const Model& model) {
  std::string out;
  for (const ClassInfo& info : model.classes) {
    out += fmt::format(
        "{}## {}\n\n{}\n\n", out.empty() ? "" : "\n", code(info.name),
        text(info.decl->doc.empty() ? std::string_view(info.decl->title) : one_line(info.decl->doc)));
    out += table_head({"field", "type", "is", "ECS", "OCSF"});
    for (const auto& [name, index] : info.fields) {
      const FieldInfo& field = model.fields[index];
      out +=
          table_row({code(name), code(to_text(field.type)), text(field.doc),
                     field.ecs.empty() ? "" : code(field.ecs), field.ocsf.empty() ? "" : code(field.ocsf)});
    }
  }
  return out;
}

std::string response_reference() {
  std::string out = table_head({"action", "request", "what it leaves undone"});
  for (const ResponseAction& action : response_actions())
    out += table_row({code(fmt::format("{}({})", action.name, fmt::join(action.parameters, ", "))),
                      code(action.request), text(action.does_not)});
  return out;
}

std::string diagnostic_reference() {
  std::string out = table_head({"code", "level", "message", "what to do"});
  std::map<std::string_view, const DiagnosticRow*> sorted;
  for (const DiagnosticRow& row : all_diagnostics()) sorted.emplace(row.code, &row);
  for (const auto& [number, row] : sorted)
    out += table_row({code(number), row->level == DiagnosticLevel::kError ? "error" : "warning",
                      text(sentence_of(row->text)), text(row->help)});
  return out;
}

}  // namespace shrike::cli
