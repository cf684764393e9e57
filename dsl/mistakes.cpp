// Collects the messages about one file: at most kMaxMistakes, in the order of their places. Declared in
// tokens.hpp.
#include <algorithm>

#include "dsl/diagnostics.hpp"
#include "dsl/tokens.hpp"

namespace shrike {

void Mistakes::add(Diagnostic diagnostic) {
  if (full_) return;
  if (out_.size() - first_ == kMaxMistakes) {
    full_ = true;
    out_.push_back(make_diagnostic(DiagnosticId::kTooManyMistakes, diagnostic.where, kMaxMistakes));
    return;
  }
  out_.push_back(std::move(diagnostic));
}

void Mistakes::sort() {
  const auto last = out_.end() - (full_ ? 1 : 0);
  std::stable_sort(out_.begin() + static_cast<std::ptrdiff_t>(first_), last,
                   [](const Diagnostic& a, const Diagnostic& b) { return a.where.begin < b.where.begin; });
}

}  // namespace shrike
