// An incident as a person reads it: how bad, since when, whom it is about, how far it went, and its alerts in
// the order of time. Stands below the alerts.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "playground/cli/terminal.hpp"
#include "shrike/incidents.hpp"

namespace shrike::cli {

/// "initial access".
std::string_view spoken(Stage stage);

/// The users of an incident, else its mailboxes, else its addresses: "a@x, b@x and 3 more". Safe text.
std::string whom_text(const Entities& entities, std::size_t most);

/// Where an alert stands among the stages: "persistence", or "several" for a chain, whose events are those of
/// other alerts of the incident.
std::string_view stage_text(const Incident& incident, const Alert& alert);

/// "initial access > persistence > fraud"; empty when none is known.
std::string stages_text(const Incident& incident);

/// The incidents of more than one alert, worst first; others are counted, since their alert says it all. The
/// alerts must be those that were grouped. Empty when there is none of several alerts.
std::string incidents_text(std::span<const Incident> incidents, std::span<const Alert> alerts,
                           const Style& style, unsigned columns);

}  // namespace shrike::cli
