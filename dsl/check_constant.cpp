// Constants: defaults of parameters, values in settings and tests, lengths of time.
#include <charconv>

#include "dsl/check_context.hpp"
#include "runtime/address.hpp"
#include "runtime/time_text.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;

namespace {

bool is_constant_form(const Expr& expr) {
  if (expr.kind == ExprKind::kLiteral) return !std::holds_alternative<ast::Regex>(expr.literal);
  return expr.kind == ExprKind::kNegate && !expr.args.empty() && expr.args[0] &&
         expr.args[0]->kind == ExprKind::kLiteral;
}

/// The value of a literal or of a literal behind a minus sign.
std::optional<ast::Literal> value_of(const Expr& expr) {
  if (expr.kind == ExprKind::kLiteral) return expr.literal;
  const ast::Literal& literal = expr.args[0]->literal;
  if (const auto* integer = std::get_if<std::int64_t>(&literal)) return ast::Literal(-*integer);
  if (const auto* number = std::get_if<double>(&literal)) return ast::Literal(-*number);
  if (const auto* duration = std::get_if<ast::Duration>(&literal))
    return ast::Literal(ast::Duration{-duration->nanoseconds});
  return std::nullopt;
}

/// Converts what may be converted without loss; the type has been checked.
ast::Literal convert(ast::Literal literal, TypeKind to) {
  if (const auto* integer = std::get_if<std::int64_t>(&literal);
      integer != nullptr && to == TypeKind::kFloat) {
    return static_cast<double>(*integer);
  }
  if (const auto* address = std::get_if<IpAddress>(&literal); address != nullptr && to == TypeKind::kCidr) {
    return ast::Cidr{*address, 128};
  }
  return literal;
}

}  // namespace

std::optional<ast::Literal> Checker::constant(Expr& expr, const Type& type, std::string_view what) {
  NameScope scope;
  scope.place = ExprPlace::kConstant;
  if (!is_constant_form(expr)) {
    Diagnostic& diagnostic = report(DiagnosticId::kNotConstant, expr.span, what);
    if (expr.kind == ExprKind::kList)
      diagnostic.help = fmt::format("this is a list, but {} is wanted", to_text(type));
    return std::nullopt;
  }
  const Type actual = infer(expr, scope);
  if (actual.kind == TypeKind::kNone) return std::nullopt;
  // One address is a network of its own.
  const bool is_host = actual.kind == TypeKind::kIp && type.kind == TypeKind::kCidr;
  if (type.kind != TypeKind::kNone && !is_host && !expect_fits(expr, actual, type)) return std::nullopt;
  auto value = value_of(expr);
  if (!value) return std::nullopt;
  return convert(std::move(*value), type.kind);
}

bool Checker::append_list_value(Expr& item, TypeKind element, std::vector<ast::Literal>& out) {
  if (item.kind == ExprKind::kName) {
    const Global* list = find_global(item.name, "list");
    if (list == nullptr) {
      suggest_name(report_undeclared(DiagnosticId::kUnknownList, item.span, item.name, item.name), item.span,
                   item.name, globals_of("list"),
                   element == TypeKind::kString ? "a text stands in quotes" : "");
      return false;
    }
    resolve_list(list->index);
    const ListInfo& info = model_.lists[list->index];
    item.ref = {ast::RefKind::kList, list->index};
    item.type = Type{TypeKind::kList, info.element, 1, false};
    if (info.element == TypeKind::kNone) return false;
    if (info.element != element) {
      report(DiagnosticId::kExpectedType, item.span, to_text(Type{TypeKind::kList, element, 1, false}),
             to_text(item.type))
          .second =
          Diagnostic::Note{info.decl->element.span, "its values are " + std::string(name_of(info.element))};
      return false;
    }
    if (out.size() + info.values.size() > kMaxListValues) {
      report(DiagnosticId::kTooMany, item.span, kMaxListValues, "values in one list");
      return false;
    }
    out.insert(out.end(), info.values.begin(), info.values.end());
    return true;
  }
  auto value = constant(item, type_of(element), "a value of a list");
  if (!value) return false;
  out.push_back(std::move(*value));
  return true;
}

