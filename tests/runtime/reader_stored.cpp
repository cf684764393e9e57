// Compression, encodings, files and folders.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "runtime/reader/text_encoding.hpp"
#include "tests/runtime/reader_collect.hpp"

namespace fs = std::filesystem;
using shrike::RejectReason;
using shrike::reader_test::Collected;
using shrike::reader_test::gzip;
using shrike::reader_test::read_text;
using shrike::reader_test::utf16;
using shrike::reader_test::zstd;

namespace {

const std::string kLines = "{\"a\":1}\n{\"b\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"}\n";

/// A folder that is gone after the test.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("shrike_reader_" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& bytes) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << bytes;
  }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("reader: gzip and zstd, also several members and frames") {
  CHECK(read_text(gzip(kLines)).texts() == kLines);
  CHECK(read_text(zstd(kLines)).texts() == kLines);
  const std::string head = kLines.substr(0, 11);
  const std::string tail = kLines.substr(11);
  for (const std::string& stored :
       {gzip(head) + gzip(tail), gzip(head) + gzip("") + gzip(tail) + std::string(512, '\0'),
        zstd(head) + zstd(tail),
        std::string("\x50\x2a\x4d\x18\x03\0\0\0abc", 11) + zstd(head) + zstd(tail)}) {
    const Collected found = read_text(stored);
    CHECK(found.texts() == kLines);
    CHECK(found.rejects.empty());
  }
  CHECK(read_text(gzip("")).rejects.empty());
  CHECK(read_text(zstd("")).rejects.empty());
}

TEST_CASE("reader: compressed data that is cut off is a reject behind what could be read") {
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "{\"number\":" + std::to_string(i * 7919 % 10007) + "}\n";
  for (const std::string& packed : {gzip(many), zstd(many)}) {
    const Collected found = read_text(packed.substr(0, packed.size() * 2 / 3));
    CHECK(many.starts_with(found.texts()));
    CHECK(!found.rejects.empty());
    CHECK(found.rejects.back().reason == RejectReason::kBadCompression);
    CHECK(found.rejects.back().line >= found.records.size());
    CHECK(found.rejects.size() == 1);
  }
  const std::string packed = gzip(many);
  CHECK(read_text(packed.substr(0, packed.size() * 2 / 3)).records.size() > 1000);
  const Collected no_end = read_text(packed.substr(0, packed.size() - 3));
  CHECK(no_end.texts() == many);
  CHECK(no_end.reasons() == "5001 bad_compression\n");
}

TEST_CASE("reader: damaged compressed data is a reject behind what could be read") {
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "{\"number\":" + std::to_string(i * 7919 % 10007) + "}\n";
  std::string packed = gzip(many);
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] + 1);  // The checksum.
  const Collected checksum = read_text(packed);
  CHECK(checksum.texts() == many);
  CHECK(checksum.reasons() == "5001 bad_compression\n");
  const Collected behind = read_text(gzip(many) + "garbage");
  CHECK(behind.texts() == many);
  CHECK(behind.reasons() == "5001 bad_compression\n");
  const Collected frame = read_text(zstd(many) + "garbage");
  CHECK(frame.texts() == many);
  CHECK(frame.reasons() == "5001 bad_compression\n");
  CHECK(read_text("\x1f\x8b").reasons() == "1 bad_compression\n");
  CHECK(read_text("\x28\xb5\x2f\xfd").reasons() == "1 bad_compression\n");
}

TEST_CASE("reader: a record that damaged compression cuts off is one reject with that reason") {
  std::string text = "{\"a\":1}\n{\"b\":\"";
  for (int i = 0; i < 20000; ++i) text += std::to_string(i * 7919 % 10007);
  const std::string packed = gzip(text + "\"}\n");
  const Collected found = read_text(packed.substr(0, packed.size() / 2));
  CHECK(found.texts() == "{\"a\":1}\n");
  CHECK(found.reasons() == "2 bad_compression\n");
  CHECK(found.rejects[0].text.starts_with("{\"b\":\"0"));
}

TEST_CASE("reader: UTF-16 with and without byte order mark") {
  for (const bool little : {true, false}) {
    const std::string mark = little ? "\xff\xfe" : "\xfe\xff";
    CHECK(read_text(utf16(kLines, little)).texts() == kLines);
    CHECK(read_text(mark + utf16(kLines, little)).texts() == kLines);
    CHECK(read_text(mark + utf16("a,b\r\n1,2\r\n", little)).texts() == "{\"a\":\"1\",\"b\":\"2\"}\n");
    CHECK(read_text(gzip(mark + utf16(kLines, little))).texts() == kLines);
    CHECK(read_text(mark).rejects.empty());
  }
}

TEST_CASE("reader: half a UTF-16 character spoils its record only") {
  const std::string bad = utf16("{\"a\":1}\n{\"b\":\"", true) + "\x3d\xd8" + utf16("\"}\n{\"c\":1}\n", true);
  const Collected found = read_text("\xff\xfe" + bad);
  REQUIRE(found.records.size() == 3);
  CHECK(!shrike::reader::is_valid_utf8(found.records[1].text));
  CHECK(found.records[2].text == "{\"c\":1}");
  const Collected odd = read_text("\xff\xfe" + utf16("{\"a\":1}\n", true) + "x");
  CHECK(odd.texts() == "{\"a\":1}\n");
  CHECK(odd.reasons() == "2 bad_encoding\n");
}

