#include "playground/cli/command_line.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <string_view>
#include <vector>

#include "playground/cli/suggestions.hpp"

namespace shrike::cli {
namespace {

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::optional<std::string> unknown_option(const CLI::App& app, std::string_view argument) {
  std::string name(argument.substr(0, argument.find('=')));
  if (!argument.starts_with("--")) name = name.substr(0, 2);  // the value may follow at once: -oFILE
  if (app.get_option_no_throw(name) != nullptr) return std::nullopt;
  const std::vector<std::string> names = option_names(app);
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string written(argument.substr(0, argument.find('=')));
  return fmt::format("there is no option `{}`{}", written, did_you_mean(written, candidates));
}

}  // namespace

std::optional<Misspelling> find_misspelling(const CLI::App& app, int argc, const char* const* argv) {
  const CLI::App* command = nullptr;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--") break;
    const CLI::App& current = command == nullptr ? app : *command;
    if (argument.size() > 1 && argument.front() == '-') {
      if (auto message = unknown_option(current, argument)) {
        return Misspelling{command == nullptr ? std::string() : command->get_name(), *message};
      }
      continue;
    }
    if (command != nullptr) continue;
    std::vector<std::string> names;
    for (const CLI::App* known : app.get_subcommands([](const CLI::App*) { return true; })) {
      if (known->get_name() == argument) command = known;
      names.push_back(known->get_name());
    }
    if (command != nullptr) continue;
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    std::string message =
        fmt::format("there is no command `{}`{}", argument, did_you_mean(argument, candidates));
    struct stat status{};
    if (::stat(argv[i], &status) == 0)
      message = fmt::format("no command before '{}'; did you mean `shrike run {}`?", argument, argument);
    return Misspelling{{}, message};
  }
  return std::nullopt;
}

}  // namespace shrike::cli
