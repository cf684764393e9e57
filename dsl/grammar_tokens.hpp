// The smallest rules of the grammar, over tokens: signs, words, names; and what PEGTL needs to read tokens
// instead of bytes. Part of parse.cpp, which alone includes it. `what` is how a message names a rule that was
// expected. Read next: grammar_expressions.hpp.
#pragma once

#include <algorithm>
#include <string_view>
#include <tao/pegtl.hpp>

#include "dsl/recovery.hpp"
#include "dsl/syntax.hpp"

namespace shrike::grammar {

namespace pegtl = tao::pegtl;

/// PEGTL's view of a token stream; the last token is kEnd and is never passed.
class TokenInput {
 public:
  using iterator_t = std::uint32_t;

  explicit TokenInput(const std::vector<Token>& tokens) : tokens_(tokens) {}

  const Token& current() const { return tokens_[at_]; }
  const Token& peek(std::uint32_t ahead) const {
    const std::size_t last = tokens_.size() - 1;
    return tokens_[std::min<std::size_t>(std::size_t{at_} + ahead, last)];
  }
  const Tokens& tokens() const { return tokens_; }
  bool empty() const { return current().kind == TokenKind::kEnd; }
  void bump() { at_ += empty() ? 0U : 1U; }
  void go_to(std::uint32_t at) { at_ = at; }
  iterator_t& iterator() { return at_; }
  const iterator_t& iterator() const { return at_; }

  template <pegtl::rewind_mode M>
  pegtl::internal::marker<iterator_t, M> mark() {
    return pegtl::internal::marker<iterator_t, M>(at_);
  }

 private:
  const std::vector<Token>& tokens_;
  iterator_t at_ = 0;
};

/// What travels with the grammar.
struct State {
  const SourceFiles& files;
  std::uint32_t file;
  Mistakes& mistakes;
  Builder& builder;
  Recovery recovery;
  ast::File* out = nullptr;   ///< takes the declarations
  ast::ExprPtr expression{};  ///< takes a lone expression
  std::vector<Node> stack{};
  unsigned depth = 0;
  Body body = Body::kFile;  ///< the innermost one
  unsigned quantifiers =
      0;  ///< lists of quantifiers around: `any x in LIST: …`, where a colon follows a name

  /// Whether a word is the label of the next field or step rather than part of what comes before.
  bool is_label(const TokenInput& in) const {
    return quantifiers == 0 && (body == Body::kSteps || body == Body::kFields || body == Body::kCase) &&
           labels_line(in.tokens(), in.iterator());
  }
  Span span(const Token& token) const { return {file, token.begin, token.end}; }
  std::string_view spelling(const Token& token) const {
    return std::string_view(files[file].text).substr(token.begin, token.end - token.begin);
  }
};

template <TokenKind Kind>
struct sign {
  using rule_t = sign;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) {
    if (in.current().kind != Kind) return false;
    in.bump();
    return true;
  }
};

template <Word... Words>
struct word {
  using rule_t = word;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) {
    if (!is_word(in.current()) || ((in.current().word != Words) && ...)) return false;
    in.bump();
    return true;
  }
};

/// For rules that are a test of the tokens and the state.
template <class Rule>
struct tested {
  using rule_t = Rule;
  using subs_t = pegtl::empty_list;
  template <pegtl::apply_mode, pegtl::rewind_mode, template <class...> class, template <class...> class>
  static bool match(TokenInput& in, State& state) {
    return Rule::test(in, state);
  }
};

/// Any word, also a reserved one: behind a dot.
struct any_word {
  using rule_t = any_word;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) {
    if (!is_word(in.current())) return false;
    in.bump();
    return true;
  }
};

struct plain_name {
  using rule_t = plain_name;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) {
    if (!is_name(in.current())) return false;
    in.bump();
    return true;
  }
};

/// A name that is no clause of its own: `on signin,` before `when …` lacks a class.
struct class_word {
  using rule_t = class_word;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) {
    return !looks_like_clause(in.tokens(), in.iterator()) && plain_name::match(in);
  }
};

