// Techniques of MITRE ATT&CK that `attack` may name, and the tactics that they serve. Read by the checker, by
// incidents.cpp for stages, and by the outputs that name techniques.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace shrike {

/// The version of ATT&CK (Enterprise) that the table is made from.
inline constexpr std::string_view kAttackVersion = "v18";

/// Tactics as bits, in the order of ATT&CK.
enum AttackTactics : std::uint16_t {
  kReconnaissance = 1U << 0U,
  kResourceDevelopment = 1U << 1U,
  kInitialAccess = 1U << 2U,
  kExecution = 1U << 3U,
  kPersistence = 1U << 4U,
  kPrivilegeEscalation = 1U << 5U,
  kDefenseEvasion = 1U << 6U,
  kCredentialAccess = 1U << 7U,
  kDiscovery = 1U << 8U,
  kLateralMovement = 1U << 9U,
  kCollection = 1U << 10U,
  kCommandAndControl = 1U << 11U,
  kExfiltration = 1U << 12U,
  kImpact = 1U << 13U,
};

struct AttackTactic {
  AttackTactics bit;
  std::string_view id;    ///< "TA0001"
  std::string_view name;  ///< "Initial Access"
};

/// In the order of ATT&CK.
std::span<const AttackTactic> attack_tactics();

struct AttackTechnique {
  std::string_view id;    ///< "T1114.003"
  std::string_view name;  ///< of a sub-technique its own name, without its technique's
  std::uint32_t tactics;  ///< AttackTactics
};

/// Sorted by id; thread safe.
std::span<const AttackTechnique> attack_techniques();

/// The technique of that id, or null.
const AttackTechnique* attack_technique(std::string_view id);

}  // namespace shrike
