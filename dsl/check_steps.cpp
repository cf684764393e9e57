// Steps of `sequence` and `together` (language manual, section 6).
#include <algorithm>

#include "dsl/check_context.hpp"

namespace shrike {

using ast::Expr;
using ast::Step;

void Checker::check_step_forms(const ast::Rule& rule) {
  const bool together = rule.order == ast::StepOrder::kTogether;
  const auto present =
      std::count_if(rule.steps.begin(), rule.steps.end(), [](const Step& step) { return !step.absent; });
  const bool has_absence = !together && static_cast<std::size_t>(present) < rule.steps.size();
  // One step and an absence are a rule of their own kind; otherwise two things must happen.
  if (present < 1 || (present < 2 && !has_absence)) {
    report_lack({rule.steps_span, {}}, DiagnosticId::kTooFewSteps, rule.steps_span,
                together ? "together" : "sequence");
  }
  for (std::size_t i = 0; i < rule.steps.size(); ++i) {
    const Step& step = rule.steps[i];
    if (together) {
      if (step.absent) report(DiagnosticId::kTogetherStep, step.name.span, "not");
      if (step.within) report(DiagnosticId::kTogetherStep, step.within->span, "within");
      continue;
    }
    if (!step.absent) continue;
    const bool is_edge = i == 0 || i + 1 == rule.steps.size();
    if (is_edge && !step.within) {
      report_lack({rule.steps_span, {}}, DiagnosticId::kAbsenceNeedsWithin, step.name.span, step.name.text,
                  i == 0 ? "first" : "last");
    }
    if (i > 0 && rule.steps[i - 1].absent) {
      report_lack({rule.steps_span, {}}, DiagnosticId::kTwoAbsences, step.name.span, step.name.text).second =
          Diagnostic::Note{rule.steps[i - 1].name.span, "the other one"};
    }
  }
}

void Checker::check_step_keys(std::uint32_t rule, std::size_t index) {
  const ast::Rule& decl = *model_.rules[rule].decl;
  const Step& step = decl.steps[index];
  NameScope scope = scope_of(rule, ExprPlace::kKey);
  scope.classes.clear();
  scope.alerts.clear();
  scope.keys = nullptr;
  resolve_classes(step.classes, scope, false);
  if (scope.classes.empty() && scope.alerts.empty()) return;
  std::vector<KeyName>& keys = rule_keys_[rule];
  if (!step.by.empty() && !decl.each.empty() && !may_be_unread({decl.span, {"each"}})) {
    if (step.by.size() != decl.each.size()) {
      const auto count = [](std::size_t n) {
        return n == 1 ? std::string("1 key") : fmt::format("{} keys", n);
      };
      Span where = step.by.front() ? step.by.front()->span : step.name.span;
      if (step.by.back()) where.end = step.by.back()->span.end;
      report(DiagnosticId::kKeyCount, where, count(step.by.size()), std::to_string(decl.each.size()));
    }
  }
  const std::size_t count = step.by.empty() ? decl.each.size() : std::min(step.by.size(), decl.each.size());
  for (std::size_t i = 0; i < count; ++i) {
    Expr* key = step.by.empty() ? decl.each[i].expr.get() : step.by[i].get();
    if (key == nullptr) continue;
    const std::size_t before = diagnostics_.size();
    Type type = infer(*key, scope);
    if (diagnostics_.size() > before) {
      if (step.by.empty()) {
        Diagnostic& diagnostic = diagnostics_[before];
        diagnostic.second =
            Diagnostic::Note{step.name.span, fmt::format("step `{}` needs the key", step.name.text)};
        diagnostic.help = "`by` gives the key under another name in a step: `directory by target where …`";
        diagnostic.repair.reset();
      }
      continue;
    }
    check_key_type(*key, type, "a key");
    if (type.is_list()) type = element_of(type);
    if (keys[i].type.kind == TypeKind::kNone) {
      keys[i].type = type;
    } else if (type.kind != TypeKind::kNone && !may_equal(keys[i].type, type)) {
      report(DiagnosticId::kKeyTypesDiffer, key->span,
             keys[i].name.empty() ? std::to_string(i + 1) : keys[i].name, to_text(keys[i].type),
             to_text(type))
          .second = Diagnostic::Note{step.name.span, "this step"};
    }
  }
}

void Checker::check_steps(std::uint32_t rule) {
  const ast::Rule& decl = *model_.rules[rule].decl;
  check_step_forms(decl);
  for (const ast::NamedExpr& key : decl.each) {
    std::string name;
    if (key.name) {
      name = key.name->text;
    } else if (key.expr &&
               (key.expr->kind == ast::ExprKind::kName || key.expr->kind == ast::ExprKind::kMember)) {
      name = std::string(text_at(key.expr->span));
    }
    const Span span = key.name ? key.name->span : key.expr ? key.expr->span : decl.name.span;
    rule_keys_[rule].push_back({name, {}, span, key.name.has_value()});
  }
  for (std::size_t i = 0; i < decl.steps.size(); ++i) check_step_keys(rule, i);
  for (std::size_t i = 0; i < decl.steps.size(); ++i) {
    const Step& step = decl.steps[i];
    NameScope scope = scope_of(rule, ExprPlace::kStep);
    scope.classes.clear();
    scope.alerts.clear();
    resolve_classes(step.classes, scope, false);
    scope.step_rule = &decl;
    scope.steps_seen = i;
    scope.own_step = &step;
    if (!scope.classes.empty() || !scope.alerts.empty()) {
      condition(step.where.get(), scope);
      check_expanded(step.where.get());
    }
    if (step.times) {
      if (step.times->kind == ast::ExprKind::kName) {
        expect(*step.times, scope, type_of(TypeKind::kInt));
        if (step.times->type.kind != TypeKind::kNone && step.times->ref.kind != ast::RefKind::kParam) {
          report(DiagnosticId::kNotConstant, step.times->span, "`times`").help =
              "write a number, or the name of a `param`";
        }
      } else if (const auto times = constant(*step.times, type_of(TypeKind::kInt), "`times`")) {
        if (std::get<std::int64_t>(*times) <= 0)
          report(DiagnosticId::kNotPositive, step.times->span, "`times`");
      }
    }
    positive_duration(step.times_in.get(), scope, "the time after `in`");
    positive_duration(step.within.get(), scope, "`within`");
  }
}

}  // namespace shrike
