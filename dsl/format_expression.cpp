// Expressions and texts for the formatter: just the parentheses they need, line breaks before operators.
// Read next: formatter.hpp for the whole, format.cpp for lines and comments.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "dsl/characters.hpp"
#include "dsl/formatter.hpp"
#include "runtime/address.hpp"
#include "runtime/time_text.hpp"

namespace shrike {

std::string_view spelling_of(ast::CompareOp op) {
  switch (op) {
    case ast::CompareOp::kEqual:
      return "==";
    case ast::CompareOp::kNotEqual:
      return "!=";
    case ast::CompareOp::kLess:
      return "<";
    case ast::CompareOp::kLessEqual:
      return "<=";
    case ast::CompareOp::kGreater:
      return ">";
    case ast::CompareOp::kGreaterEqual:
      return ">=";
    case ast::CompareOp::kIn:
      return "in";
    case ast::CompareOp::kNotIn:
      return "not in";
    case ast::CompareOp::kContains:
      return "contains";
    case ast::CompareOp::kStarts:
      return "starts";
    case ast::CompareOp::kEnds:
      return "ends";
    case ast::CompareOp::kLike:
      return "like";
    case ast::CompareOp::kMatches:
      return "matches";
  }
  return "==";
}

namespace {

using ast::CompareOp;
using ast::Expr;
using ast::ExprKind;

/// A regular expression in the form that holds it: r"…" unless it has bare quotes or line breaks.
std::string regex_text(std::string_view pattern) {
  bool plain = true;
  for (std::size_t i = 0; i < pattern.size() && plain; ++i) {
    if (pattern[i] == '\\') {
      plain = i + 1 < pattern.size() && pattern[i + 1] != '\n';
      ++i;
    } else {
      plain = pattern[i] != '"' && pattern[i] != '\n';
    }
  }
  return plain ? fmt::format("r\"{}\"", pattern) : fmt::format("r\"\"\"{}\"\"\"", pattern);
}

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = next_code_point(text);
    const std::string_view bytes = text.substr(0, point.bytes);
    text.remove_prefix(point.bytes);
    switch (point.value) {
      case '"':
        out += "\\\"";
        continue;
      case '\\':
        out += "\\\\";
        continue;
      case '\b':
        out += "\\b";
        continue;
      case '\f':
        out += "\\f";
        continue;
      case '\n':
        out += "\\n";
        continue;
      case '\r':
        out += "\\r";
        continue;
      case '\t':
        out += "\\t";
        continue;
      default:
        break;
    }
    const bool hidden =
        point.value != kInvalidCodePoint && (is_control(point.value) || is_bidi_control(point.value));
    out += hidden ? fmt::format("\\u{:04x}", point.value) : std::string(bytes);
  }
}

unsigned level_of(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kIf:
      return 0;
    case ExprKind::kOr:
      return 1;
    case ExprKind::kAnd:
      return 2;
    case ExprKind::kNot:
    case ExprKind::kHas:
    case ExprKind::kMissing:
    case ExprKind::kQuantifier:
    case ExprKind::kCompare:
      return 3;
    case ExprKind::kCoalesce:
      return 4;
    case ExprKind::kArithmetic:
      return expr.op == '+' || expr.op == '-' ? 5 : 6;
    case ExprKind::kNegate:
      return 7;
    case ExprKind::kLiteral: {
      const auto* number = std::get_if<std::int64_t>(&expr.literal);
      return number != nullptr && *number < 0 ? 7 : 8;
    }
    default:
      return 8;
  }
}

/// Operands of a left-leaning chain, from left to right, with the operator before each.
struct Operand {
  const Expr* expr;
  const Expr* parent;  ///< whose operator stands before it; null for the first
};
std::vector<Operand> operands_of(const Expr& expr) {
  std::vector<Operand> result;
  const Expr* at = &expr;
  const unsigned level = level_of(expr);
  while (level_of(*at) == level && at->kind == expr.kind) {
    result.push_back({at->args[1].get(), at});
    at = at->args[0].get();
  }
  result.push_back({at, nullptr});
  std::reverse(result.begin(), result.end());
  return result;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string result = "\"";
  append_escaped(result, text);
  result += '"';
  return result;
}

