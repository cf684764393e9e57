#include "runtime/state/sequence_rule.hpp"

#include <algorithm>
#include <iterator>

#include "runtime/time_math.hpp"

namespace shrike {
namespace {

/// Rows of one time under one key; more are left out, and counted.
constexpr std::size_t kMaxGroup = 1024;

// What things take, about, with what the allocator adds.
constexpr std::size_t kPerKey = 512;
constexpr std::size_t kPerRow = 256;
constexpr std::size_t kPerPartial = 96;
constexpr std::size_t kPerStanding = 2048;

std::int64_t just_after(std::int64_t time) { return saturating_add(time, 1); }
bool is_before(const HeldRow& held, const EventRow& row) { return compare(*held.row, row) < 0; }
bool is_earlier(const HeldRow& held, std::int64_t time) { return held.row->time < time; }

}  // namespace

SequenceRule::SequenceRule(const StateData& state, std::string tenant, std::uint32_t profile, RowJudge& judge,
                           StateStats& counts)
    : RuleState(state, std::move(tenant), profile, judge, counts),
      matcher_(state_, tenant_, profile, judge, counts),
      view_(state_, matcher_.plan(), judge) {
  if (judge.observer() != nullptr) progress_ = std::make_unique<StepProgress>(state_, judge, matcher_);
}

void SequenceRule::apply(std::span<const RowChange> changes, const GiveFiring& give) {
  Dirty dirty;
  for (const RowChange& change : changes) take(change, dirty);
  for (const auto& [identity, time] : dirty) {
    const auto entry = keys_.find(identity);
    KeyState& key = entry->second;
    match_from(identity, key, time, give);
    if (key.rows.size() > kMaxRows) settle_key(identity, key, key.rows[key.rows.size() / 2].row->time);
    review(entry);
  }
}

/// Puts a row in its place, or takes it out, under each of its keys.
void SequenceRule::take(const RowChange& change, Dirty& dirty) {
  judge_.begin();
  judge_.open(event_, *change.row, tenant_, profile_);
  std::map<std::string, std::uint64_t> inputs_by_key;
  StateStats uncounted;
  for (std::size_t i = 0; i < std::min(state_.inputs.size(), kMaxInputs); ++i) {
    if ((change.inputs >> i & 1) == 0) continue;
    const InputData& input = state_.inputs[i];
    StateStats& counts = change.added ? counts_ : uncounted;
    for (const Key& key : keys_of(input, state_.key_cased, judge_, event_, counts))
      inputs_by_key[key.identity] |= std::uint64_t{1} << i;
  }
  if (judge_.vm().out_of_steps()) ++counts_.out_of_steps;
  for (const auto& [identity, inputs] : inputs_by_key) {
    if (change.added) {
      add(identity, {change.row, inputs}, dirty);
    } else {
      remove(identity, *change.row, dirty);
    }
  }
}

void SequenceRule::add(const std::string& identity, HeldRow held, Dirty& dirty) {
  const auto [entry, is_new] = keys_.try_emplace(identity);
  KeyState& key = entry->second;
  if (is_new) {
    key.settled = key.before = key.now = nothing();
  }
  const std::int64_t time = held.row->time;
  const auto place = std::lower_bound(key.rows.begin(), key.rows.end(), *held.row, is_before);
  if (place != key.rows.end() && compare(*place->row, *held.row) == 0) return;
  const auto first = std::lower_bound(key.rows.begin(), place, time, is_earlier);
  const auto same_time =
      std::find_if(place, key.rows.end(), [&](const HeldRow& h) { return h.row->time > time; });
  if (time < key.since || static_cast<std::size_t>(same_time - first) >= kMaxGroup) {
    ++counts_.events_dropped;
    return;
  }
  key.rows.insert(place, std::move(held));
  UseOrder& order = key.in_progress ? in_progress_ : idle_;
  order.erase(key.used);
  key.used = judge_.next_use();
  order.emplace(key.used, &entry->first);
  const auto [mark, is_first] = dirty.try_emplace(identity, time);
  if (!is_first) mark->second = std::min(mark->second, time);
}

void SequenceRule::remove(const std::string& identity, const EventRow& row, Dirty& dirty) {
  const auto entry = keys_.find(identity);
  if (entry == keys_.end()) return;
  std::vector<HeldRow>& rows = entry->second.rows;
  const auto place = std::lower_bound(rows.begin(), rows.end(), row, is_before);
  if (place == rows.end() || compare(*place->row, row) != 0) return;
  rows.erase(place);
  const auto [mark, is_first] = dirty.try_emplace(identity, row.time);
  if (!is_first) mark->second = std::min(mark->second, row.time);
}

Matches SequenceRule::nothing() const {
  Matches matches;
  matches.by_step.resize(matcher_.plan().steps.size() + 1);
  return matches;
}

/// Matches the rows from a time on, from what the rows before it left or, where that is not known, all rows.
void SequenceRule::match_from(const std::string& identity, KeyState& key, std::int64_t time,
                              const GiveFiring& give) {
  Matches matches;
  if (time > key.newest) {
    matches = key.before = std::move(key.now);
    key.newest = time;
  } else if (time == key.newest) {
    matches = key.before;
  } else {
    matches = key.before = key.settled;
    key.newest = INT64_MIN;
    time = key.since;
  }
  Completed complete;
  auto row = std::lower_bound(key.rows.begin(), key.rows.end(), time, is_earlier);
  while (row != key.rows.end()) {
    const std::int64_t now = row->row->time;
    const auto end = std::find_if(row, key.rows.end(), [&](const HeldRow& h) { return h.row->time > now; });
    key.before = std::move(matches);
    key.newest = now;
    matches = matcher_.after(key.before, {row, end}, identity, complete);
    if (progress_ != nullptr) progress_->note(identity, key.before, {row, end}, matches, complete);
    row = end;
  }
  key.now = std::move(matches);
  if (matcher_.plan().has_deadline()) {
    tell_decided(identity, key, give);
  } else {
    tell(identity, key, complete, time, give);
  }
}

void SequenceRule::tell_decided(const std::string& identity, KeyState& key, const GiveFiring& give) {
  Completed complete;
  for (const PartialRef& match : key.now.by_step.back()) {
    if (matcher_.deadline(*match) <= decided_) matcher_.note(complete, match);
  }
  tell(identity, key, complete, INT64_MIN, give);
}

void SequenceRule::tell(const std::string& identity, KeyState& key, const Completed& complete,
                        std::int64_t time, const GiveFiring& give) {
  ToldByEvent was;
  while (!key.told.empty() && std::prev(key.told.end())->first->time >= time)
    was.insert(key.told.extract(std::prev(key.told.end())));
  std::vector<FiringChange> opened;
  const auto withdraw = [&](Told& told) {
    if (told.standing) give({std::move(told.standing->firing), std::move(told.standing->alert), false});
  };
  for (const auto& [row, match] : complete) {
    const auto events = choose_events(matcher_.plan(), *match, row->time);
    if (!events) continue;
    Told now;
    for (const std::vector<Row>& of_step : *events)
      now.events.insert(now.events.end(), of_step.begin(), of_step.end());
    const auto before = was.find(row);
    if (before != was.end() && before->second.events == now.events) {
      key.told.insert(was.extract(before));
      continue;
    }
    now.standing = standing_for(identity, *match, *events);
    if (before != was.end()) {
      Told& then = before->second;
      if (then.standing && now.standing && then.standing->content == now.standing->content) {
        then.events = std::move(now.events);
        key.told.insert(was.extract(before));
        continue;
      }
      withdraw(then);
      was.erase(before);
    }
    if (now.standing) opened.push_back({now.standing->firing, now.standing->alert, true});
    key.told.emplace(row, std::move(now));
  }
  for (auto& [row, told] : was) withdraw(told);
  for (FiringChange& change : opened) give(std::move(change));
}

std::optional<Standing> SequenceRule::standing_for(const std::string& identity, const Partial& match,
                                                   const ChosenEvents& events) {
  const StepPlan& plan = matcher_.plan();
  const Row row = matcher_.completing_row(match);
  const auto step = std::find_if(match.steps.begin(), match.steps.end(),
                                 [&](const StepMatch& of_step) { return of_step.row == row; });
  const InputData& input =
      state_.inputs[plan.steps[static_cast<std::size_t>(step - match.steps.begin())].input];
  judge_.begin();
  judge_.open(event_, *row, tenant_, profile_);
  // The values of the key in this event's spelling.
  StateStats uncounted;
  const std::span<const Key> keys = keys_of(input, state_.key_cased, judge_, event_, uncounted);
  const auto own =
      std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.identity == identity; });
  if (own == keys.end()) return std::nullopt;
  set_keys(state_, event_, *own);
  view_.show(match);
  event_.state = &view_;
  AlertSubject subject = subject_of(*row);
  if (plan.has_deadline()) subject.time = matcher_.deadline(match);
  subject.evidence = evidence_of(events);
  subject.key_names = state_.key_names;
  subject.key_values = own->values;
  subject.key_identity = own->identity;
  const std::int64_t time = subject.time;
  std::optional<Firing> firing = fire(event_, std::move(subject));
  if (judge_.observer() != nullptr && !judge_.vm().out_of_steps())
    tell_judgement(identity, match, *row, evidence_of(events), *own, firing ? &*firing : nullptr);
  event_.state = nullptr;
  if (judge_.vm().out_of_steps()) {
    ++counts_.out_of_steps;
    return std::nullopt;
  }
  if (!firing) return std::nullopt;
  Row alert = alert_row(*row, judge_.data(), state_.rule, time, firing->alert.severity, firing->alert.score);
  std::string content = content_of(*firing);
  return Standing{std::move(*firing), std::move(alert), std::move(content)};
}

