// Partial matches of a rule with steps, and which events stand for a step of which several are asked
// (language manual, "Steps"). Used by step_matcher.cpp and sequence_rule.cpp.
//
// A partial match holds the last event of each step that has matched. The other events of a `times N` step,
// and which events of a `not` are the neighbours' own, stay open as candidates while later events may still
// decide: events of one time may stand for either of two steps.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/state/rule_state.hpp"

namespace shrike {

inline constexpr std::int64_t kNoLimit = INT64_MAX;

/// The steps of a rule with what its parameters say for the tenant.
struct StepPlan {
  struct Step {
    std::uint32_t input = 0;  ///< into StateData::inputs
    std::size_t times = 1;
    std::int64_t times_in = kNoLimit, within = kNoLimit;
    bool takes_alerts = false;
    bool takes_delayed = false;  ///< alerts that may be later than their event
  };
  struct Absence {
    std::uint32_t input = kNoIndex;  ///< kNoIndex: nothing must be absent
    std::int64_t within = kNoLimit;
  };

  StepPlan(const StateData& state, const RowJudge& judge, std::uint32_t profile);

  bool has_deadline() const { return absences.back().input != kNoIndex; }
  /// The first input that a match which waits for a step can still meet.
  std::uint32_t next_input(std::size_t step) const {
    return absences[step].input != kNoIndex ? absences[step].input : steps[step].input;
  }

  bool in_order = true;                     ///< `sequence`
  std::int64_t within = kNoLimit;           ///< of all that matches
  std::vector<Step> steps;                  ///< those that must match
  std::vector<Absence> absences;            ///< per step: the `not` before it; then the one after all
  std::vector<std::uint8_t> meets_delayed;  ///< per absence: from there on something takes such alerts
  std::vector<std::uint32_t> step_of;       ///< per input: into steps, kNoIndex for a `not`
  std::size_t events = 0;                   ///< in one match
};

struct StepMatch {
  Row row;                    ///< the last event; null while the step is waited for
  std::vector<Row> others;    ///< candidates for the other ones of `times N`, in order
  std::vector<Row> blockers;  ///< fit the `not` before the step: must be the neighbours' own
};

struct Partial {
  std::vector<StepMatch> steps;  ///< those that matched, then the one that is waited for
  std::size_t agreement = 0;     ///< hash of what later steps look at

  std::size_t matched() const {
    return !steps.empty() && steps.back().row == nullptr ? steps.size() - 1 : steps.size();
  }
  /// Whether a row tells the last event of a step.
  bool has_event(const EventRow& row) const;
};
using PartialRef = std::shared_ptr<const Partial>;
using Partials = std::vector<PartialRef>;

/// Partial matches of a key. Of a sequence by the step that they wait for: first the one where none has
/// matched, if it holds anything, last those that wait for a deadline. Of `together` by step: the events that
/// fit it.
struct Matches {
  std::vector<Partials> by_step;
};

/// Per step its events, the last one at the end.
using ChosenEvents = std::vector<std::vector<Row>>;

/// Chooses the newest events for the steps that matched, all different, so that each blocker is one of its
/// neighbours' own; nothing when that cannot be. `now` is the time of the completing event, or the earliest
/// that it may have.
std::optional<ChosenEvents> choose_events(const StepPlan& plan, const Partial& partial, std::int64_t now);

/// Order of the steps' last events among the first `count` steps, the last step first. -1, 0, 1.
int compare_backward(const Partial& a, const Partial& b, std::size_t count);

bool has_event(const std::vector<Row>& rows, const EventRow& row);

/// The earliest event that is sure: of candidates for others the latest choice counts.
std::int64_t first_time(const StepPlan& plan, const Partial& partial);

}  // namespace shrike
