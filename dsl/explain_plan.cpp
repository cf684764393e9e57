#include "dsl/explain_plan.hpp"

#include <algorithm>

#include "dsl/format.hpp"

namespace shrike {

using ast::CompareOp;
using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

/// Parts of all trees of a rule: `def`s that call each other twice would else be without end.
constexpr std::size_t kMostNodes = 2000;
/// `def`s inside each other that are taken apart.
constexpr std::size_t kMostCalls = 8;

void visit_units(ExplainNode& node, const std::function<void(std::uint32_t&)>& visit) {
  visit(node.unit);
  visit(node.elements);
  visit(node.less);
  visit(node.more);
  for (ExplainNode& part : node.parts) visit_units(part, visit);
}

/// A literal says what it is where it stands.
bool is_plain_text(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return true;
    case ExprKind::kList:
      return std::all_of(expr.args.begin(), expr.args.end(),
                         [](const ast::ExprPtr& item) { return is_plain_text(*item); });
    case ExprKind::kNegate:
      return is_plain_text(*expr.args[0]);
    default:
      return false;
  }
}

bool is_boolean(ExprKind kind) {
  switch (kind) {
    case ExprKind::kNot:
    case ExprKind::kCompare:
    case ExprKind::kAnd:
    case ExprKind::kOr:
    case ExprKind::kHas:
    case ExprKind::kMissing:
    case ExprKind::kQuantifier:
      return true;
    default:
      return false;
  }
}

bool is_order(CompareOp op) {
  return op == CompareOp::kLess || op == CompareOp::kLessEqual || op == CompareOp::kGreater ||
         op == CompareOp::kGreaterEqual;
}

bool is_sum(const Expr& expr) {
  return expr.kind == ExprKind::kArithmetic && (expr.op == '+' || expr.op == '-');
}

}  // namespace

void ExplainPlan::for_each_unit(const std::function<void(std::uint32_t&)>& visit) {
  const auto maybe = [&](std::optional<ExplainNode>& node) {
    if (node) visit_units(*node, visit);
  };
  for (ExplainInput& input : inputs) {
    maybe(input.filter);
    maybe(input.where);
    for (ExplainNode& key : input.keys) visit_units(key, visit);
  }
  maybe(when);
  for (ExplainNode& amount : score) visit_units(amount, visit);
  for (ExplainException& exception : exceptions) maybe(exception.where);
}

std::uint32_t ExplainGenerator::unit(UnitDraft draft, const Expr& expr) {
  return draft.too_large ? kNoIndex : add_(std::move(draft), expr.span);
}

bool ExplainGenerator::may_go_on(const Calls& calls) const {
  return nodes_ < kMostNodes && calls.size() < kMostCalls;
}

std::optional<ExplainNode> ExplainGenerator::conditions(const std::vector<const Expr*>& exprs) {
  if (exprs.empty()) return std::nullopt;
  if (exprs.size() == 1) return condition(*exprs[0]);
  ExplainNode all;
  all.kind = ExplainKind::kAll;
  for (const Expr* expr : exprs) {
    all.text += (all.text.empty() ? "" : " and ") + format(*expr);
    all.parts.push_back(condition(*expr));
  }
  all.unit = unit(UnitGenerator(context_).conditions(exprs), *exprs[0]);
  return all;
}

ExplainNode ExplainGenerator::condition(const Expr& expr, const Calls& calls) {
  ++nodes_;
  ExplainNode node;
  node.text = format(expr);
  node.unit = unit(UnitGenerator(context_).condition(expr, calls), expr);
  if (!may_go_on(calls)) return node;
  switch (expr.kind) {
    case ExprKind::kAnd:
    case ExprKind::kOr:
      node.kind = expr.kind == ExprKind::kAnd ? ExplainKind::kAll : ExplainKind::kAny;
      for (const auto& part : expr.args) node.parts.push_back(condition(*part, calls));
      break;
    case ExprKind::kNot:
      node.kind = ExplainKind::kNot;
      node.parts.push_back(condition(*expr.args[0], calls));
      break;
    case ExprKind::kIf:
      node.kind = ExplainKind::kChoice;
      node.parts.push_back(condition(*expr.args[1], calls));
      node.parts.push_back(condition(*expr.args[0], calls));
      if (expr.args.size() > 2) node.parts.push_back(condition(*expr.args[2], calls));
      break;
    case ExprKind::kCall:
      if (expr.ref.kind == RefKind::kDef) {
        const Expr& body = *context_.model.defs[expr.ref.index].decl->body;
        Calls inner = calls;
        inner.push_back(&expr);
        node.kind = ExplainKind::kNamed;
        node.parts.push_back(condition(body, inner));
        break;
      }
      test_parts(node, expr, calls);
      break;
    default:
      if (const ast::Let* let = let_of(expr, context_);
          let != nullptr && let->value->type.kind == TypeKind::kBool) {
        node.kind = ExplainKind::kNamed;
        node.parts.push_back(condition(*let->value, {}));
        break;
      }
      test_parts(node, expr, calls);
  }
  return node;
}

/// The values that a condition without conditions looks at.
void ExplainGenerator::test_parts(ExplainNode& node, const Expr& expr, const Calls& calls) {
  switch (expr.kind) {
    case ExprKind::kCompare:
      node.needs_values = true;
      if (is_order(expr.compare)) {
        const bool is_less = expr.compare == CompareOp::kLess || expr.compare == CompareOp::kLessEqual;
        for (const std::size_t side : {0U, 1U}) {
          std::uint32_t& to = (side == 0) == is_less ? node.less : node.more;
          to = unit(UnitGenerator(context_).plain_value(*expr.args[side], calls), expr);
        }
      }
      [[fallthrough]];
    case ExprKind::kCall:
      for (const auto& argument : expr.args) add_value(node, *argument, calls);
      break;
    case ExprKind::kHas:
    case ExprKind::kMissing:
      add_value(node, *expr.args[0], calls);
      break;
    case ExprKind::kQuantifier:
      node.kind = ExplainKind::kEach;
      node.all = expr.all;
      node.needs_values = true;
      add_value(node, *expr.args[0], calls);
      elements_of(node, expr, calls);
      break;
    case ExprKind::kLiteral:
      break;
    default:
      add_value(node, expr, calls);
  }
}

