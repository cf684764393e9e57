// Runs the `test` declarations of a rule set on a virtual clock (language manual, "Tests").
#pragma once

#include <string>
#include <vector>

#include "dsl/model.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike {

struct CaseResult {
  std::string rule;
  std::string title;
  Span where;
  std::vector<std::string> failures;  ///< one sentence each; empty: passed
  bool passed() const { return failures.empty(); }
};

/// Runs every case of the model's tests, in the order of the files. Each case has an engine of its own with
/// just the rule under test.
std::vector<CaseResult> run_tests(const Model& model, const SourceFiles& files);

}  // namespace shrike
