// The standard library's own tests, and what every rule of it must have.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "dsl/compilation.hpp"
#include "dsl/test_runner.hpp"
#include "shrike/compile.hpp"

using namespace shrike;

namespace {

struct Library {
  SourceFiles files;
  Analysis analysis;
  Library() {
    add_standard_library(files, true);
    analysis = analyse(files);
  }
};

bool expects_alert(const ast::Case& one) {
  return std::any_of(one.steps.begin(), one.steps.end(), [](const ast::TestStep& step) {
    return step.kind == ast::TestStep::Kind::kExpectAlert;
  });
}

}  // namespace

TEST_CASE("the standard library checks without errors or warnings") {
  const Library library;
  for (const Diagnostic& d : library.analysis.diagnostics) FAIL_CHECK(render(d, library.files));
}

TEST_CASE("every inline test of the standard library passes") {
  const Library library;
  REQUIRE(!library.analysis.has_errors());
  const auto results = run_tests(library.analysis.model, library.files);
  CHECK(results.size() >= 1000);
  for (const CaseResult& result : results) {
    for (const std::string& failure : result.failures)
      FAIL_CHECK(result.rule << ", \"" << result.title << "\": " << failure);
  }
}

TEST_CASE("every rule has its documents, two cases that fire and two near misses") {
  const Library library;
  const Model& model = library.analysis.model;
  CHECK(model.rules.size() >= 60);
  std::map<std::string, std::pair<int, int>> cases;
  for (const TestInfo& test : model.tests) {
    for (const ast::Case& one : test.decl->cases) {
      auto& [firing, silent] = cases[test.decl->rule.text];
      ++(expects_alert(one) ? firing : silent);
    }
  }
  for (const RuleInfo& rule : model.rules) {
    const ast::Rule& decl = *rule.decl;
    CAPTURE(decl.name.text);
    CHECK(!decl.doc.empty());
    CHECK(decl.say.has_value());
    CHECK(!decl.attack.empty());
    CHECK(!decl.known_false.empty());
    CHECK(cases[decl.name.text].first >= 2);
    CHECK(cases[decl.name.text].second >= 2);
  }
}
