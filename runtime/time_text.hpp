// Times and durations to and from text, in every form the logs use. Times are nanoseconds since 1970 UTC;
// what does not fit (before 1677-09-21, after 2262-04-11) is nothing. Pure, thread safe, without allocation
// except where text is returned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shrike {

/// A point in time, blanks around it allowed:
/// - ISO 8601: "2026-01-31", "2026-01-31T09:00[:00[.123456789]]", "T" or one blank between, hour of one digit
///   allowed, then Z, an offset ("+01:00", "-0500", "+01"), "UTC", "GMT" or nothing, which means UTC;
/// - US order: "M/D/YYYY h:mm[:ss[.fff]] [AM|PM]" with or without leading zeros or a comma behind the date,
///   12-hour or 24-hour clock, optional zone as above; "M/D/YYYY" alone;
/// - "/Date(1728364117000)/", also with "\/" and with an offset inside (which does not move the instant);
/// - digits alone: 9 or 10 are seconds since 1970 (minus sign and decimals allowed), 12 or 13 milliseconds.
/// Decimals beyond nanoseconds are cut off. Second 60 counts as the next minute's first.
std::optional<std::int64_t> parse_time(std::string_view text) noexcept;

/// A number that stands for a time: seconds since 1970 up to 2262, from 1e11 on milliseconds. Nothing else.
std::optional<std::int64_t> time_of_number(std::int64_t number) noexcept;
std::optional<std::int64_t> time_of_number(double number) noexcept;

/// "2026-01-31T09:00:00Z", RFC 3339 in UTC with as many decimals as needed.
std::string format_time(std::int64_t nanoseconds);
void append_time(std::string& out, std::int64_t nanoseconds);

/// A duration of the language: "500ms", "90s", "10m", "24h", "30d", "2w"; decimals and a minus sign allowed
/// ("1.5h").
std::optional<std::int64_t> parse_duration(std::string_view text) noexcept;

/// A .NET TimeSpan: "[-][d.]hh:mm:ss[.fffffff]", as in "00:00:00" and "1.00:00:00".
std::optional<std::int64_t> parse_timespan(std::string_view text) noexcept;

/// The largest of d, h, m, s that divides it, else ms, with decimals where it is not a whole number of those:
/// "90m", "7d", "1500ms", "0.25ms". parse_duration reads it back to the same number.
std::string format_duration(std::int64_t nanoseconds);
void append_duration(std::string& out, std::int64_t nanoseconds);
/// For people, about: the largest unit and the next smaller one, the rest cut off: "27m 55s", "2d", "40ms".
std::string format_span(std::int64_t nanoseconds);

/// Days since 1970-01-01 of a date in the Gregorian calendar, and back.
struct CivilDate {
  std::int64_t year;
  unsigned month;
  unsigned day;
};
std::int64_t days_from_civil(CivilDate date) noexcept;
CivilDate civil_from_days(std::int64_t days) noexcept;

}  // namespace shrike
