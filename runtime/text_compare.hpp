// Caseless comparison of UTF-8 text (Unicode simple folding) without allocation, for instructions that test a
// field against a constant and for keys. Bytes that are not UTF-8 stand for themselves: they equal only the
// same byte. Values as a whole are compared in shrike/value.hpp.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace shrike {

class Arena;
struct Value;

/// Lower case of the ASCII letters in eight bytes; all other bytes stay.
inline std::uint64_t fold_ascii_word(std::uint64_t word) noexcept {
  constexpr std::uint64_t kEach = 0x0101010101010101u;
  const std::uint64_t low = word & (kEach * 0x7F);
  const std::uint64_t from_a = low + kEach * (0x80 - 'A');
  const std::uint64_t past_z = low + kEach * (0x7F - 'Z');
  const std::uint64_t upper = (from_a ^ past_z) & ~word & (kEach * 0x80);
  return word | (upper >> 2);
}

namespace text_detail {

inline std::uint64_t load_word(const char* from) noexcept {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Up to seven bytes as one word, without reading past them.
inline std::uint64_t load_short(const char* from, std::size_t size) noexcept {
  std::uint64_t word = 0;
  if (size >= 4) {
    std::uint32_t head;
    std::uint32_t tail;
    std::memcpy(&head, from, 4);
    std::memcpy(&tail, from + size - 4, 4);
    word = (std::uint64_t{head} << 32) | tail;
  } else if (size != 0) {
    word = static_cast<std::uint64_t>(static_cast<unsigned char>(from[0])) |
           static_cast<std::uint64_t>(static_cast<unsigned char>(from[size / 2])) << 8 |
           static_cast<std::uint64_t>(static_cast<unsigned char>(from[size - 1])) << 16;
  }
  return word;
}

/// Whether `text`, with its ASCII letters lowered, is byte for byte `folded`.
inline bool same_ascii_folded(const char* text, const char* folded, std::size_t size) noexcept {
  if (size < 8) return fold_ascii_word(load_short(text, size)) == load_short(folded, size);
  for (std::size_t at = 0; at + 8 <= size; at += 8) {
    if (fold_ascii_word(load_word(text + at)) != load_word(folded + at)) return false;
  }
  return fold_ascii_word(load_word(text + size - 8)) == load_word(folded + size - 8);
}

bool equal_folded_slow(std::string_view text, std::string_view folded) noexcept;
bool starts_folded_slow(std::string_view text, std::string_view folded) noexcept;
bool ends_folded_slow(std::string_view text, std::string_view folded) noexcept;

}  // namespace text_detail

/// Whether every byte is below 0x80.
bool is_ascii(std::string_view text) noexcept;

// The next four ask whether `text` is, begins with, ends with or holds a constant that was folded before
// (fold_case) and is well-formed UTF-8; the text may be anything. `ascii` says that the text is known to be
// ASCII (Value::kAscii); false means not known.

inline bool equal_folded(std::string_view text, bool ascii, std::string_view folded) noexcept {
  if (text.size() == folded.size() &&
      text_detail::same_ascii_folded(text.data(), folded.data(), text.size())) {
    return true;
  }
  return !ascii && text_detail::equal_folded_slow(text, folded);
}

inline bool starts_folded(std::string_view text, bool ascii, std::string_view folded) noexcept {
  if (text.size() >= folded.size() &&
      text_detail::same_ascii_folded(text.data(), folded.data(), folded.size())) {
    return true;
  }
  return !ascii && text_detail::starts_folded_slow(text, folded);
}

inline bool ends_folded(std::string_view text, bool ascii, std::string_view folded) noexcept {
  if (text.size() >= folded.size() &&
      text_detail::same_ascii_folded(text.data() + (text.size() - folded.size()), folded.data(),
                                     folded.size())) {
    return true;
  }
  return !ascii && text_detail::ends_folded_slow(text, folded);
}

/// Costs at most text times constant in the worst case, close to one pass in practice. For two texts from an
/// event use contains_text, which is linear.
bool contains_folded(std::string_view text, bool ascii, std::string_view folded) noexcept;

/// Whether one string Value holds another, in time linear in both. Folded copies go to the arena; false when
/// it is exhausted or when one of them is no string. The needle is well-formed UTF-8.
bool contains_text(const Value& text, const Value& needle, bool cased, Arena& arena);

/// Caseless equality and order (-1, 0, 1, by folded code points) of any two texts.
bool equal_caseless(std::string_view a, std::string_view b) noexcept;
int compare_caseless(std::string_view a, std::string_view b) noexcept;

/// 64-bit hashes of text. Equal on every machine and in every run; texts that are equal_caseless share
/// hash_caseless.
std::uint64_t hash_cased(std::string_view text) noexcept;
std::uint64_t hash_caseless(std::string_view text) noexcept;

}  // namespace shrike
