#include "runtime/state/step_matcher.hpp"

#include <algorithm>
#include <tuple>

#include "runtime/time_math.hpp"

namespace shrike {
namespace {

/// Partial matches per step while rows of one time are taken, before those that agree have become one: fewer
/// the more rows there are.
std::size_t limit_for(std::size_t rows) {
  constexpr std::size_t kMost = 1024, kPairs = 16'384;
  return std::clamp(kPairs / rows, kMaxPartials, kMost);
}

std::vector<Row> rows_of(const std::vector<HeldRow>& rows, std::uint32_t input) {
  std::vector<Row> result;
  if (input == kNoIndex) return result;
  for (const HeldRow& held : rows) {
    if ((held.inputs >> input & 1) != 0) result.push_back(held.row);
  }
  return result;
}

}  // namespace

bool ByEvent::operator()(const Row& a, const Row& b) const {
  return std::tie(a->time, a->class_name, a->id) < std::tie(b->time, b->class_name, b->id);
}

const EventRow* StepView::row_of(std::uint32_t input) const {
  const std::uint32_t step = input < plan_.step_of.size() ? plan_.step_of[input] : kNoIndex;
  return partial_ != nullptr && step < partial_->steps.size() ? partial_->steps[step].row.get() : nullptr;
}

Value StepView::aggregate(std::uint32_t index, EventState&) {
  const AggregateData& aggregate = judge_.data().aggregates[index];
  if (&judge_.data().states[aggregate.state] != &state_) return {};
  if (aggregate.function != Aggregate::kStepCount || row_of(aggregate.column) == nullptr) return {};
  return Value::of_int(static_cast<std::int64_t>(plan_.steps[plan_.step_of[aggregate.column]].times));
}

Value StepView::step_field(std::uint32_t input, std::uint32_t slot) {
  const EventRow* const row = row_of(input);
  if (row == nullptr) return {};
  Value value;
  judge_.step_fields().open(*row);
  return judge_.step_fields().read(slot, value) ? value : Value{};
}

StepMatcher::StepMatcher(const StateData& state, const std::string& tenant, std::uint32_t profile,
                         RowJudge& judge, StateStats& counts)
    : state_(state),
      tenant_(tenant),
      profile_(profile),
      judge_(judge),
      counts_(counts),
      plan_(state, judge, profile),
      view_(state, plan_, judge) {
  // Conditions of steps read fields of their event, so keys that are fields are left as they are.
  for (std::size_t i = 0; i < state.key_slots.size(); ++i) {
    const std::uint32_t slot = state.key_slots[i];
    const auto& classes = judge.data().classes;
    const bool is_field = std::any_of(classes.begin(), classes.end(), [&](const ClassData& c) {
      return std::find(c.slots.begin(), c.slots.end(), slot) != c.slots.end();
    });
    if (!is_field) named_keys_.emplace_back(i, slot);
  }
}

Matches StepMatcher::after(const Matches& before, const std::vector<HeldRow>& rows, const std::string& key,
                           Completed& complete) {
  return plan_.in_order ? after_in_order(before, rows, key, complete)
                        : after_in_any_order(before, rows, key, complete);
}

Matches StepMatcher::after_in_order(const Matches& before, const std::vector<HeldRow>& rows,
                                    const std::string& key, Completed& complete) {
  const std::int64_t time = rows.front().row->time;
  const std::size_t last = plan_.steps.size(), limit = limit_for(rows.size());
  Matches after;
  after.by_step.resize(last + 1);
  Partials born;
  for (std::size_t step = 0; step <= last; ++step) {
    Partials waiting;
    for (const PartialRef& partial : before.by_step[step]) {
      if (!is_over(*partial, step, time)) waiting.push_back(partial);
    }
    if (step == 0 && waiting.empty()) waiting.push_back(std::make_shared<Partial>(Partial{{StepMatch{}}}));
    const std::size_t old = waiting.size();
    std::move(born.begin(), born.end(), std::back_inserter(waiting));
    born.clear();
    const Rows fitting = step < last ? rows_of(rows, plan_.steps[step].input) : Rows();
    const Rows absent = rows_of(rows, plan_.absences[step].input);
    if (fitting.empty() && absent.empty() && waiting.size() == old) {
      after.by_step[step] = step == 0 ? before.by_step[0] : std::move(waiting);
      continue;
    }
    const Fits fit = step < last ? fits(plan_.steps[step].input, fitting, waiting, key) : Fits();
    const Fits fit_absent = absent.empty() ? Fits() : fits(plan_.absences[step].input, absent, waiting, key);
    for (std::size_t p = 0; p < waiting.size(); ++p) {
      const Partial& partial = *waiting[p];
      Rows own, blockers;
      for (std::size_t i = 0; i < fitting.size(); ++i) {
        if (fit[i][p] != 0 && !partial.has_event(*fitting[i])) own.push_back(fitting[i]);
      }
      const bool ends =
          step > 0 && is_past(partial.steps[step - 1].row->time, time, plan_.absences[step].within);
      for (std::size_t i = 0; i < absent.size() && !ends; ++i) {
        if (fit_absent[i][p] != 0) blockers.push_back(absent[i]);
      }
      for (const Row& row : own) {
        PartialRef match = bind(partial, step, row, own, blockers, time);
        if (match == nullptr) continue;
        if (step + 1 == last && !plan_.has_deadline()) {
          note(complete, match);
        } else {
          born.push_back(std::move(match));
          if (born.size() > 4 * limit) prune_roughly(born, step + 1, limit);
        }
      }
      const bool collects = step < last && plan_.steps[step].times > 1 && !own.empty();
      const bool is_same = p < old && step > 0 && !collects && blockers.empty();
      PartialRef kept = is_same ? waiting[p] : stay(waiting[p], step, own, blockers, time);
      if (kept != nullptr) after.by_step[step].push_back(std::move(kept));
    }
    if (step > 0) prune(after.by_step[step], step);
    if (born.size() > limit) prune_roughly(born, step + 1, limit);
  }
  return after;
}

/// The match when `row` is the last event of the step; null when it cannot be. `rows` are those of this time
/// that fit the step.
PartialRef StepMatcher::bind(const Partial& partial, std::size_t step, const Row& row, const Rows& rows,
                             const Rows& blockers, std::int64_t time) const {
  const StepPlan::Step& asked = plan_.steps[step];
  const EventRow* const before = step > 0 ? partial.steps[step - 1].row.get() : nullptr;
  if (before != nullptr && is_past(before->time, time, asked.within)) return nullptr;
  auto match = std::make_shared<Partial>(partial);
  StepMatch& bound = match->steps[step];
  for (const Row& blocker : blockers) {
    std::erase_if(bound.blockers, [&](const Row& other) { return other->is_same_event(*blocker); });
    bound.blockers.push_back(blocker);
  }
  if (asked.times > 1) {
    const auto end = std::find(rows.begin(), rows.end(), row);
    add_candidates(bound, step, Rows(rows.begin(), end));
  }
  drop_old_candidates(bound, step, time, time);
  if (bound.others.size() + 1 < asked.times) return nullptr;
  bound.row = row;
  std::erase_if(bound.blockers, [&](const Row& blocker) {
    return blocker->is_same_event(*row) || (before != nullptr && blocker->is_same_event(*before));
  });
  if (plan_.events == plan_.steps.size()) {
    if (!bound.blockers.empty()) return nullptr;
  } else if (!choose_events(plan_, *match, time)) {
    return nullptr;
  }
  if (step + 1 < plan_.steps.size() || plan_.has_deadline()) match->steps.emplace_back();
  set_agreement(*match, step + 1);
  return match;
}

/// The partial match when the step goes on waiting after the rows of a time; null when it waits for nothing.
PartialRef StepMatcher::stay(const PartialRef& partial, std::size_t step, const Rows& rows,
                             const Rows& blockers, std::int64_t time) {
  auto kept = std::make_shared<Partial>(*partial);
  StepMatch& waiting = kept->steps[step];
  const EventRow* const before = step > 0 ? kept->steps[step - 1].row.get() : nullptr;
  for (const Row& blocker : blockers) {
    if (before != nullptr && blocker->is_same_event(*before)) continue;
    std::erase_if(waiting.blockers, [&](const Row& other) { return other->is_same_event(*blocker); });
    waiting.blockers.push_back(blocker);
  }
  const std::size_t times = step < plan_.steps.size() ? plan_.steps[step].times : 0;
  if (times > 1) add_candidates(waiting, step, rows);
  drop_old_candidates(waiting, step, time, INT64_MAX);
  if (step == 0) {
    if (waiting.others.empty() && waiting.blockers.empty()) return nullptr;
    return kept;
  }
  if (!waiting.blockers.empty()) {
    if (waiting.blockers.size() > plan_.steps[step - 1].times + times) return nullptr;
    const std::int64_t now = step < plan_.steps.size() ? time : before->time;
    if (!choose_events(plan_, *kept, now)) return nullptr;
  }
  close(*kept);
  set_agreement(*kept, step);
  return kept;
}

/// Whether nothing is open about the events of a step that matched.
bool StepMatcher::is_closed(const Partial& partial, std::size_t step) const {
  const StepMatch& match = partial.steps[step];
  if (match.others.size() + 1 != plan_.steps[step].times || !match.blockers.empty()) return false;
  return !is_shared(partial, step);
}

/// Whether the step that is waited for may take an event from one that matched.
bool StepMatcher::is_shared(const Partial& partial, std::size_t step) const {
  const auto& others = partial.steps[step].others;
  const auto& waiting = partial.steps.back().others;
  return std::any_of(others.begin(), others.end(), [&](const Row& row) { return has_event(waiting, *row); });
}

/// Settles which events stand for the steps that matched, where later events decide nothing about it.
void StepMatcher::close(Partial& partial) const {
  const std::size_t matched = partial.matched();
  if (plan_.meets_delayed[matched] != 0 || !partial.steps[matched].blockers.empty()) return;
  bool is_open = false;
  for (std::size_t step = 0; step < matched; ++step) {
    if (is_shared(partial, step)) return;
    is_open = is_open || !is_closed(partial, step);
  }
  if (!is_open) return;
  auto chosen = choose_events(plan_, partial, partial.steps[matched - 1].row->time);
  if (!chosen) return;
  for (std::size_t step = 0; step < matched; ++step) {
    (*chosen)[step].pop_back();
    partial.steps[step].others = std::move((*chosen)[step]);
    partial.steps[step].blockers.clear();
  }
}

void StepMatcher::add_candidates(StepMatch& match, std::size_t step, const Rows& rows) const {
  for (const Row& row : rows) {
    if (plan_.steps[step].takes_alerts)
      std::erase_if(match.others, [&](const Row& other) { return other->is_same_event(*row); });
    match.others.push_back(row);
  }
}

/// Forgets what no event from `time` on can stand with, and what newer ones make needless. Candidates from
/// `open_from` on stay, since a `not` after the step may ask for any of them.
void StepMatcher::drop_old_candidates(StepMatch& match, std::size_t step, std::int64_t time,
                                      std::int64_t open_from) const {
  if (step == 0) {
    std::erase_if(match.blockers,
                  [&](const Row& row) { return is_past(row->time, time, plan_.absences[0].within); });
    // One more than can be the step's own decides as all would.
    const std::size_t most = plan_.steps[0].times + 1;
    if (match.blockers.size() > most)
      match.blockers.erase(match.blockers.begin(), match.blockers.end() - static_cast<std::ptrdiff_t>(most));
  }
  if (match.others.empty()) return;
  const std::int64_t width = std::min(plan_.steps[step].times_in, step == 0 ? plan_.within : kNoLimit);
  std::erase_if(match.others, [&](const Row& row) { return is_past(row->time, time, width); });
  // Every other event of a match can take one of them, and later alerts can tell any of them again.
  const std::size_t most =
      plan_.meets_delayed[step] != 0 ? kMaxCandidates : std::min(plan_.events, kMaxCandidates);
  std::size_t surplus = match.others.size() - std::min(match.others.size(), most);
  std::erase_if(match.others, [&](const Row& row) {
    if (surplus == 0) return false;
    --surplus;
    return row->time < open_from && !has_event(match.blockers, *row);
  });
}

bool StepMatcher::is_over(const Partial& partial, std::size_t step, std::int64_t time) const {
  if (!plan_.in_order) return is_past(partial.steps[0].row->time, time, plan_.within);
  if (step == 0 || step == plan_.steps.size()) return false;
  return is_past(first_time(plan_, partial), time, plan_.within) ||
         is_past(partial.steps[step - 1].row->time, time, plan_.steps[step].within);
}

StepMatcher::Fits StepMatcher::fits(std::uint32_t input, const Rows& rows, const Partials& partials,
                                    const std::string& key) {
  const std::uint32_t where = state_.inputs[input].where;
  Fits result(rows.size(), std::vector<std::uint8_t>(partials.size(), where == kNoIndex));
  if (where == kNoIndex) return result;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    judge_.begin();
    open(input, *rows[i], key);
    for (std::size_t p = 0; p < partials.size() && !judge_.vm().out_of_steps(); ++p) {
      // A field that looks at steps is computed once for an event.
      if (p > 0 && state_.reads_steps_in_lets) open(input, *rows[i], key);
      view_.show(*partials[p]);
      result[i][p] = judge_.vm().decide(where, event_);
    }
    if (judge_.vm().out_of_steps()) ++counts_.out_of_steps;
  }
  event_.state = nullptr;
  return result;
}

