// Limits and hostile text: deep nesting, large files, odd bytes. Each limit is reached here.
#include <doctest/doctest.h>

#include "dsl/tokens.hpp"
#include "parsed.hpp"

namespace shrike {
namespace {

using tests::Parsed;

std::string repeat(const std::string& text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

std::string list_of(const std::string& value) { return "list a: int = " + value + "\nlist b: int\n"; }

TEST_CASE("nesting is bounded, whatever it is made of") {
  for (const std::size_t depth : {std::size_t{200'000}, std::size_t{300}}) {
    for (const char* open :
         {"(", "[", "not ", "-", "f(", "any x in l: ", "count(where ", "a[", "has a or ("}) {
      CAPTURE(open);
      const Parsed parsed(list_of(repeat(open, depth)));
      CHECK(parsed.codes().substr(0, 5) == "E0103");
      CHECK(parsed.diagnostics.size() == 1);
      CHECK(parsed.file.declarations.size() == 1);
    }
    // Chains lean to one side: long is deep.
    for (const char* link : {" + a", " ?? a", ".a", "[0]", "[*]", " * a"}) {
      CAPTURE(link);
      CHECK(Parsed(list_of("a" + repeat(link, depth))).codes() == "E0103");
    }
    CHECK(Parsed(list_of(repeat("a if b else ", depth) + "a")).codes() == "E0103");
  }
  CHECK(Parsed("class c \"x\" {\n  a: " + repeat("list<", 1000) + "\n}").codes() == "E0103");
  CHECK(Parsed("class c \"x\" {\n  a: " + repeat("record { a: ", 1000) + "\n}").codes().substr(0, 5) ==
        "E0103");
}

TEST_CASE("what is within the limits is read, printed and compared") {
  const Parsed parsed(list_of(repeat("(", 100) + "1" + repeat(")", 100) + repeat(" + 1", 200)));
  CHECK(parsed.messages() == "");
  CHECK(Parsed(list_of(repeat("not ", 250) + "a")).messages() == "");
  // `and` and `or` do not lean: they may be as long as they like.
  const Parsed flat(list_of("a" + repeat(" and a", 5000)));
  CHECK(flat.messages() == "");
  CHECK(ast::same(Parsed(flat.formatted()).file, flat.file));
}

TEST_CASE("a file that is too large is not read") {
  const Parsed parsed(std::string(kMaxFileBytes + 1, ' '));
  CHECK(parsed.codes() == "E0137");
  CHECK(Parsed(std::string(kMaxFileBytes, ' ')).messages() == "");
}

TEST_CASE("the number of messages about a file is bounded") {
  const Parsed parsed(repeat("rule a\n", 100'000));
  CHECK(parsed.diagnostics.size() == kMaxMistakes + 1);
  CHECK(parsed.diagnostics.back().code == "E0138");
  CHECK(Parsed(repeat("1.2.3.400 ", 1000)).diagnostics.size() <= kMaxMistakes + 1);
  CHECK(Parsed(list_of("[" + repeat("1.2.3.400, ", 100'000) + "1]")).diagnostics.size() == kMaxMistakes + 1);
}

TEST_CASE("bytes that are no text, control characters, characters that turn the direction") {
  CHECK(Parsed("list a: string = [\"\xff\"]").codes() == "E0126");
  CHECK(Parsed("list a: string = [\"\xc0\x80\"]").codes() == "E0126");
  CHECK(Parsed("\xff\xfel\0i\0").codes() == "E0126");
  CHECK(Parsed("list a: string = [\"\x01\"]").codes() == "E0124");
  CHECK(Parsed(std::string("list a: string = [\"\0\"]", 22)).codes() == "E0124");
  CHECK(Parsed("list a: string = [\"\xc2\x85\"]").codes() == "E0124");
  CHECK(Parsed("list a: string = [\"\xe2\x80\xae\"]").codes() == "E0125");
  CHECK(Parsed("// \xe2\x81\xa6 comment\nlist a: string").codes() == "E0125");
  CHECK(Parsed("list a: string = [\"\\u202e\\u0001\"]").messages() == "");
  CHECK(Parsed("list \xc2\xa0 a: string").codes() == "E0123");
}

TEST_CASE("long lines and many tokens take linear time") {
  CHECK(Parsed(list_of("[" + repeat("\"x\", ", 100'000) + "\"x\"]")).messages() == "");
  CHECK(Parsed(repeat("list a: int\n", 50'000)).messages() == "");
  CHECK(Parsed(repeat("/// doc\n", 100'000) + "list a: int").messages() == "");
  CHECK(Parsed(repeat("{", 100'000)).diagnostics.size() <= kMaxMistakes + 1);
  CHECK(Parsed(repeat("\"", 100'001)).diagnostics.size() <= kMaxMistakes + 1);
  CHECK(Parsed("rule r \"x\" {\n  say \"" + repeat("{", 100'001)).diagnostics.size() <= kMaxMistakes + 1);
}

}  // namespace
}  // namespace shrike
