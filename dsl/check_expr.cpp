// Types of expressions that are no names, comparisons or calls. infer() is the way in: it gives every node
// its type; kNone stands for what failed and was reported, and silences what depends on it.
#include <algorithm>

#include "dsl/check_context.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;

Type Checker::infer(Expr& expr, NameScope& scope) {
  if (depth_ >= kMaxExprDepth) {
    report(DiagnosticId::kNestedTooDeep, expr.span, kMaxExprDepth);
    expr.type = {};
    return expr.type;
  }
  ++depth_;
  expr.type = infer_kind(expr, scope);
  --depth_;
  return expr.type;
}

Type Checker::infer_kind(Expr& expr, NameScope& scope) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return infer_literal(expr);
    case ExprKind::kName:
      return infer_name(expr, scope);
    case ExprKind::kMember:
      return infer_member(expr, scope);
    case ExprKind::kIndex:
      return infer_index(expr, scope);
    case ExprKind::kStar:
      return infer_star(expr, scope);
    case ExprKind::kCall:
      return infer_call(expr, scope);
    case ExprKind::kAggregate:
      return infer_aggregate(expr, scope);
    case ExprKind::kList:
      return infer_list(expr, scope, false);
    case ExprKind::kComprehension:
      return infer_comprehension(expr, scope);
    case ExprKind::kNegate:
      return infer_negate(expr, scope);
    case ExprKind::kArithmetic:
      return infer_arithmetic(expr, scope);
    case ExprKind::kCoalesce:
      return infer_coalesce(expr, scope);
    case ExprKind::kCompare:
      return infer_compare(expr, scope);
    case ExprKind::kIf:
      return infer_if(expr, scope);
    case ExprKind::kHas:
    case ExprKind::kMissing:
      return infer_has(expr, scope);
    case ExprKind::kQuantifier:
      return infer_quantifier(expr, scope);
    case ExprKind::kNot:
    case ExprKind::kAnd:
    case ExprKind::kOr:
      for (auto& part : expr.args) condition(part.get(), scope);
      return type_of(TypeKind::kBool);
  }
  return {};
}

Type Checker::infer_literal(Expr& expr) {
  struct Visitor {
    TypeKind operator()(bool) const { return TypeKind::kBool; }
    TypeKind operator()(std::int64_t) const { return TypeKind::kInt; }
    TypeKind operator()(double) const { return TypeKind::kFloat; }
    TypeKind operator()(const std::string&) const { return TypeKind::kString; }
    TypeKind operator()(const IpAddress&) const { return TypeKind::kIp; }
    TypeKind operator()(const ast::Cidr&) const { return TypeKind::kCidr; }
    TypeKind operator()(const ast::Time&) const { return TypeKind::kTime; }
    TypeKind operator()(const ast::Duration&) const { return TypeKind::kDuration; }
    TypeKind operator()(const ast::Regex&) const { return TypeKind::kNone; }
  };
  const TypeKind kind = std::visit(Visitor{}, expr.literal);
  // compare_matches() does not come here for its right side.
  if (kind == TypeKind::kNone) report(DiagnosticId::kRegexPlace, expr.span);
  return type_of(kind);
}

