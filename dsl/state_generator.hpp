// What a rule remembers: keys, inputs, kept columns and aggregates of one rule as the program describes them.
// Used by codegen.cpp. Read next: runtime/program_data.hpp (StateData).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/unit_generator.hpp"

namespace shrike {

/// Calls `visit` for an expression and everything below it.
template <class Visit>
void walk(const ast::Expr& expr, const Visit& visit) {
  visit(expr);
  for (const auto& argument : expr.args) walk(*argument, visit);
  if (expr.where) walk(*expr.where, visit);
  if (expr.last) walk(*expr.last, visit);
}

/// Calls `visit` for every expression of a rule, not for those below it.
template <class Visit>
void for_each_expr(const ast::Rule& rule, const Visit& visit) {
  const auto one = [&](const ast::ExprPtr& expr) {
    if (expr) visit(*expr);
  };
  const auto all = [&](const std::vector<ast::ExprPtr>& exprs) {
    for (const auto& expr : exprs) one(expr);
  };
  for (const ast::Let& let : rule.lets) one(let.value);
  one(rule.where);
  for (const ast::NamedExpr& key : rule.each) one(key.expr);
  one(rule.when);
  for (const ast::Step& step : rule.steps) {
    all(step.by);
    one(step.where);
  }
  all(rule.score);
  if (rule.say) all(rule.say->exprs);
  for (const ast::NamedExpr& show : rule.show) one(show.expr);
  all(rule.quiet_by);
  all(rule.respond);
}

/// The rules whose alerts a rule reads, by name.
std::vector<std::string_view> rules_read(const ast::Rule& rule);

/// Makes the StateData of one rule. Units and slots are added to the program; the rule's other expressions
/// are generated in context().
class StateGenerator {
 public:
  using AddUnit = std::function<std::uint32_t(UnitDraft, Span)>;

  /// `number` is the state's place in ProgramData::states. Declares slots for the keys.
  StateGenerator(const UnitContext& context, const ast::Rule& rule, ProgramData& out, std::uint32_t number,
                 std::uint32_t rule_number, AddUnit add);
  StateGenerator(const StateGenerator&) = delete;
  StateGenerator& operator=(const StateGenerator&) = delete;

  const UnitContext& context() const { return context_; }
  /// Inputs, keys and conditions. `rule_index` gives the number of a rule of the model in the program. The
  /// rule's `let`s must have slots.
  void generate(const std::map<std::uint32_t, std::uint32_t>& rule_index);
  /// A unit that gives the rule's own keys.
  std::uint32_t own_keys();
  /// Whether a condition looks at a step before its own (kNoIndex: at any, or at a key), by itself or through
  /// a `let`.
  bool reads_step(const ast::Expr& expr, std::uint32_t step = kNoIndex) const;
  /// After all expressions of the rule and its exceptions.
  StateData take();

 private:
  struct Column {
    std::vector<const ast::Expr*> values;
    const ast::Expr* where = nullptr;
    bool keeps_missing = false;
    std::vector<std::uint32_t> slots = {};  ///< instead of values, when they are looked at later; by
                                            ///< conditions that `where` is a part of
  };

  std::uint32_t aggregate(const ast::Expr& expr);
  void scanned_aggregate(const ast::Expr& expr, const std::vector<const ast::Expr*>& values,
                         AggregateData& aggregate);
  std::uint32_t column_of(const std::vector<const ast::Expr*>& values, const ast::Expr* where);
  InputData input_of(const std::vector<ast::ClassRef>& refs, const std::vector<const ast::Expr*>& conditions,
                     const std::map<std::uint32_t, std::uint32_t>& rule_index);
  InputData step_input(const ast::Step& step, const std::map<std::uint32_t, std::uint32_t>& rule_index);
  std::string fingerprint() const;
  void collect_step_slots(const ast::Expr& expr, std::uint32_t step, std::set<std::uint32_t>& slots) const;
  void collect_kept_slots(const ast::Expr& expr, std::set<std::uint32_t>& slots) const;
  bool is_fixed(const ast::Expr& expr) const;
  bool is_until(const ast::Expr& expr) const;
  bool is_key(const ast::Expr& expr) const;

  UnitContext context_;
  const ast::Rule& rule_;
  ProgramData& out_;
  const std::uint32_t number_;
  const AddUnit add_;
  StateData data_;
  std::vector<Column> columns_;                           ///< beside StateData::columns
  std::map<const ast::Expr*, std::uint32_t> aggregates_;  ///< those that have a number
};

/// A length of time as the program holds it; null is none.
DurationData duration_of(const ast::Expr* expr);

}  // namespace shrike
