// `shrike explain`: what it says of events that fire and of those that come near.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

#include "tests/cli/program_run.hpp"

using nlohmann::json;
using shrike_test::Folder;
using shrike_test::forwarding_record;
using shrike_test::harmless_record;
using shrike_test::has_terminals;
using shrike_test::RunWith;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// A file of the sample tenant.
std::string sample(const std::string& name) {
  return std::string(SHRIKE_PROJECT_DIR) + "/tests/tenant/sample/" + name;
}

constexpr const char* kRules = R"(
class audit "Activity" {
  time: time  id: string cased  tenant: string  user: string  operation: string  session: string  size: int
}
source plain: audit {
  accept has raw.at
  time = time(raw.at)  id = raw.id  user = raw.user  operation = raw.operation  session = raw.session
  size = int(raw.size)
}
list hidden: string = ["Hide"]

rule hides "Somebody hides" {
  severity high
  let is_large = size > 100
  on audit where operation in hidden and (is_large or not (user == "root"))
  score 60, +20 if is_large
  say "{user} hides"
  quiet 1h by user
}
except hides "The backup" {
  where user == "backup"
  drop
  owner "soc@contoso.example"
  until 2030-01-01
}

rule many "Many at once" {
  severity high
  param most: int = 3
  on audit where operation == "Send"
  each user within 1h
  when count() >= most and session != first(session)
}

rule taken "Taken over" {
  severity high
  each user within 24h
  sequence {
    entry:    audit where operation == "Entry"
    box:      audit where operation == "Box" and session == entry.session
    not undo: audit where operation == "Undo"
    burst:    audit where operation == "Send" and session == box.session within 2h
  }
}
)";

std::string event(const std::string& id, const std::string& time, const std::string& operation,
                  const std::string& more = {}) {
  return "{\"at\":\"2026-03-02T" + time + "Z\",\"id\":\"" + id + "\",\"user\":\"aiko\",\"operation\":\"" +
         operation + "\"" + (more.empty() ? "" : "," + more) + "}\n";
}

/// What the rule `taken` says of these events.
std::string told(const std::string& events, const std::string& rule = "taken") {
  const Folder folder;
  folder.add("rules.shrike", kRules);
  folder.add("a.ndjson", events);
  const auto result = folder.shrike({"explain", "--rules", "rules.shrike", "--limit", "1", rule, "a.ndjson"});
  CHECK(result.code == 0);
  CHECK(result.err == "");
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(columns_of(line) <= 80, line);
  return result.out;
}

const std::string kSession = "\"session\":\"s1\"";

}  // namespace

