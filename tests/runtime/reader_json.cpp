// How JSON text is split into records, form by form, and what broken text costs.
#include <doctest/doctest.h>

#include <string>

#include "tests/runtime/reader_collect.hpp"

using shrike::ReadLimits;
using shrike::RejectReason;
using shrike::reader_test::Collected;
using shrike::reader_test::read_text;

namespace {

const std::string kThree = "{\"a\":1}\n{\"b\":\"x\"}\n{\"c\":[{}]}\n";

void check_three(const std::string& text) {
  CAPTURE(text);
  const Collected found = read_text(text);
  CHECK(found.texts() == kThree);
  CHECK(found.reasons() == "");
}

}  // namespace

TEST_CASE("reader: one object a line") {
  check_three(kThree);
  const Collected found = read_text(kThree);
  CHECK(found.records[1].line == 2);
  CHECK(found.records[1].offset == 8);
  CHECK(found.records[2].line == 3);
}

TEST_CASE("reader: line ends, blanks, commas and byte order marks between records do not matter") {
  check_three("{\"a\":1}\r\n{\"b\":\"x\"}\r\n{\"c\":[{}]}\r\n");
  check_three("{\"a\":1}\n{\"b\":\"x\"}\n{\"c\":[{}]}");
  check_three("\n\n  {\"a\":1}  \n\n\t{\"b\":\"x\"}\t,\n{\"c\":[{}]},\r\n\n");
  check_three("\xef\xbb\xbf{\"a\":1}\n\xef\xbb\xbf{\"b\":\"x\"}\n\xef\xbb\xbf{\"c\":[{}]}\n");
  check_three("{\"a\":1}\n{\"b\":\"x\"}\xef\xbb\xbf{\"c\":[{}]}\n");
}

TEST_CASE("reader: objects one after the other on a line") {
  check_three("{\"a\":1}{\"b\":\"x\"}{\"c\":[{}]}");
  check_three("{\"a\":1} {\"b\":\"x\"},{\"c\":[{}]}\n");
  check_three("{\"a\":1}\n{\"b\":\"x\"}{\"c\":[{}]}\n");
  check_three("{\"a\":1}\n{\"b\":\"x\"} {\"c\":[{}]}\n");
}

TEST_CASE("reader: brackets that touch inside a string do not split a record") {
  const Collected found = read_text("{\"a\":1}\n{\"a\":\"}{\"}\n{\"a\":\"\\\"}{\"}\n");
  CHECK(found.texts() == "{\"a\":1}\n{\"a\":\"}{\"}\n{\"a\":\"\\\"}{\"}\n");
  CHECK(found.rejects.empty());
}

TEST_CASE("reader: arrays") {
  check_three("[{\"a\":1},{\"b\":\"x\"},{\"c\":[{}]}]");
  check_three("[\n  {\"a\":1},\n  {\"b\":\"x\"},\n  {\"c\":[{}]}\n]\n");
  check_three("[{\"a\":1}]\n[{\"b\":\"x\"},{\"c\":[{}]}]\n[]\n");
  check_three("[[{\"a\":1}],[[{\"b\":\"x\"}],[],{\"c\":[{}]}]]");
  check_three("{\"a\":1}\n[{\"b\":\"x\"}]\n{\"c\":[{}]}\n");
  CHECK(read_text("[]").rejects.empty());
}

TEST_CASE("reader: wrappers") {
  check_three("{\"value\":[{\"a\":1},{\"b\":\"x\"},{\"c\":[{}]}]}");
  check_three("{\"records\":[{\"a\":1},{\"b\":\"x\"}]}\n{\"Records\": [{\"c\":[{}]}]}");
  check_three(
      "{\n  \"@odata.context\": \"https://x/$metadata#a\\\"[\",\n  \"@odata.count\": 3,\n  \"value\": [\n    "
      "{\"a\":1},\n    {\"b\":\"x\"},\n    {\"c\":[{}]}\n  ],\n  \"@odata.nextLink\": \"https://y}\"\n}\n");
  check_three(
      "{\"count\":3,\"more\":null,\"value\":[{\"a\":1},{\"b\":\"x\"},{\"c\":[{}]}],\"x\":{\"y\":[1]}}");
  check_three(
      "[{\"value\":[{\"a\":1}]},{\"@odata.context\":\"u\",\"value\":[]},{\"value\":[{\"b\":\"x\"},{\"c\":[{}]"
      "}]}]");
}

