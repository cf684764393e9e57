// The grammar of declarations: rules, classes, sources, lists, settings, tests; and of whole files.
// Part of parse.cpp, which alone includes it.
// Read next: parse.cpp for what is done with it.
#pragma once

#include "dsl/grammar_expressions.hpp"

namespace shrike::grammar {

// ---- recovery

/// Reads one Item of a body. After a mistake goes on where the next one begins. Always succeeds.
template <class Item, Body Where>
struct recover {
  using rule_t = recover;
  using subs_t = pegtl::type_list<Item>;
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action,
            template <class...> class Control>
  static bool match(TokenInput& in, State& state);
};

/// Ends a body: its brace, the end of the file, or a declaration that can only mean that the brace was
/// forgotten.
struct body_end : tested<body_end> {
  static bool test(TokenInput& in, State& state) {
    if (state.mistakes.full()) return true;
    const Token& token = in.current();
    return token.kind == TokenKind::kRightBrace || token.kind == TokenKind::kEnd ||
           begins_declaration_at(in.tokens(), in.iterator());
  }
};
/// The same for steps, where also a clause of the rule can only mean that.
struct steps_end : tested<steps_end> {
  static bool test(TokenInput& in, State& state) {
    return body_end::test(in, state) || (is_one_of(in.current().word, words_of(Body::kRule)) &&
                                         looks_like_clause(in.tokens(), in.iterator()));
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
struct text_list : pegtl::list_must<text, comma> {
  static constexpr std::string_view what = text::what;
};
struct attack_list : pegtl::list_must<attack_id, comma> {
  static constexpr std::string_view what = attack_id::what;
};

struct type;
struct must_type : pegtl::seq<type> {
  static constexpr std::string_view what = "a type";
};

struct within_part : pegtl::if_must<within_word, duration> {
  static constexpr std::string_view what = within_word::what;
};
struct by_part : pegtl::if_must<by_word, must_expr_list> {
  static constexpr std::string_view what = by_word::what;
};

struct severity_clause : pegtl::if_must<word<Word::kSeverity>, severity_name> {};
struct attack_clause : pegtl::if_must<word<Word::kAttackClause>, attack_list> {};
struct tags_clause : pegtl::if_must<word<Word::kTags>, text_list> {};
struct refs_clause : pegtl::if_must<word<Word::kRefs>, text_list> {};
struct known_false_clause : pegtl::if_must<word<Word::kKnownFalse>, text_list> {};
struct param_clause : pegtl::if_must<word<Word::kParam>, name, colon, must_type, assign, expr> {};
struct let_clause : pegtl::if_must<word<Word::kLet>, name, assign, expr> {};
struct on_where : pegtl::if_must<word<Word::kWhere>, expr> {};
struct on_clause : pegtl::seq<pegtl::if_must<word<Word::kOn>, class_list>, pegtl::opt<on_where>> {};
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
/// `within: …` is the next step, called so.
struct no_label : pegtl::not_at<any_word, colon> {};
struct step : pegtl::seq<pegtl::opt<word<Word::kNot>>, name, colon, pegtl::must<class_list>,
                         pegtl::opt<no_label, by_part>, pegtl::opt<where_part>,
                         pegtl::opt<no_label, times_part>, pegtl::opt<no_label, within_part>> {};
struct steps : pegtl::seq<open_brace, items<step, Body::kSteps, steps_end>> {
  static constexpr std::string_view what = "`{`";
};
struct sequence_clause : pegtl::if_must<word<Word::kSequence>, steps> {};
struct together_clause : pegtl::if_must<word<Word::kTogether>, steps> {};

struct rule_clause
    : pegtl::sor<severity_clause, attack_clause, tags_clause, refs_clause, known_false_clause, param_clause,
                 let_clause, on_clause, each_clause, when_clause, sequence_clause, together_clause,
                 score_clause, say_clause, show_clause, quiet_clause, respond_clause> {};
struct title : text {
  static constexpr std::string_view what = "a title in double quotes";
};
struct rule : pegtl::seq<pegtl::if_must<word<Word::kRule>, name, title, open_brace>,
                         items<rule_clause, Body::kRule>> {};

// ---- classes, sources

/// `list: …` on the next line is a field.
struct no_label_here : tested<no_label_here> {
  static bool test(TokenInput& in, State& state) { return !state.is_label(in); }
};
struct element_type : pegtl::seq<pegtl::must<less>, nested<must_type>, pegtl::must<greater>> {};
struct field;
struct record_type : pegtl::seq<no_label_here, word<Word::kRecord>, pegtl::must<open_brace>,
                                items<nested<field>, Body::kFields>> {};
struct list_type : pegtl::seq<no_label_here, word<Word::kList, Word::kMap>, element_type> {};
struct type_word : tested<type_word> {
  static bool test(TokenInput& in, State& state) { return !state.is_label(in) && plain_name::match(in); }
};
struct type : pegtl::sor<record_type, list_type, type_word> {
  static constexpr std::string_view what = "a type";
};

struct cased_part : word<Word::kCased> {};
struct text_ahead : pegtl::sor<sign<TokenKind::kString>, sign<TokenKind::kRaw>> {};
struct ecs_part : pegtl::seq<pegtl::at<word<Word::kEcs>, text_ahead>, word<Word::kEcs>, text> {};
struct ocsf_part : pegtl::seq<pegtl::at<word<Word::kOcsf>, text_ahead>, word<Word::kOcsf>, text> {};
struct default_part : pegtl::if_must<assign, expr> {};
struct field : pegtl::seq<name, pegtl::must<colon, must_type>, pegtl::opt<cased_part>, pegtl::opt<ecs_part>,
                          pegtl::opt<ocsf_part>, pegtl::opt<default_part>> {};
struct class_decl
    : pegtl::seq<pegtl::if_must<word<Word::kClass>, name, title, open_brace>, items<field, Body::kFields>> {};

struct order_clause
    : pegtl::seq<pegtl::at<any_word, sign<TokenKind::kInt>>, word<Word::kOrder>, whole_number> {};
/// What can only be an assignment, `accept = …` or `order.x = …`, is no clause.
struct assigns : pegtl::sor<assign, sign<TokenKind::kDot>> {};
struct lateness_clause
    : pegtl::seq<pegtl::at<any_word, pegtl::not_at<assigns>>, word<Word::kLateness>, pegtl::must<duration>> {
};
struct accept_clause
    : pegtl::seq<pegtl::at<any_word, pegtl::not_at<assigns>>, word<Word::kAccept>, pegtl::must<expr>> {};
struct source_let : pegtl::seq<pegtl::at<any_word, any_word>, let_clause> {};
struct assignment : pegtl::seq<path, pegtl::must<assign>, pegtl::must<expr>> {};
/// A word of its own before anything else is rather a clause with a typing mistake than an assignment.
struct assignment_item : pegtl::seq<pegtl::at<path_ahead, assign>, assignment> {};
struct source_item : pegtl::sor<order_clause, lateness_clause, accept_clause, source_let, assignment_item> {};
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

struct parameter : pegtl::seq<name, pegtl::must<colon, must_type>> {
  static constexpr std::string_view what = "a parameter such as `address: string`";
};
struct def_decl : pegtl::seq<pegtl::if_must<word<Word::kDef>, name, open_paren>,
                             pegtl::opt<pegtl::list_must<parameter, comma>>,
                             pegtl::must<close_arguments, colon, must_type, assign, expr>> {};

struct disable_clause
    : pegtl::seq<pegtl::at<any_word, pegtl::not_at<assigns>>, word<Word::kDisable>, pegtl::must<named_rule>> {
};
struct settings_item : pegtl::sor<disable_clause, assignment_item> {};
struct settings_decl : pegtl::seq<word<Word::kSettings>, pegtl::opt<text>, pegtl::must<open_brace>,
                                  items<settings_item, Body::kSettings>> {};

struct except_where : pegtl::if_must<word<Word::kWhere>, expr> {};
struct drop_clause : word<Word::kDrop> {};
struct except_score : pegtl::if_must<word<Word::kScore>, expr> {};
struct owner_clause : pegtl::if_must<word<Word::kOwner>, text> {};
struct date : sign<TokenKind::kDate> {
  static constexpr std::string_view what = "a date such as 2027-01-31";
};
struct until_clause : pegtl::if_must<word<Word::kUntil>, date> {};
struct tenant_clause : pegtl::if_must<word<Word::kTenant>, text> {};
struct except_item
    : pegtl::sor<except_where, drop_clause, except_score, owner_clause, until_clause, tenant_clause> {};
struct except_decl : pegtl::seq<pegtl::if_must<word<Word::kExcept>, name, title, open_brace>,
                                items<except_item, Body::kExcept>> {};

// ---- tests

struct moment : pegtl::sor<pegtl::seq<pegtl::opt<sign<TokenKind::kMinus>>, sign<TokenKind::kDuration>>,
                           sign<TokenKind::kTime>, sign<TokenKind::kDate>> {
  static constexpr std::string_view what = "a moment such as `9m` or 2026-01-31T09:00:00Z";
};
/// No clause of the test: `expect …` behind a brace that was not closed.
struct no_clause : tested<no_clause> {
  static bool test(TokenInput& in, State& /*state*/) {
    return !looks_like_clause(in.tokens(), in.iterator());
  }
};
struct record_field : pegtl::seq<no_clause, path, pegtl::must<colon, expr>> {
  static constexpr std::string_view what = "a field such as `user: \"a@contoso.example\"`";
};
struct record
    : pegtl::seq<open_brace, pegtl::opt<pegtl::list_must<record_field, comma>>, pegtl::must<close_record>> {
  static constexpr std::string_view what = "`{` and the fields of the event";
};
/// The event stands on the line of its moment; behind the brace of a record anything may stand.
struct event_follows {
  using rule_t = event_follows;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) {
    const Token& token = in.current();
    if (!is_name(token)) return false;
    if (is_one_of(token.word, words_of(Body::kCase)) && in.peek(1).kind != TokenKind::kLeftBrace)
      return false;
    const Token& next = in.peek(token.word == Word::kAlert && is_name(in.peek(1)) ? 2 : 1);
    return next.kind == TokenKind::kLeftBrace || !token.line_start;
  }
};
struct copies : pegtl::if_must<word<Word::kTimesWord>, whole_number> {};
struct event
    : pegtl::seq<pegtl::at<event_follows>, pegtl::must<class_ref>, pegtl::must<record>, pegtl::opt<copies>> {
};
/// `expect alert` may be followed by a step `at …`; the one that begins a line is such.
struct same_line {
  using rule_t = same_line;
  using subs_t = pegtl::empty_list;
  static bool match(TokenInput& in) { return !in.current().line_start; }
};
struct expected_moment : pegtl::seq<same_line, pegtl::if_must<word<Word::kAt>, moment>> {};

struct set_clause : pegtl::if_must<word<Word::kSet>, path, assign, expr> {};
struct at_clause : pegtl::seq<pegtl::if_must<word<Word::kAt>, moment>, pegtl::opt<event>> {};
struct given_clause : pegtl::if_must<word<Word::kGiven>, name, raw_text> {};
struct expect_none : pegtl::seq<word<Word::kExpect>, word<Word::kNone>> {};
struct expect_alert
    : pegtl::seq<word<Word::kExpect>, word<Word::kAlert>, pegtl::opt<expected_moment>, pegtl::opt<record>> {};
struct expect_withdrawn : pegtl::seq<word<Word::kExpect>, word<Word::kWithdrawn>, pegtl::opt<expected_moment>,
                                     pegtl::opt<record>> {};
struct expectation : pegtl::failure {
  static constexpr std::string_view what = "`none`, `alert` or `withdrawn`";
};
struct expect_clause : pegtl::sor<expect_none, expect_alert, expect_withdrawn,
                                  pegtl::if_must<word<Word::kExpect>, expectation>> {};
struct case_item : pegtl::sor<set_clause, at_clause, given_clause, expect_clause> {};
struct case_decl
    : pegtl::seq<pegtl::if_must<word<Word::kCase>, title, open_brace>, items<case_item, Body::kCase>> {};
struct test_decl
    : pegtl::seq<pegtl::if_must<word<Word::kTest>, named_rule, open_brace>, items<case_decl, Body::kTest>> {};

// ---- files

struct declaration : pegtl::sor<rule, list_decl, table_decl, settings_decl, except_decl, def_decl, class_decl,
                                source_decl, unwrap_decl, test_decl> {};
struct file_end : tested<file_end> {
  static bool test(TokenInput& in, State& state) { return in.empty() || state.mistakes.full(); }
};
struct file : pegtl::star<pegtl::not_at<file_end>, recover<declaration, Body::kFile>> {};
struct lone_expression : pegtl::must<expr, end_of_input> {};

}  // namespace shrike::grammar
