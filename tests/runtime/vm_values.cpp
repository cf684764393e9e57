// What each instruction that computes a value gives, and that it gives missing where there is no answer.
#include <limits>

#include "tests/runtime/assembler.hpp"

namespace shrike::test {
namespace {

constexpr std::int64_t kHour = 3'600'000'000'000;
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

/// The result of an instruction with two slots as operands.
Value result(Opcode opcode, const Value& x, const Value& y = {}) {
  Assembler a;
  const std::uint32_t x_slot = a.slot("x");
  const std::uint32_t y_slot = a.slot("y");
  const bool two = kOpcodes[static_cast<std::size_t>(opcode)].y == Role::kSrc;
  const std::uint32_t unit =
      a.value_of({opcode, 0, 0, slot_operand(x_slot), two ? slot_operand(y_slot) : 0, 0});
  Machine machine(a);
  return machine.set(x_slot, x).set(y_slot, y).evaluate(unit);
}

std::string arithmetic(Opcode opcode, const Value& x, const Value& y) { return shown(result(opcode, x, y)); }

Value i(std::int64_t value) { return Value::of_int(value); }
Value f(double value) { return Value::of_float(value); }
Value d(std::int64_t value) { return Value::of_duration(value); }
Value t(std::int64_t value) { return Value::of_time(value); }

bool is_duration(const Value& value, std::int64_t nanoseconds) {
  return value.kind == Kind::kDuration && value.integer == nanoseconds;
}

/// A unit over one JSON record whose member `x` is the operand.
std::string of_json(Instruction instruction, const std::string& x, Assembler a = {}) {
  instruction.x = raw_operand(a.path({"x"}));
  const std::uint32_t unit = a.value_of(instruction);
  Machine machine(a);
  machine.record("{\"x\": " + x + "}");
  return machine.shown(unit);
}

}  // namespace

TEST_CASE("numbers add, subtract, multiply, divide; ints stay ints") {
  CHECK(arithmetic(Opcode::kAdd, i(2), i(3)) == "5");
  CHECK(result(Opcode::kAdd, i(2), f(0.5)).number == 2.5);
  CHECK(arithmetic(Opcode::kSubtract, i(2), i(3)) == "-1");
  CHECK(arithmetic(Opcode::kMultiply, i(-4), i(3)) == "-12");
  CHECK(arithmetic(Opcode::kDivide, i(-7), i(2)) == "-3");
  CHECK(result(Opcode::kDivide, f(7), i(2)).number == 3.5);
  CHECK(arithmetic(Opcode::kModulo, i(-7), i(2)) == "-1");
  CHECK(result(Opcode::kModulo, f(7.5), i(2)).number == 1.5);
  CHECK(shown(result(Opcode::kNegate, i(5))) == "-5");
}

TEST_CASE("overflow and division by zero are missing") {
  CHECK(arithmetic(Opcode::kAdd, i(kMax), i(1)) == "missing");
  CHECK(arithmetic(Opcode::kSubtract, i(kMin), i(1)) == "missing");
  CHECK(arithmetic(Opcode::kMultiply, i(kMax), i(2)) == "missing");
  CHECK(arithmetic(Opcode::kDivide, i(1), i(0)) == "missing");
  CHECK(arithmetic(Opcode::kDivide, f(1), f(0)) == "missing");
  CHECK(arithmetic(Opcode::kDivide, i(kMin), i(-1)) == "missing");
  CHECK(arithmetic(Opcode::kModulo, i(1), i(0)) == "missing");
  CHECK(arithmetic(Opcode::kModulo, i(kMin), i(-1)) == "0");
  CHECK(arithmetic(Opcode::kMultiply, f(1e308), f(10)) == "missing");
  CHECK(shown(result(Opcode::kNegate, i(kMin))) == "missing");
  CHECK(arithmetic(Opcode::kAdd, t(kMax), d(1)) == "missing");
  CHECK(arithmetic(Opcode::kMultiply, d(kHour), f(1e300)) == "missing");
  CHECK(arithmetic(Opcode::kDivide, d(kHour), d(0)) == "missing");
}

TEST_CASE("times and durations") {
  CHECK(is_duration(result(Opcode::kSubtract, t(3 * kHour), t(kHour)), 2 * kHour));
  CHECK(result(Opcode::kAdd, t(kHour), d(kHour)).kind == Kind::kTime);
  CHECK(result(Opcode::kAdd, d(kHour), t(kHour)).integer == 2 * kHour);
  CHECK(result(Opcode::kSubtract, t(kHour), d(kHour)).integer == 0);
  CHECK(is_duration(result(Opcode::kAdd, d(kHour), d(kHour)), 2 * kHour));
  CHECK(is_duration(result(Opcode::kMultiply, d(kHour), i(3)), 3 * kHour));
  CHECK(is_duration(result(Opcode::kMultiply, f(0.5), d(kHour)), kHour / 2));
  CHECK(is_duration(result(Opcode::kDivide, d(kHour), i(2)), kHour / 2));
  CHECK(result(Opcode::kDivide, d(kHour), d(2 * kHour)).number == 0.5);
  CHECK(is_duration(result(Opcode::kModulo, d(3 * kHour), d(2 * kHour)), kHour));
  CHECK(is_duration(result(Opcode::kNegate, d(kHour)), -kHour));
}

TEST_CASE("arithmetic over other kinds or missing is missing") {
  for (const Opcode opcode :
       {Opcode::kAdd, Opcode::kSubtract, Opcode::kMultiply, Opcode::kDivide, Opcode::kModulo}) {
    CHECK(arithmetic(opcode, Value{}, i(1)) == "missing");
    CHECK(arithmetic(opcode, i(1), Value{}) == "missing");
    CHECK(arithmetic(opcode, text_value("1"), i(1)) == "missing");
    CHECK(arithmetic(opcode, t(1), i(1)) == "missing");
  }
  CHECK(arithmetic(Opcode::kAdd, t(1), t(1)) == "missing");
  CHECK(arithmetic(Opcode::kSubtract, d(1), t(1)) == "missing");
}

TEST_CASE("a missing amount adds nothing") {
  Assembler a;
  const std::uint32_t x = a.slot("x");
  const std::uint32_t unit = a.unit({{Opcode::kMove, 0, 0, constant_operand(a.integer(60)), 0, 0},
                                     {Opcode::kAddPresent, 0, 0, slot_operand(x), 0, 0},
                                     {Opcode::kAddPresent, 0, 0, constant_operand(a.integer(5)), 0, 0},
                                     {Opcode::kReturn, 0, 0, reg(0), 0, 0}});
  Machine machine(a);
  CHECK(machine.shown(unit) == "65");
  machine.begin();
  CHECK(machine.set(x, i(20)).shown(unit) == "85");
}

TEST_CASE("members, elements and indexes of JSON") {
  Assembler a;
  const std::uint32_t name = a.text("Name");
  const std::string list = R"([{"name": "a"}, {"NAME": ["b", null, "c"]}, 7, {"other": 1}])";
  CHECK(of_json({Opcode::kMember, 0, 0, 0, name, 0}, R"({"name": 1, "other": 2})", a) == "1");
  CHECK(of_json({Opcode::kMember, 0, 0, 0, name, 0}, R"({"name": 1, "Name": 2, "NAME": 3})", a) == "2");
  CHECK(of_json({Opcode::kMember, 0, 0, 0, name, 0}, R"(["name"])", a) == "missing");
  CHECK(of_json({Opcode::kMembers, 0, 0, 0, name, 0}, list, a) == R"(["a","b","c"])");
  CHECK(of_json({Opcode::kMembers, 0, 0, 0, name, 0}, R"({"name": 1})", a) == "missing");
  CHECK(of_json({Opcode::kStar, 0, 0, 0, 0, 0}, "[1, 2]") == "[1,2]");
  CHECK(of_json({Opcode::kStar, 0, 0, 0, 0, 0}, R"({"a": 1, "b": null, "c": 3})") == "[1,3]");
  CHECK(of_json({Opcode::kStar, 0, 0, 0, 0, 0}, "\"text\"") == "missing");
  const auto index = [&](std::int64_t at) {
    Assembler b;
    const std::uint32_t y = constant_operand(b.integer(at));
    return of_json({Opcode::kIndex, 0, 0, 0, y, 0}, "[10, 20, 30]", b);
  };
  CHECK(index(0) == "10");
  CHECK(index(2) == "30");
  CHECK(index(-1) == "30");
  CHECK(index(3) == "missing");
  CHECK(index(-4) == "missing");
  Assembler b;
  const std::uint32_t key = constant_operand(b.text("X-Name"));
  CHECK(of_json({Opcode::kIndex, 0, 0, 0, key, 0}, R"({"x-name": 5})", b) == "5");
}

TEST_CASE("parts of a client") {
  Assembler a;
  const std::uint32_t x = a.slot("x", TypeKind::kClient);
  std::vector<std::uint32_t> parts;
  for (std::uint32_t part = 0; part < 4; ++part)
    parts.push_back(a.value_of({Opcode::kClientPart, 0, 0, slot_operand(x), part, 0}));
  Machine machine(a);
  Client client;
  client.family = text_value("curl");
  client.tool = Value::of_bool(true);
  machine.set(x, Value::of_client(&client));
  CHECK(machine.shown(parts[0]) == "\"curl\"");
  CHECK(machine.shown(parts[1]) == "missing");
  CHECK(machine.shown(parts[3]) == "true");
  machine.set(x, text_value("no client"));
  CHECK(machine.shown(parts[0]) == "missing");
}

TEST_CASE("a cast keeps what holds the type") {
  const auto as = [&](Type type, const std::string& json) {
    const auto kind = static_cast<std::uint32_t>(type.kind);
    const auto element = static_cast<std::uint32_t>(type.element);
    const auto depth = static_cast<std::uint32_t>(type.depth);
    return of_json({Opcode::kCast, 0, 0, 0, kind | element << 8 | depth << 16, 0}, json);
  };
  CHECK(as({TypeKind::kString}, "\"a\"") == "\"a\"");
  CHECK(as({TypeKind::kString}, "5") == "missing");
  CHECK(as({TypeKind::kInt}, "5") == "5");
  CHECK(as({TypeKind::kInt}, "5.5") == "missing");
  CHECK(as({TypeKind::kFloat}, "5") != "missing");
  CHECK(as({TypeKind::kBool}, "true") == "true");
  CHECK(as({TypeKind::kBool}, "\"true\"") == "missing");
  CHECK(as({TypeKind::kTime}, "\"2026-01-31\"") == "missing");
  CHECK(as({TypeKind::kJson}, "[1]") == "[1]");
  CHECK(as({TypeKind::kList, TypeKind::kNone, 1}, "[1, \"a\"]") == "[1,\"a\"]");
  CHECK(as({TypeKind::kList, TypeKind::kString, 1}, "[1, \"a\", null, \"b\", [\"c\"]]") == "[\"a\",\"b\"]");
  CHECK(as({TypeKind::kList, TypeKind::kString, 2}, "[[\"c\", 1], \"a\"]") == "[[\"c\"]]");
  CHECK(as({TypeKind::kList, TypeKind::kString, 0}, "[[\"c\", 1], \"a\"]") == "[[\"c\"],\"a\"]");
  CHECK(as({TypeKind::kList, TypeKind::kString, 1}, "\"a\"") == "missing");
  CHECK(as({TypeKind::kMap, TypeKind::kString, 1}, "{\"a\": 1, \"b\": \"x\"}") == "{\"b\":\"x\"}");
}

TEST_CASE("lists leave missing elements out, packs keep them") {
  Assembler a;
  const std::uint32_t x = a.slot("x");
  std::vector<std::uint32_t> units;
  for (const Opcode opcode : {Opcode::kList, Opcode::kPack}) {
    units.push_back(a.unit({{Opcode::kMove, 0, 1, constant_operand(a.integer(1)), 0, 0},
                            {Opcode::kMove, 0, 2, slot_operand(x), 0, 0},
                            {Opcode::kMove, 0, 3, constant_operand(a.integer(3)), 0, 0},
                            {opcode, 0, 0, 3, 1, 0},
                            {Opcode::kReturn, 0, 0, reg(0), 0, 0}}));
  }
  Machine machine(a);
  CHECK(machine.shown(units[0]) == "[1,3]");
  const Value pack = machine.evaluate(units[1]);
  REQUIRE(pack.size == 3);
  CHECK(pack.items[1].is_missing());
}

TEST_CASE("a slot is computed once, by the unit of the event's source") {
  Assembler a;
  const std::uint32_t list = a.slot("list", TypeKind::kList);
  const std::uint32_t twice = a.slot("twice", TypeKind::kList);
  const std::uint32_t fill = a.value_of({Opcode::kStar, 0, 0, raw_operand(a.path({"m"})), 0, 0});
  a.data.sources[0].units[list] = fill;
  const std::uint32_t read = a.unit({{Opcode::kReturn, 0, 0, slot_operand(list), 0, 0}});
  a.data.sources[0].units[twice] = read;
  const std::uint32_t unit = a.unit({{Opcode::kReturn, 0, 0, slot_operand(twice), 0, 0}});
  Machine machine(a);
  machine.record(R"({"m": {"a": 1}})");
  const Value first = machine.evaluate(unit);
  const Value second = machine.evaluate(unit);
  CHECK(shown(first) == "[1]");
  CHECK(first.items == second.items);
  machine.record(R"({"m": {"a": 2}})");
  CHECK(machine.shown(unit) == "[2]");
}

TEST_CASE("a slot that no unit of the source fills is missing") {
  Assembler a;
  const std::uint32_t x = a.slot("x");
  const std::uint32_t unit = a.unit({{Opcode::kReturn, 0, 0, slot_operand(x), 0, 0}});
  Machine machine(a);
  machine.record("{}");
  CHECK(machine.shown(unit) == "missing");
}

TEST_CASE("class and tenant are readable; parameters follow the profile") {
  Assembler a;
  const std::uint32_t param = a.param("p", {TypeKind::kInt, TypeKind::kNone, 0, false}, a.integer(30));
  ProfileData contoso = a.data.profiles[0];
  contoso.tenant = "Contoso";
  contoso.params[0] = a.integer(50);
  a.data.profiles.push_back(contoso);
  const std::uint32_t event_class =
      a.unit({{Opcode::kReturn, 0, 0, special_operand(Special::kClassName), 0, 0}});
  const std::uint32_t tenant = a.unit({{Opcode::kReturn, 0, 0, special_operand(Special::kTenant), 0, 0}});
  const std::uint32_t value = a.unit({{Opcode::kReturn, 0, 0, param_operand(param), 0, 0}});
  Machine machine(a);
  CHECK(machine.shown(event_class) == "\"event\"");
  CHECK(machine.shown(tenant) == "missing");
  CHECK(machine.shown(value) == "30");
  machine.event.tenant = text_value("contoso");
  machine.event.profile = machine.program.sealed().profile_of("CONTOSO");
  CHECK(machine.shown(tenant) == "\"contoso\"");
  CHECK(machine.shown(value) == "50");
  CHECK(machine.program.sealed().profile_of("other") == 0);
}

TEST_CASE("a call passes registers and checks kinds") {
  Assembler a;
  const std::uint32_t x = a.slot("x");
  const std::uint32_t trim = a.function("trim(text: string, characters?: string): string");
  const std::uint32_t one = a.unit({{Opcode::kMove, 0, 0, slot_operand(x), 0, 0},
                                    {Opcode::kCall, 0, 0, trim, 0, 1},
                                    {Opcode::kReturn, 0, 0, reg(0), 0, 0}});
  const std::uint32_t two = a.unit({{Opcode::kMove, 0, 0, slot_operand(x), 0, 0},
                                    {Opcode::kMove, 0, 1, constant_operand(a.text("x")), 0, 0},
                                    {Opcode::kCall, 0, 0, trim, 0, 2},
                                    {Opcode::kReturn, 0, 0, reg(0), 0, 0}});
  const std::uint32_t direct = a.value_of({Opcode::kCallOne, 0, 0, trim, slot_operand(x), 0});
  Machine machine(a);
  machine.set(x, text_value(" a "));
  CHECK(machine.shown(one) == "\"a\"");
  CHECK(machine.shown(direct) == "\"a\"");
  machine.set(x, text_value("xax"));
  CHECK(machine.shown(two) == "\"a\"");
  machine.set(x, i(5));
  CHECK(machine.shown(one) == "missing");
  CHECK(machine.shown(direct) == "missing");
  machine.set(x, Value{});
  CHECK(machine.shown(direct) == "missing");
}

}  // namespace shrike::test
