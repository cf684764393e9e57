// The standard library over real records of attacks, with labels made by people: what must be found is found,
// what is background is not, and everything is read. The data stands beside the project and is not part of
// it.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "shrike/compile.hpp"
#include "tests/stdlib/library_run.hpp"

using namespace shrike;
namespace fs = std::filesystem;

namespace {

/// Rules whose alert tells the behaviour of a label. Behaviours that need several events are not judged here.
const std::map<std::string, std::set<std::string>> kRulesOfBehaviour = {
    {"privileged role granted", {"privileged_role_assigned"}},
    {"ApplicationImpersonation role group created", {"app_mail_role_granted"}},
    {"FullAccess delegation", {"mailbox_delegation"}},
    {"SendAs delegation", {"mailbox_delegation"}},
    {"legacy protocol enabled on mailbox", {"legacy_protocol_reenabled"}},
    {"inbox rule forwards externally; same destination from two mailboxes", {"rule_external_forward"}},
    {"mailbox-level SMTP forwarding", {"mailbox_forwarding_external"}},
    {"directory reconnaissance tool user agent", {"directory_recon_tool"}},
    {"user consent policy opened to all", {"consent_policy_opened"}},
    {"MFA removed from user", {"mfa_disabled"}},
    {"mailbox audit bypass", {"audit_disabled"}},
    {"DLP policy removed", {"mail_protection_weakened"}},
    {"mailbox audit retention cut", {"audit_disabled"}},
    {"advanced auditing licence removed from user", {"audit_disabled"}},
    {"inbox rule deletes mail matching a word", {"rule_hides_mail", "rule_catch_all_delete"}},
    {"inbox rule marks read and deletes everything, rule name is a dot",
     {"rule_hides_mail", "rule_catch_all_delete"}},
};
const std::set<std::string> kNotOfOneEvent = {"password spray, then success",
                                              "password spray / user enumeration, no success",
                                              "admin removed from role"};

std::vector<std::string> record_files(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool is_records = entry.path().extension() == ".ndjson" && name != "labels.ndjson" &&
                            name.find(".expected.") == std::string::npos;
    if (is_records) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool has_alert_of(const LibraryRun& run, const std::string& place, const std::set<std::string>& rules,
                  Severity at_least) {
  for (const Alert* alert : run.at(place)) {
    if (rules.count(alert->rule) != 0 && alert->severity >= at_least) return true;
  }
  return false;
}

unsigned count_of(const LibraryRun& run, const std::string& rule) {
  return static_cast<unsigned>(std::count_if(run.alerts.begin(), run.alerts.end(),
                                             [&](const Alert& alert) { return alert.rule == rule; }));
}

/// The labels of one behaviour, by file.
std::map<std::string, std::vector<nlohmann::json>> labels_of(const fs::path& folder,
                                                             const std::string& behaviour) {
  std::map<std::string, std::vector<nlohmann::json>> by_file;
  for (const std::string& line : lines_of(folder / "labels.ndjson")) {
    const auto label = nlohmann::json::parse(line);
    if (label["behaviour"] != behaviour) continue;
    by_file[(folder / label["file"].get<std::string>()).string()].push_back(label);
  }
  return by_file;
}

std::string place_of(const std::string& file, const nlohmann::json& label) {
  return file + ":" + std::to_string(label["line"].get<int>());
}

Program library_with(const std::string& settings) {
  SourceFiles files;
  add_standard_library(files, true);
  files.push_back({"settings.shrike", settings});
  auto compiled = compile(files);
  REQUIRE(compiled.has_value());
  return compiled->program;
}

const char* const kFolders[] = {"det-eng-samples", "panther", "plaso-ual", "msticpy-signinlogs",
                                "otrf-golden-saml"};

}  // namespace

TEST_CASE("every labelled behaviour of one event is found") {
  const auto data = shared_data();
  if (!data) return;
  const fs::path folder = *data / "det-eng-samples";
  // File by file: the same record stands in two files, and one alert has one place as evidence.
  std::map<std::string, LibraryRun> runs;
  for (const std::string& file : record_files(folder)) runs[file] = run_library(library_program(), {file});
  unsigned judged = 0;
  for (const std::string& line : lines_of(folder / "labels.ndjson")) {
    const auto label = nlohmann::json::parse(line);
    const std::string file = (folder / label["file"].get<std::string>()).string();
    const std::string place = file + ":" + std::to_string(label["line"].get<int>());
    const std::string behaviour = label["behaviour"];
    CAPTURE(place);
    CAPTURE(behaviour);
    if (label["note"].get<std::string>().find("service-account") != std::string::npos) {
      CHECK(runs[file].at(place).empty());
      continue;
    }
    if (kNotOfOneEvent.count(behaviour) != 0) continue;
    REQUIRE(kRulesOfBehaviour.count(behaviour) == 1);
    CHECK(has_alert_of(runs[file], place, kRulesOfBehaviour.at(behaviour), Severity::kMedium));
    ++judged;
  }
  CHECK(judged == 29);
}

TEST_CASE("a password spray is found, and critical when a password was right") {
  const auto data = shared_data();
  if (!data) return;
  const fs::path folder = *data / "det-eng-samples";
  const auto hits = labels_of(folder, "password spray, then success");
  CHECK(hits.size() == 2);
  for (const auto& [file, labels] : hits) {
    CAPTURE(file);
    const LibraryRun run = run_library(library_program(), {file});
    CHECK(count_of(run, "spray_source") == 1);
    CHECK(count_of(run, "spray_then_valid") == 1);
    for (const auto& label : labels) {
      const std::string place = place_of(file, label);
      CAPTURE(place);
      const bool signed_in = label["Operation"] == "UserLoggedIn";
      if (signed_in) CHECK(has_alert_of(run, place, {"spray_then_valid"}, Severity::kCritical));
    }
  }
  const auto misses = labels_of(folder, "password spray / user enumeration, no success");
  CHECK(misses.size() == 1);
  for (const auto& [file, labels] : misses) {
    CAPTURE(file);
    const LibraryRun run = run_library(library_program(), {file});
    CHECK(count_of(run, "spray_source") == 1);
    CHECK(run.alerts.size() == 1);
    CHECK(run.alerts[0].severity == Severity::kHigh);
  }
}

TEST_CASE("mailboxes that forward to one address are found from the number on that is set") {
  const auto data = shared_data();
  if (!data) return;
  const auto labels = labels_of(*data / "det-eng-samples",
                                "inbox rule forwards externally; same destination from two mailboxes");
  REQUIRE(labels.size() == 1);
  const auto& [file, records] = *labels.begin();
  REQUIRE(records.size() == 2);
  const LibraryRun two =
      run_library(library_with("settings { forward_same_destination.mailboxes = 2 }"), {file});
  for (const auto& label : records) {
    CHECK(has_alert_of(two, place_of(file, label), {"forward_same_destination"}, Severity::kCritical));
  }
  const LibraryRun three =
      run_library(library_with("settings { forward_same_destination.mailboxes = 3 }"), {file});
  CHECK(count_of(three, "forward_same_destination") == 0);
  CHECK(count_of(three, "rule_external_forward") == 2);
}

TEST_CASE("nothing of high severity fires on ordinary activity") {
  const auto data = shared_data();
  if (!data) return;
  for (const char* folder : {"msticpy-signinlogs", "plaso-ual"}) {
    const LibraryRun run = run_library(library_program(), record_files(*data / folder));
    CHECK(run.stats.events > 0);
    for (const Alert& alert : run.alerts) {
      CAPTURE(alert.message);
      CHECK(alert.severity < Severity::kHigh);
    }
  }
}

TEST_CASE("every file given twice changes no alert") {
  const auto data = shared_data();
  if (!data) return;
  for (const char* folder : kFolders) {
    CAPTURE(folder);
    std::vector<std::string> files = record_files(*data / folder);
    const std::vector<std::string> once = comparable(run_library(library_program(), files));
    const std::vector<std::string> again = files;
    files.insert(files.end(), again.begin(), again.end());
    CHECK(comparable(run_library(library_program(), files)) == once);
  }
}

TEST_CASE("every shared record is read and taken by a source") {
  const auto data = shared_data();
  if (!data) return;
  for (const char* folder : kFolders) {
    const LibraryRun run = run_library(library_program(), record_files(*data / folder));
    CAPTURE(folder);
    CHECK(run.stats.records > 0);
    CHECK(run.stats.unclaimed == 0);
    for (const std::string& reject : run.rejects) FAIL_CHECK(reject);
  }
}

TEST_CASE("an original CSV export gives the alerts of its records") {
  const auto data = shared_data();
  if (!data) return;
  unsigned files = 0;
  for (const auto& entry : fs::directory_iterator(*data / "det-eng-samples" / "csv")) {
    const std::string name = entry.path().filename().string();
    const LibraryRun csv = run_library(library_program(), {entry.path().string()});
    const LibraryRun lines =
        run_library(library_program(), {(*data / "det-eng-samples" / (name + ".ndjson")).string()});
    CAPTURE(name);
    CHECK(csv.rejects.empty());
    CHECK(csv.stats.events == lines.stats.events);
    CHECK(comparable(csv) == comparable(lines));
    ++files;
  }
  CHECK(files == 15);
}

TEST_CASE("expectations of another engine's rule tests hold") {
  const auto data = shared_data();
  if (!data) return;
  const std::pair<const char*, std::set<std::string>> files[] = {
      {"azure_policy_changed", {"ca_weakened"}},
      {"azure_role_changed_pim", {"privileged_role_assigned"}},
      {"microsoft_graph_passthrough", {"idp_risk_high_value"}},
  };
  for (const auto& [name, rules] : files) {
    const fs::path file = *data / "panther" / (std::string(name) + ".ndjson");
    const LibraryRun run = run_library(library_program(), {file.string()});
    for (const std::string& line : lines_of(*data / "panther" / (std::string(name) + ".expected.ndjson"))) {
      const auto expected = nlohmann::json::parse(line);
      const std::string place = file.string() + ":" + std::to_string(expected["line"].get<int>());
      CAPTURE(place);
      CHECK(has_alert_of(run, place, rules, Severity::kInfo) == expected["expected"].get<bool>());
    }
  }
}

TEST_CASE("neither the order of files nor of lines changes an alert") {
  const auto data = shared_data();
  if (!data) return;
  std::vector<std::string> records;
  std::vector<std::string> files;
  for (const char* folder : kFolders) {
    for (const std::string& file : record_files(*data / folder)) {
      files.push_back(file);
      const auto lines = lines_of(file);
      records.insert(records.end(), lines.begin(), lines.end());
    }
  }
  const std::vector<std::string> expected = comparable(run_library(library_program(), files));
  CHECK(!expected.empty());
  std::mt19937_64 random(7);
  const TemporaryFolder folder;
  for (int round = 0; round < 20; ++round) {
    std::shuffle(files.begin(), files.end(), random);
    CHECK(comparable(run_library(library_program(), files)) == expected);
    std::shuffle(records.begin(), records.end(), random);
    std::string text;
    for (const std::string& record : records) text += record + "\n";
    for (int i = 0; i < 5; ++i) text += records[random() % records.size()] + "\n";  // told twice is told once
    CHECK(comparable(run_library(library_program(), {folder.write("shuffled.ndjson", text)})) == expected);
  }
}

TEST_CASE("a compiled library gives the alerts of its text") {
  const auto data = shared_data();
  if (!data) return;
  const std::string bytes = library_program().save();
  const auto loaded = Program::load(bytes);
  REQUIRE(loaded.has_value());
  CHECK(loaded->hash() == library_program().hash());
  CHECK(loaded->save() == bytes);
  for (const char* folder : kFolders) {
    const auto files = record_files(*data / folder);
    CHECK(comparable(run_library(*loaded, files)) == comparable(run_library(library_program(), files)));
  }
}

TEST_CASE("the candidate index loses no firing") {
  const auto data = shared_data();
  if (!data) return;
  ProgramData without = library_program().data();
  for (RuleData& rule : without.rules) {
    for (GuardData& guard : rule.guards) guard = {guard.event_class, kNoIndex, {}, {}};
  }
  const auto full_scan = Program::seal(std::move(without));
  REQUIRE(full_scan.has_value());
  for (const char* folder : kFolders) {
    const auto files = record_files(*data / folder);
    CHECK(comparable(run_library(*full_scan, files)) == comparable(run_library(library_program(), files)));
  }
}
