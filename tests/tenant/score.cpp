// score [--json] [--list] [--users N] [--days N] [--seeds N] [--rules FOLDER] [--program FILE]
//       [--no-settings]
// Generates invented tenants, lets the built program judge them by the standard library, and compares what it
// gave with what was planted: with the Unified Audit Log alone, with Entra's logs alone, and with both.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tests/tenant/tenant.hpp"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::array<const char*, 3> kViews = {"ual", "entra", "both"};
constexpr std::size_t kBoth = 2;

struct Step {
  bool attack = false;
  std::string scenario, variant, case_name, what, user;
  std::array<std::vector<std::string>, 3> claims;
};

/// What was planted in one tenant.
struct Planted {
  std::string tenant;
  std::vector<Step> steps;
  std::unordered_map<std::string, std::size_t> by_id;                ///< event id to step
  std::unordered_map<std::string, std::size_t> by_attacker_session;  ///< session to step
};

struct Given {
  std::string id, rule, message;
  int rank = 0;  ///< 0 info to 4 critical
  std::set<std::size_t> steps;
  std::string case_name;  ///< of the attack that it rests on; empty for a false alert
};

struct Incident {
  std::set<std::string> alerts;
};

struct Tally {
  std::uint64_t claims = 0, found = 0, alerts = 0, false_alerts = 0;
  std::uint64_t below = 0;  ///< alerts on courses that stay below the rule's threshold
};

struct ViewScore {
  Tally all;
  std::map<std::string, Tally> rules;
  std::map<std::string, Tally> scenarios;       ///< "aitm_fraud/at"
  std::map<std::string, std::uint64_t> fooled;  ///< false alerts by situation
  bool has_incidents = false;
  std::uint64_t cases = 0, one_incident = 0, split = 0, merged = 0;
};

Planted read_labels(const fs::path& file) {
  Planted planted;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const json label = json::parse(line);
    if (label.at("kind") == "tenant") {
      planted.tenant = label.at("id");
      continue;
    }
    Step step;
    step.attack = label.at("kind") == "step";
    step.scenario = label.at(step.attack ? "scenario" : "situation");
    step.case_name = label.at("case");
    step.user = label.at("user");
    if (step.attack) {
      step.variant = label.at("variant");
      step.what = label.at("step");
      for (std::size_t v = 0; v < kViews.size(); ++v)
        step.claims[v] = label.at("claims").at(kViews[v]).get<std::vector<std::string>>();
    }
    const std::size_t number = planted.steps.size();
    for (const auto& id : label.at("ids")) planted.by_id.emplace(id.get<std::string>(), number);
    if (step.attack) {
      for (const auto& s : label.at("sessions"))
        planted.by_attacker_session.emplace(s.get<std::string>(), number);
    }
    planted.steps.push_back(std::move(step));
  }
  return planted;
}

int rank_of(const std::string& severity) {
  constexpr std::array<const char*, 5> kNames = {"info", "low", "medium", "high", "critical"};
  const auto at = std::find(kNames.begin(), kNames.end(), severity);
  return static_cast<int>(at - kNames.begin());
}

/// Runs the program; nothing when it failed, also when it ran out of memory for what rules remember: a score
/// of what was left would mislead. Graph's exports do not name the tenant throughout, so it is told.
std::optional<std::vector<json>> run_library(const fs::path& folder, const std::string& tenant,
                                             std::size_t view, bool with_settings, const std::string& rules,
                                             const std::string& program) {
  std::string command = "'" + program + "' run --quiet --format ndjson --memory 4G --tenant " + tenant;
  if (!rules.empty()) command += " --rules '" + rules + "'";
  if (with_settings) command += " --settings '" + (folder / "settings.shrike").string() + "'";
  if (view != 1) command += " '" + (folder / "audit").string() + "'";
  if (view != 0) command += " '" + (folder / "entra").string() + "'";
  std::vector<json> lines;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string line;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    json object = json::parse(line, nullptr, false);
    if (object.is_object()) lines.push_back(std::move(object));
    line.clear();
  }
  if (::pclose(pipe) != 0) return std::nullopt;
  return lines;
}

