// What the reader tests share: a sink that keeps everything, and ways to store text (compressed, as UTF-16).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shrike/reader.hpp"

namespace shrike::reader_test {

struct Found {
  std::string text;
  std::uint64_t line = 0;
  std::uint64_t offset = 0;
  friend bool operator==(const Found&, const Found&) = default;
};

struct FoundReject {
  RejectReason reason;
  std::uint64_t line = 0;
  std::uint64_t offset = 0;
  std::string detail;
  std::string text;
  friend bool operator==(const FoundReject&, const FoundReject&) = default;
};

/// Keeps what it gets, and touches the bytes behind every record so that a sanitizer sees them.
class Collected final : public RecordSink {
 public:
  bool record(std::string_view padded_text, const RecordPlace& place) override;
  void reject(const Reject& reject) override;
  void pass_over(std::string_view path) override { passed_over.emplace_back(path); }

  /// Texts of the records, one a line.
  std::string texts() const;
  /// "line reason" of the rejects, one a line.
  std::string reasons() const;

  std::vector<Found> records;
  std::vector<FoundReject> rejects;
  std::vector<std::string> files;  ///< of the records, each name once
  std::vector<std::string> passed_over;
  std::size_t stop_after = 0;  ///< 0: never
  unsigned touched = 0;
};

/// Reads `bytes` as one input, so many at a time.
Collected read_in_pieces(std::string_view bytes, std::size_t piece, const ReadLimits& limits = {});
/// Reads `bytes` in one piece and in small ones, checks that the result is the same, and gives it.
Collected read_text(std::string_view bytes, const ReadLimits& limits = {});

std::string gzip(std::string_view text);
std::string zstd(std::string_view text);
/// UTF-8 to UTF-16; the text must be valid.
std::string utf16(std::string_view text, bool little_endian);

}  // namespace shrike::reader_test
