#include "dsl/codegen.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include "dsl/blind_fields.hpp"
#include "dsl/constant_pool.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/guards.hpp"
#include "dsl/state_generator.hpp"
#include "dsl/unit_generator.hpp"
#include "runtime/functions.hpp"
#include "runtime/verifier.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

std::vector<const Expr*> pointers(const std::vector<ast::ExprPtr>& exprs) {
  std::vector<const Expr*> result;
  for (const auto& expr : exprs) result.push_back(expr.get());
  return result;
}

std::vector<std::string> texts(const std::vector<ast::Text>& list) {
  std::vector<std::string> result;
  for (const ast::Text& text : list) result.push_back(text.text);
  return result;
}

class ProgramGenerator {
 public:
  ProgramGenerator(const Model& model, const SourceFiles& files, const GenerateOptions& options,
                   Diagnostics& diagnostics)
      : model_(model), options_(options), diagnostics_(diagnostics), lines_(files), pool_(out_) {
    for (const SourceFile& file : files) out_.files.push_back(file.name);
  }

  std::optional<ProgramData> run();

 private:
  /// Units in the order in which they must stand: units of sources, then `let`s of rules, then the rest.
  enum class Stage : std::uint8_t { kSource, kLet, kRule };
  struct Draft {
    Stage stage;
    UnitDraft unit;
  };

  void choose_rules();
  void choose_states();
  void declare_slots_and_classes();
  void declare_lists_params_tables();
  void collect_needed_slots();
  void need_slots_of(const Expr& expr, std::set<std::uint32_t>& fields);
  void generate_sources();
  void generate_source(SourceData& data, const SourceInfo* info, std::uint32_t event_class);
  std::uint32_t ensure_field(SourceData& data, const SourceInfo* info, std::uint32_t field);
  void ensure_dependencies(SourceData& data, const SourceInfo* info, const Expr& expr,
                           const UnitContext& context);
  std::uint32_t field_that_is(const SourceInfo& info, const ast::Let* let, const Type& type,
                              const UnitContext& context) const;
  std::uint32_t fill_slot(SourceData& data, std::uint32_t slot, UnitDraft draft, Span where);
  void generate_unwraps();
  void generate_rule(std::uint32_t model_rule);
  void generate_rule_lets(const ast::Rule& rule, const RuleInfo& info, const UnitContext& context);
  void generate_respond(const ast::Rule& rule, RuleData& data, const UnitContext& context);
  void generate_exceptions();
  void explain(const ast::Rule& rule, std::uint32_t number, const UnitContext& context,
               const StateGenerator* remembered);
  void generate_profiles();
  void apply(const SettingsInfo::Value& value, ProfileData& profile);
  void place_units();

  std::uint32_t add(Stage stage, UnitDraft unit, Span where);
  UnitContext context_for(const std::vector<ast::Let>* lets);
  std::uint32_t rule_unit(UnitDraft unit, Span where) { return add(Stage::kRule, std::move(unit), where); }
  std::uint64_t cost_of_running(const UnitDraft& draft) const;
  bool is_operation(std::uint32_t slot) const { return out_.slots[slot].name == kOperationField; }
  std::uint64_t slot_cost(std::uint32_t slot) const {
    if (is_operation(slot)) return 0;  // the candidate index has it computed by then
    return slot < slot_costs_.size() ? slot_costs_[slot] : 1;
  }
  const Type& type_of_let(const ast::Let* let) const { return let_types_.at(let); }

  const Model& model_;
  const GenerateOptions& options_;
  Diagnostics& diagnostics_;
  LineStarts lines_;
  ProgramData out_;
  ConstantPool pool_;
  SlotTable slots_;
  std::vector<Draft> drafts_;
  std::vector<std::uint32_t> rules_;                   ///< kept rules: indices into model_.rules, by name
  std::map<std::uint32_t, std::uint32_t> rule_index_;  ///< model rule -> program rule
  std::set<std::uint32_t> needed_fields_;
  std::map<const ast::Let*, Type> let_types_;
  std::vector<std::uint64_t> slot_costs_;
  std::vector<std::uint32_t> states_;  ///< rules with state, those that are read first: indices into rules_
  std::set<std::uint32_t> silent_;     ///< model rules that only others read
  std::set<std::uint32_t> kept_fields_;
  std::array<std::uint32_t, 3> alert_slots_{kNoIndex, kNoIndex, kNoIndex};
  std::map<std::uint32_t, std::unique_ptr<StateGenerator>> state_generators_;  ///< by model rule
  std::set<const void*> in_progress_;  ///< expressions of slots being generated, to find cycles
  bool failed_ = false;
};

