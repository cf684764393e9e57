// The one table of diagnostics: every mistake that the compiler can name. A row is identifier, code, level,
// text and help. Texts are fmt patterns; `{}` are filled with the arguments of make_diagnostic(). Helps stand
// as they are. Each row has a golden test named after it.
#pragma once

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "shrike/diagnostic.hpp"

namespace shrike {

// clang-format off
// A row: identifier, code, level, text, help.

// E01xx: syntax. Reported by the parser.
#define SHRIKE_SYNTAX_DIAGNOSTICS(X) \
  X(kUnexpected,          "E0101", kError, "expected {}, found {}", "") \
  X(kUnclosedString,      "E0102", kError, "this string is not closed on its line", "close it with \", or use \"\"\"…\"\"\" for text of several lines") \
  X(kNestedTooDeep,       "E0103", kError, "nested more than {} levels deep", "give parts of it a name with `let`") \
  X(kUnclosedRaw,         "E0104", kError, "this text of several lines is not closed", "close it with \"\"\"") \
  X(kUnclosedBracket,     "E0105", kError, "this `{}` is not closed", "") \
  X(kUnclosedTemplate,    "E0106", kError, "this `{{` is not closed before the line ends", "close it with `}`; a brace that is part of the text is written `{{`") \
  X(kUnknownClause,       "E0107", kError, "`{}` is no clause of {}", "") \
  X(kUnknownDeclaration,  "E0108", kError, "{} begins no declaration", "a file holds `rule`, `list`, `table`, `settings`, `except`, `def`, `class`, `source`, `unwrap` and `test`") \
  X(kReservedName,        "E0109", kError, "`{}` is a word of the language and cannot be a name", "choose another name") \
  X(kOtherSpelling,       "E0110", kError, "write `{}` instead of `{}`", "") \
  X(kSingleEquals,        "E0111", kError, "`=` gives a name to a value; a comparison is written `==`", "") \
  X(kOtherQuotes,         "E0112", kError, "a text stands in double quotes", "") \
  X(kNoNull,              "E0113", kError, "there is no `{}`: a field is there or it is missing", "") \
  X(kHashComment,         "E0114", kError, "a comment begins with `//`", "") \
  X(kBlockComment,        "E0115", kError, "a comment begins with `//` and ends with its line", "put `//` before each line") \
  X(kSemicolon,           "E0116", kError, "a `;` has no place here", "clauses need nothing between them") \
  X(kElseIf,              "E0117", kError, "there is no `{}`", "write `A if P else B if Q else C`") \
  X(kPipeModifier,        "E0118", kError, "`{}` is not an operator here", "") \
  X(kQuestionMark,        "E0119", kError, "there is no `?` operator", "write `A if P else B`; to supply a value where one is missing, `x ?? \"none\"`") \
  X(kNotBeforeOperator,   "E0120", kError, "`{}` is not an operator", "`not` stands before the comparison: `not subject contains \"invoice\"`") \
  X(kChainedComparison,   "E0121", kError, "comparisons do not chain", "join two comparisons with `and`") \
  X(kUnknownOperator,     "E0122", kError, "`{}` is not an operator; write `{}`", "") \
  X(kBadCharacter,        "E0123", kError, "{} is no part of the language", "") \
  X(kControlCharacter,    "E0124", kError, "control character {} in the text of a rule", "in a string, write it as an escape") \
  X(kBidiCharacter,       "E0125", kError, "{} turns the direction of the text, so that it reads differently from what it means", "in a string, write it as an escape") \
  X(kNotUtf8,             "E0126", kError, "this is not UTF-8 ({})", "save the file as UTF-8") \
  X(kBadEscape,           "E0127", kError, "`{}` is no escape of a string", "escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal digits; a regular expression is written r\"…\"") \
  X(kEscapeInTemplate,    "E0128", kError, "inside `{{…}}` quotes stand without a backslash", "write the expression as it would stand in `when`") \
  X(kOddNumber,           "E0129", kError, "`{}` is neither a number nor a name", "numbers are 42 and 0.5; durations a whole number and ms, s, m, h, d or w; names begin with a letter") \
  X(kNumberRange,         "E0130", kError, "this number is out of range", "") \
  X(kDurationRange,       "E0131", kError, "this duration is out of range", "the longest duration is about 292 years") \
  X(kBadAddress,          "E0132", kError, "`{}` is not an IP address", "") \
  X(kBadPrefix,           "E0133", kError, "the prefix length /{} is longer than /{}", "") \
  X(kHostBits,            "E0134", kError, "`{}` has bits set behind its prefix", "") \
  X(kBadTime,             "E0135", kError, "`{}` is not a {}", "") \
  X(kClauseTwice,         "E0136", kError, "`{}` stands twice in {}", "") \
  X(kFileTooLarge,        "E0137", kError, "the file is larger than {} MiB", "") \
  X(kTooManyMistakes,     "E0138", kError, "more than {} mistakes; the rest of the file was not read", "") \
  X(kEmptyTemplate,       "E0139", kError, "nothing stands between these braces", "a brace that is part of the text is written `{{`") \
  X(kMissingPart,         "E0140", kError, "{} needs {}", "") \
  X(kMethodCall,          "E0141", kError, "`{}` is called like a method; functions stand before what they work on", "write `lower(user)`, not `user.lower()`")

// E02xx names · E03xx types · E04xx rules · E05xx classes and sources · E06xx tests · E07xx the compiler's own · W0xxx lints.
// Reported by the checker.
#define SHRIKE_CHECK_DIAGNOSTICS(X) \
  X(kNameTwice,           "E0201", kError, "`{}` is declared twice", "") \
  X(kUnknownName,         "E0202", kError, "nothing is called `{}` here", "") \
  X(kUnknownField,        "E0203", kError, "{} has no field `{}`", "") \
  X(kUnknownFunction,     "E0204", kError, "there is no function `{}`", "") \
  X(kUnknownClass,        "E0205", kError, "there is no class `{}`", "") \
  X(kUnknownRule,         "E0206", kError, "there is no rule `{}`", "") \
  X(kUnknownPart,         "E0207", kError, "{} has no part `{}`", "") \
  X(kHidesName,           "E0208", kError, "`{}` is the name of {} already", "choose another name") \
  X(kUnknownType,         "E0209", kError, "there is no type `{}`", "") \
  X(kUnknownSource,       "E0210", kError, "there is no source `{}`", "") \
  X(kUnknownParam,        "E0211", kError, "rule `{}` has no parameter `{}`", "") \
  X(kUnknownList,         "E0212", kError, "there is no list `{}`", "") \
  X(kFieldTypesDiffer,    "E0213", kError, "`{}` is {} in `{}` but {} in `{}`", "a field that several classes of a rule have needs one type; use two rules, or convert in one of the classes") \
  X(kRecordAsValue,       "E0214", kError, "`{}` is a record and no value by itself", "") \
  X(kTableAsValue,        "E0215", kError, "`{}` is a table and no value by itself", "") \
  X(kUsedTooEarly,        "E0216", kError, "`{}` is declared further below", "a `let` sees those above it") \
  X(kRecursion,           "E0217", kError, "`{}` calls itself", "a `def` is written out where it is used, so it cannot lead back to itself") \
  X(kBuiltInName,         "E0218", kError, "`{}` is a built-in function", "give the `def` another name") \
  X(kNeedsCall,           "E0219", kError, "`{}` is a function and needs its arguments", "") \
  X(kReservedField,       "E0220", kError, "`{}` means something else where fields are named", "choose another name") \
  X(kStepNotSeen,         "E0221", kError, "step `{}` cannot be seen here", "") \
  X(kTooMany,             "E0222", kError, "more than {} {}", "") \
  X(kTwice,               "E0223", kError, "`{}` stands here twice", "") \
  X(kExpectedType,        "E0301", kError, "expected {}, but this is {}", "") \
  X(kNotCondition,        "E0302", kError, "a condition is true or false, but this is {}", "") \
  X(kNeverEqual,          "E0303", kError, "{} never compares with {}", "") \
  X(kEqualsList,          "E0304", kError, "`{}` asks about one value, but the right side is a list", "") \
  X(kListOnLeft,          "E0305", kError, "`{}` cannot have a list on its left", "") \
  X(kNoOrder,             "E0306", kError, "{} has no order, so `{}` says nothing about it", "") \
  X(kTextOperator,        "E0307", kError, "`{}` works on text, but this is {}", "") \
  X(kInNeedsList,         "E0308", kError, "`{}` needs a list, a network or a table on its right, but this is {}", "") \
  X(kRegexNotConstant,    "E0309", kError, "the right side of `matches` is a constant", "write the regular expression as r\"…\", or several of them in brackets") \
  X(kBadRegex,            "E0310", kError, "this regular expression is not valid: {}", "") \
  X(kRegexPlace,          "E0311", kError, "a regular expression stands only on the right of `matches`", "use `matches` instead of the operator here") \
  X(kNoParts,             "E0312", kError, "{} has no parts", "") \
  X(kPartOfList,          "E0313", kError, "this is a list; `.{}` belongs to its elements", "") \
  X(kBadIndex,            "E0314", kError, "{} cannot be read by {} in brackets", "") \
  X(kStarNeedsList,       "E0315", kError, "`[*]` names the elements of a list, but this is {}", "") \
  X(kArithmeticTypes,     "E0316", kError, "`{}` does not work on {} and {}", "") \
  X(kNegateType,          "E0317", kError, "{} cannot be negated", "") \
  X(kNeverMissing,        "E0318", kError, "this is never missing", "`has` and `missing` ask about fields and what is read from them") \
  X(kCasedNeedsText,      "E0319", kError, "`cased` is about letters, but {} is compared here", "leave out `cased`") \
  X(kAllNeedsList,        "E0320", kError, "`all` needs a list on its right", "") \
  X(kArgumentCount,       "E0321", kError, "`{}` takes {}, but {} here", "") \
  X(kArgumentTypes,       "E0322", kError, "`{}` does not take {}", "") \
  X(kMixedList,           "E0323", kError, "a list holds values of one type; this is {}, those before it {}", "") \
  X(kMixedSides,          "E0324", kError, "both sides of `{}` need one type, but one is {} and the other {}", "") \
  X(kNotIterable,         "E0325", kError, "`{}` goes through a list, but this is {}", "") \
  X(kNoSuchList,          "E0326", kError, "the language has no {}", "") \
  X(kJsonNeedsType,       "E0327", kError, "json needs a type before `{}` can work on it", "") \
  X(kNotPrintable,        "E0328", kError, "{} is several values; `{}` takes one of them", "") \
  X(kClauseMissing,       "E0401", kError, "{} has no `{}`", "") \
  X(kClauseOrder,         "E0402", kError, "`{}` stands too late", "clauses stand in this order: severity; attack, tags, refs, known_false; param; let; on; each; when, or sequence or together; score; say; show; quiet; respond") \
  X(kUnknownSeverity,     "E0403", kError, "`{}` is no severity", "severities are `info`, `low`, `medium`, `high` and `critical`") \
  X(kUnknownTechnique,    "E0404", kError, "`{}` is no technique of ATT&CK {}", "") \
  X(kWhenWithoutEach,     "E0405", kError, "`when` decides about kept events, but nothing is kept without `each`", "without state, the condition belongs to `on … where`") \
  X(kEachWithoutWhen,     "E0406", kError, "`each` keeps events, but no `when` or steps look at them", "say with `when` what fires") \
  X(kOnWithSteps,         "E0407", kError, "a rule has either `{}` or steps", "each step names its classes and its condition itself") \
  X(kStepsWithoutEach,    "E0408", kError, "steps need `each KEY within DURATION`", "the key says what the steps have in common, the duration how long a partial match lives") \
  X(kTooFewSteps,         "E0409", kError, "`{}` needs at least two steps that happen", "one step is a rule with `on`") \
  X(kAggregateNoState,    "E0410", kError, "`{}` looks at kept events, but this rule keeps none", "say with `each KEY within DURATION` what is kept") \
  X(kAggregatePlace,      "E0411", kError, "`{}` cannot stand in {}", "") \
  X(kAggregateNested,     "E0412", kError, "`{}` stands inside another aggregate", "aggregates do not nest") \
  X(kThisPlace,           "E0413", kError, "`this` is the newest event, and has a meaning only inside an aggregate", "outside of one a field's bare name is the newest event's") \
  X(kFirstScoreIf,        "E0414", kError, "the first amount of `score` has no `if`", "begin with the amount that always counts, as in `60, +20 if ua.tool`") \
  X(kShowNeedsName,       "E0415", kError, "this value needs a name in the alert", "") \
  X(kRespondForm,         "E0416", kError, "`respond` lists actions, as in `revoke_sessions(user)`", "") \
  X(kUnknownAction,       "E0417", kError, "there is no action `{}`", "") \
  X(kAlertCycle,          "E0418", kError, "rule `{}` reads its own alerts: {}", "rules that read alerts form a graph without cycles") \
  X(kBadKey,              "E0419", kError, "{} cannot be a key", "") \
  X(kNotPositive,         "E0420", kError, "{} must be more than zero", "") \
  X(kNotConstant,         "E0421", kError, "{} must be a constant", "") \
  X(kKeyCount,            "E0422", kError, "`by` gives {}, but `each` has {}", "") \
  X(kTogetherStep,        "E0423", kError, "`together` takes its steps in any order, without `{}`", "use `sequence`") \
  X(kAbsenceNeedsWithin,  "E0424", kError, "`not {}` is the {} step and needs `within`", "without a limit its absence is never certain") \
  X(kTwoAbsences,         "E0425", kError, "`not {}` follows another `not`", "two absences beside each other are one step with `or`, or need a step between them") \
  X(kDropOrScore,         "E0426", kError, "an exception has either `drop` or `score`", "") \
  X(kExceptionRaises,     "E0427", kError, "an exception lowers the score", "write a negative amount, as in `score -40`") \
  X(kSetTwice,            "E0428", kError, "`{}` is set twice", "") \
  X(kNotSettable,         "E0429", kError, "`{}` is neither a list nor a parameter", "settings give values to lists (`our_domains = […]`) and parameters (`rule.parameter = …`)") \
  X(kListCycle,           "E0430", kError, "list `{}` includes itself", "") \
  X(kFileUnreadable,      "E0431", kError, "this file cannot be used: {}", "") \
  X(kBadLine,             "E0432", kError, "line {} of `{}` {}", "") \
  X(kElementType,         "E0433", kError, "{} cannot hold {}", "") \
  X(kKeyTypesDiffer,      "E0435", kError, "the key `{}` is {} in one step but {} in this one", "") \
  X(kTooLarge,            "E0436", kError, "this is too large to compile", "give parts of it to a `def` or a `let`, or split the rule") \
  X(kClassNeedsTime,      "E0501", kError, "class `{}` has no field `time: time`", "events are ordered by it") \
  X(kFieldCycle,          "E0502", kError, "the value of `{}` depends on itself", "") \
  X(kSourceNeeds,         "E0503", kError, "source `{}` has no `{}`", "") \
  X(kAssignedTwice,       "E0504", kError, "`{}` is assigned twice", "join the two with `??`") \
  X(kUnwrapForm,          "E0505", kError, "`raw` of an `unwrap` is a path of the record, or `json()` of one", "as in `raw = json(raw.AuditData)`") \
  X(kFieldType,           "E0506", kError, "`{}` must be {}", "") \
  X(kBadRawJson,          "E0601", kError, "this record is not JSON: {}", "") \
  X(kUnknownExpectation,  "E0602", kError, "an alert of `{}` has no `{}`", "") \
  X(kTestTime,            "E0603", kError, "a moment of a test is a duration since the start of the case, or a time", "as in `9m` or 2026-01-31T09:00:00Z") \
  X(kCompilerMistake,     "E0702", kError, "the compiler made code that the verifier refuses: {}", "this is a mistake of the compiler; please report the rule") \
  X(kUnguardedNegation,   "W0101", kWarning, "this is true when `{}` is missing", "") \
  X(kNoSay,               "W0102", kWarning, "rule `{}` has no `say`", "its alerts carry only the title as text") \
  X(kNoAttack,            "W0103", kWarning, "rule `{}` has no `attack`", "name the ATT&CK techniques that it detects") \
  X(kNoTest,              "W0104", kWarning, "rule `{}` has no test", "a case that fires and one that does not keep it right") \
  X(kUnusedLet,           "W0105", kWarning, "`let {}` is never used", "") \
  X(kUnusedParam,         "W0106", kWarning, "`param {}` is never used", "") \
  X(kUnusedList,          "W0107", kWarning, "list `{}` is never used", "") \
  X(kListHidden,          "W0108", kWarning, "`{}` is the field of that name, which hides the list", "give the list another name") \
  X(kMisspeltOperation,   "W0109", kWarning, "`{}` is almost the name of an operation that the lists know", "")

#define SHRIKE_DIAGNOSTICS(X) SHRIKE_SYNTAX_DIAGNOSTICS(X) SHRIKE_CHECK_DIAGNOSTICS(X)
// clang-format on

enum class DiagnosticId {
#define X(id, code, level, text, help) id,
  SHRIKE_DIAGNOSTICS(X)
#undef X
};

struct DiagnosticRow {
  DiagnosticId id;
  std::string_view name;  ///< the identifier without its k
  std::string_view code;
  DiagnosticLevel level;
  std::string_view text;
  std::string_view help;
};
/// The row of an id; thread safe.
const DiagnosticRow& row_of(DiagnosticId id);
/// All rows, in the order of the table; thread safe.
std::span<const DiagnosticRow> all_diagnostics();

/// Makes a Diagnostic from its row. Add label, second place and repair to the result where they help.
template <class... Args>
Diagnostic make_diagnostic(DiagnosticId id, Span where, const Args&... args) {
  const DiagnosticRow& row = row_of(id);
  Diagnostic d;
  d.code = row.code;
  d.level = row.level;
  d.message = fmt::format(fmt::runtime(row.text), args...);
  d.where = where;
  d.help = row.help;
  return d;
}

}  // namespace shrike
