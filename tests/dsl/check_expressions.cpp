// Types of expressions: what is accepted, what is refused and with which code, what is offered instead.
#include <doctest/doctest.h>

#include "tests/dsl/checked.hpp"

namespace shrike {
namespace {

using tests::Checked;
using tests::repaired;
using tests::where;

TEST_CASE("conditions that hold together are accepted") {
  for (const char* condition : {
           "operation == \"Send\" and item_count > 3 or has subject",
           "item_count >= 2.5 and item_count in [1, 2, 3]",
           "operation in [\"a\", \"b\"] and operation not in [\"c\"]",
           "subject contains all [\"wire\", \"urgent\"] or subject starts [\"re:\"] or subject like "
           "\"*invoice*\"",
           "subject matches r\"^(re|fw):\" and subject matches [r\"a\", \"b\"]",
           "ip == 203.0.113.7 or ip in 10.0.0.0/8 or ip in [10.0.0.0/8, 192.0.2.0/24] or ip in networks",
           "forward_to contains \"a@x.example\" or forward_to == [\"a\"] or forward_to contains all [\"a\", "
           "\"b\"]",
           "params.ForwardTo == \"x\" and params[\"X-Name\"] != \"y\" and has params.Name",
           "details.state == \"on\" and details.count > 3 or details contains 5",
           "any d in details.items: d.name == \"x\" and any a in forward_to: (a contains \"@\" and all b in "
           "forward_to: b != a)",
           "len([a for a in forward_to if a contains \"@\"]) > 2",
           "has details.items[*].name or details.items[0].name == \"x\" or details[\"items\"] == 1",
           "time - issued > 90m and (time - issued) / 2 < 1h and (time - issued) / 1h > 2.5 and time > "
           "issued + 1h",
           "-item_count < 0 and item_count % 2 == 0 and item_count * 1.5 > 2 and 2 * 1h > 30m",
           "(subject ?? \"none\") == \"none\" and (details.x ?? []) contains 1",
           "(details.a ?? details.b ?? \"x\") == \"x\"",
           "(\"many\" if item_count > 3 else \"few\") == \"many\"",
           "(item_count if has item_count) > 3",
           "details.flag",
           "subject cased == \"X\" and subject cased contains [\"a\"]",
           "len(forward_to) > 0 and len(subject) > 2 and len(params) > 1 and len(details) > 1",
           "domain(details.x) == \"y\" and distance(place(1, 2), place(1.5, 2.5)) > 10",
           "class == \"audit\" and missing mailbox and not (has mailbox)",
           "flatten([forward_to, [split(a, \",\") for a in forward_to]]) contains \"x\"",
           "network(ip) == 10.0.0.0/24 and network(ip, 24) != network(ip)",
           "all a in []: a == 1",
       }) {
    CAPTURE(condition);
    const Checked checked(where(condition));
    CAPTURE(checked.messages());
    CHECK(checked.codes() == "");
  }
}

TEST_CASE("conditions that make no sense are refused, each with one message") {
  const std::pair<const char*, const char*> cases[] = {
      {"subject", "E0302"},
      {"item_count + 1", "E0302"},
      {"item_count == \"5\"", "E0303"},
      {"item_count < subject", "E0303"},
      {"ip == \"203.0.113.7\"", "E0303"},
      {"ip == 10.0.0.0/8", "E0303"},
      {"details.ip == 203.0.113.7", "E0303"},
      {"ip in [\"10.0.0.0/8\"]", "E0303"},
      {"item_count in [\"1\"]", "E0303"},
      {"issued == \"2026-01-31\"", "E0303"},
      {"operation == [\"a\", \"b\"]", "E0304"},
      {"operation != [\"a\"]", "E0304"},
      {"details.x == [\"a\", \"b\"]", "E0304"},
      {"forward_to == \"a\"", "E0305"},
      {"forward_to in [\"a\"]", "E0305"},
      {"forward_to starts \"a\"", "E0305"},
      {"forward_to matches r\"a\"", "E0305"},
      {"forward_to > 1", "E0306"},
      {"params < 1", "E0306"},
      {"item_count contains \"1\"", "E0307"},
      {"subject contains 5", "E0307"},
      {"params contains \"x\"", "E0307"},
      {"\"a\" in subject", "E0308"},
      {"item_count in 5", "E0308"},
      {"\"a\" in params", "E0308"},
      {"subject matches operation", "E0309"},
      {"subject matches r\"(\"", "E0310"},
      {"subject == r\"x\"", "E0311"},
      {"subject.x == 1", "E0312"},
      {"forward_to.x == 1", "E0313"},
      {"params[0] == \"x\"", "E0314"},
      {"subject[0] == \"x\"", "E0314"},
      {"has subject[*]", "E0315"},
      {"subject + 1 == 2", "E0316"},
      {"time + 5 > issued", "E0316"},
      {"time + issued > issued", "E0316"},
      {"item_count % 2.5 > 1", "E0316"},
      {"-subject == \"x\"", "E0317"},
      {"has 5", "E0318"},
      {"has (subject == \"x\")", "E0318"},
      {"missing class", "E0318"},
      {"item_count cased == 5", "E0319"},
      {"subject contains all \"x\"", "E0320"},
      {"domain() == \"x\"", "E0321"},
      {"len(5) > 1", "E0322"},
      {"operation in [\"a\", 5]", "E0323"},
      {"(item_count ?? \"x\") == \"x\"", "E0324"},
      {"(1 if has subject else \"x\") == \"x\"", "E0324"},
      {"any a in subject: a == \"x\"", "E0325"},
      {"details.x + 1 > 2", "E0327"},
      {"-details.x > 2", "E0327"},
      {"nothing == 1", "E0202"},
      {"nothing(subject) == 1", "E0204"},
      {"params.x.y == 1", "E0312"},
      {"subjct == \"x\" and subject contains subjct", "E0202 E0202"},
      {"lower(nothing) == 5", "E0202"},
      {"this.user == \"x\"", "E0413"},
      {"any user in forward_to: user == \"x\"", "E0208"},
      {"any a in forward_to: any a in forward_to: a == \"x\"", "E0208"},
  };
  for (const auto& [condition, codes] : cases) {
    CAPTURE(condition);
    const Checked checked(where(condition));
    CAPTURE(checked.messages());
    CHECK(checked.codes() == codes);
  }
}

TEST_CASE("a repair mends the rule") {
  for (const char* condition : {
           "item_count == \"5\"",
           "item_count == subject",
           "ip == \"203.0.113.7\"",
           "ip in [\"10.0.0.0/8\", \"192.0.2.1\"]",
           "ip == 10.0.0.0/8",
           "details.ip == 203.0.113.7",
           "operation == [\"a\", \"b\"]",
           "operation != [\"a\", \"b\"]",
           "forward_to == \"a\"",
           "forward_to in [\"a\"]",
           "forward_to starts \"a\"",
           "forward_to matches r\"a\"",
           "\"a\" in subject",
           "\"a\" not in subject",
           "item_count in 5",
           "item_count contains \"1\"",
           "subjct == \"x\"",
           "domian(user) == \"x\"",
           "details.x + 1 > 2",
           "subject",
           "has [details].x",
       }) {
    CAPTURE(condition);
    const Checked wrong(where(condition));
    CAPTURE(wrong.messages());
    REQUIRE(wrong.codes() != "");
    const Checked mended(repaired(wrong).substr(0));
    CAPTURE(mended.messages());
    CHECK(mended.codes() == "");
  }
}

TEST_CASE("annotations are those that code is made from") {
  const Checked checked(
      where("risk.level == \"high\" and len(risk.events) > 1 and ua.family == \"curl\"", "signin") +
      "rule s \"S\" { severity low param limit: int = 3 let many = item_count > limit on audit where many "
      "and params.Name == \"x\" }\n");
  CAPTURE(checked.messages());
  REQUIRE(checked.codes() == "");
  const ast::Expr& first = *checked.model.rules[0].decl->where;
  const ast::Expr& level = *first.args[0]->args[0];
  CHECK(level.kind == ast::ExprKind::kMember);
  CHECK(level.ref.kind == ast::RefKind::kField);
  CHECK(checked.model.fields[level.ref.index].name == "risk.level");
  CHECK(level.args[0]->ref.kind == ast::RefKind::kNone);
  const ast::Expr& length = *first.args[1]->args[0];
  CHECK(length.ref.kind == ast::RefKind::kFunction);
  CHECK(length.type.kind == TypeKind::kInt);
  const ast::Expr& family = *first.args[2]->args[0];
  CHECK(family.ref.kind == ast::RefKind::kNone);
  CHECK(family.args[0]->type.kind == TypeKind::kClient);
  const ast::Rule& second = *checked.model.rules[1].decl;
  CHECK(second.where->args[0]->ref.kind == ast::RefKind::kLet);
  CHECK(second.lets[0].value->args[1]->ref.kind == ast::RefKind::kParam);
  CHECK(checked.model.rules[1].let_types[0].kind == TypeKind::kBool);
  CHECK(checked.model.rules[1].stateless);
}

TEST_CASE("integers widen where a float is wanted, literals on the spot") {
  const Checked checked(
      "rule r \"R\" { severity low param limit: float = 5 on signin where score_of > limit or (score_of ?? "
      "1) > 2 }\n");
  CAPTURE(checked.messages());
  REQUIRE(checked.codes() == "");
  CHECK(std::get<double>(checked.model.params[0].value) == 5.0);
}

TEST_CASE("a long chain or a deep nest is a message, not a crash") {
  std::string chain = "item_count";
  for (int i = 0; i < 20000; ++i) chain += " + 1";
  CHECK(Checked(where(chain + " > 1")).codes() != "");
  std::string doubled = "def f0(x: string): bool = x == \"a\"\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "f" + std::to_string(i - 1) + "(x)";
    doubled += "def f" + std::to_string(i) + "(x: string): bool = " + before + " or " + before + "\n";
  }
  CHECK(Checked(doubled).codes() == "E0436");
}

}  // namespace
}  // namespace shrike
