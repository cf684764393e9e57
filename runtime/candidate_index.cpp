#include "runtime/candidate_index.hpp"

#include <algorithm>

#include "runtime/sealed_program.hpp"
#include "runtime/text_compare.hpp"

namespace shrike {

void CandidateIndex::SlotIndex::add(const Value& value, std::uint32_t rule) {
  std::vector<std::uint32_t>& found = rules[hash(value, false)];
  if (found.empty() || found.back() != rule) found.push_back(rule);
  const bool is_plain = value.kind == Kind::kString && is_ascii(value.as_string());
  sizes |= is_plain ? std::uint64_t{1} << (value.size & 63) : ~std::uint64_t{0};
}

bool CandidateIndex::SlotIndex::may_hold(const Value& value) const {
  const bool is_plain = value.kind == Kind::kString && (value.flags & Value::kAscii) != 0;
  return !is_plain || (sizes >> (value.size & 63) & 1) != 0;
}

CandidateIndex::CandidateIndex(const Program& program, std::span<const std::vector<GuardData>* const> guards)
    : classes_(program.data().classes.size()) {
  const ProgramData& data = program.data();
  for (std::uint32_t rule = 0; rule < guards.size(); ++rule) {
    for (const GuardData& guard : *guards[rule]) {
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
        slot->add(value, rule);
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
    if (value.is_missing() || !slot.may_hold(value)) continue;
    const auto rules = slot.rules.find(hash(value, false));
    if (rules != slot.rules.end()) found_.insert(found_.end(), rules->second.begin(), rules->second.end());
  }
  if (found_.empty()) return index.always;
  found_.insert(found_.end(), index.always.begin(), index.always.end());
  std::sort(found_.begin(), found_.end());
  return found_;
}

}  // namespace shrike
