// Arithmetic, casts, membership and members. Text tests are in vm_text.cpp.
#include "runtime/vm_operations.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "runtime/address.hpp"
#include "runtime/text_compare.hpp"

namespace shrike {
namespace {

constexpr std::uint32_t kFirstCapacity = 8;

bool is_number(Kind kind) { return kind == Kind::kInt || kind == Kind::kFloat; }

double as_float(const Value& v) { return v.kind == Kind::kInt ? static_cast<double>(v.integer) : v.number; }

/// A value of the kind with that integer.
Value of_integer(Kind kind, std::int64_t integer) {
  Value v;
  v.kind = kind;
  v.integer = integer;
  return v;
}

/// A float as nanoseconds, cut off; missing beyond the range.
Value duration_of(double nanoseconds) {
  constexpr double kLimit = 9223372036854775808.0;
  if (!(nanoseconds > -kLimit && nanoseconds < kLimit)) return {};
  return Value::of_duration(static_cast<std::int64_t>(nanoseconds));
}

Value checked_add(Kind kind, std::int64_t a, std::int64_t b) {
  std::int64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? Value{} : of_integer(kind, sum);
}

Value checked_subtract(Kind kind, std::int64_t a, std::int64_t b) {
  std::int64_t difference;
  return __builtin_sub_overflow(a, b, &difference) ? Value{} : of_integer(kind, difference);
}

Value checked_multiply(Kind kind, std::int64_t a, std::int64_t b) {
  std::int64_t product;
  return __builtin_mul_overflow(a, b, &product) ? Value{} : of_integer(kind, product);
}

Value checked_divide(Kind kind, std::int64_t a, std::int64_t b) {
  if (b == 0 || (a == std::numeric_limits<std::int64_t>::min() && b == -1)) return {};
  return of_integer(kind, a / b);
}

Value checked_modulo(Kind kind, std::int64_t a, std::int64_t b) {
  if (b == 0) return {};
  return of_integer(kind, b == -1 ? 0 : a % b);
}

Value scaled_duration(const Value& duration, const Value& factor) {
  if (factor.kind == Kind::kInt) return checked_multiply(Kind::kDuration, duration.integer, factor.integer);
  return duration_of(static_cast<double>(duration.integer) * factor.number);
}

bool fits_scalar(const Value& value, TypeKind kind) {
  switch (kind) {
    case TypeKind::kNone:
    case TypeKind::kJson:
      return true;
    case TypeKind::kBool:
      return value.kind == Kind::kBool;
    case TypeKind::kInt:
      return value.kind == Kind::kInt;
    case TypeKind::kFloat:
      return value.kind == Kind::kFloat;
    case TypeKind::kString:
      return value.kind == Kind::kString;
    case TypeKind::kIp:
      return value.kind == Kind::kIp;
    case TypeKind::kCidr:
      return value.kind == Kind::kCidr;
    case TypeKind::kTime:
      return value.kind == Kind::kTime;
    case TypeKind::kDuration:
      return value.kind == Kind::kDuration;
    case TypeKind::kPlace:
      return value.kind == Kind::kPlace;
    case TypeKind::kClient:
      return value.kind == Kind::kClient;
    case TypeKind::kGeo:
    case TypeKind::kMap:
      return value.kind == Kind::kMap;
    case TypeKind::kList:
      return value.kind == Kind::kList;
  }
  return false;
}

/// What the elements of a list or map must be, given one of them: depth 0 lets lists nest as they like.
Type element_type(const Type& type, const Value& element) {
  if (type.kind == TypeKind::kList && type.depth == 0 && element.kind == Kind::kList) return type;
  if (type.kind == TypeKind::kList && type.depth > 1) {
    return {TypeKind::kList, type.element, static_cast<std::uint8_t>(type.depth - 1), type.cased};
  }
  return {type.element, TypeKind::kNone, 0, type.cased};
}

bool takes_everything(TypeKind kind) { return kind == TypeKind::kNone || kind == TypeKind::kJson; }

/// Whether cast() gives the value back unchanged.
bool is_unchanged(const Value& before, const Value& after) {
  return before.kind == after.kind && before.size == after.size && before.integer == after.integer;
}

Value cast_list(const Value& value, const Type& type, Arena& arena) {
  if (takes_everything(type.element)) return value;
  const auto items = value.as_list();
  Value* kept = nullptr;
  std::size_t count = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Value element = cast(items[i], element_type(type, items[i]), arena);
    if (kept == nullptr) {
      if (is_unchanged(items[i], element) && !element.is_missing()) continue;
      kept = arena.allocate_array<Value>(items.size());
      if (kept == nullptr) return {};
      for (count = 0; count < i; ++count) kept[count] = items[count];
    }
    if (!element.is_missing()) kept[count++] = element;
  }
  return kept == nullptr ? value : Value::of_list({kept, count});
}

Value cast_map(const Value& value, const Type& type, Arena& arena) {
  if (takes_everything(type.element)) return value;
  const auto entries = value.as_map();
  auto* kept = arena.allocate_array<MapEntry>(entries.size());
  if (kept == nullptr) return {};
  std::size_t count = 0;
  for (const MapEntry& entry : entries) {
    const Value element = cast(entry.value, element_type(type, entry.value), arena);
    if (!element.is_missing()) kept[count++] = {entry.name, element};
  }
  return Value::of_map({kept, count});
}

/// The value in a network, or equal to the element.
bool matches_element(const Value& x, const Value& element, bool cased) {
  if (x.kind == Kind::kIp && element.kind == Kind::kCidr) {
    return in_network(*x.address, *element.address, element.prefix_bits);
  }
  return same(x, element, cased);
}

}  // namespace

