// Points in time: hour weekday since. Zones come from the system's time zone database.
#include <date/tz.h>

#include <chrono>
#include <exception>
#include <optional>

#include "runtime/functions/topics.hpp"
#include "runtime/time_text.hpp"

namespace shrike {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::size_t kLongestZoneName = 64;
constexpr std::string_view kWeekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                          "Thursday", "Friday", "Saturday"};

/// Nanoseconds since 1970 on the clocks of a zone; nothing for an unknown zone.
std::optional<std::int64_t> local_time(const Value& time, const Value& zone) {
  if (zone.is_missing()) return time.integer;
  const std::string_view name = zone.as_string();
  if (name.size() > kLongestZoneName) return std::nullopt;
  try {
    const date::time_zone* const found = date::locate_zone(std::string(name));
    const date::sys_seconds seconds{
        std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds(time.integer))};
    const std::int64_t offset = std::chrono::nanoseconds(found->get_info(seconds).offset).count();
    std::int64_t local;
    if (__builtin_add_overflow(time.integer, offset, &local)) return std::nullopt;
    return local;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// A zone that was given but does not exist gives missing, not UTC.
Value hour(CallContext&, std::span<const Value> arguments) {
  const auto local = local_time(arguments[0], arguments[1]);
  if (!local) return {};
  return Value::of_int(floor_div(*local, kHour) - floor_div(*local, kDay) * 24);
}

Value weekday(CallContext&, std::span<const Value> arguments) {
  const auto local = local_time(arguments[0], arguments[1]);
  if (!local) return {};
  const std::int64_t days = floor_div(*local, kDay) + 4;  // 1970-01-01 was a Thursday
  return Value::of_string(kWeekdays[days - floor_div(days, 7) * 7], Value::kAscii);
}

Value since(CallContext&, std::span<const Value> arguments) {
  std::int64_t elapsed;
  if (__builtin_sub_overflow(arguments[1].integer, arguments[0].integer, &elapsed)) return {};
  return Value::of_duration(elapsed);
}

constexpr FunctionRow kRows[] = {
    {"hour(time: time, zone?: string): int", hour, 40, false,
     "Hour of the day, 0 to 23, in UTC or in that zone.", "hour(2026-01-31T23:30:00Z, \"Asia/Tokyo\") == 8"},
    {"weekday(time: time, zone?: string): string", weekday, 40, false,
     "Name of the day, in UTC or in that zone.", "weekday(2026-01-31T09:00:00Z) == \"Saturday\""},
    {"since(earlier: time, later: time): duration", since, 4, false,
     "How long after the first time the second one is.",
     "since(2026-01-31T09:00:00Z, 2026-01-31T10:30:00Z) == 90m"},
};

}  // namespace

std::span<const FunctionRow> time_functions() { return kRows; }

}  // namespace shrike
