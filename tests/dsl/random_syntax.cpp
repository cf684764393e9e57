// See random_syntax.hpp.
#include "random_syntax.hpp"

#include <array>
#include <limits>

namespace shrike::tests {

using ast::ExprKind;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

std::string RandomSyntax::name() {
  // Words of the language that are free as names are the interesting ones.
  static const std::vector<std::string> names{"user",    "ip",         "asn",
                                              "country", "operation",  "time",
                                              "score",   "first",      "last_seen",
                                              "rule",    "source",     "list",
                                              "tags",    "count",      "class",
                                              "from",    "to",         "within",
                                              "by",      "times",      "say",
                                              "when",    "on",         "each",
                                              "quiet",   "tenant",     "owner",
                                              "until",   "drop",       "set",
                                              "at",      "expect",     "case",
                                              "raw",     "record",     "map",
                                              "ecs",     "test",       "new",
                                              "x",       "a1",         "_y",
                                              "Title",   "inbox_rule", "T1078",
                                              "r",       "dead",       "be",
                                              "order",   "accept_all", "a_rather_long_name_for_a_field"};
  static const std::vector<std::string> others{
      "user",  "ip",   "asn", "country", "operation", "time", "first",      "last_seen",
      "count", "from", "to",  "by",      "within",    "raw",  "map",        "new",
      "x",     "a1",   "_y",  "T1078",   "r",         "dead", "inbox_rule", "a_rather_long_name_for_a_field"};
  return pick(clause_words_ ? names : others);
}

std::string RandomSyntax::text() {
  static const std::vector<std::string> parts{
      "a",        "Archive", " ",      "\"", "\\", "\n",  "\t", "{", "}",  "{user}", "é",
      "フィード", "\x01",    "\u202e", "'",  "//", "///", "#",  "=", "🦉", "\u0085", "x@contoso.example"};
  std::string result;
  for (std::size_t i = below(6); i > 0; --i) result += pick(parts);
  return result;
}

std::string RandomSyntax::doc() {
  static const std::vector<std::string> lines{"What it finds.", "",           "  indented `code`",
                                              "/ slash",        "é フィード", "- a list"};
  if (!chance(25)) return {};
  std::string result = "A sentence.";
  for (std::size_t i = below(3); i > 0; --i) result += "\n" + pick(lines);
  return result;
}

ast::ExprPtr RandomSyntax::make(ExprKind kind) {
  auto result = std::make_unique<ast::Expr>();
  result->kind = kind;
  return result;
}

ast::ExprPtr RandomSyntax::of(ast::Literal value) {
  auto result = make(ExprKind::kLiteral);
  result->literal = std::move(value);
  return result;
}

ast::ExprPtr RandomSyntax::duration() {
  static const std::vector<std::int64_t> units{
      kSecond / 1000, kSecond, 60 * kSecond, 3600 * kSecond, 24 * 3600 * kSecond, 7 * 24 * 3600 * kSecond};
  return of(ast::Duration{static_cast<std::int64_t>(below(100)) * pick(units)});
}

ast::ExprPtr RandomSyntax::duration_or_name() {
  if (chance(80)) return duration();
  auto result = make(ExprKind::kName);
  result->name = name();
  return result;
}

ast::ExprPtr RandomSyntax::literal() {
  switch (below(12)) {
    case 0:
      return of(chance(50));
    case 1:
      return of(chance(10) ? std::numeric_limits<std::int64_t>::min()
                           : static_cast<std::int64_t>(random_() >> 1U));
    case 2:
      return of(static_cast<std::int64_t>(below(100)));
    case 3:
      return of(static_cast<double>(below(100'000)) / 64.0);
    case 4:
      return of(std::ldexp(static_cast<double>(below(1000)) + 0.5, static_cast<int>(below(200)) - 100));
    case 5: {
      IpAddress ip;
      if (chance(50)) ip.bytes[10] = ip.bytes[11] = 0xFF;
      for (std::size_t i = chance(50) ? 12 : 0; i < 16; ++i) {
        if (i < 10 || i > 11) ip.bytes[i] = static_cast<std::uint8_t>(chance(40) ? 0 : below(256));
      }
      return of(ip);
    }
    case 6: {
      ast::Cidr cidr;
      const bool v4 = chance(50);
      if (v4) cidr.network.bytes[10] = cidr.network.bytes[11] = 0xFF;
      const std::size_t bytes = v4 ? 12 + below(5) : below(17);
      cidr.bits = static_cast<std::uint8_t>(bytes * 8);
      for (std::size_t i = v4 ? 12 : 0; i < bytes; ++i)
        cidr.network.bytes[i] = static_cast<std::uint8_t>(below(256));
      return of(cidr);
    }
    case 7:
      return of(ast::Time{static_cast<std::int64_t>(below(4'000'000'000)) * kSecond +
                          (chance(20) ? 123'000'000 : 0)});
    case 8:
      return duration();
    case 9: {
      static const std::vector<std::string> patterns{"",       "a+",          R"(^\d{2}\.x$)", R"(say \"x\")",
                                                     "a\"b c", "line\nbreak", "[a-z]{1,}"};
      std::string pattern = pick(patterns);
      // Inside `say` an expression ends with its line.
      if (in_say_ && pattern.find('\n') != std::string::npos) pattern = "x";
      return of(ast::Regex{std::move(pattern)});
    }
    default:
      return of(text());
  }
}

ast::ExprPtr RandomSyntax::condition() {
  auto result = any_expression();
  // Where a condition stands, `A if B` needs parentheses that the tree does not hold; the printer adds them.
  return result;
}

std::vector<ast::ExprPtr> RandomSyntax::expressions(std::size_t least, std::size_t most) {
  std::vector<ast::ExprPtr> result;
  for (std::size_t i = least + below(most - least + 1); i > 0; --i) result.push_back(any_expression());
  return result;
}

ast::ExprPtr RandomSyntax::expression(int depth) {
  if (depth <= 0) {
    if (chance(40)) return literal();
    auto result = make(ExprKind::kName);
    result->name = chance(5) ? "this" : name();
    return result;
  }
  const auto inner = [&] { return expression(depth - 1 - static_cast<int>(below(2))); };
  switch (below(18)) {
    case 0: {
      auto e = make(ExprKind::kMember);
      e->args.push_back(inner());
      e->name = chance(20) ? "in" : name();
      return e;
    }
    case 1: {
      auto e = make(ExprKind::kIndex);
      e->args.push_back(inner());
      e->args.push_back(inner());
      return e;
    }
    case 2: {
      auto e = make(ExprKind::kStar);
      e->args.push_back(inner());
      return e;
    }
    case 3: {
      static const std::vector<std::string> functions{"domain", "lower",      "recipients",
                                                      "speed",  "is_private", "text"};
      auto e = make(ExprKind::kCall);
      e->name = pick(functions);
      for (std::size_t i = below(4); i > 0; --i) e->args.push_back(inner());
      return e;
    }
    case 4: {
      static const std::vector<std::string> aggregates{"count", "distinct", "values", "sum",
                                                       "first", "prev",     "new",    "percentile"};
      auto e = make(ExprKind::kAggregate);
      e->name = pick(aggregates);
      for (std::size_t i = below(3); i > 0; --i) e->args.push_back(inner());
      if (chance(50)) e->where = inner();
      if (chance(50)) e->last = duration_or_name();
      return e;
    }
    case 5: {
      auto e = make(ExprKind::kList);
      for (std::size_t i = below(chance(10) ? 30 : 4); i > 0; --i) e->args.push_back(inner());
      return e;
    }
    case 6: {
      auto e = make(ExprKind::kComprehension);
      e->name = name();
      e->args.push_back(inner());
      e->args.push_back(inner());
      if (chance(50)) e->where = inner();
      return e;
    }
    case 7: {
      auto e = make(ExprKind::kNegate);
      e->args.push_back(inner());
      return e;
    }
    case 8: {
      auto e = make(ExprKind::kNot);
      e->args.push_back(inner());
      return e;
    }
    case 9: {
      auto e = make(ExprKind::kArithmetic);
      e->op = std::array<char, 5>{'+', '-', '*', '/', '%'}[below(5)];
      e->args.push_back(inner());
      e->args.push_back(inner());
      return e;
    }
    case 10: {
      auto e = make(ExprKind::kCoalesce);
      e->args.push_back(inner());
      e->args.push_back(inner());
      return e;
    }
    case 11:
    case 12: {
      auto e = make(ExprKind::kCompare);
      e->compare = static_cast<ast::CompareOp>(below(13));
      e->cased = chance(20);
      e->all = chance(20);
      e->args.push_back(inner());
      e->args.push_back(inner());
      return e;
    }
    case 13:
    case 14: {
      auto e = make(chance(50) ? ExprKind::kAnd : ExprKind::kOr);
      for (std::size_t i = 2 + below(3); i > 0; --i) {
        auto arg = inner();
        if (arg->kind != e->kind) e->args.push_back(std::move(arg));
      }
      if (e->args.size() > 1) return e;
      return e->args.empty() ? literal() : std::move(e->args.front());
    }
    case 15: {
      auto e = make(ExprKind::kIf);
      e->args.push_back(inner());
      e->args.push_back(inner());
      if (chance(60)) e->args.push_back(inner());
      return e;
    }
    case 16: {
      auto e = make(chance(50) ? ExprKind::kHas : ExprKind::kMissing);
      e->args.push_back(inner());
      return e;
    }
    default: {
      auto e = make(ExprKind::kQuantifier);
      e->all = chance(50);
      e->name = name();
      e->args.push_back(inner());
      e->args.push_back(inner());
      return e;
    }
  }
}

std::vector<ast::NamedExpr> RandomSyntax::named() {
  std::vector<ast::NamedExpr> result;
  for (std::size_t i = 1 + below(4); i > 0; --i) {
    ast::NamedExpr e;
    if (chance(40)) e.name = a_name();
    e.expr = any_expression();
    result.push_back(std::move(e));
  }
  return result;
}

std::vector<ast::ClassRef> RandomSyntax::classes() {
  static const std::vector<std::string> names{"signin", "audit", "directory", "risk", "mail", "spray_source"};
  std::vector<ast::ClassRef> result;
  for (std::size_t i = 1 + below(3); i > 0; --i) result.push_back({chance(30), {pick(names), {}}});
  return result;
}

std::vector<ast::Text> RandomSyntax::texts() {
  std::vector<ast::Text> result;
  for (std::size_t i = below(4); i > 0; --i) result.push_back(a_text());
  return result;
}

std::vector<ast::Name> RandomSyntax::path() {
  std::vector<ast::Name> result{{"field_" + std::to_string(below(50)), {}}};
  for (std::size_t i = below(3); i > 0; --i) result.push_back(a_name());
  return result;
}

ast::TypeExprPtr RandomSyntax::type(int depth, bool records) {
  static const std::vector<std::string> scalars{"string", "int", "ip", "cidr", "json", "client", "place"};
  auto result = std::make_unique<ast::TypeExpr>();
  result->name = pick(scalars);
  if (depth > 0 && chance(30)) {
    result->name = chance(50) ? "list" : "map";
    result->element = type(depth - 1, records);
  } else if (depth > 0 && records && chance(20)) {
    result->name = "record";
    for (std::size_t i = below(4); i > 0; --i) result->fields.push_back(field(depth - 1));
  }
  return result;
}

ast::FieldDecl RandomSyntax::field(int depth) {
  ast::FieldDecl result;
  result.doc = doc();
  result.name = a_name();
  result.type = type(depth, true);
  result.cased = chance(20);
  if (chance(30)) result.ecs = text();
  if (chance(30)) result.ocsf = text();
  if (chance(30)) result.default_value = any_expression();
  return result;
}

ast::Template RandomSyntax::say() {
  ast::Template result;
  in_say_ = true;
  result.pieces.push_back(text());
  for (std::size_t i = below(4); i > 0; --i) {
    result.exprs.push_back(any_expression());
    result.pieces.push_back(text());
  }
  in_say_ = false;
  return result;
}

ast::Step RandomSyntax::step() {
  ast::Step result;
  result.absent = chance(20);
  result.name = a_name();
  result.classes = classes();
  if (chance(30)) result.by = expressions(1, 2);
  if (chance(60)) result.where = condition();
  if (chance(30)) {
    result.times = of(static_cast<std::int64_t>(below(100)));
    if (chance(50)) result.times_in = duration_or_name();
  }
  if (chance(30)) result.within = duration_or_name();
  return result;
}

ast::Rule RandomSyntax::rule() {
  static const std::vector<std::string> attacks{"T1110", "T1110.003", "T1557"};
  static const std::vector<std::string> severities{"info", "low", "medium", "high", "critical"};
  ast::Rule result;
  result.doc = doc();
  result.name = a_name();
  result.title = text();
  if (chance(90)) result.severity = ast::Name{pick(severities), {}};
  for (std::size_t i = below(4); i > 0; --i) result.attack.push_back({pick(attacks), {}});
  result.tags = texts();
  result.refs = texts();
  result.known_false = texts();
  for (std::size_t i = below(3); i > 0; --i) {
    ast::Param param;
    param.doc = doc();
    param.name = a_name();
    param.type = type(2, true);
    param.value = any_expression();
    result.params.push_back(std::move(param));
  }
  for (std::size_t i = below(4); i > 0; --i) result.lets.push_back({a_name(), any_expression()});
  if (chance(80)) {
    result.on = classes();
    if (chance(80)) result.where = any_expression();
  }
  if (chance(60)) {
    result.each = named();
    result.within = duration_or_name();
  }
  if (chance(60)) result.when = any_expression();
  if (chance(30)) {
    result.order = chance(50) ? ast::StepOrder::kSequence : ast::StepOrder::kTogether;
    for (std::size_t i = below(4); i > 0; --i) result.steps.push_back(step());
  }
  if (chance(60)) result.score = expressions(1, 4);
  if (chance(70)) result.say = say();
  if (chance(50)) result.show = named();
  if (chance(40)) {
    result.quiet = duration_or_name();
    result.quiet_by = expressions(1, 3);
  }
  if (chance(40)) result.respond = expressions(1, 2);
  return result;
}

ast::ListDecl RandomSyntax::list() {
  ast::ListDecl result;
  result.doc = doc();
  result.name = a_name();
  result.element = a_name();
  if (chance(20)) {
    result.from = a_text();
  } else if (chance(80)) {
    result.values = any_expression();
  }
  return result;
}

ast::TableDecl RandomSyntax::table() { return {doc(), {}, a_name(), a_name(), a_name(), a_text()}; }

ast::Settings RandomSyntax::settings() {
  ast::Settings result;
  result.doc = doc();
  if (chance(50)) result.tenant = a_text();
  for (std::size_t i = below(4); i > 0; --i) result.values.push_back({path(), any_expression()});
  for (std::size_t i = below(3); i > 0; --i) result.disabled.push_back(a_name());
  return result;
}

ast::Except RandomSyntax::except() {
  ast::Except result;
  result.doc = doc();
  result.rule = a_name();
  result.title = text();
  if (chance(50)) result.tenant = a_text();
  if (chance(80)) result.where = any_expression();
  if (chance(50)) result.score = any_expression();
  result.drop = chance(50);
  if (chance(80)) result.owner = a_text();
  if (chance(80))
    result.until = of(ast::Time{static_cast<std::int64_t>(below(40'000)) * 24 * 3600 * kSecond});
  return result;
}

ast::Def RandomSyntax::def() {
  ast::Def result;
  result.doc = doc();
  result.name = a_name();
  for (std::size_t i = below(5); i > 0; --i) result.parameters.push_back({a_name(), type(2, false)});
  result.result = type(2, false);
  result.body = any_expression();
  return result;
}

ast::Class RandomSyntax::event_class() {
  ast::Class result;
  result.doc = doc();
  result.name = a_name();
  result.title = text();
  for (std::size_t i = below(8); i > 0; --i) result.fields.push_back(field(3));
  return result;
}

ast::Source RandomSyntax::source() {
  ast::Source result;
  result.doc = doc();
  result.name = a_name();
  result.event_class = {"signin", {}};
  if (chance(80)) result.order = of(static_cast<std::int64_t>(below(100)));
  if (chance(80)) result.lateness = duration();
  result.accept = any_expression();
  for (std::size_t i = below(4); i > 0; --i) result.lets.push_back({a_name(), any_expression()});
  for (std::size_t i = below(6); i > 0; --i) result.fields.push_back({path(), any_expression()});
  return result;
}

ast::Unwrap RandomSyntax::unwrap() {
  ast::Unwrap result;
  result.doc = doc();
  result.name = a_name();
  result.accept = any_expression();
  result.raw = any_expression();
  return result;
}

std::vector<ast::RecordField> RandomSyntax::record() {
  std::vector<ast::RecordField> result;
  for (std::size_t i = below(8); i > 0; --i) {
    ast::RecordField& field = result.emplace_back();
    field.name.text = name();
    if (chance(20)) field.name.text += "." + name();
    field.value = any_expression();
  }
  return result;
}

ast::TestStep RandomSyntax::test_step() {
  ast::TestStep result;
  result.kind = static_cast<ast::TestStep::Kind>(below(6));
  const auto moment = [&] {
    if (chance(20)) return of(ast::Time{static_cast<std::int64_t>(below(4'000'000'000)) * kSecond});
    auto value = duration();
    if (!chance(20)) return value;
    auto negative = make(ExprKind::kNegate);
    negative->args.push_back(std::move(value));
    return negative;
  };
  switch (result.kind) {
    case ast::TestStep::Kind::kSet:
      result.set = {path(), any_expression()};
      break;
    case ast::TestStep::Kind::kGiven: {
      static const std::vector<std::string> raws{"", "{}", "{ \"a\": \"\\n\" }", "{\n  \"é\": [1, 2]\n}",
                                                 "{\"x\": \"\" }"};
      result.source = a_name();
      result.raw = pick(raws);
      break;
    }
    case ast::TestStep::Kind::kAt:
      result.at = moment();
      if (chance(80)) {
        result.event = classes().front();
        result.fields = record();
        if (chance(20)) result.times = static_cast<std::int64_t>(below(100));
      }
      break;
    case ast::TestStep::Kind::kExpectNone:
      break;
    default:
      if (chance(50)) result.at = moment();
      if (chance(50)) result.fields = record();
      break;
  }
  return result;
}

ast::Test RandomSyntax::test() {
  ast::Test result;
  result.doc = doc();
  result.rule = a_name();
  for (std::size_t i = below(4); i > 0; --i) {
    ast::Case one;
    one.title = a_text();
    for (std::size_t n = below(6); n > 0; --n) one.steps.push_back(test_step());
    result.cases.push_back(std::move(one));
  }
  return result;
}

ast::File RandomSyntax::file() {
  ast::File result;
  for (std::size_t i = 1 + below(4); i > 0; --i) {
    ast::Declaration next = [&]() -> ast::Declaration {
      switch (below(12)) {
        case 0:
          return list();
        case 1:
          return table();
        case 2:
          return settings();
        case 3:
          return except();
        case 4:
          return def();
        case 5:
          return event_class();
        case 6:
          return source();
        case 7:
          return unwrap();
        case 8:
        case 9:
          return test();
        default:
          return rule();
      }
    }();
    result.declarations.push_back(std::make_unique<ast::Declaration>(std::move(next)));
  }
  return result;
}

}  // namespace shrike::tests
