// Names and types: turns syntax trees into a Model, or says what is wrong with them. Checks the whole
// language, also what cannot run yet. Split by topic: check_names.cpp, check_expr.cpp, check_rule.cpp, … Read
// next: model.hpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/ast.hpp"
#include "dsl/model.hpp"
#include "shrike/diagnostic.hpp"
#include "shrike/error.hpp"

namespace shrike {

/// Gives the text of a file that a declaration names (`from "vips.txt"`); `relative` is as written,
/// `rule_file` the name of the file that says it.
using FileLoader =
    std::function<Expected<std::string>(std::string_view rule_file, std::string_view relative)>;

/// Checks all files as one rule set. Mistakes and lints are appended to `diagnostics`, which holds those of
/// the parser: what follows from them is not said. The model is usable for code generation only when there is
/// no error. Trees are annotated in place (Expr::type, Expr::ref).
///
/// Annotation rules that codegen relies on:
/// - every Expr has its type; a `json` that must convert (argument, operand, field assignment) keeps type
/// kJson, the reader of the value converts;
/// - kName and kMember chains that are one field carry ref kField on the outermost node of the chain
/// ("inbox_rule.forward_to");
///   the same for kParam, kLet, kList, kTable, kLocal, kRaw (`raw` itself), kClass, kKey, kStep, kThis;
/// - a kMember that is no such chain has ref kNone and reads a map entry, json member, client part (family os
/// device tool), or geo part,
///   or (below a kStar) that member of every element;
/// - kCall carries kFunction (index of the chosen overload in functions()) or kDef; missing optional
/// arguments are simply absent;
///   a kCall of a table-like index is kIndex with args[0].ref kTable;
/// - kAggregate is only found in rules with state;
/// - a def body is checked once with its declared types; its parameters are kLocal by name;
/// - names of locals never hide a field, list, table, param, let, def or another local in scope (error).
Model check(std::vector<ast::File> files, const SourceFiles& sources, const FileLoader& loader,
            Diagnostics& diagnostics);

}  // namespace shrike