std::optional<ProgramData> ProgramGenerator::run() {
  choose_rules();
  choose_states();
  declare_slots_and_classes();
  declare_lists_params_tables();
  collect_needed_slots();
  generate_sources();
  generate_unwraps();
  for (std::uint32_t rule : rules_) generate_rule(rule);
  generate_exceptions();
  for (const std::uint32_t rule : states_) out_.states.push_back(state_generators_.at(rules_[rule])->take());
  for (SourceData& source : out_.sources) source.units.resize(out_.slots.size(), kNoIndex);
  generate_profiles();
  if (failed_) return std::nullopt;
  place_units();
  return std::move(out_);
}

void ProgramGenerator::choose_rules() {
  const auto& only = options_.only;
  std::set<std::uint32_t> chosen;
  std::vector<std::uint32_t> open;
  for (std::uint32_t i = 0; i < model_.rules.size(); ++i) {
    const std::string& name = model_.rules[i].decl->name.text;
    if (only.empty() || std::find(only.begin(), only.end(), name) != only.end()) open.push_back(i);
  }
  for (const std::uint32_t rule : open) chosen.insert(rule);
  // What a chosen rule reads must run too, but nobody asked for its alerts.
  while (!open.empty()) {
    const ast::Rule& rule = *model_.rules[open.back()].decl;
    open.pop_back();
    for (const std::string_view name : rules_read(rule)) {
      const std::uint32_t read = model_.find_rule(name);
      if (read == kNoIndex || !chosen.insert(read).second) continue;
      silent_.insert(read);
      open.push_back(read);
    }
  }
  rules_.assign(chosen.begin(), chosen.end());
  std::sort(rules_.begin(), rules_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return model_.rules[a].decl->name.text < model_.rules[b].decl->name.text;
  });
  for (std::uint32_t i = 0; i < rules_.size(); ++i) rule_index_[rules_[i]] = i;
}

/// Rules that remember something, and those whose alerts are read; a rule stands behind those that it reads.
void ProgramGenerator::choose_states() {
  std::set<std::uint32_t> placed;
  // The checker refuses cycles, so going down ends.
  const auto place = [&](const auto& self, std::uint32_t index) -> void {
    if (!placed.insert(index).second) return;
    for (const std::string_view name : rules_read(*model_.rules[rules_[index]].decl))
      self(self, rule_index_.at(model_.find_rule(name)));
    states_.push_back(index);
  };
  for (std::uint32_t i = 0; i < rules_.size(); ++i) {
    const ast::Rule& rule = *model_.rules[rules_[i]].decl;
    if (!rule.each.empty() || !rules_read(rule).empty()) place(place, i);
  }
}

void ProgramGenerator::declare_slots_and_classes() {
  for (const FieldInfo& field : model_.fields) {
    const auto slot = static_cast<std::uint32_t>(out_.slots.size());
    out_.slots.push_back({field.name, field.type});
    if (field.name == "time" && field.type.kind == TypeKind::kTime) out_.time_slot = slot;
    if (field.name == "id" && field.type.kind == TypeKind::kString) out_.id_slot = slot;
    if (field.name == "tenant" && field.type.kind == TypeKind::kString) out_.tenant_slot = slot;
  }
  constexpr std::array<std::string_view, 3> kParts{"rule", "severity", "score"};
  for (std::size_t part = 0; part < kParts.size() && !states_.empty(); ++part) {
    alert_slots_[part] = static_cast<std::uint32_t>(out_.slots.size());
    const Type type{part == 2 ? TypeKind::kInt : TypeKind::kString, TypeKind::kNone, 0, false};
    out_.slots.push_back({"alert." + std::string(kParts[part]), type});
  }
  out_.alert_rule_slot = alert_slots_[0];
  out_.alert_severity_slot = alert_slots_[1];
  out_.alert_score_slot = alert_slots_[2];
  for (const ClassInfo& info : model_.classes) {
    ClassData data{info.name, info.decl->title, {}, {}};
    for (const auto& [name, field] : info.fields) data.slots.push_back(slots_.of_field(field));
    std::sort(data.slots.begin(), data.slots.end());
    out_.classes.push_back(std::move(data));
  }
}

