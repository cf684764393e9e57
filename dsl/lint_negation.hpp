// The lint W0101: `not (…)` around a comparison is true when what is compared is missing.
// Used by lint.cpp only.
#pragma once

#include <vector>

#include "dsl/model.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike {

/// Appends a warning for every negated comparison of a value that may be absent and that nothing in the same
/// conjunction asks for. `lets` are those of the rule.
void find_unguarded_negations(const ast::Expr& expr, const Model& model, const std::vector<ast::Let>* lets,
                              Diagnostics& out);

}  // namespace shrike
