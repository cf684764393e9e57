// Cuts rule text into tokens: a PEGTL grammar over bytes. Literals are recognised by shape only; literals.cpp
// reads their values. Habits from other languages are reported here and replaced by the token that was meant.
// Read next: tokens.hpp for the result, parse.cpp for the grammar over tokens.
#include <algorithm>
#include <string_view>
#include <tao/pegtl.hpp>

#include "dsl/characters.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/tokens.hpp"

namespace shrike {
namespace {

namespace pegtl = tao::pegtl;
using Input = pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf, const char*>;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What the grammar's actions fill.
struct Lexer {
  const SourceFiles& files;
  std::uint32_t file;
  std::uint32_t base;  ///< offset of the input's first byte in the file
  const char* start;
  bool in_template;
  Mistakes& mistakes;
  TokenStream out;
  bool line_start = true;
  std::uint32_t last_end = 0;
  std::uint32_t pending_docs = 0;        ///< docs before this one belong to an earlier token
  std::uint32_t last_hash_line_end = 0;  ///< end of the last `#` comment, to say it once per block

  std::string_view text() const { return files[file].text; }
  std::uint32_t offset(const char* p) const { return base + static_cast<std::uint32_t>(p - start); }
  Span span(std::uint32_t begin, std::uint32_t end) const { return {file, begin, end}; }

