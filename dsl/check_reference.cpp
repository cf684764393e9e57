// What names and members mean: locals, `let`s, parameters, keys, fields, steps, lists.
#include <algorithm>
#include <array>

#include "dsl/check_context.hpp"
#include "runtime/functions.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

constexpr std::array<std::string_view, 3> kAlertParts{"rule", "severity", "score"};

/// The names of `a.b.c`, first to last; empty when the chain does not begin with a name.
std::vector<std::string_view> names_of(const Expr& expr) {
  std::vector<std::string_view> names;
  const Expr* at = &expr;
  while (at->kind == ExprKind::kMember && !at->args.empty() && at->args[0]) {
    names.push_back(at->name);
    at = at->args[0].get();
  }
  if (at->kind != ExprKind::kName) return {};
  names.push_back(at->name);
  std::reverse(names.begin(), names.end());
  return names;
}

Expr& root_of(Expr& expr) {
  Expr* at = &expr;
  while (at->kind == ExprKind::kMember) at = at->args[0].get();
  return *at;
}

std::string join(const std::vector<std::string_view>& names, std::size_t from, std::size_t to) {
  std::string path;
  for (std::size_t i = from; i < to; ++i) {
    if (!path.empty()) path += '.';
    path += names[i];
  }
  return path;
}

bool is_starred(const Expr& expr) {
  const Expr* at = &expr;
  while (at->kind == ExprKind::kMember && at->ref.kind == RefKind::kNone && !at->args.empty())
    at = at->args[0].get();
  return at->kind == ExprKind::kStar;
}

std::uint32_t alert_part(std::string_view path) {
  const auto found = std::find(kAlertParts.begin(), kAlertParts.end(), path);
  return found == kAlertParts.end() ? kNoIndex : static_cast<std::uint32_t>(found - kAlertParts.begin());
}

}  // namespace

// ---- fields

bool Checker::has_field(const std::string& path, const std::vector<std::uint32_t>& classes,
                        bool alerts) const {
  if (alerts && alert_part(path) != kNoIndex) return true;
  return std::any_of(classes.begin(), classes.end(),
                     [&](std::uint32_t index) { return model_.classes[index].fields.count(path) != 0; });
}

bool Checker::is_record(std::string_view path, const std::vector<std::uint32_t>& classes) const {
  return std::any_of(classes.begin(), classes.end(), [&](std::uint32_t index) {
    const auto& records = model_.classes[index].records;
    return std::find(records.begin(), records.end(), path) != records.end();
  });
}

std::string Checker::record_fields(const std::string& path, const std::vector<std::uint32_t>& classes) const {
  std::string text;
  std::size_t count = 0;
  std::set<std::string_view> seen;
  const std::string prefix = path + ".";
  for (const std::uint32_t index : classes) {
    for (const auto& [name, field] : model_.classes[index].fields) {
      if (name.substr(0, prefix.size()) != prefix || !seen.insert(name).second) continue;
      if (++count > 12) continue;
      if (!text.empty()) text += ", ";
      text += "`" + name + "`";
    }
  }
  return count > 12 ? text + " …" : text;
}

Type Checker::record_as_value(const Expr& expr, const std::string& path,
                              const std::vector<std::uint32_t>& classes) {
  report(DiagnosticId::kRecordAsValue, expr.span, path).help =
      "name one of its fields: " + record_fields(path, classes);
  return {};
}

std::optional<Type> Checker::field_named(Expr& expr, const std::string& path,
                                         const std::vector<std::uint32_t>& classes, bool alerts) {
  if (alerts) {
    if (const std::uint32_t part = alert_part(path); part != kNoIndex) {
      expr.ref = {RefKind::kAlert, part};
      return type_of(part == 2 ? TypeKind::kInt : TypeKind::kString);
    }
  }
  std::uint32_t found = kNoIndex;
  std::uint32_t owner = kNoIndex;
  for (const std::uint32_t index : classes) {
    const auto entry = model_.classes[index].fields.find(path);
    if (entry == model_.classes[index].fields.end()) continue;
    if (found == kNoIndex) {
      found = entry->second;
      owner = index;
      continue;
    }
    if (entry->second == found) continue;
    if (reported_fields_.emplace(current_, path).second) {
      report(DiagnosticId::kFieldTypesDiffer, expr.span, path, to_text(model_.fields[found].type),
             model_.classes[owner].name, to_text(model_.fields[entry->second].type),
             model_.classes[index].name)
          .second = Diagnostic::Note{field_spans_[entry->second], "declared with another type here"};
    }
    return Type{};
  }
  if (found == kNoIndex) return std::nullopt;
  expr.ref = {RefKind::kField, found};
  return model_.fields[found].type;
}

