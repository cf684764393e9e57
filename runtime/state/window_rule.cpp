#include "runtime/state/window_rule.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/aggregate_table.hpp"
#include "runtime/firing_bytes.hpp"
#include "runtime/judgement.hpp"
#include "runtime/time_math.hpp"

namespace shrike {
namespace {

/// Times of which the earliest is asked for; so many would have to be taken back before one more matters.
constexpr std::size_t kMaxSeenLate = 4096;
/// Kept events per key; the oldest go beyond it, and are counted.
constexpr std::size_t kMaxEvents = 200'000;
/// Keys with more events stay as they are: taking them apart and putting them together would cost more.
constexpr std::size_t kMostStored = 32;

// What things take, about, with what the allocator adds.
constexpr std::size_t kPerKey = 256;
constexpr std::size_t kPerRow = 256;
constexpr std::size_t kPerStanding = 2048;

/// Whether nobody need be told of a difference: neither those who see the alert nor rules that read it.
bool is_same(const Standing& a, const Standing& b) {
  return a.content == b.content && a.alert->values == b.alert->values;
}

/// Whether a key may keep one behind the other: in the order of events, those whose row went first.
bool may_follow(const KeptEvent& before, const KeptEvent& event) {
  if (before.time > event.time || (before.row != nullptr && event.row == nullptr)) return false;
  return before.row == nullptr || compare(*before.row, *event.row) < 0;
}

std::size_t size_of(const KeptEvent& event) {
  return sizeof(KeptEvent) + event.brief.own_bytes() + event.columns.own_bytes() +
         (event.row != nullptr ? kPerRow + event.row->values.size() : 0);
}

}  // namespace

WindowRule::WindowRule(const StateData& state, std::string tenant, std::uint32_t profile, RowJudge& judge,
                       StateStats& counts)
    : RuleState(state, std::move(tenant), profile, judge, counts),
      within_(judge.duration(state.within, profile)),
      store_(judge.seed()) {
  for (const AggregateData& aggregate : judge.data().aggregates) {
    if (&judge.data().states[aggregate.state] != &state) continue;
    uses_watched_ = uses_watched_ || aggregate.function == Aggregate::kWatched;
    may_fold_ = may_fold_ && row_of(aggregate.function).foldable && aggregate.scan_where == kNoIndex;
  }
}

void WindowRule::apply(std::span<const RowChange> changes, const GiveFiring& give) {
  for (const RowChange& change : changes) take(change);
  std::sort(dirty_.begin(), dirty_.end(), [](const Entry* a, const Entry* b) { return a->first < b->first; });
  for (Entry* const entry : dirty_)
    judge_from(*entry, std::exchange(entry->second->dirty_from, kClean), give);
  dirty_.clear();
  opened_ = {};
}

/// From this event on all events of the key are to be judged.
void WindowRule::mark(Entry& entry, std::size_t from) {
  if (entry.second->dirty_from == kClean) dirty_.push_back(&entry);
  entry.second->dirty_from = std::min(entry.second->dirty_from, from);
}

/// Puts a row in its place, or takes it out, under each of its keys.
void WindowRule::take(const RowChange& change) {
  judge_.begin();
  judge_.open(event_, *change.row, tenant_, profile_);
  opened_ = {};
  const InputData& input = state_.inputs[0];
  if (note_seen(change.row->time, change.added)) {
    if (keys_.size() <= kMaxRows) {
      for (Entry& entry : keys_) mark(entry, 0);  // what is stored is decided
    } else {
      ++counts_.out_of_steps;
    }
  }
  for (const Key& key : keys_of(input, state_.key_cased, judge_, event_, counts_)) {
    const auto entry = key_of(key.identity);
    KeyState& kept = *entry->second;
    if (const std::uint64_t use = judge_.next_use();
        kept.is_aside || use - kept.used >= judge_.fresh_uses() / 8) {
      kept.used = use;
      use_order_.splice(use_order_.end(), kept.is_aside ? aside_ : use_order_, kept.in_use_order);
      kept.is_aside = false;
    }
    const bool is_last = kept.events.empty() || kept.events.back().time < change.row->time;
    const auto place =
        is_last ? kept.events.end()
                : std::lower_bound(kept.events.begin(), kept.events.end(), *change.row,
                                   [](const KeptEvent& a, const EventRow& b) {
                                     return a.row != nullptr ? compare(*a.row, b) < 0 : a.time <= b.time;
                                   });
    const auto at = static_cast<std::size_t>(place - kept.events.begin());
    const bool is_there =
        place != kept.events.end() && place->row != nullptr && compare(*place->row, *change.row) == 0;
    if (change.added == is_there) {
      // What is taken back of a key that was forgotten leaves nothing.
      if (kept.events.empty()) forget(entry);
      continue;
    }
    const bool is_crowded = kept.events.size() - kept.decided >= 2 * kMaxRows && !judge_.in_order();
    // Before what is decided nothing comes; state that somebody made up may say otherwise.
    const bool is_decided = place != kept.events.end() && place->row == nullptr;
    if (change.added && (change.row->time < kept.since || is_crowded || is_decided)) {
      ++counts_.events_dropped;
      continue;
    }
    bytes_ -= kept.bytes;
    if (kept.window != nullptr) kept.window->let_go_from(kept.events, at);
    if (change.added) {
      set_keys(state_, event_, key);
      opened_ = {change.row.get(), &*entry, &key};
      const std::string_view columns = columns_of(state_, judge_, event_);
      keep(kept, at, {change.row->time, change.row, {}, shared_columns(kept.events, at, columns)});
    } else {
      erase(kept, at, at + 1);
    }
    if (at == 0 && !kept.events.empty()) kept.stay_since = kept.events[0].time;
    // An event and alerts about it give one firing, that of the last of them: they are judged together.
    std::size_t from = at;
    while (from > 0 && kept.events[from - 1].row != nullptr &&
           !is_earlier_event(kept.events[from - 1].row, change.row))
      --from;
    mark(*entry, from);
    if (kept.events.size() > kMaxEvents) {
      // Many at once: taking one from the front moves all of them.
      counts_.events_dropped += kMaxEvents / 64;
      erase(kept, 0, kMaxEvents / 64);
      kept.dirty_from -= std::min(kept.dirty_from, kMaxEvents / 64);
    }
    bytes_ += kept.bytes;
  }
}

/// The state of a key, new or taken out of the store.
WindowRule::Keys::iterator WindowRule::key_of(const std::string& identity) {
  const auto [entry, is_new] = keys_.try_emplace(identity);
  if (!is_new) return entry;
  entry->second = std::make_unique<KeyState>();
  KeyState& key = *entry->second;
  key.used = judge_.next_use();
  key.in_use_order = use_order_.insert(use_order_.end(), &*entry);
  key.bytes = kPerKey + identity.size();
  if (const auto stored = store_.find(identity)) {
    thaw(*stored, key);
    store_.erase(identity);
  }
  bytes_ += key.bytes;
  return entry;
}

/// Puts an event in its place.
void WindowRule::keep(KeyState& key, std::size_t at, KeptEvent event) {
  key.bytes += size_of(event);
  if (event.row == nullptr) ++key.decided;
  key.events.insert(key.events.begin() + static_cast<std::ptrdiff_t>(at), std::move(event));
}

/// Puts a key away whose events are all decided, in as few bytes as they need. False when it has too many.
bool WindowRule::store(Keys::iterator entry) {
  const KeyState& key = *entry->second;
  if (key.events.empty() || key.events.size() > kMostStored || key.decided < key.events.size() ||
      !key.standing.empty() || key.window != nullptr)
    return false;
  std::string bytes;
  freeze(key, bytes);
  if (!store_.put(entry->first, bytes, key.used)) return false;
  forget(entry);
  return true;
}

void WindowRule::freeze(const KeyState& key, std::string& out) {
  const std::int64_t newest = key.events.back().time;
  append_signed(out, newest);
  append_unsigned(out, static_cast<std::uint64_t>(newest) - static_cast<std::uint64_t>(key.stay_since));
  append_unsigned(out, key.events.size());
  for (const KeptEvent& event : key.events) {
    append_unsigned(out, static_cast<std::uint64_t>(newest) - static_cast<std::uint64_t>(event.time));
    append_text(out, event.brief.view());
    append_text(out, event.columns.view());
  }
}

void WindowRule::thaw(std::string_view stored, KeyState& key) {
  BytesReader bytes(stored);
  const std::int64_t newest = bytes.signed_number();
  key.stay_since = static_cast<std::int64_t>(static_cast<std::uint64_t>(newest) - bytes.unsigned_number());
  const std::size_t count = bytes.unsigned_number();
  key.events.reserve(count + 1);
  for (std::size_t at = 0; at < count; ++at) {
    KeptEvent event;
    event.time = static_cast<std::int64_t>(static_cast<std::uint64_t>(newest) - bytes.unsigned_number());
    event.brief = SharedBytes(bytes.text());
    event.columns = shared_columns(key.events, at, bytes.text());
    keep(key, at, std::move(event));
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
    if (seen_late_.size() > kMaxSeenLate) seen_late_.erase(std::prev(seen_late_.end()));
  } else if (const auto entry = seen_late_.find(time); entry != seen_late_.end() && --entry->second == 0) {
    seen_late_.erase(entry);
  }
  return earliest() != before && before != INT64_MAX;
}

void WindowRule::judge_from(Entry& entry, std::size_t from, const GiveFiring& give) {
  KeyState& key = *entry.second;
  bytes_ -= key.bytes;
  from = std::max(from, key.decided);
  if (judge_.in_order()) {
    judge_in_order(entry, from, give);
  } else {
    judge_again(entry, from, give);
  }
  key.bytes -= std::min(key.bytes, key.counted_window);
  key.counted_window = key.window != nullptr ? key.window->bytes() : 0;
  key.bytes += key.counted_window;
  if (const std::size_t rows = key.events.size() - key.decided; rows > kMaxRows)
    key.since = std::max(key.since, key.events[key.decided + rows / 2].time);
  trim(key, Trim::kLazily);
  bytes_ += key.bytes;
  if (key.events.empty()) forget(keys_.find(entry.first));
}

/// Each event is judged once, so what it gives needs not be remembered.
void WindowRule::judge_in_order(Entry& entry, std::size_t from, const GiveFiring& give) {
  const KeyState& key = *entry.second;
  std::optional<FiringChange> last;
  std::size_t last_at = 0;
  for (std::size_t at = from; at < key.events.size(); ++at) {
    std::optional<Standing> now = judge_one(entry, at);
    if (!now) continue;
    // Of an event and alerts about it the last that fires counts.
    if (last && is_earlier_event(key.events[last_at].row, key.events[at].row)) give(std::move(*last));
    last = {std::move(now->firing), std::move(now->alert), true};
    last_at = at;
  }
  if (last) give(std::move(*last));
}

/// Judges the events from there on, and tells how what stands differs from what stood.
void WindowRule::judge_again(Entry& entry, std::size_t from, const GiveFiring& give) {
  KeyState& key = *entry.second;
  // What stood from there on; a row that was taken out is among it.
  StandingByEvent before(&is_earlier_event);
  const bool whole = from == 0 || key.events[from - 1].row == nullptr;
  auto next = whole ? key.standing.begin() : key.standing.upper_bound(key.events[from - 1].row);
  while (next != key.standing.end()) before.insert(key.standing.extract(next++));

  for (std::size_t at = from; at < key.events.size(); ++at) {
    if (std::optional<Standing> now = judge_one(entry, at))
      key.standing.insert_or_assign(key.events[at].row, std::move(*now));
  }
  const auto first_now = [&] {
    return whole ? key.standing.begin() : key.standing.upper_bound(key.events[from - 1].row);
  };
  for (auto& [row, was] : before) {
    const auto now = key.standing.find(row);
    if (now != key.standing.end() && is_same(now->second, was)) continue;
    give({was.firing, was.alert, false});
  }
  for (auto now = first_now(); now != key.standing.end(); ++now) {
    const auto was = before.find(now->first);
    if (was != before.end() && is_same(was->second, now->second)) continue;
    give({now->second.firing, now->second.alert, true});
  }
  key.bytes += kPerStanding * key.standing.size();
  key.bytes -= std::min(key.bytes, kPerStanding * key.counted_standing);
  key.counted_standing = key.standing.size();
}

/// Makes event_ the row as it stands under the key. False when it does not.
bool WindowRule::open(const Row& row, const Entry& entry) {
  if (opened_.row == row.get() && opened_.entry == &entry) {
    judge_.vm().restart_budget();
    return true;
  }
  opened_ = {};
  judge_.begin();
  judge_.open(event_, *row, tenant_, profile_);
  // The values of the key in this event's spelling.
  const std::span<const Key> keys = keys_of(state_.inputs[0], state_.key_cased, judge_, event_, counts_);
  const auto own =
      std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.identity == entry.first; });
  if (own == keys.end()) return false;
  set_keys(state_, event_, *own);
  opened_ = {row.get(), &entry, &*own};
  return true;
}

