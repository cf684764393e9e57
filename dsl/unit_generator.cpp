#include "dsl/unit_generator.hpp"

#include <algorithm>

#include "dsl/fold_constants.hpp"
#include "runtime/functions.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {

using ast::CompareOp;
using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

const Scope* find_local(const Scope* scope, std::string_view name) {
  while (scope != nullptr && scope->name != name) scope = scope->parent;
  return scope;
}

/// Whether reading the expression again costs nothing, so that it can stand for a parameter.
bool is_plain(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
    case ExprKind::kName:
      return true;
    case ExprKind::kMember:
      return expr.ref.kind != RefKind::kNone;
    default:
      return false;
  }
}

bool is_json(const Type& type) { return type.kind == TypeKind::kJson || type.element == TypeKind::kJson; }

bool needs_cast(const Type& from, const Type& to) {
  if (to.kind == TypeKind::kJson || to.kind == TypeKind::kNone) return false;
  if (from.kind == TypeKind::kInt && to.kind == TypeKind::kFloat) return true;
  return is_json(from) && !(from == to);
}

bool is_string_literal(const Expr& expr) {
  return expr.kind == ExprKind::kLiteral && std::holds_alternative<std::string>(expr.literal);
}

bool is_list_of_strings(const Expr& expr) {
  return expr.kind == ExprKind::kList && !expr.args.empty() &&
         std::all_of(expr.args.begin(), expr.args.end(),
                     [](const auto& item) { return is_string_literal(*item); });
}

bool is_list_of_literals(const Expr& expr) {
  return expr.kind == ExprKind::kList &&
         std::all_of(expr.args.begin(), expr.args.end(),
                     [](const auto& item) { return item->kind == ExprKind::kLiteral; });
}

constexpr Type kAnyList{TypeKind::kList, TypeKind::kNone, 0, false};

const std::string& text_of(const Expr& literal) { return std::get<std::string>(literal.literal); }

/// `x[*].y` reads the member of every element; so does a member of that.
bool is_starred(const Expr& expr) {
  if (expr.kind == ExprKind::kStar) return true;
  return expr.kind == ExprKind::kMember && expr.ref.kind == RefKind::kNone && is_starred(*expr.args[0]);
}

std::uint8_t jump_flag(bool jump_if) { return jump_if ? InstructionFlag::kJumpIfTrue : std::uint8_t{0}; }

std::uint32_t client_part(std::string_view name) {
  constexpr std::string_view kParts[] = {"family", "os", "device", "tool"};
  return static_cast<std::uint32_t>(std::find(std::begin(kParts), std::end(kParts), name) -
                                    std::begin(kParts));
}

}  // namespace

const Expr& root_of(const Expr& expr) {
  const Expr* at = &expr;
  while (at->kind == ExprKind::kMember) at = at->args[0].get();
  return *at;
}

const ast::Let* let_of(const Expr& expr, const UnitContext& context) {
  if (expr.ref.kind != RefKind::kLet || context.lets == nullptr) return nullptr;
  return &(*context.lets)[expr.ref.index];
}

std::optional<std::vector<std::string>> static_path(const Expr& expr, const Scope* scope,
                                                    const UnitContext& context) {
  if (expr.kind == ExprKind::kName) {
    if (expr.ref.kind == RefKind::kRaw) return std::vector<std::string>{};
    if (expr.ref.kind == RefKind::kLocal) {
      const Scope* local = find_local(scope, expr.name);
      if (local != nullptr && local->alias != nullptr)
        return static_path(*local->alias, local->alias_scope, context);
    }
    if (const ast::Let* let = let_of(expr, context)) return static_path(*let->value, nullptr, context);
    return std::nullopt;
  }
  if (expr.kind != ExprKind::kMember || expr.ref.kind != RefKind::kNone) return std::nullopt;
  auto path = static_path(*expr.args[0], scope, context);
  if (path) path->push_back(expr.name);
  return path;
}

LineStarts::LineStarts(const SourceFiles& files) {
  for (const SourceFile& file : files) {
    std::vector<std::uint32_t>& starts = starts_.emplace_back(1, 0U);
    for (std::size_t at = file.text.find('\n'); at != std::string::npos; at = file.text.find('\n', at + 1)) {
      starts.push_back(static_cast<std::uint32_t>(at + 1));
    }
  }
}

