// The grammar of the language, in PEGTL, over the tokens of parse_tokens.cpp, and the recovery after mistakes.
// Rules that matter become nodes of a plain tree (syntax.hpp), from which build_*.cpp make the syntax tree.
// Nothing of PEGTL leaves this file; exceptions that carry a mistake end in `recover`.
#include "dsl/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tao/pegtl.hpp>

#include "dsl/diagnostics.hpp"
#include "dsl/nearest.hpp"
#include "dsl/syntax.hpp"

namespace shrike {
namespace {

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
  const Token& token(std::uint32_t index) const { return tokens_[index]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(tokens_.size()); }
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

/// A mistake on its way to the nearest `recover`.
struct SyntaxError {
  std::uint32_t at = 0;             ///< the token that does not fit
  std::string_view expected;        ///< "an expression"
  TokenKind closing = TokenKind::kEnd;  ///< the closing bracket that is missing, if that is what is wrong
  bool names = false;               ///< a name was expected
  bool said = false;                ///< reported where it was found
};

/// Where clauses and the like stand, for recovery and messages.
enum class Body : std::uint8_t { kFile, kRule, kSteps, kFields, kSource, kSettings, kExcept, kUnwrap, kTest, kCase };

/// What travels with the grammar.
struct State {
  const SourceFiles& files;
  std::uint32_t file;
  const TokenStream& stream;
  Mistakes& mistakes;
  Builder& builder;
  ast::File* out = nullptr;  ///< takes the declarations
  ast::ExprPtr expression{};  ///< takes a lone expression
  std::vector<Node> stack{};
  unsigned depth = 0;

  Span span(const Token& token) const { return {file, token.begin, token.end}; }
  std::string describe_token(const Token& token) const { return describe(token, files[file].text); }
};

// ---- what tokens can begin

bool is_word(const Token& token) { return token.kind == TokenKind::kWord; }
bool is_name(const Token& token) { return is_word(token) && !is_reserved(token.word); }

bool begins_expression(const Token& token) {
  switch (token.kind) {
    case TokenKind::kWord:
      return !is_reserved(token.word) || token.word == Word::kNot || token.word == Word::kAny ||
             token.word == Word::kAll || token.word == Word::kHas || token.word == Word::kMissing ||
             token.word == Word::kThis || token.word == Word::kTrue || token.word == Word::kFalse;
    case TokenKind::kInt:
    case TokenKind::kFloat:
    case TokenKind::kDuration:
    case TokenKind::kDate:
    case TokenKind::kTime:
    case TokenKind::kIp:
    case TokenKind::kCidr:
    case TokenKind::kAttack:
    case TokenKind::kString:
    case TokenKind::kRaw:
    case TokenKind::kRegex:
    case TokenKind::kTemplate: return true;
    default: return false;
  }
}

bool is_clause_word(Word word) {
  return (word >= Word::kSeverity && word <= Word::kOn) || word == Word::kEach ||
         (word >= Word::kWhen && word <= Word::kQuiet) || word == Word::kRespond ||
         (word >= Word::kDisable && word <= Word::kUntil) || (word >= Word::kOrder && word <= Word::kAccept) ||
         (word >= Word::kCase && word <= Word::kExpect);
}

/// Words that go on with a clause and are not reserved: after them nothing new has begun.
bool continues_clause(Word word) {
  return word == Word::kWithin || word == Word::kBy || word == Word::kTimesWord || word == Word::kFrom ||
         word == Word::kEcs || word == Word::kOcsf;
}

/// Declaration words are no reserved words either: `source` may be a field.
bool begins_declaration_at(const TokenInput& in, std::uint32_t at) {
  const Token& word = in.token(at);
  if (!word.line_start || !begins_declaration(word.word)) return false;
  const Token& next = in.token(at + 1);  // The end of the file stands behind every word.
  if (next.line_start) return false;
  return is_name(next) || next.kind == TokenKind::kString || next.kind == TokenKind::kLeftBrace;
}

/// True for a token that begins a line and, judged by what follows on that line, a clause or declaration. Clause words are no
/// reserved words, so an unfinished expression would otherwise swallow the next clause: `when a ==` before `say "…"`.
bool looks_like_clause(const TokenInput& in, std::uint32_t at) {
  const Token& word = in.token(at);
  if (!word.line_start || !is_name(word)) return false;
  if (at + 1 >= in.size()) return false;
  const Token* next = &in.token(at + 1);
  // NAME = …, a.b = …: an assignment.
  for (std::uint32_t i = at + 1; i + 2 < in.size() && in.token(i).kind == TokenKind::kDot; i += 2) next = &in.token(i + 2);
  if (next->kind == TokenKind::kAssign && !next->line_start) return true;
  next = &in.token(at + 1);
  if (next->line_start) return false;
  if (begins_declaration(word.word)) return begins_declaration_at(in, at);
  if (!is_clause_word(word.word)) return false;
  if (next->kind == TokenKind::kLeftBrace) return true;
  if (next->kind == TokenKind::kLeftParen) return !next->glued;
  if (next->kind == TokenKind::kMinus || next->kind == TokenKind::kPlus) return !next->glued && in.token(at + 2).glued;
  if (next->word == Word::kNot) return in.token(at + 2).word != Word::kIn;
  return begins_expression(*next) && !continues_clause(next->word) && !is_clause_word(next->word);
}

bool in_list(Word word, std::initializer_list<Word> words) { return std::find(words.begin(), words.end(), word) != words.end(); }

constexpr std::initializer_list<Word> kRuleWords{
    Word::kSeverity, Word::kAttackClause, Word::kTags, Word::kRefs, Word::kKnownFalse, Word::kParam, Word::kLet,
    Word::kOn, Word::kEach, Word::kWhen, Word::kSequence, Word::kTogether, Word::kScore, Word::kSay, Word::kShow,
    Word::kQuiet, Word::kRespond};
constexpr std::initializer_list<Word> kSourceWords{Word::kOrder, Word::kLateness, Word::kAccept, Word::kLet};
constexpr std::initializer_list<Word> kSettingsWords{Word::kDisable};
constexpr std::initializer_list<Word> kExceptWords{Word::kTenant, Word::kWhere, Word::kDrop,
                                                   Word::kScore,  Word::kOwner, Word::kUntil};
constexpr std::initializer_list<Word> kUnwrapWords{Word::kAccept, Word::kRaw};
constexpr std::initializer_list<Word> kTestWords{Word::kCase};
constexpr std::initializer_list<Word> kCaseWords{Word::kSet, Word::kAt, Word::kGiven, Word::kExpect};
constexpr std::initializer_list<Word> kFileWords{Word::kRule, Word::kList, Word::kTable, Word::kSettings, Word::kExcept,
                                                 Word::kDef, Word::kClass, Word::kSource, Word::kUnwrap, Word::kTest};

std::initializer_list<Word> words_of(Body body) {
  switch (body) {
    case Body::kFile: return kFileWords;
    case Body::kRule: return kRuleWords;
    case Body::kSource: return kSourceWords;
    case Body::kSettings: return kSettingsWords;
    case Body::kExcept: return kExceptWords;
    case Body::kUnwrap: return kUnwrapWords;
    case Body::kTest: return kTestWords;
    case Body::kCase: return kCaseWords;
    case Body::kSteps:
    case Body::kFields: return {};
  }
  return {};
}

/// After a mistake: does something new begin at this token of a body?
bool begins_item(const TokenInput& in, std::uint32_t at, Body body) {
  const Token& word = in.token(at);
  if (!word.line_start || !is_word(word)) return false;
  if (begins_declaration_at(in, at)) return true;
  if (body == Body::kFile) return false;
  const Token& next = in.token(std::min(at + 1, in.size() - 1));
  if (body == Body::kSteps) {
    const Token& name = word.word == Word::kNot ? next : word;
    const std::uint32_t colon = word.word == Word::kNot ? at + 2 : at + 1;
    if (is_word(name) && colon < in.size() && in.token(colon).kind == TokenKind::kColon) return true;
    return in_list(word.word, kRuleWords) && looks_like_clause(in, at);
  }
  if (body == Body::kFields) return next.kind == TokenKind::kColon;
  if (in_list(word.word, words_of(body))) {
    if (word.word == Word::kDrop) return true;
    if (word.word == Word::kSequence || word.word == Word::kTogether) return next.kind == TokenKind::kLeftBrace;
    const bool operand = next.kind == TokenKind::kMinus || next.kind == TokenKind::kPlus ||
                         next.kind == TokenKind::kLeftParen || next.kind == TokenKind::kAssign ||
                         next.kind == TokenKind::kBad;
    return operand || begins_expression(next);
  }
  if (body == Body::kSource || body == Body::kSettings) return looks_like_clause(in, at);
  return false;
}

// ---- single tokens

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
    return !looks_like_clause(in, in.iterator()) && plain_name::match(in);
  }
};

