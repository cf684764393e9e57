// `like` against a matcher that tries everything, over short texts and patterns of few characters, whole and
// broken ones.
#include <doctest/doctest.h>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "runtime/utf8.hpp"
#include "runtime/vm_operations.hpp"

namespace {

bool matches(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    if (matches(text, pattern.substr(1))) return true;
    if (text.empty()) return false;
    const char* at = text.data();
    shrike::utf8::decode(at, text.data() + text.size());
    return matches(text.substr(static_cast<std::size_t>(at - text.data())), pattern);
  }
  if (text.empty()) return false;
  if (pattern.front() == '?') {
    const char* at = text.data();
    shrike::utf8::decode(at, text.data() + text.size());
    return matches(text.substr(static_cast<std::size_t>(at - text.data())), pattern.substr(1));
  }
  return text.front() == pattern.front() && matches(text.substr(1), pattern.substr(1));
}

}  // namespace

TEST_CASE("wildcards: the quick matcher agrees with one that tries everything") {
  constexpr std::string_view kText[] = {"a", "a", "b", "\u00e9", "\u8acb", "\xc3", "\xa9"};
  constexpr std::string_view kPattern[] = {"a", "a", "b", "\u00e9", "*", "*", "?"};
  std::mt19937_64 random(7);
  int held = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    std::string pattern;
    for (auto left = random() % 9; left > 0; --left) text += kText[random() % std::size(kText)];
    for (auto left = random() % 7; left > 0; --left) pattern += kPattern[random() % std::size(kPattern)];
    std::uint64_t work = 0;
    const bool expected = matches(text, pattern);
    held += expected ? 1 : 0;
    if (shrike::is_like(text, pattern, work) != expected) {
      CAPTURE(text);
      CAPTURE(pattern);
      FAIL_CHECK("the matchers disagree");
    }
  }
  CHECK(held > 10'000);
}
