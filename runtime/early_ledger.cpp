#include "runtime/early_ledger.hpp"

#include <algorithm>

#include "runtime/firing_bytes.hpp"
#include "runtime/time_math.hpp"

namespace shrike {
namespace {

constexpr std::int64_t kDay = 24LL * 3600 * 1'000'000'000;
/// Duplicates are remembered for 8 days of event time (language manual, "Time and order").
constexpr std::int64_t kMemory = 8 * kDay;
constexpr std::size_t kMaxSeen = 1'000'000;
constexpr std::size_t kMaxPerKey = 4096;
constexpr std::size_t kMaxKeys = 65'536;

constexpr auto is_earlier = [](const auto& a, const auto& b) { return a.order < b.order; };

}  // namespace

bool EarlyLedger::is_duplicate(const Alert& alert) {
  if (!seen_.insert(alert.id).second) return true;
  seen_order_.emplace_back(alert.time, alert.id);
  while (seen_order_.size() > kMaxSeen ||
         (!seen_order_.empty() && seen_order_.front().first < saturating_subtract(newest_, kMemory))) {
    seen_.erase(seen_order_.front().second);
    seen_order_.pop_front();
  }
  return false;
}

void EarlyLedger::forget_old(std::int64_t newest, EngineStats& stats) {
  if (by_key_.size() < purge_at_) return;
  std::erase_if(by_key_, [&](const auto& entry) {
    return entry.second.back().firing.alert.time < saturating_subtract(newest, kMemory);
  });
  if (by_key_.size() > kMaxKeys / 2) {
    // Somebody makes up keys: the half whose last alert is older goes.
    std::vector<std::int64_t> times;
    for (const auto& [key, entries] : by_key_) times.push_back(entries.back().firing.alert.time);
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    std::size_t surplus = times.size() / 2;
    std::erase_if(by_key_, [&](const auto& entry) {
      if (surplus == 0 || entry.second.back().firing.alert.time > *middle) return false;
      --surplus;
      ++stats.forgotten_quiet;
      return true;
    });
  }
  purge_at_ = std::clamp<std::size_t>(2 * by_key_.size(), 4096, kMaxKeys);
}

void EarlyLedger::add_once(Firing firing, EngineStats& stats) {
  newest_ = std::max(newest_, firing.alert.time);
  if (is_duplicate(firing.alert)) {
    ++stats.duplicates;
    return;
  }
  add(std::move(firing), stats);
}

void EarlyLedger::add(Firing firing, EngineStats& stats) {
  newest_ = std::max(newest_, firing.alert.time);
  std::string order = order_key(firing);
  if (firing.quiet <= 0 || firing.quiet_key.empty()) {
    note(order, std::nullopt, std::move(firing.alert));
    return;
  }
  forget_old(newest_, stats);
  Entries& entries = by_key_[firing.quiet_key];
  const std::int64_t quiet = firing.quiet;
  Entry entry{std::move(order), std::move(firing), false};
  const auto place = std::upper_bound(entries.begin(), entries.end(), entry, is_earlier);
  const auto at = static_cast<std::size_t>(place - entries.begin());
  entries.insert(place, std::move(entry));
  judge_from(entries, at, quiet);
  if (!entries[at].stands) ++stats.quieted;
  if (entries.size() > kMaxPerKey) entries.erase(entries.begin());
}

void EarlyLedger::remove(const Firing& firing) {
  const std::string order = order_key(firing);
  if (firing.quiet <= 0 || firing.quiet_key.empty()) {
    note(order, firing.alert, std::nullopt);
    return;
  }
  const auto key = by_key_.find(firing.quiet_key);
  if (key == by_key_.end()) return;
  Entries& entries = key->second;
  const auto place = std::lower_bound(entries.begin(), entries.end(), Entry{order, {}, false}, is_earlier);
  if (place == entries.end() || place->order != order) return;
  const auto at = static_cast<std::size_t>(place - entries.begin());
  const bool stood = place->stands;
  if (stood) note(order, place->firing.alert, std::nullopt);
  entries.erase(place);
  if (entries.empty()) {
    by_key_.erase(key);
  } else if (stood) {
    judge_from(entries, at, firing.quiet);
  }
}

void EarlyLedger::judge_from(Entries& entries, std::size_t at, std::int64_t quiet) {
  const Entry* governing = nullptr;
  for (std::size_t before = at; before > 0 && governing == nullptr; --before) {
    if (entries[before - 1].stands) governing = &entries[before - 1];
  }
  for (; at < entries.size(); ++at) {
    Entry& entry = entries[at];
    const bool stands =
        governing == nullptr || !is_quieted(entry.firing.alert.time, entry.firing.alert.score, quiet,
                                            governing->firing.alert.time, governing->firing.alert.score);
    if (stands) governing = &entry;
    if (stands == entry.stands) continue;
    entry.stands = stands;
    if (stands) {
      note(entry.order, std::nullopt, entry.firing.alert);
    } else {
      note(entry.order, entry.firing.alert, std::nullopt);
    }
  }
}

void EarlyLedger::note(const std::string& order, const std::optional<Alert>& before,
                       const std::optional<Alert>& now) {
  const auto [entry, is_first] = changes_.try_emplace(order);
  if (is_first) entry->second.before = before;
  entry->second.now = now;
}

void EarlyLedger::give(EngineStats& stats, std::vector<Alert>& out) {
  for (auto& [order, change] : changes_) {
    if (change.now) {
      if (change.before && to_json(*change.before) == to_json(*change.now)) continue;
      if (!change.before) ++stats.alerts;
      change.now->again = change.before.has_value();
      out.push_back(std::move(*change.now));
    } else if (change.before) {
      ++stats.withdrawn;
      change.before->status = AlertStatus::kWithdrawn;
      out.push_back(std::move(*change.before));
    }
  }
  changes_.clear();
}

void EarlyLedger::save(std::string& out) const {
  append_signed(out, newest_);
  std::map<std::string_view, const Entries*> sorted;
  for (const auto& [key, entries] : by_key_) {
    if (entries.back().firing.alert.time >= saturating_subtract(newest_, kMemory))
      sorted.emplace(key, &entries);
  }
  append_unsigned(out, sorted.size());
  for (const auto& [key, entries] : sorted) {
    append_text(out, key);
    append_unsigned(out, entries->size());
    for (const Entry& entry : *entries) {
      append_text(out, to_bytes(entry.firing));
      append_unsigned(out, entry.stands ? 1 : 0);
    }
  }
  std::map<std::pair<std::int64_t, std::string>, bool> seen;
  for (const auto& entry : seen_order_) seen.emplace(entry, true);
  append_unsigned(out, seen.size());
  for (const auto& [entry, there] : seen) {
    append_signed(out, entry.first);
    append_text(out, entry.second);
  }
}

bool EarlyLedger::load(BytesReader& bytes) {
  newest_ = bytes.signed_number();
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    Entries entries;
    const std::string key(bytes.text());
    for (std::uint64_t more = bytes.unsigned_number(); more > 0 && bytes.ok(); --more) {
      std::optional<Firing> firing = firing_from_bytes(bytes.text());
      if (!firing) return false;
      std::string order = order_key(*firing);
      entries.push_back({std::move(order), std::move(*firing), bytes.unsigned_number() != 0});
    }
    if (!entries.empty()) by_key_.insert_or_assign(key, std::move(entries));
  }
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    const std::int64_t time = bytes.signed_number();
    std::string id(bytes.text());
    if (seen_.insert(id).second) seen_order_.emplace_back(time, std::move(id));
  }
  return bytes.ok();
}

}  // namespace shrike
