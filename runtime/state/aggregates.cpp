#include "runtime/state/aggregates.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "runtime/aggregate_table.hpp"
#include "runtime/state/aggregate_math.hpp"
#include "runtime/time_math.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

/// What a kept event costs beside what its conditions are charged: making its fields, or copying its value.
constexpr std::uint64_t kStepsPerAsked = 128, kStepsPerValue = 4;

}  // namespace

Value KeptView::aggregate(std::uint32_t index, EventState& event) {
  const AggregateData& aggregate = judge_.data().aggregates[index];
  if (inside_ || &judge_.data().states[aggregate.state] != &state_) return {};
  inside_ = true;
  const Value value = answer(index, event);
  inside_ = false;
  return value;
}

bool KeptView::scan(const AggregateData& aggregate, std::string_view column, std::size_t at,
                    EventState& event, Counted& out) {
  const std::uint32_t event_class = class_of(events_[at]);
  other_.source = judge_.source_of(event_class);
  other_.kept = nullptr;
  other_.profile = event.profile;
  other_.tenant = event.tenant;
  other_.begin(static_cast<std::uint32_t>(judge_.data().slots.size()));
  for (const std::uint32_t slot : judge_.data().classes[event_class].kept) other_.set(slot, Value{});
  for (const std::uint32_t slot : state_.key_slots) other_.set(slot, judge_.vm().slot(slot, event));
  judge_.vm().charge(kStepsPerAsked);
  BytesReader bytes(column);
  bytes.text();
  for (const std::uint32_t slot : aggregate.scan_slots) other_.set(slot, bytes.value(judge_.arena()));
  other_.judged = &event;
  const bool holds = judge_.vm().decide(aggregate.scan_where, other_);
  Value pack;
  if (holds && aggregate.scan_values != kNoIndex) pack = judge_.vm().evaluate(aggregate.scan_values, other_);
  other_.judged = nullptr;
  if (!holds) return false;
  if (aggregate.scan_values == kNoIndex) return true;
  if (pack.kind != Kind::kList) return false;
  std::string identity, values;
  const ColumnData& described = state_.columns[aggregate.column];
  for (std::size_t i = 0; i < pack.size; ++i) {
    const Value& item = pack.as_list()[i];
    if (item.is_missing()) return false;
    append_value(values, item);
    append_identity(identity, item, i < described.cased.size() && described.cased[i] != 0, judge_.arena());
  }
  out.identity = judge_.arena().copy(identity);
  out.values = judge_.arena().copy(values);
  return true;
}

bool KeptView::counts(const AggregateData& aggregate, std::size_t at, EventState& event, Counted& out) {
  const std::string_view column = column_of(events_[at], aggregate.column);
  if (column.empty()) return false;
  out.at = at;
  if (aggregate.scan_where != kNoIndex) return scan(aggregate, column, at, event, out);
  BytesReader bytes(column);
  out.identity = bytes.text();
  out.values = bytes.rest();
  return true;
}

/// Runs a unit with `this` on the newest event itself.
Value KeptView::of_newest(std::uint32_t unit, EventState& event) {
  event.judged = &event;
  const Value value = judge_.vm().evaluate(unit, event);
  event.judged = nullptr;
  return value;
}

KeptView::Use KeptView::use_of(std::uint32_t index, EventState& event) {
  const AggregateData& aggregate = judge_.data().aggregates[index];
  const std::int64_t last = judge_.duration(aggregate.last, profile_);
  const std::int64_t width = last > 0 ? std::min(last, within_) : within_;
  const std::int64_t now = events_[judged_].time;
  const bool before = aggregate.function == Aggregate::kPrev || aggregate.function == Aggregate::kNew;
  const auto first_not = [&](std::size_t end, const auto& holds) {
    const auto found =
        std::partition_point(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(end), holds);
    return static_cast<std::size_t>(found - events_.begin());
  };
  Use use{aggregate, index, 0, before ? judged_ : judged_ + 1};
  const auto is_before = [&](const KeptEvent& e) { return is_past(e.time, now, width); };
  if (is_before(events_.front())) use.begin = first_not(use.end, is_before);
  if (aggregate.scan_until != kNoIndex) {
    const Value until = of_newest(aggregate.scan_until, event);
    use.is_empty = until.kind != Kind::kTime;
    use.end = first_not(use.end, [&](const KeptEvent& e) { return e.time < until.integer; });
  }
  if (aggregate.scan_key != kNoIndex) {
    const Value key = of_newest(aggregate.scan_key, event);
    use.is_empty = use.is_empty || key.is_missing();
    append_identity(use.key, key, false, judge_.arena());
  }
  use.is_empty = use.is_empty || use.begin >= use.end;
  return use;
}

