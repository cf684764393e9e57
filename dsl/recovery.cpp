// See recovery.hpp.
#include "dsl/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dsl/diagnostics.hpp"
#include "dsl/nearest.hpp"

namespace shrike {
namespace {

constexpr std::initializer_list<Word> kRuleWords{
    Word::kSeverity, Word::kAttackClause, Word::kTags, Word::kRefs,  Word::kKnownFalse, Word::kParam,
    Word::kLet,      Word::kOn,           Word::kEach, Word::kWhen,  Word::kSequence,   Word::kTogether,
    Word::kScore,    Word::kSay,          Word::kShow, Word::kQuiet, Word::kRespond};
constexpr std::initializer_list<Word> kSourceWords{Word::kOrder, Word::kLateness, Word::kAccept, Word::kLet};
constexpr std::initializer_list<Word> kSettingsWords{Word::kDisable};
constexpr std::initializer_list<Word> kExceptWords{Word::kTenant, Word::kWhere, Word::kDrop,
                                                   Word::kScore,  Word::kOwner, Word::kUntil};
constexpr std::initializer_list<Word> kUnwrapWords{Word::kAccept, Word::kRaw};
constexpr std::initializer_list<Word> kTestWords{Word::kCase};
constexpr std::initializer_list<Word> kCaseWords{Word::kSet, Word::kAt, Word::kGiven, Word::kExpect};
constexpr std::initializer_list<Word> kFileWords{Word::kRule,   Word::kList, Word::kTable, Word::kSettings,
                                                 Word::kExcept, Word::kDef,  Word::kClass, Word::kSource,
                                                 Word::kUnwrap, Word::kTest};

bool is_clause_word(Word word) {
  return (word >= Word::kSeverity && word <= Word::kOn) || word == Word::kEach ||
         (word >= Word::kWhen && word <= Word::kQuiet) || word == Word::kRespond ||
         (word >= Word::kDisable && word <= Word::kUntil) ||
         (word >= Word::kOrder && word <= Word::kAccept) || (word >= Word::kCase && word <= Word::kExpect);
}

/// Words that go on with a clause and are not reserved: after them nothing new has begun.
bool continues_clause(Word word) {
  return word == Word::kWithin || word == Word::kBy || word == Word::kTimesWord || word == Word::kFrom ||
         word == Word::kEcs || word == Word::kOcsf;
}

std::string_view name_of(Body body) {
  switch (body) {
    case Body::kFile:
      return "a file";
    case Body::kRule:
      return "a rule";
    case Body::kSteps:
      return "a sequence";
    case Body::kFields:
      return "a class";
    case Body::kSource:
      return "a source";
    case Body::kSettings:
      return "settings";
    case Body::kExcept:
      return "an exception";
    case Body::kUnwrap:
      return "an unwrap";
    case Body::kTest:
      return "a test";
    case Body::kCase:
      return "a case";
  }
  return "";
}

std::string_view item_of(Body body) {
  switch (body) {
    case Body::kFile:
      return "a declaration";
    case Body::kSteps:
      return "a step such as `sent: audit where …`";
    case Body::kFields:
      return "a field such as `user: string`";
    case Body::kTest:
      return "`case` and a title";
    case Body::kSettings:
      return "`disable` or a name and `=`";
    default:
      return "a clause";
  }
}

}  // namespace

bool is_one_of(Word word, std::initializer_list<Word> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

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
    case TokenKind::kTemplate:
      return true;
    default:
      return false;
  }
}

bool labels_line(const Tokens& tokens, std::size_t at) {
  return tokens[at].line_start && is_name(tokens[at]) && tokens[at + 1].kind == TokenKind::kColon;
}

bool begins_declaration_at(const Tokens& tokens, std::size_t at) {
  const Token& word = tokens[at];
  if (!word.line_start || !begins_declaration(word.word)) return false;
  const Token& next = tokens[at + 1];  // The end of the file stands behind every word.
  if (next.line_start) return false;
  return is_name(next) || next.kind == TokenKind::kString || next.kind == TokenKind::kLeftBrace;
}

bool looks_like_clause(const Tokens& tokens, std::size_t at) {
  const Token& word = tokens[at];
  if (!word.line_start || !is_name(word)) return false;
  if (at + 1 >= tokens.size()) return false;
  const Token* next = &tokens[at + 1];
  // NAME = …, a.b = …: an assignment.
  for (std::size_t i = at + 1; i + 2 < tokens.size() && tokens[i].kind == TokenKind::kDot; i += 2)
    next = &tokens[i + 2];
  if (next->kind == TokenKind::kAssign && !next->line_start) return true;
  next = &tokens[at + 1];
  if (next->line_start) return false;
  if (begins_declaration(word.word)) return begins_declaration_at(tokens, at);
  if (!is_clause_word(word.word)) return false;
  if (next->kind == TokenKind::kLeftBrace) return true;
  if (next->kind == TokenKind::kLeftParen) return !next->glued;
  if (next->kind == TokenKind::kMinus || next->kind == TokenKind::kPlus)
    return !next->glued && tokens[at + 2].glued;
  if (next->word == Word::kNot) return tokens[at + 2].word != Word::kIn;
  return begins_expression(*next) && !continues_clause(next->word) && !is_clause_word(next->word);
}

