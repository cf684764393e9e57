// Reads rule text: runs the grammar (grammar_*.hpp, in PEGTL) over the tokens of parse_tokens.cpp and
// recovers after mistakes. Rules that matter become nodes of a plain tree (syntax.hpp), from which
// build_*.cpp make the syntax tree. Nothing of PEGTL leaves this file; exceptions that carry a mistake end in
// `recover`.
#include "dsl/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "dsl/diagnostics.hpp"
#include "dsl/grammar_declarations.hpp"
#include "dsl/nearest.hpp"

namespace shrike {
namespace grammar {

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
SHRIKE_NODE(rule_name, kName) SHRIKE_NODE(named_rule, kName) SHRIKE_NODE(severity_name, kName)
SHRIKE_NODE(text, kText) SHRIKE_NODE(title, kText) SHRIKE_NODE(path, kPath) SHRIKE_NODE(named_value, kNamed)
SHRIKE_NODE(type, kType) SHRIKE_NODE(field, kField) SHRIKE_NODE(cased_part, kCased) SHRIKE_NODE(ecs_part, kEcs)
SHRIKE_NODE(ocsf_part, kOcsf) SHRIKE_NODE(default_part, kDefault) SHRIKE_NODE(class_ref, kClassRef)
SHRIKE_NODE(attack_id, kAttackId) SHRIKE_NODE(by_part, kBy) SHRIKE_NODE(where_part, kWhere) SHRIKE_NODE(on_where, kWhere) SHRIKE_NODE(last_part, kLast)
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
    case NodeKind::kPostfix:
      return true;
    default:
      return false;
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
    if (auto declaration = state.builder.declaration(node))
      state.out->declarations.push_back(std::move(declaration));
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
    } else if constexpr (std::is_same_v<Rule, no_method>) {
      const Token& method = in.tokens()[in.iterator() - 1];
      state.mistakes.add(
          make_diagnostic(DiagnosticId::kMethodCall, state.span(method), state.spelling(method)));
      error.said = true;
    } else {
      error.expected = what_of(static_cast<const Rule*>(nullptr));
      if constexpr (requires { Rule::kClosing; }) error.closing = Rule::kClosing;
      error.duration = std::is_same_v<Rule, duration>;
      error.name = std::is_base_of_v<plain_name, Rule> || std::is_base_of_v<class_word, Rule> ||
                   std::is_base_of_v<path, Rule>;
    }
    throw error;
  }
};

// ---- habits

bool attack_word::test(TokenInput& in, State& state) {
  const Token& token = in.current();
  const std::string_view text = state.spelling(token);
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
  const std::string_view text = state.spelling(token);
  if (meant_operator(text).empty()) return false;
  in.bump();
  return true;
}

bool misplaced_not::test(TokenInput& in, State& state) {
  if (in.current().word != Word::kNot) return false;
  const Token& next = in.peek(1);
  if (!is_word(next) || next.word < Word::kContains || next.word > Word::kMatches) return false;
  const Span where{state.file, in.current().begin, next.end};
  state.mistakes.add(
      make_diagnostic(DiagnosticId::kNotBeforeOperator, where, fmt::format("not {}", text_of(next.word))));
  in.bump();
  in.bump();
  return true;
}

// ---- recovery

bool body_close::test(TokenInput& in, State& state) {
  if (in.current().kind == TokenKind::kRightBrace) {
    in.bump();
    return true;
  }
  if (state.mistakes.full()) return true;
  state.recovery.report_unclosed_body(in.iterator());
  return true;
}

/// Of an item that a mistake ends: keeps the classes and keys that were read, since the rest of the rule
/// needs them.
void keep_begun_item(State& state, std::size_t open_nodes, std::uint32_t at) {
  if (state.stack.size() <= open_nodes) return;
  Node& item = state.stack[open_nodes];
  const bool names_classes = item.kind == NodeKind::kOn || item.kind == NodeKind::kStep;
  const bool is_useful = names_classes ? item.find(NodeKind::kClassRef) != nullptr
                                       : item.kind == NodeKind::kEach && !item.children.empty();
  if (!is_useful) return;
  item.is_cut =
      state.stack.size() == open_nodes + 1 || state.stack[open_nodes + 1].kind == NodeKind::kClassRef;
  state.stack.resize(open_nodes + 1);
  close_node(state, at);
}