std::optional<std::vector<ast::Literal>> Checker::constants(Expr& expr, const Type& list,
                                                            std::string_view what) {
  const Type element = element_of(list);
  if (expr.kind != ExprKind::kList) {
    if (expr.kind == ExprKind::kName && find_global(expr.name, "list") != nullptr) {
      Diagnostic& diagnostic =
          report(DiagnosticId::kExpectedType, expr.span, "values in brackets", "the name of a list");
      diagnostic.help = "brackets take over the values of that list";
      diagnostic.repair = Diagnostic::Repair{expr.span, "[" + expr.name + "]"};
    } else if (is_constant_form(expr)) {
      NameScope scope;
      scope.place = ExprPlace::kConstant;
      expect(expr, scope, list);
    } else {
      report(DiagnosticId::kNotConstant, expr.span, what);
    }
    return std::nullopt;
  }
  expr.type = list;
  std::vector<ast::Literal> values;
  bool is_right = true;
  for (auto& item : expr.args) {
    if (item && !append_list_value(*item, element.kind, values)) is_right = false;
  }
  if (!is_right) return std::nullopt;
  return values;
}

std::optional<ast::Literal> Checker::parse_literal(std::string_view text, TypeKind kind) const {
  const char* begin = text.data();
  const char* end = begin + text.size();
  switch (kind) {
    case TypeKind::kString:
      return ast::Literal(std::string(text));
    case TypeKind::kBool:
      if (text == "true") return ast::Literal(true);
      if (text == "false") return ast::Literal(false);
      return std::nullopt;
    case TypeKind::kInt: {
      std::int64_t value = 0;
      const auto [stop, error] = std::from_chars(begin, end, value);
      if (error != std::errc() || stop != end) return std::nullopt;
      return ast::Literal(value);
    }
    case TypeKind::kFloat: {
      double value = 0;
      const auto [stop, error] = std::from_chars(begin, end, value, std::chars_format::fixed);
      if (error != std::errc() || stop != end || !(value > -1e300 && value < 1e300)) return std::nullopt;
      return ast::Literal(value);
    }
    case TypeKind::kIp:
      if (const auto address = parse_ip(text)) return ast::Literal(*address);
      return std::nullopt;
    case TypeKind::kCidr:
      if (const auto network = parse_cidr(text))
        return ast::Literal(ast::Cidr{network->address, network->bits});
      return std::nullopt;
    case TypeKind::kTime:
      if (const auto time = parse_time(text)) return ast::Literal(ast::Time{*time});
      return std::nullopt;
    case TypeKind::kDuration:
      if (const auto duration = parse_duration(text)) return ast::Literal(ast::Duration{*duration});
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> Checker::positive_duration(Expr* expr, NameScope& scope, std::string_view what) {
  if (expr == nullptr) return std::nullopt;
  std::optional<std::int64_t> length;
  if (expr->kind == ExprKind::kName) {
    expect(*expr, scope, type_of(TypeKind::kDuration));
    if (expr->type.kind != TypeKind::kDuration) return std::nullopt;
    if (expr->ref.kind != ast::RefKind::kParam) {
      report(DiagnosticId::kNotConstant, expr->span, what).help =
          "write a duration, or the name of a `param`";
      return std::nullopt;
    }
    if (const auto* value = std::get_if<ast::Duration>(&model_.params[expr->ref.index].value))
      length = value->nanoseconds;
  } else {
    const auto value = constant(*expr, type_of(TypeKind::kDuration), what);
    if (!value) return std::nullopt;
    if (const auto* duration = std::get_if<ast::Duration>(&*value)) length = duration->nanoseconds;
  }
  if (length && *length <= 0) {
    report(DiagnosticId::kNotPositive, expr->span, what);
    return std::nullopt;
  }
  return length;
}

}  // namespace shrike
