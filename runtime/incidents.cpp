#include "shrike/incidents.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "runtime/arena.hpp"
#include "runtime/attack_table.hpp"
#include "runtime/digest.hpp"
#include "runtime/response_actions.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/time_math.hpp"
#include "runtime/time_text.hpp"
#include "shrike/value.hpp"

namespace shrike {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kMostNameBytes = 320;  ///< of an entity; the longest address of mail has 254
constexpr std::size_t kMostNamesOfField = 16;
constexpr std::size_t kMostNames = 1000;  ///< of a kind, in an incident
constexpr int kScorePerStage = 5;

/// The tactics of each stage. A technique of several is taken for the earliest.
constexpr std::array<std::uint32_t, 5> kTacticsOfStage{
    kReconnaissance | kResourceDevelopment | kInitialAccess | kCredentialAccess,
    kExecution | kDiscovery | kLateralMovement | kCommandAndControl,
    kPersistence | kPrivilegeEscalation | kDefenseEvasion,
    kCollection | kExfiltration,
    kImpact,
};

/// Techniques whose tactics tell another stage than what they are in mailbox takeovers.
struct StageOfTechnique {
  std::string_view id;
  Stage stage;
};
constexpr std::array kStageOfTechnique{
    StageOfTechnique{"T1070.008", Stage::kFraud},    // Clear Mailbox Data: sent mail and answers erased
    StageOfTechnique{"T1534", Stage::kFraud},        // Internal Spearphishing: mail in the victim's name
    StageOfTechnique{"T1539", Stage::kSession},      // Steal Web Session Cookie
    StageOfTechnique{"T1556", Stage::kPersistence},  // Modify Authentication Process, sub-techniques included
    StageOfTechnique{"T1583.001", Stage::kFraud},    // Domains: look-alikes that mail is sent to and from
};

std::optional<Stage> stage_of_technique(std::string_view id) {
  const std::string_view parent = id.substr(0, id.find('.'));
  for (const StageOfTechnique& row : kStageOfTechnique) {
    if (row.id == id || row.id == parent) return row.stage;
  }
  const AttackTechnique* technique = attack_technique(id);
  if (technique == nullptr) technique = attack_technique(parent);
  if (technique == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < kTacticsOfStage.size(); ++i) {
    if ((technique->tactics & kTacticsOfStage[i]) != 0) return static_cast<Stage>(i);
  }
  return std::nullopt;
}

enum class EntityKind : std::uint8_t { kUser, kMailbox, kSession, kAddress, kApp };

struct EntityField {
  std::string_view name;
  EntityKind kind;
  bool must_be_address = false;
};
constexpr std::array kEntityFields{
    EntityField{"user", EntityKind::kUser},       EntityField{"account", EntityKind::kUser},
    EntityField{"actor", EntityKind::kUser},      EntityField{"target", EntityKind::kUser, true},
    EntityField{"mailbox", EntityKind::kMailbox}, EntityField{"session", EntityKind::kSession},
    EntityField{"ip", EntityKind::kAddress},      EntityField{"app", EntityKind::kApp},
};

/// The field of that name, or the one that it ends in after an underscore.
const EntityField* entity_field(std::string_view name) {
  if (name == "client_app") return nullptr;  // a protocol, not an application
  const std::string_view end = name.substr(name.rfind('_') + 1);
  const auto found = std::find_if(kEntityFields.begin(), kEntityFields.end(),
                                  [&](const EntityField& field) { return field.name == end; });
  return found == kEntityFields.end() ? nullptr : &*found;
}

/// Names that logs write for nobody in particular: services, and whom they do not know.
bool stands_for_many(std::string_view name) {
  static constexpr std::array<std::string_view, 8> kNames{
      "unknown",   "not available", "none", "null",
      "anonymous", "system",        "-",    "00000000-0000-0000-0000-000000000000"};
  static constexpr std::array<std::string_view, 3> kBeginnings{"NT AUTHORITY\\", "NT SERVICE\\",
                                                               "ServicePrincipal_"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view known) { return equal_caseless(known, name); }) ||
         std::any_of(kBeginnings.begin(), kBeginnings.end(), [&](std::string_view beginning) {
           return equal_caseless(beginning, name.substr(0, beginning.size()));
         });
}

