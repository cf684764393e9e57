#include "tests/reference/evaluator.hpp"

#include <re2/re2.h>

#include <cmath>
#include <functional>
#include <limits>

#include "runtime/address.hpp"
#include "runtime/functions.hpp"
#include "runtime/json.hpp"

namespace shrike::reference {

using ast::CompareOp;
using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

__extension__ typedef __int128 Wide;  // no int128_t in the standard; both compilers have it

RefValue of_kind(Kind kind, Wide integer) {
  RefValue v;
  if (integer > INT64_MAX || integer < INT64_MIN) return v;
  v.kind = kind;
  v.integer = static_cast<std::int64_t>(integer);
  return v;
}

RefValue duration_from(double nanoseconds) {
  if (!(nanoseconds > -9223372036854775808.0 && nanoseconds < 9223372036854775808.0)) return missing();
  return of_kind(Kind::kDuration, static_cast<std::int64_t>(nanoseconds));
}

RefValue arithmetic(char op, const RefValue& a, const RefValue& b) {
  const Wide x = a.integer;
  const Wide y = b.integer;
  const bool ints = a.kind == Kind::kInt && b.kind == Kind::kInt;
  const bool durations = a.kind == Kind::kDuration && b.kind == Kind::kDuration;
  if (a.is_number() && b.is_number()) {
    switch (op) {
      case '+':
        return ints ? of_kind(Kind::kInt, x + y) : of_float(a.as_float() + b.as_float());
      case '-':
        return ints ? of_kind(Kind::kInt, x - y) : of_float(a.as_float() - b.as_float());
      case '*':
        return ints ? of_kind(Kind::kInt, x * y) : of_float(a.as_float() * b.as_float());
      default:
        break;
    }
    if (b.as_float() == 0) return missing();
    if (op == '/') return ints ? of_kind(Kind::kInt, x / y) : of_float(a.as_float() / b.as_float());
    return ints ? of_kind(Kind::kInt, x % y) : of_float(std::fmod(a.as_float(), b.as_float()));
  }
  const bool moves = (a.kind == Kind::kTime || a.kind == Kind::kDuration) && b.kind == Kind::kDuration;
  switch (op) {
    case '+':
      if (moves) return of_kind(a.kind, x + y);
      if (a.kind == Kind::kDuration && b.kind == Kind::kTime) return of_kind(Kind::kTime, x + y);
      return missing();
    case '-':
      if (moves) return of_kind(a.kind, x - y);
      if (a.kind == Kind::kTime && b.kind == Kind::kTime) return of_kind(Kind::kDuration, x - y);
      return missing();
    case '*':
      if (a.kind == Kind::kDuration && b.kind == Kind::kInt) return of_kind(Kind::kDuration, x * y);
      if (b.kind == Kind::kDuration && a.kind == Kind::kInt) return of_kind(Kind::kDuration, x * y);
      if (a.kind == Kind::kDuration && b.kind == Kind::kFloat)
        return duration_from(static_cast<double>(a.integer) * b.number);
      if (b.kind == Kind::kDuration && a.kind == Kind::kFloat)
        return duration_from(static_cast<double>(b.integer) * a.number);
      return missing();
    case '/':
      if (durations)
        return y == 0 ? missing() : of_float(static_cast<double>(a.integer) / static_cast<double>(b.integer));
      if (a.kind == Kind::kDuration && b.kind == Kind::kInt)
        return y == 0 ? missing() : of_kind(Kind::kDuration, x / y);
      if (a.kind == Kind::kDuration && b.kind == Kind::kFloat) {
        return b.number == 0 ? missing() : duration_from(static_cast<double>(a.integer) / b.number);
      }
      return missing();
    default:
      if (durations) return y == 0 ? missing() : of_kind(Kind::kDuration, x % y);
      return missing();
  }
}

RefValue negated(const RefValue& a) {
  if (a.kind == Kind::kInt || a.kind == Kind::kDuration)
    return of_kind(a.kind, -static_cast<Wide>(a.integer));
  if (a.kind == Kind::kFloat) return of_float(-a.number);
  return missing();
}

/// The entry of that name: exact spelling first, then caseless; the last of each.
RefValue member_of(const RefValue& map, const std::string& name) {
  if (map.kind != Kind::kMap) return missing();
  for (auto at = map.entries.rbegin(); at != map.entries.rend(); ++at) {
    if (at->first == name) return at->second;
  }
  for (auto at = map.entries.rbegin(); at != map.entries.rend(); ++at) {
    if (folded(at->first) == folded(name)) return at->second;
  }
  return missing();
}

bool starred(const Expr& expr) {
  if (expr.kind == ExprKind::kStar) return true;
  return expr.kind == ExprKind::kMember && expr.ref.kind == RefKind::kNone && starred(*expr.args[0]);
}

std::vector<std::string> code_points(const std::string& text) {
  std::vector<std::string> result;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 || result.empty()) result.emplace_back();
    result.back() += c;
  }
  return result;
}

