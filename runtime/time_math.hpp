// Arithmetic of times and durations in nanoseconds that stops at the ends of the range instead of
// overflowing.
#pragma once

#include <cstdint>

namespace shrike {

inline std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? INT64_MIN : INT64_MAX;
}

inline std::int64_t saturating_subtract(std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return a < 0 ? INT64_MIN : INT64_MAX;
}

/// Whether `time` lies `width` or more before `now`; no times overflow.
inline bool is_past(std::int64_t time, std::int64_t now, std::int64_t width) {
  return static_cast<std::uint64_t>(now) - static_cast<std::uint64_t>(time) >=
             static_cast<std::uint64_t>(width) &&
         time <= now;
}

}  // namespace shrike
