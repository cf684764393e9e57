#include "tests/reference/reference_value.hpp"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <cmath>
#include <new>

#include "runtime/json.hpp"

namespace shrike::reference {

RefValue missing() { return {}; }
RefValue of_bool(bool b) {
  RefValue v;
  v.kind = Kind::kBool;
  v.boolean = b;
  return v;
}
RefValue of_int(std::int64_t i) {
  RefValue v;
  v.kind = Kind::kInt;
  v.integer = i;
  return v;
}
RefValue of_float(double f) {
  RefValue v;
  if (!std::isfinite(f)) return v;
  v.kind = Kind::kFloat;
  v.number = f;
  return v;
}
RefValue of_text(std::string s) {
  RefValue v;
  v.kind = Kind::kString;
  v.text = std::move(s);
  return v;
}

RefValue from_value(const Value& value) {
  RefValue v;
  v.kind = value.kind;
  switch (value.kind) {
    case Kind::kMissing:
      break;
    case Kind::kBool:
      v.boolean = value.boolean;
      break;
    case Kind::kInt:
    case Kind::kTime:
    case Kind::kDuration:
      v.integer = value.integer;
      break;
    case Kind::kFloat:
      v.number = value.number;
      break;
    case Kind::kString:
      v.text = value.as_string();
      break;
    case Kind::kIp:
    case Kind::kCidr:
      v.address = *value.address;
      v.bits = value.prefix_bits;
      break;
    case Kind::kPlace:
      v.place = *value.place;
      break;
    case Kind::kList:
      for (const Value& item : value.as_list()) v.items.push_back(from_value(item));
      break;
    case Kind::kMap:
      for (const MapEntry& entry : value.as_map()) {
        v.entries.emplace_back(std::string(entry.name.as_string()), from_value(entry.value));
      }
      break;
    case Kind::kClient:
      for (const Value& part :
           {value.client->family, value.client->os, value.client->device, value.client->tool}) {
        v.items.push_back(from_value(part));
      }
      break;
  }
  return v;
}

Value to_value(const RefValue& value, Arena& arena) {
  switch (value.kind) {
    case Kind::kMissing:
      return {};
    case Kind::kBool:
      return Value::of_bool(value.boolean);
    case Kind::kInt:
      return Value::of_int(value.integer);
    case Kind::kTime:
      return Value::of_time(value.integer);
    case Kind::kDuration:
      return Value::of_duration(value.integer);
    case Kind::kFloat:
      return Value::of_float(value.number);
    case Kind::kString:
      return Value::of_string(arena.copy(value.text));
    case Kind::kIp:
      return Value::of_ip(new (arena.allocate(sizeof(IpAddress))) IpAddress(value.address));
    case Kind::kCidr:
      return Value::of_cidr(new (arena.allocate(sizeof(IpAddress))) IpAddress(value.address), value.bits);
    case Kind::kPlace:
      return Value::of_place(new (arena.allocate(sizeof(Place))) Place(value.place));
    case Kind::kList: {
      auto* items = arena.allocate_array<Value>(value.items.size() + 1);
      for (std::size_t i = 0; i < value.items.size(); ++i)
        new (items + i) Value(to_value(value.items[i], arena));
      return Value::of_list({items, value.items.size()});
    }
    case Kind::kMap: {
      auto* entries = arena.allocate_array<MapEntry>(value.entries.size() + 1);
      for (std::size_t i = 0; i < value.entries.size(); ++i) {
        const auto& [name, entry] = value.entries[i];
        new (entries + i) MapEntry{Value::of_string(arena.copy(name)), to_value(entry, arena)};
      }
      return Value::of_map({entries, value.entries.size()});
    }
    case Kind::kClient: {
      auto* client = new (arena.allocate(sizeof(Client))) Client();
      client->family = to_value(value.items[0], arena);
      client->os = to_value(value.items[1], arena);
      client->device = to_value(value.items[2], arena);
      client->tool = to_value(value.items[3], arena);
      return Value::of_client(client);
    }
  }
  return {};
}

RefValue from_json(const nlohmann::ordered_json& json) {
  RefValue v;
  switch (json.type()) {
    case nlohmann::ordered_json::value_t::boolean:
      return of_bool(json.get<bool>());
    case nlohmann::ordered_json::value_t::number_integer:
      return of_int(json.get<std::int64_t>());
    case nlohmann::ordered_json::value_t::number_unsigned: {
      const auto number = json.get<std::uint64_t>();
      if (number > static_cast<std::uint64_t>(INT64_MAX)) return of_float(static_cast<double>(number));
      return of_int(static_cast<std::int64_t>(number));
    }
    case nlohmann::ordered_json::value_t::number_float:
      return of_float(json.get<double>());
    case nlohmann::ordered_json::value_t::string:
      return of_text(json.get<std::string>());
    case nlohmann::ordered_json::value_t::array:
      v.kind = Kind::kList;
      for (const auto& item : json) v.items.push_back(from_json(item));
      return v;
    case nlohmann::ordered_json::value_t::object:
      v.kind = Kind::kMap;
      for (const auto& [name, item] : json.items()) v.entries.emplace_back(name, from_json(item));
      return v;
    default:
      return v;
  }
}

std::string folded(const std::string& text) {
  const icu::UnicodeString from = icu::UnicodeString::fromUTF8(text);
  icu::UnicodeString to;
  for (std::int32_t at = 0; at < from.length(); at = from.moveIndex32(at, 1)) {
    to.append(u_foldCase(from.char32At(at), U_FOLD_CASE_DEFAULT));
  }
  std::string result;
  return to.toUTF8String(result);
}

bool comparable_values(const RefValue& a, const RefValue& b) {
  if (a.is_missing() || b.is_missing()) return false;
  return a.kind == b.kind || (a.is_number() && b.is_number());
}

bool equal_values(const RefValue& a, const RefValue& b, bool cased) {
  if (!comparable_values(a, b)) return false;
  switch (a.kind) {
    case Kind::kMissing:
      return false;
    case Kind::kBool:
      return a.boolean == b.boolean;
    case Kind::kInt:
    case Kind::kFloat:
      if (a.kind == Kind::kInt && b.kind == Kind::kInt) return a.integer == b.integer;
      return a.as_float() == b.as_float();
    case Kind::kTime:
    case Kind::kDuration:
      return a.integer == b.integer;
    case Kind::kString:
      return cased ? a.text == b.text : folded(a.text) == folded(b.text);
    case Kind::kIp:
      return a.address == b.address;
    case Kind::kCidr:
      return a.address == b.address && a.bits == b.bits;
    case Kind::kPlace:
      return a.place.latitude == b.place.latitude && a.place.longitude == b.place.longitude;
    case Kind::kList:
    case Kind::kClient:
      if (a.items.size() != b.items.size()) return false;
      for (std::size_t i = 0; i < a.items.size(); ++i) {
        const bool both_missing = a.items[i].is_missing() && b.items[i].is_missing();
        if (!both_missing && !equal_values(a.items[i], b.items[i], cased)) return false;
      }
      return true;
    case Kind::kMap:
      break;
  }
  // Maps: the same names, each with an equal value; order does not count.
  if (a.entries.size() != b.entries.size()) return false;
  for (const auto& [name, value] : a.entries) {
    bool found = false;
    for (const auto& [other_name, other] : b.entries) {
      const bool same_name = cased ? name == other_name : folded(name) == folded(other_name);
      const bool both_missing = value.is_missing() && other.is_missing();
      if (same_name && (both_missing || equal_values(value, other, cased))) found = true;
    }
    if (!found) return false;
  }
  return true;
}

std::string describe(const RefValue& value) {
  Arena arena;
  std::string text;
  if (value.is_missing()) return "missing";
  append_json(text, to_value(value, arena));
  return text;
}

}  // namespace shrike::reference
