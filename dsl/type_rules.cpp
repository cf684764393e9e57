// Conversions are few: json gives what it holds, int widens to float, an empty list is a list of anything.
#include "dsl/type_rules.hpp"

#include <algorithm>

namespace shrike {

Type type_of(TypeKind kind) { return {kind, TypeKind::kNone, 0, false}; }

bool is_json(const Type& type) { return type.kind == TypeKind::kJson; }
bool is_text(const Type& type) { return type.kind == TypeKind::kString || is_json(type); }
bool is_empty_list(const Type& type) { return type.is_list() && type.element == TypeKind::kNone; }

std::string to_text(const Type& type) {
  std::string text;
  if (type.kind == TypeKind::kList) {
    for (unsigned i = 0; i < type.depth; ++i) text += "list<";
    text += type.element == TypeKind::kNone ? "nothing" : std::string(name_of(type.element));
    text.append(type.depth, '>');
  } else if (type.kind == TypeKind::kMap) {
    text = "map<" + std::string(name_of(type.element)) + ">";
  } else {
    text = std::string(name_of(type.kind));
  }
  if (type.cased) text += " cased";
  return text;
}

Type element_of(const Type& type) {
  switch (type.kind) {
    case TypeKind::kList:
      if (type.depth > 1)
        return {TypeKind::kList, type.element, static_cast<std::uint8_t>(type.depth - 1), type.cased};
      return {type.element, TypeKind::kNone, 0, type.cased};
    case TypeKind::kMap:
      return {type.element, TypeKind::kNone, 0, type.cased};
    case TypeKind::kJson:
      return type_of(TypeKind::kJson);
    default:
      return {};
  }
}

std::optional<Type> list_of(const Type& element) {
  if (element.kind == TypeKind::kMap || element.kind == TypeKind::kClient || element.kind == TypeKind::kGeo) {
    return std::nullopt;
  }
  if (element.is_list()) {
    if (element.depth >= kMaxListDepth) return std::nullopt;
    return Type{TypeKind::kList, element.element, static_cast<std::uint8_t>(element.depth + 1),
                element.cased};
  }
  return Type{TypeKind::kList, element.kind, 1, element.cased};
}

bool json_can_hold(const Type& type) {
  switch (type.kind) {
    case TypeKind::kNone:
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kString:
    case TypeKind::kJson:
      return true;
    case TypeKind::kList:
    case TypeKind::kMap:
      return json_can_hold(type_of(type.element));
    default:
      return false;
  }
}

int fit_rank(const Type& from, const Type& to) {
  constexpr int kExact = 0;
  constexpr int kWidens = 1;
  constexpr int kIsJson = 2;
  constexpr int kFromJson = 3;
  if (from.kind == TypeKind::kNone || to.kind == TypeKind::kNone) return kExact;
  if (from.kind == to.kind && from.element == to.element && from.depth == to.depth) return kExact;
  if (is_json(to)) return json_can_hold(from) ? kIsJson : -1;
  if (is_json(from)) return json_can_hold(to) ? kFromJson : -1;
  if (from.kind == TypeKind::kInt && to.kind == TypeKind::kFloat) return kWidens;
  if (from.is_list() && to.is_list()) {
    const Type a = element_of(from);
    const Type b = element_of(to);
    // A list is not rebuilt to widen its numbers.
    if (a.kind == TypeKind::kInt && b.kind == TypeKind::kFloat) return -1;
    return fit_rank(a, b);
  }
  if (from.kind == TypeKind::kMap && to.kind == TypeKind::kMap && to.element == TypeKind::kJson) {
    return json_can_hold(from) ? kIsJson : -1;
  }
  return -1;
}

bool fits(const Type& from, const Type& to) { return fit_rank(from, to) >= 0; }

std::optional<Type> common_type(const Type& a, const Type& b) {
  if (a.kind == TypeKind::kNone) return b;
  if (b.kind == TypeKind::kNone) return a;
  const bool cased = a.cased || b.cased;
  if (a.kind == b.kind && a.element == b.element && a.depth == b.depth) {
    Type type = a;
    type.cased = cased;
    return type;
  }
  if (is_json(a)) return json_can_hold(b) ? std::optional(a) : std::nullopt;
  if (is_json(b)) return json_can_hold(a) ? std::optional(b) : std::nullopt;
  if (a.is_number() && b.is_number()) return type_of(TypeKind::kFloat);
  if (a.is_list() && b.is_list()) {
    const auto element = common_type(element_of(a), element_of(b));
    if (!element || element->kind == TypeKind::kFloat) return std::nullopt;
    return list_of(*element);
  }
  return std::nullopt;
}

bool may_equal(const Type& a, const Type& b) {
  if (a.kind == TypeKind::kNone || b.kind == TypeKind::kNone) return true;
  if (is_json(a)) return json_can_hold(b);
  if (is_json(b)) return json_can_hold(a);
  if (a.is_number() && b.is_number()) return true;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case TypeKind::kClient:
    case TypeKind::kGeo:
      return false;
    case TypeKind::kList:
    case TypeKind::kMap:
      return may_equal(element_of(a), element_of(b));
    default:
      return true;
  }
}

bool may_order(const Type& a, const Type& b) {
  const auto has_order = [](const Type& type) {
    switch (type.kind) {
      case TypeKind::kNone:
      case TypeKind::kInt:
      case TypeKind::kFloat:
      case TypeKind::kString:
      case TypeKind::kTime:
      case TypeKind::kDuration:
      case TypeKind::kIp:
      case TypeKind::kJson:
        return true;
      default:
        return false;
    }
  };
  return has_order(a) && has_order(b) && may_equal(a, b);
}

}  // namespace shrike
