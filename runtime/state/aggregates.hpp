// Events kept under one key, and what aggregates give over them (language manual, "State"). Used by
// window_rule.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/state/rule_state.hpp"

namespace shrike {

/// An event as a rule keeps it: what its aggregates read, and enough to name it as evidence. The row itself
/// stays while the event may be judged again.
struct KeptEvent {
  std::int64_t time = 0;
  Row row;              ///< null once nothing before it can change
  std::string brief;    ///< class, id and place; empty while the row is there
  std::string columns;  ///< per column: text of its bytes, empty where it leaves the event out
};

using KeptEvents = std::vector<KeptEvent>;  ///< in the order of events

/// The columns of a rule for the event that is open, its key set.
std::string columns_of(const StateData& state, RowJudge& judge, EventState& event);

/// Answers aggregates for one judged event. Lives while it is judged.
class KeptView : public StateView {
 public:
  struct Since {
    std::int64_t stay = 0;     ///< when the stay of the first kept event began
    std::int64_t watched = 0;  ///< the earliest event of the tenant
  };

  KeptView(const StateData& state, const KeptEvents& events, std::size_t judged, std::int64_t within,
           Since since, std::uint32_t profile, RowJudge& judge, EventState& scratch)
      : state_(state),
        events_(events),
        judged_(judged),
        within_(within),
        since_(since),
        profile_(profile),
        judge_(judge),
        scratch_(scratch),
        is_evidence_(judged + 1, false) {}

  Value aggregate(std::uint32_t aggregate, EventState& event) override;
  Value step_field(std::uint32_t, std::uint32_t) override { return {}; }

  /// From now on what aggregates count is no evidence any more.
  void end_evidence() { notes_evidence_ = false; }
  /// The kept events that the aggregates counted, and the judged one, in order.
  std::vector<Evidence> evidence() const;

 private:
  struct Counted {
    std::size_t at;
    std::string_view identity;  ///< where the column is told apart
    std::string_view values;    ///< append_value() of each
  };

  Value answer(const AggregateData& aggregate, EventState& event);
  std::vector<Counted> counted(const AggregateData& aggregate, EventState& event);
  bool counts(const AggregateData& aggregate, std::size_t at, EventState& event, Counted& out);
  bool scan(const AggregateData& aggregate, std::string_view column, std::size_t at, EventState& event,
            Counted& out);
  Value is_new(const AggregateData& aggregate, EventState& event);
  Value number_answer(const AggregateData& aggregate, const std::vector<Counted>& events, EventState& event);
  Value regularity(const std::vector<Counted>& events) const;
  Value usual_count(const AggregateData& aggregate, const std::vector<Counted>& events, EventState& event);
  Value age() const;
  Value value_of(const Counted& counted) const;

  const StateData& state_;
  const KeptEvents& events_;
  const std::size_t judged_;
  const std::int64_t within_;
  const Since since_;
  const std::uint32_t profile_;
  RowJudge& judge_;
  EventState& scratch_;
  std::vector<std::uint8_t> is_evidence_;
  bool notes_evidence_ = true;
  bool inside_ = false;  ///< an aggregate is being answered: they do not nest
};

/// Class, id, time and place of a kept event.
Evidence evidence_of(const KeptEvent& event);

}  // namespace shrike