std::string folded(std::string_view text) {
  Arena scratch;
  return std::string(fold_case(text, scratch));
}

/// Collects entities, each once whatever its letter case, and how many alerts name it.
class EntityCollector {
 public:
  void add(const Alert& alert) {
    ++alerts_;
    for (const auto& [name, value] : alert.key.items()) add_field(name, value);
    for (const auto& [name, value] : alert.show.items()) add_field(name, value);
    for (const Response& response : alert.respond) {
      const ResponseAction* action = find_response_action(response.action);
      if (action == nullptr) continue;
      for (std::size_t i = 0; i < std::min(action->parameters.size(), response.arguments.size()); ++i) {
        if (const EntityField* field = entity_field(action->parameters[i]))
          add(field->kind, response.arguments[i]);
      }
    }
  }

  Entities take() {
    const auto is_named_more = [](const Mention& a, const Mention& b) {
      return a.alerts != b.alerts ? a.alerts > b.alerts : a.place < b.place;
    };
    std::array<std::vector<std::string>, 5> names;
    for (std::size_t kind = 0; kind < names.size(); ++kind) {
      std::sort(mentions_[kind].begin(), mentions_[kind].end(), is_named_more);
      for (Mention& mention : mentions_[kind]) names[kind].push_back(std::move(mention.name));
    }
    return {std::move(names[0]), std::move(names[1]), std::move(names[2]),
            std::move(names[3]), std::move(names[4]), left_out_};
  }

 private:
  struct Mention {
    std::string name;
    std::size_t place = 0;     ///< in the order of mention
    std::uint64_t alerts = 0;  ///< that name it
    std::uint64_t last = 0;    ///< the number of the last of them
  };

  void add(EntityKind kind, std::string_view name) {
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (name.empty() || name.size() > kMostNameBytes || stands_for_many(name)) return;
    std::vector<Mention>& mentions = mentions_[static_cast<std::size_t>(kind)];
    const auto [place, is_new] = places_.try_emplace({kind, folded(name)}, mentions.size());
    if (is_new && mentions.size() == kMostNames) {
      place->second = kNoPlace;
      ++left_out_;
    }
    if (place->second == kNoPlace) return;
    if (is_new) mentions.push_back({std::string(name), mentions.size()});
    Mention& mention = mentions[place->second];
    if (std::exchange(mention.last, alerts_) != alerts_) ++mention.alerts;
  }

  void add_field(std::string_view name, const Json& value) {
    const EntityField* field = entity_field(name);
    if (field == nullptr) return;
    const auto take = [&](const Json& text) {
      if (!text.is_string()) return;
      const std::string& spelled = text.get_ref<const std::string&>();
      if (field->must_be_address && spelled.find('@') == std::string::npos) return;
      add(field->kind, spelled);
    };
    if (!value.is_array()) return take(value);
    for (std::size_t i = 0; i < std::min(value.size(), kMostNamesOfField); ++i) take(value[i]);
  }

  static constexpr std::size_t kNoPlace = SIZE_MAX;

  std::array<std::vector<Mention>, 5> mentions_;  ///< by EntityKind
  std::map<std::pair<EntityKind, std::string>, std::size_t> places_;
  std::uint64_t alerts_ = 0, left_out_ = 0;
};

auto order_of(const Alert& alert) { return std::tie(alert.time, alert.rule, alert.id); }

