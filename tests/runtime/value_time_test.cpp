// Every form of time that the logs use, durations of the language and .NET, ranges, and text that reads back.
#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <string>

#include "runtime/time_text.hpp"

using namespace shrike;

namespace {

std::string time_of(std::string_view text) {
  const auto time = parse_time(text);
  return time ? format_time(*time) : "-";
}

std::string number(auto value) {
  const auto time = time_of_number(value);
  return time ? format_time(*time) : "-";
}

std::string duration(std::string_view text) {
  const auto value = parse_duration(text);
  return value ? format_duration(*value) : "-";
}

std::string span(std::string_view text) {
  const auto value = parse_timespan(text);
  return value ? format_duration(*value) : "-";
}

}  // namespace

TEST_CASE("spans for people have the two largest units") {
  constexpr std::int64_t kMs = 1'000'000, kS = 1000 * kMs, kM = 60 * kS, kH = 60 * kM, kD = 24 * kH;
  CHECK(format_span(0) == "0s");
  CHECK(format_span(40 * kMs) == "40ms");
  CHECK(format_span(kMs / 4) == "0.25ms");
  CHECK(format_span(55 * kS + 370 * kMs) == "55s");
  CHECK(format_span(27 * kM + 55 * kS + 823 * kMs) == "27m 55s");
  CHECK(format_span(90 * kM) == "1h 30m");
  CHECK(format_span(kD + 59 * kM) == "1d");
  CHECK(format_span(-(3 * kH + 5 * kM)) == "-3h 5m");
  CHECK(format_span(INT64_MIN) == "-106751d 23h");
  CHECK(format_span(14 * kD) == "14d");
}