  Token& add(TokenKind kind, std::uint32_t begin, std::uint32_t end) {
    Token token;
    token.kind = kind;
    token.line_start = line_start;
    token.glued = !out.tokens.empty() && last_end == begin;
    token.begin = begin;
    token.end = end;
    token.doc_begin = pending_docs;
    token.doc_end = pending_docs = static_cast<std::uint32_t>(out.docs.size());
    last_end = end;
    line_start = false;
    out.tokens.push_back(token);
    return out.tokens.back();
  }
  Token& add_word(Word word, std::uint32_t begin, std::uint32_t end) {
    Token& token = add(TokenKind::kWord, begin, end);
    token.word = word;
    return token;
  }
  void say(Diagnostic diagnostic) { mistakes.add(std::move(diagnostic)); }
  /// "write `and` instead of `&&`", with the repair.
  void say_instead(std::uint32_t begin, std::uint32_t end, std::string_view meant) {
    std::string written(text().substr(begin, end - begin));
    Diagnostic d = make_diagnostic(DiagnosticId::kOtherSpelling, span(begin, end), meant, written);
    d.repair = Diagnostic::Repair{span(begin, end), std::string(meant)};
    say(std::move(d));
  }
  bool after(Word word) const { return !out.tokens.empty() && out.tokens.back().word == word; }
  /// The next text is the message of a rule. `rule say "…"` and its kin only use the word as a name.
  bool after_say_clause() const {
    const std::vector<Token>& tokens = out.tokens;
    if (!after(Word::kSay)) return false;
    if (tokens.size() < 2 || tokens.back().line_start) return true;
    const Token& before = tokens[tokens.size() - 2];
    const bool names = before.word == Word::kRule || before.word == Word::kClass ||
                       before.word == Word::kExcept || before.word == Word::kGiven;
    // `score rule say "…"`: there `rule` is a field.
    return !names || !(before.line_start || tokens.size() == 2 ||
                       tokens[tokens.size() - 3].kind == TokenKind::kRightBrace);
  }
  bool after(TokenKind kind) const { return !out.tokens.empty() && out.tokens.back().kind == kind; }
};

// ---- shapes

struct word_end : pegtl::not_at<pegtl::identifier_other> {};
struct digits : pegtl::plus<pegtl::digit> {};

struct blanks : pegtl::plus<pegtl::one<' ', '\t', '\r', '\f', '\v'>> {};
struct newline : pegtl::one<'\n'> {};
struct rest_of_line : pegtl::until<pegtl::at<pegtl::eolf>> {};
struct comment : pegtl::seq<pegtl::two<'/'>, rest_of_line> {};
struct hash_comment : pegtl::seq<pegtl::one<'#'>, rest_of_line> {};
struct block_comment
    : pegtl::seq<pegtl::string<'/', '*'>, pegtl::until<pegtl::sor<pegtl::string<'*', '/'>, pegtl::eof>>> {};

struct four_digits : pegtl::rep<4, pegtl::digit> {};
struct two_digits : pegtl::rep<2, pegtl::digit> {};
struct day : pegtl::seq<four_digits, pegtl::one<'-'>, two_digits, pegtl::one<'-'>, two_digits> {};
struct zone
    : pegtl::sor<pegtl::one<'Z'>, pegtl::seq<pegtl::one<'+', '-'>, two_digits, pegtl::one<':'>, two_digits>> {
};
struct time_literal
    : pegtl::seq<day, pegtl::one<'T'>, pegtl::star<pegtl::sor<pegtl::digit, pegtl::one<':', '.'>>>,
                 pegtl::opt<zone>, word_end> {};
struct date_literal : pegtl::seq<day, word_end> {};

/// Hexadecimal groups and colons with `::` or seven colons, then perhaps dotted decimals. A last single colon
/// stays outside, for `any x in ::1: …`.
struct ipv6_shape {
  using rule_t = ipv6_shape;
  using subs_t = pegtl::empty_list;
  static bool match(Input& in) {
    const char* p = in.current();
    const char* const end = in.end();
    unsigned colons = 0;
    bool doubled = false;
    while (p < end && (is_hex(*p) || *p == ':')) {
      if (*p == ':') {
        ++colons;
        doubled = doubled || (p + 1 < end && p[1] == ':');
      }
      ++p;
    }
    if (!doubled && colons < 7) return false;
    const auto colon_before = [&](std::ptrdiff_t n) { return p - in.current() >= n && p[-n] == ':'; };
    if (colon_before(1) && (!colon_before(2) || colon_before(3))) --p;
    while (p + 1 < end && *p == '.' && is_digit(p[1])) {
      ++p;
      while (p < end && is_digit(*p)) ++p;
    }
    in.bump(static_cast<std::size_t>(p - in.current()));
    return true;
  }
};
struct dotted : pegtl::seq<digits, pegtl::rep_min<2, pegtl::seq<pegtl::one<'.'>, digits>>> {};
struct prefix_length : pegtl::seq<pegtl::one<'/'>, digits> {};
struct cidr_literal : pegtl::seq<pegtl::sor<dotted, ipv6_shape>, prefix_length, word_end> {};
struct ip_literal : pegtl::seq<pegtl::sor<dotted, ipv6_shape>, word_end> {};

struct unit : pegtl::sor<pegtl::string<'m', 's'>, pegtl::one<'s', 'm', 'h', 'd', 'w'>> {};
struct duration_literal : pegtl::seq<digits, unit, word_end> {};
struct float_literal : pegtl::seq<digits, pegtl::one<'.'>, digits, word_end> {};
struct int_literal : pegtl::seq<digits, word_end> {};
struct odd_number
    : pegtl::seq<digits, pegtl::opt<pegtl::one<'.'>, digits>, pegtl::plus<pegtl::identifier_other>> {};

struct attack_literal
    : pegtl::seq<pegtl::one<'T'>, four_digits, pegtl::one<'.'>, pegtl::rep<3, pegtl::digit>, word_end> {};
struct word_literal : pegtl::identifier {};

// ---- texts

/// Where a text ends, and whether it does.
struct TextEnd {
  const char* end = nullptr;         ///< after the closing quotes, or where the line or file ends
  const char* open_brace = nullptr;  ///< a `{` of a template that is never closed
  bool closed = false;
};

/// The end of a text inside the braces of a template, `p` at its quote; null when it does not end on the
/// line.
const char* skip_nested_text(const char* p, const char* end) {
  for (++p; p < end && *p != '\n'; ++p) {
    if (*p == '\\' && p + 1 < end && p[1] != '\n') {
      ++p;
    } else if (*p == '"') {
      return p + 1;
    }
  }
  return nullptr;
}

bool at_raw_quotes(const char* p, const char* end) {
  return end - p >= 3 && p[0] == '"' && p[1] == '"' && p[2] == '"';
}

/// From after the opening quotes to the end. `raw`: no escapes, several lines, three quotes at the end.
TextEnd end_of_text(const char* p, const char* end, bool raw, bool with_braces) {
  TextEnd result;
  while (p < end && (raw || *p != '\n')) {
    if (with_braces && *p == '{') {
      if (p + 1 < end && p[1] == '{') {
        p += 2;
        continue;
      }
      const char* after = end_of_template_expression(p + 1, end);
      if (after == nullptr) {
        result.open_brace = p;
        break;
      }
      p = after;
    } else if (!raw && *p == '\\' && p + 1 < end && p[1] != '\n') {
      p += 2;
    } else if (raw ? at_raw_quotes(p, end) : *p == '"') {
      result.end = p + (raw ? 3 : 1);
      result.closed = true;
      return result;
    } else {
      ++p;
    }
  }
  result.end = p;
  return result;
}

/// All forms of text. Matches to the end of the text; one that is not closed is reported and ends with its
/// line.
struct text {
  using rule_t = text;
  using subs_t = pegtl::empty_list;