struct comma : sign<TokenKind::kComma> { static constexpr std::string_view what = "`,`"; };
struct colon : sign<TokenKind::kColon> { static constexpr std::string_view what = "`:`"; };
struct assign : sign<TokenKind::kAssign> { static constexpr std::string_view what = "`=`"; };
struct arrow : sign<TokenKind::kArrow> { static constexpr std::string_view what = "`->`"; };
struct less : sign<TokenKind::kLess> { static constexpr std::string_view what = "`<` and the type of the elements"; };
struct greater : sign<TokenKind::kGreater> { static constexpr std::string_view what = "`>`"; };
struct open_brace : sign<TokenKind::kLeftBrace> { static constexpr std::string_view what = "`{`"; };
struct open_paren : sign<TokenKind::kLeftParen> { static constexpr std::string_view what = "`(`"; };
struct end_of_input : sign<TokenKind::kEnd> { static constexpr std::string_view what = "the end of the expression"; };

template <TokenKind Kind>
struct closing : sign<Kind> {
  static constexpr TokenKind kClosing = Kind;
};
struct close_record : closing<TokenKind::kRightBrace> { static constexpr std::string_view what = "`,` or `}`"; };
struct close_paren : closing<TokenKind::kRightParen> { static constexpr std::string_view what = "`)`"; };
struct close_arguments : closing<TokenKind::kRightParen> { static constexpr std::string_view what = "`,` or `)`"; };
struct close_index : closing<TokenKind::kRightBracket> { static constexpr std::string_view what = "`]`"; };
struct close_list : closing<TokenKind::kRightBracket> { static constexpr std::string_view what = "`,` or `]`"; };

struct in_word : word<Word::kIn> { static constexpr std::string_view what = "`in`"; };
struct by_word : word<Word::kBy> { static constexpr std::string_view what = "`by` and a key"; };
struct within_word : word<Word::kWithin> { static constexpr std::string_view what = "`within` and a duration"; };
struct from_word : word<Word::kFrom> { static constexpr std::string_view what = "`from` and a file name"; };

// ---- names and texts

struct name : plain_name { static constexpr std::string_view what = "a name"; };
struct type_name : plain_name { static constexpr std::string_view what = "a type"; };
struct class_name : class_word { static constexpr std::string_view what = "a class of events such as `signin`"; };
struct rule_name : class_word { static constexpr std::string_view what = "the name of a rule"; };
struct member_name : any_word { static constexpr std::string_view what = "a field name"; };
struct severity_name : plain_name {
  static constexpr std::string_view what = "`info`, `low`, `medium`, `high` or `critical`";
};

struct text : pegtl::sor<sign<TokenKind::kString>, sign<TokenKind::kRaw>> {
  static constexpr std::string_view what = "a text in double quotes";
};
struct template_text : sign<TokenKind::kTemplate> {
  static constexpr std::string_view what = "a text in double quotes";
};
struct raw_text : sign<TokenKind::kRaw> {
  static constexpr std::string_view what = "a record between \"\"\" and \"\"\"";
};
struct path_part : any_word { static constexpr std::string_view what = "a name"; };
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

// ---- expressions

struct expr;
struct not_expr;
struct coalesce_expr;

/// Counts how deep rules stand inside each other. The number is bounded, so that no input can exhaust the stack.
template <class Rule>
struct nested {
  using rule_t = nested;
  using subs_t = pegtl::type_list<Rule>;
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action, template <class...> class Control>
  static bool match(TokenInput& in, State& state);
};

struct expr_list : pegtl::list_must<expr, comma> {};

struct literal : pegtl::sor<sign<TokenKind::kString>, sign<TokenKind::kInt>, sign<TokenKind::kFloat>,
                            sign<TokenKind::kDuration>, sign<TokenKind::kIp>, sign<TokenKind::kCidr>,
                            sign<TokenKind::kTime>, sign<TokenKind::kDate>, sign<TokenKind::kRegex>,
                            sign<TokenKind::kRaw>, word<Word::kTrue, Word::kFalse>> {};

struct variable : plain_name { static constexpr std::string_view what = "a name for the element"; };
struct looped_list : pegtl::seq<coalesce_expr> { static constexpr std::string_view what = "a list"; };
struct condition;
struct filter : pegtl::if_must<word<Word::kIf>, condition> {};
struct comprehension : pegtl::seq<pegtl::if_must<word<Word::kFor>, variable, in_word, looped_list>, pegtl::opt<filter>> {};
struct list : pegtl::seq<sign<TokenKind::kLeftBracket>,
                         pegtl::opt<expr, pegtl::sor<comprehension, pegtl::star<pegtl::if_must<comma, expr>>>>,
                         pegtl::must<close_list>> {};

