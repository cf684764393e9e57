// Edit distance with a bound, so that long names and many candidates stay cheap.
#include "dsl/nearest_name.hpp"

#include <algorithm>
#include <array>

namespace shrike {
namespace {

constexpr std::size_t kLongestName = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

unsigned edit_distance(std::string_view a, std::string_view b, unsigned limit) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() > kLongestName || b.size() - a.size() > limit) return limit + 1;
  using Row = std::array<unsigned, kLongestName + 1>;
  Row before_last{};
  Row last{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<unsigned>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<unsigned>(i);
    unsigned least = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool is_same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (is_same ? 0U : 1U)});
      const bool is_swapped =
          i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (is_swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
    before_last = last;
    last = row;
  }
  return std::min(last[b.size()], limit + 1);
}

std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& candidates) {
  const auto limit = static_cast<unsigned>(name.size() <= 2 ? 1 : std::min<std::size_t>(3, (name.size() + 2) / 3));
  std::string_view best;
  unsigned best_distance = limit + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.empty()) continue;
    const unsigned distance = edit_distance(name, candidate, limit);
    // A name of which nothing is left is no likeness.
    if (distance > limit || distance >= std::max(name.size(), candidate.size())) continue;
    if (distance < best_distance || (distance == best_distance && candidate < best)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace shrike
