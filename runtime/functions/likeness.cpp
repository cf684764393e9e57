// Texts that resemble each other: similarity confusable.
#include <unicode/idna.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "runtime/functions/topics.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/utf8.hpp"

namespace shrike {
namespace {

constexpr std::size_t kLongest =
    256;  // characters; longer texts are not compared, so that the cost stays bounded

struct Points {
  std::array<std::uint32_t, kLongest> points;
  std::size_t size = 0;
};

/// The characters of a text; false when there are too many.
bool read_points(std::string_view text, Points& out) {
  const char* at = text.data();
  for (const char* const end = at + text.size(); at != end;) {
    if (out.size == kLongest) return false;
    out.points[out.size++] = utf8::decode(at, end);
  }
  return true;
}

/// Edits from one to the other: a character put in, taken out, replaced, or swapped with its neighbour
/// (optimal string alignment).
std::size_t edits(const Points& a, const Points& b) {
  std::array<std::array<std::uint16_t, kLongest + 1>, 3> rows;
  for (std::size_t j = 0; j <= b.size; ++j) rows[0][j] = static_cast<std::uint16_t>(j);
  for (std::size_t i = 1; i <= a.size; ++i) {
    const auto& before = rows[(i + 2) % 3];
    const auto& two_before = rows[(i + 1) % 3];
    auto& row = rows[i % 3];
    row[0] = static_cast<std::uint16_t>(i);
    for (std::size_t j = 1; j <= b.size; ++j) {
      const bool same = a.points[i - 1] == b.points[j - 1];
      unsigned best = std::min({before[j] + 1U, row[j - 1] + 1U, before[j - 1] + (same ? 0U : 1U)});
      if (i > 1 && j > 1 && a.points[i - 1] == b.points[j - 2] && a.points[i - 2] == b.points[j - 1]) {
        best = std::min(best, two_before[j - 2] + 1U);
      }
      row[j] = static_cast<std::uint16_t>(best);
    }
  }
  return rows[a.size % 3][b.size];
}

Value similarity(CallContext& context, std::span<const Value> arguments) {
  Points a, b;
  for (const auto& [argument, points] : {std::pair{&arguments[0], &a}, std::pair{&arguments[1], &b}}) {
    if (argument->size > kLongest * 4 ||
        !read_points(fold_case(argument->as_string(), context.arena), *points))
      return {};
  }
  const std::size_t longest = std::max(a.size, b.size);
  if (longest == 0) return Value::of_float(1);
  return Value::of_float(1 - static_cast<double>(edits(a, b)) / static_cast<double>(longest));
}

/// A character and the ASCII one that it looks like. From Unicode's confusables.txt (UTS #39), the letters
/// and signs that can stand in names of people, organisations and domains; accents are taken off before.
struct LookAlike {
  char32_t point;
  char ascii;
};
constexpr LookAlike kLookAlikes[] = {
    {U'0', 'o'},
    {U'1', 'l'},
    {U'I', 'l'},
    {U'|', 'l'},
    // Latin beyond ASCII
    {U'\u00D8', 'o'},
    {U'\u00F8', 'o'},
    {U'\u0111', 'd'},
    {U'\u0127', 'h'},
    {U'\u0131', 'i'},
    {U'\u0142', 'l'},
    {U'\u0167', 't'},
    {U'\u0180', 'b'},
    {U'\u01C0', 'l'},
    {U'\u0251', 'a'},
    {U'\u0261', 'g'},
    {U'\u0269', 'i'},
    {U'\u026A', 'i'},
    {U'\u028B', 'v'},
    {U'\u028F', 'y'},
    {U'\u0299', 'b'},
    // Greek
    {U'\u0391', 'a'},
    {U'\u0392', 'b'},
    {U'\u0395', 'e'},
    {U'\u0396', 'z'},
    {U'\u0397', 'h'},
    {U'\u0399', 'l'},
    {U'\u039A', 'k'},
    {U'\u039C', 'm'},
    {U'\u039D', 'n'},
    {U'\u039F', 'o'},
    {U'\u03A1', 'p'},
    {U'\u03A4', 't'},
    {U'\u03A5', 'y'},
    {U'\u03A7', 'x'},
    {U'\u03B1', 'a'},
    {U'\u03B3', 'y'},
    {U'\u03B5', 'e'},
    {U'\u03B7', 'n'},
    {U'\u03B9', 'i'},
    {U'\u03BA', 'k'},
    {U'\u03BD', 'v'},
    {U'\u03BF', 'o'},
    {U'\u03C1', 'p'},
    {U'\u03C3', 'o'},
    {U'\u03C4', 't'},
    {U'\u03C5', 'u'},
    {U'\u03C7', 'x'},
    {U'\u03C9', 'w'},
    {U'\u03F2', 'c'},
    {U'\u03F3', 'j'},
    // Cyrillic
    {U'\u0405', 's'},
    {U'\u0406', 'l'},
    {U'\u0408', 'j'},
    {U'\u0410', 'a'},
    {U'\u0412', 'b'},
    {U'\u0415', 'e'},
    {U'\u041A', 'k'},
    {U'\u041C', 'm'},
    {U'\u041D', 'h'},
    {U'\u041E', 'o'},
    {U'\u0420', 'p'},
    {U'\u0421', 'c'},
    {U'\u0422', 't'},
    {U'\u0423', 'y'},
    {U'\u0425', 'x'},
    {U'\u0430', 'a'},
    {U'\u0432', 'b'},
    {U'\u0433', 'r'},
    {U'\u0435', 'e'},
    {U'\u043A', 'k'},
    {U'\u043C', 'm'},
    {U'\u043D', 'h'},
    {U'\u043E', 'o'},
    {U'\u043F', 'n'},
    {U'\u0440', 'p'},
    {U'\u0441', 'c'},
    {U'\u0442', 't'},
    {U'\u0443', 'y'},
    {U'\u0445', 'x'},
    {U'\u0455', 's'},
    {U'\u0456', 'i'},
    {U'\u0458', 'j'},
    {U'\u0461', 'w'},
    {U'\u0475', 'v'},
    {U'\u04AE', 'y'},
    {U'\u04AF', 'y'},
    {U'\u04BB', 'h'},
    {U'\u04C0', 'l'},
    {U'\u04CF', 'l'},
    {U'\u0501', 'd'},
    {U'\u051B', 'q'},
    {U'\u051D', 'w'},
    // Armenian
    {U'\u0555', 'o'},
    {U'\u0566', 'q'},
    {U'\u0570', 'h'},
    {U'\u0575', 'j'},
    {U'\u0578', 'n'},
    {U'\u057D', 'u'},
    {U'\u0581', 'g'},
    {U'\u0585', 'o'},
    // Hebrew, Georgian, signs
    {U'\u05D5', 'l'},
    {U'\u05E1', 'o'},
    {U'\u10FF', 'o'},
    {U'\u2010', '-'},
    {U'\u2011', '-'},
    {U'\u2012', '-'},
    {U'\u2013', '-'},
    {U'\u2014', '-'},
    {U'\u2212', '-'},
    {U'\u2223', 'l'},
    {U'\u3002', '.'},
    {U'\u30FC', '-'},
    {U'\uA789', ':'},
};
static_assert(std::is_sorted(std::begin(kLookAlikes), std::end(kLookAlikes),
                             [](const LookAlike& a, const LookAlike& b) { return a.point < b.point; }));

std::uint32_t look_alike(std::uint32_t point) {
  const auto* const found = std::lower_bound(std::begin(kLookAlikes), std::end(kLookAlikes), point,
                                             [](const LookAlike& a, std::uint32_t p) { return a.point < p; });
  if (found == std::end(kLookAlikes) || found->point != point) return point;
  return static_cast<std::uint32_t>(found->ascii);
}

bool is_invisible(UChar32 point) {
  return u_charType(point) == U_NON_SPACING_MARK ||
         u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

/// Two letters that look like one.
void join_pairs(std::string& text) {
  constexpr std::pair<std::string_view, char> kPairs[] = {{"rn", 'm'}, {"vv", 'w'}, {"cl", 'd'}};
  std::size_t to = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    for (const auto& [pair, one] : kPairs) {
      if (at + 1 < text.size() && c == pair[0] && text[at + 1] == pair[1]) {
        c = one;
        ++at;
        break;
      }
    }
    text[to++] = c;
  }
  text.resize(to);
}

/// What a text looks like: compatibility forms taken apart, accents and invisible characters off, look-alikes
/// made one.
std::string skeleton(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const normalizer = icu::Normalizer2::getNFKDInstance(error);
  if (U_FAILURE(error)) return {};
  const icu::UnicodeString decomposed = normalizer->normalize(
      icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())}), error);
  if (U_FAILURE(error)) return {};
  std::string out;
  for (std::int32_t at = 0; at < decomposed.length();) {
    const UChar32 point = decomposed.char32At(at);
    at += U16_LENGTH(point);
    if (is_invisible(point)) continue;
    char bytes[4];
    const std::uint32_t shown = look_alike(static_cast<std::uint32_t>(point));
    const std::uint32_t lower =
        look_alike(static_cast<std::uint32_t>(u_tolower(static_cast<UChar32>(shown))));
    out.append(bytes, utf8::encode(lower, bytes));
  }
  join_pairs(out);
  return out;
}

