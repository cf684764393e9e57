#include "runtime/state/partial_match.hpp"

#include <algorithm>
#include <numeric>

#include "runtime/sealed_program.hpp"

namespace shrike {
namespace {

/// Choices tried for one partial match; only events of one time that fit several steps need more than one.
constexpr unsigned kMaxChoices = 4096;

/// Per rule: whether its alerts may be later than the events that they carry.
std::vector<std::uint8_t> delayed_rules(const ProgramData& data) {
  std::vector<std::uint8_t> delayed(data.rules.size(), 0);
  for (const StateData& state : data.states) {
    bool is_delayed =
        state.kind == StateKind::kSequence && !state.inputs.empty() && state.inputs.back().absent;
    for (const InputData& input : state.inputs) {
      for (const std::uint32_t alert : input.alerts) is_delayed = is_delayed || delayed[alert] != 0;
    }
    delayed[state.rule] = is_delayed;
  }
  return delayed;
}

class Chooser {
 public:
  Chooser(const StepPlan& plan, const Partial& partial, std::int64_t now)
      : plan_(plan), partial_(partial), now_(now), chosen_(partial.matched()) {}

  bool choose() { return choose_below(chosen_.size()); }
  ChosenEvents take();

 private:
  bool choose_below(std::size_t end);
  bool is_own(std::size_t step, const EventRow& row) const {
    return partial_.steps[step].row->is_same_event(row) || has_event(chosen_[step], row);
  }
  bool may_be_own(std::size_t step, const EventRow& row) const {
    return partial_.steps[step].row->is_same_event(row) || has_event(partial_.steps[step].others, row);
  }
  std::optional<std::vector<Row>> required(std::size_t step) const;
  std::vector<Row> free_candidates(std::size_t step) const;

