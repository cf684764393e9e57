// A negation is guarded when the same conjunction holds only where the value is there: `has x`, a comparison
// of x, or a `let` that says so. `x != 1` and `x not in […]` need no guard: they are false for a missing
// value.
#include "dsl/lint_negation.hpp"

#include <algorithm>
#include <string>

#include "dsl/diagnostics.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

constexpr unsigned kMaxLetDepth = 16;

class NegationFinder {
 public:
  NegationFinder(const Model& model, const std::vector<ast::Let>* lets, Diagnostics& out)
      : model_(model), lets_(lets), out_(out) {}

  void scan(const Expr& expr) {
    const std::size_t mark = guards_.size();
    switch (expr.kind) {
      case ExprKind::kAnd:
        for (const auto& part : expr.args) guards_.push_back(part.get());
        scan_children(expr);
        break;
      case ExprKind::kOr:
        // `missing x or not …` says what is meant for a missing value.
        for (const auto& part : expr.args) {
          if (part->kind == ExprKind::kMissing) guards_.push_back(part.get());
        }
        scan_children(expr);
        break;
      case ExprKind::kIf:
        scan(*expr.args[1]);
        guards_.push_back(expr.args[1].get());
        scan(*expr.args[0]);
        guards_.resize(mark);
        if (expr.args.size() > 2) scan(*expr.args[2]);
        break;
      case ExprKind::kNot:
        negated(*expr.args[0], expr);
        break;
      default:
        scan_children(expr);
    }
    guards_.resize(mark);
  }

 private:
  void scan_children(const Expr& expr) {
    for (const auto& argument : expr.args) scan(*argument);
    if (expr.where) scan(*expr.where);
  }

  void negated(const Expr& expr, const Expr& negation) {
    const std::size_t mark = guards_.size();
    switch (expr.kind) {
      case ExprKind::kAnd:
        for (const auto& part : expr.args) guards_.push_back(part.get());
        [[fallthrough]];
      case ExprKind::kOr:
        for (const auto& part : expr.args) negated(*part, negation);
        break;
      case ExprKind::kNot:
        scan(*expr.args[0]);
        break;
      case ExprKind::kCompare: {
        // The comparison itself is no guard: it is what is negated.
        guards_.erase(std::remove(guards_.begin(), guards_.end(), &expr), guards_.end());
        for (const auto& side : expr.args) {
          const Expr* value = absent_part(*side);
          if (value == nullptr || is_guarded(*value) || last_ == &negation) continue;
          last_ = &negation;
          report(*value, negation);
        }
        return;
      }
      default:
        scan_children(expr);
    }
    guards_.resize(std::min(mark, guards_.size()));
  }

  /// The part of a value that the event may lack; null when it is always there, or when that cannot be told.
  const Expr* absent_part(const Expr& expr) const {
    switch (expr.kind) {
      case ExprKind::kName:
      case ExprKind::kMember:
        if (expr.ref.kind == RefKind::kField)
          return model_.fields[expr.ref.index].name == "time" ? nullptr : &expr;
        if (expr.kind == ExprKind::kName || expr.ref.kind != RefKind::kNone) return nullptr;
        return reads_entry(*expr.args[0]) ? &expr : nullptr;
      case ExprKind::kIndex:
        return reads_entry(*expr.args[0]) ? &expr : nullptr;
      case ExprKind::kCall:
        if (expr.ref.kind != RefKind::kFunction || expr.name == "flatten" || expr.name == "list" ||
            expr.name == "len")
          return nullptr;
        [[fallthrough]];
      case ExprKind::kArithmetic:
      case ExprKind::kNegate:
        for (const auto& argument : expr.args) {
          if (const Expr* part = absent_part(*argument)) return part;
        }
        return nullptr;
      case ExprKind::kCoalesce:
        return absent_part(*expr.args[0]) != nullptr ? absent_part(*expr.args[1]) : nullptr;
      default:
        return nullptr;
    }
  }

  static bool reads_entry(const Expr& base) {
    return base.type.kind == TypeKind::kMap || base.type.kind == TypeKind::kJson ||
           base.type.kind == TypeKind::kClient;
  }

  bool is_guarded(const Expr& value) const {
    return std::any_of(guards_.begin(), guards_.end(),
                       [&](const Expr* guard) { return shows_present(*guard, value, 0); });
  }

  /// Whether `guard` can only hold where `value` is there.
  bool shows_present(const Expr& guard, const Expr& value, unsigned depth) const {
    switch (guard.kind) {
      case ExprKind::kMissing:
      case ExprKind::kHas:
        return needs(*guard.args[0], value);
      case ExprKind::kCompare:
        return needs(*guard.args[0], value) || needs(*guard.args[1], value);
      case ExprKind::kAnd:
        return std::any_of(guard.args.begin(), guard.args.end(),
                           [&](const auto& part) { return shows_present(*part, value, depth); });
      case ExprKind::kOr:
        return std::all_of(guard.args.begin(), guard.args.end(),
                           [&](const auto& part) { return shows_present(*part, value, depth); });
      case ExprKind::kQuantifier:
        return needs(*guard.args[0], value);
      default:
        if (guard.ref.kind == RefKind::kLet && lets_ != nullptr && depth < kMaxLetDepth) {
          return shows_present(*(*lets_)[guard.ref.index].value, value, depth + 1);
        }
        return needs(guard, value);
    }
  }

  /// Whether `expr` is missing wherever `value` is.
  static bool needs(const Expr& expr, const Expr& value) {
    if (ast::same(expr, value)) return true;
    switch (expr.kind) {
      case ExprKind::kMember:
      case ExprKind::kIndex:
      case ExprKind::kStar:
      case ExprKind::kNegate:
        return needs(*expr.args[0], value);
      case ExprKind::kCall:
        if (expr.ref.kind != RefKind::kFunction || expr.name == "flatten" || expr.name == "list")
          return false;
        [[fallthrough]];
      case ExprKind::kArithmetic:
        return std::any_of(expr.args.begin(), expr.args.end(),
                           [&](const auto& argument) { return needs(*argument, value); });
      default:
        return false;
    }
  }

  static std::string text_of(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kName:
        return expr.name;
      case ExprKind::kMember:
        return text_of(*expr.args[0]) + "." + expr.name;
      case ExprKind::kIndex: {
        const auto* name = std::get_if<std::string>(&expr.args[1]->literal);
        return text_of(*expr.args[0]) + (name != nullptr ? "[\"" + *name + "\"]" : "[…]");
      }
      default:
        return "…";
    }
  }

  void report(const Expr& value, const Expr& negation) {
    const std::string text = text_of(value);
    Diagnostic diagnostic = make_diagnostic(DiagnosticId::kUnguardedNegation, negation.span, text);
    diagnostic.second = Diagnostic::Note{value.span, "this may be missing"};
    diagnostic.help = fmt::format(
        "if an event without it should not pass: `has {} and not …`; else say what it counts as: `({} ?? …)`",
        text, text);
    if (text.find("…") == std::string::npos) {
      const Span before{negation.span.file, negation.span.begin, negation.span.begin};
      diagnostic.repair = Diagnostic::Repair{before, "has " + text + " and "};
    }
    out_.push_back(std::move(diagnostic));
  }

  const Model& model_;
  const std::vector<ast::Let>* lets_;
  Diagnostics& out_;
  std::vector<const Expr*> guards_;
  const Expr* last_ = nullptr;
};

}  // namespace

void find_unguarded_negations(const Expr& expr, const Model& model, const std::vector<ast::Let>* lets,
                              Diagnostics& out) {
  NegationFinder(model, lets, out).scan(expr);
}

}  // namespace shrike
