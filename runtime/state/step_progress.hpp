// How far rows bring a rule with steps, told to whoever explains it: which step a row matches or why it does
// not. Nothing of it runs when nobody listens. Used by sequence_rule.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/judgement.hpp"
#include "runtime/state/step_matcher.hpp"

namespace shrike {

class StepProgress {
 public:
  /// All must outlive it.
  StepProgress(const StateData& state, RowJudge& judge, StepMatcher& matcher)
      : state_(state), judge_(judge), matcher_(matcher) {}

  /// Rows of one time were taken under a key: what waited before and after, and what they completed.
  void note(const std::string& key, const Matches& before, std::span<const HeldRow> rows,
            const Matches& after, const Completed& complete);

 private:
  /// The longest partial match of a key, also after its time.
  struct Farthest {
    PartialRef partial;
    Row blocker;  ///< an event of the `not` that ended it
  };
  using Result = StepJudgement::Result;

  void note_in_order(const std::string& key, const Matches& before, const Row& row, std::uint64_t inputs,
                     const Matches& after, const Completed& complete);
  void note_step(const std::string& key, const Matches& before, const Row& row, std::size_t step,
                 const Matches& after, const Completed& complete);
  void note_absence(const std::string& key, const Matches& before, const Row& row, std::size_t step,
                    const Matches& after);
  void note_in_any_order(const std::string& key, const HeldRow& held, const Matches& after,
                         const Completed& complete);
  void remember(const std::string& key, const Matches& after);
  StepJudgement classify(const Partial& partial, std::size_t step, const Row& row, const std::string& key,
                         const Matches& after);
  std::int64_t until(const Partial& partial) const;
  std::vector<Evidence> evidence_of(const Partial& partial, std::size_t steps) const;
  void tell(StepJudgement judgement, const Partial& partial, const Row& row, const std::string& key);

  const StateData& state_;
  RowJudge& judge_;
  StepMatcher& matcher_;
  std::map<std::string, Farthest> farthest_;  ///< by key
};

/// The event as evidence for a step.
Evidence evidence_of(const EventRow& row, const std::string& step);

}  // namespace shrike
