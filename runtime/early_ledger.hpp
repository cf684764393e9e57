// Firings of streams: given at once. `quiet` is applied in event order as if nothing had been late, so a late
// firing may withdraw an alert that stands, or wake one that was held back.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "runtime/firing.hpp"
#include "runtime/state/value_bytes.hpp"
#include "shrike/engine.hpp"

namespace shrike {

class EarlyLedger {
 public:
  /// Takes a firing of a rule that judges one event; one that it knows already is a duplicate.
  void add_once(Firing firing, EngineStats& stats);
  /// Takes a firing of a rule with state, or takes one back as it stood.
  void add(Firing firing, EngineStats& stats);
  void remove(const Firing& firing);

  /// Appends what changed since the last call: alerts that are open now or say something else, and withdrawn
  /// ones, in event order.
  void give(EngineStats& stats, std::vector<Alert>& out);

  /// What a later run must know; nothing may wait for give().
  void save(std::string& out) const;
  bool load(BytesReader& bytes);

 private:
  struct Entry {
    std::string order;  ///< order_key()
    Firing firing;
    bool stands = false;
  };
  using Entries = std::vector<Entry>;
  /// An alert as it stood when give() was called last, and as it stands now.
  struct Change {
    std::optional<Alert> before, now;
  };

  bool is_duplicate(const Alert& alert);
  void forget_old(std::int64_t newest, EngineStats& stats);
  /// Decides anew which entries stand, from `at` on. An entry that `quiet` holds back changes nothing later.
  void judge_from(Entries& entries, std::size_t at, std::int64_t quiet);
  void note(const std::string& order, const std::optional<Alert>& before, const std::optional<Alert>& now);

  std::unordered_map<std::string, Entries> by_key_;              ///< sorted by `order`
  std::map<std::string, Change> changes_;                        ///< by order
  std::unordered_set<std::string> seen_;                         ///< ids of firings
  std::deque<std::pair<std::int64_t, std::string>> seen_order_;  ///< in the order of arrival
  std::int64_t newest_ = INT64_MIN;
  std::size_t purge_at_ = 4096;
};

}  // namespace shrike
