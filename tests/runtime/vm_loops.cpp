// Loops, list builders and the step budget.
#include "tests/runtime/assembler.hpp"

namespace shrike::test {
namespace {

/// `any element in x: element == "b"`.
std::vector<Instruction> any_is_b(std::uint32_t x, std::uint32_t b) {
  return {{Opcode::kLoop, 0, 0, slot_operand(x), 0, 3},
          {Opcode::kTestEqual, InstructionFlag::kJumpIfTrue, 0, reg(0), constant_operand(b), 4},
          {Opcode::kNext, 0, 0, 0, 0, 1},
          {Opcode::kReturnFalse, 0, 0, 0, 0, 0},
          {Opcode::kReturnTrue, 0, 0, 0, 0, 0}};
}

}  // namespace

TEST_CASE("a loop visits every element until it is left; no list is no element") {
  Assembler a;
  const std::uint32_t x = a.slot("x", TypeKind::kList);
  const std::uint32_t unit = a.unit(any_is_b(x, a.folded("b")));
  Machine machine(a);
  const std::vector<Value> with{text_value("a"), Value{}, text_value("B")};
  const std::vector<Value> without{text_value("a"), Value{}};
  CHECK(machine.set(x, Value::of_list(with)).decide(unit));
  CHECK_FALSE(machine.set(x, Value::of_list(without)).decide(unit));
  CHECK_FALSE(machine.set(x, Value::of_list({})).decide(unit));
  CHECK_FALSE(machine.set(x, Value{}).decide(unit));
  CHECK_FALSE(machine.set(x, text_value("b")).decide(unit));
}

TEST_CASE("loops nest and builders collect") {
  Assembler a;
  const std::uint32_t x = a.slot("x", TypeKind::kList);
  // [i + j for i in x for j in x if j != 2]
  const std::uint32_t unit = a.unit({{Opcode::kBuild, 0, 0, 0, 0, 0},
                                     {Opcode::kLoop, 0, 0, slot_operand(x), 0, 8},
                                     {Opcode::kLoop, 0, 1, slot_operand(x), 1, 7},
                                     {Opcode::kTestDiffer, 0, 0, reg(1), constant_operand(a.integer(2)), 6},
                                     {Opcode::kAdd, 0, 2, reg(0), reg(1), 0},
                                     {Opcode::kAppend, 0, 0, 0, reg(2), 0},
                                     {Opcode::kNext, 0, 1, 0, 1, 3},
                                     {Opcode::kNext, 0, 0, 0, 0, 2},
                                     {Opcode::kBuilt, 0, 3, 0, 0, 0},
                                     {Opcode::kReturn, 0, 0, reg(3), 0, 0}});
  Machine machine(a);
  const std::vector<Value> numbers{Value::of_int(1), Value::of_int(2), Value::of_int(3)};
  machine.set(x, Value::of_list(numbers));
  CHECK(machine.shown(unit) == "[2,4,3,5,4,6]");
  CHECK(machine.shown(unit) == "[2,4,3,5,4,6]");
}

TEST_CASE("a list built before stays as it was when its builder is begun again") {
  Assembler a;
  const std::uint32_t one = a.integer(1);
  const std::uint32_t two = a.integer(2);
  const std::uint32_t unit = a.unit({{Opcode::kBuild, 0, 0, 0, 0, 0},
                                     {Opcode::kAppend, 0, 0, 0, constant_operand(one), 0},
                                     {Opcode::kBuilt, 0, 0, 0, 0, 0},
                                     {Opcode::kBuild, 0, 0, 0, 0, 0},
                                     {Opcode::kAppend, 0, 0, 0, constant_operand(two), 0},
                                     {Opcode::kBuilt, 0, 1, 0, 0, 0},
                                     {Opcode::kPack, 0, 2, 2, 0, 0},
                                     {Opcode::kReturn, 0, 0, reg(2), 0, 0}});
  Machine machine(a);
  CHECK(machine.shown(unit) == "[[1],[2]]");
}

TEST_CASE("when the steps run out conditions are false and values missing, until the budget begins anew") {
  Assembler a;
  const std::uint32_t x = a.slot("x", TypeKind::kList);
  const std::uint32_t condition = a.unit(any_is_b(x, a.folded("b")));
  const std::uint32_t value = a.unit({{Opcode::kReturn, 0, 0, constant_operand(a.integer(1)), 0, 0}});
  const std::vector<Value> many(1000, text_value("a"));
  std::vector<Value> ends_in_b = many;
  ends_in_b.push_back(text_value("b"));
  Machine machine(a, 100);
  machine.set(x, Value::of_list(ends_in_b));
  CHECK_FALSE(machine.decide(condition));
  CHECK(machine.vm.out_of_steps());
  CHECK(machine.shown(value) == "missing");
  machine.vm.restart_budget();
  CHECK_FALSE(machine.vm.out_of_steps());
  CHECK(machine.shown(value) == "1");
  CHECK(machine.vm.steps_used() == 0);
}

TEST_CASE("long texts are charged for") {
  Assembler a;
  const std::uint32_t x = a.slot("x");
  const std::uint32_t unit =
      a.condition_of({Opcode::kTestText, 0, 0, slot_operand(x), constant_operand(a.folded("needle")), 0});
  Machine machine(a, 100);
  const std::string text(1'000'000, 'x');
  CHECK_FALSE(machine.set(x, text_value(text)).decide(unit));
  CHECK(machine.vm.out_of_steps());
}

TEST_CASE("a hostile wildcard pattern ends the budget instead of running on") {
  Assembler a;
  const std::uint32_t x = a.slot("x");
  const std::uint32_t y = a.slot("y");
  const std::uint32_t unit = a.condition_of({Opcode::kTestText, 0, 3, slot_operand(x), slot_operand(y), 0});
  Machine machine(a);
  const std::string text(1'000'000, 'a');
  const std::string pattern = "*" + std::string(500'000, 'a') + "?b";
  machine.set(x, text_value(text)).set(y, text_value(pattern));
  CHECK_FALSE(machine.decide(unit));
  CHECK(machine.vm.out_of_steps());
}

TEST_CASE("an arena without room gives missing lists, not a crash") {
  Assembler a;
  const std::uint32_t x = a.slot("x", TypeKind::kList);
  const std::uint32_t unit = a.unit({{Opcode::kBuild, 0, 0, 0, 0, 0},
                                     {Opcode::kLoop, 0, 0, slot_operand(x), 0, 4},
                                     {Opcode::kAppend, 0, 0, 0, reg(0), 0},
                                     {Opcode::kNext, 0, 0, 0, 0, 2},
                                     {Opcode::kBuilt, 0, 1, 0, 0, 0},
                                     {Opcode::kReturn, 0, 0, reg(1), 0, 0}});
  auto program = Program::seal(a.data);
  REQUIRE(program);
  Arena arena(4096);
  JsonDecoder json;
  CallContext context{arena, json, nullptr};
  Vm vm(*program, context, 1'000'000);
  EventState event;
  event.begin(1);
  const std::vector<Value> many(10'000, Value::of_int(1));
  event.set(x, Value::of_list(many));
  CHECK(vm.evaluate(unit, event).is_missing());
  CHECK(arena.exhausted());
}

TEST_CASE("the fields of the event before are forgotten") {
  EventState event;
  event.begin(2);
  event.set(0, Value::of_int(1));
  const std::uint32_t stamp = event.stamp;
  event.begin(2);
  CHECK(event.stamps[0] != event.stamp);
  CHECK(event.stamp == stamp + 1);
  event.stamp = 0xffffffff;
  event.begin(2);
  CHECK(event.stamp == 1);
  CHECK(event.stamps[0] == 0);
}

}  // namespace shrike::test