PositionData LineStarts::position(Span span) const {
  if (span.file >= starts_.size()) return {};
  const auto& starts = starts_[span.file];
  const auto after = std::upper_bound(starts.begin(), starts.end(), span.begin);
  const auto line = static_cast<std::uint32_t>(after - starts.begin());
  return {span.file, line, span.begin - *(after - 1) + 1};
}

// ---- emitting

UnitDraft UnitGenerator::condition(const Expr& expr, Calls calls) {
  const Label no = new_label();
  places_.push_back(&expr);
  inside(calls, nullptr, [&](const Scope* scope) { branch(expr, scope, false, no); });
  emit(Opcode::kReturnTrue, 0, 0, 0, 0);
  bind(no);
  emit(Opcode::kReturnFalse, 0, 0, 0, 0);
  return finish();
}

UnitDraft UnitGenerator::conditions(const std::vector<const Expr*>& exprs) {
  const Label no = new_label();
  for (const Expr* expr : exprs) {
    places_.push_back(expr);
    branch(*expr, nullptr, false, no);
  }
  emit(Opcode::kReturnTrue, 0, 0, 0, 0);
  bind(no);
  emit(Opcode::kReturnFalse, 0, 0, 0, 0);
  return finish();
}

UnitDraft UnitGenerator::pack_slots(const std::vector<std::uint32_t>& slots) {
  const std::uint16_t result = allocate();
  const auto first = static_cast<std::uint16_t>(next_register_);
  if (slots.size() > kMaxCount) draft_.too_large = true;
  for (const std::uint32_t slot : slots)
    emit(Opcode::kMove, 0, allocate(), Operand(OperandKind::kSlot, slot).bits(), 0);
  emit(Opcode::kPack, 0, result, static_cast<std::uint32_t>(slots.size()), first);
  emit(Opcode::kReturn, 0, 0, Operand(OperandKind::kRegister, result).bits(), 0);
  return finish();
}

UnitDraft UnitGenerator::value(const Expr* expr, const Type& type, const Expr* fallback) {
  const std::uint16_t result = allocate();
  const Label done = new_label();
  for (const Expr* alternative : {expr, fallback}) {
    if (alternative == nullptr) continue;
    places_.push_back(alternative);
    into(result, *alternative, nullptr);
    if (needs_cast(alternative->type, type)) cast(result, Operand(OperandKind::kRegister, result), type);
    if (alternative == expr && fallback != nullptr) {
      emit_jump(Opcode::kTestHas, InstructionFlag::kJumpIfTrue, 0,
                Operand(OperandKind::kRegister, result).bits(), 0, done);
    }
  }
  bind(done);
  emit(Opcode::kReturn, 0, 0, Operand(OperandKind::kRegister, result).bits(), 0);
  return finish();
}

UnitDraft UnitGenerator::plain_value(const Expr& expr, Calls calls) {
  const std::uint16_t result = allocate();
  places_.push_back(&expr);
  inside(calls, nullptr, [&](const Scope* scope) { into(result, expr, scope); });
  emit(Opcode::kReturn, 0, 0, Operand(OperandKind::kRegister, result).bits(), 0);
  return finish();
}

UnitDraft UnitGenerator::pack(const std::vector<const Expr*>& exprs) { return pack_if(exprs, nullptr); }

UnitDraft UnitGenerator::pack_if(const std::vector<const Expr*>& exprs, const Expr* condition) {
  const std::uint16_t result = allocate();
  const Label no = new_label();
  if (condition != nullptr) {
    places_.push_back(condition);
    branch(*condition, nullptr, false, no);
  }
  const std::uint16_t first = arguments(exprs, nullptr);
  emit(Opcode::kPack, 0, result, static_cast<std::uint32_t>(exprs.size()), first);
  emit(Opcode::kReturn, 0, 0, Operand(OperandKind::kRegister, result).bits(), 0);
  if (condition != nullptr) {
    bind(no);
    emit(Opcode::kReturn, 0, 0, Operand(OperandKind::kConst, context_.pool.missing()).bits(), 0);
  }
  return finish();
}

