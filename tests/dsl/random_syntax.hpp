// Random syntax trees of the whole language, for tests that print and read them back. The same seed gives the
// same tree. Trees hold no spans and no spellings; they are such as a parser can give: chains of `and` are
// flat, names are not reserved.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "dsl/ast.hpp"

namespace shrike::tests {

class RandomSyntax {
 public:
  /// `clause_words`: names may be words that begin clauses, `score` or `when`. At the beginning of a line,
  /// with an expression behind it on that line, such a word is read as a clause, never as a name.
  explicit RandomSyntax(std::uint64_t seed, bool clause_words = true)
      : random_(seed), clause_words_(clause_words) {}

  ast::File file();
  ast::ExprPtr expression(int depth);
  /// A number below `bound`.
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  std::string name();
  std::string text();
  std::string doc();
  ast::Name a_name() { return {name(), {}}; }
  ast::Text a_text() { return {text(), {}}; }
  ast::ExprPtr make(ast::ExprKind kind);
  ast::ExprPtr literal();
  ast::ExprPtr of(ast::Literal value);
  ast::ExprPtr duration();
  ast::ExprPtr duration_or_name();
  ast::ExprPtr condition();
  ast::ExprPtr any_expression() { return expression(static_cast<int>(below(4))); }
  std::vector<ast::ExprPtr> expressions(std::size_t least, std::size_t most);
  std::vector<ast::NamedExpr> named();
  std::vector<ast::ClassRef> classes();
  std::vector<ast::Text> texts();
  std::vector<ast::Name> path();
  ast::TypeExprPtr type(int depth, bool records);
  ast::FieldDecl field(int depth);
  ast::Template say();
  ast::Step step();
  ast::Rule rule();
  ast::ListDecl list();
  ast::TableDecl table();
  ast::Settings settings();
  ast::Except except();
  ast::Def def();
  ast::Class event_class();
  ast::Source source();
  ast::Unwrap unwrap();
  ast::Test test();
  ast::TestStep test_step();
  std::vector<ast::RecordField> record();

  std::mt19937_64 random_;
  bool clause_words_;
  bool in_say_ = false;
};

}  // namespace shrike::tests