std::optional<Standing> WindowRule::judge_one(Entry& entry, std::size_t at) {
  KeyState& key = *entry.second;
  const Row row = key.events[at].row;
  if (!open(row, entry)) return std::nullopt;
  const std::int64_t watched =
      std::min(seen_since_, seen_late_.empty() ? row->time : seen_late_.begin()->first);
  // Few events are counted anew as quickly.
  if (key.events.size() < judge_.window_index_from()) {
    key.window.reset();
  } else if (key.window == nullptr) {
    key.window = std::make_unique<WindowIndex>(state_, within_, profile_, judge_, event_);
  }
  KeptView view(state_, key.events, at, within_, {key.stay_since, std::min(watched, row->time)}, profile_,
                key.window.get(), judge_, other_event_, view_scratch_);
  event_.state = &view;
  const bool holds = judge_.vm().decide(state_.when, event_);
  std::optional<Standing> result;
  bool is_stopped = judge_.vm().out_of_steps();
  if (!holds && judge_.observer() != nullptr) tell(key, at, holds, is_stopped, nullptr);
  if (holds) {
    AlertSubject subject = subject_of(*row);
    subject.evidence = view.evidence(event_);
    subject.key_names = state_.key_names;
    subject.key_values = opened_.key->values;
    subject.key_identity = opened_.key->identity;
    auto firing = fire(event_, std::move(subject));
    is_stopped = judge_.vm().out_of_steps();
    if (judge_.observer() != nullptr) tell(key, at, holds, is_stopped, firing ? &*firing : nullptr);
    if (firing && !is_stopped) {
      Row alert =
          alert_row(*row, judge_.data(), state_.rule, row->time, firing->alert.severity, firing->alert.score);
      std::string content = judge_.in_order() ? std::string() : content_of(*firing);
      result = Standing{std::move(*firing), std::move(alert), std::move(content)};
    }
  }
  event_.state = nullptr;
  if (is_stopped) ++counts_.out_of_steps;
  return result;
}

