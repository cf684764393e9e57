// What outputs in foreign schemas need to know of an alert beyond what it says itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/program_data.hpp"
#include "shrike/alert.hpp"
#include "shrike/program.hpp"

namespace shrike::cli {

/// The rule that gave the alert; null for a program without it.
const RuleData* rule_of(const Alert& alert, const Program& program);

/// A text that the alert shows under that name, or has as its key; nothing for an empty one.
std::optional<std::string> shown_text(const Alert& alert, std::string_view name);
std::optional<std::int64_t> shown_number(const Alert& alert, std::string_view name);

/// The same if it is an internet address.
std::optional<std::string> shown_address(const Alert& alert, std::string_view name);

/// The event that made the rule fire: the newest of the evidence with the alert's time; null for an absence.
const Evidence* firing_event(const Alert& alert);

/// The responses as lines "action: request".
std::string responses_text(const Alert& alert);

}  // namespace shrike::cli
