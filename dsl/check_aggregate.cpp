// Aggregates over kept events: where they may stand, and what they give (language manual, section 5).
#include "dsl/check_context.hpp"
#include "runtime/aggregate_table.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;

namespace {

std::string_view takes(AggregateArguments arguments) {
  switch (arguments) {
    case AggregateArguments::kNone:
      return "no argument";
    case AggregateArguments::kOneOrNone:
      return "no argument, or a step";
    case AggregateArguments::kOne:
      return "1 argument";
    case AggregateArguments::kSome:
      return "1 argument or more";
    case AggregateArguments::kValueAndNumber:
      return "a value and a number, as in `percentile(size, 95)`";
    case AggregateArguments::kDurationAndNumber:
      return "a duration and a number, as in `usual_count(1h, 95)`";
  }
  return "";
}

bool count_fits(AggregateArguments arguments, std::size_t count) {
  switch (arguments) {
    case AggregateArguments::kNone:
      return count == 0;
    case AggregateArguments::kOneOrNone:
      return count <= 1;
    case AggregateArguments::kOne:
      return count == 1;
    case AggregateArguments::kSome:
      return count >= 1;
    case AggregateArguments::kValueAndNumber:
    case AggregateArguments::kDurationAndNumber:
      return count == 2;
  }
  return false;
}

bool is_measure(const Type& type) { return type.is_number() || type.kind == TypeKind::kDuration; }

}  // namespace

bool Checker::aggregate_allowed(const Expr& expr, const NameScope& scope) {
  if (scope.in_aggregate) {
    report(DiagnosticId::kAggregateNested, expr.op_span, expr.name);
    return false;
  }
  switch (scope.place) {
    case ExprPlace::kWhen:
    case ExprPlace::kScore:
    case ExprPlace::kSay:
    case ExprPlace::kShow:
    case ExprPlace::kRespond:
    case ExprPlace::kException:
    case ExprPlace::kLet:
      if (scope.has_state) return true;
      report(DiagnosticId::kAggregateNoState, expr.op_span, expr.name);
      return false;
    default: {
      Diagnostic& diagnostic =
          report(DiagnosticId::kAggregatePlace, expr.op_span, expr.name, name_of(scope.place));
      if (scope.place == ExprPlace::kOn)
        diagnostic.help = "`on … where` decides what is kept; what looks at kept events stands in `when`";
      if (scope.place == ExprPlace::kConstant) diagnostic.help = "a constant does not depend on events";
      return false;
    }
  }
}

Type Checker::infer_aggregate(Expr& expr, NameScope& scope) {
  const AggregateRow* row = find_aggregate(expr.name);
  if (row == nullptr) {
    report(DiagnosticId::kUnknownFunction, expr.op_span, expr.name);
    return {};
  }
  if (!aggregate_allowed(expr, scope)) return {};
  scope.in_aggregate = true;
  std::vector<Type> arguments;
  bool failed = false;
  for (auto& argument : expr.args) {
    if (!argument) {
      failed = true;
      continue;
    }
    // `count(burst)` counts the events of a step.
    const std::size_t step = argument->kind == ExprKind::kName ? step_index(argument->name, scope) : kNoIndex;
    if (step != kNoIndex && row->arguments == AggregateArguments::kOneOrNone) {
      if (step_is_seen(*argument, step, scope))
        argument->ref = {ast::RefKind::kStep, static_cast<std::uint32_t>(step)};
      arguments.push_back({});
      continue;
    }
    arguments.push_back(infer(*argument, scope));
    failed = failed || arguments.back().kind == TypeKind::kNone;
  }
  if (expr.where) condition(expr.where.get(), scope);
  scope.in_aggregate = false;
  if (expr.where && !row->where)
    report(DiagnosticId::kAggregatePlace, expr.where->span, "where", fmt::format("`{}()`", expr.name));
  if (expr.last) {
    if (row->last) {
      positive_duration(expr.last.get(), scope, "`last`");
    } else {
      report(DiagnosticId::kAggregatePlace, expr.last->span, "last", fmt::format("`{}()`", expr.name)).help =
          "it looks at the whole window, that of `within`";
    }
  }
  const bool is_count_of_value = row->arguments == AggregateArguments::kOneOrNone && expr.args.size() == 1 &&
                                 expr.args[0] && expr.args[0]->ref.kind != ast::RefKind::kStep && !failed;
  if (!count_fits(row->arguments, expr.args.size()) || is_count_of_value) {
    Diagnostic& diagnostic =
        report(DiagnosticId::kArgumentCount, expr.span, expr.name, takes(row->arguments),
               expr.args.size() == 1 ? std::string("1 stands") : fmt::format("{} stand", expr.args.size()));
    if (is_count_of_value) {
      const std::string written(text_at(expr.args[0]->span));
      diagnostic.help =
          arguments[0].kind == TypeKind::kBool
              ? fmt::format("a condition follows `where`: `count(where {})`", written)
              : fmt::format("`count(where has {})` counts events that have it, `distinct({})` its values",
                            written, written);
    }
    return {};
  }
  return failed ? Type{} : aggregate_type(expr, arguments);
}

Type Checker::aggregate_type(Expr& expr, const std::vector<Type>& arguments) {
  using enum TypeKind;
  const std::string_view name = expr.name;
  if (name == "count" || name == "distinct") return type_of(kInt);
  if (name == "new") return type_of(kBool);
  if (name == "span" || name == "age" || name == "watched") return type_of(kDuration);
  if (name == "regularity") return type_of(kFloat);
  if (name == "usual_count") {
    expect_fits(*expr.args[0], arguments[0], type_of(kDuration));
    expect_fits(*expr.args[1], arguments[1], type_of(kFloat));
    return type_of(kInt);
  }
  const Type& value = arguments[0];
  if (name == "first" || name == "prev") return value;
  if (name == "values") return list_type(expr.args[0]->span, value).value_or(Type{});
  const bool is_range = name == "min" || name == "max";
  if (is_json(value)) {
    offer_conversion(report(DiagnosticId::kJsonNeedsType, expr.args[0]->span, name), *expr.args[0], value,
                     type_of(kInt));
    return {};
  }
  if (!is_measure(value) && !(is_range && value.kind == kTime)) {
    report(DiagnosticId::kArgumentTypes, expr.args[0]->span, name, to_text(value)).help =
        is_range ? "it takes numbers, durations and times" : "it takes numbers and durations";
    return {};
  }
  if (is_range || name == "sum") return value;
  if (name == "percentile") expect_fits(*expr.args[1], arguments[1], type_of(kFloat));
  return value.kind == kDuration ? value : type_of(kFloat);
}

}  // namespace shrike