bool like(const std::vector<std::string>& text, std::size_t i, const std::vector<std::string>& pattern,
          std::size_t j) {
  if (j == pattern.size()) return i == text.size();
  if (pattern[j] == "*") {
    for (std::size_t k = i; k <= text.size(); ++k) {
      if (like(text, k, pattern, j + 1)) return true;
    }
    return false;
  }
  return i < text.size() && (pattern[j] == "?" || pattern[j] == text[i]) && like(text, i + 1, pattern, j + 1);
}

bool text_test(CompareOp op, const RefValue& x, const RefValue& y, bool cased) {
  if (x.kind == Kind::kList) {
    if (op != CompareOp::kContains) return false;
    for (const RefValue& item : x.items) {
      if (equal_values(item, y, cased)) return true;
    }
    return false;
  }
  if (x.kind != Kind::kString || y.kind != Kind::kString) return false;
  const std::string text = cased ? x.text : folded(x.text);
  const std::string part = cased ? y.text : folded(y.text);
  switch (op) {
    case CompareOp::kContains:
      return text.find(part) != std::string::npos;
    case CompareOp::kStarts:
      return text.size() >= part.size() && text.substr(0, part.size()) == part;
    case CompareOp::kEnds:
      return text.size() >= part.size() && text.substr(text.size() - part.size()) == part;
    default:
      return like(code_points(text), 0, code_points(part), 0);
  }
}

bool element_fits(const RefValue& x, const RefValue& element, bool cased) {
  if (x.kind == Kind::kIp && element.kind == Kind::kCidr)
    return in_network(x.address, element.address, element.bits);
  return equal_values(x, element, cased);
}

}  // namespace

int order_of(const RefValue& a, const RefValue& b, bool cased) {
  if (!comparable_values(a, b)) return 2;
  const auto sign = [](auto x, auto y) { return x < y ? -1 : y < x ? 1 : 0; };
  switch (a.kind) {
    case Kind::kInt:
    case Kind::kFloat:
      return a.kind == b.kind && a.kind == Kind::kInt ? sign(a.integer, b.integer)
                                                      : sign(a.as_float(), b.as_float());
    case Kind::kTime:
    case Kind::kDuration:
      return sign(a.integer, b.integer);
    case Kind::kString:
      return cased ? sign(a.text, b.text) : sign(folded(a.text), folded(b.text));
    case Kind::kIp:
      return sign(a.address, b.address);
    default:
      return 2;
  }
}

RefValue of_literal(const ast::Literal& literal) {
  struct Visitor {
    RefValue operator()(bool v) const { return of_bool(v); }
    RefValue operator()(std::int64_t v) const { return of_int(v); }
    RefValue operator()(double v) const { return of_float(v); }
    RefValue operator()(const std::string& v) const { return of_text(v); }
    RefValue operator()(const IpAddress& v) const {
      RefValue r;
      r.kind = Kind::kIp;
      r.address = v;
      return r;
    }
    RefValue operator()(const ast::Cidr& v) const {
      RefValue r;
      r.kind = Kind::kCidr;
      r.address = v.network;
      r.bits = v.bits;
      return r;
    }
    RefValue operator()(const ast::Time& v) const { return of_kind(Kind::kTime, v.nanoseconds); }
    RefValue operator()(const ast::Duration& v) const { return of_kind(Kind::kDuration, v.nanoseconds); }
    RefValue operator()(const ast::Regex& v) const { return of_text(v.pattern); }
  };
  return std::visit(Visitor{}, literal);
}

