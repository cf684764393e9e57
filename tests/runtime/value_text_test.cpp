// Caseless text: folding, tests against constants, order and hash. A decoder and u_foldCase without any short
// cut are the oracle.
#include <doctest/doctest.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "runtime/arena.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/utf8.hpp"
#include "shrike/value.hpp"

using namespace shrike;

namespace {

std::vector<std::uint32_t> folded_points(std::string_view text) {
  std::vector<std::uint32_t> points;
  for (const char* at = text.data(); at != text.data() + text.size();) {
    const std::uint32_t point = utf8::decode(at, text.data() + text.size());
    points.push_back(point < utf8::kInvalid ? static_cast<std::uint32_t>(u_foldCase(
                                                  static_cast<UChar32>(point), U_FOLD_CASE_DEFAULT))
                                            : point);
  }
  return points;
}

std::string encoded(const std::vector<std::uint32_t>& points) {
  std::string text;
  for (const std::uint32_t point : points) {
    char bytes[4];
    text.append(bytes, utf8::encode(point, bytes));
  }
  return text;
}

std::string folded(std::string_view text) {
  Arena arena;
  return std::string(fold_case(text, arena));
}

/// Short texts full of what folding finds hard: length changes, letters that fold into ASCII, broken bytes.
std::string random_text(std::mt19937_64& random, bool ascii_only) {
  static const char* const kPieces[] = {"a",
                                        "A",
                                        "k",
                                        "K",
                                        "s",
                                        "S",
                                        "z",
                                        "Z",
                                        "@",
                                        "[",
                                        "`",
                                        "{",
                                        "_",
                                        "0",
                                        " ",
                                        "ab",
                                        "AB",
                                        "Invoice",
                                        "iNVOICE",
                                        "\x7F",
                                        "\u212A",
                                        "\u017F",
                                        "\u00C9",
                                        "\u00E9",
                                        "\u0130",
                                        "\u0131",
                                        "\u1E9E",
                                        "\u00DF",
                                        "\u023A",
                                        "\u2C65",
                                        "\u03A3",
                                        "\u03C2",
                                        "\u03C3",
                                        "\U00010400",
                                        "\U00010428",
                                        "\u2013",
                                        "\xC3",
                                        "\xE2\x84",
                                        "\xFF",
                                        "\x80",
                                        "\xF0\x9F\x98",
                                        "\xED\xA0\x80",
                                        "\xC0\xAF"};
  const std::size_t choices = ascii_only ? 20 : std::size(kPieces);
  std::string text;
  for (std::uint64_t size = random() % 14; size > 0; --size) text += kPieces[random() % choices];
  return text;
}

}  // namespace

TEST_CASE("folding is Unicode simple folding") {
  CHECK(folded("Invoice PAID") == "invoice paid");
  CHECK(folded("Bo\u00CEte de r\u00C9ception") == "bo\u00EEte de r\u00E9ception");
  CHECK(folded("\u212Aelvin") == "kelvin");
  CHECK(folded("mi\u017F\u017F") == "miss");
  CHECK(folded("STRA\u1E9EE") == "stra\u00DFe");
  CHECK(folded("\u0130") == "\u0130");
  CHECK(folded("\u03C2\u03A3") == "\u03C3\u03C3");
  CHECK(folded("\U00010400") == "\U00010428");
  CHECK(folded("\u023A\u023A\u023A\u023A") == "\u2C65\u2C65\u2C65\u2C65");
  CHECK(folded("A\xFF\xC3") == "a\xFF\xC3");
  CHECK(folded("") == "");
}

TEST_CASE("text that folding does not change is not copied") {
  Arena arena;
  const std::string same = "already lower, \u00E9 too, and longer than a word";
  CHECK(fold_case(same, arena).data() == same.data());
  CHECK(arena.used_bytes() == 0);
}

TEST_CASE("eight bytes fold as each of them does") {
  for (int c = 0; c < 256; ++c) {
    for (int place = 0; place < 8; ++place) {
      std::string text(8, 'Q');
      text[static_cast<std::size_t>(place)] = static_cast<char>(c);
      std::string expected(8, 'q');
      expected[static_cast<std::size_t>(place)] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      const std::uint64_t word = fold_ascii_word(text_detail::load_word(text.data()));
      REQUIRE(word == text_detail::load_word(expected.data()));
    }
  }
}

TEST_CASE("caseless comparison, search and hash agree with code points folded one by one") {
  std::mt19937_64 random(11);
  int equal_pairs = 0;
  for (int i = 0; i < 300000; ++i) {
    const bool ascii_only = random() % 2 == 0;
    std::string a = random_text(random, ascii_only);
    std::string b = random_text(random, ascii_only && random() % 2 == 0);
    if (random() % 3 == 0) {
      b = a;
      for (char& c : b) {
        if (random() % 2 == 0 && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
      }
    } else if (random() % 3 == 0) {
      b = a.substr(random() % (a.size() + 1));
      b = b.substr(0, random() % (b.size() + 1));
    }
    const auto x = folded_points(a);
    const auto y = folded_points(b);
    const std::string needle = encoded(y);
    CAPTURE(a);
    CAPTURE(b);
    REQUIRE(folded(a) == encoded(x));
    REQUIRE(equal_caseless(a, b) == (x == y));
    const int order = x < y ? -1 : (y < x ? 1 : 0);
    REQUIRE(compare_caseless(a, b) == order);
    if (x == y) {
      ++equal_pairs;
      REQUIRE(hash_caseless(a) == hash_caseless(b));
    }
    REQUIRE(hash_caseless(a) == hash_cased(encoded(x)));
    if (std::any_of(y.begin(), y.end(), [](std::uint32_t p) { return p >= utf8::kInvalid; })) continue;
    for (const bool known : {false, true}) {
      if (known && !is_ascii(a)) continue;
      REQUIRE(equal_folded(a, known, needle) == (x == y));
      const bool starts = x.size() >= y.size() && std::equal(y.begin(), y.end(), x.begin());
      REQUIRE(starts_folded(a, known, needle) == starts);
      const bool ends = x.size() >= y.size() && std::equal(y.rbegin(), y.rend(), x.rbegin());
      REQUIRE(ends_folded(a, known, needle) == ends);
      const bool holds = y.empty() || std::search(x.begin(), x.end(), y.begin(), y.end()) != x.end();
      REQUIRE(contains_folded(a, known, needle) == holds);
      Arena arena;
      REQUIRE(contains_text(Value::of_string(a), Value::of_string(b), false, arena) == holds);
    }
  }
  CHECK(equal_pairs > 50000);
}

TEST_CASE("a constant is found at every place of a longer text") {
  for (std::size_t size = 1; size < 70; ++size) {
    for (std::size_t length = 1; length <= 9 && length <= size; ++length) {
      for (std::size_t at = 0; at + length <= size; ++at) {
        std::string text(size, 'x');
        for (std::size_t i = 0; i < length; ++i) text[at + i] = i % 2 == 0 ? 'N' : 'm';
        std::string needle;
        for (std::size_t i = 0; i < length; ++i) needle += i % 2 == 0 ? 'n' : 'm';
        REQUIRE(contains_folded(text, true, needle));
        REQUIRE(contains_folded(text, false, needle));
        text[at] = '.';
        REQUIRE_FALSE(contains_folded(text, true, needle));
      }
    }
  }
}
