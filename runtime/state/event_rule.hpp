// A rule that judges one event at a time and whose alerts other rules read: it remembers nothing,
// since judging an event again gives the same.
#pragma once

#include "runtime/state/rule_state.hpp"

namespace shrike {

class EventRule : public RuleState {
 public:
  using RuleState::RuleState;
  void apply(std::span<const RowChange> changes, std::vector<FiringChange>& out) override;

 private:
  EventState event_;
};

}  // namespace shrike
