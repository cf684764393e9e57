// The forward pass over records: which member a path finds, what is checked and where, and what is handed on.
#include "runtime/record_decoder.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace shrike;

namespace {

/// A decoder with a record that it keeps alive. Bytes behind the record are chosen to do harm if they were
/// read.
class Probe {
 public:
  explicit Probe(std::vector<RawPath> paths, ReadLimits limits = {}) : decoder_(paths, limits) {}

  bool decode(std::string_view record, char behind = '}') {
    arena_.reset();
    record_ = std::string(record) + std::string(kRecordPadding, behind);
    return decoder_.decode(std::string_view(record_).substr(0, record.size())).has_value();
  }

  /// JSON text of what stands at the path, "-" for missing.
  std::string at(std::size_t index) {
    const Value value = decoder_.value(index, arena_);
    if (value.is_missing()) return "-";
    std::string out;
    append_json(out, value);
    return out;
  }

  RecordDecoder& decoder() { return decoder_; }
  Arena& arena() { return arena_; }

 private:
  RecordDecoder decoder_;
  std::string record_;
  Arena arena_;
};

std::string first_of(std::string_view record, RawPath path) {
  Probe probe({std::move(path)});
  return probe.decode(record) ? probe.at(0) : "rejected";
}

}  // namespace

TEST_CASE("scalars of every kind") {
  Probe probe({{"s"}, {"i"}, {"f"}, {"t"}, {"n"}, {"absent"}, {"e"}});
  REQUIRE(probe.decode(R"({"s":"text","i":-12,"f":0.5,"t":true,"n":null,"e":"a\"\u0042"})"));
  CHECK(probe.at(0) == "\"text\"");
  CHECK(probe.at(1) == "-12");
  CHECK(probe.at(2) == "0.5");
  CHECK(probe.at(3) == "true");
  CHECK(probe.at(4) == "-");
  CHECK(probe.at(5) == "-");
  CHECK(probe.at(6) == R"("a\"B")");
  CHECK(probe.decoder().has(0));
  CHECK_FALSE(probe.decoder().has(4));
  CHECK_FALSE(probe.decoder().has(5));
  CHECK(probe.decoder().text(0) == "\"text\"");
  CHECK(probe.decoder().text(1) == "-12");
  CHECK(probe.decoder().text(4) == "null");
  CHECK(probe.decoder().text(5).empty());
}

TEST_CASE("strings without escapes are views into the record") {
  Probe probe({{"s"}});
  REQUIRE(probe.decode(R"({"s":"text"})"));
  const Value value = probe.decoder().value(0, probe.arena());
  CHECK(probe.arena().used_bytes() == 0);
  CHECK(value.flags == Value::kAscii);
  CHECK(value.as_string().data() == probe.decoder().text(0).data() + 1);
}

TEST_CASE("paths that are prefixes of others get the whole and the part") {
  Probe probe({{"a"}, {"a", "b"}, {"a", "b", "c"}, {"a", "x"}, {}});
  REQUIRE(probe.decode(R"({"z":[{"a":1}],"a":{"b":{"c":[1,{"d":2}],"q":0},"x":"y"}})"));
  CHECK(probe.at(0) == R"({"b":{"c":[1,{"d":2}],"q":0},"x":"y"})");
  CHECK(probe.at(1) == R"({"c":[1,{"d":2}],"q":0})");
  CHECK(probe.at(2) == R"([1,{"d":2}])");
  CHECK(probe.at(3) == "\"y\"");
  CHECK(probe.at(4) == R"({"z":[{"a":1}],"a":{"b":{"c":[1,{"d":2}],"q":0},"x":"y"}})");
  CHECK(probe.decoder().text(2) == R"([1,{"d":2}])");
  REQUIRE(probe.decode(R"({"a":[1]})"));
  CHECK(probe.at(0) == "[1]");
  CHECK(probe.at(1) == "-");
}

