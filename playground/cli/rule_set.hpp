// Which rules a command works on: files and folders as given, completed from the embedded standard library.
// Read next: diagnostics_text.hpp for what is said about them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shrike/compile.hpp"
#include "shrike/diagnostic.hpp"
#include "shrike/program.hpp"

namespace shrike::cli {

struct RuleSet {
  SourceFiles files;
  std::size_t given =
      0;  ///< the first ones are what the user named; the others come from the standard library

  /// Whether a message is about a file that the user named.
  bool is_given(const Span& where) const { return where.file < given; }
};

/// For the help texts: what read_rules() adds.
extern const std::string_view kCompletionHelp;

/// Reads the paths. With none of them: the whole standard library, which counts as given. Otherwise its
/// classes, sources and lists are added unless the files declare a class of their own, and its rules too when
/// the files only hold settings, exceptions or tests. `settings` are read after them; without paths they
/// belong to the standard library. Errors: a sentence for the user.
tl::expected<RuleSet, std::string> read_rules(const std::vector<std::string>& paths,
                                              const std::vector<std::string>& settings = {});

bool is_compiled(std::string_view path);  ///< ends in .shrikec

/// Loads and verifies a .shrikec. Errors: a sentence for the user.
tl::expected<Program, std::string> load_compiled(const std::string& path);

/// Names of all rules that the files declare, sorted. For suggestions: files with mistakes are read as far as
/// possible.
std::vector<std::string> rule_names(const SourceFiles& files);

/// A message for the first name that is not among `known`.
std::optional<std::string> unknown_rule(const std::vector<std::string>& wanted,
                                        const std::vector<std::string>& known);

/// Only the named rules of a compiled program; the others are switched off for every tenant.
tl::expected<Program, std::string> keep_only(const Program& program, const std::vector<std::string>& names);

/// Names of a program's rules, sorted.
std::vector<std::string> rule_names(const Program& program);

}  // namespace shrike::cli
