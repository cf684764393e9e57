// What `shrike run` prints: alerts for people and programs, statistics, rejects.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

#include "tests/cli/program_run.hpp"

using nlohmann::json;
using shrike_test::alert_lines;
using shrike_test::Folder;
using shrike_test::forwarding_record;
using shrike_test::harmless_record;
using shrike_test::has_terminals;
using shrike_test::kSmallRule;
using shrike_test::RunWith;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("human output of one alert at 80 columns") {
  const Folder folder;
  folder.add("rules/made.shrike", kSmallRule);
  folder.add("a.ndjson", forwarding_record(7) + harmless_record(1));
  const auto result = folder.shrike({"run", "--rules", "rules", "a.ndjson"});
  CHECK(result.code == 0);
  CHECK(result.err == "");
  CHECK(result.out ==
        "HIGH      80  2026-03-02 08:15:07 UTC  made_a_rule\n"
        "  Inbox rule made\n"
        "  aiko007@contoso.example made Invoices\n"
        "\n"
        "  tenant     11111111-2222-4333-8444-555555555555\n"
        "  user       aiko007@contoso.example\n"
        "  rule_name  Invoices\n"
        "  evidence   a.ndjson:1\n"
        "             audit  f0000000-0000-4000-8000-000000000007\n"
        "  attack     T1137.005\n"
        "\n"
        "--------------------------------------------------------------------------------\n"
        "1 alert: 1 high\n"
        "\n"
        "Rules\n"
        "       1  made_a_rule                                   high\n"
        "Users and mailboxes\n"
        "       1  aiko007@contoso.example                       high\n"
        "Look first at\n"
        "  high      80  2026-03-02 08:15:07 UTC  made_a_rule\n"
        "                aiko007@contoso.example  a.ndjson:1\n"
        "\n"
        "2 records, 685 B: 2 judged\n");
}

TEST_CASE("alerts of the standard library fit into 80 columns") {
  const Folder folder;
  folder.add("a.ndjson", forwarding_record(1, std::string(300, 'x')) +
                             forwarding_record(2, "請求書 請求書 請求書 請求書 請求書 請求書"));
  const auto result = folder.shrike({"run", "a.ndjson"});
  CHECK(result.code == 0);
  CHECK(contains(result.out, "rule_external_forward"));
  for (const std::string& line : lines_of(result.out)) {
    // Bytes of these wide characters are three for two columns.
    const auto wide = static_cast<std::size_t>(
        std::count_if(line.begin(), line.end(), [](char c) { return (c & 0x80) != 0; }));
    CHECK_MESSAGE(line.size() - wide / 3 <= 80, line);
  }
}

TEST_CASE("a terminal gets colours and NO_COLOR takes them away") {
  if (!has_terminals()) return;
  const Folder folder;
  folder.add("a.ndjson", forwarding_record(1));
  RunWith on_terminal;
  on_terminal.terminal = true;
  CHECK(contains(folder.shrike({"run", "a.ndjson"}, on_terminal).out, "\x1b[1;31mHIGH\x1b[0m"));
  on_terminal.environment = {"NO_COLOR=1"};
  CHECK_FALSE(contains(folder.shrike({"run", "a.ndjson"}, on_terminal).out, "\x1b["));
  CHECK_FALSE(contains(folder.shrike({"run", "a.ndjson"}).out, "\x1b["));
}

TEST_CASE("nothing of an event reaches the terminal as it is") {
  const Folder folder;
  folder.add("a.ndjson", forwarding_record(1, R"(\u001b]0;x\u0007\u202egpj\u200b\n\r\u009b31m)") +
                             forwarding_record(2, "\\u0000") + forwarding_record(3, "  "));
  const auto result = folder.shrike({"run", "--only", "rule_external_forward", "a.ndjson"});
  CHECK(contains(result.out, R"(\u{1b}]0;x\u{7}\u{202e}gpj\u{200b}\n\r\u{9b}31m)"));
  CHECK(contains(result.out, "\"  \""));
  for (const char c : result.out) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
  CHECK_FALSE(contains(result.out, "\xe2\x80\xae"));
  CHECK_FALSE(contains(result.out, "\xc2\x9b"));

  const auto ndjson =
      folder.shrike({"run", "--only", "rule_external_forward", "--format", "ndjson", "a.ndjson"});
  CHECK_FALSE(contains(ndjson.out, "\xe2\x80\xae"));
  CHECK_FALSE(contains(ndjson.out, "\xc2\x9b"));
  CHECK(contains(json::parse(lines_of(ndjson.out).front())["message"].get<std::string>(), "\xe2\x80\xae"));
}

