// The syntax tree of a rule file, free of parser types. parse.cpp builds it, check.cpp fills in types and
// references, codegen.cpp reads it, format.cpp prints it back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shrike/diagnostic.hpp"
#include "shrike/value.hpp"

namespace shrike::ast {

/// A name with its place.
struct Name {
  std::string text;
  Span span;
};

// ---- expressions

struct Cidr {
  IpAddress network;
  std::uint8_t bits = 0;  ///< on the 16-byte form: 10.0.0.0/8 has 104
  friend bool operator==(const Cidr&, const Cidr&) = default;
};
struct Time {
  std::int64_t nanoseconds = 0;
  friend bool operator==(const Time&, const Time&) = default;
};
struct Duration {
  std::int64_t nanoseconds = 0;
  friend bool operator==(const Duration&, const Duration&) = default;
};
struct Regex {
  std::string pattern;
  friend bool operator==(const Regex&, const Regex&) = default;
};  ///< r"…"

using Literal = std::variant<bool, std::int64_t, double, std::string, IpAddress, Cidr, Time, Duration, Regex>;

enum class ExprKind : std::uint8_t {
  kLiteral,        ///< literal; `name` is its spelling in the source
  kName,           ///< name
  kMember,         ///< args[0] . name
  kIndex,          ///< args[0] [ args[1] ]
  kStar,           ///< args[0] [*]
  kCall,           ///< name ( args… )
  kAggregate,      ///< name ( args… where `where` last `last` )
  kList,           ///< [ args… ]
  kComprehension,  ///< [ args[0] for `name` in args[1] if `where` ]
  kNegate,         ///< - args[0]
  kNot,            ///< not args[0]
  kArithmetic,     ///< args[0] op args[1], op one of + - * / %
  kCoalesce,       ///< args[0] ?? args[1]
  kCompare,        ///< args[0] op args[1], see `compare`
  kAnd,            ///< all args (two or more; a nested `and` is flattened)
  kOr,             ///< any of args (two or more; flattened)
  kIf,             ///< args[0] if args[1] else args[2] (args[2] optional)
  kHas,            ///< has args[0]
  kMissing,        ///< missing args[0]
  kQuantifier,     ///< any|all `name` in args[0]: args[1]; `all` tells which
};

enum class CompareOp : std::uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kNotIn,
  kContains,
  kStarts,
  kEnds,
  kLike,
  kMatches,
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// What a name or member chain turned out to be; filled by the checker.
enum class RefKind : std::uint8_t {
  kNone,
  kField,     ///< an event's field; index into Model::fields
  kLocal,     ///< variable of a quantifier or comprehension, or parameter of a `def`; found by name
  kLet,       ///< `let` of the enclosing rule or source; index into its lets
  kParam,     ///< index into Model::params (all rules' parameters)
  kList,      ///< index into Model::lists
  kTable,     ///< index into Model::tables
  kRaw,       ///< the record, in a source or unwrap
  kClass,     ///< `class`: the name of the event's class
  kThis,      ///< `this` in an aggregate
  kStep,      ///< a step of the rule; index into its steps
  kKey,       ///< a key of the rule's `each`; index into its keys
  kAlert,     ///< `rule`, `severity`, `score` of an alert event
  kFunction,  ///< a built-in; index into functions()
  kDef,       ///< a `def`; index into Model::defs
};

struct Ref {
  RefKind kind = RefKind::kNone;
  std::uint32_t index = 0;
  friend bool operator==(const Ref&, const Ref&) = default;
};

struct Expr {
  ExprKind kind = ExprKind::kLiteral;
  Span span;
  Span op_span;             ///< of the operator, or of the name of a member or call
  std::string name;         ///< see ExprKind
  Literal literal = false;  ///< kLiteral
  char op = 0;              ///< kArithmetic
  CompareOp compare = CompareOp::kEqual;
  bool cased = false;  ///< kCompare: `cased` before the operator
  bool all = false;    ///< kCompare: `all` before a list on the right; kQuantifier: `all`, not `any`
  std::vector<ExprPtr> args;
  ExprPtr where;  ///< kAggregate, kComprehension (its `if`)
  ExprPtr last;   ///< kAggregate: duration literal or name

