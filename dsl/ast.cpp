// Copies and comparisons of syntax trees; the trees themselves are in ast.hpp. Expressions are at most
// kMaxNesting deep, so recursion is bounded.
#include "dsl/ast.hpp"

#include <algorithm>

namespace shrike::ast {
namespace {

ExprPtr clone_or_null(const ExprPtr& expr) { return expr ? clone(*expr) : nullptr; }

/// One function for each part of a tree, in a class so that all see each other.
struct Equality {
  static bool same(const ExprPtr& a, const ExprPtr& b) { return ast::same(a, b); }
  static bool same(const Name& a, const Name& b) { return a.text == b.text; }
  static bool same(const Text& a, const Text& b) { return a.text == b.text; }
  static bool same(const Attack& a, const Attack& b) { return a.id == b.id; }
  static bool same(const ClassRef& a, const ClassRef& b) {
    return a.alert == b.alert && same(a.name, b.name);
  }
  template <class T>
  static bool same(const std::optional<T>& a, const std::optional<T>& b) {
    return a.has_value() == b.has_value() && (!a.has_value() || same(*a, *b));
  }

  template <class T>
  static bool same(const std::vector<T>& a, const std::vector<T>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const T& x, const T& y) { return same(x, y); });
  }

  static bool same(const TypeExprPtr& a, const TypeExprPtr& b) {
    return (a == nullptr) == (b == nullptr) && (a == nullptr || same(*a, *b));
  }

  static bool same(const NamedExpr& a, const NamedExpr& b) {
    return same(a.name, b.name) && same(a.expr, b.expr);
  }

  static bool same(const FieldDecl& a, const FieldDecl& b) {
    return a.doc == b.doc && same(a.name, b.name) && same(a.type, b.type) && a.cased == b.cased &&
           a.ecs == b.ecs && a.ocsf == b.ocsf && same(a.default_value, b.default_value);
  }

  static bool same(const TypeExpr& a, const TypeExpr& b) {
    return a.name == b.name && same(a.element, b.element) && same(a.fields, b.fields);
  }

  static bool same(const Param& a, const Param& b) {
    return a.doc == b.doc && same(a.name, b.name) && same(a.type, b.type) && same(a.value, b.value);
  }

  static bool same(const Let& a, const Let& b) { return same(a.name, b.name) && same(a.value, b.value); }

  static bool same(const Template& a, const Template& b) {
    return a.pieces == b.pieces && same(a.exprs, b.exprs);
  }

  static bool same(const Step& a, const Step& b) {
    return a.absent == b.absent && same(a.name, b.name) && same(a.classes, b.classes) && same(a.by, b.by) &&
           same(a.where, b.where) && same(a.times, b.times) && same(a.times_in, b.times_in) &&
           same(a.within, b.within);
  }

  static bool same(const Rule& a, const Rule& b) {
    return a.doc == b.doc && same(a.name, b.name) && a.title == b.title && same(a.severity, b.severity) &&
           same(a.attack, b.attack) && same(a.tags, b.tags) && same(a.refs, b.refs) &&
           same(a.known_false, b.known_false) && same(a.params, b.params) && same(a.lets, b.lets) &&
           same(a.on, b.on) && same(a.where, b.where) && same(a.each, b.each) && same(a.within, b.within) &&
           same(a.when, b.when) && a.order == b.order && same(a.steps, b.steps) && same(a.score, b.score) &&
           same(a.say, b.say) && same(a.show, b.show) && same(a.quiet, b.quiet) &&
           same(a.quiet_by, b.quiet_by) && same(a.respond, b.respond);
  }

  static bool same(const ListDecl& a, const ListDecl& b) {
    return a.doc == b.doc && same(a.name, b.name) && same(a.element, b.element) && same(a.values, b.values) &&
           same(a.from, b.from);
  }

  static bool same(const TableDecl& a, const TableDecl& b) {
    return a.doc == b.doc && same(a.name, b.name) && same(a.key, b.key) && same(a.value, b.value) &&
           same(a.from, b.from);
  }

