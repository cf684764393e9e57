#include "runtime/state/step_progress.hpp"

#include <algorithm>

#include "runtime/time_math.hpp"

namespace shrike {
namespace {

/// Keys whose longest match is remembered after its time.
constexpr std::size_t kMostFarthest = 4096;

const Partial& nothing() {
  static const Partial partial{{StepMatch{}}};
  return partial;
}

}  // namespace

Evidence evidence_of(const EventRow& row, const std::string& step) {
  return {row.id, row.time, row.class_name, step, row.at};
}

void StepProgress::note(const std::string& key, const Matches& before, std::span<const HeldRow> rows,
                        const Matches& after, const Completed& complete) {
  for (const HeldRow& held : rows) {
    if (matcher_.plan().in_order) {
      note_in_order(key, before, held.row, held.inputs, after, complete);
    } else {
      note_in_any_order(key, held, after, complete);
    }
  }
  if (matcher_.plan().in_order) remember(key, after);
}

void StepProgress::note_in_order(const std::string& key, const Matches& before, const Row& row,
                                 std::uint64_t inputs, const Matches& after, const Completed& complete) {
  const StepPlan& plan = matcher_.plan();
  const auto takes = [&](std::uint32_t input) { return input != kNoIndex && (inputs >> input & 1) != 0; };
  for (std::size_t step = 0; step <= plan.steps.size(); ++step) {
    if (takes(plan.absences[step].input)) note_absence(key, before, row, step, after);
    if (step < plan.steps.size() && takes(plan.steps[step].input))
      note_step(key, before, row, step, after, complete);
  }
}

/// The longest match of a key, the newest of equal ones, as long as it is not over; then the one that was.
void StepProgress::remember(const std::string& key, const Matches& after) {
  for (std::size_t step = after.by_step.size(); step-- > 1;) {
    if (after.by_step[step].empty()) continue;
    farthest_[key] = {after.by_step[step].back(), nullptr};
    break;
  }
  if (farthest_.size() > kMostFarthest) farthest_.erase(farthest_.begin());
}

/// A row that is one of a step's.
void StepProgress::note_step(const std::string& key, const Matches& before, const Row& row, std::size_t step,
                             const Matches& after, const Completed& complete) {
  const StepPlan& plan = matcher_.plan();
  const auto has_row = [&](const PartialRef& partial) {
    return partial->matched() > step && partial->steps[step].row == row;
  };
  if (complete.contains(row) && step + 1 == plan.steps.size()) return;  // that is told when it is judged
  const Partials& longer = after.by_step[step + 1];
  if (const auto match = std::find_if(longer.rbegin(), longer.rend(), has_row); match != longer.rend()) {
    StepJudgement judgement;
    judgement.result = Result::kMatches;
    judgement.step = step;
    judgement.until = until(**match);
    judgement.matched = evidence_of(**match, step + 1);
    tell(std::move(judgement), **match, row, key);
    return;
  }
  const Partial* partial = nullptr;
  if (!before.by_step[step].empty()) partial = before.by_step[step].back().get();
  if (!after.by_step[step].empty() && step > 0) partial = after.by_step[step].back().get();
  const auto known = farthest_.find(key);
  const bool is_over =
      partial == nullptr && known != farthest_.end() && known->second.partial->matched() == step;
  if (is_over) partial = known->second.partial.get();
  if (partial == nullptr && step > 0) return;  // nothing waits for it
  StepJudgement judgement = classify(partial != nullptr ? *partial : nothing(), step, row, key, after);
  if (is_over && judgement.result == Result::kUnmet && known->second.blocker != nullptr) {
    judgement.result = Result::kBlocked;
    judgement.blocker =
        shrike::evidence_of(*known->second.blocker, state_.inputs[plan.absences[step].input].step);
  }
  tell(std::move(judgement), partial != nullptr ? *partial : nothing(), row, key);
}

StepJudgement StepProgress::classify(const Partial& partial, std::size_t step, const Row& row,
                                     const std::string& key, const Matches& after) {
  const StepPlan& plan = matcher_.plan();
  const StepPlan::Step& asked = plan.steps[step];
  StepJudgement judgement;
  judgement.step = step;
  judgement.matched = evidence_of(partial, step);
  const auto late_by = [&](std::int64_t since, std::int64_t width) {
    return saturating_subtract(row->time, saturating_add(since, width));
  };
  if (step > 0 && is_past(first_time(plan, partial), row->time, plan.within)) {
    judgement.result = Result::kLate;
    judgement.late_by = late_by(first_time(plan, partial), plan.within);
    judgement.width = plan.within;
    return judgement;
  }
  if (step > 0 && is_past(partial.steps[step - 1].row->time, row->time, asked.within)) {
    judgement.result = Result::kStepLate;
    judgement.late_by = late_by(partial.steps[step - 1].row->time, asked.within);
    judgement.width = asked.within;
    return judgement;
  }
  const std::uint32_t where = state_.inputs[asked.input].where;
  judge_.begin();
  if (where != kNoIndex && !judge_.vm().decide(where, matcher_.open_for(asked.input, *row, key, partial))) {
    judgement.result = Result::kWhere;
    return judgement;
  }
  if (asked.times > 1 && !after.by_step[step].empty()) {
    judgement.result = Result::kCollects;
    judgement.collected = std::min(after.by_step[step].back()->steps[step].others.size(), asked.times - 1);
    judgement.times = asked.times;
    judgement.width = asked.times_in;
    return judgement;
  }
  const std::vector<Row>& blockers = partial.steps[step].blockers;
  if (!blockers.empty()) {
    judgement.result = Result::kBlocked;
    judgement.blocker = shrike::evidence_of(*blockers.back(), state_.inputs[plan.absences[step].input].step);
  }
  return judgement;
}

/// A row that is one of a `not`: ends what waits there.
void StepProgress::note_absence(const std::string& key, const Matches& before, const Row& row,
                                std::size_t step, const Matches& after) {
  for (const PartialRef& partial : before.by_step[step]) {
    if (step == 0 || partial->steps[step - 1].row->is_same_event(*row)) continue;
    const Partials& left = after.by_step[step];
    const bool is_left = std::any_of(left.begin(), left.end(), [&](const PartialRef& other) {
      return other->matched() == step && other->steps[step - 1].row == partial->steps[step - 1].row;
    });
    if (is_left) continue;
    StepJudgement judgement;
    judgement.result = Result::kBlocked;
    judgement.step = step;
    judgement.matched = evidence_of(*partial, step);
    judgement.blocker = shrike::evidence_of(*row, state_.inputs[matcher_.plan().absences[step].input].step);
    farthest_[key] = {partial, row};
    tell(std::move(judgement), *partial, row, key);
  }
}

/// Of a `together`: which steps have an event, or whose condition fails between the newest of them.
void StepProgress::note_in_any_order(const std::string& key, const HeldRow& held, const Matches& after,
                                     const Completed& complete) {
  const StepPlan& plan = matcher_.plan();
  const Row& row = held.row;
  if (complete.contains(row)) return;
  const auto takes = [&](const StepPlan::Step& step) { return (held.inputs >> step.input & 1) != 0; };
  const auto own = std::find_if(plan.steps.begin(), plan.steps.end(), takes);
  if (own == plan.steps.end()) return;
  StepJudgement judgement;
  judgement.step = static_cast<std::size_t>(own - plan.steps.begin());
  judgement.until = saturating_add(row->time, plan.within);
  Partial newest;
  bool is_full = true;
  for (std::size_t step = 0; step < plan.steps.size(); ++step) {
    const Partials& fitting = after.by_step[step];
    newest.steps.push_back(fitting.empty() ? StepMatch{} : fitting.back()->steps[0]);
    is_full = is_full && fitting.size() >= plan.steps[step].times;
    if (fitting.empty()) continue;
    const EventRow& last = *newest.steps.back().row;
    judgement.matched.push_back(shrike::evidence_of(last, state_.inputs[plan.steps[step].input].step));
    judgement.until = std::min(judgement.until, saturating_add(last.time, plan.within));
  }
  Row shown = row;
  const std::size_t there = after.by_step[judgement.step].size();
  if (there < own->times) {
    judgement.result = Result::kCollects;
    judgement.collected = there;
    judgement.times = own->times;
    judgement.width = own->times_in;
  } else if (!is_full) {
    judgement.result = Result::kMatches;
  }
  for (std::size_t step = 0; step < plan.steps.size() && is_full; ++step) {
    const std::uint32_t input = plan.steps[step].input, where = state_.inputs[input].where;
    if (where == kNoIndex) continue;
    judge_.begin();
    if (judge_.vm().decide(where, matcher_.open_for(input, *newest.steps[step].row, key, newest))) continue;
    judgement.result = Result::kWhere;
    judgement.step = step;
    shown = newest.steps[step].row;
    break;
  }
  tell(std::move(judgement), newest, shown, key);
}

/// Until when the next step may come, or when an absence is decided.
std::int64_t StepProgress::until(const Partial& partial) const {
  const StepPlan& plan = matcher_.plan();
  const std::size_t matched = partial.matched();
  if (matched == plan.steps.size()) return matcher_.deadline(partial);
  return std::min(saturating_add(first_time(plan, partial), plan.within),
                  saturating_add(partial.steps[matched - 1].row->time, plan.steps[matched].within));
}

std::vector<Evidence> StepProgress::evidence_of(const Partial& partial, std::size_t steps) const {
  std::vector<Evidence> evidence;
  for (std::size_t step = 0; step < std::min(steps, partial.matched()); ++step) {
    const std::string& name = state_.inputs[matcher_.plan().steps[step].input].step;
    evidence.push_back(shrike::evidence_of(*partial.steps[step].row, name));
  }
  return evidence;
}

void StepProgress::tell(StepJudgement judgement, const Partial& partial, const Row& row,
                        const std::string& key) {
  const StepPlan& plan = matcher_.plan();
  judgement.rule = state_.rule;
  judgement.steps = plan.steps.size();
  judgement.within = plan.within;
  const bool is_absence = judgement.blocker && judgement.blocker->id == row->id;
  judgement.input = is_absence ? plan.absences[judgement.step].input : plan.steps[judgement.step].input;
  judge_.begin();
  EventState& event = matcher_.open_for(judgement.input, *row, key, partial);
  StateStats uncounted;
  for (const Key& own : keys_of(state_.inputs[judgement.input], state_.key_cased, judge_, event, uncounted)) {
    if (own.identity == key) judgement.key_values = own.values;
  }
  judgement.key_names = state_.key_names;
  const Evidence told = shrike::evidence_of(*row, state_.inputs[judgement.input].step);
  judge_.observer()->stepped({judge_.vm(), event, row->event_class, row->alert_rule, told}, judgement);
}

}  // namespace shrike