/// A name with a parenthesis directly behind it.
template <bool Aggregate>
struct callee {
  using rule_t = callee;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) {
    const Token& next = in.peek(1);
    if (!is_name(in.current()) || is_aggregate(in.current().word) != Aggregate) return false;
    if (next.kind != TokenKind::kLeftParen || !next.glued) return false;
    in.bump();
    return true;
  }
};
struct call : pegtl::seq<callee<false>, open_paren, pegtl::opt<expr_list>, pegtl::must<close_arguments>> {};
struct or_expr;
struct condition : pegtl::seq<or_expr> { static constexpr std::string_view what = "a condition"; };
struct where_part : pegtl::if_must<word<Word::kWhere>, condition> {};
struct last_part : pegtl::if_must<word<Word::kLast>, duration> {};
struct aggregate : pegtl::seq<callee<true>, open_paren, pegtl::opt<expr_list>, pegtl::opt<where_part>,
                              pegtl::opt<last_part>, pegtl::must<close_arguments>> {};

struct name_use {
  using rule_t = name_use;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) {
    const Token& token = in.current();
    if (!is_word(token) || (is_reserved(token.word) && token.word != Word::kThis)) return false;
    if (looks_like_clause(in, in.iterator())) return false;
    in.bump();
    return true;
  }
};
struct group : pegtl::if_must<sign<TokenKind::kLeftParen>, expr, close_paren> {};
struct primary : pegtl::sor<aggregate, call, name_use, literal, list, group> {};

struct member : pegtl::if_must<sign<TokenKind::kDot>, member_name> {};
struct star_index : pegtl::seq<sign<TokenKind::kLeftBracket>, sign<TokenKind::kTimes>, pegtl::must<close_index>> {};
struct index : pegtl::if_must<sign<TokenKind::kLeftBracket>, expr, close_index> {};
struct postfix : pegtl::seq<primary, pegtl::star<pegtl::sor<member, star_index, index>>> {
  static constexpr std::string_view what = "a field";
};

struct unary;
struct operand : pegtl::sor<unary, postfix> { static constexpr std::string_view what = "an expression"; };
struct unary : pegtl::if_must<pegtl::sor<sign<TokenKind::kMinus>, sign<TokenKind::kPlus>>, nested<operand>> {};
struct multiplicative_sign
    : pegtl::sor<sign<TokenKind::kTimes>, sign<TokenKind::kDivide>, sign<TokenKind::kRemainder>> {};
struct multiplicative : pegtl::seq<operand, pegtl::star<pegtl::if_must<multiplicative_sign, operand>>> {
  static constexpr std::string_view what = "an expression";
};
struct additive_sign : pegtl::sor<sign<TokenKind::kPlus>, sign<TokenKind::kMinus>> {};
struct additive : pegtl::seq<multiplicative, pegtl::star<pegtl::if_must<additive_sign, multiplicative>>> {
  static constexpr std::string_view what = "an expression";
};
struct coalesce_expr : pegtl::seq<additive, pegtl::star<pegtl::if_must<sign<TokenKind::kCoalesce>, additive>>> {
  static constexpr std::string_view what = "an expression";
};

struct text_operator : word<Word::kContains, Word::kStarts, Word::kEnds, Word::kLike, Word::kMatches> {};
/// `startswith`, `eq` and the like, from other rule languages. Reported by the builder.
struct foreign_operator : tested<foreign_operator> {
  static bool test(TokenInput& in, State& state);
};
/// `x not contains y`: reported where it stands.
struct misplaced_not : tested<misplaced_not> {
  static bool test(TokenInput& in, State& state);
};
struct bare_operator
    : pegtl::sor<pegtl::seq<word<Word::kNot>, word<Word::kIn>>, word<Word::kIn>, sign<TokenKind::kEqual>,
                 sign<TokenKind::kNotEqual>, sign<TokenKind::kLessEqual>, sign<TokenKind::kGreaterEqual>,
                 sign<TokenKind::kLess>, sign<TokenKind::kGreater>, text_operator, sign<TokenKind::kAssign>,
                 foreign_operator, misplaced_not> {
  static constexpr std::string_view what = "a comparison such as `==`";
};
struct compare_operator
    : pegtl::seq<pegtl::sor<pegtl::if_must<word<Word::kCased>, bare_operator>, bare_operator>,
                 pegtl::opt<word<Word::kAll>>> {};
/// `x is not null`, `x is missing`. Reported by the builder, which makes the test that was meant.
struct null_test {
  using rule_t = null_test;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) {
    if (in.current().word != Word::kIs) return false;
    const std::uint32_t word = in.peek(1).word == Word::kNot ? 2 : 1;
    if (!in_list(in.peek(word).word, {Word::kNull, Word::kNil, Word::kNone, Word::kMissing})) return false;
    for (std::uint32_t i = 0; i <= word; ++i) in.bump();
    return true;
  }
};
struct has_test : pegtl::if_must<word<Word::kHas>, postfix> {};
struct missing_test : pegtl::if_must<word<Word::kMissing>, postfix> {};
struct no_chain : pegtl::not_at<compare_operator> {};
struct comparison
    : pegtl::seq<coalesce_expr, pegtl::opt<pegtl::sor<null_test, pegtl::seq<compare_operator, pegtl::must<coalesce_expr>,
                                                                            pegtl::must<no_chain>>>>> {};

struct quantifier
    : pegtl::if_must<word<Word::kAny, Word::kAll>, variable, in_word, looped_list, colon, nested<not_expr>> {};
struct negation : pegtl::if_must<word<Word::kNot>, nested<not_expr>> {};
struct not_expr : pegtl::sor<negation, quantifier, has_test, missing_test, comparison> {
  static constexpr std::string_view what = "an expression";
};
struct and_expr : pegtl::seq<not_expr, pegtl::star<pegtl::if_must<word<Word::kAnd>, not_expr>>> {
  static constexpr std::string_view what = "an expression";
};
struct or_expr : pegtl::seq<and_expr, pegtl::star<pegtl::if_must<word<Word::kOr>, and_expr>>> {
  static constexpr std::string_view what = "an expression";
};
/// `elif`: reported by the builder, read as `else … if`.
struct elif : pegtl::if_must<word<Word::kElif, Word::kElsif>, nested<condition>> {};
struct if_expr
    : pegtl::seq<or_expr, pegtl::opt<pegtl::if_must<word<Word::kIf>, condition>,
                                     pegtl::opt<pegtl::sor<pegtl::if_must<word<Word::kElse>, expr>, elif>>>> {};
struct expr : nested<if_expr> { static constexpr std::string_view what = "an expression"; };

struct named_value : pegtl::seq<pegtl::at<plain_name, assign>, name, assign, pegtl::must<expr>> {};
struct named_or_expr : pegtl::sor<named_value, expr> { static constexpr std::string_view what = "an expression"; };
struct named_list : pegtl::list_must<named_or_expr, comma> { static constexpr std::string_view what = "an expression"; };
struct must_expr_list : pegtl::seq<expr_list> { static constexpr std::string_view what = "an expression"; };

// ---- recovery

/// Reads one Item of a body. After a mistake goes on where the next one begins. Always succeeds.
template <class Item, Body Where>
struct recover {
  using rule_t = recover;
  using subs_t = pegtl::type_list<Item>;
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action, template <class...> class Control>
  static bool match(TokenInput& in, State& state);
};

