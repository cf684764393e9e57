// What `shrike run` makes of alerts beyond telling them: incidents, the report, and the formats of others.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "tests/cli/program_run.hpp"

using nlohmann::json;
using shrike_test::alert_lines;
using shrike_test::Folder;
using shrike_test::forwarding_record;
using shrike_test::harmless_record;
using shrike_test::incident_lines;
using shrike_test::kSmallRule;
using shrike_test::RunWith;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<json> parsed(const std::string& ndjson) {
  std::vector<json> documents;
  std::istringstream stream(ndjson);
  for (std::string line; std::getline(stream, line);) documents.push_back(json::parse(line));
  return documents;
}

/// Two rules of which the second is a chain over the first.
const std::string kRules = R"(rule made "Rule made" {
  severity high  attack T1564.008, T1137.005
  on audit where operation == "New-InboxRule"
  say "{user} made {inbox_rule.name}"  show user, ip, mailbox, asn, country, user_agent
  respond list_rules(user)
}
rule made_twice "Several rules made" {
  severity critical  attack T1657
  on alert made  each user within 24h
  when count() >= 2
  say "{user}: {count()} rules"  show user
}
)";

/// A record of one user at a minute.
std::string record(int minute, const std::string& user, const std::string& name = "Invoices") {
  std::string text = forwarding_record(minute, name);
  const std::size_t time = text.find("08:15:");
  text.replace(time, 8, std::string("08:") + (minute < 10 ? "0" : "") + std::to_string(minute) + ":00");
  const std::size_t begin = text.find("\"UserId\":\"") + 10;
  text.replace(begin, text.find('"', begin) - begin, user);
  return text;
}

/// Of the sample: the export of its sign-ins does not name it.
const std::string kTenant = "424b1fee-9709-4315-a5d9-5954058b4714";
std::string sample() { return std::string(SHRIKE_PROJECT_DIR) + "/tests/tenant/sample"; }

/// Every attribute of `names` is there, and of that kind: s(tring), i(nteger), n(umber), a(rray), o(bject),
/// b(oolean).
void check_types(const json& document, const std::vector<std::pair<std::string, char>>& names) {
  for (const auto& [pointer, kind] : names) {
    const json::json_pointer place(pointer);
    REQUIRE_MESSAGE(document.contains(place), (pointer + " in " + document.dump()));
    const json& value = document[place];
    const bool fits = kind == 's'   ? value.is_string()
                      : kind == 'i' ? value.is_number_integer()
                      : kind == 'n' ? value.is_number()
                      : kind == 'a' ? value.is_array()
                      : kind == 'b' ? value.is_boolean()
                                    : value.is_object();
    CHECK_MESSAGE(fits, (pointer + " is " + value.dump()));
  }
}

/// What stands in the page between tags, and in values of attributes.
std::string without_tags(const std::string& html) {
  return std::regex_replace(html, std::regex("<[^>]*>"), " ");
}

}  // namespace

TEST_CASE("incidents are lines of their own at the end of NDJSON") {
  const Folder folder;
  folder.add("r.shrike", kRules);
  folder.add("a.json", record(1, "aiko@contoso.example") + record(5, "AIKO@contoso.example") +
                           record(3, "ben@contoso.example"));
  const auto result = folder.shrike({"run", "--format", "ndjson", "--rules", "r.shrike", "a.json"});
  CHECK(result.code == 0);
  const std::vector<json> all = parsed(result.out);
  REQUIRE(all.size() == 6);
  for (std::size_t i = 0; i < 4; ++i) CHECK(all[i]["kind"] == "alert");
  const json& incident = all[4];
  CHECK(incident["kind"] == "incident");
  CHECK(incident["first"] == "2026-03-02T08:01:00Z");
  CHECK(incident["last"] == "2026-03-02T08:05:00Z");
  CHECK(incident["severity"] == "critical");
  CHECK(incident["stages"] == json{"persistence"});
  CHECK(incident["entities"]["users"] == json{"aiko@contoso.example"});
  REQUIRE(incident["alerts"].size() == 3);
  std::set<std::string> told;
  for (const std::string& line : alert_lines(result.out)) told.insert(json::parse(line)["id"]);
  for (const json& id : incident["alerts"]) CHECK(told.contains(id));
  CHECK(all[5]["alerts"].size() == 1);

  const auto stats = folder.shrike({"run", "--quiet", "--stats=json", "--rules", "r.shrike", "a.json"});
  CHECK(json::parse(stats.err)["incidents"] == 2);
  CHECK(json::parse(stats.err)["left_out_of_incidents"] == 0);
}

