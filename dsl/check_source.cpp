// Sources and unwraps: what turns a record into an event of a class.
#include "dsl/check_context.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;

void Checker::check_sources() {
  for (SourceInfo& info : model_.sources) check_source(info);
}

void Checker::check_source(SourceInfo& info) {
  const ast::Source& source = *info.decl;
  current_ = &source;
  info.event_class = find_class_or_report(source.event_class);

  NameScope scope;
  scope.place = ExprPlace::kSource;
  scope.raw = true;
  if (source.lets.size() > kMaxLets) {
    report(DiagnosticId::kTooMany, source.name.span, kMaxLets, "`let`s in one source");
    return;
  }
  std::unordered_map<std::string_view, std::uint32_t> let_index;
  for (std::size_t i = 0; i < source.lets.size(); ++i) {
    const ast::Name& name = source.lets[i].name;
    Span where;
    if (const auto taken = taken_by(name.text, scope, where)) {
      Diagnostic& diagnostic = report(DiagnosticId::kHidesName, name.span, name.text, *taken);
      if (where.end > where.begin) diagnostic.second = Diagnostic::Note{where, "declared here"};
    }
    const auto [entry, is_new] = let_index.try_emplace(name.text, static_cast<std::uint32_t>(i));
    if (!is_new) {
      report(DiagnosticId::kNameTwice, name.span, name.text).second =
          Diagnostic::Note{source.lets[entry->second].name.span, "first declared here"};
    }
  }
  scope.lets = &source.lets;
  scope.let_types = &info.let_types;
  scope.let_index = &let_index;
  for (const ast::Let& let : source.lets) {
    const Type type = let.value ? infer(*let.value, scope) : Type{};
    check_expanded(let.value.get());
    info.let_types.push_back(type);
  }

  if (source.order) {
    if (const auto order = constant(*source.order, type_of(TypeKind::kInt), "`order`"))
      info.order = std::get<std::int64_t>(*order);
  }
  if (source.lateness) {
    const auto lateness = constant(*source.lateness, type_of(TypeKind::kDuration), "`lateness`");
    if (lateness) info.lateness = std::get<ast::Duration>(*lateness).nanoseconds;
    if (info.lateness < 0) report(DiagnosticId::kNotPositive, source.lateness->span, "`lateness`");
  }
  if (source.accept) {
    condition(source.accept.get(), scope);
    check_expanded(source.accept.get());
  } else {
    report_lack({source.span, {"accept"}}, DiagnosticId::kSourceNeeds, source.name.span, source.name.text,
                "accept")
        .help = "it says which records the source takes: `accept has raw.createdDateTime`";
  }

  std::map<std::string, Span> assigned;
  bool is_partial = info.event_class == kNoIndex;
  for (const ast::Assignment& assignment : source.fields) {
    const std::string path = join_path(assignment.path);
    const Span where = span_of(assignment.path);
    const auto [entry, is_new] = assigned.try_emplace(path, where);
    if (!is_new) {
      report(DiagnosticId::kAssignedTwice, where, path).second =
          Diagnostic::Note{entry->second, "first assigned here"};
    }
    if (!assignment.value) continue;
    if (info.event_class == kNoIndex) {
      infer(*assignment.value, scope);
      continue;
    }
    const ClassInfo& event_class = model_.classes[info.event_class];
    const auto field = event_class.fields.find(path);
    if (field == event_class.fields.end()) {
      is_partial = true;
      Expr named;
      named.kind = ExprKind::kName;
      named.span = where;
      named.name = path;
      if (is_record(path, {info.event_class})) {
        record_as_value(named, path, {info.event_class});
      } else {
        unknown_field(named, path, {info.event_class}, {});
      }
      infer(*assignment.value, scope);
      continue;
    }
    expect(*assignment.value, scope, model_.fields[field->second].type);
    check_expanded(assignment.value.get());
    if (is_new) info.fields.emplace_back(field->second, assignment.value.get());
  }
  if (!is_partial && assigned.count("time") == 0) {
    report_lack({source.span, {"time"}}, DiagnosticId::kSourceNeeds, source.name.span, source.name.text,
                "time")
        .help = "events are ordered by their time: `time = time(raw.createdDateTime)`";
  }
}

void Checker::check_unwraps() {
  for (const ast::Unwrap* unwrap : model_.unwraps) {
    current_ = unwrap;
    NameScope scope;
    scope.place = ExprPlace::kUnwrap;
    scope.raw = true;
    condition(unwrap->accept.get(), scope);
    if (!unwrap->raw) continue;
    if (infer(*unwrap->raw, scope).kind == TypeKind::kNone) continue;
    const Expr* inner = unwrap->raw.get();
    if (inner->kind == ExprKind::kCall && inner->name == "json" && inner->args.size() == 1)
      inner = inner->args[0].get();
    const bool has_member = inner->kind == ExprKind::kMember;
    while (inner->kind == ExprKind::kMember) inner = inner->args[0].get();
    if (!has_member || inner->ref.kind != ast::RefKind::kRaw)
      report(DiagnosticId::kUnwrapForm, unwrap->raw->span);
  }
}

}  // namespace shrike
