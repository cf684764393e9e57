// Databases of addresses: what is found, which file is believed, and files that are no good.
#include "shrike/geo_database.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "runtime/geo/geo_cache.hpp"
#include "tests/runtime/function_calls.hpp"
#include "tests/runtime/mmdb_writer.hpp"

using namespace shrike;
using namespace shrike::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "shrike-geo-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string add(const std::string& name, std::string_view bytes) const {
    fs::remove(path_ / name);  // some file systems wait for the disk when a file is emptied and written again
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return path(name);
  }

 private:
  fs::path path_;
};

Expected<std::shared_ptr<const GeoDatabase>> open(const std::vector<std::string>& files) {
  return GeoDatabase::open(files);
}

/// "JP 35.5,139.25 AS64500", with - for what is not known.
std::string shown(const GeoAnswer& answer) {
  std::string text = answer.has_country() ? std::string(answer.country.data(), 2) : "-";
  std::string place = "-";
  if (answer.place) place = json(answer.place->latitude).dump() + "," + json(answer.place->longitude).dump();
  return text + " " + place + " " + (answer.asn != 0 ? "AS" + std::to_string(answer.asn) : "-");
}

std::string found(const GeoDatabase& database, std::string_view address) {
  return shown(database.find(*parse_ip(address)));
}

/// What one record of a database says.
std::string found_in(const json& record) {
  const Folder folder;
  MmdbWriter writer;
  writer.add("192.0.2.0/24", record);
  const auto database = open({folder.add("a.mmdb", writer.bytes())});
  REQUIRE(database);
  return found(**database, "192.0.2.9");
}

json city(const std::string& country, double latitude, double longitude) {
  return {{"city", {{"geoname_id", 1}, {"names", {{"en", "Somewhere"}, {"ja", "どこか"}}}}},
          {"country", {{"geoname_id", 2}, {"iso_code", country}, {"names", {{"en", "Some land"}}}}},
          {"location", {{"accuracy_radius", 100}, {"latitude", latitude}, {"longitude", longitude}}},
          {"registered_country", {{"iso_code", "ZZ"}}},
          {"subdivisions", json::array({{{"iso_code", "X"}}})}};
}

/// IPv4 and IPv6, nested networks, in the size of records that is asked for.
std::string sample(unsigned record_bits) {
  MmdbWriter writer(6, record_bits);
  writer.add("2001:db8:1::/48", city("DE", 52.5, 13.25));
  writer.add("192.0.2.128/25", city("JP", 35.5, 139.25));
  writer.add("192.0.0.0/16", city("US", 37.5, -97.75));
  writer.add("192.0.2.200/32", {{"autonomous_system_number", 64500}});
  writer.add("2001:db8::/32", {{"country", {{"iso_code", "FR"}}}});
  return writer.bytes();
}

}  // namespace

TEST_CASE("addresses of both kinds, in nested networks and in none, for every size of record") {
  for (const unsigned bits : {24u, 28u, 32u}) {
    CAPTURE(bits);
    const Folder folder;
    const auto opened = open({folder.add("a.mmdb", sample(bits))});
    REQUIRE(opened);
    const GeoDatabase& database = **opened;
    CHECK(found(database, "192.0.2.127") == "US 37.5,-97.75 -");
    CHECK(found(database, "192.0.2.128") == "JP 35.5,139.25 -");
    CHECK(found(database, "192.0.2.199") == "JP 35.5,139.25 -");
    CHECK(found(database, "192.0.2.200") == "- - AS64500");
    CHECK(found(database, "192.0.255.255") == "US 37.5,-97.75 -");
    CHECK(found(database, "192.1.0.0") == "- - -");
    CHECK(found(database, "::ffff:192.0.2.128") == "JP 35.5,139.25 -");
    CHECK(found(database, "2001:db8:1::5") == "DE 52.5,13.25 -");
    CHECK(found(database, "2001:db8:2::5") == "FR - -");
    CHECK(found(database, "2001:db9::") == "- - -");
    CHECK(found(database, "::") == "- - -");
  }
}

TEST_CASE("a database of IPv4 alone knows nothing of IPv6") {
  const Folder folder;
  MmdbWriter writer(4, 24);
  writer.type = "GeoLite2-ASN";
  writer.add("198.51.100.0/24", {{"autonomous_system_number", 4200000000u}});
  const auto database = open({folder.add("a.mmdb", writer.bytes())});
  REQUIRE(database);
  CHECK(found(**database, "198.51.100.77") == "- - AS4200000000");
  CHECK(found(**database, "198.51.101.0") == "- - -");
  CHECK(found(**database, "2001:db8::1") == "- - -");
  REQUIRE((*database)->files().size() == 1);
  CHECK((*database)->files()[0].type == "GeoLite2-ASN");
  CHECK((*database)->files()[0].built == 1'772'409'600'000'000'000);
}