std::string literal_text(const ast::Literal& literal) {
  struct Printer {
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const {
      std::array<char, 512> digits{};
      const auto [end, error] =
          std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
      std::string result(digits.data(), error == std::errc{} ? end : digits.data());
      if (result.find('.') == std::string::npos) result += ".0";
      return result;
    }
    std::string operator()(const std::string& value) const { return quoted(value); }
    std::string operator()(const IpAddress& value) const { return format_ip(value); }
    std::string operator()(const ast::Cidr& value) const { return format_cidr(value.network, value.bits); }
    std::string operator()(const ast::Time& value) const { return format_time(value.nanoseconds); }
    std::string operator()(const ast::Duration& value) const { return format_duration(value.nanoseconds); }
    std::string operator()(const ast::Regex& value) const { return regex_text(value.pattern); }
  };
  return std::visit(Printer{}, literal);
}

Formatter::Piece Formatter::expr(const Expr& expr, unsigned level) {
  const Piece piece = bare(expr);
  return level_of(expr) < level ? concat({text("("), piece, text(")")}) : piece;
}

Formatter::Piece Formatter::bare(const Expr& e) {
  switch (e.kind) {
    case ExprKind::kLiteral:
      return text(e.name.empty() ? literal_text(e.literal) : e.name);
    case ExprKind::kName:
      return text(e.name);
    case ExprKind::kMember:
      return concat({expr(*e.args[0], kPostfixLevel), text("." + e.name)});
    case ExprKind::kIndex:
      return concat({expr(*e.args[0], kPostfixLevel), text("["), expr(*e.args[1]), text("]")});
    case ExprKind::kStar:
      return concat({expr(*e.args[0], kPostfixLevel), text("[*]")});
    case ExprKind::kCall:
    case ExprKind::kAggregate:
      return call(e);
    case ExprKind::kList:
      return list(e);
    case ExprKind::kComprehension:
      return comprehension(e);
    case ExprKind::kNegate:
      return concat({text("-"), expr(*e.args[0], kUnaryLevel)});
    case ExprKind::kNot:
      return concat({text("not "), expr(*e.args[0], kNotLevel)});
    case ExprKind::kHas:
      return concat({text("has "), expr(*e.args[0], kPostfixLevel)});
    case ExprKind::kMissing:
      return concat({text("missing "), expr(*e.args[0], kPostfixLevel)});
    case ExprKind::kArithmetic:
    case ExprKind::kCoalesce:
      return chain(e);
    case ExprKind::kCompare:
      return comparison(e);
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return logic(e);
    case ExprKind::kIf:
      return conditional(e);
    case ExprKind::kQuantifier: {
      std::vector<Piece> parts{text(fmt::format("{} {} in ", e.all ? "all" : "any", e.name))};
      parts.push_back(expr(*e.args[0], kCoalesceLevel));
      parts.push_back(text(": "));
      parts.push_back(expr(*e.args[1], kNotLevel));
      return concat(std::move(parts));
    }
  }
  return Layout::kEmpty;
}

Formatter::Piece Formatter::logic(const Expr& e, std::size_t and_indent, std::size_t or_indent) {
  const bool conjunction = e.kind == ExprKind::kAnd;
  // An `and` inside an `or` needs no parentheses to be read by the parser, but by people.
  const unsigned level = kNotLevel;
  const std::size_t indent = conjunction ? and_indent : or_indent;
  std::vector<Piece> parts{expr(*e.args[0], level)};
  for (std::size_t i = 1; i < e.args.size(); ++i) {
    const std::uint32_t begin = e.args[i]->span.begin;
    std::vector<Piece> next;
    bool broken = false;
    if (const auto comment = trailing_comment(begin)) {
      parts.push_back(text("  //" + *comment));
      broken = true;
    }
    std::vector<Piece> comments;
    leading_comments(begin, comments);
    if (!comments.empty()) {
      // Each ends with a line break; the first needs one before it.
      next.push_back(layout_.hard_line());
      next.insert(next.end(), comments.begin(), comments.end());
    } else {
      next.push_back(broken ? layout_.hard_line() : layout_.line());
    }
    next.push_back(text(conjunction ? "and " : "or "));
    next.push_back(expr(*e.args[i], level));
    parts.push_back(layout_.nest(indent, concat(std::move(next))));
  }
  return layout_.group(concat(std::move(parts)));
}