std::string Checker::owner_text(const std::vector<std::uint32_t>& classes) const {
  std::vector<std::string> names;
  for (const std::uint32_t index : classes) names.push_back("`" + model_.classes[index].name + "`");
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.empty()) return "no class";
  if (names.size() == 1) return "class " + names[0];
  return fmt::format("none of the classes {}", fmt::join(names, ", "));
}

Type Checker::unknown_field(const Expr& expr, const std::string& path,
                            const std::vector<std::uint32_t>& classes, std::string_view owner) {
  std::string who(owner.empty() ? owner_text(classes) : owner);
  const bool many = owner.empty() && classes.size() > 1;
  std::string message =
      many ? fmt::format("{} has a field `{}`", who, path) : fmt::format("{} has no field `{}`", who, path);
  const Expr* root = &expr;
  while (root->kind == ExprKind::kMember) root = root->args[0].get();
  Span where = expr.span;
  if (!owner.empty() && expr.kind == ExprKind::kMember) where.begin = std::min(root->span.end + 1, where.end);
  const std::string_view own_name = std::string_view(path).substr(path.rfind('.') + 1);
  Diagnostic& diagnostic = report_undeclared(DiagnosticId::kUnknownField, where, own_name, who, path);
  diagnostic.message = std::move(message);
  std::vector<std::string_view> candidates;
  for (const std::uint32_t index : classes) {
    for (const auto& [name, field] : model_.classes[index].fields) candidates.push_back(name);
  }
  std::string otherwise;
  const std::size_t dot = path.rfind('.');
  if (dot != std::string::npos && is_record(path.substr(0, dot), classes)) {
    otherwise = fmt::format("`{}` has {}", path.substr(0, dot), record_fields(path.substr(0, dot), classes));
  }
  suggest_name(diagnostic, where, path, candidates, otherwise);
  return {};
}

/// `names[skip…]` is a path of fields; what follows the field are members of its value.
Type Checker::field_chain(Expr& expr, const std::vector<std::string_view>& names, std::size_t skip,
                          NameScope& scope, const NameScope& owner, std::string_view owner_name) {
  const std::string path = join(names, skip, names.size());
  const std::vector<std::uint32_t>& classes = owner.classes;
  const bool alerts = !owner.alerts.empty();
  if (const auto type = field_named(expr, path, classes, alerts)) return *type;
  if (is_record(path, classes)) return record_as_value(expr, path, classes);
  for (std::size_t end = names.size() - 1; end > skip; --end) {
    if (!has_field(join(names, skip, end), classes, alerts)) continue;
    const Type base = infer(*expr.args[0], scope);
    return member_of_value(expr, base);
  }
  return owner.is_partial ? Type{} : unknown_field(expr, path, classes, owner_name);
}

// ---- names

bool Checker::is_plain_name(std::string_view name, const NameScope& scope) const {
  if (scope.raw && name == "raw") return true;
  if (std::any_of(scope.locals.begin(), scope.locals.end(),
                  [&](const Local& local) { return local.name == name; }))
    return true;
  if (scope.let_index != nullptr && scope.let_index->count(name) != 0) return true;
  if (scope.rule != kNoIndex && model_.find_param(scope.rule, name) != kNoIndex) return true;
  if (scope.keys != nullptr) {
    for (const KeyName& key : *scope.keys) {
      if (key.name == name && (key.named || scope.bare_names_are_keys)) return true;
    }
  }
  return false;
}

