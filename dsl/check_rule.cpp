// Rules: clauses, names, what each clause holds. Steps are in check_steps.cpp.
#include <algorithm>
#include <array>

#include "dsl/check_context.hpp"
#include "runtime/attack_table.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

/// The place of a clause in the order; those with the same place may stand in any order among each other.
int rank_of(std::string_view clause) {
  constexpr std::array<std::pair<std::string_view, int>, 17> kOrder{{{"severity", 0},
                                                                     {"attack", 1},
                                                                     {"tags", 1},
                                                                     {"refs", 1},
                                                                     {"known_false", 1},
                                                                     {"param", 2},
                                                                     {"let", 3},
                                                                     {"on", 4},
                                                                     {"each", 5},
                                                                     {"when", 6},
                                                                     {"sequence", 6},
                                                                     {"together", 6},
                                                                     {"score", 7},
                                                                     {"say", 8},
                                                                     {"show", 9},
                                                                     {"quiet", 10},
                                                                     {"respond", 11}}};
  for (const auto& [name, rank] : kOrder) {
    if (name == clause) return rank;
  }
  return -1;
}

bool has_aggregate(const Expr& root, const std::vector<std::uint8_t>& lets) {
  std::vector<const Expr*> open{&root};
  while (!open.empty()) {
    const Expr* expr = open.back();
    open.pop_back();
    if (expr->kind == ExprKind::kAggregate) return true;
    if (expr->ref.kind == RefKind::kLet && expr->ref.index < lets.size() && lets[expr->ref.index] != 0)
      return true;
    for (const auto& argument : expr->args) {
      if (argument) open.push_back(argument.get());
    }
    if (expr->where) open.push_back(expr->where.get());
  }
  return false;
}

/// The name that a value has of itself: of a field, a `let`, a path. Empty for anything else.
std::string own_name(const Expr& expr) {
  std::string name;
  const Expr* at = &expr;
  while (at->kind == ExprKind::kMember) {
    name = name.empty() ? at->name : at->name + "." + name;
    at = at->args[0].get();
  }
  if (at->kind != ExprKind::kName) return {};
  return name.empty() ? at->name : at->name + "." + name;
}

}  // namespace

// ---- parameters

void Checker::declare_params() {
  for (std::uint32_t rule = 0; rule < model_.rules.size(); ++rule) check_params(rule);
}

void Checker::check_params(std::uint32_t rule) {
  const ast::Rule& decl = *model_.rules[rule].decl;
  if (decl.params.size() > kMaxParams)
    report(DiagnosticId::kTooMany, decl.name.span, kMaxParams, "parameters in one rule");
  std::map<std::string_view, Span> seen;
  for (const ast::Param& param : decl.params) {
    const auto [entry, is_new] = seen.try_emplace(param.name.text, param.name.span);
    if (!is_new) {
      report(DiagnosticId::kNameTwice, param.name.span, param.name.text).second =
          Diagnostic::Note{entry->second, "first declared here"};
    }
    ParamInfo& info = model_.params[param.index];
    const auto type = param.type ? resolve_type(*param.type) : std::nullopt;
    if (!type) continue;
    const TypeKind element = type->is_list() ? type->element : type->kind;
    const bool is_too_deep = type->is_list() && type->depth > 1;
    if (is_too_deep || element == TypeKind::kJson || element == TypeKind::kClient ||
        element == TypeKind::kPlace || element == TypeKind::kMap) {
      report(DiagnosticId::kElementType, param.type->span, "a parameter", to_text(*type));
      continue;
    }
    info.type = *type;
    if (!param.value) continue;
    const std::string what = fmt::format("the value of `{}`", param.name.text);
    if (type->is_list()) {
      if (auto values = constants(*param.value, *type, what)) info.values = std::move(*values);
    } else if (auto value = constant(*param.value, *type, what)) {
      info.value = std::move(*value);
    }
  }
}

// ---- classes and alerts

