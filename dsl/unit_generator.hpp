// Code for one expression: conditions become tests that branch, values go to registers. Used by codegen.cpp
// only. Read next: runtime/opcodes.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/ast.hpp"
#include "dsl/constant_pool.hpp"
#include "dsl/model.hpp"
#include "runtime/opcodes.hpp"
#include "runtime/program_data.hpp"

namespace shrike {

/// Where a name of a quantifier, comprehension or `def` parameter leads: a register, or the expression it
/// stands for.
struct Scope {
  const Scope* parent = nullptr;
  std::string_view name;
  Operand operand;                     ///< used when `alias` is null
  const ast::Expr* alias = nullptr;    ///< a name, literal or path that is read in its place
  const Scope* alias_scope = nullptr;  ///< scope in which `alias` is read
};

/// Slots of the program: fields first, then one per `let` that is used.
struct SlotTable {
  std::uint32_t of_field(std::uint32_t field) const { return field; }
  std::map<const ast::Let*, std::uint32_t> lets;
};

/// Where the lines of every file begin, so that a position is found without reading the text again.
class LineStarts {
 public:
  explicit LineStarts(const SourceFiles& files);
  PositionData position(Span span) const;

 private:
  std::vector<std::vector<std::uint32_t>> starts_;
};

/// What the expressions of a unit may refer to.
struct UnitContext {
  const Model& model;
  const LineStarts& lines;
  ConstantPool& pool;
  const SlotTable& slots;
  const std::vector<ast::Let>* lets = nullptr;  ///< of the enclosing rule or source
  std::function<std::uint64_t(std::uint32_t slot)>
      slot_cost;      ///< cost of computing a slot, for ordering conjuncts
  bool folds = true;  ///< false while folding itself generates code
  /// What only rules with state have: slots of the keys, of the parts of an alert, and the number of an
  /// aggregate.
  const std::vector<std::uint32_t>* key_slots = nullptr;
  std::array<std::uint32_t, 3> alert_slots{kNoIndex, kNoIndex, kNoIndex};
  std::function<std::uint32_t(const ast::Expr&)> aggregate = {};
};

/// The name at the root of a member chain.
const ast::Expr& root_of(const ast::Expr& expr);

/// A finished piece of code.
struct UnitDraft {
  std::vector<Instruction> code;
  std::vector<PositionData> positions;
  std::uint16_t registers = 0;
  std::uint32_t source = kNoIndex;
  bool too_large = false;  ///< a register, loop or argument limit was passed
};

/// The path that an expression reads from the record without any work: `raw`, a member of such, or a name for
/// one.
std::optional<std::vector<std::string>> static_path(const ast::Expr& expr, const Scope* scope,
                                                    const UnitContext& context);

/// The `let` an expression names, or null.
const ast::Let* let_of(const ast::Expr& expr, const UnitContext& context);

/// How many `def`s may stand inside each other once they are inlined.
inline constexpr unsigned kMaxDefDepth = 100;

class UnitGenerator {
 public:
  explicit UnitGenerator(const UnitContext& context) : context_(context) {}

  /// Calls of `def`s that lead to an expression inside of one, from the outside in.
  using Calls = std::span<const ast::Expr* const>;

  /// A condition that holds when `expr` does.
  UnitDraft condition(const ast::Expr& expr, Calls calls = {});
  /// A condition that holds when all of them do.
  UnitDraft conditions(const std::vector<const ast::Expr*>& exprs);
  /// A list of what the slots hold, missing ones kept.
  UnitDraft pack_slots(const std::vector<std::uint32_t>& slots);
  /// The value of `expr`, converted to `type` where it is json; `fallback` (may be null) stands in where it
  /// is missing.
  UnitDraft value(const ast::Expr* expr, const Type& type, const ast::Expr* fallback);
  /// The value of `expr` as it is where it stands.
  UnitDraft plain_value(const ast::Expr& expr, Calls calls);
  /// A list of all values, missing ones kept.
  UnitDraft pack(const std::vector<const ast::Expr*>& exprs);
  /// As pack(), or missing when the condition does not hold.
  UnitDraft pack_if(const std::vector<const ast::Expr*>& exprs, const ast::Expr* condition);
  /// The sum of the amounts that are not missing.
  UnitDraft sum(const std::vector<const ast::Expr*>& amounts);

