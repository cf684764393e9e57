// How rows make matches of steps out of partial matches (language manual, "Steps"). Rows of one time are
// taken together, since they match in either order. Used by sequence_rule.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/state/partial_match.hpp"

namespace shrike {

/// Different partial matches per key and step; the oldest go beyond it, and are counted.
inline constexpr std::size_t kMaxPartials = 64;
/// Candidates for the events of one step, whatever `times` says.
inline constexpr std::size_t kMaxCandidates = 10'000;

/// A row that a rule holds under one key.
struct HeldRow {
  Row row;
  std::uint64_t inputs = 0;  ///< those that take it, as bits
};

/// What stands for the steps, to the units of a rule.
class StepView : public StateView {
 public:
  StepView(const StateData& state, const StepPlan& plan, RowJudge& judge)
      : state_(state), plan_(plan), judge_(judge) {}

  void show(const Partial& partial) { partial_ = &partial; }
  Value aggregate(std::uint32_t aggregate, EventState& event) override;
  Value step_field(std::uint32_t input, std::uint32_t slot) override;

 private:
  /// The last event of a step, null when none has matched.
  const EventRow* row_of(std::uint32_t input) const;

  const StateData& state_;
  const StepPlan& plan_;
  RowJudge& judge_;
  const Partial* partial_ = nullptr;
};

/// The event that a row tells: by time, class and id.
struct ByEvent {
  bool operator()(const Row& a, const Row& b) const;
};
/// By the row that completes: the newest match. A match that waits for a deadline counts as complete.
using Completed = std::map<Row, PartialRef, ByEvent>;

class StepMatcher {
 public:
  StepMatcher(const StateData& state, const std::string& tenant, std::uint32_t profile, RowJudge& judge,
              StateStats& counts);

  const StepPlan& plan() const { return plan_; }

  /// Takes rows of one time, in order, all later than what led to `before`. What they complete goes to
  /// `complete`, unless the rule has a deadline: then it is among the matches.
  Matches after(const Matches& before, const std::vector<HeldRow>& rows, const std::string& key,
                Completed& complete);
  /// Leaves out what no event from `time` on can meet. What waits for a deadline stays.
  void drop_old(Matches& matches, std::int64_t time) const;
  /// From when on drop_old() leaves nothing but what waits for a deadline; INT64_MIN when that is so now.
  std::int64_t expiry(const Matches& matches) const;
  std::int64_t deadline(const Partial& partial) const;

  /// Makes an event the row as an input takes it under the key, after the steps of a partial match, which
  /// must stay.
  EventState& open_for(std::uint32_t input, const EventRow& row, const std::string& key,
                       const Partial& partial) {
    open(input, row, key);
    view_.show(partial);
    return event_;
  }
  /// The row that completed a match.
  const Row& completing_row(const Partial& partial) const;
  void note(Completed& complete, const PartialRef& match) const;
  /// Sets Partial::agreement of one that stands at a step of Matches.
  void set_agreement(Partial& partial, std::size_t step) const;

 private:
  using Rows = std::vector<Row>;
  /// Whether a row fits, by row and partial match.
  using Fits = std::vector<std::vector<std::uint8_t>>;

  Matches after_in_order(const Matches& before, const std::vector<HeldRow>& rows, const std::string& key,
                         Completed& complete);
  Matches after_in_any_order(const Matches& before, const std::vector<HeldRow>& rows, const std::string& key,
                             Completed& complete);
  void take(const Matches& matches, const Row& row, std::size_t step, const std::string& key,
            Completed& complete);
  void keep(Partials& partials, const Row& row, std::size_t step);
  void keep_newest_alike(Partials& partials, std::size_t step) const;
  void keep_newest_choices(Partials& partials, std::size_t step) const;

  Fits fits(std::uint32_t input, const Rows& rows, const Partials& partials, const std::string& key);
  void open(std::uint32_t input, const EventRow& row, const std::string& key);
  PartialRef stay(const PartialRef& partial, std::size_t step, const Rows& rows, const Rows& blockers,
                  std::int64_t time);
  PartialRef bind(const Partial& partial, std::size_t step, const Row& row, const Rows& rows,
                  const Rows& blockers, std::int64_t time) const;
  bool is_closed(const Partial& partial, std::size_t step) const;
  bool is_shared(const Partial& partial, std::size_t step) const;
  void close(Partial& partial) const;
  bool is_over(const Partial& partial, std::size_t step, std::int64_t time) const;
  void drop_old_candidates(StepMatch& match, std::size_t step, std::int64_t time,
                           std::int64_t open_from) const;
  void add_candidates(StepMatch& match, std::size_t step, const Rows& rows) const;
  bool is_newer(const Partial& a, const Partial& b) const;

  bool agree(const Partial& a, const Partial& b, std::size_t step) const;
  bool is_older_alike(const Partial& older, const Partial& newer, std::size_t step) const;
  void prune(Partials& partials, std::size_t step);
  void prune_roughly(Partials& partials, std::size_t step, std::size_t limit);
  template <class Dominates>
  void prune_by(Partials& partials, std::size_t step, std::size_t limit, const Dominates& dominates);
  bool looks_at(std::size_t step, std::size_t waits_for) const;
  std::string look_of(const EventRow& row, std::size_t step) const;

  const StateData& state_;
  const std::string& tenant_;
  const std::uint32_t profile_;
  RowJudge& judge_;
  StateStats& counts_;
  StateStats uncounted_;  ///< of what is judged again
  const StepPlan plan_;
  std::vector<std::pair<std::size_t, std::uint32_t>> named_keys_;  ///< key and its slot
  StepView view_;
  EventState& event_ = judge_.other_event();
};

}  // namespace shrike
