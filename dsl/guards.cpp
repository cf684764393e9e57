#include "dsl/guards.hpp"

#include <algorithm>
#include <iterator>

namespace shrike {

using ast::CompareOp;
using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

bool is_guard_literal(const Expr& expr) {
  return expr.kind == ExprKind::kLiteral && (std::holds_alternative<std::string>(expr.literal) ||
                                             std::holds_alternative<std::int64_t>(expr.literal));
}

std::optional<Guard> guard_of_compare(const Expr& expr, const UnitContext& context) {
  const Expr& left = *expr.args[0];
  const Expr& right = *expr.args[1];
  if (left.ref.kind != RefKind::kField || root_of(left).ref.kind == RefKind::kStep) return std::nullopt;
  Guard guard;
  guard.slot = context.slots.of_field(left.ref.index);
  const bool is_equal = expr.compare == CompareOp::kEqual;
  if (!is_equal && expr.compare != CompareOp::kIn) return std::nullopt;
  if (is_equal && is_guard_literal(right)) {
    guard.constants.push_back(context.pool.literal(right.literal));
    return guard;
  }
  if (is_equal) return std::nullopt;
  if (right.ref.kind == RefKind::kList && right.kind == ExprKind::kName) {
    const TypeKind element = context.model.lists[right.ref.index].element;
    if (element != TypeKind::kString && element != TypeKind::kInt) return std::nullopt;
    guard.lists.push_back(right.ref.index);
    return guard;
  }
  if (right.kind != ExprKind::kList) return std::nullopt;
  for (const auto& item : right.args) {
    if (!is_guard_literal(*item)) return std::nullopt;
    guard.constants.push_back(context.pool.literal(item->literal));
  }
  return guard;
}

/// What one search for guards may look at: parts and constants. `let`s that use others twice grow without
/// bound when they are followed; what lies beyond gives no guard, so the rule is asked more often than it
/// need be.
constexpr std::size_t kMaxSearched = 500'000;

std::vector<Guard> guards_of(const Expr& condition, const UnitContext& context, std::size_t& left);

/// Guards that hold when any of the parts does: those that every part has for the same slot.
std::vector<Guard> guards_of_or(const Expr& expr, const UnitContext& context, std::size_t& left) {
  std::vector<Guard> common = guards_of(*expr.args[0], context, left);
  for (std::size_t i = 1; i < expr.args.size(); ++i) {
    const std::vector<Guard> others = guards_of(*expr.args[i], context, left);
    std::vector<Guard> still;
    for (Guard& guard : common) {
      const auto same =
          std::find_if(others.begin(), others.end(), [&](const Guard& g) { return g.slot == guard.slot; });
      if (same == others.end()) continue;
      guard.constants.insert(guard.constants.end(), same->constants.begin(), same->constants.end());
      guard.lists.insert(guard.lists.end(), same->lists.begin(), same->lists.end());
      still.push_back(std::move(guard));
    }
    common = std::move(still);
  }
  return common;
}

std::vector<Guard> guards_of(const Expr& condition, const UnitContext& context, std::size_t& left) {
  if (left == 0) return {};
  --left;
  switch (condition.kind) {
    case ExprKind::kAnd: {
      std::vector<Guard> all;
      for (const auto& part : condition.args) {
        std::vector<Guard> some = guards_of(*part, context, left);
        all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
      }
      return all;
    }
    case ExprKind::kOr:
      return guards_of_or(condition, context, left);
    case ExprKind::kCompare: {
      std::vector<Guard> one;
      if (auto guard = guard_of_compare(condition, context)) {
        if (guard->constants.size() > left) return {};
        left -= guard->constants.size();
        one.push_back(std::move(*guard));
      }
      return one;
    }
    default:
      if (const ast::Let* let = let_of(condition, context)) return guards_of(*let->value, context, left);
      return {};
  }
}

}  // namespace

std::vector<Guard> guards_of(const Expr& condition, const UnitContext& context) {
  std::size_t left = kMaxSearched;
  return guards_of(condition, context, left);
}

}  // namespace shrike
