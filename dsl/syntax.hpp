// The plain tree that the grammar makes of tokens, and what turns it into the syntax tree of ast.hpp.
// parse.cpp fills it, build_*.cpp read it; nothing else uses it. Holds no parser types.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/ast.hpp"
#include "dsl/tokens.hpp"

namespace shrike {

enum class NodeKind : std::uint8_t {
  kNone,
  // Expressions. The chains hold their operands; the operator is the token before an operand.
  kIf,  ///< value, condition, perhaps the other value
  kOr,
  kAnd,
  kNot,
  kQuantifier,  ///< name, list, body
  kCompare,     ///< left, kOperator, right
  kOperator,    ///< tokens of a comparison: `cased`, `not`, the operator, `all`
  kHas,
  kMissing,
  kCoalesce,
  kAdditive,
  kMultiplicative,
  kUnary,
  kPostfix,  ///< operand, then kMember, kIndex, kStar
  kMember,
  kIndex,
  kStar,
  kLiteral,
  kList,
  kComprehension,  ///< follows the first element of a kList: name, list, perhaps kFilter
  kFilter,
  kCall,
  kAggregate,  ///< arguments, perhaps kWhere, kLast
  kNameUse,
  kGroup,   ///< ( … )
  kElseIf,  ///< a habit
  // Parts
  kName,
  kText,
  kPath,
  kNamed,  ///< name = expression
  kType,   ///< name, then element type or fields
  kField,
  kCased,
  kEcs,
  kOcsf,
  kDefault,
  kClassRef,
  kAttackId,
  kBy,
  kWhere,
  kLast,
  kWithin,
  kTimes,
  kTimesIn,
  kRecord,
  kRecordField,
  kMoment,  ///< of a test
  kTail,    ///< of `list`: values or file
  // Clauses; each begins with its word
  kSeverity,
  kAttack,
  kTags,
  kRefs,
  kKnownFalse,
  kParam,
  kLet,
  kOn,
  kEach,
  kWhen,
  kSequence,
  kTogether,
  kStep,
  kScore,
  kSay,
  kShow,
  kQuiet,
  kRespond,
  kAssignment,
  kDisable,
  kTenant,
  kDrop,
  kOwner,
  kUntil,
  kOrder,
  kLateness,
  kAccept,
  kRaw,
  kSet,
  kAt,
  kGiven,
  kExpectNone,
  kExpectAlert,
  kExpectWithdrawn,
  kCase,
  kParameter,
  // Declarations
  kRule,
  kListDecl,
  kTable,
  kSettings,
  kExcept,
  kDef,
  kClass,
  kSource,
  kUnwrap,
  kTest,
};

/// Tokens [begin, end) of a stream.
struct Node {
  NodeKind kind = NodeKind::kNone;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::vector<Node> children{};
  bool is_cut = false;  ///< a mistake follows on its last child

  const Node* find(NodeKind wanted) const {
    for (const Node& child : children) {
      if (child.kind == wanted) return &child;
    }
    return nullptr;
  }
};

/// Turns nodes into the syntax tree. Reports what the grammar cannot see: values of literals, repeated
/// clauses, habits.
class Builder {
 public:
  Builder(const SourceFiles& files, std::uint32_t file, const TokenStream& stream, Mistakes& mistakes)
      : files_(files), file_(file), stream_(stream), mistakes_(mistakes) {}

  /// A declaration; null when too little of it could be read.
  std::unique_ptr<ast::Declaration> declaration(const Node& node);
  /// Never null; what is wrong is replaced by something harmless.
  ast::ExprPtr expression(const Node& node);

  /// The `///` lines that no declaration took, as comments.
  std::vector<ast::Comment> unused_docs() const;

 private:
  struct Built {
    ast::ExprPtr expr;
    unsigned depth = 1;
  };

  // build_expression.cpp
  Built build(const Node& node);
  Built build_if(const Node& node);
  Built build_logic(const Node& node, ast::ExprKind kind);
  Built build_compare(const Node& node);
  Built build_null_test(const Node& node, const Node& op, Built left);
  Built build_chain(const Node& node, ast::ExprKind kind);
  Built build_unary(const Node& node);
  Built build_postfix(const Node& node);
  Built build_list(const Node& node);
  Built build_call(const Node& node);
  Built build_literal(const Node& node);
  /// Puts an expression above its operands. Reports one that stands too deep and replaces it.
  Built above(ast::ExprPtr expr, const Node& node, unsigned deepest);

  // build_rule.cpp
  ast::Rule rule(const Node& node);
  void rule_clause(ast::Rule& rule, const Node& node);
  ast::Step step(const Node& node);
  std::vector<ast::ClassRef> classes(const Node& node);
  std::vector<ast::NamedExpr> named_list(const Node& node);
  std::vector<ast::ExprPtr> expressions(const Node& node);
  std::optional<ast::Template> say(const Node& node);
  ast::Param param(const Node& node);
  ast::Let let(const Node& node);

  // build_declarations.cpp
  ast::ListDecl list_declaration(const Node& node);
  ast::TableDecl table(const Node& node);
  ast::Settings settings(const Node& node);
  ast::Except except(const Node& node);
  ast::Def def(const Node& node);
  ast::Class event_class(const Node& node);
  ast::Source source(const Node& node);
  ast::Unwrap unwrap(const Node& node);
  ast::Test test(const Node& node);
  ast::Case test_case(const Node& node);
  ast::TestStep test_step(const Node& node);
  ast::Assignment assignment(const Node& node);
  ast::FieldDecl field(const Node& node);
  ast::TypeExprPtr type(const Node& node);
  std::vector<ast::RecordField> record(const Node& node);

  // parts
  const Token& token(std::uint32_t index) const { return stream_.tokens[index]; }
  std::string_view spelling(const Token& t) const {
    return std::string_view(files_[file_].text).substr(t.begin, t.end - t.begin);
  }
  Span span(const Token& t) const { return {file_, t.begin, t.end}; }
  Span span(const Node& node) const;
  ast::Name name(const Token& t) const { return {std::string(spelling(t)), span(t)}; }
  ast::Name name(const Node& node) const { return name(token(node.begin)); }
  ast::Text text(const Node& node);
  std::vector<ast::Text> texts(const Node& node);
  /// The `///` lines before a node; they are then no longer comments.
  std::string doc(const Node& node);
  /// The expression under a clause of one.
  ast::ExprPtr only(const Node& node) { return build(node.children.back()).expr; }
  /// Reports a part that a declaration cannot do without, unless something else is wrong already.
  void say_missing(const Node& node, std::string_view what, std::string_view needs);
  /// Reports clauses of a kind that stand twice; `where` is "one rule".
  void report_twice(const Node& node, std::initializer_list<NodeKind> allowed, std::string_view where);

  const SourceFiles& files_;
  std::uint32_t file_;
  const TokenStream& stream_;
  Mistakes& mistakes_;
  std::vector<bool> doc_used_;
};

/// Parses the expression in bytes [begin, end) of a `say` text. Defined in parse.cpp. Null after a mistake.
ast::ExprPtr parse_template_expression(const SourceFiles& files, std::uint32_t file, std::uint32_t begin,
                                       std::uint32_t end, Mistakes& mistakes);

}  // namespace shrike
