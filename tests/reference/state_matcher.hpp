// The oracle of rules with state (language manual, sections 5 to 8): holds all events in memory and finds
// every firing of every rule straight from the definitions, by trying. The engine must agree with it. Limits
// on memory and on partial matches are not modelled, so logs have to be small. Steps are in step_search.hpp.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "tests/reference/evaluator.hpp"
#include "tests/reference/step_search.hpp"

namespace shrike::reference {

/// An event that a firing rests on; of an alert its event, with the alert's time.
struct StepEvidence {
  std::string step, event_class, id;
  std::int64_t time = 0;
  friend bool operator==(const StepEvidence&, const StepEvidence&) = default;
};

struct StandingFiring {
  std::string rule, tenant;
  std::vector<std::string> key;  ///< values of `each` as folded JSON; empty for single-event rules
  std::string event_class, event_id;
  std::int64_t time = 0;  ///< of the firing event; of a last `not` the deadline
  int score = 0;
  Severity severity = Severity::kInfo;
  std::string message;
  std::vector<StepEvidence> evidence;  ///< of rules with steps: in the order of steps, then of events
  std::int64_t quiet = 0;              ///< nanoseconds; 0: every firing stands
  std::vector<std::string> quiet_key;  ///< empty: silences nothing
};

class StateMatcher {
 public:
  explicit StateMatcher(const Model& model, Trying trying = Trying::kLeavingEarly)
      : model_(model), trying_(trying), evaluator_(model) {}

  /// Every firing that exceptions let pass, before `quiet`: rules in topological order along the alerts that
  /// they read, the firings of each in event order. Events come in any order, with duplicates; those without
  /// time are left out. An absence at the end is decided when its deadline is not after `decided_until`.
  std::vector<StandingFiring> firings(const std::vector<RefEvent>& events, std::int64_t decided_until);

  /// Rules, those whose alerts are read before those that read them.
  std::vector<std::uint32_t> rule_order() const;

 private:
  struct Firing {
    StandingFiring standing;
    const RefEvent* event = nullptr;
  };

  void take(const std::vector<RefEvent>& events);
  RefEvent merged(const std::vector<const RefEvent*>& copies);
  RefValue named_field(const RefEvent& event, const std::string& name);
  std::vector<const Seen*> inputs(const std::vector<ast::ClassRef>& classes) const;
  std::vector<Entry> entries_of(const Seen& seen, const ast::Rule& rule,
                                const std::vector<const ast::Expr*>& keys, const std::vector<bool>& cased);

  void run_on(const ast::Rule& rule);
  void run_steps(const ast::Rule& rule, std::int64_t decided_until);
  void run_steps_of_key(const ast::Rule& rule, const std::vector<std::vector<Entry>>& candidates,
                        std::int64_t decided_until);

  /// Asks the exceptions, then adds the firing. A later one of the same key and event takes the place of an
  /// earlier one, since both are one alert.
  void fire(const ast::Rule& rule, const Seen& event, std::int64_t time, const std::vector<std::string>& key,
            const Scene& scene, std::vector<StepEvidence> evidence);
  bool exceptions_pass(const StandingFiring& firing, const Scene& scene, double& amount);
  int score_of(const ast::Rule& rule, const Scene& scene, double adjustment);
  std::string message_of(const ast::Rule& rule, const Scene& scene);
  void add_quiet(const ast::Rule& rule, const Scene& scene, StandingFiring& firing);

  const Model& model_;
  Trying trying_;
  Evaluator evaluator_;
  std::list<RefEvent> merged_;
  std::list<Seen> seen_;       ///< events, and alerts of the rules that have run
  std::vector<Firing> found_;  ///< of the rule at hand
};

/// What `quiet` leaves: the alerts that stand, in event order.
std::vector<StandingFiring> standing(std::vector<StandingFiring> firings);

/// One line, for messages of tests.
std::string describe(const StandingFiring& firing);

}  // namespace shrike::reference