std::optional<Type> Checker::let_name(Expr& expr, const NameScope& scope) {
  if (scope.let_index == nullptr) return std::nullopt;
  const auto found = scope.let_index->find(expr.name);
  if (found == scope.let_index->end()) return std::nullopt;
  const std::uint32_t index = found->second;
  if (index >= scope.let_types->size()) {
    const ast::Name& name = (*scope.lets)[index].name;
    if (index == scope.let_types->size()) {
      report(DiagnosticId::kRecursion, expr.span, expr.name).help =
          "a `let` names an expression that does not need it";
    } else {
      report(DiagnosticId::kUsedTooEarly, expr.span, expr.name).second =
          Diagnostic::Note{name.span, "declared here"};
    }
    return Type{};
  }
  expr.ref = {RefKind::kLet, index};
  // A `let` means what its text would mean here.
  if (scope.let_aggregates != nullptr && (*scope.let_aggregates)[index] != 0 &&
      (*scope.let_types)[index].kind != TypeKind::kNone) {
    Expr stand_in;
    stand_in.name = expr.name;
    stand_in.op_span = expr.span;
    if (!aggregate_allowed(stand_in, scope)) return Type{};
  }
  return (*scope.let_types)[index];
}

std::optional<Type> Checker::plain_name(Expr& expr, const NameScope& scope) {
  for (auto local = scope.locals.rbegin(); local != scope.locals.rend(); ++local) {
    if (local->name != expr.name) continue;
    expr.ref = {RefKind::kLocal, 0};
    return local->type;
  }
  if (scope.raw && expr.name == "raw") {
    expr.ref = {RefKind::kRaw, 0};
    return type_of(TypeKind::kJson);
  }
  if (const auto type = let_name(expr, scope)) return type;
  if (scope.rule != kNoIndex) {
    if (const std::uint32_t param = model_.find_param(scope.rule, expr.name); param != kNoIndex) {
      expr.ref = {RefKind::kParam, param};
      return model_.params[param].type;
    }
  }
  if (scope.keys != nullptr) {
    for (std::size_t i = 0; i < scope.keys->size(); ++i) {
      const KeyName& key = (*scope.keys)[i];
      if (key.name != expr.name || !(key.named || scope.bare_names_are_keys)) continue;
      expr.ref = {RefKind::kKey, static_cast<std::uint32_t>(i)};
      return key.type;
    }
  }
  return std::nullopt;
}

Type Checker::infer_name(Expr& expr, NameScope& scope) {
  if (expr.name == "this") {
    if (scope.in_aggregate) {
      expr.ref = {RefKind::kThis, 0};
      report(DiagnosticId::kRecordAsValue, expr.span, expr.name).help =
          "name one of its fields, as in `this.user`";
    } else {
      report(DiagnosticId::kThisPlace, expr.span);
    }
    return {};
  }
  if (const auto type = plain_name(expr, scope)) return *type;
  if (step_index(expr.name, scope) != kNoIndex) return step_alone(expr, scope);
  if (scope.fields) {
    if (expr.name == "class") {
      expr.ref = {RefKind::kClass, 0};
      return type_of(TypeKind::kString);
    }
    if (const auto type = field_named(expr, expr.name, scope.classes, !scope.alerts.empty())) return *type;
    if (is_record(expr.name, scope.classes)) return record_as_value(expr, expr.name, scope.classes);
  }
  if (const Global* list = find_global(expr.name, "list")) {
    expr.ref = {RefKind::kList, list->index};
    const TypeKind element = model_.lists[list->index].element;
    if (element == TypeKind::kNone) return {};
    return Type{TypeKind::kList, element, 1, false};
  }
  if (find_global(expr.name, "table") != nullptr) {
    report(DiagnosticId::kTableAsValue, expr.span, expr.name).help =
        fmt::format("`{}[key]` looks a key up, `key in {}` asks whether it is there", expr.name, expr.name);
    return {};
  }
  return unknown_name(expr, scope);
}

