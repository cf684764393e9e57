// Sequences, absences and `together`, from the sentences of the manual's section 6.
#include "tests/reference/state_case.hpp"

using namespace shrike::reference;

namespace {

std::string sequence(const std::string& steps, const std::string& rest = {}) {
  return "rule r \"R\" { severity low each user within 1h sequence { " + steps + " } " + rest + " }\n";
}
std::string together(const std::string& steps, const std::string& rest = {}) {
  return "rule r \"R\" { severity low each user within 1h together { " + steps + " } " + rest + " }\n";
}

/// "step=id …" of every firing, joined by " | ".
std::string evidence(const std::vector<StandingFiring>& firings) {
  std::string text;
  for (const StandingFiring& firing : firings) {
    if (!text.empty()) text += " | ";
    for (std::size_t i = 0; i < firing.evidence.size(); ++i)
      text += (i == 0 ? "" : " ") + firing.evidence[i].step + "=" + firing.evidence[i].id;
  }
  return text;
}

const std::string kTwo = "a: signin b: audit";

}  // namespace

TEST_CASE("a match is one event per step, under one key, in less than within") {
  CHECK(ids(firings_of(sequence(kTwo), "signin 0 s1 user=x\naudit 59m a1 user=X")) == "a1");
  CHECK(ids(firings_of(sequence(kTwo), "signin 0 s1 user=x\naudit 60m a1 user=x")).empty());
  CHECK(ids(firings_of(sequence(kTwo), "signin 0 s1 user=x\naudit 1m a1 user=y")).empty());
  CHECK(ids(firings_of(sequence(kTwo), "signin 0 s1\naudit 1m a1")).empty());
  CHECK(ids(firings_of(sequence(kTwo), "signin 2m s1 user=x\naudit 1m a1 user=x")).empty());
}

TEST_CASE("two events of one time may match in either order, never the same event") {
  CHECK(ids(firings_of(sequence(kTwo), "audit 5m a1 user=x\nsignin 5m s1 user=x")) == "a1");
  CHECK(ids(firings_of(sequence("a: signin b: signin"), "signin 5m s1 user=x")).empty());
  CHECK(ids(firings_of(sequence("a: signin b: signin"), "signin 5m s1 user=x\nsignin 5m s2 user=x")) ==
        "s1 s2");
}

TEST_CASE("the newest match is the evidence") {
  const char* log = "signin 0 s1 user=x\nsignin 1m s2 user=x\naudit 2m a1 user=x\naudit 3m a2 user=x";
  CHECK(evidence(firings_of(sequence(kTwo), log)) == "a=s2 b=a1 | a=s2 b=a2");
  CHECK(evidence(firings_of(sequence("a: signin b: signin c: audit"), log)) ==
        "a=s1 b=s2 c=a1 | a=s1 b=s2 c=a2");
}

TEST_CASE("a condition may use the steps before it; after the steps bare names are the keys") {
  const char* log =
      "signin 0 s1 user=x session=k size=1\nsignin 1m s2 user=x session=l size=2\n"
      "audit 2m a1 user=X session=K";
  const auto firings = firings_of(sequence("a: signin b: audit where session == a.session",
                                           "say \"{user} {a.size} {b.time - a.time} {count(b)}\""),
                                  log);
  CHECK(evidence(firings) == "a=s1 b=a1");
  CHECK(messages(firings) == "X 1 2m 1");
}

TEST_CASE("by gives the key under another name") {
  CHECK(ids(firings_of(sequence("a: signin b: audit by target"),
                       "signin 0 s1 user=x\naudit 1m a1 user=y target=X")) == "a1");
}

TEST_CASE("step within is the distance from the step before") {
  const std::string rule = sequence("a: signin b: audit within 10m");
  CHECK(ids(firings_of(rule, "signin 0 s1 user=x\naudit 9m a1 user=x")) == "a1");
  CHECK(ids(firings_of(rule, "signin 0 s1 user=x\naudit 10m a1 user=x")).empty());
  // Of the last event of that step.
  CHECK(ids(firings_of(sequence("a: signin times 2 b: audit within 10m"),
                       "signin 0 s1 user=x\nsignin 5m s2 user=x\naudit 14m a1 user=x")) == "a1");
}

TEST_CASE("times N is N events, the fields are the last one's") {
  const std::string rule = sequence("a: signin b: audit times 2", "say \"{b.operation} {count(b)}\"");
  const char* log =
      "signin 0 s1 user=x\naudit 1m a1 user=x operation=p\naudit 2m a2 user=x operation=q\n"
      "audit 3m a3 user=x operation=r";
  CHECK(evidence(firings_of(rule, log)) == "a=s1 b=a1 b=a2 | a=s1 b=a2 b=a3");
  CHECK(messages(firings_of(rule, log)) == "q 2 | r 2");
  // None is before the step before.
  CHECK(ids(firings_of(rule, "audit 0 a1 user=x\nsignin 1m s1 user=x\naudit 2m a2 user=x")).empty());
}

TEST_CASE("times N in D: the last less than D after the first") {
  const std::string rule = sequence("a: signin b: audit times 2 in 5m");
  CHECK(ids(firings_of(rule, "signin 0 s1 user=x\naudit 1m a1 user=x\naudit 5m a2 user=x")) == "a2");
  CHECK(ids(firings_of(rule, "signin 0 s1 user=x\naudit 1m a1 user=x\naudit 6m a2 user=x")).empty());
}