void SequenceRule::tell_judgement(const std::string& identity, const Partial& match, const EventRow& row,
                                  std::span<const Evidence> matched, const Key& key, const Firing* firing) {
  const StepPlan& plan = matcher_.plan();
  const Key own = key;  // what follows asks for keys again
  Judgement judgement;
  judgement.rule = state_.rule;
  judgement.firing = firing;
  judgement.key_names = state_.key_names;
  judgement.key_values = own.values;
  judgement.within = plan.within;
  judgement.matched = matched;
  judgement.with_step = [&](std::size_t input, const std::function<void(const SeenEvent&)>& look) {
    const std::uint32_t step = plan.step_of[input];
    if (step == kNoIndex || step >= match.steps.size() || match.steps[step].row == nullptr) return;
    const EventRow& of_step = *match.steps[step].row;
    EventState& event = matcher_.open_for(static_cast<std::uint32_t>(input), of_step, identity, match);
    const Evidence told = shrike::evidence_of(of_step, state_.inputs[input].step);
    look({judge_.vm(), event, of_step.event_class, of_step.alert_rule, told});
  };
  judge_.vm().restart_budget();
  const Evidence told = shrike::evidence_of(row, {});
  judge_.observer()->judged({judge_.vm(), event_, row.event_class, row.alert_rule, told}, judgement);
  judge_.vm().restart_budget();
}

