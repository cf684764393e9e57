// Tests: the rule, the events that are fed to it, and what is expected (language manual, section 10).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "dsl/check_context.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;
using ast::TestStep;

namespace {

/// Keeps where and why a text is no JSON.
struct JsonProblem : nlohmann::json_sax<nlohmann::json> {
  std::string problem;
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& last, const nlohmann::json::exception&) override {
    std::string token;
    for (const char c : last.substr(last.size() > 20 ? last.size() - 20 : 0))
      token += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    problem = fmt::format("it breaks at byte {}", position);
    if (!token.empty()) problem += fmt::format(", after `{}`", token);
    return false;
  }
};

}  // namespace

void Checker::check_test_time(Expr* at) {
  if (at == nullptr) return;
  NameScope scope;
  scope.place = ExprPlace::kConstant;
  const bool is_negative = at->kind == ExprKind::kNegate;
  if (at->kind != ExprKind::kLiteral && !is_negative) {
    report(DiagnosticId::kTestTime, at->span);
    return;
  }
  const Type type = infer(*at, scope);
  if (type.kind == TypeKind::kNone || type.kind == TypeKind::kDuration || type.kind == TypeKind::kTime)
    return;
  report(DiagnosticId::kTestTime, at->span);
}

void Checker::test_value(Expr& value, const Type& type) {
  if (value.kind == ExprKind::kList && (type.is_list() || is_json(type))) {
    value.type = type;
    for (auto& item : value.args) {
      if (item) test_value(*item, element_of(type));
    }
    return;
  }
  // A place has no literal: `place(35.7, 139.7)`.
  if (value.kind == ExprKind::kCall && type.kind == TypeKind::kPlace) {
    NameScope scope;
    scope.place = ExprPlace::kConstant;
    expect(value, scope, type);
    return;
  }
  constant(value, type, "a value of a test");
}

void Checker::check_event_fields(const TestStep& step, const std::vector<std::uint32_t>& classes,
                                 std::string_view owner) {
  std::set<std::string_view> seen;
  for (const ast::RecordField& field : step.fields) {
    if (!seen.insert(field.name.text).second) report(DiagnosticId::kTwice, field.name.span, field.name.text);
    if (!field.value) continue;
    if (field.name.text == "time") {
      check_test_time(field.value.get());
      continue;
    }
    Expr named;
    named.kind = ExprKind::kName;
    named.span = field.name.span;
    named.name = field.name.text;
    const bool is_alert = step.event && step.event->alert;
    std::optional<Type> type = field_named(named, field.name.text, classes, is_alert);
    if (named.ref.kind == ast::RefKind::kAlert && field.name.text == "rule")
      type.reset();  // it is named already
    if (!type) {
      // `params.ForwardTo: "x"` is an entry of a map.
      const std::size_t dot = field.name.text.rfind('.');
      if (dot != std::string::npos) {
        const auto whole = field_named(named, field.name.text.substr(0, dot), classes, false);
        if (whole && (whole->kind == TypeKind::kMap || is_json(*whole))) type = element_of(*whole);
      }
    }
    if (!type) {
      if (is_record(field.name.text, classes)) {
        record_as_value(named, field.name.text, classes);
      } else {
        unknown_field(named, field.name.text, classes, owner);
      }
      continue;
    }
    if (type->kind == TypeKind::kNone) continue;
    test_value(*field.value, *type);
  }
}

