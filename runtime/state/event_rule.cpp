#include "runtime/state/event_rule.hpp"

#include <algorithm>

#include "runtime/judgement.hpp"

namespace shrike {

void EventRule::apply(std::span<const RowChange> changes, const GiveFiring& give) {
  std::map<Row, bool, bool (*)(const Row&, const Row&)> touched(&is_earlier_event);
  for (const RowChange& change : changes) {
    const auto [entry, is_new] = events_.try_emplace(change.row);
    std::vector<Row>& rows = entry->second.rows;
    const auto place = std::lower_bound(rows.begin(), rows.end(), change.row,
                                        [](const Row& a, const Row& b) { return compare(*a, *b) < 0; });
    const bool is_there = place != rows.end() && compare(**place, *change.row) == 0;
    if (change.added && !is_there) rows.insert(place, change.row);
    if (!change.added && is_there) rows.erase(place);
    touched.emplace(entry->first, true);
  }
  for (const auto& [row, touch] : touched) {
    const auto entry = events_.find(row);
    OneEvent& event = entry->second;
    std::optional<Standing> now = judge_last(event);
    const bool is_same = now && event.standing && now->content == event.standing->content &&
                         now->alert->values == event.standing->alert->values;
    if (!is_same) {
      if (event.standing) give({event.standing->firing, event.standing->alert, false});
      if (now) give({now->firing, now->alert, true});
      event.standing = std::move(now);
    }
    // In order nothing comes to an event that was judged.
    if (event.rows.empty() || judge_.in_order() || row->time < horizon_) events_.erase(entry);
  }
}

std::optional<Standing> EventRule::judge_last(const OneEvent& event) {
  for (auto row = event.rows.rbegin(); row != event.rows.rend(); ++row) {
    if (std::optional<Standing> standing = judge(*row)) return standing;
  }
  return std::nullopt;
}

std::optional<Standing> EventRule::judge(const Row& row) {
  judge_.begin();
  judge_.open(event_, *row, tenant_, profile_);
  std::optional<Firing> firing = fire(event_, subject_of(*row));
  if (judge_.observer() != nullptr) {
    const Evidence told{row->id, row->time, row->class_name, {}, row->at};
    Judgement judgement;
    judgement.rule = state_.rule;
    judgement.stopped = judge_.vm().out_of_steps();
    judgement.firing = firing ? &*firing : nullptr;
    judge_.observer()->judged({judge_.vm(), event_, row->event_class, row->alert_rule, told}, judgement);
    if (!judgement.stopped) judge_.vm().restart_budget();
  }
  if (judge_.vm().out_of_steps()) {
    ++counts_.out_of_steps;
    return std::nullopt;
  }
  if (!firing) return std::nullopt;
  Row alert =
      alert_row(*row, judge_.data(), state_.rule, row->time, firing->alert.severity, firing->alert.score);
  std::string content = judge_.in_order() ? std::string() : content_of(*firing);
  return Standing{std::move(*firing), std::move(alert), std::move(content)};
}

void EventRule::settle(std::int64_t horizon) {
  horizon_ = std::max(horizon_, horizon);
  while (!events_.empty() && events_.begin()->first->time < horizon_) events_.erase(events_.begin());
}

std::size_t EventRule::bytes() const {
  constexpr std::size_t kPerEvent = 3072;  // with what stands for it
  return events_.size() * kPerEvent;
}

void EventRule::save(std::string& out) const {
  append_signed(out, horizon_);
  append_unsigned(out, events_.size());
  for (const auto& [row, event] : events_) {
    append_unsigned(out, event.rows.size());
    for (const Row& one : event.rows) append_row(out, *one);
  }
}

bool EventRule::load(BytesReader& bytes, const RowLayouts& layouts) {
  events_.clear();
  horizon_ = bytes.signed_number();
  const StateStats counts = counts_;  // these firings were counted when they were told
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    OneEvent event;
    for (std::uint64_t more = bytes.unsigned_number(); more > 0 && bytes.ok(); --more) {
      event.rows.push_back(layouts.read_row(bytes));
      if (event.rows.back() == nullptr) return false;
    }
    if (event.rows.empty()) return false;
    event.standing = judge_last(event);
    events_.insert_or_assign(event.rows.front(), std::move(event));
  }
  counts_ = counts;
  return bytes.ok();
}

}  // namespace shrike
