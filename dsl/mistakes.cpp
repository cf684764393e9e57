// Collects the messages about one file: at most kMaxMistakes, in the order of their places. Declared in
// tokens.hpp.
#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

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
  // The last one, that there are too many, stays last.
  const std::size_t count = out_.size() - first_ - (full_ ? 1 : 0);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), first_);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(out_[a].where.begin, a) < std::pair(out_[b].where.begin, b);
  });
  Diagnostics sorted;
  sorted.reserve(count);
  for (std::size_t at : order) sorted.push_back(std::move(out_[at]));
  std::move(sorted.begin(), sorted.end(), out_.begin() + static_cast<std::ptrdiff_t>(first_));
}

}  // namespace shrike