Type Checker::infer_list(Expr& expr, NameScope& scope, bool ragged) {
  std::optional<Type> common;
  bool failed = false;
  for (auto& item : expr.args) {
    if (!item) continue;
    const Type type = infer(*item, scope);
    if (type.kind == TypeKind::kNone) {
      failed = true;
      continue;
    }
    if (!common) {
      common = type;
      continue;
    }
    auto joined = common_type(*common, type);
    // flatten() takes lists of different depth beside each other.
    if (!joined && ragged && common->is_list() && type.is_list() && common->element == type.element) {
      joined = common->depth > type.depth ? *common : type;
    }
    // One address among networks is a network of its own.
    const bool is_host =
        common->kind == TypeKind::kCidr && item->kind == ExprKind::kLiteral && type.kind == TypeKind::kIp;
    if (!joined && is_host) joined = *common;
    if (!joined && common->kind == TypeKind::kIp && type.kind == TypeKind::kCidr) {
      const bool all_literals = std::all_of(expr.args.begin(), expr.args.end(), [](const auto& other) {
        return other && other->kind == ExprKind::kLiteral;
      });
      if (all_literals) joined = type;
    }
    if (!joined) {
      if (!failed) {
        Diagnostic& diagnostic =
            report(DiagnosticId::kMixedList, item->span, to_text(type), to_text(*common));
        if (item->kind == ExprKind::kLiteral) offer_conversion(diagnostic, *item, type, *common);
      }
      return {};
    }
    common = joined;
  }
  if (failed) return {};
  if (!common) return Type{TypeKind::kList, TypeKind::kNone, 1, false};
  for (auto& item : expr.args) {
    if (item) widen_literal(*item, *common);
  }
  return list_type(expr.span, *common).value_or(Type{});
}

void Checker::widen_literal(Expr& expr, const Type& to) {
  if (expr.kind != ExprKind::kLiteral) return;
  if (const auto* address = std::get_if<IpAddress>(&expr.literal);
      address != nullptr && to.kind == TypeKind::kCidr) {
    expr.literal = ast::Cidr{*address, 128};
    expr.type = to;
  }
  if (to.kind != TypeKind::kFloat) return;
  if (const auto* integer = std::get_if<std::int64_t>(&expr.literal)) {
    expr.literal = static_cast<double>(*integer);
    expr.type = to;
  }
}

std::optional<Type> Checker::element_to_visit(const Expr& list, std::string_view word) {
  const Type& type = list.type;
  if (type.kind == TypeKind::kNone) return std::nullopt;
  if (type.is_list() || is_json(type)) return element_of(type);
  Diagnostic& diagnostic = report(DiagnosticId::kNotIterable, list.span, word, to_text(type));
  if (type.kind == TypeKind::kMap) {
    diagnostic.help = "`keys(…)` gives its names, `[*]` its values";
  } else if (type.kind == TypeKind::kString) {
    diagnostic.help = "`split(text, separator)` makes a list of a text";
  }
  return std::nullopt;
}

Type Checker::infer_comprehension(Expr& expr, NameScope& scope) {
  if (expr.args.size() < 2 || !expr.args[0] || !expr.args[1]) return {};
  infer(*expr.args[1], scope);
  const auto element = element_to_visit(*expr.args[1], "for");
  const bool pushed = push_local(scope, expr.name, expr.op_span, element.value_or(Type{}));
  if (expr.where) condition(expr.where.get(), scope);
  const Type item = infer(*expr.args[0], scope);
  if (pushed) scope.locals.pop_back();
  if (!element || item.kind == TypeKind::kNone) return {};
  return list_type(expr.args[0]->span, item).value_or(Type{});
}

Type Checker::infer_quantifier(Expr& expr, NameScope& scope) {
  if (expr.args.size() < 2 || !expr.args[0] || !expr.args[1]) return {};
  infer(*expr.args[0], scope);
  const auto element = element_to_visit(*expr.args[0], expr.all ? "all" : "any");
  const bool pushed = push_local(scope, expr.name, expr.op_span, element.value_or(Type{}));
  condition(expr.args[1].get(), scope);
  if (pushed) scope.locals.pop_back();
  return type_of(TypeKind::kBool);
}

bool Checker::push_local(NameScope& scope, std::string_view name, Span span, const Type& type) {
  Span where;
  if (const auto taken = taken_by(name, scope, where)) {
    Diagnostic& diagnostic = report(DiagnosticId::kHidesName, span, name, *taken);
    if (where.end > where.begin) diagnostic.second = Diagnostic::Note{where, "declared here"};
  }
  scope.locals.push_back({name, type, span});
  return true;
}

