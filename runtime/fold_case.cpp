// Unicode simple case folding and everything caseless that rests on it. ASCII takes short cuts of eight bytes
// at a time; the rest goes code point by code point through ICU, which is linked by no other file.
#include <unicode/uchar.h>

#include <bit>
#include <cstddef>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "runtime/arena.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/utf8.hpp"
#include "shrike/value.hpp"

namespace shrike {
namespace {

using text_detail::load_word;

constexpr std::uint64_t kHighBits = 0x8080808080808080u;

/// The folded code point at `at`, which it moves past.
std::uint32_t next_folded(const char*& at, const char* end) noexcept {
  const std::uint32_t point = utf8::decode(at, end);
  if (point < 0x80) return point - 'A' < 26 ? point | 0x20 : point;
  if (point >= utf8::kInvalid) return point;
  return static_cast<std::uint32_t>(u_foldCase(static_cast<UChar32>(point), U_FOLD_CASE_DEFAULT));
}

/// The folded code point before `at`, which it moves to the beginning of it.
std::uint32_t previous_folded(const char* begin, const char*& at) noexcept {
  const char* const end = at;
  const char* start = at - 1;
  for (int back = 0; back < 3 && start > begin && (static_cast<unsigned char>(*start) & 0xC0) == 0x80; ++back)
    --start;
  const char* after = start;
  std::uint32_t point = next_folded(after, end);
  if (after != end) {
    start = end - 1;
    point = utf8::kInvalid + static_cast<unsigned char>(*start);
  }
  at = start;
  return point;
}

/// How many leading bytes, in steps of eight, are ASCII and equal when folded in both texts.
std::size_t common_ascii_prefix(std::string_view a, std::string_view b) noexcept {
  const std::size_t shorter = a.size() < b.size() ? a.size() : b.size();
  std::size_t at = 0;
  for (; at + 8 <= shorter; at += 8) {
    const std::uint64_t x = load_word(a.data() + at);
    const std::uint64_t y = load_word(b.data() + at);
    if (((x | y) & kHighBits) != 0 || fold_ascii_word(x) != fold_ascii_word(y)) break;
  }
  return at;
}

/// Order by folded code points, from a place where both begin a code point.
int compare_points(std::string_view a, std::string_view b) noexcept {
  const char* x = a.data();
  const char* const x_end = x + a.size();
  const char* y = b.data();
  const char* const y_end = y + b.size();
  while (x != x_end && y != y_end) {
    const std::uint32_t p = next_folded(x, x_end);
    const std::uint32_t q = next_folded(y, y_end);
    if (p != q) return p < q ? -1 : 1;
  }
  if (x != x_end) return 1;
  return y != y_end ? -1 : 0;
}

bool contains_ascii(std::string_view text, std::string_view needle) noexcept {
  const std::size_t size = needle.size();
  const std::size_t last_start = text.size() - size;
  const char first = needle.front();
  std::size_t at = 0;
#if defined(__SSE2__)
  const __m128i before_a = _mm_set1_epi8('A' - 1);
  const __m128i after_z = _mm_set1_epi8('Z' + 1);
  const __m128i bit = _mm_set1_epi8(0x20);
  const __m128i want_first = _mm_set1_epi8(first);
  const __m128i want_last = _mm_set1_epi8(needle.back());
  const auto lowered = [&](const char* from) {
    __m128i bytes;
    std::memcpy(&bytes, from, sizeof bytes);
    const __m128i upper = _mm_and_si128(_mm_cmpgt_epi8(bytes, before_a), _mm_cmplt_epi8(bytes, after_z));
    return _mm_or_si128(bytes, _mm_and_si128(upper, bit));
  };
  for (; at + 15 <= last_start; at += 16) {
    const __m128i hit = _mm_and_si128(_mm_cmpeq_epi8(lowered(text.data() + at), want_first),
                                      _mm_cmpeq_epi8(lowered(text.data() + at + size - 1), want_last));
    auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    for (; mask != 0; mask &= mask - 1) {
      const std::size_t start = at + static_cast<std::size_t>(std::countr_zero(mask));
      if (text_detail::same_ascii_folded(text.data() + start, needle.data(), size)) return true;
    }
  }
#endif
  const bool letter = first >= 'a' && first <= 'z';
  for (; at <= last_start; ++at) {
    const char c = text[at];
    if (c != first && !(letter && c == static_cast<char>(first - 0x20))) continue;
    if (text_detail::same_ascii_folded(text.data() + at, needle.data(), size)) return true;
  }
  return false;
}

/// Hash over little-endian words of eight bytes, the last filled with zeros, then the length.
class TextHash {
 public:
  void word(std::uint64_t bytes) noexcept {
    state_ = (state_ ^ bytes) * 0x9E3779B97F4A7C15u;
    state_ ^= state_ >> 29;
  }
  void byte(unsigned char b) noexcept {
    pending_ |= std::uint64_t{b} << (8 * (length_ & 7));
    if ((++length_ & 7) == 0) {
      word(pending_);
      pending_ = 0;
    }
  }
  /// `bytes` must come before any byte() that leaves a word half full.
  void full_word(std::uint64_t bytes) noexcept {
    word(bytes);
    length_ += 8;
  }
  std::uint64_t finish() noexcept {
    if ((length_ & 7) != 0) word(pending_);
    word(length_);
    std::uint64_t h = state_;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
    return h;
  }

