// Alerts to incidents: what belongs together, in any order, compared with a plain search over all pairs.
#include "shrike/incidents.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace shrike;

namespace {

constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000'000;

Alert alert(const std::string& id, const std::string& rule, Severity severity, std::int64_t hours,
            const std::string& user = {}) {
  Alert a;
  a.id = id;
  a.rule = rule;
  a.severity = severity;
  a.score = static_cast<int>(severity) * 20;
  a.time = hours * kHour;
  a.tenant = "contoso";
  if (!user.empty()) a.show["user"] = user;
  return a;
}

Alert on_event(Alert a, const std::string& event, std::int64_t hours) {
  a.evidence.push_back({event, hours * kHour, "audit", {}, "a.ndjson:1"});
  return a;
}

/// The members of each incident, as sets.
std::set<std::set<std::string>> sets_of(const std::vector<Incident>& incidents) {
  std::set<std::set<std::string>> sets;
  for (const Incident& incident : incidents) sets.emplace(incident.alerts.begin(), incident.alerts.end());
  return sets;
}

using Sets = std::set<std::set<std::string>>;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// ---- The oracle: every pair is asked, groups grow until nothing changes. ----

std::set<std::string> names_of(const Alert& a) {
  std::set<std::string> names;
  for (const char* const field : {"user", "mailbox"}) {
    if (a.show.contains(field)) names.insert("u " + lower(a.show[field].get<std::string>()));
  }
  if (a.show.contains("session")) names.insert("s " + lower(a.show["session"].get<std::string>()));
  return names;
}

bool share_event(const Alert& a, const Alert& b) {
  for (const Evidence& x : a.evidence) {
    for (const Evidence& y : b.evidence) {
      if (x.id == y.id && x.event_class == y.event_class) return true;
    }
  }
  return false;
}

/// `only`: the tenant of those that have none.
bool belong_together(const Alert& a, const Alert& b, std::int64_t gap, const std::string& only) {
  if ((a.tenant.empty() ? only : a.tenant) != (b.tenant.empty() ? only : b.tenant)) return false;
  if (share_event(a, b)) return true;
  if (std::abs(a.time - b.time) > gap) return false;
  for (const std::string& name : names_of(a)) {
    if (names_of(b).contains(name)) return true;
  }
  return false;
}

Sets oracle(std::vector<Alert> alerts, std::int64_t gap) {
  std::sort(alerts.begin(), alerts.end(), [](const Alert& a, const Alert& b) {
    return std::tie(a.time, a.rule, a.id) < std::tie(b.time, b.rule, b.id);
  });
  std::erase_if(alerts, [](const Alert& a) {
    return a.severity == Severity::kInfo || a.status == AlertStatus::kWithdrawn;
  });
  std::set<std::string> tenants;
  for (const Alert& a : alerts) {
    if (!a.tenant.empty()) tenants.insert(a.tenant);
  }
  const std::string only = tenants.size() == 1 ? *tenants.begin() : "";
  std::vector<std::size_t> group(alerts.size());
  for (std::size_t i = 0; i < group.size(); ++i) group[i] = i;
  const auto joins = [&](std::size_t i) { return alerts[i].severity >= Severity::kMedium; };
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < alerts.size(); ++i) {
      for (std::size_t j = 0; j < alerts.size(); ++j) {
        if (!joins(i) || !joins(j) || group[i] <= group[j] ||
            !belong_together(alerts[i], alerts[j], gap, only))
          continue;
        group[i] = group[j];
        changed = true;
      }
    }
  }
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    if (joins(i)) continue;
    std::size_t best = i;
    for (std::size_t j = 0; j < alerts.size(); ++j) {
      if (!joins(j) || !belong_together(alerts[i], alerts[j], gap, only)) continue;
      if (best == i ||
          std::abs(alerts[j].time - alerts[i].time) < std::abs(alerts[best].time - alerts[i].time))
        best = j;
    }
    group[i] = best == i ? alerts.size() + i : group[best];
  }
  std::map<std::size_t, std::vector<const Alert*>> by_group;
  for (std::size_t i = 0; i < alerts.size(); ++i) by_group[group[i]].push_back(&alerts[i]);
  Sets sets;
  for (const auto& [number, members] : by_group) {
    std::set<std::string> rules, ids;
    bool is_severe = false;
    for (const Alert* member : members) {
      rules.insert(member->rule);
      ids.insert(member->id);
      is_severe = is_severe || member->severity >= Severity::kHigh;
    }
    if (is_severe || rules.size() > 1) sets.insert(ids);
  }
  return sets;
}

