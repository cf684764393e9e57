// Each aggregate on a few events, from the sentences of the manual's section 5.
#include "tests/reference/state_case.hpp"

using namespace shrike::reference;

namespace {

constexpr const char* kSizes = R"(
signin 0   e1 user=a size=4 country=JP tags=x
signin 10m e2 user=a country=US
signin 20m e3 user=A size=1 country=jp tags=x,y
signin 70m e4 user=a size=7 country=US
)";

}  // namespace

TEST_CASE("count is the number of kept events, e included") {
  CHECK(given("count()", kSizes) == "1 | 2 | 3 | 2");  // at 70m the window is (10m, 70m]
  CHECK(given("count(where size > 2)", kSizes) == "1 | 1 | 1 | 1");
  CHECK(given("count(last 10m)", kSizes) == "1 | 1 | 1 | 1");  // (t - 10m, t] is open at its beginning
  CHECK(given("count(last 11m)", kSizes) == "1 | 2 | 2 | 1");
  CHECK(given("count(where country == this.country)", kSizes) == "1 | 1 | 2 | 1");
}

TEST_CASE("distinct counts different values without regard to letter case") {
  CHECK(given("distinct(country)", kSizes) == "1 | 2 | 2 | 2");
  CHECK(given("distinct(size)", kSizes) == "1 | 1 | 2 | 2");
  CHECK(given("distinct(country, size)", kSizes) == "1 | 1 | 2 | 2");  // e2 lacks one of them
  CHECK(given("distinct(size where country == \"US\")", kSizes) == "0 | 0 | 0 | 1");
  CHECK(given("distinct(token)", "signin 0 e1 user=a token=x\nsignin 1m e2 user=a token=X") == "1 | 2");
}

TEST_CASE("values come in the order in which they were first kept, each in its first spelling") {
  CHECK(given("values(country)", kSizes) == "JP | JP, US | JP, US | jp, US");
  CHECK(given("len(values(size where size > 100))", kSizes) == "0 | 0 | 0 | 0");
}

TEST_CASE("sum, min, max, avg and percentile pass over events whose argument is missing") {
  CHECK(given("sum(size)", kSizes) == "4 | 4 | 5 | 8");
  CHECK(given("sum(size where country == \"FR\")", kSizes) == "0 | 0 | 0 | 0");
  CHECK(given("min(size)", kSizes) == "4 | 4 | 1 | 1");
  CHECK(given("max(size last 5m)", kSizes) == "4 | ? | 1 | 7");
  CHECK(given("avg(size)", kSizes) == "4.0 | 4.0 | 2.5 | 4.0");
  CHECK(given("avg(size where size > 100)", kSizes) == "? | ? | ? | ?");
  // 50 percent of {4, 1} are not above 1; of {1, 7} as well.
  CHECK(given("percentile(size, 50)", kSizes) == "4.0 | 4.0 | 1.0 | 1.0");
  CHECK(given("percentile(size, 51)", kSizes) == "4.0 | 4.0 | 4.0 | 7.0");
  CHECK(given("max(time) - min(time)", kSizes) == "0s | 10m | 20m | 50m");
}

TEST_CASE("sums that do not fit are missing; durations stay durations") {
  const char* big =
      "signin 0 e1 user=a size=9223372036854775807\nsignin 1m e2 user=a size=1\n"
      "signin 2m e3 user=a size=-1";
  CHECK(given("sum(size)", big) == "9223372036854775807 | ? | 9223372036854775807");
  const char* gaps = "signin 0 e1 user=a gap=1m ratio=0.5\nsignin 1m e2 user=a gap=2m ratio=1.0";
  CHECK(given("sum(gap)", gaps) == "1m | 3m");
  CHECK(given("avg(gap)", gaps) == "1m | 1m 30s");
  CHECK(given("percentile(gap, 95)", gaps) == "1m | 2m");
  CHECK(given("sum(ratio)", gaps) == "0.5 | 1.5");
}

TEST_CASE("first is the earliest, prev the newest before e") {
  CHECK(given("first(size)", kSizes) == "4 | 4 | 4 | 1");  // e1 and e2 have left the window
  CHECK(given("first(country)", kSizes) == "JP | JP | JP | jp");
  CHECK(given("prev(country)", kSizes) == "? | JP | US | jp");
  CHECK(given("prev(size)", kSizes) == "? | 4 | 4 | 1");
  CHECK(given("prev(country where size > 2)", kSizes) == "? | JP | JP | ?");
  CHECK(given("time - prev(time)", kSizes) == "? | 10m | 10m | 50m");
}

