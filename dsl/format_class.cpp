// Classes for the formatter: one field a line, what follows the types in columns.
// Read next: formatter.hpp for the whole.
#include <fmt/format.h>

#include <algorithm>

#include "dsl/formatter.hpp"

namespace shrike {
namespace {

/// Columns end here at the latest; a longer field pushes its own rest to the right.
constexpr std::size_t kLastFirstColumn = 34;
constexpr std::size_t kLastSecondColumn = 68;

bool is_record(const ast::FieldDecl& field) { return field.type->name == "record"; }

/// `ecs "…"` and `ocsf "…"`, what there is of it.
std::vector<std::string> attributes_of(const ast::FieldDecl& field) {
  std::vector<std::string> result;
  if (field.ecs) result.push_back("ecs " + quoted(*field.ecs));
  if (field.ocsf) result.push_back("ocsf " + quoted(*field.ocsf));
  return result;
}

bool has_more(const ast::FieldDecl& field) {
  return field.ecs || field.ocsf || field.default_value != nullptr;
}

}  // namespace

std::string Formatter::type_text(const ast::TypeExpr& type) {
  if (type.element != nullptr) return fmt::format("{}<{}>", type.name, type_text(*type.element));
  if (type.name != "record") return type.name;
  // A record that is no field of a class: on one line, unless something in it is documented.
  std::string result = "record {";
  bool documented = false;
  for (const ast::FieldDecl& field : type.fields) documented = documented || !field.doc.empty();
  for (const ast::FieldDecl& field : type.fields) {
    Formatter inner(nullptr, {});
    inner.doc_lines(field.doc);
    std::string line = inner.flat(inner.field(field, {}));
    result += documented ? "\n" + inner.out_ + line : " " + line;
  }
  result += documented ? "\n}" : type.fields.empty() ? "}" : " }";
  return result;
}

Formatter::Piece Formatter::field(const ast::FieldDecl& field, const FieldColumns& columns) {
  std::string line = fmt::format("{}: {}", field.name.text, type_text(*field.type));
  if (field.cased) line += " cased";
  const std::vector<std::string> attributes = attributes_of(field);
  const auto pad_to = [&](std::size_t column) {
    const std::size_t width = indent_ + display_width(line);
    line.append(column > width ? column - width : 1, ' ');
  };
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    pad_to(i == 0 ? columns.first : columns.second);
    line += attributes[i];
  }
  if (field.default_value == nullptr) return text(line);
  pad_to(attributes.empty() ? columns.first : attributes.size() == 1 ? columns.second : 0);
  // Never broken: a field is one line.
  return text(line + "= " + flat(expr(*field.default_value)));
}

void Formatter::event_class(const ast::Class& event_class) {
  // Both columns are those of the whole class, records inside included.
  FieldColumns columns;
  struct Fields {
    const std::vector<ast::FieldDecl>* fields;
    std::size_t indent;
  };
  for (const bool second : {false, true}) {
    std::vector<Fields> levels{{&event_class.fields, 2}};
    while (!levels.empty()) {
      const Fields level = levels.back();
      levels.pop_back();
      for (const ast::FieldDecl& field : *level.fields) {
        if (is_record(field)) {
          levels.push_back({&field.type->fields, level.indent + 2});
          continue;
        }
        if (!has_more(field)) continue;
        const std::size_t type_end = level.indent + field.name.text.size() + 2 +
                                     display_width(type_text(*field.type)) + (field.cased ? 6 : 0);
        const std::vector<std::string> attributes = attributes_of(field);
        if (!second) {
          if (type_end + 2 <= kLastFirstColumn) columns.first = std::max(columns.first, type_end + 2);
        } else if (attributes.size() + (field.default_value != nullptr ? 1 : 0) > 1) {
          const std::size_t end = std::max(columns.first, type_end + 1) + display_width(attributes.front());
          if (end + 2 <= kLastSecondColumn) columns.second = std::max(columns.second, end + 2);
        }
      }
    }
  }
  const std::uint32_t end = event_class.span.end;
  open_body(text(fmt::format("class {} {} {{", event_class.name.text, quoted(event_class.title))),
            event_class.fields.empty() ? end : event_class.fields.front().span.begin);
  fields(event_class.fields, columns, end);
  close_body(end, limit_);
}

void Formatter::fields(const std::vector<ast::FieldDecl>& fields, const FieldColumns& columns,
                       std::uint32_t end) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const ast::FieldDecl& next = fields[i];
    const std::uint32_t limit = i + 1 < fields.size() ? fields[i + 1].span.begin : end;
    begin_item(next.span.begin, next.doc);
    if (!is_record(next) || next.cased || has_more(next)) {
      item(field(next, columns), limit);
      continue;
    }
    const std::vector<ast::FieldDecl>& inner = next.type->fields;
    open_body(text(next.name.text + ": record {"), inner.empty() ? next.span.end : inner.front().span.begin);
    this->fields(inner, columns, next.span.end);
    close_body(next.span.end, limit);
  }
}

}  // namespace shrike
