// Rules with state against the oracle of tests/reference, on generated rules and logs, and against
// themselves: any order of arrival, duplicates, both moments of decision, state written and read back at any
// point.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "dsl/compilation.hpp"
#include "runtime/arena.hpp"
#include "shrike/compile.hpp"
#include "shrike/engine.hpp"
#include "tests/reference/state_generator.hpp"
#include "tests/reference/state_matcher.hpp"

namespace {

using namespace shrike;
using shrike::reference::describe;
using shrike::reference::LoggedEvent;
using shrike::reference::StandingFiring;
using shrike::reference::StateGenerator;
using shrike::reference::StateMatcher;

constexpr unsigned kEventsPerLog = 40;
constexpr unsigned kOrders = 4;
// With sanitizers every step takes long; what they look for shows in few files.
#if defined(__SANITIZE_ADDRESS__)
#define SHRIKE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SHRIKE_SANITIZED 1
#endif
#endif
#ifdef SHRIKE_SANITIZED
constexpr unsigned kFiles = 300;
#else
constexpr unsigned kFiles = 7000;
#endif

unsigned scale() {
  const char* text = std::getenv("SHRIKE_TEST_SCALE");
  return text == nullptr ? 1 : static_cast<unsigned>(std::max(1, std::atoi(text)));
}

std::string folded(const std::string& text) {
  Arena arena;
  return std::string(fold_case(text, arena));
}

/// What both sides can tell of an alert, in one line.
using Lines = std::vector<std::string>;

std::string line(const StandingFiring& firing) {
  std::string text = firing.rule + " " + firing.tenant + " [";
  for (const std::string& part : firing.key) text += part + " ";
  text += "] ";
  if (firing.evidence.empty()) text += firing.event_class + " " + firing.event_id + " ";
  text += std::to_string(firing.time) + " " + std::to_string(firing.score) + " " +
          std::string(name_of(firing.severity)) + " " + firing.message;
  for (const auto& event : firing.evidence) {
    if (!event.step.empty()) text += " " + event.step + "=" + event.id;
  }
  return text;
}

std::string line(const Alert& alert) {
  std::string text = alert.rule + " " + alert.tenant + " [";
  for (const auto& [name, value] : alert.key.items()) text += folded(value.dump()) + " ";
  // Of rules without steps the last piece of evidence is the event that fired.
  text += "] ";
  const Evidence& last = alert.evidence.back();
  if (last.step.empty()) text += last.event_class + " " + last.id + " ";
  text += std::to_string(alert.time) + " " + std::to_string(alert.score) + " " +
          std::string(name_of(alert.severity)) + " " + alert.message;
  for (const Evidence& event : alert.evidence) {
    if (!event.step.empty()) text += " " + event.step + "=" + event.id;
  }
  return text;
}

class Run {
 public:
  Run(const Program& program, EngineOptions options) : program_(program), options_(std::move(options)) {
    engine_.emplace(program_, options_);
  }

  void feed(const LoggedEvent& event) {
    const std::string record = reference::record_of(event);
    const auto fed = engine_->feed(record);
    if (!fed) FAIL(record << ": " << fed.error().message);
    take(*fed);
  }

  /// Goes on with another engine that read the state of this one.
  void change_engines() {
    const std::string state = engine_->save_state();
    was_incomplete_ = is_incomplete();
    engine_.emplace(program_, options_);
    const auto loaded = engine_->load_state(state);
    if (!loaded) FAIL("the state cannot be read back: " << loaded.error().message);
    CHECK(engine_->save_state() == state);
  }

  void end(std::int64_t newest) {
    const auto finished = engine_->finish([&](const Alert& alert) { standing_[alert.id] = alert; });
    REQUIRE(finished);
    if (options_.decide == Decide::kEarly) {
      const auto decided = engine_->advance(newest);
      REQUIRE(decided);
      take(*decided);
    }
  }

  /// What stands at the end, sorted.
  Lines lines() const {
    Lines lines;
    for (const auto& [id, alert] : standing_) lines.push_back(line(alert));
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const auto& [id, alert] : standing_) ids.push_back(id);
    return ids;
  }
  std::string state() const { return engine_->save_state(); }
  const EngineStats& stats() const { return engine_->stats(); }
  bool is_incomplete() const { return was_incomplete_ || engine_->stats().is_incomplete(); }

 private:
  void take(std::span<const Alert> alerts) {
    for (const Alert& alert : alerts) {
      if (alert.status == AlertStatus::kWithdrawn) {
        CHECK(standing_.erase(alert.id) == 1);
      } else {
        standing_[alert.id] = alert;
      }
    }
  }

  const Program& program_;
  EngineOptions options_;
  std::optional<Engine> engine_;
  std::map<std::string, Alert> standing_;
  bool was_incomplete_ = false;
};

