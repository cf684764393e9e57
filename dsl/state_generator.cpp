#include "dsl/state_generator.hpp"

#include <algorithm>
#include <utility>

#include "dsl/formatter.hpp"
#include "dsl/guards.hpp"
#include "runtime/aggregate_table.hpp"
#include "runtime/digest.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

bool reads_newest(const Expr& expr) {
  bool found = false;
  walk(expr, [&](const Expr& part) { found = found || part.ref.kind == RefKind::kThis; });
  return found;
}

bool is_cased(const Expr& expr) { return expr.type.cased; }

/// Whether an expression in an aggregate reads the newest event and nothing of the kept one.
bool is_of_newest(const Expr& expr) {
  if (expr.kind == ExprKind::kMember && root_of(expr).ref.kind == RefKind::kThis) return true;
  if (expr.kind != ExprKind::kArithmetic && expr.kind != ExprKind::kNegate)
    return expr.kind == ExprKind::kLiteral || expr.ref.kind == RefKind::kParam;
  return std::all_of(expr.args.begin(), expr.args.end(),
                     [](const ast::ExprPtr& part) { return is_of_newest(*part); });
}

}  // namespace

std::vector<std::string_view> rules_read(const ast::Rule& rule) {
  std::vector<std::string_view> names;
  const auto add = [&](const std::vector<ast::ClassRef>& refs) {
    for (const ast::ClassRef& ref : refs) {
      if (ref.alert) names.push_back(ref.name.text);
    }
  };
  add(rule.on);
  for (const ast::Step& step : rule.steps) add(step.classes);
  return names;
}

DurationData duration_of(const Expr* expr) {
  DurationData data;
  if (expr == nullptr) return data;
  if (expr->ref.kind == RefKind::kParam) data.param = expr->ref.index;
  if (const auto* duration = std::get_if<ast::Duration>(&expr->literal); duration != nullptr)
    data.nanoseconds = duration->nanoseconds;
  return data;
}

StateGenerator::StateGenerator(const UnitContext& context, const ast::Rule& rule, ProgramData& out,
                               std::uint32_t number, std::uint32_t rule_number, AddUnit add)
    : context_(context), rule_(rule), out_(out), number_(number), add_(std::move(add)) {
  data_.rule = rule_number;
  data_.within = duration_of(rule.within.get());
  for (std::size_t i = 0; i < rule.each.size(); ++i) {
    const ast::NamedExpr& key = rule.each[i];
    std::string name = key.name ? key.name->text : std::string();
    if (name.empty() && key.expr->ref.kind == RefKind::kField)
      name = context.model.fields[key.expr->ref.index].name;
    if (name.empty() && (key.expr->kind == ExprKind::kName || key.expr->kind == ExprKind::kMember)) {
      for (const Expr* at = key.expr.get();; at = at->args[0].get()) {
        name = name.empty() ? at->name : at->name + "." + name;
        if (at->kind != ExprKind::kMember) break;
      }
    }
    if (name.empty()) name = "key" + std::to_string(i + 1);
    data_.key_slots.push_back(static_cast<std::uint32_t>(out.slots.size()));
    out.slots.push_back({rule.name.text + "." + name, {}});
    data_.key_names.push_back(std::move(name));
    data_.key_cased.push_back(is_cased(*key.expr) ? 1 : 0);
  }
  context_.key_slots = &data_.key_slots;
  context_.aggregate = [this](const Expr& expr) { return aggregate(expr); };
}

std::uint32_t StateGenerator::own_keys() {
  return add_(UnitGenerator(context_).pack_slots(data_.key_slots), rule_.name.span);
}

// ---- inputs

bool StateGenerator::reads_step(const Expr& expr, std::uint32_t step) const {
  bool found = false;
  walk(expr, [&](const Expr& part) {
    if (found) return;
    if (part.ref.kind == RefKind::kStep) found = step == kNoIndex || part.ref.index == step;
    if (part.ref.kind == RefKind::kKey) found = found || step == kNoIndex;
    if (const ast::Let* let = let_of(part, context_); let != nullptr) found = reads_step(*let->value, step);
  });
  return found;
}

InputData StateGenerator::input_of(const std::vector<ast::ClassRef>& refs,
                                   const std::vector<const Expr*>& conditions,
                                   const std::map<std::uint32_t, std::uint32_t>& rule_index) {
  InputData input;
  for (const ast::ClassRef& ref : refs) {
    if (ref.alert) {
      input.alerts.push_back(rule_index.at(context_.model.find_rule(ref.name.text)));
    } else {
      input.classes.push_back(context_.model.find_class(ref.name.text));
    }
  }
  std::vector<const Expr*> own, others;
  for (const Expr* condition : conditions) (reads_step(*condition) ? others : own).push_back(condition);
  for (const std::uint32_t event_class : input.classes)
    input.guards.push_back(guard_for(own, event_class, context_));
  UnitGenerator generator(context_);
  if (!own.empty()) input.filter = add_(generator.conditions(own), own[0]->span);
  if (!others.empty()) input.where = add_(generator.conditions(others), others[0]->span);
  return input;
}