void StepMatcher::open(std::uint32_t input, const EventRow& row, const std::string& key) {
  judge_.open(event_, row, tenant_, profile_);
  if (!named_keys_.empty()) {
    for (const Key& own : keys_of(state_.inputs[input], state_.key_cased, judge_, event_, uncounted_)) {
      if (own.identity != key) continue;
      for (const auto& [part, slot] : named_keys_) {
        if (part < own.values.size()) event_.set(slot, own.values[part]);
      }
    }
  }
  event_.state = &view_;
}

bool StepMatcher::is_newer(const Partial& a, const Partial& b) const {
  // Of a sequence the last event is the completing one, which they share.
  const std::size_t count = plan_.in_order ? plan_.steps.size() - 1 : plan_.steps.size();
  const int order = compare_backward(a, b, count);
  return order != 0 ? order > 0 : compare(*completing_row(a), *completing_row(b)) > 0;
}

const Row& StepMatcher::completing_row(const Partial& partial) const {
  if (plan_.in_order) return partial.steps[plan_.steps.size() - 1].row;
  return std::max_element(partial.steps.begin(), partial.steps.end(),
                          [](const StepMatch& a, const StepMatch& b) { return compare(*a.row, *b.row) < 0; })
      ->row;
}

void StepMatcher::note(Completed& complete, const PartialRef& match) const {
  const auto [entry, is_first] = complete.try_emplace(completing_row(*match), match);
  if (!is_first && is_newer(*match, *entry->second)) entry->second = match;
}

