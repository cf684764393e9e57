// What a rule set finds and what it needs: the catalogue of its rules, which of them work with which log, and
// the techniques of ATT&CK that they cover. Used by doc_command.cpp.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "dsl/model.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike::cli {

/// The rules as tables in Markdown, one for each folder. Links lead from the folder above those.
std::string catalogue(const Model& model, const SourceFiles& files);

/// What works with which log, as a table in Markdown: whole, in part, or without fields that the rule relies
/// on. Logs are named by the beginning of the documentation of their sources: up to a comma, colon or full
/// stop.
std::string coverage_table(const Model& model);

/// A layer for the ATT&CK Navigator (layer format 4.5): techniques scored by the number of rules.
nlohmann::ordered_json attack_layer(const Model& model);

}  // namespace shrike::cli