/// Tells what was decided about the event that is open.
void WindowRule::tell(const KeyState& key, std::size_t at, bool holds, bool stopped, const Firing* firing) {
  const KeptEvents& events = key.events;
  const EventRow& row = *events[at].row;
  const auto first = std::partition_point(events.begin(), events.end(), [&](const KeptEvent& kept) {
    return is_past(kept.time, row.time, within_);
  });
  const Evidence told{row.id, row.time, row.class_name, {}, row.at};
  Judgement judgement;
  judgement.rule = state_.rule;
  judgement.holds = holds;
  judgement.stopped = stopped;
  judgement.firing = firing;
  judgement.key_names = state_.key_names;
  judgement.key_values = opened_.key->values;
  judgement.within = within_;
  judgement.kept = at + 1 - static_cast<std::size_t>(first - events.begin());
  judgement.show_kept = [&](std::size_t most) {
    std::vector<Evidence> shown;
    for (std::size_t i = at + 1 - std::min(most, judgement.kept); i <= at; ++i)
      shown.push_back(evidence_of(events[i], judge_));
    return shown;
  };
  judge_.vm().restart_budget();
  judge_.observer()->judged({judge_.vm(), event_, row.event_class, row.alert_rule, told}, judgement);
}

void WindowRule::erase(KeyState& key, std::size_t first, std::size_t end) {
  const auto begin = key.events.begin();
  if (key.window != nullptr && first == 0) {
    key.window->let_go_of_first(key.events, end);
  } else if (key.window != nullptr) {
    key.window->let_go_from(key.events, first);
  }
  for (std::size_t at = first; at < end; ++at) {
    KeptEvent& event = key.events[at];
    if (event.row == nullptr) --key.decided;
    key.bytes -= size_of(event);
    event = {};  // so that of those who share bytes the last one counts
  }
  key.events.erase(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(end));
}