/// `[x for x in LIST if BODY]`, of `all` those without it.
void ExplainGenerator::elements_of(ExplainNode& node, const Expr& quantifier, const Calls& calls) {
  auto elements = std::make_shared<Expr>();
  elements->kind = ExprKind::kComprehension;
  elements->span = quantifier.span;
  elements->name = quantifier.name;
  auto element = std::make_unique<Expr>();
  element->kind = ExprKind::kName;
  element->span = quantifier.span;
  element->name = quantifier.name;
  element->ref.kind = RefKind::kLocal;
  elements->args.push_back(std::move(element));
  elements->args.push_back(clone(*quantifier.args[0]));
  elements->where = clone(*quantifier.args[1]);
  if (quantifier.all) {
    auto negated = std::make_unique<Expr>();
    negated->kind = ExprKind::kNot;
    negated->span = quantifier.args[1]->span;
    negated->type.kind = TypeKind::kBool;
    negated->args.push_back(std::move(elements->where));
    elements->where = std::move(negated);
  }
  plan_.made.push_back(elements);
  node.elements = unit(UnitGenerator(context_).plain_value(*elements, calls), quantifier);
}

void ExplainGenerator::add_value(ExplainNode& node, const Expr& expr, const Calls& calls) {
  if (is_plain_text(expr) || expr.ref.kind == RefKind::kTable) return;
  node.parts.push_back(value(expr, calls));
}

/// `a + b + c` has three parts.
void ExplainGenerator::add_terms(ExplainNode& node, const Expr& sum, const Calls& calls) {
  for (const auto& term : sum.args) {
    if (is_sum(*term)) {
      add_terms(node, *term, calls);
    } else {
      add_value(node, *term, calls);
    }
  }
}

ExplainNode ExplainGenerator::value(const Expr& expr, const Calls& calls) {
  if (is_boolean(expr.kind)) return condition(expr, calls);
  ++nodes_;
  ExplainNode node;
  node.kind = ExplainKind::kValue;
  node.text = format(expr);
  node.unit = unit(UnitGenerator(context_).plain_value(expr, calls), expr);
  if (!may_go_on(calls)) return node;
  if (const ast::Let* let = let_of(expr, context_); let != nullptr) {
    node.is_name = true;
    add_value(node, *let->value, {});
    return node;
  }
  if (expr.kind == ExprKind::kCall && expr.ref.kind == RefKind::kDef) {
    Calls inner = calls;
    inner.push_back(&expr);
    node.is_name = true;
    add_value(node, *context_.model.defs[expr.ref.index].decl->body, inner);
    return node;
  }
  if (expr.ref.kind != RefKind::kNone && expr.kind != ExprKind::kCall) return node;
  switch (expr.kind) {
    case ExprKind::kArithmetic:
      if (is_sum(expr)) {
        add_terms(node, expr, calls);
        break;
      }
      [[fallthrough]];
    case ExprKind::kCall:
    case ExprKind::kCoalesce:
    case ExprKind::kNegate:
    case ExprKind::kList:
    case ExprKind::kIndex:
      for (const auto& argument : expr.args) add_value(node, *argument, calls);
      break;
    case ExprKind::kIf:
      node.parts.push_back(condition(*expr.args[1], calls));
      add_value(node, *expr.args[0], calls);
      if (expr.args.size() > 2) add_value(node, *expr.args[2], calls);
      break;
    case ExprKind::kMember:
    case ExprKind::kStar:
      // `ua(x).family`: what it is a part of, unless that is a record of the log itself.
      if (root_of(expr).kind != ExprKind::kName) add_value(node, *expr.args[0], calls);
      break;
    default:
      break;
  }
  return node;
}

ExplainInput ExplainGenerator::on(const ast::Rule& rule) {
  ExplainInput input;
  for (const ast::ClassRef& ref : rule.on)
    input.classes +=
        (input.classes.empty() ? "" : ", ") + std::string(ref.alert ? "alert " : "") + ref.name.text;
  if (rule.where) input.filter = condition(*rule.where, {});
  for (const ast::NamedExpr& key : rule.each) input.keys.push_back(value(*key.expr, {}));
  return input;
}

ExplainInput ExplainGenerator::step(const ast::Step& step, const std::vector<ast::NamedExpr>& each,
                                    const std::function<bool(const Expr&)>& reads_steps) {
  ExplainInput input;
  input.step = step.name.text;
  for (const ast::ClassRef& ref : step.classes)
    input.classes +=
        (input.classes.empty() ? "" : ", ") + std::string(ref.alert ? "alert " : "") + ref.name.text;
  std::vector<const Expr*> all, own, others;
  if (step.where && step.where->kind == ExprKind::kAnd) {
    for (const auto& part : step.where->args) all.push_back(part.get());
  } else if (step.where) {
    all.push_back(step.where.get());
  }
  for (const Expr* part : all) (reads_steps(*part) ? others : own).push_back(part);
  input.filter = conditions(own);
  input.where = conditions(others);
  for (std::size_t i = 0; i < each.size(); ++i)
    input.keys.push_back(value(step.by.empty() ? *each[i].expr : *step.by[i], {}));
  return input;
}

}  // namespace shrike
