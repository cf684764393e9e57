// Types as rule text writes them.
#include <array>

#include "dsl/check_context.hpp"

namespace shrike {
namespace {

constexpr std::array kScalars{TypeKind::kBool,  TypeKind::kInt,  TypeKind::kFloat, TypeKind::kString,
                              TypeKind::kIp,    TypeKind::kCidr, TypeKind::kTime,  TypeKind::kDuration,
                              TypeKind::kPlace, TypeKind::kJson, TypeKind::kClient};

std::optional<TypeKind> scalar_named(std::string_view name) {
  for (const TypeKind kind : kScalars) {
    if (name_of(kind) == name) return kind;
  }
  return std::nullopt;
}

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> names{"list", "map", "record"};
  for (const TypeKind kind : kScalars) names.push_back(name_of(kind));
  return names;
}

/// What other languages call it.
std::string_view familiar_type(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kOthers{{
      {"str", "string"},
      {"text", "string"},
      {"integer", "int"},
      {"long", "int"},
      {"number", "int"},
      {"double", "float"},
      {"boolean", "bool"},
      {"datetime", "time"},
      {"timestamp", "time"},
      {"date", "time"},
      {"timespan", "duration"},
      {"network", "cidr"},
      {"subnet", "cidr"},
      {"address", "ip"},
      {"dynamic", "json"},
      {"object", "json"},
  }};
  for (const auto& [theirs, ours] : kOthers) {
    if (theirs == name) return ours;
  }
  return {};
}

}  // namespace

std::optional<Type> Checker::resolve_type(const ast::TypeExpr& type) {
  if (type.name == "list" || type.name == "map") {
    if (!type.element) {
      Diagnostic& diagnostic = report(DiagnosticId::kNoSuchList, type.span,
                                      fmt::format("`{}` without the type of its values", type.name));
      diagnostic.help = fmt::format("as in `{}<string>`", type.name);
      return std::nullopt;
    }
    const auto element = resolve_type(*type.element);
    if (!element) return std::nullopt;
    const bool is_list = type.name == "list";
    if (is_list) return list_type(type.span, *element);
    if (element->is_list() || element->kind == TypeKind::kMap || element->kind == TypeKind::kClient) {
      report(DiagnosticId::kNoSuchList, type.span, fmt::format("map<{}>", to_text(*element))).help =
          "a map holds single values; use `json` for anything deeper";
      return std::nullopt;
    }
    return Type{TypeKind::kMap, element->kind, 1, false};
  }
  if (type.name == "record") {
    report(DiagnosticId::kNoSuchList, type.span, "record in this place").help =
        "records stand as fields of a class";
    return std::nullopt;
  }
  if (const auto kind = scalar_named(type.name)) return type_of(*kind);
  Diagnostic& diagnostic = report(DiagnosticId::kUnknownType, type.span, type.name);
  if (const std::string_view ours = familiar_type(type.name); !ours.empty()) {
    diagnostic.help = fmt::format("it is called `{}` here", ours);
    diagnostic.repair = Diagnostic::Repair{type.span, std::string(ours)};
  } else {
    suggest_name(diagnostic, type.span, type.name, type_names(),
                 "types are bool, int, float, string, ip, cidr, time, duration, place, client, json, list<…> "
                 "and map<…>");
  }
  return std::nullopt;
}

std::optional<TypeKind> Checker::resolve_scalar(const ast::Name& name, std::string_view holder) {
  const auto kind = scalar_named(name.text);
  if (!kind) {
    ast::TypeExpr type;
    type.span = name.span;
    type.name = name.text;
    if (name.text == "list" || name.text == "map" || name.text == "record") {
      report(DiagnosticId::kElementType, name.span, holder, name.text);
    } else {
      resolve_type(type);
    }
    return std::nullopt;
  }
  if (*kind == TypeKind::kJson || *kind == TypeKind::kClient || *kind == TypeKind::kPlace) {
    report(DiagnosticId::kElementType, name.span, holder, name.text).help =
        "it can hold bool, int, float, string, ip, cidr, time and duration";
    return std::nullopt;
  }
  return kind;
}

std::optional<Type> Checker::list_type(Span where, const Type& element) {
  const auto type = list_of(element);
  if (type) return type;
  Diagnostic& diagnostic =
      report(DiagnosticId::kNoSuchList, where, fmt::format("list<{}>", to_text(element)));
  if (element.is_list()) {
    diagnostic.help =
        fmt::format("lists nest at most {} deep; `flatten(…)` makes one list of many", kMaxListDepth);
  } else {
    diagnostic.help = "collect one of its members instead of the whole";
  }
  return std::nullopt;
}

}  // namespace shrike
