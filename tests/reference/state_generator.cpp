#include "tests/reference/state_generator.hpp"

#include <algorithm>
#include <set>

#include <fmt/args.h>
#include <fmt/format.h>

#include "runtime/address.hpp"
#include "runtime/arena.hpp"
#include "runtime/json.hpp"

namespace shrike::reference {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStart = 1'767'225'600 * kSecond;  // 2026-01-01T00:00:00Z

constexpr const char* kSignin = R"RULES(
class signin "A generated sign-in" {
  time: time  id: string cased  tenant: string  user: string  ip: ip  session: string  outcome: string
  size: int  ok: bool  tags: list<string>
  error: int  country: string  ratio: float
}
source signins: signin {
  order 10  lateness 10m
  accept raw.class == "signin"
  time = time(raw.time)  id = raw.id  tenant = raw.tenant  user = raw.user  ip = ip(raw.ip)  session = raw.session
  outcome = raw.outcome  size = raw.size  ok = raw.ok  tags = raw.tags
  error = raw.error  country = raw.country  ratio = raw.ratio
}
)RULES";
constexpr const char* kAudit = R"RULES(
class audit "A generated activity" {
  time: time  id: string cased  tenant: string  user: string  ip: ip  session: string  outcome: string
  size: int  ok: bool  tags: list<string>
  operation: string  target: string
}
source audits: audit {
  order 20  lateness 1h
  accept raw.class == "audit"
  time = time(raw.time)  id = raw.id  tenant = raw.tenant  user = raw.user  ip = ip(raw.ip)  session = raw.session
  outcome = raw.outcome  size = raw.size  ok = raw.ok  tags = raw.tags
  operation = raw.operation  target = raw.target
}
)RULES";

/// A part of a text to put together.
struct Part {
  Part(std::string t) : text(std::move(t)) {}              // NOLINT(google-explicit-constructor)
  Part(const char* t) : text(t) {}                         // NOLINT(google-explicit-constructor)
  Part(unsigned number) : text(std::to_string(number)) {}  // NOLINT(google-explicit-constructor)
  std::string text;
};

/// As fmt::format. Parts in braces are made from the first to the last, those of a call in any order: so one
/// seed gives one text with every compiler.
std::string fill(fmt::string_view form, std::initializer_list<Part> parts) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const Part& part : parts) store.push_back(part.text);
  return fmt::vformat(form, store);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

void StateGenerator::Scope::add(const Scope& other) {
  signin = signin || other.signin;
  audit = audit || other.audit;
  alerts = alerts || other.alerts;
  rules.insert(rules.end(), other.rules.begin(), other.rules.end());
}

std::string StateGenerator::pick(std::initializer_list<const char*> options) {
  return *(options.begin() + below(static_cast<unsigned>(options.size())));
}

// ---- names and constants

std::string StateGenerator::field(const Scope& scope, Type type) {
  std::vector<std::string> names;
  switch (type) {
    case Type::kText:
      names = {"user", "user", "session", "outcome"};
      if (scope.signin) names.push_back("country");
      if (scope.audit) names.insert(names.end(), {"operation", "target"});
      if (scope.alerts) names.insert(names.end(), {"rule", "severity"});
      break;
    case Type::kInt:
      names = {"size", "size"};
      if (scope.signin) names.push_back("error");
      if (scope.alerts) names.push_back("score");
      break;
    case Type::kFloat:
      if (scope.signin) names = {"ratio"};
      break;
    case Type::kBool:
      names = {"ok"};
      break;
    case Type::kIp:
      names = {"ip"};
      break;
    case Type::kTime:
      names = {"time"};
      break;
    case Type::kTexts:
      names = {"tags"};
      break;
    case Type::kDuration:
      break;
  }
  return names.empty() ? std::string() : pick(names);
}

std::string StateGenerator::any_field(const Scope& scope) {
  const unsigned kind = below(100);
  const Type type = kind < 55   ? Type::kText
                    : kind < 75 ? Type::kInt
                    : kind < 83 ? Type::kIp
                    : kind < 89 ? Type::kBool
                    : kind < 95 ? Type::kTexts
                                : Type::kFloat;
  const std::string name = field(scope, type);
  return name.empty() ? "size" : name;
}

