// What the generator of rules with state writes: that it types, that it fires, and that the order of arrival
// and duplicates make no difference to the matcher.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "dsl/compilation.hpp"
#include "tests/reference/state_generator.hpp"
#include "tests/reference/state_matcher.hpp"

using namespace shrike;
using namespace shrike::reference;

namespace {

constexpr unsigned kEventsPerLog = 40;

unsigned scale() {
  const char* given = std::getenv("SHRIKE_TEST_SCALE");
  return given == nullptr ? 1 : static_cast<unsigned>(std::max(1, std::atoi(given)));
}

struct Counts {
  unsigned rules = 0, firing = 0, firings = 0, standing = 0;
};

std::string all_of(const std::vector<StandingFiring>& firings) {
  std::string text;
  for (const StandingFiring& firing : firings) text += describe(firing) + "\n";
  return text;
}

}  // namespace

TEST_CASE("generated rules with state type and most fire; arrival and duplicates make no difference") {
  std::map<std::string, Counts> kinds;
  Counts all;
  for (unsigned seed = 1; seed <= 300 * scale(); ++seed) {
    StateGenerator generator(seed);
    const SourceFiles files{{"generated.shrike", generator.file()}};
    const Analysis analysis = analyse(files);
    for (const Diagnostic& diagnostic : analysis.diagnostics) {
      if (diagnostic.level == DiagnosticLevel::kError) MESSAGE(render(diagnostic, files));
    }
    if (analysis.has_errors()) FAIL("seed " << seed << ": the generated rules do not type");
    const Model& model = analysis.model;
    std::vector<LoggedEvent> log = generator.log(kEventsPerLog);
    const std::int64_t decided = newest_time(log);
    StateMatcher matcher(model);
    const auto firings = matcher.firings(to_events(model, log), decided);
    const auto alerts = standing(firings);

    std::map<std::string, unsigned> fired;
    for (const StandingFiring& firing : firings) ++fired[firing.rule];
    for (const RuleInfo& rule : model.rules) {
      for (Counts* counts : {&kinds[rule.decl->title], &all}) {
        const unsigned count = fired[rule.decl->name.text];
        ++counts->rules;
        counts->firing += count > 0 ? 1 : 0;
        counts->firings += count;
      }
    }
    all.standing += static_cast<unsigned>(alerts.size());

    std::mt19937_64 random(seed);
    log.push_back(log[seed % log.size()]);
    std::shuffle(log.begin(), log.end(), random);
    CHECK_MESSAGE(all_of(matcher.firings(to_events(model, log), decided)) == all_of(firings),
                  "seed " << seed);
  }
  for (const auto& [kind, counts] : kinds) {
    MESSAGE(kind << ": " << counts.rules << " rules, " << 100 * counts.firing / counts.rules << " % fire, "
                 << counts.firings << " firings");
  }
  MESSAGE("all: " << all.rules << " rules, " << 100 * all.firing / all.rules << " % fire, " << all.firings
                  << " firings, " << all.standing << " stand");
  CHECK(100 * all.firing >= 60 * all.rules);
}

TEST_CASE("matches found by leaving early are those found by trying everything") {
  unsigned compared = 0;
  for (unsigned seed = 1; seed <= 400 * scale(); ++seed) {
    StateGenerator generator(seed);
    const SourceFiles files{{"generated.shrike", generator.file()}};
    const Analysis analysis = analyse(files);
    REQUIRE_FALSE(analysis.has_errors());
    const std::vector<LoggedEvent> log = generator.log(14);
    const auto events = to_events(analysis.model, log);
    const auto all = StateMatcher(analysis.model, Trying::kEverything).firings(events, newest_time(log));
    const auto early = StateMatcher(analysis.model, Trying::kLeavingEarly).firings(events, newest_time(log));
    CHECK_MESSAGE(all_of(all) == all_of(early), "seed " << seed);
    for (const StandingFiring& firing : all) compared += firing.evidence.empty() ? 0U : 1U;
  }
  MESSAGE(compared << " firings of rules with steps compared");
  CHECK(compared >= 200);
}

TEST_CASE("the generated sources read the records of a generated log as it is") {
  StateGenerator generator(7);
  const SourceFiles files{{"generated.shrike", generator.file()}};
  const Analysis analysis = analyse(files);
  REQUIRE_FALSE(analysis.has_errors());
  const Model& model = analysis.model;
  Evaluator evaluator(model);
  unsigned compared = 0;
  for (const LoggedEvent& logged : generator.log(kEventsPerLog)) {
    const RefEvent direct = to_event(model, logged);
    for (const SourceInfo& source : model.sources) {
      RefEvent read;
      read.source = &source;
      read.event_class = source.event_class;
      read.raw = from_json(nlohmann::ordered_json::parse(record_of(logged)));
      if (!evaluator.accepts(source, read.raw)) continue;
      REQUIRE(read.event_class == direct.event_class);
      for (const auto& [name, field] : model.classes[read.event_class].fields) {
        CHECK(describe(evaluator.field(field, read)) == describe(evaluator.field(field, direct)));
        ++compared;
      }
    }
  }
  CHECK(compared > 10 * kEventsPerLog);
}
