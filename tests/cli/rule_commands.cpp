// `shrike check`, `test`, `compile`, `disasm`, `fmt` and the help texts.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/cli/program_run.hpp"

using nlohmann::json;
using shrike_test::Folder;
using shrike_test::kSmallRule;
using shrike_test::RunWith;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string kFailing = R"(/// Somebody made an inbox rule.
rule made_a_rule "Inbox rule <made> & kept" {
  severity high
  attack T1137.005
  on audit where operation == "New-InboxRule"
  say "{user} made {inbox_rule.name}"
}

test made_a_rule {
  case "one is \u202e <read>" {
    at 0m audit { operation: "Get-InboxRule", user: "aiko@contoso.example" }
    expect alert
  }
}
)";

}  // namespace

TEST_CASE("check counts, exits 2 on errors, and tells programs the places") {
  const Folder folder;
  folder.add("made.shrike", kSmallRule);
  folder.add("bad.shrike", "rule a \"A\" {\n  severity high\n  on audit where operatoin == \"x\"\n}\n");
  const auto good = folder.shrike({"check", "made.shrike"});
  CHECK(good.code == 0);
  CHECK(contains(good.out, "0 errors and 0 warnings in 1 rule, 1 file"));
  const auto bad = folder.shrike({"check", "bad.shrike"});
  CHECK(bad.code == 2);
  CHECK(contains(bad.out, "operation"));
  CHECK(contains(bad.out, "bad.shrike:3"));
  const auto for_programs = folder.shrike({"check", "--format", "json", "bad.shrike"});
  CHECK(for_programs.code == 2);
  const json found = json::parse(for_programs.out);
  CHECK(found["errors"].get<int>() >= 1);
  CHECK(found["diagnostics"][0]["file"] == "bad.shrike");
  CHECK(found["diagnostics"][0]["line"] == 3);
  CHECK(found["diagnostics"][0]["level"] == "error");
}

TEST_CASE("check --cost lists every rule") {
  const Folder folder;
  const auto result = folder.shrike({"check", "--cost"});
  CHECK(result.code == 0);
  CHECK(contains(result.out, "rule_external_forward"));
  const json costs = json::parse(folder.shrike({"check", "--cost", "--format", "json"}).out)["cost"];
  CHECK(costs.size() >= 20);
  for (const json& cost : costs) CHECK(cost["condition"].get<int>() > 0);
}

TEST_CASE("check --cost tells what rules remember") {
  const Folder folder;
  folder.add("made.shrike", R"(rule linear "Linear" {
  severity low
  on signin where has asn
  each user within 2d
  when count(where asn != this.asn) > 1
}
rule folded "Folded" {
  severity low
  on signin where has asn
  each user within 2d
  when new(asn)
}
rule steps "Steps" {
  severity low
  each user within 1d
  sequence { a: signin where has asn b: signin where asn == a.asn }
}
)");
  const auto result = folder.shrike({"check", "--cost", "made.shrike"});
  CHECK(contains(result.out, "fields   (of)  if it fires\n"));
  CHECK(contains(result.out, "bytes of a key"));
  const json costs =
      json::parse(folder.shrike({"check", "--cost", "--format", "json", "made.shrike"}).out)["cost"];
  REQUIRE(costs.size() == 3);
  const json &folded = costs[0]["state"], &linear = costs[1]["state"], &steps = costs[2]["state"];
  CHECK(folded["growth"] == "logarithmic");
  CHECK(folded["folds"] == true);
  CHECK(folded["key_bytes"] == 50);
  CHECK(linear["growth"] == "linear");
  CHECK(linear["folds"] == false);
  CHECK(linear["per_kept"].get<int>() > 0);
  CHECK(linear["event_bytes"].get<int>() < linear["open_event_bytes"].get<int>());
  CHECK(steps["growth"] == "partial matches");
}

