// See blind_fields.hpp.
#include "dsl/blind_fields.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace shrike {

using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

class FieldUse {
 public:
  explicit FieldUse(const ast::Rule& rule)
      : rule_(rule), seen_lets_{std::vector<bool>(rule.lets.size()), std::vector<bool>(rule.lets.size())} {}

  /// `is_asked`: the rule says what holds when the value is missing.
  void add(const Expr& expr, bool is_asked) {
    if (expr.kind == ExprKind::kAggregate) return;  // of kept events
    if (expr.ref.kind == RefKind::kField) (is_asked ? asked_ : read_).insert(expr.ref.index);
    if (expr.ref.kind == RefKind::kLet) add_let(expr.ref.index, is_asked);
    const bool asks =
        expr.kind == ExprKind::kHas || expr.kind == ExprKind::kMissing || expr.kind == ExprKind::kCoalesce;
    for (std::size_t i = 0; i < expr.args.size(); ++i) {
      const bool is_substitute = expr.kind == ExprKind::kCoalesce && i > 0;
      add(*expr.args[i], is_asked || (asks && !is_substitute));
    }
    if (expr.where) add(*expr.where, is_asked);
  }

  std::set<std::uint32_t> relied_on() const {
    std::set<std::uint32_t> result;
    std::set_difference(read_.begin(), read_.end(), asked_.begin(), asked_.end(),
                        std::inserter(result, result.end()));
    return result;
  }

 private:
  void add_let(std::uint32_t index, bool is_asked) {
    std::vector<bool>& seen = seen_lets_[is_asked ? 1 : 0];
    if (seen[index]) return;
    seen[index] = true;
    add(*rule_.lets[index].value, is_asked);
  }

  const ast::Rule& rule_;
  std::vector<bool> seen_lets_[2];  ///< read, asked for
  std::set<std::uint32_t> read_, asked_;
};

}  // namespace

std::set<std::uint32_t> fields_relied_on(const ast::Rule& rule) {
  if (!rule.steps.empty()) return {};  // every step has its own
  FieldUse use(rule);
  for (const ast::ExprPtr* condition : {&rule.where, &rule.when}) {
    if (*condition) use.add(**condition, false);
  }
  for (const ast::ExprPtr& amount : rule.score) use.add(*amount, false);
  return use.relied_on();
}

}  // namespace shrike
