// Declarations: every form of the language arrives in the syntax tree with its parts, documentation and
// places.
#include <doctest/doctest.h>

#include "parsed.hpp"

namespace shrike {
namespace {

using tests::Parsed;

TEST_CASE("a rule arrives with all its clauses") {
  const Parsed parsed(R"(
/// Finds it.
///
/// Next: look.
rule spray "Password spray" {
  severity high  attack T1110.003, T1078
  tags "a", "b"
  refs "https://example.com/x"
  known_false "tests"
  /// How many.
  param accounts: int = 10
  let failed = outcome == "failure"
  on signin, alert other where failed
  each ip, who = lower(user) within 1h
  when distinct(user) >= accounts
  score 60, +20 if ua.tool, -30 if managed
  say "{ip}: {distinct(user where failed)} users {{braces}"
  show ip, users = values(user)
  quiet 24h by ip, user
  respond disable_user(user) if score > 3
})");
  REQUIRE(parsed.messages() == "");
  const auto& rule = parsed.get<ast::Rule>();
  CHECK(rule.doc == "Finds it.\n\nNext: look.");
  CHECK(rule.name.text == "spray");
  CHECK(rule.title == "Password spray");
  CHECK(rule.severity->text == "high");
  REQUIRE(rule.attack.size() == 2);
  CHECK(rule.attack[0].id == "T1110.003");
  CHECK(rule.tags.size() == 2);
  CHECK(rule.refs[0].text == "https://example.com/x");
  CHECK(rule.known_false[0].text == "tests");
  CHECK(rule.params[0].doc == "How many.");
  CHECK(rule.lets[0].name.text == "failed");
  REQUIRE(rule.on.size() == 2);
  CHECK_FALSE(rule.on[0].alert);
  CHECK(rule.on[1].alert);
  CHECK(rule.on[1].name.text == "other");
  REQUIRE(rule.each.size() == 2);
  CHECK(rule.each[1].name->text == "who");
  CHECK(rule.within != nullptr);
  CHECK(rule.score.size() == 3);
  CHECK(rule.say->pieces == std::vector<std::string>{"", ": ", " users {braces}"});
  CHECK(rule.say->exprs[1]->kind == ast::ExprKind::kAggregate);
  CHECK(rule.show[1].name->text == "users");
  CHECK(rule.quiet_by.size() == 2);
  CHECK(rule.respond[0]->kind == ast::ExprKind::kIf);
  CHECK(rule.clauses.size() == 15);
  CHECK(rule.clauses.front().text == "severity");
}

TEST_CASE("steps of a sequence") {
  const Parsed parsed(R"(rule r "x" {
  severity low
  each user within 24h
  together {
    a: signin, audit by target, user where x == 1 times 30 in 1h within 2h
    not b: alert other within 5m
    within: audit
  }
})");
  REQUIRE(parsed.messages() == "");
  const auto& rule = parsed.get<ast::Rule>();
  CHECK(rule.order == ast::StepOrder::kTogether);
  REQUIRE(rule.steps.size() == 3);
  CHECK(rule.steps[0].by.size() == 2);
  CHECK(rule.steps[0].where != nullptr);
  CHECK(std::get<std::int64_t>(rule.steps[0].times->literal) == 30);
  CHECK(rule.steps[0].times_in != nullptr);
  CHECK(rule.steps[0].within != nullptr);
  CHECK(rule.steps[1].absent);
  CHECK(rule.steps[1].classes[0].alert);
  CHECK(rule.steps[2].name.text == "within");
}

TEST_CASE("quotes stand inside the braces of say, and expressions know their places") {
  const std::string text =
      "rule r \"x\" {\n  say \"from {values(asn where class == \"signin\")} to {a.b}\"\n}\n";
  const Parsed parsed(text);
  REQUIRE(parsed.messages() == "");
  const auto& say = *parsed.get<ast::Rule>().say;
  REQUIRE(say.exprs.size() == 2);
  const Span span = say.exprs[1]->span;
  CHECK(text.substr(span.begin, span.end - span.begin) == "a.b");
  CHECK(Parsed("rule r \"x\" {\n  say \"\"\"two\nlines {user}\"\"\"\n}").get<ast::Rule>().say->pieces[0] ==
        "two\nlines ");
  CHECK(Parsed("rule say \"x {\" { severity low }").messages() == "");
}

TEST_CASE("lists, tables, functions") {
  const Parsed parsed(R"(
/// Ours.
list corporate_networks: cidr
list hide_folders: string = ["RSS Feeds", "RSS フィード"]
list vips: string from "vips.txt"
table egress: cidr -> string from "egress.csv"
def elsewhere(a: int, b: list<map<string>>): bool = a != b if has a else false
def nothing(): bool = true
)");
  REQUIRE(parsed.messages() == "");
  CHECK(parsed.get<ast::ListDecl>(0).doc == "Ours.");
  CHECK(parsed.get<ast::ListDecl>(0).values == nullptr);
  CHECK(parsed.get<ast::ListDecl>(1).values->args.size() == 2);
  CHECK(parsed.get<ast::ListDecl>(2).from->text == "vips.txt");
  CHECK(parsed.get<ast::TableDecl>(3).value.text == "string");
  const auto& def = parsed.get<ast::Def>(4);
  CHECK(def.parameters[1].type->element->name == "map");
  CHECK(def.result->name == "bool");
  CHECK(parsed.get<ast::Def>(5).parameters.empty());
}

TEST_CASE("classes with records, sources, unwraps") {
  const Parsed parsed(R"(
class audit "Activity" {
  /// When.
  time: time   id: string cased   source: string ecs "event.provider" ocsf "x.y"
  asn: int = asn(ip)
  list: list<string> cased
  rule: record { name: string  to: list<string> }
}
source ual: audit {
  order 90   lateness 24h
  accept has raw.CreationTime
  let p = pairs(raw.Parameters)
  time = time(raw.CreationTime)   source = text(raw.Source)
  rule.name = p.Name
}
unwrap export { accept has raw.AuditData   raw = json(raw.AuditData) }
)");
  REQUIRE(parsed.messages() == "");
  const auto& audit = parsed.get<ast::Class>(0);
  REQUIRE(audit.fields.size() == 6);
  CHECK(audit.fields[0].doc == "When.");
  CHECK(audit.fields[1].cased);
  CHECK(*audit.fields[2].ecs == "event.provider");
  CHECK(*audit.fields[2].ocsf == "x.y");
  CHECK(audit.fields[3].default_value != nullptr);
  CHECK(audit.fields[5].type->fields.size() == 2);
  const auto& source = parsed.get<ast::Source>(1);
  CHECK(source.event_class.text == "audit");
  CHECK(source.lets.size() == 1);
  REQUIRE(source.fields.size() == 3);
  CHECK(source.fields[2].path.size() == 2);
  CHECK(parsed.get<ast::Unwrap>(2).raw != nullptr);
}

TEST_CASE("settings and exceptions") {
  const Parsed parsed(R"(
settings "contoso" {
  our_domains = ["contoso.example"]
  spray.accounts = 5
  disable other
}
settings { x = 1 }
except spray "VPN" {
  tenant "contoso"
  where ip in [10.0.0.0/8]
  score -40
  drop
  owner "soc@contoso.example"
  until 2027-01-31
}
)");
  REQUIRE(parsed.messages() == "");
  const auto& settings = parsed.get<ast::Settings>(0);
  CHECK(settings.tenant->text == "contoso");
  CHECK(settings.values[1].path[1].text == "accounts");
  CHECK(settings.disabled[0].text == "other");
  CHECK_FALSE(parsed.get<ast::Settings>(1).tenant.has_value());
  const auto& except = parsed.get<ast::Except>(2);
  CHECK(except.drop);
  CHECK(except.score->kind == ast::ExprKind::kNegate);
  CHECK(except.owner->text == "soc@contoso.example");
}

TEST_CASE("tests with every kind of step") {
  const Parsed parsed(R"(
test spray {
  case "late" {
    set spray.accounts = 2
    at -5m signin { user: "a", device.managed: true, ip: 192.0.2.1 } times 10
    at 2026-01-31T09:00:00Z alert other {}
    at 25h
    given graph """{ "a": "b\n" }"""
    expect none
    expect alert at 9m { score: 95 }
    expect alert
    at 1h
    expect withdrawn at 9m
  }
}
)");
  REQUIRE(parsed.messages() == "");
  const auto& steps = parsed.get<ast::Test>().cases.at(0).steps;
  REQUIRE(steps.size() == 10);
  CHECK(steps[0].set.path.size() == 2);
  CHECK(steps[1].at->kind == ast::ExprKind::kNegate);
  CHECK(steps[1].fields[1].name.text == "device.managed");
  CHECK(steps[1].times == 10);
  CHECK(steps[2].event->alert);
  CHECK_FALSE(steps[3].event.has_value());
  CHECK(steps[4].raw == "{ \"a\": \"b\\n\" }");
  CHECK(steps[6].fields.size() == 1);
  CHECK(steps[7].at == nullptr);
  CHECK(steps[8].kind == ast::TestStep::Kind::kAt);
  CHECK(steps[9].kind == ast::TestStep::Kind::kExpectWithdrawn);
}

TEST_CASE("comments are kept, documentation goes to what it documents") {
  const Parsed parsed(
      "// first\nlist a: int  /// not a doc\n/// doc of b\nlist b: int // last\n/// of nothing\n");
  REQUIRE(parsed.messages() == "");
  REQUIRE(parsed.file.comments.size() == 4);
  CHECK(parsed.file.comments[0].text == " first");
  CHECK(parsed.file.comments[0].own_line);
  CHECK_FALSE(parsed.file.comments[1].own_line);
  CHECK(parsed.file.comments[3].text == " of nothing");
  CHECK(parsed.get<ast::ListDecl>(1).doc == "doc of b");
}

TEST_CASE("line breaks mean nothing, also those of Windows") {
  const Parsed one(
      "list a: int = [1, 2] list b: int rule r \"x\" { severity low on signin where a score 5 say \"x\" }");
  CHECK(one.messages() == "");
  std::string many = one.files[0].text;
  for (std::size_t at = 0; (at = many.find(' ', at)) != std::string::npos; at += 2)
    many.replace(at, 1, "\r\n");
  const Parsed other(many);
  CHECK(other.messages() == "");
  CHECK(ast::same(one.file, other.file));
  CHECK(Parsed("\xEF\xBB\xBFlist a: int").messages() == "");
}

}  // namespace
}  // namespace shrike
