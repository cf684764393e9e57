#include "playground/cli/alert_ecs.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>

#include "playground/cli/alert_fields.hpp"
#include "playground/cli/version.hpp"
#include "runtime/address.hpp"
#include "runtime/attack_table.hpp"
#include "runtime/time_text.hpp"
#include "shrike/incidents.hpp"

namespace shrike::cli {

using Json = nlohmann::ordered_json;

namespace {

/// `event.category` by class of the event that made the rule fire, beside "intrusion_detection".
struct CategoryOfClass {
  std::string_view event_class, category;
};
constexpr std::array kCategories{CategoryOfClass{"signin", "authentication"},
                                 CategoryOfClass{"directory", "iam"}, CategoryOfClass{"mail", "email"}};

Json event_of(const Alert& alert) {
  Json categories = {"intrusion_detection"};
  std::int64_t first = alert.time, last = alert.time;
  for (const Evidence& event : alert.evidence) {
    first = std::min(first, event.time);
    last = std::max(last, event.time);
  }
  if (const Evidence* firing = firing_event(alert)) {
    for (const CategoryOfClass& row : kCategories) {
      if (row.event_class == firing->event_class) categories.push_back(row.category);
    }
  }
  const bool is_withdrawn = alert.status == AlertStatus::kWithdrawn;
  return {{"kind", is_withdrawn ? "event" : "alert"},  // what looks for alerts must not count it again
          {"action", is_withdrawn  ? "alert_withdrawn"
                     : alert.again ? "alert_updated"
                                   : "alert_opened"},
          {"category", std::move(categories)},
          {"type", {"info"}},
          {"id", alert.id},
          {"module", "shrike"},
          {"dataset", "shrike.alert"},
          {"severity", static_cast<int>(alert.severity) + 1},
          {"risk_score", alert.score},
          {"start", format_time(first)},
          {"end", format_time(last)},
          {"reason", alert.message}};
}

Json threat_of(const Alert& alert) {
  std::set<std::string> techniques, subs;
  std::uint32_t tactics = 0;
  for (const std::string& id : alert.attack) {
    const std::size_t dot = id.find('.');
    techniques.insert(id.substr(0, dot));
    if (dot != std::string::npos) subs.insert(id);
    if (const AttackTechnique* technique = attack_technique(id)) tactics |= technique->tactics;
  }
  const auto list = [](const std::set<std::string>& ids) {
    Json out = {{"id", ids}, {"name", Json::array()}};
    for (const std::string& id : ids) {
      const AttackTechnique* technique = attack_technique(id);
      out["name"].push_back(technique == nullptr ? std::string_view(id) : technique->name);
    }
    return out;
  };
  Json threat = {{"framework", "MITRE ATT&CK"}};
  Json ids = Json::array(), names = Json::array();
  for (const AttackTactic& tactic : attack_tactics()) {
    if ((tactics & tactic.bit) == 0) continue;
    ids.push_back(tactic.id);
    names.push_back(tactic.name);
  }
  if (!ids.empty()) threat["tactic"] = {{"id", std::move(ids)}, {"name", std::move(names)}};
  threat["technique"] = list(techniques);
  if (!subs.empty()) threat["technique"]["subtechnique"] = list(subs);
  return threat;
}

/// Names with a dot would become objects.
std::string label_of(std::string_view name) {
  std::string label(name);
  std::replace_if(
      label.begin(), label.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '_'; }, '_');
  return label;
}

Json labels_of(const Alert& alert) {
  Json labels = {{"status", alert.status == AlertStatus::kOpen ? "open" : "withdrawn"},
                 {"severity", name_of(alert.severity)}};
  for (const auto* values : {&alert.key, &alert.show}) {
    for (const auto& [name, value] : values->items()) {
      const std::string label = label_of(name);
      if (value.is_null() || labels.contains(label)) continue;
      labels[label] = value.is_string() ? value.get<std::string>()
                                        : value.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
  }
  return labels;
}

}  // namespace

Json ecs_document(const Alert& alert, const Program& program) {
  Json document = {
      {"@timestamp", format_time(alert.time)},
      {"ecs", {{"version", kEcsVersion}}},
      {"message", alert.message},
      {"event", event_of(alert)},
      {"rule",
       {{"id", alert.rule}, {"name", alert.title}, {"ruleset", "shrike"}, {"version", alert.ruleset}}}};
  if (const RuleData* rule = rule_of(alert, program); rule != nullptr && !rule->doc.empty())
    document["rule"]["description"] = rule->doc;
  if (!alert.attack.empty()) document["threat"] = threat_of(alert);

  const Entities entities = entities_of(alert);
  const auto shown_user = shown_text(alert, "user");
  const std::string user = shown_user                    ? *shown_user
                           : !entities.users.empty()     ? entities.users.front()
                           : !entities.mailboxes.empty() ? entities.mailboxes.front()
                                                         : std::string();
  if (!user.empty()) {
    document["user"]["name"] = user;
    if (user.find('@') != std::string::npos) document["user"]["email"] = user;
  }
  if (const auto address = shown_address(alert, "ip")) {
    document["source"]["ip"] = *address;
    if (const auto number = shown_number(alert, "asn")) document["source"]["as"]["number"] = *number;
    if (const auto country = shown_text(alert, "country"))
      document["source"]["geo"]["country_iso_code"] = *country;
  }
  if (const auto agent = shown_text(alert, "user_agent")) document["user_agent"]["original"] = *agent;
  if (!alert.tenant.empty()) document["organization"]["id"] = alert.tenant;
  document["observer"] = {{"product", "Shrike"}, {"vendor", "Shrike"}, {"version", kVersion}};

  Json users = entities.users, addresses = Json::array();
  for (const std::string& mailbox : entities.mailboxes) {
    if (std::find(users.begin(), users.end(), mailbox) == users.end()) users.push_back(mailbox);
  }
  for (const std::string& address : entities.addresses) {
    if (parse_ip(address)) addresses.push_back(address);
  }
  if (!users.empty()) document["related"]["user"] = std::move(users);
  if (!addresses.empty()) document["related"]["ip"] = std::move(addresses);
  document["labels"] = labels_of(alert);
  Json evidence = Json::array();
  for (const Evidence& event : alert.evidence) {
    evidence.push_back({{"id", event.id},
                        {"class", event.event_class},
                        {"time", format_time(event.time)},
                        {"at", event.at}});
  }
  document["shrike"] = {{"evidence", std::move(evidence)}};
  if (const std::string steps = responses_text(alert); !steps.empty()) document["shrike"]["respond"] = steps;
  return document;
}

}  // namespace shrike::cli