TEST_CASE("a rule for single events: every part with its value, quiet and exceptions") {
  const std::string backup =
      "{\"at\":\"2026-03-02T09:00:00Z\",\"id\":\"e3\",\"user\":\"backup\",\"operation\":\"Hide\"}\n";
  const std::string root =
      "{\"at\":\"2026-03-02T09:00:00Z\",\"id\":\"e4\",\"user\":\"root\",\"operation\":\"Show\",\"size\":7}\n";
  const Folder folder;
  folder.add("rules.shrike", kRules);
  folder.add("a.ndjson", event("e1", "08:00:00", "Hide", "\"size\":700") + event("e2", "08:20:00", "Hide") +
                             backup + root);
  const auto result = folder.shrike({"explain", "--rules", "rules.shrike", "--all", "hides", "a.ndjson"});
  CHECK(result.code == 0);
  CHECK(result.out == R"(hides: Somebody hides
4 events of audit looked at; 3 passed `on`; 1 dropped by an exception; 1 held
back by `quiet`; 1 gave an alert.

1. 2026-03-02 08:00:00 UTC  audit  e1
   a.ndjson:1
   alert, high 80: aiko hides
   alert 73d34be27e5407ed09c2c8063eae319b

   on audit where
     ✓ all of
       ✓ operation in hidden
           operation = Hide
           hidden = Hide
       ✓ any of
         ✓ is_large
           ✓ size > 100
               size = 700
         ✓ not
           ✗ user == "root"
               user = aiko
   exception "The backup" does not cover it
   score 80
     60
     20 if is_large gives 20

2. 2026-03-02 08:20:00 UTC  audit  e2
   a.ndjson:2
   fired with score 60, held back by `quiet`: an alert of the same key at
   2026-03-02 08:00:00 UTC with score 80 keeps quiet for 1h, until 2026-03-02
   09:00:00 UTC
   alert e1b54568e3e212a20e84b675cccf33df

   on audit where
     ✓ all of
       ✓ operation in hidden
           operation = Hide
           hidden = Hide
       ✓ any of
         ✗ is_large
         ✓ not
           ✗ user == "root"
               user = aiko
   exception "The backup" does not cover it
   score 60
     60
     20 if is_large gives nothing

3. 2026-03-02 09:00:00 UTC  audit  e3
   a.ndjson:3
   fired, dropped by the exception "The backup"

   on audit where
     ✓ all of
       ✓ operation in hidden
           operation = Hide
           hidden = Hide
       ✓ any of
         ✗ is_large
         ✓ not
           ✗ user == "root"
               user = backup
   exception "The backup" covers it and drops the alert
     ✓ user == "backup"
         user = backup

4. 2026-03-02 09:00:00 UTC  audit  e4
   a.ndjson:4
   does not pass `on`; 2 tests would have to come out otherwise

   on audit where
     ✗ all of
       ✗ operation in hidden
           operation = Show
           hidden = Hide
       ✗ any of
         ✗ is_large
           ✗ size > 100  (off by 93)
               size = 7
         ✗ not
           ✓ user == "root"
               user = root

)");
  // The same for programs.
  const auto for_programs =
      folder.shrike({"explain", "--rules", "rules.shrike", "--format", "json", "--all", "hides", "a.ndjson"});
  const json told = json::parse(for_programs.out);
  CHECK(told["counts"]["looked_at"] == 4);
  CHECK(told["counts"]["held_back"] == 1);
  const json& explanations = told["explanations"];
  REQUIRE(explanations.size() == 4);
  CHECK(explanations[0]["fate"] == "alert");
  CHECK(explanations[1]["fate"] == "held_back");
  CHECK(explanations[1]["quiet"]["until"] == "2026-03-02T09:00:00Z");
  CHECK(explanations[2]["fate"] == "dropped");
  CHECK(explanations[2]["exceptions"][0]["covers"] == true);
  CHECK(explanations[3]["fate"] == "filter");
  CHECK(explanations[3]["on"]["parts"][0]["decides"] == true);
  CHECK(explanations[3]["on"]["parts"][0]["parts"][0]["value"] == "Show");
  // One alert of them, by the beginning of its id.
  const std::string id = explanations[1]["alert"].get<std::string>();
  const auto one =
      folder.shrike({"explain", "--rules", "rules.shrike", "--alert", id.substr(0, 8), "hides", "a.ndjson"});
  CHECK(one.code == 0);
  CHECK(contains(one.out, "1. 2026-03-02 08:20:00 UTC  audit  e2"));
  CHECK_FALSE(contains(one.out, "2. "));
  const auto none =
      folder.shrike({"explain", "--rules", "rules.shrike", "--alert", "ffff", "hides", "a.ndjson"});
  CHECK(none.code == 1);
  CHECK(contains(none.err, "gives no alert with the id `ffff`"));
  const auto by_event =
      folder.shrike({"explain", "--rules", "rules.shrike", "--event", "e4", "hides", "a.ndjson"});
  CHECK(contains(by_event.out, "1. 2026-03-02 09:00:00 UTC  audit  e4"));
  CHECK_FALSE(contains(by_event.out, "e1"));
}

TEST_CASE("explain: a rule that remembers: the key, what was kept, and by how much a number is off") {
  CHECK(told(event("e1", "08:00:00", "Send", kSession) + event("e2", "08:20:00", "Send"), "many") ==
        R"(many: Many at once
2 events of audit looked at; 2 passed `on`; 2 were judged by `when`; 0 gave
alerts.

1. 2026-03-02 08:20:00 UTC  audit  e2
   a.ndjson:2
   passes `on`, but `when` does not hold; 2 tests would have to come out
   otherwise

   on audit where
     ✓ operation == "Send"
         operation = Send
   key: user aiko
   kept within 1h: 2 events
     20m before  audit  e1
     this one  audit  e2
   when
     ✗ all of
       ✗ count() >= most  (off by 1)
           count() = 2
           most = 3
       ✗ session != first(session)  (missing: session)
           session = missing
           first(session) = s1

)");
  const std::string keyless =
      told("{\"at\":\"2026-03-02T08:20:00Z\",\"id\":\"e3\",\"user\":\"\",\"operation\":\"Send\"}\n", "many");
  CHECK(contains(keyless, "1 had no key"));
  CHECK(contains(keyless, "has no key, so the rule cannot remember it: user is missing"));
}