std::initializer_list<Word> words_of(Body body) {
  switch (body) {
    case Body::kFile:
      return kFileWords;
    case Body::kRule:
      return kRuleWords;
    case Body::kSource:
      return kSourceWords;
    case Body::kSettings:
      return kSettingsWords;
    case Body::kExcept:
      return kExceptWords;
    case Body::kUnwrap:
      return kUnwrapWords;
    case Body::kTest:
      return kTestWords;
    case Body::kCase:
      return kCaseWords;
    case Body::kSteps:
    case Body::kFields:
      return {};
  }
  return {};
}

bool begins_item(const Tokens& tokens, std::size_t at, Body body) {
  const Token& word = tokens[at];
  if (!word.line_start || !is_word(word)) return false;
  if (begins_declaration_at(tokens, at)) return true;
  if (body == Body::kFile) return false;
  const Token& next = tokens[std::min(at + 1, tokens.size() - 1)];
  if (body == Body::kSteps) {
    const Token& name = word.word == Word::kNot ? next : word;
    const std::size_t colon = word.word == Word::kNot ? at + 2 : at + 1;
    if (is_word(name) && colon < tokens.size() && tokens[colon].kind == TokenKind::kColon) return true;
    return is_one_of(word.word, kRuleWords) && looks_like_clause(tokens, at);
  }
  if (body == Body::kFields) return next.kind == TokenKind::kColon;
  if (is_one_of(word.word, words_of(body))) {
    if (word.word == Word::kDrop) return true;
    if (word.word == Word::kSequence || word.word == Word::kTogether)
      return next.kind == TokenKind::kLeftBrace;
    if (word.word == Word::kLet || word.word == Word::kParam) return is_word(next);
    const bool operand = next.kind == TokenKind::kMinus || next.kind == TokenKind::kPlus ||
                         next.kind == TokenKind::kLeftParen || next.kind == TokenKind::kAssign ||
                         next.kind == TokenKind::kBad;
    return operand || begins_expression(next);
  }
  if (body == Body::kSource || body == Body::kSettings) return looks_like_clause(tokens, at);
  return false;
}

/// The bracket that the closing one at `at` would close; the number of tokens when there is none.
std::uint32_t Recovery::opening_of(std::uint32_t at, TokenKind closing) const {
  const auto opening = static_cast<TokenKind>(static_cast<unsigned>(closing) - 1);
  unsigned closed = 0;
  for (std::uint32_t i = at; i-- > 0;) {
    if (tokens_[i].kind == closing) ++closed;
    if (tokens_[i].kind == opening && closed-- == 0) return i;
  }
  return count();
}

std::string Recovery::after_token(std::uint32_t at) const {
  if (at == 0 || tokens_[at - 1].kind == TokenKind::kLeftBrace) return {};
  return " after " + described(tokens_[at - 1]);
}

void Recovery::report_unclosed_body(std::uint32_t at) {
  const std::uint32_t opening = opening_of(at, TokenKind::kRightBrace);
  if (opening < count()) report_unclosed(opening, at);
}

void Recovery::report_unclosed(std::uint32_t opening, std::uint32_t at) {
  const Token& open = tokens_[opening];
  const Token& found = tokens_[at];
  // A text without its end has swallowed the rest of the file, brackets included.
  if (found.kind == TokenKind::kEnd && at > 0 && tokens_[at - 1].reported) return;
  const bool brace = open.kind == TokenKind::kLeftBrace;
  const char* const bracket = brace ? "{" : open.kind == TokenKind::kLeftParen ? "(" : "[";
  const char* const closing = brace ? "}" : open.kind == TokenKind::kLeftParen ? ")" : "]";
  Diagnostic d = make_diagnostic(DiagnosticId::kUnclosedBracket, span(open), bracket);
  const std::string label = found.kind == TokenKind::kEnd
                                ? fmt::format("`{}` is missing before {}", closing, described(found))
                                : fmt::format("`{}` is missing before this", closing);
  d.second = Diagnostic::Note{span(found), label};
  mistakes_.add(std::move(d));
}

void Recovery::report(const SyntaxError& error, Body body) {
  const Token& found = tokens_[error.at];
  if (error.said || found.reported) return;
  const std::uint32_t opening =
      error.closing == TokenKind::kEnd ? count() : opening_of(error.at, error.closing);
  if (opening < count() && (found.kind == TokenKind::kEnd || found.kind == TokenKind::kRightBrace ||
                            begins_item(tokens_, error.at, body))) {
    report_unclosed(opening, error.at);
    return;
  }
  if (error.name && is_word(found) && is_reserved(found.word)) {
    mistakes_.add(make_diagnostic(DiagnosticId::kReservedName, span(found), text_of(found.word)));
    return;
  }
  const std::string expected = std::string(error.expected) + after_token(error.at);
  Diagnostic d = make_diagnostic(DiagnosticId::kUnexpected, span(found), expected, described(found));
  if (opening < count()) d.second = Diagnostic::Note{span(tokens_[opening]), "opened here"};
  if (error.duration && found.kind == TokenKind::kInt) d.help = "a duration has a unit: ms, s, m, h, d or w";
  if (is_word(found)) suggest_quoted(d, spelling(found), error.expected);
  mistakes_.add(std::move(d));
}

