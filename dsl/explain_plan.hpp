// What `shrike explain` can tell of a rule: its conditions as trees, each part with a unit of its own, so
// that the machine that judges the rule also tells what every part came to. Made by codegen.cpp when asked
// for. Read next: explainer.hpp, which walks the trees.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsl/unit_generator.hpp"

namespace shrike {

enum class ExplainKind : std::uint8_t {
  kAll,     ///< `and`: holds when all parts do
  kAny,     ///< `or`
  kNot,     ///< holds when its part does not
  kNamed,   ///< a `let` or a call of a `def`: holds when its first part does, which is what it stands for
  kChoice,  ///< `A if P else B`: parts are P, A and, where there is one, B
  kTest,    ///< a comparison, `has`, …; the parts are the values it looks at
  kEach,    ///< `any x in LIST: …` or `all …`: a kTest that also tells which elements decided
  kValue,   ///< no condition; the parts are what it was made of
};

/// A part of a condition.
struct ExplainNode {
  ExplainKind kind = ExplainKind::kTest;
  std::string text;               ///< as it is written, on one line
  std::uint32_t unit = kNoIndex;  ///< decides it or gives its value; kNoIndex: too large to be told
  /// Of kEach: a unit that gives the elements which meet the body (`any`) or do not (`all`).
  std::uint32_t elements = kNoIndex;
  bool all = false;  ///< of kEach
  /// Of kTest: false as soon as one of its parts is missing, as comparisons are.
  bool needs_values = false;
  /// Of a comparison by `<`, `>`, …: units that give what must be less and what must be more.
  std::uint32_t less = kNoIndex, more = kNoIndex;
  /// Of kValue: a name for its only part.
  bool is_name = false;
  std::vector<ExplainNode> parts = {};

  bool is_condition() const { return kind != ExplainKind::kValue; }
};

/// Events that a rule takes: its `on`, or one step.
struct ExplainInput {
  std::string step;                   ///< name; empty for `on`
  std::string classes;                ///< as written
  std::optional<ExplainNode> filter;  ///< what looks at the event alone; nothing: it takes all
  std::optional<ExplainNode> where;   ///< of a step: what looks at steps before it
  std::vector<ExplainNode> keys;      ///< values, one per key
};

struct ExplainException {
  std::uint32_t exception = 0;  ///< into ProgramData::exceptions
  std::optional<ExplainNode> where;
};

struct ExplainPlan {
  std::string name;                  ///< of the rule; set by who asks
  std::uint32_t rule = kNoIndex;     ///< into ProgramData::rules
  std::vector<ExplainInput> inputs;  ///< as StateData::inputs; one for a rule without state
  std::optional<ExplainNode> when;
  std::vector<ExplainNode> score;  ///< the amounts
  std::vector<ExplainException> exceptions;
  std::vector<std::shared_ptr<const ast::Expr>> made;  ///< what stands in no rule; the compiler points to it

  /// Calls `visit` for every unit number in the plan, which may change it.
  void for_each_unit(const std::function<void(std::uint32_t&)>& visit);
};

/// Makes the trees of one rule.
class ExplainGenerator {
 public:
  using AddUnit = std::function<std::uint32_t(UnitDraft, Span)>;

  /// What is made goes to `plan` where it must stay.
  ExplainGenerator(const UnitContext& context, ExplainPlan& plan, AddUnit add)
      : context_(context), plan_(plan), add_(std::move(add)) {}

  ExplainNode condition(const ast::Expr& expr) { return condition(expr, {}); }
  ExplainNode value(const ast::Expr& expr) { return value(expr, {}); }
  /// That all of them hold; nothing when there are none.
  std::optional<ExplainNode> conditions(const std::vector<const ast::Expr*>& exprs);
  /// The condition of a step, split as the engine asks for it.
  ExplainInput step(const ast::Step& step, const std::vector<ast::NamedExpr>& each,
                    const std::function<bool(const ast::Expr&)>& reads_steps);
  /// `on … where`, under the keys of `each`.
  ExplainInput on(const ast::Rule& rule);

 private:
  using Calls = std::vector<const ast::Expr*>;

  ExplainNode condition(const ast::Expr& expr, const Calls& calls);
  ExplainNode value(const ast::Expr& expr, const Calls& calls);
  void test_parts(ExplainNode& node, const ast::Expr& expr, const Calls& calls);
  void add_value(ExplainNode& node, const ast::Expr& expr, const Calls& calls);
  void add_terms(ExplainNode& node, const ast::Expr& sum, const Calls& calls);
  void elements_of(ExplainNode& node, const ast::Expr& quantifier, const Calls& calls);
  /// kNoIndex for a unit that is too large: then a part goes without its answer.
  std::uint32_t unit(UnitDraft draft, const ast::Expr& expr);
  bool may_go_on(const Calls& calls) const;

  const UnitContext& context_;
  ExplainPlan& plan_;
  const AddUnit add_;
  std::size_t nodes_ = 0;
};

}  // namespace shrike
