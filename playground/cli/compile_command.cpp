// `shrike compile`: rule text to a .shrikec.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "playground/cli/commands.hpp"
#include "playground/cli/diagnostics_text.hpp"
#include "playground/cli/exit_codes.hpp"
#include "playground/cli/output.hpp"
#include "playground/cli/rule_set.hpp"
#include "playground/cli/terminal.hpp"
#include "playground/cli/text_layout.hpp"

namespace shrike::cli {
namespace {

struct CompileCommandOptions {
  std::vector<std::string> paths;
  std::string output;
};

int compile_rules(const CompileCommandOptions& options) {
  const bool to_standard_output = options.output == "-";
  if (to_standard_output && is_terminal(STDOUT_FILENO)) {
    return wrong_usage("compile", "compiled rules are no text: write them to a file or a pipe");
  }
  if (!to_standard_output && !is_compiled(options.output)) {
    return wrong_usage("compile", fmt::format("'{}' must end in .shrikec", options.output));
  }
  const auto rules = read_rules(options.paths);
  if (!rules) {
    say_error(rules.error());
    return kUsage;
  }
  const auto compiled = compile(rules->files);
  if (!compiled) {
    print_errors(compiled.error(), rules->files);
    return kUsage;
  }
  if (!options.paths.empty()) mention_warnings(relevant(compiled->warnings, *rules));
  const std::string bytes = compiled->program.save();
  if (to_standard_output) {
    auto output = Output::open("");
    output->write(bytes);
    return close_output(*output);
  }
  if (auto written = replace_file(options.output, bytes); !written) {
    say_error(written.error().message);
    return kFailed;
  }
  say_note(fmt::format("{}: {}, {}, rule set {}", options.output,
                       counted(rule_names(compiled->program).size(), "rule"), with_unit(bytes.size()),
                       compiled->program.hash()));
  return kDone;
}

constexpr std::string_view kFooter = R"(Examples:
  shrike compile my-rules/ -o my-rules.shrikec
  shrike compile contoso.shrike -o contoso.shrikec
      a tenant's settings, compiled into the standard library

Exit codes:
  0  done
  2  wrong usage, or the rules do not compile
  5  the file could not be written)";

}  // namespace

void add_compile(CLI::App& app, Action& action) {
  auto options = std::make_shared<CompileCommandOptions>();
  CLI::App* const command =
      app.add_subcommand("compile",
                         "Compiles rules, with the settings and exceptions among them, into one file for "
                         "`run --rules`. It is verified whenever "
                         "it is loaded. Without a path, the standard library is compiled. " +
                             std::string(kCompletionHelp));
  command->footer(std::string(kFooter));
  command->add_option("PATH", options->paths, "Folders and .shrike files, compiled as one rule set");
  command->add_option("-o,--output", options->output, "The file to write; - for standard output")
      ->type_name("FILE.shrikec")
      ->required();
  command->callback([options, &action] { action = [options] { return compile_rules(*options); }; });
}

}  // namespace shrike::cli
