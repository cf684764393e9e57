// Explanations against the engine that they explain, on generated rules: what is told of every part of a
// condition fits what is told of the whole and what the engine did, what is said to decide decides, and
// nobody who listens changes what comes out.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "dsl/compilation.hpp"
#include "dsl/explainer.hpp"
#include "shrike/engine.hpp"
#include "tests/reference/evaluator.hpp"
#include "tests/reference/rule_generator.hpp"
#include "tests/reference/state_generator.hpp"

using namespace shrike;

namespace {

using reference::LoggedEvent;
using reference::RuleGenerator;
using reference::StateGenerator;

unsigned scale() {
  const char* given = std::getenv("SHRIKE_TEST_SCALE");
  return given == nullptr ? 1 : static_cast<unsigned>(std::max(1, std::atoi(given)));
}

/// Which tests of a tree are turned round.
enum class Turned { kNone, kDeciding, kOthers };

bool is_test(const ExplainedPart& part) {
  return part.parts.empty() || part.kind == ExplainKind::kTest || part.kind == ExplainKind::kEach;
}

/// What a condition comes to by what its tests come to.
bool outcome(const ExplainedPart& part, Turned turned) {
  const auto of = [&](const ExplainedPart& inner) { return outcome(inner, turned); };
  if (is_test(part)) {
    const bool is_turned = turned != Turned::kNone && part.decides == (turned == Turned::kDeciding);
    return *part.holds != is_turned;
  }
  switch (part.kind) {
    case ExplainKind::kAll:
      return std::all_of(part.parts.begin(), part.parts.end(), of);
    case ExplainKind::kAny:
      return std::any_of(part.parts.begin(), part.parts.end(), of);
    case ExplainKind::kNot:
      return !of(part.parts[0]);
    case ExplainKind::kChoice:
      if (of(part.parts[0])) return of(part.parts[1]);
      return part.parts.size() > 2 && of(part.parts[2]);
    default:
      return of(part.parts[0]);
  }
}

bool has_choice(const ExplainedPart& part) {
  return part.kind == ExplainKind::kChoice ||
         std::any_of(part.parts.begin(), part.parts.end(),
                     [](const auto& inner) { return has_choice(inner); });
}

struct Seen {
  unsigned trees = 0, turned = 0, parts = 0;
};

/// Every part against its own parts; the first that does not fit, or nothing.
std::string misfit(const ExplainedPart& part, Seen& seen) {
  ++seen.parts;
  if (part.kind == ExplainKind::kValue) {
    if (part.is_missing && !part.value.is_null()) return part.text + ": missing, but has a value";
  } else {
    if (!part.holds) return part.text + ": not decided";
    if (outcome(part, Turned::kNone) != *part.holds)
      return part.text + ": comes to something else than its parts";
    if (!part.missing.empty() && *part.holds) return part.text + ": holds with a missing value";
    if (part.kind == ExplainKind::kEach && *part.holds == part.all && !part.value.empty() &&
        !part.value.is_null())
      return part.text + ": elements decide it that do not";
  }
  for (const ExplainedPart& inner : part.parts) {
    if (std::string text = misfit(inner, seen); !text.empty()) return text;
  }
  return {};
}

std::string misfit_of_tree(const ExplainedPart& tree, Seen& seen) {
  ++seen.trees;
  if (std::string text = misfit(tree, seen); !text.empty()) return text;
  // A choice that is turned chooses something else, of which nothing is said.
  if (has_choice(tree)) return {};
  ++seen.turned;
  if (outcome(tree, Turned::kDeciding) == *tree.holds) return "what decides does not decide: " + tree.text;
  if (outcome(tree, Turned::kOthers) != *tree.holds) return "something else decides too: " + tree.text;
  return {};
}

/// Explains everything that is told.
class Listener final : public JudgementObserver {
 public:
  Listener(const ExplainPlan& plan, Seen& seen) : plan_(plan), seen_(seen) {}