TEST_CASE("incidents are the same for every order of the input, as a stream too") {
  const Folder folder;
  folder.add("r.shrike", kRules);
  const std::string a = record(1, "aiko@contoso.example"), b = record(5, "aiko@contoso.example"),
                    c = record(3, "ben@contoso.example");
  RunWith one, other;
  one.input = a + b + c;
  other.input = c + b + a;
  const std::vector<std::string> stream{"run", "--format", "ndjson", "--rules", "r.shrike", "-"};
  const auto incidents = incident_lines(folder.shrike(stream, one).out);
  CHECK(incidents.size() == 2);
  CHECK(incident_lines(folder.shrike(stream, other).out) == incidents);
  const std::vector<std::string> final{"run",   "--format", "ndjson",   "--decide",
                                       "final", "--rules",  "r.shrike", "-"};
  CHECK(incident_lines(folder.shrike(final, one).out) == incidents);
}

TEST_CASE("a withdrawn alert is in no incident") {
  const Folder folder;
  folder.add("r.shrike",
             "rule lone \"Lone rule\" {\n  severity high  on audit where operation == \"New-InboxRule\"\n"
             "  each user within 1h\n  when count() == 1\n  show user\n}\n");
  RunWith stream;
  // The second record comes first, so that it is withdrawn when the other comes.
  stream.input = record(20, "aiko@contoso.example") + record(3, "aiko@contoso.example");
  const auto result = folder.shrike({"run", "--format", "ndjson", "--rules", "r.shrike", "-"}, stream);
  CHECK(contains(result.out, "\"withdrawn\""));
  REQUIRE(incident_lines(result.out).size() == 1);
  const json incident = json::parse(incident_lines(result.out).front());
  CHECK(incident["alerts"].size() == 1);
  CHECK(incident["first"] == "2026-03-02T08:03:00Z");
}

TEST_CASE("people see incidents of several alerts below the alerts") {
  const Folder folder;
  folder.add("r.shrike", kRules);
  folder.add("a.json", record(1, "aiko@contoso.example") + record(5, "aiko@contoso.example") +
                           record(3, "ben@contoso.example"));
  const auto result = folder.shrike({"run", "--rules", "r.shrike", "a.json"});
  CHECK(contains(result.out,
                 "--------------------------------------------------------------------------------\n"
                 "2 incidents, 1 of one alert\n"
                 "\n"
                 "critical  95  2026-03-02 08:01:00 to 2026-03-02 08:05:00 UTC\n"
                 "  aiko@contoso.example\n"
                 "  persistence\n"
                 "  2026-03-02 08:01:00  persistence     high      80  made (2)\n"));
  CHECK(contains(result.out, "  2026-03-02 08:05:00  several         critical  95  made_twice\n"));
  CHECK_FALSE(contains(result.out, "Look first at"));
}

