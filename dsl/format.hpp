// The one canonical layout of rule text: prints the syntax tree back, comments kept.
#pragma once

#include <string>

#include "dsl/ast.hpp"

namespace shrike {

/// Text of a file in the canonical layout. parse(format(x)) has the same syntax as x; format is idempotent.
/// Only for files that parsed without errors.
std::string format(const ast::File& file, const SourceFiles& files);

/// One expression on one line, with the parentheses it needs; an `and` inside an `or` has them too.
std::string format(const ast::Expr& expr);

}  // namespace shrike
