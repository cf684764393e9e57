// Sink and stored forms for the reader tests.
#include "tests/runtime/reader_collect.hpp"

#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "runtime/reader/byte_source.hpp"
#include "runtime/reader/read_stream.hpp"
#include "runtime/reader/text_window.hpp"

namespace shrike::reader_test {

bool Collected::record(std::string_view padded_text, const RecordPlace& place) {
  const char* const padding = padded_text.data() + padded_text.size();
  for (std::size_t i = 0; i < kRecordPadding; ++i) touched += static_cast<unsigned char>(padding[i]);
  records.push_back({std::string(padded_text), place.line, place.offset});
  if (std::find(files.begin(), files.end(), place.file) == files.end()) files.emplace_back(place.file);
  return stop_after == 0 || records.size() < stop_after;
}

void Collected::reject(const Reject& reject) {
  CHECK(reject.text.size() <= 4096);
  CHECK(!reject.detail.empty());
  rejects.push_back({reject.reason, reject.place.line, reject.place.offset, std::string(reject.detail),
                     std::string(reject.text)});
}

std::string Collected::texts() const {
  std::string all;
  for (const Found& record : records) all += record.text + "\n";
  return all;
}

std::string Collected::reasons() const {
  std::string all;
  for (const FoundReject& reject : rejects) {
    all += std::to_string(reject.line) + " " + std::string(name_of(reject.reason)) + "\n";
  }
  return all;
}

Collected read_in_pieces(std::string_view bytes, std::size_t piece, const ReadLimits& limits) {
  Collected found;
  reader::MemoryBytes memory(bytes, piece);
  bool stopped = false;
  const auto done = reader::read_stream(memory, "test", limits, found, reader::kDefaultChunk, stopped);
  CHECK(done.has_value());
  return found;
}

Collected read_text(std::string_view bytes, const ReadLimits& limits) {
  Collected whole = read_in_pieces(bytes, bytes.size() + 1, limits);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{7}}) {
    const Collected pieces = read_in_pieces(bytes, piece, limits);
    CHECK(pieces.records == whole.records);
    CHECK(pieces.rejects == whole.rejects);
  }
  return whole;
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  REQUIRE(::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(::deflateBound(&stream, text.size()) + 64, '\0');
  std::string input(text);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  return packed;
}

std::string zstd(std::string_view text) {
  std::string packed(::ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ::ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3);
  REQUIRE(::ZSTD_isError(size) == 0);
  packed.resize(size);
  return packed;
}

std::string utf16(std::string_view text, bool little_endian) {
  std::string units;
  const auto put = [&](unsigned unit) {
    const char low = static_cast<char>(static_cast<unsigned char>(unit & 0xff));
    const char high = static_cast<char>(static_cast<unsigned char>(unit >> 8));
    units += little_endian ? low : high;
    units += little_endian ? high : low;
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    unsigned point = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t k = 1; k < length; ++k)
      point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
    i += length;
    if (point < 0x10000) {
      put(point);
    } else {
      put(0xd800 + ((point - 0x10000) >> 10));
      put(0xdc00 + ((point - 0x10000) & 0x3ff));
    }
  }
  return units;
}

}  // namespace shrike::reader_test
