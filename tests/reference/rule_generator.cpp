#include "tests/reference/rule_generator.hpp"

#include <fmt/format.h>

namespace shrike::reference {
namespace {

constexpr const char* kDeclarations = R"RULES(
class thing "A generated event" {
  time: time  id: string cased  tenant: string
  b: bool  n: int  f: float  s: string  c: string cased  a: ip  net: cidr  at: time
  ss: list<string>  ns: list<int>  m: map<string>  j: json
  o: string = s
  k: client = ua(s)
  r: record { x: int  y: string }
}
source things: thing {
  order 1  lateness 1h
  accept has raw.t and has raw.id
  let inner = raw.inner
  time = time(raw.t)   id = text(raw.id)
  b = bool(raw.b)   n = int(raw.n)   f = float(raw.f)   s = text(raw.s)   c = text(raw.c)
  a = ip(raw.a)   net = cidr(raw.net)   at = time(raw.at)
  ss = raw.ss   ns = raw.ns   m = pairs(raw.m)   j = raw.j
  o = filled(raw.o)
  r.x = inner.x   r.y = inner.y ?? raw.y
}
list words: string = ["a", "Ab", "É", "ſ"]
list numbers: int = [1, 2, -3]
list networks: cidr = [10.0.0.0/8, 2001:db8::/32]
list nothing: string
def big(x: int): bool = x > 3
def same_text(x: string, y: string): bool = x == y or (has x and y contains x)
def either(x: string, y: string): string = x ?? y
)RULES";

}  // namespace

std::string RuleGenerator::pick(std::initializer_list<const char*> options) {
  return *(options.begin() + below(static_cast<unsigned>(options.size())));
}

std::string RuleGenerator::text() {
  return pick({"a", "A", "ab", "Ab", "aB",   "abc",      "b",      "",     " ",        "é",
               "É", "s", "S",  "ſ",  "k",    "K",        "\u212a", "x*y",  "ß",        "Σ",
               "ς", "İ", "1",  "-3", "True", "10.1.2.3", "a,b",    "日本", "axios/1.7"});
}

std::string RuleGenerator::string_literal() { return "\"" + text() + "\""; }

