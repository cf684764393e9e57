#include "runtime/state/aggregates.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_set>

#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

/// Sums of 64-bit numbers without overflow.
__extension__ using Wide = __int128;

constexpr std::int64_t kMicrosecond = 1000;

double number_of(const Value& value) {
  return value.kind == Kind::kFloat ? value.number : static_cast<double>(value.integer);
}

bool is_measure(const Value& value) {
  return value.kind == Kind::kInt || value.kind == Kind::kFloat || value.kind == Kind::kDuration ||
         value.kind == Kind::kTime;
}

/// Index of the least of `count` ascending values that at least that percentage does not exceed.
std::size_t nearest_rank(double percentage, std::size_t count) {
  const double share = std::clamp(percentage, 0.0, 100.0) / 100 * static_cast<double>(count);
  const auto rank = static_cast<std::size_t>(std::ceil(share));
  return std::min(std::max<std::size_t>(rank, 1), count) - 1;
}

Value of_kind(Kind kind, std::int64_t number) {
  return kind == Kind::kDuration ? Value::of_duration(number) : Value::of_int(number);
}

/// Sum and mean; ints and durations are added exactly.
Value total(const std::vector<Value>& values, bool mean) {
  bool is_exact = true;
  for (const Value& value : values) is_exact = is_exact && value.kind != Kind::kFloat;
  if (values.empty()) return mean ? Value{} : Value::of_int(0);
  const auto count = static_cast<double>(values.size());
  if (!is_exact) {
    double sum = 0;
    for (const Value& value : values) sum += number_of(value);
    return Value::of_float(mean ? sum / count : sum);
  }
  Wide sum = 0;
  for (const Value& value : values) sum += value.integer;
  const bool is_duration = values[0].kind == Kind::kDuration;
  if (mean && !is_duration) return Value::of_float(static_cast<double>(sum) / count);
  if (mean) sum /= static_cast<Wide>(values.size());
  if (sum > INT64_MAX || sum < INT64_MIN) return {};
  return of_kind(values[0].kind, static_cast<std::int64_t>(sum));
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

}  // namespace

Evidence evidence_of(const KeptEvent& event) {
  if (event.row != nullptr) return {event.row->id, event.time, event.row->class_name, {}, event.row->at};
  BytesReader brief(event.brief);
  Evidence evidence;
  evidence.event_class = brief.text();
  evidence.id = brief.text();
  evidence.at = brief.text();
  evidence.time = event.time;
  return evidence;
}

std::string columns_of(const StateData& state, RowJudge& judge, EventState& event) {
  std::string columns;
  for (const ColumnData& column : state.columns) {
    std::string bytes;
    if (column.where == kNoIndex || judge.vm().decide(column.where, event)) {
      std::string identity, values;
      bool complete = true;
      if (column.values != kNoIndex) {
        const Value pack = judge.vm().evaluate(column.values, event);
        const auto items = pack.kind == Kind::kList ? pack.as_list() : std::span<const Value>();
        complete = pack.kind == Kind::kList;
        for (std::size_t i = 0; i < items.size(); ++i) {
          complete = complete && (column.keeps_missing || !items[i].is_missing());
          append_value(values, items[i]);
          if (column.told_apart)
            append_identity(identity, items[i], i < column.cased.size() && column.cased[i] != 0,
                            judge.arena());
        }
      }
      if (complete) {
        append_text(bytes, identity);
        bytes += values;
      }
    }
    append_text(columns, bytes);
  }
  return columns;
}

Value KeptView::aggregate(std::uint32_t index, EventState& event) {
  const AggregateData& aggregate = judge_.data().aggregates[index];
  if (inside_ || &judge_.data().states[aggregate.state] != &state_) return {};
  inside_ = true;
  const Value value = answer(aggregate, event);
  inside_ = false;
  return value;
}

