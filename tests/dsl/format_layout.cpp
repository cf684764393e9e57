// The canonical layout, by example: what is aligned, where lines break, what happens to comments and blank
// lines.
#include <doctest/doctest.h>

#include "parsed.hpp"

namespace shrike {
namespace {

using tests::Parsed;

/// Formats a text that must parse.
std::string formatted(const std::string& text) {
  const Parsed parsed(text);
  REQUIRE(parsed.messages() == "");
  return parsed.formatted();
}

void stays(const std::string& text) { CHECK(formatted(text) == text); }

TEST_CASE("a rule in the layout of the manual stays as it is") {
  stays(R"x(/// A session that was opened on one network is used from another one.
rule session_replayed_elsewhere "Session used from a second network" {
  severity high
  attack   T1539, T1550.004
  param    egress_weight: int = 30

  on signin, audit where has session
  each session within 7d
  when elsewhere(asn, prefix, first(asn), first(prefix))
   and (country != first(country) or ua.family != first(ua.family))
   and ip not in corporate_networks

  score   75, +20 if ua.tool, -egress_weight if ip in egress_networks
  say     "{user}: session opened from {first(ip)}, now used from {ip} ({country})"
  show    user, ip, asn, country, user_agent, opened_from = first(ip)
  quiet   24h by session
  respond revoke_sessions(user)
}
)x");
}

TEST_CASE("one clause a line, blanks where they belong") {
  CHECK(formatted("rule r \"x\"{severity high attack T1078 on signin where a==1 and(b or c)each user within "
                  "1h when count()>3 "
                  "score 5,6 if a say \"{a}\"}") ==
        "rule r \"x\" {\n  severity high\n  attack   T1078\n  on signin where a == 1 and (b or c)\n  each "
        "user within 1h\n"
        "  when count() > 3\n  score   5, +6 if a\n  say     \"{a}\"\n}\n");
}

TEST_CASE("long conditions break before and and or, lists and calls inside their brackets") {
  stays(R"x(rule r "x" {
  severity high
  on audit where operation in ["New-TransportRule", "Set-TransportRule", "Enable-TransportRule"]
    and (any t in targets: external(t)
      or params.SetAuditSeverity == "DoNotAudit"
      or params["X-A-Long-Header-Name"] == "-1")
}

list hide_folders: string = [
  // en
  "RSS Feeds", "RSS Subscriptions", "Conversation History", "Archive", "Junk Email",
  "Deleted Items", "Recoverable Items",  // hidden
  // ja
  "RSS フィード"
]

def outcome_word(x: string): string =
  "success" if x in ["True", "Succeeded", "PartiallySucceeded"]
    else "failure" if x in ["False", "Failed", "Failure", "Timeout", "Error"]
)x");
}

TEST_CASE("equals signs line up within a run") {
  stays(R"x(source ual: audit {
  order 90
  lateness 24h
  accept has raw.CreationTime
  let p       = pairs(raw.Parameters)
  let actions = json(raw.RuleActions)
  time = time(raw.CreationTime)
  id   = text(raw.Id)

  operation = trim(text(raw.Operation), ". ")
  // Both forms.
  ip = ip(raw.ClientIP) ?? ip(raw.ClientIPAddress)
}
)x");
}

TEST_CASE("fields of a class stand in columns") {
  stays(R"x(class signin "Sign-in" {
  /// When.
  time: time        ecs "@timestamp"  ocsf "time"
  id: string cased  ecs "event.id"
  asn: int          = asn(ip)
  user: string

  risk: record {
    level: string   ocsf "risk_level"
  }
}
)x");
}

TEST_CASE("tests stand in columns") {
  stays(R"x(test spray {
  case "late" {
    set spray.accounts = 2
    at 0m  signin { user: "a", error: 50126 } times 10
    at 10m audit  {}
    at 25h
    given graph """{ "a": 1 }"""
    expect alert at 9m { score: 95 }
    expect none
  }
}
)x");
}

TEST_CASE("comments stay where they are") {
  stays(R"x(// What this file is about.

// ---- lists
list a: int  // trailing
list b: int

rule r "x" {  // after the brace
  // before a clause
  severity high  // after a clause

  on signin where a  // first
    and b
    // between
    and c
  // at the end
}

// the last word
)x");
}

TEST_CASE("declarations are parted by a blank line, short ones may stand together") {
  CHECK(
      formatted(
          "list a: int\nlist b: int\n\n\n\nlist c: int\nrule r \"x\" {\n  severity low\n}\nlist d: int\n") ==
      "list a: int\nlist b: int\n\nlist c: int\n\nrule r \"x\" {\n  severity low\n}\n\nlist d: int\n");
}

TEST_CASE("literals keep their spelling, texts that cannot are escaped") {
  stays("list a: string = [\"\\u00e9\", \"a\\/b\", r\"^\\d\", \"\"\"raw \"x\" \"\"\"]\n");
  stays("list a: ip = [::FFFF:10.0.0.1, 2001:DB8::1]\n");
  stays("rule r \"a \\\"b\\\" \\u202e\" {\n  severity low\n}\n");
}

TEST_CASE("an expression on one line has just the parentheses that help") {
  const auto one = [](const std::string& text) {
    const SourceFiles files{{"a", text}};
    Diagnostics diagnostics;
    const auto expr = parse_expression(files, 0, diagnostics);
    REQUIRE(expr != nullptr);
    return format(*expr);
  };
  CHECK(one("((a)) + ((b * (c)))") == "a + b * c");
  CHECK(one("a - (b - c)") == "a - (b - c)");
  CHECK(one("a or b and c") == "a or (b and c)");
  CHECK(one("(a ?? b) in (c ?? [])") == "(a ?? b) in (c ?? [])");
  CHECK(one("(a if b) if c else (d if e)") == "(a if b) if c else d if e");
  CHECK(one("not (a == b)") == "not a == b");
  CHECK(one("(-a).b") == "(-a).b");
}

}  // namespace
}  // namespace shrike
