#include "runtime/state/event_rule.hpp"

namespace shrike {

void EventRule::apply(std::span<const RowChange> changes, std::vector<FiringChange>& out) {
  for (const RowChange& change : changes) {
    judge_.begin();
    judge_.open(event_, *change.row, tenant_, profile_);
    if (!judge_.takes(state_.inputs[0], event_, *change.row)) continue;
    // Judging again gives the same, so what stood need not be remembered.
    auto firing = fire(event_, subject_of(*change.row));
    if (judge_.vm().out_of_steps()) {
      ++counts_.out_of_steps;
      continue;
    }
    if (!firing) continue;
    Row alert = alert_row(*change.row, judge_.data(), state_.rule, change.row->time, firing->alert.severity,
                          firing->alert.score);
    out.push_back({std::move(*firing), std::move(alert), change.added});
  }
}

}  // namespace shrike