  template <pegtl::apply_mode, pegtl::rewind_mode, template <class...> class, template <class...> class>
  static bool match(Input& in, Lexer& lexer) {
    const char* p = in.current();
    const std::string_view ahead(p, std::min<std::size_t>(in.size(), 4));
    if (ahead.starts_with("\"\"\"")) return read(in, lexer, TokenKind::kRaw, 3, true);
    if (ahead.starts_with("\"")) return read(in, lexer, TokenKind::kString, 1, false);
    if (ahead.starts_with("r\"\"\"")) return read(in, lexer, TokenKind::kRegex, 4, true);
    if (ahead.starts_with("r\"")) return read(in, lexer, TokenKind::kRegex, 2, false);
    if (lexer.in_template && ahead.starts_with("\\\"")) return read_escaped_quotes(in, lexer);
    if (ahead.starts_with("'")) return read_other_quotes(in, lexer, 1, {"'"});
    if (ahead.starts_with("“") || ahead.starts_with("„"))
      return read_other_quotes(in, lexer, 3, {"”", "“", "\""});
    if (ahead.starts_with("‘")) return read_other_quotes(in, lexer, 3, {"’", "'"});
    return false;
  }

 private:
  static bool read(Input& in, Lexer& lexer, TokenKind kind, std::size_t quotes, bool raw) {
    const std::uint32_t begin = lexer.offset(in.current());
    const char* const inside = in.current() + quotes;
    const bool is_template = lexer.after_say_clause() && kind != TokenKind::kRegex;
    TextEnd found = end_of_text(inside, in.end(), raw, is_template);
    bool reported = false;
    if (found.open_brace != nullptr) {
      const std::uint32_t brace = lexer.offset(found.open_brace);
      lexer.say(make_diagnostic(DiagnosticId::kUnclosedTemplate, lexer.span(brace, brace + 1)));
      found = end_of_text(inside, in.end(), raw, false);
      reported = true;
    }
    const char* end = found.end;
    if (!found.closed && end > inside && end[-1] == '\r') --end;
    if (!found.closed && !reported) {
      lexer.say(make_diagnostic(raw ? DiagnosticId::kUnclosedRaw : DiagnosticId::kUnclosedString,
                                lexer.span(begin, lexer.offset(raw ? inside : end))));
      reported = true;
    }
    in.bump(static_cast<std::size_t>(end - in.current()));
    lexer.add(is_template ? TokenKind::kTemplate : kind, begin, lexer.offset(end)).reported = reported;
    return true;
  }

  /// `{x == \"a\"}` in a `say` text: one mistake, and a text.
  static bool read_escaped_quotes(Input& in, Lexer& lexer) {
    const std::uint32_t begin = lexer.offset(in.current());
    const std::string_view rest(in.current(), in.size());
    const std::size_t closing = rest.find("\\\"", 2);
    const std::size_t length = closing == std::string_view::npos ? rest.size() : closing + 2;
    lexer.say(make_diagnostic(DiagnosticId::kEscapeInTemplate, lexer.span(begin, begin + 2)));
    in.bump(length);
    lexer.add(TokenKind::kString, begin, begin + static_cast<std::uint32_t>(length)).reported = true;
    return true;
  }

