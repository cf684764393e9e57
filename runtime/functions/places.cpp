// Places on Earth: place distance speed.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "runtime/functions/topics.hpp"

namespace shrike {
namespace {

constexpr double kEarthRadiusKm = 6371.0088;  // mean radius of WGS 84 (IUGG)
constexpr double kNanosecondsPerHour = 3600e9;
constexpr double kShortestHours = 1.0 / 3600;

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

/// Great-circle distance by the haversine formula.
double kilometres(const Place& a, const Place& b) {
  const double up = std::sin(radians(b.latitude - a.latitude) / 2);
  const double across = std::sin(radians(b.longitude - a.longitude) / 2);
  const double h = up * up + std::cos(radians(a.latitude)) * std::cos(radians(b.latitude)) * across * across;
  return 2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(h)));
}

Value place(CallContext& context, std::span<const Value> arguments) {
  const double latitude = arguments[0].number;
  const double longitude = arguments[1].number;
  if (std::abs(latitude) > 90 || std::abs(longitude) > 180) return {};
  auto* const result = context.arena.allocate_array<Place>(1);
  if (result == nullptr) return {};
  *result = {latitude, longitude};
  return Value::of_place(result);
}

Value distance(CallContext&, std::span<const Value> arguments) {
  return Value::of_float(kilometres(*arguments[0].place, *arguments[1].place));
}

Value speed(CallContext&, std::span<const Value> arguments) {
  const double hours = std::abs(static_cast<double>(arguments[2].integer)) / kNanosecondsPerHour;
  return Value::of_float(kilometres(*arguments[0].place, *arguments[1].place) /
                         std::max(hours, kShortestHours));
}

constexpr FunctionRow kRows[] = {
    {"place(latitude: float, longitude: float): place", place, 4, false,
     "The place at these degrees; missing when they are out of range.", "has place(35.7, 139.7)"},
    {"distance(a: place, b: place): float", distance, 30, false,
     "Kilometres between two places, along the Earth's surface.",
     "distance(place(35.7, 139.7), place(35.7, 139.7)) == 0.0"},
    {"speed(a: place, b: place, elapsed: duration): float", speed, 32, false,
     "Kilometres per hour needed to get from one place to the other in that time, counted as a second at "
     "least.",
     "speed(place(0.0, 0.0), place(0.0, 90.0), 1h) > 10000.0"},
};

}  // namespace

std::span<const FunctionRow> place_functions() { return kRows; }

}  // namespace shrike