void Checker::check_expected_fields(const TestStep& step, std::uint32_t rule) {
  const ast::Rule& decl = *model_.rules[rule].decl;
  std::set<std::string_view> seen;
  for (const ast::RecordField& field : step.fields) {
    const std::string& name = field.name.text;
    if (!seen.insert(name).second) report(DiagnosticId::kTwice, field.name.span, name);
    if (!field.value) continue;
    if (name == "score") {
      test_value(*field.value, type_of(TypeKind::kInt));
      continue;
    }
    if (name == "severity") {
      test_value(*field.value, type_of(TypeKind::kString));
      const auto* word = std::get_if<std::string>(&field.value->literal);
      if (field.value->kind == ExprKind::kLiteral && word != nullptr && !severity_from(*word)) {
        suggest_name(report(DiagnosticId::kUnknownSeverity, field.value->span, *word), field.value->span,
                     *word, {});
      }
      continue;
    }
    if (name == "message" || name == "rule" || name == "title" || name == "tenant") {
      test_value(*field.value, type_of(TypeKind::kString));
      continue;
    }
    if (name == "time") {
      check_test_time(field.value.get());
      continue;
    }
    const auto shown = std::find_if(decl.show.begin(), decl.show.end(), [&](const ast::NamedExpr& show) {
      return show.name ? show.name->text == name : show.expr && text_at(show.expr->span) == name;
    });
    if (shown != decl.show.end() && shown->expr) {
      if (shown->expr->type.kind != TypeKind::kNone) test_value(*field.value, shown->expr->type);
      continue;
    }
    const auto& keys = rule_keys_[rule];
    const auto key = std::find_if(keys.begin(), keys.end(),
                                  [&](const KeyName& candidate) { return candidate.name == name; });
    if (key != keys.end()) {
      if (key->type.kind != TypeKind::kNone) test_value(*field.value, key->type);
      continue;
    }
    Expr named;
    named.kind = ExprKind::kName;
    named.span = field.name.span;
    named.name = name;
    if (const auto type = field_named(named, name, rule_alert_classes_[rule], false)) {
      if (type->kind != TypeKind::kNone) test_value(*field.value, *type);
      continue;
    }
    std::vector<std::string_view> candidates{"score", "severity", "message", "rule",
                                             "title", "tenant",   "time"};
    for (const ast::NamedExpr& show : decl.show) {
      if (show.name) candidates.push_back(show.name->text);
    }
    for (const std::uint32_t index : rule_alert_classes_[rule]) {
      for (const auto& [candidate, field_index] : model_.classes[index].fields)
        candidates.push_back(candidate);
    }
    // What `show` and `each` name may stand in text that could not be read.
    suggest_name(report_lack({decl.span, {"show", "each", "on"}}, DiagnosticId::kUnknownExpectation,
                             field.name.span, decl.name.text, name),
                 field.name.span, name, candidates,
                 "an alert has `score`, `severity`, `message`, what `show` lists, its key, and the fields of "
                 "its event");
  }
}

void Checker::check_test_step(const TestStep& step, std::uint32_t rule) {
  switch (step.kind) {
    case TestStep::Kind::kSet:
      if (step.set.path.size() == 1 && step.set.path[0].text == "lateness") {
        if (step.set.value) constant(*step.set.value, type_of(TypeKind::kDuration), "`lateness`");
      } else {
        check_setting(step.set);
      }
      break;
    case TestStep::Kind::kAt: {
      check_test_time(step.at.get());
      if (step.times && *step.times <= 0) report(DiagnosticId::kNotPositive, step.span, "`times`");
      if (!step.event) break;
      NameScope scope;
      resolve_classes({*step.event}, scope, true);
      if (scope.classes.empty()) break;
      check_event_fields(step, scope.classes, {});
      break;
    }
    case TestStep::Kind::kGiven: {
      if (find_global(step.source.text, "source") == nullptr) {
        Diagnostic& diagnostic = report_undeclared(DiagnosticId::kUnknownSource, step.source.span,
                                                   step.source.text, step.source.text);
        suggest_name(diagnostic, step.source.span, step.source.text, globals_of("source"),
                     find_global(step.source.text, "class") != nullptr
                         ? "this is a class; `at 0m CLASS { … }` gives an event of it"
                         : "");
      }
      JsonProblem sax;
      if (!nlohmann::json::sax_parse(step.raw, &sax))
        report(DiagnosticId::kBadRawJson, step.span, sax.problem);
      break;
    }
    case TestStep::Kind::kExpectNone:
      break;
    case TestStep::Kind::kExpectAlert:
    case TestStep::Kind::kExpectWithdrawn:
      check_test_time(step.at.get());
      if (rule != kNoIndex) check_expected_fields(step, rule);
      break;
  }
}

void Checker::check_tests() {
  for (TestInfo& info : model_.tests) {
    current_ = info.decl;
    info.rule = find_rule_or_report(info.decl->rule, "a test is named after its rule");
    for (const ast::Case& test_case : info.decl->cases) {
      for (const TestStep& step : test_case.steps) check_test_step(step, info.rule);
    }
  }
}

}  // namespace shrike