UnitDraft UnitGenerator::sum(const std::vector<const Expr*>& amounts) {
  const std::uint16_t total = allocate();
  // A float sum cannot overflow, so a huge amount ends as a clamped score, not as none.
  emit(Opcode::kMove, 0, total, Operand(OperandKind::kConst, context_.pool.literal(0.0)).bits(), 0);
  for (const Expr* amount : amounts) {
    places_.push_back(amount);
    const std::uint32_t mark = next_register_;
    emit(Opcode::kAddPresent, 0, total, operand(*amount, nullptr).bits(), 0);
    next_register_ = mark;
  }
  emit(Opcode::kReturn, 0, 0, Operand(OperandKind::kRegister, total).bits(), 0);
  return finish();
}

UnitDraft UnitGenerator::finish() {
  for (const auto& [instruction, label] : fixups_) draft_.code[instruction].target = labels_[label];
  fixups_.clear();
  labels_.clear();
  places_.clear();
  next_register_ = 0;
  UnitDraft done = std::move(draft_);
  draft_ = {};
  return done;
}

UnitGenerator::Label UnitGenerator::new_label() {
  labels_.push_back(kNoIndex);
  return labels_.size() - 1;
}

void UnitGenerator::bind(Label label) { labels_[label] = static_cast<std::uint32_t>(draft_.code.size()); }

void UnitGenerator::emit(Opcode opcode, std::uint8_t flags, std::uint16_t dst, std::uint32_t x,
                         std::uint32_t y) {
  draft_.code.push_back({opcode, flags, dst, x, y, 0});
  draft_.positions.push_back(places_.empty() ? PositionData{}
                                             : context_.lines.position(places_.back()->span));
}

void UnitGenerator::emit_jump(Opcode opcode, std::uint8_t flags, std::uint16_t dst, std::uint32_t x,
                              std::uint32_t y, Label label) {
  fixups_.emplace_back(draft_.code.size(), label);
  emit(opcode, flags, dst, x, y);
}

std::uint16_t UnitGenerator::allocate() {
  if (next_register_ + 1 >= kMaxRegisters) {
    draft_.too_large = true;
    return 0;
  }
  const auto result = static_cast<std::uint16_t>(next_register_++);
  draft_.registers = std::max<std::uint16_t>(draft_.registers, static_cast<std::uint16_t>(next_register_));
  return result;
}

// ---- conditions

void UnitGenerator::branch(const Expr& expr, const Scope* scope, bool jump_if, Label label) {
  if (context_.folds && is_foldable(expr)) {
    if (const auto holds = fold_condition(expr, context_)) {
      if (*holds == jump_if) emit_jump(Opcode::kJump, 0, 0, 0, 0, label);
      return;
    }
  }
  const std::uint32_t mark = next_register_;
  places_.push_back(&expr);
  switch (expr.kind) {
    case ExprKind::kAnd:
      branch_junction(expr, scope, true, jump_if, label);
      break;
    case ExprKind::kOr:
      branch_junction(expr, scope, false, jump_if, label);
      break;
    case ExprKind::kNot:
      branch(*expr.args[0], scope, !jump_if, label);
      break;
    case ExprKind::kCompare:
      branch_compare(expr, scope, jump_if, label);
      break;
    case ExprKind::kHas:
      branch_has(*expr.args[0], scope, jump_if, label);
      break;
    case ExprKind::kMissing:
      branch_has(*expr.args[0], scope, !jump_if, label);
      break;
    case ExprKind::kQuantifier:
      branch_quantifier(expr, scope, jump_if, label);
      break;
    case ExprKind::kIf:
      branch_if(expr, scope, jump_if, label);
      break;
    case ExprKind::kLiteral: {
      const bool* constant = std::get_if<bool>(&expr.literal);
      if ((constant != nullptr && *constant) == jump_if) emit_jump(Opcode::kJump, 0, 0, 0, 0, label);
      break;
    }
    case ExprKind::kCall:
      if (expr.ref.kind == RefKind::kDef) {
        with_parameters(expr, scope,
                        [&](const Expr& body, const Scope* inner) { branch(body, inner, jump_if, label); });
        break;
      }
      [[fallthrough]];
    default:
      emit_jump(Opcode::kTestTrue, jump_flag(jump_if), 0, operand(expr, scope).bits(), 0, label);
  }
  places_.pop_back();
  next_register_ = mark;
}