/// Ends a body: its brace, the end of the file, or a declaration that can only mean that the brace was forgotten.
struct body_end : tested<body_end> {
  static bool test(TokenInput& in, State& state) {
    if (state.mistakes.full()) return true;
    const Token& token = in.current();
    return token.kind == TokenKind::kRightBrace || token.kind == TokenKind::kEnd ||
           begins_declaration_at(in, in.iterator());
  }
};
/// The same for steps, where also a clause of the rule can only mean that.
struct steps_end : tested<steps_end> {
  static bool test(TokenInput& in, State& state) {
    return body_end::test(in, state) ||
           (in_list(in.current().word, kRuleWords) && looks_like_clause(in, in.iterator()));
  }
};

/// The brace that ends a body. One that is missing is reported, and what was read stays.
struct body_close : tested<body_close> {
  static bool test(TokenInput& in, State& state);
};

template <class Item, Body Where, class End = body_end>
struct items : pegtl::seq<pegtl::star<pegtl::not_at<End>, recover<Item, Where>>, body_close> {};

// ---- rules

struct class_ref : pegtl::sor<pegtl::seq<word<Word::kAlert>, rule_name>, class_name> {
  static constexpr std::string_view what = "a class of events such as `signin`";
};
struct class_list : pegtl::list_must<class_ref, comma> {
  static constexpr std::string_view what = "a class of events such as `signin`";
};
struct attack_word : tested<attack_word> {
  static bool test(TokenInput& in, State& state);
};
struct attack_id : pegtl::sor<sign<TokenKind::kAttack>, attack_word> {
  static constexpr std::string_view what = "an ATT&CK technique such as T1110.003";
};
struct text_list : pegtl::list_must<text, comma> { static constexpr std::string_view what = text::what; };
struct attack_list : pegtl::list_must<attack_id, comma> { static constexpr std::string_view what = attack_id::what; };

struct type;
struct must_type : pegtl::seq<type> { static constexpr std::string_view what = "a type"; };

struct within_part : pegtl::if_must<within_word, duration> { static constexpr std::string_view what = within_word::what; };
struct by_part : pegtl::if_must<by_word, must_expr_list> { static constexpr std::string_view what = by_word::what; };

struct severity_clause : pegtl::if_must<word<Word::kSeverity>, severity_name> {};
struct attack_clause : pegtl::if_must<word<Word::kAttackClause>, attack_list> {};
struct tags_clause : pegtl::if_must<word<Word::kTags>, text_list> {};
struct refs_clause : pegtl::if_must<word<Word::kRefs>, text_list> {};
struct known_false_clause : pegtl::if_must<word<Word::kKnownFalse>, text_list> {};
struct param_clause : pegtl::if_must<word<Word::kParam>, name, colon, must_type, assign, expr> {};
struct let_clause : pegtl::if_must<word<Word::kLet>, name, assign, expr> {};
struct on_clause : pegtl::seq<pegtl::if_must<word<Word::kOn>, class_list>, pegtl::opt<where_part>> {};
struct each_clause : pegtl::if_must<word<Word::kEach>, named_list, within_part> {};
struct when_clause : pegtl::if_must<word<Word::kWhen>, expr> {};
struct score_clause : pegtl::if_must<word<Word::kScore>, must_expr_list> {};
struct say_clause : pegtl::if_must<word<Word::kSay>, template_text> {};
struct show_clause : pegtl::if_must<word<Word::kShow>, named_list> {};
struct quiet_clause : pegtl::if_must<word<Word::kQuiet>, duration, by_part> {};
struct respond_clause : pegtl::if_must<word<Word::kRespond>, must_expr_list> {};

struct times_number : pegtl::sor<whole_number, plain_name> {
  static constexpr std::string_view what = "a whole number or a parameter";
};
struct times_in : pegtl::if_must<in_word, duration> {};
struct times_part : pegtl::seq<pegtl::if_must<word<Word::kTimesWord>, times_number>, pegtl::opt<times_in>> {};
struct step : pegtl::seq<pegtl::opt<word<Word::kNot>>, name, colon, pegtl::must<class_list>, pegtl::opt<by_part>,
                         pegtl::opt<where_part>, pegtl::opt<times_part>, pegtl::opt<within_part>> {};
struct steps : pegtl::seq<open_brace, items<step, Body::kSteps, steps_end>> { static constexpr std::string_view what = "`{`"; };
struct sequence_clause : pegtl::if_must<word<Word::kSequence>, steps> {};
struct together_clause : pegtl::if_must<word<Word::kTogether>, steps> {};

struct rule_clause
    : pegtl::sor<severity_clause, attack_clause, tags_clause, refs_clause, known_false_clause, param_clause, let_clause,
                 on_clause, each_clause, when_clause, sequence_clause, together_clause, score_clause, say_clause,
                 show_clause, quiet_clause, respond_clause> {};
struct title : text { static constexpr std::string_view what = "a title in double quotes"; };
struct rule : pegtl::seq<pegtl::if_must<word<Word::kRule>, name, title, open_brace>, items<rule_clause, Body::kRule>> {};

// ---- classes, sources

struct element_type : pegtl::seq<pegtl::must<less>, nested<must_type>, pegtl::must<greater>> {};
struct field;
struct record_type : pegtl::seq<word<Word::kRecord>, pegtl::must<open_brace>, items<nested<field>, Body::kFields>> {};
struct list_type : pegtl::seq<word<Word::kList, Word::kMap>, element_type> {};
struct type : pegtl::sor<record_type, list_type, class_word> { static constexpr std::string_view what = "a type"; };

struct cased_part : word<Word::kCased> {};
struct text_ahead : pegtl::sor<sign<TokenKind::kString>, sign<TokenKind::kRaw>> {};
struct ecs_part : pegtl::seq<pegtl::at<word<Word::kEcs>, text_ahead>, word<Word::kEcs>, text> {};
struct ocsf_part : pegtl::seq<pegtl::at<word<Word::kOcsf>, text_ahead>, word<Word::kOcsf>, text> {};
struct default_part : pegtl::if_must<assign, expr> {};
struct field : pegtl::seq<name, pegtl::must<colon, must_type>, pegtl::opt<cased_part>, pegtl::opt<ecs_part>,
                          pegtl::opt<ocsf_part>, pegtl::opt<default_part>> {};
struct class_decl : pegtl::seq<pegtl::if_must<word<Word::kClass>, name, title, open_brace>, items<field, Body::kFields>> {};

struct order_clause : pegtl::seq<pegtl::at<any_word, sign<TokenKind::kInt>>, word<Word::kOrder>, whole_number> {};
struct lateness_clause
    : pegtl::seq<pegtl::at<any_word, pegtl::not_at<assign>>, word<Word::kLateness>, pegtl::must<duration>> {};
struct accept_clause
    : pegtl::seq<pegtl::at<any_word, pegtl::not_at<assign>>, word<Word::kAccept>, pegtl::must<expr>> {};
