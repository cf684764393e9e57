// Global names: every declaration of all files under its one name.
#include <algorithm>
#include <variant>

#include "dsl/check_context.hpp"
#include "runtime/functions.hpp"
#include "shrike/standard_library.hpp"

namespace shrike {

std::string join_path(const std::vector<ast::Name>& path) {
  std::string text;
  for (const ast::Name& name : path) {
    if (!text.empty()) text += '.';
    text += name.text;
  }
  return text;
}

Span span_of(const std::vector<ast::Name>& path) {
  if (path.empty()) return {};
  Span span = path.front().span;
  span.end = path.back().span.end;
  return span;
}

const Checker::Global* Checker::find_global(std::string_view name) const {
  const auto found = globals_.find(name);
  return found == globals_.end() ? nullptr : &found->second;
}

const Checker::Global* Checker::find_global(std::string_view name, std::string_view kind) const {
  const Global* global = find_global(name);
  return global != nullptr && global->kind == kind ? global : nullptr;
}

std::vector<std::string_view> Checker::globals_of(std::string_view kind) const {
  std::vector<std::string_view> names;
  // A file that is all mistakes gets no more advice: it would take too long.
  if (dropped_count_ > 0) return names;
  for (const auto& [name, global] : globals_) {
    if (global.kind == kind) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool Checker::declare(const ast::Name& name, std::string_view kind, std::size_t index) {
  const auto [entry, is_new] =
      globals_.try_emplace(name.text, Global{kind, static_cast<std::uint32_t>(index), name.span});
  if (!is_new) report_twice(name, kind, entry->second);
  return is_new;
}

bool Checker::is_standard(Span span) const {
  return span.file < sources_.size() && sources_[span.file].name.starts_with(kStandardPrefix);
}

void Checker::report_twice(const ast::Name& name, std::string_view kind, const Global& first) {
  // The standard library stands behind the user's own files, and its name was there before.
  const bool is_theirs = is_standard(name.span) && !is_standard(first.span);
  Diagnostic& diagnostic = report(DiagnosticId::kNameTwice, is_theirs ? first.span : name.span, name.text);
  diagnostic.help = "names are global: every declaration needs one of its own";
  if (!is_theirs) {
    diagnostic.second = Diagnostic::Note{
        first.span,
        first.kind == kind ? "first declared here" : fmt::format("first declared here, as a {}", first.kind)};
    return;
  }
  diagnostic.second = Diagnostic::Note{name.span, fmt::format("the standard library has it, as a {}", kind)};
  if (kind != "list" || first.kind != "list") return;
  const ast::ListDecl& list = *model_.lists[first.index].decl;
  if (!list.values) {
    diagnostic.help = fmt::format(
        "`settings {{ {} = […] }}` gives it values; a list of your own has another name", name.text);
    return;
  }
  const std::string values(text_at(list.values->span));
  const bool is_short = values.size() <= 60 && values.find('\n') == std::string::npos;
  diagnostic.help =
      fmt::format("give it values: `settings {{ {} = {} }}`", name.text, is_short ? values : "[…]");
  diagnostic.repair = Diagnostic::Repair{list.span, fmt::format("settings {{ {} = {} }}", name.text, values)};
}

void Checker::declare_globals() {
  for (ast::File& file : model_.files) {
    for (auto& declaration : file.declarations) {
      if (!declaration) continue;
      if (auto* list = std::get_if<ast::ListDecl>(declaration.get())) {
        if (declare(list->name, "list", model_.lists.size()))
          model_.lists.push_back({list, TypeKind::kNone, {}});
      } else if (auto* table = std::get_if<ast::TableDecl>(declaration.get())) {
        if (declare(table->name, "table", model_.tables.size())) {
          model_.tables.push_back({table, TypeKind::kNone, TypeKind::kNone, {}});
        }
      } else if (auto* def = std::get_if<ast::Def>(declaration.get())) {
        if (declare(def->name, "def", model_.defs.size())) model_.defs.push_back({def, {}, {}});
      } else if (auto* event_class = std::get_if<ast::Class>(declaration.get())) {
        if (declare(event_class->name, "class", model_.classes.size())) {
          model_.classes.push_back({event_class->name.text, event_class, {}, {}, {}});
        }
      } else if (auto* source = std::get_if<ast::Source>(declaration.get())) {
        if (declare(source->name, "source", model_.sources.size())) {
          SourceInfo info;
          info.decl = source;
          info.event_class = kNoIndex;
          model_.sources.push_back(std::move(info));
        }
      } else if (auto* unwrap = std::get_if<ast::Unwrap>(declaration.get())) {
        if (declare(unwrap->name, "unwrap", model_.unwraps.size())) model_.unwraps.push_back(unwrap);
      } else if (auto* rule = std::get_if<ast::Rule>(declaration.get())) {
        if (!declare(rule->name, "rule", model_.rules.size())) continue;
        for (ast::Param& param : rule->params) {
          param.index = static_cast<std::uint32_t>(model_.params.size());
          model_.params.push_back({rule, &param, {}, false, {}});
        }
        RuleInfo info;
        info.decl = rule;
        model_.rules.push_back(std::move(info));
      } else if (auto* settings = std::get_if<ast::Settings>(declaration.get())) {
        model_.settings.push_back({settings, {}, {}});
      } else if (auto* except = std::get_if<ast::Except>(declaration.get())) {
        model_.excepts.push_back({except, kNoIndex});
      } else if (auto* test = std::get_if<ast::Test>(declaration.get())) {
        model_.tests.push_back({test, kNoIndex});
      }
    }
  }
}

std::uint32_t Checker::find_rule_or_report(const ast::Name& name, const std::string& otherwise) {
  if (const Global* rule = find_global(name.text, "rule")) return rule->index;
  suggest_name(report_undeclared(DiagnosticId::kUnknownRule, name.span, name.text, name.text), name.span,
               name.text, globals_of("rule"), otherwise);
  return kNoIndex;
}

std::uint32_t Checker::find_class_or_report(const ast::Name& name) {
  if (const Global* event_class = find_global(name.text, "class")) return event_class->index;
  Diagnostic& diagnostic = report_undeclared(DiagnosticId::kUnknownClass, name.span, name.text, name.text);
  if (find_global(name.text, "rule") != nullptr) {
    diagnostic.help =
        fmt::format("`{}` is a rule; its alerts are read with `alert {}`", name.text, name.text);
    diagnostic.repair = Diagnostic::Repair{name.span, "alert " + name.text};
  } else {
    suggest_name(diagnostic, name.span, name.text, globals_of("class"));
  }
  return kNoIndex;
}

}  // namespace shrike
