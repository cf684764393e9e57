// `together`: rows in the order of events; each is tried as the last event of a match, with those before it.
// What is kept are the rows that fit each step.
#include <algorithm>

#include "runtime/state/step_matcher.hpp"

namespace shrike {
namespace {

/// Matches of the first steps of a `together` that are followed for one row.
constexpr std::size_t kMaxCombined = 4096;

}  // namespace

Matches StepMatcher::after_in_any_order(const Matches& before, const std::vector<HeldRow>& rows,
                                        const std::string& key, Completed& complete) {
  Matches after = before;
  drop_old(after, rows.front().row->time);
  for (const HeldRow& held : rows) {
    const auto takes = [&](std::size_t step) { return (held.inputs >> plan_.steps[step].input & 1) != 0; };
    for (std::size_t step = 0; step < plan_.steps.size(); ++step) {
      if (takes(step)) take(after, held.row, step, key, complete);
    }
    for (std::size_t step = 0; step < plan_.steps.size(); ++step) {
      if (takes(step)) keep(after.by_step[step], held.row, step);
    }
  }
  return after;
}

/// Finds the newest match of a `together` whose last event in the order of events is `row`, standing for
/// `step`.
void StepMatcher::take(const Matches& matches, const Row& row, std::size_t step, const std::string& key,
                       Completed& complete) {
  for (std::size_t other = 0; other < plan_.steps.size(); ++other) {
    const std::size_t there = matches.by_step[other].size() + (other == step ? 1 : 0);
    if (there < plan_.steps[other].times) return;
  }
  Partials found{std::make_shared<Partial>()};
  for (std::size_t at = 0; at < plan_.steps.size() && !found.empty(); ++at) {
    const StepPlan::Step& asked = plan_.steps[at];
    Rows rows;
    if (at != step || asked.times > 1) {
      for (const PartialRef& candidate : matches.by_step[at]) {
        const Row& other = candidate->steps[0].row;
        if (!is_past(other->time, row->time, plan_.within) && !other->is_same_event(*row))
          rows.push_back(other);
      }
    }
    if (at == step) rows.push_back(row);
    const Fits fit = fits(asked.input, rows, found, key);
    Partials longer;
    for (std::size_t p = 0; p < found.size(); ++p) {
      Rows own;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (fit[i][p] == 0 || found[p]->has_event(*rows[i])) continue;
        own.push_back(rows[i]);
        if (at == step && rows[i] != row) continue;
        StepMatch match{rows[i], {}, {}};
        if (asked.times > 1) {
          add_candidates(match, at, Rows(own.begin(), own.end() - 1));
          std::erase_if(match.others, [&](const Row& other) {
            return is_past(other->time, rows[i]->time, asked.times_in);
          });
          if (match.others.size() + 1 < asked.times) continue;
        }
        auto next = std::make_shared<Partial>(*found[p]);
        next->steps.push_back(std::move(match));
        longer.push_back(std::move(next));
      }
    }
    std::sort(longer.begin(), longer.end(),
              [&](const PartialRef& a, const PartialRef& b) { return compare_backward(*a, *b, at + 1) > 0; });
    if (longer.size() > kMaxCombined) {
      counts_.partials_dropped += longer.size() - kMaxCombined;
      longer.resize(kMaxCombined);
    }
    found = std::move(longer);
  }
  for (const PartialRef& match : found) {
    if (!choose_events(plan_, *match, row->time)) continue;
    note(complete, match);
    return;
  }
}

/// Keeps a row for a step of a `together`, and forgets those that newer ones stand for.
void StepMatcher::keep(Partials& partials, const Row& row, std::size_t step) {
  auto kept = std::make_shared<Partial>();
  kept->steps.push_back({row, {}, {}});
  set_agreement(*kept, step);
  partials.push_back(std::move(kept));
  std::size_t limit = kMaxPartials + plan_.events;
  if (!looks_at(step, step)) {
    keep_newest_choices(partials, step);
    limit = kMaxCandidates;
  } else if (plan_.steps[step].times == 1) {
    keep_newest_alike(partials, step);
  }
  if (partials.size() <= limit) return;
  counts_.partials_dropped += partials.size() - limit;
  partials.erase(partials.begin(), partials.end() - static_cast<std::ptrdiff_t>(limit));
}

}  // namespace shrike
