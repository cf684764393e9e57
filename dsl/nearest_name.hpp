// The name that was probably meant, for "did you mean" in messages.
// The checker uses nearest_name(); distances are the usual edit distance with swapped neighbours, letter case left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shrike {

/// Number of insertions, deletions, replacements and swaps of neighbours between two names, letter case left out;
/// `limit + 1` as soon as it is more than `limit`.
unsigned edit_distance(std::string_view a, std::string_view b, unsigned limit);

/// The candidate that is close enough to `name` to be a slip of the pen; of several equally close ones the first in
/// alphabetical order. Empty when none is. A view into `candidates`.
std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace shrike
