// Rules with state under what nobody should send: times at the ends of the range, and files of state that
// somebody changed. Under the sanitizers this is the proof that neither overflows nor reaches beyond its
// bounds.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/digest.hpp"
#include "shrike/compile.hpp"
#include "shrike/engine.hpp"

namespace {

using namespace shrike;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStart = 1'767'225'600 * kSecond;

constexpr std::string_view kRules = R"(
rule counted "Counted" {
  severity low
  on signin where has user
  each user within 1d
  when count() > 1 or age() > 1h or watched() > 1d or span() > 1h or regularity() < 0.1
    or usual_count(1h, 50) > 2 or avg(asn) > 5 or percentile(asn, 50) > 3 or new(ip)
    or sum(asn where asn != this.asn) > 9
  say "{user} {count()} {age()} {watched()} {span()}"
  quiet 1h by user
}
rule everything "Kept for longer than there is time" {
  severity low
  on signin, audit
  each session within 100000d
  when age() > 36500d or span() > 1d or count() > 3
  quiet 100000d by session
}
rule steps "Steps" {
  severity medium
  each user within 1d
  sequence {
    one: signin where has ip
    not undo: signin where asn == 1
    two: audit where session == one.session times 2 in 1h
    not late: signin where asn == one.asn within 2h
  }
  say "{user} {count(two)}"
}
rule both "In any order" {
  severity medium
  each user within 1d
  together { a: signin where asn == 2 b: audit c: signin where asn != a.asn times 2 }
  say "{user}"
}
rule chain "Chain" {
  severity high
  on alert counted, alert steps, alert both where has user
  each user within 7d
  when distinct(rule) > 1
  say "{user}"
}
)";

const Program& program() {
  static const Program compiled = [] {
    auto made = compile_text(kRules);
    if (!made) FAIL(made.error().front().message);
    return made->program;
  }();
  return compiled;
}

Expected<std::span<const Alert>> feed(Engine& engine, std::mt19937_64& random, std::int64_t time) {
  const auto text = [&](const char* prefix, unsigned different) {
    return prefix + std::to_string(random() % different);
  };
  const std::string user = text("u", 3), id = text("e", 200), session = text("s", 2);
  const std::string tenant = text("t", 2);
  Engine::Fields fields{{"user", Value::of_string(user)},
                        {"id", Value::of_string(id)},
                        {"session", Value::of_string(session)},
                        {"tenant", Value::of_string(tenant)},
                        {"time", Value::of_time(time)}};
  if (random() % 2 == 0) return engine.feed_event("audit", fields);
  fields.emplace_back("asn", Value::of_int(static_cast<std::int64_t>(random() % 4)));
  return engine.feed_event("signin", fields);
}

EngineOptions options_for(std::mt19937_64& random) {
  EngineOptions options;
  options.decide = random() % 2 == 0 ? Decide::kEarly : Decide::kFinal;
  options.window_index_from = random() % 2 == 0 ? 1 : 64;
  if (random() % 2 == 0) options.lateness_of_all = random() % 2 == 0 ? kUnlimitedLateness : 600 * kSecond;
  if (random() % 4 == 0) options.memory = 20'000;
  return options;
}

std::string with_digest(std::string state) {
  constexpr std::size_t kHead = 15, kDigest = 32;
  state.replace(kHead, kDigest, Digest().add(std::string_view(state).substr(kHead + kDigest)).hex());
  return state;
}

void change(std::string& state, std::mt19937_64& random) {
  constexpr std::size_t kHead = 47;
  const std::size_t at = kHead + random() % (state.size() - kHead);
  switch (random() % 6) {
    case 0:
      state[at] = static_cast<char>(random());
      break;
    case 1:
      state[at] = static_cast<char>(state[at] ^ 1 << random() % 8);
      break;
    case 2:
      state.erase(at, 1 + random() % 16);
      break;
    case 3:
      state.insert(at, state.substr(at, 1 + random() % 200));
      break;
    case 4:
      state.insert(at, std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
      break;
    default:
      state[at] = static_cast<char>(state[at] + 1);
  }
}

}  // namespace

