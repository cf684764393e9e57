#include "runtime/firing_bytes.hpp"

#include <bit>

#include "runtime/arena.hpp"
#include "runtime/sorted_runs.hpp"
#include "runtime/state/value_bytes.hpp"

namespace shrike {

using Json = nlohmann::ordered_json;

std::string order_key(const Firing& firing) {
  std::string key;
  append_key_time(key, firing.alert.time);
  for (const std::string& part : {firing.event_class, firing.event_id, firing.alert.rule})
    append_key_part(key, part);
  // One event may fire under several keys.
  Arena scratch;
  for (const auto& [name, value] : firing.alert.key.items())
    append_key_part(key, fold_case(value.dump(-1, ' ', false, Json::error_handler_t::replace), scratch));
  append_key_part(key, firing.alert.id);
  return key;
}

std::string to_bytes(const Firing& firing) {
  const Alert& alert = firing.alert;
  std::string out;
  const auto texts = [&](const std::vector<std::string>& list) {
    append_unsigned(out, list.size());
    for (const std::string& text : list) append_text(out, text);
  };
  const auto json = [&](const Json& value) {
    append_text(out, value.dump(-1, ' ', false, Json::error_handler_t::replace));
  };
  for (const std::string* text : {&firing.event_class, &firing.event_id, &firing.quiet_key, &alert.id,
                                  &alert.rule, &alert.title, &alert.tenant, &alert.message, &alert.ruleset})
    append_text(out, *text);
  append_signed(out, firing.quiet);
  append_signed(out, alert.time);
  append_signed(out, alert.score);
  append_unsigned(out, static_cast<std::uint64_t>(alert.status));
  append_unsigned(out, static_cast<std::uint64_t>(alert.severity));
  append_unsigned(out, std::bit_cast<std::uint64_t>(alert.late));
  json(alert.key);
  json(alert.show);
  texts(alert.attack);
  texts(alert.blind);
  append_unsigned(out, alert.respond.size());
  for (const Response& response : alert.respond) {
    append_text(out, response.action);
    texts(response.arguments);
    append_text(out, response.request);
  }
  // Last, since FinalLedger orders by these bytes and places depend on the order of lines.
  append_unsigned(out, alert.evidence.size());
  for (const Evidence& event : alert.evidence) {
    for (const std::string* text : {&event.id, &event.event_class, &event.step, &event.at})
      append_text(out, *text);
    append_signed(out, event.time);
  }
  return out;
}

std::optional<Firing> firing_from_bytes(std::string_view bytes) {
  BytesReader reader(bytes);
  Firing firing;
  Alert& alert = firing.alert;
  const auto texts = [&](std::vector<std::string>& list) {
    for (std::uint64_t left = reader.unsigned_number(); left > 0 && reader.ok(); --left)
      list.emplace_back(reader.text());
  };
  const auto json = [&](Json& value) {
    value = Json::parse(reader.text(), nullptr, false);
    return value.is_object();
  };
  for (std::string* text : {&firing.event_class, &firing.event_id, &firing.quiet_key, &alert.id, &alert.rule,
                            &alert.title, &alert.tenant, &alert.message, &alert.ruleset})
    *text = reader.text();
  firing.quiet = reader.signed_number();
  alert.time = reader.signed_number();
  const std::int64_t score = reader.signed_number();
  const std::uint64_t status = reader.unsigned_number(), severity = reader.unsigned_number();
  alert.late = std::bit_cast<double>(reader.unsigned_number());
  const bool fits = score >= 0 && score <= 100 &&
                    status <= static_cast<std::uint64_t>(AlertStatus::kWithdrawn) &&
                    severity <= static_cast<std::uint64_t>(Severity::kCritical);
  if (!fits || !json(alert.key) || !json(alert.show)) return std::nullopt;
  alert.score = static_cast<int>(score);
  alert.status = static_cast<AlertStatus>(status);
  alert.severity = static_cast<Severity>(severity);
  texts(alert.attack);
  texts(alert.blind);
  for (std::uint64_t left = reader.unsigned_number(); left > 0 && reader.ok(); --left) {
    Response& response = alert.respond.emplace_back();
    response.action = reader.text();
    texts(response.arguments);
    response.request = reader.text();
  }
  for (std::uint64_t left = reader.unsigned_number(); left > 0 && reader.ok(); --left) {
    Evidence& event = alert.evidence.emplace_back();
    for (std::string* text : {&event.id, &event.event_class, &event.step, &event.at}) *text = reader.text();
    event.time = reader.signed_number();
  }
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return firing;
}

}  // namespace shrike
