#include "runtime/candidate_index.hpp"

#include <algorithm>

#include "runtime/sealed_program.hpp"

namespace shrike {

CandidateIndex::CandidateIndex(const Program& program) : classes_(program.data().classes.size()) {
  const ProgramData& data = program.data();
  for (std::uint32_t rule = 0; rule < data.rules.size(); ++rule) {
    for (const GuardData& guard : data.rules[rule].guards) {
      ClassIndex& index = classes_[guard.event_class];
      if (guard.slot == kNoIndex) {
        index.always.push_back(rule);
        continue;
      }
      const auto add = [&](const Value& value) {
        // Only now: a slot that no value is asked of is never computed.
        auto slot = std::find_if(index.slots.begin(), index.slots.end(),
                                 [&](const SlotIndex& s) { return s.slot == guard.slot; });
        if (slot == index.slots.end()) slot = index.slots.insert(slot, SlotIndex{guard.slot, {}});
        std::vector<std::uint32_t>& rules = slot->rules[hash(value, false)];
        if (rules.empty() || rules.back() != rule) rules.push_back(rule);
      };
      for (std::uint32_t constant : guard.constants) add(program.sealed().constants[constant]);
      for (std::uint32_t list : guard.lists) {
        for (const ProfileData& profile : data.profiles) {
          for (const Value& value : program.sealed().constants[profile.lists[list]].as_list()) add(value);
        }
      }
    }
  }
}

const std::vector<std::uint32_t>& CandidateIndex::candidates(std::uint32_t event_class, Vm& vm,
                                                             EventState& event) {
  const ClassIndex& index = classes_[event_class];
  found_.clear();
  for (const SlotIndex& slot : index.slots) {
    const Value value = vm.slot(slot.slot, event);
    if (value.is_missing()) continue;
    const auto rules = slot.rules.find(hash(value, false));
    if (rules != slot.rules.end()) found_.insert(found_.end(), rules->second.begin(), rules->second.end());
  }
  if (found_.empty()) return index.always;
  found_.insert(found_.end(), index.always.begin(), index.always.end());
  std::sort(found_.begin(), found_.end());
  return found_;
}

}  // namespace shrike
