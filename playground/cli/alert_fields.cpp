#include "playground/cli/alert_fields.hpp"

#include <algorithm>

#include "runtime/address.hpp"

namespace shrike::cli {
namespace {

const nlohmann::ordered_json* shown(const Alert& alert, std::string_view name) {
  for (const auto* values : {&alert.show, &alert.key}) {
    const auto found = values->find(name);
    if (found != values->end()) return &*found;
  }
  return nullptr;
}

}  // namespace

const RuleData* rule_of(const Alert& alert, const Program& program) {
  const auto& rules = program.data().rules;
  const auto found =
      std::lower_bound(rules.begin(), rules.end(), alert.rule,
                       [](const RuleData& rule, const std::string& name) { return rule.name < name; });
  return found == rules.end() || found->name != alert.rule ? nullptr : &*found;
}

std::optional<std::string> shown_text(const Alert& alert, std::string_view name) {
  const auto* value = shown(alert, name);
  if (value == nullptr || !value->is_string() || value->get_ref<const std::string&>().empty())
    return std::nullopt;
  return value->get<std::string>();
}

std::optional<std::int64_t> shown_number(const Alert& alert, std::string_view name) {
  const auto* value = shown(alert, name);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  return value->get<std::int64_t>();
}

std::optional<std::string> shown_address(const Alert& alert, std::string_view name) {
  auto text = shown_text(alert, name);
  return text && parse_ip(*text) ? text : std::nullopt;
}

const Evidence* firing_event(const Alert& alert) {
  const auto found = std::find_if(alert.evidence.rbegin(), alert.evidence.rend(),
                                  [&](const Evidence& event) { return event.time == alert.time; });
  return found == alert.evidence.rend() ? nullptr : &*found;
}

std::string responses_text(const Alert& alert) {
  std::string text;
  for (const Response& response : alert.respond)
    text += (text.empty() ? "" : "\n") + response.action + ": " + response.request;
  return text;
}

}  // namespace shrike::cli
