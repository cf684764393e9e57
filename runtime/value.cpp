// Values: construction, type names, equality, order, hash and lookup as the language defines them.
// Text is compared in text_compare.hpp.
#include "shrike/value.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "runtime/text_compare.hpp"

namespace shrike {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr std::size_t kSmallMap = 12;

bool is_number(Kind kind) { return kind == Kind::kInt || kind == Kind::kFloat; }

/// Whether a float is a whole number that an int can hold.
bool is_whole(double f) { return f >= -kTwoTo63 && f < kTwoTo63 && std::trunc(f) == f; }

int order(auto a, auto b) { return a < b ? -1 : (b < a ? 1 : 0); }

/// Exact order of an int and a float, also where the int has no equal among the floats.
int order_int_float(std::int64_t i, double f) {
  if (f >= kTwoTo63) return -1;
  if (f < -kTwoTo63) return 1;
  const double whole = std::trunc(f);
  const int by_whole = order(i, static_cast<std::int64_t>(whole));
  return by_whole != 0 ? by_whole : order(whole, f);
}

int order_numbers(const Value& a, const Value& b) {
  if (a.kind == Kind::kInt) {
    return b.kind == Kind::kInt ? order(a.integer, b.integer) : order_int_float(a.integer, b.number);
  }
  return b.kind == Kind::kInt ? -order_int_float(b.integer, a.number) : order(a.number, b.number);
}

std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
  std::uint64_t h = (seed ^ value) * 0x9E3779B97F4A7C15u;
  h ^= h >> 32;
  h *= 0xD6E8FEB86659FD93u;
  return h ^ (h >> 29);
}

bool same_name(std::string_view a, std::string_view b, bool cased) {
  return cased ? a == b : equal_caseless(a, b);
}

/// An entry of a map with the hash of its name.
struct Counted {
  std::uint64_t hash;
  const MapEntry* entry;

  std::string_view name() const { return entry->name.as_string(); }
};

/// The entries of a map that count: the last of each name, missing values left out. In an order that depends
/// on the names alone, so that equal maps have them in the same places.
std::vector<Counted> counted_entries(const Value& map, bool cased) {
  const auto entries = map.as_map();
  std::vector<Counted> all;
  all.reserve(entries.size());
  for (const MapEntry& entry : entries) {
    const std::string_view name = entry.name.as_string();
    all.push_back({cased ? hash_cased(name) : hash_caseless(name), &entry});
  }
  std::sort(all.begin(), all.end(), [&](const Counted& a, const Counted& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const int by_name = cased ? a.name().compare(b.name()) : compare_caseless(a.name(), b.name());
    return by_name != 0 ? by_name < 0 : a.entry > b.entry;
  });
  const auto repeated = std::unique(all.begin(), all.end(), [&](const Counted& a, const Counted& b) {
    return a.hash == b.hash && same_name(a.name(), b.name(), cased);
  });
  all.erase(repeated, all.end());
  std::erase_if(all, [](const Counted& c) { return c.entry->value.is_missing(); });
  return all;
}

/// Equality inside lists, where two nulls are alike.
bool equal_element(const Value& a, const Value& b, bool cased) {
  if (a.is_missing() || b.is_missing()) return a.is_missing() && b.is_missing();
  return equal(a, b, cased);
}

bool equal_lists(std::span<const Value> a, std::span<const Value> b, bool cased) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](const Value& x, const Value& y) { return equal_element(x, y, cased); });
}

/// The value of the last entry with that name under the given case rule.
const Value* last_named(std::span<const MapEntry> entries, std::string_view name, bool cased) {
  for (std::size_t i = entries.size(); i-- > 0;) {
    if (same_name(entries[i].name.as_string(), name, cased)) return &entries[i].value;
  }
  return nullptr;
}

bool equal_small_maps(std::span<const MapEntry> a, std::span<const MapEntry> b, bool cased) {
  for (const MapEntry& entry : a) {
    const std::string_view name = entry.name.as_string();
    if (last_named(a, name, cased) != &entry.value) continue;
    const Value* other = last_named(b, name, cased);
    if (!equal_element(entry.value, other != nullptr ? *other : Value{}, cased)) return false;
  }
  // Only presence is asked the other way round: comparing twice at every level would double with each one.
  for (const MapEntry& entry : b) {
    const std::string_view name = entry.name.as_string();
    if (entry.value.is_missing() || last_named(b, name, cased) != &entry.value) continue;
    if (last_named(a, name, cased) == nullptr) return false;
  }
  return true;
}

bool equal_maps(const Value& a, const Value& b, bool cased) {
  if (a.size <= kSmallMap && b.size <= kSmallMap) return equal_small_maps(a.as_map(), b.as_map(), cased);
  const std::vector<Counted> x = counted_entries(a, cased);
  const std::vector<Counted> y = counted_entries(b, cased);
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [&](const Counted& p, const Counted& q) {
    return p.hash == q.hash && same_name(p.name(), q.name(), cased) &&
           equal(p.entry->value, q.entry->value, cased);
  });
}

std::uint64_t hash_float(double f) {
  if (is_whole(f))
    return mix(static_cast<std::uint64_t>(Kind::kInt),
               static_cast<std::uint64_t>(static_cast<std::int64_t>(f)));
  return mix(static_cast<std::uint64_t>(Kind::kFloat), std::bit_cast<std::uint64_t>(f));
}

