// The lints. Each is a few lines over the checked model, but for negations, which have lint_negation.cpp.
#include "dsl/lint.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "dsl/diagnostics.hpp"
#include "dsl/lint_negation.hpp"
#include "dsl/lint_operations.hpp"
#include "shrike/standard_library.hpp"

namespace shrike {

using ast::Expr;
using ast::RefKind;

namespace {

struct Used {
  std::set<std::uint32_t> lists, params, lets;
};

void collect(const Expr* root, Used& used) {
  std::vector<const Expr*> open;
  if (root != nullptr) open.push_back(root);
  while (!open.empty()) {
    const Expr* expr = open.back();
    open.pop_back();
    if (expr->ref.kind == RefKind::kList) used.lists.insert(expr->ref.index);
    if (expr->ref.kind == RefKind::kParam) used.params.insert(expr->ref.index);
    if (expr->ref.kind == RefKind::kLet) used.lets.insert(expr->ref.index);
    for (const auto& argument : expr->args) {
      if (argument) open.push_back(argument.get());
    }
    if (expr->where) open.push_back(expr->where.get());
    if (expr->last) open.push_back(expr->last.get());
  }
}

/// Calls `visit` for every expression of a rule.
template <class Visit>
void for_each_expr(const ast::Rule& rule, const Visit& visit) {
  const auto all = [&](const auto& exprs) {
    for (const auto& expr : exprs) visit(expr.get());
  };
  for (const ast::Let& let : rule.lets) visit(let.value.get());
  visit(rule.where.get());
  for (const ast::NamedExpr& key : rule.each) visit(key.expr.get());
  visit(rule.within.get());
  visit(rule.when.get());
  for (const ast::Step& step : rule.steps) {
    all(step.by);
    for (const ast::ExprPtr* part : {&step.where, &step.times, &step.times_in, &step.within})
      visit(part->get());
  }
  all(rule.score);
  if (rule.say) all(rule.say->exprs);
  for (const ast::NamedExpr& show : rule.show) visit(show.expr.get());
  visit(rule.quiet.get());
  all(rule.quiet_by);
  all(rule.respond);
}

void collect_fields(const std::vector<ast::FieldDecl>& fields, Used& used) {
  for (const ast::FieldDecl& field : fields) {
    collect(field.default_value.get(), used);
    if (field.type) collect_fields(field.type->fields, used);
  }
}

class Linter {
 public:
  Linter(const Model& model, const SourceFiles& sources, Diagnostics& out)
      : model_(model), sources_(sources), out_(out) {}

  void run() {
    for (const TestInfo& test : model_.tests) tested_.insert(test.rule);
    for (std::uint32_t rule = 0; rule < model_.rules.size(); ++rule) lint_rule(rule);
    lint_exceptions();
    lint_lists();
    drop_allowed();
    out_.insert(out_.end(), std::make_move_iterator(found_.begin()), std::make_move_iterator(found_.end()));
  }

 private:
  template <class... Args>
  Diagnostic& report(DiagnosticId id, Span where, const Args&... args) {
    return found_.emplace_back(make_diagnostic(id, where, args...));
  }

  void lint_rule(std::uint32_t index) {
    const ast::Rule& rule = *model_.rules[index].decl;
    const auto& name = rule.name;
    if (!rule.say) report(DiagnosticId::kNoSay, name.span, name.text);
    if (rule.attack.empty()) report(DiagnosticId::kNoAttack, name.span, name.text);
    if (tested_.count(index) == 0) report(DiagnosticId::kNoTest, name.span, name.text);
    Used used;
    for_each_expr(rule, [&](const Expr* expr) {
      collect(expr, used);
      if (expr == nullptr) return;
      find_unguarded_negations(*expr, model_, &rule.lets, found_);
      operations_.find_misspelt(*expr, found_);
    });
    for (const ExceptInfo& except : model_.excepts) {
      if (except.rule != index) continue;
      collect(except.decl->where.get(), used);
      collect(except.decl->score.get(), used);
    }
    for (std::size_t i = 0; i < rule.lets.size(); ++i) {
      if (used.lets.count(static_cast<std::uint32_t>(i)) == 0) {
        report(DiagnosticId::kUnusedLet, rule.lets[i].name.span, rule.lets[i].name.text);
      }
    }
    for (const ast::Param& param : rule.params) {
      if (used.params.count(param.index) == 0)
        report(DiagnosticId::kUnusedParam, param.name.span, param.name.text);
    }
    used_.lists.insert(used.lists.begin(), used.lists.end());
    lint_hidden_lists(rule);
  }

