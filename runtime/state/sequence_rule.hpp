// `sequence` and `together`: partial matches per key (language manual, "Steps").
#pragma once

#include "runtime/state/rule_state.hpp"

namespace shrike {

class SequenceRule : public RuleState {
 public:
  using RuleState::RuleState;
  void apply(std::span<const RowChange> changes, std::vector<FiringChange>& out) override;
};

}  // namespace shrike
