// Input that is made to hurt: bombs, endless records, deep nesting, quadratic traps. Memory stays bounded,
// time stays linear, and everything is counted.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/reader/byte_source.hpp"
#include "runtime/reader/read_stream.hpp"
#include "runtime/reader/text_window.hpp"
#include "tests/runtime/reader_collect.hpp"

using shrike::ReadLimits;
using shrike::RejectReason;
using shrike::reader_test::Collected;

namespace {

/// Text made on the fly: a front, a piece repeated, a back.
class Repeated final : public shrike::reader::ByteSource {
 public:
  Repeated(std::string front, std::string piece, std::uint64_t times, std::string back)
      : pending_(std::move(front)), piece_(std::move(piece)), times_(times), back_(std::move(back)) {
    while (piece_.size() < 65536 && times_ % 2 == 0 && times_ > 1) {
      piece_ += std::string(piece_);
      times_ /= 2;
    }
  }
  shrike::Expected<std::size_t> read(char* into, std::size_t room) override {
    if (at_ == pending_.size()) {
      at_ = 0;
      if (times_ > 0) {
        --times_;
        pending_ = piece_;
      } else {
        pending_ = std::exchange(back_, {});
      }
    }
    const std::size_t bytes = std::min(room, pending_.size() - at_);
    if (bytes != 0) std::memcpy(into, pending_.data() + at_, bytes);
    at_ += bytes;
    return bytes;
  }

 private:
  std::string pending_;
  std::string piece_;
  std::uint64_t times_;
  std::string back_;
  std::size_t at_ = 0;
};

/// Counts without keeping.
class Counted final : public shrike::RecordSink {
 public:
  bool record(std::string_view text, const shrike::RecordPlace& place) override {
    ++records;
    bytes += text.size();
    last_line = place.line;
    return true;
  }
  void reject(const shrike::Reject& reject) override {
    if (rejects.size() < 100) rejects.push_back(reject.reason);
    ++rejected;
  }
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::uint64_t last_line = 0;
  std::uint64_t rejected = 0;
  std::vector<RejectReason> rejects;
};

Counted read_source(shrike::reader::ByteSource& source, const ReadLimits& limits = {}) {
  Counted found;
  bool stopped = false;
  CHECK(shrike::reader::read_stream(source, "test", limits, found, shrike::reader::kDefaultChunk, stopped)
            .has_value());
  return found;
}

Counted read_repeated(const std::string& front, const std::string& piece, std::uint64_t times,
                      const std::string& back, const ReadLimits& limits = {}) {
  Repeated source(front, piece, times, back);
  return read_source(source, limits);
}

std::uint64_t peak_memory_mib() {
  struct rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) / 1024;
}

