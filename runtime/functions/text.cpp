// Text: lower upper trim split replace fold entropy base64. len() is in lists.cpp, similarity() and
// confusable() in likeness.cpp.
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include "runtime/functions/topics.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/utf8.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

constexpr std::size_t kShortNeedle = 64;                       // longer ones are searched for in linear time
constexpr std::size_t kLongestFold = std::size_t{1} << 20;     // NFKC can make a text 18 times as long
constexpr std::size_t kLongestEntropy = std::size_t{1} << 16;  // characters beyond ASCII are sorted

/// Every character changed by `change`. A mapped character is at most half as long again (U+023A is the
/// worst: two bytes become three).
template <class Change>
Value changed(std::string_view text, Arena& arena, Change change) {
  char* const copy = arena.allocate_array<char>(text.size() + text.size() / 2 + 4);
  if (copy == nullptr) return {};
  char* to = copy;
  const char* at = text.data();
  for (const char* const end = at + text.size(); at != end;) {
    const std::uint32_t point = utf8::decode(at, end);
    to += utf8::encode(point < utf8::kInvalid ? change(point) : point, to);
  }
  return text_value({copy, static_cast<std::size_t>(to - copy)});
}

Value lower(CallContext& context, std::span<const Value> arguments) {
  return changed(arguments[0].as_string(), context.arena, [](std::uint32_t point) {
    return point < 0x80 ? (point >= 'A' && point <= 'Z' ? point + 32 : point)
                        : static_cast<std::uint32_t>(u_tolower(static_cast<UChar32>(point)));
  });
}

Value upper(CallContext& context, std::span<const Value> arguments) {
  return changed(arguments[0].as_string(), context.arena, [](std::uint32_t point) {
    return point < 0x80 ? (point >= 'a' && point <= 'z' ? point - 32 : point)
                        : static_cast<std::uint32_t>(u_toupper(static_cast<UChar32>(point)));
  });
}

bool is_blank(std::uint32_t point) {
  return point < utf8::kInvalid && u_isUWhiteSpace(static_cast<UChar32>(point));
}

/// Cuts characters that `cut` accepts off both ends.
template <class Cut>
std::string_view trimmed(std::string_view text, Cut cut) {
  const char* begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = begin; at != end; begin = at) {
    if (!cut(utf8::decode(at, end))) break;
  }
  const char* kept = begin;
  for (const char* at = begin; at != end;) {
    if (!cut(utf8::decode(at, end))) kept = at;
  }
  return {begin, static_cast<std::size_t>(kept - begin)};
}

/// The same for ASCII characters: no byte of a longer character is one of them.
std::string_view trimmed_ascii(std::string_view text, std::string_view characters) {
  std::array<std::uint64_t, 2> set{};
  for (const char c : characters) set[static_cast<unsigned char>(c) / 64] |= std::uint64_t{1} << (c % 64);
  const auto cut = [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && (set[byte / 64] >> (byte % 64) & 1) != 0;
  };
  std::size_t begin = 0;
  std::size_t end = text.size();
  while (begin < end && cut(text[begin])) ++begin;
  while (begin < end && cut(text[end - 1])) --end;
  return text.substr(begin, end - begin);
}

/// A part of a text; what is known of the whole holds for it.
Value part_of(const Value& whole, std::string_view part) {
  return (whole.flags & Value::kAscii) != 0 ? Value::of_string(part, Value::kAscii) : text_value(part);
}

Value trim(CallContext&, std::span<const Value> arguments) {
  const Value& whole = arguments[0];
  const std::string_view text = whole.as_string();
  if (arguments[1].is_missing()) {
    if ((whole.flags & Value::kAscii) != 0) return part_of(whole, trimmed_ascii(text, " \t\n\v\f\r"));
    return text_value(trimmed(text, is_blank));
  }
  const std::string_view characters = arguments[1].as_string().substr(0, 256);
  if ((arguments[1].flags & Value::kAscii) != 0) return part_of(whole, trimmed_ascii(text, characters));
  return text_value(trimmed(text, [&](std::uint32_t point) {
    const char* at = characters.data();
    for (const char* const end = at + characters.size(); at != end;) {
      if (utf8::decode(at, end) == point) return true;
    }
    return false;
  }));
}