Given attributed(const json& alert, const Planted& planted) {
  Given given;
  given.id = alert.at("id");
  given.rule = alert.at("rule");
  given.message = alert.value("message", "");
  given.rank = rank_of(alert.at("severity"));
  for (const auto& event : alert.at("evidence")) {
    if (const auto step = planted.by_id.find(event.at("id").get<std::string>()); step != planted.by_id.end())
      given.steps.insert(step->second);
  }
  const auto session_of = [&](const char* part) -> std::string {
    const auto holder = alert.find(part);
    if (holder == alert.end() || !holder->is_object()) return "";
    const auto session = holder->find("session");
    return session != holder->end() && session->is_string() ? session->get<std::string>() : "";
  };
  for (const char* part : {"key", "show"}) {
    if (const auto step = planted.by_attacker_session.find(session_of(part));
        step != planted.by_attacker_session.end())
      given.steps.insert(step->second);
  }
  for (const std::size_t step : given.steps) {
    if (planted.steps[step].attack) given.case_name = planted.steps[step].case_name;
  }
  return given;
}

std::set<std::string> alerts_of(const json& incident) {
  std::set<std::string> ids;
  const auto list = incident.find("alerts");
  if (list == incident.end() || !list->is_array()) return ids;
  for (const auto& alert : *list) {
    if (alert.is_string()) ids.insert(alert.get<std::string>());
    if (alert.is_object() && alert.contains("id")) ids.insert(alert.at("id").get<std::string>());
  }
  return ids;
}