TEST_CASE("of several files the first that knows a field is believed") {
  const Folder folder;
  MmdbWriter first, second;
  first.add("192.0.2.0/24", {{"country", {{"iso_code", "JP"}}}});
  second.add("192.0.0.0/16",
             {{"country_code", "US"}, {"asn", "AS64500"}, {"latitude", 1.5}, {"longitude", 2.5}});
  const std::string a = folder.add("a.mmdb", first.bytes());
  const std::string b = folder.add("b.mmdb", second.bytes());
  const auto ab = open({a, b});
  const auto ba = open({b, a});
  REQUIRE(ab);
  REQUIRE(ba);
  CHECK(found(**ab, "192.0.2.1") == "JP 1.5,2.5 AS64500");
  CHECK(found(**ab, "192.0.3.1") == "US 1.5,2.5 AS64500");
  CHECK(found(**ba, "192.0.2.1") == "US 1.5,2.5 AS64500");
  CHECK((*ab)->files()[1].path == b);
  const auto none = open({});
  REQUIRE(none);
  CHECK(found(**none, "192.0.2.1") == "- - -");
}

TEST_CASE("the forms in which databases write a field") {
  CHECK(found_in({{"country", {{"iso_code", "jp"}}}}) == "JP - -");
  CHECK(found_in({{"country_code", "JP"}}) == "JP - -");
  CHECK(found_in({{"country", "JP"}}) == "JP - -");
  CHECK(found_in({{"country", "Japan"}, {"country_code", "JP"}}) == "JP - -");
  CHECK(found_in({{"country", {{"iso_code", "JP"}}}, {"country_code", "US"}}) == "JP - -");
  CHECK(found_in({{"asn", 64500}}) == "- - AS64500");
  CHECK(found_in({{"asn", "64500"}}) == "- - AS64500");
  CHECK(found_in({{"asn", "as64500"}}) == "- - AS64500");
  CHECK(found_in({{"asn", "AS1"}, {"autonomous_system_number", 64500}}) == "- - AS64500");
  CHECK(found_in({{"latitude", 3}, {"longitude", -4}}) == "- 3.0,-4.0 -");
  CHECK(found_in({{"latitude", "3.5"}, {"longitude", "-4.25"}}) == "- 3.5,-4.25 -");
}

TEST_CASE("what is no such field is not there") {
  for (const json& record : std::vector<json>{json::object(),
                                              "JP",
                                              json::array({"JP"}),
                                              {{"country", "Japan"}},
                                              {{"country", {{"iso_code", "J1"}}}},
                                              {{"country", {{"iso_code", 5}}}},
                                              {{"country", json::array({"JP"})}},
                                              {{"country_code", true}},
                                              {{"asn", 0}},
                                              {{"asn", -5}},
                                              {{"asn", "AS"}},
                                              {{"asn", "AS64500 Example"}},
                                              {{"asn", std::uint64_t{1} << 40}},
                                              {{"autonomous_system_number", {{"asn", 5}}}},
                                              {{"latitude", 3.5}},
                                              {{"latitude", 91}, {"longitude", 4}},
                                              {{"latitude", 3}, {"longitude", "east"}},
                                              {{"latitude", "nan"}, {"longitude", 1}},
                                              {{"latitude", std::nan("")}, {"longitude", 1}},
                                              {{"location", "35.5,139.25"}},
                                              {{"registered_country", {{"iso_code", "JP"}}}}}) {
    CAPTURE(record.dump());
    CHECK(found_in(record) == "- - -");
  }
}