  static bool read_other_quotes(Input& in, Lexer& lexer, std::size_t quote,
                                std::initializer_list<std::string_view> closing) {
    const std::uint32_t begin = lexer.offset(in.current());
    const std::string_view rest(in.current(), in.size());
    std::string_view line = rest.substr(0, rest.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::size_t length = line.size();
    std::size_t inside_end = line.size();
    for (std::string_view mark : closing) {
      const std::size_t at = line.find(mark, quote);
      if (at != std::string_view::npos && at < inside_end) {
        inside_end = at;
        length = at + mark.size();
      }
    }
    const std::uint32_t end = begin + static_cast<std::uint32_t>(length);
    Diagnostic d = make_diagnostic(DiagnosticId::kOtherQuotes, lexer.span(begin, end));
    const std::string_view inside = line.substr(quote, inside_end - std::min(inside_end, quote));
    if (inside_end < line.size() && inside.find_first_of("\"\\") == std::string_view::npos) {
      d.repair = Diagnostic::Repair{d.where, "\"" + std::string(inside) + "\""};
    }
    lexer.say(std::move(d));
    in.bump(length);
    lexer.add(lexer.after_say_clause() ? TokenKind::kTemplate : TokenKind::kString, begin, end).reported =
        true;
    return true;
  }
};

// ---- habits and symbols

struct and_habit : pegtl::seq<pegtl::one<'&'>, pegtl::opt<pegtl::one<'&'>>> {};
struct pipe_word : pegtl::seq<pegtl::one<'|'>, pegtl::identifier> {};
struct pipe_habit : pegtl::seq<pegtl::plus<pipe_word>, pegtl::opt<pegtl::one<':'>>> {};
struct or_habit : pegtl::seq<pegtl::one<'|'>, pegtl::opt<pegtl::one<'|'>>> {};
struct match_habit : pegtl::sor<pegtl::string<'=', '~'>> {};
struct no_match_habit : pegtl::sor<pegtl::string<'!', '~'>> {};
struct equal_habit : pegtl::string<'=', '=', '='> {};
struct not_equal_habit : pegtl::sor<pegtl::string<'!', '=', '='>, pegtl::string<'<', '>'>> {};
struct greater_habit : pegtl::string<'=', '>'> {};
struct less_habit : pegtl::string<'=', '<'> {};
struct not_habit : pegtl::one<'!'> {};
struct question_habit : pegtl::one<'?'> {};
struct semicolon_habit : pegtl::plus<pegtl::one<';'>> {};

template <TokenKind Kind, char... Chars>
struct symbol : pegtl::string<Chars...> {
  static constexpr TokenKind kKind = Kind;
};
// clang-format off
struct arrow         : symbol<TokenKind::kArrow, '-', '>'> {};
struct equal_sign    : symbol<TokenKind::kEqual, '=', '='> {};
struct not_equal     : symbol<TokenKind::kNotEqual, '!', '='> {};
struct less_equal    : symbol<TokenKind::kLessEqual, '<', '='> {};
struct greater_equal : symbol<TokenKind::kGreaterEqual, '>', '='> {};
struct coalesce_sign : symbol<TokenKind::kCoalesce, '?', '?'> {};
struct left_brace    : symbol<TokenKind::kLeftBrace, '{'> {};
struct right_brace   : symbol<TokenKind::kRightBrace, '}'> {};
struct left_paren    : symbol<TokenKind::kLeftParen, '('> {};
struct right_paren   : symbol<TokenKind::kRightParen, ')'> {};
struct left_bracket  : symbol<TokenKind::kLeftBracket, '['> {};
struct right_bracket : symbol<TokenKind::kRightBracket, ']'> {};
struct comma         : symbol<TokenKind::kComma, ','> {};
struct colon         : symbol<TokenKind::kColon, ':'> {};
struct dot           : symbol<TokenKind::kDot, '.'> {};
struct assign        : symbol<TokenKind::kAssign, '='> {};
struct less          : symbol<TokenKind::kLess, '<'> {};
struct greater       : symbol<TokenKind::kGreater, '>'> {};
struct plus_sign     : symbol<TokenKind::kPlus, '+'> {};
struct minus_sign    : symbol<TokenKind::kMinus, '-'> {};
struct times_sign    : symbol<TokenKind::kTimes, '*'> {};
struct divide_sign   : symbol<TokenKind::kDivide, '/'> {};
struct remainder     : symbol<TokenKind::kRemainder, '%'> {};
// clang-format on

struct other_character : pegtl::sor<pegtl::utf8::range<0x80, 0x10FFFF>, pegtl::any> {};

struct number : pegtl::sor<time_literal, date_literal, cidr_literal, ip_literal, duration_literal,
                           float_literal, odd_number, int_literal> {};
struct habit : pegtl::sor<and_habit, pipe_habit, or_habit, match_habit, no_match_habit, equal_habit,
                          not_equal_habit, greater_habit, less_habit> {};
struct two_signs : pegtl::sor<arrow, equal_sign, not_equal, less_equal, greater_equal, coalesce_sign> {};
struct one_sign
    : pegtl::sor<left_brace, right_brace, left_paren, right_paren, left_bracket, right_bracket, comma, colon,
                 dot, assign, less, greater, plus_sign, minus_sign, times_sign, divide_sign, remainder> {};
/// An address that begins with a letter is tried before words, since `dead::1` is one and `::` is part of
/// nothing else.
struct token : pegtl::sor<newline, blanks, comment, block_comment, text, number, attack_literal, word_literal,
                          habit, two_signs, one_sign, not_habit, question_habit, semicolon_habit,
                          hash_comment, other_character> {};

// ---- actions

template <class Rule>
struct action : pegtl::nothing<Rule> {};

template <TokenKind Kind>
struct add_token {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    lexer.add(Kind, lexer.offset(in.begin()), lexer.offset(in.end()));
  }
};
// clang-format off
template <> struct action<time_literal>     : add_token<TokenKind::kTime> {};
template <> struct action<date_literal>     : add_token<TokenKind::kDate> {};
template <> struct action<cidr_literal>     : add_token<TokenKind::kCidr> {};
template <> struct action<ip_literal>       : add_token<TokenKind::kIp> {};
template <> struct action<duration_literal> : add_token<TokenKind::kDuration> {};
template <> struct action<float_literal>    : add_token<TokenKind::kFloat> {};
template <> struct action<int_literal>      : add_token<TokenKind::kInt> {};
template <> struct action<attack_literal>   : add_token<TokenKind::kAttack> {};
#define SHRIKE_SIGN(rule) template <> struct action<rule> : add_token<rule::kKind> {};
SHRIKE_SIGN(arrow) SHRIKE_SIGN(equal_sign) SHRIKE_SIGN(not_equal) SHRIKE_SIGN(less_equal) SHRIKE_SIGN(greater_equal)
SHRIKE_SIGN(coalesce_sign) SHRIKE_SIGN(left_brace) SHRIKE_SIGN(right_brace) SHRIKE_SIGN(left_paren)
SHRIKE_SIGN(right_paren) SHRIKE_SIGN(left_bracket) SHRIKE_SIGN(right_bracket) SHRIKE_SIGN(comma) SHRIKE_SIGN(colon)
SHRIKE_SIGN(dot) SHRIKE_SIGN(assign) SHRIKE_SIGN(less) SHRIKE_SIGN(greater) SHRIKE_SIGN(plus_sign)
SHRIKE_SIGN(minus_sign) SHRIKE_SIGN(times_sign) SHRIKE_SIGN(divide_sign) SHRIKE_SIGN(remainder)
#undef SHRIKE_SIGN
    // clang-format on

