// The standard library over real records of attacks, with labels made by people: what must be found is found,
// what is background is not, and everything is read. The data stands beside the project and is not part of
// it.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

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
