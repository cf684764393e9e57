// Rule text to a Program: the whole compiler behind one call.
//   auto compiled = shrike::compile(files);
//   if (!compiled) for (auto& d : compiled.error()) std::cerr << shrike::render(d, files);
// Read next: engine.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "shrike/diagnostic.hpp"
#include "shrike/error.hpp"
#include "shrike/program.hpp"

namespace shrike {

struct CompileOptions {
  std::vector<std::string> only;  ///< names of the rules to keep; empty: all. An unknown name is an error.
};

struct Compiled {
  Program program;
  Diagnostics warnings;
};

/// Compiles all files as one rule set. Pure but for the files that lists and tables name, which are read from
/// beside the rule file (or from the standard library for its own). Errors: every mistake found, warnings
/// among them.
tl::expected<Compiled, Diagnostics> compile(const SourceFiles& files, const CompileOptions& options = {});

/// One text as a file called `name`, on top of the standard library's classes, sources and lists (not its
/// rules).
tl::expected<Compiled, Diagnostics> compile_text(std::string_view text,
                                                 std::string_view name = "rules.shrike");

/// Reads rule files: a file, or a folder with every .shrike file below it in name order. Appended to `into`.
/// Errors: kIo.
Expected<void> load_rules(const std::string& path, SourceFiles& into);

/// Appends the embedded standard library: declarations (classes, sources, lists) and, if asked for, its
/// rules.
void add_standard_library(SourceFiles& into, bool with_rules);

}  // namespace shrike