Type Checker::unknown_name(const Expr& expr, const NameScope& scope) {
  if (scope.is_partial) return {};
  Diagnostic& diagnostic = report_undeclared(DiagnosticId::kUnknownName, expr.span, expr.name, expr.name);
  const auto rows = functions();
  const bool is_function = find_global(expr.name, "def") != nullptr ||
                           std::any_of(rows.begin(), rows.end(),
                                       [&](const FunctionRow& row) { return name_of(row) == expr.name; });
  if (is_function) {
    Diagnostic replacement = make_diagnostic(DiagnosticId::kNeedsCall, expr.span, expr.name);
    replacement.help = fmt::format("call it as `{}(…)`", expr.name);
    diagnostic = std::move(replacement);
    return {};
  }
  std::vector<std::string_view> candidates;
  for (const Local& local : scope.locals) candidates.push_back(local.name);
  if (scope.lets != nullptr) {
    for (std::size_t i = 0; i < scope.let_types->size(); ++i)
      candidates.push_back((*scope.lets)[i].name.text);
  }
  if (scope.rule != kNoIndex) {
    for (const ast::Param& param : model_.rules[scope.rule].decl->params)
      candidates.push_back(param.name.text);
  }
  if (scope.keys != nullptr) {
    for (const KeyName& key : *scope.keys) candidates.push_back(key.name);
  }
  if (scope.raw) candidates.push_back("raw");
  if (scope.fields) {
    for (const std::uint32_t index : scope.classes) {
      for (const auto& [name, field] : model_.classes[index].fields) candidates.push_back(name);
    }
  }
  for (const std::string_view name : globals_of("list")) candidates.push_back(name);

  std::string otherwise;
  const auto other_class =
      std::find_if(model_.classes.begin(), model_.classes.end(),
                   [&](const ClassInfo& info) { return info.fields.count(expr.name) != 0; });
  if (scope.bare_names_are_keys) {
    otherwise = "after the steps bare names are the keys; a step's field is written `step.field`";
  } else if (scope.place == ExprPlace::kDef) {
    otherwise = "a `def` sees its own parameters, lists and tables; hand over what else it needs";
  } else if (scope.place == ExprPlace::kSource) {
    otherwise = fmt::format("a source reads the record: `raw.{}`", expr.name);
  } else if (scope.fields && other_class != model_.classes.end()) {
    otherwise = fmt::format("class `{}` has a field of that name; add it to `on`, or use another field",
                            other_class->name);
  }
  if (scope.fields && !scope.classes.empty()) {
    diagnostic.label = fmt::format(
        "no field of {}, no `let`, `param` or list",
        scope.classes.size() == 1 ? "`" + model_.classes[scope.classes[0]].name + "`" : "these classes");
  }
  suggest_name(diagnostic, expr.span, expr.name, candidates, otherwise);
  return {};
}

// ---- steps

std::size_t Checker::step_index(std::string_view name, const NameScope& scope) const {
  if (scope.step_rule == nullptr) return kNoIndex;
  const auto& steps = scope.step_rule->steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].name.text == name) return i;
  }
  return kNoIndex;
}

bool Checker::step_is_seen(const Expr& root, std::size_t step, const NameScope& scope) {
  const ast::Step& decl = scope.step_rule->steps[step];
  std::string help;
  if (&decl == scope.own_step) {
    help = "inside a step, bare names are its own fields";
  } else if (decl.absent) {
    help = "a `not` step stands for what did not happen, so it has no fields";
  } else if (step >= scope.steps_seen) {
    help = "a step sees those before it";
  } else {
    return true;
  }
  Diagnostic& diagnostic = report(DiagnosticId::kStepNotSeen, root.span, root.name);
  diagnostic.second = Diagnostic::Note{decl.name.span, "declared here"};
  diagnostic.help = std::move(help);
  return false;
}

Type Checker::step_alone(const Expr& expr, const NameScope& scope) {
  if (step_is_seen(expr, step_index(expr.name, scope), scope)) {
    report(DiagnosticId::kRecordAsValue, expr.span, expr.name).message =
        fmt::format("`{}` is a step and no value by itself", expr.name);
  }
  return {};
}

// ---- members

