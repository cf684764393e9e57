// What the engine gives: alerts and their records (language manual, "Alerts"; fixed names of the NDJSON
// output).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "shrike/program.hpp"

namespace shrike {

/// An event that an alert rests on.
struct Evidence {
  std::string id;         ///< the event's id; the record's hash where it has none
  std::int64_t time = 0;  ///< nanoseconds since 1970, UTC
  std::string event_class;
  std::string step;  ///< empty for rules without steps
  std::string at;    ///< where it was read: "file:line"
};

/// A recommended response; never executed.
struct Response {
  std::string action;
  std::vector<std::string> arguments;
  std::string request;  ///< the Microsoft Graph request or cmdlet it stands for, arguments filled in
};

enum class AlertStatus : std::uint8_t { kOpen, kWithdrawn };

struct Alert {
  std::string id;  ///< deterministic: of rule, tenant, key and firing event
  AlertStatus status = AlertStatus::kOpen;
  std::string rule, title;
  Severity severity = Severity::kMedium;
  int score = 0;          ///< 0…100
  std::int64_t time = 0;  ///< of the firing event, nanoseconds since 1970, UTC
  std::string tenant;     ///< empty when the run has one unnamed tenant
  nlohmann::ordered_json key = nlohmann::ordered_json::object();
  std::string message;  ///< quotes input: escape it where it is shown
  nlohmann::ordered_json show = nlohmann::ordered_json::object();
  std::vector<std::string> attack;
  std::vector<Response> respond;
  std::vector<Evidence> evidence;
  std::vector<std::string> blind;  ///< fields that the rule relied on and the event lacked
  double late = 0;                 ///< seconds behind the newest event seen when the firing event came
  std::string ruleset;             ///< Program::hash()
  bool again = false;              ///< it was open already and now says something else
};

/// The NDJSON object {"kind": "alert", …}; strings are valid UTF-8 (bad bytes become U+FFFD).
nlohmann::ordered_json to_json(const Alert& alert);

}  // namespace shrike
