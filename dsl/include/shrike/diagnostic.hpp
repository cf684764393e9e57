// What the compiler says about rule text: one Diagnostic per mistake, with a stable code and exact places.
// The texts stand in one table, dsl/diagnostics.hpp. Rendering for a terminal is render().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shrike {

/// One text that was compiled. `name` is the path as given; shown in messages, never opened again.
struct SourceFile {
  std::string name;
  std::string text;
};
/// All texts of one compilation; spans point into it by index.
using SourceFiles = std::vector<SourceFile>;

/// Bytes [begin, end) of file number `file`.
struct Span {
  std::uint32_t file = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

enum class DiagnosticLevel : std::uint8_t { kError, kWarning };

struct Diagnostic {
  std::string_view code;  ///< "E0301", "W0101"; static storage
  DiagnosticLevel level = DiagnosticLevel::kError;
  std::string message;  ///< one plain sentence without a full stop
  Span where;
  std::string label;  ///< short text under the carets; may be empty
  struct Note {
    Span where;
    std::string label;
  };
  std::optional<Note> second;  ///< another place that matters ("first declared here")
  std::string help;            ///< what to do next; may be empty
  struct Repair {
    Span where;
    std::string text;
  };
  std::optional<Repair> repair;  ///< a replacement that mends it, where there is one
};
using Diagnostics = std::vector<Diagnostic>;

/// Line and column, both from 1; the column counts code points.
struct LineColumn {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};
LineColumn locate(const SourceFile& file, std::uint32_t offset);

/// A message as a terminal shows it: code, sentence, excerpt with carets, second place, help. Control and
/// bidi characters of the source are shown as escapes. Ends with a line break. `colour` adds ANSI colours;
/// lines are cut to `columns`.
std::string render(const Diagnostic& diagnostic, const SourceFiles& files, bool colour = false,
                   unsigned columns = 100);

}  // namespace shrike