void UnitGenerator::branch_junction(const Expr& expr, const Scope* scope, bool is_and, bool jump_if,
                                    Label label) {
  // Conditions have no effects and missing values are plain falsehoods, so the order is free: what is cheap
  // and decides most comes first.
  std::vector<std::pair<double, const Expr*>> parts;
  for (const auto& part : expr.args) {
    const Estimate guess = estimate(*part, context_);
    const double decides = is_and ? 1 - guess.likely : guess.likely;
    parts.emplace_back(guess.cost / std::max(decides, 0.01), part.get());
  }
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second->span.begin) < std::pair(b.first, b.second->span.begin);
  });
  // Of `a and b`: any false part decides. Jumping on that outcome needs no more than a chain of tests.
  if (jump_if != is_and) {
    for (const auto& part : parts) branch(*part.second, scope, jump_if, label);
    return;
  }
  const Label decided = new_label();
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) branch(*parts[i].second, scope, !jump_if, decided);
  branch(*parts.back().second, scope, jump_if, label);
  bind(decided);
}

void UnitGenerator::branch_has(const Expr& argument, const Scope* scope, bool jump_if, Label label) {
  if (auto path = static_path(argument, scope, context_); path && !path->empty()) {
    emit_jump(Opcode::kTestRaw, jump_flag(jump_if), 0, context_.pool.path(*path), 0, label);
    return;
  }
  emit_jump(Opcode::kTestHas, jump_flag(jump_if), 0, operand(argument, scope).bits(), 0, label);
}

void UnitGenerator::branch_compare(const Expr& expr, const Scope* scope, bool jump_if, Label label) {
  const Expr& left = *expr.args[0];
  const Expr& right = *expr.args[1];
  const bool cased = expr.cased || left.type.cased || right.type.cased;
  std::uint8_t flags = jump_flag(jump_if);
  if (cased) flags |= InstructionFlag::kCased;
  if (expr.all) flags |= InstructionFlag::kAll;

  const auto test = [&](Opcode opcode, std::uint16_t dst, Operand x, Operand y) {
    emit_jump(opcode, flags, dst, x.bits(), y.bits(), label);
  };
  switch (expr.compare) {
    case CompareOp::kMatches:
      branch_matches(expr, scope, jump_if, label);
      return;
    case CompareOp::kEqual:
    case CompareOp::kIn: {
      const bool is_equal = expr.compare == CompareOp::kEqual;
      const bool is_text = is_equal ? is_string_literal(right) : is_list_of_strings(right);
      if (is_text && !cased) {
        const Operand x = operand(left, scope);
        if (x.kind() == OperandKind::kSlot) {
          const std::uint32_t y =
              is_equal ? context_.pool.folded(text_of(right)) : pattern_operand(right, scope, false).index();
          emit_jump(is_equal ? Opcode::kTestIs : Opcode::kTestIsOne, flags, 0, x.index(), y, label);
          return;
        }
        test(is_equal ? Opcode::kTestEqual : Opcode::kTestIn, 0, x, pattern_operand(right, scope, false));
        return;
      }
      const Operand x = operand(left, scope);
      test(is_equal ? Opcode::kTestEqual : Opcode::kTestIn, 0, x, pattern_operand(right, scope, cased));
      return;
    }
    case CompareOp::kNotEqual:
    case CompareOp::kNotIn: {
      const Operand x = operand(left, scope);
      const Label not_held = new_label();
      if (expr.compare == CompareOp::kNotIn && left.type.kind == TypeKind::kJson && right.type.is_list() &&
          right.type.element != TypeKind::kJson) {
        // A json that does not hold the elements' type counts as missing, so it is not "not in" either.
        // Numbers are one type here.
        const std::uint16_t held = allocate();
        const bool is_number = right.type.element == TypeKind::kInt || right.type.element == TypeKind::kFloat;
        cast(held, x, Type{is_number ? TypeKind::kFloat : right.type.element, TypeKind::kNone, 0, false});
        emit_jump(Opcode::kTestHas, 0, 0, Operand(OperandKind::kRegister, held).bits(), 0,
                  jump_if ? not_held : label);
      }
      test(expr.compare == CompareOp::kNotEqual ? Opcode::kTestDiffer : Opcode::kTestNotIn, 0, x,
           pattern_operand(right, scope, cased));
      bind(not_held);
      return;
    }
    case CompareOp::kLess:
    case CompareOp::kLessEqual:
    case CompareOp::kGreater:
    case CompareOp::kGreaterEqual: {
      const auto order =
          static_cast<std::uint16_t>(static_cast<int>(expr.compare) - static_cast<int>(CompareOp::kLess));
      const Operand x = operand(left, scope);
      test(Opcode::kTestOrder, order, x, operand(right, scope));
      return;
    }
    case CompareOp::kContains:
    case CompareOp::kStarts:
    case CompareOp::kEnds:
    case CompareOp::kLike: {
      const auto op =
          static_cast<std::uint16_t>(static_cast<int>(expr.compare) - static_cast<int>(CompareOp::kContains));
      const Operand x = operand(left, scope);
      test(Opcode::kTestText, op, x, pattern_operand(right, scope, cased));
      return;
    }
  }
}

