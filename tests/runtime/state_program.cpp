// See state_program.hpp.
#include "tests/runtime/state_program.hpp"

#include "shrike/engine.hpp"

namespace shrike::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;

/// A unit that gives a pack of slots.
std::uint32_t pack_of(Assembler& a, const std::vector<std::uint32_t>& slots) {
  std::vector<Instruction> code;
  for (std::uint16_t i = 0; i < slots.size(); ++i)
    code.push_back({Opcode::kMove, 0, i, slot_operand(slots[i]), 0, 0});
  const auto count = static_cast<std::uint16_t>(slots.size());
  code.push_back({Opcode::kPack, 0, count, count, 0, 0});
  code.push_back({Opcode::kReturn, 0, 0, reg(count), 0, 0});
  return a.unit(code);
}

struct Slots {
  std::uint32_t time, id, user, n;
};

std::uint32_t has(Assembler& a, std::uint32_t slot) {
  return a.condition_of({Opcode::kTestHas, 0, 0, slot_operand(slot), 0, 0});
}

RuleData rule_of(const char* name, std::uint32_t state, std::uint32_t line) {
  RuleData rule;
  rule.name = rule.title = name;
  rule.severity = Severity::kMedium;
  rule.classes = {0};
  rule.guards.push_back({});
  rule.state = state;
  rule.line = line;
  return rule;
}

StateData state_of(StateKind kind, std::uint32_t rule, const Slots& slots) {
  StateData state;
  state.kind = kind;
  state.rule = rule;
  state.within.nanoseconds = 24 * kHour;
  state.key_names = {"user"};
  state.key_slots = {slots.user};
  state.key_cased = {0};
  state.fingerprint = "f";
  return state;
}

InputData input_of(Assembler& a, const Slots& slots, const char* step = "") {
  InputData input;
  input.step = step;
  input.classes = {0};
  input.guards.push_back({});
  input.filter = has(a, slots.user);
  input.keys = pack_of(a, {slots.user});
  return input;
}

/// Columns and aggregates of a window; its rule says what all of them give.
void add_window(Assembler& a, const Slots& slots) {
  StateData state = state_of(StateKind::kWindow, 0, slots);
  state.inputs.push_back(input_of(a, slots));
  const std::uint32_t n = pack_of(a, {slots.n});
  state.columns = {{kNoIndex, has(a, slots.n), {}, false, false},
                   {n, kNoIndex, {0}, true, false},
                   {n, kNoIndex, {0}, true, true}};
  const std::uint32_t half = a.unit({{Opcode::kReturn, 0, 0, constant_operand(a.integer(50)), 0, 0}});
  const std::uint32_t hour = a.unit({{Opcode::kReturn, 0, 0, constant_operand(a.duration(kHour)), 0, 0}});
  for (std::size_t f = 0; f < static_cast<std::size_t>(Aggregate::kStepCount); ++f) {
    AggregateData aggregate;
    aggregate.function = static_cast<Aggregate>(f);
    aggregate.column = 1;
    if (aggregate.function == Aggregate::kCount) aggregate.column = 0;
    if (aggregate.function == Aggregate::kNew) aggregate.values = n;
    if (aggregate.function == Aggregate::kPercentile || aggregate.function == Aggregate::kUsualCount)
      aggregate.number = half;
    if (aggregate.function == Aggregate::kUsualCount) aggregate.bucket = hour;
    if (aggregate.function == Aggregate::kSum) aggregate.last.nanoseconds = kHour;
    a.data.aggregates.push_back(aggregate);
  }
  AggregateData scan;
  scan.function = Aggregate::kDistinct;
  scan.column = 2;
  scan.scan_slots = {slots.n};
  scan.scan_where = a.condition_of(
      {Opcode::kTestDiffer, 0, 0, slot_operand(slots.n), Operand(OperandKind::kThis, slots.n).bits(), 0});
  scan.scan_values = n;
  a.data.aggregates.push_back(scan);
  state.when = a.unit({{Opcode::kAggregate, 0, 0, 0, 0, 0},
                       {Opcode::kTestOrder, 0, 2, reg(0), constant_operand(a.integer(1)), 3},
                       {Opcode::kReturnTrue, 0, 0, 0, 0, 0},
                       {Opcode::kReturnFalse, 0, 0, 0, 0, 0}});
  RuleData rule = rule_of("a_window", 0, 1);
  const auto count = static_cast<std::uint16_t>(a.data.aggregates.size());
  std::vector<Instruction> say;
  for (std::uint16_t i = 0; i < count; ++i) say.push_back({Opcode::kAggregate, 0, i, i, 0, 0});
  say.push_back({Opcode::kPack, 0, count, count, 0, 0});
  say.push_back({Opcode::kReturn, 0, 0, reg(count), 0, 0});
  rule.say_values = a.unit(say);
  rule.say.assign(count + 1, " ");
  rule.quiet = kHour;
  rule.quiet_keys = pack_of(a, {slots.user});
  a.data.states.push_back(state);
  a.data.rules.push_back(rule);
}