bool KeptView::scan(const AggregateData& aggregate, std::string_view column, std::size_t at,
                    EventState& event, Counted& out) {
  const std::uint32_t event_class = events_[at].row != nullptr ? events_[at].row->event_class : kNoIndex;
  // The class of a kept event is that of its source; a row that went keeps its name.
  const auto& sources = judge_.data().sources;
  const std::string class_name = evidence_of(events_[at]).event_class;
  scratch_.source = event.source;
  for (std::uint32_t s = 0; s < sources.size(); ++s) {
    if (sources[s].accept != kNoIndex) continue;
    const bool fits = event_class != kNoIndex
                          ? sources[s].event_class == event_class
                          : judge_.data().classes[sources[s].event_class].name == class_name;
    if (fits) scratch_.source = s;
  }
  scratch_.profile = event.profile;
  scratch_.tenant = event.tenant;
  scratch_.begin(static_cast<std::uint32_t>(judge_.data().slots.size()));
  for (const std::uint32_t slot : judge_.data().classes[sources[scratch_.source].event_class].kept)
    scratch_.set(slot, Value{});
  for (const std::uint32_t slot : state_.key_slots) scratch_.set(slot, judge_.vm().slot(slot, event));
  BytesReader bytes(column);
  bytes.text();
  for (const std::uint32_t slot : aggregate.scan_slots) scratch_.set(slot, bytes.value(judge_.arena()));
  scratch_.judged = &event;
  const bool holds = judge_.vm().decide(aggregate.scan_where, scratch_);
  Value pack;
  if (holds && aggregate.scan_values != kNoIndex)
    pack = judge_.vm().evaluate(aggregate.scan_values, scratch_);
  scratch_.judged = nullptr;
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
  BytesReader columns(events_[at].columns);
  for (std::uint32_t i = 0; i < aggregate.column; ++i) columns.text();
  const std::string_view column = columns.text();
  if (column.empty()) return false;
  out.at = at;
  if (aggregate.scan_where != kNoIndex) return scan(aggregate, column, at, event, out);
  BytesReader bytes(column);
  out.identity = bytes.text();
  out.values = bytes.rest();
  return true;
}

std::vector<KeptView::Counted> KeptView::counted(const AggregateData& aggregate, EventState& event) {
  const std::int64_t last = judge_.duration(aggregate.last, profile_);
  const std::int64_t width = last > 0 ? std::min(last, within_) : within_;
  const std::int64_t now = events_[judged_].time;
  std::vector<Counted> result;
  const bool before = aggregate.function == Aggregate::kPrev || aggregate.function == Aggregate::kNew;
  const std::size_t end = before ? judged_ : judged_ + 1;
  const auto first = std::partition_point(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(end),
                                          [&](const KeptEvent& e) { return is_past(e.time, now, width); });
  const auto begin = static_cast<std::size_t>(first - events_.begin());
  for (std::size_t at = begin; at < end; ++at) {
    Counted one{};
    if (counts(aggregate, at, event, one)) result.push_back(one);
    if (judge_.vm().out_of_steps()) return {};
  }
  return result;
}

Value KeptView::value_of(const Counted& counted) const {
  BytesReader bytes(counted.values);
  return bytes.value(judge_.arena());
}

Value KeptView::is_new(const AggregateData& aggregate, EventState& event) {
  const Value pack = judge_.vm().evaluate(aggregate.values, event);
  if (pack.kind != Kind::kList) return {};
  const ColumnData& column = state_.columns[aggregate.column];
  std::string identity;
  for (std::size_t i = 0; i < pack.size; ++i) {
    const Value& item = pack.as_list()[i];
    if (item.is_missing()) return {};
    append_identity(identity, item, i < column.cased.size() && column.cased[i] != 0, judge_.arena());
  }
  const auto events = counted(aggregate, event);
  return Value::of_bool(std::none_of(events.begin(), events.end(),
                                     [&](const Counted& one) { return one.identity == identity; }));
}

Value KeptView::regularity(const std::vector<Counted>& events) const {
  if (events.size() < 3) return {};
  Wide sum = 0, squares = 0;
  for (std::size_t i = 1; i < events.size(); ++i) {
    const Wide gap = (events_[events[i].at].time - events_[events[i - 1].at].time) / kMicrosecond;
    sum += gap;
    squares += gap * gap;
  }
  if (sum == 0) return {};
  const auto gaps = static_cast<Wide>(events.size() - 1);
  const auto spread = static_cast<double>(gaps * squares - sum * sum);
  return Value::of_float(std::sqrt(spread) / static_cast<double>(sum));
}

