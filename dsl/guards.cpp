#include "dsl/guards.hpp"

#include <algorithm>
#include <iterator>

#include "runtime/text_compare.hpp"

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

/// What is known of a condition; nothing when it cannot hold.
using Guards = std::optional<std::vector<Guard>>;

struct Search {
  const UnitContext& context;
  std::string_view event_class;
  std::size_t left = kMaxSearched;
};

Guards guards_of(const Expr& condition, Search& search);

/// `class == "…"` of another class than the event's.
bool asks_for_other_class(const Expr& expr, std::string_view event_class) {
  if (expr.compare != CompareOp::kEqual || expr.args[0]->ref.kind != RefKind::kClass) return false;
  const auto* name = std::get_if<std::string>(&expr.args[1]->literal);
  return expr.args[1]->kind == ExprKind::kLiteral && name != nullptr && !equal_caseless(*name, event_class);
}

Guards guards_of_and(const Expr& expr, Search& search) {
  std::vector<Guard> all;
  for (const auto& part : expr.args) {
    Guards some = guards_of(*part, search);
    if (!some) return std::nullopt;
    all.insert(all.end(), std::make_move_iterator(some->begin()), std::make_move_iterator(some->end()));
  }
  return all;
}

/// Guards that hold when any of the parts does: those that every part has for the same slot.
Guards guards_of_or(const Expr& expr, Search& search) {
  Guards common;
  for (const auto& part : expr.args) {
    Guards others = guards_of(*part, search);
    if (!others) continue;
    if (!common) {
      common = std::move(others);
      continue;
    }
    std::vector<Guard> still;
    for (Guard& guard : *common) {
      const auto same =
          std::find_if(others->begin(), others->end(), [&](const Guard& g) { return g.slot == guard.slot; });
      if (same == others->end()) continue;
      guard.constants.insert(guard.constants.end(), same->constants.begin(), same->constants.end());
      guard.lists.insert(guard.lists.end(), same->lists.begin(), same->lists.end());
      still.push_back(std::move(guard));
    }
    common = std::move(still);
  }
  return common;
}

Guards guards_of(const Expr& condition, Search& search) {
  if (search.left == 0) return std::vector<Guard>{};
  --search.left;
  switch (condition.kind) {
    case ExprKind::kAnd:
      return guards_of_and(condition, search);
    case ExprKind::kOr:
      return guards_of_or(condition, search);
    case ExprKind::kCompare: {
      if (asks_for_other_class(condition, search.event_class)) return std::nullopt;
      std::vector<Guard> one;
      if (auto guard = guard_of_compare(condition, search.context)) {
        if (guard->constants.size() > search.left) return one;
        search.left -= guard->constants.size();
        one.push_back(std::move(*guard));
      }
      return one;
    }
    default:
      if (const ast::Let* let = let_of(condition, search.context)) return guards_of(*let->value, search);
      return std::vector<Guard>{};
  }
}

}  // namespace

std::optional<std::vector<Guard>> guards_of(const Expr& condition, const UnitContext& context,
                                            std::string_view event_class) {
  Search search{context, event_class};
  return guards_of(condition, search);
}

GuardData guard_for(const std::vector<const Expr*>& conditions, std::uint32_t event_class,
                    const UnitContext& context) {
  GuardData data;
  data.event_class = event_class;
  const auto name_of_slot = [&](const Guard& guard) -> std::string_view {
    return guard.slot < context.model.fields.size() ? context.model.fields[guard.slot].name
                                                    : std::string_view();
  };
  for (const Expr* condition : conditions) {
    const auto guards = guards_of(*condition, context, context.model.classes[event_class].name);
    if (!guards) {
      data = {};
      data.event_class = event_class;
      data.slot = 0;  // one of no values: never a candidate
      return data;
    }
    // The name of the operation decides most; other fields stand in where a rule does not ask for it. The
    // outcome decides nothing: most events have the one that rules ask for.
    for (const Guard& guard : *guards) {
      if (name_of_slot(guard) == kOutcomeField) continue;
      const bool is_operation = name_of_slot(guard) == kOperationField;
      if (data.slot != kNoIndex && (!is_operation || context.model.fields[data.slot].name == kOperationField))
        continue;
      data.slot = guard.slot;
      data.constants = guard.constants;
      data.lists = guard.lists;
    }
  }
  return data;
}

}  // namespace shrike
