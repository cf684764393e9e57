// The layout of --help: options in their groups, texts wrapped to the terminal.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace shrike::cli {

class HelpLayout final : public CLI::Formatter {
 public:
  explicit HelpLayout(unsigned columns) : columns_(columns) {}
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;

 private:
  void append_entry(std::string& out, const std::string& left, const std::string& text) const;
  void append_options(std::string& out, const CLI::App* app) const;

  unsigned columns_;
};

}  // namespace shrike::cli