void UnitGenerator::branch_matches(const Expr& expr, const Scope* scope, bool jump_if, Label label) {
  const Expr& right = *expr.args[1];
  std::vector<const Expr*> patterns;
  if (right.kind == ExprKind::kList) {
    for (const auto& item : right.args) patterns.push_back(item.get());
  } else {
    patterns.push_back(&right);
  }
  const bool cased = expr.cased || expr.args[0]->type.cased;
  const Operand x = operand(*expr.args[0], scope);
  const auto test = [&](const Expr& pattern, bool when, Label to) {
    const auto* regex = std::get_if<ast::Regex>(&pattern.literal);
    const std::string& text = regex != nullptr ? regex->pattern : text_of(pattern);
    emit_jump(Opcode::kTestMatches, jump_flag(when), 0, x.bits(), context_.pool.regex(text, cased), to);
  };
  if (jump_if != expr.all) {
    for (const Expr* pattern : patterns) test(*pattern, jump_if, label);
    return;
  }
  const Label decided = new_label();
  for (std::size_t i = 0; i + 1 < patterns.size(); ++i) test(*patterns[i], !jump_if, decided);
  if (patterns.empty()) {
    emit_jump(Opcode::kJump, 0, 0, 0, 0, label);
  } else {
    test(*patterns.back(), jump_if, label);
  }
  bind(decided);
}

void UnitGenerator::branch_quantifier(const Expr& expr, const Scope* scope, bool jump_if, Label label) {
  if (loops_ >= kMaxLoops) {
    draft_.too_large = true;
    return;
  }
  const std::uint16_t list = allocate();
  const Operand list_operand(OperandKind::kRegister, list);
  into(list, *expr.args[0], scope);
  if (is_json(expr.args[0]->type)) cast(list, list_operand, kAnyList);
  const std::uint16_t variable = allocate();
  const Scope inner{scope, expr.name, Operand(OperandKind::kRegister, variable)};
  const std::uint32_t loop = loops_++;

  // `any` is decided by a body that holds, `all` by one that does not; a list that runs out decides the other
  // way, and a missing list is false for both.
  const Label decided = new_label();
  const Label exhausted = new_label();
  const Label done = new_label();
  const bool decided_value = !expr.all;
  if (expr.all) {
    emit_jump(Opcode::kTestHas, 0, 0, list_operand.bits(), 0, decided);
  }
  emit_jump(Opcode::kLoop, 0, variable, list_operand.bits(), loop, exhausted);
  const Label body = new_label();
  bind(body);
  branch(*expr.args[1], &inner, decided_value, decided);
  emit_jump(Opcode::kNext, 0, variable, 0, loop, body);
  bind(exhausted);
  emit_jump(Opcode::kJump, 0, 0, 0, 0, jump_if == !decided_value ? label : done);
  bind(decided);
  if (jump_if == decided_value) emit_jump(Opcode::kJump, 0, 0, 0, 0, label);
  bind(done);
  --loops_;
}

void UnitGenerator::branch_if(const Expr& expr, const Scope* scope, bool jump_if, Label label) {
  const Label otherwise = new_label();
  const Label done = new_label();
  branch(*expr.args[1], scope, false, otherwise);
  branch(*expr.args[0], scope, jump_if, label);
  emit_jump(Opcode::kJump, 0, 0, 0, 0, done);
  bind(otherwise);
  if (expr.args.size() > 2) {
    branch(*expr.args[2], scope, jump_if, label);
  } else if (!jump_if) {
    emit_jump(Opcode::kJump, 0, 0, 0, 0, label);
  }
  bind(done);
}

// ---- values

