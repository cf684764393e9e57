// What instructions do that is more than a line: arithmetic, casts, members, text tests. Pure functions over
// values; results live in the arena. `work` counts what a test or a walk cost beyond a constant, for the step
// budget. Used by vm.cpp.
#pragma once

#include <cstdint>

#include "runtime/arena.hpp"
#include "shrike/value.hpp"

namespace shrike {

// Arithmetic of the language; missing where it has no answer (other kinds, overflow, division by zero).
Value add(const Value& a, const Value& b);
Value subtract(const Value& a, const Value& b);
Value multiply(const Value& a, const Value& b);
Value divide(const Value& a, const Value& b);
Value modulo(const Value& a, const Value& b);
Value negate(const Value& a);

/// The value if it holds that type, else missing. An int where a float is wanted becomes one. Of lists and
/// maps the elements that hold the element type are kept. A type or an element of kNone or kJson takes
/// everything. A list type of depth 0 lets lists nest.
Value cast(const Value& value, const Type& type, Arena& arena);

/// Types as instructions carry them (Role::kType).
std::uint32_t packed_type(const Type& type);
Type unpacked_type(std::uint32_t bits);

/// Whether the language compares the two kinds at all: the same kind, or two numbers.
bool comparable(Kind a, Kind b);

/// `!=`: both are there, comparable, and differ.
bool differ(const Value& a, const Value& b, bool cased);

/// `==`, faster where a constant is known to be folded.
bool same(const Value& a, const Value& b, bool cased);

/// `a OP b` with OP as Role::kCompare.
bool in_order(unsigned op, const Value& a, const Value& b, bool cased);

/// `x in y` for a list or network that was not prepared.
bool is_in(const Value& x, const Value& y, bool cased, std::uint64_t& work);

/// `x OP y` with OP as Role::kTextOp; y a text or a list of which any or every element must hold. A list x
/// only contains.
bool text_holds(unsigned op, const Value& x, const Value& y, bool cased, bool all, Arena& arena,
                std::uint64_t& work);

/// Whether the wildcard pattern (`*` any text, `?` one character) covers all of `text`. Both are taken as
/// they are.
bool is_like(std::string_view text, std::string_view pattern, std::uint64_t& work);

/// `x[i]`, `x["name"]`.
Value element(const Value& x, const Value& index, std::uint64_t& work);

/// `x.name`.
Value member(const Value& x, std::string_view name, std::uint64_t& work);

/// `x[*].name` of a list: lists spliced, missing left out.
Value members(const Value& x, std::string_view name, Arena& arena, std::uint64_t& work);

/// `x[*]`: a list as it is, a map's values.
Value elements(const Value& x, Arena& arena, std::uint64_t& work);

/// A list under construction; storage doubles in the arena. Starts as `ListBuilder{}`; no initial values of
/// its own, so that a unit that builds no list pays nothing.
struct ListBuilder {
  Value* items;
  std::uint32_t size;
  std::uint32_t capacity;
  bool failed;  ///< the arena had no room

  void append(const Value& value, Arena& arena);
  /// The list so far; missing when it failed.
  Value list() const;
};

}  // namespace shrike