TEST_CASE("reader: UTF-32 and binary data are named") {
  using namespace std::string_literals;
  CHECK(read_text("\xff\xfe\0\0{\0\0\0"s).reasons() == "1 bad_encoding\n");
  CHECK(read_text(gzip(gzip(kLines))).rejects[0].detail.find("gzip") != std::string::npos);
}

TEST_CASE("reader: UTF-8 is checked as the standard says") {
  using shrike::reader::is_valid_utf8;
  for (const char* good : {"", "plain ascii text", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "12345678\xc3\xa9"}) {
    CHECK(is_valid_utf8(good));
  }
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xc3(", "1234567\xe9 89"}) {
    CHECK(!is_valid_utf8(bad));
  }
  CHECK(is_valid_utf8("abc\xe2\x82", true));
  CHECK(!is_valid_utf8("abc\xe0\x80", true));
}

TEST_CASE("reader: a file") {
  const Folder folder;
  folder.write("lines", kLines);
  Collected found;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  const auto read = shrike::read_input(folder / "lines", {}, found, [&](std::uint64_t d, std::uint64_t t) {
    done = d;
    total = t;
  });
  CHECK(read.has_value());
  CHECK(found.texts() == kLines);
  CHECK(found.files == std::vector<std::string>{folder / "lines"});
  CHECK(done == kLines.size());
  CHECK(total == kLines.size());
}

TEST_CASE("reader: a folder is read in name order, hidden files left out, links followed once") {
  const Folder folder;
  folder.write("b.ndjson", "{\"n\":2}\n");
  folder.write("a/z.json", "[{\"n\":1}]");
  folder.write("c.csv.gz", gzip("a,b\n3,3\n"));
  folder.write(".hidden", "{\"n\":9}\n");
  folder.write(".git/x", "{\"n\":9}\n");
  folder.write("empty", "");
  fs::create_directory_symlink(folder.path(), folder / "loop");
  Collected found;
  CHECK(shrike::read_input(folder.path(), {}, found).has_value());
  CHECK(found.texts() == "{\"n\":1}\n{\"n\":2}\n{\"a\":\"3\",\"b\":\"3\"}\n");
  CHECK(found.rejects.empty());
  CHECK(found.files ==
        std::vector<std::string>{folder / "a/z.json", folder / "b.ndjson", folder / "c.csv.gz"});
  Collected slash;
  CHECK(shrike::read_input(folder.path() + "/", {}, slash).has_value());
  CHECK(slash.files == found.files);
}

TEST_CASE("reader: a file that cannot be read is an error, the rest of the folder is read") {
  const Folder folder;
  folder.write("a", "{\"n\":1}\n");
  folder.write("z", "{\"n\":2}\n");
  fs::create_symlink(folder / "nowhere", folder / "dangling");
  Collected found;
  const auto read = shrike::read_input(folder.path(), {}, found);
  CHECK(found.records.size() == 2);
  REQUIRE(!read.has_value());
  CHECK(read.error().code == shrike::ErrorCode::kIo);
  CHECK(read.error().message.find("dangling") != std::string::npos);
  const auto missing = shrike::read_input(folder / "missing", {}, found);
  REQUIRE(!missing.has_value());
  CHECK(missing.error().code == shrike::ErrorCode::kIo);
}

TEST_CASE("reader: a pipe in a folder is passed over and told") {
  const Folder folder;
  folder.write("a", "{\"n\":1}\n");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  Collected found;
  CHECK(shrike::read_input(folder.path(), {}, found).has_value());
  CHECK(found.records.size() == 1);
  CHECK(found.passed_over == std::vector<std::string>{folder / "pipe"});
}

TEST_CASE("reader: stopping ends the folder too") {
  const Folder folder;
  folder.write("a", "{\"n\":1}\n");
  folder.write("b", "{\"n\":2}\n");
  Collected found;
  found.stop_after = 1;
  CHECK(shrike::read_input(folder.path(), {}, found).has_value());
  CHECK(found.records.size() == 1);
}

TEST_CASE("reader: memory that the caller holds") {
  Collected found;
  CHECK(shrike::read_bytes("{\"a\":1}", "memory", {}, found).has_value());
  CHECK(found.texts() == "{\"a\":1}\n");
  CHECK(found.files == std::vector<std::string>{"memory"});
  CHECK(shrike::read_bytes({}, "memory", {}, found).has_value());
  CHECK(found.records.size() == 1);
}

TEST_CASE("reader: names of reject reasons") {
  CHECK(shrike::name_of(RejectReason::kBadJson) == "bad_json");
  CHECK(shrike::name_of(RejectReason::kBadCompression) == "bad_compression");
  CHECK(shrike::name_of(RejectReason::kLimit) == "limit");
}