 private:
  using Label = std::size_t;

  UnitDraft finish();
  Label new_label();
  void bind(Label label);
  void emit(Opcode opcode, std::uint8_t flags, std::uint16_t dst, std::uint32_t x, std::uint32_t y);
  void emit_jump(Opcode opcode, std::uint8_t flags, std::uint16_t dst, std::uint32_t x, std::uint32_t y,
                 Label label);
  std::uint16_t allocate();

  /// Jumps to `label` when `expr` is `jump_if`, else falls through.
  void branch(const ast::Expr& expr, const Scope* scope, bool jump_if, Label label);
  void branch_junction(const ast::Expr& expr, const Scope* scope, bool is_and, bool jump_if, Label label);
  void branch_compare(const ast::Expr& expr, const Scope* scope, bool jump_if, Label label);
  void branch_matches(const ast::Expr& expr, const Scope* scope, bool jump_if, Label label);
  void branch_quantifier(const ast::Expr& expr, const Scope* scope, bool jump_if, Label label);
  void branch_if(const ast::Expr& expr, const Scope* scope, bool jump_if, Label label);
  void branch_has(const ast::Expr& argument, const Scope* scope, bool jump_if, Label label);

  /// Where the value can be read; may emit code into fresh registers.
  Operand operand(const ast::Expr& expr, const Scope* scope);
  std::uint32_t slot_of(const ast::Expr& field) const;
  /// The constant that stands for an expression of constants.
  std::optional<Operand> folded(const ast::Expr& expr);
  /// The right side of a comparison: literal strings in folded form unless `cased`.
  Operand pattern_operand(const ast::Expr& expr, const Scope* scope, bool cased);
  void into(std::uint16_t dst, const ast::Expr& expr, const Scope* scope);
  void call_into(std::uint16_t dst, const ast::Expr& expr, const Scope* scope);
  void comprehension_into(std::uint16_t dst, const ast::Expr& expr, const Scope* scope);
  void boolean_into(std::uint16_t dst, const ast::Expr& expr, const Scope* scope);
  void cast(std::uint16_t dst, Operand from, const Type& type);
  std::uint16_t arguments(const std::vector<const ast::Expr*>& exprs, const Scope* scope);

  /// Runs `body` with the parameters of a `def` bound to the arguments of a call.
  template <class Body>
  void with_parameters(const ast::Expr& call, const Scope* scope, Body body);
  /// Runs `body` with the scope that the calls make.
  template <class Body>
  void inside(Calls calls, const Scope* scope, const Body& body);

  const UnitContext& context_;
  UnitDraft draft_;
  std::vector<std::pair<std::size_t, Label>> fixups_;  ///< instruction, label
  std::vector<std::uint32_t> labels_;                  ///< instruction index, kNoIndex while open
  std::vector<const ast::Expr*> places_;               ///< the innermost is the position of what is emitted
  std::uint32_t next_register_ = 0;
  unsigned loops_ = 0;
  unsigned builders_ = 0;
  unsigned def_depth_ = 0;  ///< `def`s whose bodies are being generated
};

// Fields of which it is known how rules use them.
inline constexpr std::string_view kOperationField = "operation";  ///< what most rules ask for first
inline constexpr std::string_view kOutcomeField = "outcome";  ///< most events have the one that rules ask for

/// Estimated cost of deciding a condition, and how likely it is to hold; used to order `and` and `or`.
struct Estimate {
  double cost = 1;
  double likely = 0.5;
};
Estimate estimate(const ast::Expr& expr, const UnitContext& context);

}  // namespace shrike