void ProgramGenerator::declare_lists_params_tables() {
  for (const ListInfo& list : model_.lists) out_.lists.push_back({list.decl->name.text, list.element});
  for (const ParamInfo& param : model_.params) {
    out_.params.push_back({param.rule->name.text, param.decl->name.text, param.type});
  }
  for (const TableInfo& table : model_.tables) {
    TableData data{table.decl->name.text, table.key, table.value, {}};
    for (const auto& [key, value] : table.entries) {
      const auto* text = std::get_if<std::string>(&key);
      data.entries.emplace_back(text != nullptr ? pool_.folded(*text) : pool_.literal(key),
                                pool_.literal(value));
    }
    out_.tables.push_back(std::move(data));
  }
}

UnitContext ProgramGenerator::context_for(const std::vector<ast::Let>* lets) {
  UnitContext context{model_, lines_, pool_,
                      slots_, lets,   [this](std::uint32_t slot) { return slot_cost(slot); }};
  context.alert_slots = alert_slots_;
  return context;
}

std::uint32_t ProgramGenerator::add(Stage stage, UnitDraft unit, Span where) {
  if (unit.too_large) {
    diagnostics_.push_back(make_diagnostic(DiagnosticId::kTooLarge, where));
    failed_ = true;
  }
  drafts_.push_back({stage, std::move(unit)});
  return static_cast<std::uint32_t>(drafts_.size() - 1);
}

// ---- which fields the rules need

void ProgramGenerator::need_slots_of(const Expr& expr, std::set<std::uint32_t>& fields) {
  walk(expr, [&](const Expr& part) {
    if (part.ref.kind == RefKind::kField) fields.insert(part.ref.index);
  });
}

void ProgramGenerator::collect_needed_slots() {
  for (std::uint32_t slot : {out_.time_slot, out_.id_slot, out_.tenant_slot}) {
    if (slot != kNoIndex) needed_fields_.insert(slot);
  }
  for (std::uint32_t field = 0; field < model_.fields.size(); ++field) {
    const auto& wanted = options_.fields;
    if (std::find(wanted.begin(), wanted.end(), model_.fields[field].name) != wanted.end())
      needed_fields_.insert(field);
  }
  for (std::uint32_t i = 0; i < rules_.size(); ++i) {
    std::set<std::uint32_t> of_rule;
    for_each_expr(*model_.rules[rules_[i]].decl, [&](const Expr& expr) { need_slots_of(expr, of_rule); });
    for (const ExceptInfo& except : model_.excepts) {
      if (except.rule != rules_[i]) continue;
      if (except.decl->where) need_slots_of(*except.decl->where, of_rule);
      if (except.decl->score) need_slots_of(*except.decl->score, of_rule);
    }
    needed_fields_.insert(of_rule.begin(), of_rule.end());
    const bool has_state = std::find(states_.begin(), states_.end(), i) != states_.end();
    if (has_state) kept_fields_.insert(of_rule.begin(), of_rule.end());
  }
  // Whoever asks for a field may ask for it of an alert that comes late.
  if (!states_.empty()) {
    for (std::uint32_t field = 0; field < model_.fields.size(); ++field) {
      const auto& wanted = options_.fields;
      if (std::find(wanted.begin(), wanted.end(), model_.fields[field].name) != wanted.end())
        kept_fields_.insert(field);
    }
    if (out_.time_slot != kNoIndex) kept_fields_.insert(out_.time_slot);
  }
  for (ClassData& event_class : out_.classes) {
    for (const std::uint32_t slot : event_class.slots) {
      if (kept_fields_.count(slot) != 0) event_class.kept.push_back(slot);
    }
  }
}

// ---- sources