Type Checker::infer_member(Expr& expr, NameScope& scope) {
  if (expr.args.empty() || !expr.args[0]) return {};
  const std::vector<std::string_view> names = names_of(expr);
  if (!names.empty() && !is_plain_name(names[0], scope)) {
    Expr& root = root_of(expr);
    if (root.name == "this") {
      if (!scope.in_aggregate) {
        report(DiagnosticId::kThisPlace, root.span);
        return {};
      }
      root.ref = {RefKind::kThis, 0};
      return field_chain(expr, names, 1, scope, scope, {});
    }
    if (const std::size_t step = step_index(root.name, scope); step != kNoIndex) {
      if (!step_is_seen(root, step, scope)) return {};
      root.ref = {RefKind::kStep, static_cast<std::uint32_t>(step)};
      NameScope of_step;
      resolve_classes(scope.step_rule->steps[step].classes, of_step, false);
      if (of_step.classes.empty() && of_step.alerts.empty()) return {};
      return field_chain(expr, names, 1, scope, of_step, fmt::format("step `{}`", root.name));
    }
    if (scope.keys != nullptr && scope.bare_names_are_keys) {
      const std::string path = join(names, 0, names.size());
      for (std::size_t i = 0; i < scope.keys->size(); ++i) {
        if ((*scope.keys)[i].name != path) continue;
        expr.ref = {RefKind::kKey, static_cast<std::uint32_t>(i)};
        return (*scope.keys)[i].type;
      }
    }
    if (scope.fields) {
      const bool begins_with_field = has_field(std::string(names[0]), scope.classes, !scope.alerts.empty());
      if (begins_with_field || is_record(names[0], scope.classes)) {
        return field_chain(expr, names, 0, scope, scope, {});
      }
    }
  }
  const Type base = infer(*expr.args[0], scope);
  return member_of_value(expr, base);
}

Type Checker::member_of_value(Expr& expr, const Type& base) {
  const auto part = [&](std::initializer_list<std::pair<std::string_view, TypeKind>> parts,
                        std::string_view what) -> Type {
    std::vector<std::string_view> names;
    for (const auto& [name, kind] : parts) {
      if (name == expr.name) return type_of(kind);
      names.push_back(name);
    }
    Diagnostic& diagnostic = report(DiagnosticId::kUnknownPart, expr.op_span, what, expr.name);
    suggest_name(diagnostic, expr.op_span, expr.name, names,
                 fmt::format("its parts are `{}`", fmt::join(names, "`, `")));
    return {};
  };
  switch (base.kind) {
    case TypeKind::kNone:
      return {};
    case TypeKind::kJson:
      return base;
    case TypeKind::kMap:
      return element_of(base);
    case TypeKind::kClient:
      return part({{"family", TypeKind::kString},
                   {"os", TypeKind::kString},
                   {"device", TypeKind::kString},
                   {"tool", TypeKind::kBool}},
                  "a client");
    case TypeKind::kGeo:
      return part({{"country", TypeKind::kString}, {"place", TypeKind::kPlace}}, "geo()");
    case TypeKind::kList: {
      if (!is_starred(*expr.args[0])) {
        Diagnostic& diagnostic = report(DiagnosticId::kPartOfList, expr.span, expr.name);
        if (base.element == TypeKind::kJson) {
          const std::string list(text_at(expr.args[0]->span));
          diagnostic.help = "`[*]` reads it from every element, `[0]` from the first";
          diagnostic.repair = Diagnostic::Repair{expr.span, fmt::format("{}[*].{}", list, expr.name)};
        } else {
          diagnostic.help = fmt::format("its elements are {} and have no parts", to_text(element_of(base)));
        }
        return {};
      }
      if (base.element == TypeKind::kJson) return Type{TypeKind::kList, TypeKind::kJson, 1, false};
      report(DiagnosticId::kNoParts, expr.op_span, to_text(element_of(base)));
      return {};
    }
    default: {
      Diagnostic& diagnostic = report(DiagnosticId::kNoParts, expr.op_span, to_text(base));
      if (base.kind == TypeKind::kString) {
        diagnostic.help = "if it holds JSON, `json(…)` reads it";
      } else if (base.kind == TypeKind::kIp) {
        diagnostic.help = "`geo(…).country` and `geo(…).place` tell where an address is";
      }
      return {};
    }
  }
}

Type Checker::infer_star(Expr& expr, NameScope& scope) {
  if (expr.args.empty() || !expr.args[0]) return {};
  const Type base = infer(*expr.args[0], scope);
  if (base.kind == TypeKind::kNone || base.is_list()) return base;
  if (is_json(base) || base.kind == TypeKind::kMap) {
    return list_type(expr.span, element_of(base)).value_or(Type{});
  }
  report(DiagnosticId::kStarNeedsList, expr.span, to_text(base));
  return {};
}