std::string StateGenerator::text_of(const std::string& field) {
  if (field == "user" || field == "target") return pick({"ann", "Ann", "bob", "cy"});
  if (field == "session") return pick({"s1", "S1", "s2"});
  if (field == "outcome") return pick({"success", "failure", "Failure"});
  if (field == "country") return pick({"JP", "US", "jp"});
  if (field == "operation") return pick({"Send", "send", "Delete", "Reset"});
  if (field == "rule" && !draft_.scope.rules.empty())
    return fill("r{}", {draft_.scope.rules[below(static_cast<unsigned>(draft_.scope.rules.size()))]});
  if (field == "severity") return pick({"low", "medium", "high"});
  return pick({"a", "A", "b", "c"});
}

std::string StateGenerator::number(unsigned limit) {
  if (!draft_.ints.empty() && chance(25)) return pick(draft_.ints);
  return std::to_string(below(limit));
}

std::string StateGenerator::duration(bool short_one) {
  if (!draft_.durations.empty() && chance(25)) return pick(draft_.durations);
  return short_one ? pick({"1m", "5m", "10m", "10m", "30m", "1h"})
                   : pick({"10m", "1h", "2h", "2h", "6h", "1d"});
}

// ---- conditions on one event

std::string StateGenerator::event_test(const Scope& scope) {
  switch (below(16)) {
    case 0:
    case 1:
    case 2: {
      const std::string name = field(scope, Type::kText);
      return fill("{} {} \"{}\"", {name, pick({"==", "==", "!=", "starts"}), text_of(name)});
    }
    case 3: {
      const std::string name = field(scope, Type::kText);
      return fill("{} in [\"{}\", \"{}\"]", {name, text_of(name), text_of(name)});
    }
    case 4:
    case 5:
      return fill("size {} {}", {pick({">=", "<", "==", ">="}), number(5)});
    case 6:
      return scope.signin ? pick({"error in [50126, 50074]", "error != 0", "ratio > 0.75", "error == 0"})
                          : "ok";
    case 7:
      return scope.audit ? pick({"operation == \"send\"", "has target", "operation != \"Delete\""})
                         : "not ok";
    case 8:
      return pick({"ok", "ok == false", "not ok"});
    case 9:
      return fill("tags contains \"{}\"", {text_of("tags")});
    case 10:
      return fill("{} {}", {pick({"has", "has", "missing"}), any_field(scope)});
    case 11:
      return pick({"ip in 10.0.0.0/8", "ip != 10.0.0.1", "len(tags) >= 2", "size % 2 == 0"});
    case 12:
      if (scope.alerts)
        return pick({"score >= 40", "severity in [\"low\", \"medium\"]", "score < 70", "has rule"});
      return scope.signin && scope.audit ? pick({"class == \"audit\"", "class != \"audit\""}) : "has user";
    case 13:
      if (!draft_.bool_lets.empty()) return pick(draft_.bool_lets);
      return "has session";
    default:
      return pick({"has user", "has time", "outcome != \"none\"", "size != 3"});
  }
}

std::string StateGenerator::event_condition(const Scope& scope) {
  switch (below(8)) {
    case 0:
      return fill("{} and {}", {event_test(scope), event_test(scope)});
    case 1:
    case 2:
      return fill("({} or {})", {event_test(scope), event_test(scope)});
    case 3:
      return fill("not ({})", {event_test(scope)});
    default:
      return event_test(scope);
  }
}

/// Compares the step's event with one of those before it.
std::string StateGenerator::step_test(const Scope& scope) {
  if (draft_.steps.empty()) return event_condition(scope);
  const Name& other = draft_.steps[below(static_cast<unsigned>(draft_.steps.size()))];
  switch (below(9)) {
    case 0:
      return fill("{} == {}.{}", {field(scope, Type::kText), other.text, field(other.scope, Type::kText)});
    case 1:
    case 2: {
      const std::string name = pick({"user", "session", "outcome"});
      return fill("{} {} {}.{}", {name, pick({"==", "!="}), other.text, name});
    }
    case 3:
      return fill("{} {} {}.{}", {field(scope, Type::kInt), pick({">=", "<", "!="}), other.text,
                                  field(other.scope, Type::kInt)});
    case 4:
      return fill("time {} {}.time", {pick({">", ">=", ">="}), other.text});
    case 5:
      return fill("time - {}.time {} {}", {other.text, pick({"<", ">="}), pick({"1m", "5m", "10m"})});
    case 6:
      return fill("(ip != {}.ip or {})", {other.text, event_test(scope)});
    case 7:
      return fill("({} or size >= {}.size)", {event_test(scope), other.text});
    default:
      return fill("{} and {}.{} != \"x\"", {event_test(scope), other.text, field(other.scope, Type::kText)});
  }
}

