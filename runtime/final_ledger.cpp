#include "runtime/final_ledger.hpp"

#include <algorithm>
#include <map>

#include "runtime/firing_bytes.hpp"
#include "runtime/judgement.hpp"
#include "runtime/time_math.hpp"

namespace shrike {
namespace {

constexpr std::int64_t kDay = 24LL * 3600 * 1'000'000'000;
/// Alerts that may be found again are remembered for 8 days of event time.
constexpr std::int64_t kMemory = 8 * kDay;

}  // namespace

Expected<void> FinalLedger::add(const Firing& firing) {
  // Of an event that was told in different ways the worst is given, whatever came first. Those of one score
  // are in the order of their bytes, which end with where the event was read.
  std::string key = order_key(firing);
  append_key_time(key, -std::int64_t{firing.alert.score});
  return firings_.add(key, to_bytes(firing));
}

Expected<void> FinalLedger::finish(EngineStats& stats, const std::function<void(const Alert&)>& take) {
  return firings_.drain([&](std::string_view, std::string_view bytes) -> Expected<void> {
    const std::optional<Firing> firing = firing_from_bytes(bytes);
    if (!firing) return fail(ErrorCode::kIo, "a temporary file does not hold what was written to it");
    if (stands(*firing, stats)) {
      if (observer_ != nullptr) observer_->stands(*firing);
      ++stats.alerts;
      take(firing->alert);
    }
    return {};
  });
}

bool FinalLedger::stands(const Firing& firing, EngineStats& stats) {
  const Alert& alert = firing.alert;
  if (!given_.try_emplace(alert.id, alert.time).second) {
    ++stats.duplicates;
    return false;
  }
  forget_old(alert.time);
  if (firing.quiet <= 0 || firing.quiet_key.empty()) return true;
  const auto [entry, is_new] = quiet_.try_emplace(firing.quiet_key);
  Quiet& since = entry->second;
  if (!is_new && is_quieted(alert.time, alert.score, firing.quiet, since.time, since.score)) {
    ++stats.quieted;
    if (observer_ != nullptr) observer_->held_back(firing, since.time, since.score);
    return false;
  }
  since = {alert.time, alert.score, saturating_add(alert.time, firing.quiet)};
  return true;
}

/// Quiet times that have ended decide nothing any more, and nobody tells old events again.
void FinalLedger::forget_old(std::int64_t now) {
  if (quiet_.size() + given_.size() < forget_at_) return;
  std::erase_if(quiet_, [&](const auto& entry) { return entry.second.until <= now; });
  std::erase_if(given_, [&](const auto& entry) { return entry.second < saturating_subtract(now, kMemory); });
  forget_at_ = std::max<std::size_t>(1024, 2 * (quiet_.size() + given_.size()));
}

void FinalLedger::save(std::string& out, std::int64_t now) const {
  std::map<std::string_view, const Quiet*> quiet;
  for (const auto& [key, since] : quiet_) {
    if (since.until > now) quiet.emplace(key, &since);
  }
  append_unsigned(out, quiet.size());
  for (const auto& [key, since] : quiet) {
    append_text(out, key);
    append_signed(out, since->time);
    append_signed(out, since->score);
    append_signed(out, since->until);
  }
  std::map<std::string_view, std::int64_t> given;
  for (const auto& [id, time] : given_) {
    if (time >= saturating_subtract(now, kMemory)) given.emplace(id, time);
  }
  append_unsigned(out, given.size());
  for (const auto& [id, time] : given) {
    append_text(out, id);
    append_signed(out, time);
  }
}

bool FinalLedger::load(BytesReader& bytes) {
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    Quiet& since = quiet_[std::string(bytes.text())];
    since.time = bytes.signed_number();
    since.score = static_cast<int>(bytes.signed_number());
    since.until = bytes.signed_number();
  }
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    const std::string id(bytes.text());
    given_[id] = bytes.signed_number();
  }
  return bytes.ok();
}

}  // namespace shrike
