// `shrike doc`: what the rules find and need, and the reference of the language, from the tables and files
// that everything else reads too.
#include <fmt/format.h>

#include <array>
#include <memory>

#include "dsl/compilation.hpp"
#include "playground/cli/commands.hpp"
#include "playground/cli/diagnostics_text.hpp"
#include "playground/cli/exit_codes.hpp"
#include "playground/cli/language_reference.hpp"
#include "playground/cli/output.hpp"
#include "playground/cli/rule_catalogue.hpp"
#include "playground/cli/rule_set.hpp"
#include "playground/cli/suggestions.hpp"
#include "playground/cli/terminal.hpp"

namespace shrike::cli {
namespace {

struct DocOptions {
  std::string topic = "rules";
  std::vector<std::string> rules;
};

struct Topic {
  std::string_view name;
  std::string_view help;
  std::string (*write)(const Model& model, const SourceFiles& files);
};

constexpr std::array kTopics{
    Topic{"rules", "what each rule finds, reads, and can be tuned by", catalogue},
    Topic{"logs", "which rules work with which log",
          [](const Model& model, const SourceFiles&) { return coverage_table(model); }},
    Topic{"attack", "a layer for the ATT&CK Navigator, as JSON",
          [](const Model& model, const SourceFiles&) { return attack_layer(model).dump(2) + '\n'; }},
    Topic{"fields", "the classes of events and their fields",
          [](const Model& model, const SourceFiles&) { return field_reference(model); }},
    Topic{"functions", "built-in functions and aggregates",
          [](const Model&, const SourceFiles&) { return function_reference(); }},
    Topic{"responses", "what `respond` may name, and what it leaves undone",
          [](const Model&, const SourceFiles&) { return response_reference(); }},
    Topic{"diagnostics", "every message of `shrike check`",
          [](const Model&, const SourceFiles&) { return diagnostic_reference(); }},
};

int doc(const DocOptions& options) {
  std::vector<std::string_view> names;
  for (const Topic& topic : kTopics) names.push_back(topic.name);
  const Topic* chosen = nullptr;
  for (const Topic& topic : kTopics) {
    if (topic.name == options.topic) chosen = &topic;
  }
  if (chosen == nullptr)
    return wrong_usage(
        "doc", fmt::format("there is no topic `{}`{}", options.topic, did_you_mean(options.topic, names)));
  const auto rules = read_rules(options.rules);
  if (!rules) {
    say_error(rules.error());
    return kUsage;
  }
  const Analysis analysis = analyse(rules->files);
  if (analysis.has_errors()) {
    say_error("the rules have mistakes; `shrike check` shows them");
    return kUsage;
  }
  auto output = Output::open("");
  output->write(chosen->write(analysis.model, rules->files));
  return close_output(*output);
}

constexpr std::string_view kFooter = R"(Examples:
  shrike doc logs
      what can be found with the logs that you have
  shrike doc attack > layer.json
      open it in the ATT&CK Navigator
  shrike doc rules --rules my-rules/

Exit codes:
  0  done
  2  no such topic, or rules with mistakes
  5  output could not be written)";

}  // namespace

void add_doc(CLI::App& app, Action& action) {
  auto options = std::make_shared<DocOptions>();
  CLI::App* const command =
      app.add_subcommand("doc", "Writes documentation in Markdown: of the rules, and of the language.");
  std::string topics = "Topics:\n";
  for (const Topic& topic : kTopics) topics += fmt::format("  {:<12} {}\n", topic.name, topic.help);
  command->footer(topics + '\n' + std::string(kFooter));
  command->add_option("TOPIC", options->topic, "What about; the rules if left out");
  command->add_option("--rules", options->rules, "Rules instead of the standard library's")
      ->type_name("PATH");
  command->callback([options, &action] { action = [options] { return doc(*options); }; });
}

}  // namespace shrike::cli