TEST_CASE("explain: a rule with steps: which one failed, and how") {
  const std::string entry = event("e1", "08:00:00", "Entry", kSession);
  const std::string box = event("e2", "09:00:00", "Box", kSession);
  CHECK(contains(told(entry), "no event came for `box` before 2026-03-03 08:00:00 UTC; the input ends at"));
  CHECK(told(entry + event("e2", "09:00:00", "Box")) == R"(taken: Taken over
2 events of audit looked at; 2 passed `on`; 2 came to a step without completing
a match; 0 gave alerts.

1. 2026-03-02 09:00:00 UTC  audit  e2
   a.ndjson:2
   an event came for `box`, but its condition does not hold

   key: user aiko
   steps within 1d
     ✓ entry: 2026-03-02 08:00:00 UTC  audit  e1
       a.ndjson:1
     ✗ box: 2026-03-02 09:00:00 UTC  audit  e2, 1h later
       a.ndjson:2
       ✗ session == entry.session  (missing: session)
           session = missing
           entry.session = s1
     - not undo: none
     - burst: none of audit

)");
  const std::string late =
      "{\"at\":\"2026-03-03T08:00:40Z\",\"id\":\"e2\",\"user\":\"aiko\",\"operation\":\"Box\",\"session\":"
      "\"s1\"}\n";
  CHECK(contains(told(entry + late), "`box` came 40s after the 1d had passed"));
  CHECK(contains(told(entry + box + event("e4", "11:20:00", "Send", kSession)),
                 "`burst` came 20m after the 2h of the step had passed"));
  CHECK(contains(
      told(entry + box + event("e3", "09:10:00", "Undo") + event("e4", "09:20:00", "Send", kSession)),
      "`not undo` was met by e3 at 2026-03-02 09:10:00 UTC"));
  const std::string fired = told(entry + box + event("e4", "09:20:00", "Send", kSession));
  CHECK(contains(fired, "alert, high 80: Taken over"));
  CHECK(contains(fired, "✓ not undo: none"));
}

TEST_CASE("explain: the sample tenant") {
  const Folder folder;
  const auto single = folder.shrike({"explain", "rule_external_forward", sample("")});
  CHECK(single.code == 0);
  CHECK(contains(single.out, "161 events of audit looked at; 1 passed `on`; 1 gave an alert."));
  CHECK(contains(single.out, "✓ len(leaving) > 0\n"));
  CHECK(contains(single.out, "✗ len(leaving) > 0"));
  const auto window = folder.shrike({"explain", "legacy_auth_spray", sample("")});
  CHECK(window.code == 0);
  CHECK(contains(window.out, "✗ count(where error in password_failed) >= failures  (off by 6)"));
  CHECK(contains(window.out, "key: prefix 203.0.113.0/24"));
  const auto steps = folder.shrike({"explain", "send_then_erase", sample("")});
  CHECK(steps.code == 0);
  CHECK(contains(steps.out, "no event came for `gone` before"));
  // An alert of a run, by its id.
  const auto run = folder.shrike({"run", "--format", "ndjson", "--only", "rule_hides_mail", sample("")});
  const json alert = json::parse(run.out.substr(0, run.out.find('\n')));
  const auto asked =
      folder.shrike({"explain", "--alert", alert["id"].get<std::string>(), "rule_hides_mail", sample("")});
  CHECK(asked.code == 0);
  CHECK(contains(asked.out, "alert, high 100: mika.tanaka@contoso.example"));
}

TEST_CASE("explain: nothing of the class came, or nothing at all") {
  const Folder folder;
  folder.add("a.ndjson", forwarding_record(1) + "{\"a\":1}\n");
  folder.add("empty.ndjson", "");
  const auto other = folder.shrike({"explain", "impossible_travel", "a.ndjson"});
  CHECK(other.code == 0);
  CHECK(contains(other.out, "No event of signin came, so the rule had nothing to look at."));
  CHECK(contains(other.out, "audit 1; 1 of no known kind."));
  CHECK(contains(folder.shrike({"explain", "impossible_travel", "empty.ndjson"}).out, "Nothing was read."));
}

