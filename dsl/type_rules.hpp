// What types may meet: which converts to which, which compare, what a list of them is. Pure functions; the
// checker's other files use them. The language manual's sections 2 to 4 are the rules.
#pragma once

#include <optional>
#include <string>

#include "shrike/value.hpp"

namespace shrike {

Type type_of(TypeKind kind);

/// As written in rule text: "list<string>", "string cased".
std::string to_text(const Type& type);

/// The type of one element of a list, of the values of a map; json for json; kNone for all others.
Type element_of(const Type& type);
/// A list of such values; nothing when the language has no such type (lists of maps, more than kMaxListDepth
/// levels).
std::optional<Type> list_of(const Type& element);

/// Whether a value of type `from` may stand where `to` is expected. kNone fits everywhere.
bool fits(const Type& from, const Type& to);
/// How well it fits, for choosing between overloads: 0 best, -1 not at all.
int fit_rank(const Type& from, const Type& to);

/// The type of a value that is one or the other: of both sides of `if`/`else`, of the elements of a list.
std::optional<Type> common_type(const Type& a, const Type& b);

/// Whether two values may be asked for equality.
bool may_equal(const Type& a, const Type& b);
/// Whether two values have an order between them (`<`).
bool may_order(const Type& a, const Type& b);

bool is_text(const Type& type);  ///< string or json
bool is_json(const Type& type);
bool is_empty_list(const Type& type);  ///< of a literal `[]`
/// JSON can hold it: bool, int, float, string, json and lists and maps of those.
bool json_can_hold(const Type& type);

}  // namespace shrike
