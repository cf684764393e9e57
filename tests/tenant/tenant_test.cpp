// A small tenant: equal seeds give equal bytes, every record is one that the library's sources know, and the
// labels speak of records and rules that are there.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/stdlib/library_run.hpp"
#include "tests/tenant/tenant.hpp"

namespace shrike {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFiles[] = {"audit/unified-audit-log.ndjson",
                                  "entra/signins.ndjson",
                                  "entra/background-signins.ndjson",
                                  "entra/directory-audits.ndjson",
                                  "entra/risk-detections.ndjson",
                                  "labels.ndjson",
                                  "settings.shrike"};

struct Generated {
  Generated(std::uint64_t seed, int days) : folder(fs::temp_directory_path() / folder_name(seed)) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    tenant::Options options;
    options.seed = seed;
    options.users = 20;
    options.days = days;
    REQUIRE(tenant::generate(options, folder.string()));
  }
  ~Generated() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  Generated(const Generated&) = delete;
  Generated& operator=(const Generated&) = delete;
  static std::string folder_name(std::uint64_t seed) {
    static int number = 0;
    return "shrike-tenant-" + std::to_string(::getpid()) + "-" + std::to_string(seed) + "-" +
           std::to_string(++number);
  }
  std::string text(const char* file) const { return read_file(folder / file); }

  fs::path folder;
};

TEST_CASE("equal seeds give equal bytes, others do not") {
  const Generated one(7, 3), same(7, 3), other(8, 3);
  for (const char* file : kFiles) {
    CAPTURE(file);
    CHECK_FALSE(one.text(file).empty());
    CHECK(one.text(file) == same.text(file));
    CHECK(one.text(file) != other.text(file));
  }
}

TEST_CASE("every record is taken by a source, and none is rejected") {
  const Generated made(7, 3);
  const LibraryRun run =
      run_library(library_program(), {(made.folder / "audit").string(), (made.folder / "entra").string()});
  CHECK(run.stats.records > 500);
  CHECK(run.stats.unclaimed == 0);
  CHECK(run.stats.events == run.stats.records);
  CHECK(run.rejects.empty());
  // Some records are told twice.
  CHECK(run.stats.repeated_events > 0);
}

TEST_CASE("labels speak of records and rules that are there") {
  const Generated made(7, 16);
  std::set<std::string> ids;
  for (const char* file : kFiles) {
    if (std::string(file).find("ndjson") == std::string::npos || std::string(file) == "labels.ndjson")
      continue;
    for (const std::string& line : lines_of(made.folder / file)) {
      const auto record = nlohmann::json::parse(line);
      for (const char* name : {"Id", "id", "uniqueTokenIdentifier"}) {
        if (record.contains(name)) ids.insert(record.at(name).get<std::string>());
      }
      if (record.contains("properties"))
        ids.insert(record.at("properties").at("uniqueTokenIdentifier").get<std::string>());
    }
  }
  std::set<std::string> rules;
  for (const RuleData& rule : library_program().data().rules) rules.insert(rule.name);

  std::map<std::string, int> situations;
  std::map<std::string, std::set<std::string>> variants;
  std::set<std::string> claimed;
  for (const std::string& line : lines_of(made.folder / "labels.ndjson")) {
    CAPTURE(line);
    const auto label = nlohmann::json::parse(line);
    if (label.at("kind") == "tenant") continue;
    CHECK_FALSE(label.at("ids").empty());
    for (const auto& id : label.at("ids")) CHECK(ids.count(id.get<std::string>()) == 1);
    if (label.at("kind") == "benign") {
      ++situations[label.at("situation").get<std::string>()];
      CHECK_FALSE(label.at("could_fool").empty());
      continue;
    }
    variants[label.at("scenario").get<std::string>()].insert(label.at("variant").get<std::string>());
    const auto& claims = label.at("claims");
    for (const char* view : {"ual", "entra", "both"}) {
      for (const auto& rule : claims.at(view)) {
        CHECK(rules.count(rule.get<std::string>()) == 1);
        claimed.insert(rule.get<std::string>());
      }
    }
    // What one log shows is not lost beside the other.
    const auto both = claims.at("both").get<std::set<std::string>>();
    for (const char* view : {"ual", "entra"}) {
      for (const auto& rule : claims.at(view)) CHECK(both.count(rule.get<std::string>()) == 1);
    }
  }
  CHECK(situations.size() >= 50);
  for (const auto& [name, times] : situations) {
    CAPTURE(name);
    CHECK(times >= 5);
  }
  CHECK(variants.size() == 7);
  for (const auto& [name, found] : variants) {
    CAPTURE(name);
    CHECK(found == std::set<std::string>{"below", "at", "above"});
  }
  CHECK(claimed.size() >= 45);
}

TEST_CASE("the score counts what was found, missed and false") {
  const auto score = [](const std::string& more) {
    const std::string command = "'" SHRIKE_SCORE "' --json --users 20 --days 14 --seeds 1" + more;
    std::string text;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    for (int c = 0; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
    REQUIRE(::pclose(pipe) == 0);
    return nlohmann::json::parse(text);
  };
  // One rule alone finds its own step, so all others are missed; the audit log alone shows it.
  const TemporaryFolder folder;
  const std::string file = folder.write("one.shrike", R"(
rule mail_protection_weakened "Removed" {
  severity high
  attack T1562.001
  on audit where operation in ["Remove-SafeLinksRule", "Remove-SafeAttachmentRule"]
  say "{user}"
}
)");
  const auto one = score(" --rules '" + file + "'");
  const auto& rule = one.at("rules").at("mail_protection_weakened");
  CHECK(rule.at("recall") == 1.0);
  CHECK(rule.at("claims") == 1);
  CHECK(rule.at("false_alerts") == 5);  // the protecting product is changed five times
  CHECK(rule.at("false_per_1000_user_days").get<double>() == doctest::Approx(5 * 1000.0 / (20 * 14)));
  CHECK(one.at("rules").at("ca_weakened").at("recall") == 0.0);
  CHECK(one.at("recall").get<double>() < 0.1);
  CHECK(one.at("alerts") == 6);
  CHECK(one.at("logs").at("entra").at("alerts") == 0);
  CHECK(one.at("logs").at("ual").at("alerts") == 6);
  CHECK(one.contains("incidents_exact"));
}

}  // namespace
}  // namespace shrike
