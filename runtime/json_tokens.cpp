// Scanning by simdjson's first stage; strings, numbers and words read by the grammar of RFC 8259.
// The only file that knows simdjson.
#include "runtime/json_tokens.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <new>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "runtime/arena.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/utf8.hpp"

namespace shrike {
namespace {

constexpr std::size_t kFirstCapacity = std::size_t{32} << 10;
constexpr std::size_t kLargestText = std::numeric_limits<std::uint32_t>::max() - 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Four hexadecimal digits, or -1.
std::int32_t hex4(const char* at) {
  std::int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    const char lower = static_cast<char>(c | 0x20);
    std::int32_t digit;
    if (is_digit(c)) {
      digit = c - '0';
    } else if (lower >= 'a' && lower <= 'f') {
      digit = lower - 'a' + 10;
    } else {
      return -1;
    }
    value = value << 4 | digit;
  }
  return value;
}

/// The character that a one-letter escape stands for, or 0.
char short_escape(char letter) {
  switch (letter) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '/':
      return '/';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

/// A number taken apart by the grammar: -int frac exp.
struct NumberShape {
  bool valid = false;
  bool whole = true;  ///< neither decimals nor exponent
};

NumberShape shape_of(std::string_view token) {
  const char* at = token.data();
  const char* const end = at + token.size();
  const auto digits = [&] {
    const char* const start = at;
    while (at != end && is_digit(*at)) ++at;
    return at != start;
  };
  NumberShape shape;
  if (at != end && *at == '-') ++at;
  if (at != end && *at == '0') {
    ++at;
  } else if (!digits()) {
    return shape;
  }
  if (at != end && *at == '.') {
    ++at;
    shape.whole = false;
    if (!digits()) return shape;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    shape.whole = false;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    if (!digits()) return shape;
  }
  shape.valid = at == end;
  return shape;
}

/// Whether a valid number that no double can hold is too small for one (rather than too large).
bool is_tiny(std::string_view token) {
  const std::size_t exponent = token.find_first_of("eE");
  const std::string_view digits = token.substr(0, exponent);
  const std::size_t significant = digits.find_first_of("123456789");
  if (significant == std::string_view::npos) return true;
  const std::size_t point = std::min(digits.find('.'), digits.size());
  if (exponent != std::string_view::npos) {
    std::size_t at = exponent + 1;
    const bool negative = token[at] == '-';
    if (token[at] == '-' || token[at] == '+') ++at;
    std::int64_t power = 0;
    for (; at < token.size(); ++at)
      power = std::min<std::int64_t>(power * 10 + (token[at] - '0'), std::int64_t{1} << 50);
    const auto leading = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(significant);
    return (negative ? -power : power) + leading < 0;
  }
  return significant > point;
}

}  // namespace

struct JsonScanner::Stage {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
  std::size_t capacity = 0;

  bool reserve(std::size_t size) {
    if (size <= capacity) return true;
    const std::size_t wanted = std::min(std::max({size, kFirstCapacity, capacity * 2}), kLargestText);
    const auto error =
        parser == nullptr
            ? simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, 1, parser)
            : parser->set_capacity(wanted);
    if (error != simdjson::SUCCESS) {
      parser.reset();
      capacity = 0;
      return false;
    }
    capacity = wanted;
    return true;
  }
};

JsonScanner::JsonScanner() : stage_(std::make_unique<Stage>()) {}
JsonScanner::~JsonScanner() = default;
JsonScanner::JsonScanner(JsonScanner&&) noexcept = default;
JsonScanner& JsonScanner::operator=(JsonScanner&&) noexcept = default;

ScanResult JsonScanner::scan(std::string_view text) {
  tokens_ = {};
  if (text.empty()) return ScanResult::kEmpty;
  if (text.size() > kLargestText || !stage_->reserve(text.size())) return ScanResult::kTooLarge;
  auto& parser = *stage_->parser;
  const auto error = parser.stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                   simdjson::stage1_mode::regular);
  switch (error) {
    case simdjson::SUCCESS:
      break;
    case simdjson::EMPTY:
      return ScanResult::kEmpty;
    case simdjson::UTF8_ERROR:
      return ScanResult::kBadEncoding;
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return ScanResult::kTooLarge;
    default:
      return ScanResult::kBadText;
  }
  tokens_ = {text, parser.structural_indexes.get(), parser.n_structural_indexes};
  return ScanResult::kDone;
}

