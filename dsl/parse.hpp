// Rule text to syntax tree. The grammar (PEGTL) stays inside parse.cpp.
// Read next: ast.hpp for what comes out, check.hpp for what is done with it.
#pragma once

#include "dsl/ast.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike {

/// Parses files[index]. Mistakes are appended to `diagnostics`, all of one file in one go: after a mistake
/// the parser goes on at the next line that begins with a clause word or a declaration word. What could be
/// read is returned all the same.
ast::File parse(const SourceFiles& files, std::uint32_t index, Diagnostics& diagnostics);

/// Parses one expression (the prompt of the REPL, tests). Null when there was a mistake.
ast::ExprPtr parse_expression(const SourceFiles& files, std::uint32_t index, Diagnostics& diagnostics);

}  // namespace shrike
