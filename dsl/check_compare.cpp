// Comparisons: which operator takes what on its sides, and what to write instead.
#include <re2/re2.h>

#include "dsl/check_context.hpp"
#include "dsl/formatter.hpp"
#include "runtime/address.hpp"

namespace shrike {

using ast::CompareOp;
using ast::Expr;
using ast::ExprKind;

namespace {

bool is_known(const Expr& expr) { return expr.type.kind != TypeKind::kNone; }

/// What is compared one by one: the elements of a list on the right, else the right side itself.
Type compared(const Type& right) { return right.is_list() ? element_of(right) : right; }

const std::string* string_literal(const Expr& expr) {
  return expr.kind == ExprKind::kLiteral ? std::get_if<std::string>(&expr.literal) : nullptr;
}

}  // namespace

Type Checker::infer_compare(Expr& expr, NameScope& scope) {
  const Type result = type_of(TypeKind::kBool);
  if (expr.args.size() < 2 || !expr.args[0] || !expr.args[1]) return result;
  Expr& left = *expr.args[0];
  Expr& right = *expr.args[1];
  infer(left, scope);
  if (expr.compare == CompareOp::kMatches) {
    compare_matches(expr, scope);
    return result;
  }
  const bool is_in = expr.compare == CompareOp::kIn || expr.compare == CompareOp::kNotIn;
  if (is_in && right.kind == ExprKind::kName && !is_plain_name(right.name, scope) &&
      !(scope.fields && has_field(right.name, scope.classes, !scope.alerts.empty()))) {
    if (const Global* table = find_global(right.name, "table")) {
      right.ref = {ast::RefKind::kTable, table->index};
      const TypeKind key = model_.tables[table->index].key;
      const bool is_address = key == TypeKind::kCidr && left.type.kind == TypeKind::kIp;
      if (key != TypeKind::kNone && !is_address) {
        expect_fits(left, left.type, type_of(key == TypeKind::kCidr ? TypeKind::kIp : key));
      }
      return result;
    }
  }
  infer(right, scope);
  if (!is_known(left) || !is_known(right)) return result;
  if (expr.all && !right.type.is_list() && !is_json(right.type)) {
    report(DiagnosticId::kAllNeedsList, right.span);
    return result;
  }
  switch (expr.compare) {
    case CompareOp::kEqual:
    case CompareOp::kNotEqual:
      compare_equal(expr);
      break;
    case CompareOp::kIn:
    case CompareOp::kNotIn:
      compare_in(expr);
      break;
    case CompareOp::kLess:
    case CompareOp::kLessEqual:
    case CompareOp::kGreater:
    case CompareOp::kGreaterEqual:
      compare_order(expr);
      break;
    default:
      compare_text(expr);
  }
  if (expr.cased) check_cased(expr);
  return result;
}

void Checker::check_cased(const Expr& expr) {
  for (const auto& side : expr.args) {
    const Type type = compared(side->type);
    if (is_text(type) || type.kind == TypeKind::kNone || type.kind == TypeKind::kMap) continue;
    report(DiagnosticId::kCasedNeedsText, expr.op_span, to_text(side->type));
    return;
  }
}

void Checker::report_never_equal(const Expr& left, const Expr& right, const Type& a, const Type& b) {
  Span where = left.span;
  where.end = std::max(where.end, right.span.end);
  Diagnostic& diagnostic = report(DiagnosticId::kNeverEqual, where, to_text(a), to_text(b));
  // The literal is changed where there is one; else the text or json is converted, since its form is the odd
  // one.
  const bool right_is_text = is_text(b);
  const bool change_left =
      string_literal(left) != nullptr || (string_literal(right) == nullptr && is_text(a) && !right_is_text);
  if (a.kind == TypeKind::kClient || b.kind == TypeKind::kClient) {
    diagnostic.help = "compare one of its parts: `.family`, `.os`, `.device`, `.tool`";
  } else if (change_left) {
    offer_conversion(diagnostic, left, a, b);
  } else {
    offer_conversion(diagnostic, right, b, a);
    if (!diagnostic.repair) offer_conversion(diagnostic, left, a, b);
  }
}

void Checker::compare_equal(Expr& expr) {
  const Expr& left = *expr.args[0];
  const Expr& right = *expr.args[1];
  const bool is_equal = expr.compare == CompareOp::kEqual;
  if (right.type.is_list() && !left.type.is_list() && !is_json(left.type)) {
    Diagnostic& diagnostic = report(DiagnosticId::kEqualsList, expr.op_span, spelling_of(expr.compare));
    const std::string_view instead = is_equal ? "in" : "not in";
    diagnostic.help = fmt::format("`{}` asks whether it is {} of them", instead, is_equal ? "one" : "none");
    diagnostic.repair = Diagnostic::Repair{expr.op_span, std::string(instead)};
    return;
  }
  // json may hold a list; with a literal list of several values on the right, `in` is meant.
  if (is_json(left.type) && right.kind == ExprKind::kList && !right.args.empty()) {
    Diagnostic& diagnostic = report(DiagnosticId::kEqualsList, expr.op_span, spelling_of(expr.compare));
    const std::string_view instead = is_equal ? "in" : "not in";
    diagnostic.help = fmt::format("`{}` asks whether it is {} of them", instead, is_equal ? "one" : "none");
    diagnostic.repair = Diagnostic::Repair{expr.op_span, std::string(instead)};
    return;
  }
  if (left.type.is_list() && !right.type.is_list() && !is_json(right.type)) {
    Diagnostic& diagnostic = report(DiagnosticId::kListOnLeft, expr.op_span, spelling_of(expr.compare));
    diagnostic.help = "`contains` asks whether it is among the elements";
    if (is_equal) diagnostic.repair = Diagnostic::Repair{expr.op_span, "contains"};
    return;
  }
  if (expr.all) {
    report(DiagnosticId::kEqualsList, expr.op_span, spelling_of(expr.compare)).help =
        "`all` stands after `contains`, `starts`, `ends`, `like`, `matches`";
    return;
  }
  if (may_equal(left.type, right.type)) return;
  if (left.type.kind == TypeKind::kIp && right.type.kind == TypeKind::kCidr) {
    Diagnostic& diagnostic = report(DiagnosticId::kNeverEqual, expr.span, "ip", "cidr");
    diagnostic.help = "`in` asks whether an address lies in a network";
    diagnostic.repair = Diagnostic::Repair{expr.op_span, is_equal ? "in" : "not in"};
    return;
  }
  report_never_equal(left, right, left.type, right.type);
}

void Checker::compare_order(Expr& expr) {
  const Expr& left = *expr.args[0];
  const Expr& right = *expr.args[1];
  for (const Expr* side : {&left, &right}) {
    const Type& type = side->type;
    if (may_order(type, type)) continue;
    Diagnostic& diagnostic =
        report(DiagnosticId::kNoOrder, side->span, to_text(type), spelling_of(expr.compare));
    if (type.is_list() || type.kind == TypeKind::kMap) {
      diagnostic.help = "`len(…)` tells how many there are";
    } else if (type.kind == TypeKind::kCidr) {
      diagnostic.help = "`in` asks whether an address lies in a network";
    }
    return;
  }
  if (expr.all) {
    report(DiagnosticId::kAllNeedsList, right.span);
    return;
  }
  if (!may_order(left.type, right.type)) report_never_equal(left, right, left.type, right.type);
}

void Checker::compare_in(Expr& expr) {
  const Expr& left = *expr.args[0];
  const Expr& right = *expr.args[1];
  const Type& a = left.type;
  const Type& b = right.type;
  const std::string_view op = spelling_of(expr.compare);
  if (expr.all) {
    report(DiagnosticId::kAllNeedsList, right.span).help = "`in` asks about one of them; leave out `all`";
    return;
  }
  if (a.is_list()) {
    Diagnostic& diagnostic = report(DiagnosticId::kListOnLeft, expr.op_span, op);
    const std::string list(text_at(left.span));
    const std::string values(text_at(right.span));
    if (b.is_list() && expr.compare == CompareOp::kIn) {
      diagnostic.help =
          "`contains` asks whether any of them is among the elements, `contains all` whether every one is";
      diagnostic.repair = Diagnostic::Repair{expr.op_span, "contains"};
    } else {
      diagnostic.help = fmt::format("ask about its elements: `any x in …: x {} …`", op);
      diagnostic.repair =
          Diagnostic::Repair{expr.span, fmt::format("any x in {}: x {} {}", list, op, values)};
    }
    return;
  }
  if (b.kind == TypeKind::kCidr) {
    if (a.kind != TypeKind::kIp) report_never_equal(left, right, a, type_of(TypeKind::kIp));
    return;
  }
  if (is_json(b)) {
    if (!json_can_hold(a)) report_never_equal(left, right, a, b);
    return;
  }
  if (!b.is_list()) {
    Diagnostic& diagnostic = report(DiagnosticId::kInNeedsList, right.span, op, to_text(b));
    if (b.kind == TypeKind::kString && a.kind == TypeKind::kIp) {
      offer_conversion(diagnostic, right, b, type_of(TypeKind::kCidr));
    } else if (string_literal(right) != nullptr && string_literal(left) == nullptr && is_text(a)) {
      const std::string_view instead = expr.compare == CompareOp::kIn ? "==" : "!=";
      diagnostic.help = fmt::format("one value is compared with `{}`; several stand in brackets: `{} [{}]`",
                                    instead, op, text_at(right.span));
      diagnostic.repair = Diagnostic::Repair{expr.op_span, std::string(instead)};
    } else if (b.kind == TypeKind::kString && is_text(a)) {
      diagnostic.help = "to find a text in a text, `contains` with the sides swapped";
      const std::string swapped = fmt::format("{} contains {}", text_at(right.span), text_at(left.span));
      diagnostic.repair =
          Diagnostic::Repair{expr.span, expr.compare == CompareOp::kIn ? swapped : "not " + swapped};
    } else if (b.kind == TypeKind::kMap) {
      diagnostic.help = "to ask whether a map has an entry, `has params.Name`";
    } else {
      diagnostic.help =
          fmt::format("one value is compared with `{}`", expr.compare == CompareOp::kIn ? "==" : "!=");
      diagnostic.repair = Diagnostic::Repair{expr.op_span, expr.compare == CompareOp::kIn ? "==" : "!="};
    }
    return;
  }
  const Type element = element_of(b);
  if (element.kind == TypeKind::kNone) return;
  if (a.kind == TypeKind::kIp && element.kind == TypeKind::kCidr) return;
  if (may_equal(a, element)) return;
  // Addresses in quotes: `ip in ["10.0.0.0/8"]`.
  const bool is_address = a.kind == TypeKind::kIp || a.kind == TypeKind::kCidr;
  if (is_address && right.kind == ExprKind::kList && element.kind == TypeKind::kString) {
    std::string mended = "[";
    bool all_addresses = true;
    for (const auto& item : right.args) {
      const std::string* text = string_literal(*item);
      if (text == nullptr || !parse_cidr(*text)) {
        all_addresses = false;
        break;
      }
      if (mended.size() > 1) mended += ", ";
      mended += *text;
    }
    Diagnostic& diagnostic = report(DiagnosticId::kNeverEqual, expr.span, to_text(a), to_text(element));
    if (all_addresses) {
      diagnostic.help = "addresses and networks stand without quotes";
      diagnostic.repair = Diagnostic::Repair{right.span, mended + "]"};
    }
    return;
  }
  Diagnostic& diagnostic = report(DiagnosticId::kNeverEqual, expr.span, to_text(a), to_text(element));
  diagnostic.second = Diagnostic::Note{right.span, "this is " + to_text(b)};
  offer_conversion(diagnostic, left, a, element);
}

void Checker::compare_text(Expr& expr) {
  const Expr& left = *expr.args[0];
  const Expr& right = *expr.args[1];
  const Type& a = left.type;
  const std::string_view op = spelling_of(expr.compare);
  if (a.is_list()) {
    if (expr.compare == CompareOp::kContains) {
      const Type element = element_of(a);
      const Type wanted = compared(right.type);
      const bool in_network = element.kind == TypeKind::kCidr && wanted.kind == TypeKind::kIp;
      if (element.kind == TypeKind::kNone || may_equal(element, wanted) || in_network) return;
      Diagnostic& diagnostic =
          report(DiagnosticId::kNeverEqual, expr.span, to_text(element), to_text(wanted));
      if (!right.type.is_list()) offer_conversion(diagnostic, right, wanted, element);
      return;
    }
    Diagnostic& diagnostic = report(DiagnosticId::kListOnLeft, expr.op_span, op);
    diagnostic.help = "ask about its elements";
    diagnostic.repair = Diagnostic::Repair{
        expr.span, fmt::format("any x in {}: x {} {}", text_at(left.span), op, text_at(right.span))};
    return;
  }
  // json may hold a list: then `contains` asks for an element of any kind.
  if (is_json(a) && expr.compare == CompareOp::kContains && json_can_hold(compared(right.type))) return;
  if (!is_text(a)) {
    Diagnostic& diagnostic = report(DiagnosticId::kTextOperator, left.span, op, to_text(a));
    if (a.kind == TypeKind::kIp) {
      diagnostic.help = "an address is compared with networks: `ip in 10.0.0.0/8`";
    } else if (a.kind == TypeKind::kMap) {
      diagnostic.help = "`has params.Name` asks for an entry, `keys(…)` gives all names";
    } else {
      offer_conversion(diagnostic, left, a, type_of(TypeKind::kString));
    }
    return;
  }
  const Type wanted = compared(right.type);
  if (is_text(wanted) || wanted.kind == TypeKind::kNone) return;
  Diagnostic& diagnostic = report(DiagnosticId::kTextOperator, right.span, op, to_text(right.type));
  if (!right.type.is_list()) offer_conversion(diagnostic, right, right.type, type_of(TypeKind::kString));
}

void Checker::check_regex(const Expr& pattern) {
  const auto* regex = std::get_if<ast::Regex>(&pattern.literal);
  const auto* text = std::get_if<std::string>(&pattern.literal);
  const std::string& source = regex != nullptr ? regex->pattern : *text;
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 compiled(source, options);
  if (compiled.ok()) return;
  Diagnostic& diagnostic = report(DiagnosticId::kBadRegex, pattern.span, compiled.error());
  const std::string& part = compiled.error_arg();
  if (part.substr(0, 2) == "(?" && part.size() > 2 && (part[2] == '=' || part[2] == '!' || part[2] == '<')) {
    diagnostic.help =
        "matching takes linear time, so there is no looking ahead or back; use a second condition";
  } else if (part.size() == 2 && part[0] == '\\' && part[1] >= '1' && part[1] <= '9') {
    diagnostic.help = "matching takes linear time, so a group cannot be referred to";
  }
}

void Checker::compare_matches(Expr& expr, NameScope& scope) {
  Expr& left = *expr.args[0];
  Expr& right = *expr.args[1];
  const auto is_pattern = [](const Expr& item) {
    return item.kind == ExprKind::kLiteral && (std::holds_alternative<ast::Regex>(item.literal) ||
                                               std::holds_alternative<std::string>(item.literal));
  };
  if (is_pattern(right)) {
    right.type = type_of(TypeKind::kString);
    check_regex(right);
    if (expr.all) report(DiagnosticId::kAllNeedsList, right.span);
  } else if (right.kind == ExprKind::kList) {
    right.type = Type{TypeKind::kList, TypeKind::kString, 1, false};
    for (auto& item : right.args) {
      if (!item) continue;
      item->type = type_of(TypeKind::kString);
      if (is_pattern(*item)) {
        check_regex(*item);
      } else {
        report(DiagnosticId::kRegexNotConstant, item->span);
      }
    }
  } else {
    const std::size_t before = diagnostics_.size();
    infer(right, scope);
    if (diagnostics_.size() == before) report(DiagnosticId::kRegexNotConstant, right.span);
  }
  if (!is_known(left) || is_text(left.type)) return;
  if (left.type.is_list()) {
    Diagnostic& diagnostic = report(DiagnosticId::kListOnLeft, expr.op_span, "matches");
    diagnostic.help = "ask about its elements";
    diagnostic.repair = Diagnostic::Repair{
        expr.span, fmt::format("any x in {}: x matches {}", text_at(left.span), text_at(right.span))};
    return;
  }
  Diagnostic& diagnostic = report(DiagnosticId::kTextOperator, left.span, "matches", to_text(left.type));
  offer_conversion(diagnostic, left, left.type, type_of(TypeKind::kString));
}

}  // namespace shrike
