// The stages of the compiler in a row, for those inside the project that need the model as well as the
// program (the command's `test`, `check` and `fmt`). Embedders use shrike/compile.hpp.
#pragma once

#include <optional>

#include "dsl/codegen.hpp"
#include "dsl/model.hpp"
#include "shrike/compile.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike {

struct Analysis {
  Model model;
  Diagnostics diagnostics;  ///< sorted by place
  bool has_errors() const;
};

/// Parses and checks all files as one rule set. `files` must outlive the result.
Analysis analyse(const SourceFiles& files);

/// Generates and seals; empty when an error was appended.
std::optional<Program> build(const Model& model, const SourceFiles& files, const GenerateOptions& options,
                             Diagnostics& diagnostics);

bool has_errors(const Diagnostics& diagnostics);
void sort_by_place(Diagnostics& diagnostics);

}  // namespace shrike
