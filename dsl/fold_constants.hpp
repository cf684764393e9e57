// Constant folding: what an expression without fields, parameters and lists gives is computed once, by the
// compiler. It runs on the same VM as everything else, so folding cannot change a meaning.
#pragma once

#include <cstdint>
#include <optional>

#include "dsl/unit_generator.hpp"

namespace shrike {

/// Whether the expression gives the same for every event and tenant and is more than a literal.
bool is_foldable(const ast::Expr& expr);

/// The constant that a foldable expression gives; nothing where it gives none that a program can hold (a map,
/// say).
std::optional<std::uint32_t> fold(const ast::Expr& expr, const UnitContext& context);

/// Whether a foldable condition holds.
std::optional<bool> fold_condition(const ast::Expr& expr, const UnitContext& context);

}  // namespace shrike