void ProgramGenerator::generate_sources() {
  std::vector<const SourceInfo*> sources;
  for (const SourceInfo& info : model_.sources) sources.push_back(&info);
  std::sort(sources.begin(), sources.end(), [](const SourceInfo* a, const SourceInfo* b) {
    return std::pair(a->order, a->decl->name.text) < std::pair(b->order, b->decl->name.text);
  });
  for (const SourceInfo* info : sources) {
    SourceData data;
    data.name = info->decl->name.text;
    data.order = info->order;
    data.lateness = info->lateness;
    generate_source(data, info, info->event_class);
  }
  // Events that come as fields (tests, the embedding API): only the class's defaults are computed.
  for (std::uint32_t i = 0; i < model_.classes.size(); ++i) {
    SourceData data;
    data.name = model_.classes[i].name;
    data.order = std::numeric_limits<std::int64_t>::max();
    generate_source(data, nullptr, i);
  }
  // Lets got slots while sources were generated; give every source its full row.
  for (SourceData& source : out_.sources) source.units.resize(out_.slots.size(), kNoIndex);
}

void ProgramGenerator::generate_source(SourceData& data, const SourceInfo* info, std::uint32_t event_class) {
  data.event_class = event_class;
  data.units.assign(out_.slots.size(), kNoIndex);
  const std::size_t first_draft = drafts_.size();
  for (const auto& [name, field] : model_.classes[event_class].fields) {
    if (needed_fields_.count(field) != 0) ensure_field(data, info, field);
  }
  if (info != nullptr) {
    const UnitContext context = context_for(&info->decl->lets);
    const Expr& accept = *info->decl->accept;
    ensure_dependencies(data, info, accept, context);
    data.accept = add(Stage::kSource, UnitGenerator(context).condition(accept), accept.span);
  }
  const auto source = static_cast<std::uint32_t>(out_.sources.size());
  for (std::size_t i = first_draft; i < drafts_.size(); ++i) drafts_[i].unit.source = source;
  out_.sources.push_back(std::move(data));
}

/// Generates the units that an expression of a source reads, before its own.
void ProgramGenerator::ensure_dependencies(SourceData& data, const SourceInfo* info, const Expr& expr,
                                           const UnitContext& context) {
  walk(expr, [&](const Expr& part) {
    if (part.ref.kind == RefKind::kField) {
      ensure_field(data, info, part.ref.index);
      return;
    }
    const ast::Let* let = let_of(part, context);
    if (let == nullptr || static_path(*let->value, nullptr, context)) return;
    auto [entry, is_new] = slots_.lets.try_emplace(let, kNoIndex);
    if (!is_new) return;
    const Type& type = info->let_types[static_cast<std::size_t>(let - context.lets->data())];
    const std::uint32_t field = field_that_is(*info, let, type, context);
    const std::uint32_t slot = field != kNoIndex ? field : static_cast<std::uint32_t>(out_.slots.size());
    entry->second = slot;
    if (field == kNoIndex) {
      out_.slots.push_back({data.name + "." + let->name.text, type});
      data.units.resize(out_.slots.size(), kNoIndex);
    }
    ensure_dependencies(data, info, *let->value, context);
    fill_slot(data, slot, UnitGenerator(context).value(let->value.get(), type, nullptr), let->name.span);
  });
}

/// The slot of a field that a source gives just the value of a `let`, so that both are computed as one;
/// kNoIndex when there is none.
std::uint32_t ProgramGenerator::field_that_is(const SourceInfo& info, const ast::Let* let, const Type& type,
                                              const UnitContext& context) const {
  for (const auto& [field, expr] : info.fields) {
    if (let_of(*expr, context) == let && model_.fields[field].type == type &&
        model_.classes[info.event_class].defaults.count(field) == 0)
      return slots_.of_field(field);
  }
  return kNoIndex;
}

/// Makes a unit the one that computes a slot for a source.
std::uint32_t ProgramGenerator::fill_slot(SourceData& data, std::uint32_t slot, UnitDraft draft, Span where) {
  const std::uint64_t cost = cost_of_running(draft);
  slot_costs_.resize(std::max<std::size_t>(slot_costs_.size(), slot + 1), 1);
  slot_costs_[slot] = std::max(slot_costs_[slot], cost);
  return data.units[slot] = add(Stage::kSource, std::move(draft), where);
}