/// Forgets what no event that may still come or be judged again can look at.
void WindowRule::trim(KeyState& key, Trim how) const {
  if (key.events.empty()) return;
  const std::int64_t newest = key.events.back().time;
  // In order nothing comes before what was judged.
  const std::int64_t settled =
      std::max({judge_.in_order() ? saturating_add(newest, 1) : horizon_, horizon_, key.since});
  if (settled == INT64_MIN) return;
  const std::int64_t horizon = how == Trim::kAll ? settled : std::min(settled, newest);
  const auto is_gone = [&](const KeptEvent& event) { return is_past(event.time, horizon, within_); };
  std::size_t gone = 0;
  if (is_gone(key.events.front()))
    gone = static_cast<std::size_t>(std::partition_point(key.events.begin(), key.events.end(), is_gone) -
                                    key.events.begin());
  // In batches: taking one from the front of many moves all of them.
  if (gone > 0 && (how == Trim::kAll || gone * 4 >= key.events.size())) {
    for (std::size_t at = 1; at <= gone && at < key.events.size(); ++at) {
      if (is_past(key.events[at - 1].time, key.events[at].time, within_))
        key.stay_since = key.events[at].time;
    }
    erase(key, 0, gone);
  }
  while (key.decided < key.events.size() && key.events[key.decided].time < settled) {
    KeptEvent& event = key.events[key.decided++];
    key.bytes -= size_of(event);
    event.brief = SharedBytes(brief_of(evidence_of(event, judge_), event.row->event_class, judge_));
    event.row = nullptr;
    key.bytes += size_of(event);
    if (!may_fold_ || key.decided < 3 || !is_foldable(key, key.decided - 2)) continue;
    // An index that is kept up would begin anew each time, so with one many go at once.
    if (key.window == nullptr) {
      erase(key, key.decided - 2, key.decided - 1);
    } else {
      ++key.foldable;
    }
  }
  while (!key.standing.empty() && key.standing.begin()->first->time < settled) {
    key.standing.erase(key.standing.begin());
    --key.counted_standing;
    key.bytes -= kPerStanding;
  }
  if (may_fold_ && (how == Trim::kAll || key.foldable * 4 > key.events.size())) fold(key);
}

