// The rows of the table of diagnostics; the table itself is in diagnostics.hpp.
#include "dsl/diagnostics.hpp"

#include <array>

namespace shrike {
namespace {

constexpr auto kError = DiagnosticLevel::kError;
[[maybe_unused]] constexpr auto kWarning = DiagnosticLevel::kWarning;

constexpr std::array kRows{
#define X(id, code, level, text, help) \
  DiagnosticRow{DiagnosticId::id, std::string_view(#id).substr(1), code, level, text, help},
    SHRIKE_DIAGNOSTICS(X)
#undef X
};

}  // namespace

const DiagnosticRow& row_of(DiagnosticId id) { return kRows[static_cast<std::size_t>(id)]; }

std::span<const DiagnosticRow> all_diagnostics() { return kRows; }

}  // namespace shrike
