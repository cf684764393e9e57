// `shrike run --geo`: country and network of addresses from databases.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program_run.hpp"
#include "tests/runtime/mmdb_writer.hpp"

using nlohmann::json;
using shrike::test::MmdbWriter;
using shrike_test::Folder;
using shrike_test::forwarding_record;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// forwarding_record() from another address, and by the same person whatever its number.
std::string record_from(int number, const std::string& address) {
  std::string record = forwarding_record(number);
  record.replace(record.find("192.0.2.10:51822"), 16, address);
  return record.replace(record.find("aiko0"), 7, "aiko001");
}

std::string country_database() {
  MmdbWriter writer;
  writer.type = "GeoLite2-Country";
  writer.add("192.0.2.0/24", {{"country", {{"iso_code", "JP"}}}});
  writer.add("2001:db8::/32", {{"country", {{"iso_code", "FR"}}}});
  return writer.bytes();
}

std::string asn_database() {
  MmdbWriter writer;
  writer.type = "GeoLite2-ASN";
  writer.add("192.0.2.0/24", {{"autonomous_system_number", 64500}});
  writer.add("198.51.100.0/24", {{"autonomous_system_number", 64501}});
  return writer.bytes();
}

const std::string kWhence =
    "rule whence \"Whence\" {\n  severity low\n  on audit where operation == \"New-InboxRule\" and country "
    "!= "
    "\"US\"\n"
    "  say \"{country} {asn}\"\n  show country, asn\n}\n";

}  // namespace

TEST_CASE("an audit record gets country and network from databases") {
  const Folder folder;
  folder.add("country.mmdb", country_database());
  folder.add("asn.mmdb", asn_database());
  folder.add("whence.shrike", kWhence);
  folder.add("a.json", record_from(1, "192.0.2.10:51822") + record_from(2, "[2001:db8::7]:443"));
  const auto without =
      folder.shrike({"run", "--quiet", "--format", "ndjson", "--rules", "whence.shrike", "a.json"});
  CHECK(without.code == 0);
  CHECK(without.out == "");
  const auto with = folder.shrike({"run", "--quiet", "--format", "ndjson", "--rules", "whence.shrike",
                                   "--geo", "country.mmdb", "--geo", "asn.mmdb", "a.json"});
  CHECK(with.code == 0);
  CHECK(with.err == "");
  const std::size_t end = with.out.find('\n');
  REQUIRE(end != std::string::npos);
  const json first = json::parse(with.out.substr(0, end));
  CHECK(first["show"]["country"] == "JP");
  CHECK(first["show"]["asn"] == 64500);
  CHECK(first["message"] == "JP 64500");
  const json second = json::parse(with.out.substr(end));
  CHECK(second["show"]["country"] == "FR");
  CHECK(second["message"] == "FR ?");
}

TEST_CASE("the network of an event before is what the database says") {
  const Folder folder;
  folder.add("asn.mmdb", asn_database());
  folder.add("moved.shrike",
             "rule moved \"Moved\" {\n  severity low\n  on audit where operation == \"New-InboxRule\"\n"
             "  each user within 1h\n  when asn != first(asn)\n  say \"{first(asn)} {asn}\"\n}\n");
  folder.add("a.json", record_from(1, "192.0.2.10") + record_from(2, "192.0.2.99") +
                           record_from(3, "198.51.100.4") + record_from(4, "203.0.113.4"));
  const auto result = folder.shrike(
      {"run", "--quiet", "--format", "ndjson", "--rules", "moved.shrike", "--geo", "asn.mmdb", "a.json"});
  CHECK(result.code == 0);
  CHECK(result.err == "");
  REQUIRE(contains(result.out, "\n"));
  CHECK(result.out.find('\n') + 1 == result.out.size());
  CHECK(json::parse(result.out)["message"] == "64500 64501");
}

TEST_CASE("statistics name the databases") {
  const Folder folder;
  folder.add("country.mmdb", country_database());
  folder.add("asn.mmdb", asn_database());
  folder.add("a.json", forwarding_record(1));
  const auto text = folder.shrike({"run", "--stats", "--geo", "country.mmdb", "--geo", "asn.mmdb", "a.json"});
  CHECK(contains(text.err,
                 "Databases of addresses\n"
                 "  GeoLite2-Country                      2026-03-02  country.mmdb\n"
                 "  GeoLite2-ASN                          2026-03-02  asn.mmdb\n"));
  const auto numbers = folder.shrike({"run", "--stats=json", "--geo", "asn.mmdb", "a.json"});
  CHECK(json::parse(numbers.err)["geo"] ==
        json::array({{{"file", "asn.mmdb"}, {"type", "GeoLite2-ASN"}, {"built", "2026-03-02"}}}));
  const auto none = folder.shrike({"run", "--stats", "a.json"});
  CHECK_FALSE(contains(none.err, "Databases"));
}

TEST_CASE("a database that cannot be used ends with 2 before anything is written") {
  const Folder folder;
  folder.add("asn.mmdb", asn_database());
  folder.add("cut.mmdb", asn_database().substr(0, 60));
  folder.add("a.json", forwarding_record(1));
  folder.add("out.txt", "kept");
  const std::vector<std::pair<std::string, std::string>> cases{
      {"ans.mmdb", "--geo: there is no 'ans.mmdb'; did you mean `asn.mmdb`?"},
      {"cut.mmdb", "--geo: 'cut.mmdb' is no MaxMind DB"},
      {"a.json", "--geo: 'a.json' is no MaxMind DB"},
      {".", "--geo: cannot open '.': Is a directory"}};
  for (const auto& [file, message] : cases) {
    const auto result =
        folder.shrike({"run", "--output", "out.txt", "--geo", "asn.mmdb", "--geo", file, "a.json"});
    CHECK_MESSAGE(result.code == 2, file);
    CHECK_MESSAGE(contains(result.err, message), result.err);
    CHECK(folder.read("out.txt") == "kept");
  }
  const auto as_input = folder.shrike({"run", "asn.mmdb"});
  CHECK(as_input.code == 2);
  CHECK(contains(as_input.err, "give it with --geo"));
}

TEST_CASE("a test of a rule has no database") {
  const Folder folder;
  folder.add("whence.shrike", kWhence + R"(
test whence {
  case "nothing says where" {
    at 0m audit { operation: "New-InboxRule", user: "aiko@contoso.example", ip: 192.0.2.10 }
    expect none
  }
  case "the event says where" {
    at 0m audit { operation: "New-InboxRule", user: "aiko@contoso.example", ip: 192.0.2.10, country: "JP" }
    expect alert
  }
}
)");
  const auto result = folder.shrike({"test", "whence.shrike"});
  CHECK_MESSAGE(result.code == 0, result.out);
}