/// Of a run of equal events the first and the last say all.
bool WindowRule::is_foldable(const KeyState& key, std::size_t at) {
  return at > 0 && at + 1 < key.decided && key.events[at - 1].columns == key.events[at].columns &&
         key.events[at].columns == key.events[at + 1].columns;
}

void WindowRule::fold(KeyState& key) {
  key.foldable = 0;
  std::vector<std::size_t> folded;
  for (std::size_t at = 1; at < key.decided; ++at) {
    if (is_foldable(key, at)) folded.push_back(at);
  }
  if (folded.empty()) return;
  if (key.window != nullptr) key.window->let_go_from(key.events, 0);
  for (const std::size_t at : folded) {
    key.bytes -= size_of(key.events[at]);
    key.events[at] = {};  // so that of those who share bytes the last one counts
  }
  key.decided -= folded.size();
  std::erase_if(key.events,
                [](const KeptEvent& event) { return event.row == nullptr && event.brief.view().empty(); });
}

void WindowRule::settle(std::int64_t horizon) {
  horizon_ = std::max(horizon_, horizon);
  while (!seen_late_.empty() && seen_late_.begin()->first < horizon_) {
    seen_since_ = std::min(seen_since_, seen_late_.begin()->first);
    seen_late_.erase(seen_late_.begin());
  }
  // The order of use is about that of time. What is decided is put away, or waits aside if it is too much.
  while (!use_order_.empty()) {
    KeyState& key = *use_order_.front()->second;
    if (key.events.back().time >= horizon_ || judge_.uses() - key.used < judge_.fresh_uses()) break;
    const auto entry = keys_.find(use_order_.front()->first);
    bytes_ -= key.bytes;
    trim(key, Trim::kLazily);
    bytes_ += key.bytes;
    if (key.events.empty() || is_past(key.events.back().time, horizon_, within_)) {
      forget(entry);
    } else if (!store(entry)) {
      key.is_aside = true;
      aside_.splice(aside_.end(), use_order_, key.in_use_order);
    }
  }
  while (!aside_.empty()) {
    if (!is_past(aside_.front()->second->events.back().time, horizon_, within_)) break;
    forget(keys_.find(aside_.front()->first));
  }
  store_.drop_oldest_while([this](std::string_view, std::string_view stored) {
    BytesReader bytes(stored);
    return is_past(bytes.signed_number(), horizon_, within_);
  });
}

