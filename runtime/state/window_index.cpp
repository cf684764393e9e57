#include "runtime/state/window_index.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include <ext/pb_ds/assoc_container.hpp>
#include <ext/pb_ds/tree_policy.hpp>

#include "runtime/aggregate_table.hpp"
#include "runtime/state/aggregate_math.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

/// A measure with the number of its event, so that equal ones stand side by side.
struct Measure {
  Value value;
  std::uint64_t event = 0;
};
struct MeasureLess {
  bool operator()(const Measure& a, const Measure& b) const {
    if (is_less(a.value, b.value)) return true;
    return !is_less(b.value, a.value) && a.event < b.event;
  }
};
using Measures = __gnu_pbds::tree<Measure, __gnu_pbds::null_type, MeasureLess, __gnu_pbds::rb_tree_tag,
                                  __gnu_pbds::tree_order_statistics_node_update>;

}  // namespace

/// One aggregate's window: events [begin, end), counted from the first event that the key ever kept.
class WindowIndex::Site {
 public:
  /// `bucket`: nanoseconds, of usual_count().
  Site(const AggregateData& aggregate, std::int64_t width, std::int64_t bucket)
      : aggregate_(aggregate),
        width_(width),
        bucket_(bucket),
        before_(aggregate.function == Aggregate::kPrev || aggregate.function == Aggregate::kNew) {}

  void move_to(const KeptEvents& events, std::size_t at, std::uint64_t gone, Arena& arena) {
    const std::uint64_t end = gone + at + (before_ ? 0 : 1);
    const auto first =
        std::partition_point(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(end - gone),
                             [&](const KeptEvent& e) { return is_past(e.time, events[at].time, width_); });
    const std::uint64_t begin = gone + static_cast<std::uint64_t>(first - events.begin());
    if (begin >= end_ || end <= begin_) {  // nothing in common: begin anew
      while (begin_ < end_) step(events, gone, --end_, Step::kOutBack, arena);
      begin_ = end_ = begin;
    }
    while (end_ > end) step(events, gone, --end_, Step::kOutBack, arena);
    while (end_ < end) step(events, gone, end_++, Step::kInBack, arena);
    while (begin_ < begin) step(events, gone, begin_++, Step::kOutFront, arena);
    while (begin_ > begin) step(events, gone, --begin_, Step::kInFront, arena);
  }

  void let_go_from(const KeptEvents& events, std::uint64_t from, std::uint64_t gone, Arena& arena) {
    while (end_ > std::max(from, begin_)) step(events, gone, --end_, Step::kOutBack, arena);
    if (begin_ > from) begin_ = end_ = from;
  }
  void let_go_before(const KeptEvents& events, std::uint64_t until, std::uint64_t gone, Arena& arena) {
    while (begin_ < std::min(until, end_)) step(events, gone, begin_++, Step::kOutFront, arena);
    if (begin_ < until) begin_ = end_ = until;
  }

  bool answers(const Arguments& arguments) const {
    return !is_scanned() && !has_floats_ && arguments.bucket == bucket_;
  }
  Value answer(const KeptEvents& events, std::size_t at, std::uint64_t gone, const Arguments& arguments,
               Arena& arena) const;
  std::size_t bytes() const {
    return sizeof(Site) + places_.size() * sizeof(std::uint64_t) + known_.size() * 160 +
           measures_.size() * 64 + buckets_.size() * 48 + group_bytes_;
  }

 private:
  enum class Step : std::uint8_t { kInBack, kOutBack, kInFront, kOutFront };
  static bool is_in(Step step) { return step == Step::kInBack || step == Step::kInFront; }
  static void place(Places& places, std::uint64_t event, Step step) {
    switch (step) {
      case Step::kInBack:
        places.push_back(event);
        break;
      case Step::kInFront:
        places.push_front(event);
        break;
      case Step::kOutBack:
        places.pop_back();
        break;
      case Step::kOutFront:
        places.pop_front();
        break;
    }
  }

  void step(const KeptEvents& events, std::uint64_t gone, std::uint64_t event, Step step, Arena& arena);
  bool is_scanned() const { return aggregate_.scan_where != kNoIndex; }
  void group(const KeptEvent& kept, std::string_view column, std::uint64_t event, Step step, Arena& arena);
  void count_measure(const Value& value, std::uint64_t event, bool in);
  void count_gap(const KeptEvents& events, std::uint64_t gone, Step step);
  void count_bucket(std::int64_t time, bool in);

  const AggregateData& aggregate_;
  const std::int64_t width_, bucket_;
  const bool before_;  ///< looks at what was kept before the judged event
  std::uint64_t begin_ = 0, end_ = 0;
  bool has_floats_ = false;  ///< sums of floats depend on the order; they are counted anew
  Places places_;            ///< events that count, where these are evidence
  std::uint64_t count_ = 0;
  std::unordered_map<std::string, Places> known_;  ///< by identity
  Measures measures_;
  Kind measure_kind_ = Kind::kInt;
  Wide sum_ = 0, gaps_ = 0, squares_ = 0;
  std::map<std::int64_t, std::int64_t> buckets_;  ///< events by time in units of `bucket_`
  /// With `this`: by the key, then by all that is looked at.
  std::unordered_map<std::string, std::unordered_map<std::string, Places>> groups_;
  std::size_t group_bytes_ = 0;