/// What it costs to run the code once, with the slots that it reads.
std::uint64_t ProgramGenerator::cost_of_running(const UnitDraft& draft) const {
  std::set<std::uint32_t> read;
  std::uint64_t cost = 0;
  const auto reads = [&](Role role, std::uint32_t bits) {
    const Operand operand = Operand::from_bits(bits);
    if (role == Role::kSlot) read.insert(bits);
    if (role == Role::kSrc && operand.kind() == OperandKind::kSlot) read.insert(operand.index());
  };
  for (const Instruction& instruction : draft.code) {
    const OpcodeRow& row = kOpcodes[static_cast<std::size_t>(instruction.opcode)];
    cost += is_call(instruction.opcode) ? find_function(out_.functions[instruction.x])->cost
                                        : std::uint16_t{row.cost};
    reads(row.x, instruction.x);
    reads(row.y, instruction.y);
  }
  for (const std::uint32_t slot : read) cost += slot_cost(slot);
  return cost;
}

std::uint32_t ProgramGenerator::ensure_field(SourceData& data, const SourceInfo* info, std::uint32_t field) {
  const std::uint32_t slot = slots_.of_field(field);
  if (data.units[slot] != kNoIndex) return data.units[slot];
  const Expr* given = nullptr;
  if (info != nullptr) {
    for (const auto& [assigned, expr] : info->fields) {
      if (assigned == field) given = expr;
    }
  }
  const ClassInfo& event_class = model_.classes[data.event_class];
  const auto fallback_entry = event_class.defaults.find(field);
  const Expr* fallback = fallback_entry == event_class.defaults.end() ? nullptr : fallback_entry->second;
  if (given == nullptr && fallback == nullptr) return kNoIndex;
  const Expr* key = given != nullptr ? given : fallback;
  if (!in_progress_.insert(key).second) {
    diagnostics_.push_back(make_diagnostic(DiagnosticId::kFieldCycle, key->span, model_.fields[field].name));
    failed_ = true;
    return kNoIndex;
  }
  const UnitContext context = context_for(info != nullptr ? &info->decl->lets : nullptr);
  for (const Expr* expr : {given, fallback}) {
    if (expr != nullptr) ensure_dependencies(data, info, *expr, context);
  }
  in_progress_.erase(key);
  if (data.units[slot] != kNoIndex) return data.units[slot];  // filled with a `let` that is the same
  return fill_slot(data, slot, UnitGenerator(context).value(given, model_.fields[field].type, fallback),
                   key->span);
}

void ProgramGenerator::generate_unwraps() {
  for (const ast::Unwrap* unwrap : model_.unwraps) {
    const UnitContext context = context_for(nullptr);
    // `raw = json(raw.AuditData)`: the text at the path stands in the record's place, so only the path is
    // kept.
    const Expr* inner = unwrap->raw.get();
    if (inner->kind == ExprKind::kCall && inner->name == "json" && inner->args.size() == 1)
      inner = inner->args[0].get();
    const auto path = static_path(*inner, nullptr, context);
    if (!path || path->empty()) {
      diagnostics_.push_back(make_diagnostic(DiagnosticId::kUnwrapForm, unwrap->raw->span));
      failed_ = true;
      continue;
    }
    UnwrapData data;
    data.name = unwrap->name.text;
    data.path = pool_.path(*path);
    data.accept = rule_unit(UnitGenerator(context).condition(*unwrap->accept), unwrap->accept->span);
    out_.unwraps.push_back(std::move(data));
  }
}

// ---- rules