TEST_CASE("first moves as the window slides") {
  const char* log =
      "signin 0 e1 user=a country=JP\nsignin 30m e2 user=a country=US\n"
      "signin 60m e3 user=a country=US";
  CHECK(ids(firings_of(when("country != first(country)"), log)) == "e2");
}

TEST_CASE("new looks at what was kept before e") {
  CHECK(given("new(country)", kSizes) == "true | true | false | true");  // e2 has left the window
  CHECK(given("new(size)", kSizes) == "true | ? | true | true");
  CHECK(given("new(country, size)", kSizes) == "true | ? | true | true");
  // e's own value as it is, whatever the `where` says: no US with a size was kept before.
  CHECK(given("new(country where size > 2)", kSizes) == "true | true | false | true");
  CHECK(given("new(country last 5m)", kSizes) == "true | true | true | true");
}

TEST_CASE("span is the time from first to newest") {
  CHECK(given("span()", kSizes) == "0s | 10m | 20m | 50m");
  CHECK(given("span(where size > 2)", kSizes) == "0s | 0s | 0s | 0s");
  CHECK(given("span(where size > 5)", kSizes) == "? | ? | ? | 0s");
}

TEST_CASE("regularity is the standard deviation of the gaps over their mean") {
  CHECK(given("regularity()",
              "signin 0 e1 user=a\nsignin 5m e2 user=a\nsignin 10m e3 user=a\n"
              "signin 25m e4 user=a") == "? | ? | 0.0 | 0.565685424949238");
  CHECK(given("regularity()", "signin 0 e1 user=a\nsignin 0 e2 user=a\nsignin 0 e3 user=a") == "? | ? | ?");
}

TEST_CASE("age counts from the event since which the key has been kept without a break") {
  const char* log =
      "signin 0 e1 user=a\nsignin 50m e2 user=a\nsignin 100m e3 user=a\nsignin 160m e4 user=a\n"
      "signin 219m e5 user=a\nsignin 219m x1 user=b";
  // 60m after the one before is no longer less than `within`.
  CHECK(given("age()", log) == "0s | 50m | 1h 40m | 0s | 59m | 0s");
}

TEST_CASE("watched counts from the earliest event of the tenant that passed on … where") {
  const char* log =
      "signin 0 e0 user=a size=0\nsignin 1m e1 size=2\nsignin 5m e2 user=a size=2\n"
      "signin 9m e3 user=b size=2\nsignin 10m e4 user=a tenant=t size=2";
  const std::string rule =
      "rule r \"R\" { severity low on signin where size > 1 each user within 1h when has time say "
      "\"{watched()}\" }";
  CHECK(messages(firings_of(rule, log)) == "4m | 8m | 0s");
}

TEST_CASE("usual_count is a percentile of the counts of the clock hours before this one that had any") {
  const char* log =
      "signin 1m e1 user=a\nsignin 2m e2 user=a\nsignin 12m e3 user=a\nsignin 21m e4 user=a\n"
      "signin 40m e5 user=a";
  CHECK(given("usual_count(10m, 95)", log) == "0 | 0 | 2 | 2 | 2");
  CHECK(given("usual_count(10m, 50)", log) == "0 | 0 | 2 | 1 | 1");
  CHECK(given("usual_count(10m, 95 where user == \"b\")", log) == "0 | 0 | 0 | 0 | 0");
}

TEST_CASE("a let means what its text would mean where it is used") {
  const std::string rule =
      "rule r \"R\" { severity low let big = size > 2 let bigs = count(where big) on signin each user within "
      "1h "
      "when bigs >= 1 score 20, +30 if big, 10 * bigs say \"{bigs}\" }";
  const auto firings = firings_of(rule, kSizes);
  CHECK(ids(firings) == "e1 e2 e3 e4");
  CHECK(firings[0].score == 60);
  CHECK(firings[1].score == 30);
}

TEST_CASE("a parameter may be within and last") {
  const std::string rule =
      "rule r \"R\" { severity low param d: duration = 15m on signin each user within d when count(last d) "
      ">= 2 }";
  CHECK(ids(firings_of(rule, kSizes)) == "e2 e3");
}
