// Lints: what is allowed but probably not meant. check() calls lint() when a rule set has no mistakes.
// A lint is switched off by a comment `// allow W0101` on its line or the line above.
#pragma once

#include "dsl/model.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike {

/// Appends warnings about a model that checked without errors.
void lint(const Model& model, const SourceFiles& sources, Diagnostics& diagnostics);

}  // namespace shrike
