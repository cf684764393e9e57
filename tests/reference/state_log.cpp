#include "tests/reference/state_log.hpp"

#include <algorithm>

namespace shrike::reference {

const RefValue* LoggedEvent::find(const std::string& name) const {
  for (const auto& [field, value] : fields) {
    if (field == name) return &value;
  }
  return nullptr;
}

RefEvent to_event(const Model& model, const LoggedEvent& event) {
  RefEvent result;
  result.event_class = model.find_class(event.event_class);
  const auto& fields = model.classes.at(result.event_class).fields;
  for (const auto& [name, value] : event.fields) {
    if (const auto found = fields.find(name); found != fields.end()) result.given[found->second] = value;
  }
  return result;
}

std::vector<RefEvent> to_events(const Model& model, const std::vector<LoggedEvent>& events) {
  std::vector<RefEvent> result;
  for (const LoggedEvent& event : events) result.push_back(to_event(model, event));
  return result;
}

std::int64_t newest_time(const std::vector<LoggedEvent>& events) {
  std::int64_t newest = INT64_MIN;
  for (const LoggedEvent& event : events) {
    if (const RefValue* time = event.find("time")) newest = std::max(newest, time->integer);
  }
  return newest;
}

std::string describe(const LoggedEvent& event) {
  std::string text = event.event_class + " {";
  for (const auto& [name, value] : event.fields) text += " " + name + ": " + describe(value);
  return text + " }";
}

}  // namespace shrike::reference
