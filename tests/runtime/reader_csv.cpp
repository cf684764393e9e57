// How CSV is recognised and its rows become records.
#include <doctest/doctest.h>

#include <string>

#include "tests/runtime/reader_collect.hpp"

using shrike::ReadLimits;
using shrike::RejectReason;
using shrike::reader_test::Collected;
using shrike::reader_test::read_text;

TEST_CASE("reader: CSV rows become objects") {
  const Collected found = read_text("CreationDate,UserIds,AuditData\n1,a,b\n2,c,\"d\"\n");
  CHECK(found.texts() ==
        "{\"CreationDate\":\"1\",\"UserIds\":\"a\",\"AuditData\":\"b\"}\n"
        "{\"CreationDate\":\"2\",\"UserIds\":\"c\",\"AuditData\":\"d\"}\n");
  CHECK(found.rejects.empty());
  CHECK(found.records[1].line == 3);
  CHECK(found.records[1].offset == 37);
}

TEST_CASE("reader: CSV quoting, line breaks in cells and JSON escapes") {
  const Collected found = read_text(
      "a,b\n"
      "\"x, y\",\"say \"\"hi\"\"\"\n"
      "\"line\r\nbreak\n\",\"tab\t\\ \x01\"\n"
      "5\" disk,\"\"\"\"\"\"\n"
      "\"\", z \n");
  CHECK(found.texts() ==
        "{\"a\":\"x, y\",\"b\":\"say \\\"hi\\\"\"}\n"
        "{\"a\":\"line\\r\\nbreak\\n\",\"b\":\"tab\\t\\\\ \\u0001\"}\n"
        "{\"a\":\"5\\\" disk\",\"b\":\"\\\"\\\"\"}\n"
        "{\"b\":\" z \"}\n");
  CHECK(found.rejects.empty());
  CHECK(found.records[1].line == 3);
  CHECK(found.records[2].line == 6);
}

TEST_CASE("reader: CSV line ends, byte order marks and blank rows do not matter") {
  const std::string expected = "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}\n";
  for (const std::string text : {
           "a,b\n1,2\n3,4\n",
           "a,b\r\n1,2\r\n3,4\r\n",
           "a,b\n1,2\n3,4",
           "\xef\xbb\xbf\"a\",\"b\"\n1,2\n3,4\n",
           "\n\na,b\n\n1,2\n,\n\n3,4\n\n",
           "a,b\n1,2\n\xef\xbb\xbf"
           "a,b\n3,4\n",
           "#TYPE Selected.Object\n\"a\",\"b\"\n\"1\",\"2\"\n\"3\",\"4\"\n",
           "sep=,\r\na,b\r\n1,2\r\n3,4\r\n",
           "\"a\" ,\"b\" \n\"1\" ,\"2\"\n3,4\n",
           "a,b,\n1,2,\n3,4,\n",
           "a,b\n1,2,\n3,4,,\n",
       }) {
    CAPTURE(text);
    const Collected found = read_text(text);
    CHECK(found.texts() == expected);
    CHECK(found.reasons() == "");
  }
}

TEST_CASE("reader: CSV with semicolons or tabs") {
  CHECK(read_text("a;b\n1,5;2\n").texts() == "{\"a\":\"1,5\",\"b\":\"2\"}\n");
  CHECK(read_text("a\tb\n1,5\t2\n").texts() == "{\"a\":\"1,5\",\"b\":\"2\"}\n");
  CHECK(read_text("sep=;\na;b\n1,5;2\n").texts() == "{\"a\":\"1,5\",\"b\":\"2\"}\n");
}

TEST_CASE("reader: CSV column names lose blanks and [UTC], and are escaped") {
  const Collected found = read_text("\"TimeGenerated [UTC]\", Caf\xc3\xa9 \n1,2\n");
  CHECK(found.texts() == "{\"TimeGenerated\":\"1\",\"Caf\xc3\xa9\":\"2\"}\n");
}

TEST_CASE("reader: CSV headers that log systems write") {
  const Collected found = read_text("_time,Actor{}.ID,\"ExtendedProperties[0].Name\",Date (UTC)\n1,2,3,4\n");
  CHECK(found.texts() ==
        "{\"_time\":\"1\",\"Actor{}.ID\":\"2\",\"ExtendedProperties[0].Name\":\"3\",\"Date (UTC)\":\"4\"}\n");
}