std::uint64_t hash_address(std::uint64_t seed, const IpAddress& address) {
  std::uint64_t halves[2] = {0, 0};
  for (std::size_t i = 0; i < 16; ++i) halves[i / 8] = halves[i / 8] << 8 | address.bytes[i];
  return mix(mix(seed, halves[0]), halves[1]);
}

std::span<const Value> members(const Client& client) {
  static_assert(sizeof(Client) == 4 * sizeof(Value));
  return {&client.family, 4};
}

}  // namespace

bool IpAddress::is_v4() const {
  static constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return std::equal(std::begin(kMapped), std::end(kMapped), bytes.begin());
}

std::string_view name_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::kNone:
      return "nothing";
    case TypeKind::kBool:
      return "bool";
    case TypeKind::kInt:
      return "int";
    case TypeKind::kFloat:
      return "float";
    case TypeKind::kString:
      return "string";
    case TypeKind::kIp:
      return "ip";
    case TypeKind::kCidr:
      return "cidr";
    case TypeKind::kTime:
      return "time";
    case TypeKind::kDuration:
      return "duration";
    case TypeKind::kPlace:
      return "place";
    case TypeKind::kJson:
      return "json";
    case TypeKind::kClient:
      return "client";
    case TypeKind::kGeo:
      return "geo";
    case TypeKind::kList:
      return "list";
    case TypeKind::kMap:
      return "map";
  }
  return "unknown";
}

bool equal(const Value& a, const Value& b, bool cased) {
  if (is_number(a.kind) && is_number(b.kind)) return order_numbers(a, b) == 0;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::kMissing:
      return false;
    case Kind::kBool:
      return a.boolean == b.boolean;
    case Kind::kInt:
    case Kind::kFloat:
      return false;  // both numbers: answered above
    case Kind::kString:
      if (a.size != b.size && (cased || (a.flags & b.flags & Value::kAscii) != 0)) return false;
      return cased ? a.as_string() == b.as_string() : equal_caseless(a.as_string(), b.as_string());
    case Kind::kIp:
      return *a.address == *b.address;
    case Kind::kCidr:
      return a.prefix_bits == b.prefix_bits && *a.address == *b.address;
    case Kind::kTime:
    case Kind::kDuration:
      return a.integer == b.integer;
    case Kind::kPlace:
      return a.place->latitude == b.place->latitude && a.place->longitude == b.place->longitude;
    case Kind::kList:
      return equal_lists(a.as_list(), b.as_list(), cased);
    case Kind::kMap:
      return equal_maps(a, b, cased);
    case Kind::kClient:
      return equal_lists(members(*a.client), members(*b.client), cased);
  }
  return false;
}

int compare(const Value& a, const Value& b, bool cased) {
  if (is_number(a.kind) && is_number(b.kind)) return order_numbers(a, b);
  if (a.kind != b.kind) return 2;
  switch (a.kind) {
    case Kind::kString:
      return cased ? order(a.as_string(), b.as_string()) : compare_caseless(a.as_string(), b.as_string());
    case Kind::kTime:
    case Kind::kDuration:
      return order(a.integer, b.integer);
    case Kind::kIp:
      return order(a.address->bytes, b.address->bytes);
    default:
      return 2;
  }
}

std::uint64_t hash(const Value& value, bool cased) {
  const auto seed = static_cast<std::uint64_t>(value.kind);
  switch (value.kind) {
    case Kind::kMissing:
      return mix(seed, 0);
    case Kind::kBool:
      return mix(seed, value.boolean ? 1 : 0);
    case Kind::kInt:
    case Kind::kTime:
    case Kind::kDuration:
      return mix(seed, static_cast<std::uint64_t>(value.integer));
    case Kind::kFloat:
      return hash_float(value.number);
    case Kind::kString:
      return cased ? hash_cased(value.as_string()) : hash_caseless(value.as_string());
    case Kind::kIp:
      return hash_address(seed, *value.address);
    case Kind::kCidr:
      return hash_address(mix(seed, value.prefix_bits), *value.address);
    case Kind::kPlace:
      return mix(mix(seed, hash_float(value.place->latitude)), hash_float(value.place->longitude));
    case Kind::kList: {
      std::uint64_t h = seed;
      for (const Value& item : value.as_list()) h = mix(h, hash(item, cased));
      return h;
    }
    case Kind::kMap: {
      std::uint64_t sum = 0;
      for (const Counted& c : counted_entries(value, cased)) sum += mix(c.hash, hash(c.entry->value, cased));
      return mix(seed, sum);
    }
    case Kind::kClient: {
      std::uint64_t h = seed;
      for (const Value& member : members(*value.client)) h = mix(h, hash(member, cased));
      return h;
    }
  }
  return 0;
}

Value find(const Value& map, std::string_view name) {
  if (map.kind != Kind::kMap) return {};
  const auto entries = map.as_map();
  bool other_spellings = false;
  for (std::size_t i = entries.size(); i-- > 0;) {
    const Value& candidate = entries[i].name;
    if (candidate.size == name.size()) {
      if (candidate.as_string() == name) return entries[i].value;
      other_spellings = true;
    } else if ((candidate.flags & Value::kAscii) == 0) {
      other_spellings = true;
    }
  }
  // ASCII names of other lengths are no spelling of an ASCII name.
  if (!other_spellings && is_ascii(name)) return {};
  for (std::size_t i = entries.size(); i-- > 0;) {
    if (equal_caseless(entries[i].name.as_string(), name)) return entries[i].value;
  }
  return {};
}

}  // namespace shrike
