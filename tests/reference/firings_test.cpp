// Keys, order, duplicates, chains, exceptions and quiet, from the sentences of the manual's sections 5 to 9.
#include "tests/reference/state_case.hpp"

using namespace shrike::reference;

namespace {

std::string standing_ids(const std::string& rules, const std::string& log) {
  return ids(standing(firings_of(rules, log)));
}

const std::string kPlain = "rule one \"One\" { severity low on signin where ok score 30, +20 if size > 5 }\n";

}  // namespace

TEST_CASE("events of one tenant, class and id are one event") {
  CHECK(ids(firings_of(when("count() >= 2"), "signin 0 e1 user=a\nsignin 0 e1 user=a")).empty());
  CHECK(ids(firings_of(when("count() >= 2"), "signin 0 e1 user=a\nsignin 1m E1 user=a")) == "E1");
  CHECK(ids(firings_of(when("count() >= 2"), "signin 0 e1 user=a\nsignin 0 e1 user=a tenant=t")).empty());
}

TEST_CASE("events are ordered by time, then class, then id: never by arrival") {
  CHECK(ids(firings_of(when("count() == 2"), "signin 1m b user=a\nsignin 1m a user=a\nsignin 0 x user=c")) ==
        "b");
  const std::string both =
      "rule r \"R\" { severity low on signin, audit each user within 1h when count() == 1 say \"{class}\" }";
  CHECK(messages(firings_of(both, "signin 0 a user=x\naudit 0 z user=x")) == "audit");
}

TEST_CASE("a key part that is missing or empty takes no part") {
  CHECK(ids(firings_of(when("count() >= 1"), "signin 0 e1\nsignin 0 e2 user=\nsignin 0 e3 user=a")) == "e3");
}

TEST_CASE("a list key puts the event under each of its values, once") {
  const std::string rule =
      "rule r \"R\" { severity low on signin each tag = tags within 1h when count() >= 2 say \"{tag} "
      "{count()}\" }";
  CHECK(messages(firings_of(rule, "signin 0 e1 tags=p,P,q\nsignin 1m e2 tags=Q,,P")) == "P 2 | Q 2");
}

TEST_CASE("letter case counts in a key whose field is cased") {
  const std::string rule = "rule r \"R\" { severity low on signin each token within 1h when count() >= 2 }";
  CHECK(ids(firings_of(rule, "signin 0 e1 token=a\nsignin 1m e2 token=A\nsignin 2m e3 token=a")) == "e3");
}

TEST_CASE("on alert reads alerts: the event's fields, and rule, severity and score") {
  const std::string rules =
      kPlain +
      "rule r \"R\" { severity high on alert one where user != \"b\" each user within 1h when count() >= 2 "
      "say \"{rule} {severity} {score} {sum(score)} {session}\" }";
  const char* log =
      "signin 0 e1 user=a ok=true\nsignin 1m e2 user=a ok=false\n"
      "signin 2m e3 user=a ok=true size=9 session=s\nsignin 3m e4 user=b ok=true";
  CHECK(messages(firings_of(rules, log)) == "one low 50 80 s");
}

TEST_CASE("an alert stands after the event that it carries, by rule") {
  const std::string rules = kPlain + "rule two \"Two\" { severity low on signin where ok }\n" +
                            "rule r \"R\" { severity low on signin, alert two, alert one each user within 1h "
                            "when count() == 3 say \"{rule}\" }";
  CHECK(messages(firings_of(rules, "signin 0 e1 user=a ok=true")) == "two");
}

TEST_CASE("one key and event are one alert: the last in order counts") {
  const std::string rules = kPlain +
                            "rule r \"R\" { severity low on signin, alert one each user within 1h when has "
                            "time say \"{count()}\" }";
  CHECK(messages(firings_of(rules, "signin 0 e1 user=a ok=true")) == "2");
}

TEST_CASE("the alert of a rule and the event that made it fire count as the same event") {
  const std::string rules =
      kPlain + "rule r \"R\" { severity low each user within 1h sequence { a: alert one b: signin } }";
  CHECK(ids(firings_of(rules, "signin 0 e1 user=a ok=true")).empty());
  CHECK(ids(firings_of(rules, "signin 0 e1 user=a ok=true\nsignin 0 e2 user=a")) == "e2");
}