void Checker::resolve_classes(const std::vector<ast::ClassRef>& refs, NameScope& scope, bool report_unknown) {
  const auto add_class = [&](std::uint32_t index) {
    if (std::find(scope.classes.begin(), scope.classes.end(), index) == scope.classes.end())
      scope.classes.push_back(index);
  };
  std::set<std::pair<bool, std::string_view>> seen;
  for (const ast::ClassRef& ref : refs) {
    if (!seen.emplace(ref.alert, ref.name.text).second && report_unknown) {
      report(DiagnosticId::kTwice, ref.name.span, ref.name.text);
      continue;
    }
    const Global* global = find_global(ref.name.text, ref.alert ? "rule" : "class");
    if (global == nullptr) {
      scope.is_partial = true;
      if (report_unknown && !ref.name.text.empty())
        ref.alert ? find_rule_or_report(ref.name) : find_class_or_report(ref.name);
      continue;
    }
    if (!ref.alert) {
      add_class(global->index);
      continue;
    }
    scope.alerts.push_back(global->index);
    if (global->index >= rule_alert_classes_.size()) continue;
    for (const std::uint32_t index : rule_alert_classes_[global->index]) add_class(index);
  }
}

void Checker::collect_rule_classes() {
  rule_alert_classes_.assign(model_.rules.size(), {});
  rule_keys_.assign(model_.rules.size(), {});
  rule_lets_.assign(model_.rules.size(), {});
  rule_let_aggregates_.assign(model_.rules.size(), {});
  check_alert_cycles();
  for (RuleInfo& info : model_.rules) {
    const ast::Rule& rule = *info.decl;
    bool reads_alerts = false;
    for (const ast::ClassRef& ref : rule.on) {
      reads_alerts = reads_alerts || ref.alert;
      const Global* event_class = ref.alert ? nullptr : find_global(ref.name.text, "class");
      if (event_class == nullptr) continue;
      if (std::find(info.classes.begin(), info.classes.end(), event_class->index) == info.classes.end()) {
        info.classes.push_back(event_class->index);
      }
    }
    info.stateless = rule.each.empty() && !rule.when && rule.steps.empty() &&
                     rule.order == ast::StepOrder::kNone && !reads_alerts;
  }
}

void Checker::check_alert_cycles() {
  const std::size_t count = model_.rules.size();
  struct Edge {
    std::uint32_t rule;
    Span where;
  };
  std::vector<std::vector<Edge>> reads(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto add = [&](const std::vector<ast::ClassRef>& refs) {
      for (const ast::ClassRef& ref : refs) {
        const Global* rule = ref.alert ? find_global(ref.name.text, "rule") : nullptr;
        if (rule != nullptr) reads[i].push_back({rule->index, ref.name.span});
      }
    };
    add(model_.rules[i].decl->on);
    for (const ast::Step& step : model_.rules[i].decl->steps) add(step.classes);
  }
  std::vector<Progress> progress(count, Progress::kNone);
  std::vector<std::uint32_t> order;
  std::vector<std::pair<std::uint32_t, std::size_t>> path;
  for (std::uint32_t start = 0; start < count; ++start) {
    if (progress[start] != Progress::kNone) continue;
    progress[start] = Progress::kBusy;
    path.emplace_back(start, 0);
    while (!path.empty()) {
      const std::uint32_t rule = path.back().first;
      if (path.back().second == reads[rule].size()) {
        progress[rule] = Progress::kDone;
        order.push_back(rule);
        path.pop_back();
        continue;
      }
      const Edge edge = reads[rule][path.back().second++];
      if (progress[edge.rule] == Progress::kNone) {
        progress[edge.rule] = Progress::kBusy;
        path.emplace_back(edge.rule, 0);
      } else if (progress[edge.rule] == Progress::kBusy) {
        std::string chain;
        bool inside = false;
        for (const auto& [step, next] : path) {
          inside = inside || step == edge.rule;
          if (inside) chain += fmt::format("`{}` reads ", model_.rules[step].decl->name.text);
        }
        const std::string& name = model_.rules[edge.rule].decl->name.text;
        report(DiagnosticId::kAlertCycle, edge.where, name, chain + "`" + name + "`");
      }
    }
  }
  collect_alert_classes(order);
}

