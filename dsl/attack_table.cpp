// See attack_table.hpp.
#include "dsl/attack_table.hpp"

#include <algorithm>
#include <array>

namespace shrike {
namespace {

constexpr std::array kTechniques{
    AttackTechnique{"T1114", "Email Collection"},
};

}  // namespace

std::span<const AttackTechnique> attack_techniques() { return kTechniques; }

const AttackTechnique* attack_technique(std::string_view id) {
  const auto found = std::lower_bound(kTechniques.begin(), kTechniques.end(), id,
                                      [](const AttackTechnique& row, std::string_view wanted) { return row.id < wanted; });
  return found == kTechniques.end() || found->id != id ? nullptr : &*found;
}

}  // namespace shrike