InputData StateGenerator::step_input(const ast::Step& step,
                                     const std::map<std::uint32_t, std::uint32_t>& rule_index) {
  std::vector<const Expr*> conditions;
  if (step.where && step.where->kind == ExprKind::kAnd) {
    for (const auto& part : step.where->args) conditions.push_back(part.get());
  } else if (step.where) {
    conditions.push_back(step.where.get());
  }
  InputData input = input_of(step.classes, conditions, rule_index);
  input.step = step.name.text;
  input.absent = step.absent;
  std::vector<const Expr*> keys;
  for (std::size_t i = 0; i < rule_.each.size(); ++i)
    keys.push_back(step.by.empty() ? rule_.each[i].expr.get() : step.by[i].get());
  input.keys = add_(UnitGenerator(context_).pack(keys), step.name.span);
  if (step.times) {
    if (step.times->ref.kind == RefKind::kParam) input.times_param = step.times->ref.index;
    if (const auto* times = std::get_if<std::int64_t>(&step.times->literal); times != nullptr)
      input.times = *times;
  }
  input.times_in = duration_of(step.times_in.get());
  input.within = duration_of(step.within.get());
  return input;
}

void StateGenerator::generate(const std::map<std::uint32_t, std::uint32_t>& rule_index) {
  for (const ast::Let& let : rule_.lets)
    data_.reads_steps_in_lets = data_.reads_steps_in_lets || reads_step(*let.value);
  if (rule_.order != ast::StepOrder::kNone) {
    data_.kind = rule_.order == ast::StepOrder::kSequence ? StateKind::kSequence : StateKind::kTogether;
    for (const ast::Step& step : rule_.steps) data_.inputs.push_back(step_input(step, rule_index));
    for (std::size_t i = 0; i < rule_.steps.size(); ++i) {
      data_.inputs[i].read_by = 0;
      std::set<std::uint32_t> slots;
      for (std::size_t j = 0; j < rule_.steps.size(); ++j) {
        if (rule_.steps[j].where && reads_step(*rule_.steps[j].where, static_cast<std::uint32_t>(i)))
          data_.inputs[i].read_by |= std::uint64_t{1} << j;
        if (rule_.steps[j].where)
          collect_step_slots(*rule_.steps[j].where, static_cast<std::uint32_t>(i), slots);
      }
      data_.inputs[i].read_slots.assign(slots.begin(), slots.end());
    }
    return;
  }
  std::vector<const Expr*> conditions;
  if (rule_.where) conditions.push_back(rule_.where.get());
  InputData input = input_of(rule_.on, conditions, rule_index);
  data_.kind = rule_.each.empty() ? StateKind::kEvent : StateKind::kWindow;
  if (!rule_.each.empty()) {
    std::vector<const Expr*> keys;
    for (const ast::NamedExpr& key : rule_.each) keys.push_back(key.expr.get());
    input.keys = add_(UnitGenerator(context_).pack(keys), keys[0]->span);
  }
  data_.inputs.push_back(std::move(input));
  if (rule_.when) data_.when = add_(UnitGenerator(context_).condition(*rule_.when), rule_.when->span);
}

/// Digest of the texts of all that decides what is kept. What the rule says or scores may change without it.
std::string StateGenerator::fingerprint() const {
  Digest digest;
  const auto add = [&](std::string_view word, const Expr* expr) {
    digest.add(word).add(expr == nullptr ? std::string() : Formatter(nullptr, {}).expression(*expr));
  };
  const auto add_refs = [&](const std::vector<ast::ClassRef>& refs) {
    for (const ast::ClassRef& ref : refs) digest.add(ref.alert ? "alert" : "on").add(ref.name.text);
  };
  add("within", rule_.within.get());
  for (const ast::NamedExpr& key : rule_.each) add("each", key.expr.get());
  for (const ast::Let& let : rule_.lets) add("let", let.value.get());
  add_refs(rule_.on);
  add("where", rule_.where.get());
  for (const ast::Step& step : rule_.steps) {
    digest.add(step.absent ? "not" : "step").add(step.name.text);
    add_refs(step.classes);
    for (const auto& key : step.by) add("by", key.get());
    add("where", step.where.get());
    add("times", step.times.get());
    add("in", step.times_in.get());
    add("within", step.within.get());
  }
  for (const Column& column : columns_) {
    digest.add("column");
    for (const Expr* value : column.values) add("value", value);
    for (const std::uint32_t slot : column.slots) digest.add(out_.slots[slot].name);
    add("where", column.where);
  }
  return digest.hex();
}