TEST_CASE("reader: the rest of a broken JSON line is no CSV header") {
  for (const std::string text :
       {"\"Operation\":\"X\",\"Workload\":\"Y\"}\n", "ration\":\"X\",\"Workload\":\"Y\"}\n"}) {
    CAPTURE(text);
    CHECK(read_text(text).reasons() == "1 bad_json\n");
    CHECK(read_text(text + "{\"a\":1}\n").texts() == "{\"a\":1}\n");
  }
}

TEST_CASE("reader: CSV with AuditData as its only column") {
  CHECK(read_text("\"AuditData\"\n\"{\"\"a\"\":1}\"\n").texts() == "{\"AuditData\":\"{\\\"a\\\":1}\"}\n");
}

TEST_CASE("reader: CSV with a header only holds nothing") {
  const Collected found = read_text("CreationDate,UserIds,AuditData\n");
  CHECK(found.records.empty());
  CHECK(found.rejects.empty());
}

TEST_CASE("reader: lines of JSON behind a line with commas are no CSV") {
  const Collected found = read_text("started, ok\n{\"a\":1}\n");
  CHECK(found.texts() == "{\"a\":1}\n");
  CHECK(found.reasons() == "1 bad_json\n");
}

TEST_CASE("reader: prose with commas is no CSV") {
  const Collected found = read_text("Dear John, dear Jane\nwe met, as you know, in May\nand talked.\n");
  CHECK(found.records.empty());
  CHECK(found.reasons() == "1 bad_json\n");
}

TEST_CASE("reader: thousands of CSV columns") {
  std::string header;
  std::string row;
  for (int i = 0; i < 5000; ++i) {
    header += (i == 0 ? "c" : ",c") + std::to_string(i);
    row += i == 0 ? "" : ",";
    if (i % 1000 == 999) row += "x";
  }
  const Collected found = read_text(header + "\n" + row + "\n");
  CHECK(found.texts() ==
        "{\"c999\":\"x\",\"c1999\":\"x\",\"c2999\":\"x\",\"c3999\":\"x\",\"c4999\":\"x\"}\n");
}

TEST_CASE("reader: CSV rows that do not fit the header") {
  const Collected found = read_text("a,b,c\n1,2,3,4\n1,2\n1\n1,2,3\n\"1\"x,2,3\n1,2");
  // A row may lack cells at its end, as spreadsheets leave them out; one cell alone is no row.
  CHECK(found.texts() == "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}\n");
  CHECK(found.reasons() == "2 bad_csv\n4 bad_csv\n6 bad_csv\n7 bad_csv\n");
  CHECK(found.rejects[0].text == "1,2,3,4");
}

TEST_CASE("reader: CSV that is not UTF-8 costs the row") {
  const Collected found = read_text("a,b\ncaf\xe9,1\nx,2\n");
  CHECK(found.texts() == "{\"a\":\"x\",\"b\":\"2\"}\n");
  CHECK(found.reasons() == "2 bad_encoding\n");
}

TEST_CASE("reader: an unclosed CSV quote does not swallow rows with quotes") {
  const Collected found = read_text("a,b\n1,\"x\n\"2\",\"y\"\n\"3\",\"z\"\n");
  CHECK(found.texts() == "{\"a\":\"2\",\"b\":\"y\"}\n{\"a\":\"3\",\"b\":\"z\"}\n");
  CHECK(found.reasons() == "2 bad_csv\n");
}

TEST_CASE("reader: an unclosed CSV quote that reaches to the end says where it began") {
  const Collected found = read_text("a,b\n1,2\n\"3\n3\",\"x\n4,5\n6,7\n");
  CHECK(found.texts() == "{\"a\":\"1\",\"b\":\"2\"}\n");
  CHECK(found.reasons() == "4 bad_csv\n");
  CHECK(found.rejects[0].detail.find("line 4") != std::string::npos);
}

TEST_CASE("reader: a CSV row that is too large is one reject") {
  const ReadLimits limits{50, 8};
  const std::string large(200, 'x');
  const Collected found = read_text("a,b\n1,2\n\"" + large + "\n\"," + large + "\n3,4\n", limits);
  CHECK(found.texts() == "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}\n");
  CHECK(found.reasons() == "3 too_large\n");
  const Collected open = read_text("a,b\n1,\"" + large + "\n\n", limits);
  CHECK(open.reasons() == "2 bad_csv\n");
}

TEST_CASE("reader: zero bytes in CSV are text") {
  CHECK(read_text(std::string("first,second\n\0,2\n", 17)).texts() ==
        "{\"first\":\"\\u0000\",\"second\":\"2\"}\n");
}