std::string RuleGenerator::expr(Want want, unsigned depth) {
  if (!names_.empty() && chance(25)) {
    const auto& [name, type] = names_[below(static_cast<unsigned>(names_.size()))];
    if (type == want) return name;
  }
  const bool leaf = depth == 0;
  switch (want) {
    case Want::kBool:
      return leaf ? pick({"b", "true", "has n", "missing s"}) : "(" + condition(depth - 1) + ")";
    case Want::kInt:
      switch (below(leaf ? 4 : 11)) {
        case 0:
          return std::to_string(static_cast<int>(below(9)) - 2);
        case 1:
          return "n";
        case 2:
          return "r.x";
        case 3:
          return pick({"limit", "-n", "9223372036854775807"});
        case 4:
          return fmt::format("({} {} {})", expr(Want::kInt, depth - 1), pick({"+", "-", "*", "/", "%"}),
                             expr(Want::kInt, depth - 1));
        case 5:
          return fmt::format("len({})", expr(chance(50) ? Want::kString : Want::kStrings, depth - 1));
        case 6:
          return fmt::format("int({})", expr(Want::kString, depth - 1));
        case 7:
          return fmt::format("({} ?? {})", expr(Want::kInt, depth - 1), expr(Want::kInt, depth - 1));
        case 8:
          return fmt::format("({} if {} else {})", expr(Want::kInt, depth - 1), condition(depth - 1),
                             expr(Want::kInt, depth - 1));
        case 9:
          return fmt::format("({} if {})", expr(Want::kInt, depth - 1), condition(depth - 1));
        default:
          return fmt::format("{}[{}]", "ns", static_cast<int>(below(4)) - 2);
      }
    case Want::kFloat:
      switch (below(leaf ? 2 : 4)) {
        case 0:
          return pick({"0.5", "1.0", "2.25"});
        case 1:
          return "f";
        case 2:
          return fmt::format("({} {} {})", expr(Want::kFloat, depth - 1), pick({"+", "-", "*", "/"}),
                             expr(chance(50) ? Want::kInt : Want::kFloat, depth - 1));
        default:
          return fmt::format("({} ?? {})", expr(Want::kFloat, depth - 1), expr(Want::kFloat, depth - 1));
      }
    case Want::kString:
      switch (below(leaf ? 6 : 15)) {
        case 0:
          return string_literal();
        case 1:
          return "s";
        case 2:
          return "c";
        case 3:
          return "o";
        case 4:
          return "r.y";
        case 5:
          return pick({"m.key", "m[\"Key\"]", "word", "k.family", "id"});
        case 6:
          return fmt::format("{}({})", pick({"lower", "upper", "trim"}), expr(Want::kString, depth - 1));
        case 7:
          return fmt::format("({} ?? {})", expr(Want::kString, depth - 1), expr(Want::kString, depth - 1));
        case 8:
          return fmt::format("({} if {} else {})", expr(Want::kString, depth - 1), condition(depth - 1),
                             expr(Want::kString, depth - 1));
        case 9:
          return fmt::format("text({})", expr(chance(50) ? Want::kInt : Want::kJson, depth - 1));
        case 10:
          return fmt::format("either({}, {})", expr(Want::kString, depth - 1),
                             expr(Want::kString, depth - 1));
        case 11:
          return fmt::format("{}[{}]", "ss", static_cast<int>(below(4)) - 2);
        case 12:
          return fmt::format("filled({})", expr(Want::kString, depth - 1));
        case 13:
          return fmt::format("replace({}, {}, {})", expr(Want::kString, depth - 1), string_literal(),
                             string_literal());
        default:
          return fmt::format("({} if {})", expr(Want::kString, depth - 1), condition(depth - 1));
      }
    case Want::kIp:
      return pick({"a", "10.1.2.3", "2001:db8::1", "::ffff:10.1.2.3", "ip(s)", "(a ?? 192.0.2.1)"});
    case Want::kTime:
      return leaf || chance(60) ? pick({"time", "at", "2026-01-01", "2026-01-31T09:00:00Z"})
                                : fmt::format("({} {} {})", expr(Want::kTime, depth - 1), pick({"+", "-"}),
                                              expr(Want::kDuration, depth - 1));
    case Want::kDuration:
      switch (below(leaf ? 1 : 4)) {
        case 0:
          return pick({"90s", "1h", "2d", "500ms"});
        case 1:
          return fmt::format("({} - {})", expr(Want::kTime, depth - 1), expr(Want::kTime, depth - 1));
        case 2:
          return fmt::format("({} * {})", expr(Want::kDuration, depth - 1), expr(Want::kInt, depth - 1));
        default:
          return fmt::format("({} / {})", expr(Want::kDuration, depth - 1), expr(Want::kInt, depth - 1));
      }
    case Want::kStrings:
      switch (below(leaf ? 3 : 7)) {
        case 0:
          return "ss";
        case 1:
          return fmt::format("[{}, {}]", string_literal(), string_literal());
        case 2:
          return "words";
        case 3:
          return fmt::format("[{}, {}, {}]", expr(Want::kString, depth - 1), expr(Want::kString, depth - 1),
                             string_literal());
        case 4:
          return fmt::format("split({}, \",\")", expr(Want::kString, depth - 1));
        case 5: {
          const std::string variable = fmt::format("v{}", next_variable_++);
          const std::string from = expr(Want::kStrings, depth - 1);
          names_.emplace_back(variable, Want::kString);
          const std::string what = expr(Want::kString, depth - 1);
          const std::string filter = chance(60) ? " if " + condition(depth - 1) : "";
          names_.pop_back();
          return fmt::format("[{} for {} in {}{}]", what, variable, from, filter);
        }
        default:
          return fmt::format("unique({})", expr(Want::kStrings, depth - 1));
      }
    case Want::kInts:
      return leaf || chance(60)
                 ? pick({"ns", "numbers", "[1, 2]"})
                 : fmt::format("[{}, {}]", expr(Want::kInt, depth - 1), expr(Want::kInt, depth - 1));
    case Want::kJson:
      return pick({"j", "j.x", "j.y", "j.x.y", "j.list", "j[\"X\"]", "j.list[0]"});
  }
  return "b";
}