TEST_CASE("OCSF: every alert of the sample has what the schema requires") {
  const Folder folder;
  const auto result = folder.shrike({"run", "--format", "ocsf", sample()});
  CHECK(result.code == 0);
  const std::vector<json> findings = parsed(result.out);
  CHECK(findings.size() > 15);
  std::set<std::string> ids;
  for (const json& finding : findings) {
    check_types(finding, {{"/activity_id", 'i'},
                          {"/category_uid", 'i'},
                          {"/class_uid", 'i'},
                          {"/type_uid", 'i'},
                          {"/time", 'i'},
                          {"/severity_id", 'i'},
                          {"/metadata", 'o'},
                          {"/metadata/version", 's'},
                          {"/metadata/product", 'o'},
                          {"/metadata/product/name", 's'},
                          {"/metadata/product/vendor_name", 's'},
                          {"/finding_info", 'o'},
                          {"/finding_info/uid", 's'},
                          {"/finding_info/title", 's'},
                          {"/finding_info/analytic/type_id", 'i'},
                          {"/finding_info/analytic/name", 's'},
                          {"/finding_info/attacks", 'a'},
                          {"/status_id", 'i'},
                          {"/status", 's'},
                          {"/is_alert", 'b'},
                          {"/message", 's'},
                          {"/risk_score", 'i'},
                          {"/evidences", 'a'}});
    CHECK(finding["class_uid"] == 2004);
    CHECK(finding["category_uid"] == 2);
    CHECK(finding["type_uid"] == 2004 * 100 + finding["activity_id"].get<int>());
    CHECK(finding["metadata"]["version"] == "1.4.0");
    CHECK(finding["severity_id"].get<int>() >= 1);
    CHECK(finding["severity_id"].get<int>() <= 5);
    CHECK(finding["time"].get<std::int64_t>() > 1'772'000'000'000);
    CHECK(finding["time"].get<std::int64_t>() < 1'773'500'000'000);
    CHECK(finding["activity_id"] == 1);
    CHECK(finding["status_id"] == 1);
    ids.insert(finding["finding_info"]["uid"]);
    for (const json& attack : finding["finding_info"]["attacks"]) {
      check_types(attack, {{"/version", 's'}, {"/technique/uid", 's'}, {"/technique/name", 's'}});
      if (attack.contains("sub_technique"))
        CHECK(attack["sub_technique"]["uid"].get<std::string>().starts_with(
            attack["technique"]["uid"].get<std::string>() + "."));
    }
    for (const json& evidence : finding["evidences"]) CHECK(evidence["data"].is_object());
    for (const json& resource : finding.value("resources", json::array()))
      check_types(resource, {{"/type", 's'}, {"/name", 's'}});
    if (finding.contains("remediation")) CHECK(finding["remediation"]["desc"].is_string());
  }
  CHECK(ids.size() == findings.size());
}

TEST_CASE("OCSF: a withdrawn alert closes its finding") {
  const Folder folder;
  folder.add("r.shrike",
             "rule lone \"Lone rule\" {\n  severity high  on audit where operation == \"New-InboxRule\"\n"
             "  each user within 1h\n  when count() == 1\n  show user\n}\n");
  RunWith stream;
  stream.input = record(20, "aiko@contoso.example") + record(3, "aiko@contoso.example");
  const std::vector<json> findings =
      parsed(folder.shrike({"run", "--format", "ocsf", "--rules", "r.shrike", "-"}, stream).out);
  const auto closed =
      std::find_if(findings.begin(), findings.end(), [](const json& f) { return f["activity_id"] == 3; });
  REQUIRE(closed != findings.end());
  CHECK((*closed)["type_uid"] == 200403);
  CHECK((*closed)["status_id"] == 99);
  CHECK((*closed)["status"] == "Withdrawn");
  CHECK((*closed)["is_alert"] == false);
  CHECK((*closed)["finding_info"]["uid"] == findings.front()["finding_info"]["uid"]);
  const std::vector<json> documents =
      parsed(folder.shrike({"run", "--format", "ecs", "--rules", "r.shrike", "-"}, stream).out);
  CHECK(std::any_of(documents.begin(), documents.end(),
                    [](const json& d) { return d["labels"]["status"] == "withdrawn"; }));
}

