// Which rules (or inputs of rules with state) can take an event at all: an index on the equality tests that
// their conditions ask for. Sound by construction: one without such a test is always a candidate. A full scan
// is the oracle in tests.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "runtime/vm.hpp"
#include "shrike/program.hpp"

namespace shrike {

class CandidateIndex {
 public:
  /// The guards of each candidate; candidates are numbered as they stand here.
  CandidateIndex(const Program& program, std::span<const std::vector<GuardData>* const> guards);

  /// The candidates to try on an event of that class, in their order; valid until the next call.
  const std::vector<std::uint32_t>& candidates(std::uint32_t event_class, Vm& vm, EventState& event);

 private:
  struct SlotIndex {
    std::uint32_t slot;
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> rules;  ///< by caseless hash of the value
    std::uint64_t sizes =
        0;  ///< bit (size & 63) of every ASCII text among the values; all when another is there

    void add(const Value& value, std::uint32_t rule);
    /// False for most values that are none of these, without hashing them.
    bool may_hold(const Value& value) const;
  };
  struct ClassIndex {
    std::vector<std::uint32_t> always;
    std::vector<SlotIndex> slots;
  };
  std::vector<ClassIndex> classes_;
  std::vector<std::uint32_t> found_;
};

}  // namespace shrike