TEST_CASE("the standard library checks and its tests pass") {
  const Folder folder;
  CHECK(folder.shrike({"check"}).code == 0);
  const auto tests = folder.shrike({"test"});
  CHECK_MESSAGE(tests.code == 0, tests.out);
  CHECK(contains(tests.out, " passed, 0 failed"));
}

TEST_CASE("test tells failures with file and line") {
  const Folder folder;
  folder.add("made.shrike", kSmallRule);
  folder.add("failing.shrike", kFailing);
  const auto good = folder.shrike({"test", "made.shrike"});
  CHECK(good.code == 0);
  CHECK(good.out == "2 passed, 0 failed\n");
  const auto bad = folder.shrike({"test", "failing.shrike"});
  CHECK(contains(bad.out, "fails: operation == \"New-InboxRule\"  (operation = Get-InboxRule)"));
  CHECK(bad.code == 1);
  CHECK(contains(bad.out, "failing.shrike:10"));
  CHECK(contains(bad.out, "0 passed, 1 failed"));
  CHECK_FALSE(contains(bad.out, "\xe2\x80\xae"));
  const json for_programs = json::parse(folder.shrike({"test", "--format", "json", "failing.shrike"}).out);
  CHECK(for_programs["failed"] == 1);
  CHECK(for_programs["cases"][0]["line"] == 10);
  const auto junit = folder.shrike({"test", "--format", "junit", "failing.shrike"});
  CHECK(junit.code == 1);
  CHECK(contains(junit.out, "<testsuites tests=\"1\" failures=\"1\""));
  CHECK(contains(junit.out, "&lt;read&gt;"));
  CHECK(contains(junit.out, "<failure message="));
}

TEST_CASE("an alert that a failed expectation shows is not shown again") {
  const Folder folder;
  std::string text = kFailing;
  text.replace(text.find("Get-InboxRule"), 13, "New-InboxRule");
  text.replace(text.find("expect alert"), 12, "expect alert { score: 5 }");
  folder.add("failing.shrike", text);
  const auto result = folder.shrike({"test", "failing.shrike"});
  CHECK(result.code == 1);
  const std::size_t first = result.out.find("aiko@contoso.example made ?");
  REQUIRE(first != std::string::npos);
  CHECK(result.out.find("aiko@contoso.example made ?", first + 1) == std::string::npos);
}

TEST_CASE("check of files without rules says so and what comes next") {
  const Folder folder;
  folder.add("rules/empty.shrike", "");
  folder.add("none/readme.txt", "");
  folder.add("lists.shrike", "list chiefs: string = [\"x\"]\n");
  for (const char* const path : {"rules", "rules/empty.shrike"}) {
    const auto empty = folder.shrike({"check", path});
    CHECK(empty.code == 0);
    CHECK(contains(empty.err, "declare nothing; a rule begins with `rule NAME \"Title\" {`"));
  }
  const auto none = folder.shrike({"check", "none"});
  CHECK(none.code == 2);
  CHECK(contains(none.err, "their names end in .shrike"));
  CHECK(folder.shrike({"check", "lists.shrike"}).err == "");
}

TEST_CASE("tests and settings alone are about the standard library") {
  const Folder folder;
  folder.add("settings.shrike", "settings \"contoso\" {\n  disable rule_external_forward\n}\n");
  CHECK(folder.shrike({"check", "settings.shrike"}).code == 0);
  folder.add("wrong.shrike", "settings \"contoso\" {\n  disable rule_external_foward\n}\n");
  const auto wrong = folder.shrike({"check", "wrong.shrike"});
  CHECK(wrong.code == 2);
  CHECK(contains(wrong.out, "rule_external_forward"));
}