struct source_let : pegtl::seq<pegtl::at<any_word, any_word>, let_clause> {};
struct assignment : pegtl::seq<path, pegtl::must<assign>, pegtl::must<expr>> {};
/// A word of its own before anything else is rather a clause with a typing mistake than an assignment.
struct assignment_item : pegtl::seq<pegtl::at<path_ahead, assign>, assignment> {};
struct source_item
    : pegtl::sor<order_clause, lateness_clause, accept_clause, source_let, assignment_item> {};
struct source_decl : pegtl::seq<pegtl::if_must<word<Word::kSource>, name, colon, class_name, open_brace>,
                                items<source_item, Body::kSource>> {};

struct raw_clause : pegtl::if_must<word<Word::kRaw>, assign, expr> {};
struct unwrap_item : pegtl::sor<accept_clause, raw_clause> {};
struct unwrap_decl
    : pegtl::seq<pegtl::if_must<word<Word::kUnwrap>, name, open_brace>, items<unwrap_item, Body::kUnwrap>> {};

// ---- lists, tables, functions, settings, exceptions

struct list_values : pegtl::if_must<assign, expr> {};
struct list_file : pegtl::if_must<word<Word::kFrom>, text> {};
struct list_decl : pegtl::seq<pegtl::if_must<word<Word::kList>, name, colon, type_name>,
                              pegtl::opt<pegtl::sor<list_values, list_file>>> {};
struct table_decl
    : pegtl::if_must<word<Word::kTable>, name, colon, type_name, arrow, type_name, from_word, text> {};

struct parameter : pegtl::seq<name, pegtl::must<colon, must_type>> { static constexpr std::string_view what = "a parameter such as `address: string`"; };
struct def_decl : pegtl::seq<pegtl::if_must<word<Word::kDef>, name, open_paren>,
                             pegtl::opt<pegtl::list_must<parameter, comma>>,
                             pegtl::must<close_arguments, colon, must_type, assign, expr>> {};

struct disable_clause
    : pegtl::seq<pegtl::at<any_word, pegtl::not_at<pegtl::sor<assign, sign<TokenKind::kDot>>>>, word<Word::kDisable>,
                 pegtl::must<rule_name>> {};
struct settings_item : pegtl::sor<disable_clause, assignment_item> {};
struct settings_decl : pegtl::seq<word<Word::kSettings>, pegtl::opt<text>, pegtl::must<open_brace>,
                                  items<settings_item, Body::kSettings>> {};

struct except_where : pegtl::if_must<word<Word::kWhere>, expr> {};
struct drop_clause : word<Word::kDrop> {};
struct except_score : pegtl::if_must<word<Word::kScore>, expr> {};
struct owner_clause : pegtl::if_must<word<Word::kOwner>, text> {};
struct date : sign<TokenKind::kDate> { static constexpr std::string_view what = "a date such as 2027-01-31"; };
struct until_clause : pegtl::if_must<word<Word::kUntil>, date> {};
struct tenant_clause : pegtl::if_must<word<Word::kTenant>, text> {};
struct except_item
    : pegtl::sor<except_where, drop_clause, except_score, owner_clause, until_clause, tenant_clause> {};
struct except_decl
    : pegtl::seq<pegtl::if_must<word<Word::kExcept>, name, title, open_brace>, items<except_item, Body::kExcept>> {};

// ---- tests

struct moment : pegtl::sor<pegtl::seq<pegtl::opt<sign<TokenKind::kMinus>>, sign<TokenKind::kDuration>>,
                           sign<TokenKind::kTime>, sign<TokenKind::kDate>> {
  static constexpr std::string_view what = "a moment such as `9m` or 2026-01-31T09:00:00Z";
};
struct record_field : pegtl::seq<path, pegtl::must<colon, expr>> {
  static constexpr std::string_view what = "a field such as `user: \"a@contoso.example\"`";
};
struct record : pegtl::seq<open_brace, pegtl::opt<pegtl::list_must<record_field, comma>>, pegtl::must<close_record>> {
  static constexpr std::string_view what = "`{` and the fields of the event";
};
/// The event stands on the line of its moment; behind the brace of a record anything may stand.
struct event_follows {
  using rule_t = event_follows;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) {
    const Token& token = in.current();
    if (!is_name(token)) return false;
    if (in_list(token.word, kCaseWords) && in.peek(1).kind != TokenKind::kLeftBrace) return false;
    const Token& next = in.peek(token.word == Word::kAlert && is_name(in.peek(1)) ? 2 : 1);
    return next.kind == TokenKind::kLeftBrace || !token.line_start;
  }
};
struct copies : pegtl::if_must<word<Word::kTimesWord>, whole_number> {};
struct event : pegtl::seq<pegtl::at<event_follows>, pegtl::must<class_ref>, pegtl::must<record>, pegtl::opt<copies>> {};
struct expected_moment : pegtl::if_must<word<Word::kAt>, moment> {};

struct set_clause : pegtl::if_must<word<Word::kSet>, path, assign, expr> {};
struct at_clause : pegtl::seq<pegtl::if_must<word<Word::kAt>, moment>, pegtl::opt<event>> {};
struct given_clause : pegtl::if_must<word<Word::kGiven>, name, raw_text> {};
struct expect_none : pegtl::seq<word<Word::kExpect>, word<Word::kNone>> {};
struct expect_alert : pegtl::seq<word<Word::kExpect>, word<Word::kAlert>, pegtl::opt<expected_moment>, pegtl::opt<record>> {};
struct expect_withdrawn
    : pegtl::seq<word<Word::kExpect>, word<Word::kWithdrawn>, pegtl::opt<expected_moment>, pegtl::opt<record>> {};
struct expectation : pegtl::failure { static constexpr std::string_view what = "`none`, `alert` or `withdrawn`"; };
struct expect_clause : pegtl::sor<expect_none, expect_alert, expect_withdrawn,
                                  pegtl::if_must<word<Word::kExpect>, expectation>> {};
struct case_item : pegtl::sor<set_clause, at_clause, given_clause, expect_clause> {};
struct case_decl
    : pegtl::seq<pegtl::if_must<word<Word::kCase>, title, open_brace>, items<case_item, Body::kCase>> {};
struct test_decl : pegtl::seq<pegtl::if_must<word<Word::kTest>, rule_name, open_brace>, items<case_decl, Body::kTest>> {};

// ---- files

struct declaration : pegtl::sor<rule, list_decl, table_decl, settings_decl, except_decl, def_decl, class_decl, source_decl,
                                unwrap_decl, test_decl> {};
struct file_end : tested<file_end> {
  static bool test(TokenInput& in, State& state) { return in.empty() || state.mistakes.full(); }
};
struct file : pegtl::star<pegtl::not_at<file_end>, recover<declaration, Body::kFile>> {};
struct lone_expression : pegtl::must<expr, end_of_input> {};

// ---- which rules become nodes

template <class Rule>
inline constexpr NodeKind node_of = NodeKind::kNone;
#define SHRIKE_NODE(rule, kind) \
  template <>                   \
  inline constexpr NodeKind node_of<rule> = NodeKind::kind;