Value KeptView::usual_count(const AggregateData& aggregate, const std::vector<Counted>& events,
                            EventState& event) {
  const Value bucket = judge_.vm().evaluate(aggregate.bucket, event);
  const Value percentage = judge_.vm().evaluate(aggregate.number, event);
  if (bucket.kind != Kind::kDuration || bucket.integer <= 0) return {};
  if (percentage.kind != Kind::kInt && percentage.kind != Kind::kFloat) return {};
  const std::int64_t now = floor_div(events_[judged_].time, bucket.integer);
  std::map<std::int64_t, std::int64_t> counts;
  for (const Counted& one : events) {
    const std::int64_t of = floor_div(events_[one.at].time, bucket.integer);
    if (of < now) ++counts[of];
  }
  if (counts.empty()) return Value::of_int(0);
  std::vector<std::int64_t> sorted;
  for (const auto& [of, count] : counts) sorted.push_back(count);
  std::sort(sorted.begin(), sorted.end());
  return Value::of_int(sorted[nearest_rank(number_of(percentage), sorted.size())]);
}

Value KeptView::age() const {
  const std::int64_t now = events_[judged_].time;
  std::size_t at = judged_;
  while (at > 0 && !is_past(events_[at - 1].time, events_[at].time, within_)) --at;
  return Value::of_duration(now - (at == 0 ? since_.stay : events_[at].time));
}

Value KeptView::number_answer(const AggregateData& aggregate, const std::vector<Counted>& events,
                              EventState& event) {
  std::vector<Value> values;
  for (const Counted& one : events) {
    const Value value = value_of(one);
    if (is_measure(value)) values.push_back(value);
  }
  const auto less = [](const Value& a, const Value& b) { return shrike::compare(a, b, false) < 0; };
  switch (aggregate.function) {
    case Aggregate::kSum:
      return total(values, false);
    case Aggregate::kAvg:
      return total(values, true);
    case Aggregate::kMin:
    case Aggregate::kMax: {
      if (values.empty()) return {};
      const auto [least, most] = std::minmax_element(values.begin(), values.end(), less);
      return aggregate.function == Aggregate::kMin ? *least : *most;
    }
    default: {
      const Value percentage = judge_.vm().evaluate(aggregate.number, event);
      if (values.empty() || (percentage.kind != Kind::kInt && percentage.kind != Kind::kFloat)) return {};
      std::sort(values.begin(), values.end(), less);
      return values[nearest_rank(number_of(percentage), values.size())];
    }
  }
}

Value KeptView::answer(const AggregateData& aggregate, EventState& event) {
  switch (aggregate.function) {
    case Aggregate::kAge:
      return age();
    case Aggregate::kWatched:
      return Value::of_duration(events_[judged_].time - since_.watched);
    case Aggregate::kNew:
      return is_new(aggregate, event);
    case Aggregate::kStepCount:
      return {};
    default:
      break;
  }
  const std::vector<Counted> events = counted(aggregate, event);
  judge_.vm().charge(events.size());
  const auto is_evidence = [&](std::size_t at) {
    if (notes_evidence_) is_evidence_[at] = true;
  };
  switch (aggregate.function) {
    case Aggregate::kCount:
    case Aggregate::kDistinct:
    case Aggregate::kValues:
    case Aggregate::kSum:
    case Aggregate::kAvg:
    case Aggregate::kRegularity:
    case Aggregate::kSpan:
      for (const Counted& one : events) is_evidence(one.at);
      break;
    case Aggregate::kFirst:
      if (!events.empty()) is_evidence(events.front().at);
      break;
    case Aggregate::kPrev:
      if (!events.empty()) is_evidence(events.back().at);
      break;
    default:
      break;
  }
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
      return usual_count(aggregate, events, event);
    default:
      return number_answer(aggregate, events, event);
  }
}

std::vector<Evidence> KeptView::evidence() const {
  std::vector<Evidence> evidence;
  for (std::size_t at = 0; at < judged_; ++at) {
    if (is_evidence_[at] != 0) evidence.push_back(evidence_of(events_[at]));
  }
  // The newest say most; the one that fired is always there.
  if (evidence.size() > kMaxEvidence - 1)
    evidence.erase(evidence.begin(), evidence.end() - static_cast<std::ptrdiff_t>(kMaxEvidence - 1));
  evidence.push_back(evidence_of(events_[judged_]));
  return evidence;
}

}  // namespace shrike
