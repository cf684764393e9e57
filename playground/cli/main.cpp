// The program `shrike`: finds the command and does it. Each command has a file of its own: run_command.cpp,
// check_command.cpp, … Read next: commands.hpp.
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>

#include "playground/cli/command_line.hpp"
#include "playground/cli/commands.hpp"
#include "playground/cli/exit_codes.hpp"
#include "playground/cli/help_layout.hpp"
#include "playground/cli/output.hpp"
#include "playground/cli/terminal.hpp"
#include "playground/cli/version.hpp"
#include "shrike/program.hpp"

namespace shrike::cli {
namespace {

int print(const std::string& text) {
  auto output = Output::open("");
  output->write(text);
  return close_output(*output);
}

int main_program(int argc, const char* const* argv) {
  CLI::App app("Detection rules over Microsoft 365 and Entra ID logs", "shrike");
  app.formatter(std::make_shared<HelpLayout>(columns_of(STDOUT_FILENO)));
  app.set_help_flag("-h,--help", "This text");
  app.set_version_flag(
      "--version",
      fmt::format("shrike {} (language {}, bytecode {})", kVersion, kLanguageVersion, kBytecodeVersion),
      "The version");
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  shrike run logs/                 find attacks in a folder of exported logs\n"
      "  shrike run --format ndjson - <x  the same from standard input, for programs\n"
      "  shrike explain RULE logs/        why a rule fires, or does not\n"
      "  shrike check my-rules/           what is wrong with your own rules\n\n"
      "`shrike COMMAND --help` tells more about each.");

  Action action;
  add_run(app, action);
  add_explain(app, action);
  add_check(app, action);
  add_test(app, action);
  add_compile(app, action);
  add_disasm(app, action);
  add_fmt(app, action);
  add_doc(app, action);

  if (argc < 2) {
    fmt::print(stderr, "{}", app.help());
    return kUsage;
  }
  if (const auto misspelling = find_misspelling(app, argc, argv))
    return wrong_usage(misspelling->command, misspelling->message);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return print(app.help());
  } catch (const CLI::CallForVersion& version) {
    return print(std::string(version.what()) + '\n');
  } catch (const CLI::ParseError& mistake) {
    const auto chosen = app.get_subcommands();
    return wrong_usage(chosen.empty() ? std::string() : chosen.front()->get_name(), mistake.what());
  }
  return action ? action() : kUsage;
}

}  // namespace
}  // namespace shrike::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is told by write()
  try {
    return shrike::cli::main_program(argc, argv);
  } catch (const std::bad_alloc&) {
    shrike::cli::say_error("there is not enough memory");
  } catch (const std::exception& mistake) {
    shrike::cli::say_error(mistake.what());
  }
  return shrike::cli::kFailed;
}