/// Finds a text in another without regard to letter case, in linear time, and says where in the spelling of
/// the original.
class Finder {
 public:
  Finder(std::string_view text, std::string_view wanted, Arena& arena)
      : text_(text), folded_(fold_case(text, arena)), wanted_(fold_case(wanted, arena)) {}

  /// The next occurrence at or after the end of the one before; false when there is none.
  bool next() {
    while (!wanted_.empty() && folded_at_ < folded_.size()) {
      const void* const found =
          memmem(folded_.data() + folded_at_, folded_.size() - folded_at_, wanted_.data(), wanted_.size());
      if (found == nullptr) return false;
      const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - folded_.data());
      if (!advance(at)) continue;
      begin_ = text_at_;
      advance(at + wanted_.size());
      end_ = text_at_;
      return true;
    }
    return false;
  }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }

 private:
  /// Moves in both texts, character by character, to a place in the folded one; false when it lies inside a
  /// character.
  bool advance(std::size_t to) {
    const char* folded = folded_.data() + folded_at_;
    const char* text = text_.data() + text_at_;
    while (folded < folded_.data() + to && text != text_.data() + text_.size()) {
      utf8::decode(folded, folded_.data() + folded_.size());
      utf8::decode(text, text_.data() + text_.size());
    }
    folded_at_ = static_cast<std::size_t>(folded - folded_.data());
    text_at_ = static_cast<std::size_t>(text - text_.data());
    return folded_at_ == to;
  }

  std::string_view text_, folded_, wanted_;
  std::size_t folded_at_ = 0, text_at_ = 0;
  std::size_t begin_ = 0, end_ = 0;
};

Value split(CallContext& context, std::span<const Value> arguments) {
  const std::string_view text = arguments[0].as_string();
  ListBuilder parts{};
  Finder finder(text, arguments[1].as_string(), context.arena);
  std::size_t from = 0;
  while (finder.next()) {
    parts.append(text_value(text.substr(from, finder.begin() - from)), context.arena);
    from = finder.end();
  }
  parts.append(text_value(text.substr(from)), context.arena);
  return parts.list();
}

/// Two passes, so that the result is allocated at its size.
Value replace(CallContext& context, std::span<const Value> arguments) {
  const std::string_view text = arguments[0].as_string();
  const std::string_view with = arguments[2].as_string();
  if ((arguments[0].flags & Value::kAscii) != 0) {  // the usual case: nothing to replace
    const std::string_view wanted = fold_case(arguments[1].as_string(), context.arena);
    if (wanted.size() <= kShortNeedle && (wanted.empty() || !contains_folded(text, true, wanted)))
      return arguments[0];
  }
  std::size_t size = text.size();
  for (Finder finder(text, arguments[1].as_string(), context.arena); finder.next();) {
    size += with.size();
    size -= finder.end() - finder.begin();
  }
  char* const result = context.arena.allocate_array<char>(size);
  if (result == nullptr) return {};
  char* to = result;
  const auto put = [&](std::string_view part) {
    if (!part.empty()) std::memcpy(to, part.data(), part.size());
    to += part.size();
  };
  std::size_t from = 0;
  for (Finder finder(text, arguments[1].as_string(), context.arena); finder.next(); from = finder.end()) {
    put(text.substr(from, finder.begin() - from));
    put(with);
  }
  put(text.substr(from));
  return text_value({result, size});
}

Value fold(CallContext& context, std::span<const Value> arguments) {
  const std::string_view text = arguments[0].as_string();
  if (text.size() > kLongestFold) return {};
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const normalizer = icu::Normalizer2::getNFKCCasefoldInstance(error);
  if (U_FAILURE(error)) return {};
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  normalizer->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink,
                            nullptr, error);
  return U_FAILURE(error) ? Value{} : text_copy(out, context.arena);
}

double information(double count, double total) {
  return count == 0 ? 0 : count / total * std::log2(total / count);
}