void add_steps(Assembler& a, const Slots& slots) {
  StateData sequence = state_of(StateKind::kSequence, 1, slots);
  for (const char* step : {"one", "gone", "two"}) sequence.inputs.push_back(input_of(a, slots, step));
  sequence.inputs[1].absent = true;
  sequence.inputs[1].filter =
      a.condition_of({Opcode::kTestEqual, 0, 0, slot_operand(slots.n), constant_operand(a.integer(3)), 0});
  sequence.inputs[2].times = 2;
  sequence.inputs[2].times_in.nanoseconds = kHour;
  sequence.inputs[2].where = a.condition_of(
      {Opcode::kTestDiffer, 0, 0, slot_operand(slots.n), Operand(OperandKind::kStep, slots.n).bits(), 0});
  a.data.states.push_back(sequence);
  AggregateData count;
  count.function = Aggregate::kStepCount;
  count.state = 1;
  count.column = 2;
  a.data.aggregates.push_back(count);
  RuleData rule = rule_of("b_steps", 1, 2);
  rule.score =
      a.value_of({Opcode::kAggregate, 0, 0, static_cast<std::uint32_t>(a.data.aggregates.size() - 1), 0, 0});
  a.data.rules.push_back(rule);

  StateData together = state_of(StateKind::kTogether, 2, slots);
  for (const char* step : {"left", "right"}) together.inputs.push_back(input_of(a, slots, step));
  together.inputs[1].filter =
      a.condition_of({Opcode::kTestEqual, 0, 0, slot_operand(slots.n), constant_operand(a.integer(2)), 0});
  a.data.states.push_back(together);
  a.data.rules.push_back(rule_of("c_both", 2, 3));

  StateData absence = state_of(StateKind::kSequence, 3, slots);
  for (const char* step : {"first", "never"}) absence.inputs.push_back(input_of(a, slots, step));
  absence.inputs[1].absent = true;
  absence.inputs[1].within.nanoseconds = kHour;
  a.data.states.push_back(absence);
  a.data.rules.push_back(rule_of("d_absence", 3, 4));
}

void add_chain(Assembler& a, const Slots& slots) {
  StateData state = state_of(StateKind::kEvent, 4, slots);
  state.key_names.clear();
  state.key_slots.clear();
  state.key_cased.clear();
  InputData input;
  input.alerts = {0, 1, 2, 3};
  state.inputs.push_back(input);
  a.data.states.push_back(state);
  a.data.rules.push_back(rule_of("e_chain", 4, 5));
}

}  // namespace

ProgramData state_data() {
  Assembler a;
  const Slots slots{a.slot("time", TypeKind::kTime), a.slot("id"), a.slot("user"),
                    a.slot("n", TypeKind::kInt)};
  a.data.time_slot = slots.time;
  a.data.id_slot = slots.id;
  a.data.classes[0].kept = {slots.time, slots.id, slots.user, slots.n};
  a.data.alert_rule_slot = a.slot("rule");
  a.data.alert_severity_slot = a.slot("severity");
  a.data.alert_score_slot = a.slot("score", TypeKind::kInt);
  add_window(a, slots);
  add_steps(a, slots);
  add_chain(a, slots);
  return a.data;
}

std::size_t run_states(const Program& program) {
  std::size_t alerts = 0;
  for (const Decide decide : {Decide::kEarly, Decide::kFinal}) {
    EngineOptions options;
    options.decide = decide;
    options.max_steps = 20'000;
    options.max_event_bytes = std::size_t{1} << 20;
    options.window_index_from = 4;
    options.lateness_of_all = kUnlimitedLateness;
    Engine engine(program, options);
    const auto take = [&] {
      for (const Alert& alert : engine.given()) alerts += to_json(alert).empty() ? 0U : 1U;
    };
    const auto feed = [&](std::int64_t i) {
      const std::string id = "e" + std::to_string(i % 11);
      const std::int64_t time = 1'767'225'600 * kSecond + (i * 7 % 13) * 600 * kSecond;
      const Engine::Fields fields{{"time", Value::of_time(time)},
                                  {"id", Value::of_string(id)},
                                  {"user", Value::of_string(i % 3 == 0 ? "a" : "B")},
                                  {"n", i % 5 == 4 ? Value{} : Value::of_int(i % 5)}};
      for (const ClassData& event_class : program.data().classes) {
        (void)engine.feed_event(event_class.name, fields);
        take();
      }
      if (i == 6 && !program.data().rules.empty())
        (void)engine.feed_alert(program.data().rules[0].name, fields);
      take();
    };
    for (std::int64_t i = 0; i < 12; ++i) feed(i);
    (void)engine.advance(1'767'225'600 * kSecond + 3 * kHour);
    take();
    (void)engine.finish([&](const Alert& alert) { alerts += to_json(alert).empty() ? 0U : 1U; });
    Engine next(program, options);
    if (next.load_state(engine.save_state())) engine = std::move(next);
    feed(12);
  }
  return alerts;
}

}  // namespace shrike::test