TEST_CASE("an alert has the time of its alert record") {
  const std::string rules =
      "rule gone \"Gone\" { severity low each user within 1h sequence { a: signin not b: audit within 10m } "
      "}\n"
      "rule r \"R\" { severity low on alert gone each user within 1h when has time say \"{time - "
      "2026-01-01}\" }";
  CHECK(messages(firings_of(rules, "signin 5m e1 user=a\nsignin 20m e2 user=b")) == "15m");
}

TEST_CASE("chains see every firing, quiet or not, but none that an exception drops") {
  const std::string rules =
      "rule one \"One\" { severity low on signin quiet 1d by user }\n"
      "rule r \"R\" { severity low on alert one each user within 1h when count() >= 2 }\n";
  const char* log = "signin 0 e1 user=a size=1\nsignin 1m e2 user=a size=2\nsignin 2m e3 user=a size=3";
  CHECK(ids(standing(firings_of(rules, log)), "one") == "e1");
  CHECK(ids(firings_of(rules, log)) == "e2 e3");
  CHECK(ids(firings_of(rules + "except one \"X\" { where size == 2 drop owner \"o\" until 2027-01-31 }",
                       log)) == "e3");
}

TEST_CASE("exceptions see what score sees, add up, and end with their day") {
  const auto score = [&](const std::string& exceptions, const std::string& log) {
    const auto firings = firings_of(when("count() == 2", "score 40, 10 * count()") + exceptions, log);
    return firings.empty() ? -1 : firings[0].score;
  };
  const char* log = "signin 0 e1 user=a\nsignin 1m e2 user=a tenant=\nsignin 2m e3 user=a";
  CHECK(score("", log) == 60);
  CHECK(score("except r \"X\" { where count() == 2 score -15 owner \"o\" until 2027-01-31 }", log) == 45);
  CHECK(score("except r \"X\" { score -15 owner \"o\" until 2026-01-01 }\n"
              "except r \"Y\" { score -5 * count() owner \"o\" until 2027-01-31 }",
              log) == 35);
  CHECK(score("except r \"X\" { drop owner \"o\" until 2025-12-31 }", log) == 60);
  CHECK(score("except r \"X\" { tenant \"other\" drop owner \"o\" until 2027-01-31 }", log) == 60);
  CHECK(score("except r \"X\" { drop owner \"o\" until 2027-01-31 }", log) == -1);
}

TEST_CASE("a score below the band of the severity lowers it") {
  const auto firings =
      firings_of("rule r \"R\" { severity high on signin score 90, -30 if ok, 5 if has user }",
                 "signin 0 e1 ok=false\nsignin 1m e2 ok=true");
  REQUIRE(firings.size() == 2);
  CHECK(firings[0].severity == shrike::Severity::kHigh);
  CHECK(firings[1].severity == shrike::Severity::kMedium);
}

TEST_CASE("without quiet: the within time by the each key") {
  const char* log = "signin 0 e1 user=a\nsignin 30m e2 user=A\nsignin 59m e3 user=b\nsignin 60m e4 user=a";
  CHECK(standing_ids(when("has time"), log) == "e1 e3 e4");
  CHECK(standing_ids("rule r \"R\" { severity low on signin }", log) == "e1 e2 e3 e4");
}

TEST_CASE("quiet by other keys; one with a missing part silences nothing") {
  const std::string rule = "rule r \"R\" { severity low on signin quiet 10m by session }";
  CHECK(standing_ids(rule,
                     "signin 0 e1 session=s\nsignin 1m e2 session=S\nsignin 2m e3\nsignin 3m e4\n"
                     "signin 9m e5 session=s\nsignin 10m e6 session=s") == "e1 e3 e4 e6");
}

TEST_CASE("a higher score than that of the alert that began the quiet time breaks through") {
  const std::string rule = "rule r \"R\" { severity low on signin score size quiet 10m by user }";
  // e3 breaks through and begins a quiet time of its own.
  CHECK(standing_ids(rule,
                     "signin 0 e1 user=a size=20\nsignin 1m e2 user=a size=20\nsignin 5m e3 user=a size=30\n"
                     "signin 11m e4 user=a size=25\nsignin 15m e5 user=a size=1") == "e1 e3 e5");
}

TEST_CASE("quiet of a step rule may be by a step's field") {
  const std::string rule =
      "rule r \"R\" { severity low each user within 1h sequence { a: signin b: audit } quiet 10m by "
      "a.session }";
  CHECK(standing_ids(rule,
                     "signin 0 s1 user=a session=k\naudit 1m a1 user=a\nsignin 2m s2 user=a session=l\n"
                     "audit 3m a2 user=a\naudit 4m a3 user=a") == "a1 a2");
}
