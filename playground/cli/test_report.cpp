#include "playground/cli/test_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "playground/cli/safe_text.hpp"
#include "playground/cli/text_layout.hpp"

namespace shrike::cli {

using Json = nlohmann::ordered_json;

namespace {

std::string file_of(const CaseResult& result, const SourceFiles& files) {
  return result.where.file < files.size() ? files[result.where.file].name : std::string();
}

std::uint32_t line_of(const CaseResult& result, const SourceFiles& files) {
  return result.where.file < files.size() ? locate(files[result.where.file], result.where.begin).line : 0;
}

/// Lines of a failure, each made safe.
std::vector<std::string> lines_of(std::string_view failure) {
  std::vector<std::string> lines;
  while (true) {
    const std::size_t end = failure.find('\n');
    lines.push_back(safe_text(failure.substr(0, end), 2000));
    if (end == std::string_view::npos) return lines;
    failure.remove_prefix(end + 1);
  }
}

}  // namespace

std::size_t TestReport::failed() const {
  return static_cast<std::size_t>(std::count_if(results.begin(), results.end(),
                                                [](const CaseResult& result) { return !result.passed(); }));
}

std::string to_text(const TestReport& report, const Style& style) {
  std::string text;
  for (const CaseResult& result : report.results) {
    if (result.passed()) continue;
    text += fmt::format(
        "{} {}: {}: {}\n", style(Paint::kBad, "FAILED"), safe_text(result.rule), safe_text(result.title),
        style(Paint::kDim,
              fmt::format("{}:{}", safe_text(file_of(result, report.files)), line_of(result, report.files))));
    for (const std::string& failure : result.failures) {
      for (const std::string& line : lines_of(failure)) text += "    " + line + '\n';
    }
    text += '\n';
  }
  const std::size_t failed = report.failed();
  text += style(failed == 0 ? Paint::kGood : Paint::kBad,
                fmt::format("{} passed, {} failed", report.results.size() - failed, failed));
  return text + '\n';
}

std::string to_json_text(const TestReport& report) {
  Json cases = Json::array();
  for (const CaseResult& result : report.results) {
    cases.push_back({{"rule", result.rule},
                     {"title", result.title},
                     {"file", file_of(result, report.files)},
                     {"line", line_of(result, report.files)},
                     {"passed", result.passed()},
                     {"failures", result.failures}});
  }
  const std::size_t failed = report.failed();
  return json_line({{"passed", report.results.size() - failed},
                    {"failed", failed},
                    {"seconds", report.seconds},
                    {"cases", std::move(cases)}});
}

std::string to_junit(const TestReport& report) {
  std::vector<std::string> rules;  // in the order in which they were tested
  for (const CaseResult& result : report.results) {
    if (std::find(rules.begin(), rules.end(), result.rule) == rules.end()) rules.push_back(result.rule);
  }
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuites tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n", report.results.size(),
                      report.failed(), report.seconds);
  for (const std::string& rule : rules) {
    std::string cases;
    std::size_t tests = 0, failures = 0;
    for (const CaseResult& result : report.results) {
      if (result.rule != rule) continue;
      ++tests;
      cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\"",
                           xml_text(rule), xml_text(result.title), xml_text(file_of(result, report.files)),
                           line_of(result, report.files));
      if (result.passed()) {
        cases += "/>\n";
        continue;
      }
      ++failures;
      cases += ">\n";
      for (const std::string& failure : result.failures) {
        const std::vector<std::string> lines = lines_of(failure);
        cases += fmt::format("      <failure message=\"{}\">", xml_text(lines.front()));
        for (const std::string& line : lines) cases += xml_text(line) + '\n';
        cases += "</failure>\n";
      }
      cases += "    </testcase>\n";
    }
    text += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n{}  </testsuite>\n",
                        xml_text(rule), tests, failures, cases);
  }
  return text + "</testsuites>\n";
}

}  // namespace shrike::cli