/// The events of the steps. Where they are too many, the first ones of `times N` are left out.
std::vector<Evidence> SequenceRule::evidence_of(const ChosenEvents& events) const {
  std::size_t surplus = 0;
  for (const std::vector<Row>& of_step : events) surplus += of_step.size();
  surplus -= std::min(surplus, kMaxEvidence);
  std::vector<Evidence> evidence;
  for (std::size_t step = 0; step < events.size(); ++step) {
    const std::vector<Row>& rows = events[step];
    const std::size_t left_out = std::min(surplus, rows.size() - 1);
    surplus -= left_out;
    for (std::size_t i = left_out; i < rows.size(); ++i) {
      const std::string& name = state_.inputs[matcher_.plan().steps[step].input].step;
      evidence.push_back({rows[i]->id, rows[i]->time, rows[i]->class_name, name, rows[i]->at});
    }
  }
  return evidence;
}

void SequenceRule::advance(std::int64_t now, const GiveFiring& give) {
  decided_ = std::max(decided_, now);
  std::vector<std::string> passed;
  for (auto at = deadlines_.begin(); at != deadlines_.end() && at->first <= now; ++at)
    passed.push_back(*at->second);
  std::sort(passed.begin(), passed.end());
  for (const std::string& identity : passed) {
    const auto entry = keys_.find(identity);
    tell_decided(identity, entry->second, give);
    review(entry);
  }
}

std::int64_t SequenceRule::next_deadline() const {
  return deadlines_.empty() ? INT64_MAX : deadlines_.begin()->first;
}

std::uint64_t SequenceRule::undecided() const {
  std::uint64_t count = 0;
  for (const auto& [deadline, identity] : deadlines_) {
    Completed waiting;
    for (const PartialRef& match : keys_.at(*identity).now.by_step.back()) {
      if (matcher_.deadline(*match) > decided_) matcher_.note(waiting, match);
    }
    count += waiting.size();
  }
  return count;
}

void SequenceRule::settle(std::int64_t horizon) {
  horizon_ = std::max(horizon_, horizon);
  std::vector<std::string> due;
  for (auto at = due_.begin(); at != due_.end() && at->first <= horizon_; ++at) due.push_back(*at->second);
  for (const std::string& identity : due) {
    const auto entry = keys_.find(identity);
    settle_key(identity, entry->second, horizon_);
    review(entry);
  }
}