  // Filled by the checker.
  Type type;
  Ref ref;  ///< kName, kMember (when the whole chain is one thing), kCall, kAggregate
};

/// Deep copy without annotations lost.
ExprPtr clone(const Expr& expr);
/// Equality of syntax: kinds, names, literals, children; spans, spellings of literals and annotations left
/// out.
bool same(const Expr& a, const Expr& b);
/// The same for two expressions that may be null.
bool same(const ExprPtr& a, const ExprPtr& b);

/// `say` text: literal pieces and expressions in turn; pieces.size() == exprs.size() + 1.
struct Template {
  Span span;
  std::vector<std::string> pieces;  ///< escapes resolved, `{{` is `{`
  std::vector<ExprPtr> exprs;
};

/// `name = expr` where the name may be left out (keys, show).
struct NamedExpr {
  std::optional<Name> name;
  ExprPtr expr;
};

// ---- types as written

struct TypeExpr;
using TypeExprPtr = std::unique_ptr<TypeExpr>;

struct FieldDecl {
  std::string doc;
  Span span;
  Name name;
  TypeExprPtr type;
  bool cased = false;
  std::optional<std::string> ecs, ocsf;
  ExprPtr default_value;  ///< may be null
};

struct TypeExpr {
  Span span;
  std::string name;               ///< "string", "list", "map", "record", …
  TypeExprPtr element;            ///< of list and map
  std::vector<FieldDecl> fields;  ///< of record
};

// ---- rules

struct ClassRef {
  bool alert = false;  ///< `alert r1`: `name` is a rule
  /// Without text: a mistake stands where the next class might.
  Name name;
};

struct Attack {
  std::string id;
  Span span;
};
struct Text {
  std::string text;
  Span span;
};  ///< a string literal, escapes resolved

struct Param {
  std::string doc;
  Name name;
  TypeExprPtr type;
  ExprPtr value;
  std::uint32_t index = 0;  ///< into Model::params
};

struct Let {
  Name name;
  ExprPtr value;
};

/// One step of `sequence` or `together`.
struct Step {
  Span span;
  bool absent = false;  ///< `not NAME: …`
  Name name;
  std::vector<ClassRef> classes;
  std::vector<ExprPtr> by;
  ExprPtr where;
  ExprPtr times;     ///< int literal or parameter name
  ExprPtr times_in;  ///< duration
  ExprPtr within;    ///< duration
};

enum class StepOrder : std::uint8_t { kNone, kSequence, kTogether };

struct Rule {
  std::string doc;  ///< text of the `///` lines, Markdown
  Name name;
  std::string title;
  Span span;
  std::optional<Name> severity;
  std::vector<Attack> attack;
  std::vector<Text> tags, refs, known_false;
  std::vector<Param> params;
  std::vector<Let> lets;
  std::vector<ClassRef> on;
  ExprPtr where;
  std::vector<NamedExpr> each;
  ExprPtr within;  ///< duration literal or parameter name
  ExprPtr when;
  StepOrder order = StepOrder::kNone;
  Span steps_span;
  std::vector<Step> steps;
  std::vector<ExprPtr> score;
  std::optional<Template> say;
  std::vector<NamedExpr> show;
  ExprPtr quiet;  ///< duration; null when there is no `quiet`
  std::vector<ExprPtr> quiet_by;
  std::vector<ExprPtr> respond;
  /// Clause words in the order written, with their places: for the clause-order check and for carets.
  std::vector<Name> clauses;
};

// ---- other declarations

struct ListDecl {
  std::string doc;
  Span span;
  Name name;
  Name element;  ///< type name
  ExprPtr
      values;  ///< list literal (may hold names of other lists to include); null when empty or from a file
  std::optional<Text> from;
};

struct TableDecl {
  std::string doc;
  Span span;
  Name name;
  Name key, value;  ///< type names
  Text from;
};

struct Assignment {  ///< PATH = EXPR in settings, sources and `set`
  std::vector<Name> path;
  ExprPtr value;
};

struct Settings {
  std::string doc;
  std::optional<Text> tenant;
  Span span;
  std::vector<Assignment> values;
  std::vector<Name> disabled;
};

struct Except {
  std::string doc;
  Name rule;
  std::string title;
  Span span;
  std::optional<Text> tenant;
  ExprPtr where;  ///< null: always
  bool drop = false;
  Span drop_span;
  ExprPtr score;
  std::optional<Text> owner;
  ExprPtr until;  ///< a date literal
};

struct Def {
  std::string doc;
  Name name;
  Span span;
  struct Parameter {
    Name name;
    TypeExprPtr type;
  };
  std::vector<Parameter> parameters;
  TypeExprPtr result;
  ExprPtr body;
};

struct Class {
  std::string doc;
  Name name;
  std::string title;
  Span span;
  std::vector<FieldDecl> fields;
};

struct Source {
  std::string doc;
  Name name;
  Name event_class;
  Span span;
  ExprPtr order;     ///< int literal; may be null
  ExprPtr lateness;  ///< duration; may be null
  ExprPtr accept;
  std::vector<Let> lets;
  std::vector<Assignment> fields;
};

struct Unwrap {
  std::string doc;
  Name name;
  Span span;
  ExprPtr accept;
  ExprPtr raw;
};

// ---- tests

struct RecordField {
  Name name;
  ExprPtr value;
};  ///< a dotted name is written `device.managed: true`
struct TestStep {
  enum class Kind : std::uint8_t { kSet, kAt, kGiven, kExpectNone, kExpectAlert, kExpectWithdrawn };
  Kind kind = Kind::kSet;
  Span span;
  Assignment set;                   ///< kSet
  ExprPtr at;                       ///< kAt, kExpect…: duration (may be negative) or time; null when left out
  std::optional<ClassRef> event;    ///< kAt: null when only the clock moves
  std::vector<RecordField> fields;  ///< kAt, kExpectAlert, kExpectWithdrawn
  std::optional<std::int64_t> times;  ///< kAt
  Name source;                        ///< kGiven
  std::string raw;                    ///< kGiven: the text between """ """
};

struct Case {
  Text title;
  Span span;
  std::vector<TestStep> steps;
};

struct Test {
  std::string doc;
  Name rule;
  Span span;
  std::vector<Case> cases;
};

using Declaration =
    std::variant<ListDecl, TableDecl, Settings, Except, Def, Class, Source, Unwrap, Rule, Test>;

/// A comment that is no `///` documentation; format.cpp puts it back where it stood.
struct Comment {
  std::string text;  ///< without `//`, trimmed at the end
  Span span;
  bool own_line = true;  ///< nothing but blanks before it on its line
};

/// Text that was passed over after a mistake.
struct Unread {
  Span span;
  bool is_unknown = false;           ///< begins with a word that means nothing there, so it may be any clause
  bool goes_on = false;              ///< stands where what comes before it might go on
  std::vector<std::string> names{};  ///< what it may declare
};

struct File {
  std::uint32_t index = 0;                                 ///< into SourceFiles
  std::vector<std::unique_ptr<Declaration>> declarations;  ///< addresses are stable; the model points to them
  std::vector<Comment> comments;
  std::vector<Unread> unread;
  bool has_end = true;  ///< false: not read to its end, so nothing is known of what else it declares
};

/// Equality of syntax of whole files: what is declared, in which order, with which documentation. Spans,
/// comments, the order of clauses and annotations are left out.
bool same(const File& a, const File& b);

}  // namespace shrike::ast