/// Alerts that take part, each once, in order.
std::vector<const Alert*> taking_part(std::span<const Alert> alerts) {
  std::vector<const Alert*> members;
  for (const Alert& alert : alerts) {
    if (alert.status == AlertStatus::kOpen && alert.severity != Severity::kInfo) members.push_back(&alert);
  }
  const auto by_id = [](const Alert* a, const Alert* b) {
    return std::tie(a->id, a->time, a->rule) < std::tie(b->id, b->time, b->rule);
  };
  std::sort(members.begin(), members.end(), by_id);
  members.erase(std::unique(members.begin(), members.end(),
                            [](const Alert* a, const Alert* b) { return a->id == b->id; }),
                members.end());
  std::sort(members.begin(), members.end(),
            [](const Alert* a, const Alert* b) { return order_of(*a) < order_of(*b); });
  return members;
}

/// The tenant of alerts that have none: that of the others, if they have one only.
std::string tenant_of_nameless(const std::vector<const Alert*>& members) {
  std::string_view only;
  for (const Alert* alert : members) {
    if (alert->tenant.empty() || equal_caseless(alert->tenant, only)) continue;
    if (!only.empty()) return {};
    only = alert->tenant;
  }
  return std::string(only);
}

/// What brings alerts together: somebody or something that they name, or an event.
struct Link {
  std::string what;
  std::size_t alert = 0;  ///< index into the members
  bool within_gap = true;
  auto operator<=>(const Link&) const = default;
};

/// Sorted, so those of one user, session or event stand together in the order of alerts.
std::vector<Link> links_of(const std::vector<const Alert*>& members, const std::string& nameless) {
  std::vector<Link> links;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Alert& alert = *members[i];
    // Parts of a name are told apart by their lengths.
    const std::string name_of_tenant = folded(alert.tenant.empty() ? nameless : alert.tenant);
    const std::string tenant = std::to_string(name_of_tenant.size()) + ':' + name_of_tenant;
    EntityCollector collector;
    collector.add(alert);
    const Entities entities = collector.take();
    for (const auto* names : {&entities.users, &entities.mailboxes}) {
      for (const std::string& name : *names) links.push_back({"u" + tenant + folded(name), i, true});
    }
    for (const std::string& name : entities.sessions) links.push_back({"s" + tenant + folded(name), i, true});
    for (const Evidence& event : alert.evidence) {
      links.push_back({"e" + tenant + std::to_string(event.event_class.size()) + ':' + event.event_class +
                           std::to_string(event.id.size()) + ':' + event.id,
                       i, false});
    }
  }
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
  return links;
}

