// `shrike disasm`: the bytecode of rules, readably.
#include <fmt/format.h>

#include <memory>

#include "playground/cli/commands.hpp"
#include "playground/cli/diagnostics_text.hpp"
#include "playground/cli/exit_codes.hpp"
#include "playground/cli/output.hpp"
#include "playground/cli/rule_set.hpp"
#include "playground/cli/terminal.hpp"

namespace shrike::cli {
namespace {

struct DisasmOptions {
  std::vector<std::string> paths;
  std::string rule;
};

tl::expected<Program, int> program_of(const DisasmOptions& options) {
  for (const std::string& path : options.paths) {
    if (!is_compiled(path)) continue;
    if (options.paths.size() > 1)
      return tl::unexpected(wrong_usage("disasm", "a .shrikec stands alone: give no other path"));
    auto program = load_compiled(path);
    if (program) return std::move(*program);
    say_error(program.error());
    return tl::unexpected<int>(kUsage);
  }
  const auto rules = read_rules(options.paths);
  if (!rules) {
    say_error(rules.error());
    return tl::unexpected<int>(kUsage);
  }
  auto compiled = compile(rules->files);
  if (compiled) return std::move(compiled->program);
  print_errors(compiled.error(), rules->files);
  return tl::unexpected<int>(kUsage);
}

int disasm(const DisasmOptions& options) {
  const auto program = program_of(options);
  if (!program) return program.error();
  if (!options.rule.empty()) {
    if (auto unknown = unknown_rule({options.rule}, rule_names(*program))) {
      say_error(*unknown);
      return kUsage;
    }
  }
  auto output = Output::open("");
  output->write(disassemble(*program, options.rule));
  return close_output(*output);
}

constexpr std::string_view kFooter = R"(Examples:
  shrike disasm my-rules/
  shrike disasm --rule rule_external_forward
      one rule of the standard library
  shrike disasm my-rules.shrikec

Exit codes:
  0  done
  2  the rules do not compile, or the .shrikec cannot be used
  5  output could not be written)";

}  // namespace

void add_disasm(CLI::App& app, Action& action) {
  auto options = std::make_shared<DisasmOptions>();
  CLI::App* const command = app.add_subcommand("disasm",
                                               "Prints what rules compile to, with the lines they come from. "
                                               "Without a path, the standard library's. " +
                                                   std::string(kCompletionHelp));
  command->footer(std::string(kFooter));
  command->add_option("PATH", options->paths, "Folders and .shrike files, or one .shrikec");
  command->add_option("--rule", options->rule, "Only what this rule consists of")->type_name("RULE");
  command->callback([options, &action] { action = [options] { return disasm(*options); }; });
}

}  // namespace shrike::cli
