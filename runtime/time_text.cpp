// A small cursor over the text reads the forms one after another; all of them end in one range-checked sum.
// The calendar algorithms are those of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
#include "runtime/time_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace shrike {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

using Nanoseconds = std::optional<std::int64_t>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Nanoseconds multiply(std::int64_t a, std::int64_t b) {
  std::int64_t result;
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

Nanoseconds add(Nanoseconds a, Nanoseconds b) {
  std::int64_t result;
  if (!a || !b || __builtin_add_overflow(*a, *b, &result)) return std::nullopt;
  return result;
}

/// Reads forward; every function leaves the place unchanged when it does not find what it looks for.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool take(char c) {
    if (peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// ASCII letters without regard to case; `word` is lower case.
  bool take_word(std::string_view word) {
    if (rest_.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      const char c = rest_[i];
      if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c) != word[i]) return false;
    }
    rest_.remove_prefix(word.size());
    return true;
  }

  /// One blank: also the no-break spaces U+00A0 and U+202F that newer libraries put before AM and PM.
  bool take_blank() { return take(' ') || take('\t') || take_word("\xE2\x80\xAF") || take_word("\xC2\xA0"); }
  bool take_blanks() {
    if (!take_blank()) return false;
    while (take_blank()) {
    }
    return true;
  }

  /// Between `least` and `most` digits, and no digit after them.
  std::optional<std::int64_t> number(std::size_t least, std::size_t most) {
    std::size_t size = 0;
    std::int64_t value = 0;
    while (size < rest_.size() && is_digit(rest_[size])) {
      if (size == most) return std::nullopt;
      value = value * 10 + (rest_[size++] - '0');
    }
    if (size < least) return std::nullopt;
    rest_.remove_prefix(size);
    return value;
  }

  /// Digits behind a decimal point as parts of 1e9; further ones are cut off.
  std::optional<std::int64_t> decimals() {
    std::size_t size = 0;
    std::int64_t value = 0;
    std::int64_t unit = kSecond;
    for (; size < rest_.size() && is_digit(rest_[size]); ++size) {
      if (unit == 1) continue;
      unit /= 10;
      value += unit * (rest_[size] - '0');
    }
    if (size == 0) return std::nullopt;
    rest_.remove_prefix(size);
    return value;
  }

 private:
  std::string_view rest_;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::optional<std::int64_t> days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return std::nullopt;
  const int last = kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && is_leap(year) ? 1 : 0);
  if (day > last) return std::nullopt;
  return days_from_civil({year, static_cast<unsigned>(month), static_cast<unsigned>(day)});
}

/// A clock reading from `hour` on: minutes, optional seconds with decimals.
Nanoseconds read_clock(Cursor& in, std::int64_t hour) {
  if (hour > 23 || !in.take(':')) return std::nullopt;
  const auto minute = in.number(2, 2);
  if (!minute || *minute > 59) return std::nullopt;
  std::int64_t total = hour * kHour + *minute * kMinute;
  if (!in.take(':')) return total;
  const auto second = in.number(2, 2);
  if (!second || *second > 60) return std::nullopt;
  total += *second * kSecond;
  if (!in.take('.') && !in.take(',')) return total;
  const auto part = in.decimals();
  if (!part) return std::nullopt;
  return total + *part;
}

/// Z, UTC, GMT or an offset, up to the end of the text; nothing means UTC. Gives what to subtract.
Nanoseconds read_zone(Cursor& in) {
  in.take_blanks();
  std::int64_t offset = 0;
  const char sign = in.peek();
  if (sign == '+' || sign == '-') {
    in.take(sign);
    auto hours = in.number(4, 4);
    std::int64_t minutes = 0;
    if (hours) {
      minutes = *hours % 100;
      hours = *hours / 100;
    } else {
      hours = in.number(1, 2);
      if (!hours) return std::nullopt;
      if (in.take(':')) {
        const auto read = in.number(2, 2);
        if (!read) return std::nullopt;
        minutes = *read;
      }
    }
    if (*hours > 23 || minutes > 59) return std::nullopt;
    offset = *hours * kHour + minutes * kMinute;
    if (sign == '-') offset = -offset;
    in.take_blanks();
    if (offset == 0 && !in.at_end() && !in.take_word("utc")) return std::nullopt;
  } else if (!in.at_end()) {
    if (!in.take_word("z") && !in.take_word("utc") && !in.take_word("gmt")) return std::nullopt;
  }
  if (!in.at_end()) return std::nullopt;
  return offset;
}