TEST_CASE("ISO times with and without zone, decimals, T") {
  CHECK(time_of("2024-10-08T06:35:17") == "2024-10-08T06:35:17Z");
  CHECK(time_of("2024-10-08T06:35:17Z") == "2024-10-08T06:35:17Z");
  CHECK(time_of("2024-10-08t06:35:17z") == "2024-10-08T06:35:17Z");
  CHECK(time_of("2025-07-24T15:32:44.2442191Z") == "2025-07-24T15:32:44.2442191Z");
  CHECK(time_of("2025-07-24T15:32:44.2442191+00:00") == "2025-07-24T15:32:44.2442191Z");
  CHECK(time_of("2025-07-24T15:32:44.000Z") == "2025-07-24T15:32:44Z");
  CHECK(time_of("2023-10-26T5:32:08.107Z") == "2023-10-26T05:32:08.107Z");
  CHECK(time_of("2023-10-26 05:32:08.123456789") == "2023-10-26T05:32:08.123456789Z");
  CHECK(time_of("2023-10-26T05:32:08.1234567899Z") == "2023-10-26T05:32:08.123456789Z");
  CHECK(time_of("2023-10-26T05:32:08+05:30") == "2023-10-26T00:02:08Z");
  CHECK(time_of("2023-10-26T00:32:08-0100") == "2023-10-26T01:32:08Z");
  CHECK(time_of("2023-10-26T05:32:08 +02") == "2023-10-26T03:32:08Z");
  CHECK(time_of("2023-10-26 05:32:08 UTC") == "2023-10-26T05:32:08Z");
  CHECK(time_of("2023-10-26 05:32:08 +0000 UTC") == "2023-10-26T05:32:08Z");
  CHECK(time_of("2023-10-26T05:32Z") == "2023-10-26T05:32:00Z");
  CHECK(time_of("2026-01-31") == "2026-01-31T00:00:00Z");
  CHECK(time_of(" 2026-01-31T09:00:00Z\r\n") == "2026-01-31T09:00:00Z");
  CHECK(time_of("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00Z");
  CHECK(time_of("2024-02-29T00:00:00Z") == "2024-02-29T00:00:00Z");
}

TEST_CASE("US order with both clocks") {
  CHECK(time_of("3/24/2022 2:42:35 PM") == "2022-03-24T14:42:35Z");
  CHECK(time_of("3/24/2022 2:42:35 am") == "2022-03-24T02:42:35Z");
  CHECK(time_of("3/24/2022 12:00:00 AM") == "2022-03-24T00:00:00Z");
  CHECK(time_of("3/24/2022 12:00:00 PM") == "2022-03-24T12:00:00Z");
  CHECK(time_of("03/04/2022 14:42:35") == "2022-03-04T14:42:35Z");
  CHECK(time_of("03/04/2022 14:42:35 +01:00") == "2022-03-04T13:42:35Z");
  CHECK(time_of("3/24/2022 2:42:35 PM +01:00") == "2022-03-24T13:42:35Z");
  CHECK(time_of("4/26/2021, 7:17:10.000 AM") == "2021-04-26T07:17:10Z");
  CHECK(time_of("4/26/2021, 7:17:10.125 PM") == "2021-04-26T19:17:10.125Z");
  CHECK(time_of("4/26/2021 7:17 PM") == "2021-04-26T19:17:00Z");
  CHECK(time_of("4/26/2021 7:17:10\xE2\x80\xAFPM") == "2021-04-26T19:17:10Z");
  CHECK(time_of("12/31/2021") == "2021-12-31T00:00:00Z");
}

TEST_CASE("Microsoft dates and numbers") {
  CHECK(time_of("/Date(1728364117000)/") == "2024-10-08T05:08:37Z");
  CHECK(time_of("\\/Date(1728364117000)\\/") == "2024-10-08T05:08:37Z");
  CHECK(time_of("/Date(1728364117123+0200)/") == "2024-10-08T05:08:37.123Z");
  CHECK(time_of("/Date(-1000)/") == "1969-12-31T23:59:59Z");
  CHECK(time_of("1728364117") == "2024-10-08T05:08:37Z");
  CHECK(time_of("1728364117.25") == "2024-10-08T05:08:37.25Z");
  CHECK(time_of("1728364117123") == "2024-10-08T05:08:37.123Z");
  CHECK(number(std::int64_t{1728364117}) == "2024-10-08T05:08:37Z");
  CHECK(number(std::int64_t{1728364117123}) == "2024-10-08T05:08:37.123Z");
  CHECK(number(1728364117.5) == "2024-10-08T05:08:37.5Z");
  CHECK(number(std::int64_t{0}) == "1970-01-01T00:00:00Z");
  CHECK(number(std::int64_t{-1}) == "1969-12-31T23:59:59Z");
  CHECK(number(-0.5) == "1969-12-31T23:59:59.5Z");
  CHECK(number(std::int64_t{99'999'999'999}) == "-");
  CHECK(number(std::numeric_limits<std::int64_t>::max()) == "-");
  CHECK(number(std::numeric_limits<std::int64_t>::min()) == "-");
  CHECK(number(1e300) == "-");
  CHECK(number(std::numeric_limits<double>::quiet_NaN()) == "-");
}

TEST_CASE("what is no time gives nothing") {
  for (const char* bad : {"",
                          "now",
                          "2026",
                          "2026-13-01",
                          "2026-02-29",
                          "2026-00-10",
                          "2026-01-32",
                          "2026-01-31T",
                          "2026-01-31T24:00:00",
                          "2026-01-31T09",
                          "2026-01-31T09:60:00",
                          "2026-01-31T09:00:61",
                          "2026-01-31T09:00:00.",
                          "2026-01-31T09:00:00X",
                          "2026-01-31T09:00:00Zx",
                          "2026-01-31T09:00:00+",
                          "2026-01-31T09:00:00+25:00",
                          "2026-01-31T09:00:00+01:0",
                          "24/3/2022 1:00:00",
                          "2/30/2022 1:00:00",
                          "3/24/22 1:00:00",
                          "3/24/2022 13:00:00 AM",
                          "3/24/2022 0:10:00 PM",
                          "/Date()/",
                          "/Date(12",
                          "/Date(12)",
                          "/Date(x)/",
                          "20240101",
                          "20240101120000",
                          "99999999999",
                          "1.5",
                          "<null>",
                          "0001-01-01T00:00:00",
                          "9999-12-31T23:59:59Z"}) {
    CAPTURE(bad);
    CHECK(time_of(bad) == "-");
  }
}

TEST_CASE("the range of times is exact at both ends") {
  CHECK(time_of("1677-09-21T00:12:43.145224192Z") == "1677-09-21T00:12:43.145224192Z");
  CHECK(time_of("1677-09-21T00:12:43.145224191Z") == "-");
  CHECK(time_of("2262-04-11T23:47:16.854775807Z") == "2262-04-11T23:47:16.854775807Z");
  CHECK(time_of("2262-04-11T23:47:16.854775808Z") == "-");
  CHECK(time_of("2262-04-12T00:47:16+01:00") == "2262-04-11T23:47:16Z");
}

TEST_CASE("every time reads back from its text") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20000; ++i) {
    const auto time = static_cast<std::int64_t>(random());
    REQUIRE(parse_time(format_time(time)) == time);
    REQUIRE(parse_duration(format_duration(time)) == time);
    const auto days = time / 86'400'000'000'000;
    const CivilDate date = civil_from_days(days);
    REQUIRE(days_from_civil(date) == days);
  }
}

TEST_CASE("durations of the language") {
  CHECK(duration("500ms") == "500ms");
  CHECK(duration("90s") == "90s");
  CHECK(duration("60s") == "1m");
  CHECK(duration("90m") == "90m");
  CHECK(duration("24h") == "1d");
  CHECK(duration("30d") == "30d");
  CHECK(duration("2w") == "14d");
  CHECK(duration("1.5h") == "90m");
  CHECK(duration("0.25ms") == "0.25ms");
  CHECK(duration("-0.25ms") == "-0.25ms");
  CHECK(duration("-90m") == "-90m");
  CHECK(duration("0d") == "0s");
  for (const char* bad :
       {"", "5", "m", "5x", "5 m", "5m ago", "--5m", "1.h", "106752d", "999999999999999999w"}) {
    CAPTURE(bad);
    CHECK(duration(bad) == "-");
  }
}

TEST_CASE(".NET time spans") {
  CHECK(span("00:00:00") == "0s");
  CHECK(span("1.00:00:00") == "1d");
  CHECK(span("-00:01:30") == "-90s");
  CHECK(span("12:30:15.5000000") == "45015500ms");
  for (const char* bad : {"", "1", "24:00:00", "1.24:00:00", "00:60:00", "00:00:60", "00:00", "1.1.1",
                          "00:00:00x", "99999999.00:00:00"}) {
    CAPTURE(bad);
    CHECK(span(bad) == "-");
  }
}