std::string RuleGenerator::comparison(unsigned depth) {
  const unsigned inner = depth == 0 ? 0 : depth - 1;
  const auto strings = [&] {
    return fmt::format("[{}, {}, {}]", string_literal(), string_literal(), string_literal());
  };
  switch (below(20)) {
    case 0:
      return fmt::format("{} {}{} {}", expr(Want::kString, inner), pick({"", "", "cased "}),
                         pick({"==", "!=", "<", "<=", ">", ">="}), expr(Want::kString, inner));
    case 1:
      return fmt::format("{} {}{} {}", expr(Want::kString, inner), pick({"", "", "cased "}),
                         pick({"contains", "starts", "ends"}), expr(Want::kString, inner));
    case 2:
      return fmt::format("{} {}{} {}{}", expr(Want::kString, inner), pick({"", "cased "}),
                         pick({"contains", "starts", "ends", "like"}), pick({"", "all "}), strings());
    case 3:
      return fmt::format("{} {}like {}", expr(Want::kString, inner), pick({"", "cased "}),
                         pick({"\"a*\"", "\"*b\"", "\"?b\"", "\"*\"", "\"\"", "\"x\\\\*y\"", "\"*É*\""}));
    case 4:
      return fmt::format("{} {} {}", expr(Want::kString, inner), pick({"in", "not in"}), strings());
    case 5:
      return fmt::format("{} {} {}", expr(Want::kString, inner), pick({"in", "not in"}),
                         pick({"words", "nothing", "ss"}));
    case 6:
      return fmt::format("{} {} {}", expr(Want::kInt, inner), pick({"==", "!=", "<", "<=", ">", ">="}),
                         expr(chance(70) ? Want::kInt : Want::kFloat, inner));
    case 7:
      return fmt::format("{} {} {}", expr(Want::kInt, inner), pick({"in", "not in"}),
                         pick({"numbers", "[1, 2]", "ns"}));
    case 8:
      return fmt::format("{} {} {}", expr(Want::kFloat, inner), pick({"==", "!=", "<", ">"}),
                         expr(Want::kFloat, inner));
    case 9:
      return fmt::format("{} {} {}", expr(Want::kIp, inner), pick({"==", "!=", "<", ">"}),
                         expr(Want::kIp, inner));
    case 10:
      return fmt::format("{} {} {}", expr(Want::kIp, inner), pick({"in", "not in"}),
                         pick({"10.0.0.0/8", "net", "networks", "[10.0.0.0/8, 192.0.2.0/24]"}));
    case 11:
      return fmt::format("{} {} {}", expr(Want::kTime, inner), pick({"==", "!=", "<", "<=", ">", ">="}),
                         expr(Want::kTime, inner));
    case 12:
      return fmt::format("{} {} {}", expr(Want::kDuration, inner), pick({"==", "!=", "<", ">="}),
                         expr(Want::kDuration, inner));
    case 13:
      return fmt::format("{} contains {}", expr(Want::kStrings, inner), expr(Want::kString, inner));
    case 14:
      return fmt::format("{} contains {}{}", expr(Want::kStrings, inner), pick({"", "all "}), strings());
    case 15:
      return fmt::format("{} {} {}", expr(Want::kStrings, inner), pick({"==", "!="}),
                         expr(Want::kStrings, inner));
    case 16:
      return fmt::format("{} {} {}", expr(Want::kJson, inner), pick({"==", "!="}),
                         chance(50)   ? expr(Want::kString, inner)
                         : chance(50) ? expr(Want::kInt, inner)
                                      : expr(Want::kJson, inner));
    case 17:
      return fmt::format("{} {} {}", expr(Want::kJson, inner), pick({"in", "not in"}),
                         chance(50) ? strings() : "numbers");
    case 18:
      return fmt::format(
          "{} {}matches {}", expr(Want::kString, inner), pick({"", "cased "}),
          pick({"r\"^a\"", "r\"b$\"", "r\"[é-ü]\"", "[r\"^a\", r\"B\"]", "all [r\"a\", r\"b\"]"}));
    default:
      return fmt::format("{} contains {}", expr(Want::kInts, inner), expr(Want::kInt, inner));
  }
}

std::string RuleGenerator::quantifier(unsigned depth) {
  const unsigned inner = depth == 0 ? 0 : depth - 1;
  const std::string variable = fmt::format("v{}", next_variable_++);
  const Want element = chance(60) ? Want::kString : chance(50) ? Want::kInt : Want::kJson;
  std::string from = element == Want::kString ? expr(Want::kStrings, inner)
                     : element == Want::kInt  ? expr(Want::kInts, inner)
                                              : pick({"j", "j.list", "j[*].x", "j.list[*].x", "j[*]"});
  names_.emplace_back(variable, element);
  const std::string body = condition(inner);
  names_.pop_back();
  return fmt::format("{} {} in {}: ({})", pick({"any", "all"}), variable, from, body);
}

std::string RuleGenerator::condition(unsigned depth) {
  if (depth == 0) return comparison(0);
  switch (below(14)) {
    case 0:
    case 1:
      return fmt::format("({} and {})", condition(depth - 1), condition(depth - 1));
    case 2:
      return fmt::format("({} and {} and {})", comparison(depth - 1), condition(depth - 1),
                         comparison(depth - 1));
    case 3:
    case 4:
      return fmt::format("({} or {})", condition(depth - 1), condition(depth - 1));
    case 5:
      return fmt::format("not ({})", condition(depth - 1));
    case 6:
      return fmt::format("{} {}", pick({"has", "missing"}),
                         pick({"s", "n", "j.x", "r.y", "m.key", "ss", "k.os", "a"}));
    case 7:
      return "(" + quantifier(depth - 1) + ")";
    case 8:
      return fmt::format("({} if {} else {})", condition(depth - 1), condition(depth - 1),
                         condition(depth - 1));
    case 9:
      return fmt::format("big({})", expr(Want::kInt, depth - 1));
    case 10:
      return fmt::format("same_text({}, {})", expr(Want::kString, depth - 1), expr(Want::kString, depth - 1));
    case 11:
      return pick({"b", "b == false", "class == \"thing\"", "k.tool"});
    default:
      return comparison(depth - 1);
  }
}