// ---- aggregates

std::string StateGenerator::filtered(const std::string& first, bool last_too) {
  std::string text = first;
  if (chance(35)) {
    std::string test = event_test(draft_.scope);
    if (chance(35)) {
      const std::string same =
          chance(70) ? field(draft_.scope, Type::kText) : field(draft_.scope, Type::kInt);
      test = fill("{} {} this.{}", {same, pick({"==", "==", "!="}), same});
    } else if (chance(15)) {
      test = pick({"size <= this.size", "time < this.time", "time - this.time > -10m", "ip != this.ip",
                   "any t in tags: t == this.user"});
    } else if (!draft_.text_keys.empty() && chance(40)) {
      test = fill("{} {} {}", {field(draft_.scope, Type::kText), pick({"==", "!="}), pick(draft_.text_keys)});
    }
    text += (text.empty() ? "where " : " where ") + test;
  }
  if (last_too && chance(30)) text += (text.empty() ? "last " : " last ") + duration();
  return "(" + text + ")";
}

std::string StateGenerator::int_aggregate() {
  if (!draft_.int_lets.empty() && chance(15)) return pick(draft_.int_lets);
  switch (below(11)) {
    case 0:
    case 1:
    case 2:
      return "count" + filtered("");
    case 3:
      return "distinct" + filtered(any_field(draft_.scope));
    case 4:
      return "distinct" + filtered(fill("{}, {}", {any_field(draft_.scope), any_field(draft_.scope)}));
    case 5:
      return fill("len(values{})", {filtered(any_field(draft_.scope))});
    case 6:
      return fill("{}{}", {pick({"sum", "max", "min"}), filtered(field(draft_.scope, Type::kInt))});
    case 7:
      return fill("{}{}", {pick({"first", "prev"}), filtered(field(draft_.scope, Type::kInt))});
    case 8:
      return "usual_count" +
             filtered(fill("{}, {}", {pick({"5m", "10m", "1h"}), pick({"50", "95", "0.5"})}), false);
    case 9:
      return fill("({} - {})", {"count" + filtered(""), "distinct" + filtered(any_field(draft_.scope))});
    default:
      return "sum" + filtered("size");
  }
}

