// Firings of streams: given at once. `quiet` is applied in event order as if nothing had been late, so a late
// firing may withdraw an alert that stands, or wake one that was held back.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "runtime/firing.hpp"
#include "shrike/engine.hpp"

namespace shrike {

class EarlyLedger {
 public:
  /// Takes a firing; appends what changes to `out`: open alerts and withdrawn ones.
  void add(Firing firing, EngineStats& stats, std::vector<Alert>& out);

 private:
  struct Entry {
    std::string order;  ///< order_key()
    Alert alert;
    bool stands = false;
  };

  bool is_duplicate(const Alert& alert);
  void forget_old(std::int64_t newest);

  std::unordered_map<std::string, std::vector<Entry>> by_key_;   ///< sorted by `order`
  std::unordered_set<std::string> seen_;                         ///< ids of firings
  std::deque<std::pair<std::int64_t, std::string>> seen_order_;  ///< in the order of arrival
  std::int64_t newest_ = INT64_MIN;
  std::size_t purge_at_ = 4096;
};

}  // namespace shrike
