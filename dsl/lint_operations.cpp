// See lint_operations.hpp.
#include "dsl/lint_operations.hpp"

#include <algorithm>
#include <string>
#include <variant>

#include "dsl/diagnostics.hpp"
#include "dsl/nearest.hpp"

namespace shrike {

using ast::CompareOp;
using ast::Expr;
using ast::ExprKind;

namespace {

constexpr std::string_view kListEnding = "_operations";
/// Shorter verbs are told apart by a letter or two: `New-` and `Set-`.
constexpr std::size_t kLongVerb = 5;
/// In shorter names one letter is a mistake, two make another name.
constexpr std::size_t kLongName = 8;

/// `New` of `New-InboxRule`, `Reset` of `Reset user password`; empty for one word.
std::string_view verb_of(std::string_view name) {
  const std::size_t end = name.find_first_of("- ");
  return end == std::string_view::npos ? std::string_view() : name.substr(0, end);
}

}  // namespace

KnownOperations::KnownOperations(const Model& model) : model_(model) {
  for (const ListInfo& list : model.lists) {
    if (!std::string_view(list.decl->name.text).ends_with(kListEnding)) continue;
    for (const ast::Literal& value : list.values) {
      if (const auto* name = std::get_if<std::string>(&value)) names_.push_back(*name);
    }
  }
}

bool KnownOperations::is_verb(std::string_view word) const {
  return std::any_of(names_.begin(), names_.end(),
                     [&](std::string_view name) { return edit_distance(verb_of(name), word, 0) == 0; });
}

void KnownOperations::check(const Expr& literal, Diagnostics& out) const {
  const auto* written = std::get_if<std::string>(&literal.literal);
  if (literal.kind != ExprKind::kLiteral || written == nullptr) return;
  const std::string_view verb = verb_of(*written);
  std::string_view best;
  std::size_t best_distance = written->size() < kLongName ? 2 : 3;  // one more than what may be meant
  for (const std::string_view name : names_) {
    const std::size_t distance = edit_distance(*written, name, best_distance);
    if (distance == 0) return;
    if (distance >= best_distance) continue;
    // Another verb is another operation, not a mistake.
    const bool same_verb = edit_distance(verb, verb_of(name), 0) == 0;
    if (!same_verb && (verb.size() < kLongVerb || is_verb(verb))) continue;
    best = name;
    best_distance = distance;
  }
  if (best.empty()) return;
  Diagnostic& diagnostic =
      out.emplace_back(make_diagnostic(DiagnosticId::kMisspeltOperation, literal.span, *written));
  diagnostic.help = fmt::format("did you mean `{}`?", best);
  diagnostic.repair = Diagnostic::Repair{literal.span, fmt::format("\"{}\"", best)};
}

void KnownOperations::find_misspelt(const Expr& root, Diagnostics& out) const {
  std::vector<const Expr*> open{&root};
  while (!open.empty()) {
    const Expr* expr = open.back();
    open.pop_back();
    for (const auto& argument : expr->args) open.push_back(argument.get());
    if (expr->where) open.push_back(expr->where.get());
    const bool compares = expr->kind == ExprKind::kCompare &&
                          (expr->compare == CompareOp::kEqual || expr->compare == CompareOp::kNotEqual ||
                           expr->compare == CompareOp::kIn || expr->compare == CompareOp::kNotIn);
    if (!compares || expr->args[0]->ref.kind != ast::RefKind::kField ||
        model_.fields[expr->args[0]->ref.index].name != "operation")
      continue;
    const Expr& right = *expr->args[1];
    check(right, out);
    if (right.kind != ExprKind::kList) continue;
    for (const auto& item : right.args) check(*item, out);
  }
}

}  // namespace shrike