std::string StateGenerator::state_test() {
  const Scope& scope = draft_.scope;
  switch (below(22)) {
    case 0:
    case 1:
      return fill("count{} >= {}", {filtered(""), 1 + below(3)});
    case 2:
      return fill("distinct{} >= {}", {filtered(any_field(scope)), 1 + below(2)});
    case 3:
      return fill("{} {} {}", {int_aggregate(), pick({">=", ">=", "<", "=="}), number(5)});
    case 4: {
      const std::string name = field(scope, Type::kText);
      return fill("values{} contains {}[\"{}\", \"{}\"]",
                  {filtered(name), pick({"", "all "}), text_of(name), text_of(name)});
    }
    case 5: {
      const std::string name = field(scope, Type::kText);
      return fill("{} {} first{}", {name, pick({"!=", "==", "!="}), filtered(name)});
    }
    case 6: {
      const std::string name = chance(60) ? field(scope, Type::kText) : "ip";
      return fill("{} {} prev{}", {name, pick({"!=", "=="}), filtered(name)});
    }
    case 7:
      return fill("time - prev{} {} {}",
                  {filtered("time"), pick({"<=", ">=", "<"}), pick({"0s", "1m", "5m", "10m"})});
    case 8:
      return "new" + filtered(any_field(scope));
    case 9:
      return "new" + filtered(fill("{}, {}", {any_field(scope), any_field(scope)}));
    case 10:
      return fill("span{} {} {}", {filtered(""), pick({">=", "<"}), pick({"1m", "5m", "10m", "15m"})});
    case 11:
      return fill("regularity{} {} {}", {filtered(""), pick({"<", ">="}), pick({"0.3", "0.9", "1.7"})});
    case 12:
      return fill("age() {} {}", {pick({">=", "<"}), pick({"5m", "10m", "30m", "2h"})});
    case 13:
      return fill("watched() {} {}", {pick({">=", ">=", "<"}), pick({"5m", "10m", "1h", "2h"})});
    case 14:
      return fill("count() > usual_count{}",
                  {filtered(fill("{}, {}", {pick({"5m", "10m", "1h"}), pick({"50", "95"})}), false)});
    case 15:
      return fill("avg{} {} {}", {filtered("size"), pick({">=", "<"}), pick({"1.5", "2", "3.0"})});
    case 16:
      return fill("percentile{} {} {}",
                  {filtered(fill("{}, {}", {field(scope, Type::kInt), pick({"50", "95", "100", "10"})})),
                   pick({">=", "<="}), pick({"1", "2", "3"})});
    case 17:
      if (scope.signin)
        return fill("{}{} {} {}", {pick({"sum", "avg", "min", "max"}), filtered("ratio"), pick({">", "<="}),
                                   pick({"0.5", "1.0", "2.25"})});
      return fill("max{} - min{} >= {}", {filtered("time"), filtered("time"), pick({"1m", "10m"})});
    case 18:
      return fill("size {} {}", {pick({">=", "<"}), int_aggregate()});
    case 19:
      return event_test(scope);
    case 20:
      return fill("(any x in values{}: x == {})", {filtered("user"), pick({"user", "session", "\"bob\""})});
    default:
      return fill("({} or {})", {event_test(scope), "new" + filtered("session")});
  }
}

// ---- what an alert carries

std::string StateGenerator::output_test() {
  if (!has_steps_) return chance(60) ? state_test() : event_condition(draft_.scope);
  const Name& step = draft_.steps[below(static_cast<unsigned>(draft_.steps.size()))];
  switch (below(5)) {
    case 0:
      return fill("count({}) >= 2", {step.text});
    case 1: {
      const std::string name = field(step.scope, Type::kText);
      return fill("{}.{} == \"{}\"", {step.text, name, text_of(name)});
    }
    case 2:
      return fill("{}.{} >= {}", {step.text, field(step.scope, Type::kInt), number(4)});
    case 3:
      return fill("{}.time - {}.time <= {}",
                  {draft_.steps.back().text, draft_.steps.front().text, pick({"0s", "1m", "5m"})});
    default:
      return fill("{} {}.{}", {pick({"has", "missing"}), step.text, any_field(step.scope)});
  }
}

std::string StateGenerator::output_int() {
  if (!draft_.int_lets.empty() && chance(30)) return pick(draft_.int_lets);
  if (!has_steps_) return chance(30) ? field(draft_.scope, Type::kInt) : int_aggregate();
  const Name& step = draft_.steps[below(static_cast<unsigned>(draft_.steps.size()))];
  return chance(50) ? fill("count({})", {step.text})
                    : fill("{}.{}", {step.text, field(step.scope, Type::kInt)});
}

std::string StateGenerator::output_value() {
  if (!draft_.text_keys.empty() && chance(25)) return pick(draft_.text_keys);
  if (chance(30)) return output_int();
  if (has_steps_) {
    if (chance(25)) return pick(draft_.keys);
    const Name& step = draft_.steps[below(static_cast<unsigned>(draft_.steps.size()))];
    if (chance(20)) return fill("{}.time - {}.time", {step.text, draft_.steps.front().text});
    return fill("{}.{}", {step.text, any_field(step.scope)});
  }
  switch (below(9)) {
    case 0:
      return "values" + filtered(field(draft_.scope, Type::kText));
    case 1:
      return fill("{}{}", {pick({"first", "prev"}), filtered(any_field(draft_.scope))});
    case 2:
      return pick({"span()", "age()", "watched()", "time - prev(time)", "new(user)"});
    case 3:
      return fill("{}{}", {pick({"avg", "max", "min"}), filtered("size")});
    case 4:
      return "percentile" + filtered("size, 50");
    case 5:
      return fill("(first{} ?? \"none\")", {filtered("user")});
    case 6:
      return fill("(\"new\" if new{})", {filtered(any_field(draft_.scope))});
    default:
      return any_field(draft_.scope);
  }
}