TEST_CASE("reader: wrappers on lines among records on lines") {
  check_three("{\"a\":1}\n{\"records\":[{\"b\":\"x\"},{\"c\":[{}]}]}\n");
  check_three(
      "{\"a\":1}\n{\"@odata.context\":\"u\",\"value\":[{\"b\":\"x\"},{\"c\":[{}]}]}\n{\"value\":[]}\n");
}

TEST_CASE("reader: an object is no wrapper unless its list holds objects and stands at its beginning") {
  for (const std::string record :
       {R"({"value":["a"]})", R"({"value":[1,{"a":1}]})", R"({"value":"x"})", R"({"records":{}})",
        R"({"records":[[]]})", R"({"id":"x","value":[]})", R"({"properties":{},"value":[{}]})",
        R"({"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"value":[{}]})"}) {
    const Collected found = read_text(record);
    CHECK(found.texts() == record + "\n");
    CHECK(found.rejects.empty());
  }
}

TEST_CASE("reader: pretty-printed objects") {
  const std::string pretty = "{\n  \"a\": {\n    \"b\": [\n      {\n      }\n    ]\n  }\n}";
  const Collected found = read_text(pretty + "\n" + pretty + ",\n" + pretty);
  REQUIRE(found.records.size() == 3);
  CHECK(found.rejects.empty());
  CHECK(found.records[2].text == pretty);
  CHECK(found.records[2].line == 17);
}

TEST_CASE("reader: every layout of valid JSON is read") {
  const std::string flat = "{\n\"a\":\n{\n\"b\": [\n{\n},\n{\n\"c\":1\n}\n]\n}\n}";
  const std::string half = "{\"a\":1,\"b\":[\n{\"c\":1},\n{\"c\":2}\n]}";
  const std::string commas_first = "{ \"a\": { \"b\": 0 }\n, \"c\": [ {}\n, {} ]\n}";
  for (const std::string& one : {flat, half, commas_first}) {
    for (const std::string& text : {one + "\n" + one, "[\n" + one + ",\n" + one + "\n]", one + one,
                                    "{\"value\": [\n" + one + "\n,\n" + one + "]}"}) {
      CAPTURE(text);
      const Collected found = read_text(text);
      CHECK(found.texts() == one + "\n" + one + "\n");
      CHECK(found.reasons() == "");
    }
  }
}

TEST_CASE("reader: a pretty-printed file behind one with lines, and the other way round") {
  const std::string pretty = "{\n  \"a\": {\n    \"b\": 1\n  }\n}";
  const Collected found =
      read_text("{\"x\":1}\n{\"x\":2}\n" + pretty + "\n" + pretty + "\n{\"x\":3}\n{\"x\":4}\n");
  CHECK(found.texts() == "{\"x\":1}\n{\"x\":2}\n" + pretty + "\n" + pretty + "\n{\"x\":3}\n{\"x\":4}\n");
  CHECK(found.rejects.empty());
}

