// Declarations other than rules, from the grammar's nodes: lists, tables, functions, settings, exceptions,
// classes, sources and tests. Read next: build_rule.cpp for rules and the shared parts.
#include <charconv>

#include "dsl/diagnostics.hpp"
#include "dsl/literals.hpp"
#include "dsl/syntax.hpp"

namespace shrike {

std::unique_ptr<ast::Declaration> Builder::declaration(const Node& node) {
  switch (node.kind) {
    case NodeKind::kRule:
      return std::make_unique<ast::Declaration>(rule(node));
    case NodeKind::kListDecl:
      return std::make_unique<ast::Declaration>(list_declaration(node));
    case NodeKind::kTable:
      return std::make_unique<ast::Declaration>(table(node));
    case NodeKind::kSettings:
      return std::make_unique<ast::Declaration>(settings(node));
    case NodeKind::kExcept:
      return std::make_unique<ast::Declaration>(except(node));
    case NodeKind::kDef:
      return std::make_unique<ast::Declaration>(def(node));
    case NodeKind::kClass:
      return std::make_unique<ast::Declaration>(event_class(node));
    case NodeKind::kSource:
      return std::make_unique<ast::Declaration>(source(node));
    case NodeKind::kUnwrap:
      return std::make_unique<ast::Declaration>(unwrap(node));
    case NodeKind::kTest:
      return std::make_unique<ast::Declaration>(test(node));
    default:
      return nullptr;
  }
}

void Builder::say_missing(const Node& node, std::string_view what, std::string_view needs) {
  if (mistakes_.any()) return;  // It may be there, behind a mistake.
  mistakes_.add(make_diagnostic(DiagnosticId::kMissingPart, name(node.children.front()).span, what, needs));
}

ast::ListDecl Builder::list_declaration(const Node& node) {
  ast::ListDecl result;
  result.doc = doc(node);
  result.span = span(node);
  result.name = name(node.children[0]);
  result.element = name(node.children[1]);
  if (const Node* tail = node.find(NodeKind::kTail)) {
    const Node& inner = tail->children.front();
    if (inner.kind == NodeKind::kText) {
      result.from = text(inner);
    } else {
      result.values = build(inner).expr;
    }
  }
  return result;
}

ast::TableDecl Builder::table(const Node& node) {
  ast::TableDecl result;
  result.doc = doc(node);
  result.span = span(node);
  result.name = name(node.children[0]);
  result.key = name(node.children[1]);
  result.value = name(node.children[2]);
  result.from = text(node.children[3]);
  return result;
}

ast::Assignment Builder::assignment(const Node& node) {
  ast::Assignment result;
  const Node& path = node.children[0];
  for (std::uint32_t i = path.begin; i < path.end; i += 2) result.path.push_back(name(token(i)));
  result.value = build(node.children[1]).expr;
  return result;
}

ast::Settings Builder::settings(const Node& node) {
  ast::Settings result;
  result.doc = doc(node);
  result.span = span(node);
  for (const Node& child : node.children) {
    if (child.kind == NodeKind::kText) result.tenant = text(child);
    if (child.kind == NodeKind::kAssignment) result.values.push_back(assignment(child));
    if (child.kind == NodeKind::kDisable) result.disabled.push_back(name(child.children.front()));
  }
  return result;
}

ast::Except Builder::except(const Node& node) {
  ast::Except result;
  result.doc = doc(node);
  result.span = span(node);
  result.rule = name(node.children[0]);
  result.title = text(node.children[1]).text;
  report_twice(node, {}, "one exception");
  for (std::size_t i = 2; i < node.children.size(); ++i) {
    const Node& child = node.children[i];
    switch (child.kind) {
      case NodeKind::kTenant:
        result.tenant = text(child.children.front());
        break;
      case NodeKind::kWhere:
        result.where = only(child);
        break;
      case NodeKind::kDrop:
        result.drop = true;
        result.drop_span = span(child);
        break;
      case NodeKind::kScore:
        result.score = only(child);
        break;
      case NodeKind::kOwner:
        result.owner = text(child.children.front());
        break;
      case NodeKind::kUntil:
        result.until = only(child);
        break;
      default:
        break;
    }
  }
  return result;
}

ast::Def Builder::def(const Node& node) {
  ast::Def result;
  result.doc = doc(node);
  result.span = span(node);
  result.name = name(node.children[0]);
  for (const Node& child : node.children) {
    if (child.kind == NodeKind::kParameter) {
      result.parameters.push_back({name(child.children[0]), type(child.children[1])});
    } else if (child.kind == NodeKind::kType) {
      result.result = type(child);
    }
  }
  result.body = only(node);
  return result;
}

ast::TypeExprPtr Builder::type(const Node& node) {
  auto result = std::make_unique<ast::TypeExpr>();
  result->span = span(node);
  result->name = spelling(token(node.begin));
  for (const Node& child : node.children) {
    if (child.kind == NodeKind::kType) result->element = type(child);
    if (child.kind == NodeKind::kField) result->fields.push_back(field(child));
  }
  return result;
}

ast::FieldDecl Builder::field(const Node& node) {
  ast::FieldDecl result;
  result.doc = doc(node);
  result.span = span(node);
  result.name = name(node.children[0]);
  result.type = type(node.children[1]);
  result.cased = node.find(NodeKind::kCased) != nullptr;
  if (const Node* ecs = node.find(NodeKind::kEcs)) result.ecs = text(ecs->children.front()).text;
  if (const Node* ocsf = node.find(NodeKind::kOcsf)) result.ocsf = text(ocsf->children.front()).text;
  if (const Node* value = node.find(NodeKind::kDefault)) result.default_value = only(*value);
  return result;
}

ast::Class Builder::event_class(const Node& node) {
  ast::Class result;
  result.doc = doc(node);
  result.span = span(node);
  result.name = name(node.children[0]);
  result.title = text(node.children[1]).text;
  for (std::size_t i = 2; i < node.children.size(); ++i) result.fields.push_back(field(node.children[i]));
  return result;
}

ast::Source Builder::source(const Node& node) {
  ast::Source result;
  result.doc = doc(node);
  result.span = span(node);
  result.name = name(node.children[0]);
  result.event_class = name(node.children[1]);
  report_twice(node, {NodeKind::kLet, NodeKind::kAssignment}, "one source");
  for (std::size_t i = 2; i < node.children.size(); ++i) {
    const Node& child = node.children[i];
    switch (child.kind) {
      case NodeKind::kOrder:
        result.order = only(child);
        break;
      case NodeKind::kLateness:
        result.lateness = only(child);
        break;
      case NodeKind::kAccept:
        result.accept = only(child);
        break;
      case NodeKind::kLet:
        result.lets.push_back(let(child));
        break;
      case NodeKind::kAssignment:
        result.fields.push_back(assignment(child));
        break;
      default:
        break;
    }
  }
  return result;
}

ast::Unwrap Builder::unwrap(const Node& node) {
  ast::Unwrap result;
  result.doc = doc(node);
  result.span = span(node);
  result.name = name(node.children[0]);
  report_twice(node, {}, "one unwrap");
  if (const Node* accept = node.find(NodeKind::kAccept)) result.accept = only(*accept);
  if (const Node* raw = node.find(NodeKind::kRaw)) result.raw = only(*raw);
  if (result.accept == nullptr) say_missing(node, "an unwrap", "`accept` and a condition");
  if (result.raw == nullptr) say_missing(node, "an unwrap", "`raw =` and the record inside");
  return result;
}

ast::Test Builder::test(const Node& node) {
  ast::Test result;
  result.doc = doc(node);
  result.span = span(node);
  result.rule = name(node.children[0]);
  for (std::size_t i = 1; i < node.children.size(); ++i) result.cases.push_back(test_case(node.children[i]));
  return result;
}

ast::Case Builder::test_case(const Node& node) {
  ast::Case result;
  result.span = span(node);
  result.title = text(node.children[0]);
  for (std::size_t i = 1; i < node.children.size(); ++i) result.steps.push_back(test_step(node.children[i]));
  return result;
}

std::vector<ast::RecordField> Builder::record(const Node& node) {
  std::vector<ast::RecordField> result;
  for (const Node& child : node.children) {
    const Node& path = child.children[0];
    ast::Name whole{{}, span(path)};
    for (std::uint32_t i = path.begin; i < path.end; ++i) whole.text += spelling(token(i));
    result.push_back({std::move(whole), build(child.children[1]).expr});
  }
  return result;
}

ast::TestStep Builder::test_step(const Node& node) {
  using StepKind = ast::TestStep::Kind;
  ast::TestStep result;
  result.span = span(node);
  switch (node.kind) {
    case NodeKind::kSet:
      result.kind = StepKind::kSet;
      result.set = assignment(node);
      break;
    case NodeKind::kGiven:
      result.kind = StepKind::kGiven;
      result.source = name(node.children.front());
      result.raw = LiteralReader(files_, file_, mistakes_).text(token(node.end - 1));
      break;
    case NodeKind::kExpectNone:
      result.kind = StepKind::kExpectNone;
      break;
    case NodeKind::kExpectAlert:
      result.kind = StepKind::kExpectAlert;
      break;
    case NodeKind::kExpectWithdrawn:
      result.kind = StepKind::kExpectWithdrawn;
      break;
    default:
      result.kind = StepKind::kAt;
      break;
  }
  if (node.kind == NodeKind::kSet || node.kind == NodeKind::kGiven) return result;
  for (const Node& child : node.children) {
    switch (child.kind) {
      case NodeKind::kMoment: {
        const LiteralReader reader(files_, file_, mistakes_);
        const Token& last = token(child.end - 1);
        auto literal = std::make_unique<ast::Expr>();
        literal->span = span(last);
        literal->literal = reader.value(last);
        literal->name = spelling(last);
        result.at = std::move(literal);
        if (child.end - child.begin > 1) {
          auto negated = std::make_unique<ast::Expr>();
          negated->kind = ast::ExprKind::kNegate;
          negated->span = span(child);
          negated->op_span = span(token(child.begin));
          negated->args.push_back(std::move(result.at));
          result.at = std::move(negated);
        }
        break;
      }
      case NodeKind::kClassRef:
        result.event = ast::ClassRef{child.end - child.begin > 1, name(child.children.front())};
        break;
      case NodeKind::kRecord:
        result.fields = record(child);
        break;
      case NodeKind::kTimes: {
        const ast::ExprPtr number = only(child);
        if (const auto* count = std::get_if<std::int64_t>(&number->literal)) result.times = *count;
        break;
      }
      default:
        break;
    }
  }
  return result;
}

}  // namespace shrike
