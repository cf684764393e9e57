// `shrike doc`, and the tables of stdlib-rules/README.md, which are what it writes. SHRIKE_UPDATE=1 writes
// them anew.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/cli/program_run.hpp"

using namespace shrike_test;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

const std::string kTwoLogs =
    "class login \"Logins\" {\n  /// When.\n  time: time\n  id: string\n  user: string\n  country: "
    "string\n}\n"
    "/// Door log, as the door gives it.\n"
    "source door: login {\n  accept has raw.door\n  time = time(raw.t)\n  id = text(raw.i)\n"
    "  user = text(raw.door)\n}\n"
    "/// Gate log.\n"
    "source gate: login {\n  accept has raw.gate\n  time = time(raw.t)\n  id = text(raw.i)\n"
    "  user = \"guard\"\n  country = text(raw.c)\n}\n"
    "rule abroad \"From | abroad\" {\n  severity low\n  attack T1078.004\n  param home: string = \"de\"\n"
    "  on login where country != home\n  say \"{user}\"\n}\n"
    "rule ann \"Ann\" {\n  severity low\n  attack T1078.004, T1110\n  on login where user == \"ann\"\n"
    "  say \"{user}\"\n}\n";

}  // namespace

TEST_CASE("the tables of the standard library's README are up to date") {
  const Folder folder;
  const std::string path = SHRIKE_PROJECT_DIR "/stdlib-rules/README.md";
  const std::string before = read(path);
  std::string text = before;
  for (const std::string topic : {"rules", "logs"}) {
    CAPTURE(topic);
    const std::string mark = "<!-- shrike doc " + topic + " -->\n";
    const std::size_t begin = text.find(mark);
    REQUIRE(begin != std::string::npos);
    const std::size_t end = text.find("<!-- end -->", begin);
    REQUIRE(end != std::string::npos);
    const auto written = folder.shrike({"doc", topic});
    REQUIRE(written.code == 0);
    text.replace(begin + mark.size(), end - begin - mark.size(), "\n" + written.out + "\n");
  }
  if (std::getenv("SHRIKE_UPDATE") != nullptr) {
    std::ofstream(path) << text;
    MESSAGE("stdlib-rules/README.md was written anew");
    return;
  }
  CHECK_MESSAGE(text == before, "run tests_cli with SHRIKE_UPDATE=1");
}

TEST_CASE("what works with which log follows from rules and sources") {
  const Folder folder;
  folder.add("two.shrike", kTwoLogs);
  const auto logs = folder.shrike({"doc", "logs", "--rules", "two.shrike"});
  CHECK(logs.code == 0);
  CHECK(contains(logs.out, "| rule | Door log | Gate log |"));
  CHECK(contains(logs.out, "| `abroad` | without `country` | yes |"));
  CHECK(contains(logs.out, "| `ann` | yes | |"));  // the gate always says "guard"
  const auto rules = folder.shrike({"doc", "rules", "--rules", "two.shrike"});
  CHECK(contains(rules.out, "From \\| abroad"));
  CHECK(contains(rules.out, "`home = \"de\"`"));
  const auto layer = nlohmann::json::parse(folder.shrike({"doc", "attack", "--rules", "two.shrike"}).out);
  CHECK(layer["domain"] == "enterprise-attack");
  REQUIRE(layer["techniques"].size() == 2);
  CHECK(layer["techniques"][0]["techniqueID"] == "T1078.004");
  CHECK(layer["techniques"][0]["score"] == 2);
  CHECK(layer["techniques"][0]["comment"] == "abroad, ann");
}

TEST_CASE("every topic is written, others are named") {
  const Folder folder;
  CHECK(contains(folder.shrike({"doc", "functions"}).out, "| `lower(text: string): string` |"));
  CHECK(contains(folder.shrike({"doc", "functions"}).out, "| `usual_count(duration, percent [where …])` |"));
  CHECK(contains(folder.shrike({"doc", "fields"}).out, "## `signin`"));
  CHECK(contains(folder.shrike({"doc", "responses"}).out, "| `revoke_sessions(user)` |"));
  CHECK(
      contains(folder.shrike({"doc", "diagnostics"}).out, "| `E0204` | error | there is no function `…` |"));
  const auto wrong = folder.shrike({"doc", "function"});
  CHECK(wrong.code == 2);
  CHECK(contains(wrong.err, "functions"));
  folder.add("bad.shrike", "rule a \"A\" { severity hgih }");
  CHECK(folder.shrike({"doc", "rules", "--rules", "bad.shrike"}).code == 2);
}
