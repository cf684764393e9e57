// Networks, times, places, clients, lists, and the table of functions as a whole.
#include <algorithm>
#include <set>

#include "runtime/address.hpp"
#include "runtime/time_text.hpp"
#include "tests/runtime/function_calls.hpp"

namespace shrike::test {
namespace {

constexpr std::int64_t kHour = 3'600'000'000'000;

}  // namespace

TEST_CASE("the network of an address by family or by length") {
  Functions f;
  const auto network = [&](std::string_view text, Value bits = {}) {
    const IpAddress address = *parse_ip(text);
    return f.shown("network", {Value::of_ip(&address), bits});
  };
  CHECK(network("203.0.113.7") == "\"203.0.113.0/24\"");
  CHECK(network("2001:db8:1:2:3::4") == "\"2001:db8:1:2::/64\"");
  CHECK(network("203.0.113.7", Value::of_int(8)) == "\"203.0.0.0/8\"");
  CHECK(network("203.0.113.7", Value::of_int(0)) == "\"0.0.0.0/0\"");
  CHECK(network("203.0.113.7", Value::of_int(33)) == "missing");
  CHECK(network("203.0.113.7", Value::of_int(-1)) == "missing");
  CHECK(network("2001:db8::1", Value::of_int(128)) == "\"2001:db8::1/128\"");
}

TEST_CASE("private addresses") {
  Functions f;
  const auto is_private = [&](std::string_view text) {
    const IpAddress address = *parse_ip(text);
    return f.shown("is_private", {Value::of_ip(&address)}) == "true";
  };
  for (const char* yes :
       {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "127.0.0.1", "169.254.1.1", "100.64.0.1",
        "::1", "::", "fc00::1", "fd12::1", "fe80::1", "::ffff:10.0.0.1"}) {
    CAPTURE(yes);
    CHECK(is_private(yes));
  }
  for (const char* no :
       {"8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.2.1", "203.0.113.7", "2001:db8::1", "2603::1"}) {
    CAPTURE(no);
    CHECK_FALSE(is_private(no));
  }
}

TEST_CASE("hour and weekday in UTC and in zones, also before 1970 and round a clock change") {
  Functions f;
  const auto at = [](std::string_view text) { return Value::of_time(*parse_time(text)); };
  CHECK(f.shown("hour", {at("2026-01-31T23:30:00Z")}) == "23");
  CHECK(f.shown("hour", {at("2026-01-31T23:30:00Z"), f.text("Asia/Tokyo")}) == "8");
  CHECK(f.shown("hour", {at("1969-12-31T23:00:00Z")}) == "23");
  CHECK(f.shown("hour", {at("2026-03-29T00:59:59Z"), f.text("Europe/Berlin")}) == "1");
  CHECK(f.shown("hour", {at("2026-03-29T01:00:00Z"), f.text("Europe/Berlin")}) == "3");
  CHECK(f.shown("hour", {at("2026-01-31T23:30:00Z"), f.text("No/Where")}) == "missing");
  CHECK(f.shown("hour", {at("2026-01-31T23:30:00Z"), f.text("../../etc/passwd")}) == "missing");
  CHECK(f.shown("weekday", {at("2026-01-31T09:00:00Z")}) == "\"Saturday\"");
  CHECK(f.shown("weekday", {at("2026-01-31T23:30:00Z"), f.text("Asia/Tokyo")}) == "\"Sunday\"");
  CHECK(f.shown("weekday", {at("1969-12-31T23:00:00Z")}) == "\"Wednesday\"");
}

TEST_CASE("since is the time between") {
  Functions f;
  CHECK(f.call("since", {Value::of_time(kHour), Value::of_time(3 * kHour)}).integer == 2 * kHour);
  CHECK(f.shown("since", {Value::of_time(INT64_MIN), Value::of_time(INT64_MAX)}) == "missing");
}

TEST_CASE("distance and speed between places") {
  Functions f;
  const auto place = [&](double latitude, double longitude) {
    return f.call("place", {Value::of_float(latitude), Value::of_float(longitude)});
  };
  const Value tokyo = place(35.6762, 139.6503), osaka = place(34.6937, 135.5023);
  CHECK(f.call("distance", {tokyo, osaka}).number == doctest::Approx(392).epsilon(0.02));
  CHECK(f.call("distance", {place(0, 179.5), place(0, -179.5)}).number ==
        doctest::Approx(111.2).epsilon(0.01));
  CHECK(f.call("speed", {tokyo, osaka, Value::of_duration(kHour)}).number ==
        doctest::Approx(392).epsilon(0.02));
  CHECK(f.call("speed", {tokyo, osaka, Value::of_duration(0)}).number ==
        doctest::Approx(392 * 3600).epsilon(0.02));
  CHECK(f.call("speed", {tokyo, osaka, Value::of_duration(-kHour)}).number ==
        doctest::Approx(392).epsilon(0.02));
  CHECK(place(91, 0).is_missing());
  CHECK(place(0, 181).is_missing());
  CHECK(f.call("place", {Value::of_int(35), Value::of_int(139)}).kind == Kind::kPlace);
}

TEST_CASE("user agents say family, system, device and whether they are tools") {
  Functions f;
  struct Expected {
    const char* agent;
    const char* family;
    const char* os;
    const char* device;
    bool tool;
  };
  const Expected expectations[] = {
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 "
       "Safari/537.36",
       "Chrome", "Windows", "desktop", false},
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 "
       "Safari/537.36 Edg/129.0.2792.79",
       "Edge", "Windows", "desktop", false},
      {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox",
       "macOS", "desktop", false},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
       "Version/17.6 Mobile/15E148 Safari/604.1",
       "Safari", "iOS", "phone", false},
      {"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 "
       "Mobile Safari/537.36",
       "Chrome", "Android", "phone", false},
      {"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 "
       "Safari/537.36",
       "Chrome", "ChromeOS", "desktop", false},
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Teams/24215 "
       "Chrome/120.0 Electron/28.0 Safari/537.36",
       "Teams", "Windows", "desktop", false},
      {"Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)", "Outlook", "Windows",
       "desktop", false},
      {"Outlook-iOS/2.0", "Outlook Mobile", "iOS", "phone", false},
      {"axios/1.7.9", "axios", nullptr, nullptr, true},
      {"python-requests/2.32.3", "python-requests", nullptr, nullptr, true},
      {"Go-http-client/2.0", "Go-http-client", nullptr, nullptr, true},
      {"curl/8.4.0", "curl", nullptr, nullptr, true},
      {"node", "node", nullptr, nullptr, true},
      {"okhttp/4.9.0", "okhttp", nullptr, nullptr, true},
      {"Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.3031", "PowerShell",
       "Windows", "desktop", true},
      {"azurehound/v2.1.8", "AzureHound", nullptr, nullptr, true},
      {"BAV2ROPC", "BAV2ROPC", nullptr, nullptr, true},
      {"MyAgent/3.1 (thing)", "MyAgent", nullptr, nullptr, false},
  };
  for (const Expected& e : expectations) {
    CAPTURE(e.agent);
    const Value client = f.call("ua", {f.text(e.agent)});
    REQUIRE(client.kind == Kind::kClient);
    const auto text = [](const Value& v) {
      return v.is_missing() ? std::string("none") : std::string(v.as_string());
    };
    CHECK(text(client.client->family) == e.family);
    CHECK(text(client.client->os) == (e.os != nullptr ? e.os : "none"));
    CHECK(text(client.client->device) == (e.device != nullptr ? e.device : "none"));
    CHECK(client.client->tool.boolean == e.tool);
  }
  CHECK(f.shown("ua", {f.text("  ")}) == "missing");
}