std::string StateGenerator::outputs(const std::vector<std::string>& quiet_keys) {
  std::string text;
  if (chance(70)) {
    text += fill("  score {}", {chance(80) ? pick({"60", "45", "90"}) : output_int() + " * 10"});
    if (chance(70)) text += fill(", +20 if {}", {output_test()});
    if (chance(40)) text += fill(", -30 if {}", {output_test()});
    if (chance(50)) text += fill(", 5 * {}", {output_int()});
    text += "\n";
  }
  text += "  say \"";
  for (unsigned i = 0, n = 1 + below(4); i < n; ++i) {
    // Quotes may stand inside the braces of `say`.
    text += fill("{}{{{}}}", {i == 0 ? "" : " ", output_value()});
  }
  text += "\"\n";
  if (chance(30)) text += fill("  show shown = {}\n", {output_value()});
  if (!quiet_keys.empty() && chance(45)) {
    std::vector<std::string> by{pick(quiet_keys)};
    if (draft_.list_key) by = {quiet_keys[0]};  // else alerts of one event would silence each other
    if (chance(25)) by.push_back(pick(quiet_keys));
    text += fill("  quiet {} by {}\n", {duration(), joined(by)});
  }
  return text;
}

std::string StateGenerator::exceptions() {
  std::string text;
  while (chance(25)) {
    text += fill("except r{} \"Generated\" {{\n", {draft_.number});
    if (chance(20)) text += "  tenant \"t1\"\n";
    if (chance(85)) text += fill("  where {}\n", {output_test()});
    text += chance(30) ? std::string("  drop\n")
                       : fill("  score {}\n",
                              {chance(70) ? "-" + pick({"40", "15", "5"}) : "-10 if " + output_test()});
    text += fill("  owner \"soc@contoso.example\"\n  until {}\n}}\n",
                 {pick({"2027-01-31", "2027-01-31", "2026-01-01", "2025-12-31"})});
  }
  return text;
}

// ---- rules

void StateGenerator::begin(unsigned number) {
  draft_ = {};
  draft_.number = number;
  for (unsigned i = 0; i < below(3); ++i) {
    const std::string name = fill("p{}", {i});
    if (chance(50)) {
      draft_.params += fill("  param {}: int = {}\n", {name, 1 + below(3)});
      draft_.ints.push_back(name);
    } else {
      draft_.params += fill("  param {}: duration = {}\n", {name, pick({"5m", "10m", "1h", "2h"})});
      draft_.durations.push_back(name);
    }
  }
}

std::string StateGenerator::classes(Scope& scope) {
  std::vector<unsigned> readable;
  for (unsigned i = 0; i < written_.size(); ++i) {
    if (written_[i].readable) readable.push_back(i);
  }
  std::vector<std::string> names;
  const auto add_alert = [&] {
    const unsigned rule = readable[below(static_cast<unsigned>(readable.size()))];
    const std::string name = fill("alert r{}", {rule});
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    names.push_back(name);
    scope.signin = scope.signin || written_[rule].alert.signin;
    scope.audit = scope.audit || written_[rule].alert.audit;
    scope.alerts = true;
    scope.rules.push_back(rule);
  };
  const auto add_class = [&](bool audit) {
    names.emplace_back(audit ? "audit" : "signin");
    (audit ? scope.audit : scope.signin) = true;
  };
  if (!readable.empty() && chance(has_steps_ ? 25 : 35)) {
    add_alert();
    if (chance(35)) add_alert();
    if (chance(15)) add_class(two_classes_ && chance(50));
  } else if (two_classes_ && chance(45)) {
    add_class(false);
    add_class(true);
  } else {
    add_class(two_classes_ && chance(40));
  }
  return joined(names);
}

