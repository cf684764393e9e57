// The VM against the reference evaluator on generated rules and records: who fires, with what score, and what
// is said.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

#include "dsl/compilation.hpp"
#include "runtime/alert_builder.hpp"
#include "shrike/engine.hpp"
#include "tests/reference/evaluator.hpp"
#include "tests/reference/rule_generator.hpp"

using namespace shrike;
using namespace shrike::reference;

namespace {

constexpr unsigned kRulesPerFile = 40;
constexpr unsigned kRecordsPerFile = 60;

unsigned scale() {
  const char* given = std::getenv("SHRIKE_TEST_SCALE");
  return given == nullptr ? 1 : static_cast<unsigned>(std::max(1, std::atoi(given)));
}

int reference_score(Evaluator& evaluator, const RuleInfo& rule, const RefEvent& event) {
  double sum = 0;
  for (const auto& amount : rule.decl->score) {
    const RefValue value = evaluator.value(*amount, rule, event);
    if (value.is_number()) sum += value.as_float();
  }
  return static_cast<int>(std::lround(std::min(100.0, std::max(0.0, sum))));
}

std::string reference_message(Evaluator& evaluator, const RuleInfo& rule, const RefEvent& event) {
  Arena arena;
  std::string message;
  for (std::size_t i = 0; i < rule.decl->say->pieces.size(); ++i) {
    message += rule.decl->say->pieces[i];
    if (i < rule.decl->say->exprs.size()) {
      message += spoken(to_value(evaluator.value(*rule.decl->say->exprs[i], rule, event), arena));
    }
  }
  return message;
}

/// Compares all rules on all records of one generated file; returns the number of pairs.
unsigned compare_file(std::uint64_t seed) {
  RuleGenerator generator(seed);
  SourceFiles files;
  files.push_back({"generated.shrike", generator.file(kRulesPerFile)});
  Analysis analysis = analyse(files);
  Diagnostics diagnostics = analysis.diagnostics;
  std::optional<Program> program;
  if (!analysis.has_errors()) program = build(analysis.model, files, {}, diagnostics);
  if (!program) {
    for (const Diagnostic& d : diagnostics) {
      if (d.level == DiagnosticLevel::kError) MESSAGE(render(d, files));
    }
    FAIL("seed " << seed << ": the generated rules do not compile");
  }
  Engine engine(*program);
  Evaluator evaluator(analysis.model);
  const SourceInfo& source = analysis.model.sources[0];
  unsigned pairs = 0;
  for (unsigned i = 0; i < kRecordsPerFile; ++i) {
    const std::string record = generator.record();
    RefEvent event;
    event.source = &source;
    event.event_class = source.event_class;
    event.raw = from_json(nlohmann::ordered_json::parse(record));
    const auto alerts = engine.feed(record);
    if (!alerts) FAIL("seed " << seed << ", record " << record << ": " << alerts.error().message);
    std::map<std::string, const Alert*> fired;
    for (const Alert& alert : *alerts) fired[alert.rule] = &alert;
    for (const RuleInfo& rule : analysis.model.rules) {
      ++pairs;
      const std::string& name = rule.decl->name.text;
      const bool expected = evaluator.fires(rule, event);
      const auto found = fired.find(name);
      const auto describe_pair = [&] {
        const Span span = rule.decl->span;
        return "seed " + std::to_string(seed) + "\n" +
               files[0].text.substr(span.begin, span.end - span.begin) + "\n" + record;
      };
      if (expected != (found != fired.end())) {
        FAIL("the reference says " << std::string(expected ? "fires" : "does not fire")
                                   << ", the VM the opposite: " << describe_pair());
      }
      if (!expected) continue;
      const int score = reference_score(evaluator, rule, event);
      if (score != found->second->score) {
        FAIL("score " << found->second->score << ", the reference says " << score << ": " << describe_pair());
      }
      const std::string message = reference_message(evaluator, rule, event);
      if (message != found->second->message) {
        FAIL("message `" << found->second->message << "`, the reference says `" << message
                         << "`: " << describe_pair());
      }
    }
  }
  return pairs;
}

}  // namespace

TEST_CASE("the VM agrees with the reference evaluator on generated rules and records") {
  const unsigned files = 50 * scale();
  unsigned pairs = 0;
  for (unsigned i = 0; i < files; ++i) pairs += compare_file(1000 + i);
  MESSAGE(pairs << " rule and record pairs compared");
  CHECK(pairs >= 100'000);
}