void Recovery::report_unknown(std::uint32_t at, Body body) {
  const Token& found = tokens_[at];
  if (found.reported) return;
  const std::string_view text = spelling(found);
  if (body == Body::kFile) {
    Diagnostic d = make_diagnostic(DiagnosticId::kUnknownDeclaration, span(found), described(found));
    if (is_word(found)) suggest(d, text, kFileWords);
    if (is_word(found) && is_one_of(found.word, kRuleWords))
      d.help = fmt::format("`{}` is a clause of a rule; is a brace closed too early?", text);
    mistakes_.add(std::move(d));
    return;
  }
  const bool alone = found.line_start || tokens_[at - 1].kind == TokenKind::kLeftBrace;
  if (is_word(found) && body != Body::kSteps && body != Body::kFields) {
    Diagnostic d = make_diagnostic(DiagnosticId::kUnknownClause, span(found), text, name_of(body));
    const bool close = suggest(d, text, words_of(body));
    if (!close && alone && body == Body::kRule) suggest_familiar_clause(d, text);
    const bool assigns = body == Body::kSource || body == Body::kSettings;
    if (close || (alone && !assigns)) {
      mistakes_.add(std::move(d));
      return;
    }
    if (alone && is_name(found)) {
      const Token& next = tokens_[at + 1];
      mistakes_.add(make_diagnostic(DiagnosticId::kUnexpected, span(next),
                                    fmt::format("`=` after `{}`", text), described(next)));
      return;
    }
  }
  std::string expected = alone || is_reserved(found.word) ? std::string(item_of(body))
                                                          : fmt::format("an operator or {}", item_of(body));
  expected += after_token(at);
  mistakes_.add(make_diagnostic(DiagnosticId::kUnexpected, span(found), expected, described(found)));
}

std::uint32_t Recovery::next_item(std::uint32_t start, std::uint32_t at, Body body) const {
  unsigned depth = 0;
  for (std::uint32_t i = start; i < count(); ++i) {
    const Token& token = tokens_[i];
    if (token.kind == TokenKind::kEnd) return i;
    if (i >= at && i > start && begins_item(tokens_, i, body) &&
        (depth == 0 || looks_like_clause(tokens_, i)))
      return i;
    if (i > at && depth == 0 && misspells_clause(i, body)) return i;
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
  return count() - 1;
}

/// Two words beside each other at the beginning of a line are no part of an expression.
bool Recovery::misspells_clause(std::uint32_t at, Body body) const {
  const Token& word = tokens_[at];
  if (!word.line_start || !is_name(word) || continues_clause(word.word)) return false;
  const Token& next = tokens_[at + 1];  // The end of the file is no name.
  if (next.line_start || next.glued || !begins_expression(next)) return false;
  std::vector<std::string_view> words;
  for (const Word candidate : words_of(body)) words.push_back(text_of(candidate));
  return !nearest(spelling(word), words).empty();
}

bool Recovery::seems_declared(std::uint32_t at, std::uint32_t start, Body body) const {
  const Token& next = tokens_[at + 1];  // The end of the file is no name.
  if (next.kind == TokenKind::kAssign) return true;
  if (next.kind == TokenKind::kColon && (body == Body::kFields || tokens_[at].line_start)) return true;
  if (at == start) return false;
  const Token& before = tokens_[at - 1];
  if (before.word == Word::kLet || before.word == Word::kParam || begins_declaration(before.word))
    return true;
  // The first word was misspelt: `paran failures: int = 10`.
  return at == start + 1 && is_name(before) && !is_one_of(before.word, words_of(body));
}

ast::Unread Recovery::unread(std::uint32_t start, std::uint32_t next, Body body) const {
  ast::Unread result{{file_, tokens_[start].begin, tokens_[std::max(next, start + 1) - 1].end}};
  const bool is_known = is_one_of(tokens_[start].word, words_of(body));
  const bool is_first = start == 0 || tokens_[start - 1].kind == TokenKind::kLeftBrace;
  result.goes_on = !is_known && !is_first && !(tokens_[start].line_start && is_word(tokens_[start]));
  result.is_unknown = !is_known && !result.goes_on;
  // A clause outside of a rule: the rule before it was closed too early.
  if (body == Body::kFile && start > 0 && is_one_of(tokens_[start].word, kRuleWords))
    result.span.begin = tokens_[start - 1].end;
  // Settings, exceptions and tests declare nothing.
  if (body == Body::kSettings || body == Body::kExcept || body == Body::kTest || body == Body::kCase ||
      is_one_of(tokens_[start].word, {Word::kSettings, Word::kExcept, Word::kTest}))
    return result;
  for (std::uint32_t at = start; at < next; ++at) {
    if (is_name(tokens_[at]) && seems_declared(at, start, body))
      result.names.emplace_back(spelling(tokens_[at]));
  }
  return result;
}

}  // namespace shrike
