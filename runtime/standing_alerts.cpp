#include <algorithm>
#include <iterator>
#include <utility>

#include "shrike/incidents.hpp"

namespace shrike {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kMostTextBytes = 1024;
constexpr std::size_t kMostMessageBytes = 4096;
constexpr std::size_t kMostItems = 256;   ///< of a list
constexpr std::size_t kBytesOfItem = 64;  ///< of a value, beside its text, roughly

/// Cuts between characters, not inside one.
void cut(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  std::size_t end = most;
  while (end > 0 && most - end < 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  text += "…";
  text.shrink_to_fit();
}

void cut(Json& value) {
  if (value.is_string()) return cut(value.get_ref<std::string&>(), kMostTextBytes);
  if (!value.is_structured()) return;
  // Lists of words are kept as lists; anything else that is large becomes the beginning of its text.
  if (value.is_array() && value.size() > kMostItems) value.erase(value.begin() + kMostItems, value.end());
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= kMostMessageBytes) return;
  cut(text, kMostMessageBytes);
  value = std::move(text);
}

/// No alert may push out many others by its size.
void cut(Alert& alert) {
  for (std::string* text : {&alert.rule, &alert.title, &alert.tenant}) cut(*text, kMostTextBytes);
  cut(alert.message, kMostMessageBytes);
  for (Json* values : {&alert.key, &alert.show}) {
    for (auto& [name, value] : values->items()) cut(value);
  }
  for (Response& response : alert.respond) {
    cut(response.request, kMostTextBytes);
    for (std::string& argument : response.arguments) cut(argument, kMostTextBytes);
  }
  if (alert.evidence.size() > kMostItems)
    alert.evidence.erase(alert.evidence.begin() + kMostItems, alert.evidence.end());
  for (Evidence& event : alert.evidence) {
    for (std::string* text : {&event.id, &event.at}) cut(*text, kMostTextBytes);
  }
}

std::size_t bytes_of(const std::string& text) { return sizeof(text) + text.capacity(); }

std::size_t bytes_of(const Json& value) {
  std::size_t bytes = kBytesOfItem;
  if (value.is_string()) bytes += bytes_of(value.get_ref<const std::string&>());
  if (value.is_object()) {
    for (const auto& [name, item] : value.items()) bytes += bytes_of(name) + bytes_of(item);
  } else if (value.is_array()) {
    for (const Json& item : value) bytes += bytes_of(item);
  }
  return bytes;
}

std::size_t bytes_of(const Alert& alert) {
  std::size_t bytes = sizeof(alert) + 4 * bytes_of(alert.id);  // and where it is found by id and rank
  for (const std::string* text : {&alert.rule, &alert.title, &alert.tenant, &alert.message, &alert.ruleset})
    bytes += text->capacity();
  for (const Json* values : {&alert.key, &alert.show}) bytes += bytes_of(*values);
  for (const auto* list : {&alert.attack, &alert.blind}) {
    for (const std::string& text : *list) bytes += bytes_of(text);
  }
  for (const Response& response : alert.respond) {
    bytes += sizeof(response) + response.action.capacity() + response.request.capacity();
    for (const std::string& argument : response.arguments) bytes += bytes_of(argument);
  }
  for (const Evidence& event : alert.evidence) {
    bytes += sizeof(event) + event.id.capacity() + event.event_class.capacity() + event.step.capacity() +
             event.at.capacity();
  }
  return bytes;
}

}  // namespace

StandingAlerts::Rank StandingAlerts::rank_of(const Alert& alert) {
  return {-static_cast<int>(alert.severity), -alert.score, alert.time, alert.id};
}

void StandingAlerts::remove(const std::string& id) {
  const auto found = rank_by_id_.find(id);
  if (found == rank_by_id_.end()) return;
  const auto kept = kept_.find(found->second);
  bytes_ -= bytes_of(kept->second);
  kept_.erase(kept);
  rank_by_id_.erase(found);
}

void StandingAlerts::add(const Alert& alert) {
  const bool was_kept = rank_by_id_.contains(alert.id);
  remove(alert.id);
  Rank rank = rank_of(alert);
  const bool is_beyond_bound = is_beyond(rank);
  // One that was told before and is not kept was left out.
  const bool was_left_out = !was_kept && left_out_ != 0 &&
                            (alert.again || (alert.status == AlertStatus::kWithdrawn && is_beyond_bound));
  if (was_left_out) --left_out_;
  if (alert.status == AlertStatus::kWithdrawn) return;
  if (is_beyond_bound) {
    ++left_out_;
    return;
  }
  Alert copy = alert;
  cut(copy);
  bytes_ += bytes_of(copy);
  rank_by_id_.emplace(alert.id, rank);
  kept_.emplace(std::move(rank), std::move(copy));
  while (bytes_ > max_bytes_) {
    const auto last = std::prev(kept_.end());
    bound_ = last->first;
    ++left_out_;
    remove(last->second.id);
  }
}

std::vector<Alert> StandingAlerts::take() {
  std::vector<Alert> alerts;
  alerts.reserve(kept_.size());
  for (auto& [rank, alert] : kept_) alerts.push_back(std::move(alert));
  kept_.clear();
  rank_by_id_.clear();
  bytes_ = 0;
  std::sort(alerts.begin(), alerts.end(), [](const Alert& a, const Alert& b) {
    return std::tie(a.time, a.rule, a.id) < std::tie(b.time, b.rule, b.id);
  });
  return alerts;
}

}  // namespace shrike