    template <>
    struct action<odd_number> {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    const Span where = lexer.span(lexer.offset(in.begin()), lexer.offset(in.end()));
    lexer.say(make_diagnostic(DiagnosticId::kOddNumber, where, in.string()));
    lexer.add(TokenKind::kBad, where.begin, where.end).reported = true;
  }
};

template <>
struct action<newline> {
  static void apply0(Lexer& lexer) { lexer.line_start = true; }
};

void add_comment(Lexer& lexer, std::uint32_t begin, std::uint32_t end, std::uint32_t mark) {
  std::string_view text = lexer.text().substr(begin + mark, end - begin - mark);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  ast::Comment comment;
  comment.text = text;
  comment.span = lexer.span(begin, end);
  comment.own_line = lexer.line_start;
  const bool three = mark == 2 && text.starts_with('/') && !text.starts_with("//");
  const bool doc = three && lexer.line_start;
  // Behind something it documents nothing: an ordinary comment.
  if (three && !doc) comment.text.erase(0, 1);
  (doc ? lexer.out.docs : lexer.out.comments).push_back(std::move(comment));
}

template <>
struct action<comment> {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    add_comment(lexer, lexer.offset(in.begin()), lexer.offset(in.end()), 2);
  }
};

template <>
struct action<hash_comment> {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    const std::uint32_t begin = lexer.offset(in.begin());
    const std::uint32_t end = lexer.offset(in.end());
    // A block of such lines is one mistake.
    const std::string_view between =
        lexer.text().substr(lexer.last_hash_line_end, begin - lexer.last_hash_line_end);
    if (lexer.last_hash_line_end == 0 || between.find_first_not_of(" \t\r\n") != std::string_view::npos) {
      Diagnostic d = make_diagnostic(DiagnosticId::kHashComment, lexer.span(begin, begin + 1));
      d.repair = Diagnostic::Repair{lexer.span(begin, begin + 1), "//"};
      lexer.say(std::move(d));
    }
    lexer.last_hash_line_end = end;
    add_comment(lexer, begin, end, 1);
  }
};