  void lint_exceptions() {
    for (const ExceptInfo& except : model_.excepts) {
      const ast::Rule& rule = *model_.rules[except.rule].decl;
      if (!except.decl->where) continue;
      find_unguarded_negations(*except.decl->where, model_, &rule.lets, found_);
      operations_.find_misspelt(*except.decl->where, found_);
    }
  }

  /// A name that is a field of the rule's events and a list: the field is meant where it is used.
  void lint_hidden_lists(const ast::Rule& rule) {
    std::set<std::uint32_t> said;
    for_each_expr(rule, [&](const Expr* root) {
      std::vector<const Expr*> open;
      if (root != nullptr) open.push_back(root);
      while (!open.empty()) {
        const Expr* expr = open.back();
        open.pop_back();
        const bool is_field = expr->kind == ast::ExprKind::kName && expr->ref.kind == RefKind::kField;
        const auto list = is_field ? lists_.find(expr->name) : lists_.end();
        if (list != lists_.end() && said.insert(list->second).second) {
          report(DiagnosticId::kListHidden, expr->span, expr->name).second =
              Diagnostic::Note{model_.lists[list->second].decl->name.span, "the list"};
        }
        for (const auto& argument : expr->args) {
          if (argument) open.push_back(argument.get());
        }
        if (expr->where) open.push_back(expr->where.get());
      }
    });
  }

  void lint_lists() {
    for (const ListInfo& list : model_.lists) collect(list.decl->values.get(), used_);
    for (const DefInfo& def : model_.defs) collect(def.decl->body.get(), used_);
    for (const ClassInfo& event_class : model_.classes) collect_fields(event_class.decl->fields, used_);
    for (const SourceInfo& source : model_.sources) {
      collect(source.decl->accept.get(), used_);
      for (const ast::Let& let : source.decl->lets) collect(let.value.get(), used_);
      for (const auto& [field, expr] : source.fields) collect(expr, used_);
    }
    for (const ast::Unwrap* unwrap : model_.unwraps) collect(unwrap->accept.get(), used_);
    for (const SettingsInfo& settings : model_.settings) {
      for (const ast::Assignment& value : settings.decl->values) collect(value.value.get(), used_);
    }
    for (std::uint32_t i = 0; i < model_.lists.size(); ++i) {
      const ast::Name& name = model_.lists[i].decl->name;
      const std::string& file = sources_[name.span.file].name;
      // The lists of the standard library wait for rules that use them.
      const bool is_standard = file.starts_with(kStandardPrefix);
      if (used_.lists.count(i) == 0 && !is_standard) report(DiagnosticId::kUnusedList, name.span, name.text);
    }
  }

  /// `// allow W0101` at the end of the line, or on a line of its own above.
  void drop_allowed() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::set<std::string, std::less<>>> allowed;
    for (const ast::File& file : model_.files) {
      for (const ast::Comment& comment : file.comments) {
        std::string_view text = comment.text;
        while (!text.empty() && (text.front() == ' ' || text.front() == '/')) text.remove_prefix(1);
        if (text.substr(0, 6) != "allow ") continue;
        const std::uint32_t line =
            locate(sources_[comment.span.file], comment.span.begin).line + (comment.own_line ? 1 : 0);
        auto& codes = allowed[{comment.span.file, line}];
        for (std::size_t at = text.find('W'); at != std::string_view::npos; at = text.find('W', at + 1)) {
          codes.emplace(text.substr(at, 5));
        }
      }
    }
    if (allowed.empty()) return;
    const auto is_allowed = [&](const Diagnostic& diagnostic) {
      const Span where = diagnostic.where;
      const auto first = allowed.lower_bound({where.file, 0});
      if (first == allowed.end() || first->first.first != where.file) return false;
      const auto codes = allowed.find({where.file, locate(sources_[where.file], where.begin).line});
      return codes != allowed.end() && codes->second.count(diagnostic.code) != 0;
    };
    found_.erase(std::remove_if(found_.begin(), found_.end(), is_allowed), found_.end());
  }

  static std::map<std::string_view, std::uint32_t> lists_by_name(const Model& model) {
    std::map<std::string_view, std::uint32_t> lists;
    for (std::uint32_t i = 0; i < model.lists.size(); ++i) lists.emplace(model.lists[i].decl->name.text, i);
    return lists;
  }

  const Model& model_;
  const SourceFiles& sources_;
  Diagnostics& out_;
  Diagnostics found_;
  Used used_;
  std::set<std::uint32_t> tested_;
  std::map<std::string_view, std::uint32_t> lists_ = lists_by_name(model_);
  const KnownOperations operations_{model_};
};

}  // namespace

void lint(const Model& model, const SourceFiles& sources, Diagnostics& diagnostics) {
  Linter(model, sources, diagnostics).run();
}

}  // namespace shrike