RefValue converted(const RefValue& value, const Type& type) {
  const auto only = [&](Kind kind) { return value.kind == kind ? value : missing(); };
  switch (type.kind) {
    case TypeKind::kNone:
    case TypeKind::kJson:
      return value;
    case TypeKind::kBool:
      return only(Kind::kBool);
    case TypeKind::kInt:
      return only(Kind::kInt);
    case TypeKind::kFloat:
      return value.kind == Kind::kInt ? of_float(value.as_float()) : only(Kind::kFloat);
    case TypeKind::kString:
      return only(Kind::kString);
    case TypeKind::kIp:
      return only(Kind::kIp);
    case TypeKind::kCidr:
      return only(Kind::kCidr);
    case TypeKind::kTime:
      return only(Kind::kTime);
    case TypeKind::kDuration:
      return only(Kind::kDuration);
    case TypeKind::kPlace:
      return only(Kind::kPlace);
    case TypeKind::kClient:
      return only(Kind::kClient);
    case TypeKind::kGeo:
      return only(Kind::kMap);
    case TypeKind::kList: {
      if (value.kind != Kind::kList) return missing();
      if (type.element == TypeKind::kJson || type.element == TypeKind::kNone) return value;
      RefValue kept = value;
      kept.items.clear();
      Type element{type.element, TypeKind::kNone, 0, type.cased};
      if (type.depth > 1)
        element = {TypeKind::kList, type.element, static_cast<std::uint8_t>(type.depth - 1), type.cased};
      for (const RefValue& item : value.items) {
        RefValue one = converted(item, element);
        if (!one.is_missing()) kept.items.push_back(std::move(one));
      }
      return kept;
    }
    case TypeKind::kMap: {
      if (value.kind != Kind::kMap) return missing();
      if (type.element == TypeKind::kJson || type.element == TypeKind::kNone) return value;
      RefValue kept = value;
      kept.entries.clear();
      for (const auto& [name, item] : value.entries) {
        RefValue one = converted(item, {type.element, TypeKind::kNone, 0, type.cased});
        if (!one.is_missing()) kept.entries.emplace_back(name, std::move(one));
      }
      return kept;
    }
  }
  return missing();
}

// ---- names

RefValue Evaluator::list_value(const std::vector<ast::Literal>& literals) {
  RefValue list;
  list.kind = Kind::kList;
  for (const ast::Literal& literal : literals) list.items.push_back(of_literal(literal));
  return list;
}

RefValue Evaluator::table_lookup(std::uint32_t table, const RefValue& key) {
  RefValue best;
  unsigned best_bits = 0;
  for (const auto& [entry_key, entry_value] : model_.tables[table].entries) {
    const RefValue candidate = of_literal(entry_key);
    if (!element_fits(key, candidate, false)) continue;
    if (best.is_missing() || candidate.kind != Kind::kCidr || candidate.bits >= best_bits) {
      best = of_literal(entry_value);
      best_bits = candidate.bits;
    }
  }
  return best;
}

RefValue Evaluator::name_or_member(const Expr& expr, const Scene& scene, const Names& names) {
  switch (expr.ref.kind) {
    case RefKind::kField:
    case RefKind::kAlert:
      return field_or_alert_part(expr, scene);
    case RefKind::kKey:
      return expr.ref.index < scene.keys.size() ? scene.keys[expr.ref.index] : missing();
    case RefKind::kLocal:
      return names.at(expr.name);
    case RefKind::kLet:
      return evaluate(*(*scene.lets)[expr.ref.index].value, scene, {});
    case RefKind::kParam: {
      const ParamInfo& param = model_.params[expr.ref.index];
      return param.type.is_list() ? list_value(param.values) : of_literal(param.value);
    }
    case RefKind::kList:
      return list_value(model_.lists[expr.ref.index].values);
    case RefKind::kRaw:
      return scene.now->event->raw;
    case RefKind::kClass:
      return of_text(model_.classes[scene.now->event->event_class].name);
    default:
      break;
  }
  const RefValue base = evaluate(*expr.args[0], scene, names);
  if (base.kind == Kind::kClient) {
    const std::string parts[] = {"family", "os", "device", "tool"};
    for (std::size_t i = 0; i < 4; ++i) {
      if (parts[i] == expr.name) return base.items[i];
    }
    return missing();
  }
  if (!starred(*expr.args[0])) return member_of(base, expr.name);
  if (base.kind != Kind::kList) return missing();
  RefValue all;
  all.kind = Kind::kList;
  for (const RefValue& element : base.items) {
    const RefValue one = member_of(element, expr.name);
    if (one.kind == Kind::kList) {
      for (const RefValue& inner : one.items) {
        if (!inner.is_missing()) all.items.push_back(inner);
      }
    } else if (!one.is_missing()) {
      all.items.push_back(one);
    }
  }
  return all;
}