std::span<const KeptView::Counted> KeptView::counted(const Use& use, EventState& event, Which which) {
  std::vector<Counted>& result = scratch_.counted;
  result.clear();
  if (use.is_empty) return result;
  if (use.aggregate.scan_where != kNoIndex && window_ != nullptr) return counted_alike(use, event, which);
  const bool backwards = which == Which::kNewest || which == Which::kLast;
  const std::size_t most = which == Which::kAll      ? SIZE_MAX
                           : which == Which::kNewest ? kMaxEvidence
                                                     : std::size_t{1};
  for (std::size_t i = 0; i < use.end - use.begin && result.size() < most; ++i) {
    Counted one{};
    const std::size_t at = backwards ? use.end - 1 - i : use.begin + i;
    if (counts(use.aggregate, at, event, one)) result.push_back(one);
    if (judge_.vm().out_of_steps()) return {};
  }
  if (backwards) std::reverse(result.begin(), result.end());
  return result;
}

/// With `this`: those that look alike are asked once, and visited together if they count. False when the
/// steps ran out.
bool KeptView::for_each_alike(const Use& use, EventState& event,
                              const std::function<void(const Counted&, const Alike&)>& visit) {
  std::uint64_t asked = 0;
  window_->move_to(use.index, events_, judged_);
  window_->for_each_group(use.index, use.key, [&](const WindowIndex::Places& places) {
    ++asked;
    const auto end = std::lower_bound(places.begin(), places.end(), window_->gone() + use.end);
    Counted one{};
    if (end == places.begin()) return;
    one.at = places.front() - window_->gone();
    if (counts(use.aggregate, one.at, event, one)) visit(one, {places.begin(), end});
  });
  judge_.vm().charge(asked);
  return !judge_.vm().out_of_steps();
}

std::span<const KeptView::Counted> KeptView::counted_alike(const Use& use, EventState& event, Which which) {
  std::vector<Counted>& result = scratch_.counted;
  const bool done = for_each_alike(use, event, [&](Counted one, const Alike& alike) {
    const std::size_t most = which == Which::kAll ? alike.size() : which == Which::kNewest ? kMaxEvidence : 1;
    const std::size_t count = std::min(most, alike.size());
    const bool backwards = which == Which::kNewest || which == Which::kLast;
    const auto first = backwards ? alike.end() - static_cast<std::ptrdiff_t>(count) : alike.begin();
    for (std::size_t i = 0; i < count; ++i) {
      one.at = first[static_cast<std::ptrdiff_t>(i)] - window_->gone();
      result.push_back(one);
    }
  });
  if (!done) return {};
  std::sort(result.begin(), result.end(), [](const Counted& a, const Counted& b) { return a.at < b.at; });
  return result;
}

/// What an aggregate with `this` gives where those that look alike need not be gone through.
std::optional<Value> KeptView::answer_alike(const Use& use, EventState& event,
                                            const WindowIndex::Arguments& arguments) {
  if (window_ == nullptr || use.aggregate.scan_where == kNoIndex) return std::nullopt;
  switch (use.aggregate.function) {
    case Aggregate::kCount: {
      std::size_t count = 0;
      if (!use.is_empty)
        for_each_alike(use, event, [&](const Counted&, const Alike& alike) { count += alike.size(); });
      return Value::of_int(static_cast<std::int64_t>(count));
    }
    case Aggregate::kDistinct:
    case Aggregate::kValues:
    case Aggregate::kNew:
    case Aggregate::kFirst:
      return answer_from(use.aggregate, counted(use, event, Which::kFirst), arguments);
    case Aggregate::kPrev:
      return answer_from(use.aggregate, counted(use, event, Which::kLast), arguments);
    default:
      return std::nullopt;
  }
}

Value KeptView::value_of(const Counted& counted) const {
  BytesReader bytes(counted.values);
  return bytes.value(judge_.arena());
}

/// What tells the newest event's own values apart; false when one is missing.
bool KeptView::own_identity(const AggregateData& aggregate, EventState& event, std::string& identity) {
  const Value pack = judge_.vm().evaluate(aggregate.values, event);
  if (pack.kind != Kind::kList) return false;
  const ColumnData& column = state_.columns[aggregate.column];
  for (std::size_t i = 0; i < pack.size; ++i) {
    const Value& item = pack.as_list()[i];
    if (item.is_missing()) return false;
    append_identity(identity, item, i < column.cased.size() && column.cased[i] != 0, judge_.arena());
  }
  return true;
}