// clang-format off
SHRIKE_NODE(if_expr, kIf) SHRIKE_NODE(or_expr, kOr) SHRIKE_NODE(and_expr, kAnd) SHRIKE_NODE(negation, kNot)
SHRIKE_NODE(quantifier, kQuantifier) SHRIKE_NODE(comparison, kCompare) SHRIKE_NODE(compare_operator, kOperator)
SHRIKE_NODE(null_test, kOperator) SHRIKE_NODE(has_test, kHas) SHRIKE_NODE(missing_test, kMissing)
SHRIKE_NODE(coalesce_expr, kCoalesce) SHRIKE_NODE(additive, kAdditive) SHRIKE_NODE(multiplicative, kMultiplicative)
SHRIKE_NODE(unary, kUnary) SHRIKE_NODE(postfix, kPostfix) SHRIKE_NODE(member, kMember) SHRIKE_NODE(index, kIndex)
SHRIKE_NODE(star_index, kStar) SHRIKE_NODE(literal, kLiteral) SHRIKE_NODE(list, kList)
SHRIKE_NODE(comprehension, kComprehension) SHRIKE_NODE(filter, kFilter) SHRIKE_NODE(call, kCall)
SHRIKE_NODE(aggregate, kAggregate) SHRIKE_NODE(name_use, kNameUse) SHRIKE_NODE(group, kGroup) SHRIKE_NODE(elif, kElseIf)
SHRIKE_NODE(duration, kLiteral) SHRIKE_NODE(whole_number, kLiteral) SHRIKE_NODE(times_number, kLiteral)
SHRIKE_NODE(date, kLiteral) SHRIKE_NODE(moment, kMoment)
SHRIKE_NODE(name, kName) SHRIKE_NODE(variable, kName) SHRIKE_NODE(type_name, kName) SHRIKE_NODE(class_name, kName)
SHRIKE_NODE(rule_name, kName) SHRIKE_NODE(severity_name, kName)
SHRIKE_NODE(text, kText) SHRIKE_NODE(title, kText) SHRIKE_NODE(path, kPath) SHRIKE_NODE(named_value, kNamed)
SHRIKE_NODE(type, kType) SHRIKE_NODE(field, kField) SHRIKE_NODE(cased_part, kCased) SHRIKE_NODE(ecs_part, kEcs)
SHRIKE_NODE(ocsf_part, kOcsf) SHRIKE_NODE(default_part, kDefault) SHRIKE_NODE(class_ref, kClassRef)
SHRIKE_NODE(attack_id, kAttackId) SHRIKE_NODE(by_part, kBy) SHRIKE_NODE(where_part, kWhere) SHRIKE_NODE(last_part, kLast)
SHRIKE_NODE(within_part, kWithin) SHRIKE_NODE(times_part, kTimes) SHRIKE_NODE(times_in, kTimesIn)
SHRIKE_NODE(record, kRecord) SHRIKE_NODE(record_field, kRecordField) SHRIKE_NODE(list_values, kTail)
SHRIKE_NODE(list_file, kTail) SHRIKE_NODE(copies, kTimes) SHRIKE_NODE(parameter, kParameter)
SHRIKE_NODE(severity_clause, kSeverity) SHRIKE_NODE(attack_clause, kAttack) SHRIKE_NODE(tags_clause, kTags)
SHRIKE_NODE(refs_clause, kRefs) SHRIKE_NODE(known_false_clause, kKnownFalse) SHRIKE_NODE(param_clause, kParam)
SHRIKE_NODE(let_clause, kLet) SHRIKE_NODE(on_clause, kOn) SHRIKE_NODE(each_clause, kEach) SHRIKE_NODE(when_clause, kWhen)
SHRIKE_NODE(sequence_clause, kSequence) SHRIKE_NODE(together_clause, kTogether) SHRIKE_NODE(step, kStep)
SHRIKE_NODE(score_clause, kScore) SHRIKE_NODE(say_clause, kSay) SHRIKE_NODE(show_clause, kShow)
SHRIKE_NODE(quiet_clause, kQuiet) SHRIKE_NODE(respond_clause, kRespond) SHRIKE_NODE(assignment, kAssignment)
SHRIKE_NODE(disable_clause, kDisable) SHRIKE_NODE(tenant_clause, kTenant) SHRIKE_NODE(except_where, kWhere)
SHRIKE_NODE(drop_clause, kDrop) SHRIKE_NODE(except_score, kScore) SHRIKE_NODE(owner_clause, kOwner)
SHRIKE_NODE(until_clause, kUntil) SHRIKE_NODE(order_clause, kOrder) SHRIKE_NODE(lateness_clause, kLateness)
SHRIKE_NODE(accept_clause, kAccept) SHRIKE_NODE(raw_clause, kRaw) SHRIKE_NODE(set_clause, kSet) SHRIKE_NODE(at_clause, kAt)
SHRIKE_NODE(given_clause, kGiven) SHRIKE_NODE(expect_none, kExpectNone) SHRIKE_NODE(expect_alert, kExpectAlert)
SHRIKE_NODE(expect_withdrawn, kExpectWithdrawn) SHRIKE_NODE(case_decl, kCase)
SHRIKE_NODE(rule, kRule) SHRIKE_NODE(list_decl, kListDecl) SHRIKE_NODE(table_decl, kTable)
SHRIKE_NODE(settings_decl, kSettings) SHRIKE_NODE(except_decl, kExcept) SHRIKE_NODE(def_decl, kDef)
SHRIKE_NODE(class_decl, kClass) SHRIKE_NODE(source_decl, kSource) SHRIKE_NODE(unwrap_decl, kUnwrap)
SHRIKE_NODE(test_decl, kTest)
// clang-format on
#undef SHRIKE_NODE

/// A chain of one operand is that operand.
bool is_chain(NodeKind kind) {
  switch (kind) {
    case NodeKind::kIf:
    case NodeKind::kOr:
    case NodeKind::kAnd:
    case NodeKind::kCompare:
    case NodeKind::kCoalesce:
    case NodeKind::kAdditive:
    case NodeKind::kMultiplicative:
    case NodeKind::kPostfix: return true;
    default: return false;
  }
}

void close_node(State& state, std::uint32_t end) {
  Node node = std::move(state.stack.back());
  state.stack.pop_back();
  node.end = end;
  if (is_chain(node.kind) && node.children.size() == 1) {
    Node only = std::move(node.children.front());
    node = std::move(only);
  }
  if (!state.stack.empty()) {
    state.stack.back().children.push_back(std::move(node));
  } else if (state.out != nullptr) {
    if (auto declaration = state.builder.declaration(node)) state.out->declarations.push_back(std::move(declaration));
  } else {
    state.expression = state.builder.expression(node);
  }
}

template <class Rule>
constexpr std::string_view what_of(const Rule*) {
  return Rule::what;
}
template <class Rule>
constexpr std::string_view what_of(const nested<Rule>*) {
  return Rule::what;
}