TEST_CASE("the last of repeated names counts, as a whole") {
  CHECK(first_of(R"({"a":1,"a":2})", {"a"}) == "2");
  CHECK(first_of(R"({"a":1,"a":null})", {"a"}) == "-");
  CHECK(first_of(R"({"a":{"b":1},"a":{"c":2}})", {"a", "b"}) == "-");
  CHECK(first_of(R"({"a":{"b":1},"a":{"b":2}})", {"a", "b"}) == "2");
  CHECK(first_of(R"({"a":{"b":1},"a":5})", {"a", "b"}) == "-");
  CHECK(first_of(R"({"a":{"b":1,"b":2}})", {"a", "b"}) == "2");
}

TEST_CASE("an exact name beats any other spelling, wherever it stands") {
  CHECK(first_of(R"({"Type":1,"type":2})", {"Type"}) == "1");
  CHECK(first_of(R"({"type":2,"Type":1})", {"Type"}) == "1");
  CHECK(first_of(R"({"type":2,"TYPE":3})", {"Type"}) == "3");
  CHECK(first_of(R"({"Type":null,"type":2})", {"Type"}) == "-");
  CHECK(first_of(R"({"A":{"b":1},"a":{"c":1}})", {"a", "b"}) == "-");
  CHECK(first_of(R"({"a":{"B":1},"A":{"b":2}})", {"a", "b"}) == "1");
  Probe both({{"Type"}, {"type"}, {"Type", "x"}, {"type", "x"}});
  REQUIRE(both.decode(R"({"type":{"x":1},"Type":{"x":2}})"));
  CHECK(both.at(2) == "2");
  CHECK(both.at(3) == "1");
  REQUIRE(both.decode(R"({"TYPE":{"x":1}})"));
  CHECK(both.at(2) == "1");
  CHECK(both.at(3) == "1");
  CHECK(both.at(0) == R"({"x":1})");
}

TEST_CASE("keys may be escaped, folded beyond ASCII, empty, or longer than a word") {
  CHECK(first_of(R"({"\u0061b":1})", {"ab"}) == "1");
  CHECK(first_of(R"({"\u0041B":1,"ab":2})", {"ab"}) == "2");
  CHECK(first_of(R"({"ab":2,"\u0061b":1})", {"ab"}) == "1");
  CHECK(first_of(R"({"a\"b":1})", {"a\"b"}) == "1");
  CHECK(first_of(R"({"a\\b":1})", {"a\\b"}) == "1");
  CHECK(first_of(R"({"a\\b":1})", {"a\\\\b"}) == "-");
  CHECK(first_of("{\"\u212Aey\":1}", {"key"}) == "1");
  CHECK(first_of("{\"KEY\":1}", {"\u212Aey"}) == "1");
  CHECK(first_of("{\"\u00C9t\u00C9\":1}", {"\u00E9t\u00E9"}) == "1");
  CHECK(first_of(R"({"":1})", {""}) == "1");
  CHECK(first_of(R"({"a":1})", {""}) == "-");
  CHECK(first_of(R"({"aVeryLongMemberName1":1,"aVeryLongMemberName2":2})", {"AVERYLONGMEMBERNAME2"}) == "2");
  CHECK(first_of(R"({"aVeryLongXemberName2":1})", {"aVeryLongMemberName2"}) == "-");
  CHECK(first_of(R"({"a\xb":1,"c":2})", {"c"}) == "2");
  CHECK(first_of(R"({"__UDI_RequiredFields_EventTime" : 638123456789012345 })",
                 {"__udi_requiredfields_eventtime"}) == "638123456789012345");
}