TEST_CASE("asn() and geo() give what the databases know") {
  const Folder folder;
  MmdbWriter writer;
  json all = city("JP", 35.5, 139.25);
  all["autonomous_system_number"] = 64500;
  writer.add("192.0.2.0/24", all);
  writer.add("198.51.100.0/24", {{"country", {{"iso_code", "FR"}}}});
  const auto database = open({folder.add("a.mmdb", writer.bytes())});
  REQUIRE(database);
  GeoCache cache(*database);
  Functions f;
  f.context.geo = &cache;
  for (unsigned again = 0; again < 2; ++again) {
    const IpAddress known = *parse_ip("192.0.2.1");
    CHECK(f.shown("asn", {Value::of_ip(&known)}) == "64500");
    const Value geo = f.call("geo", {Value::of_ip(&known)});
    CHECK(find(geo, "country").as_string() == "JP");
    REQUIRE(find(geo, "place").kind == Kind::kPlace);
    CHECK(find(geo, "place").place->longitude == 139.25);
    const IpAddress partly = *parse_ip("198.51.100.1");
    CHECK(f.shown("geo", {Value::of_ip(&partly)}) == R"({"country":"FR"})");
    CHECK(f.shown("asn", {Value::of_ip(&partly)}) == "missing");
    const IpAddress unknown = *parse_ip("203.0.113.7");
    CHECK(f.shown("geo", {Value::of_ip(&unknown)}) == "missing");
    CHECK(f.shown("asn", {Value::of_ip(&unknown)}) == "missing");
    CHECK(f.shown("asn", {Value{}}) == "missing");
  }
}

TEST_CASE("the cache answers as the database does") {
  const Folder folder;
  MmdbWriter writer;
  for (unsigned i = 0; i < 256; ++i) writer.add("10.0." + std::to_string(i) + ".0/24", {{"asn", i + 1}});
  writer.add("2001:db8::/32", {{"asn", 64500}});
  const auto database = open({folder.add("a.mmdb", writer.bytes())});
  REQUIRE(database);
  GeoCache cache(*database);
  std::mt19937 random(7);
  for (unsigned i = 0; i < 20'000; ++i) {
    IpAddress address = *parse_ip(random() % 4 == 0 ? "2001:db8::" : "10.0.0.0");
    address.bytes[14] = static_cast<std::uint8_t>(random());
    address.bytes[15] = static_cast<std::uint8_t>(random() % 16);
    REQUIRE(shown(cache.find(address)) == shown((*database)->find(address)));
  }
}