Operand UnitGenerator::operand(const Expr& expr, const Scope* scope) {
  if (auto path = static_path(expr, scope, context_)) return {OperandKind::kRaw, context_.pool.path(*path)};
  switch (expr.ref.kind) {
    case RefKind::kField:
    case RefKind::kAlert: {
      const Expr& root = root_of(expr);
      if (&root != &expr && root.ref.kind == RefKind::kThis) return {OperandKind::kThis, slot_of(expr)};
      if (&root != &expr && root.ref.kind == RefKind::kStep)
        return {OperandKind::kStep, (root.ref.index << kStepShift) | slot_of(expr)};
      return {OperandKind::kSlot, slot_of(expr)};
    }
    case RefKind::kKey:
      return {OperandKind::kSlot, (*context_.key_slots)[expr.ref.index]};
    case RefKind::kParam:
      return {OperandKind::kParam, expr.ref.index};
    case RefKind::kList:
      return {OperandKind::kList, expr.ref.index};
    case RefKind::kTable:
      if (expr.kind == ExprKind::kName) return {OperandKind::kTable, expr.ref.index};
      break;
    case RefKind::kClass:
      return {OperandKind::kSpecial, static_cast<std::uint32_t>(Special::kClassName)};
    case RefKind::kLet:
      return {OperandKind::kSlot, context_.slots.lets.at(let_of(expr, context_))};
    case RefKind::kLocal: {
      const Scope* local = find_local(scope, expr.name);
      if (local == nullptr) break;
      return local->alias != nullptr ? operand(*local->alias, local->alias_scope) : local->operand;
    }
    default:
      break;
  }
  if (expr.kind == ExprKind::kLiteral) return {OperandKind::kConst, context_.pool.literal(expr.literal)};
  if (is_list_of_literals(expr)) {
    std::vector<ast::Literal> literals;
    for (const auto& item : expr.args) literals.push_back(item->literal);
    return {OperandKind::kConst, context_.pool.list_of(literals)};
  }
  if (const auto constant = folded(expr)) return *constant;
  const std::uint16_t result = allocate();
  into(result, expr, scope);
  return {OperandKind::kRegister, result};
}

std::uint32_t UnitGenerator::slot_of(const Expr& field) const {
  return field.ref.kind == RefKind::kAlert ? context_.alert_slots[field.ref.index]
                                           : context_.slots.of_field(field.ref.index);
}

std::optional<Operand> UnitGenerator::folded(const Expr& expr) {
  if (!context_.folds || !is_foldable(expr)) return std::nullopt;
  const auto constant = fold(expr, context_);
  if (!constant) return std::nullopt;
  return Operand(OperandKind::kConst, *constant);
}

Operand UnitGenerator::pattern_operand(const Expr& expr, const Scope* scope, bool cased) {
  if (!cased && is_string_literal(expr)) return {OperandKind::kConst, context_.pool.folded(text_of(expr))};
  if (!cased && is_list_of_strings(expr)) {
    std::vector<std::uint32_t> items;
    for (const auto& item : expr.args) items.push_back(context_.pool.folded(text_of(*item)));
    return {OperandKind::kConst, context_.pool.list(std::move(items))};
  }
  return operand(expr, scope);
}