Type Checker::infer_negate(Expr& expr, NameScope& scope) {
  if (expr.args.empty() || !expr.args[0]) return {};
  const Type type = infer(*expr.args[0], scope);
  switch (type.kind) {
    case TypeKind::kNone:
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDuration:
      return type;
    case TypeKind::kJson: {
      Diagnostic& diagnostic = report(DiagnosticId::kJsonNeedsType, expr.args[0]->span, "-");
      offer_conversion(diagnostic, *expr.args[0], type, type_of(TypeKind::kInt));
      return {};
    }
    default: {
      Diagnostic& diagnostic = report(DiagnosticId::kNegateType, expr.span, to_text(type));
      if (type.kind == TypeKind::kBool) diagnostic.help = "the opposite of a condition is written `not`";
      return {};
    }
  }
}

Type Checker::infer_arithmetic(Expr& expr, NameScope& scope) {
  if (expr.args.size() < 2 || !expr.args[0] || !expr.args[1]) return {};
  const Type a = infer(*expr.args[0], scope);
  const Type b = infer(*expr.args[1], scope);
  if (a.kind == TypeKind::kNone || b.kind == TypeKind::kNone) return {};
  const std::string_view op(&expr.op, 1);
  for (std::size_t i = 0; i < 2; ++i) {
    if (!is_json(expr.args[i]->type)) continue;
    Diagnostic& diagnostic = report(DiagnosticId::kJsonNeedsType, expr.args[i]->span, op);
    const Type& other = expr.args[1 - i]->type;
    offer_conversion(diagnostic, *expr.args[i], expr.args[i]->type,
                     is_json(other) || other.kind == TypeKind::kDuration ? type_of(TypeKind::kInt) : other);
    return {};
  }
  using enum TypeKind;
  const bool is_sum = expr.op == '+' || expr.op == '-';
  if (a.is_number() && b.is_number()) {
    if (expr.op == '%') {
      if (a.kind == kInt && b.kind == kInt) return type_of(kInt);
    } else {
      return type_of(a.kind == kInt && b.kind == kInt ? kInt : kFloat);
    }
  }
  if (is_sum && a.kind == kDuration && b.kind == kDuration) return type_of(kDuration);
  if (expr.op == '-' && a.kind == kTime && b.kind == kTime) return type_of(kDuration);
  if (is_sum && a.kind == kTime && b.kind == kDuration) return type_of(kTime);
  if (expr.op == '+' && a.kind == kDuration && b.kind == kTime) return type_of(kTime);
  if ((expr.op == '*' || expr.op == '/') && a.kind == kDuration && b.is_number()) return type_of(kDuration);
  if (expr.op == '*' && a.is_number() && b.kind == kDuration) return type_of(kDuration);
  if (expr.op == '/' && a.kind == kDuration && b.kind == kDuration) return type_of(kFloat);

  Diagnostic& diagnostic = report(DiagnosticId::kArithmeticTypes, expr.span, op, to_text(a), to_text(b));
  if (a.kind == kString && b.is_number()) {
    offer_conversion(diagnostic, *expr.args[0], a, b);
  } else if (a.is_number() && b.kind == kString) {
    offer_conversion(diagnostic, *expr.args[1], b, a);
  } else if (a.kind == kString && b.kind == kString && expr.op == '+') {
    diagnostic.help = "texts are put together in `say`: \"{a} and {b}\"";
  } else if (a.is_list() && b.is_list() && expr.op == '+') {
    diagnostic.help = "lists are joined by `flatten([a, b])`";
  } else if ((a.kind == kTime && b.is_number()) || (a.kind == kDuration && b.is_number() && is_sum)) {
    diagnostic.help = "a number has no unit; write a duration, as in `90s` or `5m`";
  } else if (expr.op == '%') {
    diagnostic.help = "the remainder is one of whole numbers";
  }
  return {};
}

