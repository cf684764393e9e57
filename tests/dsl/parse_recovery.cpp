// After a mistake the parser goes on: as many messages as mistakes, each where the mistake is. What each
// message says is pinned in tests/golden/diagnostics.
#include <doctest/doctest.h>

#include "parsed.hpp"

namespace shrike {
namespace {

using tests::Parsed;

TEST_CASE("five mistakes in a file give five messages, and the rest is read") {
  const Parsed parsed(R"(list a: string = ["x" "y"]

rule one "One" {
  severity high
  on signin where outcome ==
  each user within 5
  when count() >= 3 and
  say "{user}"
}

rule two "Two" {
  sevrity high
  on signin where asn in [1, 2
  say "{user} and {asn"
  show user, asn
}
)");
  CHECK(parsed.codes() == "E0101 E0101 E0101 E0101 E0107 E0105 E0106");
  REQUIRE(parsed.file.declarations.size() == 2);
  CHECK(parsed.get<ast::Rule>(0).say.has_value());
  CHECK(parsed.get<ast::Rule>(1).show.size() == 2);
}

TEST_CASE("an unfinished expression does not swallow the clause on the next line") {
  for (const char* clause :
       {"say \"x\"", "score 5", "each user within 1h", "when a", "show user, ip", "quiet 1h by ip",
        "respond f(user)", "let x = 1", "param n: int = 1", "sequence { }", "when (a or b)", "score -5"}) {
    const Parsed parsed(std::string("rule r \"x\" {\n  on signin where a ==\n  ") + clause + "\n}\n");
    CAPTURE(clause);
    CHECK(parsed.codes() == "E0101");
    REQUIRE(parsed.file.declarations.size() == 1);
    // The classes that `on` named are kept, and what follows is read.
    CHECK(parsed.get<ast::Rule>().on.size() == 1);
    CHECK_FALSE(parsed.get<ast::Rule>().where);
    CHECK(parsed.get<ast::Rule>().clauses.size() == 2);
  }
  // The same words as fields, at the beginning of a line.
  CHECK(Parsed("rule r \"x\" {\n  on signin where a ==\n    score\n  show\n    score,\n    quiet\n}")
            .messages() == "");
  CHECK(Parsed("rule r \"x\" {\n  on signin where a <\n    score - 5\n  each\n    tenant within 1h\n}")
            .messages() == "");
}

TEST_CASE("a forgotten brace is reported once, at the brace, and the next declaration is read") {
  const Parsed parsed("rule one \"One\" {\n  severity high\n\nrule two \"Two\" {\n  severity low\n}\n");
  REQUIRE(parsed.codes() == "E0105");
  CHECK(locate(parsed.files[0], parsed.diagnostics[0].where.begin).line == 1);
  REQUIRE(parsed.diagnostics[0].second.has_value());
  CHECK(locate(parsed.files[0], parsed.diagnostics[0].second->where.begin).line == 4);
  CHECK(parsed.file.declarations.size() == 2);
  CHECK(parsed.get<ast::Rule>(0).severity.has_value());
}

TEST_CASE("a habit from another language is one message, and means what was meant") {
  const auto where = [](const std::string& condition) {
    return "rule r \"x\" {\n  on signin where " + condition + "\n  say \"x\"\n}";
  };
  const auto one = [&](const std::string& habit, const std::string& meant, const std::string& code) {
    CAPTURE(habit);
    const Parsed written(where(habit));
    const Parsed right(where(meant));
    CHECK(written.codes() == code);
    CHECK(right.messages() == "");
    REQUIRE(written.file.declarations.size() == 1);
    CHECK(ast::same(written.file, right.file));
  };
  one("a && b", "a and b", "E0110");
  one("a || b", "a or b", "E0110");
  one("!a", "not a", "E0110");
  one("a <> b", "a != b", "E0110");
  one("a === b", "a == b", "E0110");
  one("a => b", "a >= b", "E0110");
  one("a =~ r\"x\"", "a matches r\"x\"", "E0110");
  one("a !~ r\"x\"", "a matches r\"x\"", "E0120");
  one("a AND b", "a and b", "E0110");
  one("a == True", "a == true", "E0110");
  one("a = b", "a == b", "E0111");
  one("a is not null", "has a", "E0113");
  one("a is null", "missing a", "E0113");
  one("a != null", "has a", "E0113");
  one("a == None", "missing a", "E0113");
  one("a|contains: \"x\"", "a contains \"x\"", "E0118");
  one("a|contains|all: [\"x\"]", "a contains all [\"x\"]", "E0118");
  one("a not contains b", "a contains b", "E0120");
  one("a startswith \"x\"", "a starts \"x\"", "E0122");
  CHECK(Parsed(where("user.lower() == a")).codes() == "E0141");
  one("a == b; ", "a == b", "E0116");
  one("a # why", "a", "E0114");
  one("a /* why */ and b", "a and b", "E0115");
}

TEST_CASE("reserved words used as names are named as such") {
  CHECK(Parsed("list in: string").codes() == "E0109");
  CHECK(Parsed("rule not \"x\" {}").codes() == "E0109");
  CHECK(Parsed("rule r \"x\" {\n  param all: int = 1\n  let last = 2\n}").codes() == "E0109 E0109");
}

TEST_CASE("clauses that stand twice show both places") {
  const Parsed parsed("rule r \"x\" {\n  severity low\n  severity high\n  let a = 1\n  let b = 2\n}");
  REQUIRE(parsed.codes() == "E0136");
  CHECK(parsed.diagnostics[0].second.has_value());
  CHECK(Parsed("except r \"x\" {\n  drop\n  drop\n}").codes() == "E0136");
}

TEST_CASE("mistakes in steps, fields and tests stay inside them") {
  CHECK(
      Parsed(
          "rule r \"x\" {\n  sequence {\n    a: signin where x ==\n    b: \n    c: mail\n  }\n  say \"x\"\n}")
          .codes() == "E0101 E0101");
  CHECK(
      Parsed("class c \"x\" {\n  a string\n  b: int\n  c: list<\n  d: record { e: }\n  f: int\n}").codes() ==
      "E0101 E0101 E0101");
  CHECK(Parsed("test r {\n  case \"a\" {\n    at 5 signin {}\n    expect nothing\n    expect none\n  }\n}")
            .codes() == "E0101 E0101");
  CHECK(Parsed("source s: signin {\n  accept has raw.x\n  latness 5m\n  order 5\n  time time(raw.x)\n  let x "
               "= 1\n  id = text(raw.y\n  ip = ip(raw.z)\n}")
            .codes() == "E0107 E0101 E0105");
}

TEST_CASE("places inside say are exact") {
  const Parsed parsed("rule r \"x\" {\n  say \"{user} from {ip ==} to {} \"\n}");
  REQUIRE(parsed.codes() == "E0101 E0139");
  CHECK(locate(parsed.files[0], parsed.diagnostics[0].where.begin).column == 26);
  CHECK(Parsed("rule r \"x\" {\n  say \"{a == \\\"b\\\"}\"\n}").codes() == "E0128");
}

}  // namespace
}  // namespace shrike
