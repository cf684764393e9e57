// The same records in every form, encoding and compression, cut into pieces of every size, give the same
// records at the same places; and the fast parts of the reader agree with slow, obvious ones.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/reader/json_block.hpp"
#include "runtime/reader/object_scan.hpp"
#include "tests/runtime/reader_collect.hpp"

using shrike::reader_test::Collected;
using shrike::reader_test::Found;
using shrike::reader_test::read_in_pieces;

namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) { return random() % limit; }

std::string random_string(Random& random) {
  static const std::vector<std::string> kParts = {
      "a",   "Operation", "\\\"", "\\\\",     "{",
      "}",   "[",         "]",    ",",        ":",
      "\\n", "\\/",       "}{",   "\xc3\xa9", "\xf0\x9f\x98\x80",
      "  ",  "\\u00e9",   "x",    "'",        "\"\"" + std::string()};
  std::string text = "\"";
  for (std::size_t i = below(random, 8); i > 0; --i) text += kParts[below(random, kParts.size() - 1)];
  return text + "\"";
}

std::string random_value(Random& random, int depth, const std::string& indent);

/// `indent` is a line end with blanks for pretty printing, or empty.
std::string random_members(Random& random, int depth, const std::string& indent, bool object) {
  const std::string inner = indent.empty() ? "" : indent + "  ";
  std::string text(1, object ? '{' : '[');
  const std::size_t count = below(random, 5);
  for (std::size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "" : ",") + inner;
    if (object) text += random_string(random) + (indent.empty() ? ":" : ": ");
    text += random_value(random, depth - 1, inner);
  }
  if (count != 0) text += indent;
  return text + (object ? "}" : "]");
}

std::string random_value(Random& random, int depth, const std::string& indent) {
  static const std::vector<std::string> kScalars = {"0",     "-1.5e+3", "true",
                                                    "false", "null",    "123456789012345678"};
  switch (below(random, depth > 0 ? 4 : 2)) {
    case 0:
      return random_string(random);
    case 1:
      return kScalars[below(random, kScalars.size())];
    case 2:
      return random_members(random, depth, indent, false);
    default:
      return random_members(random, depth, indent, true);
  }
}

/// A record that is certainly no wrapper: its first member is an object.
std::string random_record(Random& random, const std::string& indent) {
  const std::string inner = indent.empty() ? "" : indent + "  ";
  return "{" + inner + "\"first\":" + random_members(random, 1, inner, true) + "," + inner +
         "\"second\":" + random_value(random, 4, inner) + indent + "}";
}

struct Form {
  std::string text;
  std::vector<Found> expected;
};

/// Puts records together and notes where each one is.
Form put_together(const std::vector<std::string>& records, const std::string& front,
                  const std::string& between, const std::string& back) {
  Form form;
  form.text = front;
  for (const std::string& record : records) {
    if (!form.expected.empty()) form.text += between;
    const auto line = 1 + std::count(form.text.begin(), form.text.end(), '\n');
    form.expected.push_back({record, static_cast<std::uint64_t>(line), form.text.size()});
    form.text += record;
  }
  form.text += back;
  return form;
}

void check_form(const Form& form, Random& random) {
  CAPTURE(form.text);
  std::vector<std::string> stored = {
      form.text, shrike::reader_test::gzip(form.text), shrike::reader_test::zstd(form.text),
      shrike::reader_test::utf16(form.text, true), shrike::reader_test::utf16(form.text, false)};
  stored.push_back(shrike::reader_test::gzip(stored[3]));
  for (const std::string& bytes : stored) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7},
                                    std::size_t{64}, 1 + below(random, 300), std::size_t{65536}}) {
      CAPTURE(piece);
      const Collected found = read_in_pieces(bytes, piece);
      CHECK(found.records == form.expected);
      CHECK(found.rejects.empty());
    }
  }
}

}  // namespace

TEST_CASE("reader: the same records in every form, encoding, compression and piece size") {
  Random random(20240917);
  struct Around {
    const char* front;
    const char* between;
    const char* back;
  };
  const std::vector<Around> arounds = {
      {"", "\n", "\n"},
      {"", "\r\n", ""},
      {"\n ", ",\n\n", " "},
      {"", "", ""},
      {"", " ", "\n"},
      {"", ", ", ""},
      {"", "\xef\xbb\xbf", "\n"},
      {"[", ",", "]"},
      {"[\n", ",\n", "\n]\n"},
      {" [ [", " ,\t", "] ]"},
      {"{\"value\":[", ",", "]}"},
      {"{ \"@odata.context\" : \"http://x\\\"/{\" ,\n \"value\" : [\n", "\n,\n",
       "\n] , \"@odata.nextLink\":\"]}\" }"},
      {"{\"a\":1}\n{\"records\": [", ",", "]}\n"},
      {"{\"a\":1}\n", "\n", "\n"},
  };
  for (int round = 0; round < 12; ++round) {
    for (const std::string indent : {"", "\n", "\r\n  "}) {
      std::vector<std::string> records;
      for (std::size_t i = 1 + below(random, 5); i > 0; --i) records.push_back(random_record(random, indent));
      for (const Around& around : arounds) {
        Form form = put_together(records, around.front, around.between, around.back);
        if (std::string_view(around.front).starts_with("{\"a\":1}")) {
          form.expected.insert(form.expected.begin(), Found{"{\"a\":1}", 1, 0});
        }
        check_form(form, random);
      }
    }
  }
}