TEST_CASE("times at the ends of the range overflow nowhere") {
  constexpr std::int64_t kTimes[] = {
      INT64_MIN,     INT64_MIN + 1, -1,        0,      kStart, kStart + kSecond,
      INT64_MAX - 1, INT64_MAX,     INT64_MAX, kStart, kStart};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::mt19937_64 random(seed);
    const EngineOptions options = options_for(random);
    Engine engine(program(), options);
    if (seed % 3 == 0) engine.set_arrival(kStart);
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 40; ++i) (void)feed(engine, random, kTimes[random() % std::size(kTimes)]);
      if (options.decide == Decide::kEarly) (void)engine.advance(kTimes[random() % std::size(kTimes)]);
      REQUIRE(engine.finish([](const Alert&) {}));
      const std::string state = engine.save_state();
      Engine next(program(), options);
      REQUIRE(next.load_state(state));
      CHECK(next.save_state() == state);
    }
  }
}

TEST_CASE("state that somebody changed is refused, or read as something else and harmless") {
  unsigned accepted = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    std::mt19937_64 random(1000 + seed);
    const EngineOptions options = options_for(random);
    Engine engine(program(), options);
    std::int64_t time = kStart;
    for (int i = 0; i < 60; ++i)
      (void)feed(engine, random, time += static_cast<std::int64_t>(random() % 900) * kSecond);
    REQUIRE(engine.finish([](const Alert&) {}));
    const std::string state = engine.save_state();
    for (int mutation = 0; mutation < 25; ++mutation) {
      std::string changed = state;
      for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) change(changed, random);
      Engine other(program(), options);
      const auto loaded = other.load_state(with_digest(changed));
      if (loaded) ++accepted;
      if (!loaded) CHECK(loaded.error().code == ErrorCode::kFormat);
      for (int i = 0; i < 6; ++i) (void)feed(other, random, time + i * 600 * kSecond);
      (void)other.advance(time + 86'400 * kSecond);
      (void)feed(other, random, kStart);
      (void)other.finish([](const Alert&) {});
      (void)other.save_state();
    }
    // Without the digest made right every change is found.
    std::string damaged = state;
    change(damaged, random);
    if (damaged != state) CHECK_FALSE(Engine(program(), options).load_state(damaged));
  }
  CHECK(accepted > 0);
}

TEST_CASE("a flood of tenants or of keys takes no more than the memory, and what is forgotten is counted") {
  for (const bool are_tenants : {true, false}) {
    EngineOptions options;
    options.memory = 2'000'000;
    options.lateness_of_all = 0;
    Engine engine(program(), options);
    std::size_t most = 0;
    for (int i = 0; i < 6000; ++i) {
      const std::string name = "n" + std::to_string(i);
      REQUIRE(engine.feed_event("signin", {{"user", Value::of_string(are_tenants ? "a" : name)},
                                           {"session", Value::of_string(name)},
                                           {"id", Value::of_string(name)},
                                           {"tenant", Value::of_string(are_tenants ? name : "t")},
                                           {"time", Value::of_time(kStart + i * kSecond)}}));
      if (i % 1000 == 999) most = std::max(most, engine.save_state().size());
    }
    CHECK(most < options.memory);
    CHECK(engine.stats().is_incomplete());
    CHECK((engine.stats().forgotten_tenants > 0) == are_tenants);
  }
}

TEST_CASE("what a rule no longer takes of a forgotten key leaves nothing") {
  const auto compiled = compile_text(
      "rule many \"Many\" {\n  severity low\n  on signin where asn == 7\n  each user within 1h\n"
      "  when count() >= 3\n  say \"{user}\"\n}\n"
      "rule any_of_them \"Any\" {\n  severity low\n  on signin\n  each asn within 1m\n"
      "  when count() >= 100000\n  say \"{user}\"\n}\n");
  REQUIRE(compiled);
  EngineOptions options;
  options.lateness_of_all = 600 * kSecond;
  options.memory = 200'000;
  Engine engine(compiled->program, options);
  const auto tell = [&](const std::string& user, const std::string& id, std::int64_t second,
                        std::int64_t asn) {
    const auto given = engine.feed_event("signin", {{"user", Value::of_string(user)},
                                                    {"id", Value::of_string(id)},
                                                    {"time", Value::of_time(second * kSecond)},
                                                    {"asn", Value::of_int(asn)}});
    REQUIRE(given);
  };
  for (int round = 0; round < 4; ++round) {
    const std::int64_t begin = round * 10'000;
    const std::string name = "victim" + std::to_string(round);
    tell(name, name, begin, 7);
    for (int i = 0; i < 1500; ++i) {
      const std::string other = name + "-" + std::to_string(i);
      tell(other, other, begin + i / 10, 7);
    }
    tell(name, name, begin, 1);
    for (int i = 0; i < 600; ++i) {
      const std::string other = name + "+" + std::to_string(i);
      tell(other, other, begin + 1000 + i * 10, 7);
    }
  }
  CHECK(engine.stats().by_rule.at("many").evicted_keys > 0);
  CHECK(engine.stats().repeated_events == 4);
}

