// What options of the command line mean for an engine and its inputs, for the commands that have one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <tl/expected.hpp>

#include "shrike/engine.hpp"

namespace shrike::cli {

/// What is known of a tenant beside its records, as the options hold it.
struct Surroundings {
  std::vector<std::string>& settings;
  std::string& tenant;
  std::vector<std::string>& geo;
};
/// Adds `--settings`, `--tenant` and `--geo`.
void add_surroundings(CLI::App& command, const Surroundings& options, const std::string& group);

/// A message when an input holds no records but rules or addresses.
std::optional<std::string> no_records(const std::vector<std::string>& inputs);

/// `--memory`; an empty text leaves everything as it is. A message when the text is no size.
std::optional<std::string> set_memory(EngineOptions& options, const std::string& text);

/// Opens the databases of `--geo`; null when there are none. Errors: a sentence for the user.
tl::expected<std::shared_ptr<const GeoDatabase>, std::string> open_geo(const std::vector<std::string>& files);

}  // namespace shrike::cli
