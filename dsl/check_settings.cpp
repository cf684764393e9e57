// Settings of tenants and exceptions to rules (language manual, section 8).
#include "dsl/check_context.hpp"

namespace shrike {

using ast::Expr;

std::optional<SettingsInfo::Value> Checker::check_setting(const ast::Assignment& value) {
  if (value.path.empty()) return std::nullopt;
  const Span where = span_of(value.path);
  const ast::Name& first = value.path.front();
  SettingsInfo::Value result;
  Type type;
  std::string what = fmt::format("the value of `{}`", join_path(value.path));
  if (value.path.size() == 1) {
    const Global* list = find_global(first.text, "list");
    if (list == nullptr) {
      Diagnostic& diagnostic = report_undeclared(DiagnosticId::kNotSettable, where, first.text, first.text);
      std::string help = diagnostic.help;
      if (find_global(first.text, "rule") != nullptr)
        help = fmt::format("a rule's parameter is `{}.parameter = …`", first.text);
      suggest_name(diagnostic, where, first.text, globals_of("list"), std::move(help));
      return std::nullopt;
    }
    const TypeKind element = model_.lists[list->index].element;
    if (element == TypeKind::kNone) return std::nullopt;
    result.target = {ast::RefKind::kList, list->index};
    type = Type{TypeKind::kList, element, 1, false};
  } else {
    const Global* rule = find_global(first.text, "rule");
    if (rule == nullptr || value.path.size() > 2) {
      if (rule == nullptr && find_global(first.text) == nullptr) {
        find_rule_or_report(first);
      } else {
        report(DiagnosticId::kNotSettable, where, join_path(value.path));
      }
      return std::nullopt;
    }
    const ast::Name& name = value.path[1];
    const std::uint32_t param = model_.find_param(rule->index, name.text);
    if (param == kNoIndex) {
      std::vector<std::string_view> names;
      for (const ast::Param& candidate : model_.rules[rule->index].decl->params)
        names.push_back(candidate.name.text);
      suggest_name(
          report_undeclared(DiagnosticId::kUnknownParam, name.span, name.text, first.text, name.text),
          name.span, name.text, names,
          names.empty() ? "it has none" : fmt::format("it has {}", fmt::join(names, ", ")));
      return std::nullopt;
    }
    result.target = {ast::RefKind::kParam, param};
    type = model_.params[param].type;
    if (type.kind == TypeKind::kNone) return std::nullopt;
  }
  if (!value.value) return std::nullopt;
  if (type.is_list()) {
    auto values = constants(*value.value, type, what);
    if (!values) return std::nullopt;
    result.values = std::move(*values);
  } else {
    auto single = constant(*value.value, type, what);
    if (!single) return std::nullopt;
    result.values.push_back(std::move(*single));
  }
  return result;
}

void Checker::check_settings() {
  // The same target for the same tenant in two blocks has no order that could decide.
  std::map<std::pair<std::string, std::string>, Span> seen;
  for (SettingsInfo& info : model_.settings) {
    const ast::Settings& decl = *info.decl;
    current_ = &decl;
    const std::string tenant = decl.tenant ? decl.tenant->text : std::string();
    for (const ast::Assignment& assignment : decl.values) {
      const std::string path = join_path(assignment.path);
      const auto [entry, is_new] = seen.try_emplace({tenant, path}, span_of(assignment.path));
      if (!is_new) {
        report(DiagnosticId::kSetTwice, span_of(assignment.path), path).second =
            Diagnostic::Note{entry->second, "first set here"};
        continue;
      }
      if (auto value = check_setting(assignment)) info.values.push_back(std::move(*value));
    }
    for (const ast::Name& name : decl.disabled) {
      const std::uint32_t rule = find_rule_or_report(name);
      if (rule != kNoIndex) info.disabled.push_back(rule);
    }
  }
}

void Checker::check_excepts() {
  for (ExceptInfo& info : model_.excepts) {
    const ast::Except& decl = *info.decl;
    current_ = &decl;
    info.rule = find_rule_or_report(decl.rule);
    const std::string who = fmt::format("the exception \"{}\"", decl.title);
    if (decl.drop == (decl.score != nullptr)) {
      if (decl.drop) {
        report(DiagnosticId::kDropOrScore, decl.score->span).second =
            Diagnostic::Note{decl.drop_span, "it drops the alert already"};
      } else {
        report_lack({decl.span, {"drop", "score"}}, DiagnosticId::kDropOrScore, decl.rule.span).help =
            "say what it does: `drop`, or `score -40`";
      }
    }
    if (!decl.owner) {
      report_lack({decl.span, {"owner"}}, DiagnosticId::kClauseMissing, decl.rule.span, who, "owner").help =
          "somebody answers for every exception: `owner \"soc@contoso.example\"`";
    }
    if (!decl.until) {
      report_lack({decl.span, {"until"}}, DiagnosticId::kClauseMissing, decl.rule.span, who, "until").help =
          "every exception has an end: `until 2027-01-31`";
    } else {
      const auto until = constant(*decl.until, type_of(TypeKind::kTime), "`until`");
      (void)until;
    }
    if (info.rule == kNoIndex) continue;
    NameScope scope = scope_after(info.rule, ExprPlace::kException);
    const bool is_known = !scope.classes.empty() || !scope.alerts.empty() || scope.step_rule != nullptr;
    if (!is_known) continue;
    condition(decl.where.get(), scope);
    check_expanded(decl.where.get());
    if (!decl.score) continue;
    check_amount(*decl.score, scope);
    const Expr& amount = *decl.score;
    const auto* integer = std::get_if<std::int64_t>(&amount.literal);
    const auto* number = std::get_if<double>(&amount.literal);
    const bool is_literal = amount.kind == ast::ExprKind::kLiteral;
    if (is_literal && ((integer != nullptr && *integer > 0) || (number != nullptr && *number > 0))) {
      Diagnostic& diagnostic = report(DiagnosticId::kExceptionRaises, amount.span);
      diagnostic.repair = Diagnostic::Repair{amount.span, "-" + std::string(text_at(amount.span))};
    }
  }
}

}  // namespace shrike
