// `shrike test`: the tests that stand beside the rules.
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>

#include "dsl/compilation.hpp"
#include "playground/cli/commands.hpp"
#include "playground/cli/diagnostics_text.hpp"
#include "playground/cli/exit_codes.hpp"
#include "playground/cli/output.hpp"
#include "playground/cli/rule_set.hpp"
#include "playground/cli/suggestions.hpp"
#include "playground/cli/terminal.hpp"
#include "playground/cli/test_report.hpp"

namespace shrike::cli {
namespace {

constexpr std::array<std::string_view, 3> kFormats{"human", "json", "junit"};

struct TestOptions {
  std::vector<std::string> paths;
  std::string format = "human";
};

int test(const TestOptions& options) {
  if (auto wrong = wrong_choice("--format", options.format, kFormats)) return wrong_usage("test", *wrong);
  const auto rules = read_rules(options.paths);
  if (!rules) {
    say_error(rules.error());
    return kUsage;
  }
  Analysis analysis = analyse(rules->files);
  if (analysis.has_errors()) {
    print_errors(analysis.diagnostics, rules->files);
    return kUsage;
  }
  std::erase_if(analysis.model.tests,
                [&](const TestInfo& test) { return !rules->is_given(test.decl->span); });

  const auto begin = std::chrono::steady_clock::now();
  const std::vector<CaseResult> results = run_tests(analysis.model, rules->files);
  TestReport report{results, rules->files};
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  auto output = Output::open("");
  if (options.format == "json") {
    output->write(to_json_text(report));
  } else if (options.format == "junit") {
    output->write(to_junit(report));
  } else {
    output->write(to_text(report, Style(wants_colour(STDOUT_FILENO))));
  }
  const int written = close_output(*output);
  if (written != kDone) return written;
  if (results.empty()) say_note("there is no `test` in these files");
  return report.failed() == 0 ? kDone : kFound;
}

constexpr std::string_view kFooter = R"(Examples:
  shrike test my-rules/
  shrike test --format junit my-rules/ > results.xml

Exit codes:
  0  all passed
  1  a test failed
  2  wrong usage, or the rules do not compile
  5  output could not be written)";

}  // namespace

void add_test(CLI::App& app, Action& action) {
  auto options = std::make_shared<TestOptions>();
  CLI::App* const command = app.add_subcommand("test",
                                               "Runs the tests that stand beside rules and says which fail "
                                               "and why. Without a path, those of the standard library. " +
                                                   std::string(kCompletionHelp));
  command->footer(std::string(kFooter));
  command->add_option("PATH", options->paths, "Folders and .shrike files, read as one rule set");
  command->add_option("--format", options->format, "human, json or junit")->type_name("FORMAT");
  command->callback([options, &action] { action = [options] { return test(*options); }; });
}

}  // namespace shrike::cli
