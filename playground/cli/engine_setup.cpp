#include "playground/cli/engine_setup.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "playground/cli/rule_set.hpp"
#include "playground/cli/suggestions.hpp"

namespace shrike::cli {
namespace {

constexpr std::size_t kLeastMemory = std::size_t{1} << 20;

}  // namespace

void add_surroundings(CLI::App& command, const Surroundings& options, const std::string& group) {
  command
      .add_option(
          "--settings", options.settings,
          "A .shrike file or folder with settings and exceptions, compiled with the rules; repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false)
      ->group(group);
  command.add_option("--tenant", options.tenant, "Tenant of events that name none")
      ->type_name("NAME")
      ->group(group);
  command
      .add_option(
          "--geo", options.geo,
          "A MaxMind DB (.mmdb) that tells country, place or ASN of addresses where a record does not; "
          "repeatable, the first that knows one is believed")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(group);
}

std::optional<std::string> no_records(const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    if (input.ends_with(".shrike") || is_compiled(input)) {
      return fmt::format("'{}' holds rules, not records: give it with --rules", input);
    }
    if (input.ends_with(".mmdb"))
      return fmt::format("'{}' is a database of addresses, no records: give it with --geo", input);
  }
  return std::nullopt;
}

std::optional<std::string> set_memory(EngineOptions& options, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto bytes = parse_size(text);
  if (!bytes) return fmt::format("--memory takes a size such as 512M, not `{}`", text);
  if (*bytes < kLeastMemory) return "--memory must be at least 1M";
  options.memory = *bytes;
  options.max_pending_bytes = std::min(options.max_pending_bytes, *bytes / 4);
  return std::nullopt;
}

tl::expected<std::shared_ptr<const GeoDatabase>, std::string> open_geo(
    const std::vector<std::string>& files) {
  if (files.empty()) return nullptr;
  for (const std::string& file : files) {
    if (auto missing = missing_path(file)) return tl::unexpected("--geo: " + *missing);
  }
  auto database = GeoDatabase::open(files);
  if (!database) return tl::unexpected("--geo: " + database.error().message);
  return *std::move(database);
}

}  // namespace shrike::cli