void WindowRule::forget(Keys::iterator key) {
  bytes_ -= key->second->bytes;
  (key->second->is_aside ? aside_ : use_order_).erase(key->second->in_use_order);
  keys_.erase(key);
}

std::uint64_t WindowRule::oldest_use(bool in_progress) const {
  if (in_progress) return UINT64_MAX;
  return std::min({store_.oldest_use(), oldest_of(aside_), oldest_of(use_order_)});
}

std::uint64_t WindowRule::oldest_of(const UseOrder& order) const {
  return order.empty() ? UINT64_MAX : order.front()->second->used;
}

void WindowRule::evict_oldest(bool in_progress) {
  const std::uint64_t oldest = oldest_use(in_progress);
  if (oldest == UINT64_MAX) return;
  if (store_.oldest_use() == oldest) {
    counts_.evicted_keys += store_.drop_oldest_block();
    return;
  }
  const UseOrder& order = oldest_of(aside_) == oldest ? aside_ : use_order_;
  forget(keys_.find(order.front()->first));
  ++counts_.evicted_keys;
}

void WindowRule::save(std::string& out) const {
  append_signed(out, horizon_);
  append_signed(out, seen_since_);
  append_unsigned(out, seen_late_.size());
  for (const auto& [time, count] : seen_late_) {
    append_signed(out, time);
    append_unsigned(out, count);
  }
  std::vector<std::pair<std::string_view, const KeyState*>> sorted;
  for (const auto& [identity, key] : keys_) sorted.emplace_back(identity, key.get());
  store_.for_each(
      [&](std::string_view identity, std::string_view) { sorted.emplace_back(identity, nullptr); });
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string keys;
  std::uint64_t count = 0;
  for (const auto& [identity, key] : sorted) {
    // What a later trim would take is left out, so that equal state has equal bytes.
    KeyState plain;
    if (key == nullptr) {
      thaw(*store_.find(identity), plain);
    } else {
      plain.events = key->events;
      plain.decided = key->decided;
      plain.standing = key->standing;
      plain.counted_standing = key->counted_standing;
      plain.stay_since = key->stay_since;
      plain.since = key->since;
    }
    trim(plain, Trim::kAll);
    if (plain.events.empty()) continue;
    ++count;
    append_text(keys, identity);
    append_key(keys, plain);
  }
  append_unsigned(out, count);
  out += keys;
}