Value KeptView::regularity(std::span<const Counted> events) const {
  Wide gaps = 0, squares = 0;
  for (std::size_t i = 1; i < events.size(); ++i) {
    const Wide gap = gap_of(events_[events[i - 1].at].time, events_[events[i].at].time);
    gaps += gap;
    squares += gap * gap;
  }
  return shrike::regularity(gaps, squares, events.size());
}

Value KeptView::usual_count(std::span<const Counted> events, const WindowIndex::Arguments& numbers) const {
  std::map<std::int64_t, std::int64_t> buckets;
  for (const Counted& one : events) ++buckets[floor_div(events_[one.at].time, numbers.bucket)];
  return shrike::usual_count(buckets, floor_div(events_[judged_].time, numbers.bucket), numbers.percentage);
}

Value KeptView::age() const {
  const std::int64_t now = events_[judged_].time;
  // What lies in the window has no gap as long as it.
  const auto first =
      std::partition_point(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(judged_),
                           [&](const KeptEvent& e) { return is_past(e.time, now, within_); });
  auto at = static_cast<std::size_t>(first - events_.begin());
  while (at > 0 && !is_past(events_[at - 1].time, events_[at].time, within_)) --at;
  return Value::of_duration(saturating_subtract(now, at == 0 ? since_.stay : events_[at].time));
}

Value KeptView::number_answer(const AggregateData& aggregate, std::span<const Counted> events,
                              double percentage) const {
  std::vector<Value> values;
  bool has_floats = false;
  Wide sum = 0;
  double float_sum = 0;
  for (const Counted& one : events) {
    const Value value = value_of(one);
    if (!is_measure(value)) continue;
    values.push_back(value);
    has_floats = has_floats || value.kind == Kind::kFloat;
    if (value.kind != Kind::kFloat) sum += value.integer;
    float_sum += number_of(value);
  }
  switch (aggregate.function) {
    case Aggregate::kSum:
    case Aggregate::kAvg: {
      const bool mean = aggregate.function == Aggregate::kAvg;
      if (!has_floats) return total(sum, values.size(), values.empty() ? Kind::kInt : values[0].kind, mean);
      return Value::of_float(mean ? float_sum / static_cast<double>(values.size()) : float_sum);
    }
    case Aggregate::kMin:
    case Aggregate::kMax: {
      if (values.empty()) return {};
      const auto [least, most] = std::minmax_element(values.begin(), values.end(), is_less);
      return aggregate.function == Aggregate::kMin ? *least : *most;
    }
    default:
      if (values.empty()) return {};
      std::sort(values.begin(), values.end(), is_less);
      return as_percentile(values[nearest_rank(percentage, values.size())]);
  }
}

Value KeptView::answer(std::uint32_t index, EventState& event) {
  const AggregateData& aggregate = judge_.data().aggregates[index];
  switch (aggregate.function) {
    case Aggregate::kAge:
      return age();
    case Aggregate::kWatched:
      return Value::of_duration(saturating_subtract(events_[judged_].time, since_.watched));
    case Aggregate::kStepCount:
      return {};
    default:
      break;
  }
  WindowIndex::Arguments arguments;
  std::string identity;
  if (aggregate.number != kNoIndex) {
    const Value percentage = judge_.vm().evaluate(aggregate.number, event);
    if (percentage.kind != Kind::kInt && percentage.kind != Kind::kFloat) return {};
    arguments.percentage = number_of(percentage);
  }
  if (aggregate.bucket != kNoIndex) {
    const Value bucket = judge_.vm().evaluate(aggregate.bucket, event);
    if (bucket.kind != Kind::kDuration || bucket.integer <= 0) return {};
    arguments.bucket = bucket.integer;
  }
  if (aggregate.function == Aggregate::kNew) {
    if (!own_identity(aggregate, event, identity)) return {};
    arguments.identity = identity;
  }
  if (notes_evidence_) scratch_.asked.push_back(index);
  if (window_ != nullptr && aggregate.scan_where == kNoIndex) {
    window_->move_to(index, events_, judged_);
    if (window_->answers(index, arguments)) {
      const Value value = window_->answer(index, events_, judged_, arguments, judge_.arena());
      if (value.kind == Kind::kList) judge_.vm().charge(value.size * kStepsPerValue);
      return value;
    }
  }
  const Use use = use_of(index, event);
  if (const std::optional<Value> answer = answer_alike(use, event, arguments)) return *answer;
  if (aggregate.function == Aggregate::kNew) return Value::of_bool(is_new(use, event, identity));
  const Which which = aggregate.function == Aggregate::kFirst  ? Which::kFirst
                      : aggregate.function == Aggregate::kPrev ? Which::kLast
                                                               : Which::kAll;
  const std::span<const Counted> events = counted(use, event, which);
  judge_.vm().charge(events.size());
  return answer_from(aggregate, events, arguments);
}

