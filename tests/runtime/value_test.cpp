// Equality, order, hash and lookup of values as the language defines them.
#include "shrike/value.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "runtime/arena.hpp"

using namespace shrike;

namespace {

Value text(std::string_view s) { return Value::of_string(s); }

bool same(const Value& a, const Value& b, bool cased = false) {
  const bool one_way = equal(a, b, cased);
  CHECK(one_way == equal(b, a, cased));
  if (one_way) CHECK(hash(a, cased) == hash(b, cased));
  return one_way;
}

/// A map that lives as long as the test.
class Map {
 public:
  Map(std::initializer_list<std::pair<const char*, Value>> entries) {
    for (const auto& [name, value] : entries) entries_.push_back({text(name), value});
  }
  operator Value() const { return Value::of_map(entries_); }

 private:
  std::vector<MapEntry> entries_;
};

}  // namespace

TEST_CASE("missing equals nothing, not even missing") {
  CHECK_FALSE(same({}, {}));
  CHECK_FALSE(same({}, Value::of_bool(false)));
  CHECK(compare({}, {}, false) == 2);
}

TEST_CASE("int and float compare exactly by value") {
  CHECK(same(Value::of_int(1), Value::of_float(1.0)));
  CHECK(same(Value::of_int(0), Value::of_float(-0.0)));
  CHECK(same(Value::of_float(0.0), Value::of_float(-0.0)));
  CHECK_FALSE(same(Value::of_int(1), Value::of_float(1.5)));
  const std::int64_t big = (std::int64_t{1} << 53) + 1;
  CHECK_FALSE(same(Value::of_int(big), Value::of_float(9007199254740992.0)));
  CHECK(compare(Value::of_int(big), Value::of_float(9007199254740992.0), false) == 1);
  const auto max = std::numeric_limits<std::int64_t>::max();
  const auto min = std::numeric_limits<std::int64_t>::min();
  CHECK_FALSE(same(Value::of_int(max), Value::of_float(9223372036854775808.0)));
  CHECK(same(Value::of_int(min), Value::of_float(-9223372036854775808.0)));
  CHECK(compare(Value::of_int(max), Value::of_float(9223372036854775808.0), false) == -1);
  CHECK(compare(Value::of_float(-1.5), Value::of_int(-1), false) == -1);
  CHECK(compare(Value::of_float(1e300), Value::of_int(max), false) == 1);
  CHECK(compare(Value::of_int(2), Value::of_int(10), false) == -1);
  CHECK(Value::of_float(std::numeric_limits<double>::quiet_NaN()).is_missing());
  CHECK(Value::of_float(std::numeric_limits<double>::infinity()).is_missing());
}

TEST_CASE("kinds do not mix") {
  CHECK_FALSE(same(Value::of_int(1), text("1")));
  CHECK_FALSE(same(Value::of_time(5), Value::of_int(5)));
  CHECK_FALSE(same(Value::of_time(5), Value::of_duration(5)));
  CHECK_FALSE(same(Value::of_bool(true), Value::of_int(1)));
  CHECK(compare(text("a"), Value::of_int(1), false) == 2);
  CHECK(compare(Value::of_bool(true), Value::of_bool(false), false) == 2);
}

TEST_CASE("strings compare without regard to case unless cased") {
  CHECK(same(text("User.Name@Contoso.Example"), text("user.name@contoso.example")));
  CHECK_FALSE(same(text("A"), text("a"), true));
  CHECK(same(text("\u212A"), text("k")));
  CHECK_FALSE(same(text("\u212A"), text("k"), true));
  CHECK(compare(text("B"), text("a"), false) == 1);
  CHECK(compare(text("B"), text("a"), true) == -1);
  CHECK(compare(text("abc"), text("ABCD"), false) == -1);
  Value ascii = text("abcdefgh");
  ascii.flags = Value::kAscii;
  Value other = text("ABCDEFGH");
  other.flags = Value::kAscii;
  CHECK(same(ascii, other));
}

TEST_CASE("addresses have an order, networks none") {
  IpAddress a;
  IpAddress b;
  b.bytes[15] = 1;
  CHECK(compare(Value::of_ip(&a), Value::of_ip(&b), false) == -1);
  CHECK(same(Value::of_ip(&a), Value::of_ip(&a)));
  CHECK_FALSE(same(Value::of_ip(&a), Value::of_cidr(&a, 128)));
  CHECK_FALSE(same(Value::of_cidr(&a, 127), Value::of_cidr(&a, 128)));
  CHECK(compare(Value::of_cidr(&a, 1), Value::of_cidr(&b, 1), false) == 2);
}