TEST_CASE("names that look alike to the hash stay apart") {
  // '@' and '`', '[' and '{' differ in the same bit as the cases of a letter do.
  CHECK(first_of(R"({"@odata.context":1})", {"`odata.context"}) == "-");
  CHECK(first_of(R"({"a[b":1})", {"a{b"}) == "-");
  CHECK(first_of(R"({"a_b":1})", {"a\x7F"
                                  "b"}) == "-");
}

TEST_CASE("what is not one object is rejected, whatever stands behind it") {
  for (const char behind : {'}', ']', ',', '"', ':', '{', '\0', ' '}) {
    for (const char* bad : {"",
                            " ",
                            "[]",
                            "1",
                            "\"a\"",
                            "null",
                            "{",
                            "}",
                            "{}}",
                            "{}{}",
                            "{},",
                            "{} 1",
                            "{\"a\":1",
                            "{\"a\":[}",
                            "{\"a\":[1}",
                            "{\"a\":{]}",
                            "{\"a\":{}",
                            "{\"a\"}",
                            "{\"a\":}",
                            "{\"a\":1,}",
                            "{,\"a\":1}",
                            "{\"a\" 1}",
                            "{\"a\"::1}",
                            "{\"a\":1 2}",
                            "{1:2}",
                            "{\"a\":1]",
                            "{\"w\":{\"a\":1}",
                            "{\"w\":{}",
                            "{\"w\":{\"a\":{}}",
                            "{\"z\":[[}",
                            "{\"z\":[1,]}",
                            "{\"z\":{\"a\":1,}}",
                            "{\"z\":{\"a\"}}",
                            "{\"z\":{\"a\":}}",
                            "{\"z\":[:]}",
                            "{\"z\":[{}{}]}",
                            "{\"z\":\\\"a\\\"}",
                            "{\"z\":'a'}",
                            "{\"a\":\"\x01\"}",
                            "{\"a",
                            "{\"a\":\"b}",
                            "{\"w\":{\"a\":[{}]}",
                            "{\"z\":}"}) {
      CAPTURE(bad);
      CAPTURE(behind);
      Probe probe({{"a"}, {"w", "a"}});
      CHECK_FALSE(probe.decode(bad, behind));
      CHECK(probe.decoder().reject_reason() == RejectReason::kBadJson);
      CHECK(probe.at(0) == "-");
      CHECK(probe.decoder().text(0).empty());
    }
  }
}

TEST_CASE("a wanted scalar is checked by the pass, an unwanted one is not") {
  for (const char* bad : {"01", "1.", "-", "tru", "nulll", "NaN", "1a", "0x10"}) {
    CAPTURE(bad);
    const std::string record = std::string("{\"a\":") + bad + ",\"b\":1}";
    CHECK(first_of(record, {"a"}) == "rejected");
    CHECK(first_of(record, {"b"}) == "1");
  }
}

TEST_CASE("a malformed escape makes a wanted string missing, half a surrogate pair does not") {
  CHECK(first_of(R"({"a":"\x","b":1})", {"a"}) == "-");
  CHECK(first_of(R"({"a":"cut \ud83d"})", {"a"}) == "\"cut \uFFFD\"");
}

TEST_CASE("a wanted whole is checked like a wanted scalar, except for its escapes") {
  CHECK(first_of(R"({"a":[1,01]})", {"a"}) == "rejected");
  CHECK(first_of(R"({"a":{"b":tru}})", {"a"}) == "rejected");
  CHECK(first_of(R"({"a":{"b":{"c":tru},"d":1}})", {"a", "d"}) == "1");
  CHECK(first_of(R"({"a":["\x"]})", {"a"}) == "-");
  CHECK(first_of(R"({"a":NaN})", {}) == "rejected");
  Probe both({{"a"}, {"a", "d"}});
  CHECK_FALSE(both.decode(R"({"a":{"b":{"c":tru},"d":1}})"));
  CHECK_FALSE(both.decode(R"({"a":{"b":tru,"d":1}})"));
  CHECK(both.decode(R"({"b":tru,"a":{"d":1}})"));
}

TEST_CASE("bytes that are not UTF-8 are named as such") {
  Probe probe({{"a"}});
  CHECK_FALSE(probe.decode("{\"z\":\"\xFF\"}"));
  CHECK(probe.decoder().reject_reason() == RejectReason::kBadEncoding);
}

TEST_CASE("nesting is counted in wanted and unwanted parts alike") {
  const auto nested = [](const char* name, std::size_t depth) {
    return std::string("{\"") + name + "\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  const auto objects = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "{\"a\":";
    return text + "1" + std::string(depth, '}');
  };
  Probe probe({{"a"}, {"a", "a"}, {"a", "a", "a"}}, {.nesting = 5});
  CHECK(probe.decode(nested("z", 4)));
  CHECK_FALSE(probe.decode(nested("z", 5)));
  CHECK(probe.decoder().reject_reason() == RejectReason::kTooDeep);
  CHECK(probe.decode(nested("a", 4)));
  CHECK_FALSE(probe.decode(nested("a", 5)));
  CHECK(probe.decoder().reject_reason() == RejectReason::kTooDeep);
  CHECK(probe.decode(objects(5)));
  CHECK(probe.at(2) == R"({"a":{"a":1}})");
  CHECK_FALSE(probe.decode(objects(6)));
  CHECK(probe.decoder().reject_reason() == RejectReason::kTooDeep);
  Probe deep({{"a"}});
  CHECK(deep.decode(nested("z", 255)));
  CHECK_FALSE(deep.decode(nested("z", 256)));
  CHECK_FALSE(deep.decode(nested("z", 200000)));
  Probe shallow({{"a", "b"}}, {.nesting = 1});
  CHECK(shallow.decode("{\"a\":1}"));
  CHECK_FALSE(shallow.decode("{\"a\":{}}"));
}

TEST_CASE("a record beyond the limit is too large") {
  Probe probe({{"a"}}, {.record_bytes = 20});
  CHECK(probe.decode(R"({"a":"0123456789ab"})"));
  CHECK_FALSE(probe.decode(R"({"a":"0123456789abc"})"));
  CHECK(probe.decoder().reject_reason() == RejectReason::kTooLarge);
}

TEST_CASE("nothing of an earlier record remains") {
  Probe probe({{"a"}, {"b"}, {"a", "c"}});
  REQUIRE(probe.decode(R"({"a":{"c":1},"b":2})"));
  CHECK(probe.at(2) == "1");
  REQUIRE(probe.decode(R"({"b":3})"));
  CHECK(probe.at(0) == "-");
  CHECK(probe.at(1) == "3");
  CHECK(probe.at(2) == "-");
  CHECK_FALSE(probe.decode(R"({"b":4,})"));
  CHECK(probe.at(1) == "-");
}

TEST_CASE("values are made once") {
  Probe probe({{"a"}, {"a"}});
  REQUIRE(probe.decode(R"({"a":["\u0041"]})"));
  const Value first = probe.decoder().value(0, probe.arena());
  CHECK(probe.decoder().value(0, probe.arena()).items == first.items);
  CHECK(probe.decoder().value(1, probe.arena()).items == first.items);
}

TEST_CASE("wrapped lists are handed on as text") {
  Probe probe({{"a"}});
  REQUIRE(probe.decode(R"({"@odata.context":"x","value": [ {"a":1}, {"a":2} ] })"));
  CHECK(probe.decoder().wrapped_list() == R"([ {"a":1}, {"a":2} ])");
  REQUIRE(probe.decode(R"({"records":[]})"));
  CHECK(probe.decoder().wrapped_list() == "[]");
  REQUIRE(probe.decode(R"({"value":"x","records":[1]})"));
  CHECK(probe.decoder().wrapped_list() == "[1]");
  REQUIRE(probe.decode(R"({"value":{"value":[1]}})"));
  CHECK(probe.decoder().wrapped_list().empty());
}

TEST_CASE("a quoted record can be handed to a second decoder") {
  Probe outer({{"AuditData"}});
  REQUIRE(outer.decode(R"({"AuditData":"{\"Operation\":\"Send\"}"})"));
  const Value inner = outer.decoder().value(0, outer.arena());
  const std::vector<RawPath> paths = {{"operation"}};
  RecordDecoder second(paths, {});
  REQUIRE(second.decode(inner.as_string()).has_value());
  Arena arena;
  CHECK(second.value(0, arena).as_string() == "Send");
}

TEST_CASE("no paths at all still check the record") {
  Probe probe({});
  CHECK(probe.decode("{\"a\":[1,{}]}"));
  CHECK_FALSE(probe.decode("{\"a\":[1,{}}"));
}
