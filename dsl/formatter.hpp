// The inside of the formatter: describes a file, part by part, as pieces of a Layout, and puts comments back
// where they stood. format_*.cpp define the members by topic; format.hpp is what others use. Read next:
// layout.hpp for the pieces.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "dsl/ast.hpp"
#include "dsl/layout.hpp"

namespace shrike {

/// What a literal looks like when it has no spelling of its own; texts always.
std::string quoted(std::string_view text);
std::string literal_text(const ast::Literal& literal);
/// A comparison as it is written: "==", "not in", "starts".
std::string_view spelling_of(ast::CompareOp op);

/// Where the `=` of lines line up: per run of lines, by the longest name, those longer than a bound left out.
class NameColumns {
 public:
  void add(std::string_view name, bool new_run);
  /// The width for the name that was added as number `i`.
  std::size_t width(std::size_t i) const { return widths_[runs_[i]]; }

 private:
  std::vector<std::size_t> widths_;
  std::vector<std::size_t> runs_;
};

class Formatter {
 public:
  using Piece = Layout::Piece;
  static constexpr std::size_t kColumns = 100;

  /// `source` is the text the file was parsed from; empty when there is none.
  Formatter(const ast::File* file, std::string_view source) : file_(file), source_(source) {}

  std::string file();
  /// One expression on one line.
  std::string expression(const ast::Expr& expr);

 private:
  /// How tightly an expression must bind to stand without parentheses.
  enum Level : unsigned {
    kAnyLevel,
    kOrLevel,
    kAndLevel,
    kNotLevel,
    kCoalesceLevel,
    kAddLevel,
    kMultiplyLevel,
    kUnaryLevel,
    kPostfixLevel,
  };

  // format_expression.cpp
  Piece expr(const ast::Expr& expr, unsigned level = kAnyLevel);
  Piece bare(const ast::Expr& expr);
  /// `a and b`: operands on lines of their own where they do not fit, `indents` further in for `and` and
  /// `or`.
  Piece logic(const ast::Expr& expr, std::size_t and_indent = 2, std::size_t or_indent = 2);
  Piece chain(const ast::Expr& expr);
  Piece conditional(const ast::Expr& expr);
  Piece comparison(const ast::Expr& expr);
  Piece call(const ast::Expr& expr);
  Piece list(const ast::Expr& expr);
  Piece comprehension(const ast::Expr& expr);
  /// A condition behind the word of a clause.
  Piece condition(const ast::Expr& expr, std::size_t and_indent, std::size_t or_indent);
  /// Items between brackets, as many on a line as fit, with their comments.
  struct Items {
    std::size_t count;
    std::function<std::uint32_t(std::size_t)> begin;  ///< where an item stands in the source
    std::function<Piece(std::size_t)> build;
  };
  Piece bracketed(std::string_view open, std::string_view close, const Items& items, std::uint32_t end,
                  bool padded);
  std::string say_text(const ast::Template& text);

  // format_rule.cpp
  /// Where the parts of the rule that may repeat stand, and how far clause words are padded.
  struct RuleColumns {
    std::size_t header = 0;  ///< severity, attack, tags, refs, param
    std::size_t output = 0;  ///< score, say, show, quiet, respond
    NameColumns lets;
  };
  void rule(const ast::Rule& rule);
  void rule_clause(const ast::Rule& rule, std::string_view word, std::size_t number,
                   const RuleColumns& columns, std::uint32_t limit);
  void steps(const ast::Rule& rule, std::string_view word, std::uint32_t limit);
  Piece step(const ast::Step& step, std::size_t name_width);
  /// A clause word and what follows it, further lines under its beginning.
  Piece hanging(std::string_view word, std::size_t width, Piece rest);
  Piece filled(std::vector<Piece> items);
  Piece class_list(const std::vector<ast::ClassRef>& classes);
  Piece expr_list(const std::vector<ast::ExprPtr>& exprs);
  /// Amounts: those that are added show a `+`.
  Piece amounts(const std::vector<ast::ExprPtr>& exprs);
  Piece named_list(const std::vector<ast::NamedExpr>& exprs);
  Piece text_list(const std::vector<ast::Text>& texts);

  // format_declarations.cpp
  void declaration(const ast::Declaration& declaration);
  void list_declaration(const ast::ListDecl& list);
  void table(const ast::TableDecl& table);
  void settings(const ast::Settings& settings);
  void except(const ast::Except& except);
  void def(const ast::Def& def);
  void source(const ast::Source& source);
  void unwrap(const ast::Unwrap& unwrap);
  std::string path_text(const std::vector<ast::Name>& path);

  // format_class.cpp
  struct FieldColumns {
    std::size_t first = 0;   ///< of what follows the type
    std::size_t second = 0;  ///< of what follows that
  };
  void event_class(const ast::Class& event_class);
  void fields(const std::vector<ast::FieldDecl>& fields, const FieldColumns& columns, std::uint32_t end);
  Piece field(const ast::FieldDecl& field, const FieldColumns& columns);
  std::string type_text(const ast::TypeExpr& type);

  // format_test.cpp
  void test(const ast::Test& test);
  void test_case(const ast::Case& test_case, std::uint32_t limit);
  Piece test_step(const ast::TestStep& step, std::size_t moment_width, std::size_t event_width);
  Piece record(const ast::TestStep& step);

  // format.cpp: lines, comments, blank lines
  Piece text(std::string_view t) { return layout_.text(std::string(t)); }
  Piece concat(std::vector<Piece> pieces) { return layout_.concat(std::move(pieces)); }
  std::string flat(Piece piece);
  /// Begins a line of a body: the comments that stand before it, a blank line where the source has one.
  void begin_item(std::uint32_t begin, const std::string& doc = {});
  /// Puts down a line; comments up to `limit` that share its line in the source follow it.
  void item(Piece piece, std::uint32_t limit);
  /// The line that ends with `{`; `limit` is where the first item of the body begins.
  void open_body(Piece header, std::uint32_t limit);
  /// What is left of the comments before `end`, then `}`.
  void close_body(std::uint32_t end, std::uint32_t limit);
  void doc_lines(const std::string& doc);
  void put_line(std::string line);
  /// Own-line comments before `begin` as pieces that end with a line break each.
  void leading_comments(std::uint32_t begin, std::vector<Piece>& out);
  /// The comment on the same line, if the next one is such and stands before `limit`.
  std::optional<std::string> trailing_comment(std::uint32_t limit);
  bool comment_before(std::uint32_t offset) const {
    return file_ != nullptr && next_comment_ < file_->comments.size() &&
           file_->comments[next_comment_].span.begin < offset;
  }
  bool blank_line_before(std::uint32_t offset) const;
  /// Where the word of a clause stands whose value begins at `begin`: the syntax tree keeps values only.
  std::uint32_t word_before(std::string_view word, std::uint32_t begin) const;
  bool run_breaks_before(std::uint32_t begin) const { return run_breaks_.contains(begin); }
  std::uint32_t with_doc(std::uint32_t begin, const std::string& doc) const;

  const ast::File* file_;
  std::string_view source_;
  Layout layout_;
  std::size_t next_comment_ = 0;
  std::uint32_t limit_ = 0;  ///< where the next declaration begins
  std::string out_;
  std::unordered_set<std::uint32_t>
      run_breaks_;  ///< items of a declaration with a blank line or comment before them
  std::size_t indent_ = 0;
  bool first_in_body_ = true;
};

std::string padded(std::string_view text, std::size_t width);

}  // namespace shrike