TEST_CASE("blind names what the rule relied on, not what it asks for itself") {
  const Folder folder;
  folder.add("a.json", forwarding_record(1));
  folder.add("r.shrike",
             "rule r \"R\" {\n  severity high\n  let said = subject\n  let far = country != \"JP\"\n"
             "  on audit, directory where operation == \"New-InboxRule\" or consent_type == \"x\"\n"
             "  score 60, +20 if far, +5 if session == \"s\", +1 if (mailbox ?? \"\") == \"m\",\n"
             "    +1 if has app and app == \"a\"\n  say \"{said} {user_agent}\"\n}\n");
  const auto result = folder.shrike({"run", "--format", "ndjson", "--rules", "r.shrike", "a.json"});
  REQUIRE(lines_of(result.out).size() == 1);
  CHECK(json::parse(result.out)["blind"] == json({"country", "session"}));
}

TEST_CASE("ndjson has the fixed names") {
  const Folder folder;
  folder.add("a.ndjson", harmless_record(1) + forwarding_record(1));
  const auto result = folder.shrike(
      {"run", "--format", "ndjson", "--only", "rule_external_forward", "--tenant", "t", "a.ndjson"});
  CHECK(result.code == 0);
  CHECK(result.err == "");
  REQUIRE(alert_lines(result.out).size() == 1);
  const json alert = json::parse(alert_lines(result.out).front());
  std::vector<std::string> names;
  for (const auto& [name, value] : alert.items()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"attack", "blind", "evidence", "id", "key", "kind", "late",
                                          "message", "respond", "rule", "ruleset", "score", "severity",
                                          "show", "status", "tenant", "time", "title"});
  CHECK(alert["kind"] == "alert");
  CHECK(alert["status"] == "open");
  CHECK(alert["rule"] == "rule_external_forward");
  CHECK(alert["severity"] == "high");
  CHECK(alert["time"] == "2026-03-02T08:15:01Z");
  CHECK(alert["evidence"][0]["at"] == "a.ndjson:2");
  CHECK(alert["evidence"][0]["class"] == "audit");
  CHECK(alert["evidence"][0]["id"] == "f0000000-0000-4000-8000-000000000001");
}

TEST_CASE("files give alerts in the order of events, streams in the order of the input") {
  const Folder folder;
  const std::string later_first = forwarding_record(9) + forwarding_record(3);
  folder.add("a.ndjson", later_first);
  const std::vector<std::string> arguments{"run", "--format", "ndjson", "--only", "rule_external_forward"};
  const auto with = [&](std::initializer_list<std::string> more) {
    auto all = arguments;
    all.insert(all.end(), more);
    return all;
  };
  const auto times = [&](const shrike_test::Outcome& result) {
    std::string text;
    for (const std::string& line : alert_lines(result.out))
      text += json::parse(line)["time"].get<std::string>().substr(17, 2) + " ";
    return text;
  };
  RunWith piped;
  piped.input = later_first;
  CHECK(times(folder.shrike(with({"a.ndjson"}))) == "03 09 ");
  CHECK(times(folder.shrike(with({"-"}), piped)) == "09 03 ");
  CHECK(times(folder.shrike(arguments, piped)) == "09 03 ");
  CHECK(times(folder.shrike(with({"--decide", "final"}), piped)) == "03 09 ");
  CHECK(times(folder.shrike(with({"--decide", "early", "a.ndjson"}))) == "09 03 ");
}