TEST_CASE("several threads may ask at once") {
  const Folder folder;
  const auto database = open({folder.add("a.mmdb", sample(28))});
  REQUIRE(database);
  std::vector<std::thread> threads;
  std::array<unsigned, 4> right{};
  for (unsigned& count : right) {
    threads.emplace_back([&] {
      for (unsigned i = 0; i < 2000; ++i) count += found(**database, "192.0.2.128") == "JP 35.5,139.25 -";
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const unsigned count : right) CHECK(count == 2000);
}

TEST_CASE("what is no database is refused, with the name and the reason") {
  const Folder folder;
  const std::string good = folder.add("good.mmdb", sample(24));
  const auto refusal = [&](const std::string& file) {
    const auto database = open({good, file});
    CHECK_FALSE(database);
    return database ? std::string() : database.error().message;
  };
  CHECK(refusal(folder.path("none.mmdb")) ==
        "cannot open '" + folder.path("none.mmdb") + "': No such file or directory");
  fs::create_directory(folder.path("folder"));
  CHECK(refusal(folder.path("folder")).ends_with("Is a directory"));
  REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  CHECK(refusal(folder.path("pipe")).ends_with("it is no regular file"));
  for (const std::string& bytes :
       {std::string(), std::string("{}\n"), std::string(300'000, 'x'), sample(24).substr(0, 500)}) {
    CHECK(refusal(folder.add("bad", bytes)).find("is no MaxMind DB: its metadata is missing") !=
          std::string::npos);
  }
  CHECK(open({folder.path("none.mmdb")}).error().code == ErrorCode::kIo);
  CHECK(open({folder.path("bad")}).error().code == ErrorCode::kFormat);
  // Without its search tree, but with metadata that promises one.
  const std::string whole = sample(24);
  CHECK(refusal(folder.add("bad", whole.substr(whole.rfind("\xab\xcd\xef")))).find("is no MaxMind DB") !=
        std::string::npos);
}

TEST_CASE("metadata that grows as it is followed is refused at once") {
  const Folder folder;
  std::string bytes = sample(24);
  const std::size_t start = bytes.rfind("\xab\xcd\xefMaxMind.com") + 14;
  // `languages` comes last. In its place a pointer to lists, each of the next one twice.
  const std::size_t languages = bytes.rfind("languages") + 9;
  MmdbSection lists;
  lists.bytes = bytes.substr(start, languages - start);
  lists.pointer(static_cast<std::uint32_t>(lists.bytes.size() + 2));
  for (unsigned i = 0; i < 40; ++i) {
    const std::size_t next = lists.bytes.size() + 6;
    lists.control(11, 2);
    for (unsigned k = 0; k < 2; ++k) lists.pointer(static_cast<std::uint32_t>(next));
  }
  lists.add("en");
  bytes.replace(start, std::string::npos, lists.bytes);
  const auto database = open({folder.add("a.mmdb", bytes)});
  REQUIRE_FALSE(database);
  CHECK(database.error().message.ends_with("is no MaxMind DB: its metadata is damaged"));
}

TEST_CASE("records that are cut off, point astray or to themselves, or nest without end give no answer") {
  const auto found_at = [](MmdbSection data, std::uint32_t offset) {
    const Folder folder;
    MmdbWriter writer(4, 32);
    writer.data = std::move(data);
    writer.add_at("192.0.2.0/24", offset);
    const auto database = open({folder.add("a.mmdb", writer.bytes())});
    REQUIRE(database);
    return found(**database, "192.0.2.1");
  };
  MmdbSection data;
  CHECK(found_at(data, 0xFFFF0000) == "- - -");
  CHECK(found_at(data, 1'000'000) == "- - -");
  // Into the separator: one before the data.
  CHECK(found_at(data, 0xFFFFFFFF) == "- - -");
  data.pointer(0);
  CHECK(found_at(data, 0) == "- - -");
  data.bytes = "\x3f\xff\xff\xff\xff";
  CHECK(found_at(data, 0) == "- - -");
  data = {};
  data.control(7, 1);
  data.add("asn");
  data.pointer(0xFFFFFFFF);
  CHECK(found_at(data, 0) == "- - -");
  // A map of sixteen million entries that has two.
  data = {};
  data.control(7, 16'000'000);
  data.add("country_code");
  data.add("JP");
  data.add("x");
  CHECK(found_at(data, 0) == "JP - -");
  // A map that is its own `country`.
  data = {};
  data.control(7, 2);
  data.add("country");
  data.pointer(0);
  data.add("asn");
  data.number(6, 64500);
  CHECK(found_at(data, 0) == "- - AS64500");
  // Maps in maps, five million deep, before what is asked for.
  data = {};
  data.control(7, 2);
  data.add("a");
  for (unsigned i = 0; i < 5'000'000; ++i) data.bytes += std::string_view("\xe1\x41z", 3);
  data.number(6, 1);
  data.add("asn");
  data.number(6, 64500);
  CHECK(found_at(data, 0) == "- - -");
}

TEST_CASE("any damage gives an error or an answer") {
  const Folder folder;
  MmdbWriter writer(6, 28);
  json all = city("JP", 35.5, 139.25);
  all["autonomous_system_number"] = 64500;
  all["text"] = std::string(400, 'x');
  writer.add("192.0.2.0/24", all);
  writer.add("192.0.2.77/32", city("US", 1.5, 2.5));
  writer.add("2001:db8::/32",
             {{"country_code", "FR"}, {"asn", "AS64501"}, {"latitude", "1"}, {"longitude", 2}});
  const std::string whole = writer.bytes();
  std::mt19937 random(20260302);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  std::size_t opened = 0;
  std::size_t answers = 0;
  const auto attempt = [&](const std::string& bytes) {
    const auto database = open({folder.add("a.mmdb", bytes)});
    if (!database) {
      CHECK_FALSE(database.error().message.empty());
      return;
    }
    ++opened;
    for (const char* const address :
         {"192.0.2.1", "192.0.2.77", "2001:db8::1", "::", "255.255.255.255", "1.1.1.1"}) {
      answers += found(**database, address) != "- - -";
    }
  };
  for (std::size_t size = 0; size <= whole.size(); size += 1 + size / 64) attempt(whole.substr(0, size));
  constexpr std::array<std::uint8_t, 8> kTelling{0x00, 0xFF, 0x20, 0x3F, 0xE1, 0xFF, 0x5D, 0x1F};
  for (unsigned round = 0; round < 6000; ++round) {
    std::string bytes = whole;
    // Half of the rounds hurt the metadata, which is a small part of the file.
    const std::size_t from = round % 2 == 0 ? bytes.rfind("\xab\xcd\xef") : 0;
    for (std::size_t hurt = 1 + below(4); hurt > 0; --hurt) {
      char& byte = bytes[from + below(bytes.size() - from)];
      byte = static_cast<char>(below(2) == 0 ? kTelling[below(kTelling.size())] : byte ^ (1 << below(8)));
    }
    if (below(8) == 0) bytes.erase(below(bytes.size()), 1 + below(16));
    attempt(bytes);
  }
  CHECK(opened > 1000);
  CHECK(answers > 1000);
}
