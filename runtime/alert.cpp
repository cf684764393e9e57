#include "shrike/alert.hpp"

#include "runtime/time_text.hpp"

namespace shrike {

using Json = nlohmann::ordered_json;

Json to_json(const Alert& alert) {
  Json respond = Json::array();
  for (const Response& response : alert.respond) {
    respond.push_back(
        {{"action", response.action}, {"arguments", response.arguments}, {"request", response.request}});
  }
  Json evidence = Json::array();
  for (const Evidence& event : alert.evidence) {
    Json one = {{"id", event.id}, {"time", format_time(event.time)}, {"class", event.event_class}};
    if (!event.step.empty()) one["step"] = event.step;
    one["at"] = event.at;
    evidence.push_back(std::move(one));
  }
  return Json{
      {"kind", "alert"},
      {"id", alert.id},
      {"status", alert.status == AlertStatus::kOpen ? "open" : "withdrawn"},
      {"rule", alert.rule},
      {"title", alert.title},
      {"severity", name_of(alert.severity)},
      {"score", alert.score},
      {"time", format_time(alert.time)},
      {"tenant", alert.tenant},
      {"key", alert.key},
      {"message", alert.message},
      {"show", alert.show},
      {"attack", alert.attack},
      {"respond", std::move(respond)},
      {"evidence", std::move(evidence)},
      {"blind", alert.blind},
      {"late", alert.late},
      {"ruleset", alert.ruleset},
  };
}

}  // namespace shrike