Type Checker::infer_coalesce(Expr& expr, NameScope& scope) {
  if (expr.args.size() < 2 || !expr.args[0] || !expr.args[1]) return {};
  const Type a = infer(*expr.args[0], scope);
  const Type b = infer(*expr.args[1], scope);
  if (a.kind == TypeKind::kNone || b.kind == TypeKind::kNone) return {};
  // json on the left counts as missing unless it holds the type on the right.
  if (is_json(a) && !is_json(b)) {
    if (is_empty_list(b)) return Type{TypeKind::kList, TypeKind::kJson, 1, false};
    if (json_can_hold(b)) return b;
  } else if (a.is_list() && a.element == TypeKind::kJson && b.is_list() && !is_empty_list(b) && fits(a, b)) {
    return b;
  }
  if (const auto common = common_type(a, b)) {
    for (auto& side : expr.args) widen_literal(*side, *common);
    return *common;
  }
  Diagnostic& diagnostic = report(DiagnosticId::kMixedSides, expr.span, "??", to_text(a), to_text(b));
  offer_conversion(diagnostic, *expr.args[0], a, b);
  return {};
}

Type Checker::infer_if(Expr& expr, NameScope& scope) {
  if (expr.args.size() < 2 || !expr.args[0] || !expr.args[1]) return {};
  const Type a = infer(*expr.args[0], scope);
  condition(expr.args[1].get(), scope);
  if (expr.args.size() < 3 || !expr.args[2]) return a;
  const Type b = infer(*expr.args[2], scope);
  if (a.kind == TypeKind::kNone || b.kind == TypeKind::kNone) return {};
  if (const auto common = common_type(a, b)) {
    widen_literal(*expr.args[0], *common);
    widen_literal(*expr.args[2], *common);
    return *common;
  }
  report(DiagnosticId::kMixedSides, expr.args[2]->span, "if … else", to_text(a), to_text(b)).second =
      Diagnostic::Note{expr.args[0]->span, "this is " + to_text(a)};
  return {};
}

Type Checker::infer_has(Expr& expr, NameScope& scope) {
  const Type result = type_of(TypeKind::kBool);
  if (expr.args.empty() || !expr.args[0]) return result;
  Expr& what = *expr.args[0];
  const Type type = infer(what, scope);
  if (type.kind == TypeKind::kNone) return result;
  bool may_miss = true;
  switch (what.kind) {
    case ExprKind::kLiteral:
    case ExprKind::kList:
    case ExprKind::kNot:
    case ExprKind::kAnd:
    case ExprKind::kOr:
    case ExprKind::kCompare:
    case ExprKind::kHas:
    case ExprKind::kMissing:
    case ExprKind::kQuantifier:
      may_miss = false;
      break;
    case ExprKind::kAggregate:
      may_miss = what.name != "count" && what.name != "distinct" && what.name != "values" &&
                 what.name != "sum" && what.name != "usual_count";
      break;
    default:
      switch (what.ref.kind) {
        case ast::RefKind::kRaw:
        case ast::RefKind::kClass:
        case ast::RefKind::kParam:
        case ast::RefKind::kList:
          may_miss = false;
          break;
        default:
          break;
      }
  }
  if (!may_miss) {
    Diagnostic& diagnostic = report(DiagnosticId::kNeverMissing, what.span);
    if (what.ref.kind == ast::RefKind::kList)
      diagnostic.help = "to ask whether a list has values, `len(…) > 0`";
  }
  return result;
}

