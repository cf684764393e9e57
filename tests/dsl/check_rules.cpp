// Rules, steps, exceptions, settings: clauses, names, places.
#include <doctest/doctest.h>

#include "tests/dsl/checked.hpp"

namespace shrike {
namespace {

using tests::Checked;
using tests::when;
using tests::where;

void check_codes(const std::string& text, const std::string& codes) {
  CAPTURE(text);
  const Checked checked(text);
  CAPTURE(checked.messages());
  CHECK(checked.codes() == codes);
}

std::string rule(const std::string& body) { return "rule r \"R\" { " + body + " }\n"; }
std::string steps(const std::string& body, const std::string& rest = {}) {
  return "rule r \"R\" { severity low each user within 1d sequence { " + body + " } " + rest + " }\n";
}

TEST_CASE("a rule with every clause is accepted") {
  check_codes(
      rule("severity high attack T1114.003 tags \"a\" refs \"https://x.example\" known_false \"b\", \"c\" "
           "param limit: int = 3 param wait: duration = 1h let many = item_count > limit "
           "on audit where many score 60, +20 if has subject, -limit if many say \"{user}: {item_count ?? 0} "
           "{{\" "
           "show user, params.Name, n = len(forward_to) quiet wait by mailbox, user "
           "respond revoke_sessions(user), reset_password(user) if many"),
      "");
}

TEST_CASE("clauses are needed, in order, once each") {
  check_codes(rule("on audit"), "E0401");
  check_codes(rule("severity low"), "E0401");
  check_codes(rule("severity low on audit attack T1114"), "E0402");
  check_codes(rule("severity low let a = has user param b: int = 1 on audit where a and item_count > b"),
              "E0402");
  check_codes(rule("severity hgih on audit"), "E0403");
  check_codes(rule("severity low attack T9999 on audit"), "E0404");
  check_codes(rule("severity low attack T1114, T1114 on audit"), "E0223");
  check_codes(rule("severity low on audit when has user"), "E0405");
  check_codes(rule("severity low on audit each user within 1h"), "E0406");
  check_codes(rule("severity low on audit each user within 1h sequence { a: audit b: audit }"), "E0407");
  check_codes(rule("severity low sequence { a: audit b: audit }"), "E0408");
  check_codes(rule("severity low on audt"), "E0205");
  check_codes(rule("severity low on audit, audit"), "E0223");
}

TEST_CASE("names of a rule hide nothing") {
  check_codes(rule("severity low let user = has ip on audit where user"), "E0208");
  check_codes(rule("severity low param mailbox: int = 1 on audit where item_count > mailbox"), "E0208");
  check_codes(rule("severity low let a = has ip let a = has user on audit where a"), "E0201");
  check_codes("list many: string\n" + rule("severity low let many = has ip on audit where many"), "E0208");
  check_codes(rule("severity low let a = b let b = has ip on audit where a"), "E0216");
  check_codes(rule("severity low let a = a on audit where has user"), "E0217");
  check_codes(rule("severity low let a = has ip on audit where [a for a in forward_to] contains \"x\""),
              "E0208");
}

TEST_CASE("a field of several classes has one type") {
  check_codes("class web \"Web\" { time: time asn: string }\n" +
                  rule("severity low on audit, web where asn == 5 and asn > 3"),
              "E0213");
  check_codes("class web \"Web\" { time: time agent: string }\n" +
                  rule("severity low on audit, web where agent == subject"),
              "");
}

TEST_CASE("score, show, say and respond") {
  check_codes(rule("severity low on audit score 50 if has user"), "E0414");
  check_codes(rule("severity low on audit score \"50\""), "E0301");
  check_codes(rule("severity low on audit score 50, has user"), "E0301");
  check_codes(rule("severity low on audit show len(subject)"), "E0415");
  check_codes(rule("severity low on audit show user, user"), "E0223");
  check_codes(rule("severity low on signin show ua"), "E0328");
  check_codes(rule("severity low on signin say \"{ua} {nothing}\""), "E0328 E0202");
  check_codes(rule("severity low on audit respond user"), "E0416");
  check_codes(rule("severity low on audit respond close_account(user)"), "E0417");
  check_codes(rule("severity low on audit respond revoke_sessions(user, ip)"), "E0301 E0321");
  check_codes(rule("severity low on audit respond revoke_sessions(user) if user"), "E0302");
  check_codes(rule("severity low on audit quiet 0s by user"), "E0420");
  check_codes(rule("severity low on audit quiet 1h by params"), "E0419");
}

TEST_CASE("parameters are constants") {
  check_codes(rule("severity low param a: list<string> = [\"x\"] on audit where subject in a"), "");
  check_codes(rule("severity low param a: int = 1 + 2 on audit where item_count > a"), "E0421");
  check_codes(rule("severity low param a: int = \"x\" on audit where item_count > a"), "E0301");
  check_codes(rule("severity low param a: int = -5 on audit where item_count > a"), "");
  check_codes(rule("severity low param a: json = 5 on audit where item_count > a"), "E0433");
}

TEST_CASE("aggregates need kept events, and their place") {
  for (const char* condition :
       {"count() > 3", "count(where outcome == \"failure\" last 1h) >= 10",
        "distinct(user, asn where error == 5) > 2", "values(error) contains all [1, 2]",
        "asn != first(asn) and ua.family != first(ua.family)", "new(ua.family, asn) and watched() > 7d",
        "regularity(last 2h) < 0.05 and span() / (count() - 1) > 1m",
        "count(last 1h) > 5 * usual_count(1h, 95)", "count(where country == this.country) > 3",
        "avg(error) > 2.5 and percentile(error, 95) > 3 and max(time) - min(time) > 1h",
        "time - prev(time) > age()", "managed and prev(managed)",
        "asn not in values(asn where class == \"signin\")"}) {
    CAPTURE(condition);
    check_codes(when(condition), "");
  }
  check_codes(where("count() > 3"), "E0411");
  check_codes(rule("severity low on audit score count()"), "E0410");
  check_codes(when("max(count()) > 3"), "E0412");
  check_codes(when("count(user) > 3"), "E0321");
  check_codes(when("first() == 1"), "E0321");
  check_codes(when("sum(user) > 3"), "E0322");
  check_codes(when("watched(last 1h) > 1d"), "E0411");
  check_codes(when("count(last 0h) > 3"), "E0420");
  check_codes(when("has count()"), "E0318");
  check_codes(when("count() > 3", "quiet 1h by first(ip)"), "E0411");
  check_codes(rule("severity low let n = count() on signin where n > 3 each user within 1h when n > 3"),
              "E0411");
  check_codes(rule("severity low let n = count() on signin each user within 1h when max(n) > 3"), "E0412");
}

TEST_CASE("keys") {
  check_codes(rule("severity low on audit each to = forward_to within 1h when to contains \"@\" and "
                   "distinct(mailbox) > 2"),
              "");
  check_codes(rule("severity low on audit each user = mailbox within 1h when count() > 2"), "E0208");
  check_codes(rule("severity low on audit each params within 1h when count() > 2"), "E0419");
  check_codes(rule("severity low on signin each ua within 1h when count() > 2"), "E0419");
  check_codes(rule("severity low on audit each user within 0h when count() > 2"), "E0420");
  check_codes(rule("severity low param p: duration = 1h on audit each user within p when count(last p) > 2"),
              "");
}

TEST_CASE("steps see those before them") {
  check_codes(steps("a: signin b: audit where session == a.session and time > a.time + 1h",
                    "say \"{user} {a.ip} {b.subject}\""),
              "");
  check_codes(steps("a: signin b: audit by mailbox where operation == \"Send\" times 30 in 1h within 2h",
                    "score 50, +20 if count(b) > 40"),
              "");
  check_codes(steps("a: signin not u: audit where operation == \"x\" b: audit"), "");
  check_codes(steps("a: signin not u: audit within 1d"), "");
  check_codes(steps("a: signin where user == b.user b: audit"), "E0221");
  check_codes(steps("a: signin where user == a.user b: audit"), "E0221");
  check_codes(steps("a: signin not u: audit b: audit where ip == u.ip"), "E0221");
  check_codes(steps("a: signin b: audit where ip == a.adress"), "E0203");
  check_codes(steps("a: signin b: audit", "say \"{mailbox}\""), "E0202");
  check_codes(steps("a: signin b: audit", "say \"{a}\""), "E0214");
  check_codes(steps("a: signin"), "E0409");
  check_codes(steps("a: signin a: audit"), "E0201");
  check_codes(steps("user: signin b: audit"), "E0208");
  check_codes(steps("a: signin b: audit by user, mailbox"), "E0422");
  check_codes(steps("a: signin b: audit by item_count"), "E0435");
  check_codes(steps("not a: signin b: audit"), "E0424");
  check_codes(steps("a: signin not b: audit not c: audit d: audit"), "E0425");
  check_codes(steps("a: signin b: audit where count() > 3"), "E0411");
  check_codes(steps("a: signin b: audit times 0"), "E0420");
  check_codes("rule r \"R\" { severity low each user within 1d together { a: signin b: audit } }\n", "");
  check_codes("rule r \"R\" { severity low each user within 1d together { a: signin within 1h b: audit } }\n",
              "E0423");
  check_codes("rule r \"R\" { severity low each mailbox within 1d sequence { a: signin b: audit } }\n",
              "E0202");
}

TEST_CASE("alerts") {
  const std::string base = "rule base \"B\" { severity low on audit where has user }\n";
  check_codes(
      base + rule("severity low on alert base where score > 50 and severity == \"high\" and mailbox == user"),
      "");
  check_codes(base + rule("severity low on alert base where country == \"x\""), "E0202");
  check_codes(base + rule("severity low on alert bse"), "E0206");
  check_codes(base + steps("a: alert base b: signin where session == a.session and a.rule == \"base\""), "");
  check_codes(rule("severity low on alert r"), "E0418");
  check_codes("rule a \"A\" { severity low on alert b }\nrule b \"B\" { severity low on alert a }\n",
              "E0418");
  const Checked checked(base + rule("severity low on alert base"));
  CHECK(checked.model.rules[0].stateless);
  CHECK_FALSE(checked.model.rules[1].stateless);
}

TEST_CASE("exceptions belong to a rule, have an owner and an end") {
  const std::string base = when("asn != first(asn)");
  check_codes(
      base + "except r \"E\" { where asn == 5 and first(asn) == 6 drop owner \"o\" until 2027-01-31 }\n", "");
  check_codes(base + "except r \"E\" { tenant \"t\" score -40 owner \"o\" until 2027-01-31 }\n", "");
  check_codes(base + "except q \"E\" { drop owner \"o\" until 2027-01-31 }\n", "E0206");
  check_codes(base + "except r \"E\" { owner \"o\" until 2027-01-31 }\n", "E0426");
  check_codes(base + "except r \"E\" { drop score -4 owner \"o\" until 2027-01-31 }\n", "E0426");
  check_codes(base + "except r \"E\" { drop }\n", "E0401 E0401");
  check_codes(base + "except r \"E\" { score 40 owner \"o\" until 2027-01-31 }\n", "E0427");
  check_codes(base + "except r \"E\" { where nothing drop owner \"o\" until 2027-01-31 }\n", "E0202");
}

TEST_CASE("settings give values to lists and parameters") {
  const std::string base = "list own: string\nlist nets: cidr\nlist more: string = [\"x\"]\n" +
                           rule("severity low param w: int = 5 on audit where item_count > w");
  check_codes(
      base + "settings \"t\" { own = [\"a\", more] nets = [10.0.0.0/8, 192.0.2.1] r.w = 7 disable r }\n", "");
  check_codes(base + "settings { ow = [\"a\"] }\n", "E0429");
  check_codes(base + "settings { r.v = 7 }\n", "E0211");
  check_codes(base + "settings { q.w = 7 }\n", "E0206");
  check_codes(base + "settings { r.w = \"7\" }\n", "E0301");
  check_codes(base + "settings { own = \"a\" }\n", "E0301");
  check_codes(base + "settings { own = [5] }\n", "E0301");
  check_codes(base + "settings { own = [\"a\"] own = [\"b\"] }\n", "E0428");
  check_codes(base + "settings { own = [\"a\"] }\nsettings \"t\" { own = [\"b\"] }\n", "");
  check_codes(base + "settings { disable q }\n", "E0206");
  const Checked checked(base + "settings \"t\" { own = [\"a\", more] nets = [192.0.2.1] r.w = -7 }\n");
  const SettingsInfo& settings = checked.model.settings.at(0);
  CHECK(settings.values.at(0).values.size() == 2);
  CHECK(std::get<ast::Cidr>(settings.values.at(1).values.at(0)).bits == 128);
  CHECK(std::get<std::int64_t>(settings.values.at(2).values.at(0)) == -7);
}

TEST_CASE("five mistakes give five messages") {
  check_codes(rule("severity hgh attack T1 on audit where opration == \"x\" and item_count == \"5\" score "
                   "\"x\" show len(subject)"),
              "E0403 E0404 E0202 E0303 E0301 E0415");
}

TEST_CASE("a file with endless mistakes does not fill the memory") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "def f" + std::to_string(i) + "(): bool = nothing\n";
  const Checked checked(text);
  CHECK(checked.diagnostics.size() == 101);
  CHECK(checked.diagnostics.back().code == "E0138");
}

}  // namespace
}  // namespace shrike
