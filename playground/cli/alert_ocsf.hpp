// An alert as an OCSF Detection Finding. Names and numbers follow schema.ocsf.io, version 1.4.0: "Detection
// Finding [2004]", "Finding Information", "Evidence Artifacts", "MITRE ATT&CK", "Metadata", "Product",
// "Analytic", "Resource Details", "Remediation".
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "shrike/alert.hpp"
#include "shrike/program.hpp"

namespace shrike::cli {

inline constexpr std::string_view kOcsfVersion = "1.4.0";

/// An open alert is activity Create (Update when it says something else now) and status New. A withdrawn one
/// is activity Close and status Other, "Withdrawn": nobody looked at it, so it is neither Suppressed nor
/// Resolved. `risk_score` is the alert's score; what OCSF has no name for is under `unmapped`.
nlohmann::ordered_json ocsf_finding(const Alert& alert, const Program& program);

}  // namespace shrike::cli