std::int64_t StepMatcher::deadline(const Partial& partial) const {
  return saturating_add(completing_row(partial)->time, plan_.absences.back().within);
}

void StepMatcher::drop_old(Matches& matches, std::int64_t time) const {
  if (plan_.in_order && !matches.by_step[0].empty()) {
    auto first = std::make_shared<Partial>(*matches.by_step[0][0]);
    drop_old_candidates(first->steps[0], 0, time, INT64_MAX);
    matches.by_step[0].clear();
    if (!first->steps[0].others.empty() || !first->steps[0].blockers.empty())
      matches.by_step[0].push_back(std::move(first));
  }
  for (std::size_t step = 0; step < matches.by_step.size(); ++step) {
    std::erase_if(matches.by_step[step],
                  [&](const PartialRef& partial) { return is_over(*partial, step, time); });
  }
}

std::int64_t StepMatcher::expiry(const Matches& matches) const {
  std::int64_t expiry = INT64_MIN;
  for (std::size_t step = 0; step < plan_.steps.size(); ++step) {
    for (const PartialRef& partial : matches.by_step[step]) {
      if (partial->matched() > 0) {
        const std::int64_t whole = saturating_add(first_time(plan_, *partial), plan_.within);
        const bool follows = plan_.in_order && step > 0;
        const std::int64_t next =
            follows ? saturating_add(partial->steps[step - 1].row->time, plan_.steps[step].within)
                    : INT64_MAX;
        expiry = std::max(expiry, std::min(whole, next));
        continue;
      }
      const std::int64_t width = std::min(plan_.steps[0].times_in, plan_.within);
      for (const Row& row : partial->steps[0].others)
        expiry = std::max(expiry, saturating_add(row->time, width));
      for (const Row& row : partial->steps[0].blockers)
        expiry = std::max(expiry, saturating_add(row->time, plan_.absences[0].within));
    }
  }
  return expiry;
}

}  // namespace shrike