Nanoseconds sum(std::int64_t days, std::int64_t clock, std::int64_t offset) {
  // Whole seconds cannot overflow. Those before the epoch are counted from their end, so that the earliest
  // second, of which only a part fits, is not lost.
  const std::int64_t seconds = days * (kDay / kSecond) + clock / kSecond - offset / kSecond;
  const std::int64_t part = clock % kSecond;
  if (seconds < 0) return add(multiply(seconds + 1, kSecond), part - kSecond);
  return add(multiply(seconds, kSecond), part);
}

Nanoseconds read_iso(Cursor in) {
  const auto year = in.number(4, 4);
  if (!year || !in.take('-')) return std::nullopt;
  const auto month = in.number(1, 2);
  if (!month || !in.take('-')) return std::nullopt;
  const auto day = in.number(1, 2);
  if (!day) return std::nullopt;
  const auto days = days_of(*year, *month, *day);
  if (!days) return std::nullopt;
  if (in.at_end()) return sum(*days, 0, 0);
  if (!in.take('T') && !in.take('t')) {
    in.take(',');
    if (!in.take_blanks()) return std::nullopt;
  }
  const auto hour = in.number(1, 2);
  if (!hour) return std::nullopt;
  const Nanoseconds clock = read_clock(in, *hour);
  const Nanoseconds offset = clock ? read_zone(in) : std::nullopt;
  if (!offset) return std::nullopt;
  return sum(*days, *clock, *offset);
}