  friend class WindowIndex;
};

void WindowIndex::Site::step(const KeptEvents& events, std::uint64_t gone, std::uint64_t event, Step step,
                             Arena& arena) {
  const KeptEvent& kept = events[event - gone];
  const std::string_view column = column_of(kept, aggregate_.column);
  if (column.empty()) return;
  if (is_scanned()) return group(kept, column, event, step, arena);
  BytesReader bytes(column);
  const std::string_view identity = bytes.text();
  const bool in = is_in(step);
  count_ += in ? 1 : std::uint64_t(-1);
  if (aggregate_.function == Aggregate::kRegularity && !in) count_gap(events, gone, step);
  if (row_of(aggregate_.function).shows_events) place(places_, event, step);
  switch (aggregate_.function) {
    case Aggregate::kDistinct:
    case Aggregate::kValues:
    case Aggregate::kNew: {
      const auto entry = known_.try_emplace(std::string(identity)).first;
      place(entry->second, event, step);
      if (entry->second.empty()) known_.erase(entry);
      break;
    }
    case Aggregate::kSum:
    case Aggregate::kAvg:
    case Aggregate::kMin:
    case Aggregate::kMax:
    case Aggregate::kPercentile:
      count_measure(bytes.value(arena), event, in);
      break;
    case Aggregate::kRegularity:
      if (in) count_gap(events, gone, step);
      break;
    case Aggregate::kUsualCount:
      count_bucket(kept.time, in);
      break;
    default:
      break;
  }
}

void WindowIndex::Site::group(const KeptEvent& kept, std::string_view column, std::uint64_t event, Step step,
                              Arena& arena) {
  constexpr std::size_t kPerGroup = 768;  // the first block of a deque is most of it
  std::string key;
  if (aggregate_.scan_key != kNoIndex) {
    BytesReader bytes(column);
    bytes.text();
    for (std::uint32_t i = 0; i < aggregate_.scan_key_slot; ++i) bytes.skip_value();
    append_identity(key, bytes.value(arena), false, arena);
  }
  std::string looks;
  append_unsigned(looks, class_of(kept));
  looks += column;
  const auto of_key = groups_.try_emplace(std::move(key)).first;
  const auto [alike, is_new] = of_key->second.try_emplace(std::move(looks));
  if (is_new) group_bytes_ += kPerGroup + of_key->first.size() + alike->first.size();
  place(alike->second, event, step);
  group_bytes_ += is_in(step) ? sizeof(event) : std::size_t(0) - sizeof(event);
  if (!alike->second.empty()) return;
  group_bytes_ -= kPerGroup + of_key->first.size() + alike->first.size();
  of_key->second.erase(alike);
  if (of_key->second.empty()) groups_.erase(of_key);
}

void WindowIndex::Site::count_measure(const Value& value, std::uint64_t event, bool in) {
  if (!is_measure(value)) return;
  measure_kind_ = value.kind;
  const bool is_sum = aggregate_.function == Aggregate::kSum || aggregate_.function == Aggregate::kAvg;
  if (is_sum) {
    has_floats_ = has_floats_ || value.kind == Kind::kFloat;
    if (value.kind != Kind::kFloat) sum_ += in ? value.integer : -Wide(value.integer);
    const Measure one{Value::of_int(0), event};
    in ? (void)measures_.insert(one) : (void)measures_.erase(one);
    return;
  }
  const Measure one{value, event};
  in ? (void)measures_.insert(one) : (void)measures_.erase(one);
}

/// The gap between the two outermost events at the end where one comes or goes.
void WindowIndex::Site::count_gap(const KeptEvents& events, std::uint64_t gone, Step step) {
  if (places_.size() < 2) return;
  const bool front = step == Step::kInFront || step == Step::kOutFront;
  const std::uint64_t later = front ? places_[1] : places_.back();
  const std::uint64_t earlier = front ? places_[0] : places_[places_.size() - 2];
  const Wide gap = gap_of(events[earlier - gone].time, events[later - gone].time);
  gaps_ += is_in(step) ? gap : -gap;
  squares_ += is_in(step) ? gap * gap : -gap * gap;
}

void WindowIndex::Site::count_bucket(std::int64_t time, bool in) {
  if (bucket_ <= 0) return;
  const auto entry = buckets_.try_emplace(floor_div(time, bucket_)).first;
  entry->second += in ? 1 : -1;
  if (entry->second == 0) buckets_.erase(entry);
}