void Checker::condition(Expr* expr, NameScope& scope) {
  if (expr == nullptr) return;
  const Type type = infer(*expr, scope);
  if (type.kind == TypeKind::kNone || type.kind == TypeKind::kBool || is_json(type)) return;
  Diagnostic& diagnostic = report(DiagnosticId::kNotCondition, expr->span, to_text(type));
  if (type.is_number()) {
    diagnostic.help = "compare it with something, as in `… > 0`";
  } else if (type.is_list()) {
    diagnostic.help =
        "`len(…) > 0` asks whether there is something in it, `any x in …: …` about its elements";
  } else if (expr->kind == ExprKind::kName || expr->kind == ExprKind::kMember ||
             expr->kind == ExprKind::kIndex || expr->kind == ExprKind::kCall) {
    diagnostic.help = "to ask whether it is there, use `has`";
    diagnostic.repair = Diagnostic::Repair{expr->span, "has " + std::string(text_at(expr->span))};
  }
}

bool Checker::expect(Expr& expr, NameScope& scope, const Type& expected) {
  const Type actual = infer(expr, scope);
  if (actual.kind == TypeKind::kNone || expected.kind == TypeKind::kNone) return true;
  if (!expect_fits(expr, actual, expected)) return false;
  widen_literal(expr, expected);
  return true;
}

bool Checker::expect_fits(const Expr& expr, const Type& actual, const Type& expected) {
  if (fits(actual, expected)) return true;
  Diagnostic& diagnostic = report(DiagnosticId::kExpectedType, expr.span, to_text(expected), to_text(actual));
  offer_conversion(diagnostic, expr, actual, expected);
  return false;
}

void Checker::offer_conversion(Diagnostic& diagnostic, const Expr& expr, const Type& from, const Type& to) {
  const std::string written(text_at(expr.span));
  if (written.empty()) return;
  if (const auto* text = std::get_if<std::string>(&expr.literal);
      expr.kind == ExprKind::kLiteral && text != nullptr) {
    // A literal of the wrong kind loses its quotes.
    const auto literal = parse_literal(*text, to.kind);
    if (literal && to.kind != TypeKind::kString) {
      diagnostic.help = fmt::format("without quotes this is {}", to_text(to));
      diagnostic.repair = Diagnostic::Repair{expr.span, *text};
      return;
    }
  }
  if (expr.kind == ExprKind::kLiteral && to.kind == TypeKind::kString) {
    diagnostic.help = "a text stands in quotes";
    diagnostic.repair = Diagnostic::Repair{expr.span, "\"" + written + "\""};
    return;
  }
  if (to.is_list() && fits(from, element_of(to))) {
    diagnostic.help = "brackets make a list of it";
    diagnostic.repair = Diagnostic::Repair{expr.span, "[" + written + "]"};
    return;
  }
  std::string_view function;
  const bool from_text = from.kind == TypeKind::kString || is_json(from);
  switch (to.kind) {
    case TypeKind::kString:
      function = from.is_list() || from.kind == TypeKind::kMap ? "" : "text";
      break;
    case TypeKind::kInt:
      function = from_text || from.kind == TypeKind::kFloat ? "int" : "";
      break;
    case TypeKind::kFloat:
      function = from_text ? "float" : "";
      break;
    case TypeKind::kBool:
      function = from_text ? "bool" : "";
      break;
    case TypeKind::kIp:
      function = from_text ? "ip" : "";
      break;
    case TypeKind::kCidr:
      function = from.kind == TypeKind::kIp ? "network" : from_text ? "cidr" : "";
      break;
    case TypeKind::kTime:
      function = from_text || from.kind == TypeKind::kInt ? "time" : "";
      break;
    case TypeKind::kJson:
      function = from.kind == TypeKind::kString ? "json" : "";
      break;
    case TypeKind::kMap:
      function = is_json(from) ? "pairs" : "";
      break;
    default:
      break;
  }
  if (function.empty()) return;
  const std::string call = fmt::format("{}({})", function, written);
  diagnostic.help = written.size() <= 40 ? fmt::format("convert it: `{}`", call)
                                         : fmt::format("convert it with `{}(…)`", function);
  diagnostic.repair = Diagnostic::Repair{expr.span, call};
}

}  // namespace shrike
