// How messages look: places, carets under wide and odd characters, long lines, colours, escapes.
#include <doctest/doctest.h>

#include "shrike/diagnostic.hpp"

namespace shrike {
namespace {

Diagnostic about(Span where) {
  Diagnostic d;
  d.code = "E0101";
  d.message = "something";
  d.where = where;
  return d;
}

std::string line_of(const std::string& rendered, std::size_t number) {
  std::size_t at = 0;
  for (; number > 0; --number) at = rendered.find('\n', at) + 1;
  return rendered.substr(at, rendered.find('\n', at) - at);
}

TEST_CASE("lines and columns count from one, columns in characters") {
  const SourceFile file{"a", "é🦉x\nsecond\n"};
  CHECK(locate(file, 0).column == 1);
  CHECK(locate(file, 6).column == 3);
  CHECK(locate(file, 8).line == 2);
  CHECK(locate(file, 8).column == 1);
  CHECK(locate(file, 1000).line == 3);
}

TEST_CASE("a message with everything") {
  Diagnostic d = about({0, 10, 13});
  d.label = "here";
  d.second = Diagnostic::Note{{0, 0, 4}, "and here"};
  d.help = "do this";
  CHECK(render(d, {{"dir/a.shrike", "rule one\n bad line\n"}}) ==
        "error[E0101]: something\n"
        "  --> dir/a.shrike:2:2\n"
        "   |\n"
        " 2 |  bad line\n"
        "   |  ^^^ here\n"
        "  ::: dir/a.shrike:1:1\n"
        "   |\n"
        " 1 | rule one\n"
        "   | ---- and here\n"
        "   = help: do this\n");
}

TEST_CASE("a repair is shown where there is no other help") {
  Diagnostic d = about({0, 0, 2});
  d.level = DiagnosticLevel::kWarning;
  d.repair = Diagnostic::Repair{{0, 0, 2}, "and"};
  const std::string text = render(d, {{"a", "&& b"}});
  CHECK(text.starts_with("warning[E0101]"));
  CHECK(text.find("= help: write `and`\n") != std::string::npos);
}

TEST_CASE("carets stand under wide characters, tabs and escapes") {
  CHECK(line_of(render(about({0, 6, 7}), {{"a", "フィx"}}), 4) == "   |     ^");
  CHECK(line_of(render(about({0, 1, 2}), {{"a", "\tx"}}), 4) == "   |   ^");
  CHECK(line_of(render(about({0, 3, 4}), {{"a", "\xe2\x80\xaex"}}), 3) == " 1 | \\u202ex");
  CHECK(line_of(render(about({0, 3, 4}), {{"a", "\xe2\x80\xaex"}}), 4) == "   |       ^");
  CHECK(line_of(render(about({0, 0, 1}), {{"a", "\xff"}}), 3) == " 1 | \\xff");
  CHECK(line_of(render(about({0, 0, 1}), {{"a", "\x1b[31m"}}), 3) == " 1 | \\u001b[31m");
}

TEST_CASE("nothing from the source reaches the terminal unescaped, names of files and messages included") {
  Diagnostic d = about({0, 0, 1});
  d.message = "found `\x1b]0;x\x07`";
  d.help = "\xe2\x80\xae";
  const std::string text = render(d, {{"a\x1b.shrike", "x"}});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
  CHECK(text.find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("long lines are cut around the place") {
  const std::string line = std::string(5000, 'a') + "HERE" + std::string(5000, 'b');
  const std::string text = render(about({0, 5000, 5004}), {{"a", line}}, false, 80);
  CHECK(line_of(text, 3).find("HERE") != std::string::npos);
  CHECK(line_of(text, 3).find("…a") != std::string::npos);
  CHECK(line_of(text, 4).find("^^^^") == line_of(text, 3).find("HERE") - 2);  // The … has three bytes.
  for (std::size_t i = 0; i < 6; ++i) CHECK(line_of(text, i).size() < 90);
  CHECK(render(about({0, 0, 10'004}), {{"a", line}}, false, 80).size() < 400);
}

TEST_CASE("places at the end, outside of the text or of the files do no harm") {
  CHECK(render(about({0, 4, 4}), {{"a", "abc\n"}}).find(" --> a:2:1") != std::string::npos);
  CHECK(render(about({0, 100, 200}), {{"a", "abc\n"}}).find("error[E0101]: something") == 0);
  CHECK(render(about({7, 0, 1}), {{"a", "abc"}}) == "error[E0101]: something\n");
  CHECK(render(about({0, 0, 0}), {{"a", ""}}).find('^') != std::string::npos);
}

TEST_CASE("colour is asked for, not guessed") {
  const SourceFiles files{{"a", "abc"}};
  CHECK(render(about({0, 0, 1}), files).find('\x1b') == std::string::npos);
  CHECK(render(about({0, 0, 1}), files, true).find("\x1b[1;31m") != std::string::npos);
}

}  // namespace
}  // namespace shrike