Value entropy(CallContext& context, std::span<const Value> arguments) {
  const std::string_view text = arguments[0].as_string();
  std::array<std::uint32_t, 128> ascii{};
  auto* const others = context.arena.allocate_array<std::uint32_t>(std::min(text.size(), kLongestEntropy));
  if (others == nullptr) return {};
  std::size_t other_count = 0;
  double total = 0;
  const char* at = text.data();
  for (const char* const end = at + text.size(); at != end; ++total) {
    const std::uint32_t point = utf8::decode(at, end);
    if (point < ascii.size()) {
      ++ascii[point];
    } else if (other_count < kLongestEntropy) {
      others[other_count++] = point;
    } else {
      return {};
    }
  }
  double bits = 0;
  for (const std::uint32_t count : ascii) bits += information(count, total);
  std::sort(others, others + other_count);
  for (std::size_t i = 0; i < other_count;) {
    const auto* const run_end = std::upper_bound(others + i, others + other_count, others[i]);
    const auto run = static_cast<std::size_t>(run_end - (others + i));
    bits += information(static_cast<double>(run), total);
    i += run;
  }
  return Value::of_float(bits);
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

/// UTF-16LE as PowerShell's -EncodedCommand takes it, to UTF-8; the bytes are all below 0x80 in every second
/// place.
std::size_t narrowed(char* bytes, std::size_t size) {
  if (size < 2 || size % 2 != 0) return size;
  for (std::size_t i = 1; i < size; i += 2) {
    if (bytes[i] != 0) return size;
  }
  for (std::size_t i = 0; i < size; i += 2) bytes[i / 2] = bytes[i];
  return size / 2;
}

Value base64(CallContext& context, std::span<const Value> arguments) {
  const std::string_view text = without_blanks(arguments[0].as_string());
  char* const result = context.arena.allocate_array<char>(text.size());
  if (result == nullptr) return {};
  std::size_t size = 0;
  std::uint32_t bits = 0;
  unsigned digits = 0;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const int digit = base64_digit(text[at]);
    if (digit < 0) break;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (++digits % 4 == 0) {
      for (int shift = 16; shift >= 0; shift -= 8)
        result[size++] = static_cast<char>(static_cast<unsigned char>(bits >> shift));
      bits = 0;
    }
  }
  if (text.find_first_not_of('=', at) != std::string_view::npos || digits % 4 == 1) return {};
  if (digits % 4 == 2) result[size++] = static_cast<char>(static_cast<unsigned char>(bits >> 4));
  if (digits % 4 == 3) {
    result[size++] = static_cast<char>(static_cast<unsigned char>(bits >> 10));
    result[size++] = static_cast<char>(static_cast<unsigned char>(bits >> 2));
  }
  size = narrowed(result, size);
  const char* decoded = result;
  while (decoded != result + size) {
    if (utf8::decode(decoded, result + size) >= utf8::kInvalid) return {};
  }
  return text_value({result, size});
}

constexpr FunctionRow kRows[] = {
    {"lower(text: string): string", lower, 20, false, "The text in lower case.",
     "lower(\"ABC\") cased == \"abc\""},
    {"upper(text: string): string", upper, 20, false, "The text in upper case.",
     "upper(\"abc\") cased == \"ABC\""},
    {"trim(text: string, characters?: string): string", trim, 12, false,
     "The text without blanks, or without those characters, at both ends.", "trim(\"  a b \") == \"a b\""},
    {"split(text: string, separator: string): list<string>", split, 40, false,
     "The parts between the separators; the whole text where there is none.",
     "split(\"a;b;c\", \";\") == [\"a\", \"b\", \"c\"]"},
    {"replace(text: string, what: string, with: string): string", replace, 60, false,
     "The text with every occurrence of `what` replaced; letter case does not matter.",
     "replace(\"RE: re: hello\", \"re: \", \"\") == \"hello\""},
    {"fold(text: string): string", fold, 120, false,
     "The text in one form for all its spellings: NFKC and case folding.",
     "fold(\"Ｐａｙｐａｌ\") cased == \"paypal\""},
    {"entropy(text: string): float", entropy, 60, false,
     "Shannon entropy of the characters, in bits for each.", "entropy(\"abcd\") == 2.0"},
    {"base64(text: string): string", base64, 40, false,
     "The text that Base64 stands for; missing when it is no text.", "base64(\"aGVsbG8=\") == \"hello\""},
};

}  // namespace

std::span<const FunctionRow> text_functions() { return kRows; }

}  // namespace shrike