/// The text after `each`; `printed` are those that `quiet` may name, a list's first.
std::string StateGenerator::keys(std::vector<std::string>& printed, std::size_t& count) {
  std::vector<std::string> texts;
  const std::string name = fill("k{}", {below(3)});
  switch (below(13)) {
    case 0:
    case 1:
    case 2:
      texts = {"user"};
      break;
    case 3:
      texts = {"session"};
      break;
    case 4:
      texts = {"ip"};
      break;
    case 5:
      texts = {"user", "outcome"};
      break;
    case 6:
      texts = {pick({"size", "ok", "ok", "size", "tenant"})};
      break;
    case 7:
      texts = {name + " = " + pick({"user", "session", "lower(user)", "user ?? session"})};
      draft_.text_keys.push_back(name);
      break;
    case 8:
    case 9:
      texts = {name + " = tags"};
      draft_.text_keys.push_back(name);
      draft_.list_key = true;
      break;
    case 10:
      texts = {name + " = " + pick({"[user, session]", "tags"}), "user"};
      draft_.text_keys.push_back(name);
      draft_.list_key = true;
      break;
    case 11:
      texts = {name + " = tags", name + "x = [user, session]"};
      draft_.text_keys = {name, name + "x"};
      draft_.list_key = true;
      break;
    default:
      texts = {name + " = outcome", "size"};
      draft_.text_keys.push_back(name);
      break;
  }
  count = texts.size();
  for (const std::string& text : texts) printed.push_back(text.substr(0, text.find(' ')));
  draft_.keys = printed;
  return joined(texts);
}

std::string StateGenerator::finish(const std::string& kind, const std::string& body,
                                   const std::vector<std::string>& quiet_keys) {
  const std::string outputs_text = outputs(quiet_keys);
  std::string text = fill("rule r{} \"Generated {}\" {{\n  severity {}\n  attack T1114\n{}{}{}{}}}\n",
                          {draft_.number, kind, pick({"low", "medium", "high", "critical"}), draft_.params,
                           draft_.lets, body, outputs_text});
  return text + exceptions();
}

std::string StateGenerator::single_rule() {
  has_steps_ = false;
  Scope scope;
  std::string body = "  on " + classes(scope);
  draft_.scope = scope;
  if (chance(80)) body += " where " + event_condition(scope);
  written_.push_back({scope, true});
  // It has no state, so nothing that looks at kept events.
  std::string text = fill("rule r{} \"Generated single\" {{\n  severity {}\n  attack T1114\n{}{}\n",
                          {draft_.number, pick({"low", "medium", "high"}), draft_.params, body});
  if (chance(70)) text += fill("  score {}, +20 if {}\n", {pick({"30", "50"}), event_condition(scope)});
  text += fill("  say \"{{{}}} {{{}}}\"\n", {any_field(scope), any_field(scope)});
  if (chance(40))
    text += fill("  quiet {} by {}\n", {duration(), pick({"user", "session", "ip, user", "tags"})});
  text += "}\n";
  if (chance(20)) {
    text += fill("except r{} \"Generated\" {{\n  where {}\n  {}\n  owner \"o\"\n  until 2027-01-31\n}}\n",
                 {draft_.number, event_condition(scope), pick({"drop", "score -20"})});
  }
  return text;
}

std::string StateGenerator::each_rule() {
  has_steps_ = false;
  Scope scope;
  std::string body = "  on " + classes(scope);
  draft_.scope = scope;
  if (chance(30)) {
    draft_.lets += fill("  let l0 = {}\n", {event_condition(scope)});
    draft_.bool_lets.push_back("l0");
  }
  if (chance(30)) {
    draft_.lets += fill("  let l1 = {}\n", {int_aggregate()});
    draft_.int_lets.push_back("l1");
  }
  if (chance(35)) body += " where " + event_condition(scope);
  std::vector<std::string> quiet_keys;
  std::size_t count = 0;
  body += fill("\n  each {} within ", {keys(quiet_keys, count)});
  body += duration(false) + "\n  when ";
  switch (below(7)) {
    case 0:
      body += fill("{} and {}", {state_test(), state_test()});
      break;
    case 1:
      body += fill("{} or {}", {state_test(), state_test()});
      break;
    case 2:
      body += fill("({} or {}) and {}", {state_test(), state_test(), state_test()});
      break;
    case 3:
      body += fill("not ({})", {state_test()});
      break;
    default:
      body += state_test();
  }
  body += "\n";
  written_.push_back({scope, !draft_.list_key});
  for (const char* name : {"user", "session", "ip"}) quiet_keys.emplace_back(name);
  return finish("each", body, quiet_keys);
}

