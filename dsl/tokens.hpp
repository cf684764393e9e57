// Tokens of rule text: what parse_tokens.cpp makes of the bytes and the grammar in parse.cpp reads.
// Others use tokenize() and the word tables. Habits from other languages (`&&`, 'quotes', `#` comments …) are
// reported here and turned into the token that was meant, so that one mistake gives one message. Read next:
// parse.cpp for the grammar over these tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/ast.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike {

enum class TokenKind : std::uint8_t {
  kWord,  ///< a name or a word of the language; see Token::word
  kInt,
  kFloat,
  kDuration,
  kDate,
  kTime,
  kIp,
  kCidr,
  kAttack,    ///< T1110.003; T1110 alone is a word
  kString,    ///< "…"
  kRaw,       ///< """…"""
  kRegex,     ///< r"…" or r"""…"""
  kTemplate,  ///< the text after `say`, in either form of quotes
  kLeftBrace,
  kRightBrace,
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kComma,
  kColon,
  kDot,
  kAssign,  ///< =
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kPlus,
  kMinus,
  kTimes,
  kDivide,
  kRemainder,
  kCoalesce,
  kArrow,
  kBad,  ///< reported already; the parser stays silent about it
  kEnd,
};

// clang-format off
// Every word that means something somewhere. The reserved ones can never be names (language manual, section 4).
#define SHRIKE_RESERVED_WORDS(X) \
  X(kAnd, "and") X(kOr, "or") X(kNot, "not") X(kIn, "in") X(kContains, "contains") X(kStarts, "starts") X(kEnds, "ends") \
  X(kLike, "like") X(kMatches, "matches") X(kAny, "any") X(kAll, "all") X(kHas, "has") X(kMissing, "missing") \
  X(kCased, "cased") X(kIf, "if") X(kElse, "else") X(kFor, "for") X(kWhere, "where") X(kLast, "last") X(kThis, "this") \
  X(kTrue, "true") X(kFalse, "false")
#define SHRIKE_FREE_WORDS(X) \
  X(kRule, "rule") X(kList, "list") X(kTable, "table") X(kSettings, "settings") X(kExcept, "except") X(kDef, "def") \
  X(kClass, "class") X(kSource, "source") X(kUnwrap, "unwrap") X(kTest, "test") \
  X(kSeverity, "severity") X(kAttackClause, "attack") X(kTags, "tags") X(kRefs, "refs") X(kKnownFalse, "known_false") \
  X(kParam, "param") X(kLet, "let") X(kOn, "on") X(kEach, "each") X(kWithin, "within") X(kWhen, "when") \
  X(kSequence, "sequence") X(kTogether, "together") X(kScore, "score") X(kSay, "say") X(kShow, "show") X(kQuiet, "quiet") \
  X(kBy, "by") X(kRespond, "respond") X(kTimesWord, "times") X(kAlert, "alert") \
  X(kFrom, "from") X(kDisable, "disable") X(kTenant, "tenant") X(kDrop, "drop") X(kOwner, "owner") X(kUntil, "until") \
  X(kMap, "map") X(kRecord, "record") X(kEcs, "ecs") X(kOcsf, "ocsf") \
  X(kOrder, "order") X(kLateness, "lateness") X(kAccept, "accept") X(kRaw, "raw") \
  X(kCase, "case") X(kSet, "set") X(kAt, "at") X(kGiven, "given") X(kExpect, "expect") X(kNone, "none") \
  X(kWithdrawn, "withdrawn") \
  X(kCount, "count") X(kDistinct, "distinct") X(kValues, "values") X(kSum, "sum") X(kMin, "min") X(kMax, "max") \
  X(kAvg, "avg") X(kPercentile, "percentile") X(kFirst, "first") X(kPrev, "prev") X(kNew, "new") X(kSpan, "span") \
  X(kRegularity, "regularity") X(kAge, "age") X(kWatched, "watched") X(kUsualCount, "usual_count") \
  X(kIs, "is") X(kNull, "null") X(kNil, "nil") X(kElif, "elif") X(kElsif, "elsif")
// clang-format on

enum class Word : std::uint8_t {
  kName,  ///< any other word
#define X(id, text) id,
  SHRIKE_RESERVED_WORDS(X) SHRIKE_FREE_WORDS(X)
#undef X
};

/// The entry of a word, spelled exactly so; kName for any other text.
Word word_of(std::string_view text);
/// Its spelling; empty for kName.
std::string_view text_of(Word word);
bool is_reserved(Word word);
bool is_aggregate(Word word);
/// True for words that begin a declaration: `rule`, `list`, …
bool begins_declaration(Word word);

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Word word = Word::kName;
  bool line_start = false;  ///< the first token on its line
  bool glued = false;       ///< no blank between the token before and this one
  bool reported = false;    ///< something is wrong with it and has been said
  std::uint32_t begin = 0;  ///< byte offsets in the file
  std::uint32_t end = 0;
  std::uint32_t doc_begin = 0;  ///< the `///` lines directly before it: TokenStream::docs[doc_begin, doc_end)
  std::uint32_t doc_end = 0;
};

struct TokenStream {
  std::vector<Token> tokens;           ///< the last one is kEnd
  std::vector<ast::Comment> docs;      ///< `///` lines on lines of their own; the text keeps its third slash
  std::vector<ast::Comment> comments;  ///< all other comments
};

/// Most messages about one file; after that many the parser gives up and says so.
inline constexpr std::size_t kMaxMistakes = 100;
inline constexpr std::size_t kMaxFileBytes = 16U << 20U;
inline constexpr unsigned kMaxNesting = 256;

/// Takes the messages about one file, up to kMaxMistakes.
class Mistakes {
 public:
  explicit Mistakes(Diagnostics& out) : out_(out), first_(out.size()) {}
  void add(Diagnostic diagnostic);
  bool full() const { return full_; }
  bool any() const { return out_.size() > first_; }
  /// Puts the messages of this file into the order of their places.
  void sort();

 private:
  Diagnostics& out_;
  std::size_t first_;
  bool full_ = false;
};

/// Reports invalid UTF-8, control characters and characters that turn the direction of text. False when it
/// makes no sense to read on.
bool check_characters(const SourceFiles& files, std::uint32_t index, Mistakes& mistakes);

/// Cuts bytes [begin, end) of files[index] into tokens. `in_template` is true for the `{…}` of a `say` text.
TokenStream tokenize(const SourceFiles& files, std::uint32_t index, std::uint32_t begin, std::uint32_t end,
                     bool in_template, Mistakes& mistakes);

/// In a `say` text: from after a `{` to after its `}`, nested texts skipped; null when the line ends first.
const char* end_of_template_expression(const char* p, const char* end);

/// How a message names a token: `say`, a text, the end of the file.
std::string describe(const Token& token, std::string_view file_text);

}  // namespace shrike
