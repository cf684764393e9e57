// `shrike check`: everything that is wrong or odd about rules.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>

#include "dsl/compilation.hpp"
#include "playground/cli/commands.hpp"
#include "playground/cli/diagnostics_text.hpp"
#include "playground/cli/exit_codes.hpp"
#include "playground/cli/output.hpp"
#include "playground/cli/rule_cost.hpp"
#include "playground/cli/rule_set.hpp"
#include "playground/cli/safe_text.hpp"
#include "playground/cli/suggestions.hpp"
#include "playground/cli/terminal.hpp"
#include "playground/cli/text_layout.hpp"

namespace shrike::cli {
namespace {

constexpr std::array<std::string_view, 2> kFormats{"human", "json"};

struct CheckOptions {
  std::vector<std::string> paths;
  std::string format = "human";
  bool cost = false;
};

struct CheckResult {
  Diagnostics diagnostics;
  std::vector<std::string> rules;  ///< that the user named
  std::vector<RuleCost> costs;
  bool is_empty = true;  ///< the files that the user named declare nothing
};

CheckResult check_rules(const RuleSet& rules) {
  CheckResult result;
  Analysis analysis = analyse(rules.files);
  for (const ast::File& file : analysis.model.files)
    if (file.index < rules.given && !file.declarations.empty()) result.is_empty = false;
  GenerateOptions options;
  for (const RuleInfo& rule : analysis.model.rules) {
    if (!rules.is_given(rule.decl->name.span)) continue;
    result.rules.push_back(rule.decl->name.text);
  }
  if (!analysis.has_errors() && !result.rules.empty()) {
    options.only = result.rules;
    if (const auto program = build(analysis.model, rules.files, options, analysis.diagnostics)) {
      result.costs = rule_costs(*program);
    }
    sort_by_place(analysis.diagnostics);
  }
  result.diagnostics = relevant(std::move(analysis.diagnostics), rules);
  return result;
}

std::string summary(const CheckResult& result, const DiagnosticCount& found, std::size_t files,
                    const Style& style) {
  std::string text =
      fmt::format("{} and {} in {}, {}", counted(found.errors, "error"), counted(found.warnings, "warning"),
                  counted(result.rules.size(), "rule"), counted(files, "file"));
  text = style(found.errors != 0     ? Paint::kBad
               : found.warnings != 0 ? Paint::kWarning
                                     : Paint::kGood,
               text) +
         '\n';
  return text;
}

int check(const CheckOptions& options) {
  if (auto wrong = wrong_choice("--format", options.format, kFormats)) return wrong_usage("check", *wrong);
  const auto rules = read_rules(options.paths);
  if (!rules) {
    say_error(rules.error());
    return kUsage;
  }
  const CheckResult result = check_rules(*rules);
  const DiagnosticCount found = count(result.diagnostics);

  auto output = Output::open("");
  if (options.format == "json") {
    nlohmann::ordered_json json = {{"diagnostics", to_json(result.diagnostics, rules->files)},
                                   {"errors", found.errors},
                                   {"warnings", found.warnings},
                                   {"files", rules->given},
                                   {"rules", result.rules.size()}};
    if (options.cost) json["cost"] = cost_json(result.costs);
    output->write(json_line(json));
  } else {
    const Style style(wants_colour(STDOUT_FILENO));
    output->write(to_text(result.diagnostics, rules->files, style.has_colour(), columns_of(STDOUT_FILENO)));
    if (options.cost && found.errors == 0) output->write(cost_text(result.costs) + '\n');
    output->write(summary(result, found, rules->given, style));
  }
  const int written = close_output(*output);
  if (written != kDone) return written;
  if (result.is_empty && found.errors == 0) {
    say_note(
        "these files declare nothing; a rule begins with `rule NAME \"Title\" {`, and `shrike check` without "
        "a path "
        "checks the standard library");
  }
  return found.errors != 0 ? kUsage : kDone;
}

constexpr std::string_view kFooter = R"(Examples:
  shrike check my-rules/
  shrike check --format json my-rules/ | jq '.diagnostics[].message'
  shrike check --cost
      what each rule of the standard library may cost

Exit codes:
  0  no errors (there may be warnings)
  2  errors
  5  output could not be written)";

}  // namespace

void add_check(CLI::App& app, Action& action) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* const command = app.add_subcommand("check",
                                               "Says what is wrong with rules and what is odd about them, "
                                               "with the place and a repair. Without a path, the standard "
                                               "library is checked. " +
                                                   std::string(kCompletionHelp));
  command->footer(std::string(kFooter));
  command->add_option("PATH", options->paths, "Folders and .shrike files, checked as one rule set");
  command->add_option("--format", options->format, "human or json")->type_name("FORMAT");
  command->add_flag("--cost", options->cost, "Also what each rule may cost per event, in the worst case");
  command->callback([options, &action] { action = [options] { return check(*options); }; });
}

}  // namespace shrike::cli