std::string StateGenerator::step(bool absent, bool within, std::size_t keys, Scope& scope,
                                 const std::string& name) {
  std::string text = fill("    {}{}: {}", {absent ? "not " : "", name, classes(scope)});
  draft_.scope = scope;
  if (keys > 0 && chance(10)) {
    std::vector<std::string> by;
    for (std::size_t i = 0; i < keys; ++i)
      by.push_back(scope.audit && chance(60) ? "target" : pick({"user", "session"}));
    text += fill(" by {}", {joined(by)});
  }
  if (chance(absent ? 90 : 50)) {
    std::string test = chance(45) ? step_test(scope) : event_condition(scope);
    if (!draft_.text_keys.empty() && chance(15))
      test = fill("{} {} {}", {field(scope, Type::kText), pick({"!=", "!=", "=="}), pick(draft_.text_keys)});
    text += " where " + test;
  }
  if (!absent && chance(20)) {
    text += fill(" times {}",
                 {draft_.ints.empty() || chance(70) ? std::to_string(2 + below(2)) : pick(draft_.ints)});
    if (chance(50)) text += " in " + duration();
  }
  if (within) text += " within " + duration(chance(absent ? 70 : 40));
  return text + "\n";
}

std::string StateGenerator::step_rule() {
  has_steps_ = true;
  const bool together = chance(30);
  std::vector<std::string> quiet_keys;
  std::size_t count = 0;
  std::string each = keys(quiet_keys, count);
  // `by` and keys that are no texts do not go together.
  const bool texts = each.find("ip") == std::string::npos && each.find("size") == std::string::npos &&
                     each.find("ok") == std::string::npos;
  const std::size_t by_keys = texts ? count : 0;
  std::string body =
      fill("  each {} within {}\n  {} {{\n", {each, duration(false), together ? "together" : "sequence"});
  if (chance(25)) {
    // It is read in the steps, whatever their classes, so it names what all have.
    draft_.lets += fill("  let l0 = {}\n", {event_condition({})});
    draft_.bool_lets.push_back("l0");
  }
  unsigned present = 2;
  if (together || chance(35)) present += below(2);
  if (!together && chance(12)) ++present;
  if (!together && chance(12)) present = 1;
  // Where an absence stands: before that step; after the last.
  const bool has_absence = !together && (present == 1 || chance(40));
  const unsigned absence =
      has_absence ? (present == 1 && chance(50) ? present : below(present + 1)) : present + 1;
  Scope last;
  Scope all;
  for (unsigned i = 0; i <= present; ++i) {
    if (has_absence && i == absence) {
      Scope scope;
      body += step(true, i == 0 || i == present || chance(20), by_keys, scope, "gone");
      all.add(scope);
    }
    if (i == present) break;
    Scope scope;
    const std::string name = fill("st{}", {i});
    body += step(false, !together && i > 0 && chance(25), by_keys, scope, name);
    draft_.steps.push_back({name, scope});
    last = scope;
    all.add(scope);
  }
  body += "  }\n";
  // After the steps bare names are keys, and what looks at one event is of no use.
  draft_.bool_lets.clear();
  if (chance(30)) {
    const Name& of = draft_.steps[below(static_cast<unsigned>(draft_.steps.size()))];
    draft_.lets += fill("  let l1 = {}.{}\n", {of.text, field(of.scope, Type::kInt)});
    draft_.int_lets.push_back("l1");
  }
  Scope alert = together ? Scope{} : last;
  if (together) {
    for (const Name& name : draft_.steps) alert.add(name.scope);
  }
  alert.alerts = true;
  written_.push_back({alert, !draft_.list_key});
  for (const Name& name : draft_.steps) {
    if (chance(50)) quiet_keys.push_back(name.text + "." + pick({"user", "session", "size"}));
  }
  return finish(together ? "together" : "sequence", body, quiet_keys);
}