TEST_CASE("unique keeps first spellings, flatten goes deep, sorted is stable and total") {
  Functions f;
  CHECK(f.shown("unique", {f.parsed(R"(["a", "A", 1, 1.0, null, "b", [1], [1]])")}) == R"(["a",1,"b",[1]])");
  CHECK(f.shown("flatten", {f.parsed(R"([1, [2, [3, null, []]], "a"])")}) == R"([1,2,3,"a"])");
  CHECK(f.shown("flatten", {Value{}}) == "missing");
  CHECK(f.shown("sorted", {f.parsed(R"([3, "b", 1.5, "A", true, null, 2])")}) == R"([true,1.5,2,3,"A","b"])");
  CHECK(f.shown("sorted", {f.parsed(R"(["b", "B", "a"])")}) == R"(["a","b","B"])");
}

TEST_CASE("every row of the table is whole: a signature that reads back, help, an example, a cost") {
  std::set<std::string_view> signatures;
  for (const FunctionRow& row : functions()) {
    CAPTURE(row.signature);
    CHECK(signatures.insert(row.signature).second);
    CHECK(find_function(row.signature) == &row);
    const Signature signature = signature_of(row);
    CHECK(signature.name == name_of(row));
    CHECK(signature.parameter_count > 0);
    CHECK((signature.result_generic || signature.result.kind != TypeKind::kNone));
    for (unsigned i = 0; i < signature.parameter_count; ++i) {
      CHECK((signature.parameters[i].generic || signature.parameters[i].type.kind != TypeKind::kNone));
    }
    CHECK((row.body != nullptr));
    CHECK(row.cost > 0);
    CHECK(row.help.ends_with('.'));
    CHECK(row.example.find(name_of(row)) != std::string_view::npos);
  }
}