void UnitGenerator::into(std::uint16_t dst, const Expr& expr, const Scope* scope) {
  const std::uint32_t mark = next_register_;
  places_.push_back(&expr);
  const auto copy = [&](Operand from) { emit(Opcode::kMove, 0, dst, from.bits(), 0); };
  const auto unary = [&](Opcode opcode, std::uint32_t y) {
    emit(opcode, 0, dst, operand(*expr.args[0], scope).bits(), y);
  };

  if (expr.ref.kind != RefKind::kNone && expr.kind != ExprKind::kCall) {
    copy(operand(expr, scope));
  } else if (static_path(expr, scope, context_) || is_list_of_literals(expr)) {
    copy(operand(expr, scope));
  } else if (const auto constant = folded(expr)) {
    copy(*constant);
  } else {
    switch (expr.kind) {
      case ExprKind::kLiteral:
      case ExprKind::kName:
        copy(operand(expr, scope));
        break;
      case ExprKind::kMember:
        if (expr.args[0]->type.kind == TypeKind::kClient) {
          unary(Opcode::kClientPart, client_part(expr.name));
        } else {
          unary(is_starred(*expr.args[0]) ? Opcode::kMembers : Opcode::kMember,
                context_.pool.string(expr.name));
        }
        break;
      case ExprKind::kStar:
        unary(Opcode::kStar, 0);
        break;
      case ExprKind::kIndex:
        if (expr.args[0]->ref.kind == RefKind::kTable) {
          emit(Opcode::kLookup, 0, dst, operand(*expr.args[1], scope).bits(), expr.args[0]->ref.index);
        } else {
          const Operand x = operand(*expr.args[0], scope);
          emit(Opcode::kIndex, 0, dst, x.bits(), operand(*expr.args[1], scope).bits());
        }
        break;
      case ExprKind::kCall:
        call_into(dst, expr, scope);
        break;
      case ExprKind::kList: {
        std::vector<const Expr*> items;
        for (const auto& item : expr.args) items.push_back(item.get());
        const std::uint16_t first = arguments(items, scope);
        emit(Opcode::kList, 0, dst, static_cast<std::uint32_t>(items.size()), first);
        break;
      }
      case ExprKind::kComprehension:
        comprehension_into(dst, expr, scope);
        break;
      case ExprKind::kAggregate:
        emit(Opcode::kAggregate, 0, dst, context_.aggregate(expr), 0);
        break;
      case ExprKind::kNegate:
        unary(Opcode::kNegate, 0);
        break;
      case ExprKind::kArithmetic: {
        const Operand x = operand(*expr.args[0], scope);
        const Operand y = operand(*expr.args[1], scope);
        const Opcode opcode = expr.op == '+'   ? Opcode::kAdd
                              : expr.op == '-' ? Opcode::kSubtract
                              : expr.op == '*' ? Opcode::kMultiply
                              : expr.op == '/' ? Opcode::kDivide
                                               : Opcode::kModulo;
        emit(opcode, 0, dst, x.bits(), y.bits());
        break;
      }
      case ExprKind::kCoalesce: {
        const Label done = new_label();
        into(dst, *expr.args[0], scope);
        // A json that does not hold the type of the other side counts as missing.
        if (needs_cast(expr.args[0]->type, expr.type))
          cast(dst, Operand(OperandKind::kRegister, dst), expr.type);
        emit_jump(Opcode::kTestHas, InstructionFlag::kJumpIfTrue, 0,
                  Operand(OperandKind::kRegister, dst).bits(), 0, done);
        into(dst, *expr.args[1], scope);
        bind(done);
        break;
      }
      case ExprKind::kIf: {
        const Label otherwise = new_label();
        const Label done = new_label();
        branch(*expr.args[1], scope, false, otherwise);
        into(dst, *expr.args[0], scope);
        emit_jump(Opcode::kJump, 0, 0, 0, 0, done);
        bind(otherwise);
        if (expr.args.size() > 2) {
          into(dst, *expr.args[2], scope);
        } else {
          copy({OperandKind::kConst, context_.pool.missing()});
        }
        bind(done);
        break;
      }
      default:
        boolean_into(dst, expr, scope);
    }
  }
  places_.pop_back();
  next_register_ = mark;
}

void UnitGenerator::boolean_into(std::uint16_t dst, const Expr& expr, const Scope* scope) {
  const Label no = new_label();
  const Label done = new_label();
  branch(expr, scope, false, no);
  emit(Opcode::kMove, 0, dst, Operand(OperandKind::kConst, context_.pool.boolean(true)).bits(), 0);
  emit_jump(Opcode::kJump, 0, 0, 0, 0, done);
  bind(no);
  emit(Opcode::kMove, 0, dst, Operand(OperandKind::kConst, context_.pool.boolean(false)).bits(), 0);
  bind(done);
}

std::uint16_t UnitGenerator::arguments(const std::vector<const Expr*>& exprs, const Scope* scope) {
  if (exprs.size() > kMaxCount) {
    draft_.too_large = true;
    return 0;
  }
  const auto first = static_cast<std::uint16_t>(next_register_);
  for (std::size_t i = 0; i < exprs.size(); ++i) allocate();
  if (draft_.too_large) return 0;
  for (std::size_t i = 0; i < exprs.size(); ++i)
    into(static_cast<std::uint16_t>(first + i), *exprs[i], scope);
  return first;
}