  void came(const SeenEvent& event) override {
    passes = true;
    for (const ExplainInput& input : plan_.inputs) {
      if (!input.filter) continue;
      const ExplainedPart tree = explain(*input.filter, event.vm, event.event);
      note(misfit_of_tree(tree, seen_));
      passes = tree.holds == true;
      const bool is_near = distance_of(*input.filter, event.vm, event.event).tests == 0;
      if (is_near != passes) note("a distance that does not fit: " + tree.text);
    }
  }
  void judged(const SeenEvent& event, const Judgement& judgement) override {
    if (judgement.rule != plan_.rule) return;
    ++judgements;
    if (plan_.when) {
      const ExplainedPart tree = explain(*plan_.when, event.vm, event.event);
      note(misfit_of_tree(tree, seen_));
      if (tree.holds != judgement.holds) note("the engine decided otherwise: " + tree.text);
    }
    for (const ExplainException& exception : plan_.exceptions) {
      if (!exception.where) continue;
      note(misfit_of_tree(explain(*exception.where, event.vm, event.event), seen_));
    }
    // Every step of a match holds, with what stands for the others.
    for (std::size_t i = 0; i < plan_.inputs.size() && judgement.with_step; ++i) {
      if (!plan_.inputs[i].where) continue;
      judgement.with_step(i, [&](const SeenEvent& of_step) {
        const ExplainedPart tree = explain(*plan_.inputs[i].where, of_step.vm, of_step.event);
        note(misfit_of_tree(tree, seen_));
        if (tree.holds != true) note("a step of a match does not hold: " + tree.text);
      });
    }
    if (judgement.firing != nullptr) ++firings;
  }
  void stepped(const SeenEvent& event, const StepJudgement& judgement) override {
    if (judgement.rule != plan_.rule) return;
    ++attempts;
    using Result = StepJudgement::Result;
    const bool is_late = judgement.result == Result::kLate;
    if (is_late || judgement.result == Result::kStepLate) {
      // Counted back from the event, the time that passed too long began at the step before, or not later
      // than at the first.
      const std::int64_t since = event.told.time - judgement.late_by - judgement.width;
      const bool fits =
          is_late ? since <= judgement.matched.front().time : since == judgement.matched.back().time;
      if (judgement.late_by < 0 || !fits) note("an event is late, but not by so much: " + event.told.id);
      ++late;
    }
    if (judgement.result == Result::kMatches && judgement.until <= event.told.time)
      note("the time for the next step is over at once: " + event.told.id);
    const std::optional<ExplainNode>& where = plan_.inputs[judgement.input].where;
    if (!where) return;
    const ExplainedPart tree = explain(*where, event.vm, event.event);
    note(misfit_of_tree(tree, seen_));
    const bool is_where = judgement.result == StepJudgement::Result::kWhere;
    if (is_where && tree.holds != false)
      note("a condition of a step holds that is said not to: " + tree.text);
    const bool holds = judgement.result == StepJudgement::Result::kMatches ||
                       judgement.result == StepJudgement::Result::kCollects;
    if (holds && !any_order && tree.holds != true)
      note("a step matched, but its condition does not hold: " + tree.text);
  }
  void stands(const Firing&) override { ++standing; }
  void held_back(const Firing&, std::int64_t, int) override { ++quieted; }

  bool passes = false;
  bool any_order = false;
  unsigned attempts = 0, late = 0, judgements = 0, firings = 0, standing = 0, quieted = 0;
  std::string wrong;

 private:
  void note(const std::string& text) {
    if (wrong.empty()) wrong = text;
  }

  const ExplainPlan& plan_;
  Seen& seen_;
};

std::string text_of(const ast::Rule& rule, const SourceFiles& files) {
  return files[0].text.substr(rule.span.begin, rule.span.end - rule.span.begin);
}

Program program_of(const Model& model, const SourceFiles& files, const std::string& rule, ExplainPlan* plan) {
  Diagnostics diagnostics;
  GenerateOptions options;
  options.only = {rule};
  if (plan != nullptr) plan->name = rule;
  options.explain = plan;
  auto program = build(model, files, options, diagnostics);
  if (!program) FAIL(diagnostics.back().message << "\n" << files[0].text);
  return *std::move(program);
}

/// All alerts of a log as text.
std::vector<std::string> alerts_of(const Program& program, const std::vector<LoggedEvent>& log,
                                   JudgementObserver* observer, EngineStats& stats) {
  EngineOptions options;
  options.decide = Decide::kFinal;
  options.observer = observer;
  Engine engine(program, options);
  for (const LoggedEvent& event : log) REQUIRE(engine.feed(reference::record_of(event)));
  std::vector<std::string> alerts;
  REQUIRE(engine.finish([&](const Alert& alert) {
    nlohmann::ordered_json json = to_json(alert);
    json.erase("ruleset");  // the parts of the conditions are code of their own
    alerts.push_back(json.dump());
  }));
  stats = engine.stats();
  return alerts;
}

}  // namespace