/// Takes rows before the horizon for good, and forgets what only rows before it could use.
void SequenceRule::settle_key(const std::string& identity, KeyState& key, std::int64_t horizon) {
  key.since = std::max(key.since, horizon);
  const auto end = std::lower_bound(key.rows.begin(), key.rows.end(), horizon, is_earlier);
  if (end == key.rows.end()) {
    if (end != key.rows.begin()) key.settled = std::move(key.now);
    matcher_.drop_old(key.settled, horizon);
    key.now = key.before = key.settled;
    key.newest = INT64_MIN;
  } else {
    if (end->row->time == key.newest) {
      key.settled = key.before;
    } else {
      Completed complete;
      for (auto row = key.rows.begin(); row != end;) {
        const std::int64_t now = row->row->time;
        const auto next = std::find_if(row, end, [&](const HeldRow& h) { return h.row->time > now; });
        key.settled = matcher_.after(key.settled, {row, next}, identity, complete);
        row = next;
      }
    }
    matcher_.drop_old(key.settled, horizon);
  }
  key.rows.erase(key.rows.begin(), end);
  if (!matcher_.plan().has_deadline()) {
    while (!key.told.empty() && key.told.begin()->first->time < horizon) key.told.erase(key.told.begin());
    return;
  }
  const auto is_final = [&](const PartialRef& match) {
    return matcher_.deadline(*match) <= std::min(horizon, decided_);
  };
  for (const PartialRef& match : key.now.by_step.back()) {
    if (is_final(match)) key.told.erase(matcher_.completing_row(*match));
  }
  for (Matches* matches : {&key.settled, &key.before, &key.now})
    std::erase_if(matches->by_step.back(), is_final);
}

void SequenceRule::review(Keys::iterator entry) {
  KeyState& key = entry->second;
  const Matches& now = key.now;
  const StepPlan& plan = matcher_.plan();
  std::int64_t due = INT64_MIN, deadline = INT64_MAX;
  const std::int64_t expiry = matcher_.expiry(now);
  bool is_empty = key.rows.empty() && key.told.empty() && expiry == INT64_MIN;
  due = expiry;
  if (!plan.has_deadline() && !key.told.empty())
    due = std::max(due, just_after(std::prev(key.told.end())->first->time));
  for (const PartialRef& match : now.by_step.back()) {
    is_empty = false;
    const std::int64_t of_match = matcher_.deadline(*match);
    if (of_match > decided_) deadline = std::min(deadline, of_match);
    due = std::max(due, of_match > decided_ ? INT64_MAX : of_match);
  }
  if (!key.rows.empty()) due = just_after(key.rows.front().row->time);
  if (is_empty) {
    forget(entry);
    return;
  }
  const auto set = [&](Times& times, std::int64_t& time, std::int64_t to) {
    if (time == to) return;
    times.erase({time, &entry->first});
    if (to != INT64_MAX) times.insert({to, &entry->first});
    time = to;
  };
  set(due_, key.due, due);
  set(deadlines_, key.deadline, deadline);
  const bool in_progress = std::any_of(now.by_step.begin() + (plan.in_order ? 1 : 0), now.by_step.end(),
                                       [](const Partials& partials) { return !partials.empty(); });
  if (in_progress != key.in_progress) {
    (key.in_progress ? in_progress_ : idle_).erase(key.used);
    (in_progress ? in_progress_ : idle_).emplace(key.used, &entry->first);
    key.in_progress = in_progress;
  }
  const std::size_t bytes = size_of(entry->first, key);
  bytes_ += bytes - key.bytes;
  key.bytes = bytes;
}

std::size_t SequenceRule::size_of(const std::string& identity, const KeyState& key) {
  std::size_t size = kPerKey + identity.size() + key.told.size() * kPerStanding;
  for (const HeldRow& held : key.rows) size += sizeof(HeldRow) + kPerRow + held.row->values.size();
  for (const Partials& partials : key.now.by_step) {
    for (const PartialRef& partial : partials) {
      size += kPerPartial + partial->steps.size() * sizeof(StepMatch);
      for (const StepMatch& step : partial->steps)
        size += (step.others.size() + step.blockers.size()) * (sizeof(Row) + kPerRow);
      // The row before it is mostly that of the partial match that it grew from.
      if (const std::size_t matched = partial->matched(); matched > 0)
        size += kPerRow + partial->steps[matched - 1].row->values.size();
    }
  }
  return size;
}

void SequenceRule::forget(Keys::iterator entry) {
  KeyState& key = entry->second;
  bytes_ -= key.bytes;
  due_.erase({key.due, &entry->first});
  deadlines_.erase({key.deadline, &entry->first});
  (key.in_progress ? in_progress_ : idle_).erase(key.used);
  keys_.erase(entry);
}

std::uint64_t SequenceRule::oldest_use(bool in_progress) const {
  const UseOrder& order = in_progress ? in_progress_ : idle_;
  return order.empty() ? UINT64_MAX : order.begin()->first;
}

void SequenceRule::evict_oldest(bool in_progress) {
  const UseOrder& order = in_progress ? in_progress_ : idle_;
  if (order.empty()) return;
  forget(keys_.find(*order.begin()->second));
  ++counts_.evicted_keys;
}

}  // namespace shrike
