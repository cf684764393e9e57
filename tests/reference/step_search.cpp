#include "tests/reference/step_search.hpp"

#include <algorithm>
#include <tuple>

namespace shrike::reference {

using ast::Expr;
using ast::RefKind;
using ast::Step;

namespace {

__extension__ typedef __int128 Wide;

/// Later less earlier, without overflow.
Wide distance(const Seen& earlier, const Seen& later) { return static_cast<Wide>(later.time) - earlier.time; }

}  // namespace

bool before(const Seen& a, const Seen& b) {
  const auto key = [](const Seen& seen) {
    return std::tie(seen.time, seen.event_class, seen.id, seen.rule, seen.key, seen.tenant);
  };
  return key(a) < key(b);  // an event has no rule, which comes first
}

bool same_event(const Seen& a, const Seen& b) { return a.event == b.event; }

bool is_newer(const StepSearch::Match& match, const StepSearch::Match& other) {
  // First the events that stand for the steps, from the last step back, then the others of `times N`.
  for (const bool others : {false, true}) {
    for (std::size_t step = match.size(); step-- > 0;) {
      const std::size_t size = match[step].size();
      for (std::size_t nth = others ? 1 : 0; nth < (others ? size : std::min<std::size_t>(size, 1)); ++nth) {
        const Seen& a = *match[step][size - 1 - nth]->seen;
        const Seen& b = *other[step][size - 1 - nth]->seen;
        if (&a != &b) return before(b, a);
      }
    }
  }
  return false;
}

std::set<std::uint32_t> steps_of(const Expr* condition, const ast::Rule& rule) {
  if (condition == nullptr) return {};
  std::set<std::uint32_t> steps;
  const auto add = [&](const Expr* part) { steps.merge(steps_of(part, rule)); };
  if (condition->ref.kind == RefKind::kStep) steps.insert(condition->ref.index);
  if (condition->ref.kind == RefKind::kLet) add(rule.lets[condition->ref.index].value.get());
  for (const auto& argument : condition->args) add(argument.get());
  add(condition->where.get());
  return steps;
}

StepSearch::StepSearch(Evaluator& evaluator, const ast::Rule& rule,
                       const std::vector<std::vector<Entry>>& candidates, Trying trying)
    : evaluator_(evaluator),
      rule_(rule),
      candidates_(candidates),
      together_(rule.order == ast::StepOrder::kTogether),
      trying_(trying) {
  for (const Step& step : rule.steps) looks_at_.push_back(steps_of(step.where.get(), rule));
  // In the order in which matches are compared, so that the first one found is the newest.
  for (const bool others : {false, true}) {
    for (std::size_t step = rule.steps.size(); step-- > 0;) {
      if (rule.steps[step].absent) continue;
      for (std::int64_t nth = others ? 1 : 0; nth < (others ? times_of(step) : 1); ++nth)
        slots_.push_back({static_cast<std::uint32_t>(step), nth});
    }
  }
}

std::int64_t StepSearch::times_of(std::size_t step) const {
  if (!rule_.steps[step].times) return 1;
  return std::max<std::int64_t>(1, evaluator_.constant(*rule_.steps[step].times));
}

/// The next step in that direction that is no absence.
std::size_t StepSearch::neighbour(std::size_t step, int direction) const {
  for (std::size_t at = step + static_cast<std::size_t>(direction); at < rule_.steps.size();
       at += static_cast<std::size_t>(direction)) {
    if (!rule_.steps[at].absent) return at;
  }
  return kNone;
}

StepSearch::Match StepSearch::completed_by(const Seen& last) {
  last_ = &last;
  chosen_.assign(rule_.steps.size(), {});
  newest_.clear();
  choose(0);
  return newest_;
}

/// Fills the slots from this one on in every way, the newest candidates first.
void StepSearch::choose(std::size_t slot) {
  // The first match found is the newest.
  if (trying_ == Trying::kLeavingEarly && !newest_.empty()) return;
  if (slot == slots_.size()) {
    if (!is_match()) return;
    Match match = chosen_;
    for (auto& events : match) std::reverse(events.begin(), events.end());
    if (newest_.empty() || is_newer(match, newest_)) newest_ = std::move(match);
    return;
  }
  const std::uint32_t step = slots_[slot].step;
  for (auto entry = candidates_[step].rbegin(); entry != candidates_[step].rend(); ++entry) {
    if (trying_ == Trying::kLeavingEarly && !may_stand(slots_[slot], *entry->seen)) continue;
    chosen_[step].push_back(&*entry);
    const bool is_full = slots_[slot].nth + 1 == times_of(step);
    if (trying_ == Trying::kEverything || !is_full || conditions_hold(step)) choose(slot + 1);
    chosen_[step].pop_back();
  }
}

bool StepSearch::is_match() {
  const auto within = [&](const Expr& length) { return static_cast<Wide>(evaluator_.constant(length)); };
  std::vector<const Seen*> all;
  for (const auto& events : chosen_) {
    for (const Entry* entry : events) all.push_back(entry->seen);
    // The events of a step, the newest first.
    for (std::size_t i = 1; i < events.size(); ++i) {
      if (!before(*events[i]->seen, *events[i - 1]->seen)) return false;
    }
  }
  // All different.
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (same_event(*all[i], *all[j])) return false;
    }
  }
  // All in less than `within`.
  for (const Seen* a : all) {
    for (const Seen* b : all) {
      if (distance(*a, *b) >= within(*rule_.within)) return false;
    }
  }
  std::size_t last_step = 0;
  for (std::size_t step = 0; step < rule_.steps.size(); ++step) {
    const Step& decl = rule_.steps[step];
    if (decl.absent) continue;
    last_step = step;
    const auto& events = chosen_[step];
    if (decl.times_in && distance(*events.back()->seen, *events.front()->seen) >= within(*decl.times_in))
      return false;
    if (!condition_holds(step)) return false;
    const std::size_t previous = neighbour(step, -1);
    if (together_ || previous == kNone) continue;
    // No time is before that of the step before; that of a step is its last event's.
    const Seen& from = *chosen_[previous].front()->seen;
    for (const Entry* entry : events) {
      if (entry->seen->time < from.time) return false;
    }
    if (decl.within && distance(from, *events.front()->seen) >= within(*decl.within)) return false;
  }
  if (together_) {
    return std::find(all.begin(), all.end(), last_) != all.end() &&
           std::none_of(all.begin(), all.end(), [&](const Seen* seen) { return before(*last_, *seen); });
  }
  if (chosen_[last_step].front()->seen != last_) return false;
  for (std::size_t step = 0; step < rule_.steps.size(); ++step) {
    if (rule_.steps[step].absent && !is_absent(step)) return false;
  }
  return true;
}

