// Rules of the syntax tree, from the grammar's nodes: clauses, steps, `say` texts.
// Read next: build_expression.cpp for expressions, build_declarations.cpp for everything else.
#include <algorithm>

#include "dsl/diagnostics.hpp"
#include "dsl/literals.hpp"
#include "dsl/syntax.hpp"

namespace shrike {

Span Builder::span(const Node& node) const {
  const Token& first = token(node.begin);
  const Token& last = token(node.end > node.begin ? node.end - 1 : node.begin);
  return {file_, first.begin, last.end};
}

ast::Text Builder::text(const Node& node) {
  const Token& t = token(node.begin);
  return {LiteralReader(files_, file_, mistakes_).text(t), span(t)};
}

std::vector<ast::Text> Builder::texts(const Node& node) {
  std::vector<ast::Text> result;
  for (const Node& child : node.children) result.push_back(text(child));
  return result;
}

std::string Builder::doc(const Node& node) {
  const Token& first = token(node.begin);
  std::string result;
  for (std::uint32_t i = first.doc_begin; i < first.doc_end; ++i) {
    std::string_view line = stream_.docs[i].text;
    line.remove_prefix(1);  // The third slash.
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (i > first.doc_begin) result += '\n';
    result += line;
  }
  doc_used_.resize(stream_.docs.size());
  std::fill(doc_used_.begin() + first.doc_begin, doc_used_.begin() + first.doc_end, true);
  return result;
}

std::vector<ast::Comment> Builder::unused_docs() const {
  std::vector<ast::Comment> result;
  for (std::size_t i = 0; i < stream_.docs.size(); ++i) {
    if (i < doc_used_.size() && doc_used_[i]) continue;
    result.push_back(stream_.docs[i]);
    result.back().text.erase(0, 1);  // The third slash.
  }
  return result;
}

void Builder::report_twice(const Node& node, std::initializer_list<NodeKind> allowed,
                           std::string_view where) {
  std::vector<const Node*> first(static_cast<std::size_t>(NodeKind::kTest) + 1);
  for (const Node& child : node.children) {
    if (child.kind == NodeKind::kName || child.kind == NodeKind::kText) continue;
    if (std::find(allowed.begin(), allowed.end(), child.kind) != allowed.end()) continue;
    const Node*& seen = first[static_cast<std::size_t>(child.kind)];
    if (seen == nullptr) {
      seen = &child;
      continue;
    }
    Diagnostic d = make_diagnostic(DiagnosticId::kClauseTwice, span(token(child.begin)),
                                   spelling(token(child.begin)), where);
    d.second = Diagnostic::Note{span(token(seen->begin)), "first here"};
    mistakes_.add(std::move(d));
  }
}

ast::Rule Builder::rule(const Node& node) {
  ast::Rule rule;
  rule.doc = doc(node);
  rule.span = span(node);
  rule.name = name(node.children[0]);
  rule.title = text(node.children[1]).text;
  report_twice(node, {NodeKind::kParam, NodeKind::kLet}, "one rule");
  for (std::size_t i = 2; i < node.children.size(); ++i) rule_clause(rule, node.children[i]);
  return rule;
}

void Builder::rule_clause(ast::Rule& rule, const Node& node) {
  rule.clauses.push_back(name(token(node.begin)));
  switch (node.kind) {
    case NodeKind::kSeverity:
      rule.severity = name(node.children[0]);
      break;
    case NodeKind::kAttack:
      for (const Node& id : node.children) {
        rule.attack.push_back({std::string(spelling(token(id.begin))), span(id)});
      }
      break;
    case NodeKind::kTags:
      rule.tags = texts(node);
      break;
    case NodeKind::kRefs:
      rule.refs = texts(node);
      break;
    case NodeKind::kKnownFalse:
      rule.known_false = texts(node);
      break;
    case NodeKind::kParam:
      rule.params.push_back(param(node));
      break;
    case NodeKind::kLet:
      rule.lets.push_back(let(node));
      break;
    case NodeKind::kOn:
      rule.on = classes(node);
      if (const Node* where = node.find(NodeKind::kWhere)) rule.where = only(*where);
      break;
    case NodeKind::kEach:
      rule.each = named_list(node);
      if (node.is_cut) rule.each.emplace_back();  // Another key may have followed.
      if (const Node* within = node.find(NodeKind::kWithin)) rule.within = only(*within);
      break;
    case NodeKind::kWhen:
      rule.when = only(node);
      break;
    case NodeKind::kSequence:
    case NodeKind::kTogether:
      rule.order = node.kind == NodeKind::kSequence ? ast::StepOrder::kSequence : ast::StepOrder::kTogether;
      rule.steps_span = span(node);
      rule.steps.clear();
      for (const Node& child : node.children) rule.steps.push_back(step(child));
      break;
    case NodeKind::kScore:
      rule.score = expressions(node);
      break;
    case NodeKind::kSay:
      rule.say = say(node);
      break;
    case NodeKind::kShow:
      rule.show = named_list(node);
      break;
    case NodeKind::kQuiet:
      rule.quiet = build(node.children[0]).expr;
      if (const Node* by = node.find(NodeKind::kBy)) rule.quiet_by = expressions(*by);
      break;
    case NodeKind::kRespond:
      rule.respond = expressions(node);
      break;
    default:
      break;
  }
}

ast::Param Builder::param(const Node& node) {
  ast::Param result;
  result.doc = doc(node);
  result.name = name(node.children[0]);
  result.type = type(node.children[1]);
  result.value = build(node.children[2]).expr;
  return result;
}

ast::Let Builder::let(const Node& node) {
  // One that a mistake cuts short means something else: nothing is said of what it would mean.
  return {name(node.children[0]), node.is_cut ? nullptr : only(node)};
}

std::vector<ast::ClassRef> Builder::classes(const Node& node) {
  std::vector<ast::ClassRef> result;
  for (const Node& child : node.children) {
    if (child.kind == NodeKind::kClassRef) {
      result.push_back({child.end - child.begin > 1, name(child.children.front())});
    }
  }
  if (node.is_cut && node.find(NodeKind::kWhere) == nullptr) result.push_back({false, {{}, span(node)}});
  return result;
}

std::vector<ast::NamedExpr> Builder::named_list(const Node& node) {
  std::vector<ast::NamedExpr> result;
  for (const Node& child : node.children) {
    if (child.kind == NodeKind::kWithin) continue;
    if (child.kind == NodeKind::kNamed) {
      result.push_back({name(child.children[0]), build(child.children[1]).expr});
    } else {
      result.push_back({std::nullopt, build(child).expr});
    }
  }
  return result;
}

std::vector<ast::ExprPtr> Builder::expressions(const Node& node) {
  std::vector<ast::ExprPtr> result;
  for (const Node& child : node.children) result.push_back(build(child).expr);
  return result;
}

ast::Step Builder::step(const Node& node) {
  ast::Step result;
  result.span = span(node);
  result.absent = token(node.begin).word == Word::kNot;
  result.name = name(node.children[0]);
  result.classes = classes(node);
  if (const Node* by = node.find(NodeKind::kBy)) result.by = expressions(*by);
  if (const Node* where = node.find(NodeKind::kWhere)) result.where = only(*where);
  if (const Node* times = node.find(NodeKind::kTimes)) {
    result.times = build(times->children[0]).expr;
    if (const Node* in = times->find(NodeKind::kTimesIn)) result.times_in = only(*in);
  }
  if (const Node* within = node.find(NodeKind::kWithin)) result.within = only(*within);
  return result;
}

std::optional<ast::Template> Builder::say(const Node& node) {
  const Token& t = token(node.begin + 1);
  if (t.reported) return std::nullopt;
  const std::string& source = files_[file_].text;
  const Quotes quotes = quotes_of(spelling(t));
  const std::uint32_t end = t.end - quotes.behind;
  const LiteralReader reader(files_, file_, mistakes_);

  ast::Template result;
  result.span = span(t);
  std::string piece;
  bool good = true;
  std::uint32_t from = t.begin + quotes.before;
  const auto take = [&](std::uint32_t to) {
    if (quotes.raw) {
      piece += with_plain_line_breaks(std::string_view(source).substr(from, to - from));
    } else {
      reader.unescape(from, to, piece);
    }
    from = to;
  };
  for (std::uint32_t at = from; at < end;) {
    if (!quotes.raw && source[at] == '\\') {
      at += 2;
    } else if (source[at] != '{') {
      ++at;
    } else if (source[at + 1] == '{') {
      take(++at);
      from = ++at;
    } else {
      take(at);
      const char* const after = end_of_template_expression(source.data() + at + 1, source.data() + end);
      if (after == nullptr) return std::nullopt;  // The tokenizer has said so.
      const auto next = static_cast<std::uint32_t>(after - source.data());
      const std::string_view inside = std::string_view(source).substr(at + 1, next - at - 2);
      if (inside.find_first_not_of(" \t") == std::string_view::npos) {
        mistakes_.add(make_diagnostic(DiagnosticId::kEmptyTemplate, {file_, at, next}));
        good = false;
      } else if (ast::ExprPtr expr = parse_template_expression(files_, file_, at + 1, next - 1, mistakes_)) {
        result.pieces.push_back(std::move(piece));
        piece.clear();
        result.exprs.push_back(std::move(expr));
      } else {
        good = false;
      }
      from = at = next;
    }
  }
  take(end);
  result.pieces.push_back(std::move(piece));
  return good ? std::optional(std::move(result)) : std::nullopt;
}

}  // namespace shrike