TEST_CASE("ECS: every alert of the sample is a document that the schema allows") {
  const std::set<std::string> categories{
      "api",     "authentication", "configuration", "database",      "driver",
      "email",   "file",           "host",          "iam",           "library",
      "malware", "network",        "package",       "process",       "registry",
      "session", "threat",         "web",           "vulnerability", "intrusion_detection"};
  const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)");
  const Folder folder;
  const auto result = folder.shrike({"run", "--format", "ecs", sample()});
  CHECK(result.code == 0);
  const std::vector<json> documents = parsed(result.out);
  CHECK(documents.size() > 15);
  std::size_t with_address = 0;
  for (const json& document : documents) {
    check_types(document, {{"/@timestamp", 's'},
                           {"/ecs/version", 's'},
                           {"/message", 's'},
                           {"/event/kind", 's'},
                           {"/event/category", 'a'},
                           {"/event/type", 'a'},
                           {"/event/id", 's'},
                           {"/event/severity", 'i'},
                           {"/event/risk_score", 'n'},
                           {"/event/start", 's'},
                           {"/event/end", 's'},
                           {"/rule/id", 's'},
                           {"/rule/name", 's'},
                           {"/rule/description", 's'},
                           {"/threat/framework", 's'},
                           {"/threat/technique/id", 'a'},
                           {"/threat/technique/name", 'a'},
                           {"/threat/tactic/id", 'a'},
                           {"/threat/tactic/name", 'a'},
                           {"/labels", 'o'}});
    CHECK(document["ecs"]["version"] == "8.11.0");
    CHECK(document["event"]["kind"] == "alert");
    CHECK(std::regex_match(document["@timestamp"].get<std::string>(), time));
    for (const json& category : document["event"]["category"]) CHECK(categories.contains(category));
    CHECK(document["event"]["type"] == json{"info"});
    CHECK(document["threat"]["technique"]["id"].size() == document["threat"]["technique"]["name"].size());
    for (const json& id : document["threat"]["technique"]["id"])
      CHECK(id.get<std::string>().find('.') == std::string::npos);
    for (const auto& [name, value] : document["labels"].items()) {
      CHECK(value.is_string());
      CHECK(name.find('.') == std::string::npos);
    }
    if (document.contains("source")) {
      ++with_address;
      CHECK(document["source"]["ip"].is_string());
      CHECK(std::count(document["related"]["ip"].begin(), document["related"]["ip"].end(),
                       document["source"]["ip"]) == 1);
    }
  }
  CHECK(with_address > 10);
}

TEST_CASE("ECS: what is no address is not put where an address must be") {
  const Folder folder;
  folder.add(
      "r.shrike",
      "rule r \"R\" {\n  severity high  attack T1137.005  on audit where operation == \"New-InboxRule\"\n"
      "  show ip = user\n}\n");
  folder.add("a.json", record(1, "aiko@contoso.example"));
  const std::vector<json> documents =
      parsed(folder.shrike({"run", "--format", "ecs", "--rules", "r.shrike", "a.json"}).out);
  REQUIRE(documents.size() == 1);
  CHECK_FALSE(documents[0].contains("source"));
  CHECK_FALSE(documents[0].value("related", json::object()).contains("ip"));
  CHECK(documents[0]["labels"]["ip"] == "aiko@contoso.example");
}

TEST_CASE("the report of the sample stands for itself") {
  const Folder folder;
  const auto result =
      folder.shrike({"run", "--report", "r.html", "--format", "ndjson", "--tenant", kTenant, sample()});
  CHECK(result.code == 0);
  CHECK(result.err == "");
  const std::string page = folder.read("r.html");
  CHECK(page.starts_with("<!doctype html>\n"));
  CHECK(page.ends_with("</html>\n"));
  CHECK(contains(page, "default-src 'none'; style-src 'sha256-"));
  CHECK(contains(page, "<svg class=\"timeline\""));
  CHECK(contains(page, "Recommended responses"));
  CHECK(contains(page, "Alerts by rule"));
  CHECK(contains(page, "Alerts by user"));
  for (const char* const never : {"<script", "javascript:", " src=", " href=", "url(", "@import", "<link",
                                  "<iframe", "<object", "<img", " style=", " onload", "http://", "\"nan"})
    CHECK_MESSAGE(!contains(page, never), never);
  for (const std::string& line : alert_lines(result.out)) {
    const json alert = json::parse(line);
    CHECK_MESSAGE(contains(page, alert["rule"].get<std::string>()), line);
  }
  CHECK(folder.shrike({"run", "--report", "again.html", "--tenant", kTenant, sample()}).code == 0);
  CHECK(folder.read("again.html") == page);
}

