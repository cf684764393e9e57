// The one table of diagnostics: every mistake that the compiler can name. A row is identifier, code, level, text and help.
// Texts are fmt patterns; `{}` are filled in the order of report()'s arguments. Each row has a golden test named after it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "shrike/diagnostic.hpp"

namespace shrike {

// clang-format off
// E01xx syntax · E02xx names · E03xx types · E04xx rules · E05xx classes and sources · E06xx tests · E07xx not runnable yet · W0xxx lints
#define SHRIKE_DIAGNOSTICS(X) \
  X(kUnexpected,          "E0101", kError,   "expected {}, found {}", "") \
  X(kUnclosedString,      "E0102", kError,   "this string is not closed on its line", "close it with \", or use \"\"\"…\"\"\" for text of several lines") \
  X(kNestedTooDeep,       "E0103", kError,   "nested more than {} levels deep", "give parts of it a name with `let`")
// clang-format on

enum class DiagnosticId {
#define X(id, code, level, text, help) id,
  SHRIKE_DIAGNOSTICS(X)
#undef X
};

struct DiagnosticRow {
  DiagnosticId id;
  std::string_view name;   ///< the identifier without its k, in snake case for goldens is made from this
  std::string_view code;
  DiagnosticLevel level;
  std::string_view text;
  std::string_view help;
};
/// The row of an id; thread safe.
const DiagnosticRow& row_of(DiagnosticId id);

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