TEST_CASE("compile writes a file that is complete or none") {
  const Folder folder;
  folder.add("made.shrike", kSmallRule);
  folder.add("bad.shrike", "rule a {\n");
  const auto good = folder.shrike({"compile", "made.shrike", "-o", "x.shrikec"});
  CHECK(good.code == 0);
  CHECK(contains(good.err, "x.shrikec: 1 rule"));
  const std::string first = folder.read("x.shrikec");
  REQUIRE(folder.shrike({"compile", "made.shrike", "-o", "y.shrikec"}).code == 0);
  CHECK(first == folder.read("y.shrikec"));
  CHECK(folder.shrike({"compile", "bad.shrike", "-o", "x.shrikec"}).code == 2);
  CHECK(folder.read("x.shrikec") == first);
  CHECK(folder.shrike({"compile", "made.shrike"}).code == 2);
  CHECK(folder.shrike({"compile", "made.shrike", "-o", "x.bin"}).code == 2);
  CHECK(folder.shrike({"compile", "made.shrike", "-o", "none/x.shrikec"}).code == 5);
}

TEST_CASE("disasm shows one rule, from text and compiled") {
  const Folder folder;
  folder.add("made.shrike", kSmallRule);
  const auto text = folder.shrike({"disasm", "made.shrike"});
  CHECK(text.code == 0);
  CHECK(contains(text.out, "made_a_rule"));
  REQUIRE(folder.shrike({"compile", "made.shrike", "-o", "x.shrikec"}).code == 0);
  CHECK(folder.shrike({"disasm", "x.shrikec"}).out == text.out);
  const auto wrong = folder.shrike({"disasm", "--rule", "made_rule"});
  CHECK(wrong.code == 2);
  CHECK(contains(folder.shrike({"disasm", "--rule", "made_a_rul", "made.shrike"}).err,
                 "did you mean `made_a_rule`?"));
}

TEST_CASE("fmt rewrites in place, keeps permissions, and leaves files with mistakes alone") {
  const Folder folder;
  std::string untidy = kSmallRule;
  untidy.replace(untidy.find("  severity high"), 15, "severity      high");
  folder.add("rules/untidy.shrike", untidy);
  folder.add("rules/bad.shrike", "rule a {\n");
  folder.add("rules/tidy.shrike", "");
  ::chmod((folder.path() + "/rules/untidy.shrike").c_str(), 0640);

  const auto checked = folder.shrike({"fmt", "--check", "rules/untidy.shrike"});
  CHECK(checked.code == 1);
  CHECK(checked.out == "rules/untidy.shrike\n");
  CHECK(folder.read("rules/untidy.shrike") == untidy);

  const auto done = folder.shrike({"fmt", "rules"});
  CHECK(done.code == 2);
  CHECK(done.out == "rules/untidy.shrike\n");
  CHECK(contains(done.err, "bad.shrike"));
  CHECK(folder.read("rules/bad.shrike") == "rule a {\n");
  CHECK(contains(folder.read("rules/untidy.shrike"), "  severity high\n"));
  struct stat status{};
  REQUIRE(::stat((folder.path() + "/rules/untidy.shrike").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
  CHECK(folder.shrike({"fmt", "--check", "rules/untidy.shrike"}).code == 0);

  RunWith piped;
  piped.input = untidy;
  const auto filtered = folder.shrike({"fmt", "-"}, piped);
  CHECK(filtered.code == 0);
  CHECK(filtered.out == folder.read("rules/untidy.shrike"));
  CHECK(filtered.err == "");
}

TEST_CASE("help and version") {
  const Folder folder;
  std::ifstream lists(std::string(SHRIKE_PROJECT_DIR) + "/CMakeLists.txt");
  const std::string project{std::istreambuf_iterator<char>(lists), std::istreambuf_iterator<char>()};
  const std::string version = folder.shrike({"--version"}).out;
  REQUIRE(version.starts_with("shrike "));
  CHECK(contains(project, "project(Shrike VERSION " + version.substr(7, version.find(' ', 7) - 7) + " "));
  CHECK(folder.shrike({}).code == 2);
  for (const char* const command : {"run", "check", "test", "compile", "disasm", "fmt"}) {
    const auto help = folder.shrike({command, "--help"});
    CHECK(help.code == 0);
    CHECK(help.err == "");
    CHECK(contains(help.out, "Examples:"));
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(line.size() <= 80, line);
  }
}
