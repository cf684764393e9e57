// The commands of the program. Each function adds one to the command line; when it was chosen, `action` is
// set to what does the work and returns the exit code. Read next: the file named after a command.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace shrike::cli {

using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_test(CLI::App& app, Action& action);
void add_compile(CLI::App& app, Action& action);
void add_disasm(CLI::App& app, Action& action);
void add_fmt(CLI::App& app, Action& action);
void add_doc(CLI::App& app, Action& action);

}  // namespace shrike::cli