StateData StateGenerator::take() {
  data_.fingerprint = fingerprint();
  return std::move(data_);
}

// ---- aggregates

std::uint32_t StateGenerator::column_of(const std::vector<const Expr*>& values, const Expr* where) {
  const auto is_same = [&](const Column& column) {
    const bool same_where = where == nullptr ? column.where == nullptr
                                             : column.where != nullptr && ast::same(*where, *column.where);
    return same_where && !column.keeps_missing && column.values.size() == values.size() &&
           std::equal(values.begin(), values.end(), column.values.begin(),
                      [](const Expr* a, const Expr* b) { return ast::same(*a, *b); });
  };
  const auto known = std::find_if(columns_.begin(), columns_.end(), is_same);
  if (known != columns_.end()) return static_cast<std::uint32_t>(known - columns_.begin());
  ColumnData column;
  UnitGenerator generator(context_);
  if (!values.empty()) column.values = add_(generator.pack(values), values[0]->span);
  if (where != nullptr) column.where = add_(generator.condition(*where), where->span);
  for (const Expr* value : values) column.cased.push_back(is_cased(*value) ? 1 : 0);
  columns_.push_back({values, where, false, {}});
  data_.columns.push_back(std::move(column));
  return static_cast<std::uint32_t>(columns_.size() - 1);
}

/// Slots of fields that an expression reads of a step.
void StateGenerator::collect_step_slots(const Expr& expr, std::uint32_t step,
                                        std::set<std::uint32_t>& slots) const {
  walk(expr, [&](const Expr& part) {
    const bool is_field = part.ref.kind == RefKind::kField || part.ref.kind == RefKind::kAlert;
    if (is_field && root_of(part).ref == ast::Ref{RefKind::kStep, step})
      slots.insert(part.ref.kind == RefKind::kField ? context_.slots.of_field(part.ref.index)
                                                    : context_.alert_slots[part.ref.index]);
    if (const ast::Let* let = let_of(part, context_); let != nullptr)
      collect_step_slots(*let->value, step, slots);
  });
}

/// Slots of fields that an expression reads of a kept event.
void StateGenerator::collect_kept_slots(const Expr& expr, std::set<std::uint32_t>& slots) const {
  if (expr.kind == ExprKind::kMember && root_of(expr).ref.kind == RefKind::kThis) return;
  if (expr.ref.kind == RefKind::kField) slots.insert(context_.slots.of_field(expr.ref.index));
  if (expr.ref.kind == RefKind::kAlert) slots.insert(context_.alert_slots[expr.ref.index]);
  if (const ast::Let* let = let_of(expr, context_); let != nullptr) collect_kept_slots(*let->value, slots);
  for (const auto& argument : expr.args) collect_kept_slots(*argument, slots);
  if (expr.where) collect_kept_slots(*expr.where, slots);
}

/// Whether a condition in an aggregate depends on the kept event alone.
bool StateGenerator::is_fixed(const Expr& expr) const {
  bool fixed = true;
  walk(expr, [&](const Expr& part) {
    fixed = fixed && part.ref.kind != RefKind::kThis && part.ref.kind != RefKind::kKey;
    if (const ast::Let* let = let_of(part, context_); let != nullptr) fixed = fixed && is_fixed(*let->value);
  });
  return fixed;
}

/// `time < …`, of the newest event.
bool StateGenerator::is_until(const Expr& expr) const {
  if (expr.kind != ExprKind::kCompare || expr.compare != ast::CompareOp::kLess) return false;
  const Expr& field = *expr.args[0];
  return field.kind == ExprKind::kName && field.ref.kind == RefKind::kField &&
         context_.slots.of_field(field.ref.index) == out_.time_slot && is_of_newest(*expr.args[1]) &&
         expr.args[1]->type.kind == TypeKind::kTime;
}

/// `field == …`, of the newest event, which few kept events have in common.
bool StateGenerator::is_key(const Expr& expr) const {
  if (expr.kind != ExprKind::kCompare || expr.compare != ast::CompareOp::kEqual || expr.cased) return false;
  const Expr& field = *expr.args[0];
  const Type& type = field.type;
  return field.kind == ExprKind::kName && field.ref.kind == RefKind::kField && is_of_newest(*expr.args[1]) &&
         type == expr.args[1]->type && !type.cased && type.depth == 0 && type.kind != TypeKind::kJson;
}

