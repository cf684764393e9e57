// Listens to an engine that runs one rule and keeps, of all events, the explanations of those that came
// closest to an alert: what each part of the rule's conditions came to, and which part decided. Memory does
// not grow with the input. Used by the command `explain`. Read next: explain_plan.hpp for the trees.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dsl/explain_plan.hpp"
#include "runtime/judgement.hpp"
#include "shrike/program.hpp"

namespace shrike {

/// A part of a condition with what it came to.
struct ExplainedPart {
  ExplainKind kind = ExplainKind::kTest;
  std::string text;           ///< as it is written
  std::optional<bool> holds;  ///< of conditions; nothing when that needed more steps than allowed
  bool decides = false;       ///< what the whole came to follows from it and the others that decide
  bool is_missing = false;    ///< of values
  /// Of values, and of kEach the elements that decided: long ones cut, `more` tells how many items are left
  /// out.
  nlohmann::ordered_json value;
  std::size_t more = 0;
  bool all = false;                  ///< of kEach
  std::vector<std::string> missing;  ///< of a comparison that is false for want of values: which
  /// Of a comparison by `<`, `>`, … of numbers, durations or times that is false: how far it is from true.
  nlohmann::ordered_json off_by;
  bool is_name = false;  ///< of values: a name for its only part
  std::vector<ExplainedPart> parts;
};

/// How far an event came, the best first.
enum class Fate : std::uint8_t {
  kAlert,
  kHeldBack,  ///< by `quiet`
  kRepeated,  ///< fired, but an alert of that id was given before
  kDropped,   ///< by an exception
  kStopped,   ///< needed more steps than allowed
  kWhen,      ///< `when` does not hold
  kSteps,     ///< not all steps matched
  kKeyless,   ///< a part of the key is missing
  kFilter,    ///< `on … where` does not hold
  kDisabled,  ///< the tenant's settings switch the rule off
};
std::string_view name_of(Fate fate);

struct ExplainedException {
  std::string title;
  bool covers = false, drops = false, is_expired = false;
  std::optional<ExplainedPart> where;
};

/// How far a condition is from holding.
struct Distance {
  std::size_t tests = 0;  ///< the least number that would have to come out otherwise
  double gap = 0;  ///< sum over them: 1, or less where numbers are compared and not far from each other
  friend auto operator<=>(const Distance&, const Distance&) = default;
};

/// A step of a rule and what stands for it.
struct ExplainedStep {
  std::string name, classes;
  bool absent = false;
  bool fails = false;             ///< the event came, but does not do
  std::optional<Evidence> event;  ///< the last one
  std::optional<ExplainedPart> where;
};

struct Explanation {
  Fate fate = Fate::kFilter;
  Distance distance;
  Evidence event;
  std::string classes;    ///< what the rule, or the step, takes, as written
  std::string step_name;  ///< of a rule with steps: which one `filter` is of
  std::string tenant;
  std::vector<std::pair<std::string, nlohmann::ordered_json>> key;
  std::optional<ExplainedPart> filter, when;
  std::vector<ExplainedPart> keys;  ///< of kKeyless
  std::vector<ExplainedException> exceptions;
  // Of rules with `each`:
  std::int64_t within = 0;
  std::size_t kept = 0;
  std::vector<Evidence> shown;  ///< the newest of them
  // Of rules with steps; of kSteps, what became of the event at its step:
  std::vector<ExplainedStep> steps;
  bool is_in_any_order = false;  ///< `together`
  std::size_t step = 0;          ///< into steps
  StepJudgement::Result result = StepJudgement::Result::kMatches;
  std::int64_t width = 0, late_by = 0, until = 0;
  std::size_t collected = 0, times = 0;
  std::optional<Evidence> blocker;
  // Of an event that fired and was not dropped:
  std::string alert;  ///< id
  std::string message;
  Severity severity = Severity::kInfo;
  int score = 0;
  std::vector<ExplainedPart> amounts;
  std::int64_t quiet = 0, quiet_since = 0;  ///< of kHeldBack
  int quiet_score = 0;
};

nlohmann::ordered_json to_json(const Explanation& explanation);
/// The tests that decided, with their values, a line each. Not made safe to be shown.
std::vector<std::string> brief(const Explanation& explanation);

struct ExplainOptions {
  std::size_t most = 3;
  std::string alert = {};  ///< only the firing of this id, or one that begins so
  std::string event = {};  ///< only events of this id
};

struct ExplainCounts {
  std::map<std::string, std::uint64_t> by_class;  ///< events that came
  std::uint64_t came = 0;                         ///< of a class that the rule takes
  std::uint64_t disabled = 0, passed = 0, keyless = 0, judged = 0, fired = 0, dropped = 0, stopped = 0;
  std::uint64_t steps = 0;  ///< events that came to a step without completing a match
  std::uint64_t held_back = 0, alerts = 0;
};

class Explainer final : public JudgementObserver {
 public:
  /// The plan is that of the program.
  Explainer(Program program, ExplainPlan plan, ExplainOptions options);

  void came(const SeenEvent& event) override;
  void judged(const SeenEvent& event, const Judgement& judgement) override;
  void stepped(const SeenEvent& event, const StepJudgement& judgement) override;
  void stands(const Firing& firing) override;
  void held_back(const Firing& firing, std::int64_t since, int score) override;

  /// The closest first.
  std::vector<Explanation> best() const;
  const ExplainCounts& counts() const { return counts_; }
  /// Time of the newest event.
  std::int64_t newest() const { return newest_; }
  const ExplainPlan& plan() const { return plan_; }
  const RuleData& rule() const { return program_.data().rules[plan_.rule]; }

 private:
  const InputData* input_of(std::size_t number) const;
  bool takes(std::size_t input, const SeenEvent& event) const;
  bool is_wanted(const SeenEvent& event) const {
    return options_.event.empty() || event.told.id == options_.event;
  }
  Explanation begin(const SeenEvent& event, std::size_t input) const;
  std::vector<ExplainedStep> steps_with(std::span<const Evidence> matched) const;
  void add_firing(Explanation& explanation, const SeenEvent& event, const Firing& firing);
  void add_exceptions(Explanation& explanation, const SeenEvent& event);
  void note_keyless(const SeenEvent& event, std::size_t input);
  bool is_better(const Explanation& a, const Explanation& b) const;
  /// Whether an explanation that comes so far would be kept.
  bool is_worth(Fate fate, const Distance& distance, const Evidence& event) const;
  void keep(Explanation explanation);

  const Program program_;
  const ExplainPlan plan_;
  const ExplainOptions options_;
  ExplainCounts counts_;
  std::int64_t newest_ = INT64_MIN;
  std::vector<Explanation> kept_;  ///< the best first
};

/// What the parts of a condition come to on an event.
ExplainedPart explain(const ExplainNode& node, Vm& vm, EventState& event);
Distance distance_of(const ExplainNode& node, Vm& vm, EventState& event);

}  // namespace shrike