/// Judges one run and adds it up; with `list` says what was missed and what was false.
void judge(const Planted& planted, std::size_t view, const std::vector<json>& lines, bool list,
           ViewScore& score) {
  std::map<std::string, Given> alerts;
  std::map<std::string, Incident> incidents;
  for (const json& line : lines) {
    const std::string kind = line.value("kind", "");
    if (kind == "alert") {
      if (line.value("status", "") == "withdrawn") {
        alerts.erase(line.at("id").get<std::string>());
      } else {
        Given given = attributed(line, planted);
        alerts.insert_or_assign(given.id, std::move(given));
      }
    } else if (kind == "incident") {
      score.has_incidents = true;
      incidents[line.at("id").get<std::string>()].alerts = alerts_of(line);
    }
  }

  for (const auto& [id, given] : alerts) {
    ++score.all.alerts;
    ++score.rules[given.rule].alerts;
    if (!given.case_name.empty() || given.rank < 2) continue;
    ++score.all.false_alerts;
    ++score.rules[given.rule].false_alerts;
    const std::string where =
        given.steps.empty() ? "daily work" : planted.steps[*given.steps.begin()].scenario;
    ++score.fooled[given.rule + " by " + where];
    if (list) fmt::print("{} false  {} ({}): {}\n", kViews[view], given.rule, where, given.message);
  }

  std::map<std::string, std::set<std::string>> of_at, of_below;  // rules claimed, by scenario
  for (const Step& step : planted.steps) {
    if (step.variant == "at") of_at[step.scenario].insert(step.claims[view].begin(), step.claims[view].end());
    if (step.variant == "below")
      of_below[step.scenario].insert(step.claims[view].begin(), step.claims[view].end());
  }
  for (const auto& [id, given] : alerts) {
    if (given.case_name.empty() || given.rank < 2) continue;
    const auto step = std::find_if(given.steps.begin(), given.steps.end(),
                                   [&](std::size_t i) { return planted.steps[i].variant == "below"; });
    if (step == given.steps.end()) continue;
    const std::string& scenario = planted.steps[*step].scenario;
    if (of_at[scenario].count(given.rule) == 0 || of_below[scenario].count(given.rule) != 0) continue;
    ++score.rules[given.rule].below;
    if (list) fmt::print("{} below  {} ({}): {}\n", kViews[view], given.rule, given.case_name, given.message);
  }

  for (std::size_t i = 0; i < planted.steps.size(); ++i) {
    const Step& step = planted.steps[i];
    for (const std::string& rule : step.claims[view]) {
      // An alert that rests on several steps of the course counts for each of them.
      const bool found = std::any_of(alerts.begin(), alerts.end(), [&](const auto& entry) {
        const Given& given = entry.second;
        return given.rule == rule && given.rank > 0 && given.case_name == step.case_name &&
               (given.steps.count(i) != 0 || given.steps.size() > 1);
      });
      for (Tally* tally :
           {&score.all, &score.rules[rule], &score.scenarios[step.scenario + "/" + step.variant]}) {
        ++tally->claims;
        tally->found += found ? 1u : 0u;
      }
      if (list && !found)
        fmt::print("{} missed {} ({}, {}, {})\n", kViews[view], rule, step.case_name, step.what, step.user);
    }
  }

  if (!score.has_incidents) return;
  std::map<std::string, std::set<std::string>> incidents_of_case, cases_of_incident;
  std::set<std::string> cases;
  for (const auto& [id, given] : alerts) {
    if (!given.case_name.empty() && given.rank >= 2) cases.insert(given.case_name);
  }
  for (const auto& [id, incident] : incidents) {
    for (const std::string& alert : incident.alerts) {
      const auto given = alerts.find(alert);
      if (given == alerts.end() || given->second.case_name.empty()) continue;
      incidents_of_case[given->second.case_name].insert(id);
      cases_of_incident[id].insert(given->second.case_name);
    }
  }
  for (const std::string& name : cases) {
    ++score.cases;
    const auto& in = incidents_of_case[name];
    const bool merged =
        std::any_of(in.begin(), in.end(), [&](const auto& i) { return cases_of_incident[i].size() > 1; });
    score.one_incident += in.size() == 1 && !merged ? 1u : 0u;
    score.split += in.size() > 1 ? 1u : 0u;
    score.merged += merged ? 1u : 0u;
    if (list && (in.size() != 1 || merged))
      fmt::print("{} incidents {}: {}{}\n", kViews[view], name, in.size(),
                 merged ? ", one holds another course too" : "");
  }
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

ordered_json figures(const Tally& tally, double user_days) {
  ordered_json o;
  o["claims"] = tally.claims;
  o["found"] = tally.found;
  o["recall"] = tally.claims == 0 ? ordered_json(nullptr) : ordered_json(share(tally.found, tally.claims));
  o["alerts_below_threshold"] = tally.below;
  o["false_alerts"] = tally.false_alerts;
  o["false_per_1000_user_days"] = static_cast<double>(tally.false_alerts) * 1000 / user_days;
  return o;
}

ordered_json view_json(const ViewScore& score, double user_days) {
  ordered_json o;
  o["recall"] = share(score.all.found, score.all.claims);
  o["incidents_exact"] =
      score.has_incidents ? ordered_json(share(score.one_incident, score.cases)) : ordered_json(nullptr);
  o["false_per_1000_user_days"] = static_cast<double>(score.all.false_alerts) * 1000 / user_days;
  o["alerts"] = score.all.alerts;
  o["rules"] = ordered_json::object();
  for (const auto& [rule, tally] : score.rules) o["rules"][rule] = figures(tally, user_days);
  o["scenarios"] = ordered_json::object();
  for (const auto& [name, tally] : score.scenarios) o["scenarios"][name] = figures(tally, user_days);
  return o;
}

std::string found_text(const Tally& t) {
  return t.claims == 0 ? "-" : fmt::format("{}/{}", t.found, t.claims);
}

void print_table(const std::array<ViewScore, 3>& scores, const char* title,
                 std::map<std::string, Tally> ViewScore::* part, double user_days, bool with_false) {
  std::set<std::string> names;
  for (const ViewScore& score : scores) {
    for (const auto& [name, tally] : score.*part) {
      if (tally.claims > 0 || tally.false_alerts > 0) names.insert(name);
    }
  }
  const auto cell = [&](const ViewScore& score, const std::string& name) {
    const auto at = (score.*part).find(name);
    const Tally tally = at == (score.*part).end() ? Tally{} : at->second;
    const std::string wrong =
        tally.false_alerts == 0
            ? ""
            : fmt::format("{:.2f}", static_cast<double>(tally.false_alerts) * 1000 / user_days);
    return with_false ? fmt::format("{:>8} {:>8}", found_text(tally), wrong)
                      : fmt::format("{:>17}", found_text(tally));
  };
  fmt::print("\n{:<34}{:>17}  {:>17}  {:>17}\n", title, "audit log alone", "Entra's alone", "both");
  for (const std::string& name : names)
    fmt::print("{:<34}{}  {}  {}\n", name, cell(scores[0], name), cell(scores[1], name),
               cell(scores[2], name));
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "shrike-score-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

int main(int argc, char** argv) {
  shrike::tenant::Options options;
  options.users = 1000;
  options.days = 30;
  int seeds = 3;
  std::string rules, program = SHRIKE_PROGRAM;
  bool as_json = false, list = false, no_settings = false;
  CLI::App app{"Judges the standard library by invented tenants"};
  app.add_flag("--json", as_json, "one JSON object");
  app.add_flag("--list", list, "every step that was missed and every false alert");
  app.add_flag("--no-settings", no_settings, "without the tenant's own lists");
  app.add_option("--rules", rules, "a folder of rules instead of those that are built in")
      ->check(CLI::ExistingPath);
  app.add_option("--program", program, "another build of shrike")->check(CLI::ExistingFile);
  app.add_option("--users", options.users)->check(CLI::Range(20, 100000))->capture_default_str();
  app.add_option("--days", options.days, "rules that ask for what is new need two weeks")
      ->check(CLI::Range(14, 365))
      ->capture_default_str();
  app.add_option("--seeds", seeds, "so many tenants, with the seeds 1, 2, …")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  options.attacks = std::max(1, options.users / 500);

  std::array<ViewScore, 3> scores;
  for (int seed = 1; seed <= seeds; ++seed) {
    options.seed = static_cast<std::uint64_t>(seed);
    const TemporaryFolder folder;
    if (folder.path().empty() || !shrike::tenant::generate(options, folder.path().string())) {
      fmt::print(stderr, "error: cannot write to {}\n", fs::temp_directory_path().string());
      return 2;
    }
    const Planted planted = read_labels(folder.path() / "labels.ndjson");
    for (std::size_t view = 0; view < kViews.size(); ++view) {
      const auto lines = run_library(folder.path(), planted.tenant, view, !no_settings, rules, program);
      if (!lines) {
        fmt::print(stderr, "error: {} failed\n", program);
        return 2;
      }
      judge(planted, view, *lines, list && !as_json, scores[view]);
    }
  }

  const double user_days = static_cast<double>(options.users) * options.days * seeds;
  if (as_json) {
    ordered_json o = view_json(scores[kBoth], user_days);
    o["users"] = options.users;
    o["days"] = options.days;
    o["seeds"] = seeds;
    o["settings"] = !no_settings;
    for (std::size_t view = 0; view < kViews.size(); ++view)
      o["logs"][kViews[view]] = view_json(scores[view], user_days);
    fmt::print("{}\n", o.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
    return 0;
  }
  fmt::print("{} users, {} days, {} seeds, {} the tenant's settings\n", options.users, options.days, seeds,
             no_settings ? "without" : "with");
  print_table(scores, "rule: found/planted, false", &ViewScore::rules, user_days, true);
  print_table(scores, "scenario: found/planted", &ViewScore::scenarios, user_days, false);
  fmt::print("\nfalse alerts by situation, both logs\n");
  for (const auto& [what, count] : scores[kBoth].fooled) fmt::print("  {:>6}  {}\n", count, what);
  fmt::print("\n{:<34}{:>17}  {:>17}  {:>17}\n", "", "audit log alone", "Entra's alone", "both");
  const auto row = [&](const char* name, auto value) {
    fmt::print("{:<34}{:>17}  {:>17}  {:>17}\n", name, value(scores[0]), value(scores[1]), value(scores[2]));
  };
  row("recall", [](const ViewScore& s) { return fmt::format("{:.4f}", share(s.all.found, s.all.claims)); });
  row("courses that end as one incident", [](const ViewScore& s) {
    return s.has_incidents ? fmt::format("{}/{}", s.one_incident, s.cases) : std::string("not available");
  });
  row("false alerts per 1,000 user-days", [&](const ViewScore& s) {
    return fmt::format("{:.2f}", static_cast<double>(s.all.false_alerts) * 1000 / user_days);
  });
  return 0;
}
