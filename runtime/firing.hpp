// A firing: an alert before `quiet` has had its say, with what decides whether it stands. Used by the engine
// and the ledgers.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/time_math.hpp"
#include "shrike/alert.hpp"

namespace shrike {

struct Firing {
  Alert alert;
  std::string event_class;
  std::string event_id;
  std::int64_t quiet = 0;  ///< nanoseconds; 0: every firing stands
  std::string quiet_key;   ///< rule, tenant and folded key values; empty when `quiet` does not apply
};

/// The order of firings: time, class, event id, rule, key; never arrival. Comparable as bytes.
std::string order_key(const Firing& firing);

/// Whether a firing is held back by the standing one that began the quiet time.
inline bool is_quieted(std::int64_t time, int score, std::int64_t quiet, std::int64_t since, int score_then) {
  return saturating_subtract(time, since) < quiet && score <= score_then;
}

}  // namespace shrike
