// Results of inline tests, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "dsl/test_runner.hpp"
#include "playground/cli/terminal.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike::cli {

struct TestReport {
  const std::vector<CaseResult>& results;
  const SourceFiles& files;
  double seconds = 0;

  std::size_t failed() const;
};

/// The failures with file and line, then "N passed, N failed".
std::string to_text(const TestReport& report, const Style& style);
/// {passed, failed, seconds, cases: [{rule, title, file, line, passed, failures}]}, one line.
std::string to_json_text(const TestReport& report);
/// JUnit's XML: one test suite per rule.
std::string to_junit(const TestReport& report);

}  // namespace shrike::cli
