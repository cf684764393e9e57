// Checked rules to a program: the last stage of the compiler. Units (pieces of code) are made by
// unit_generator.cpp. Read next: runtime/opcodes.hpp for what the code does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dsl/explain_plan.hpp"
#include "dsl/model.hpp"
#include "runtime/program_data.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike {

struct GenerateOptions {
  std::vector<std::string> only;               ///< rules to keep by name; empty: all
  std::vector<SettingsInfo::Value> overrides;  ///< `set` of a test: on top of every setting
  std::vector<std::string> fields;             ///< fields to compute although no rule needs them
  ExplainPlan* explain = nullptr;              ///< filled for the rule that it names, when it is there
};

/// Generates code for the rules of a model that checked without errors, and for those that they read. Empty
/// when an error was added.
std::optional<ProgramData> generate(const Model& model, const SourceFiles& files,
                                    const GenerateOptions& options, Diagnostics& diagnostics);

}  // namespace shrike