TEST_CASE("dots of the timeline lie inside it, lanes below each other") {
  const Folder folder;
  folder.add("r.shrike", kRules);
  std::string records;
  for (int i = 0; i < 60; ++i) records += record(i, "aiko@contoso.example");
  folder.add("a.json", records);
  for (const std::string& input : {sample(), std::string("a.json")}) {
    std::vector<std::string> arguments{"run", "--report", "r.html", input};
    if (input == "a.json") arguments.insert(arguments.end(), {"--rules", "r.shrike"});
    CHECK(folder.shrike(arguments).code == 0);
    const std::string page = folder.read("r.html");
    const std::regex box("viewBox=\"0 0 (\\d+) (\\d+)\"");
    const std::regex dot("<circle class=\"(fired|before)\" cx=\"([0-9.]+)\" cy=\"([0-9.]+)\" r=\"(\\d)\"");
    std::smatch found;
    REQUIRE(std::regex_search(page, found, box));
    const double width = std::stod(found[1]), height = std::stod(found[2]);
    std::size_t dots = 0;
    const std::string first = page.substr(0, page.find("</svg>"));
    for (auto it = std::sregex_iterator(first.begin(), first.end(), dot); it != std::sregex_iterator();
         ++it, ++dots) {
      CHECK(std::stod((*it)[2]) >= 130);
      CHECK(std::stod((*it)[2]) <= width - 16);
      CHECK(std::stod((*it)[3]) > 9);
      CHECK(std::stod((*it)[3]) < height - 40);
    }
    CHECK(dots > 3);
  }
}