template <class Rule>
struct control : pegtl::normal<Rule> {
  static void start(const TokenInput& in, State& state) {
    if constexpr (node_of<Rule> != NodeKind::kNone) {
      state.stack.push_back(Node{node_of<Rule>, in.iterator(), in.iterator(), {}});
    }
  }
  static void success(const TokenInput& in, State& state) {
    if constexpr (node_of<Rule> != NodeKind::kNone) close_node(state, in.iterator());
  }
  static void failure(const TokenInput& /*in*/, State& state) {
    if constexpr (node_of<Rule> != NodeKind::kNone) state.stack.pop_back();
  }
  [[noreturn]] static void raise(const TokenInput& in, State& state) {
    SyntaxError error;
    error.at = in.iterator();
    if constexpr (std::is_same_v<Rule, no_chain>) {
      state.mistakes.add(make_diagnostic(DiagnosticId::kChainedComparison, state.span(in.current())));
      error.said = true;
    } else {
      error.expected = what_of(static_cast<const Rule*>(nullptr));
      if constexpr (requires { Rule::kClosing; }) error.closing = Rule::kClosing;
      error.names = std::is_base_of_v<plain_name, Rule> || std::is_base_of_v<class_word, Rule> ||
                    std::is_base_of_v<path, Rule>;
    }
    throw error;
  }
};

// ---- habits

bool attack_word::test(TokenInput& in, State& state) {
  const Token& token = in.current();
  const std::string_view text = std::string_view(state.files[state.file].text).substr(token.begin, token.end - token.begin);
  if (!is_word(token) || text.size() < 2 || (text[0] != 'T' && text[0] != 't')) return false;
  if (!std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; })) return false;
  in.bump();
  return true;
}

bool foreign_operator::test(TokenInput& in, State& state) {
  const Token& token = in.current();
  if (!is_name(token) || !begins_expression(in.peek(1))) {
    if (!is_name(token) || in.peek(1).kind != TokenKind::kLeftBracket) return false;
  }
  const std::string_view text = std::string_view(state.files[state.file].text).substr(token.begin, token.end - token.begin);
  if (meant_operator(text).empty()) return false;
  in.bump();
  return true;
}

bool misplaced_not::test(TokenInput& in, State& state) {
  if (in.current().word != Word::kNot) return false;
  const Token& next = in.peek(1);
  if (!is_word(next) || next.word < Word::kContains || next.word > Word::kMatches) return false;
  const Span where{state.file, in.current().begin, next.end};
  state.mistakes.add(make_diagnostic(DiagnosticId::kNotBeforeOperator, where,
                                     fmt::format("not {}", text_of(next.word))));
  in.bump();
  in.bump();
  return true;
}

// ---- recovery

/// The bracket that the closing one at `at` would close; the number of tokens when there is none.
std::uint32_t opening_of(const TokenInput& in, std::uint32_t at, TokenKind closing) {
  const auto opening = static_cast<TokenKind>(static_cast<unsigned>(closing) - 1);
  unsigned closed = 0;
  for (std::uint32_t i = at; i-- > 0;) {
    if (in.token(i).kind == closing) ++closed;
    if (in.token(i).kind == opening && closed-- == 0) return i;
  }
  return in.size();
}

std::string_view name_of(Body body) {
  switch (body) {
    case Body::kFile: return "a file";
    case Body::kRule: return "a rule";
    case Body::kSteps: return "a sequence";
    case Body::kFields: return "a class";
    case Body::kSource: return "a source";
    case Body::kSettings: return "settings";
    case Body::kExcept: return "an exception";
    case Body::kUnwrap: return "an unwrap";
    case Body::kTest: return "a test";
    case Body::kCase: return "a case";
  }
  return "";
}

std::string_view item_of(Body body) {
  switch (body) {
    case Body::kFile: return "a declaration";
    case Body::kSteps: return "a step such as `sent: audit where …`";
    case Body::kFields: return "a field such as `user: string`";
    case Body::kTest: return "`case` and a title";
    case Body::kSettings: return "`disable` or a name and `=`";
    default: return "a clause";
  }
}

void report_unclosed(State& state, const TokenInput& in, std::uint32_t opening, std::uint32_t at) {
  const Token& open = in.token(opening);
  const Token& found = in.token(at);
  const bool brace = open.kind == TokenKind::kLeftBrace;
  const char* const bracket = brace ? "{" : open.kind == TokenKind::kLeftParen ? "(" : "[";
  const char* const closing = brace ? "}" : open.kind == TokenKind::kLeftParen ? ")" : "]";
  Diagnostic d = make_diagnostic(DiagnosticId::kUnclosedBracket, state.span(open), bracket);
  const std::string label = found.kind == TokenKind::kEnd ? fmt::format("`{}` is missing before {}", closing, state.describe_token(found))
                                                          : fmt::format("`{}` is missing before this", closing);
  d.second = Diagnostic::Note{state.span(found), label};
  state.mistakes.add(std::move(d));
}

void report(State& state, const TokenInput& in, const SyntaxError& error, Body body) {
  const Token& found = in.token(error.at);
  if (error.said || found.kind == TokenKind::kBad) return;
  const std::uint32_t opening = error.closing == TokenKind::kEnd ? in.size() : opening_of(in, error.at, error.closing);
  if (opening < in.size() && (found.kind == TokenKind::kEnd || found.kind == TokenKind::kRightBrace ||
                              begins_item(in, error.at, body))) {
    report_unclosed(state, in, opening, error.at);
    return;
  }
  if (error.names && is_word(found) && is_reserved(found.word)) {
    state.mistakes.add(make_diagnostic(DiagnosticId::kReservedName, state.span(found), text_of(found.word)));
    return;
  }
  std::string expected(error.expected);
  if (error.at > 0) {
    const Token& before = in.token(error.at - 1);
    if (before.kind != TokenKind::kLeftBrace) expected += " after " + state.describe_token(before);
  }
  Diagnostic d = make_diagnostic(DiagnosticId::kUnexpected, state.span(found), expected, state.describe_token(found));
  if (opening < in.size()) d.second = Diagnostic::Note{state.span(in.token(opening)), "opened here"};
  if (error.expected == duration::what && found.kind == TokenKind::kInt) d.help = "a duration has a unit: ms, s, m, h, d or w";
  state.mistakes.add(std::move(d));
}