  const StepPlan& plan_;
  const Partial& partial_;
  const std::int64_t now_;
  ChosenEvents chosen_;  ///< beside the last ones
  unsigned choices_ = 0;
};

/// Candidates that nothing else is, newest first.
std::vector<Row> Chooser::free_candidates(std::size_t step) const {
  std::vector<Row> candidates;
  const auto& others = partial_.steps[step].others;
  for (auto row = others.rbegin(); row != others.rend(); ++row) {
    bool taken = is_past((*row)->time, now_, plan_.within) || partial_.has_event(**row);
    for (std::size_t later = step + 1; later < chosen_.size() && !taken; ++later)
      taken = has_event(chosen_[later], **row);
    if (!taken) candidates.push_back(*row);
  }
  return candidates;
}

/// Blockers that only this step can make its own; what follows it has been chosen.
std::optional<std::vector<Row>> Chooser::required(std::size_t step) const {
  std::vector<Row> rows;
  const auto require = [&](const Row& row) {
    if (!partial_.steps[step].row->is_same_event(*row) && !has_event(rows, *row)) rows.push_back(row);
  };
  for (const Row& row : partial_.steps[step].blockers) {
    if (step == 0 || !may_be_own(step - 1, *row)) require(row);
  }
  if (step + 1 < chosen_.size()) {
    for (const Row& row : partial_.steps[step + 1].blockers) {
      if (!is_own(step + 1, *row)) require(row);
    }
  } else if (step + 1 < partial_.steps.size()) {
    const bool may_come = step + 1 < plan_.steps.size() && plan_.steps[step + 1].takes_delayed;
    for (const Row& row : partial_.steps[step + 1].blockers) {
      if (!may_come && !has_event(partial_.steps[step + 1].others, *row)) require(row);
    }
  }
  if (rows.size() >= plan_.steps[step].times) return std::nullopt;
  return rows;
}

bool Chooser::choose_below(std::size_t end) {
  if (end == 0) return true;
  const std::size_t step = end - 1;
  const auto must = required(step);
  if (!must) return false;
  std::vector<Row> candidates = free_candidates(step);
  std::vector<Row> fixed;
  for (const Row& row : *must) {
    const auto place = std::find_if(candidates.begin(), candidates.end(),
                                    [&](const Row& candidate) { return candidate->is_same_event(*row); });
    if (place == candidates.end()) return false;
    fixed.push_back(*place);
    candidates.erase(place);
  }
  const std::size_t count = plan_.steps[step].times - 1 - fixed.size();
  if (candidates.size() < count) return false;
  // Choices in the order of the newest first.
  std::vector<std::size_t> at(count);
  std::iota(at.begin(), at.end(), std::size_t{0});
  for (;;) {
    chosen_[step] = fixed;
    for (const std::size_t i : at) chosen_[step].push_back(candidates[i]);
    if (choose_below(step)) return true;
    if (++choices_ > kMaxChoices) return false;
    std::size_t next = count;
    while (next > 0 && at[next - 1] == candidates.size() - count + next - 1) --next;
    if (next == 0) return false;
    ++at[next - 1];
    for (std::size_t i = next; i < count; ++i) at[i] = at[i - 1] + 1;
  }
}

ChosenEvents Chooser::take() {
  for (std::size_t step = 0; step < chosen_.size(); ++step) {
    std::sort(chosen_[step].begin(), chosen_[step].end(),
              [](const Row& a, const Row& b) { return compare(*a, *b) < 0; });
    chosen_[step].push_back(partial_.steps[step].row);
  }
  return std::move(chosen_);
}

}  // namespace

StepPlan::StepPlan(const StateData& state, const RowJudge& judge, std::uint32_t profile)
    : in_order(state.kind == StateKind::kSequence) {
  const auto limit = [&](const DurationData& duration) {
    const std::int64_t given = judge.duration(duration, profile);
    return given > 0 ? given : kNoLimit;
  };
  within = limit(state.within);
  const std::vector<std::uint8_t> delayed = delayed_rules(judge.data());
  const auto takes_delayed = [&](const InputData& input) {
    return std::any_of(input.alerts.begin(), input.alerts.end(),
                       [&](std::uint32_t rule) { return delayed[rule] != 0; });
  };
  absences.emplace_back();
  for (std::uint32_t i = 0; i < state.inputs.size(); ++i) {
    const InputData& input = state.inputs[i];
    if (input.absent) {
      absences.back() = {i, limit(input.within)};
      step_of.push_back(kNoIndex);
      continue;
    }
    Step step{i, 1, limit(input.times_in), limit(input.within), !input.alerts.empty(), takes_delayed(input)};
    std::int64_t times = input.times;
    if (input.times_param != kNoIndex) {
      const Value given =
          judge.program().sealed().constants[judge.data().profiles[profile].params[input.times_param]];
      if (given.kind == Kind::kInt) times = given.integer;
    }
    step.times = static_cast<std::size_t>(std::max<std::int64_t>(times, 1));
    events += step.times;
    step_of.push_back(static_cast<std::uint32_t>(steps.size()));
    steps.push_back(step);
    absences.emplace_back();
  }
  meets_delayed.resize(absences.size());
  std::uint8_t meets = 0;
  for (std::size_t i = absences.size(); i-- > 0;) {
    if (i < steps.size() && steps[i].takes_delayed) meets = 1;
    if (absences[i].input != kNoIndex && takes_delayed(state.inputs[absences[i].input])) meets = 1;
    meets_delayed[i] = meets;
  }
}

bool has_event(const std::vector<Row>& rows, const EventRow& row) {
  return std::any_of(rows.begin(), rows.end(), [&](const Row& other) { return other->is_same_event(row); });
}

bool Partial::has_event(const EventRow& row) const {
  return std::any_of(steps.begin(), steps.end(), [&](const StepMatch& step) {
    return step.row != nullptr && step.row->is_same_event(row);
  });
}

std::optional<ChosenEvents> choose_events(const StepPlan& plan, const Partial& partial, std::int64_t now) {
  Chooser chooser(plan, partial, now);
  if (!chooser.choose()) return std::nullopt;
  return chooser.take();
}

int compare_backward(const Partial& a, const Partial& b, std::size_t count) {
  for (std::size_t step = count; step-- > 0;) {
    if (const int order = compare(*a.steps[step].row, *b.steps[step].row); order != 0) return order;
  }
  return 0;
}

std::int64_t first_time(const StepPlan& plan, const Partial& partial) {
  const StepMatch& first = partial.steps[0];
  const std::size_t others = plan.steps[0].times - 1;
  return others == 0 || first.others.size() < others ? first.row->time
                                                     : first.others[first.others.size() - others]->time;
}

}  // namespace shrike
