// Lists: len unique flatten sorted.
#include <algorithm>
#include <bit>

#include "runtime/functions/topics.hpp"
#include "runtime/utf8.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

constexpr unsigned kDeepest = 64;                          // lists in lists that flatten() follows
constexpr std::size_t kMostProbes = std::size_t{1} << 22;  // unique() gives up on values made to collide

std::int64_t characters(std::string_view text) {
  std::int64_t count = 0;
  const char* at = text.data();
  for (const char* const end = at + text.size(); at != end; ++count) utf8::decode(at, end);
  return count;
}

Value len(CallContext&, std::span<const Value> arguments) {
  const Value& x = arguments[0];
  if (x.kind == Kind::kString) {
    return Value::of_int((x.flags & Value::kAscii) != 0 ? x.size : characters(x.as_string()));
  }
  if (x.kind == Kind::kList || x.kind == Kind::kMap) return Value::of_int(x.size);
  return {};
}

Value unique(CallContext& context, std::span<const Value> arguments) {
  if (arguments[0].kind != Kind::kList) return {};
  const auto items = arguments[0].as_list();
  const std::size_t capacity = std::bit_ceil(items.size() * 2 + 2);
  auto* const table = context.arena.allocate_array<std::uint32_t>(capacity);
  auto* const kept = context.arena.allocate_array<Value>(items.size());
  if (table == nullptr || kept == nullptr) return {};
  std::fill_n(table, capacity, 0U);
  std::uint32_t count = 0;
  std::size_t probes = 0;
  for (const Value& item : items) {
    if (item.is_missing()) continue;
    std::size_t at = hash(item, false) & (capacity - 1);
    for (; table[at] != 0 && !equal(kept[table[at] - 1], item, false); at = (at + 1) & (capacity - 1)) {
      if (++probes > kMostProbes) return {};
    }
    if (table[at] != 0) continue;
    kept[count++] = item;
    table[at] = count;
  }
  return Value::of_list({kept, count});
}

void splice(const Value& x, unsigned depth, ListBuilder& out, Arena& arena) {
  if (x.kind != Kind::kList || depth > kDeepest) {
    out.append(x, arena);
    return;
  }
  for (const Value& item : x.as_list()) splice(item, depth + 1, out, arena);
}

Value flatten(CallContext& context, std::span<const Value> arguments) {
  if (arguments[0].kind != Kind::kList) return {};
  ListBuilder out{};
  splice(arguments[0], 0, out, context.arena);
  return out.list();
}

/// Kinds that compare with each other come together; within a kind that has no order the list's order stays.
unsigned rank(const Value& v) { return static_cast<unsigned>(v.kind == Kind::kFloat ? Kind::kInt : v.kind); }

Value sorted(CallContext& context, std::span<const Value> arguments) {
  if (arguments[0].kind != Kind::kList) return {};
  struct Item {
    Value value;
    std::uint32_t place;
  };
  const auto items = arguments[0].as_list();
  auto* const order = context.arena.allocate_array<Item>(items.size());
  auto* const result = context.arena.allocate_array<Value>(items.size());
  if (order == nullptr || result == nullptr) return {};
  std::uint32_t count = 0;
  for (const Value& item : items) {
    if (!item.is_missing()) new (&order[count]) Item{item, count}, ++count;
  }
  std::sort(order, order + count, [](const Item& a, const Item& b) {
    if (rank(a.value) != rank(b.value)) return rank(a.value) < rank(b.value);
    const int by_value = compare(a.value, b.value, false);
    return by_value == 0 || by_value == 2 ? a.place < b.place : by_value < 0;
  });
  for (std::uint32_t i = 0; i < count; ++i) result[i] = order[i].value;
  return Value::of_list({result, count});
}

constexpr FunctionRow kRows[] = {
    {"len(x: json): int", len, 4, false, "Number of elements of a list or map, or of characters of a text.",
     "len(json(\"[1, 2, 3]\")) == 3"},
    {"len(list: list<T>): int", len, 1, false, "Number of elements of a list.", "len([\"a\", \"b\"]) == 2"},
    {"len(map: map<T>): int", len, 1, false, "Number of entries of a map.",
     "len(pairs(\"[{\\\"Name\\\": \\\"a\\\", \\\"Value\\\": \\\"b\\\"}]\")) == 1"},
    {"len(text: string): int", len, 4, false, "Number of characters of a text.", "len(\"naïve\") == 5"},
    {"unique(list: json): list<json>", unique, 60, false,
     "The list without repeated elements; the first spelling stays.",
     "len(unique(json(\"[1, 1, 2]\"))) == 2"},
    {"unique(list: list<T>): list<T>", unique, 60, false,
     "The list without repeated elements; the first spelling stays.",
     "unique([\"a\", \"A\", \"b\"]) == [\"a\", \"b\"]"},
    {"flatten(list: json): list<json>", flatten, 40, false,
     "One list of all that stands in the lists of a list.", "len(flatten(json(\"[1, [2, [3]]]\"))) == 3"},
    {"flatten(list: list<list<T>>): list<T>", flatten, 40, false,
     "One list of all that stands in the lists of a list.",
     "flatten([[\"a\"], [\"b\", \"c\"]]) == [\"a\", \"b\", \"c\"]"},
    {"flatten(list: list<T>): list<T>", flatten, 40, false, "The list itself: there are no lists in it.",
     "flatten([\"a\", \"b\"]) == [\"a\", \"b\"]"},
    {"sorted(list: json): list<json>", sorted, 120, false,
     "The elements in ascending order; missing ones are left out.", "sorted(json(\"[3, 1, 2]\"))[0] == 1"},
    {"sorted(list: list<T>): list<T>", sorted, 120, false,
     "The elements in ascending order; letter case does not matter.",
     "sorted([\"b\", \"A\", \"c\"]) == [\"A\", \"b\", \"c\"]"},
};

}  // namespace

std::span<const FunctionRow> list_functions() { return kRows; }

}  // namespace shrike
