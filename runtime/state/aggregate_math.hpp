// The arithmetic of aggregates, shared by those that count anew and those that are kept up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "shrike/value.hpp"

namespace shrike {

/// Sums of 64-bit numbers without overflow.
__extension__ using Wide = __int128;

bool is_measure(const Value& value);
/// A whole order of measures, also of different kinds.
bool is_less(const Value& a, const Value& b);
/// An int, time or duration as it is; a float as it is.
double number_of(const Value& value);

/// Index of the least of `count` ascending values that at least that percentage does not exceed.
std::size_t nearest_rank(double percentage, std::size_t count);

/// A percentile of ints is a float.
Value as_percentile(const Value& value);

/// Sum or mean of `count` ints or durations; missing when it does not fit.
Value total(Wide sum, std::size_t count, Kind kind, bool mean);

/// Time between two events as regularity() takes it: whole microseconds.
Wide gap_of(std::int64_t earlier, std::int64_t later);
/// Coefficient of variation of the gaps between so many events.
Value regularity(Wide gaps, Wide squares, std::size_t events);

/// Percentile of the counts of the buckets before `now`; 0 when there are none.
Value usual_count(const std::map<std::int64_t, std::int64_t>& buckets, std::int64_t now, double percentage);

/// Rounds down.
std::int64_t floor_div(std::int64_t a, std::int64_t b);

}  // namespace shrike
