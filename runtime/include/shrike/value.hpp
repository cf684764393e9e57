// Values of the language (language manual, "Values" and "Missing values") and their types.
// A Value is 16 bytes and never owns: what it points to lives in the arena of the event or in the Program.
// Read next: program.hpp for the instructions that work on values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace shrike {

/// What a value is at run time. `json` is no kind: a JSON value is one of these
/// (object = map, array = list, null = missing).
enum class Kind : std::uint8_t {
  kMissing,
  kBool,
  kInt,
  kFloat,
  kString,
  kIp,
  kCidr,
  kTime,
  kDuration,
  kPlace,
  kList,
  kMap,
  kClient,
};

/// An address as 16 bytes, network order. IPv4 is stored IPv4-mapped (::ffff:a.b.c.d), so both forms are
/// equal.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// A point on Earth, degrees, WGS 84.
struct Place {
  double latitude = 0;
  double longitude = 0;
};

struct MapEntry;
struct Client;

struct Value {
  /// Facts about a string that save work; never needed for correctness.
  static constexpr std::uint8_t kAscii = 1;   ///< every byte is below 0x80
  static constexpr std::uint8_t kFolded = 2;  ///< already in folded form

  Kind kind = Kind::kMissing;
  std::uint8_t flags = 0;
  std::uint16_t prefix_bits = 0;  ///< kCidr: 0…128, counted on the 16-byte form (a v4 /24 is 120)
  std::uint32_t size = 0;         ///< kString: bytes; kList, kMap: elements
  union {
    bool boolean;
    std::int64_t integer;  ///< kInt; kTime: nanoseconds since 1970 UTC; kDuration: nanoseconds
    double number;
    const char* text;
    const IpAddress* address;  ///< kIp, kCidr (host bits zero)
    const Place* place;
    const Value* items;
    const MapEntry* entries;
    const Client* client;
  };

  Value() : integer(0) {}
  static Value of_bool(bool b) {
    Value v(Kind::kBool);
    v.boolean = b;
    return v;
  }
  static Value of_int(std::int64_t i) {
    Value v(Kind::kInt);
    v.integer = i;
    return v;
  }
  /// NaN and infinities become missing.
  static Value of_float(double f) {
    if (!(f - f == 0)) return {};
    Value v(Kind::kFloat);
    v.number = f;
    return v;
  }
  /// Text, lists and maps beyond 32 bits of size become missing; limits elsewhere keep them far smaller.
  static Value of_string(std::string_view s, std::uint8_t flags = 0) {
    if (!fits(s.size())) return {};
    Value v(Kind::kString, s.size());
    v.flags = flags;
    v.text = s.data();
    return v;
  }
  static Value of_time(std::int64_t nanoseconds) {
    Value v(Kind::kTime);
    v.integer = nanoseconds;
    return v;
  }
  static Value of_duration(std::int64_t nanoseconds) {
    Value v(Kind::kDuration);
    v.integer = nanoseconds;
    return v;
  }
  static Value of_ip(const IpAddress* address) {
    Value v(Kind::kIp);
    v.address = address;
    return v;
  }
  static Value of_cidr(const IpAddress* network, unsigned bits) {
    Value v(Kind::kCidr);
    v.prefix_bits = static_cast<std::uint16_t>(bits);
    v.address = network;
    return v;
  }
  static Value of_place(const Place* place) {
    Value v(Kind::kPlace);
    v.place = place;
    return v;
  }
  static Value of_list(std::span<const Value> items) {
    if (!fits(items.size())) return {};
    Value v(Kind::kList, items.size());
    v.items = items.data();
    return v;
  }
  static Value of_map(std::span<const MapEntry> entries);
  static Value of_client(const Client* client) {
    Value v(Kind::kClient);
    v.client = client;
    return v;
  }

  bool is_missing() const { return kind == Kind::kMissing; }
  std::string_view as_string() const { return {text, size}; }
  std::span<const Value> as_list() const { return {items, size}; }
  std::span<const MapEntry> as_map() const;

 private:
  explicit Value(Kind k, std::size_t n = 0) : kind(k), size(static_cast<std::uint32_t>(n)), integer(0) {}
  static bool fits(std::size_t n) { return n <= 0xFFFFFFFFu; }
};
static_assert(sizeof(Value) == 16);

/// One entry of a map; entries keep the order of the record. Of equal names the last counts.
struct MapEntry {
  Value name;  ///< kString
  Value value;
};

inline Value Value::of_map(std::span<const MapEntry> entries) {
  if (!fits(entries.size())) return {};
  Value v(Kind::kMap, entries.size());
  v.entries = entries.data();
  return v;
}

inline std::span<const MapEntry> Value::as_map() const { return {entries, size}; }

/// What a user agent says of itself; members are strings or missing, `tool` is a bool.
struct Client {
  Value family, os, device, tool;
};

// ---- static types

/// The shape of a type. `list` and `map` have an element type; `client` is a built-in record.
enum class TypeKind : std::uint8_t {
  kNone,  ///< of an expression that does not type (already reported), or an empty list's element
  kBool,
  kInt,
  kFloat,
  kString,
  kIp,
  kCidr,
  kTime,
  kDuration,
  kPlace,
  kJson,
  kClient,
  kList,
  kMap,
  kGeo,  ///< result of geo(): at run time a map with `country` (string) and `place`
};

/// A type of the language. List and map nest one element type at a time; nesting deeper than `list<list<T>>`
/// is written with `depth`: list<list<string>> is {kList, kString, 2}. map<T> is {kMap, T, 1}.
struct Type {
  TypeKind kind = TypeKind::kNone;
  TypeKind element = TypeKind::kNone;  ///< innermost element type of a list or map
  std::uint8_t depth = 0;              ///< number of list levels; 1 for a map
  bool cased = false;                  ///< strings (or string elements) compare with regard to letter case

  bool is_list() const { return kind == TypeKind::kList; }
  bool is_number() const { return kind == TypeKind::kInt || kind == TypeKind::kFloat; }
  friend bool operator==(const Type&, const Type&) = default;
};

inline constexpr std::size_t kMaxListDepth = 4;

/// "string", "list<int>", "map<string>", …
std::string_view name_of(TypeKind kind);

// ---- operations that several parts share; all are pure and thread safe

class Arena;

/// Equality of the language: caseless for strings unless `cased`; deep for lists and maps (maps without
/// regard to order); int and float compare by value; two missing values are not equal.
bool equal(const Value& a, const Value& b, bool cased);

/// -1, 0, 1 for two values that have an order (numbers, strings, times, durations, addresses); 2 where there
/// is none.
int compare(const Value& a, const Value& b, bool cased);

/// Unicode simple case folding (CaseFolding.txt, statuses C and S) of UTF-8 text. Returns `text` itself where
/// folding changes nothing, otherwise a copy in the arena.
std::string_view fold_case(std::string_view text, Arena& arena);

/// 64-bit hash that equal() values share; for strings of the folded form unless `cased`.
std::uint64_t hash(const Value& value, bool cased);

/// The entry of that name: the exact spelling first, then without regard to case; the last of repeated names
/// counts. Missing when there is none.
Value find(const Value& map, std::string_view name);

}  // namespace shrike
