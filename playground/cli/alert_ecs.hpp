// An alert as a document of the Elastic Common Schema. Names and allowed values follow the "ECS Field
// Reference", version 8.11.0: base, ecs, event (with "ECS Categorization Fields"), rule, threat, user,
// source, user_agent, organization, observer, related.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "shrike/alert.hpp"
#include "shrike/program.hpp"

namespace shrike::cli {

inline constexpr std::string_view kEcsVersion = "8.11.0";

/// `event.severity` is 1 (info) to 5 (critical), `event.risk_score` the alert's score. `labels` has the
/// status (open, withdrawn), the name of the severity and what the alert shows, as text; `shrike.evidence`
/// the events that it rests on. A document told again has the same `event.id`; the last one counts.
nlohmann::ordered_json ecs_document(const Alert& alert, const Program& program);

}  // namespace shrike::cli