std::string difference(const Lines& expected, const Lines& found) {
  std::string text;
  for (const std::string& one : expected) {
    if (std::count(found.begin(), found.end(), one) != std::count(expected.begin(), expected.end(), one))
      text += "\n  expected " + one;
  }
  for (const std::string& one : found) {
    if (std::count(found.begin(), found.end(), one) != std::count(expected.begin(), expected.end(), one))
      text += "\n  found    " + one;
  }
  return text;
}

/// The log in an order in which no event comes later than 10 minutes after one that is newer.
std::vector<LoggedEvent> arrivals(const std::vector<LoggedEvent>& log, std::mt19937_64& random) {
  std::multimap<std::int64_t, LoggedEvent> timed;
  for (const LoggedEvent& event : log) {
    const auto delay = static_cast<std::int64_t>(random() % 600) * 1'000'000'000;
    timed.emplace(reference::newest_time({event}) + delay, event);
  }
  std::vector<LoggedEvent> ordered;
  for (const auto& [arrival, event] : timed) ordered.push_back(event);
  return ordered;
}

/// Number of rules of the file; fails the test when anything differs. Counts runs that cannot be compared.
unsigned compare_file(std::uint64_t seed, unsigned orders, unsigned& incomplete) {
  StateGenerator generator(seed);
  const SourceFiles files{{"generated.shrike", generator.file()}};
  const Analysis analysis = analyse(files);
  REQUIRE_FALSE(analysis.has_errors());
  Diagnostics diagnostics;
  const auto program = build(analysis.model, files, {}, diagnostics);
  if (!program) FAIL("seed " << seed << ": " << diagnostics.back().message << "\n" << files[0].text);
  std::vector<LoggedEvent> log = generator.log(kEventsPerLog);
  const std::int64_t newest = reference::newest_time(log);

  StateMatcher matcher(analysis.model);
  Lines expected;
  for (const StandingFiring& firing : standing(matcher.firings(to_events(analysis.model, log), newest)))
    expected.push_back(line(firing));
  std::sort(expected.begin(), expected.end());

  std::mt19937_64 random(seed);
  std::vector<std::string> ids;
  const auto check = [&](const Run& run, const char* what) {
    // The oracle knows no limit of partial matches.
    if (run.is_incomplete()) {
      ++incomplete;
      return;
    }
    const std::string differs = difference(expected, run.lines());
    if (!differs.empty()) {
      std::string events;
      for (const LoggedEvent& event : log) events += "\n  " + describe(event);
      FAIL("seed " << seed << ", " << std::string(what) << differs << "\n" << files[0].text << events);
    }
    if (ids.empty()) ids = run.ids();
    CHECK(run.ids() == ids);
  };
  for (unsigned order = 0; order < orders; ++order) {
    EngineOptions options;
    options.decide = Decide::kFinal;
    options.window_index_from = (seed + order) % 2 == 0 ? 64 : 1;
    Run files_run(*program, options);
    for (const LoggedEvent& event : log) files_run.feed(event);
    files_run.end(newest);
    check(files_run, "inputs with an end");

    options.decide = Decide::kEarly;
    options.lateness_of_all = kUnlimitedLateness;
    Run stream(*program, options);
    for (const LoggedEvent& event : log) stream.feed(event);
    const std::string state = stream.state();
    stream.end(newest);
    check(stream, "stream");

    if (order > 0) {
      Run broken(*program, options);
      for (const LoggedEvent& event : log) {
        if (random() % 8 == 0) broken.change_engines();
        broken.feed(event);
      }
      if (!broken.is_incomplete()) CHECK(broken.state() == state);
      broken.end(newest);
      check(broken, "stream over several engines");

      // As late as the sources allow: the shortest lateness is 10 minutes.
      options.lateness_of_all.reset();
      Run late(*program, options);
      for (const LoggedEvent& event : arrivals(log, random)) late.feed(event);
      late.end(newest);
      CHECK(late.stats().late_events == 0);
      check(late, "stream with lateness");
    }
    std::shuffle(log.begin(), log.end(), random);
  }
  return static_cast<unsigned>(analysis.model.rules.size());
}

}  // namespace

TEST_CASE("rules with state agree with the oracle on generated rules and logs in any order") {
  const char* seed = std::getenv("SHRIKE_SEED");
  if (seed != nullptr) {
    unsigned incomplete = 0;
    compare_file(static_cast<std::uint64_t>(std::atoll(seed)), kOrders, incomplete);
    return;
  }
  const unsigned files = kFiles * scale();
  unsigned rules = 0, incomplete = 0;
  for (unsigned i = 0; i < files; ++i)
    rules += compare_file(5000 + i, scale() > 1 || i % 10 == 0 ? kOrders : 1, incomplete);
  MESSAGE(rules << " rule and log pairs compared; " << incomplete
                << " runs dropped partial matches and were left out");
  CHECK(incomplete * 20 < files);
}
