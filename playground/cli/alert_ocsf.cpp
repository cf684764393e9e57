#include "playground/cli/alert_ocsf.hpp"

#include <array>
#include <bit>
#include <string>

#include "playground/cli/alert_fields.hpp"
#include "playground/cli/version.hpp"
#include "runtime/attack_table.hpp"
#include "runtime/time_text.hpp"
#include "shrike/incidents.hpp"

namespace shrike::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr int kClass = 2004;

struct Named {
  int id;
  std::string_view name;
};

constexpr std::array<Named, 5> kSeverities{
    {{1, "Informational"}, {2, "Low"}, {3, "Medium"}, {4, "High"}, {5, "Critical"}}};
constexpr Named kCreate{1, "Create"}, kUpdate{2, "Update"}, kClose{3, "Close"};
constexpr Named kNew{1, "New"}, kWithdrawn{99, "Withdrawn"};

/// Times are milliseconds since 1970.
std::int64_t milliseconds(std::int64_t nanoseconds) { return nanoseconds / 1'000'000; }

Json attack_of(const std::string& id) {
  Json attack = {{"version", std::string(kAttackVersion.substr(1))}};
  const auto named = [](std::string_view uid) {
    Json one = {{"uid", uid}};
    if (const AttackTechnique* technique = attack_technique(uid)) one["name"] = technique->name;
    return one;
  };
  const std::size_t dot = id.find('.');
  // Which one of several tactics the rule means is not known.
  if (const AttackTechnique* technique = attack_technique(id);
      technique != nullptr && std::has_single_bit(technique->tactics)) {
    for (const AttackTactic& tactic : attack_tactics()) {
      if (tactic.bit == technique->tactics) attack["tactic"] = {{"uid", tactic.id}, {"name", tactic.name}};
    }
  }
  attack["technique"] = named(id.substr(0, dot));
  if (dot != std::string::npos) attack["sub_technique"] = named(id);
  return attack;
}

Json finding_info_of(const Alert& alert, const RuleData* rule) {
  Json analytic = {{"type_id", 1}, {"type", "Rule"}, {"name", alert.rule}, {"uid", alert.rule}};
  if (rule != nullptr && !rule->doc.empty()) analytic["desc"] = rule->doc;
  Json info = {{"uid", alert.id},
               {"title", alert.title},
               {"desc", alert.message},
               {"created_time", milliseconds(alert.time)},
               {"analytic", std::move(analytic)}};
  std::int64_t first = alert.time;
  for (const Evidence& event : alert.evidence) first = std::min(first, event.time);
  info["first_seen_time"] = milliseconds(first);
  info["last_seen_time"] = milliseconds(alert.time);
  Json attacks = Json::array();
  for (const std::string& id : alert.attack) attacks.push_back(attack_of(id));
  if (!attacks.empty()) info["attacks"] = std::move(attacks);
  return info;
}

Json evidences_of(const Alert& alert) {
  Json evidences = Json::array();
  const Evidence* const firing = firing_event(alert);
  for (const Evidence& event : alert.evidence) {
    Json data = {
        {"id", event.id}, {"class", event.event_class}, {"time", format_time(event.time)}, {"at", event.at}};
    if (!event.step.empty()) data["step"] = event.step;
    Json one = {{"data", std::move(data)}};
    // What the alert shows is of the event that made the rule fire.
    if (&event == firing) {
      if (const auto user = shown_text(alert, "user")) one["actor"]["user"]["name"] = *user;
      if (const auto session = shown_text(alert, "session")) one["actor"]["session"]["uid"] = *session;
      if (const auto address = shown_address(alert, "ip")) one["src_endpoint"]["ip"] = *address;
    }
    evidences.push_back(std::move(one));
  }
  return evidences;
}

Json resources_of(const Alert& alert) {
  const Entities entities = entities_of(alert);
  Json resources = Json::array();
  for (const std::string& user : entities.users) resources.push_back({{"type", "User"}, {"name", user}});
  for (const std::string& mailbox : entities.mailboxes)
    resources.push_back({{"type", "Mailbox"}, {"name", mailbox}});
  return resources;
}

}  // namespace

Json ocsf_finding(const Alert& alert, const Program& program) {
  const bool is_open = alert.status == AlertStatus::kOpen;
  const Named activity = !is_open ? kClose : alert.again ? kUpdate : kCreate;
  const Named status = is_open ? kNew : kWithdrawn;
  const Named severity = kSeverities[static_cast<std::size_t>(alert.severity)];
  Json metadata = {{"version", kOcsfVersion},
                   {"product", {{"name", "Shrike"}, {"vendor_name", "Shrike"}, {"version", kVersion}}}};
  if (!alert.tenant.empty()) metadata["tenant_uid"] = alert.tenant;
  Json finding = {
      {"activity_id", activity.id},
      {"activity_name", activity.name},
      {"category_uid", kClass / 1000},
      {"category_name", "Findings"},
      {"class_uid", kClass},
      {"class_name", "Detection Finding"},
      {"type_uid", kClass * 100 + activity.id},
      {"type_name", "Detection Finding: " + std::string(activity.name)},
      {"time", milliseconds(alert.time)},
      {"severity_id", severity.id},
      {"severity", severity.name},
      {"status_id", status.id},
      {"status", status.name},
      {"is_alert", is_open},
      {"message", alert.message},
      {"risk_score", alert.score},
      {"metadata", std::move(metadata)},
      {"finding_info", finding_info_of(alert, rule_of(alert, program))},
  };
  if (Json evidences = evidences_of(alert); !evidences.empty()) finding["evidences"] = std::move(evidences);
  if (Json resources = resources_of(alert); !resources.empty()) finding["resources"] = std::move(resources);
  if (const std::string steps = responses_text(alert); !steps.empty())
    finding["remediation"] = {{"desc", steps}};
  finding["unmapped"] = {{"key", alert.key},
                         {"show", alert.show},
                         {"blind", alert.blind},
                         {"late", alert.late},
                         {"ruleset", alert.ruleset}};
  return finding;
}

}  // namespace shrike::cli
