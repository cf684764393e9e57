// Conversions: text int float bool ip cidr time list json keys filled clean tidy. What does not convert is
// missing. pairs() is in pairs.cpp.
#include <charconv>
#include <cmath>
#include <string>

#include "runtime/address.hpp"
#include "runtime/functions/topics.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/time_text.hpp"

namespace shrike {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

bool is_word(std::string_view text, std::string_view lower_case) { return equal_caseless(text, lower_case); }

Value text(CallContext& context, std::span<const Value> arguments) {
  const Value& x = arguments[0];
  switch (x.kind) {
    case Kind::kString:
      return x;
    case Kind::kBool:
      return Value::of_string(x.boolean ? "true" : "false", Value::kAscii);
    case Kind::kIp:
      return text_copy(format_ip(*x.address), context.arena);
    case Kind::kCidr:
      return text_copy(format_cidr(*x.address, x.prefix_bits), context.arena);
    case Kind::kTime:
      return text_copy(format_time(x.integer), context.arena);
    case Kind::kDuration:
      return text_copy(format_duration(x.integer), context.arena);
    default: {
      std::string out;
      append_json(out, x);
      return text_copy(out, context.arena);
    }
  }
}

/// The part of a number after the blanks and a plus sign.
std::string_view number_text(std::string_view text) {
  text = without_blanks(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return text;
}

Value int_of_float(double f) {
  if (!(f >= -kTwoTo63 && f < kTwoTo63)) return {};
  return Value::of_int(static_cast<std::int64_t>(f));
}

Value float_of_text(std::string_view text) {
  text = number_text(text);
  double result = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return Value::of_float(result);
}

Value int_of_text(std::string_view text) {
  text = number_text(text);
  std::int64_t result = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
  if (error != std::errc()) return {};
  if (end == text.data() + text.size()) return Value::of_int(result);
  // "12.0" is a whole number too; "12.5" is cut off as int(12.5) is.
  const Value f = float_of_text(text);
  return f.is_missing() ? Value{} : int_of_float(f.number);
}

Value to_int(CallContext&, std::span<const Value> arguments) {
  const Value& x = arguments[0];
  switch (x.kind) {
    case Kind::kInt:
      return x;
    case Kind::kFloat:
      return int_of_float(x.number);
    case Kind::kBool:
      return Value::of_int(x.boolean ? 1 : 0);
    case Kind::kString:
      return int_of_text(x.as_string());
    default:
      return {};
  }
}

Value to_float(CallContext&, std::span<const Value> arguments) {
  const Value& x = arguments[0];
  switch (x.kind) {
    case Kind::kInt:
      return Value::of_float(static_cast<double>(x.integer));
    case Kind::kFloat:
      return x;
    case Kind::kBool:
      return Value::of_float(x.boolean ? 1 : 0);
    case Kind::kString:
      return float_of_text(x.as_string());
    default:
      return {};
  }
}

Value to_bool(CallContext&, std::span<const Value> arguments) {
  const Value& x = arguments[0];
  if (x.kind == Kind::kBool) return x;
  if (x.kind == Kind::kInt && (x.integer == 0 || x.integer == 1)) return Value::of_bool(x.integer == 1);
  if (x.kind != Kind::kString) return {};
  const std::string_view word = without_blanks(x.as_string());
  for (const std::string_view yes : {"true", "1", "yes", "$true"}) {
    if (is_word(word, yes)) return Value::of_bool(true);
  }
  for (const std::string_view no : {"false", "0", "no", "$false"}) {
    if (is_word(word, no)) return Value::of_bool(false);
  }
  return {};
}

Value address_value(const IpAddress& address, Arena& arena) {
  auto* const copy = arena.allocate_array<IpAddress>(1);
  if (copy == nullptr) return {};
  *copy = address;
  return Value::of_ip(copy);
}

Value to_ip(CallContext& context, std::span<const Value> arguments) {
  const Value& x = arguments[0];
  if (x.kind == Kind::kIp) return x;
  if (x.kind == Kind::kCidr && x.prefix_bits == 128) return Value::of_ip(x.address);
  if (x.kind != Kind::kString) return {};
  const auto address = parse_ip_lenient(x.as_string());
  return address ? address_value(*address, context.arena) : Value{};
}

Value to_cidr(CallContext& context, std::span<const Value> arguments) {
  const Value& x = arguments[0];
  if (x.kind == Kind::kCidr) return x;
  if (x.kind == Kind::kIp) return Value::of_cidr(x.address, 128);
  if (x.kind != Kind::kString) return {};
  const auto network = parse_cidr(without_blanks(x.as_string()));
  if (!network) return {};
  const Value address = address_value(network->address, context.arena);
  return address.is_missing() ? Value{} : Value::of_cidr(address.address, network->bits);
}

Value to_time(CallContext&, std::span<const Value> arguments) {
  const Value& x = arguments[0];
  std::optional<std::int64_t> time;
  switch (x.kind) {
    case Kind::kTime:
      return x;
    case Kind::kInt:
      time = time_of_number(x.integer);
      break;
    case Kind::kFloat:
      time = time_of_number(x.number);
      break;
    case Kind::kString:
      time = parse_time(x.as_string());
      break;
    default:
      break;
  }
  return time ? Value::of_time(*time) : Value{};
}

Value to_list(CallContext& context, std::span<const Value> arguments) {
  if (arguments[0].kind == Kind::kList) return arguments[0];
  auto* const items = context.arena.allocate_array<Value>(1);
  if (items == nullptr) return {};
  items[0] = arguments[0];
  return Value::of_list({items, 1});
}

Value json(CallContext& context, std::span<const Value> arguments) {
  const Value& x = arguments[0];
  return x.kind == Kind::kString ? context.json.decode_or_missing(x.as_string(), context.arena) : x;
}

Value keys(CallContext& context, std::span<const Value> arguments) {
  if (arguments[0].kind != Kind::kMap) return {};
  const auto entries = arguments[0].as_map();
  auto* const names = context.arena.allocate_array<Value>(entries.size());
  if (names == nullptr) return {};
  std::size_t count = 0;
  for (const MapEntry& entry : entries) {
    if (!entry.value.is_missing()) names[count++] = entry.name;
  }
  return Value::of_list({names, count});
}

/// "<null>" stands for nothing in the parameters of Exchange audit records.
Value filled(CallContext&, std::span<const Value> arguments) {
  const Value& x = arguments[0];
  if (x.kind == Kind::kString && (x.size == 0 || (*x.text == '<' && is_word(x.as_string(), "<null>"))))
    return {};
  if ((x.kind == Kind::kList || x.kind == Kind::kMap) && x.size == 0) return {};
  return x;
}

/// A part of a text; what is known of the whole holds for it.
Value part_of(const Value& whole, std::string_view part) {
  return (whole.flags & Value::kAscii) != 0 ? Value::of_string(part, Value::kAscii) : text_value(part);
}

Value clean(CallContext& context, std::span<const Value> arguments) {
  const Value given = filled(context, arguments);
  if (given.is_missing()) return {};
  const Value whole = text(context, {&given, 1});
  if (whole.is_missing() || whole.size == 0) return whole;
  const auto is_letter = [](char c) { return static_cast<unsigned char>(c) > ' '; };
  const std::string_view all = whole.as_string();
  return is_letter(all.front()) && is_letter(all.back()) ? whole : part_of(whole, without_blanks(all));
}

/// What tidy() takes off both ends.
bool is_outer(char c) { return c == '.' || c == ' ' || c == '\r' || c == '\n' || c == '\t'; }

/// Whether tidy() would give the text back; false also when it is not known to be ASCII.
bool is_tidy(const Value& text) {
  const std::string_view all = text.as_string();
  return (text.flags & Value::kAscii) != 0 && !all.empty() && !is_outer(all.front()) &&
         !is_outer(all.back()) && all.find("  ") == std::string_view::npos;
}

Value tidy(CallContext& context, std::span<const Value> arguments) {
  const Value whole = text(context, arguments);
  if (whole.is_missing() || is_tidy(whole)) return whole;
  char* const begin = context.arena.allocate_array<char>(whole.size);
  if (begin == nullptr) return {};
  char* to = begin;
  for (std::string_view rest = whole.as_string(); !rest.empty();) {
    std::size_t size = 1;
    char c = rest.front();
    if (rest.starts_with("\u2013") || rest.starts_with("\u2014")) {
      size = 3;
      c = '-';
    } else if (rest.starts_with("\u00a0")) {
      size = 2;
      c = ' ';
    }
    rest.remove_prefix(size);
    if (c != ' ' || to == begin || to[-1] != ' ') *to++ = c;
  }
  std::string_view tidied(begin, static_cast<std::size_t>(to - begin));
  while (!tidied.empty() && is_outer(tidied.front())) tidied.remove_prefix(1);
  while (!tidied.empty() && is_outer(tidied.back())) tidied.remove_suffix(1);
  return text_value(tidied);
}

constexpr FunctionRow kRows[] = {
    {"text(x: T): string", text, 20, false, "The value as text; lists and maps as JSON, times in RFC 3339.",
     "text(42) == \"42\""},
    {"int(x: T): int", to_int, 10, false,
     "A whole number from a number, a text or a bool; decimals are cut off.", "int(\"50126\") == 50126"},
    {"float(x: T): float", to_float, 12, false, "A number from a number, a text or a bool.",
     "float(\"0.5\") == 0.5"},
    {"bool(x: T): bool", to_bool, 8, false,
     "true or false from a bool, 0 or 1, or a text such as \"True\", \"0\", \"no\".", "bool(\"True\")"},
    {"ip(x: T): ip", to_ip, 20, false, "An address from a text, also with a port, brackets or a zone.",
     "ip(\"[2001:db8::1]:443\") == 2001:db8::1"},
    {"cidr(x: T): cidr", to_cidr, 20, false, "A network from a text or of one address.",
     "cidr(\"10.0.0.0/8\") == 10.0.0.0/8"},
    {"time(x: T): time", to_time, 20, false,
     "A point in time from a text in any form the logs use, or from a Unix time.",
     "time(\"1/31/2026 9:00:00 AM\") == 2026-01-31T09:00:00Z"},
    {"list(x: json): list<json>", to_list, 4, false, "The list, or a list of the one value.",
     "len(list(json(\"[1, 2]\"))) == 2"},
    {"list(x: list<T>): list<T>", to_list, 4, false, "The list itself.", "list([\"a\"]) == [\"a\"]"},
    {"list(x: T): list<T>", to_list, 4, false, "A list of the one value.", "list(\"a\") == [\"a\"]"},
    {"json(x: json): json", json, 60, false,
     "What the JSON text inside says; anything but text is given back.",
     "json(json(\"\\\"[1]\\\"\"))[0] == 1"},
    {"json(x: string): json", json, 60, false,
     "The value that a JSON text stands for; missing when it is no JSON.", "json(\"{\\\"a\\\": 1}\").a == 1"},
    {"keys(map: json): list<string>", keys, 10, false, "The names in a map, in their order.",
     "keys(json(\"{\\\"a\\\": 1, \\\"b\\\": 2}\")) == [\"a\", \"b\"]"},
    {"keys(map: map<T>): list<string>", keys, 10, false, "The names in a map, in their order.",
     "keys(pairs(\"[{\\\"Name\\\": \\\"a\\\", \\\"Value\\\": \\\"b\\\"}]\")) == [\"a\"]"},
    {"filled(x: T): T", filled, 3, false,
     "The value, or missing for an empty text, list or map, or the text <null>.",
     "missing filled(\"<null>\")"},
    {"clean(x: T): string", clean, 24, false,
     "The value as text without blanks at both ends; missing where filled() is.",
     "clean(\" a b \") == \"a b\""},
    {"tidy(x: T): string", tidy, 30, false,
     "The value as a name in one form: no blanks or periods at both ends, hyphens for dashes, single blanks.",
     "tidy(\"Update  policy.\") == \"Update policy\""},
};

}  // namespace

std::span<const FunctionRow> convert_functions() { return kRows; }

}  // namespace shrike
