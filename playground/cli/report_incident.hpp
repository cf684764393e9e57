// One incident of the report: what happened, drawn and in words, on what evidence, and what to do.
#pragma once

#include <cstddef>
#include <string>

#include "playground/cli/report_text.hpp"
#include "shrike/incidents.hpp"

namespace shrike::cli {

/// `number` counts from 1.
std::string incident_html(const Incident& incident, std::size_t number, const AlertsById& alerts);

}  // namespace shrike::cli
