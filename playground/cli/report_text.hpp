// Pieces of HTML that all parts of the report use.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "shrike/alert.hpp"

namespace shrike::cli {

/// Text of an event: escaped for elements and attributes in double quotes, unsafe characters made visible,
/// cut after so many bytes.
std::string escaped(std::string_view text, std::size_t bytes = 300);

/// The same as an element of its own, so that writing from right to left does not disturb what stands beside
/// it.
std::string shown(std::string_view text, std::size_t bytes = 300);

/// Lines of a comment as paragraphs, `code` as such; the rest is text as in shown(). Cut after so many bytes.
std::string paragraphs(std::string_view markdown, std::size_t bytes);

/// "<span class="chip s3">high 80</span>"
std::string severity_chip(Severity severity, std::string_view more = {});

/// The class of an element with a severity: "s0" to "s4".
std::string severity_class(Severity severity);

/// Where alerts are by their id.
using AlertsById = std::unordered_map<std::string_view, const Alert*>;
AlertsById by_id(std::span<const Alert> alerts);

/// Evidence as rows of a list, at most so many; the rest is counted.
std::string evidence_list(const Alert& alert, std::size_t most);

}  // namespace shrike::cli