template <>
struct action<block_comment> {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    const std::uint32_t begin = lexer.offset(in.begin());
    lexer.say(make_diagnostic(DiagnosticId::kBlockComment, lexer.span(begin, begin + 2)));
    if (in.string_view().find('\n') != std::string_view::npos) lexer.line_start = true;
  }
};

/// Words in capitals that are words of the language in small letters: `AND`, `Not`, `TRUE`.
Word word_in_capitals(std::string_view text) {
  if (text.size() > 8 || text.empty() || text[0] < 'A' || text[0] > 'Z') return Word::kName;
  std::string small;
  std::size_t capitals = 0;
  for (char c : text) {
    const bool capital = c >= 'A' && c <= 'Z';
    capitals += capital ? 1U : 0U;
    small += capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (capitals != 1 && capitals != text.size()) return Word::kName;
  const Word word = word_of(small);
  return is_reserved(word) ? word : Word::kName;
}

template <>
struct action<word_literal> {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    const std::string_view written = in.string_view();
    const std::uint32_t begin = lexer.offset(in.begin());
    const std::uint32_t end = lexer.offset(in.end());
    const Word word = word_of(written);
    if (word == Word::kName && !lexer.after(TokenKind::kDot)) {
      const std::string_view rest = lexer.text().substr(end, 2);
      const bool names_something = rest.starts_with(':') || rest.starts_with('.') || rest.starts_with('(');
      const Word meant = names_something ? Word::kName : word_in_capitals(written);
      if (meant != Word::kName) {
        lexer.say_instead(begin, end, text_of(meant));
        lexer.add_word(meant, begin, end).reported = true;
        return;
      }
    }
    lexer.add_word(word, begin, end);
  }
};

// ---- habits

template <TokenKind Kind>
struct say_instead {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    constexpr std::string_view meant = Kind == TokenKind::kEqual          ? "=="
                                       : Kind == TokenKind::kNotEqual     ? "!="
                                       : Kind == TokenKind::kGreaterEqual ? ">="
                                                                          : "<=";
    lexer.say_instead(lexer.offset(in.begin()), lexer.offset(in.end()), meant);
    lexer.add(Kind, lexer.offset(in.begin()), lexer.offset(in.end())).reported = true;
  }
};
template <Word Meant>
struct say_word_instead {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    lexer.say_instead(lexer.offset(in.begin()), lexer.offset(in.end()), text_of(Meant));
    lexer.add_word(Meant, lexer.offset(in.begin()), lexer.offset(in.end())).reported = true;
  }
};
// clang-format off
template <> struct action<equal_habit>     : say_instead<TokenKind::kEqual> {};
template <> struct action<not_equal_habit> : say_instead<TokenKind::kNotEqual> {};
template <> struct action<greater_habit>   : say_instead<TokenKind::kGreaterEqual> {};
template <> struct action<less_habit>      : say_instead<TokenKind::kLessEqual> {};
template <> struct action<and_habit>       : say_word_instead<Word::kAnd> {};
template <> struct action<or_habit>        : say_word_instead<Word::kOr> {};
template <> struct action<not_habit>       : say_word_instead<Word::kNot> {};
template <> struct action<match_habit>     : say_word_instead<Word::kMatches> {};
// clang-format on

template <>
struct action<no_match_habit> {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    const std::uint32_t begin = lexer.offset(in.begin());
    lexer.say(make_diagnostic(DiagnosticId::kNotBeforeOperator, lexer.span(begin, begin + 2), "!~"));
    lexer.add_word(Word::kMatches, begin, begin + 2).reported = true;
  }
};

