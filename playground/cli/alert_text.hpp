// An alert as a person reads it: what, how bad, when, who, on what evidence, and what to do.
// Read next: run_summary.hpp for what stands below the last one.
#pragma once

#include <string>

#include "playground/cli/terminal.hpp"
#include "shrike/alert.hpp"

namespace shrike::cli {

/// "2026-03-02 08:15:00 UTC"; parts of a second are left out.
std::string time_text(std::int64_t nanoseconds);

/// A value of `show` in one safe text: strings as they are (in quotes where they would not be seen), lists
/// with commas.
std::string value_text(const nlohmann::ordered_json& value);

/// Several lines, the last one empty.
std::string alert_text(const Alert& alert, const Style& style, unsigned columns);

}  // namespace shrike::cli