/// gzip data of `size` times the byte `fill` between `front` and `back`.
std::string bomb(const std::string& front, char fill, std::uint64_t size, const std::string& back) {
  z_stream stream{};
  REQUIRE(::deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed;
  std::vector<char> out(1 << 16);
  const auto put = [&](std::string piece, int flush) {
    stream.next_in = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_in = static_cast<uInt>(piece.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(out.data());
      stream.avail_out = static_cast<uInt>(out.size());
      ::deflate(&stream, flush);
      packed.append(out.data(), out.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  };
  put(front, Z_NO_FLUSH);
  const std::string piece(1 << 20, fill);
  for (std::uint64_t i = 0; i < size / piece.size(); ++i) put(piece, Z_NO_FLUSH);
  put(back, Z_FINISH);
  ::deflateEnd(&stream);
  return packed;
}

constexpr std::uint64_t kMebi = 1 << 20;

}  // namespace

TEST_CASE("reader: a compression bomb of one line is one reject in constant memory") {
  // One member of 64 MiB, repeated: 2 GiB of text from about 2 MB.
  const std::string first = bomb("{\"a\":1}\n{\"b\":\"", 'x', 64 * kMebi, "");
  const std::string more = bomb("", 'x', 64 * kMebi, "");
  const std::string last = bomb("", 'x', 64 * kMebi, "\"}\n{\"c\":1}\n");
  const std::uint64_t before = peak_memory_mib();
  Repeated source(first, more, 30, last);
  const Counted found = read_source(source);
  CHECK(found.records == 2);
  CHECK(found.last_line == 3);
  CHECK(found.rejects == std::vector<RejectReason>{RejectReason::kTooLarge});
  CHECK(peak_memory_mib() - before < 100);
}

TEST_CASE("reader: endless text of any kind is read in constant memory") {
  const std::uint64_t before = peak_memory_mib();
  struct Endless {
    const char* front;
    const char* piece;
    std::uint64_t records;
    std::uint64_t rejects;
  };
  const std::uint64_t times = 16 * kMebi;
  for (const Endless& endless : {
           Endless{"", " ", 0, 0},
           Endless{"[", " ", 0, 1},
           Endless{"{", " ", 0, 1},
           Endless{"{\"a\":1}\n", "x", 1, 1},
           Endless{"{\"a\":1}\n", "\n", 1, 0},
           Endless{"x,y\n", "\n", 0, 0},
           Endless{"x,y\n", "a", 0, 1},
           Endless{"x,y\n", "\"", 0, 1},
           Endless{"x,y\n1,\"", "a\n", 0, 1},
           Endless{"x,y", ",", 0, 1},
           Endless{"some words ", "a ", 0, 1},
           Endless{"", std::string_view("\0", 1).data(), 0, 0},
           Endless{"[", "[", 0, 1},
           Endless{"", "{", 0, 1},
           Endless{"{\"a\":", "[", 0, 1},
           Endless{"", "{\"a\":", 0, 1},
           Endless{"{\"a\":\"", "\\", 0, 1},
           Endless{"{\"value\":[{}],", "\"a\":0,", 1, 1},
           Endless{"[1,", "1,", 0, 2},
           Endless{"", "[]", 0, 0},
       }) {
    CAPTURE(endless.front);
    CAPTURE(endless.piece);
    const Counted found = read_repeated(endless.front, endless.piece, times, "");
    CHECK(found.records == endless.records);
    CHECK(found.rejected == endless.rejects);
  }
  CHECK(peak_memory_mib() - before < 150);
}

TEST_CASE("reader: a record of 100 MB is one counted reject between good ones") {
  const std::string large = "\",\"pad\":\"" + std::string(1000, 'x');
  for (const std::string between : {"\n", ",", " "}) {
    const std::string front = between == "," ? "[" : "";
    const Counted found = read_repeated(front + "{\"a\":1}" + between + "{\"b\":\"", large, 100000,
                                        "\"}" + between + "{\"c\":1}" + (between == "," ? "]" : ""));
    CHECK(found.records == 2);
    CHECK(found.rejects == std::vector<RejectReason>{RejectReason::kTooLarge});
  }
}

TEST_CASE("reader: nesting of 100,000 is one counted reject between good records") {
  const std::string open(100000, '[');
  const std::string close(100000, ']');
  for (const std::string between : {"\n", ",", " "}) {
    const bool list = between == ",";
    const std::string text = std::string(list ? "[" : "") + "{\"a\":1}" + between + "{\"b\":" + open + close +
                             "}" + between + "{\"c\":1}" + (list ? "]" : "");
    const Collected found = shrike::reader_test::read_in_pieces(text, 5000);
    CHECK(found.texts() == "{\"a\":1}\n{\"c\":1}\n");
    REQUIRE(found.rejects.size() == 1);
    CHECK(found.rejects[0].reason == RejectReason::kTooDeep);
  }
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  const Collected unclosed = shrike::reader_test::read_in_pieces(open, 5000);
  CHECK(unclosed.reasons() == "1 too_deep\n");
  CHECK(shrike::reader_test::read_in_pieces(objects, 5000).reasons() == "1 too_deep\n");
}

TEST_CASE("reader: lines that each open something take linear time") {
  const auto start = std::chrono::steady_clock::now();
  for (const std::string line :
       {"{\"a\":\n", "{\"a\":[\n", "{\"a\":1,\n", "{\"a\":[{},\n", "{\n", "[{\n", "[\n", "{\"a\":[]\n",
        "]{[\n", "{\"value\":[\n", "{\"a\":\"\n", "[{\"a\":[{}\n"}) {
    CAPTURE(line);
    const Counted found = read_repeated("", line, kMebi / 2, "");
    CHECK(found.rejected > 0);
  }
  for (const std::string line : {"a\",\"b\n", "\"a\n", ",\"\n", "\"\"\",\n", "x,\"y\nz\" ,\"\n"}) {
    CAPTURE(line);
    const Counted found = read_repeated("x,y\n1,2\n", line, kMebi, "\"x");
    CHECK(found.rejected > 0);
  }
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::minutes(2));
}
