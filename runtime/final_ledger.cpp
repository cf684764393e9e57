#include "runtime/final_ledger.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "runtime/firing_bytes.hpp"

namespace shrike {
namespace {

/// Judges firings in event order by `quiet`; drops what tells the same event twice.
class QuietJudge {
 public:
  QuietJudge(EngineStats& stats, const std::function<void(const Alert&)>& take)
      : stats_(stats), take_(take) {}

  void judge(const Firing& firing) {
    if (firing.alert.id == last_id_) {  // duplicates are neighbours: same time, class, event and rule
      ++stats_.duplicates;
      return;
    }
    last_id_ = firing.alert.id;
    if (firing.quiet > 0 && !firing.quiet_key.empty()) {
      auto [entry, is_new] = standing_.try_emplace(firing.quiet_key);
      Standing& before = entry->second;
      if (!is_new &&
          is_quieted(firing.alert.time, firing.alert.score, firing.quiet, before.time, before.score)) {
        ++stats_.quieted;
        return;
      }
      before = {firing.alert.time, firing.alert.score, firing.alert.time + firing.quiet};
      forget_ended(firing.alert.time);
    }
    ++stats_.alerts;
    take_(firing.alert);
  }

 private:
  struct Standing {
    std::int64_t time = 0;
    int score = 0;
    std::int64_t until = 0;
  };

  /// Quiet times that have ended decide nothing any more.
  void forget_ended(std::int64_t now) {
    if (standing_.size() < purge_at_) return;
    std::erase_if(standing_, [&](const auto& entry) { return entry.second.until <= now; });
    purge_at_ = std::max<std::size_t>(1024, 2 * standing_.size());
  }

  EngineStats& stats_;
  const std::function<void(const Alert&)>& take_;
  std::string last_id_;
  std::unordered_map<std::string, Standing> standing_;
  std::size_t purge_at_ = 1024;
};

}  // namespace

Expected<void> FinalLedger::add(const Firing& firing) {
  // Of an event that was read at several places the first is told, whatever came first.
  std::string key = order_key(firing);
  for (const Evidence& event : firing.alert.evidence) key += event.at;
  return firings_.add(std::move(key), to_bytes(firing));
}

Expected<void> FinalLedger::finish(EngineStats& stats, const std::function<void(const Alert&)>& take) {
  QuietJudge judge(stats, take);
  return firings_.drain([&](std::string_view, std::string_view bytes) -> Expected<void> {
    judge.judge(firing_from_bytes(bytes));
    return {};
  });
}

}  // namespace shrike
