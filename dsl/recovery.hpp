// What may begin where, and what is said and done after a mistake: the parts of parsing that need no grammar.
// parse.cpp uses it for recovery and for words that are not reserved.
// Read next: parse.cpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/tokens.hpp"

namespace shrike {

using Tokens = std::vector<Token>;

/// Where clauses and the like stand.
enum class Body : std::uint8_t {
  kFile,
  kRule,
  kSteps,
  kFields,
  kSource,
  kSettings,
  kExcept,
  kUnwrap,
  kTest,
  kCase
};

bool is_word(const Token& token);
/// A word that is not reserved.
bool is_name(const Token& token);
bool begins_expression(const Token& token);
bool is_one_of(Word word, std::initializer_list<Word> words);
/// The words that begin a clause of a body.
std::initializer_list<Word> words_of(Body body);

/// True for a token that begins a line and, judged by what follows on that line, a clause or declaration.
/// Clause words are no reserved words, so an unfinished expression would otherwise swallow the next clause:
/// `when a ==` before `say "…"`.
bool looks_like_clause(const Tokens& tokens, std::size_t at);
/// True for NAME `:` at the beginning of a line: in the bodies of classes, sequences and cases the next field
/// or step.
bool labels_line(const Tokens& tokens, std::size_t at);
/// The same for declarations. Their words are not reserved either: `source` may be a field.
bool begins_declaration_at(const Tokens& tokens, std::size_t at);
/// After a mistake: does something new begin at this token of a body?
bool begins_item(const Tokens& tokens, std::size_t at, Body body);

/// A mistake on its way to where it is reported.
struct SyntaxError {
  std::uint32_t at = 0;                 ///< the token that does not fit
  std::string_view expected;            ///< "an expression"
  TokenKind closing = TokenKind::kEnd;  ///< the closing bracket that is missing, if that is what is wrong
  bool name = false;                    ///< a name was expected
  bool duration = false;                ///< a duration was expected
  bool said = false;                    ///< reported where it was found
};

/// Reports mistakes of one file and finds where to go on. Refers to what it is made of.
class Recovery {
 public:
  Recovery(const SourceFiles& files, std::uint32_t file, const Tokens& tokens, Mistakes& mistakes)
      : text_(files[file].text), file_(file), tokens_(tokens), mistakes_(mistakes) {}

  void report(const SyntaxError& error, Body body);
  /// A token that begins nothing which may stand in this body.
  void report_unknown(std::uint32_t at, Body body);
  /// A body without its closing brace before the token at `at`.
  void report_unclosed_body(std::uint32_t at);
  /// Where to go on after a mistake at `at` in an item that began at `start`.
  std::uint32_t next_item(std::uint32_t start, std::uint32_t at, Body body) const;
  /// What is passed over by going on at `next`, and the names that it seems to declare.
  ast::Unread unread(std::uint32_t start, std::uint32_t next, Body body) const;

 private:
  bool misspells_clause(std::uint32_t at, Body body) const;
  bool seems_declared(std::uint32_t at, std::uint32_t start, Body body) const;
  std::uint32_t opening_of(std::uint32_t at, TokenKind closing) const;
  void report_unclosed(std::uint32_t opening, std::uint32_t at);
  std::string after_token(std::uint32_t at) const;
  std::string described(const Token& token) const { return describe(token, text_); }
  std::string_view spelling(const Token& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }
  Span span(const Token& token) const { return {file_, token.begin, token.end}; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(tokens_.size()); }

  std::string_view text_;
  std::uint32_t file_;
  const Tokens& tokens_;
  Mistakes& mistakes_;
};

}  // namespace shrike