TEST_CASE("explanations of rules for single events fit the engine and the reference") {
  constexpr unsigned kRules = 40, kRecords = 25;
  Seen seen;
  unsigned pairs = 0, firing = 0;
  for (unsigned seed = 3000; seed < 3000 + 12 * scale(); ++seed) {
    RuleGenerator generator(seed);
    const SourceFiles files{{"generated.shrike", generator.file(kRules)}};
    const Analysis analysis = analyse(files);
    REQUIRE_FALSE(analysis.has_errors());
    std::vector<std::string> records;
    for (unsigned i = 0; i < kRecords; ++i) records.push_back(generator.record());
    reference::Evaluator evaluator(analysis.model);
    for (const RuleInfo& rule : analysis.model.rules) {
      ExplainPlan plan;
      const Program program = program_of(analysis.model, files, rule.decl->name.text, &plan);
      Listener listener(plan, seen);
      EngineOptions options;
      options.observer = &listener;
      Engine engine(program, options);
      for (const std::string& record : records) {
        ++pairs;
        const auto alerts = engine.feed(record);
        REQUIRE(alerts);
        reference::RefEvent event;
        event.source = &analysis.model.sources[0];
        event.event_class = event.source->event_class;
        event.raw = reference::from_json(nlohmann::ordered_json::parse(record));
        const bool fires = evaluator.fires(rule, event);
        firing += fires ? 1 : 0;
        if (!listener.wrong.empty() || listener.passes != fires)
          FAIL("seed " << seed << ": " << listener.wrong << "; told " << listener.passes
                       << ", the reference says " << fires << "\n"
                       << text_of(*rule.decl, files) << "\n"
                       << record);
      }
    }
  }
  MESSAGE(pairs << " rule and record pairs, " << firing << " fire; " << seen.trees << " trees of "
                << seen.parts << " parts, " << seen.turned << " turned round");
  CHECK(firing > 1000);
  CHECK(seen.turned > 5000);
}

TEST_CASE("explanations of rules that remember fit the engine, and listening changes nothing") {
  Seen seen;
  unsigned judgements = 0, attempts = 0, late = 0, firings = 0, rules = 0;
  for (unsigned seed = 8000; seed < 8000 + 150 * scale(); ++seed) {
    StateGenerator generator(seed);
    const SourceFiles files{{"generated.shrike", generator.file()}};
    const Analysis analysis = analyse(files);
    REQUIRE_FALSE(analysis.has_errors());
    const std::vector<LoggedEvent> log = generator.log(40);
    for (const RuleInfo& rule : analysis.model.rules) {
      ++rules;
      const std::string& name = rule.decl->name.text;
      ExplainPlan plan;
      const Program program = program_of(analysis.model, files, name, &plan);
      Listener listener(plan, seen);
      listener.any_order = rule.decl->order == ast::StepOrder::kTogether;
      EngineStats stats, plain_stats;
      const auto alerts = alerts_of(program, log, &listener, stats);
      const auto plain =
          alerts_of(program_of(analysis.model, files, name, nullptr), log, nullptr, plain_stats);
      if (!listener.wrong.empty() || alerts != plain)
        FAIL("seed " << seed << ", " << listener.wrong << ", " << alerts.size()
                     << " alerts, without a listener " << plain.size() << "\n"
                     << files[0].text);
      CHECK(stats.firings == plain_stats.firings);
      CHECK(listener.standing == alerts.size());
      CHECK(listener.quieted == stats.quieted);
      judgements += listener.judgements;
      attempts += listener.attempts;
      late += listener.late;
      firings += listener.firings;

      Explainer explainer(program, plan, {1000, {}, {}});
      CHECK(alerts_of(program, log, &explainer, stats) == plain);
      std::size_t explained = 0;
      for (const Explanation& explanation : explainer.best())
        explained += explanation.fate == Fate::kAlert ? 1U : 0U;
      CHECK_MESSAGE(explained == alerts.size(), "seed " << seed << " rule " << name);
    }
  }
  MESSAGE(rules << " rules, " << judgements << " judgements, " << attempts << " attempts at steps (" << late
                << " late), " << firings << " firings; " << seen.trees << " trees of " << seen.parts
                << " parts");
  CHECK(firings > 1000);
  CHECK(late > 100);
}