void Checker::collect_alert_classes(const std::vector<std::uint32_t>& order) {
  for (const std::uint32_t rule : order) {
    const ast::Rule& decl = *model_.rules[rule].decl;
    NameScope scope;
    resolve_classes(decl.on, scope, false);
    // The alert's event is the last one of a sequence, any one of steps in any order.
    for (std::size_t i = decl.steps.size(); i-- > 0;) {
      if (decl.steps[i].absent) continue;
      resolve_classes(decl.steps[i].classes, scope, false);
      if (decl.order == ast::StepOrder::kSequence) break;
    }
    rule_alert_classes_[rule] = std::move(scope.classes);
  }
}

// ---- clauses

void Checker::check_clauses(const ast::Rule& rule) {
  // The fewest clauses that must move: those outside a longest run in order.
  std::vector<int> ranks;
  std::vector<const ast::Name*> clauses;
  for (const ast::Name& clause : rule.clauses) {
    if (rank_of(clause.text) < 0) continue;
    ranks.push_back(rank_of(clause.text));
    clauses.push_back(&clause);
  }
  // Read from the end, so that of two clauses in the wrong order the later one is the one to move.
  std::vector<std::size_t> heads;
  std::vector<std::size_t> after(ranks.size(), ranks.size());
  for (std::size_t i = ranks.size(); i-- > 0;) {
    const auto at = std::upper_bound(heads.begin(), heads.end(), ranks[i],
                                     [&](int rank, std::size_t head) { return rank > ranks[head]; });
    if (at != heads.begin()) after[i] = *(at - 1);
    if (at == heads.end()) {
      heads.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<std::uint8_t> in_order(ranks.size(), 0);
  for (std::size_t i = heads.empty() ? ranks.size() : heads.back(); i < ranks.size(); i = after[i])
    in_order[i] = 1;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (in_order[i] != 0) continue;
    std::size_t other = ranks.size();
    bool too_late = false;
    for (std::size_t j = 0; j < ranks.size() && other == ranks.size(); ++j) {
      if (in_order[j] == 0) continue;
      too_late = j < i && ranks[j] > ranks[i];
      if (too_late || (j > i && ranks[j] < ranks[i])) other = j;
    }
    Diagnostic& diagnostic = report(DiagnosticId::kClauseOrder, clauses[i]->span, clauses[i]->text);
    if (other == ranks.size()) continue;
    if (!too_late) diagnostic.message = fmt::format("`{}` stands too early", clauses[i]->text);
    diagnostic.second =
        Diagnostic::Note{clauses[other]->span, too_late ? "it belongs before this" : "it belongs after this"};
  }
}

void Checker::check_severity_and_attack(const ast::Rule& rule) {
  if (!rule.severity) {
    report_lack({rule.span, {"severity"}}, DiagnosticId::kClauseMissing, rule.name.span,
                fmt::format("rule `{}`", rule.name.text), "severity")
        .help = "it stands first: `severity high`";
  } else if (!severity_from(rule.severity->text)) {
    Diagnostic& diagnostic = report(DiagnosticId::kUnknownSeverity, rule.severity->span, rule.severity->text);
    std::string help = diagnostic.help;
    suggest_name(diagnostic, rule.severity->span, rule.severity->text,
                 {"info", "low", "medium", "high", "critical"}, std::move(help));
  }
  std::set<std::string_view> seen;
  for (const ast::Attack& attack : rule.attack) {
    if (!seen.insert(attack.id).second) report(DiagnosticId::kTwice, attack.span, attack.id);
    if (attack_technique(attack.id) != nullptr) continue;
    Diagnostic& diagnostic = report(DiagnosticId::kUnknownTechnique, attack.span, attack.id, kAttackVersion);
    const std::string parent = attack.id.substr(0, attack.id.find('.'));
    if (const AttackTechnique* technique = attack_technique(parent);
        technique != nullptr && parent != attack.id) {
      diagnostic.help = fmt::format("its technique is {} ({})", parent, technique->name);
    }
  }
}

// ---- names of a rule

void Checker::check_new_name(const ast::Name& name, const NameScope& scope) {
  Span where;
  if (const auto taken = taken_by(name.text, scope, where)) {
    Diagnostic& diagnostic = report(DiagnosticId::kHidesName, name.span, name.text, *taken);
    if (where.end > where.begin) diagnostic.second = Diagnostic::Note{where, "declared here"};
  }
}

void Checker::check_names_of_rule(std::uint32_t rule, const NameScope& scope) {
  const ast::Rule& decl = *model_.rules[rule].decl;
  std::map<std::string_view, std::pair<Span, std::string_view>> seen;
  for (const ast::Param& param : decl.params) {
    check_new_name(param.name, scope);
    seen.try_emplace(param.name.text, param.name.span, "param");
  }
  const auto introduce = [&](const ast::Name& name, std::string_view kind) {
    check_new_name(name, scope);
    const auto [entry, is_new] = seen.try_emplace(name.text, name.span, kind);
    if (is_new) return;
    report(DiagnosticId::kNameTwice, name.span, name.text).second = Diagnostic::Note{
        entry->second.first, fmt::format("first declared here, as a {}", entry->second.second)};
  };
  for (const ast::Let& let : decl.lets) introduce(let.name, "let");
  for (const ast::NamedExpr& key : decl.each) {
    if (key.name) introduce(*key.name, "key");
  }
  for (const ast::Step& step : decl.steps) introduce(step.name, "step");
}

NameScope Checker::scope_of(std::uint32_t rule, ExprPlace place) {
  const ast::Rule& decl = *model_.rules[rule].decl;
  NameScope scope;
  scope.place = place;
  scope.fields = true;
  scope.rule = rule;
  scope.lets = &decl.lets;
  scope.let_types = &model_.rules[rule].let_types;
  scope.let_index = &rule_lets_[rule];
  scope.let_aggregates = &rule_let_aggregates_[rule];
  scope.keys = &rule_keys_[rule];
  scope.has_state = !decl.each.empty() || may_be_unread({decl.span, {"each"}});
  resolve_classes(decl.on, scope, false);
  return scope;
}

NameScope Checker::scope_after(std::uint32_t rule, ExprPlace place) {
  const ast::Rule& decl = *model_.rules[rule].decl;
  NameScope scope = scope_of(rule, place);
  if (decl.steps.empty()) return scope;
  scope.fields = false;
  scope.classes.clear();
  scope.alerts.clear();
  scope.bare_names_are_keys = true;
  scope.is_partial = decl.each.empty() || std::any_of(decl.each.begin(), decl.each.end(),
                                                      [](const ast::NamedExpr& key) { return !key.expr; });
  scope.step_rule = &decl;
  scope.steps_seen = decl.steps.size();
  return scope;
}

void Checker::check_lets(std::uint32_t rule, NameScope& scope) {
  RuleInfo& info = model_.rules[rule];
  auto& index = rule_lets_[rule];
  for (std::size_t i = 0; i < info.decl->lets.size(); ++i) {
    index.try_emplace(info.decl->lets[i].name.text, static_cast<std::uint32_t>(i));
  }
  for (const ast::Let& let : info.decl->lets) {
    const Type type = let.value ? infer(*let.value, scope) : Type{};
    check_expanded(let.value.get());
    rule_let_aggregates_[rule].push_back(
        let.value && has_aggregate(*let.value, rule_let_aggregates_[rule]) ? 1 : 0);
    info.let_types.push_back(type);
  }
}

void Checker::check_key_type(const Expr& expr, const Type& type, std::string_view what) {
  const Type single = type.is_list() ? element_of(type) : type;
  switch (single.kind) {
    case TypeKind::kList:
    case TypeKind::kMap:
    case TypeKind::kClient:
    case TypeKind::kGeo:
    case TypeKind::kPlace: {
      Diagnostic& diagnostic = report(DiagnosticId::kBadKey, expr.span, to_text(type));
      diagnostic.message = fmt::format("{} cannot be {}", to_text(type), what);
      if (single.kind == TypeKind::kClient)
        diagnostic.help = "use one of its parts: `.family`, `.os`, `.device`, `.tool`";
      break;
    }
    default:
      break;
  }
}

void Checker::check_keys(std::uint32_t rule, const NameScope& base) {
  const ast::Rule& decl = *model_.rules[rule].decl;
  NameScope scope = base;
  scope.place = ExprPlace::kKey;
  std::vector<KeyName> keys;
  for (const ast::NamedExpr& key : decl.each) {
    Type type;
    if (key.expr) {
      type = infer(*key.expr, scope);
      check_expanded(key.expr.get());
      check_key_type(*key.expr, type, "a key");
    }
    // A key that is a list stands for each of its values.
    if (type.is_list()) type = element_of(type);
    const std::string name = key.name ? key.name->text : key.expr ? own_name(*key.expr) : std::string();
    const Span span = key.name ? key.name->span : key.expr ? key.expr->span : Span{};
    keys.push_back({name, type, span, key.name.has_value()});
  }
  rule_keys_[rule] = std::move(keys);
}

// ---- the rule

void Checker::check_rule(std::uint32_t rule) {
  const ast::Rule& decl = *model_.rules[rule].decl;
  current_ = &decl;
  check_clauses(decl);
  check_severity_and_attack(decl);
  if (decl.each.size() > kMaxKeys) {
    report(DiagnosticId::kTooMany, decl.name.span, kMaxKeys, "keys in one rule");
    return;
  }
  if (decl.lets.size() > kMaxLets || decl.steps.size() > kMaxSteps) {
    const bool lets = decl.lets.size() > kMaxLets;
    report(DiagnosticId::kTooMany, decl.name.span, lets ? kMaxLets : kMaxSteps,
           lets ? "`let`s in one rule" : "steps in one rule");
    return;
  }
  const bool has_steps = decl.order != ast::StepOrder::kNone;
  if (has_steps && (!decl.on.empty() || decl.when)) {
    const std::string_view clause = decl.on.empty() ? "when" : "on";
    const auto place = std::find_if(decl.clauses.begin(), decl.clauses.end(),
                                    [&](const ast::Name& name) { return name.text == clause; });
    report(DiagnosticId::kOnWithSteps, place == decl.clauses.end() ? decl.name.span : place->span, clause);
  }
  if (!has_steps && decl.on.empty()) {
    report_lack({decl.span, {"on", "sequence", "together"}}, DiagnosticId::kClauseMissing, decl.name.span,
                fmt::format("rule `{}`", decl.name.text), "on")
        .help = "it says which events the rule looks at: `on signin where outcome == \"failure\"`";
  }
  if (has_steps && decl.each.empty())
    report_lack({decl.span, {"each"}}, DiagnosticId::kStepsWithoutEach, decl.steps_span);
  if (!has_steps && decl.each.empty() && decl.when) {
    const auto place = std::find_if(decl.clauses.begin(), decl.clauses.end(),
                                    [](const ast::Name& name) { return name.text == "when"; });
    report_lack({decl.span, {"each"}}, DiagnosticId::kWhenWithoutEach,
                place == decl.clauses.end() ? decl.when->span : place->span);
  }
  if (!has_steps && !decl.each.empty() && !decl.when) {
    const auto place = std::find_if(decl.clauses.begin(), decl.clauses.end(),
                                    [](const ast::Name& name) { return name.text == "each"; });
    report_lack({decl.span, {"when", "sequence", "together"}}, DiagnosticId::kEachWithoutWhen,
                place == decl.clauses.end() ? decl.name.span : place->span);
  }
  if (!decl.each.empty() && !decl.within) {
    report_lack({decl.span, {"within"}}, DiagnosticId::kClauseMissing,
                decl.each[0].expr ? decl.each[0].expr->span : decl.name.span, "`each`", "within")
        .help = "it says how long events are kept: `each user within 24h`";
  }

  {
    NameScope unknown;
    resolve_classes(decl.on, unknown, true);
    for (const ast::Step& step : decl.steps) resolve_classes(step.classes, unknown, true);
  }
  NameScope scope = scope_of(rule, ExprPlace::kLet);
  for (const ast::Step& step : decl.steps) resolve_classes(step.classes, scope, false);
  if (scope.classes.empty() && scope.alerts.empty())
    return;  // Nothing is known about its fields; that was said.

  NameScope names;
  names.fields = true;
  names.classes = scope.classes;
  check_names_of_rule(rule, names);
  if (has_steps) {
    scope.step_rule = &decl;
    scope.steps_seen = decl.steps.size();
  }
  // Keys first: a `let` may name one. A key may use a `let` as well, so its `let`s are checked with it.
  check_lets(rule, scope);
  if (decl.within) {
    NameScope of_within = scope_of(rule, ExprPlace::kKey);
    positive_duration(decl.within.get(), of_within, "`within`");
  }
  if (has_steps) {
    check_steps(rule);
  } else {
    check_keys(rule, scope_of(rule, ExprPlace::kKey));
    NameScope of_where = scope_of(rule, ExprPlace::kOn);
    condition(decl.where.get(), of_where);
    check_expanded(decl.where.get());
    NameScope of_when = scope_of(rule, ExprPlace::kWhen);
    of_when.has_state =
        of_when.has_state || decl.when != nullptr;  // `when` without `each` was reported as such
    condition(decl.when.get(), of_when);
    check_expanded(decl.when.get());
  }
  check_outputs(rule);
}

// ---- what the alert carries

void Checker::check_outputs(std::uint32_t rule) {
  const ast::Rule& decl = *model_.rules[rule].decl;
  NameScope score = scope_after(rule, ExprPlace::kScore);
  check_score(decl.score, score);
  NameScope say = scope_after(rule, ExprPlace::kSay);
  if (decl.say) check_template(*decl.say, say);
  NameScope show = scope_after(rule, ExprPlace::kShow);
  check_show(decl, show);
  NameScope quiet = scope_after(rule, ExprPlace::kQuiet);
  positive_duration(decl.quiet.get(), quiet, "`quiet`");
  for (const auto& key : decl.quiet_by) {
    if (!key) continue;
    const Type type = infer(*key, quiet);
    check_key_type(*key, type, "a key of `quiet`");
    check_expanded(key.get());
  }
  NameScope respond = scope_after(rule, ExprPlace::kRespond);
  check_respond(decl, respond);
}

void Checker::check_amount(Expr& expr, NameScope& scope) {
  const Type type = infer(expr, scope);
  check_expanded(&expr);
  if (type.kind == TypeKind::kNone || type.is_number()) return;
  const Expr& value = expr.kind == ExprKind::kIf ? *expr.args[0] : expr;
  Diagnostic& diagnostic =
      report(DiagnosticId::kExpectedType, value.span, "an amount (a number)", to_text(type));
  if (type.kind == TypeKind::kBool) {
    diagnostic.help = "write the amount before the condition: `+20 if …`";
  } else {
    offer_conversion(diagnostic, value, type, type_of(TypeKind::kInt));
  }
}

void Checker::check_score(const std::vector<ast::ExprPtr>& amounts, NameScope& scope) {
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    if (!amounts[i]) continue;
    Expr& amount = *amounts[i];
    if (i == 0 && amount.kind == ExprKind::kIf && amount.args.size() < 3)
      report(DiagnosticId::kFirstScoreIf, amount.span);
    check_amount(amount, scope);
  }
}