/// `2026-01-31T09:00:00` or that with a Z: what most records have, read at its places. Nothing for any other
/// text, which is not wrong for that.
Nanoseconds read_common_iso(std::string_view text) {
  if (text.size() != 19 && !(text.size() == 20 && text[19] == 'Z')) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  unsigned largest = 0;
  const auto digit = [&](std::size_t at) {
    const unsigned value = static_cast<unsigned char>(text[at]) - unsigned{'0'};
    largest = std::max(largest, value);
    return static_cast<std::int64_t>(value);
  };
  const auto two = [&](std::size_t at) { return digit(at) * 10 + digit(at + 1); };
  const std::int64_t year = two(0) * 100 + two(2);
  const std::int64_t month = two(5), day = two(8), hour = two(11), minute = two(14), second = two(17);
  if (largest > 9 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto days = days_of(year, month, day);
  if (!days) return std::nullopt;
  return sum(*days, hour * kHour + minute * kMinute + second * kSecond, 0);
}

Nanoseconds read_us_order(Cursor in) {
  const auto month = in.number(1, 2);
  if (!month || !in.take('/')) return std::nullopt;
  const auto day = in.number(1, 2);
  if (!day || !in.take('/')) return std::nullopt;
  const auto year = in.number(4, 4);
  if (!year) return std::nullopt;
  const auto days = days_of(*year, *month, *day);
  if (!days) return std::nullopt;
  if (in.at_end()) return sum(*days, 0, 0);
  in.take(',');
  if (!in.take_blanks()) return std::nullopt;
  const auto hour = in.number(1, 2);
  if (!hour) return std::nullopt;
  Nanoseconds clock = read_clock(in, *hour);
  if (!clock) return std::nullopt;
  in.take_blanks();
  if (in.take_word("am")) {
    if (*hour > 12) return std::nullopt;
    if (*hour == 12) clock = *clock - 12 * kHour;
  } else if (in.take_word("pm")) {
    if (*hour == 0) return std::nullopt;
    if (*hour < 12) clock = *clock + 12 * kHour;
  }
  const Nanoseconds offset = read_zone(in);
  if (!offset) return std::nullopt;
  return sum(*days, *clock, *offset);
}

Nanoseconds read_microsoft_date(Cursor in) {
  in.take('\\');
  if (!in.take_word("/date(")) return std::nullopt;
  const bool negative = in.take('-');
  const auto milliseconds = in.number(1, 16);
  if (!milliseconds) return std::nullopt;
  if (in.take('+') || in.take('-')) {
    if (!in.number(4, 4)) return std::nullopt;
  }
  if (!in.take(')')) return std::nullopt;
  in.take('\\');
  if (!in.take('/') || !in.at_end()) return std::nullopt;
  return multiply(negative ? -*milliseconds : *milliseconds, 1'000'000);
}

Nanoseconds read_digits(std::string_view text) {
  Cursor in(text);
  const bool negative = in.take('-');
  const std::size_t digits = text.find_first_not_of("0123456789", negative ? 1 : 0);
  const std::size_t size = (digits == std::string_view::npos ? text.size() : digits) - (negative ? 1 : 0);
  if (size != 9 && size != 10 && size != 12 && size != 13) return std::nullopt;
  const auto whole = in.number(9, 13);
  if (!whole) return std::nullopt;
  std::int64_t part = 0;
  if (size <= 10 && in.take('.')) {
    const auto read = in.decimals();
    if (!read) return std::nullopt;
    part = *read;
  }
  if (!in.at_end()) return std::nullopt;
  const Nanoseconds total = add(multiply(*whole, size <= 10 ? kSecond : 1'000'000), part);
  return negative && total ? Nanoseconds{-*total} : total;
}

/// `whole` units and `decimal` parts of 1e9 of a unit.
Nanoseconds scaled(std::int64_t whole, std::int64_t decimal, std::int64_t unit) {
  // A unit is at most a week (6e14) and decimals at most 1e9: split so that the product fits.
  const std::int64_t fraction = decimal * (unit / 1'000'000) / 1000;
  return add(multiply(whole, unit), fraction);
}

void append_padded(std::string& out, std::int64_t value, int digits) {
  char text[20];
  for (int i = digits; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
  out.append(text, static_cast<std::size_t>(digits));
}

/// ".5" for 500 of 1000: decimals without trailing zeros, nothing for 0.
void append_decimals(std::string& out, std::int64_t value, int digits) {
  if (value == 0) return;
  out += '.';
  append_padded(out, value, digits);
  while (out.back() == '0') out.pop_back();
}

}  // namespace

std::int64_t days_from_civil(CivilDate date) noexcept {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t shifted_month = date.month > 2 ? date.month - 3 : date.month + 9;
  const std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate civil_from_days(std::int64_t days) noexcept {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<unsigned>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month = static_cast<unsigned>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

std::optional<std::int64_t> parse_time(std::string_view text) noexcept {
  if (const Nanoseconds common = read_common_iso(text)) return common;
  text = trimmed(text);
  if (text.size() < 8 || text.size() > 64) return std::nullopt;
  if (text[0] == '/' || text[0] == '\\') return read_microsoft_date(Cursor(text));
  if (text[1] == '/' || text[2] == '/') return read_us_order(Cursor(text));
  if (text[4] == '-') return read_iso(Cursor(text));
  return read_digits(text);
}

std::optional<std::int64_t> time_of_number(std::int64_t number) noexcept {
  constexpr std::int64_t kMilliseconds = 100'000'000'000;
  const bool seconds = number > -kMilliseconds && number < kMilliseconds;
  return multiply(number, seconds ? kSecond : 1'000'000);
}

std::optional<std::int64_t> time_of_number(double number) noexcept {
  if (!(std::fabs(number) < 1e18)) return std::nullopt;
  const double whole = std::floor(number);
  const bool seconds = std::fabs(number) < 1e11;
  const auto part = static_cast<std::int64_t>((number - whole) * (seconds ? 1e9 : 1e6));
  return add(multiply(static_cast<std::int64_t>(whole), seconds ? kSecond : 1'000'000), part);
}

void append_time(std::string& out, std::int64_t nanoseconds) {
  std::int64_t days = nanoseconds / kDay;
  std::int64_t rest = nanoseconds % kDay;
  if (rest < 0) {
    rest += kDay;
    days -= 1;
  }
  const CivilDate date = civil_from_days(days);
  append_padded(out, date.year, 4);
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
  out += 'T';
  append_padded(out, rest / kHour, 2);
  out += ':';
  append_padded(out, rest / kMinute % 60, 2);
  out += ':';
  append_padded(out, rest / kSecond % 60, 2);
  append_decimals(out, rest % kSecond, 9);
  out += 'Z';
}

std::string format_time(std::int64_t nanoseconds) {
  std::string out;
  append_time(out, nanoseconds);
  return out;
}

std::optional<std::int64_t> parse_duration(std::string_view text) noexcept {
  Cursor in(trimmed(text));
  const bool negative = in.take('-');
  const auto whole = in.number(1, 18);
  if (!whole) return std::nullopt;
  std::int64_t part = 0;
  if (in.take('.')) {
    const auto read = in.decimals();
    if (!read) return std::nullopt;
    part = *read;
  }
  std::int64_t unit = 0;
  if (in.take_word("ms")) {
    unit = 1'000'000;
  } else if (in.take_word("s")) {
    unit = kSecond;
  } else if (in.take_word("m")) {
    unit = kMinute;
  } else if (in.take_word("h")) {
    unit = kHour;
  } else if (in.take_word("d")) {
    unit = kDay;
  } else if (in.take_word("w")) {
    unit = 7 * kDay;
  }
  if (unit == 0 || !in.at_end()) return std::nullopt;
  const Nanoseconds total = scaled(*whole, part, unit);
  return negative && total ? Nanoseconds{-*total} : total;
}

std::optional<std::int64_t> parse_timespan(std::string_view text) noexcept {
  Cursor in(trimmed(text));
  const bool negative = in.take('-');
  std::int64_t days = 0;
  auto hours = in.number(1, 8);
  if (!hours) return std::nullopt;
  if (in.take('.')) {
    days = *hours;
    hours = in.number(1, 2);
    if (!hours) return std::nullopt;
  }
  if (*hours > 23 || !in.take(':')) return std::nullopt;
  const auto minutes = in.number(2, 2);
  if (!minutes || *minutes > 59 || !in.take(':')) return std::nullopt;
  const auto seconds = in.number(2, 2);
  if (!seconds || *seconds > 59) return std::nullopt;
  std::int64_t part = 0;
  if (in.take('.')) {
    const auto read = in.decimals();
    if (!read) return std::nullopt;
    part = *read;
  }
  if (!in.at_end()) return std::nullopt;
  const Nanoseconds total =
      add(multiply(days, kDay), *hours * kHour + *minutes * kMinute + *seconds * kSecond + part);
  return negative && total ? Nanoseconds{-*total} : total;
}

void append_duration(std::string& out, std::int64_t nanoseconds) {
  struct Unit {
    std::int64_t size;
    std::string_view name;
  };
  static constexpr Unit kUnits[] = {{kDay, "d"}, {kHour, "h"}, {kMinute, "m"}, {kSecond, "s"}};
  char text[24];
  const auto append = [&](std::int64_t number) {
    out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
  };
  if (nanoseconds == 0) {
    out += "0s";
    return;
  }
  for (const Unit& unit : kUnits) {
    if (nanoseconds % unit.size != 0) continue;
    append(nanoseconds / unit.size);
    out += unit.name;
    return;
  }
  const std::int64_t whole = nanoseconds / 1'000'000;
  const std::int64_t part = nanoseconds % 1'000'000;
  if (whole == 0 && part < 0) out += '-';
  append(whole);
  append_decimals(out, part < 0 ? -part : part, 6);
  out += "ms";
}

std::string format_duration(std::int64_t nanoseconds) {
  std::string out;
  append_duration(out, nanoseconds);
  return out;
}

std::string format_span(std::int64_t nanoseconds) {
  struct Unit {
    std::int64_t size;
    std::string_view name;
  };
  static constexpr Unit kUnits[] = {
      {kDay, "d"}, {kHour, "h"}, {kMinute, "m"}, {kSecond, "s"}, {1'000'000, "ms"}};
  std::string out;
  for (const auto* unit = std::begin(kUnits); unit != std::end(kUnits); ++unit) {
    const std::int64_t count = nanoseconds / unit->size;
    if (count == 0) continue;
    out = std::to_string(count) + std::string(unit->name);
    const auto* const next = unit + 1;
    // Parts of a second say nothing beside seconds.
    if (next == std::end(kUnits) || next->size < kSecond) return out;
    const std::int64_t rest = nanoseconds % unit->size / next->size;
    if (rest != 0) out += ' ' + std::to_string(rest < 0 ? -rest : rest) + std::string(next->name);
    return out;
  }
  return format_duration(nanoseconds);
}

}  // namespace shrike
