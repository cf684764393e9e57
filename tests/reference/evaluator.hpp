// The reference evaluator: walks the checked syntax tree and does what the language manual says, word for
// word and slowly. The VM must agree with it on every rule and event. Aggregates are in aggregates.cpp; which
// events are kept and which matches there are is the business of state_matcher.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dsl/model.hpp"
#include "shrike/program.hpp"
#include "tests/reference/reference_value.hpp"

namespace shrike::reference {

/// An event: a raw record read by a source, or fields of a class.
struct RefEvent {
  std::uint32_t event_class = 0;
  const SourceInfo* source = nullptr;  ///< null: `given` holds the fields
  RefValue raw;
  std::map<std::uint32_t, RefValue> given;
};

/// What rules look at: an event, or an alert with the event that made its rule fire.
struct Seen {
  const RefEvent* event = nullptr;
  std::int64_t time = 0;  ///< of the event or of the alert
  std::string tenant, event_class, id;
  // Of alerts:
  std::string rule;  ///< empty: an event
  std::vector<std::string> key;
  Severity severity = Severity::kInfo;
  int score = 0;
};

/// All that an expression may look at besides constants.
struct Scene {
  const std::vector<ast::Let>* lets = nullptr;
  const Seen* now = nullptr;                    ///< whose fields bare names are; null after the steps
  std::vector<RefValue> keys;                   ///< of the rule's `each`
  std::vector<std::vector<const Seen*>> steps;  ///< by step: what stands for it, in event order
  const Seen* newest = nullptr;                 ///< e, which aggregates look back from; `this`
  std::vector<const Seen*> kept;                ///< the kept events, in event order, e last
  std::vector<const Seen*> of_key;              ///< the same without regard to `within`
  std::int64_t within = 0;                      ///< nanoseconds
  std::int64_t watched_since = 0;
};

class Evaluator {
 public:
  explicit Evaluator(const Model& model) : model_(model) {}

  /// Whether the `on … where` of a rule holds for the event (its class is not looked at).
  bool fires(const RuleInfo& rule, const RefEvent& event);
  /// A field: what the source gives, else the class's default.
  RefValue field(std::uint32_t field, const RefEvent& event);
  /// The value of an expression of a rule.
  RefValue value(const ast::Expr& expr, const RuleInfo& rule, const RefEvent& event);
  bool accepts(const SourceInfo& source, const RefValue& raw);

  /// A field as the source gives it, without the class's default.
  RefValue given(std::uint32_t field, const RefEvent& event);
  RefValue value(const ast::Expr& expr, const Scene& scene) { return evaluate(expr, scene, {}); }
  bool holds(const ast::Expr& expr, const Scene& scene) { return holds(expr, scene, {}); }
  /// A duration or number that is a literal or the name of a parameter.
  std::int64_t constant(const ast::Expr& expr) { return evaluate(expr, {}, {}).integer; }

 private:
  /// Names in scope: loop variables and parameters of a `def`.
  using Names = std::map<std::string, RefValue>;

  RefValue evaluate(const ast::Expr& expr, const Scene& scene, const Names& names);
  bool holds(const ast::Expr& expr, const Scene& scene, const Names& names);
  RefValue name_or_member(const ast::Expr& expr, const Scene& scene, const Names& names);
  RefValue field_or_alert_part(const ast::Expr& expr, const Scene& scene);
  RefValue call(const ast::Expr& expr, const Scene& scene, const Names& names);
  RefValue aggregate(const ast::Expr& expr, const Scene& scene, const Names& names);
  bool compare(const ast::Expr& expr, const Scene& scene, const Names& names);
  RefValue table_lookup(std::uint32_t table, const RefValue& key);
  RefValue list_value(const std::vector<ast::Literal>& literals);

  const Model& model_;
};

RefValue of_literal(const ast::Literal& literal);
/// -1, 0, 1, or 2 where the two have no order.
int order_of(const RefValue& a, const RefValue& b, bool cased);
/// The value if it holds the type (json converts implicitly), else missing; lists and maps lose what does not
/// fit.
RefValue converted(const RefValue& value, const Type& type);

}  // namespace shrike::reference