std::vector<Alert> generated(std::mt19937& random) {
  const auto below = [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); };
  std::vector<Alert> alerts;
  const std::uint32_t count = below(25), span = 50 + below(1500);
  const bool several_tenants = below(2) == 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    Alert a = alert("id" + std::to_string(i), "rule" + std::to_string(below(3)),
                    static_cast<Severity>(below(5)), below(span));
    if (below(8) == 0) a.tenant = "";
    if (below(several_tenants ? 8 : 1000) == 0) a.tenant = "fabrikam";
    const char* const letters[] = {"A", "a"};
    const std::string user = std::string(letters[below(2)]) + std::to_string(below(5)) + "@contoso.example";
    if (below(2) == 0) a.show["user"] = user;
    if (below(3) == 0) a.show["mailbox"] = "a" + std::to_string(below(5)) + "@contoso.example";
    if (below(4) == 0) a.show["session"] = "s" + std::to_string(below(4));
    a.show["ip"] = "192.0.2.9";  // joins nothing
    a.show["app"] = "one";
    for (std::uint32_t left = below(3); left > 0; --left) {
      const std::uint32_t event = below(40);
      a = on_event(std::move(a), "e" + std::to_string(event), event);
    }
    if (below(10) == 0) a.status = AlertStatus::kWithdrawn;
    alerts.push_back(std::move(a));
  }
  return alerts;
}

}  // namespace

TEST_CASE("alerts of one user within the gap are one incident, and after it another") {
  const std::vector<Alert> alerts{alert("a", "r", Severity::kHigh, 0, "aiko@contoso.example"),
                                  alert("b", "r", Severity::kHigh, 72, "AIKO@contoso.example"),
                                  alert("c", "r", Severity::kHigh, 145, "aiko@contoso.example"),
                                  alert("d", "r", Severity::kHigh, 1, "ben@contoso.example")};
  CHECK(sets_of(group_incidents(alerts)) == Sets{{"a", "b"}, {"c"}, {"d"}});
  CHECK(sets_of(group_incidents(alerts, {.gap = 73 * kHour})) == Sets{{"a", "b", "c"}, {"d"}});
}

TEST_CASE("an incident needs a high alert or two rules") {
  const auto medium = Severity::kMedium, low = Severity::kLow;
  const std::string who = "aiko@contoso.example";
  CHECK(
      group_incidents(std::vector{alert("a", "r", medium, 0, who), alert("b", "r", medium, 1, who)}).empty());
  CHECK(
      group_incidents(std::vector{alert("a", "r", medium, 0, who), alert("b", "s", medium, 1, who)}).size() ==
      1);
  CHECK(group_incidents(std::vector{alert("a", "r", medium, 0, who), alert("b", "s", low, 1, who)}).size() ==
        1);
  CHECK(group_incidents(std::vector{alert("a", "r", low, 0, who), alert("b", "s", low, 1, who)}).empty());
  CHECK(group_incidents(std::vector{alert("a", "r", Severity::kHigh, 0, who)}).size() == 1);
  CHECK(group_incidents({}).empty());
}

TEST_CASE("low alerts bring nothing together, info and withdrawn ones take no part") {
  const std::string who = "aiko@contoso.example";
  std::vector<Alert> alerts{
      alert("a", "r", Severity::kHigh, 0, who),    alert("b", "r", Severity::kHigh, 140, who),
      alert("low", "s", Severity::kLow, 71, who),  alert("tie", "s", Severity::kLow, 70, who),
      alert("info", "s", Severity::kInfo, 1, who), alert("gone", "s", Severity::kHigh, 70, who)};
  alerts.back().status = AlertStatus::kWithdrawn;
  CHECK(sets_of(group_incidents(alerts)) == Sets{{"a", "tie"}, {"b", "low"}});
}