/// `x`, `this.x` or `step.x`, where x is a field or what an alert tells of itself.
RefValue Evaluator::field_or_alert_part(const Expr& expr, const Scene& scene) {
  const Expr* root = &expr;
  while (root->kind == ExprKind::kMember) root = root->args[0].get();
  const Seen* seen = scene.now;
  if (root->ref.kind == RefKind::kThis) seen = scene.newest;
  if (root->ref.kind == RefKind::kStep) {
    const auto& events = scene.steps[root->ref.index];
    seen = events.empty() ? nullptr : events.back();
  }
  if (seen == nullptr) return missing();
  if (expr.ref.kind == RefKind::kAlert) {
    if (seen->rule.empty()) return missing();
    if (expr.ref.index == 0) return of_text(seen->rule);
    return expr.ref.index == 1 ? of_text(std::string(name_of(seen->severity))) : of_int(seen->score);
  }
  if (!seen->rule.empty() && model_.fields[expr.ref.index].name == "time")
    return of_kind(Kind::kTime, seen->time);
  return field(expr.ref.index, *seen->event);
}

RefValue Evaluator::given(std::uint32_t field, const RefEvent& event) {
  if (event.source == nullptr) {
    const auto found = event.given.find(field);
    return found == event.given.end() ? missing() : found->second;
  }
  Seen seen;
  seen.event = &event;
  Scene scene;
  scene.lets = &event.source->decl->lets;
  scene.now = &seen;
  for (const auto& [assigned, expr] : event.source->fields) {
    if (assigned == field) return converted(evaluate(*expr, scene, {}), model_.fields[field].type);
  }
  return missing();
}

RefValue Evaluator::field(std::uint32_t field, const RefEvent& event) {
  RefValue value = given(field, event);
  if (!value.is_missing()) return value;
  const ClassInfo& event_class = model_.classes[event.event_class];
  const auto fallback = event_class.defaults.find(field);
  if (fallback == event_class.defaults.end()) return missing();
  Seen seen;
  seen.event = &event;
  Scene scene;
  scene.now = &seen;
  return converted(evaluate(*fallback->second, scene, {}), model_.fields[field].type);
}

// ---- expressions

RefValue Evaluator::call(const Expr& expr, const Scene& scene, const Names& names) {
  std::vector<RefValue> arguments;
  for (const auto& argument : expr.args) arguments.push_back(evaluate(*argument, scene, names));
  if (expr.ref.kind == RefKind::kDef) {
    const DefInfo& def = model_.defs[expr.ref.index];
    Names inner;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      inner[def.decl->parameters[i].name.text] = converted(arguments[i], def.parameters[i]);
    }
    return converted(evaluate(*def.decl->body, scene, inner), def.result);
  }
  Arena arena;
  JsonDecoder json;
  CallContext call_context{arena, json};
  const Callable callable(functions()[expr.ref.index]);
  std::vector<Value> values(callable.signature.parameter_count);
  for (std::size_t i = 0; i < arguments.size(); ++i) values[i] = to_value(arguments[i], arena);
  return from_value(shrike::call(callable, call_context, values));
}