void UnitGenerator::call_into(std::uint16_t dst, const Expr& expr, const Scope* scope) {
  if (expr.ref.kind == RefKind::kDef) {
    const Type& result = context_.model.defs[expr.ref.index].result;
    with_parameters(expr, scope, [&](const Expr& body, const Scope* inner) {
      into(dst, body, inner);
      if (needs_cast(body.type, result)) cast(dst, Operand(OperandKind::kRegister, dst), result);
    });
    return;
  }
  const FunctionRow& row = functions()[expr.ref.index];
  const Signature signature = signature_of(row);
  if (signature.parameter_count == 1) {
    const Operand argument = operand(*expr.args[0], scope);
    emit(Opcode::kCallOne, 0, dst, context_.pool.function(row.signature), argument.bits());
    return;
  }
  std::vector<const Expr*> given;
  for (const auto& argument : expr.args) given.push_back(argument.get());
  const std::uint16_t first = arguments(given, scope);
  for (std::size_t i = given.size(); i < signature.parameter_count; ++i) {
    emit(Opcode::kMove, 0, allocate(), Operand(OperandKind::kConst, context_.pool.missing()).bits(), 0);
  }
  emit(Opcode::kCall, 0, dst, context_.pool.function(row.signature), first);
  draft_.code.back().target = signature.parameter_count;
}

void UnitGenerator::comprehension_into(std::uint16_t dst, const Expr& expr, const Scope* scope) {
  if (loops_ >= kMaxLoops || builders_ >= kMaxBuilders) {
    draft_.too_large = true;
    return;
  }
  const std::uint16_t list = allocate();
  const Operand list_operand(OperandKind::kRegister, list);
  into(list, *expr.args[1], scope);
  if (is_json(expr.args[1]->type)) cast(list, list_operand, kAnyList);
  const std::uint16_t variable = allocate();
  const Scope inner{scope, expr.name, Operand(OperandKind::kRegister, variable)};
  const std::uint32_t loop = loops_++;
  const std::uint32_t builder = builders_++;
  const Label skip = new_label();
  const Label exhausted = new_label();
  const Label done = new_label();
  const Label body = new_label();
  // Nothing is known of what a missing list would have given.
  emit(Opcode::kMove, 0, dst, Operand(OperandKind::kConst, context_.pool.missing()).bits(), 0);
  emit_jump(Opcode::kTestHas, 0, 0, list_operand.bits(), 0, done);
  emit(Opcode::kBuild, 0, 0, builder, 0);
  emit_jump(Opcode::kLoop, 0, variable, list_operand.bits(), loop, exhausted);
  bind(body);
  if (expr.where) branch(*expr.where, &inner, false, skip);
  emit(Opcode::kAppend, 0, 0, builder, operand(*expr.args[0], &inner).bits());
  bind(skip);
  emit_jump(Opcode::kNext, 0, variable, 0, loop, body);
  bind(exhausted);
  emit(Opcode::kBuilt, 0, dst, builder, 0);
  bind(done);
  --loops_;
  --builders_;
}

void UnitGenerator::cast(std::uint16_t dst, Operand from, const Type& type) {
  emit(Opcode::kCast, 0, dst, from.bits(), packed_type(type));
}

template <class Body>
void UnitGenerator::with_parameters(const Expr& call, const Scope* scope, Body body) {
  // A chain of `def`s is followed on the stack, here and by static_path().
  if (def_depth_ >= kMaxDefDepth) {
    draft_.too_large = true;
    return;
  }
  ++def_depth_;
  const DefInfo& def = context_.model.defs[call.ref.index];
  std::vector<Scope> scopes(call.args.size());
  const Scope* parent = nullptr;  // a body sees its parameters only
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    const Expr& argument = *call.args[i];
    scopes[i].parent = parent;
    scopes[i].name = def.decl->parameters[i].name.text;
    const bool convert = needs_cast(argument.type, def.parameters[i]);
    if (!convert && (is_plain(argument) || static_path(argument, scope, context_))) {
      scopes[i].alias = &argument;
      scopes[i].alias_scope = scope;
    } else {
      const std::uint16_t value = allocate();
      into(value, argument, scope);
      scopes[i].operand = Operand(OperandKind::kRegister, value);
      if (convert) cast(value, scopes[i].operand, def.parameters[i]);
    }
    parent = &scopes[i];
  }
  body(*def.decl->body, parent);
  --def_depth_;
}

template <class Body>
void UnitGenerator::inside(Calls calls, const Scope* scope, const Body& body) {
  if (calls.empty()) {
    body(scope);
    return;
  }
  with_parameters(*calls[0], scope,
                  [&](const Expr&, const Scope* inner) { this->inside(calls.subspan(1), inner, body); });
}

}  // namespace shrike
