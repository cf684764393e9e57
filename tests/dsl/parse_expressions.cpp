// Expressions: what binds how tightly, what literals mean, what names are free. Trees are compared with each
// other and through the one-line printer.
#include <doctest/doctest.h>

#include <limits>

#include "dsl/format.hpp"
#include "dsl/parse.hpp"
#include "runtime/address.hpp"

namespace shrike {
namespace {

ast::ExprPtr read(const std::string& text) {
  const SourceFiles files{{"test.shrike", text}};
  Diagnostics diagnostics;
  ast::ExprPtr expr = parse_expression(files, 0, diagnostics);
  for (const Diagnostic& d : diagnostics) MESSAGE(render(d, files));
  REQUIRE(expr != nullptr);
  return expr;
}

/// "E0124" for a text that is no expression.
std::string mistakes(const std::string& text) {
  const SourceFiles files{{"test.shrike", text}};
  Diagnostics diagnostics;
  CHECK(parse_expression(files, 0, diagnostics) == nullptr);
  std::string codes;
  for (const Diagnostic& d : diagnostics) codes += (codes.empty() ? "" : " ") + std::string(d.code);
  return codes;
}

void same(const std::string& a, const std::string& b) {
  CAPTURE(a);
  CAPTURE(b);
  CHECK(ast::same(*read(a), *read(b)));
}
void differ(const std::string& a, const std::string& b) {
  CAPTURE(a);
  CAPTURE(b);
  CHECK_FALSE(ast::same(*read(a), *read(b)));
}

TEST_CASE("operators bind as the manual says, from if to field access") {
  same("a or b and c", "a or (b and c)");
  same("not a and b", "(not a) and b");
  same("not a == b", "not (a == b)");
  same("a == b ?? c", "a == (b ?? c)");
  same("a ?? b + c", "a ?? (b + c)");
  same("a + b * c - d", "(a + (b * c)) - d");
  same("a - b - c", "(a - b) - c");
  differ("a - (b - c)", "a - b - c");
  same("-a.b[1]", "-(a.b[1])");
  same("a if b or c else d if e else f", "a if (b or c) else (d if e else f)");
  same("any x in l: x == 1 and b", "(any x in l: x == 1) and b");
  same("any x in a ?? b: not has x", "any x in (a ?? b): (not (has x))");
  same("has a.b or c", "(has a.b) or c");
  same("a and (b and c) and d", "a and b and c and d");
  same("+5 - +x", "5 - x");
}

TEST_CASE("comparisons take every operator, cased and all") {
  for (const char* op :
       {"==", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "starts", "ends", "like", "matches"}) {
    const auto expr = read(std::string("a cased ") + op + " all b");
    CHECK(expr->kind == ast::ExprKind::kCompare);
    CHECK(expr->cased);
    CHECK(expr->all);
    CHECK(format(*expr) == std::string("a cased ") + op + " all b");
  }
  CHECK(mistakes("a == b == c") == "E0121");
  CHECK(mistakes("a < b <= c") == "E0121");
}

TEST_CASE("integers reach from the smallest to the largest") {
  CHECK(std::get<std::int64_t>(read("9223372036854775807")->literal) ==
        std::numeric_limits<std::int64_t>::max());
  CHECK(std::get<std::int64_t>(read("-9223372036854775808")->literal) ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(read("-5")->kind == ast::ExprKind::kNegate);
  CHECK(mistakes("9223372036854775808") == "E0130");
  CHECK(mistakes("-9223372036854775809") == "E0130");
  CHECK(mistakes("99999999999999999999999") == "E0130");
  CHECK(std::get<double>(read("0.5")->literal) == 0.5);
  CHECK(mistakes("1" + std::string(400, '0') + ".0") == "E0130");
  for (const char* odd : {"12abc", "0x1F", "1_000", "5min", "1.5h", "1e5"}) CHECK(mistakes(odd) == "E0129");
}

TEST_CASE("addresses and networks are told from names, numbers and quantifiers") {
  const auto ip = [](const char* text) { return std::get<IpAddress>(read(text)->literal); };
  CHECK(ip("203.0.113.7") == ip("::ffff:203.0.113.7"));
  CHECK(ip("2001:db8::1") == parse_ip("2001:db8:0:0:0:0:0:1"));
  CHECK(ip("dead::") == parse_ip("dead::"));
  CHECK(ip("::") == IpAddress{});
  CHECK(std::get<ast::Cidr>(read("10.0.0.0/8")->literal).bits == 104);
  CHECK(std::get<ast::Cidr>(read("2001:db8::/32")->literal).bits == 32);
  CHECK(std::get<ast::Cidr>(read("0.0.0.0/0")->literal).bits == 96);
  same("any x in dead::1: x == a", "any x in (dead::1): x == a");
  same("any x in :::x", "any x in (::): x");
  same("any b in a: b", "any b in (a): b");
  CHECK(mistakes("300.1.1.1") == "E0132");
  CHECK(mistakes("1.2.3") == "E0132");
  CHECK(mistakes("01.2.3.4") == "E0132");
  CHECK(mistakes("1::2::3") == "E0132");
  CHECK(mistakes("10.0.0.0/33") == "E0133");
  CHECK(mistakes("::/129") == "E0133");
  CHECK(mistakes("10.0.0.1/8") == "E0134");
  CHECK(mistakes("2001:db8::1/32") == "E0134");
}

TEST_CASE("times, dates and durations have values") {
  constexpr std::int64_t kSecond = 1'000'000'000;
  CHECK(std::get<ast::Time>(read("1970-01-02")->literal).nanoseconds == 86400 * kSecond);
  CHECK(std::get<ast::Time>(read("2026-01-31T09:00:00Z")->literal).nanoseconds == 1769850000 * kSecond);
  CHECK(std::get<ast::Time>(read("2026-01-31T10:00:00.5+01:00")->literal).nanoseconds ==
        1769850000 * kSecond + kSecond / 2);
  CHECK(mistakes("2026-02-30") == "E0135");
  CHECK(mistakes("2026-13-01") == "E0135");
  CHECK(mistakes("2026-01-31T25:00:00Z") == "E0135");
  CHECK(mistakes("2026-01-31T09:00:00") == "E0135");
  const auto duration = [](const char* text) {
    return std::get<ast::Duration>(read(text)->literal).nanoseconds;
  };
  CHECK(duration("500ms") == kSecond / 2);
  CHECK(duration("90s") == 90 * kSecond);
  CHECK(duration("10m") == 600 * kSecond);
  CHECK(duration("24h") == 86400 * kSecond);
  CHECK(duration("30d") == 30 * 86400 * kSecond);
  CHECK(duration("2w") == 14 * 86400 * kSecond);
  CHECK(mistakes("99999999999w") == "E0131");
  same("2026 - 01 - 31", "(2026 - 1) - 31");
}

TEST_CASE("strings have the escapes of JSON, raw ones and regular expressions none") {
  const auto text = [](const char* source) { return std::get<std::string>(read(source)->literal); };
  CHECK(text(R"("a\"b\\c\/\b\f\n\r\t")") == "a\"b\\c/\b\f\n\r\t");
  CHECK(text(R"("\u00e9\ud83e\udd89")") == "é🦉");
  CHECK(text("\"\"\"a \\n \"b\"\nc\"\"\"") == "a \\n \"b\"\nc");
  CHECK(text("\"\"\"a\r\nb\"\"\"") == "a\nb");
  CHECK(text("\"a {b} }\"") == "a {b} }");
  CHECK(text("\"SystemMailbox{\"") == "SystemMailbox{");
  CHECK(text("\"\"").empty());
  const auto pattern = [](const char* source) { return std::get<ast::Regex>(read(source)->literal).pattern; };
  CHECK(pattern(R"(r"^\d+\.exe$")") == R"(^\d+\.exe$)");
  CHECK(pattern(R"(r"a\"b")") == R"(a\"b)");
  CHECK(pattern("r\"\"\"say \"x\" \\d\"\"\"") == "say \"x\" \\d");
  CHECK(mistakes(R"("\d")") == "E0127");
  CHECK(mistakes(R"("\u12")") == "E0127");
  CHECK(mistakes(R"("\ud800")") == "E0127");
  CHECK(mistakes("\"open") == "E0102");
  CHECK(mistakes("\"\"\"open") == "E0104");
}

TEST_CASE("words of clauses are free as names, reserved ones are not; behind a dot every word is") {
  for (const char* name : {"time", "id", "first", "user", "from", "to", "count", "score", "class", "rule",
                           "when", "say", "list"}) {
    CHECK(read(name)->kind == ast::ExprKind::kName);
    CHECK(read(std::string(name) + " == 1")->kind == ast::ExprKind::kCompare);
  }
  for (const char* word : {"and", "in", "cased", "where", "last", "else", "for"})
    CHECK(mistakes(word) == "E0101");
  CHECK(format(*read("raw.in.not.where")) == "raw.in.not.where");
  CHECK(format(*read("this.subject")) == "this.subject");
}

TEST_CASE("calls and aggregates: a name with a parenthesis directly behind it") {
  CHECK(read("domain(a)")->kind == ast::ExprKind::kCall);
  CHECK(read("count()")->kind == ast::ExprKind::kAggregate);
  const auto expr = read("distinct(user, ip where failed and x last 1h)");
  CHECK(expr->args.size() == 2);
  CHECK(expr->where->kind == ast::ExprKind::kAnd);
  CHECK(std::get<ast::Duration>(expr->last->literal).nanoseconds == 3600LL * 1'000'000'000);
  CHECK(read("count(last window)")->last->kind == ast::ExprKind::kName);
  CHECK(mistakes("domain (a)") == "E0101");
  CHECK(read("[x.a for x in l if x.b]")->where != nullptr);
  CHECK(read("a[*].b[0][\"X-Name\"]")->kind == ast::ExprKind::kIndex);
  CHECK(read("[]")->args.empty());
}

TEST_CASE("spans cover what an expression is made of") {
  const std::string text = "user == domain(a.b) and x";
  const auto expr = read(text);
  const auto part = [&](Span span) { return text.substr(span.begin, span.end - span.begin); };
  CHECK(part(expr->span) == text);
  CHECK(part(expr->op_span) == "and");
  CHECK(part(expr->args[0]->span) == "user == domain(a.b)");
  CHECK(part(expr->args[0]->op_span) == "==");
  CHECK(part(expr->args[0]->args[1]->op_span) == "domain");
  CHECK(part(expr->args[0]->args[1]->args[0]->op_span) == "b");
}

}  // namespace
}  // namespace shrike
