// What rules may cost at most: the table of `check --cost`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "playground/cli/state_cost.hpp"
#include "shrike/program.hpp"

namespace shrike::cli {

/// Simple instructions, worst case. A field is computed once per event and shared by all rules, so the sum
/// over rules is less than the rows together.
struct RuleCost {
  std::string rule;
  std::uint64_t condition = 0;  ///< `on … where`
  std::uint64_t fields = 0;     ///< fields and `let`s that it reads, from the source where they cost most
  std::uint64_t alert = 0;      ///< score, texts and values when it fires, with the fields these add
  std::uint64_t slots = 0;      ///< number of fields and `let`s that the condition reads
  std::optional<StateCost> state = {};  ///< of a rule that remembers
};

/// By rule name.
std::vector<RuleCost> rule_costs(const Program& program);

std::string cost_text(const std::vector<RuleCost>& costs);
nlohmann::ordered_json cost_json(const std::vector<RuleCost>& costs);

}  // namespace shrike::cli