Formatter::Piece Formatter::condition(const Expr& e, std::size_t and_indent, std::size_t or_indent) {
  if (e.kind == ExprKind::kAnd || e.kind == ExprKind::kOr) return logic(e, and_indent, or_indent);
  return expr(e);
}

Formatter::Piece Formatter::chain(const Expr& e) {
  const unsigned level = level_of(e);
  std::vector<Piece> parts;
  for (const Operand& operand : operands_of(e)) {
    if (operand.parent == nullptr) {
      parts.push_back(expr(*operand.expr, level));
      continue;
    }
    const std::string sign = e.kind == ExprKind::kCoalesce ? "??" : std::string(1, operand.parent->op);
    parts.push_back(
        layout_.nest(2, concat({layout_.line(), text(sign + " "), expr(*operand.expr, level + 1)})));
  }
  return layout_.group(concat(std::move(parts)));
}

Formatter::Piece Formatter::conditional(const Expr& e) {
  // Breaks stand before `else`, or before the only `if`.
  std::vector<Piece> parts{expr(*e.args[0], kOrLevel)};
  const Expr* at = &e;
  while (true) {
    const bool has_else = at->args.size() > 2;
    const Piece before_if = at != &e || has_else ? text(" ") : layout_.line();
    parts.push_back(layout_.nest(2, concat({before_if, text("if "), expr(*at->args[1], kOrLevel)})));
    if (!has_else) break;
    const Expr* other = at->args[2].get();
    const bool again = other->kind == ExprKind::kIf;
    const Piece value = again ? expr(*other->args[0], kOrLevel) : expr(*other);
    parts.push_back(layout_.nest(2, concat({layout_.line(), text("else "), value})));
    if (!again) break;
    at = other;
  }
  return layout_.group(concat(std::move(parts)));
}

Formatter::Piece Formatter::comparison(const Expr& e) {
  const std::string sign =
      fmt::format(" {}{}{} ", e.cased ? "cased " : "", spelling_of(e.compare), e.all ? " all" : "");
  // `x in (y ?? [])` could stand without parentheses; people read it better with them.
  const auto side = [&](const Expr& operand) {
    return expr(operand, operand.kind == ExprKind::kCoalesce ? kPostfixLevel : kCoalesceLevel);
  };
  const Piece left = side(*e.args[0]);
  return concat({left, text(sign), side(*e.args[1])});
}

Formatter::Piece Formatter::call(const Expr& e) {
  const std::string open = e.name + "(";
  if (e.where == nullptr && e.last == nullptr) {
    const bool hugs = e.args.size() == 1 &&
                      (e.args[0]->kind == ExprKind::kList || e.args[0]->kind == ExprKind::kComprehension);
    if (hugs) return concat({text(open), expr(*e.args[0]), text(")")});
    const Items items{e.args.size(), [&](std::size_t i) { return e.args[i]->span.begin; },
                      [&](std::size_t i) { return expr(*e.args[i]); }};
    return bracketed(open, ")", items, e.span.end, false);
  }
  std::vector<Piece> parts{layout_.soft_line()};
  for (std::size_t i = 0; i < e.args.size(); ++i) {
    parts.push_back(expr(*e.args[i]));
    if (i + 1 < e.args.size()) parts.push_back(text(","));
    parts.push_back(layout_.line());
  }
  if (e.where != nullptr) {
    parts.push_back(text("where "));
    parts.push_back(expr(*e.where, kOrLevel));
  }
  if (e.last != nullptr) {
    if (e.where != nullptr) parts.push_back(layout_.line());
    parts.push_back(text("last "));
    parts.push_back(expr(*e.last));
  }
  return layout_.group(
      concat({text(open), layout_.nest(2, concat(std::move(parts))), layout_.soft_line(), text(")")}));
}

