// What an engine decides about events, told while it runs: for those who explain a rule. The engine does no
// work for it when nobody listens. Used by engine.cpp, the kinds of rules and final_ledger.cpp; listened to
// by dsl/explainer.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/firing.hpp"
#include "runtime/vm.hpp"

namespace shrike {

/// An event as rules see it. Units may be run on it until the call is over.
struct SeenEvent {
  Vm& vm;
  EventState& event;
  std::uint32_t event_class = 0;
  std::uint32_t alert_rule = kNoIndex;  ///< of an alert that is read as an event: the rule
  const Evidence& told;                 ///< time, class, id, place
};

/// What a rule made of an event that its `on … where` let pass.
struct Judgement {
  std::uint32_t rule = 0;
  bool holds = true;               ///< `when`, or all of a rule without it
  bool stopped = false;            ///< needed more steps than allowed
  const Firing* firing = nullptr;  ///< null when it does not hold, and when an exception drops it
  // Of rules with `each`:
  std::span<const std::string> key_names;
  std::span<const Value> key_values;
  std::int64_t within = 0;
  std::size_t kept = 0;  ///< events in the window, this one among them
  std::function<std::vector<Evidence>(std::size_t most)> show_kept;  ///< the newest of them, in order
  // Of rules with steps:
  std::span<const Evidence> matched;  ///< the events of the steps
  /// Calls back with the last event that stands for a step; its condition can be run on it.
  std::function<void(std::size_t input, const std::function<void(const SeenEvent&)>& look)> with_step;
};

/// What an event that one step of a rule takes did for a match, when it did not complete one.
struct StepJudgement {
  enum class Result : std::uint8_t {
    kMatches,   ///< stands for the step; the next one is waited for, or a deadline
    kCollects,  ///< one of `times N`; more are needed
    kWhere,     ///< the condition that looks at steps before does not hold
    kLate,      ///< after the `within` of the rule
    kStepLate,  ///< after the `within` of the step
    kBlocked,   ///< an event of a `not` was there; of that event itself: it ends a match
    kUnmet,     ///< for another reason: the same event cannot stand for two steps, for example
  };

  std::uint32_t rule = 0;
  Result result = Result::kUnmet;
  std::size_t step = 0;                ///< number of the step among those that must match
  std::size_t steps = 0;               ///< how many these are
  std::uint32_t input = 0;             ///< into StateData::inputs
  std::vector<Evidence> matched = {};  ///< the last event of each step that has one
  std::span<const std::string> key_names = {};
  std::span<const Value> key_values = {};
  std::int64_t within = 0;   ///< of the rule
  std::int64_t width = 0;    ///< the time that an event is too late for; of kCollects that of `in`
  std::int64_t late_by = 0;  ///< after its end
  std::int64_t until = 0;    ///< of kMatches
  std::size_t collected = 0, times = 0;  ///< of kCollects
  std::optional<Evidence> blocker = {};  ///< of kBlocked
};

class JudgementObserver {
 public:
  JudgementObserver() = default;
  virtual ~JudgementObserver() = default;
  JudgementObserver(const JudgementObserver&) = delete;
  JudgementObserver& operator=(const JudgementObserver&) = delete;

  /// A record that a source took, before any rule looks at it; an alert before the rules that read it do.
  virtual void came(const SeenEvent& event) = 0;
  virtual void judged(const SeenEvent& event, const Judgement& judgement) = 0;
  /// Of rules with steps; what completes a match is judged.
  virtual void stepped(const SeenEvent& event, const StepJudgement& judgement) = 0;
  /// A firing that no exception dropped: whether it became an alert. `since` and `score`: of the alert that
  /// began the quiet time, where one holds it back.
  virtual void stands(const Firing& firing) = 0;
  virtual void held_back(const Firing& firing, std::int64_t since, int score) = 0;
};

}  // namespace shrike