std::string RuleGenerator::rule(unsigned number) {
  names_.clear();
  std::string lets;
  for (unsigned i = 0; i < below(3); ++i) {
    const Want want = chance(50) ? Want::kString : chance(50) ? Want::kInt : Want::kBool;
    const std::string name = fmt::format("l{}_{}", number, i);
    lets += fmt::format("  let {} = {}\n", name, expr(want, 2));
    names_.emplace_back(name, want);
  }
  std::string result =
      fmt::format("rule r{} \"Generated\" {{\n  severity critical\n  attack T1114\n", number);
  result +=
      fmt::format("  param limit: int = {}\n  param word: string = {}\n{}", below(5), string_literal(), lets);
  result += fmt::format("  on thing where {}\n", condition(1 + below(4)));
  result += fmt::format("  score 50, +{} if {}, {}\n", below(30), condition(1), expr(Want::kInt, 1));
  const auto spoken = [&](Want want) { return expr(want, 2); };
  result += fmt::format("  say \"{{{}}} {{{}}} {{{}}} {{{}}}\"\n", spoken(Want::kString), spoken(Want::kInt),
                        spoken(Want::kStrings), spoken(Want::kJson));
  return result + "}\n";
}

std::string RuleGenerator::file(unsigned rules) {
  std::string result = kDeclarations;
  for (unsigned i = 0; i < rules; ++i) result += rule(i);
  return result;
}

std::string RuleGenerator::json_value(unsigned depth) {
  switch (below(depth == 0 ? 6 : 8)) {
    case 0:
      return "\"" + text() + "\"";
    case 1:
      return std::to_string(static_cast<int>(below(7)) - 2);
    case 2:
      return pick({"true", "false"});
    case 3:
      return "null";
    case 4:
      return pick({"0.5", "1.0", "9007199254740993", "-3"});
    case 5:
      return "\"" + text() + "\"";
    case 6: {
      std::string list = "[";
      for (unsigned i = 0, n = below(4); i < n; ++i) list += (i == 0 ? "" : ", ") + json_value(depth - 1);
      return list + "]";
    }
    default: {
      std::string object = "{";
      for (const char* name : {"x", "y", "X", "list", "LIST"}) {
        if (chance(40))
          object += fmt::format("{}\"{}\": {}", object.size() == 1 ? "" : ", ", name, json_value(depth - 1));
      }
      return object + "}";
    }
  }
}

std::string RuleGenerator::record() {
  std::string result = fmt::format("{{\"t\": \"2026-01-{:02}T0{}:00:00Z\", \"id\": \"e{}\"", 1 + below(28),
                                   below(10), random_() % 1000000007);
  const auto add = [&](const char* name, const std::string& value) {
    if (!chance(75)) return;
    result += fmt::format(", \"{}\": {}", chance(90) ? name : pick({"N", "S", "J", "zzz"}),
                          chance(8) ? "null" : value);
  };
  add("b", pick({"true", "false", "\"True\"", "\"no\"", "0"}));
  add("n", pick({"0", "1", "2", "5", "-3", "\"4\"", "\"x\"", "9223372036854775807"}));
  add("f", pick({"0.5", "1", "2.25", "-1.5", "\"0.5\""}));
  add("s", "\"" + text() + "\"");
  add("c", "\"" + text() + "\"");
  add("o", "\"" + text() + "\"");
  add("y", "\"" + text() + "\"");
  add("a", pick({"\"10.1.2.3\"", "\"10.1.2.3:443\"", "\"[2001:db8::1]:5\"", "\"192.0.2.1\"", "\"\"",
                 "\"host\"", "\"::ffff:10.1.2.3\""}));
  add("net", pick({"\"10.0.0.0/8\"", "\"2001:db8::/32\"", "\"x\""}));
  add("at", pick({"\"2026-01-01T00:00:00\"", "\"1/31/2026 9:00:00 AM\"", "\"never\""}));
  add("ss", fmt::format("[\"{}\", \"{}\"]", text(), text()));
  add("ss", pick({"[]", "\"a\"", "[1, \"a\", null]"}));
  add("ns", pick({"[1, 2, 3]", "[]", "[\"1\", 2]"}));
  add("m", fmt::format("[{{\"Name\": \"Key\", \"Value\": \"{}\"}}, {{\"Name\": \"other\"}}]", text()));
  add("j", json_value(3));
  add("inner", fmt::format("{{\"x\": {}, \"y\": {}}}", json_value(0), json_value(0)));
  return result + "}";
}

}  // namespace shrike::reference