TEST_CASE("an alert that is fed and its event are not one row, also where rows wait for the end") {
  for (const Decide decide : {Decide::kEarly, Decide::kFinal}) {
    EngineOptions options;
    options.decide = decide;
    Engine engine(program(), options);
    std::set<std::string> rules;
    const auto take = [&](const Alert& alert) { rules.insert(alert.rule); };
    const auto give = [&](const char* id, std::int64_t time, bool is_alert) {
      const Engine::Fields fields{{"user", Value::of_string("a@contoso.example")},
                                  {"id", Value::of_string(id)},
                                  {"time", Value::of_time(time)}};
      REQUIRE((is_alert ? engine.feed_alert("both", fields) : engine.feed_event("signin", fields)));
      for (const Alert& alert : engine.given()) take(alert);
    };
    give("a", kStart, false);
    give("b", kStart + kSecond, true);
    give("b", kStart + kSecond, false);  // fires `counted`; with the alert `both` that is the chain
    REQUIRE(engine.finish(take));
    CHECK(rules == std::set<std::string>{"counted", "chain"});
  }
}

TEST_CASE("what comes after the end but belongs before it is too late") {
  EngineOptions options;
  options.decide = Decide::kFinal;
  Engine engine(program(), options);
  const auto give = [&](const char* id, std::int64_t time) {
    REQUIRE(engine.feed_event("signin", {{"user", Value::of_string("a@contoso.example")},
                                         {"id", Value::of_string(id)},
                                         {"time", Value::of_time(time)}}));
  };
  give("b", kStart + 7200 * kSecond);
  REQUIRE(engine.finish([](const Alert&) {}));
  give("a", kStart + 3600 * kSecond);
  give("c", kStart + 7260 * kSecond);
  std::vector<std::string> rules;
  REQUIRE(engine.finish([&](const Alert& alert) { rules.push_back(alert.rule); }));
  CHECK(engine.stats().late_events == 1);
  CHECK(rules == std::vector<std::string>{"counted"});
}

namespace {

constexpr std::string_view kCount = R"(
rule many "Many" {
  severity low
  on signin
  each user within 1d
  when count() >= 3 and count(where asn == this.asn) >= 3
  say "{user}"
}
)";

/// The id must stay as long as the fields.
Engine::Fields signin(const std::string& id, std::int64_t time, std::int64_t asn = 1) {
  return {{"user", Value::of_string("ann")},
          {"id", Value::of_string(id)},
          {"time", Value::of_time(time)},
          {"asn", Value::of_int(asn)}};
}

}  // namespace

TEST_CASE("of one key so many events are judged again, and what comes too late to the others is counted") {
  const auto compiled = compile_text(kCount);
  REQUIRE(compiled);
  EngineOptions options;
  options.lateness_of_all = kUnlimitedLateness;
  Engine engine(compiled->program, options);
  constexpr int kEvents = 9000;
  for (int i = 0; i < kEvents; ++i)
    REQUIRE(engine.feed_event("signin", signin("e" + std::to_string(i), kStart + i * kSecond, i)));
  const auto& counts = engine.stats().by_rule.at("many");
  CHECK(counts.events_dropped == 0);
  CHECK(!engine.stats().is_incomplete());
  // The newer half takes what comes late, the older half does not.
  REQUIRE(engine.feed_event("signin", signin("late", kStart + (kEvents - 10) * kSecond + 1)));
  CHECK(counts.events_dropped == 0);
  REQUIRE(engine.feed_event("signin", signin("too late", kStart + 1)));
  CHECK(counts.events_dropped == 1);
  CHECK(engine.stats().is_incomplete());
  const std::string state = engine.save_state();
  Engine next(compiled->program, options);
  REQUIRE(next.load_state(state));
  CHECK(next.save_state() == state);
  REQUIRE(next.feed_event("signin", signin("as late", kStart + 2)));
  CHECK(next.stats().by_rule.at("many").events_dropped == 1);
}