bool Evaluator::compare(const Expr& expr, const Scene& scene, const Names& names) {
  const RefValue x = evaluate(*expr.args[0], scene, names);
  const bool cased = expr.cased || expr.args[0]->type.cased || expr.args[1]->type.cased;
  if (expr.args[1]->ref.kind == RefKind::kTable && expr.args[1]->kind == ExprKind::kName) {
    const bool found = !table_lookup(expr.args[1]->ref.index, x).is_missing();
    return expr.compare == CompareOp::kIn ? found : !x.is_missing() && !found;
  }
  const Expr& right = *expr.args[1];
  if (expr.compare == CompareOp::kMatches) {
    if (x.kind != Kind::kString) return false;
    std::vector<const Expr*> patterns;
    if (right.kind == ExprKind::kList) {
      for (const auto& item : right.args) patterns.push_back(item.get());
    } else {
      patterns.push_back(&right);
    }
    RE2::Options options;
    options.set_case_sensitive(cased);
    options.set_log_errors(false);
    bool any = false;
    bool all = true;
    for (const Expr* pattern : patterns) {
      const bool found = RE2::PartialMatch(x.text, RE2(of_literal(pattern->literal).text, options));
      any = any || found;
      all = all && found;
    }
    return expr.all ? all : any;
  }
  const RefValue y = evaluate(right, scene, names);
  if (x.is_missing() || y.is_missing()) return false;
  switch (expr.compare) {
    case CompareOp::kEqual:
      return equal_values(x, y, cased);
    case CompareOp::kNotEqual:
      return comparable_values(x, y) && !equal_values(x, y, cased);
    case CompareOp::kLess:
      return order_of(x, y, cased) == -1;
    case CompareOp::kLessEqual:
      return order_of(x, y, cased) == -1 || order_of(x, y, cased) == 0;
    case CompareOp::kGreater:
      return order_of(x, y, cased) == 1;
    case CompareOp::kGreaterEqual:
      return order_of(x, y, cased) == 1 || order_of(x, y, cased) == 0;
    case CompareOp::kIn:
    case CompareOp::kNotIn: {
      const bool negated_in = expr.compare == CompareOp::kNotIn;
      if (y.kind == Kind::kCidr) {
        if (x.kind != Kind::kIp) return false;
        return in_network(x.address, y.address, y.bits) != negated_in;
      }
      if (y.kind != Kind::kList) return false;
      // A json that does not hold the elements' type is missing.
      if (expr.args[0]->type.kind == TypeKind::kJson && right.type.is_list() &&
          right.type.element != TypeKind::kJson) {
        const bool number = right.type.element == TypeKind::kInt || right.type.element == TypeKind::kFloat;
        const Type wanted{right.type.element, TypeKind::kNone, 0, false};
        if (number ? !x.is_number() : converted(x, wanted).is_missing()) return false;
      }
      bool found = false;
      for (const RefValue& element : y.items) found = found || element_fits(x, element, cased);
      return found != negated_in;
    }
    default:
      break;
  }
  if (y.kind != Kind::kList) return text_test(expr.compare, x, y, cased);
  // A list asks for any of it, or every one, of a text or a list; of anything else nothing holds.
  if (x.kind != Kind::kString && !(x.kind == Kind::kList && expr.compare == CompareOp::kContains))
    return false;
  bool any = false;
  bool all = true;
  for (const RefValue& element : y.items) {
    const bool one = text_test(expr.compare, x, element, cased);
    any = any || one;
    all = all && one;
  }
  return expr.all ? all : any;
}

bool Evaluator::holds(const Expr& expr, const Scene& scene, const Names& names) {
  const RefValue value = evaluate(expr, scene, names);
  return value.kind == Kind::kBool && value.boolean;
}

