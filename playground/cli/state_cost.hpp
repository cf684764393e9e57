// What rules that remember take: bytes of each key and of what is kept under it, and how the work of an event
// grows with that. For the second table of `check --cost`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "runtime/program_data.hpp"

namespace shrike::cli {

/// Estimates: values of the sizes that kTypicalSizes tells.
struct StateCost {
  bool has_steps = false;
  std::uint64_t key_bytes = 0;    ///< of a key with nothing kept
  std::uint64_t event_bytes = 0;  ///< of a kept event, or of one that stands for a step
  std::uint64_t open_bytes = 0;   ///< of an event as long as earlier ones may still come
  bool folds = false;             ///< of equal events in a row two are kept
  /// Simple instructions for each kept event that looks different to an aggregate with `this` (or each
  /// partial match); 0: none is looked at, and the work grows with the logarithm.
  std::uint64_t per_kept = 0;
};

extern const char* const kTypicalSizes;

/// Nothing for rules that judge one event.
std::optional<StateCost> state_cost(const ProgramData& data, std::uint32_t rule);

/// How the work of one event grows: `log n`, or instructions for each of n.
std::string growth_text(const StateCost& cost);
nlohmann::ordered_json state_cost_json(const StateCost& cost);

}  // namespace shrike::cli