TEST_CASE("a mailbox is the user it belongs to; addresses, applications and services join nobody") {
  std::vector<Alert> alerts;
  for (const char* const field : {"user", "mailbox", "target", "entry_user"}) {
    alerts.push_back(alert(field, "r", Severity::kHigh, 0));
    alerts.back().show[field] = "aiko@contoso.example";
  }
  alerts.push_back(alert("respond", "r", Severity::kHigh, 0));
  alerts.back().respond.push_back({"reset_password", {"Aiko@contoso.example"}, ""});
  CHECK(group_incidents(alerts).size() == 1);

  alerts.clear();
  for (int i = 0; i < 2; ++i) {
    for (const auto& [field, name] :
         std::map<std::string, std::string>{{"ip", "192.0.2.9"},
                                            {"app", "mail"},
                                            {"target", "A policy"},
                                            {"user", "NT AUTHORITY\\SYSTEM (Microsoft.Exchange)"},
                                            {"account", "Unknown"},
                                            {"mailbox", std::string(321, 'x')},
                                            {"session", "00000000-0000-0000-0000-000000000000"}}) {
      alerts.push_back(alert(field + std::to_string(i), "r", Severity::kHigh, 0));
      alerts.back().show[field] = name;
    }
  }
  CHECK(group_incidents(alerts).size() == alerts.size());

  Alert protocol = alert("p", "r", Severity::kHigh, 0);
  protocol.show["client_app"] = "IMAP4";
  CHECK(entities_of(protocol).apps.empty());
}

TEST_CASE("a chain brings in the alerts whose events it rests on, whoever they are about") {
  const std::vector<Alert> alerts{
      on_event(alert("spray", "spray_source", Severity::kHigh, 0), "e1", 0),
      on_event(on_event(alert("hit", "spray_then_valid", Severity::kCritical, 20, "aiko@contoso.example"),
                        "e1", 0),
               "e2", 20),
      on_event(alert("late", "rule_hides_mail", Severity::kHigh, 200, "aiko@contoso.example"), "e2", 20),
      alert("other", "r", Severity::kHigh, 20, "ben@contoso.example")};
  CHECK(sets_of(group_incidents(alerts)) == Sets{{"spray", "hit", "late"}, {"other"}});
}

TEST_CASE("tenants are apart, and who has none is of the only one") {
  std::vector<Alert> alerts{on_event(alert("a", "r", Severity::kHigh, 0, "aiko@contoso.example"), "e", 0),
                            on_event(alert("b", "r", Severity::kHigh, 0, "aiko@contoso.example"), "e", 0)};
  alerts[1].tenant = "fabrikam";
  CHECK(group_incidents(alerts).size() == 2);
  alerts[0].tenant = "";
  REQUIRE(group_incidents(alerts).size() == 1);
  CHECK(group_incidents(alerts).front().tenant == "fabrikam");
  alerts.push_back(alert("c", "r", Severity::kHigh, 0, "ben@contoso.example"));
  CHECK(group_incidents(alerts).size() == 3);
}

TEST_CASE("stages come from the first technique that has one") {
  const auto stage = [](std::vector<std::string> attack) {
    Alert a;
    a.attack = std::move(attack);
    return name_of(stage_of(a));
  };
  CHECK(stage({"T1566.002", "T1539"}) == "initial_access");
  CHECK(stage({"T1078.004"}) == "initial_access");
  CHECK(stage({"T1110.003"}) == "initial_access");
  CHECK(stage({"T1539", "T1550.004"}) == "session");
  CHECK(stage({"T1550.001"}) == "session");
  CHECK(stage({"T1526"}) == "session");
  CHECK(stage({"T1564.008"}) == "persistence");
  CHECK(stage({"T1556.006"}) == "persistence");
  CHECK(stage({"T1098"}) == "persistence");
  CHECK(stage({"T1114.003", "T1137.005"}) == "collection");
  CHECK(stage({"T1567"}) == "collection");
  CHECK(stage({"T1534", "T1566"}) == "fraud");
  CHECK(stage({"T1657"}) == "fraud");
  CHECK(stage({"T1070.008"}) == "fraud");
  CHECK(stage({"T1070"}) == "persistence");
  CHECK(stage({"T9999", "T1657"}) == "fraud");
  CHECK(stage({"T9999"}) == "other");
  CHECK(stage({}) == "other");
}

