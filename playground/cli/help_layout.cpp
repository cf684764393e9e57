#include "playground/cli/help_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "playground/cli/text_layout.hpp"

namespace shrike::cli {
namespace {

constexpr std::size_t kTextColumn = 24;

/// "-o, --output FILE"
std::string left_side(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  std::string text;
  for (const std::string& name : option.get_snames()) text += (text.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) text += (text.empty() ? "--" : ", --") + name;
  if (!option.get_option_text().empty()) return text + option.get_option_text();
  return option.get_expected_min() == 0 ? text : text + " " + option.get_type_name();
}

std::string usage(const CLI::App* app, const std::string& name) {
  std::string text = "Usage: " + name;
  if (!app->get_subcommands([](const CLI::App*) { return true; }).empty()) return text + " COMMAND ...\n";
  for (const CLI::Option* option : app->get_options()) {
    if (!option->get_positional() && option->get_required()) text += " " + left_side(*option);
  }
  text += " [OPTIONS]";
  for (const CLI::Option* option : app->get_options()) {
    if (!option->get_positional()) continue;
    const std::string_view more = option->get_items_expected_max() > 1 ? "..." : "";
    text += option->get_required() ? fmt::format(" {}{}", option->get_name(true), more)
                                   : fmt::format(" [{}{}]", option->get_name(true), more);
  }
  return text + '\n';
}

}  // namespace

void HelpLayout::append_entry(std::string& out, const std::string& left, const std::string& text) const {
  std::string line = "  " + left;
  const bool fits = width_of(line) + 2 <= kTextColumn;
  if (fits) {
    line = padded(line, kTextColumn);
  } else {
    out += line + '\n';
    line.assign(kTextColumn, ' ');
  }
  for (const std::string& piece : wrap(text, columns_ - kTextColumn)) {
    out += line + piece + '\n';
    line.assign(kTextColumn, ' ');
  }
}

void HelpLayout::append_options(std::string& out, const CLI::App* app) const {
  const std::vector<const CLI::Option*> options = app->get_options();
  std::vector<std::string> groups;
  std::string positionals;
  for (const CLI::Option* option : options) {
    if (option->get_positional()) {
      append_entry(positionals, left_side(*option), option->get_description());
    } else if (std::find(groups.begin(), groups.end(), option->get_group()) == groups.end()) {
      groups.push_back(option->get_group());
    }
  }
  // CLI11's own group holds --help and comes first; it is the least interesting.
  const auto own = std::find(groups.begin(), groups.end(), "Options");
  if (own != groups.end()) std::rotate(own, own + 1, groups.end());
  if (!positionals.empty()) out += '\n' + positionals;
  for (const std::string& group : groups) {
    out += fmt::format("\n{}:\n", group);
    for (const CLI::Option* option : options) {
      if (option->get_positional() || option->get_group() != group) continue;
      append_entry(out, left_side(*option), option->get_description());
    }
  }
}

std::string HelpLayout::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const {
  std::string out = usage(app, app->get_parent() != nullptr ? "shrike " + app->get_name() : name) + '\n';
  for (const std::string& line : wrap(app->get_description(), columns_)) out += line + '\n';
  const auto commands = app->get_subcommands([](const CLI::App*) { return true; });
  if (!commands.empty()) out += "\nCommands:\n";
  for (const CLI::App* command : commands) {
    const std::string text = command->get_description();
    append_entry(out, command->get_name(), text.substr(0, text.find(". ")));
  }
  append_options(out, app);
  if (!app->get_footer().empty()) out += '\n' + app->get_footer() + '\n';
  return out;
}

}  // namespace shrike::cli
