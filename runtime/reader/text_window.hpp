// The part of the text that is in memory: one buffer that slides over the input. Splitters hand out views
// into it, so a record is never copied; the bytes after the text are always readable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "runtime/reader/byte_source.hpp"

namespace shrike::reader {

inline constexpr std::size_t kDefaultChunk = std::size_t{256} << 10;

/// Positions are offsets in the whole text and stay valid while the window moves; pointers and views are
/// valid until the next refill. Not thread safe.
class TextWindow {
 public:
  /// `chunk` is how much one refill reads at most; at least 64.
  TextWindow(ByteSource& text, std::size_t chunk);

  std::uint64_t begin() const { return base_; }
  std::uint64_t end() const { return base_ + size_; }
  const char* at(std::uint64_t position) const { return data_.get() + (position - base_); }
  std::string_view view(std::uint64_t from, std::uint64_t to) const {
    return {at(from), static_cast<std::size_t>(to - from)};
  }

  /// Reads more text behind end() and forgets what is before `keep` (begin() <= keep <= end()). False when
  /// the text has ended. The window grows to the kept text and one chunk: callers limit what they keep.
  bool refill(std::uint64_t keep);

  /// Whether end() is the end of the text.
  bool ended() const { return ended_; }
  /// Why the text ended early, if it did: kIo, or kFormat for damaged compression.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  ByteSource& text_;
  std::size_t chunk_;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::uint64_t base_ = 0;
  std::size_t size_ = 0;
  bool ended_ = false;
  std::optional<Error> failure_;
};

}  // namespace shrike::reader