template <class Item, Body Where>
template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action,
          template <class...> class Control>
bool recover<Item, Where>::match(TokenInput& in, State& state) {
  const std::uint32_t start = in.iterator();
  const std::size_t open_nodes = state.stack.size();
  const unsigned depth = state.depth;
  const unsigned quantifiers = std::exchange(state.quantifiers, 0);
  const Body outer = std::exchange(state.body, Where);
  std::uint32_t at = start;
  try {
    if (Control<Item>::template match<A, pegtl::rewind_mode::required, Action, Control>(in, state)) {
      state.body = outer;
      state.quantifiers = quantifiers;
      return true;
    }
    state.recovery.report_unknown(start, Where);
  } catch (const SyntaxError& error) {
    state.recovery.report(error, Where);
    at = error.at;
    keep_begun_item(state, open_nodes, at);
  }
  state.stack.resize(open_nodes);
  state.depth = depth;
  state.body = outer;
  state.quantifiers = quantifiers;
  const std::uint32_t next = state.recovery.next_item(start, at, Where);
  ast::Unread unread = state.recovery.unread(start, next, Where);
  if (unread.goes_on && !state.stack.empty() && !state.stack.back().children.empty())
    state.stack.back().children.back().is_cut = true;  // `on signin audit where …`
  if (state.out != nullptr) state.out->unread.push_back(std::move(unread));
  in.go_to(next);
  return true;
}

template <class Rule>
template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action,
          template <class...> class Control>
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

}  // namespace grammar

namespace {

/// Reads one expression; null after a mistake.
ast::ExprPtr parse_lone(const SourceFiles& files, std::uint32_t file, const TokenStream& stream,
                        Mistakes& mistakes) {
  Builder builder(files, file, stream, mistakes);
  grammar::State state{files, file, mistakes, builder, Recovery(files, file, stream.tokens, mistakes)};
  grammar::TokenInput in(stream.tokens);
  try {
    (void)tao::pegtl::parse<grammar::lone_expression, tao::pegtl::nothing, grammar::control>(in, state);
  } catch (const SyntaxError& error) {
    state.recovery.report(error, Body::kFile);
    return nullptr;
  }
  return std::move(state.expression);
}

/// Whether a text without its end took the rest of the file.
bool is_swallowed(const Tokens& tokens) {
  return tokens.size() > 1 && tokens[tokens.size() - 2].reported &&
         tokens[tokens.size() - 2].end == tokens.back().begin;
}

}  // namespace

ast::File parse(const SourceFiles& files, std::uint32_t index, Diagnostics& diagnostics) {
  ast::File result;
  result.index = index;
  result.has_end = false;
  Mistakes mistakes(diagnostics);
  const std::string& text = files[index].text;
  if (text.size() > kMaxFileBytes) {
    mistakes.add(make_diagnostic(DiagnosticId::kFileTooLarge, {index, 0, 0}, kMaxFileBytes >> 20U));
    return result;
  }
  if (!check_characters(files, index, mistakes)) return result;
  TokenStream stream = tokenize(files, index, 0, static_cast<std::uint32_t>(text.size()), false, mistakes);
  Builder builder(files, index, stream, mistakes);
  grammar::State state{files,  index, mistakes, builder, Recovery(files, index, stream.tokens, mistakes),
                       &result};
  grammar::TokenInput in(stream.tokens);
  (void)tao::pegtl::parse<grammar::file, tao::pegtl::nothing, grammar::control>(in, state);
  result.has_end = !mistakes.full() && !is_swallowed(stream.tokens);
  mistakes.sort();
  // A `///` line that documents nothing is a comment. Both lists are in the order of the file.
  std::vector<ast::Comment> docs = builder.unused_docs();
  result.comments.reserve(stream.comments.size() + docs.size());
  std::merge(std::make_move_iterator(stream.comments.begin()), std::make_move_iterator(stream.comments.end()),
             std::make_move_iterator(docs.begin()), std::make_move_iterator(docs.end()),
             std::back_inserter(result.comments),
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
  const TokenStream stream =
      tokenize(files, index, 0, static_cast<std::uint32_t>(text.size()), false, mistakes);
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