std::string StateGenerator::file() {
  two_classes_ = chance(85);
  written_.clear();
  const unsigned rules = 1 + below(5);
  std::vector<std::string> texts;
  for (unsigned i = 0; i < rules; ++i) {
    begin(i);
    const unsigned kind = below(100);
    if (kind < 15 && i + 1 < rules) {
      texts.push_back(single_rule());
    } else if (kind < 58) {
      texts.push_back(each_rule());
    } else {
      texts.push_back(step_rule());
    }
  }
  // A rule may stand before those whose alerts it reads.
  std::shuffle(texts.begin(), texts.end(), random_);
  std::string result = kSignin;
  if (two_classes_) result += kAudit;
  for (const std::string& text : texts) result += text;
  return result;
}

// ---- logs

RefValue StateGenerator::value_of(const std::string& field) {
  RefValue value;
  if (field == "size") return of_int(std::vector<int>{0, 1, 1, 2, 2, 3, 5, -1}[below(8)]);
  if (field == "error") return of_int(std::vector<int>{0, 0, 50126, 50074}[below(4)]);
  if (field == "ok") return of_bool(chance(55));
  if (field == "ratio") return of_float(std::vector<double>{0.5, 1.0, 2.25, -1.5}[below(4)]);
  if (field == "ip") {
    value.kind = Kind::kIp;
    value.address = *parse_ip(pick({"10.0.0.1", "10.0.0.2", "192.0.2.7", "2001:db8::1"}));
    return value;
  }
  if (field == "tags") {
    value.kind = Kind::kList;
    for (unsigned i = 0, n = below(4); i < n; ++i)
      value.items.push_back(of_text(chance(8) ? "" : pick({"a", "A", "b", "c", "ann"})));
    return value;
  }
  return of_text(chance(5) ? "" : text_of(field));
}

std::vector<LoggedEvent> StateGenerator::log(unsigned events) {
  std::vector<LoggedEvent> log;
  const bool tenants = chance(20);
  std::int64_t time = kStart + std::int64_t{60} * kSecond * below(600);
  std::set<std::string> used;
  for (unsigned i = 0; i < events; ++i) {
    const unsigned step = below(100);
    time += step < 35   ? 0
            : step < 55 ? (1 + below(59)) * kSecond
            : step < 70 ? 60 * kSecond
            : step < 85 ? 300 * kSecond
            : step < 95 ? 600 * kSecond
            : step < 99 ? 3600 * kSecond
                        : 6 * 3600 * kSecond;
    LoggedEvent event;
    event.event_class = two_classes_ && chance(45) ? "audit" : "signin";
    RefValue at;
    at.kind = Kind::kTime;
    at.integer = time;
    event.fields.emplace_back("time", at);
    std::string tenant;
    if (tenants) tenant = pick({"t1", "t2", "t1", ""});
    if (!tenant.empty()) event.fields.emplace_back("tenant", of_text(tenant));
    std::string id;
    // Few ids, so that another class or tenant has the same now and then.
    do {
      id = fill("{}{}", {pick({"e", "E", "f"}), below(40 + 2 * events)});
    } while (!used.insert(tenant + "/" + event.event_class + "/" + id).second);
    event.fields.emplace_back("id", of_text(id));
    std::vector<std::string> names{"user", "ip", "session", "outcome", "size", "ok", "tags"};
    if (event.event_class == "signin") {
      names.insert(names.end(), {"error", "country", "ratio"});
    } else {
      names.insert(names.end(), {"operation", "target"});
    }
    for (const std::string& name : names) {
      if (chance(name == "user" ? 96 : 90)) event.fields.emplace_back(name, value_of(name));
    }
    log.push_back(std::move(event));
  }
  for (unsigned i = 0; i < events / 10; ++i) {
    LoggedEvent copy = log[below(static_cast<unsigned>(log.size()))];
    log.insert(log.begin() + below(static_cast<unsigned>(log.size())), std::move(copy));
  }
  return log;
}

std::string record_of(const LoggedEvent& event) {
  std::string text = fill("{{\"class\": \"{}\"", {event.event_class});
  for (const auto& [name, value] : event.fields) {
    Arena arena;
    text += ", ";
    append_json_string(text, name);
    text += ": ";
    append_json(text, to_value(value, arena));
  }
  return text + "}";
}

}  // namespace shrike::reference