/// A domain in the form that people see; other text as it is.
std::string shown(std::string_view text) {
  std::string result(text);
  if (!contains_folded(text, false, "xn--")) return result;
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::IDNA> idna(icu::IDNA::createUTS46Instance(UIDNA_DEFAULT, error));
  if (U_FAILURE(error)) return result;
  icu::IDNAInfo info;
  icu::UnicodeString unicode;
  idna->nameToUnicode(icu::UnicodeString::fromUTF8(result), unicode, info, error);
  if (U_FAILURE(error) || info.hasErrors()) return result;
  result.clear();
  unicode.toUTF8String(result);
  return result;
}

Value confusable(CallContext& context, std::span<const Value> arguments) {
  const std::string_view a = arguments[0].as_string();
  const std::string_view b = arguments[1].as_string();
  if (a.size() > kLongest * 4 || b.size() > kLongest * 4) return {};
  if (equal_caseless(a, b)) return Value::of_bool(false);
  // A capital I looks like an l, but one in a text of capitals is an i: so both readings of each text count.
  const std::string shown_a = shown(a);
  const std::string shown_b = shown(b);
  const std::string of_a[] = {skeleton(shown_a), skeleton(fold_case(shown_a, context.arena))};
  const std::string of_b[] = {skeleton(shown_b), skeleton(fold_case(shown_b, context.arena))};
  for (const std::string& x : of_a) {
    for (const std::string& y : of_b) {
      if (!x.empty() && x == y) return Value::of_bool(true);
    }
  }
  return Value::of_bool(false);
}

constexpr FunctionRow kRows[] = {
    {"similarity(a: string, b: string): float", similarity, 400, false,
     "How alike two texts are, from 0 to 1: one less the share of characters that must be put in, taken out, "
     "replaced or swapped. "
     "Missing for texts of more than 256 characters.",
     "similarity(\"contoso\", \"cotnoso\") > 0.85"},
    {"confusable(a: string, b: string): bool", confusable, 400, false,
     "Whether two different texts look the same to a reader: look-alike letters, accents, rn for m, "
     "Punycode.",
     "confusable(\"rnicr0soft.com\", \"microsoft.com\")"},
};

}  // namespace

std::span<const FunctionRow> likeness_functions() { return kRows; }

}  // namespace shrike
