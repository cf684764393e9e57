// What must hold for every file: printing and reading back gives the same syntax, printing twice changes
// nothing, comments and line breaks at any place neither change the meaning nor get lost. Random files come
// from random_syntax.hpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "dsl/tokens.hpp"
#include "parsed.hpp"
#include "random_syntax.hpp"

namespace shrike {
namespace {

std::size_t cases() {
  const char* wanted = std::getenv("SHRIKE_CASES");
  return wanted != nullptr ? static_cast<std::size_t>(std::strtoull(wanted, nullptr, 10)) : 4000;
}

using tests::Parsed;

/// Texts of comments, sorted: how they are grouped may change, what they say may not.
std::vector<std::string> comments_of(const ast::File& file) {
  std::vector<std::string> result;
  for (const ast::Comment& comment : file.comments) result.push_back(comment.text);
  std::sort(result.begin(), result.end());
  return result;
}

/// The same tokens with other line breaks and comments between them.
std::string respaced(const Parsed& parsed, tests::RandomSyntax& random) {
  Diagnostics ignored;
  Mistakes mistakes(ignored);
  const std::string& text = parsed.files[0].text;
  const TokenStream stream =
      tokenize(parsed.files, 0, 0, static_cast<std::uint32_t>(text.size()), false, mistakes);
  std::string result;
  for (const Token& token : stream.tokens) {
    for (std::uint32_t i = token.doc_begin; i < token.doc_end; ++i) {
      if (!result.empty() && result.back() != '\n') result += '\n';
      result += "//" + stream.docs[i].text + "\n";
    }
    if (token.kind == TokenKind::kEnd) break;
    const bool fresh = result.empty() || result.back() == '\n';
    if (token.word == Word::kAt) {
      // `expect alert at 5m` or a step of its own: here a line break does mean something.
      if (!fresh) result += token.line_start ? '\n' : ' ';
    } else if (!token.glued && !fresh) {
      switch (random.below(12)) {
        case 0:
          result += "\n";
          break;
        case 1:
          result += "  // why\n  ";
          break;
        case 2:
          result += "\n// a line of its own\n";
          break;
        case 3:
          result += "\n\n    ";
          break;
        case 4:
          result += "\t\r\n";
          break;
        default:
          result += ' ';
          break;
      }
    }
    result += text.substr(token.begin, token.end - token.begin);
  }
  return result + "\n";
}

TEST_CASE("a random file, printed and read back, is the same file") {
  const std::size_t count = cases();
  for (std::size_t seed = 0; seed < count; ++seed) {
    CAPTURE(seed);
    tests::RandomSyntax random(seed);
    const ast::File file = random.file();
    const Parsed once(format(file, {}));
    CAPTURE(once.files[0].text);
    REQUIRE(once.messages() == "");
    REQUIRE(ast::same(file, once.file));
    REQUIRE(once.formatted() == once.files[0].text);
  }
}

TEST_CASE("an expression on one line reads back as the same expression") {
  for (std::size_t seed = 0; seed < cases(); ++seed) {
    CAPTURE(seed);
    tests::RandomSyntax random(seed);
    const ast::ExprPtr expr = random.expression(5);
    const SourceFiles files{{"test.shrike", format(*expr)}};
    CAPTURE(files[0].text);
    Diagnostics diagnostics;
    const ast::ExprPtr back = parse_expression(files, 0, diagnostics);
    REQUIRE(diagnostics.empty());
    REQUIRE(back != nullptr);
    REQUIRE(ast::same(*expr, *back));
  }
}

TEST_CASE("line breaks and comments between tokens change nothing and are not lost") {
  const std::size_t count = cases();
  for (std::size_t seed = 0; seed < count; ++seed) {
    CAPTURE(seed);
    tests::RandomSyntax random(seed, false);
    const ast::File file = random.file();
    const Parsed plain(format(file, {}));
    const Parsed spaced(respaced(plain, random));
    CAPTURE(spaced.files[0].text);
    REQUIRE(spaced.messages() == "");
    REQUIRE(ast::same(file, spaced.file));
    const Parsed once(spaced.formatted());
    CAPTURE(once.files[0].text);
    REQUIRE(once.messages() == "");
    REQUIRE(ast::same(file, once.file));
    REQUIRE(comments_of(once.file) == comments_of(spaced.file));
    REQUIRE(once.formatted() == once.files[0].text);
  }
}

TEST_CASE("every text, however broken, is read to the end and printed without a crash") {
  const std::size_t count = cases();
  for (std::size_t seed = 0; seed < count; ++seed) {
    CAPTURE(seed);
    tests::RandomSyntax random(seed);
    const ast::File file = random.file();
    std::string text = format(file, {});
    // Take pieces out, put pieces in.
    for (std::size_t i = 1 + random.below(4); i > 0 && !text.empty(); --i) {
      const std::size_t at = random.below(text.size());
      if (random.chance(50)) {
        text.erase(at, 1 + random.below(8));
      } else {
        text.insert(at, text.substr(random.below(text.size()), random.below(8)));
      }
    }
    const Parsed parsed(text);
    CAPTURE(text);
    parsed.messages();
    if (!parsed.diagnostics.empty()) continue;
    const Parsed once(parsed.formatted());
    CAPTURE(once.files[0].text);
    REQUIRE(once.messages() == "");
    REQUIRE(ast::same(parsed.file, once.file));
    REQUIRE(once.formatted() == once.files[0].text);
  }
}

}  // namespace
}  // namespace shrike