/// Most values were kept not long before.
bool KeptView::is_new(const Use& use, EventState& event, std::string_view identity) {
  if (use.is_empty) return true;
  for (std::size_t at = use.end; at-- > use.begin && !judge_.vm().out_of_steps();) {
    Counted one{};
    judge_.vm().charge(1);
    if (counts(use.aggregate, at, event, one) && one.identity == identity) return false;
  }
  return true;
}

Value KeptView::answer_from(const AggregateData& aggregate, std::span<const Counted> events,
                            const WindowIndex::Arguments& arguments) {
  switch (aggregate.function) {
    case Aggregate::kCount:
      return Value::of_int(static_cast<std::int64_t>(events.size()));
    case Aggregate::kDistinct: {
      std::unordered_set<std::string_view> different;
      for (const Counted& one : events) different.insert(one.identity);
      return Value::of_int(static_cast<std::int64_t>(different.size()));
    }
    case Aggregate::kValues: {
      std::unordered_set<std::string_view> different;
      ListBuilder list{};
      for (const Counted& one : events) {
        if (different.insert(one.identity).second) list.append(value_of(one), judge_.arena());
      }
      return list.list();
    }
    case Aggregate::kNew:
      return Value::of_bool(std::none_of(events.begin(), events.end(), [&](const Counted& one) {
        return one.identity == arguments.identity;
      }));
    case Aggregate::kFirst:
      return events.empty() ? Value{} : value_of(events.front());
    case Aggregate::kPrev:
      return events.empty() ? Value{} : value_of(events.back());
    case Aggregate::kSpan:
      return events.empty()
                 ? Value{}
                 : Value::of_duration(events_[events.back().at].time - events_[events.front().at].time);
    case Aggregate::kRegularity:
      return regularity(events);
    case Aggregate::kUsualCount:
      return usual_count(events, arguments);
    default:
      return number_answer(aggregate, events, arguments.percentage);
  }
}

std::vector<std::size_t> KeptView::shown(std::uint32_t index, EventState& event) {
  const AggregateData& aggregate = judge_.data().aggregates[index];
  std::vector<std::size_t> events;
  if (!row_of(aggregate.function).shows_events) return events;
  const bool is_first = aggregate.function == Aggregate::kFirst;
  if (window_ != nullptr && aggregate.scan_where == kNoIndex) {
    window_->move_to(index, events_, judged_);
    const WindowIndex::Places& places = window_->places(index);
    const std::size_t first = is_first ? 0 : places.size() - std::min(places.size(), kMaxEvidence);
    for (std::size_t i = first; i < places.size() && i < first + kMaxEvidence; ++i)
      events.push_back(places[i] - window_->gone());
  } else {
    const Which which = is_first ? Which::kFirst : Which::kNewest;
    for (const Counted& one : counted(use_of(index, event), event, which)) events.push_back(one.at);
  }
  if (events.empty()) return events;
  if (is_first) return {events.front()};
  if (aggregate.function == Aggregate::kPrev) return {events.back()};
  return events;
}

std::vector<Evidence> KeptView::evidence(EventState& event) {
  std::vector<std::uint8_t> is_evidence(judged_ + 1, 0);
  for (const std::uint32_t index : scratch_.asked) {
    for (const std::size_t at : shown(index, event)) is_evidence[at] = 1;
  }
  notes_evidence_ = false;
  // The newest say most; the one that fired is always there.
  std::vector<Evidence> evidence;
  evidence.push_back(evidence_of(events_[judged_], judge_));
  for (std::size_t at = judged_; at-- > 0 && evidence.size() < kMaxEvidence;) {
    if (is_evidence[at] != 0) evidence.push_back(evidence_of(events_[at], judge_));
  }
  std::reverse(evidence.begin(), evidence.end());
  return evidence;
}

}  // namespace shrike
