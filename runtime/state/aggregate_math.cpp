#include "runtime/state/aggregate_math.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/vm_operations.hpp"

namespace shrike {

bool is_measure(const Value& value) {
  return value.kind == Kind::kInt || (value.kind == Kind::kFloat && !std::isnan(value.number)) ||
         value.kind == Kind::kDuration || value.kind == Kind::kTime;
}

bool is_less(const Value& a, const Value& b) {
  const auto sort_of = [](const Value& v) { return v.kind == Kind::kFloat ? Kind::kInt : v.kind; };
  return sort_of(a) != sort_of(b) ? sort_of(a) < sort_of(b) : compare(a, b, false) < 0;
}

double number_of(const Value& value) {
  return value.kind == Kind::kFloat ? value.number : static_cast<double>(value.integer);
}

std::size_t nearest_rank(double percentage, std::size_t count) {
  const double share = std::clamp(percentage, 0.0, 100.0) / 100 * static_cast<double>(count);
  const auto rank = static_cast<std::size_t>(std::ceil(share));
  return std::min(std::max<std::size_t>(rank, 1), count) - 1;
}

Value as_percentile(const Value& value) {
  return value.kind == Kind::kInt ? Value::of_float(static_cast<double>(value.integer)) : value;
}

Value total(Wide sum, std::size_t count, Kind kind, bool mean) {
  if (count == 0) return mean ? Value{} : Value::of_int(0);
  const bool is_duration = kind == Kind::kDuration;
  if (mean && !is_duration) return Value::of_float(static_cast<double>(sum) / static_cast<double>(count));
  if (mean) sum /= static_cast<Wide>(count);
  if (sum > INT64_MAX || sum < INT64_MIN) return {};
  const auto number = static_cast<std::int64_t>(sum);
  return is_duration ? Value::of_duration(number) : Value::of_int(number);
}

Wide gap_of(std::int64_t earlier, std::int64_t later) {
  constexpr Wide kMicrosecond = 1000;
  return (Wide(later) - Wide(earlier)) / kMicrosecond;
}

Value regularity(Wide gaps, Wide squares, std::size_t events) {
  if (events < 3 || gaps == 0) return {};
  const auto count = static_cast<Wide>(events - 1);
  const auto spread = static_cast<double>(count * squares - gaps * gaps);
  return Value::of_float(std::sqrt(spread) / static_cast<double>(gaps));
}

Value usual_count(const std::map<std::int64_t, std::int64_t>& buckets, std::int64_t now, double percentage) {
  std::vector<std::int64_t> counts;
  for (const auto& [bucket, count] : buckets) {
    if (bucket < now) counts.push_back(count);
  }
  if (counts.empty()) return Value::of_int(0);
  const auto rank = static_cast<std::ptrdiff_t>(nearest_rank(percentage, counts.size()));
  std::nth_element(counts.begin(), counts.begin() + rank, counts.end());
  return Value::of_int(counts[static_cast<std::size_t>(rank)]);
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

}  // namespace shrike
