// Code points in and out of UTF-8, strict (no overlong forms, no surrogates). Bytes that are not UTF-8 come
// out as values above the Unicode range, one per byte, so that every text has exactly one reading. Used by
// folding and by JSON.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shrike::utf8 {

/// decode() gives kInvalid + byte for a byte that begins no well-formed sequence.
inline constexpr std::uint32_t kInvalid = 0x110000;
inline constexpr std::uint32_t kReplacement = 0xFFFD;

/// Reads the code point at `at` (which must be before `end`) and moves past it.
inline std::uint32_t decode(const char*& at, const char* end) noexcept {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(at[i]));
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const auto left = static_cast<std::size_t>(end - at);
  const std::uint32_t first = byte(0);
  if (first < 0x80) {
    at += 1;
    return first;
  }
  if (first >= 0xC2 && first < 0xE0 && left >= 2 && follows(1)) {
    const std::uint32_t point = (first & 0x1F) << 6 | (byte(1) & 0x3F);
    at += 2;
    return point;
  }
  if (first >= 0xE0 && first < 0xF0 && left >= 3 && follows(1) && follows(2)) {
    const std::uint32_t point = (first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    if (point >= 0x800 && (point < 0xD800 || point > 0xDFFF)) {
      at += 3;
      return point;
    }
  }
  if (first >= 0xF0 && first < 0xF5 && left >= 4 && follows(1) && follows(2) && follows(3)) {
    const std::uint32_t point =
        (first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
    if (point >= 0x10000 && point < 0x110000) {
      at += 4;
      return point;
    }
  }
  at += 1;
  return kInvalid + first;
}

/// Writes a code point (or the byte that kInvalid + byte stands for) and returns how many of the four bytes
/// it took.
inline std::size_t encode(std::uint32_t point, char* to) noexcept {
  const auto put = [&](std::size_t i, std::uint32_t byte) {
    to[i] = static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (point < 0x80) {
    put(0, point);
    return 1;
  }
  if (point < 0x800) {
    put(0, 0xC0 | point >> 6);
    put(1, 0x80 | (point & 0x3F));
    return 2;
  }
  if (point < 0x10000) {
    put(0, 0xE0 | point >> 12);
    put(1, 0x80 | (point >> 6 & 0x3F));
    put(2, 0x80 | (point & 0x3F));
    return 3;
  }
  if (point < kInvalid) {
    put(0, 0xF0 | point >> 18);
    put(1, 0x80 | (point >> 12 & 0x3F));
    put(2, 0x80 | (point >> 6 & 0x3F));
    put(3, 0x80 | (point & 0x3F));
    return 4;
  }
  put(0, point - kInvalid);
  return 1;
}

}  // namespace shrike::utf8