void ProgramGenerator::generate_rule_lets(const ast::Rule& rule, const RuleInfo& info,
                                          const UnitContext& context) {
  for (std::size_t i = 0; i < rule.lets.size(); ++i) {
    const ast::Let& let = rule.lets[i];
    const auto slot = static_cast<std::uint32_t>(out_.slots.size());
    out_.slots.push_back({rule.name.text + "." + let.name.text, info.let_types[i]});
    const std::uint32_t unit =
        add(Stage::kLet, UnitGenerator(context).value(let.value.get(), info.let_types[i], nullptr),
            let.name.span);
    slots_.lets[&let] = slot;
    for (SourceData& source : out_.sources) {
      source.units.resize(out_.slots.size(), kNoIndex);
      const bool is_read = !info.stateless || std::find(info.classes.begin(), info.classes.end(),
                                                        source.event_class) != info.classes.end();
      if (is_read) source.units[slot] = unit;
    }
  }
}

void ProgramGenerator::generate_rule(std::uint32_t model_rule) {
  const RuleInfo& info = model_.rules[model_rule];
  const ast::Rule& rule = *info.decl;
  const auto number = static_cast<std::uint32_t>(out_.rules.size());
  const auto state = std::find(states_.begin(), states_.end(), number);
  const bool has_state = state != states_.end();
  const UnitContext plain = context_for(&rule.lets);
  StateGenerator* remembered = nullptr;
  if (has_state) {
    state_generators_[model_rule] = std::make_unique<StateGenerator>(
        plain, rule, out_, static_cast<std::uint32_t>(state - states_.begin()), number,
        [this](UnitDraft unit, Span where) { return rule_unit(std::move(unit), where); });
    remembered = state_generators_[model_rule].get();
  }
  const UnitContext& context = has_state ? remembered->context() : plain;
  generate_rule_lets(rule, info, context);
  UnitGenerator generator(context);

  RuleData data;
  data.name = rule.name.text;
  data.title = rule.title;
  data.doc = rule.doc;
  data.severity =
      rule.severity ? severity_from(rule.severity->text).value_or(Severity::kMedium) : Severity::kMedium;
  for (const ast::Attack& attack : rule.attack) data.attack.push_back(attack.id);
  data.tags = texts(rule.tags);
  data.refs = texts(rule.refs);
  data.known_false = texts(rule.known_false);
  const PositionData position = lines_.position(rule.name.span);
  data.file = position.file;
  data.line = position.line;

  data.silent = silent_.count(model_rule) != 0;
  if (has_state) {
    data.state = static_cast<std::uint32_t>(state - states_.begin());
    remembered->generate(rule_index_);
  } else {
    data.classes = info.classes;
    std::vector<const Expr*> conditions;
    if (rule.where) conditions.push_back(rule.where.get());
    for (const std::uint32_t event_class : info.classes)
      data.guards.push_back(guard_for(conditions, event_class, context));
    if (rule.where) data.where = rule_unit(generator.condition(*rule.where), rule.where->span);
  }
  if (!rule.score.empty()) data.score = rule_unit(generator.sum(pointers(rule.score)), rule.score[0]->span);
  if (rule.say) {
    data.say = rule.say->pieces;
    data.say_values = rule_unit(generator.pack(pointers(rule.say->exprs)), rule.say->span);
  }
  if (!rule.show.empty()) {
    std::vector<const Expr*> values;
    for (const ast::NamedExpr& show : rule.show) {
      data.show.push_back({show.name ? show.name->text : std::string{}, show.expr->type});
      if (!show.name) {
        const bool is_field = show.expr->ref.kind == RefKind::kField;
        data.show.back().name = is_field ? model_.fields[show.expr->ref.index].name : show.expr->name;
      }
      values.push_back(show.expr.get());
    }
    data.show_values = rule_unit(generator.pack(values), values[0]->span);
  }
  if (rule.quiet) {
    if (rule.quiet->ref.kind == RefKind::kParam) data.quiet_param = rule.quiet->ref.index;
    if (const auto* duration = std::get_if<ast::Duration>(&rule.quiet->literal); duration != nullptr) {
      data.quiet = duration->nanoseconds;
    }
    data.quiet_keys = rule_unit(generator.pack(pointers(rule.quiet_by)), rule.quiet->span);
  } else if (!rule.each.empty()) {
    const DurationData within = duration_of(rule.within.get());
    data.quiet = within.nanoseconds;
    data.quiet_param = within.param;
    data.quiet_keys = remembered->own_keys();
  }
  generate_respond(rule, data, context);

  if (options_.explain != nullptr && options_.explain->name == data.name)
    explain(rule, number, context, remembered);

  for (const std::uint32_t field : fields_relied_on(rule)) data.slots.push_back(slots_.of_field(field));
  std::sort(data.slots.begin(), data.slots.end());
  out_.rules.push_back(std::move(data));
}

