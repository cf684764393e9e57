// Which fields a rule relies on: those whose absence an alert tells under `blind`.
// Used by codegen.cpp only.
#pragma once

#include <cstdint>
#include <set>

#include "dsl/ast.hpp"

namespace shrike {

/// Fields (indices into Model::fields) of the rule's conditions and of its score, with the `let`s used there.
/// Without those that the rule asks for itself, with `has`, `missing` or `??`: it knows that they may be
/// missing. None for rules with steps.
std::set<std::uint32_t> fields_relied_on(const ast::Rule& rule);

}  // namespace shrike