class DisjointSets {
 public:
  explicit DisjointSets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t root_of(std::size_t at) {
    while (parent_[at] != at) at = parent_[at] = parent_[parent_[at]];
    return at;
  }
  /// The smaller index becomes the root.
  void unite(std::size_t a, std::size_t b) {
    a = root_of(a);
    b = root_of(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

/// How far apart in time, without overflow.
std::uint64_t distance(std::int64_t a, std::int64_t b) {
  return static_cast<std::uint64_t>(std::max(a, b)) - static_cast<std::uint64_t>(std::min(a, b));
}

/// A place beside which a low alert may stand: the nearest in time, then the first in order.
using Nearest = std::optional<std::pair<std::uint64_t, std::size_t>>;

class Grouping {
 public:
  Grouping(std::vector<const Alert*> members, const std::string& nameless, const IncidentOptions& options)
      : members_(std::move(members)),
        links_(links_of(members_, nameless)),
        gap_(static_cast<std::uint64_t>(std::max<std::int64_t>(options.gap, 0))),
        sets_(members_.size()),
        nearest_(members_.size()) {}

  /// Members of each group, in order.
  std::vector<std::vector<const Alert*>> groups() {
    for (auto begin = links_.begin(); begin != links_.end();) {
      const auto end =
          std::find_if(begin, links_.end(), [&](const Link& l) { return l.what != begin->what; });
      join({begin, end});
      begin = end;
    }
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (nearest_[i]) sets_.unite(i, nearest_[i]->second);
    }
    std::map<std::size_t, std::vector<const Alert*>> by_root;
    for (std::size_t i = 0; i < members_.size(); ++i) by_root[sets_.root_of(i)].push_back(members_[i]);
    std::vector<std::vector<const Alert*>> groups;
    for (auto& [root, group] : by_root) groups.push_back(std::move(group));
    return groups;
  }

 private:
  bool joins(std::size_t at) const { return members_[at]->severity >= Severity::kMedium; }
  std::int64_t time(std::size_t at) const { return members_[at]->time; }

  /// Alerts that name the same: those that join are united with their next, for low ones the nearest is
  /// looked for.
  void join(std::span<const Link> same) {
    std::vector<std::size_t> joining;
    for (const Link& link : same) {
      if (!joins(link.alert)) continue;
      if (!joining.empty() && is_near(link.within_gap, joining.back(), link.alert))
        sets_.unite(joining.back(), link.alert);
      joining.push_back(link.alert);
    }
    if (joining.empty()) return;
    for (const Link& link : same) {
      if (joins(link.alert)) continue;
      const auto after =
          std::lower_bound(joining.begin(), joining.end(), time(link.alert),
                           [&](std::size_t at, std::int64_t time_of) { return time(at) < time_of; });
      if (after != joining.end()) consider(link, *after);
      if (after == joining.begin()) continue;
      // Of several at the nearest time before it, the first.
      const std::int64_t before = time(*std::prev(after));
      consider(link, *std::lower_bound(joining.begin(), after, before,
                                       [&](std::size_t at, std::int64_t t) { return time(at) < t; }));
    }
  }

  bool is_near(bool within_gap, std::size_t a, std::size_t b) const {
    return !within_gap || distance(time(a), time(b)) <= gap_;
  }

  void consider(const Link& link, std::size_t other) {
    if (!is_near(link.within_gap, link.alert, other)) return;
    const std::pair<std::uint64_t, std::size_t> place{distance(time(link.alert), time(other)), other};
    Nearest& nearest = nearest_[link.alert];
    if (!nearest || place < *nearest) nearest = place;
  }

  std::vector<const Alert*> members_;
  std::vector<Link> links_;
  std::uint64_t gap_;
  DisjointSets sets_;
  std::vector<Nearest> nearest_;  ///< of the low ones
};

bool is_incident(const std::vector<const Alert*>& group) {
  const bool is_severe = std::any_of(group.begin(), group.end(),
                                     [](const Alert* alert) { return alert->severity >= Severity::kHigh; });
  return is_severe || std::any_of(group.begin(), group.end(),
                                  [&](const Alert* alert) { return alert->rule != group.front()->rule; });
}

auto order_of(const Evidence& event) { return std::tie(event.time, event.event_class, event.id); }

std::vector<IncidentEvent> events_of(const std::vector<const Alert*>& group) {
  /// One telling of an event, by an alert.
  struct Telling {
    const Evidence* event;
    const Alert* alert;
    std::size_t place;  ///< of the alert in the group
    bool fired() const { return event->time == alert->time; }
  };
  std::vector<Telling> tellings;
  for (std::size_t i = 0; i < group.size(); ++i) {
    for (const Evidence& event : group[i]->evidence) tellings.push_back({&event, group[i], i});
  }
  const auto is_better = [](const Telling& a, const Telling& b) {
    const auto rank = [](const Telling& t) {
      return std::tuple(distance(t.event->time, t.alert->time), t.alert->evidence.size(), t.place);
    };
    return rank(a) < rank(b);
  };
  std::sort(tellings.begin(), tellings.end(), [&](const Telling& a, const Telling& b) {
    if (order_of(*a.event) != order_of(*b.event)) return order_of(*a.event) < order_of(*b.event);
    return is_better(a, b);
  });
  std::vector<IncidentEvent> events;
  const Evidence* last = nullptr;
  for (const Telling& telling : tellings) {
    if (last == nullptr || order_of(*last) != order_of(*telling.event)) {
      last = telling.event;
      IncidentEvent& one = events.emplace_back();
      one.event = *last;
      one.event.step.clear();
      one.stage = stage_of(*telling.alert);
      one.severity = telling.alert->severity;
      one.fired = telling.fired();
      one.alert = telling.alert->id;
    } else if (telling.fired()) {
      IncidentEvent& one = events.back();
      one.severity = one.fired ? std::max(one.severity, telling.alert->severity) : telling.alert->severity;
      one.fired = true;
    }
  }
  return events;
}

Incident incident_of(const std::vector<const Alert*>& group, const std::string& nameless) {
  Incident incident;
  const Alert& first = *group.front();
  Digest id;
  incident.tenant = first.tenant.empty() ? nameless : first.tenant;
  incident.id = id.add("incident").add(incident.tenant).add(first.id).hex();
  incident.first = first.time;
  incident.last = group.back()->time;
  EntityCollector entities;
  for (const Alert* alert : group) {
    incident.severity = std::max(incident.severity, alert->severity);
    incident.score = std::max(incident.score, alert->score);
    incident.alerts.push_back(alert->id);
    entities.add(*alert);
  }
  incident.entities = entities.take();
  incident.events = events_of(group);
  for (const IncidentEvent& event : incident.events) {
    if (event.stage != Stage::kOther) incident.stages.push_back(event.stage);
  }
  std::sort(incident.stages.begin(), incident.stages.end());
  incident.stages.erase(std::unique(incident.stages.begin(), incident.stages.end()), incident.stages.end());
  const int more = incident.stages.empty() ? 0 : static_cast<int>(incident.stages.size()) - 1;
  incident.score = std::min(100, incident.score + more * kScorePerStage);
  incident.severity = std::max(incident.severity, severity_of_score(incident.score));
  return incident;
}

}  // namespace

std::string_view name_of(Stage stage) {
  static constexpr std::array<std::string_view, 6> kNames{"initial_access", "session", "persistence",
                                                          "collection",     "fraud",   "other"};
  return kNames[static_cast<std::size_t>(stage)];
}

Stage stage_of(const Alert& alert) {
  for (const std::string& technique : alert.attack) {
    if (const auto stage = stage_of_technique(technique)) return *stage;
  }
  return Stage::kOther;
}

Entities entities_of(const Alert& alert) {
  EntityCollector collector;
  collector.add(alert);
  return collector.take();
}

std::vector<Incident> group_incidents(std::span<const Alert> alerts, const IncidentOptions& options) {
  std::vector<Incident> incidents;
  std::vector<const Alert*> members = taking_part(alerts);
  const std::string nameless = tenant_of_nameless(members);
  for (const std::vector<const Alert*>& group : Grouping(std::move(members), nameless, options).groups()) {
    if (is_incident(group)) incidents.push_back(incident_of(group, nameless));
  }
  std::sort(incidents.begin(), incidents.end(), [](const Incident& a, const Incident& b) {
    return std::tuple(b.severity, b.score, a.first, std::string_view(a.id)) <
           std::tuple(a.severity, a.score, b.first, std::string_view(b.id));
  });
  return incidents;
}

Json to_json(const Incident& incident) {
  const Entities& named = incident.entities;
  Json entities = {{"tenant", incident.tenant},    {"users", named.users},
                   {"mailboxes", named.mailboxes}, {"sessions", named.sessions},
                   {"addresses", named.addresses}, {"apps", named.apps}};
  if (named.left_out != 0) entities["left_out"] = named.left_out;
  Json stages = Json::array();
  for (const Stage stage : incident.stages) stages.push_back(name_of(stage));
  return Json{{"kind", "incident"},
              {"id", incident.id},
              {"first", format_time(incident.first)},
              {"last", format_time(incident.last)},
              {"severity", name_of(incident.severity)},
              {"score", incident.score},
              {"entities", std::move(entities)},
              {"stages", std::move(stages)},
              {"alerts", incident.alerts}};
}

}  // namespace shrike
