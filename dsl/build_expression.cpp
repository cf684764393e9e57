// Expressions of the syntax tree, from the grammar's nodes: precedence is in the nodes already; here
// operators are read, chains become trees, and habits that the grammar let pass are reported. Read next:
// syntax.hpp for the nodes, build_rule.cpp for clauses.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "dsl/diagnostics.hpp"
#include "dsl/literals.hpp"
#include "dsl/nearest.hpp"
#include "dsl/syntax.hpp"

namespace shrike {
namespace {

using ast::CompareOp;
using ast::ExprKind;

ast::ExprPtr new_expr(ExprKind kind, Span span) {
  auto expr = std::make_unique<ast::Expr>();
  expr->kind = kind;
  expr->span = span;
  return expr;
}

char arithmetic_sign(TokenKind kind) {
  switch (kind) {
    case TokenKind::kPlus:
      return '+';
    case TokenKind::kMinus:
      return '-';
    case TokenKind::kTimes:
      return '*';
    case TokenKind::kDivide:
      return '/';
    default:
      return '%';
  }
}

CompareOp compare_op(const Token& token) {
  switch (token.kind) {
    case TokenKind::kNotEqual:
      return CompareOp::kNotEqual;
    case TokenKind::kLess:
      return CompareOp::kLess;
    case TokenKind::kLessEqual:
      return CompareOp::kLessEqual;
    case TokenKind::kGreater:
      return CompareOp::kGreater;
    case TokenKind::kGreaterEqual:
      return CompareOp::kGreaterEqual;
    default:
      break;
  }
  switch (token.word) {
    case Word::kIn:
      return CompareOp::kIn;
    case Word::kContains:
      return CompareOp::kContains;
    case Word::kStarts:
      return CompareOp::kStarts;
    case Word::kEnds:
      return CompareOp::kEnds;
    case Word::kLike:
      return CompareOp::kLike;
    case Word::kMatches:
      return CompareOp::kMatches;
    default:
      return CompareOp::kEqual;
  }
}

/// An operator by its spelling.
CompareOp compare_op(std::string_view spelling) {
  Token token;
  token.kind = TokenKind::kWord;
  token.word = word_of(spelling);
  if (spelling == "!=") token.kind = TokenKind::kNotEqual;
  if (spelling == "<") token.kind = TokenKind::kLess;
  if (spelling == "<=") token.kind = TokenKind::kLessEqual;
  if (spelling == ">") token.kind = TokenKind::kGreater;
  if (spelling == ">=") token.kind = TokenKind::kGreaterEqual;
  return compare_op(token);
}

}  // namespace

ast::ExprPtr Builder::expression(const Node& node) { return build(node).expr; }

Builder::Built Builder::above(ast::ExprPtr expr, const Node& node, unsigned deepest) {
  if (deepest < kMaxNesting) return {std::move(expr), deepest + 1};
  mistakes_.add(make_diagnostic(DiagnosticId::kNestedTooDeep, span(node), kMaxNesting));
  return {new_expr(ExprKind::kLiteral, span(node)), 1};
}

Builder::Built Builder::build(const Node& node) {
  switch (node.kind) {
    case NodeKind::kIf:
      return build_if(node);
    case NodeKind::kOr:
      return build_logic(node, ExprKind::kOr);
    case NodeKind::kAnd:
      return build_logic(node, ExprKind::kAnd);
    case NodeKind::kCompare:
      return build_compare(node);
    case NodeKind::kCoalesce:
      return build_chain(node, ExprKind::kCoalesce);
    case NodeKind::kAdditive:
    case NodeKind::kMultiplicative:
      return build_chain(node, ExprKind::kArithmetic);
    case NodeKind::kUnary:
      return build_unary(node);
    case NodeKind::kPostfix:
      return build_postfix(node);
    case NodeKind::kList:
      return build_list(node);
    case NodeKind::kCall:
    case NodeKind::kAggregate:
      return build_call(node);
    case NodeKind::kGroup:
      return build(node.children.front());
    case NodeKind::kNot:
    case NodeKind::kHas:
    case NodeKind::kMissing: {
      const ExprKind kind = node.kind == NodeKind::kNot   ? ExprKind::kNot
                            : node.kind == NodeKind::kHas ? ExprKind::kHas
                                                          : ExprKind::kMissing;
      Built inner = build(node.children.front());
      auto expr = new_expr(kind, span(node));
      expr->op_span = span(token(node.begin));
      expr->args.push_back(std::move(inner.expr));
      return above(std::move(expr), node, inner.depth);
    }
    case NodeKind::kQuantifier: {
      Built list = build(node.children[1]);
      Built body = build(node.children[2]);
      auto expr = new_expr(ExprKind::kQuantifier, span(node));
      expr->all = token(node.begin).word == Word::kAll;
      const ast::Name variable = name(node.children[0]);
      expr->name = variable.text;
      expr->op_span = variable.span;
      expr->args.push_back(std::move(list.expr));
      expr->args.push_back(std::move(body.expr));
      return above(std::move(expr), node, std::max(list.depth, body.depth));
    }
    case NodeKind::kNameUse: {
      auto expr = new_expr(ExprKind::kName, span(node));
      expr->name = spelling(token(node.begin));
      return {std::move(expr), 1};
    }
    default:
      return build_literal(node);
  }
}

Builder::Built Builder::build_literal(const Node& node) {
  const Token& t = token(node.begin);
  // Where a duration or a number may be a parameter, the grammar says "literal" for both.
  if (t.kind == TokenKind::kWord && t.word != Word::kTrue && t.word != Word::kFalse) {
    auto expr = new_expr(ExprKind::kName, span(node));
    expr->name = spelling(t);
    return {std::move(expr), 1};
  }
  auto expr = new_expr(ExprKind::kLiteral, span(node));
  const LiteralReader reader(files_, file_, mistakes_);
  expr->literal = reader.value(t);
  expr->name = with_plain_line_breaks(reader.spelling(t));
  return {std::move(expr), 1};
}

Builder::Built Builder::build_if(const Node& node) {
  auto expr = new_expr(ExprKind::kIf, span(node));
  expr->op_span = span(token(node.children[1].begin - 1));
  unsigned deepest = 0;
  for (const Node& child : node.children) {
    if (child.kind == NodeKind::kElseIf) {
      const Token& word = token(child.begin);
      mistakes_.add(make_diagnostic(DiagnosticId::kElseIf, span(word), spelling(word)));
      continue;
    }
    Built built = build(child);
    deepest = std::max(deepest, built.depth);
    expr->args.push_back(std::move(built.expr));
  }
  return above(std::move(expr), node, deepest);
}

Builder::Built Builder::build_logic(const Node& node, ast::ExprKind kind) {
  auto expr = new_expr(kind, span(node));
  expr->op_span = span(token(node.children[1].begin - 1));
  unsigned deepest = 0;
  for (const Node& child : node.children) {
    Built built = build(child);
    if (built.expr->kind == kind) {
      // `a and (b and c)` is `a and b and c`.
      for (ast::ExprPtr& arg : built.expr->args) expr->args.push_back(std::move(arg));
      deepest = std::max(deepest, built.depth - 1);
    } else {
      deepest = std::max(deepest, built.depth);
      expr->args.push_back(std::move(built.expr));
    }
  }
  return above(std::move(expr), node, deepest);
}

Builder::Built Builder::build_null_test(const Node& node, const Node& op, Built left) {
  // `x is not null` and `x != null`: has x.
  const bool negative = op.end - op.begin > 2 || token(op.begin).kind == TokenKind::kNotEqual;
  const Token& last = token(node.end - 1);
  Diagnostic d =
      make_diagnostic(DiagnosticId::kNoNull, {file_, token(op.begin).begin, last.end}, spelling(last));
  const std::string_view tested =
      std::string_view(files_[file_].text)
          .substr(left.expr->span.begin, left.expr->span.end - left.expr->span.begin);
  const std::string right = fmt::format("{} {}", negative ? "has" : "missing", tested);
  d.help = fmt::format("write `{}`", right);
  d.repair = Diagnostic::Repair{span(node), right};
  mistakes_.add(std::move(d));
  auto expr = new_expr(negative ? ExprKind::kHas : ExprKind::kMissing, span(node));
  expr->args.push_back(std::move(left.expr));
  return above(std::move(expr), node, left.depth);
}

Builder::Built Builder::build_compare(const Node& node) {
  Built left = build(node.children[0]);
  const Node& op = node.children[1];
  if (node.children.size() == 2) return build_null_test(node, op, std::move(left));
  const Node& right_node = node.children[2];

  std::uint32_t at = op.begin;
  auto expr = new_expr(ExprKind::kCompare, span(node));
  if (token(at).word == Word::kCased) {
    expr->cased = true;
    ++at;
  }
  const bool negative = token(at).word == Word::kNot;
  if (negative) ++at;
  const Token& sign = token(at);
  expr->compare = compare_op(sign);
  if (negative && expr->compare == CompareOp::kIn) expr->compare = CompareOp::kNotIn;
  expr->all = at + 1 < op.end && token(at + 1).word == Word::kAll;
  expr->op_span = {file_, token(op.begin).begin, token(op.end - 1).end};

  const bool equality = expr->compare == CompareOp::kEqual || expr->compare == CompareOp::kNotEqual;
  const Word right_word = right_node.kind == NodeKind::kNameUse ? token(right_node.begin).word : Word::kName;
  const std::string_view right_text = spelling(token(right_node.begin));
  if (equality && !expr->all && right_node.kind == NodeKind::kNameUse &&
      (right_word == Word::kNull || right_word == Word::kNil || right_text == "NULL" ||
       right_text == "None")) {
    return build_null_test(node, op, std::move(left));
  }
  if (sign.kind == TokenKind::kAssign) {
    Diagnostic d = make_diagnostic(DiagnosticId::kSingleEquals, span(sign));
    d.repair = Diagnostic::Repair{span(sign), "=="};
    mistakes_.add(std::move(d));
  } else if (sign.kind == TokenKind::kWord && !is_reserved(sign.word)) {
    const std::string_view meant = meant_operator(spelling(sign));
    Diagnostic d = make_diagnostic(DiagnosticId::kUnknownOperator, span(sign), spelling(sign), meant);
    d.repair = Diagnostic::Repair{span(sign), std::string(meant)};
    mistakes_.add(std::move(d));
    expr->compare = compare_op(meant);
  }
  Built right = build(right_node);
  const unsigned deepest = std::max(left.depth, right.depth);
  expr->args.push_back(std::move(left.expr));
  expr->args.push_back(std::move(right.expr));
  return above(std::move(expr), node, deepest);
}

Builder::Built Builder::build_chain(const Node& node, ast::ExprKind kind) {
  Built result = build(node.children[0]);
  for (std::size_t i = 1; i < node.children.size(); ++i) {
    const Node& child = node.children[i];
    const Token& sign = token(child.begin - 1);
    Built right = build(child);
    auto expr = new_expr(kind, {file_, token(node.begin).begin, token(child.end - 1).end});
    expr->op_span = span(sign);
    if (kind == ExprKind::kArithmetic) expr->op = arithmetic_sign(sign.kind);
    const unsigned deepest = std::max(result.depth, right.depth);
    expr->args.push_back(std::move(result.expr));
    expr->args.push_back(std::move(right.expr));
    result = above(std::move(expr), node, deepest);
    if (result.depth == 1) return result;  // Too long; said once.
  }
  return result;
}

Builder::Built Builder::build_unary(const Node& node) {
  const Node& inner = node.children.front();
  const bool minus = token(node.begin).kind == TokenKind::kMinus;
  const Token& first = token(inner.begin);
  if (minus && inner.kind == NodeKind::kLiteral && first.kind == TokenKind::kInt) {
    // The smallest number has no positive counterpart: it is a literal of its own.
    const LiteralReader reader(files_, file_, mistakes_);
    const ast::Literal value = reader.value(first, true);
    if (value == ast::Literal{std::numeric_limits<std::int64_t>::min()}) {
      auto expr = new_expr(ExprKind::kLiteral, span(node));
      expr->literal = value;
      expr->name = fmt::format("-{}", spelling(first));
      return {std::move(expr), 1};
    }
    auto literal = new_expr(ExprKind::kLiteral, span(inner));
    literal->literal = value;
    literal->name = spelling(first);
    auto expr = new_expr(ExprKind::kNegate, span(node));
    expr->op_span = span(token(node.begin));
    expr->args.push_back(std::move(literal));
    return {std::move(expr), 2};
  }
  Built built = build(inner);
  if (!minus) return built;
  auto expr = new_expr(ExprKind::kNegate, span(node));
  expr->op_span = span(token(node.begin));
  expr->args.push_back(std::move(built.expr));
  return above(std::move(expr), node, built.depth);
}

Builder::Built Builder::build_postfix(const Node& node) {
  Built result = build(node.children[0]);
  for (std::size_t i = 1; i < node.children.size(); ++i) {
    const Node& suffix = node.children[i];
    const Span whole{file_, token(node.begin).begin, token(suffix.end - 1).end};
    unsigned deepest = result.depth;
    ast::ExprPtr expr;
    if (suffix.kind == NodeKind::kMember) {
      const Token& member = token(suffix.end - 1);
      expr = new_expr(ExprKind::kMember, whole);
      expr->name = spelling(member);
      expr->op_span = span(member);
      expr->args.push_back(std::move(result.expr));
    } else if (suffix.kind == NodeKind::kStar) {
      expr = new_expr(ExprKind::kStar, whole);
      expr->op_span = span(suffix);
      expr->args.push_back(std::move(result.expr));
    } else {
      Built inner = build(suffix.children.front());
      deepest = std::max(deepest, inner.depth);
      expr = new_expr(ExprKind::kIndex, whole);
      expr->op_span = span(suffix);
      expr->args.push_back(std::move(result.expr));
      expr->args.push_back(std::move(inner.expr));
    }
    result = above(std::move(expr), node, deepest);
    if (result.depth == 1) return result;
  }
  return result;
}

Builder::Built Builder::build_list(const Node& node) {
  const Node* loop = node.find(NodeKind::kComprehension);
  auto expr = new_expr(loop == nullptr ? ExprKind::kList : ExprKind::kComprehension, span(node));
  unsigned deepest = 0;
  const auto add = [&](const Node& child) {
    Built built = build(child);
    deepest = std::max(deepest, built.depth);
    return std::move(built.expr);
  };
  for (const Node& child : node.children) {
    if (child.kind != NodeKind::kComprehension) expr->args.push_back(add(child));
  }
  if (loop != nullptr) {
    const ast::Name variable = name(loop->children[0]);
    expr->name = variable.text;
    expr->op_span = variable.span;
    expr->args.push_back(add(loop->children[1]));
    if (const Node* filter = loop->find(NodeKind::kFilter)) expr->where = add(filter->children.front());
  }
  return above(std::move(expr), node, deepest);
}

Builder::Built Builder::build_call(const Node& node) {
  auto expr = new_expr(node.kind == NodeKind::kCall ? ExprKind::kCall : ExprKind::kAggregate, span(node));
  const Token& callee = token(node.begin);
  expr->name = spelling(callee);
  expr->op_span = span(callee);
  unsigned deepest = 0;
  for (const Node& child : node.children) {
    const bool part = child.kind == NodeKind::kWhere || child.kind == NodeKind::kLast;
    Built built = build(part ? child.children.front() : child);
    deepest = std::max(deepest, built.depth);
    if (child.kind == NodeKind::kWhere) {
      expr->where = std::move(built.expr);
    } else if (child.kind == NodeKind::kLast) {
      expr->last = std::move(built.expr);
    } else {
      expr->args.push_back(std::move(built.expr));
    }
  }
  return above(std::move(expr), node, deepest);
}

}  // namespace shrike