BodyFacts look_over(std::string_view body) {
  const char* at = body.data();
  std::size_t left = body.size();
#if defined(__SSE2__)
  if (left >= 16) {
    const __m128i wanted = _mm_set1_epi8('\\');
    __m128i backslash = _mm_setzero_si128();
    __m128i seen = _mm_setzero_si128();
    const auto look = [&](const char* from) {
      __m128i bytes;
      std::memcpy(&bytes, from, sizeof bytes);
      backslash = _mm_or_si128(backslash, _mm_cmpeq_epi8(bytes, wanted));
      seen = _mm_or_si128(seen, bytes);
    };
    for (; left >= 16; left -= 16, at += 16) look(at);
    if (left != 0) look(at + left - 16);
    return {_mm_movemask_epi8(backslash) != 0, _mm_movemask_epi8(seen) == 0};
  }
#endif
  constexpr std::uint64_t kEach = 0x0101010101010101u;
  std::uint64_t seen = 0;
  std::uint64_t backslash = 0;
  const auto look = [&](std::uint64_t word) {
    const std::uint64_t zero_where_backslash = word ^ kEach * '\\';
    seen |= word;
    backslash |= (zero_where_backslash - kEach) & ~zero_where_backslash;
  };
  if (left < 8) {
    look(text_detail::load_short(at, left));
  } else {
    for (; left >= 8; left -= 8, at += 8) look(text_detail::load_word(at));
    if (left != 0) look(text_detail::load_word(at + left - 8));
  }
  return {(backslash & kEach * 0x80) != 0, (seen & kEach * 0x80) == 0};
}

std::optional<std::size_t> unescape(std::string_view body, char* to) {
  const char* at = body.data();
  const char* const end = at + body.size();
  char* const begin = to;
  while (at != end) {
    const auto* const escape =
        static_cast<const char*>(std::memchr(at, '\\', static_cast<std::size_t>(end - at)));
    const char* const plain_end = escape == nullptr ? end : escape;
    std::memcpy(to, at, static_cast<std::size_t>(plain_end - at));
    to += plain_end - at;
    if (escape == nullptr) break;
    at = escape + 1;
    if (at == end) return std::nullopt;
    if (*at != 'u') {
      const char meant = short_escape(*at++);
      if (meant == '\0') return std::nullopt;
      *to++ = meant;
      continue;
    }
    ++at;
    if (end - at < 4) return std::nullopt;
    const std::int32_t unit = hex4(at);
    if (unit < 0) return std::nullopt;
    at += 4;
    auto point = static_cast<std::uint32_t>(unit);
    if (point >= 0xD800 && point < 0xE000) {
      const bool pair = point < 0xDC00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u';
      const std::int32_t low = pair ? hex4(at + 2) : -1;
      if (low >= 0xDC00 && low < 0xE000) {
        point = 0x10000 + ((point - 0xD800) << 10) + (static_cast<std::uint32_t>(low) - 0xDC00);
        at += 6;
      } else {
        point = utf8::kReplacement;
      }
    }
    to += utf8::encode(point, to);
  }
  return static_cast<std::size_t>(to - begin);
}

bool read_string(std::string_view token, Arena& arena, Value& value, std::size_t padding) {
  const auto body = string_body(token);
  if (!body) return false;
  const BodyFacts facts = look_over(*body);
  if (!facts.escapes) {
    value = Value::of_string(*body, facts.ascii ? Value::kAscii : std::uint8_t{0});
    return true;
  }
  char* const copy = arena.allocate_array<char>(body->size() + padding);
  if (copy == nullptr) return false;
  if (padding != 0) std::memset(copy + body->size(), 0, padding);
  const auto size = unescape(*body, copy);
  if (!size) return false;
  const std::string_view text(copy, *size);
  value = Value::of_string(text, is_ascii(text) ? Value::kAscii : std::uint8_t{0});
  return true;
}

bool read_plain(std::string_view token, Value& value) {
  value = {};
  if (token.empty()) return false;
  const char first = token.front();
  if (first == 't' || first == 'f') {
    value = Value::of_bool(first == 't');
    return token == "true" || token == "false";
  }
  if (first == 'n') return token == "null";
  const NumberShape shape = shape_of(token);
  if (!shape.valid) return false;
  const char* const begin = token.data();
  const char* const end = begin + token.size();
  if (shape.whole) {
    std::int64_t integer = 0;
    if (std::from_chars(begin, end, integer).ec == std::errc{}) {
      value = Value::of_int(integer);
      return true;
    }
  }
  double number = 0;
  if (std::from_chars(begin, end, number).ec == std::errc{}) {
    value = Value::of_float(number);
  } else if (is_tiny(token)) {
    value = Value::of_float(0);
  }
  return true;
}

bool is_plain(std::string_view token) {
  if (token.empty()) return false;
  switch (token.front()) {
    case 't':
      return token == "true";
    case 'f':
      return token == "false";
    case 'n':
      return token == "null";
    default:
      return shape_of(token).valid;
  }
}

}  // namespace shrike
