// Escaping, wrapping and suggestions, over generated texts. The program is no library: the sources under test
// are taken in here.
#include "playground/cli/safe_text.cpp"    // NOLINT(bugprone-suspicious-include)
#include "playground/cli/suggestions.cpp"  // NOLINT(bugprone-suspicious-include)
#include "playground/cli/text_layout.cpp"  // NOLINT(bugprone-suspicious-include)

#include <doctest/doctest.h>

#include <random>

using namespace shrike::cli;
namespace utf8 = shrike::utf8;

namespace {

/// Bytes, characters and controls in all mixtures.
std::string odd_text(std::mt19937& random) {
  const auto below = [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); };
  std::string text;
  for (std::uint32_t left = below(60); left > 0; --left) {
    std::uint32_t point = 'a';
    switch (below(8)) {
      case 0:
        text += static_cast<char>(below(256));
        continue;
      case 1:
        point = below(0x110000);
        break;
      case 2:
        point = 0x2000 + below(0x70);
        break;
      case 3:
        point = below(0xA0);
        break;
      case 4:
        point = 0x300 + below(16);
        break;
      case 5:
        point = 0x3040 + below(96);
        break;
      case 6:
        text += ' ';
        continue;
      default:
        break;
    }
    if (point >= 0xD800 && point < 0xE000) continue;
    char bytes[4];
    text.append(bytes, utf8::encode(point, bytes));
  }
  return text;
}

template <class Visit>
void for_each_point(std::string_view text, const Visit& visit) {
  for (const char *at = text.data(), *end = at + text.size(); at != end;) visit(utf8::decode(at, end));
}

}  // namespace

TEST_CASE("safe text has no unsafe character, is valid and stays as it is") {
  std::mt19937 random(20260302);
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = odd_text(random);
    const std::string safe = safe_text(text);
    unsigned marks = 0;
    for_each_point(safe, [&](std::uint32_t point) {
      CHECK(point < utf8::kInvalid);
      CHECK_FALSE(is_unsafe(point));
      marks = width_of_point(point) == 0 ? marks + 1 : 0;
      if (point >= 0x300 && point < 0x370) CHECK(marks <= 8);
    });
    CHECK(safe_text(safe) == safe);
    CHECK(safe_text(text, 20).size() <= 20 * 9 + 40);
  }
}

TEST_CASE("ordinary text of all scripts is shown as it is") {
  for (const char* const text : {"aiko@contoso.example", "請求書", "Überweisung", "счёт", "فاتورة", "חשבונית",
                                 "हिन्दी", "C:\\Users\\a"}) {
    CHECK(safe_text(text) == text);
  }
  CHECK(safe_text("a\tb\nc\x7f\xc3") == "a\\tb\\nc\\u{7f}\\xc3");
}

TEST_CASE("a line of JSON means the same after escaping") {
  std::mt19937 random(7);
  for (int round = 0; round < 5'000; ++round) {
    const nlohmann::ordered_json json = {
        {"text", safe_text(odd_text(random)) + "\xe2\x80\xae\x1b\xc2\x9b\xf3\xa0\x80\xa1"}};
    const std::string line = json_line(json);
    CHECK(nlohmann::ordered_json::parse(line) == json);
    for_each_point(std::string_view(line).substr(0, line.size() - 1),
                   [](std::uint32_t point) { CHECK_FALSE(is_unsafe(point)); });
  }
}

TEST_CASE("wrapped lines are narrow enough and lose nothing but blanks") {
  std::mt19937 random(11);
  for (int round = 0; round < 5'000; ++round) {
    const std::string text = safe_text(odd_text(random));
    const std::size_t width = 2 + random() % 40;
    std::string joined, wanted;
    for (const std::string& line : wrap(text, width)) {
      CHECK(width_of(line) <= width);
      joined += line;
    }
    for (const char c : text) {
      if (c != ' ') wanted += c;
    }
    std::erase(joined, ' ');
    CHECK(joined == wanted);
  }
}

TEST_CASE("sizes") {
  CHECK(parse_size("65536") == 65536);
  CHECK(parse_size("512k") == 512 * 1024);
  CHECK(parse_size("512M") == std::size_t{512} << 20);
  CHECK(parse_size("2GiB") == std::size_t{2} << 30);
  for (const char* const wrong :
       {"", "M", "-1", "1.5G", "12X", "1MM", "99999999999999999999", "99999999999999G"}) {
    CHECK_FALSE(parse_size(wrong).has_value());
  }
}

TEST_CASE("numbers") {
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(1'234'567) == "1,234,567");
  CHECK(with_unit(999'960) == "1.0 MB");
  CHECK(counted(1, "alert") == "1 alert");
  CHECK(listed({{"a", 1}, {"b", 3}, {"c", 0}}) == "b 3, a 1");
}
