// Where the structural characters of 64 bytes of JSON text are, as bit masks: the inner loop of
// object_scan.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shrike::reader {

/// One bit per byte of the block, the first byte lowest. Openers are { and [, closers } and ].
struct JsonBlock {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t openers = 0;
  std::uint64_t closers = 0;
  std::uint64_t newlines = 0;

  friend bool operator==(const JsonBlock&, const JsonBlock&) = default;
};

inline constexpr std::size_t kBlockBytes = 64;

/// Classifies the 64 bytes at `text`, all readable.
JsonBlock classify_block(const char* text);
/// The same without vector instructions, for other machines and to compare with.
JsonBlock classify_block_portably(const char* text);

/// Whether `text` (with 16 readable bytes behind it) may hold the end of one object directly before the start
/// of another:
/// `}{`, or `}` before a blank or a byte order mark. Also true where this stands in a string or between
/// brackets.
bool may_hold_adjacent_objects(const char* text, std::size_t size);

}  // namespace shrike::reader