Value WindowIndex::Site::answer(const KeptEvents& events, std::size_t at, std::uint64_t gone,
                                const Arguments& arguments, Arena& arena) const {
  const auto value_at = [&](std::uint64_t event) {
    BytesReader bytes(column_of(events[event - gone], aggregate_.column));
    bytes.text();
    return bytes.value(arena);
  };
  switch (aggregate_.function) {
    case Aggregate::kCount:
      return Value::of_int(static_cast<std::int64_t>(count_));
    case Aggregate::kDistinct:
      return Value::of_int(static_cast<std::int64_t>(known_.size()));
    case Aggregate::kNew:
      return Value::of_bool(known_.find(std::string(arguments.identity)) == known_.end());
    case Aggregate::kValues: {
      std::vector<std::uint64_t> firsts;
      for (const auto& [identity, places] : known_) firsts.push_back(places.front());
      std::sort(firsts.begin(), firsts.end());
      ListBuilder list{};
      for (const std::uint64_t event : firsts) list.append(value_at(event), arena);
      return list.list();
    }
    case Aggregate::kSum:
    case Aggregate::kAvg:
      return total(sum_, measures_.size(), measure_kind_, aggregate_.function == Aggregate::kAvg);
    case Aggregate::kMin:
      return measures_.empty() ? Value{} : measures_.begin()->value;
    case Aggregate::kMax:
      return measures_.empty() ? Value{} : measures_.rbegin()->value;
    case Aggregate::kPercentile:
      return measures_.empty()
                 ? Value{}
                 : as_percentile(
                       measures_.find_by_order(nearest_rank(arguments.percentage, measures_.size()))->value);
    case Aggregate::kFirst:
      return places_.empty() ? Value{} : value_at(places_.front());
    case Aggregate::kPrev:
      return places_.empty() ? Value{} : value_at(places_.back());
    case Aggregate::kSpan:
      return places_.empty() ? Value{}
                             : Value::of_duration(events[places_.back() - gone].time -
                                                  events[places_.front() - gone].time);
    case Aggregate::kRegularity:
      return shrike::regularity(gaps_, squares_, places_.size());
    case Aggregate::kUsualCount:
      return shrike::usual_count(buckets_, floor_div(events[at].time, arguments.bucket),
                                 arguments.percentage);
    default:
      return {};
  }
}

WindowIndex::WindowIndex(const StateData& state, std::int64_t within, std::uint32_t profile, RowJudge& judge,
                         EventState& event)
    : judge_(judge) {
  const ProgramData& data = judge.data();
  site_of_.assign(data.aggregates.size(), kNoIndex);
  for (std::size_t i = 0; i < data.aggregates.size(); ++i) {
    const AggregateData& aggregate = data.aggregates[i];
    if (&data.states[aggregate.state] != &state || !row_of(aggregate.function).has_column) continue;
    const std::int64_t last = judge.duration(aggregate.last, profile);
    site_of_[i] = static_cast<std::uint32_t>(sites_.size());
    std::int64_t bucket = 0;
    if (aggregate.bucket != kNoIndex) {
      const Value given = judge.vm().evaluate(aggregate.bucket, event);
      if (given.kind == Kind::kDuration) bucket = std::max<std::int64_t>(given.integer, 0);
    }
    sites_.push_back(std::make_unique<Site>(aggregate, last > 0 ? std::min(last, within) : within, bucket));
  }
}

WindowIndex::~WindowIndex() = default;

void WindowIndex::move_to(std::uint32_t aggregate, const KeptEvents& events, std::size_t at) {
  sites_[site_of_[aggregate]]->move_to(events, at, gone_, judge_.arena());
}

void WindowIndex::let_go_from(const KeptEvents& events, std::size_t at) {
  for (const auto& site : sites_) site->let_go_from(events, gone_ + at, gone_, judge_.arena());
}

void WindowIndex::let_go_of_first(const KeptEvents& events, std::size_t count) {
  for (const auto& site : sites_) site->let_go_before(events, gone_ + count, gone_, judge_.arena());
  gone_ += count;
}

bool WindowIndex::answers(std::uint32_t aggregate, const Arguments& arguments) const {
  return site_of_[aggregate] != kNoIndex && sites_[site_of_[aggregate]]->answers(arguments);
}

Value WindowIndex::answer(std::uint32_t aggregate, const KeptEvents& events, std::size_t at,
                          const Arguments& arguments, Arena& arena) const {
  return sites_[site_of_[aggregate]]->answer(events, at, gone_, arguments, arena);
}

const WindowIndex::Places& WindowIndex::places(std::uint32_t aggregate) const {
  return sites_[site_of_[aggregate]]->places_;
}

void WindowIndex::for_each_group(std::uint32_t aggregate, const std::string& key,
                                 const std::function<void(const Places&)>& visit) const {
  const Site& site = *sites_[site_of_[aggregate]];
  const auto groups = site.groups_.find(key);
  if (groups == site.groups_.end()) return;
  for (const auto& [looks, places] : groups->second) visit(places);
}

std::size_t WindowIndex::bytes() const {
  std::size_t bytes = sizeof(WindowIndex) + site_of_.size() * sizeof(std::uint32_t);
  for (const auto& site : sites_) bytes += site->bytes();
  return bytes;
}

}  // namespace shrike