Type Checker::infer_index(Expr& expr, NameScope& scope) {
  if (expr.args.size() < 2 || !expr.args[0] || !expr.args[1]) return {};
  Expr& base_expr = *expr.args[0];
  Expr& index_expr = *expr.args[1];
  if (base_expr.kind == ExprKind::kName && !is_plain_name(base_expr.name, scope)) {
    const bool is_field = scope.fields && has_field(base_expr.name, scope.classes, !scope.alerts.empty());
    if (const Global* table = is_field ? nullptr : find_global(base_expr.name, "table")) {
      base_expr.ref = {RefKind::kTable, table->index};
      const TableInfo& info = model_.tables[table->index];
      const Type key = infer(index_expr, scope);
      const bool is_address = info.key == TypeKind::kCidr && key.kind == TypeKind::kIp;
      if (key.kind != TypeKind::kNone && info.key != TypeKind::kNone && !is_address) {
        expect_fits(index_expr, key, type_of(info.key == TypeKind::kCidr ? TypeKind::kIp : info.key));
      }
      return type_of(info.value);
    }
  }
  const Type base = infer(base_expr, scope);
  const Type index = infer(index_expr, scope);
  if (base.kind == TypeKind::kNone || index.kind == TypeKind::kNone) return {};
  const bool by_number = index.kind == TypeKind::kInt || is_json(index);
  const bool by_text = is_text(index);
  if (base.is_list() && by_number) return element_of(base);
  if (base.kind == TypeKind::kMap && by_text) return element_of(base);
  if (is_json(base) && (by_number || by_text)) return base;
  Diagnostic& diagnostic = report(DiagnosticId::kBadIndex, index_expr.span, to_text(base), to_text(index));
  if (base.is_list()) {
    diagnostic.help = index.kind == TypeKind::kString && base.element == TypeKind::kJson
                          ? "elements are counted from 0; `[*]` reads a member of every one"
                          : "elements are counted from 0";
  } else if (base.kind == TypeKind::kMap) {
    diagnostic.help = "its values have names, as in `params[\"X-Name\"]`";
  }
  return {};
}

// ---- what a new name would hide

std::optional<std::string> Checker::taken_by(std::string_view name, const NameScope& scope,
                                             Span& where) const {
  const auto at = [&](Span span, std::string what) {
    where = span;
    return std::optional<std::string>(std::move(what));
  };
  for (const Local& local : scope.locals) {
    if (local.name == name)
      return at(local.span, scope.place == ExprPlace::kDef ? "a parameter or variable" : "another variable");
  }
  if (scope.let_index != nullptr) {
    if (const auto found = scope.let_index->find(name); found != scope.let_index->end()) {
      return at((*scope.lets)[found->second].name.span, "a `let`");
    }
  }
  if (scope.rule != kNoIndex) {
    if (const std::uint32_t param = model_.find_param(scope.rule, name); param != kNoIndex) {
      return at(model_.params[param].decl->name.span, "a `param`");
    }
  }
  if (const std::size_t step = step_index(name, scope); step != kNoIndex) {
    return at(scope.step_rule->steps[step].name.span, "a step");
  }
  if (scope.keys != nullptr) {
    for (const KeyName& key : *scope.keys) {
      if (key.name == name && key.named) return at(key.span, "a key");
    }
  }
  if (scope.raw && name == "raw") return std::string("the record");
  if (scope.fields) {
    if (name == "class") return std::string("the event's class");
    for (const std::uint32_t index : scope.classes) {
      const auto& fields = model_.classes[index].fields;
      if (const auto found = fields.find(std::string(name)); found != fields.end()) {
        return at(field_spans_[found->second], fmt::format("a field of `{}`", model_.classes[index].name));
      }
    }
    if (is_record(name, scope.classes)) return std::string("a record of these events");
  }
  if (const Global* global = find_global(name)) {
    if (global->kind == "list" || global->kind == "table" || global->kind == "def") {
      return at(global->span, fmt::format("a {}", global->kind));
    }
  }
  return std::nullopt;
}

}  // namespace shrike
