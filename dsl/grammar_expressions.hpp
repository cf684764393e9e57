// The grammar of expressions, from the loosest binding to names and literals (language manual, section 4).
// Part of parse.cpp, which alone includes it.
// Read next: grammar_declarations.hpp.
#pragma once

#include "dsl/grammar_tokens.hpp"

namespace shrike::grammar {

struct expr;
struct not_expr;
struct coalesce_expr;

/// Counts how deep rules stand inside each other. The number is bounded, so that no input can exhaust the
/// stack.
template <class Rule>
struct nested {
  using rule_t = nested;
  using subs_t = pegtl::type_list<Rule>;
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action,
            template <class...> class Control>
  static bool match(TokenInput& in, State& state);
};

struct expr_list : pegtl::list_must<expr, comma> {};

struct literal : pegtl::sor<sign<TokenKind::kString>, sign<TokenKind::kInt>, sign<TokenKind::kFloat>,
                            sign<TokenKind::kDuration>, sign<TokenKind::kIp>, sign<TokenKind::kCidr>,
                            sign<TokenKind::kTime>, sign<TokenKind::kDate>, sign<TokenKind::kRegex>,
                            sign<TokenKind::kRaw>, word<Word::kTrue, Word::kFalse>> {};

struct variable : plain_name {
  static constexpr std::string_view what = "a name for the element";
};
struct looped_list : pegtl::seq<coalesce_expr> {
  static constexpr std::string_view what = "a list";
};
struct condition;
struct filter : pegtl::if_must<word<Word::kIf>, condition> {};
struct comprehension
    : pegtl::seq<pegtl::if_must<word<Word::kFor>, variable, in_word, looped_list>, pegtl::opt<filter>> {};
struct list
    : pegtl::seq<sign<TokenKind::kLeftBracket>,
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
struct condition : nested<or_expr> {
  static constexpr std::string_view what = "a condition";
};
struct where_part : pegtl::if_must<word<Word::kWhere>, condition> {};
struct last_part : pegtl::if_must<word<Word::kLast>, duration> {};
struct aggregate : pegtl::seq<callee<true>, open_paren, pegtl::opt<expr_list>, pegtl::opt<where_part>,
                              pegtl::opt<last_part>, pegtl::must<close_arguments>> {};

struct name_use : tested<name_use> {
  static bool test(TokenInput& in, State& state) {
    const Token& token = in.current();
    if (!is_word(token) || (is_reserved(token.word) && token.word != Word::kThis)) return false;
    if (looks_like_clause(in.tokens(), in.iterator()) || state.is_label(in)) return false;
    in.bump();
    return true;
  }
};
struct group : pegtl::if_must<sign<TokenKind::kLeftParen>, expr, close_paren> {};
struct primary : pegtl::sor<aggregate, call, name_use, literal, list, group> {};

/// `user.lower()`: a habit with a message of its own.
struct no_method {
  using rule_t = no_method;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) {
    return in.current().kind != TokenKind::kLeftParen || !in.current().glued;
  }
};
struct member : pegtl::if_must<sign<TokenKind::kDot>, member_name, no_method> {};
struct star_index
    : pegtl::seq<sign<TokenKind::kLeftBracket>, sign<TokenKind::kTimes>, pegtl::must<close_index>> {};
struct index : pegtl::if_must<sign<TokenKind::kLeftBracket>, expr, close_index> {};
struct postfix : pegtl::seq<primary, pegtl::star<pegtl::sor<member, star_index, index>>> {
  static constexpr std::string_view what = "a field";
};

struct unary;
struct operand : pegtl::sor<unary, postfix> {
  static constexpr std::string_view what = "an expression";
};
struct unary : pegtl::if_must<pegtl::sor<sign<TokenKind::kMinus>, sign<TokenKind::kPlus>>, nested<operand>> {
};
struct multiplicative_sign
    : pegtl::sor<sign<TokenKind::kTimes>, sign<TokenKind::kDivide>, sign<TokenKind::kRemainder>> {};
struct multiplicative : pegtl::seq<operand, pegtl::star<pegtl::if_must<multiplicative_sign, operand>>> {
  static constexpr std::string_view what = "an expression";
};
struct additive_sign : pegtl::sor<sign<TokenKind::kPlus>, sign<TokenKind::kMinus>> {};
struct additive : pegtl::seq<multiplicative, pegtl::star<pegtl::if_must<additive_sign, multiplicative>>> {
  static constexpr std::string_view what = "an expression";
};
struct coalesce_expr
    : pegtl::seq<additive, pegtl::star<pegtl::if_must<sign<TokenKind::kCoalesce>, additive>>> {
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
    if (!is_one_of(in.peek(word).word, {Word::kNull, Word::kNil, Word::kNone, Word::kMissing})) return false;
    for (std::uint32_t i = 0; i <= word; ++i) in.bump();
    return true;
  }
};
struct has_test : pegtl::if_must<word<Word::kHas>, postfix> {};
struct missing_test : pegtl::if_must<word<Word::kMissing>, postfix> {};
struct no_chain : pegtl::not_at<compare_operator> {};
struct comparison
    : pegtl::seq<coalesce_expr,
                 pegtl::opt<pegtl::sor<null_test, pegtl::seq<compare_operator, pegtl::must<coalesce_expr>,
                                                             pegtl::must<no_chain>>>>> {};

/// The list of a quantifier; in it a name before a colon is no label.
struct quantified_list {
  using rule_t = quantified_list;
  using subs_t = pegtl::type_list<looped_list>;
  static constexpr std::string_view what = "a list";
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action,
            template <class...> class Control>
  static bool match(TokenInput& in, State& state) {
    ++state.quantifiers;  // `recover` puts it right after an exception.
    const bool matched = Control<looped_list>::template match<A, M, Action, Control>(in, state);
    --state.quantifiers;
    return matched;
  }
};
struct quantifier : pegtl::if_must<word<Word::kAny, Word::kAll>, variable, in_word, quantified_list, colon,
                                   nested<not_expr>> {};
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
struct elif : pegtl::seq<pegtl::if_must<word<Word::kElif, Word::kElsif>, condition>,
                         pegtl::opt<pegtl::if_must<word<Word::kElse>, expr>>> {};
struct if_expr
    : pegtl::seq<or_expr, pegtl::opt<pegtl::if_must<word<Word::kIf>, condition>,
                                     pegtl::opt<pegtl::sor<pegtl::if_must<word<Word::kElse>, expr>, elif>>>> {
};
struct expr : nested<if_expr> {
  static constexpr std::string_view what = "an expression";
};

struct named_value : pegtl::seq<pegtl::at<plain_name, assign>, name, assign, pegtl::must<expr>> {};
struct named_or_expr : pegtl::sor<named_value, expr> {
  static constexpr std::string_view what = "an expression";
};
struct named_list : pegtl::list_must<named_or_expr, comma> {
  static constexpr std::string_view what = "an expression";
};
struct must_expr_list : pegtl::seq<expr_list> {
  static constexpr std::string_view what = "an expression";
};

}  // namespace shrike::grammar