TEST_CASE("reader: a broken line costs that line only") {
  const std::string good = "{\"good\":1}";
  for (const std::string bad :
       {R"({"a":"x)", R"({"a":1,)", R"({"a":)", R"({"a":[)", R"({"a":[{"b":1},1)", R"({"a":[1,2)",
        R"({"a":{"b":1)", R"({"a":"x\)", R"("a":1})", R"(garbage)", R"(])", R"({"a" "b")", R"({)",
        R"({"a":1}])", R"(null)", R"({"a":[{)", R"({"a":{"b":[{"c":)"}) {
    CAPTURE(bad);
    for (int place = 0; place < 3; ++place) {
      CAPTURE(place);
      std::string text;
      for (int line = 0; line < 3; ++line) text += (line == place ? bad : good) + "\n";
      const Collected found = read_text(text);
      const bool tail_only = bad.starts_with(R"({"a":1}])");
      if (tail_only) {
        CHECK(found.records.size() == 3);
      } else {
        CHECK(found.texts() == good + "\n" + good + "\n");
      }
      REQUIRE(found.rejects.size() == 1);
      CHECK(found.rejects[0].line == static_cast<unsigned>(place + 1));
      CHECK(found.rejects[0].reason == RejectReason::kBadJson);
      if (!tail_only && place != 2) CHECK(found.rejects[0].text.starts_with(bad));
      CHECK(found.rejects[0].text.find("good") == std::string::npos);
    }
  }
}

TEST_CASE("reader: several broken lines are as many rejects") {
  const Collected found = read_text("{\"a\":1}\nx\ny\n{\"b\":1}\n{\"c\":\nz\n{\"d\":1}\n");
  CHECK(found.texts() == "{\"a\":1}\n{\"b\":1}\n{\"d\":1}\n");
  CHECK(found.reasons() == "2 bad_json\n3 bad_json\n5 bad_json\n6 bad_json\n");
}

TEST_CASE("reader: a broken pretty-printed record costs itself only") {
  const std::string good = "{\n  \"a\": [\n    {\n      \"b\": 1\n    }\n  ]\n}";
  for (const std::string bad : {
           "{\n  \"a\": \"x\n  \"b\": {\n    \"c\": 1\n  }\n}",             // a quote is missing
           "{\n  \"a\": {\n    \"c\": [\n      {\n      },\n  \"d\": 1\n",  // brackets are missing
           "{\n  \"a\": [\n",
           "{\n  \"a\": {\n    \"c\": ]\n  }\n}",
           "{\n  \"a\": [\n    {\n      \"b\": \"\n    },\n    {\n      \"b\": 2\n    }\n  ]\n}",
       }) {
    CAPTURE(bad);
    const Collected found = read_text(good + "\n" + bad + "\n" + good + "\n" + good + "\n");
    CHECK(found.texts() == good + "\n" + good + "\n" + good + "\n");
    CHECK(found.reasons() == "8 bad_json\n");
    const Collected first = read_text(bad + "\n" + good + "\n" + good + "\n");
    CHECK(first.texts() == good + "\n" + good + "\n");
    CHECK(first.reasons() == "1 bad_json\n");
  }
}

TEST_CASE("reader: a broken element of a list costs itself only") {
  CHECK(read_text("[{\"a\":1},{\"b\":[1,2},{\"c\":1}]").texts() == "{\"a\":1}\n{\"c\":1}\n");
  CHECK(read_text("[{\"a\":1},{\"b\":{\"x\":1},{\"c\":1}]").texts() == "{\"a\":1}\n{\"c\":1}\n");
  CHECK(read_text("[{\"a\":1},{\"b\":1]\n{\"c\":1}").texts() == "{\"a\":1}\n{\"c\":1}\n");
  const Collected lines = read_text("[\n{\"a\":1},\n{\"b\":\"x},\n{\"c\":1}\n]\n");
  CHECK(lines.texts() == "{\"a\":1}\n{\"c\":1}\n");
  CHECK(lines.reasons() == "3 bad_json\n");
}

TEST_CASE("reader: what is no object in a list is one reject per run") {
  const Collected found = read_text("[1,2,3,{\"a\":1},null,\"{\",{\"b\":1},true]");
  CHECK(found.texts() == "{\"a\":1}\n{\"b\":1}\n");
  CHECK(found.rejects.size() == 3);
  CHECK(found.rejects[0].text == "1,2,3");
  CHECK(read_text("[null,{\"a\":1}]").records.size() == 1);
  CHECK(read_text("[1,2,3]").rejects.size() == 1);
}

TEST_CASE("reader: input that ends too early") {
  const Collected list = read_text("[{\"a\":1},");
  CHECK(list.texts() == "{\"a\":1}\n");
  CHECK(list.reasons() == "1 bad_json\n");
  const Collected wrapper = read_text("\n{\"value\":[{\"a\":1}]");
  CHECK(wrapper.texts() == "{\"a\":1}\n");
  CHECK(wrapper.reasons() == "2 bad_json\n");
  const Collected element = read_text("[{\"a\":1},\n{\"b\":");
  CHECK(element.texts() == "{\"a\":1}\n");
  CHECK(element.reasons() == "2 bad_json\n");
  CHECK(read_text("{\"a\":1}\n{\"b\":\"").reasons() == "2 bad_json\n");
  CHECK(read_text("[").reasons() == "1 bad_json\n");
}

TEST_CASE("reader: empty input holds nothing and is no error") {
  for (const std::string text : {"", " ", "\n\n", "\xef\xbb\xbf", "\xef\xbb\xbf\r\n", ",\n"}) {
    const Collected found = read_text(text);
    CHECK(found.records.empty());
    CHECK(found.rejects.empty());
  }
}

TEST_CASE("reader: text that is neither JSON nor CSV is one reject") {
  for (const std::string text :
       {"<!DOCTYPE html>\n<html>\n<script>\n{ a: 1 }\n</script>\n</html>\n", "%PDF-1.7\n%abc\n{}\n",
        "PK\x03\x04zip\n{\n", "Dear all,\nplease find attached\nthe logs.\n", "just words\n\nand more\n",
        "Hello, world\n", "key: value\nother: value\n", "\x7f\x45LF\x02\x01\n{}"}) {
    CAPTURE(text);
    const Collected found = read_text(text);
    CHECK(found.records.empty());
    CHECK(found.reasons() == "1 bad_json\n");
  }
  CHECK(read_text("some\nwords\n").rejects[0].detail == "The input is text, neither JSON nor CSV.");
  CHECK(read_text("<html>").rejects[0].detail.find("HTML") != std::string::npos);
  CHECK(read_text(std::string("ab\0\1\2\3\4\5cd\n{\"a\":1}\n", 19)).reasons() == "1 bad_json\n");
  CHECK(read_text("caf\xe9\n").reasons() == "1 bad_encoding\n");
}

TEST_CASE("reader: zero bytes are rejects, records around them are read") {
  const std::string zeros(600, '\0');
  const Collected front = read_text(zeros + "{\"a\":1}\n{\"b\":1}\n" + zeros);
  CHECK(front.texts() == "{\"a\":1}\n{\"b\":1}\n");
  CHECK(front.reasons() == "1 bad_json\n3 bad_json\n");
  const Collected torn = read_text("{\"a\":1}\n{\"b" + zeros + "{\"c\":1}\n" + zeros + "x\n{\"d\":1}\n");
  CHECK(torn.texts() ==
        "{\"a\":1}\n{\"b" + zeros + "{\"c\":1}\n{\"d\":1}\n");  // The decoder refuses the second.
  CHECK(torn.reasons() == "3 bad_json\n");
  const Collected inside = read_text(std::string("{\"a\":1}\n{\"b\":\"\0\"}\n{\"c\":1}\n", 26));
  CHECK(inside.records.size() == 3);  // The decoder refuses the second.
}

TEST_CASE("reader: records beyond the limits are one reject each, wherever they stand") {
  const ReadLimits limits{100, 4};
  const std::string large = "{\"a\":\"" + std::string(200, 'x') + "\"}";
  const std::string deep = "{\"a\":[[[[1]]]]}";
  for (const std::string between : {"\n", " ", ",", ",\n  "}) {
    for (const std::string front : {"", "[", "{\"value\":["}) {
      const std::string back = front.empty() ? "" : front == "[" ? "]" : "]}";
      const std::string sep = front.empty() ? between : "," + between;
      const Collected found =
          read_text(front + "{\"a\":1}" + sep + large + sep + deep + sep + "{\"b\":1}" + back, limits);
      CAPTURE(front + between);
      if (front.empty() && between.find('\n') != std::string::npos) {
        // The decoder finds the depth of short lines.
        CHECK(found.texts() == "{\"a\":1}\n" + deep + "\n{\"b\":1}\n");
        CHECK(found.reasons() == "2 too_large\n");
      } else {
        CHECK(found.texts() == "{\"a\":1}\n{\"b\":1}\n");
        REQUIRE(found.rejects.size() == 2);
        CHECK(found.rejects[0].reason == RejectReason::kTooLarge);
        CHECK(found.rejects[1].reason == RejectReason::kTooDeep);
        CHECK(large.starts_with(found.rejects[0].text));
      }
    }
  }
}

TEST_CASE("reader: a long line is checked for depth") {
  const std::string deep(300, '[');
  const std::string line =
      "{\"pad\":\"" + std::string(9000, 'x') + "\",\"a\":" + deep + std::string(300, ']') + "}";
  const Collected found = read_text("{\"a\":1}\n" + line + "\n{\"b\":1}\n");
  CHECK(found.texts() == "{\"a\":1}\n{\"b\":1}\n");
  CHECK(found.reasons() == "2 too_deep\n");
}

TEST_CASE("reader: a line longer than a record may be holds records all the same") {
  const ReadLimits limits{100, 8};
  std::string text = "{\"a\":0}\n";
  for (int i = 0; i < 100; ++i) text += "{\"a\":" + std::to_string(i) + "}";
  text += "\n{\"records\":[";
  for (int i = 0; i < 100; ++i) text += (i == 0 ? "{\"a\":" : ",{\"a\":") + std::to_string(i) + "}";
  text += "]}\n{\"a\":0}\n";
  const Collected found = read_text(text, limits);
  CHECK(found.records.size() == 202);
  CHECK(found.rejects.empty());
}

TEST_CASE("reader: the sink can stop it") {
  Collected found;
  found.stop_after = 2;
  CHECK(shrike::read_bytes(kThree, "x", {}, found).has_value());
  CHECK(found.records.size() == 2);
  Collected list;
  list.stop_after = 1;
  CHECK(shrike::read_bytes("[{},{},{}", "x", {}, list).has_value());
  CHECK(list.records.size() == 1);
  CHECK(list.rejects.empty());
}
