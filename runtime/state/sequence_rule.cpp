#include "runtime/state/sequence_rule.hpp"

namespace shrike {

void SequenceRule::apply(std::span<const RowChange> changes, std::vector<FiringChange>& out) {
  (void)changes, (void)out;
}

}  // namespace shrike
