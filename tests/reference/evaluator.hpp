// The reference evaluator: walks the checked syntax tree and does what the language manual says, word for
// word and slowly. The VM must agree with it on every rule and event.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dsl/model.hpp"
#include "tests/reference/reference_value.hpp"

namespace shrike::reference {

/// An event: a raw record read by a source, or fields of a class.
struct RefEvent {
  std::uint32_t event_class = 0;
  const SourceInfo* source = nullptr;  ///< null: `given` holds the fields
  RefValue raw;
  std::map<std::uint32_t, RefValue> given;
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

 private:
  /// Names in scope: loop variables and parameters of a `def`.
  using Names = std::map<std::string, RefValue>;
  struct Context {
    const std::vector<ast::Let>* lets;
    const RefEvent* event;
  };

  RefValue evaluate(const ast::Expr& expr, const Context& context, const Names& names);
  bool holds(const ast::Expr& expr, const Context& context, const Names& names);
  RefValue name_or_member(const ast::Expr& expr, const Context& context, const Names& names);
  RefValue call(const ast::Expr& expr, const Context& context, const Names& names);
  bool compare(const ast::Expr& expr, const Context& context, const Names& names);
  RefValue table_lookup(std::uint32_t table, const RefValue& key);
  RefValue list_value(const std::vector<ast::Literal>& literals);

  const Model& model_;
};

RefValue of_literal(const ast::Literal& literal);
/// The value if it holds the type (json converts implicitly), else missing; lists and maps lose what does not
/// fit.
RefValue converted(const RefValue& value, const Type& type);

}  // namespace shrike::reference