void WindowRule::append_key(std::string& out, const KeyState& key) const {
  append_signed(out, key.stay_since);
  append_signed(out, key.since > horizon_ ? key.since : INT64_MIN);
  append_unsigned(out, key.events.size());
  for (const KeptEvent& event : key.events) {
    append_signed(out, event.time);
    append_text(out, event.columns.view());
    const Evidence evidence = event.row == nullptr ? evidence_of(event, judge_) : Evidence{};
    append_text(out, evidence.event_class);
    append_text(out, evidence.id);
    append_text(out, evidence.at);
    std::string row;
    if (event.row != nullptr) append_row(row, *event.row);
    append_text(out, row);
  }
  append_unsigned(out, key.standing.size());
  for (const auto& [row, standing] : key.standing) {
    append_text(out, to_bytes(standing.firing));
    append_text(out, standing.content);
    append_row(out, *row);
    append_row(out, *standing.alert);
  }
}

bool WindowRule::load(BytesReader& bytes, const RowLayouts& layouts) {
  while (!keys_.empty()) forget(keys_.begin());
  horizon_ = bytes.signed_number();
  seen_since_ = bytes.signed_number();
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    const std::int64_t time = bytes.signed_number();
    seen_late_[time] = bytes.unsigned_number();
  }
  std::vector<std::pair<std::int64_t, std::string>> by_use;
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    std::string identity(bytes.text());
    auto key = std::make_unique<KeyState>();
    if (!read_key(bytes, layouts, *key) || keys_.contains(identity)) {
      keys_.clear();
      return false;
    }
    by_use.emplace_back(key->events.back().time, identity);
    keys_.emplace(std::move(identity), std::move(key));
  }
  std::sort(by_use.begin(), by_use.end());
  for (const auto& [time, identity] : by_use) {
    const auto entry = keys_.find(identity);
    KeyState& key = *entry->second;
    key.in_use_order = use_order_.insert(use_order_.end(), &*entry);
    key.used = judge_.next_use();
    key.counted_standing = key.standing.size();
    key.bytes += kPerKey + identity.size() + kPerStanding * key.counted_standing;
    bytes_ += key.bytes;
    store(entry);
  }
  return bytes.ok();
}

bool WindowRule::read_key(BytesReader& bytes, const RowLayouts& layouts, KeyState& key) {
  key.stay_since = bytes.signed_number();
  key.since = bytes.signed_number();
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    KeptEvent event;
    event.time = bytes.signed_number();
    event.columns = shared_columns(key.events, key.events.size(), bytes.text());
    Evidence evidence;
    evidence.event_class = bytes.text();
    evidence.id = bytes.text();
    evidence.at = bytes.text();
    if (const std::string_view row = bytes.text(); !row.empty()) {
      BytesReader reader(row);
      event.row = layouts.read_row(reader);
      if (event.row == nullptr || event.row->time != event.time) return false;
    }
    if (event.row == nullptr) {
      const auto& classes = judge_.data().classes;
      const auto named = std::find_if(classes.begin(), classes.end(),
                                      [&](const ClassData& c) { return c.name == evidence.event_class; });
      if (named == classes.end()) return false;
      event.brief =
          SharedBytes(brief_of(evidence, static_cast<std::uint32_t>(named - classes.begin()), judge_));
    }
    if (!key.events.empty() && !may_follow(key.events.back(), event)) return false;
    keep(key, key.events.size(), std::move(event));
  }
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    Standing standing;
    std::optional<Firing> firing = firing_from_bytes(bytes.text());
    if (!firing) return false;
    standing.firing = std::move(*firing);
    standing.content = bytes.text();
    const Row row = layouts.read_row(bytes);
    standing.alert = layouts.read_row(bytes);
    if (row == nullptr || standing.alert == nullptr) return false;
    key.standing.emplace(row, std::move(standing));
  }
  return bytes.ok() && !key.events.empty();
}

}  // namespace shrike