TEST_CASE("score, severity, stages, times and entities of an incident") {
  const std::string who = "aiko@contoso.example";
  std::vector<Alert> alerts{on_event(alert("c", "x", Severity::kMedium, 5, who), "e3", 5),
                            on_event(alert("a", "y", Severity::kMedium, 1, who), "e1", 1),
                            on_event(alert("b", "z", Severity::kMedium, 3, who), "e2", 3)};
  alerts[0].attack = {"T1534"};
  alerts[1].attack = {"T1566"};
  alerts[2].attack = {"T1564.008"};
  for (Alert& a : alerts) a.score = 60;
  alerts[2].show["mailbox"] = "Aiko@contoso.example";
  alerts[0].show["ip"] = {"192.0.2.10", "192.0.2.10"};
  alerts[2].show["ip"] = {"192.0.2.9", "192.0.2.10"};
  const std::vector<Incident> incidents = group_incidents(alerts);
  REQUIRE(incidents.size() == 1);
  const Incident& incident = incidents.front();
  CHECK(incident.first == kHour);
  CHECK(incident.last == 5 * kHour);
  CHECK(incident.score == 70);
  CHECK(incident.severity == Severity::kHigh);
  CHECK(incident.stages == std::vector{Stage::kInitialAccess, Stage::kPersistence, Stage::kFraud});
  CHECK(incident.alerts == std::vector<std::string>{"a", "b", "c"});
  CHECK(incident.entities.users == std::vector<std::string>{who});
  CHECK(incident.entities.mailboxes == std::vector<std::string>{"Aiko@contoso.example"});
  CHECK(incident.entities.addresses == std::vector<std::string>{"192.0.2.10", "192.0.2.9"});

  const auto json = to_json(incident);
  std::vector<std::string> names;
  for (const auto& [name, value] : json.items()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"kind", "id", "first", "last", "severity", "score", "entities",
                                          "stages", "alerts"});
  CHECK(json["first"] == "1970-01-01T01:00:00Z");
  CHECK(json["stages"] == nlohmann::ordered_json{"initial_access", "persistence", "fraud"});
  CHECK(json["entities"]["tenant"] == "contoso");
}

TEST_CASE("an event has the stage of the alert that fired on it, not of the chain over it") {
  const std::string who = "aiko@contoso.example";
  std::vector<Alert> alerts{
      on_event(alert("a", "aitm_kit_fingerprint", Severity::kHigh, 1, who), "e1", 1),
      on_event(alert("b", "rule_hides_mail", Severity::kHigh, 3, who), "e2", 3),
      on_event(on_event(alert("c", "chain", Severity::kCritical, 3, who), "e1", 1), "e2", 3),
      on_event(on_event(alert("d", "window", Severity::kMedium, 4, who), "e0", 0), "e3", 4)};
  alerts[0].attack = {"T1539"};
  alerts[1].attack = {"T1564.008"};
  alerts[2].attack = {"T1657"};
  const std::vector<Incident> incidents = group_incidents(alerts);
  REQUIRE(incidents.size() == 1);
  const std::vector<IncidentEvent>& events = incidents.front().events;
  REQUIRE(events.size() == 4);
  CHECK(events[0].event.id == "e0");
  CHECK_FALSE(events[0].fired);
  CHECK(events[1].stage == Stage::kSession);
  CHECK(events[1].alert == "a");
  CHECK(events[1].severity == Severity::kHigh);
  CHECK(events[2].stage == Stage::kPersistence);
  CHECK(events[2].severity == Severity::kCritical);
  CHECK(events[3].stage == Stage::kOther);
  CHECK(incidents.front().stages == std::vector{Stage::kSession, Stage::kPersistence});
}

TEST_CASE("the id of an incident stays while its first alert is the first") {
  const std::string who = "aiko@contoso.example";
  std::vector<Alert> alerts{alert("a", "r", Severity::kHigh, 1, who)};
  const std::string id = group_incidents(alerts).front().id;
  alerts.push_back(alert("b", "r", Severity::kHigh, 2, who));
  CHECK(group_incidents(alerts).front().id == id);
  alerts.push_back(alert("c", "r", Severity::kHigh, 0, who));
  CHECK(group_incidents(alerts).front().id != id);
}