RefValue Evaluator::evaluate(const Expr& expr, const Scene& scene, const Names& names) {
  const auto argument = [&](std::size_t i) { return evaluate(*expr.args[i], scene, names); };
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return of_literal(expr.literal);
    case ExprKind::kName:
    case ExprKind::kMember:
      return name_or_member(expr, scene, names);
    case ExprKind::kIndex: {
      const RefValue index = argument(1);
      if (expr.args[0]->ref.kind == RefKind::kTable) return table_lookup(expr.args[0]->ref.index, index);
      const RefValue base = argument(0);
      if (index.kind == Kind::kString) return member_of(base, index.text);
      if (index.kind != Kind::kInt || base.kind != Kind::kList) return missing();
      const auto size = static_cast<std::int64_t>(base.items.size());
      const std::int64_t at = index.integer < 0 ? size + index.integer : index.integer;
      return at >= 0 && at < size ? base.items[static_cast<std::size_t>(at)] : missing();
    }
    case ExprKind::kStar: {
      const RefValue base = argument(0);
      if (base.kind == Kind::kList) return base;
      if (base.kind != Kind::kMap) return missing();
      RefValue values;
      values.kind = Kind::kList;
      for (const auto& [name, value] : base.entries) values.items.push_back(value);
      return values;
    }
    case ExprKind::kCall:
      return call(expr, scene, names);
    case ExprKind::kAggregate:
      return aggregate(expr, scene, names);
    case ExprKind::kList: {
      RefValue list;
      list.kind = Kind::kList;
      for (std::size_t i = 0; i < expr.args.size(); ++i) {
        RefValue one = argument(i);
        if (!one.is_missing()) list.items.push_back(std::move(one));
      }
      return list;
    }
    case ExprKind::kComprehension: {
      const RefValue from = argument(1);
      if (from.kind != Kind::kList) return missing();
      RefValue list;
      list.kind = Kind::kList;
      for (const RefValue& element : from.items) {
        Names inner = names;
        inner[expr.name] = element;
        if (expr.where && !holds(*expr.where, scene, inner)) continue;
        RefValue one = evaluate(*expr.args[0], scene, inner);
        if (!one.is_missing()) list.items.push_back(std::move(one));
      }
      return list;
    }
    case ExprKind::kNegate:
      return negated(argument(0));
    case ExprKind::kNot:
      return of_bool(!holds(*expr.args[0], scene, names));
    case ExprKind::kArithmetic:
      return arithmetic(expr.op, argument(0), argument(1));
    case ExprKind::kCoalesce: {
      const RefValue first = converted(argument(0), expr.type);
      return first.is_missing() ? argument(1) : first;
    }
    case ExprKind::kCompare:
      return of_bool(compare(expr, scene, names));
    case ExprKind::kAnd: {
      for (const auto& part : expr.args) {
        if (!holds(*part, scene, names)) return of_bool(false);
      }
      return of_bool(true);
    }
    case ExprKind::kOr: {
      for (const auto& part : expr.args) {
        if (holds(*part, scene, names)) return of_bool(true);
      }
      return of_bool(false);
    }
    case ExprKind::kIf: {
      if (holds(*expr.args[1], scene, names)) return argument(0);
      return expr.args.size() > 2 ? argument(2) : missing();
    }
    case ExprKind::kHas:
      return of_bool(!argument(0).is_missing());
    case ExprKind::kMissing:
      return of_bool(argument(0).is_missing());
    case ExprKind::kQuantifier: {
      const RefValue from = argument(0);
      if (from.kind != Kind::kList) return of_bool(false);
      for (const RefValue& element : from.items) {
        Names inner = names;
        inner[expr.name] = element;
        if (holds(*expr.args[1], scene, inner) != expr.all) return of_bool(!expr.all);
      }
      return of_bool(expr.all);
    }
  }
  return missing();
}

bool Evaluator::fires(const RuleInfo& rule, const RefEvent& event) {
  if (!rule.decl->where) return true;
  const RefValue found = value(*rule.decl->where, rule, event);
  return found.kind == Kind::kBool && found.boolean;
}

RefValue Evaluator::value(const Expr& expr, const RuleInfo& rule, const RefEvent& event) {
  Seen seen;
  seen.event = &event;
  Scene scene;
  scene.lets = &rule.decl->lets;
  scene.now = &seen;
  return evaluate(expr, scene, {});
}

bool Evaluator::accepts(const SourceInfo& source, const RefValue& raw) {
  RefEvent event;
  event.source = &source;
  event.raw = raw;
  Seen seen;
  seen.event = &event;
  Scene scene;
  scene.lets = &source.decl->lets;
  scene.now = &seen;
  return holds(*source.decl->accept, scene, {});
}

}  // namespace shrike::reference
