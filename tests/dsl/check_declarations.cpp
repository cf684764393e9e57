// Classes, sources, lists, tables, defs and tests.
#include <doctest/doctest.h>

#include "tests/dsl/checked.hpp"

namespace shrike {
namespace {

using tests::Checked;
using tests::where;

void check_codes(const std::string& text, const std::string& codes,
                 const std::map<std::string, std::string>& lists = {}) {
  CAPTURE(text);
  const Checked checked(text, lists);
  CAPTURE(checked.messages());
  CHECK(checked.codes() == codes);
}

TEST_CASE("names are global") {
  check_codes("list a: string\nlist a: string\n", "E0201");
  check_codes("list signin: string\n", "E0201");
  check_codes("list a: string\ndef a(x: int): bool = x > 1\n", "E0201");
}

TEST_CASE("classes flatten records into dotted fields that classes share") {
  const Checked checked(
      "class web \"Web\" { time: time user: string risk: record { level: int deep: record { x: int } } }\n");
  CAPTURE(checked.messages());
  REQUIRE(checked.codes() == "");
  const ClassInfo& web = checked.model.classes[checked.model.find_class("web")];
  const ClassInfo& audit = checked.model.classes[checked.model.find_class("audit")];
  const ClassInfo& signin = checked.model.classes[checked.model.find_class("signin")];
  CHECK(web.fields.at("user") == audit.fields.at("user"));
  CHECK(web.fields.at("risk.level") != signin.fields.at("risk.level"));
  CHECK(web.fields.count("risk.deep.x") == 1);
  CHECK(web.records.size() == 2);
}

TEST_CASE("fields of classes") {
  check_codes("class web \"Web\" { user: string }\n", "E0501");
  check_codes("class web \"Web\" { time: int }\n", "E0506");
  check_codes("class web \"Web\" { time: time user: string user: int }\n", "E0201");
  check_codes("class web \"Web\" { time: time user: sting }\n", "E0209");
  check_codes("class web \"Web\" { time: time n: int cased }\n", "E0319");
  check_codes("class web \"Web\" { time: time a: list<map<string>> }\n", "E0326");
  check_codes("class web \"Web\" { time: time n: int = \"x\" }\n", "E0301");
  check_codes("class web \"Web\" { time: time a: string = lower(b) b: string = lower(a) }\n", "E0502");
  check_codes("class web \"Web\" { time: time a: string = lower(b) b: string = lower(c) c: string }\n", "");
  check_codes("class web \"Web\" { time: time class: string }\n", "E0220");
  check_codes(where("has risk", "signin"), "E0214");
  check_codes(where("risk.levle == \"x\"", "signin"), "E0203");
}

TEST_CASE("sources fill fields of their class") {
  const std::string head =
      "source web: audit { order 5 lateness 1h accept has raw.a and raw.b == \"x\" time = time(raw.t) ";
  check_codes(head + "user = text(raw.u) params = pairs(raw.p) details = raw.d forward_to = raw.f }\n", "");
  check_codes(head + "subject = raw.s item_count = raw.n }\n", "");
  check_codes(head + "usr = text(raw.u) }\n", "E0203");
  check_codes(head + "ip = raw.ip }\n", "E0301");
  check_codes(head + "item_count = text(raw.n) }\n", "E0301");
  check_codes(head + "user = text(raw.u) user = text(raw.v) }\n", "E0504");
  check_codes(head + "user = user }\n", "E0202");
  check_codes("source web: audt { accept has raw.a time = time(raw.t) }\n", "E0205");
  check_codes("source web: audit { accept has raw.a user = text(raw.u) }\n", "E0503");
  check_codes("source web: audit { time = time(raw.t) }\n", "E0503");
  check_codes("source web: audit { accept raw.n > 1 let a = b let b = raw.b time = time(a) }\n", "E0216");
  check_codes("source web: audit { accept has raw let raw = 5 time = time(raw.t) }\n", "E0208 E0318");
  check_codes("source web: signin { accept has raw.a time = time(raw.t) risk = raw.r }\n", "E0214");
  check_codes(
      "unwrap u { accept has raw.x raw = json(raw.x) }\nunwrap v { accept has raw.x raw = raw.x.y }\n", "");
  check_codes("unwrap u { accept has raw.x raw = json(text(raw.x)) }\n", "E0505");
}

TEST_CASE("lists take literals, other lists and files") {
  const Checked checked(
      "list a: string = [\"x\", \"y\"]\nlist b: string = [a, \"z\"]\nlist c: cidr from \"c.txt\"\nlist d: "
      "string from \"d.txt\"\n",
      {{"c.txt", "\xEF\xBB\xBF# offices\r\n10.0.0.0/8 # all\r\n\r\n192.0.2.7\r\n"}, {"d.txt", "a #1\nb"}});
  CAPTURE(checked.messages());
  REQUIRE(checked.codes() == "");
  CHECK(checked.model.lists[1].values.size() == 3);
  CHECK(checked.model.lists[2].values.size() == 2);
  CHECK(std::get<std::string>(checked.model.lists[3].values.at(0)) == "a #1");
}

TEST_CASE("lists that cannot be") {
  check_codes("list a: string = [\"x\", 5]\n", "E0301");
  check_codes("list a: string = [b]\nlist b: int = [1]\n", "E0301");
  check_codes("list a: string = [nothing]\n", "E0212");
  check_codes("list a: string = [b]\nlist b: string = [a]\n", "E0430");
  check_codes("list a: string from \"a.txt\"\n", "E0431");
  check_codes("list a: string from \"a.txt\"\n", "E0431", {{"a.txt", "\xff\xfe"}});
  check_codes("list a: int from \"a.txt\"\n", "E0432", {{"a.txt", "1\ntwo\n3\n"}});
  check_codes("list a: json\n", "E0433");
  std::string doubling = "list l0: string = [\"x\", \"y\"]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "l" + std::to_string(i - 1);
    doubling += "list l" + std::to_string(i) + ": string = [" + before + ", " + before + "]\n";
  }
  CHECK(Checked(doubling).codes().substr(0, 5) == "E0222");
}

TEST_CASE("tables look up") {
  const std::map<std::string, std::string> files{
      {"t.csv", "10.0.0.0/8,office\n\"192.0.2.0/24\",\"a, \"\"b\"\"\"\n"}};
  const std::string table = "table nets: cidr -> string from \"t.csv\"\n";
  const Checked checked(table + where("nets[ip] == \"office\" and ip in nets and ip not in nets"), files);
  CAPTURE(checked.messages());
  REQUIRE(checked.codes() == "");
  CHECK(std::get<std::string>(checked.model.tables[0].entries.at(1).second) == "a, \"b\"");
  check_codes(table + where("nets == 1"), "E0215", files);
  check_codes(table + where("nets[subject] == \"x\""), "E0301", files);
  check_codes(table + where("subject in nets"), "E0301", files);
  check_codes("table t: cidr -> int from \"t.csv\"\n", "E0432 E0432", files);
  check_codes("table t: bool -> int from \"t.csv\"\n", "E0433", files);
}

TEST_CASE("defs are typed, closed and not recursive") {
  check_codes(
      "def f(x: string, n: int): bool = len(x) > n\n" + where("f(subject, 3) and f(details.x, item_count)"),
      "");
  check_codes("def f(x: string): bool = x == user\n", "E0202");
  check_codes("def f(x: string): int = x\n", "E0301");
  check_codes("def f(x: string): bool = f(x)\n", "E0217");
  check_codes("def f(x: string): bool = g(x)\ndef g(x: string): bool = f(x)\n", "E0217");
  check_codes("def lower(x: string): string = x\n", "E0218");
  check_codes("def f(x: string, x: int): bool = true\n", "E0208");
  check_codes("list x: string\ndef f(x: string): bool = true\n", "E0208");
  check_codes("def f(x: strin): bool = true\n" + where("f(5)"), "E0209");
  check_codes("def f(x: string): bool = true\n" + where("f(subject, 5)"), "E0321");
  check_codes("def f(x: string): bool = true\n" + where("f(item_count)"), "E0301");
  check_codes("def f(x: string): bool = true\n" + where("f"), "E0219");
}

TEST_CASE("tests are checked as rules are") {
  const std::string source = "source ual: audit { accept has raw.t time = time(raw.t) }\n";
  const auto in_test = [&](const std::string& body) {
    return source +
           "list own: string\nrule r \"R\" { severity low param n: int = 1 on audit where item_count > n "
           "show size = item_count quiet 1h by user }\n" +
           "test r { case \"c\" { " + body + " } }\n";
  };
  check_codes(in_test("set own = [\"a\"] set r.n = 5 set lateness = 1h at 0m audit { user: \"a\", "
                      "item_count: 5, params.Name: \"x\", ip: 192.0.2.1, "
                      "time: -5m, details: [1, \"a\"], details.x: true } times 10 at 25h expect alert at 9m "
                      "{ score: 5, severity: \"low\", size: 5, user: \"a\" }"),
              "");
  check_codes(in_test("given ual \"\"\"{\"t\": 1}\"\"\" expect none"), "");
  check_codes(in_test("given uall \"\"\"{\"t\": 1}\"\"\" expect none"), "E0210");
  check_codes(in_test("given ual \"\"\"{\"t\": 1,}\"\"\" expect none"), "E0601");
  check_codes(in_test("at 0m audti { user: \"a\" }"), "E0205");
  check_codes(in_test("at 0m audit { usr: \"a\" }"), "E0203");
  check_codes(in_test("at 0m audit { item_count: \"5\" }"), "E0301");
  check_codes(in_test("at 0m audit { item_count: len(\"x\") }"), "E0421");
  check_codes(in_test("at 0m audit { user: \"a\", user: \"b\" }"), "E0223");
  check_codes(in_test("at 0m audit { time: 5 }"), "E0603");
  check_codes(in_test("at 0m signin { risk: \"x\" }"), "E0214");
  check_codes(in_test("expect alert { scor: 5 }"), "E0602");
  check_codes(in_test("expect alert { score: \"5\" }"), "E0301");
  check_codes(in_test("expect alert { severity: \"huge\" }"), "E0403");
  check_codes(in_test("set own = 5"), "E0301");
  check_codes(in_test("set n = 5"), "E0429");
  check_codes("test q { case \"c\" { expect none } }\n", "E0206");
}

}  // namespace
}  // namespace shrike