TEST_CASE("generated alerts: as the oracle groups them, and the same in any order") {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same cases every time
  for (int round = 0; round < 3000; ++round) {
    std::vector<Alert> alerts = generated(random);
    const std::int64_t gap = static_cast<std::int64_t>(random() % 100) * kHour;
    const std::vector<Incident> incidents = group_incidents(alerts, {.gap = gap});
    REQUIRE(sets_of(incidents) == oracle(alerts, gap));
    std::string text;
    for (const Incident& incident : incidents) text += to_json(incident).dump() + '\n';
    std::shuffle(alerts.begin(), alerts.end(), random);
    if (!alerts.empty()) alerts.push_back(alerts.front());  // told twice
    std::string again;
    for (const Incident& incident : group_incidents(alerts, {.gap = gap}))
      again += to_json(incident).dump() + '\n';
    REQUIRE(text == again);
  }
}

TEST_CASE("times at the ends of their range") {
  std::vector<Alert> alerts{alert("a", "r", Severity::kHigh, 0, "aiko@contoso.example"),
                            alert("b", "r", Severity::kHigh, 0, "aiko@contoso.example")};
  alerts[0].time = INT64_MIN;
  alerts[1].time = INT64_MAX;
  CHECK(group_incidents(alerts, {.gap = INT64_MAX}).size() == 2);
  CHECK(group_incidents(alerts, {.gap = -1}).size() == 2);
}

TEST_CASE("standing alerts: changed and withdrawn ones") {
  StandingAlerts standing;
  Alert a = alert("a", "r", Severity::kHigh, 2), b = alert("b", "r", Severity::kLow, 1);
  standing.add(a);
  standing.add(b);
  a.message = "changed";
  a.again = true;
  standing.add(a);
  b.status = AlertStatus::kWithdrawn;
  standing.add(b);
  const std::vector<Alert> alerts = standing.take();
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].message == "changed");
  CHECK(standing.left_out() == 0);
  CHECK(standing.take().empty());
}

TEST_CASE("standing alerts: the worst are kept, the same in any order, and the rest is counted") {
  std::mt19937 random(8);  // NOLINT(cert-msc51-cpp): the same cases every time
  std::vector<Alert> alerts;
  for (int i = 0; i < 300; ++i) {
    alerts.push_back(alert("id" + std::to_string(i), "r", static_cast<Severity>(random() % 5),
                           static_cast<std::int64_t>(random() % 100)));
    alerts.back().message = std::string(random() % 3000, 'x');
  }
  std::vector<std::string> expected;
  for (int round = 0; round < 20; ++round) {
    StandingAlerts standing(100'000);
    for (const Alert& a : alerts) standing.add(a);
    const std::uint64_t left_out = standing.left_out();
    const std::vector<Alert> kept = standing.take();
    CHECK(left_out + kept.size() == alerts.size());
    CHECK(kept.size() > 10);
    std::vector<std::string> ids;
    int worst_left_out = 0, least_kept = 4;
    for (const Alert& a : kept) {
      ids.push_back(a.id);
      least_kept = std::min(least_kept, static_cast<int>(a.severity));
    }
    for (const Alert& a : alerts) {
      if (std::find(ids.begin(), ids.end(), a.id) == ids.end())
        worst_left_out = std::max(worst_left_out, static_cast<int>(a.severity));
    }
    CHECK(worst_left_out <= least_kept);
    if (round == 0) expected = ids;
    CHECK(ids == expected);
    std::shuffle(alerts.begin(), alerts.end(), random);
  }
}

TEST_CASE("standing alerts: what was left out and is withdrawn counts no more; large texts are cut") {
  StandingAlerts standing(30'000);
  std::vector<Alert> alerts;
  for (int i = 0; i < 100; ++i) {
    alerts.push_back(alert("id" + std::to_string(i), "r", Severity::kMedium, i));
    alerts.back().message = std::string(2000, 'x');
    standing.add(alerts.back());
  }
  CHECK(standing.left_out() > 50);
  for (Alert& a : alerts) {
    a.status = AlertStatus::kWithdrawn;
    standing.add(a);
  }
  CHECK(standing.left_out() == 0);
  CHECK(standing.take().empty());

  Alert big = alert("big", "r", Severity::kCritical, 0, std::string(1 << 20, 'u'));
  big.show["list"] = std::vector<std::string>(5000, std::string(100, 'v'));
  big.message = std::string(1 << 20, 'm');
  big.evidence.resize(10'000);
  StandingAlerts small(100'000);
  small.add(big);
  CHECK(small.left_out() == 0);
  const std::vector<Alert> kept = small.take();
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].message.size() < 5000);
  CHECK(kept[0].message.ends_with("…"));
}