TEST_CASE("--output writes a file without colours and leaves standard output empty") {
  const Folder folder;
  folder.add("a.ndjson", forwarding_record(1));
  const auto result = folder.shrike({"run", "--output", "alerts.txt", "a.ndjson"});
  CHECK(result.code == 0);
  CHECK(result.out == "");
  CHECK(contains(folder.read("alerts.txt"), "rule_external_forward"));
}

TEST_CASE("rejects are written down with file, line, offset, reason, detail and text") {
  const Folder folder;
  folder.add("a.ndjson",
             harmless_record(1) + "{\"broken\": \xff}\n" +
                 R"({"Operation":"New-InboxRule","Workload":"Exchange","RecordType":1,"UserId":"x","Id":"1",)"
                 R"("CreationTime":"never","OrganizationId":"o"})"
                 "\n" +
                 forwarding_record(1));
  const auto result = folder.shrike(
      {"run", "--rejects", "bad.ndjson", "--only", "rule_external_forward", "--stats=json", "a.ndjson"});
  CHECK(result.code == 3);
  const auto rejects = lines_of(folder.read("bad.ndjson"));
  REQUIRE(rejects.size() == 2);
  const json first = json::parse(rejects[0]), second = json::parse(rejects[1]);
  for (const json& reject : {first, second}) {
    CHECK(reject.size() == 6);
    CHECK(reject["file"] == "a.ndjson");
    CHECK_FALSE(reject["detail"].get<std::string>().empty());
  }
  CHECK(first["line"] == 2);
  CHECK(first["offset"] == harmless_record(1).size());
  CHECK(second["reason"] == "time_missing");
  CHECK(contains(second["text"].get<std::string>(), "never"));

  const json stats = json::parse(lines_of(result.err).back());
  CHECK(stats["records"] == 4);
  CHECK(stats["rejected"] == 2);
  CHECK(stats["rejects"]["time_missing"] == 1);
  CHECK(stats["unclaimed"] == 0);
  CHECK(stats["alerts"] == 1);
  CHECK(stats["alerts_by_severity"]["high"] == 1);
  CHECK(stats["alerts_by_rule"]["rule_external_forward"] == 1);
  for (const char* const name :
       {"events", "bytes", "seconds", "sources", "firings", "duplicates", "dropped_by_exception", "quieted",
        "withdrawn", "failed_inputs", "ruleset"}) {
    CHECK_MESSAGE(stats.contains(name), name);
  }
  CHECK(contains(result.err, "2 records could not be judged"));
}

TEST_CASE("statistics for people name sources, rejects and rules") {
  const Folder folder;
  folder.add("a.ndjson", forwarding_record(1) + "nonsense\n" + forwarding_record(1) + "{\"a\":1}\n");
  const auto result =
      folder.shrike({"run", "--stats", "--format", "ndjson", "--only", "rule_external_forward", "a.ndjson"});
  for (const char* const part :
       {"by ual", "taken by no source", "rejected", "rule_external_forward", "duplicates left out"}) {
    CHECK_MESSAGE(contains(result.err, part), part);
  }
  CHECK(alert_lines(result.out).size() == 1);
}

TEST_CASE("no alert is said plainly, and so is that nothing was read or known") {
  const Folder folder;
  folder.add("quiet.ndjson", harmless_record(1));
  folder.add("empty.ndjson", "");
  folder.add("other.ndjson", "{\"a\":1}\n{\"a\":2}\n");
  const auto quiet = folder.shrike({"run", "quiet.ndjson"});
  CHECK(quiet.code == 0);
  CHECK(contains(quiet.out, "No alerts.\n1 record, "));
  const auto empty = folder.shrike({"run", "empty.ndjson"});
  CHECK(empty.code == 0);
  CHECK(empty.out == "No alerts: nothing was read.\n");
  CHECK(contains(empty.err, "the input holds no record"));
  const auto other = folder.shrike({"run", "other.ndjson"});
  CHECK(other.code == 0);
  CHECK(contains(other.err, "none of the 2 records is of a kind that these rules know"));
  CHECK(folder.shrike({"run", "--quiet", "other.ndjson"}).err == "");
}