void ProgramGenerator::generate_respond(const ast::Rule& rule, RuleData& data, const UnitContext& context) {
  UnitGenerator generator(context);
  for (const auto& expr : rule.respond) {
    const bool conditional = expr->kind == ExprKind::kIf;
    const Expr& action = conditional ? *expr->args[0] : *expr;
    const Expr* condition = conditional ? expr->args[1].get() : nullptr;
    data.respond.push_back(
        {action.name, rule_unit(generator.pack_if(pointers(action.args), condition), expr->span)});
  }
}

/// Units for the parts of the rule's conditions.
void ProgramGenerator::explain(const ast::Rule& rule, std::uint32_t number, const UnitContext& context,
                               const StateGenerator* remembered) {
  ExplainPlan& plan = *options_.explain;
  ExplainGenerator generator(
      context, plan, [this](UnitDraft unit, Span where) { return rule_unit(std::move(unit), where); });
  plan.rule = number;
  if (rule.order == ast::StepOrder::kNone) {
    plan.inputs.push_back(generator.on(rule));
  } else {
    for (const ast::Step& step : rule.steps) {
      plan.inputs.push_back(
          generator.step(step, rule.each, [&](const Expr& part) { return remembered->reads_step(part); }));
    }
  }
  if (rule.when) plan.when = generator.condition(*rule.when);
  for (const auto& amount : rule.score) plan.score.push_back(generator.value(*amount));
}

void ProgramGenerator::generate_exceptions() {
  for (const ExceptInfo& info : model_.excepts) {
    const auto rule = rule_index_.find(info.rule);
    if (rule == rule_index_.end()) continue;
    const ast::Except& except = *info.decl;
    const auto remembered = state_generators_.find(info.rule);
    const UnitContext plain = context_for(&model_.rules[info.rule].decl->lets);
    UnitGenerator generator(remembered != state_generators_.end() ? remembered->second->context() : plain);
    ExceptionData data;
    data.rule = rule->second;
    data.title = except.title;
    if (except.owner) data.owner = except.owner->text;
    if (except.tenant) data.tenant = except.tenant->text;
    if (except.where) data.where = rule_unit(generator.condition(*except.where), except.where->span);
    data.drop = except.drop;
    if (except.score) data.score = rule_unit(generator.sum({except.score.get()}), except.score->span);
    if (except.until) {
      constexpr std::int64_t kDay = 24LL * 3600 * 1'000'000'000;
      if (const auto* day = std::get_if<ast::Time>(&except.until->literal))
        data.until = day->nanoseconds + kDay;
    }
    if (options_.explain != nullptr && options_.explain->rule == data.rule) {
      ExplainException explained;
      explained.exception = static_cast<std::uint32_t>(out_.exceptions.size());
      if (except.where) {
        const UnitContext& context =
            remembered != state_generators_.end() ? remembered->second->context() : plain;
        explained.where = ExplainGenerator(context, *options_.explain, [this](UnitDraft unit, Span where) {
                            return rule_unit(std::move(unit), where);
                          }).condition(*except.where);
      }
      options_.explain->exceptions.push_back(std::move(explained));
    }
    out_.exceptions.push_back(std::move(data));
  }
}

// ---- settings

void ProgramGenerator::apply(const SettingsInfo::Value& value, ProfileData& profile) {
  if (value.target.kind == RefKind::kList) {
    profile.lists[value.target.index] = pool_.list_of(value.values);
  } else if (value.target.kind == RefKind::kParam) {
    const ParamInfo& param = model_.params[value.target.index];
    const bool single = !param.type.is_list() && value.values.size() == 1;
    profile.params[value.target.index] =
        single ? pool_.literal(value.values[0]) : pool_.list_of(value.values);
  }
}

