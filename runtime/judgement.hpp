// What an engine decides about events, told while it runs: for those who explain a rule. The engine does no work
// for it when nobody listens. Used by engine.cpp, the kinds of rules and final_ledger.cpp; listened to by
// dsl/explainer.cpp.
#pragma once

#include <cstdint>
#include <functional>
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
  std::size_t kept = 0;                                        ///< events in the window, this one among them
  std::function<std::vector<Evidence>(std::size_t most)> show_kept;  ///< the newest of them, in order
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
  /// A firing that no exception dropped: whether it became an alert. `since` and `score`: of the alert that
  /// began the quiet time, where one holds it back.
  virtual void stands(const Firing& firing) = 0;
  virtual void held_back(const Firing& firing, std::int64_t since, int score) = 0;
};

}  // namespace shrike
