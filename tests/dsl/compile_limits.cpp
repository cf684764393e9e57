// Rules whose names stand for more and more of each other: compiling them ends, soon and with a message where
// they are too large.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "shrike/compile.hpp"

namespace shrike {
namespace {

std::string rule_with(const std::string& lets, const std::string& condition) {
  return "rule hostile \"x\" {\n  severity low\n" + lets + "  on audit where " + condition +
         "\n  say \"x\"\n}\n";
}

/// `let a0 = FIRST`, then forty more that use the one before twice.
std::string doubled_lets(const std::string& first, const std::string& link) {
  std::string text = "  let a0 = " + first + "\n";
  for (int i = 1; i <= 40; ++i) {
    const std::string before = "a" + std::to_string(i - 1);
    text += "  let a" + std::to_string(i) + " = " + before + " " + link + " " + before + "\n";
  }
  return text;
}

TEST_CASE("lets that use each other twice do not grow without bound") {
  CHECK(compile_text(rule_with(doubled_lets("operation == \"Send\"", "and"), "a40")));
  CHECK(compile_text(rule_with(doubled_lets("operation == \"Send\"", "or"), "a40")));
  CHECK(compile_text(rule_with(doubled_lets("len(operation)", "+"), "a40 == 3 and has user")));
}

TEST_CASE("a long chain of defs is refused, a short one is not") {
  const auto chain = [](int length) {
    std::string text = "def d0(x: string): bool = x == \"a\"\n";
    for (int i = 1; i < length; ++i) {
      text +=
          "def d" + std::to_string(i) + "(x: string): bool = d" + std::to_string(i - 1) + "(x) and has x\n";
    }
    return text + rule_with("", "d" + std::to_string(length - 1) + "(operation)");
  };
  CHECK(compile_text(chain(50)));
  const auto compiled = compile_text(chain(20'000));
  REQUIRE_FALSE(compiled);
  CHECK(std::any_of(compiled.error().begin(), compiled.error().end(),
                    [](const Diagnostic& diagnostic) { return diagnostic.code == "E0436"; }));
}

}  // namespace
}  // namespace shrike