/// False only where nothing that is chosen later can make a match of it.
bool StepSearch::may_stand(const Slot& slot, const Seen& seen) const {
  const auto& own = chosen_[slot.step];
  if (!own.empty() && !before(seen, *own.back()->seen)) return false;
  for (const auto& events : chosen_) {
    for (const Entry* other : events) {
      if (same_event(*other->seen, seen)) return false;
    }
  }
  if (distance(seen, *last_) >= evaluator_.constant(*rule_.within)) return false;
  if (together_) return !before(*last_, seen);
  const std::size_t after = neighbour(slot.step, +1);
  if (after == kNone) return slot.nth > 0 || &seen == last_;
  return std::none_of(chosen_[after].begin(), chosen_[after].end(),
                      [&](const Entry* next) { return next->seen->time < seen.time; });
}

Scene StepSearch::scene_of(const Entry& entry) const {
  Scene scene;
  scene.lets = &rule_.lets;
  scene.now = entry.seen;
  scene.keys = entry.keys;
  scene.steps.resize(chosen_.size());
  for (std::size_t step = 0; step < chosen_.size(); ++step) {
    for (auto other = chosen_[step].rbegin(); other != chosen_[step].rend(); ++other)
      scene.steps[step].push_back((*other)->seen);
  }
  return scene;
}

bool StepSearch::condition_holds(std::size_t step) {
  if (!rule_.steps[step].where) return true;
  return std::all_of(chosen_[step].begin(), chosen_[step].end(), [&](const Entry* entry) {
    return evaluator_.holds(*rule_.steps[step].where, scene_of(*entry));
  });
}

/// The conditions of later steps that wait for this one alone.
bool StepSearch::conditions_hold(std::uint32_t assigned) {
  for (std::size_t step = assigned; step < rule_.steps.size(); ++step) {
    const bool waits = !looks_at_[step].empty() && *looks_at_[step].begin() == assigned;
    if (waits && !condition_holds(step)) return false;
  }
  return true;
}

bool StepSearch::is_absent(std::size_t index) {
  const Step& step = rule_.steps[index];
  const std::size_t previous = neighbour(index, -1);
  const std::size_t next = neighbour(index, +1);
  const Seen* from = previous == kNone ? nullptr : chosen_[previous].front()->seen;
  const Seen* to = next == kNone ? nullptr : chosen_[next].front()->seen;
  const Wide within = step.within ? evaluator_.constant(*step.within) : Wide{INT64_MAX};

  const auto is_own = [&](const Seen& seen) {
    for (const std::size_t side : {previous, next}) {
      if (side == kNone) continue;
      for (const Entry* entry : chosen_[side]) {
        if (same_event(*entry->seen, seen)) return true;
      }
    }
    return false;
  };
  std::vector<const Seen*> fitting;
  for (const Entry& entry : candidates_[index]) {
    const Seen& f = *entry.seen;
    if (is_own(f)) continue;
    if (to != nullptr && f.time > to->time) continue;
    if (from != nullptr && (f.time < from->time || distance(*from, f) >= within)) continue;
    if (from == nullptr && distance(f, *to) >= within) continue;
    if (step.where && !evaluator_.holds(*step.where, scene_of(entry))) continue;
    const bool known =
        std::any_of(fitting.begin(), fitting.end(), [&](const Seen* other) { return same_event(*other, f); });
    if (!known) fitting.push_back(&f);
  }
  // `not NAME: … times N in D`: N of them, close together, are what must not be.
  const auto times = static_cast<std::size_t>(times_of(index));
  for (std::size_t first = 0; first + times <= fitting.size(); ++first) {
    const Seen& last = *fitting[first + times - 1];
    if (!step.times_in || distance(*fitting[first], last) < evaluator_.constant(*step.times_in)) return false;
  }
  return true;
}

}  // namespace shrike::reference