/// With `this` the answer depends on the newest event, so the fields are kept and looked at then. What of the
/// condition does not, is asked when the event is kept; what tells most events at a glance, is told apart.
void StateGenerator::scanned_aggregate(const Expr& expr, const std::vector<const Expr*>& values,
                                       AggregateData& aggregate) {
  std::vector<const Expr*> conditions, fixed, asked;
  if (expr.where && expr.where->kind == ExprKind::kAnd) {
    for (const auto& argument : expr.where->args) conditions.push_back(argument.get());
  } else if (expr.where) {
    conditions.push_back(expr.where.get());
  }
  UnitGenerator generator(context_);
  const auto own_value = [&](const Expr& value) {
    return add_(generator.value(&value, value.type, nullptr), value.span);
  };
  const Expr* key = nullptr;
  for (const Expr* condition : conditions) {
    if (is_fixed(*condition)) {
      fixed.push_back(condition);
      continue;
    }
    if (aggregate.scan_until == kNoIndex && is_until(*condition)) {
      aggregate.scan_until = own_value(*condition->args[1]);
      continue;
    }
    if (key == nullptr && is_key(*condition)) key = condition;
    asked.push_back(condition);
  }
  std::set<std::uint32_t> slots;
  for (const Expr* value : values) collect_kept_slots(*value, slots);
  for (const Expr* condition : asked) collect_kept_slots(*condition, slots);
  aggregate.scan_slots.assign(slots.begin(), slots.end());
  if (key != nullptr) {
    const std::uint32_t slot = context_.slots.of_field(key->args[0]->ref.index);
    aggregate.scan_key = own_value(*key->args[1]);
    aggregate.scan_key_slot = static_cast<std::uint32_t>(std::distance(slots.begin(), slots.find(slot)));
  }
  ColumnData column;
  column.values = add_(generator.pack_slots(aggregate.scan_slots), expr.span);
  column.keeps_missing = true;
  if (!fixed.empty()) column.where = add_(generator.conditions(fixed), fixed[0]->span);
  for (const Expr* value : values) column.cased.push_back(is_cased(*value) ? 1 : 0);
  aggregate.column = static_cast<std::uint32_t>(columns_.size());
  columns_.push_back({{}, expr.where.get(), true, aggregate.scan_slots});
  data_.columns.push_back(std::move(column));
  aggregate.scan_where = add_(generator.conditions(asked), expr.span);
  if (!values.empty()) aggregate.scan_values = add_(generator.pack(values), expr.span);
}

std::uint32_t StateGenerator::aggregate(const Expr& expr) {
  if (const auto known = aggregates_.find(&expr); known != aggregates_.end()) return known->second;
  AggregateData data;
  if (const AggregateRow* row = find_aggregate(expr.name); row != nullptr) data.function = row->function;
  data.state = number_;
  data.last = duration_of(expr.last.get());
  std::vector<const Expr*> values;
  for (const auto& argument : expr.args) values.push_back(argument.get());
  UnitGenerator generator(context_);
  const auto own_value = [&](const Expr& value) {
    return add_(generator.value(&value, value.type, nullptr), value.span);
  };
  if (!values.empty() && values[0]->ref.kind == RefKind::kStep) {
    data.function = Aggregate::kStepCount;
    data.column = values[0]->ref.index;
    values.clear();
  } else if (data.function == Aggregate::kUsualCount) {
    data.bucket = own_value(*values[0]);
    data.number = own_value(*values[1]);
    values.clear();
  } else if (data.function == Aggregate::kPercentile) {
    data.number = own_value(*values[1]);
    values.pop_back();
  }
  if (row_of(data.function).has_column) {
    bool is_scanned = expr.where && reads_newest(*expr.where);
    for (const Expr* value : values) is_scanned = is_scanned || reads_newest(*value);
    if (is_scanned) {
      scanned_aggregate(expr, values, data);
    } else {
      data.column = column_of(values, expr.where.get());
    }
    if (data.function == Aggregate::kNew) data.values = add_(generator.pack(values), expr.span);
    const bool told_apart = data.function == Aggregate::kNew || data.function == Aggregate::kDistinct ||
                            data.function == Aggregate::kValues;
    if (told_apart && !is_scanned) data_.columns[data.column].told_apart = true;
  }
  out_.aggregates.push_back(std::move(data));
  const auto number = static_cast<std::uint32_t>(out_.aggregates.size() - 1);
  aggregates_.emplace(&expr, number);
  return number;
}

}  // namespace shrike
