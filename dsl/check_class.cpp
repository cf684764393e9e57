// Classes: fields with records flattened into dotted names, and the values that fields have where a source
// gives none.
#include <algorithm>

#include "dsl/check_context.hpp"

namespace shrike {

using ast::Expr;

namespace {

constexpr unsigned kMaxRecordDepth = 8;

unsigned dots_in(std::string_view name) {
  return static_cast<unsigned>(std::count(name.begin(), name.end(), '.'));
}

const ast::FieldDecl* find_decl(const std::vector<ast::FieldDecl>& fields, std::string_view path) {
  const std::size_t dot = path.find('.');
  for (const ast::FieldDecl& field : fields) {
    if (field.name.text != path.substr(0, dot)) continue;
    if (dot == std::string_view::npos) return &field;
    return field.type ? find_decl(field.type->fields, path.substr(dot + 1)) : nullptr;
  }
  return nullptr;
}

}  // namespace

std::uint32_t Checker::intern_field(const std::string& name, const Type& type, const ast::FieldDecl& decl) {
  for (const std::uint32_t index : fields_by_name_[name]) {
    if (!(model_.fields[index].type == type)) continue;
    FieldInfo& field = model_.fields[index];
    if (field.ecs.empty()) field.ecs = decl.ecs.value_or("");
    if (field.ocsf.empty()) field.ocsf = decl.ocsf.value_or("");
    return index;
  }
  const auto index = static_cast<std::uint32_t>(model_.fields.size());
  model_.fields.push_back({name, type, decl.doc, decl.ecs.value_or(""), decl.ocsf.value_or("")});
  field_spans_.push_back(decl.name.span);
  fields_by_name_[name].push_back(index);
  return index;
}

void Checker::add_field(ClassInfo& info, const ast::FieldDecl& field, const std::string& name,
                        const Type& type) {
  struct Needed {
    std::string_view name;
    TypeKind kind;
  };
  for (const Needed& needed : {Needed{"time", TypeKind::kTime}, Needed{"id", TypeKind::kString},
                               Needed{"tenant", TypeKind::kString}}) {
    if (name == needed.name && type.kind != needed.kind) {
      report(DiagnosticId::kFieldType, field.name.span, name, name_of(needed.kind)).help =
          "`time`, `id` and `tenant` mean the same in every class";
    }
  }
  info.fields[name] = intern_field(name, type, field);
  if (field.default_value) info.defaults[info.fields[name]] = field.default_value.get();
}

void Checker::add_fields(ClassInfo& info, const std::vector<ast::FieldDecl>& fields,
                         const std::string& prefix) {
  for (const ast::FieldDecl& field : fields) {
    const std::string name = prefix + field.name.text;
    const bool is_taken = info.fields.count(name) != 0 ||
                          std::find(info.records.begin(), info.records.end(), name) != info.records.end();
    if (is_taken) {
      Diagnostic& diagnostic = report(DiagnosticId::kNameTwice, field.name.span, name);
      if (const ast::FieldDecl* first = find_decl(info.decl->fields, name)) {
        diagnostic.second = Diagnostic::Note{first->name.span, "first declared here"};
      }
      continue;
    }
    if (prefix.empty() && (name == "class" || name == "raw")) {
      report(DiagnosticId::kReservedField, field.name.span, name);
      continue;
    }
    if (!field.type) continue;
    if (field.type->name == "record") {
      if (dots_in(name) + 1 > kMaxRecordDepth) {
        report(DiagnosticId::kNestedTooDeep, field.name.span, kMaxRecordDepth);
        continue;
      }
      info.records.push_back(name);
      add_fields(info, field.type->fields, name + ".");
      continue;
    }
    auto type = resolve_type(*field.type);
    if (!type) {
      // Known by name, so that its uses are not reported as well.
      info.fields[name] = intern_field(name, Type{}, field);
      continue;
    }
    if (field.cased) {
      const bool has_letters = type->kind == TypeKind::kString || type->element == TypeKind::kString;
      if (!has_letters) report(DiagnosticId::kCasedNeedsText, field.name.span, to_text(*type));
      type->cased = has_letters;
    }
    add_field(info, field, name, *type);
  }
}

void Checker::check_classes() {
  for (ClassInfo& info : model_.classes) {
    current_ = info.decl;
    add_fields(info, info.decl->fields, "");
    if (info.fields.count("time") == 0)
      report_lack({info.decl->span, {"time"}}, DiagnosticId::kClassNeedsTime, info.decl->name.span,
                  info.name);
  }
}

void Checker::check_defaults() {
  for (std::uint32_t index = 0; index < model_.classes.size(); ++index) {
    const ClassInfo& info = model_.classes[index];
    current_ = info.decl;
    const auto visit = [&](const auto& self, const std::vector<ast::FieldDecl>& fields,
                           const std::string& prefix) -> void {
      for (const ast::FieldDecl& field : fields) {
        const std::string name = prefix + field.name.text;
        if (field.type && field.type->name == "record") {
          if (dots_in(name) < kMaxRecordDepth) self(self, field.type->fields, name + ".");
          continue;
        }
        const auto found = info.fields.find(name);
        if (!field.default_value || found == info.fields.end()) continue;
        NameScope scope;
        scope.place = ExprPlace::kDefault;
        scope.fields = true;
        scope.classes = {index};
        expect(*field.default_value, scope, model_.fields[found->second].type);
        check_expanded(field.default_value.get());
      }
    };
    visit(visit, info.decl->fields, "");
    check_default_cycles(info);
  }
}

void Checker::check_default_cycles(const ClassInfo& info) {
  std::map<std::uint32_t, Progress> progress;
  const auto fields_of = [](const Expr& expr) {
    std::vector<std::uint32_t> fields;
    std::vector<const Expr*> open{&expr};
    while (!open.empty()) {
      const Expr* part = open.back();
      open.pop_back();
      if (part->ref.kind == ast::RefKind::kField) fields.push_back(part->ref.index);
      for (const auto& argument : part->args) {
        if (argument) open.push_back(argument.get());
      }
      if (part->where) open.push_back(part->where.get());
    }
    return fields;
  };
  struct Visit {
    std::uint32_t field;
    std::vector<std::uint32_t> needs;
    std::size_t next = 0;
  };
  for (const auto& [start, expr] : info.defaults) {
    std::vector<Visit> path;
    const auto enter = [&](std::uint32_t field) {
      const auto found = info.defaults.find(field);
      progress[field] = Progress::kBusy;
      path.push_back({field,
                      found == info.defaults.end() ? std::vector<std::uint32_t>{} : fields_of(*found->second),
                      0});
    };
    if (progress[start] == Progress::kNone) enter(start);
    while (!path.empty()) {
      Visit& top = path.back();
      if (top.next == top.needs.size()) {
        progress[top.field] = Progress::kDone;
        path.pop_back();
        continue;
      }
      const std::uint32_t field = top.needs[top.next++];
      if (progress[field] == Progress::kBusy) {
        report(DiagnosticId::kFieldCycle, info.defaults.at(top.field)->span, model_.fields[field].name);
      } else if (progress[field] == Progress::kNone) {
        enter(field);
      }
    }
  }
}

}  // namespace shrike
