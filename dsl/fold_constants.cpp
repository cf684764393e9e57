#include "dsl/fold_constants.hpp"

#include <algorithm>

#include "runtime/functions.hpp"
#include "runtime/verifier.hpp"
#include "runtime/vm.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

constexpr std::uint64_t kFoldingSteps = 100'000;

bool is_constant(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return true;
    case ExprKind::kCall: {
      if (expr.ref.kind != RefKind::kFunction) return false;
      // What these say depends on the data that a run is given.
      const std::string_view name = name_of(functions()[expr.ref.index]);
      if (name == "asn" || name == "geo") return false;
      break;
    }
    case ExprKind::kNegate:
    case ExprKind::kNot:
    case ExprKind::kArithmetic:
    case ExprKind::kCoalesce:
    case ExprKind::kCompare:
    case ExprKind::kAnd:
    case ExprKind::kOr:
    case ExprKind::kIf:
    case ExprKind::kHas:
    case ExprKind::kMissing:
    case ExprKind::kList:
      break;
    default:
      return false;
  }
  return std::all_of(expr.args.begin(), expr.args.end(),
                     [](const auto& argument) { return is_constant(*argument); });
}

/// Values that a constant can hold; others would come back as missing.
bool is_holdable(const Value& value) {
  switch (value.kind) {
    case Kind::kPlace:
    case Kind::kMap:
    case Kind::kClient:
      return false;
    case Kind::kList: {
      const auto items = value.as_list();
      return std::all_of(items.begin(), items.end(), is_holdable);
    }
    default:
      return true;
  }
}

/// Runs a unit that reads nothing but constants and hands its value to `use`.
template <class Generate, class Use>
bool run(const UnitContext& context, const Generate& generate, const Use& use) {
  ProgramData data;
  ConstantPool pool(data);
  const UnitContext inner{context.model, context.lines, pool, context.slots, nullptr, {}, false};
  UnitDraft draft = generate(inner);
  if (draft.too_large) return false;
  data.profiles.emplace_back();
  data.code = std::move(draft.code);
  data.positions.assign(data.code.size(), PositionData{});
  data.files.emplace_back();
  UnitData unit;
  unit.count = static_cast<std::uint32_t>(data.code.size());
  unit.registers = draft.registers;
  data.units.push_back(unit);
  data.units[0].cost = worst_case_cost(data, data.units[0]);
  auto program = Program::seal(std::move(data));
  if (!program) return false;
  Arena arena;
  JsonDecoder json;
  CallContext call_context{arena, json};
  Vm vm(*program, call_context, kFoldingSteps);
  EventState event;
  event.begin(0);
  use(vm, event);
  return !vm.out_of_steps();
}

}  // namespace

bool is_foldable(const Expr& expr) { return expr.kind != ExprKind::kLiteral && is_constant(expr); }

std::optional<std::uint32_t> fold(const Expr& expr, const UnitContext& context) {
  std::optional<std::uint32_t> result;
  const bool ran = run(
      context,
      [&](const UnitContext& inner) { return UnitGenerator(inner).value(&expr, expr.type, nullptr); },
      [&](Vm& vm, EventState& event) {
        const Value value = vm.evaluate(0, event);
        if (is_holdable(value)) result = context.pool.value(value);
      });
  return ran ? result : std::nullopt;
}

std::optional<bool> fold_condition(const Expr& expr, const UnitContext& context) {
  bool holds = false;
  const bool ran = run(
      context, [&](const UnitContext& inner) { return UnitGenerator(inner).condition(expr); },
      [&](Vm& vm, EventState& event) { holds = vm.decide(0, event); });
  return ran ? std::optional(holds) : std::nullopt;
}

}  // namespace shrike
