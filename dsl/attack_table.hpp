// Techniques of MITRE ATT&CK that `attack` may name. Read by the checker and by the rule catalogue.
#pragma once

#include <span>
#include <string_view>

namespace shrike {

/// The version of ATT&CK (Enterprise) that the table is made from.
inline constexpr std::string_view kAttackVersion = "v18";

struct AttackTechnique {
  std::string_view id;    ///< "T1114.003"
  std::string_view name;  ///< of a sub-technique its own name, without its technique's
};

/// Sorted by id; thread safe.
std::span<const AttackTechnique> attack_techniques();

/// The technique of that id, or null.
const AttackTechnique* attack_technique(std::string_view id);

}  // namespace shrike
