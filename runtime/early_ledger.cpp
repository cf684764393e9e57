#include "runtime/early_ledger.hpp"

#include <algorithm>

namespace shrike {
namespace {

constexpr std::int64_t kDay = 24LL * 3600 * 1'000'000'000;
/// Duplicates are remembered for 8 days of event time (language manual, "Time and order").
constexpr std::int64_t kMemory = 8 * kDay;
constexpr std::size_t kMaxSeen = 1'000'000;
constexpr std::size_t kMaxPerKey = 4096;

}  // namespace

bool EarlyLedger::is_duplicate(const Alert& alert) {
  if (!seen_.insert(alert.id).second) return true;
  seen_order_.emplace_back(alert.time, alert.id);
  while (seen_order_.size() > kMaxSeen ||
         (!seen_order_.empty() && seen_order_.front().first < newest_ - kMemory)) {
    seen_.erase(seen_order_.front().second);
    seen_order_.pop_front();
  }
  return false;
}

void EarlyLedger::forget_old(std::int64_t newest) {
  if (by_key_.size() < purge_at_) return;
  std::erase_if(by_key_,
                [&](const auto& entry) { return entry.second.back().alert.time < newest - kMemory; });
  purge_at_ = std::max<std::size_t>(4096, 2 * by_key_.size());
}

void EarlyLedger::add(Firing firing, EngineStats& stats, std::vector<Alert>& out) {
  newest_ = std::max(newest_, firing.alert.time);
  if (is_duplicate(firing.alert)) {
    ++stats.duplicates;
    return;
  }
  if (firing.quiet <= 0 || firing.quiet_key.empty()) {
    ++stats.alerts;
    out.push_back(std::move(firing.alert));
    return;
  }
  forget_old(newest_);
  std::vector<Entry>& entries = by_key_[firing.quiet_key];
  Entry entry{order_key(firing), std::move(firing.alert), false};
  auto at = std::upper_bound(entries.begin(), entries.end(), entry,
                             [](const Entry& a, const Entry& b) { return a.order < b.order; });
  at = entries.insert(at, std::move(entry));

  const Entry* governing = nullptr;
  for (auto before = at; before != entries.begin() && governing == nullptr;) {
    --before;
    if (before->stands) governing = &*before;
  }
  const auto inserted = at;
  for (; at != entries.end(); ++at) {
    const bool stands = governing == nullptr || !is_quieted(at->alert.time, at->alert.score, firing.quiet,
                                                            governing->alert.time, governing->alert.score);
    const bool stood = at->stands;
    if (stands) governing = &*at;
    if (stands == stood && at != inserted) {
      if (stands) break;  // from here on nothing changes
      continue;
    }
    if (!stands && at == inserted) {
      ++stats.quieted;
      break;  // a firing that is held back changes nothing for later ones
    }
    at->stands = stands;
    at->alert.status = stands ? AlertStatus::kOpen : AlertStatus::kWithdrawn;
    ++(stands ? stats.alerts : stats.withdrawn);
    out.push_back(at->alert);
  }
  if (entries.size() > kMaxPerKey) entries.erase(entries.begin());
}

}  // namespace shrike
