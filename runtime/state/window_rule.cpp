#include "runtime/state/window_rule.hpp"

#include <algorithm>
#include <iterator>

#include "runtime/aggregate_table.hpp"

namespace shrike {
namespace {

/// Kept events per key; the oldest go beyond it, and are counted.
constexpr std::size_t kMaxEvents = 200'000;

// What things take, about, with what the allocator adds.
constexpr std::size_t kPerKey = 256;
constexpr std::size_t kPerRow = 256;
constexpr std::ptrdiff_t kPerStanding = 2048;

std::ptrdiff_t size_of(const KeptEvent& event) {
  return static_cast<std::ptrdiff_t>(sizeof(KeptEvent) + event.brief.size() + event.columns.size() +
                                     (event.row != nullptr ? kPerRow + event.row->values.size() : 0));
}

}  // namespace

WindowRule::WindowRule(const StateData& state, std::string tenant, std::uint32_t profile, RowJudge& judge,
                       StateStats& counts)
    : RuleState(state, std::move(tenant), profile, judge, counts),
      within_(judge.duration(state.within, profile)) {
  for (const AggregateData& aggregate : judge.data().aggregates) {
    if (&judge.data().states[aggregate.state] != &state) continue;
    uses_watched_ = uses_watched_ || aggregate.function == Aggregate::kWatched;
    may_fold_ = may_fold_ && row_of(aggregate.function).foldable && aggregate.scan_where == kNoIndex;
  }
}

void WindowRule::apply(std::span<const RowChange> changes, std::vector<FiringChange>& out) {
  Dirty dirty;
  for (const RowChange& change : changes) take(change, dirty);
  for (const auto& [identity, from] : dirty) {
    const auto key = keys_.find(identity);
    if (key != keys_.end()) judge_from(identity, key->second, from, out);
  }
}

/// Puts a row in its place, or takes it out, under each of its keys.
void WindowRule::take(const RowChange& change, Dirty& dirty) {
  judge_.begin();
  judge_.open(event_, *change.row, tenant_, profile_);
  const InputData& input = state_.inputs[0];
  if (!judge_.takes(input, event_, *change.row)) {
    if (judge_.vm().out_of_steps()) ++counts_.out_of_steps;
    return;
  }
  if (note_seen(change.row->time, change.added)) {
    for (const auto& [identity, key] : keys_) dirty[identity] = 0;
  }
  for (const Key& key : keys_of(input, state_.key_cased, judge_, event_, counts_)) {
    const auto [entry, is_new] = keys_.try_emplace(key.identity);
    KeyState& kept = entry->second;
    if (is_new) {
      kept.in_use_order = use_order_.insert(use_order_.end(), &entry->first);
      account(kept, static_cast<std::ptrdiff_t>(kPerKey + entry->first.size()));
    }
    kept.used = judge_.next_use();
    use_order_.splice(use_order_.end(), use_order_, kept.in_use_order);
    const auto place = std::lower_bound(kept.events.begin(), kept.events.end(), *change.row,
                                        [](const KeptEvent& a, const EventRow& b) {
                                          return a.row != nullptr ? compare(*a.row, b) < 0 : a.time <= b.time;
                                        });
    const auto at = static_cast<std::size_t>(place - kept.events.begin());
    const bool is_there =
        place != kept.events.end() && place->row != nullptr && compare(*place->row, *change.row) == 0;
    if (change.added == is_there) continue;
    if (change.added) {
      set_keys(state_, event_, key);
      KeptEvent event{change.row->time, change.row, {}, columns_of(state_, judge_, event_)};
      account(kept, size_of(event));
      kept.events.insert(place, std::move(event));
    } else {
      erase(kept, at, at + 1);
    }
    if (at == 0 && !kept.events.empty()) kept.stay_since = kept.events[0].time;
    auto [mark, is_first] = dirty.try_emplace(entry->first, at);
    if (!is_first) mark->second = std::min(mark->second, at);
    if (kept.events.size() > kMaxEvents) {
      ++counts_.events_dropped;
      erase(kept, 0, 1);
      if (mark->second > 0) --mark->second;
    }
  }
}

/// Keeps the earliest time that the rule saw. True when it changed and answers depend on it.
bool WindowRule::note_seen(std::int64_t time, bool added) {
  if (!uses_watched_) return false;
  const auto earliest = [&] {
    return std::min(seen_since_, seen_late_.empty() ? INT64_MAX : seen_late_.begin()->first);
  };
  const std::int64_t before = earliest();
  if (added) {
    // Times after a settled one decide nothing.
    if (time < seen_since_) ++seen_late_[time];
  } else if (const auto entry = seen_late_.find(time); entry != seen_late_.end() && --entry->second == 0) {
    seen_late_.erase(entry);
  }
  return earliest() != before && before != INT64_MAX;
}

void WindowRule::judge_from(const std::string& identity, KeyState& key, std::size_t from,
                            std::vector<FiringChange>& out) {
  while (from < key.events.size() && key.events[from].row == nullptr) ++from;
  // What stood from there on, by the row that fired; a row that was taken out is among it.
  StandingByRow before(&is_before);
  const bool whole = from == 0 || key.events[from - 1].row == nullptr;
  auto next = whole ? key.standing.begin() : key.standing.upper_bound(key.events[from - 1].row);
  while (next != key.standing.end()) before.insert(key.standing.extract(next++));

  std::vector<FiringChange> opened;
  for (std::size_t at = from; at < key.events.size(); ++at) {
    std::optional<Standing> now = judge_one(key, at);
    if (!now) continue;
    const auto was = before.find(key.events[at].row);
    if (was != before.end() && was->second.content == now->content) {
      key.standing.insert(before.extract(was));
      continue;
    }
    opened.push_back({now->firing, now->alert, true});
    key.standing.emplace(key.events[at].row, std::move(*now));
    account(key, kPerStanding);
  }
  for (auto& [row, was] : before) {
    out.push_back({std::move(was.firing), std::move(was.alert), false});
    account(key, -kPerStanding);
  }
  std::move(opened.begin(), opened.end(), std::back_inserter(out));
  trim(key);
  if (key.events.empty()) forget(keys_.find(identity));
}

std::optional<Standing> WindowRule::judge_one(KeyState& key, std::size_t at) {
  const Row row = key.events[at].row;
  judge_.begin();
  judge_.open(event_, *row, tenant_, profile_);
  // The values of the key in this event's spelling.
  std::vector<Key> keys = keys_of(state_.inputs[0], state_.key_cased, judge_, event_, counts_);
  const auto own = std::find_if(keys.begin(), keys.end(), [&](const Key& k) {
    const auto entry = keys_.find(k.identity);
    return entry != keys_.end() && &entry->second == &key;
  });
  if (own == keys.end()) return std::nullopt;
  set_keys(state_, event_, *own);
  const std::int64_t watched =
      std::min(seen_since_, seen_late_.empty() ? row->time : seen_late_.begin()->first);
  KeptView view(state_, key.events, at, within_, {key.stay_since, std::min(watched, row->time)}, profile_,
                judge_, scratch_);
  event_.state = &view;
  const bool holds = judge_.vm().decide(state_.when, event_);
  view.end_evidence();
  std::optional<Standing> result;
  if (holds) {
    AlertSubject subject = subject_of(*row);
    subject.evidence = view.evidence();
    subject.key_names = state_.key_names;
    subject.key_values = own->values;
    subject.key_identity = own->identity;
    if (auto firing = fire(event_, std::move(subject)); firing && !judge_.vm().out_of_steps()) {
      Row alert =
          alert_row(*row, judge_.data(), state_.rule, row->time, firing->alert.severity, firing->alert.score);
      std::string content = content_of(*firing);
      result = Standing{std::move(*firing), std::move(alert), std::move(content)};
    }
  }
  event_.state = nullptr;
  if (judge_.vm().out_of_steps()) ++counts_.out_of_steps;
  return result;
}

void WindowRule::erase(KeyState& key, std::size_t first, std::size_t end) {
  const auto begin = key.events.begin();
  for (std::size_t at = first; at < end; ++at) account(key, -size_of(key.events[at]));
  key.events.erase(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(end));
}

/// Forgets what no event that may still come or be judged again can look at.
void WindowRule::trim(KeyState& key) {
  if (key.events.empty()) return;
  const std::int64_t newest = key.events.back().time;
  // In order nothing comes before what was judged.
  const std::int64_t settled = judge_.in_order() ? newest + 1 : horizon_;
  if (settled == INT64_MIN) return;
  const std::int64_t horizon = std::min(settled, newest);
  std::size_t gone = 0;
  while (gone < key.events.size() && is_past(key.events[gone].time, horizon, within_)) ++gone;
  // In batches: taking one from the front of many moves all of them.
  if (gone * 4 >= key.events.size() && gone > 0) {
    for (std::size_t at = 1; at <= gone && at < key.events.size(); ++at) {
      if (is_past(key.events[at - 1].time, key.events[at].time, within_))
        key.stay_since = key.events[at].time;
    }
    erase(key, 0, gone);
  }
  for (std::size_t at = key.events.size(); at-- > 0;) {
    KeptEvent& event = key.events[at];
    if (event.time >= settled) continue;
    if (event.row == nullptr) break;  // so are all before it
    account(key, -size_of(event));
    append_text(event.brief, event.row->class_name);
    append_text(event.brief, event.row->id);
    append_text(event.brief, event.row->at);
    event.row = nullptr;
    account(key, size_of(event));
  }
  while (!key.standing.empty() && key.standing.begin()->first->time < settled) {
    key.standing.erase(key.standing.begin());
    account(key, -kPerStanding);
  }
  if (!may_fold_) return;
  // Of a run of equal events the first and the last say all.
  for (std::size_t at = key.events.size(); at-- > 2;) {
    const KeptEvent &last = key.events[at], &middle = key.events[at - 1], &first = key.events[at - 2];
    if (last.row != nullptr) continue;
    if (last.columns != middle.columns || middle.columns != first.columns) break;
    erase(key, at - 1, at);
  }
}

void WindowRule::settle(std::int64_t horizon) {
  horizon_ = std::max(horizon_, horizon);
  while (!seen_late_.empty() && seen_late_.begin()->first < horizon_) {
    seen_since_ = std::min(seen_since_, seen_late_.begin()->first);
    seen_late_.erase(seen_late_.begin());
  }
  // Keys that were not used for a whole window hold nothing any more; the order of use is about that of time.
  while (!use_order_.empty()) {
    const auto key = keys_.find(*use_order_.front());
    if (!is_past(key->second.events.back().time, horizon_, within_)) break;
    forget(key);
  }
}

void WindowRule::forget(Keys::iterator key) {
  bytes_ -= key->second.bytes;
  use_order_.erase(key->second.in_use_order);
  keys_.erase(key);
}

std::uint64_t WindowRule::oldest_use(bool in_progress) const {
  return in_progress || use_order_.empty() ? UINT64_MAX : keys_.at(*use_order_.front()).used;
}

void WindowRule::evict_oldest(bool in_progress) {
  if (in_progress || use_order_.empty()) return;
  forget(keys_.find(*use_order_.front()));
  ++counts_.evicted_keys;
}

void WindowRule::account(KeyState& key, std::ptrdiff_t bytes) {
  key.bytes += static_cast<std::size_t>(bytes);
  bytes_ += static_cast<std::size_t>(bytes);
}

void WindowRule::save(std::string& out) const { (void)out; }
bool WindowRule::load(BytesReader& bytes) { return bytes.ok(); }

}  // namespace shrike
