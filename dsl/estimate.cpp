// How dear a condition is and how often it holds: guesses that order the parts of `and` and `or`. They never
// change what a condition means.
#include <algorithm>

#include "dsl/unit_generator.hpp"
#include "runtime/functions.hpp"

namespace shrike {

using ast::CompareOp;
using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

constexpr double kTypicalListLength = 4;

/// Parts of an expression that one estimate looks at. `let`s and `def`s that use others twice grow without
/// bound when they are followed; what lies beyond is taken for an ordinary condition.
constexpr unsigned kMaxParts = 2'000;

/// What is known of a condition, and how many more parts may be looked at.
struct Survey {
  const UnitContext& context;
  unsigned parts_left = kMaxParts;
};

Estimate estimate(const Expr& expr, Survey& survey);

/// Cost of having the value of an expression.
double value_cost(const Expr& expr, Survey& survey) {
  if (survey.parts_left == 0) return 1;
  --survey.parts_left;
  const UnitContext& context = survey.context;
  if (expr.ref.kind == RefKind::kField) {
    return 1 + (context.slot_cost
                    ? static_cast<double>(context.slot_cost(context.slots.of_field(expr.ref.index)))
                    : 10);
  }
  if (const ast::Let* let = let_of(expr, context)) return value_cost(*let->value, survey);
  double cost = 1;
  if (expr.kind == ExprKind::kCall) {
    if (expr.ref.kind == RefKind::kFunction) cost += functions()[expr.ref.index].cost;
    if (expr.ref.kind == RefKind::kDef)
      cost += estimate(*context.model.defs[expr.ref.index].decl->body, survey).cost;
  }
  double repeat = 1;
  if (expr.kind == ExprKind::kComprehension || expr.kind == ExprKind::kQuantifier)
    repeat = kTypicalListLength;
  for (const auto& argument : expr.args) cost += repeat * value_cost(*argument, survey);
  if (expr.where) cost += repeat * estimate(*expr.where, survey).cost;
  return cost;
}

bool is_outcome(const Expr& expr, const UnitContext& context) {
  return expr.ref.kind == RefKind::kField && context.model.fields[expr.ref.index].name == kOutcomeField;
}

Estimate estimate_compare(const Expr& expr, Survey& survey) {
  const double operands = value_cost(*expr.args[0], survey) + value_cost(*expr.args[1], survey);
  const bool against_constant =
      expr.args[1]->kind == ExprKind::kLiteral || expr.args[1]->kind == ExprKind::kList;
  switch (expr.compare) {
    case CompareOp::kEqual:
      if (is_outcome(*expr.args[0], survey.context)) return {operands + 2, 0.8};
      return {operands + 2, against_constant ? 0.02 : 0.2};
    case CompareOp::kIn:
      return {operands + 4, 0.05};
    case CompareOp::kNotEqual:
    case CompareOp::kNotIn:
      return {operands + 4, 0.8};
    case CompareOp::kLess:
    case CompareOp::kLessEqual:
    case CompareOp::kGreater:
    case CompareOp::kGreaterEqual:
      return {operands + 4, 0.5};
    case CompareOp::kContains:
    case CompareOp::kStarts:
    case CompareOp::kEnds:
    case CompareOp::kLike:
      return {operands + 12, 0.1};
    case CompareOp::kMatches:
      return {operands + 60, 0.1};
  }
  return {operands, 0.5};
}

Estimate estimate(const Expr& expr, Survey& survey) {
  if (survey.parts_left == 0) return {};
  --survey.parts_left;
  switch (expr.kind) {
    case ExprKind::kAnd:
    case ExprKind::kOr: {
      // Parts after a decided one are not run; half of the cost of the later ones is a fair guess.
      const bool is_and = expr.kind == ExprKind::kAnd;
      Estimate total{0, is_and ? 1.0 : 0.0};
      double weight = 1;
      for (const auto& part : expr.args) {
        const Estimate one = estimate(*part, survey);
        total.cost += weight * one.cost;
        total.likely = is_and ? total.likely * one.likely : std::max(total.likely, one.likely);
        weight *= is_and ? std::max(one.likely, 0.2) : 1;
      }
      return total;
    }
    case ExprKind::kNot: {
      const Estimate inner = estimate(*expr.args[0], survey);
      return {inner.cost, 1 - inner.likely};
    }
    case ExprKind::kCompare:
      return estimate_compare(expr, survey);
    case ExprKind::kHas:
      return {value_cost(*expr.args[0], survey) + 1, 0.5};
    case ExprKind::kMissing:
      return {value_cost(*expr.args[0], survey) + 1, 0.5};
    case ExprKind::kQuantifier: {
      const Estimate body = estimate(*expr.args[1], survey);
      return {value_cost(*expr.args[0], survey) + kTypicalListLength * body.cost,
              expr.all ? body.likely : 0.3};
    }
    case ExprKind::kIf: {
      const Estimate condition = estimate(*expr.args[1], survey);
      return {condition.cost + value_cost(*expr.args[0], survey), 0.5};
    }
    case ExprKind::kCall:
      if (expr.ref.kind == RefKind::kDef) {
        Estimate body = estimate(*survey.context.model.defs[expr.ref.index].decl->body, survey);
        for (const auto& argument : expr.args) body.cost += value_cost(*argument, survey);
        return body;
      }
      return {value_cost(expr, survey), 0.5};
    default:
      if (const ast::Let* let = let_of(expr, survey.context)) return estimate(*let->value, survey);
      return {value_cost(expr, survey), 0.5};
  }
}

}  // namespace

Estimate estimate(const Expr& expr, const UnitContext& context) {
  Survey survey{context};
  return estimate(expr, survey);
}

}  // namespace shrike