TEST_CASE("explain: wrong usage") {
  const Folder folder;
  folder.add("a.ndjson", harmless_record(1));
  folder.add("bad.shrike", "rule a \"A\" { severity high on audit where operatoin == \"x\" }\n");
  const auto misspelt = folder.shrike({"explain", "rule_external_foward", "a.ndjson"});
  CHECK(misspelt.code == 2);
  CHECK(contains(misspelt.err, "did you mean `rule_external_forward`?"));
  CHECK(folder.shrike({"explain"}).code == 2);
  CHECK(folder.shrike({"explain", "--limit", "1001", "rule_hides_mail", "a.ndjson"}).code == 2);
  CHECK(folder.shrike({"explain", "--alert", "", "rule_hides_mail", "a.ndjson"}).code == 2);
  CHECK(folder.shrike({"explain", "--format", "xml", "rule_hides_mail", "a.ndjson"}).code == 2);
  const auto broken = folder.shrike({"explain", "--rules", "bad.shrike", "a", "a.ndjson"});
  CHECK(broken.code == 2);
  CHECK(contains(broken.err, "operation"));
  const auto rules = folder.shrike({"explain", "rule_hides_mail", "bad.shrike"});
  CHECK(rules.code == 2);
  CHECK(contains(rules.err, "holds rules, not records"));
  const auto missing = folder.shrike({"explain", "rule_hides_mail", "a.ndjson", "nowhere.ndjson"});
  CHECK(missing.code == 3);
  CHECK(contains(missing.out, "1 event of audit looked at"));
}

TEST_CASE("explain: text of events cannot do harm, and long ones are cut") {
  const Folder folder;
  folder.add("rules.shrike", kRules);
  folder.add("a.ndjson", event("e\\u001b[31m1", "08:00:00", "Hide\\u202e\\n" + std::string(5000, 'x')) +
                             event("e2", "08:01:00", "Sh\\u001b]0;title\\u0007ow"));
  const auto result = folder.shrike({"explain", "--rules", "rules.shrike", "--all", "hides", "a.ndjson"});
  CHECK(result.code == 0);
  for (const char* const part : {"\x1b", "\x07", "\xe2\x80\xae"}) CHECK_FALSE(contains(result.out, part));
  CHECK(contains(result.out, "\\u{1b}"));
  CHECK(result.out.size() < 5000);
  const auto for_programs =
      folder.shrike({"explain", "--rules", "rules.shrike", "--format", "json", "hides", "a.ndjson"});
  CHECK_FALSE(contains(for_programs.out, "\x1b"));
  CHECK(json::parse(for_programs.out)["explanations"].size() == 2);
}

TEST_CASE("explain: on a terminal what decided has a colour") {
  if (!has_terminals()) return;
  const Folder folder;
  folder.add("rules.shrike", kRules);
  folder.add("a.ndjson", event("e1", "08:00:00", "Show", "\"size\":700"));
  const auto result = folder.shrike({"explain", "--rules", "rules.shrike", "hides", "a.ndjson"},
                                    RunWith{.environment = {"TERM=xterm"}, .terminal = true});
  CHECK(contains(result.out, "\x1b[1;31m✗\x1b[0m \x1b[1;31moperation in hidden\x1b[0m"));
  CHECK(contains(result.out, "\x1b[2m✓\x1b[0m \x1b[2mis_large or not user == \"root\"\x1b[0m"));
}

TEST_CASE("explain: settings, and a rule that they disable") {
  const Folder folder;
  folder.add("rules.shrike", kRules);
  folder.add("off.shrike", "settings \"t1\" { disable hides }\n");
  folder.add("a.ndjson", event("e1", "08:00:00", "Hide"));
  const auto off = folder.shrike({"explain", "--rules", "rules.shrike", "--settings", "off.shrike",
                                  "--tenant", "t1", "hides", "a.ndjson"});
  CHECK(off.code == 0);
  CHECK(contains(off.out, "not looked at: the settings of its tenant disable the rule"));
}
