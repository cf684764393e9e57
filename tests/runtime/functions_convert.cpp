// Conversions and pairs().
#include "runtime/address.hpp"
#include "tests/runtime/function_calls.hpp"

namespace shrike::test {

TEST_CASE("text of every kind") {
  Functions f;
  CHECK(f.shown("text", {f.text("a")}) == "\"a\"");
  CHECK(f.shown("text", {Value::of_int(-5)}) == "\"-5\"");
  CHECK(f.shown("text", {Value::of_bool(true)}) == "\"true\"");
  CHECK(f.shown("text", {Value::of_time(1'769'850'000'000'000'000)}) == "\"2026-01-31T09:00:00Z\"");
  CHECK(f.shown("text", {Value::of_duration(5'400'000'000'000)}) == "\"90m\"");
  const IpAddress address = *parse_ip("::ffff:203.0.113.7");
  CHECK(f.shown("text", {Value::of_ip(&address)}) == "\"203.0.113.7\"");
  CHECK(f.shown("text", {f.parsed("[1, \"a\"]")}) == R"("[1,\"a\"]")");
  CHECK(f.shown("text", {Value{}}) == "missing");
}

TEST_CASE("int takes numbers in text and cuts decimals off") {
  Functions f;
  CHECK(f.shown("int", {f.text("50126")}) == "50126");
  CHECK(f.shown("int", {f.text(" +7 ")}) == "7");
  CHECK(f.shown("int", {f.text("-9223372036854775808")}) == "-9223372036854775808");
  CHECK(f.shown("int", {f.text("9223372036854775808")}) == "missing");
  CHECK(f.shown("int", {f.text("12.9")}) == "12");
  CHECK(f.shown("int", {Value::of_float(-2.9)}) == "-2");
  CHECK(f.shown("int", {Value::of_float(1e30)}) == "missing");
  CHECK(f.shown("int", {Value::of_bool(true)}) == "1");
  for (const char* no : {"", " ", "x", "5x", "0x10", "+-5", "--5", "1 2"})
    CHECK(f.shown("int", {f.text(no)}) == "missing");
}

TEST_CASE("float takes numbers in text, never NaN or infinity") {
  Functions f;
  CHECK(f.call("float", {f.text("0.5")}).number == doctest::Approx(0.5));
  CHECK(f.call("float", {f.text("-1e3")}).number == doctest::Approx(-1000));
  CHECK(f.call("float", {Value::of_int(2)}).kind == Kind::kFloat);
  for (const char* no : {"nan", "inf", "-infinity", "", "1,5", "1e999"})
    CHECK(f.shown("float", {f.text(no)}) == "missing");
}

TEST_CASE("bool takes the words that logs use") {
  Functions f;
  for (const char* yes : {"True", "TRUE", "1", "yes", "$true", " true "})
    CHECK(f.shown("bool", {f.text(yes)}) == "true");
  for (const char* no : {"False", "0", "No", "$False"}) CHECK(f.shown("bool", {f.text(no)}) == "false");
  CHECK(f.shown("bool", {f.text("maybe")}) == "missing");
  CHECK(f.shown("bool", {Value::of_int(1)}) == "true");
  CHECK(f.shown("bool", {Value::of_int(2)}) == "missing");
}

TEST_CASE("ip, cidr and time read what logs write") {
  Functions f;
  CHECK(f.shown("ip", {f.text("[2001:DB8::1]:443")}) == "\"2001:db8::1\"");
  CHECK(f.shown("ip", {f.text("203.0.113.7:5000")}) == "\"203.0.113.7\"");
  CHECK(f.shown("ip", {f.text("<null>")}) == "missing");
  CHECK(f.shown("ip", {f.text("Akamai")}) == "missing");
  CHECK(f.shown("cidr", {f.text("10.1.2.3/8")}) == "\"10.0.0.0/8\"");
  CHECK(f.shown("cidr", {f.text("10.0.0.0/33")}) == "missing");
  CHECK(f.shown("time", {f.text("2026-01-31T09:00:00Z")}) == "\"2026-01-31T09:00:00Z\"");
  CHECK(f.shown("time", {Value::of_int(1'769'850'000)}) == "\"2026-01-31T09:00:00Z\"");
  CHECK(f.shown("time", {f.text("tomorrow")}) == "missing");
}

TEST_CASE("list, json, keys, filled") {
  Functions f;
  CHECK(f.shown("list", {f.text("a")}) == R"(["a"])");
  CHECK(f.shown("list", {f.parsed("[1]")}) == "[1]");
  CHECK(f.shown("list", {Value{}}) == "missing");
  CHECK(f.shown("json", {f.text("{\"a\": [1]}")}) == "{\"a\":[1]}");
  CHECK(f.shown("json", {f.text("{\"a\":")}) == "missing");
  CHECK(f.shown("json", {f.parsed("[1]")}) == "[1]");
  CHECK(f.shown("keys", {f.parsed("{\"b\": 1, \"a\": null, \"C\": 2}")}) == R"(["b","C"])");
  CHECK(f.shown("keys", {f.text("a")}) == "missing");
  for (const char* empty : {"", "<null>", "<NULL>"}) CHECK(f.shown("filled", {f.text(empty)}) == "missing");
  CHECK(f.shown("filled", {f.parsed("[]")}) == "missing");
  CHECK(f.shown("filled", {f.parsed("{}")}) == "missing");
  CHECK(f.shown("filled", {f.text(" ")}) == "\" \"");
  CHECK(f.shown("filled", {Value::of_int(0)}) == "0");
  CHECK(f.shown("filled", {Value::of_bool(false)}) == "false");
}

TEST_CASE("clean gives text without blanks around, or nothing") {
  Functions f;
  CHECK(f.shown("clean", {f.text(" a b\r\n")}) == "\"a b\"");
  CHECK(f.shown("clean", {f.text("é\t")}) == "\"é\"");
  CHECK(f.shown("clean", {f.text("  ")}) == "\"\"");
  for (const char* empty : {"", "<null>", "<NULL>"}) CHECK(f.shown("clean", {f.text(empty)}) == "missing");
  CHECK(f.shown("clean", {f.parsed("[]")}) == "missing");
  CHECK(f.shown("clean", {f.parsed("{\"a\": 1}")}) == R"("{\"a\":1}")");
  CHECK(f.shown("clean", {Value::of_int(0)}) == "\"0\"");
  CHECK(f.shown("clean", {Value{}}) == "missing");
}

TEST_CASE("tidy gives names one form") {
  Functions f;
  CHECK(f.shown("tidy", {f.text("New-InboxRule")}) == "\"New-InboxRule\"");
  CHECK(f.shown("tidy", {f.text(" Update policy. ")}) == "\"Update policy\"");
  CHECK(f.shown("tidy", {f.text("Update   policy")}) == "\"Update policy\"");
  CHECK(f.shown("tidy", {f.text("Add\u00a0 user\u2013x\u2014y\u00a0")}) == "\"Add user-x-y\"");
  CHECK(f.shown("tidy", {f.text("é–")}) == "\"é-\"");
  CHECK(f.shown("tidy", {f.text("\u2012 \u00a1")}) == "\"\u2012 \u00a1\"");
  CHECK(f.shown("tidy", {f.text(". .")}) == "\"\"");
  CHECK(f.shown("tidy", {f.text("")}) == "\"\"");
  CHECK(f.shown("tidy", {Value::of_int(5)}) == "\"5\"");
  CHECK(f.shown("tidy", {Value{}}) == "missing");
}

TEST_CASE("pairs understands every pair of names the logs use") {
  Functions f;
  const auto pairs = [&](std::string_view json) { return f.shown("pairs", {f.parsed(json)}); };
  CHECK(pairs(R"([{"Name": "A", "Value": "x"}, {"name": "B", "value": 5}])") == R"({"A":"x","B":"5"})");
  CHECK(pairs(R"([{"Key": "A", "Value": true}, {"key": "B", "value": [1]}])") == R"({"A":"true","B":"[1]"})");
  CHECK(pairs(R"([{"displayName": "A", "newValue": "\"x\"", "oldValue": null}])") == R"({"A":"x"})");
  CHECK(pairs(R"([{"Name": "A", "NewValue": "[\"x\"]", "OldValue": "y"}])") == R"({"A":"[\"x\"]"})");
  CHECK(
      pairs(R"([{"Name": "A", "Value": null}, {"Name": null, "Value": "x"}, {"Value": 1}, "text", null])") ==
      "{}");
  CHECK(pairs(R"({"A": "x", "B": {"c": 1}, "D": null})") == R"({"A":"x","B":"{\"c\":1}"})");
  CHECK(pairs("5") == "missing");
}

TEST_CASE("pairs takes another member as value, JSON in a text, and the last of a repeated name") {
  Functions f;
  const Value changes =
      f.parsed(R"([{"Name": "A", "NewValue": "n", "OldValue": "o"}, {"Name": "B", "NewValue": "n"}])");
  CHECK(f.shown("pairs", {changes, f.text("OldValue")}) == R"({"A":"o"})");
  CHECK(f.shown("pairs", {f.text(R"([{"Name": "A", "Value": "x"}])")}) == R"({"A":"x"})");
  CHECK(f.shown("pairs", {f.text(R"("[{\"Name\": \"A\", \"Value\": \"x\"}]")")}) == R"({"A":"x"})");
  CHECK(f.shown("pairs", {f.text("no json")}) == "missing");
  const Value repeated =
      f.call("pairs", {f.parsed(R"([{"Name": "A", "Value": "1"}, {"Name": "a", "Value": "2"}])")});
  CHECK(find(repeated, "A").as_string() == "1");
  CHECK(find(repeated, "a").as_string() == "2");
}

TEST_CASE("pairs reads PowerShell parameters") {
  Functions f;
  const auto pairs = [&](std::string_view text) { return f.shown("pairs", {f.text(text)}); };
  CHECK(pairs(R"(-Identity "a b" -Force -Enabled $true)") ==
        R"({"Identity":"a b","Force":"true","Enabled":"$true"})");
  CHECK(pairs("-Name 'x-y' -Confirm:$false") == R"({"Name":"x-y","Confirm":"$false"})");
  CHECK(pairs("-Count -5 -Last") == R"({"Count":"-5","Last":"true"})");
  CHECK(pairs("-Unclosed \"abc -Def") == R"({"Unclosed":"abc -Def"})");
}

}  // namespace shrike::test