void ProgramGenerator::generate_profiles() {
  ProfileData base;
  for (const ListInfo& list : model_.lists) base.lists.push_back(pool_.list_of(list.values));
  for (const ParamInfo& param : model_.params) {
    base.params.push_back(param.type.is_list() ? pool_.list_of(param.values) : pool_.literal(param.value));
  }
  const auto take = [&](const SettingsInfo& settings, ProfileData& profile) {
    for (const SettingsInfo::Value& value : settings.values) apply(value, profile);
    for (std::uint32_t rule : settings.disabled) {
      if (const auto kept = rule_index_.find(rule); kept != rule_index_.end())
        profile.disabled.push_back(kept->second);
    }
  };
  for (const SettingsInfo& settings : model_.settings) {
    if (!settings.decl->tenant) take(settings, base);
  }
  std::map<std::string, ProfileData> tenants;
  for (const SettingsInfo& settings : model_.settings) {
    if (!settings.decl->tenant) continue;
    const std::string& name = settings.decl->tenant->text;
    auto [entry, is_new] = tenants.try_emplace(name, base);
    entry->second.tenant = name;
    take(settings, entry->second);
  }
  out_.profiles.push_back(std::move(base));
  for (auto& [name, profile] : tenants) out_.profiles.push_back(std::move(profile));
  for (ProfileData& profile : out_.profiles) {
    for (const SettingsInfo::Value& value : options_.overrides) apply(value, profile);
    std::sort(profile.disabled.begin(), profile.disabled.end());
    profile.disabled.erase(std::unique(profile.disabled.begin(), profile.disabled.end()),
                           profile.disabled.end());
  }
}

// ---- putting units in their order

void ProgramGenerator::place_units() {
  std::vector<std::uint32_t> order(drafts_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(drafts_[a].stage, a) < std::pair(drafts_[b].stage, b);
  });
  std::vector<std::uint32_t> place(drafts_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    UnitDraft& draft = drafts_[order[i]].unit;
    place[order[i]] = i;
    UnitData unit;
    unit.first = static_cast<std::uint32_t>(out_.code.size());
    unit.count = static_cast<std::uint32_t>(draft.code.size());
    unit.registers = draft.registers;
    unit.source = draft.source;
    out_.code.insert(out_.code.end(), draft.code.begin(), draft.code.end());
    out_.positions.insert(out_.positions.end(), draft.positions.begin(), draft.positions.end());
    out_.units.push_back(unit);
  }
  const auto move = [&](std::uint32_t& unit) {
    if (unit != kNoIndex) unit = place[unit];
  };
  for (SourceData& source : out_.sources) {
    source.units.resize(out_.slots.size(), kNoIndex);
    move(source.accept);
    for (std::uint32_t& unit : source.units) move(unit);
  }
  for (UnwrapData& unwrap : out_.unwraps) move(unwrap.accept);
  for (RuleData& rule : out_.rules) {
    for (std::uint32_t* unit :
         {&rule.where, &rule.score, &rule.say_values, &rule.show_values, &rule.quiet_keys})
      move(*unit);
    for (RespondData& respond : rule.respond) move(respond.unit);
  }
  for (StateData& state : out_.states) {
    move(state.when);
    for (InputData& input : state.inputs) {
      for (std::uint32_t* unit : {&input.filter, &input.keys, &input.where}) move(*unit);
    }
    for (ColumnData& column : state.columns) {
      move(column.values);
      move(column.where);
    }
  }
  for (AggregateData& aggregate : out_.aggregates) {
    for (std::uint32_t* unit :
         {&aggregate.values, &aggregate.number, &aggregate.bucket, &aggregate.scan_where,
          &aggregate.scan_values, &aggregate.scan_until, &aggregate.scan_key})
      move(*unit);
  }
  for (ExceptionData& exception : out_.exceptions) {
    move(exception.where);
    move(exception.score);
  }
  if (options_.explain != nullptr) options_.explain->for_each_unit(move);
  for (UnitData& unit : out_.units) unit.cost = worst_case_cost(out_, unit);
}

}  // namespace

std::optional<ProgramData> generate(const Model& model, const SourceFiles& files,
                                    const GenerateOptions& options, Diagnostics& diagnostics) {
  return ProgramGenerator(model, files, options, diagnostics).run();
}

}  // namespace shrike