  static bool same(const Assignment& a, const Assignment& b) {
    return same(a.path, b.path) && same(a.value, b.value);
  }

  static bool same(const Settings& a, const Settings& b) {
    return a.doc == b.doc && same(a.tenant, b.tenant) && same(a.values, b.values) &&
           same(a.disabled, b.disabled);
  }

  static bool same(const Except& a, const Except& b) {
    return a.doc == b.doc && same(a.rule, b.rule) && a.title == b.title && same(a.tenant, b.tenant) &&
           same(a.where, b.where) && a.drop == b.drop && same(a.score, b.score) && same(a.owner, b.owner) &&
           same(a.until, b.until);
  }

  static bool same(const Def::Parameter& a, const Def::Parameter& b) {
    return same(a.name, b.name) && same(a.type, b.type);
  }

  static bool same(const Def& a, const Def& b) {
    return a.doc == b.doc && same(a.name, b.name) && same(a.parameters, b.parameters) &&
           same(a.result, b.result) && same(a.body, b.body);
  }

  static bool same(const Class& a, const Class& b) {
    return a.doc == b.doc && same(a.name, b.name) && a.title == b.title && same(a.fields, b.fields);
  }

  static bool same(const Source& a, const Source& b) {
    return a.doc == b.doc && same(a.name, b.name) && same(a.event_class, b.event_class) &&
           same(a.order, b.order) && same(a.lateness, b.lateness) && same(a.accept, b.accept) &&
           same(a.lets, b.lets) && same(a.fields, b.fields);
  }

  static bool same(const Unwrap& a, const Unwrap& b) {
    return a.doc == b.doc && same(a.name, b.name) && same(a.accept, b.accept) && same(a.raw, b.raw);
  }

  static bool same(const RecordField& a, const RecordField& b) {
    return same(a.name, b.name) && same(a.value, b.value);
  }

  static bool same(const TestStep& a, const TestStep& b) {
    return a.kind == b.kind && same(a.set, b.set) && same(a.at, b.at) && same(a.event, b.event) &&
           same(a.fields, b.fields) && a.times == b.times && same(a.source, b.source) && a.raw == b.raw;
  }

  static bool same(const Case& a, const Case& b) { return same(a.title, b.title) && same(a.steps, b.steps); }

  static bool same(const Test& a, const Test& b) {
    return a.doc == b.doc && same(a.rule, b.rule) && same(a.cases, b.cases);
  }
};

}  // namespace

ExprPtr clone(const Expr& expr) {
  auto copy = std::make_unique<Expr>();
  copy->kind = expr.kind;
  copy->span = expr.span;
  copy->op_span = expr.op_span;
  copy->name = expr.name;
  copy->literal = expr.literal;
  copy->op = expr.op;
  copy->compare = expr.compare;
  copy->cased = expr.cased;
  copy->all = expr.all;
  copy->args.reserve(expr.args.size());
  for (const ExprPtr& arg : expr.args) copy->args.push_back(clone_or_null(arg));
  copy->where = clone_or_null(expr.where);
  copy->last = clone_or_null(expr.last);
  copy->type = expr.type;
  copy->ref = expr.ref;
  return copy;
}

bool same(const Expr& a, const Expr& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == ExprKind::kLiteral ? a.literal != b.literal : a.name != b.name) return false;
  return a.op == b.op && a.compare == b.compare && a.cased == b.cased && a.all == b.all &&
         Equality::same(a.args, b.args) && same(a.where, b.where) && same(a.last, b.last);
}

bool same(const ExprPtr& a, const ExprPtr& b) {
  return (a == nullptr) == (b == nullptr) && (a == nullptr || same(*a, *b));
}

bool same(const File& a, const File& b) {
  return std::equal(a.declarations.begin(), a.declarations.end(), b.declarations.begin(),
                    b.declarations.end(), [](const auto& x, const auto& y) {
                      if (x->index() != y->index()) return false;
                      return std::visit(
                          [&](const auto& left) {
                            return Equality::same(left, std::get<std::decay_t<decltype(left)>>(*y));
                          },
                          *x);
                    });
}

}  // namespace shrike::ast