Value add(const Value& a, const Value& b) {
  if (is_number(a.kind) && is_number(b.kind)) {
    if (a.kind == Kind::kInt && b.kind == Kind::kInt) return checked_add(Kind::kInt, a.integer, b.integer);
    return Value::of_float(as_float(a) + as_float(b));
  }
  if (b.kind == Kind::kDuration && (a.kind == Kind::kTime || a.kind == Kind::kDuration)) {
    return checked_add(a.kind, a.integer, b.integer);
  }
  if (a.kind == Kind::kDuration && b.kind == Kind::kTime)
    return checked_add(Kind::kTime, a.integer, b.integer);
  return {};
}

Value subtract(const Value& a, const Value& b) {
  if (is_number(a.kind) && is_number(b.kind)) {
    if (a.kind == Kind::kInt && b.kind == Kind::kInt)
      return checked_subtract(Kind::kInt, a.integer, b.integer);
    return Value::of_float(as_float(a) - as_float(b));
  }
  if (a.kind == Kind::kTime && b.kind == Kind::kTime)
    return checked_subtract(Kind::kDuration, a.integer, b.integer);
  if (b.kind == Kind::kDuration && (a.kind == Kind::kTime || a.kind == Kind::kDuration)) {
    return checked_subtract(a.kind, a.integer, b.integer);
  }
  return {};
}

Value multiply(const Value& a, const Value& b) {
  if (is_number(a.kind) && is_number(b.kind)) {
    if (a.kind == Kind::kInt && b.kind == Kind::kInt)
      return checked_multiply(Kind::kInt, a.integer, b.integer);
    return Value::of_float(as_float(a) * as_float(b));
  }
  if (a.kind == Kind::kDuration && is_number(b.kind)) return scaled_duration(a, b);
  if (b.kind == Kind::kDuration && is_number(a.kind)) return scaled_duration(b, a);
  return {};
}

Value divide(const Value& a, const Value& b) {
  if (is_number(a.kind) && is_number(b.kind)) {
    if (a.kind == Kind::kInt && b.kind == Kind::kInt) return checked_divide(Kind::kInt, a.integer, b.integer);
    return as_float(b) == 0 ? Value{} : Value::of_float(as_float(a) / as_float(b));
  }
  if (a.kind != Kind::kDuration) return {};
  if (b.kind == Kind::kDuration) {
    if (b.integer == 0) return {};
    return Value::of_float(static_cast<double>(a.integer) / static_cast<double>(b.integer));
  }
  if (b.kind == Kind::kInt) return checked_divide(Kind::kDuration, a.integer, b.integer);
  if (b.kind == Kind::kFloat && b.number != 0) return duration_of(static_cast<double>(a.integer) / b.number);
  return {};
}

Value modulo(const Value& a, const Value& b) {
  if (is_number(a.kind) && is_number(b.kind)) {
    if (a.kind == Kind::kInt && b.kind == Kind::kInt) return checked_modulo(Kind::kInt, a.integer, b.integer);
    return as_float(b) == 0 ? Value{} : Value::of_float(std::fmod(as_float(a), as_float(b)));
  }
  if (a.kind == Kind::kDuration && b.kind == Kind::kDuration)
    return checked_modulo(Kind::kDuration, a.integer, b.integer);
  return {};
}

Value negate(const Value& a) {
  if (a.kind == Kind::kFloat) return Value::of_float(-a.number);
  if (a.kind == Kind::kInt || a.kind == Kind::kDuration) return checked_subtract(a.kind, 0, a.integer);
  return {};
}