TEST_CASE("nothing of an event is markup in the report") {
  const Folder folder;
  folder.add("r.shrike", R"(rule evil "Title <b>&\"'" {
  severity high  attack T1564.008
  on audit where operation == "New-InboxRule"
  say "{user} made {inbox_rule.name}"  show user, name = inbox_rule.name, session
  respond list_rules(user)
}
)");
  const std::string evil[] = {R"(<script>alert(1)</script>)",
                              R"(\"><img src=x onerror=alert(1)>)",
                              R"(' onmouseover='alert(1))",
                              R"(</title></style></svg><svg onload=alert(1)>)",
                              R"(\u202egpj.exe\u2066 \u0000 \u001b[31m \u200b)",
                              R"(]]>&lt;script&gt;&#60;b&#62;)",
                              std::string(1 << 20, '<')};
  std::string records;
  int minute = 0;
  for (const std::string& text : evil) {
    records += record(minute++, "aiko@contoso.example", text);
    records += record(minute++, text.size() > 1000 ? "x@contoso.example" : text + "@contoso.example", text);
  }
  folder.add("a<b>&.json", records);
  const auto result = folder.shrike({"run", "--report", "r.html", "--rules", "r.shrike", "a<b>&.json"});
  CHECK(result.code == 0);
  const std::string page = folder.read("r.html");
  CHECK(page.size() < 1'000'000);
  for (const char* const never : {"<script", "<img", "<b>", "onload=alert(1)>", "<svg onload", "\xe2\x80\xae",
                                  "\xe2\x81\xa6", "\xe2\x80\x8b"})
    CHECK_MESSAGE(!contains(page, never), never);
  for (const char c : page) CHECK_UNARY(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  CHECK(contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
  CHECK(contains(page, "\\u{202e}gpj.exe"));
  CHECK(contains(page, "\\u{0}"));
  CHECK(contains(page, "a&lt;b&gt;&amp;.json:1"));
  // Every tag is one that the page itself has, and no attribute is.
  const std::set<std::string> known{
      "html", "head",   "meta",  "title",   "style",   "body", "main",     "h1",      "h2",     "h3",
      "p",    "ul",     "li",    "ol",      "dl",      "dt",   "dd",       "bdi",     "code",   "span",
      "div",  "strong", "br",    "section", "details", "svg",  "summary",  "g",       "circle", "line",
      "rect", "text",   "table", "tr",      "td",      "th",   "polyline", "!doctype"};
  const std::set<std::string> attributes{
      "lang",       "charset", "http-equiv", "content", "name",   "class",       "id",  "viewBox", "role",
      "aria-label", "cx",      "cy",         "r",       "x",      "y",           "x1",  "x2",      "y1",
      "y2",         "width",   "height",     "rx",      "points", "text-anchor", "html"};
  std::size_t tags = 0;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1), ++tags) {
    const std::size_t end = page.find('>', at);
    REQUIRE(end != std::string::npos);
    std::string tag = page.substr(at + 1, end - at - 1);
    const std::size_t name_begin = tag.starts_with("/") ? 1 : 0;
    CHECK_MESSAGE(known.contains(tag.substr(name_begin, tag.find_first_of(" /", name_begin) - name_begin)),
                  tag);
    tag = std::regex_replace(tag, std::regex("\"[^\"]*\""), "");
    CHECK_MESSAGE(tag.find('\'') == std::string::npos, tag);
    std::istringstream words(tag.substr(std::min(tag.size(), tag.find(' '))));
    for (std::string word; words >> word;)
      CHECK_MESSAGE(attributes.contains(word.substr(0, word.find_first_of("=/"))), tag);
  }
  CHECK(tags > 100);
  CHECK(contains(without_tags(page), "onmouseover"));
}

TEST_CASE("a report of nothing, and one that cannot be written") {
  const Folder folder;
  folder.add("a.json", harmless_record(1));
  folder.add("empty.json", "");
  CHECK(folder.shrike({"run", "--report", "r.html", "a.json"}).code == 0);
  CHECK(contains(folder.read("r.html"), "There was no alert."));
  CHECK(folder.shrike({"run", "--quiet", "--report", "r.html", "empty.json"}).code == 0);
  CHECK(contains(folder.read("r.html"), "Nothing was read."));
  const auto result = folder.shrike({"run", "--report", "no/such/folder/r.html", "a.json"});
  CHECK(result.code == 5);
  CHECK(contains(result.err, "cannot write 'no/such/folder/r.html'"));
  folder.add("bad.json", "{\"broken\"\n" + forwarding_record(1));
  CHECK(folder.shrike({"run", "--quiet", "--report", "r.html", "bad.json"}).code == 3);
  CHECK(contains(folder.read("r.html"), "1 record could not be judged"));
}

TEST_CASE("many alerts: the report is cut and says so") {
  const Folder folder;
  folder.add("r.shrike", kRules);
  std::string records;
  const auto add = [&](int number, const std::string& user) {
    std::string one = record(number % 60, user);
    one.replace(one.find("f0000000"), 8, "a" + std::to_string(1'000'000 + number));
    records += one;
  };
  for (int i = 0; i < 900; ++i) add(i, "user" + std::to_string(i) + "@contoso.example");
  for (int i = 0; i < 300; ++i) add(1000 + i, "aiko@contoso.example");
  folder.add("a.json", records);
  CHECK(folder.shrike({"run", "--output", "out.txt", "--report", "r.html", "--rules", "r.shrike", "a.json"})
            .code == 0);
  const std::string page = folder.read("r.html");
  CHECK(page.size() < 8'000'000);
  CHECK(contains(page, "less severe, are not shown here"));
  CHECK(contains(page, "more of this incident are not shown here"));
}
