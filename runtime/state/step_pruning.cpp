// Which partial matches count as one, since nothing that may come tells them apart (language manual,
// "Steps").
#include <algorithm>
#include <functional>
#include <string>

#include "runtime/state/step_matcher.hpp"

namespace shrike {
namespace {

std::size_t mixed(std::size_t seed, std::size_t value) {
  return (seed ^ value) * std::size_t{0x9E3779B97F4A7C15} + (seed >> 29);
}

}  // namespace

/// Whether a condition that can still be asked reads the step.
bool StepMatcher::looks_at(std::size_t step, std::size_t waits_for) const {
  const InputData& input = state_.inputs[plan_.steps[step].input];
  if (!plan_.in_order) return input.where != kNoIndex || input.read_by != 0;
  return input.read_by >> plan_.next_input(waits_for) != 0;
}

/// What conditions that may still be asked can see of a row that stands for a step. In `together` the step's
/// own condition may wait too.
std::string StepMatcher::look_of(const EventRow& row, std::size_t step) const {
  const InputData& input = state_.inputs[plan_.steps[step].input];
  const bool sees_all = !plan_.in_order || input.read_slots.empty();
  std::string look =
      bytes_of(row, sees_all ? std::span<const std::uint32_t>() : input.read_slots, judge_.data());
  if (sees_all) look += std::to_string(row.event_class) + (row.alert_rule == kNoIndex ? "e" : "a");
  return look;
}

void StepMatcher::set_agreement(Partial& partial, std::size_t step) const {
  if (!plan_.in_order) {
    partial.agreement =
        looks_at(step, step) ? std::hash<std::string>()(look_of(*partial.steps[0].row, step)) : 0;
    return;
  }
  if (partial.matched() == 0 || step == partial.steps.size()) return;
  std::size_t hash = 0;
  for (std::size_t i = 0; i < partial.matched(); ++i) {
    if (looks_at(i, step)) hash = mixed(hash, std::hash<std::string>()(look_of(*partial.steps[i].row, i)));
  }
  for (const Row& row : partial.steps.back().others) hash = mixed(hash, std::hash<Row>()(row));
  for (const Row& row : partial.steps.back().blockers) hash = mixed(hash, std::hash<Row>()(row));
  partial.agreement = hash;
}

bool StepMatcher::agree(const Partial& a, const Partial& b, std::size_t step) const {
  if (a.agreement != b.agreement) return false;
  const StepMatch &of_a = a.steps.back(), &of_b = b.steps.back();
  if (of_a.others != of_b.others || of_a.blockers != of_b.blockers) return false;
  for (std::size_t i = 0; i < a.matched(); ++i) {
    if (looks_at(i, step) && look_of(*a.steps[i].row, plan_.in_order ? i : step) !=
                                 look_of(*b.steps[i].row, plan_.in_order ? i : step))
      return false;
  }
  return true;
}

/// Whether whatever completes the older one completes the newer one, and that is then the newest match. As
/// far as events that may still stand for either of two steps do not matter.
bool StepMatcher::is_older_alike(const Partial& older, const Partial& newer, std::size_t step) const {
  if (plan_.meets_delayed[step] != 0 || !agree(older, newer, step)) return false;
  // Each completing event gives an alert of its own.
  if (step == plan_.steps.size() && ByEvent()(completing_row(older), completing_row(newer))) return false;
  // The older one may be past what must be absent while the newer one is not.
  if (step < plan_.steps.size() && plan_.absences[step].within != kNoLimit &&
      older.steps[step - 1].row->time != newer.steps[step - 1].row->time)
    return false;
  return first_time(plan_, newer) >= first_time(plan_, older);
}

/// Puts the newest first; those that newer ones stand for go, then the oldest beyond the limit.
void StepMatcher::prune(Partials& partials, std::size_t step) {
  prune_by(partials, step, kMaxPartials, [&](const Partial& older, const Partial& newer) {
    if (!is_older_alike(older, newer, step)) return false;
    for (std::size_t i = 0; i < step; ++i) {
      if (!is_closed(older, i) || !is_closed(newer, i)) return false;
    }
    return true;
  });
}

/// The same amid rows of one time, where too many of them match in too many ways to follow all.
void StepMatcher::prune_roughly(Partials& partials, std::size_t step, std::size_t limit) {
  prune_by(partials, step, limit,
           [&](const Partial& older, const Partial& newer) { return is_older_alike(older, newer, step); });
}

template <class Dominates>
void StepMatcher::prune_by(Partials& partials, std::size_t step, std::size_t limit,
                           const Dominates& dominates) {
  std::sort(partials.begin(), partials.end(),
            [&](const PartialRef& a, const PartialRef& b) { return compare_backward(*a, *b, step) > 0; });
  Partials kept;
  for (PartialRef& partial : partials) {
    const bool is_needed = std::none_of(kept.begin(), kept.end(),
                                        [&](const PartialRef& newer) { return dominates(*partial, *newer); });
    if (is_needed) kept.push_back(std::move(partial));
  }
  if (kept.size() > limit) {
    counts_.partials_dropped += kept.size() - limit;
    kept.resize(limit);
  }
  partials = std::move(kept);
}

/// Of rows that conditions cannot tell from the newest one, keeps as many as one match can take.
void StepMatcher::keep_newest_alike(Partials& partials, std::size_t step) const {
  const Partial newest = *partials.back();
  const std::string look = look_of(*newest.steps[0].row, step);
  Rows alike;
  for (std::size_t at = partials.size(); at-- > 0;) {
    const Row& other = partials[at]->steps[0].row;
    if (partials[at]->agreement != newest.agreement || look_of(*other, step) != look) continue;
    if (plan_.steps[step].takes_alerts && has_event(alike, *other)) continue;
    if (alike.size() < plan_.events) {
      alike.push_back(other);
    } else {
      partials.erase(partials.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
}

/// Where no condition looks at the step: keeps the newest rows, and the newest choices of `times N in`, as
/// many as the other events of a match can spoil.
void StepMatcher::keep_newest_choices(Partials& partials, std::size_t step) const {
  const StepPlan::Step& asked = plan_.steps[step];
  std::vector<std::uint8_t> is_needed(partials.size(), 0);
  Rows newest, lasts;
  const auto add = [&](Rows& rows, const Row& row) {
    if (!asked.takes_alerts || !has_event(rows, *row)) rows.push_back(row);
  };
  for (std::size_t at = partials.size(); at-- > 0 && lasts.size() < plan_.events;) {
    const Row& last = partials[at]->steps[0].row;
    add(newest, last);
    if (newest.size() <= plan_.events) is_needed[at] = 1;
    Rows others;
    std::size_t from = at;
    while (from > 0 && others.size() < plan_.events) {
      const Row& other = partials[from - 1]->steps[0].row;
      if (is_past(other->time, last->time, asked.times_in)) break;
      --from;
      if (!other->is_same_event(*last)) add(others, other);
    }
    if (others.size() + 1 < asked.times) continue;
    add(lasts, last);
    std::fill(is_needed.begin() + static_cast<std::ptrdiff_t>(from),
              is_needed.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::uint8_t{1});
  }
  std::size_t at = 0;
  std::erase_if(partials, [&](const PartialRef&) { return is_needed[at++] == 0; });
}

}  // namespace shrike