 private:
  std::uint64_t state_ = 0x51ED270B35A6C3E9u;
  std::uint64_t pending_ = 0;
  std::uint64_t length_ = 0;
};

std::uint64_t little_endian(std::uint64_t word) noexcept {
  if constexpr (std::endian::native == std::endian::big) {
    std::uint64_t turned = 0;
    for (int i = 0; i < 8; ++i) turned |= (word >> (8 * i) & 0xFF) << (56 - 8 * i);
    return turned;
  }
  return word;
}

}  // namespace

bool is_ascii(std::string_view text) noexcept {
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t seen = 0;
  for (; left >= 8; left -= 8, at += 8) seen |= load_word(at);
  for (; left != 0; --left, ++at) seen |= static_cast<unsigned char>(*at);
  return (seen & kHighBits) == 0;
}

std::string_view fold_case(std::string_view text, Arena& arena) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (end - at >= 8) {
    const std::uint64_t word = load_word(at);
    if ((word & kHighBits) != 0 || fold_ascii_word(word) != word) break;
    at += 8;
  }
  const char* changed = end;
  while (at != end) {
    const char* const start = at;
    if (static_cast<unsigned char>(*at) < 0x80) {
      if (*at >= 'A' && *at <= 'Z') {
        changed = start;
        break;
      }
      ++at;
      continue;
    }
    const char* raw = at;
    if (utf8::decode(raw, end) != next_folded(at, end)) {
      changed = start;
      break;
    }
  }
  if (changed == end) return text;
  // A folded code point takes at most one byte more than its original (U+023A is the worst: two become
  // three).
  const auto unchanged = static_cast<std::size_t>(changed - text.data());
  const std::size_t rest = text.size() - unchanged;
  char* const copy = arena.allocate_array<char>(unchanged + rest + rest / 2 + 4);
  if (copy == nullptr) return {};
  std::memcpy(copy, text.data(), unchanged);
  char* to = copy + unchanged;
  for (at = changed; at != end;) {
    const std::uint64_t word = end - at >= 8 ? load_word(at) : kHighBits;
    if ((word & kHighBits) == 0) {
      const std::uint64_t lowered = fold_ascii_word(word);
      std::memcpy(to, &lowered, sizeof lowered);
      at += 8;
      to += 8;
    } else if (static_cast<unsigned char>(*at) < 0x80) {
      const char c = *at++;
      *to++ = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    } else {
      to += utf8::encode(next_folded(at, end), to);
    }
  }
  return {copy, static_cast<std::size_t>(to - copy)};
}

