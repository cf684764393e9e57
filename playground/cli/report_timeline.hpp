// The drawn timeline of an incident: its events as dots, one lane per stage, long pauses cut short. Inline
// SVG without text of events but in tooltips.
#pragma once

#include <string>

#include "playground/cli/report_text.hpp"
#include "shrike/incidents.hpp"

namespace shrike::cli {

/// Empty for an incident without events.
std::string timeline_svg(const Incident& incident, const AlertsById& alerts);

}  // namespace shrike::cli
