// The reference of the language from its tables: functions, aggregates, fields, response actions and
// diagnostics, in Markdown. Used by doc_command.cpp.
#pragma once

#include <string>

#include "dsl/model.hpp"

namespace shrike::cli {

std::string function_reference();  ///< built-in functions, then aggregates
std::string field_reference(const Model& model);
std::string response_reference();
std::string diagnostic_reference();

}  // namespace shrike::cli