TEST_CASE("lists are equal element by element, nulls inside are alike") {
  const std::vector<Value> a = {Value::of_int(1), {}, text("X")};
  const std::vector<Value> b = {Value::of_float(1), {}, text("x")};
  const std::vector<Value> c = {Value::of_int(1), text("X")};
  CHECK(same(Value::of_list(a), Value::of_list(b)));
  CHECK_FALSE(same(Value::of_list(a), Value::of_list(c)));
}

TEST_CASE("maps are equal without regard to order; null is absent; the last of repeated names counts") {
  const auto one = Value::of_int(1);
  const auto two = Value::of_int(2);
  CHECK(same(Map{{"a", one}, {"b", two}}, Map{{"B", two}, {"A", one}}));
  CHECK_FALSE(same(Map{{"a", one}, {"b", two}}, Map{{"B", two}, {"A", one}}, true));
  CHECK(same(Map{{"a", one}, {"b", {}}}, Map{{"a", one}}));
  CHECK_FALSE(same(Map{{"a", one}, {"b", two}}, Map{{"a", one}}));
  CHECK(same(Map{{"a", two}, {"a", one}}, Map{{"a", one}}));
  CHECK(same(Map{{"a", two}, {"A", {}}}, Map{}));
  CHECK_FALSE(same(Map{{"a", one}, {"a", two}}, Map{{"a", one}}));
}

TEST_CASE("large maps compare like small ones") {
  std::vector<std::string> names;
  for (int i = 0; i < 200; ++i) names.push_back("Name" + std::to_string(i));
  std::vector<MapEntry> a;
  std::vector<MapEntry> b;
  std::vector<std::string> upper = names;
  for (std::string& name : upper) name[0] = 'n';
  for (std::size_t i = 0; i < names.size(); ++i) {
    a.push_back({text(names[i]), Value::of_int(static_cast<std::int64_t>(i))});
    b.insert(b.begin(), {text(upper[i]), Value::of_int(static_cast<std::int64_t>(i))});
  }
  CHECK(same(Value::of_map(a), Value::of_map(b)));
  a.push_back({text("NAME7"), Value::of_int(0)});
  CHECK_FALSE(same(Value::of_map(a), Value::of_map(b)));
  b.push_back({text("name7"), Value::of_float(0)});
  CHECK(same(Value::of_map(a), Value::of_map(b)));
}

TEST_CASE("comparing deeply nested maps takes time linear in their depth") {
  std::vector<std::vector<MapEntry>> levels;
  Value inner = Value::of_int(1);
  for (int i = 0; i < 256; ++i) {
    levels.push_back({{text("a"), inner}, {text("b"), {}}});
    inner = Value::of_map(levels.back());
  }
  CHECK(same(inner, inner));
}

TEST_CASE("find takes the exact spelling first, then any, and the last of repeated names") {
  const Map map{{"Type", Value::of_int(1)},   {"type", Value::of_int(2)},     {"TYPE", Value::of_int(3)},
                {"Type", Value::of_int(4)},   {"\u212Aey", Value::of_int(5)}, {"nothing", {}},
                {"Nothing", Value::of_int(6)}};
  CHECK(find(map, "Type").integer == 4);
  CHECK(find(map, "type").integer == 2);
  CHECK(find(map, "tYPE").integer == 4);
  CHECK(find(map, "KEY").integer == 5);
  CHECK(find(map, "nothing").is_missing());
  CHECK(find(map, "NOTHING").integer == 6);
  CHECK(find(map, "other").is_missing());
  CHECK(find(Value::of_int(1), "a").is_missing());
}

TEST_CASE("an arena is aligned, bounded, and usable again after reset") {
  Arena arena(std::size_t{1} << 20);
  CHECK(arena.allocate(0) != nullptr);
  for (int i = 1; i < 100; ++i) {
    CHECK(reinterpret_cast<std::uintptr_t>(arena.allocate(static_cast<std::size_t>(i))) % 16 == 0);
  }
  CHECK_FALSE(arena.exhausted());
  CHECK(arena.copy("abc") == "abc");
  CHECK(arena.copy("").data() != nullptr);
  CHECK(arena.allocate(std::size_t{1} << 20) == nullptr);
  CHECK(arena.exhausted());
  CHECK(arena.copy("abc").data() != nullptr);  // small things still find room
  arena.reset();
  CHECK_FALSE(arena.exhausted());
  CHECK(arena.used_bytes() == 0);
  CHECK(arena.allocate(std::size_t{1} << 20) != nullptr);
  CHECK(arena.allocate(1) == nullptr);
  arena.reset();
  std::size_t total = 0;
  while (arena.allocate(1000) != nullptr) total += 1008;
  CHECK(total > (std::size_t{1} << 20) * 9 / 10);
  CHECK(arena.used_bytes() <= std::size_t{1} << 20);
  CHECK(arena.allocate(std::numeric_limits<std::size_t>::max()) == nullptr);
  CHECK(arena.allocate_array<Value>(std::numeric_limits<std::size_t>::max() / 8) == nullptr);
}
