// Explanations as a person reads them: what was looked at, and for each event the tree of conditions with
// what every part came to. Read next: explain_command.cpp for where they come from.
#pragma once

#include <string>

#include "dsl/explainer.hpp"
#include "playground/cli/terminal.hpp"
#include "shrike/engine.hpp"

namespace shrike::cli {

std::string explain_text(const Explainer& explainer, const EngineStats& stats, const Style& style,
                         unsigned columns);

/// One object; the same in JSON.
nlohmann::ordered_json explain_json(const Explainer& explainer, const EngineStats& stats);

}  // namespace shrike::cli