/// `subject|contains|all:` as Sigma writes it.
template <>
struct action<pipe_habit> {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    const std::uint32_t begin = lexer.offset(in.begin());
    const std::uint32_t end = lexer.offset(in.end());
    std::string_view names = in.string_view();
    const std::string_view first = names.substr(1, names.find_first_of("|:", 1) - 1);
    Word word = Word::kName;
    if (first == "contains") word = Word::kContains;
    if (first == "startswith") word = Word::kStarts;
    if (first == "endswith") word = Word::kEnds;
    if (first == "re") word = Word::kMatches;
    if (word == Word::kName) {
      lexer.say(make_diagnostic(DiagnosticId::kBadCharacter, lexer.span(begin, begin + 1), "`|`"));
      lexer.add(TokenKind::kBad, begin, end).reported = true;
      return;
    }
    Diagnostic d = make_diagnostic(DiagnosticId::kPipeModifier, lexer.span(begin, end), in.string());
    d.help = fmt::format("write `field {} value`", text_of(word));
    lexer.say(std::move(d));
    lexer.add_word(word, begin, end).reported = true;
    if (names.find("|all") != std::string_view::npos) lexer.add_word(Word::kAll, end, end);
  }
};

template <>
struct action<question_habit> {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    const std::uint32_t begin = lexer.offset(in.begin());
    lexer.say(make_diagnostic(DiagnosticId::kQuestionMark, lexer.span(begin, begin + 1)));
    lexer.add(TokenKind::kBad, begin, begin + 1).reported = true;
  }
};

template <>
struct action<semicolon_habit> {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    const Span where = lexer.span(lexer.offset(in.begin()), lexer.offset(in.end()));
    Diagnostic d = make_diagnostic(DiagnosticId::kSemicolon, where);
    d.repair = Diagnostic::Repair{where, ""};
    lexer.say(std::move(d));
  }
};

template <>
struct action<other_character> {
  template <class ActionInput>
  static void apply(const ActionInput& in, Lexer& lexer) {
    const std::uint32_t begin = lexer.offset(in.begin());
    const std::uint32_t end = lexer.offset(in.end());
    const std::string_view character = in.string_view();
    if (character == "\xEF\xBB\xBF" && begin == 0) return;
    if (const std::uint32_t c = next_code_point(character).value;
        c != kInvalidCodePoint && c != '\r' && !is_control(c) && !is_bidi_control(c)) {
      // The others were reported by check_characters().
      const std::string name =
          c < 0x7F ? fmt::format("`{}`", character) : fmt::format("`{}` (U+{:04X})", character, c);
      lexer.say(make_diagnostic(DiagnosticId::kBadCharacter, lexer.span(begin, end), name));
    }
    // A run of them is one mistake.
    if (lexer.after(TokenKind::kBad) && lexer.last_end == begin) {
      lexer.out.tokens.back().end = lexer.last_end = end;
    } else {
      lexer.add(TokenKind::kBad, begin, end).reported = true;
    }
  }
};

}  // namespace

const char* end_of_template_expression(const char* p, const char* end) {
  while (p < end && *p != '\n') {
    if (*p == '}') return p + 1;
    if (*p == '\\' && p + 1 < end && p[1] == '"') {
      p += 2;  // A habit that is reported when the expression is read.
    } else if (at_raw_quotes(p, end)) {
      for (p += 3; p < end && *p != '\n' && !at_raw_quotes(p, end);) ++p;
      if (p == end || *p == '\n') return nullptr;
      p += 3;
    } else if (*p == '"') {
      p = skip_nested_text(p, end);
      if (p == nullptr) return nullptr;
    } else {
      ++p;
    }
  }
  return nullptr;
}

TokenStream tokenize(const SourceFiles& files, std::uint32_t index, std::uint32_t begin, std::uint32_t end,
                     bool in_template, Mistakes& mistakes) {
  const std::string& text = files[index].text;
  Input in(text.data() + begin, text.data() + end, "");
  Lexer lexer{files, index, begin, text.data() + begin, in_template, mistakes, {}};
  while (!in.empty() && !mistakes.full() && pegtl::parse<token, action>(in, lexer)) {
  }
  Token& last = lexer.add(TokenKind::kEnd, end, end);
  last.line_start = true;
  last.glued = in_template;
  return std::move(lexer.out);
}

}  // namespace shrike
