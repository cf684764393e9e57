// Classification with SSE2, which every 64-bit x86 has, or byte by byte.
#include "runtime/reader/json_block.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace shrike::reader {

JsonBlock classify_block_portably(const char* text) {
  JsonBlock block;
  for (std::size_t i = 0; i < kBlockBytes; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    switch (text[i]) {
      case '"':
        block.quotes |= bit;
        break;
      case '\\':
        block.backslashes |= bit;
        break;
      case '{':
      case '[':
        block.openers |= bit;
        break;
      case '}':
      case ']':
        block.closers |= bit;
        break;
      case '\n':
        block.newlines |= bit;
        break;
      default:
        break;
    }
  }
  return block;
}

#if defined(__SSE2__)
namespace {

std::uint64_t bits_equal(__m128i bytes, char wanted) {
  const __m128i equal = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(equal));
}

}  // namespace

JsonBlock classify_block(const char* text) {
  JsonBlock block;
  for (unsigned part = 0; part < 4; ++part) {
    const unsigned shift = part * 16;
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + shift));
    // Bit 5 is the only difference between [ and {, and between ] and }.
    const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    block.quotes |= bits_equal(bytes, '"') << shift;
    block.backslashes |= bits_equal(bytes, '\\') << shift;
    block.openers |= bits_equal(folded, '{') << shift;
    block.closers |= bits_equal(folded, '}') << shift;
    block.newlines |= bits_equal(bytes, '\n') << shift;
  }
  return block;
}

bool may_hold_adjacent_objects(const char* text, std::size_t size) {
  const auto found_at = [text](std::size_t index) {
    const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + index));
    const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + index + 1));
    __m128i starts = _mm_cmpeq_epi8(next, _mm_set1_epi8('{'));
    starts = _mm_or_si128(starts, _mm_cmpeq_epi8(next, _mm_set1_epi8(' ')));
    starts = _mm_or_si128(starts, _mm_cmpeq_epi8(next, _mm_set1_epi8('\xef')));
    return _mm_and_si128(_mm_cmpeq_epi8(here, _mm_set1_epi8('}')), starts);
  };
  if (size < 2) return false;
  const std::size_t pairs = size - 1;
  std::size_t i = 0;
  __m128i found = _mm_setzero_si128();
  for (; i + 16 <= pairs; i += 16) found = _mm_or_si128(found, found_at(i));
  if (_mm_movemask_epi8(found) != 0) return true;
  const auto rest = static_cast<unsigned>(_mm_movemask_epi8(found_at(i)));
  return (rest & ((1U << (pairs - i)) - 1)) != 0;
}
#else
JsonBlock classify_block(const char* text) { return classify_block_portably(text); }

bool may_hold_adjacent_objects(const char* text, std::size_t size) {
  for (std::size_t i = 0; i + 1 < size; ++i) {
    const char next = text[i + 1];
    if (text[i] == '}' && (next == '{' || next == ' ' || next == '\xef')) return true;
  }
  return false;
}
#endif

}  // namespace shrike::reader