void Checker::check_printable(const Expr& expr, std::string_view verb) {
  const Type& type = expr.type;
  if (type.kind == TypeKind::kClient) {
    report(DiagnosticId::kNotPrintable, expr.span, "a client", verb).help =
        "name one of its parts: `.family`, `.os`, `.device`, `.tool`";
  } else if (type.kind == TypeKind::kGeo) {
    report(DiagnosticId::kNotPrintable, expr.span, "geo()", verb).help =
        "name one of its parts: `.country`, `.place`";
  }
}

void Checker::check_template(const ast::Template& text, NameScope& scope) {
  for (const auto& expr : text.exprs) {
    if (!expr) continue;
    infer(*expr, scope);
    check_expanded(expr.get());
    check_printable(*expr, "say");
  }
}

void Checker::check_show(const ast::Rule& rule, NameScope& scope) {
  std::map<std::string, Span> seen;
  for (const ast::NamedExpr& show : rule.show) {
    if (!show.expr) continue;
    infer(*show.expr, scope);
    check_expanded(show.expr.get());
    check_printable(*show.expr, "show");
    const std::string name = show.name ? show.name->text : own_name(*show.expr);
    const Span where = show.name ? show.name->span : show.expr->span;
    if (name.empty()) {
      Diagnostic& diagnostic = report(DiagnosticId::kShowNeedsName, where);
      diagnostic.help = "write `name = …`";
      continue;
    }
    const auto [entry, is_new] = seen.try_emplace(name, where);
    if (!is_new)
      report(DiagnosticId::kTwice, where, name).second = Diagnostic::Note{entry->second, "first here"};
  }
}

}  // namespace shrike