TEST_CASE("within counts from the first event of all") {
  const std::string rule = sequence("a: signin times 2 b: audit");
  CHECK(ids(firings_of(rule, "signin 0 s1 user=x\nsignin 30m s2 user=x\naudit 59m a1 user=x")) == "a1");
  CHECK(ids(firings_of(rule, "signin 0 s1 user=x\nsignin 30m s2 user=x\naudit 60m a1 user=x")).empty());
}

TEST_CASE("not between two steps: from the time of the one to that of the other, both included") {
  const std::string rule = sequence("a: signin where ok  not n: signin where not ok  b: audit");
  const auto fires = [&](const std::string& f) {
    return !firings_of(rule, "signin 1m s1 user=x ok=true\naudit 3m a1 user=x\nsignin " + f).empty();
  };
  CHECK(fires("4m f user=x ok=false"));
  CHECK_FALSE(fires("3m f user=x ok=false"));
  CHECK_FALSE(fires("2m f user=x ok=false"));
  CHECK_FALSE(fires("1m f user=x ok=false"));
  CHECK(fires("30s f user=x ok=false"));
  CHECK(fires("2m f user=y ok=false"));
  // The two neighbours' own events do not count.
  CHECK(ids(firings_of(sequence("a: signin not n: signin b: audit"),
                       "signin 1m s1 user=x\naudit 3m a1 user=x")) == "a1");
  // An older first step may still match where the newest does not.
  CHECK(ids(firings_of(
            sequence("a: signin not n: audit where target == a.session b: audit"),
            "signin 0 s1 user=x session=k\nsignin 1m s2 user=x session=l\naudit 2m f user=x target=l\n"
            "audit 3m a1 user=x")) == "f a1");
}

TEST_CASE("not as the first step looks back from the step after it") {
  const std::string rule = sequence("not n: audit within 10m  a: signin");
  CHECK(ids(firings_of(rule, "signin 20m s1 user=x")) == "s1");
  CHECK(ids(firings_of(rule, "audit 10m f user=x\nsignin 20m s1 user=x")) ==
        "s1");  // t - D itself is outside
  CHECK(ids(firings_of(rule, "audit 11m f user=x\nsignin 20m s1 user=x")).empty());
  CHECK(ids(firings_of(rule, "audit 20m f user=x\nsignin 20m s1 user=x")).empty());
  CHECK(ids(firings_of(rule, "audit 21m f user=x\nsignin 20m s1 user=x")) == "s1");
}

TEST_CASE("not as the last step fires at its deadline") {
  const std::string rule = sequence("a: signin  not n: audit where session == a.session within 10m");
  const auto alone = firings_of(rule, "signin 5m s1 user=x session=k", 3'600'000'000'000);
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].time == kStart + 15 * 60'000'000'000);
  CHECK(alone[0].event_id == "s1");
  const auto fires = [&](const std::string& f) {
    return !firings_of(rule, "signin 5m s1 user=x session=k\naudit " + f, 3'600'000'000'000).empty();
  };
  CHECK_FALSE(fires("5m f user=x session=k"));  // t(before) itself counts
  CHECK_FALSE(fires("14m f user=x session=k"));
  CHECK(fires("15m f user=x session=k"));  // the deadline does not
  CHECK(fires("14m f user=x session=l"));
  CHECK(fires("4m f user=x session=k"));
}

TEST_CASE("an absence is decided when its deadline has come") {
  const std::string rule = sequence("a: signin  not n: audit within 10m");
  CHECK(ids(firings_of(rule, "signin 5m s1 user=x\nsignin 15m s2 user=y")) == "s1");
  CHECK(ids(firings_of(rule, "signin 5m s1 user=x\nsignin 14m s2 user=y")).empty());
}

TEST_CASE("the within of the rule leaves a last not aside") {
  const std::string rule = sequence("a: signin  not n: audit within 2h");
  CHECK(ids(firings_of(rule, "signin 0 s1 user=x\nsignin 2h s2 user=y")) == "s1");
}

TEST_CASE("together takes its steps in any order") {
  const char* log = "audit 0 a1 user=x\nsignin 1m s1 user=x\nsignin 2m s2 user=x\naudit 62m a2 user=x";
  CHECK(evidence(firings_of(together(kTwo), log)) == "a=s1 b=a1 | a=s2 b=a1");
  CHECK(ids(firings_of(together(kTwo), "audit 0 a1 user=x\nsignin 60m s1 user=x")).empty());
  CHECK(ids(firings_of(together("a: signin b: signin"), "signin 0 s1 user=x")).empty());
}

TEST_CASE("together: the completing event is the last in the order of events, whatever its step") {
  const std::string rule = together("a: signin b: audit where session == a.session times 2");
  CHECK(evidence(firings_of(rule,
                            "audit 0 a1 user=x session=k\nsignin 1m s1 user=x session=k\n"
                            "audit 2m a2 user=x session=k\naudit 3m a3 user=x session=l")) ==
        "a=s1 b=a1 b=a2");
  CHECK(ids(firings_of(rule,
                       "audit 0 a1 user=x session=k\naudit 0 a2 user=x session=k\n"
                       "signin 1m s1 user=x session=k")) == "s1");
}

TEST_CASE("each value of a list key has its matches; a named key means that one value") {
  const std::string rule =
      "rule r \"R\" { severity low each tag = tags within 1h sequence { a: signin b: audit where operation "
      "!= tag } "
      "say \"{tag}\" }";
  const auto firings = firings_of(rule, "signin 0 s1 tags=p,q,P\naudit 1m a1 tags=Q,p,r operation=p");
  CHECK(messages(firings) == "Q");
  CHECK(firings[0].key == std::vector<std::string>{"\"q\""});
}