/// A token that begins nothing which may stand in this body.
void report_unknown(State& state, const TokenInput& in, Body body) {
  const Token& found = in.current();
  if (found.kind == TokenKind::kBad) return;
  const std::string_view text = std::string_view(state.files[state.file].text).substr(found.begin, found.end - found.begin);
  if (body == Body::kFile) {
    Diagnostic d = make_diagnostic(DiagnosticId::kUnknownDeclaration, state.span(found), state.describe_token(found));
    if (is_word(found)) suggest(d, text, kFileWords);
    if (is_word(found) && in_list(found.word, kRuleWords)) d.help = fmt::format("`{}` is a clause of a rule; is a brace closed too early?", text);
    state.mistakes.add(std::move(d));
    return;
  }
  const bool alone = found.line_start || in.token(in.iterator() - 1).kind == TokenKind::kLeftBrace;
  if (is_word(found) && body != Body::kSteps && body != Body::kFields) {
    Diagnostic d = make_diagnostic(DiagnosticId::kUnknownClause, state.span(found), text, name_of(body));
    const bool close = suggest(d, text, words_of(body));
    if (!close && alone && body == Body::kRule) suggest_familiar_clause(d, text);
    const bool assigns = body == Body::kSource || body == Body::kSettings;
    if (close || (alone && !assigns)) {
      state.mistakes.add(std::move(d));
      return;
    }
    if (alone && is_name(found)) {
      const Token& next = in.peek(1);
      state.mistakes.add(make_diagnostic(DiagnosticId::kUnexpected, state.span(next), fmt::format("`=` after `{}`", text),
                                         state.describe_token(next)));
      return;
    }
  }
  std::string expected = alone || is_reserved(found.word) ? std::string(item_of(body)) : fmt::format("an operator or {}", item_of(body));
  if (in.iterator() > 0) {
    const Token& before = in.token(in.iterator() - 1);
    if (before.kind != TokenKind::kLeftBrace) expected += " after " + state.describe_token(before);
  }
  state.mistakes.add(make_diagnostic(DiagnosticId::kUnexpected, state.span(found), expected, state.describe_token(found)));
}

/// Where to go on after a mistake at `at` in an item that began at `start`.
std::uint32_t next_item(const TokenInput& in, std::uint32_t start, std::uint32_t at, Body body) {
  unsigned depth = 0;
  for (std::uint32_t i = start; i < in.size(); ++i) {
    const Token& token = in.token(i);
    if (token.kind == TokenKind::kEnd) return i;
    if (i >= at && i > start && begins_item(in, i, body) && (depth == 0 || looks_like_clause(in, i))) return i;
    if (token.kind == TokenKind::kLeftBrace) {
      ++depth;
    } else if (token.kind == TokenKind::kRightBrace) {
      if (depth > 0) {
        --depth;
      } else if (i >= at && body != Body::kFile) {
        return i;
      }
    }
  }
  return in.size() - 1;
}

bool body_close::test(TokenInput& in, State& state) {
  if (in.current().kind == TokenKind::kRightBrace) {
    in.bump();
    return true;
  }
  if (state.mistakes.full()) return true;
  const std::uint32_t opening = opening_of(in, in.iterator(), TokenKind::kRightBrace);
  if (opening < in.size()) report_unclosed(state, in, opening, in.iterator());
  return true;
}

template <class Item, Body Where>
template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action, template <class...> class Control>
bool recover<Item, Where>::match(TokenInput& in, State& state) {
  const std::uint32_t start = in.iterator();
  const std::size_t open_nodes = state.stack.size();
  const unsigned depth = state.depth;
  std::uint32_t at = start;
  try {
    if (Control<Item>::template match<A, pegtl::rewind_mode::required, Action, Control>(in, state)) return true;
    report_unknown(state, in, Where);
  } catch (const SyntaxError& error) {
    report(state, in, error, Where);
    at = error.at;
  }
  state.stack.resize(open_nodes);
  state.depth = depth;
  in.go_to(next_item(in, start, at, Where));
  return true;
}

template <class Rule>
template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action, template <class...> class Control>
bool nested<Rule>::match(TokenInput& in, State& state) {
  if (state.depth >= kMaxNesting) {
    state.mistakes.add(make_diagnostic(DiagnosticId::kNestedTooDeep, state.span(in.current()), kMaxNesting));
    SyntaxError error;
    error.at = in.iterator();
    error.said = true;
    throw error;
  }
  ++state.depth;  // `recover` puts it right after an exception.
  const bool matched = Control<Rule>::template match<A, M, Action, Control>(in, state);
  --state.depth;
  return matched;
}

/// Reads one expression; null after a mistake.
ast::ExprPtr parse_lone(const SourceFiles& files, std::uint32_t file, const TokenStream& stream, Mistakes& mistakes) {
  Builder builder(files, file, stream, mistakes);
  State state{files, file, stream, mistakes, builder};
  TokenInput in(stream.tokens);
  try {
    (void)pegtl::parse<lone_expression, pegtl::nothing, control>(in, state);
  } catch (const SyntaxError& error) {
    report(state, in, error, Body::kFile);
    return nullptr;
  }
  return std::move(state.expression);
}

}  // namespace

ast::File parse(const SourceFiles& files, std::uint32_t index, Diagnostics& diagnostics) {
  ast::File result;
  result.index = index;
  Mistakes mistakes(diagnostics);
  const std::string& text = files[index].text;
  if (text.size() > kMaxFileBytes) {
    mistakes.add(make_diagnostic(DiagnosticId::kFileTooLarge, {index, 0, 0}, kMaxFileBytes >> 20U));
    return result;
  }
  if (!check_characters(files, index, mistakes)) return result;
  TokenStream stream = tokenize(files, index, 0, static_cast<std::uint32_t>(text.size()), false, mistakes);
  Builder builder(files, index, stream, mistakes);
  State state{files, index, stream, mistakes, builder, &result};
  TokenInput in(stream.tokens);
  (void)pegtl::parse<file, pegtl::nothing, control>(in, state);
  mistakes.sort();
  // A `///` line that documents nothing is a comment.
  std::vector<ast::Comment> docs = builder.unused_docs();
  result.comments = std::move(stream.comments);
  result.comments.insert(result.comments.end(), std::make_move_iterator(docs.begin()), std::make_move_iterator(docs.end()));
  std::stable_sort(result.comments.begin(), result.comments.end(),
                   [](const ast::Comment& a, const ast::Comment& b) { return a.span.begin < b.span.begin; });
  return result;
}

ast::ExprPtr parse_expression(const SourceFiles& files, std::uint32_t index, Diagnostics& diagnostics) {
  Mistakes mistakes(diagnostics);
  const std::size_t before = diagnostics.size();
  const std::string& text = files[index].text;
  if (text.size() > kMaxFileBytes) {
    mistakes.add(make_diagnostic(DiagnosticId::kFileTooLarge, {index, 0, 0}, kMaxFileBytes >> 20U));
    return nullptr;
  }
  if (!check_characters(files, index, mistakes)) return nullptr;
  const TokenStream stream = tokenize(files, index, 0, static_cast<std::uint32_t>(text.size()), false, mistakes);
  ast::ExprPtr result = parse_lone(files, index, stream, mistakes);
  mistakes.sort();
  return diagnostics.size() == before ? std::move(result) : nullptr;
}

ast::ExprPtr parse_template_expression(const SourceFiles& files, std::uint32_t file, std::uint32_t begin,
                                       std::uint32_t end, Mistakes& mistakes) {
  const TokenStream stream = tokenize(files, file, begin, end, true, mistakes);
  return parse_lone(files, file, stream, mistakes);
}

}  // namespace shrike