Value cast(const Value& value, const Type& type, Arena& arena) {
  if (type.kind == TypeKind::kFloat && value.kind == Kind::kInt) {
    return Value::of_float(static_cast<double>(value.integer));
  }
  if (!fits_scalar(value, type.kind)) return {};
  if (type.kind == TypeKind::kList) return cast_list(value, type, arena);
  if (type.kind == TypeKind::kMap) return cast_map(value, type, arena);
  return value;
}

std::uint32_t packed_type(const Type& type) {
  return static_cast<std::uint32_t>(type.kind) | static_cast<std::uint32_t>(type.element) << 8 |
         static_cast<std::uint32_t>(type.depth) << 16;
}

Type unpacked_type(std::uint32_t bits) {
  Type type;
  type.kind = static_cast<TypeKind>(bits & 0xff);
  type.element = static_cast<TypeKind>(bits >> 8 & 0xff);
  type.depth = static_cast<std::uint8_t>(bits >> 16 & 0xff);
  return type;
}

bool comparable(Kind a, Kind b) { return a == b || (is_number(a) && is_number(b)); }

bool same(const Value& a, const Value& b, bool cased) {
  if (!cased && a.kind == Kind::kString && b.kind == Kind::kString && (b.flags & Value::kFolded) != 0) {
    return equal_folded(a.as_string(), (a.flags & Value::kAscii) != 0, b.as_string());
  }
  return equal(a, b, cased);
}

bool differ(const Value& a, const Value& b, bool cased) {
  return !a.is_missing() && comparable(a.kind, b.kind) && !same(a, b, cased);
}

bool in_order(unsigned op, const Value& a, const Value& b, bool cased) {
  const int order = compare(a, b, cased);
  if (order == 2) return false;
  switch (op) {
    case 0:
      return order < 0;
    case 1:
      return order <= 0;
    case 2:
      return order > 0;
    default:
      return order >= 0;
  }
}

bool is_in(const Value& x, const Value& y, bool cased, std::uint64_t& work) {
  if (x.is_missing()) return false;
  if (y.kind == Kind::kCidr) return matches_element(x, y, cased);
  if (y.kind != Kind::kList) return false;
  for (const Value& element : y.as_list()) {
    ++work;
    if (matches_element(x, element, cased)) return true;
  }
  return false;
}

Value element(const Value& x, const Value& index, std::uint64_t& work) {
  if (x.kind == Kind::kMap && index.kind == Kind::kString) return member(x, index.as_string(), work);
  if (x.kind != Kind::kList || index.kind != Kind::kInt) return {};
  const std::int64_t size = x.size;
  const std::int64_t at = index.integer < 0 ? index.integer + size : index.integer;
  return at < 0 || at >= size ? Value{} : x.items[at];
}

Value member(const Value& x, std::string_view name, std::uint64_t& work) {
  if (x.kind != Kind::kMap) return {};
  work += x.size >> 3;
  return find(x, name);
}

Value members(const Value& x, std::string_view name, Arena& arena, std::uint64_t& work) {
  if (x.kind != Kind::kList) return {};
  ListBuilder found{};
  for (const Value& item : x.as_list()) {
    ++work;
    const Value value = member(item, name, work);
    if (value.kind != Kind::kList) {
      found.append(value, arena);
      continue;
    }
    work += value.size;
    for (const Value& inner : value.as_list()) found.append(inner, arena);
  }
  return found.list();
}

Value elements(const Value& x, Arena& arena, std::uint64_t& work) {
  if (x.kind == Kind::kList) return x;
  if (x.kind != Kind::kMap) return {};
  ListBuilder values{};
  work += x.size;
  for (const MapEntry& entry : x.as_map()) values.append(entry.value, arena);
  return values.list();
}

void ListBuilder::append(const Value& value, Arena& arena) {
  if (value.is_missing() || failed) return;
  if (size == capacity) {
    const std::uint32_t larger = capacity == 0 ? kFirstCapacity : capacity * 2;
    auto* moved = larger > capacity ? arena.allocate_array<Value>(larger) : nullptr;
    if (moved == nullptr) {
      failed = true;
      return;
    }
    if (size != 0) std::memcpy(static_cast<void*>(moved), items, size * sizeof(Value));
    items = moved;
    capacity = larger;
  }
  items[size++] = value;
}

Value ListBuilder::list() const { return failed ? Value{} : Value::of_list({items, size}); }

}  // namespace shrike