namespace text_detail {

bool equal_folded_slow(std::string_view text, std::string_view folded) noexcept {
  if (is_ascii(text)) return false;
  return compare_points(text, folded) == 0;
}

bool starts_folded_slow(std::string_view text, std::string_view folded) noexcept {
  const char* x = text.data();
  const char* const x_end = x + text.size();
  const char* y = folded.data();
  const char* const y_end = y + folded.size();
  while (y != y_end) {
    if (x == x_end || next_folded(x, x_end) != next_folded(y, y_end)) return false;
  }
  return true;
}

bool ends_folded_slow(std::string_view text, std::string_view folded) noexcept {
  const char* x = text.data() + text.size();
  const char* y = folded.data() + folded.size();
  while (y != folded.data()) {
    if (x == text.data() || previous_folded(text.data(), x) != previous_folded(folded.data(), y))
      return false;
  }
  return true;
}

}  // namespace text_detail

bool contains_folded(std::string_view text, bool ascii, std::string_view folded) noexcept {
  if (folded.empty()) return true;
  if (ascii || is_ascii(text)) return text.size() >= folded.size() && contains_ascii(text, folded);
  const char* const end = text.data() + text.size();
  const char* rest_of_needle = folded.data();
  const std::uint32_t first = next_folded(rest_of_needle, folded.data() + folded.size());
  const std::string_view rest(rest_of_needle,
                              static_cast<std::size_t>(folded.data() + folded.size() - rest_of_needle));
  for (const char* at = text.data(); at != end;) {
    if (next_folded(at, end) != first) continue;
    if (text_detail::starts_folded_slow({at, static_cast<std::size_t>(end - at)}, rest)) return true;
  }
  return false;
}

bool contains_text(const Value& text, const Value& needle, bool cased, Arena& arena) {
  if (text.kind != Kind::kString || needle.kind != Kind::kString) return false;
  std::string_view within = text.as_string();
  std::string_view wanted = needle.as_string();
  if (wanted.empty()) return true;
  if (!cased) {
    within = fold_case(within, arena);
    wanted = fold_case(wanted, arena);
    if (arena.exhausted()) return false;
  }
  // memmem of the C library is linear also for hostile patterns; string_view::find is not.
  return within.size() >= wanted.size() &&
         memmem(within.data(), within.size(), wanted.data(), wanted.size()) != nullptr;
}

bool equal_caseless(std::string_view a, std::string_view b) noexcept {
  if (a.size() == b.size()) {
    if (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0) return true;
  } else if (a.size() / 3 > b.size() || b.size() / 3 > a.size()) {
    return false;  // folding shortens at most from three bytes to one
  }
  const std::size_t same = common_ascii_prefix(a, b);
  return compare_points(a.substr(same), b.substr(same)) == 0;
}

int compare_caseless(std::string_view a, std::string_view b) noexcept {
  const std::size_t same = common_ascii_prefix(a, b);
  return compare_points(a.substr(same), b.substr(same));
}

std::uint64_t hash_cased(std::string_view text) noexcept {
  TextHash hash;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) hash.full_word(little_endian(load_word(text.data() + at)));
  for (; at < text.size(); ++at) hash.byte(static_cast<unsigned char>(text[at]));
  return hash.finish();
}

std::uint64_t hash_caseless(std::string_view text) noexcept {
  TextHash hash;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (end - at >= 8) {
    const std::uint64_t word = load_word(at);
    if ((word & kHighBits) != 0) break;
    hash.full_word(little_endian(fold_ascii_word(word)));
    at += 8;
  }
  while (at != end) {
    char bytes[4];
    const std::size_t size = utf8::encode(next_folded(at, end), bytes);
    for (std::size_t i = 0; i < size; ++i) hash.byte(static_cast<unsigned char>(bytes[i]));
  }
  return hash.finish();
}

}  // namespace shrike