Formatter::Piece Formatter::list(const Expr& e) {
  const Items items{e.args.size(), [&](std::size_t i) { return e.args[i]->span.begin; },
                    [&](std::size_t i) { return expr(*e.args[i]); }};
  return bracketed("[", "]", items, e.span.end, false);
}

Formatter::Piece Formatter::comprehension(const Expr& e) {
  std::vector<Piece> parts{layout_.soft_line(), expr(*e.args[0]), layout_.line()};
  parts.push_back(text(fmt::format("for {} in ", e.name)));
  parts.push_back(expr(*e.args[1], kCoalesceLevel));
  if (e.where != nullptr) {
    parts.push_back(layout_.line());
    parts.push_back(text("if "));
    parts.push_back(expr(*e.where, kOrLevel));
  }
  return layout_.group(
      concat({text("["), layout_.nest(2, concat(std::move(parts))), layout_.soft_line(), text("]")}));
}

Formatter::Piece Formatter::bracketed(std::string_view open, std::string_view close, const Items& items,
                                      std::uint32_t end, bool padded) {
  std::vector<Piece> contents;
  bool comments = false;
  for (std::size_t i = 0; i < items.count; ++i) {
    const bool last = i + 1 == items.count;
    std::vector<Piece> parts;
    const bool leads = comment_before(items.begin(i));
    leading_comments(items.begin(i), parts);
    if (i > 0 && leads) contents.back() = layout_.hard_line();
    parts.push_back(items.build(i));
    if (!last) parts.push_back(text(","));
    const auto trailing = trailing_comment(last ? end : items.begin(i + 1));
    // Without its comma the last item's comment would stand one column to the left of the others.
    if (trailing) parts.push_back(text((last && i > 0 ? "   //" : "  //") + *trailing));
    comments = comments || leads || trailing.has_value();
    contents.push_back(concat(std::move(parts)));
    if (!last) contents.push_back(trailing ? layout_.hard_line() : layout_.line());
  }
  std::vector<Piece> dangling;
  if (comment_before(end)) {
    comments = true;
    std::vector<Piece> pieces;
    leading_comments(end, pieces);
    pieces.pop_back();  // The last line break is the edge.
    if (items.count > 0) dangling.push_back(layout_.hard_line());
    dangling.insert(dangling.end(), pieces.begin(), pieces.end());
  }
  if (items.count == 0 && !comments) return text(std::string(open) + std::string(close));
  const Piece edge = comments ? layout_.hard_line() : padded ? layout_.line() : layout_.soft_line();
  std::vector<Piece> inside{edge, layout_.fill(std::move(contents))};
  inside.insert(inside.end(), dangling.begin(), dangling.end());
  return layout_.group(concat({text(open), layout_.nest(2, concat(std::move(inside))), edge, text(close)}));
}

std::string Formatter::say_text(const ast::Template& say) {
  // A text of several lines stays one.
  const std::string_view written = say.span.end <= source_.size()
                                       ? source_.substr(say.span.begin, say.span.end - say.span.begin)
                                       : std::string_view{};
  const bool raw = written.starts_with("\"\"\"");
  std::string result = raw ? "\"\"\"" : "\"";
  for (std::size_t i = 0; i < say.pieces.size(); ++i) {
    std::string piece;
    for (char c : say.pieces[i]) piece.append(c == '{' ? 2 : 1, c);
    if (raw) {
      result += piece;
    } else {
      append_escaped(result, piece);
    }
    if (i < say.exprs.size()) {
      Formatter inner(nullptr, {});
      result += '{' + inner.expression(*say.exprs[i]) + '}';
    }
  }
  result += raw ? "\"\"\"" : "\"";
  return result;
}

}  // namespace shrike
