#include "playground/cli/rule_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <variant>

#include "dsl/parse.hpp"
#include "playground/cli/output.hpp"
#include "playground/cli/suggestions.hpp"
#include "runtime/program_data.hpp"
#include "runtime/verifier.hpp"

namespace shrike::cli {
namespace fs = std::filesystem;

const std::string_view kCompletionHelp =
    "The standard library's classes, sources and lists are added, unless the files declare a class of their "
    "own. Files "
    "that hold settings, exceptions or tests but no rule are about the standard library: its rules are added "
    "too.";

namespace {

struct Contents {
  bool has_class = false;
  bool has_rule = false;
  bool is_about_rules = false;  ///< has settings, exceptions or tests
};

Contents contents_of(const SourceFiles& files) {
  Contents contents;
  Diagnostics ignored;  // the compiler says them again
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    const ast::File tree = parse(files, i, ignored);
    for (const auto& declaration : tree.declarations) {
      if (!declaration) continue;
      contents.has_class |= std::holds_alternative<ast::Class>(*declaration);
      contents.has_rule |= std::holds_alternative<ast::Rule>(*declaration);
      contents.is_about_rules |= std::holds_alternative<ast::Settings>(*declaration) ||
                                 std::holds_alternative<ast::Except>(*declaration) ||
                                 std::holds_alternative<ast::Test>(*declaration);
    }
  }
  return contents;
}

std::string identity_of(const std::string& path) {
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(path, error);
  return error ? path : canonical.string();
}

/// Appends the rule files that a path means; a file that is there already does not count again.
std::optional<std::string> read_path(const std::string& path, std::set<std::string>& seen,
                                     SourceFiles& into) {
  if (auto missing = missing_path(path)) return missing;
  if (is_compiled(path))
    return fmt::format("'{}' is compiled already; here the text of the rules is needed", path);
  std::error_code error;
  if (!fs::is_directory(path, error) && !path.ends_with(".shrike")) {
    return fmt::format("'{}' is no rule file: their names end in .shrike", path);
  }
  SourceFiles files;
  if (auto loaded = load_rules(path, files); !loaded) return loaded.error().message;
  for (SourceFile& file : files) {
    if (seen.insert(identity_of(file.name)).second) into.push_back(std::move(file));
  }
  return std::nullopt;
}

}  // namespace

bool is_compiled(std::string_view path) { return path.ends_with(".shrikec"); }

tl::expected<RuleSet, std::string> read_rules(const std::vector<std::string>& paths,
                                              const std::vector<std::string>& settings) {
  RuleSet rules;
  std::set<std::string> seen;
  for (const auto* list : {&paths, &settings}) {
    for (const std::string& path : *list) {
      if (auto message = read_path(path, seen, rules.files)) return tl::unexpected(*message);
    }
  }
  rules.given = rules.files.size();
  if (paths.empty()) {
    add_standard_library(rules.files, true);
    if (settings.empty()) rules.given = rules.files.size();
    return rules;
  }
  const Contents contents = contents_of(rules.files);
  if (!contents.has_class) add_standard_library(rules.files, !contents.has_rule && contents.is_about_rules);
  return rules;
}

tl::expected<Program, std::string> load_compiled(const std::string& path) {
  if (auto missing = missing_path(path)) return tl::unexpected(*missing);
  auto bytes = read_file(path, ProgramLimit::kFileBytes);
  if (!bytes) return tl::unexpected(bytes.error().message);
  auto program = Program::load(*bytes);
  if (!program) return tl::unexpected(fmt::format("'{}' cannot be used: {}", path, program.error().message));
  return std::move(*program);
}

std::vector<std::string> rule_names(const SourceFiles& files) {
  std::vector<std::string> names;
  Diagnostics ignored;
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    const ast::File tree = parse(files, i, ignored);
    for (const auto& declaration : tree.declarations) {
      if (!declaration) continue;
      if (const auto* rule = std::get_if<ast::Rule>(declaration.get())) names.push_back(rule->name.text);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> rule_names(const Program& program) {
  std::vector<std::string> names;
  for (const RuleData& rule : program.data().rules) names.push_back(rule.name);
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> unknown_rule(const std::vector<std::string>& wanted,
                                        const std::vector<std::string>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  for (const std::string& name : wanted) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return fmt::format("there is no rule `{}`{}", name, did_you_mean(name, candidates));
  }
  return std::nullopt;
}

tl::expected<Program, std::string> keep_only(const Program& program, const std::vector<std::string>& names) {
  ProgramData data = program.data();
  for (std::uint32_t i = 0; i < data.rules.size(); ++i) {
    if (std::find(names.begin(), names.end(), data.rules[i].name) != names.end()) continue;
    for (ProfileData& profile : data.profiles) profile.disabled.push_back(i);
  }
  for (ProfileData& profile : data.profiles) {
    std::sort(profile.disabled.begin(), profile.disabled.end());
    profile.disabled.erase(std::unique(profile.disabled.begin(), profile.disabled.end()),
                           profile.disabled.end());
  }
  auto sealed = Program::seal(std::move(data));
  if (!sealed) return tl::unexpected(sealed.error().message);
  return std::move(*sealed);
}

}  // namespace shrike::cli