TEST_CASE("the functions that the manual lists are all there") {
  for (const std::string_view name : {"lower",
                                      "upper",
                                      "trim",
                                      "len",
                                      "split",
                                      "replace",
                                      "fold",
                                      "similarity",
                                      "confusable",
                                      "entropy",
                                      "base64",
                                      "domain",
                                      "registrable_domain",
                                      "recipients",
                                      "emails",
                                      "text",
                                      "int",
                                      "float",
                                      "bool",
                                      "ip",
                                      "cidr",
                                      "time",
                                      "list",
                                      "json",
                                      "pairs",
                                      "filled",
                                      "keys",
                                      "network",
                                      "is_private",
                                      "asn",
                                      "geo",
                                      "hour",
                                      "weekday",
                                      "since",
                                      "distance",
                                      "speed",
                                      "place",
                                      "ua",
                                      "unique",
                                      "flatten",
                                      "sorted"}) {
    CAPTURE(name);
    const auto rows = functions();
    CHECK(
        std::any_of(rows.begin(), rows.end(), [&](const FunctionRow& row) { return name_of(row) == name; }));
  }
}

TEST_CASE("no function breaks on values of any kind in any place") {
  Functions f;
  const IpAddress address = *parse_ip("203.0.113.7");
  const Place place{1, 2};
  Client client;
  const std::vector<Value> values{Value{},
                                  Value::of_bool(true),
                                  Value::of_int(-1),
                                  Value::of_float(1e300),
                                  f.text(""),
                                  f.text("a@b,c"),
                                  f.text("\xff\xc3"),
                                  Value::of_ip(&address),
                                  Value::of_cidr(&address, 128),
                                  Value::of_time(INT64_MIN),
                                  Value::of_duration(INT64_MAX),
                                  Value::of_place(&place),
                                  f.parsed("[1, [null, \"a\"], {\"Name\": 1}]"),
                                  f.parsed("{\"a\": {\"b\": null}}"),
                                  Value::of_client(&client),
                                  Value::of_list({}),
                                  Value::of_map({})};
  for (const FunctionRow& row : functions()) {
    const Callable function(row);
    for (const Value& a : values) {
      for (const Value& b : values) {
        for (const Value& c : values) {
          const Value result = call(function, f.context, std::vector<Value>{a, b, c});
          if (result.is_missing()) continue;
          std::string text;
          append_json(text, result);
        }
        if (function.signature.parameter_count < 2) break;
      }
    }
    f.arena.reset();
  }
}

}  // namespace shrike::test