struct comma : sign<TokenKind::kComma> {
  static constexpr std::string_view what = "`,`";
};
struct colon : sign<TokenKind::kColon> {
  static constexpr std::string_view what = "`:`";
};
struct assign : sign<TokenKind::kAssign> {
  static constexpr std::string_view what = "`=`";
};
struct arrow : sign<TokenKind::kArrow> {
  static constexpr std::string_view what = "`->`";
};
struct less : sign<TokenKind::kLess> {
  static constexpr std::string_view what = "`<` and the type of the elements";
};
struct greater : sign<TokenKind::kGreater> {
  static constexpr std::string_view what = "`>`";
};
struct open_brace : sign<TokenKind::kLeftBrace> {
  static constexpr std::string_view what = "`{`";
};
struct open_paren : sign<TokenKind::kLeftParen> {
  static constexpr std::string_view what = "`(`";
};
struct end_of_input : sign<TokenKind::kEnd> {
  static constexpr std::string_view what = "an operator or the end of the expression";
};

template <TokenKind Kind>
struct closing : sign<Kind> {
  static constexpr TokenKind kClosing = Kind;
};
struct close_record : closing<TokenKind::kRightBrace> {
  static constexpr std::string_view what = "`,` or `}`";
};
struct close_paren : closing<TokenKind::kRightParen> {
  static constexpr std::string_view what = "`)`";
};
struct close_arguments : closing<TokenKind::kRightParen> {
  static constexpr std::string_view what = "`,` or `)`";
};
struct close_index : closing<TokenKind::kRightBracket> {
  static constexpr std::string_view what = "`]`";
};
struct close_list : closing<TokenKind::kRightBracket> {
  static constexpr std::string_view what = "`,` or `]`";
};

struct in_word : word<Word::kIn> {
  static constexpr std::string_view what = "`in`";
};
struct by_word : word<Word::kBy> {
  static constexpr std::string_view what = "`by` and a key";
};
struct within_word : word<Word::kWithin> {
  static constexpr std::string_view what = "`within` and a duration";
};
struct from_word : word<Word::kFrom> {
  static constexpr std::string_view what = "`from` and a file name";
};

// ---- names and texts

struct name : plain_name {
  static constexpr std::string_view what = "a name";
};
struct type_name : plain_name {
  static constexpr std::string_view what = "a type";
};
struct class_name : class_word {
  static constexpr std::string_view what = "a class of events such as `signin`";
};
struct rule_name : class_word {
  static constexpr std::string_view what = "the name of a rule";
};
/// The same where nothing else can follow.
struct named_rule : plain_name {
  static constexpr std::string_view what = "the name of a rule";
};
struct member_name : any_word {
  static constexpr std::string_view what = "a field name";
};
struct severity_name : plain_name {
  static constexpr std::string_view what = "`info`, `low`, `medium`, `high` or `critical`";
};

/// Which texts are templates is the tokenizer's guess (a rule may be called `say`), so all are taken as such.
struct text : pegtl::sor<sign<TokenKind::kString>, sign<TokenKind::kRaw>, sign<TokenKind::kTemplate>> {
  static constexpr std::string_view what = "a text in double quotes";
};
struct template_text
    : pegtl::sor<sign<TokenKind::kTemplate>, sign<TokenKind::kString>, sign<TokenKind::kRaw>> {
  static constexpr std::string_view what = "a text in double quotes";
};
struct raw_text : pegtl::sor<sign<TokenKind::kRaw>, sign<TokenKind::kTemplate>> {
  static constexpr std::string_view what = "a record between \"\"\" and \"\"\"";
};
struct path_part : any_word {
  static constexpr std::string_view what = "a name";
};
struct path : pegtl::seq<plain_name, pegtl::star<pegtl::if_must<sign<TokenKind::kDot>, path_part>>> {
  static constexpr std::string_view what = "a name";
};
/// The same to look ahead, without a node.
struct path_ahead : pegtl::seq<plain_name, pegtl::star<sign<TokenKind::kDot>, any_word>> {};
struct duration : pegtl::sor<sign<TokenKind::kDuration>, class_word> {
  static constexpr std::string_view what = "a duration such as `24h`";
};
struct whole_number : sign<TokenKind::kInt> {
  static constexpr std::string_view what = "a whole number";
};

}  // namespace shrike::grammar
