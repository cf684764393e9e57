// What aggregates give over the events kept under one key (language manual, "State"), counted anew for each
// judged event. Used by window_rule.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "runtime/state/kept_events.hpp"
#include "runtime/state/window_index.hpp"

namespace shrike {

/// Answers aggregates for one judged event. Lives while it is judged.
class KeptView : public StateView {
 public:
  struct Since {
    std::int64_t stay = 0;     ///< when the stay of the first kept event began
    std::int64_t watched = 0;  ///< the earliest event of the tenant
  };

  struct Counted {
    std::size_t at;
    std::string_view identity;  ///< where the column is told apart
    std::string_view values;    ///< append_value() of each
  };
  /// What views write into, one after the other, so that nothing is allocated for it each time.
  struct Scratch {
    std::vector<Counted> counted;
    std::vector<std::uint32_t> asked;  ///< aggregates that were asked for
  };

  /// `window` may be null; `other` is an event to open. All must outlive the view.
  KeptView(const StateData& state, const KeptEvents& events, std::size_t judged, std::int64_t within,
           Since since, std::uint32_t profile, WindowIndex* window, RowJudge& judge, EventState& other,
           Scratch& scratch)
      : state_(state),
        events_(events),
        judged_(judged),
        within_(within),
        since_(since),
        profile_(profile),
        window_(window),
        judge_(judge),
        other_(other),
        scratch_(scratch) {
    scratch_.asked.clear();
  }

  Value aggregate(std::uint32_t aggregate, EventState& event) override;
  Value step_field(std::uint32_t, std::uint32_t) override { return {}; }

  /// The kept events that the aggregates asked for until now have counted, and the judged one, in order. From
  /// now on what is counted is no evidence any more.
  std::vector<Evidence> evidence(EventState& event);

 private:
  /// One use of an aggregate on the judged event.
  struct Use {
    const AggregateData& aggregate;
    std::uint32_t index;
    std::size_t begin, end;  ///< what is in its window
    bool is_empty = false;   ///< nothing counts
    std::string key = {};    ///< with AggregateData::scan_key: what the kept ones must have
  };
  enum class Which : std::uint8_t { kAll, kNewest, kFirst, kLast };

  Value answer(std::uint32_t index, EventState& event);
  Use use_of(std::uint32_t index, EventState& event);
  Value of_newest(std::uint32_t unit, EventState& event);
  Value answer_from(const AggregateData& aggregate, std::span<const Counted> events,
                    const WindowIndex::Arguments& arguments);
  /// Which kept events an aggregate shows, in order; the newest ones of very many.
  std::vector<std::size_t> shown(std::uint32_t index, EventState& event);
  /// Those that count, until the next call, in order; kNewest: at least those that can be evidence; kFirst,
  /// kLast: one.
  std::span<const Counted> counted(const Use& use, EventState& event, Which which = Which::kAll);
  /// Places of events that look alike to an aggregate.
  using Alike = std::ranges::subrange<WindowIndex::Places::const_iterator>;
  bool for_each_alike(const Use& use, EventState& event,
                      const std::function<void(const Counted&, const Alike&)>& visit);
  /// As counted(), of each that look alike; kFirst: the first of each.
  std::span<const Counted> counted_alike(const Use& use, EventState& event, Which which);
  bool is_new(const Use& use, EventState& event, std::string_view identity);
  std::optional<Value> answer_alike(const Use& use, EventState& event,
                                    const WindowIndex::Arguments& arguments);
  bool counts(const AggregateData& aggregate, std::size_t at, EventState& event, Counted& out);
  bool scan(const AggregateData& aggregate, std::string_view column, std::size_t at, EventState& event,
            Counted& out);
  bool own_identity(const AggregateData& aggregate, EventState& event, std::string& identity);
  Value number_answer(const AggregateData& aggregate, std::span<const Counted> events,
                      double percentage) const;
  Value regularity(std::span<const Counted> events) const;
  Value usual_count(std::span<const Counted> events, const WindowIndex::Arguments& numbers) const;
  Value age() const;
  Value value_of(const Counted& counted) const;

  const StateData& state_;
  const KeptEvents& events_;
  const std::size_t judged_;
  const std::int64_t within_;
  const Since since_;
  const std::uint32_t profile_;
  WindowIndex* const window_;
  RowJudge& judge_;
  EventState& other_;
  Scratch& scratch_;
  bool notes_evidence_ = true;
  bool inside_ = false;  ///< an aggregate is being answered: they do not nest
};

}  // namespace shrike
