#include "runtime/firing_bytes.hpp"

#include "runtime/sorted_runs.hpp"

namespace shrike {

using Json = nlohmann::ordered_json;

std::string order_key(const Firing& firing) {
  std::string key;
  append_key_time(key, firing.alert.time);
  for (const std::string& part : {firing.event_class, firing.event_id, firing.alert.rule, firing.alert.id})
    append_key_part(key, part);
  return key;
}

std::string to_bytes(const Firing& firing) {
  const Alert& alert = firing.alert;
  Json respond = Json::array();
  for (const Response& response : alert.respond) {
    respond.push_back(Json::array({response.action, response.arguments, response.request}));
  }
  Json evidence = Json::array();
  for (const Evidence& event : alert.evidence) {
    evidence.push_back(Json::array({event.id, event.time, event.event_class, event.step, event.at}));
  }
  const Json all = Json::array({firing.event_class, firing.event_id, firing.quiet,
                                firing.quiet_key,   alert.id,        static_cast<int>(alert.status),
                                alert.rule,         alert.title,     static_cast<int>(alert.severity),
                                alert.score,        alert.time,      alert.tenant,
                                alert.key,          alert.message,   alert.show,
                                alert.attack,       respond,         evidence,
                                alert.blind,        alert.late,      alert.ruleset});
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Firing firing_from_bytes(std::string_view bytes) {
  const Json all = Json::parse(bytes, nullptr, false);
  Firing firing;
  if (!all.is_array() || all.size() != 21) return firing;
  std::size_t next = 0;
  const auto take = [&]() -> const Json& { return all[next++]; };
  Alert& alert = firing.alert;
  firing.event_class = take().get<std::string>();
  firing.event_id = take().get<std::string>();
  firing.quiet = take().get<std::int64_t>();
  firing.quiet_key = take().get<std::string>();
  alert.id = take().get<std::string>();
  alert.status = static_cast<AlertStatus>(take().get<int>());
  alert.rule = take().get<std::string>();
  alert.title = take().get<std::string>();
  alert.severity = static_cast<Severity>(take().get<int>());
  alert.score = take().get<int>();
  alert.time = take().get<std::int64_t>();
  alert.tenant = take().get<std::string>();
  alert.key = take();
  alert.message = take().get<std::string>();
  alert.show = take();
  alert.attack = take().get<std::vector<std::string>>();
  for (const Json& one : take()) {
    alert.respond.push_back(
        {one[0].get<std::string>(), one[1].get<std::vector<std::string>>(), one[2].get<std::string>()});
  }
  for (const Json& one : take()) {
    alert.evidence.push_back({one[0].get<std::string>(), one[1].get<std::int64_t>(),
                              one[2].get<std::string>(), one[3].get<std::string>(),
                              one[4].get<std::string>()});
  }
  alert.blind = take().get<std::vector<std::string>>();
  alert.late = take().get<double>();
  alert.ruleset = take().get<std::string>();
  return firing;
}

}  // namespace shrike