TEST_CASE("of more events of one time than memory holds the last ones are left out, in any order") {
  const auto compiled = compile_text(kCount);
  REQUIRE(compiled);
  std::vector<std::string> ids;
  for (int i = 0; i < 2000; ++i) ids.push_back("e" + std::to_string(i));
  std::mt19937_64 random(4);
  std::set<std::uint64_t> crowded;
  std::set<std::set<std::string>> alerts;
  for (int order = 0; order < 3; ++order) {
    EngineOptions options;
    options.decide = Decide::kFinal;
    options.memory = 400'000;
    Engine engine(compiled->program, options);
    for (const std::string& id : ids) REQUIRE(engine.feed_event("signin", signin(id, kStart)));
    std::set<std::string> given;
    REQUIRE(engine.finish([&](const Alert& alert) { given.insert(alert.id); }));
    CHECK(engine.stats().is_incomplete());
    crowded.insert(engine.stats().crowded_events);
    alerts.insert(given);
    std::shuffle(ids.begin(), ids.end(), random);
  }
  CHECK(crowded.size() == 1);
  CHECK(*crowded.begin() > 0);
  CHECK(*crowded.begin() < ids.size());
  CHECK(alerts.size() == 1);
}

TEST_CASE("of many tellings of one event the same ones count in any order") {
  const auto compiled = compile_text(R"(
rule told "Told" {
  severity low
  on signin where asn >= 0
  each user within 1d
  when count() >= 1
  say "{asn}"
}
)");
  REQUIRE(compiled);
  std::mt19937_64 random(5);
  std::vector<std::int64_t> asns;
  for (std::int64_t i = 0; i < 200; ++i) asns.push_back(i);
  std::set<std::string> seen;
  for (int order = 0; order < 12; ++order) {
    std::shuffle(asns.begin(), asns.end(), random);
    EngineOptions options;
    options.decide = order % 2 == 0 ? Decide::kFinal : Decide::kEarly;
    options.lateness_of_all = kUnlimitedLateness;
    Engine engine(compiled->program, options);
    std::string says;
    for (const std::int64_t asn : asns) {
      const auto given = engine.feed_event("signin", signin("one", kStart + asn % 7 * kSecond, asn));
      REQUIRE(given);
      for (const Alert& alert : *given) {
        if (alert.status == AlertStatus::kOpen) says = alert.message;
      }
    }
    REQUIRE(engine.finish([&](const Alert& alert) { says = alert.message; }));
    seen.insert(says);
  }
  CHECK(seen == std::set<std::string>{"0"});
}

TEST_CASE("an event that is told anew when its time is settled keeps the alert that it gave") {
  const auto compiled = compile_text(R"(
rule first "First" {
  severity low
  on signin where asn == 1
  say "{user} {country}"
}
rule chain "Chain" {
  severity high
  on alert first
  each user within 1d
  when count() >= 2
  say "{user}"
}
)");
  REQUIRE(compiled);
  EngineOptions options;
  options.lateness_of_all = 3600 * kSecond;
  Engine engine(compiled->program, options);
  const auto given = [&](const Engine::Fields& fields) {
    const auto alerts = engine.feed_event("signin", fields);
    REQUIRE(alerts);
    return alerts->size();
  };
  const std::string one = "one", two = "two";
  auto told = signin(one, kStart);
  CHECK(given(told) == 1);
  auto other = signin(two, kStart + 5 * 3600 * kSecond);
  other[0].second = Value::of_string("ben");
  CHECK(given(other) == 1);
  told.emplace_back("country", Value::of_string("JP"));
  CHECK(given(told) == 0);
  CHECK(given(signin("late", kStart)) == 1);  // a late one is judged all the same
}