TEST_CASE("reader: the same rows of CSV in every encoding, compression and piece size") {
  Random random(7);
  static const std::vector<std::string> kParts = {"a", "b c", "\"", "\n",       "\r\n",
                                                  ",", ";",   "\\", "\xc3\xa9", "{}"};
  static const std::vector<std::string> kEscaped = {"a", "b c", "\\\"", "\\n",      "\\r\\n",
                                                    ",", ";",   "\\\\", "\xc3\xa9", "{}"};
  for (int round = 0; round < 40; ++round) {
    const std::string line_end = round % 2 == 0 ? "\n" : "\r\n";
    Form form;
    form.text = "one,\"two\",three" + line_end;
    for (std::size_t row = 1 + below(random, 5); row > 0; --row) {
      const auto line = 1 + std::count(form.text.begin(), form.text.end(), '\n');
      Found record{"{\"one\":\"x\"", static_cast<std::uint64_t>(line), form.text.size()};
      form.text += "x";
      for (const char* name : {"two", "three"}) {
        std::string cell;
        std::string json;
        for (std::size_t i = below(random, 5); i > 0; --i) {
          const std::size_t part = below(random, kParts.size());
          cell += kParts[part] == "\"" ? "\"\"" : kParts[part];
          json += kEscaped[part];
        }
        form.text += ",\"" + cell + "\"";
        if (!json.empty()) record.text += ",\"" + std::string(name) + "\":\"" + json + "\"";
      }
      record.text += "}";
      form.text += line_end;
      form.expected.push_back(record);
    }
    check_form(form, random);
  }
}

TEST_CASE("reader: any damage to any form gives the same in pieces of every size, and no crash") {
  Random random(99);
  const std::string alphabet = "{}[]\",:\\\n\r \t\0x\xef\xbb\xbf\xff<#";
  const std::vector<std::string> starts = {
      "{\"a\":1}\n{\"b\":[{\"c\":\"d\"}]}\n{\"e\":{\"f\":{}}}\n",
      "{\n  \"a\": [\n    {\n      \"b\": \"c\"\n    }\n  ]\n}\n{\n  \"d\": 1\n}\n",
      "[{\"a\":1},{\"b\":\"x\\\"y\"},[{\"c\":[1,2]}]]",
      "{\"@odata.context\":\"u\",\"value\":[{\"a\":1},\n{\"b\":2}],\"@odata.nextLink\":\"v\"}\n{\"c\":1}\n",
      "one,two,three\n1,\"a\"\"b\",\"c\nd\"\n2,,\n\"3\",x,\"y\"\n",
  };
  const shrike::ReadLimits limits{40, 5};
  for (int round = 0; round < 4000; ++round) {
    std::string text = starts[below(random, starts.size())];
    for (std::size_t i = 1 + below(random, 3); i > 0; --i) {
      const std::size_t at = below(random, text.size());
      switch (below(random, 4)) {
        case 0:
          text.erase(at, 1 + below(random, 4));
          break;
        case 1:
          text.insert(at, 1, alphabet[below(random, alphabet.size())]);
          break;
        case 2:
          text[at] = alphabet[below(random, alphabet.size())];
          break;
        default:
          text.insert(at, text.substr(below(random, text.size()), below(random, 20)));
          break;
      }
      if (text.empty()) text = "{";
    }
    CAPTURE(text);
    const Collected whole = read_in_pieces(text, 100000, limits);
    for (const std::size_t piece : {std::size_t{1}, 1 + below(random, 20)}) {
      const Collected pieces = read_in_pieces(text, piece, limits);
      CHECK(pieces.records == whole.records);
      CHECK(pieces.rejects == whole.rejects);
    }
    for (const Found& record : whole.records) CHECK(record.text.starts_with('{'));
  }
}

TEST_CASE("reader: blocks are classified alike with and without vector instructions") {
  Random random(5);
  const std::string alphabet = "{}[]\"\\\n ax;:\x1b\x5b\x7b\xdb\xfb";
  std::string text(shrike::reader::kBlockBytes + 64, ' ');
  for (int round = 0; round < 2000; ++round) {
    for (char& c : text)
      c = round % 2 == 0 ? alphabet[below(random, alphabet.size())] : static_cast<char>(random());
    CHECK(shrike::reader::classify_block(text.data()) ==
          shrike::reader::classify_block_portably(text.data()));
    bool adjacent = false;
    const std::size_t size = 1 + below(random, 60);
    for (std::size_t i = 0; i + 1 < size; ++i) {
      adjacent =
          adjacent || (text[i] == '}' && (text[i + 1] == '{' || text[i + 1] == ' ' || text[i + 1] == '\xef'));
    }
    CHECK(shrike::reader::may_hold_adjacent_objects(text.data(), size) == adjacent);
  }
}

TEST_CASE("reader: the structural scan ends where a walk byte by byte does") {
  using shrike::reader::ObjectScan;
  Random random(3);
  for (int round = 0; round < 3000; ++round) {
    const std::string value = random_members(random, 5, round % 3 == 0 ? "\n" : "", round % 2 == 0);
    const std::string padded = value + "]}\"x" + std::string(64, '}');
    ObjectScan scan(64);
    scan.start({});
    std::size_t at = 0;
    for (;;) {
      const std::size_t piece = std::min(1 + below(random, 200), value.size() + 4 - at);
      std::size_t used = 0;
      const auto result = scan.scan(padded.data() + at, padded.data() + at + piece, used);
      at += used;
      if (result != ObjectScan::Result::kMore) {
        CHECK(result == ObjectScan::Result::kEnd);
        break;
      }
      REQUIRE(at < value.size());
    }
    CHECK(at == value.size());
    CHECK(!scan.broken());
    CHECK(!scan.too_deep());
    CHECK(scan.newlines() == static_cast<std::uint64_t>(std::count(value.begin(), value.end(), '\n')));
  }
}
