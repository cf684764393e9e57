// Every way in which bytecode can be unsafe is refused, one by one, with a message that names the place.
#include "tests/runtime/assembler.hpp"
#include "tests/runtime/state_program.hpp"

namespace shrike::test {
namespace {

constexpr Instruction kReturnTrue{Opcode::kReturnTrue, 0, 0, 0, 0, 0};
constexpr Instruction kReturnFalse{Opcode::kReturnFalse, 0, 0, 0, 0, 0};

/// The verifier's message, or "accepted".
std::string verdict(const ProgramData& data) {
  const auto program = Program::seal(data);
  if (program) return "accepted";
  CHECK((program.error().code == ErrorCode::kUnsafe || program.error().code == ErrorCode::kVersion));
  return program.error().message;
}

bool refuses(const Assembler& a, std::string_view because) {
  const std::string message = verdict(a.data);
  const bool found = message.find(because) != std::string::npos;
  if (!found) MESSAGE("said: " << message);
  return found;
}

/// Refuses the code as the only unit of a program with one of each table.
bool refuses_code(const std::vector<Instruction>& code, std::string_view because,
                  std::uint16_t registers = 2) {
  Assembler a;
  a.slot("x");
  a.slot("y");
  a.text("Text");       // 0
  a.integer(7);         // 1
  a.texts({"a", "b"});  // 2 to 4
  a.folded("text");     // 5
  a.list({1});          // 6
  a.path({"p"});
  a.function("lower(text: string): string");
  a.regex("x");
  a.data.tables.emplace_back();
  a.unit(code);
  a.data.units[0].registers = registers;
  return refuses(a, because);
}

Instruction returns(std::uint32_t operand) { return {Opcode::kReturn, 0, 0, operand, 0, 0}; }

}  // namespace

TEST_CASE("a sound program is accepted") {
  Assembler a;
  a.unit({kReturnTrue});
  CHECK(verdict(a.data) == "accepted");
}

TEST_CASE("refuses unknown opcodes, flags and targets where there is no jump") {
  CHECK(refuses_code({{static_cast<Opcode>(200), 0, 0, 0, 0, 0}, kReturnTrue}, "no such opcode"));
  CHECK(refuses_code({{Opcode::kReturnTrue, 0x80, 0, 0, 0, 0}}, "unknown flags"));
  CHECK(refuses_code({{Opcode::kReturnTrue, 0, 0, 0, 0, 1}}, "a target without a jump"));
  CHECK(refuses_code({{Opcode::kReturnTrue, 0, 1, 0, 0, 0}}, "dst must be 0"));
  CHECK(refuses_code({{Opcode::kReturnTrue, 0, 0, 1, 0, 0}}, "x must be 0"));
  CHECK(refuses_code({{Opcode::kReturnTrue, 0, 0, 0, 1, 0}}, "y must be 0"));
}

TEST_CASE("refuses operands that do not exist") {
  CHECK(refuses_code({returns(reg(2))}, "register 2 of 2"));
  CHECK(refuses_code({returns(slot_operand(2))}, "slot 2 of 2"));
  CHECK(refuses_code({returns(constant_operand(7))}, "constant 7 of 7"));
  CHECK(refuses_code({returns(raw_operand(1))}, "path 1 of 1"));
  CHECK(refuses_code({returns(param_operand(0))}, "parameter 0 of 0"));
  CHECK(refuses_code({returns(list_operand(0))}, "list 0 of 0"));
  CHECK(refuses_code({returns(Operand(OperandKind::kSpecial, 2).bits())}, "special value 2 of 2"));
  CHECK(refuses_code({returns(0xf0000000U)}, "unknown kind of operand"));
  CHECK(refuses_code({{Opcode::kMove, 0, 2, constant_operand(0), 0, 0}, returns(reg(0))}, "register 2 of 2"));
  CHECK(refuses_code({{Opcode::kTestRaw, 0, 0, 1, 0, 1}, kReturnTrue}, "path 1 of 1"));
  CHECK(refuses_code({{Opcode::kTestIs, 0, 0, 2, 5, 1}, kReturnTrue}, "slot 2 of 2"));
  CHECK(refuses_code({{Opcode::kTestMatches, 0, 0, slot_operand(0), 1, 1}, kReturnTrue},
                     "regular expression 1 of 1"));
  CHECK(refuses_code({{Opcode::kLookup, 0, 0, slot_operand(0), 1, 0}, returns(reg(0))}, "table 1 of 1"));
  CHECK(refuses_code({{Opcode::kTestOrder, 0, 4, slot_operand(0), slot_operand(0), 1}, kReturnTrue},
                     "comparison 4 of 4"));
  CHECK(refuses_code({{Opcode::kTestText, 0, 4, slot_operand(0), slot_operand(0), 1}, kReturnTrue},
                     "comparison 4 of 4"));
  CHECK(refuses_code({{Opcode::kClientPart, 0, 0, slot_operand(0), 4, 0}, returns(reg(0))},
                     "client part 4 of 4"));
  CHECK(refuses_code({{Opcode::kCast, 0, 0, slot_operand(0), 200, 0}, returns(reg(0))}, "no such type"));
  CHECK(refuses_code({{Opcode::kCast, 0, 0, slot_operand(0), 1U << 20, 0}, returns(reg(0))}, "no such type"));
}

TEST_CASE("refuses constants of the wrong kind") {
  CHECK(refuses_code({{Opcode::kTestIs, 0, 0, 0, 1, 1}, kReturnTrue}, "y must be a string"));
  CHECK(refuses_code({{Opcode::kTestIs, 0, 0, 0, 0, 1}, kReturnTrue}, "y must be folded text"));
  CHECK(refuses_code({{Opcode::kTestIsOne, 0, 0, 0, 5, 1}, kReturnTrue}, "y must be a list"));
  CHECK(refuses_code({{Opcode::kTestIsOne, 0, 0, 0, 6, 1}, kReturnTrue}, "y must be a list of strings"));
  CHECK(
      refuses_code({{Opcode::kMember, 0, 0, slot_operand(0), 1, 0}, returns(reg(0))}, "y must be a string"));
}

TEST_CASE("refuses a table anywhere but behind in") {
  CHECK(refuses_code({returns(table_operand(0))}, "a table stands only behind `in`"));
  CHECK(refuses_code({{Opcode::kTestIn, 0, 0, table_operand(0), constant_operand(4), 1}, kReturnTrue},
                     "a table stands only behind `in`"));
}

TEST_CASE("refuses registers that are not written on every path") {
  CHECK(refuses_code({returns(reg(0))}, "register 0 is not written"));
  CHECK(refuses_code({{Opcode::kTestHas, 0, 0, slot_operand(0), 0, 2},
                      {Opcode::kMove, 0, 0, constant_operand(0), 0, 0},
                      returns(reg(0))},
                     "instruction 2 (return): register 0 is not written"));
  CHECK(refuses_code({{Opcode::kAddPresent, 0, 0, constant_operand(1), 0, 0}, returns(reg(0))},
                     "register 0 is not written"));
  CHECK(refuses_code(
      {{Opcode::kMove, 0, 0, constant_operand(0), 0, 0}, {Opcode::kPack, 0, 0, 2, 0, 0}, returns(reg(0))},
      "register 1 is not written"));
  CHECK(refuses_code({{Opcode::kCall, 0, 0, 0, 0, 1}, returns(reg(0))}, "register 0 is not written"));
  CHECK(refuses_code(
      {{Opcode::kLoop, 0, 0, slot_operand(0), 0, 2}, {Opcode::kNext, 0, 0, 0, 0, 1}, returns(reg(0))},
      "register 0 is not written"));
}

TEST_CASE("refuses lists of registers beyond the window, and argument counts that do not fit") {
  CHECK(refuses_code({{Opcode::kPack, 0, 0, 2, 1, 0}, returns(reg(0))}, "registers 1 to 3 of 2"));
  CHECK(refuses_code({{Opcode::kPack, 0, 0, 300, 0, 0}, returns(reg(0))}, "count 300"));
  CHECK(refuses_code({{Opcode::kPack, 0, 0, 1, 0xffffffff, 0}, returns(reg(0))}, "of 2"));
  CHECK(refuses_code({{Opcode::kCall, 0, 0, 1, 0, 1}, returns(reg(0))}, "function 1 of 1"));
  CHECK(refuses_code({{Opcode::kCall, 0, 0, 0, 0, 0}, returns(reg(0))}, "0 arguments for lower"));
  CHECK(refuses_code({{Opcode::kCall, 0, 0, 0, 0, 2}, returns(reg(0))}, "2 arguments for lower"));
  CHECK(refuses_code({{Opcode::kCall, 0, 0, 0, 0, 0xffffffff}, returns(reg(0))}, "too many"));
  CHECK(refuses_code({{Opcode::kCallOne, 0, 0, 1, constant_operand(0), 0}, returns(reg(0))},
                     "function 1 of 1"));
  CHECK(refuses_code({{Opcode::kCallOne, 0, 0, 0, reg(0), 0}, returns(reg(0))}, "register 0 is not written"));
  CHECK(refuses_code({{Opcode::kCallOne, 0, 0, 0, reg(9), 0}, returns(reg(0))}, "register 9 of 2"));
  CHECK(refuses_code({{Opcode::kCallOne, 0, 0, 0, constant_operand(0), 1}, returns(reg(0))},
                     "a target without a jump"));
}

TEST_CASE("refuses jumps backward, to itself and out of the unit") {
  CHECK(refuses_code({{Opcode::kTestHas, 0, 0, slot_operand(0), 0, 0}, kReturnTrue}, "jumps to 0"));
  CHECK(refuses_code({{Opcode::kTestHas, 0, 0, slot_operand(0), 0, 2}, kReturnTrue}, "jumps to 2"));
  CHECK(refuses_code(
      {{Opcode::kMove, 0, 0, constant_operand(0), 0, 0}, {Opcode::kJump, 0, 0, 0, 0, 0}, kReturnTrue},
      "jumps to 0"));
}

TEST_CASE("refuses a unit that runs off its end") {
  CHECK(refuses_code({{Opcode::kMove, 0, 0, constant_operand(0), 0, 0}}, "runs off its end"));
}

TEST_CASE("refuses loops that are not properly nested") {
  const Instruction loop{Opcode::kLoop, 0, 0, slot_operand(0), 0, 3};
  CHECK(refuses_code({loop, kReturnTrue, kReturnTrue, kReturnTrue}, "a loop does not end"));
  CHECK(refuses_code({{Opcode::kNext, 0, 0, 0, 0, 0}, kReturnTrue}, "a loop ends that did not begin"));
  CHECK(
      refuses_code({loop, {Opcode::kNext, 0, 0, 0, 1, 1}, kReturnTrue, kReturnTrue}, "not properly nested"));
  CHECK(
      refuses_code({loop, {Opcode::kNext, 0, 0, 0, 0, 0}, kReturnTrue, kReturnTrue}, "not properly nested"));
  CHECK(refuses_code({{Opcode::kLoop, 0, 0, slot_operand(0), 0, 4},
                      {Opcode::kLoop, 0, 1, slot_operand(0), 0, 3},
                      {Opcode::kNext, 0, 1, 0, 0, 2},
                      {Opcode::kNext, 0, 0, 0, 0, 1},
                      kReturnTrue},
                     "the loop number is in use"));
  CHECK(refuses_code(
      {{Opcode::kLoop, 0, 0, slot_operand(0), 8, 2}, {Opcode::kNext, 0, 0, 0, 8, 1}, kReturnTrue},
      "loop 8 of 8"));
  CHECK(refuses_code(
      {{Opcode::kLoop, 0, 0, slot_operand(0), 0, 1}, {Opcode::kNext, 0, 0, 0, 0, 1}, kReturnTrue},
      "jumps into a loop at 1"));
}

TEST_CASE("refuses a jump into a loop from outside") {
  CHECK(refuses_code({{Opcode::kTestHas, 0, 0, slot_operand(0), 0, 2},
                      {Opcode::kLoop, 0, 0, slot_operand(0), 0, 4},
                      {Opcode::kTestHas, 0, 0, slot_operand(0), 0, 3},
                      {Opcode::kNext, 0, 0, 0, 0, 2},
                      kReturnTrue},
                     "jumps into a loop at 2"));
}

TEST_CASE("refuses builders that were not begun on every path") {
  CHECK(refuses_code({{Opcode::kAppend, 0, 0, 0, constant_operand(0), 0}, kReturnTrue},
                     "builder 0 was not begun"));
  CHECK(refuses_code({{Opcode::kTestHas, 0, 0, slot_operand(0), 0, 2},
                      {Opcode::kBuild, 0, 0, 1, 0, 0},
                      {Opcode::kBuilt, 0, 0, 1, 0, 0},
                      returns(reg(0))},
                     "builder 1 was not begun"));
  CHECK(refuses_code({{Opcode::kBuild, 0, 0, 8, 0, 0}, kReturnTrue}, "builder 8 of 8"));
}

TEST_CASE("refuses a unit that returns both a condition and a value") {
  CHECK(refuses_code(
      {{Opcode::kTestHas, 0, 0, slot_operand(0), 0, 2}, kReturnTrue, returns(constant_operand(0))},
      "both a condition and a value"));
}

TEST_CASE("refuses a declared cost that is not the real one") {
  Assembler a;
  a.unit({kReturnTrue});
  a.data.units[0].cost = 2;
  CHECK(refuses(a, "declares a cost of 2, but it is 1"));
}

TEST_CASE("the cost is that of the longest path, loops counted by their bound") {
  Assembler a;
  const std::uint32_t x = a.slot("x");
  const std::uint32_t straight =
      a.unit({{Opcode::kTestHas, 0, 0, slot_operand(x), 0, 2}, kReturnTrue, kReturnFalse});
  const std::uint32_t loop =
      a.unit({{Opcode::kLoop, 0, 0, slot_operand(x), 0, 2}, {Opcode::kNext, 0, 0, 0, 0, 1}, kReturnTrue});
  CHECK(a.data.units[straight].cost == 2);
  CHECK(a.data.units[loop].cost == 2 + 2 * kLoopBound + 1);
}

TEST_CASE("refuses units outside the code and too many registers") {
  Assembler a;
  a.unit({kReturnTrue});
  a.data.units[0].count = 2;
  CHECK(refuses(a, "is not inside the code"));
  a.data.units[0] = {1, 1, 0, kNoIndex, 1};
  CHECK(refuses(a, "is not inside the code"));
  a.data.units[0] = {0, 0, 0, kNoIndex, 0};
  CHECK(refuses(a, "is not inside the code"));
  a.data.units[0] = {0, 1, 1025, kNoIndex, 1};
  CHECK(refuses(a, "1025 registers"));
  a.data.units[0] = {0, 1, 0, 1, 1};
  CHECK(refuses(a, "no such source"));
  a.data.units.assign(2, {0, 1, 0, kNoIndex, 1});
  CHECK(refuses(a, "is not inside the code"));
}

TEST_CASE("refuses conditions where values are wanted, and values where conditions are") {
  Assembler a;
  const std::uint32_t condition = a.unit({kReturnTrue});
  const std::uint32_t value = a.unit({returns(constant_operand(a.integer(1)))});
  a.slot("x");
  a.data.sources[0].units[0] = condition;
  CHECK(refuses(a, "source given: unit 0 is no value"));
  a.data.sources[0].units[0] = kNoIndex;
  a.data.sources[0].accept = value;
  CHECK(refuses(a, "source given: unit 1 is no condition"));
  a.data.sources[0].accept = kNoIndex;
  RuleData rule;
  rule.name = "r";
  rule.where = value;
  a.data.rules.push_back(rule);
  CHECK(refuses(a, "rule r: unit 1 is no condition"));
  a.data.rules[0].where = kNoIndex;
  a.data.rules[0].score = condition;
  CHECK(refuses(a, "rule r: unit 0 is no value"));
  a.data.rules[0].score = 17;
  CHECK(refuses(a, "unit 17 does not exist"));
}

TEST_CASE("refuses a tenant that is found by asking for the tenant") {
  Assembler a;
  const std::uint32_t tenant = a.slot("tenant");
  a.data.tenant_slot = tenant;
  a.data.sources[0].units[tenant] = a.unit({returns(special_operand(Special::kTenant))}, 0);
  CHECK(refuses(a, "unit 0: reads the slot tenant, which is computed after it"));
}

TEST_CASE("refuses a slot whose unit comes after a unit that reads it, so also cycles") {
  Assembler a;
  const std::uint32_t x = a.slot("x");
  const std::uint32_t y = a.slot("y");
  const std::uint32_t reads_y = a.unit({returns(slot_operand(y))});
  const std::uint32_t reads_x = a.unit({returns(slot_operand(x))});
  a.data.sources[0].units[x] = reads_y;
  CHECK(verdict(a.data) == "accepted");
  a.data.sources[0].units[y] = reads_x;
  CHECK(refuses(a, "unit 0: reads the slot y, which is computed after it"));
  a.data.sources[0].units[y] = reads_y;
  CHECK(refuses(a, "reads the slot y"));
}

TEST_CASE("refuses units of another source") {
  Assembler a;
  a.data.sources.push_back(a.data.sources[0]);
  a.data.sources[1].name = "other";
  a.slot("x");
  const std::uint32_t unit = a.unit({returns(constant_operand(a.integer(1)))}, 1);
  a.data.sources[0].units[0] = unit;
  CHECK(refuses(a, "belongs to another source"));
  a.data.sources[0].units[0] = kNoIndex;
  RuleData rule;
  rule.name = "r";
  rule.score = unit;
  a.data.rules.push_back(rule);
  CHECK(refuses(a, "belongs to another source"));
}

TEST_CASE("refuses slots that nest too deep for the machine") {
  Assembler a;
  std::uint32_t last = constant_operand(a.integer(1));
  for (std::size_t i = 0; i < 200; ++i) {
    const std::uint32_t unit = a.unit({returns(last)});
    const std::uint32_t slot = a.slot("s" + std::to_string(i));
    a.data.sources[0].units[slot] = unit;
    last = slot_operand(slot);
  }
  CHECK(refuses(a, "slots nest too deep"));
}

TEST_CASE("refuses constants that hold themselves, text not folded that says so, networks too long") {
  Assembler a;
  a.list({0});
  CHECK(refuses(a, "constant 0: holds constant 0, which does not come before it"));
  a.data.constants.clear();
  a.folded("Text");
  CHECK(refuses(a, "is not in folded form"));
  a.data.constants = {{std::int64_t{1}, true}};
  CHECK(refuses(a, "only text is folded"));
  a.data.constants = {{ConstantData::Network{{}, 129}, false}};
  CHECK(refuses(a, "a network of 129 bits"));
  a.data.constants.clear();
  std::uint32_t inner = a.integer(1);
  for (int i = 0; i < 20; ++i) inner = a.list({inner});
  CHECK(refuses(a, "lists nest too deep"));
}

TEST_CASE("refuses profiles that leave values out or give other types") {
  Assembler a;
  a.named_list("names", TypeKind::kString, a.texts({"a"}));
  a.param("p", {TypeKind::kInt, TypeKind::kNone, 0, false}, a.integer(1));
  CHECK(verdict(a.data) == "accepted");
  ProfileData& profile = a.data.profiles[0];
  profile.lists[0] = a.list({a.integer(1)});
  CHECK(refuses(a, "names is no list of string"));
  profile.lists[0] = 99;
  CHECK(refuses(a, "names is no list of string"));
  profile.lists = {a.texts({"a"})};
  profile.params[0] = a.text("1");
  CHECK(refuses(a, "rule.p has another type"));
  profile.params.clear();
  CHECK(refuses(a, "needs a value for each list and parameter"));
  profile.params = {a.integer(1)};
  profile.disabled = {0};
  CHECK(refuses(a, "no such rule"));
  a.data.profiles.clear();
  CHECK(refuses(a, "there is no profile"));
}

TEST_CASE("refuses indices out of range in every table") {
  const auto with = [](auto change) {
    Assembler a;
    a.slot("x");
    RuleData rule;
    rule.name = "r";
    a.data.rules.push_back(rule);
    change(a.data);
    return verdict(a.data);
  };
  CHECK(with([](ProgramData&) {}) == "accepted");
  CHECK(with([](ProgramData& d) { d.classes[0].slots = {1}; }) == "class event: slot 1 does not exist");
  CHECK(with([](ProgramData& d) { d.sources[0].event_class = 1; }) == "source given: no such class");
  CHECK(with([](ProgramData& d) { d.sources[0].units.clear(); }) == "source given: needs one unit per slot");
  CHECK(with([](ProgramData& d) { d.sources[0].units[0] = 0; }) == "source given: no such unit");
  CHECK(with([](ProgramData& d) { d.sources[0].accept = 0; }) == "source given: no such unit");
  CHECK(with([](ProgramData& d) { d.time_slot = 1; }) == "slot 1 does not exist");
  CHECK(with([](ProgramData& d) { d.unwraps.push_back({"u", 0, 0}); }) == "unwrap u: no such unit");
  CHECK(with([](ProgramData& d) { d.rules[0].classes = {1}; }) == "rule r: no such class");
  CHECK(with([](ProgramData& d) { d.rules[0].slots = {1}; }) == "rule r: no such slot");
  CHECK(with([](ProgramData& d) { d.rules[0].quiet_param = 0; }) == "rule r: no such parameter");
  CHECK(with([](ProgramData& d) { d.rules[0].guards = {{1, kNoIndex, {}, {}}}; }) ==
        "rule r: a guard of no class");
  CHECK(with([](ProgramData& d) { d.rules[0].guards = {{0, 1, {}, {}}}; }) == "rule r: a guard of no slot");
  CHECK(with([](ProgramData& d) { d.rules[0].guards = {{0, 0, {0}, {}}}; }) ==
        "rule r: a guard that is no text or integer");
  CHECK(with([](ProgramData& d) { d.rules[0].guards = {{0, 0, {}, {0}}}; }) == "rule r: a guard of no list");
  CHECK(with([](ProgramData& d) { d.rules[0].file = 1; }) == "rule r: stands in no file");
  CHECK(with([](ProgramData& d) { d.rules[0].severity = static_cast<Severity>(9); }) ==
        "rule r: no such severity");
  CHECK(with([](ProgramData& d) {
          d.exceptions.emplace_back();
          d.exceptions[0].rule = 1;
          d.exceptions[0].title = "e";
        }) == "exception e: no such rule");
  CHECK(with([](ProgramData& d) {
          d.tables.push_back({"t", TypeKind::kString, TypeKind::kInt, {{0, 0}}});
        }) == "table t: no such constant");
  CHECK(with([](ProgramData& d) { d.positions.emplace_back(); }) == "positions do not fit the code");
  CHECK(with([](ProgramData& d) { d.slots[0].type.kind = static_cast<TypeKind>(99); }) ==
        "slot x: no such type");
}

TEST_CASE("refuses functions that this build does not know, by name") {
  Assembler a;
  a.function("future(x: string): string");
  const auto program = Program::seal(a.data);
  REQUIRE_FALSE(program);
  CHECK(program.error().code == ErrorCode::kVersion);
  CHECK(program.error().message == "this build has no function future(x: string): string");
}

TEST_CASE("refuses regular expressions that do not compile or need too much memory") {
  for (const char* pattern : {"(", "(a)\\1", "((a{100}){100}){100}"}) {
    Assembler a;
    a.regex(pattern);
    CHECK(refuses(a, "regular expression "));
  }
}

TEST_CASE("refuses text that is not UTF-8") {
  Assembler a;
  a.text("\xff");
  CHECK(refuses(a, "not UTF-8"));
}

TEST_CASE("refuses rules that remember whose tables do not fit") {
  const auto with = [](auto change) {
    ProgramData data = state_data();
    change(data);
    return verdict(data);
  };
  const auto in_state = [&](std::size_t number, auto change) {
    return with([&](ProgramData& d) { change(d.states[number]); });
  };
  const auto in_input = [&](auto change) {
    return with([&](ProgramData& d) { change(d.states[0].inputs[0]); });
  };
  CHECK(with([](ProgramData&) {}) == "accepted");
  CHECK(with([](ProgramData& d) { d.states.resize(ProgramLimit::kStates + 1); }) ==
        "too many rules that remember");
  CHECK(with([](ProgramData& d) { d.aggregates.resize(ProgramLimit::kAggregates + 1); }) ==
        "too many aggregates");
  CHECK(with([](ProgramData& d) { d.time_slot = kNoIndex; }) == "events have no time");
  CHECK(with([](ProgramData& d) { d.alert_score_slot = kNoIndex; }) == "an alert has no slots");
  CHECK(with([](ProgramData& d) { d.classes[0].kept = {99}; }) == "class event: slot 99 does not exist");
  CHECK(with([](ProgramData& d) { d.rules[4].state = 5; }) == "state 4: of no rule");
  CHECK(with([](ProgramData& d) {
          d.rules.push_back(d.rules[0]);
          d.rules.back().name = "z";
        }) == "rule z: the state of another rule");
  CHECK(with([](ProgramData& d) {
          d.rules.push_back(d.rules[0]);
          d.rules.back().state = 17;
        }) == "rule a_window: no such state");
  CHECK(with([](ProgramData& d) { d.sources[0].accept = d.states[0].inputs[0].filter; }) ==
        "state 0: a class that no source gives as fields");

  CHECK(in_state(0, [](StateData& s) { s.kind = static_cast<StateKind>(4); }) == "state 0: no such kind");
  CHECK(in_state(0, [](StateData& s) { s.rule = 1; }) == "state 0: of no rule");
  CHECK(in_state(0, [](StateData& s) { s.rule = 99; }) == "state 0: of no rule");
  CHECK(in_state(0, [](StateData& s) { s.within.nanoseconds = -1; }) == "state 0: a time below zero");
  CHECK(in_state(0, [](StateData& s) { s.within.param = 0; }) == "state 0: no such parameter");
  CHECK(in_state(0, [](StateData& s) { s.key_names.clear(); }) == "state 0: keys do not fit each other");
  CHECK(in_state(0, [](StateData& s) { s.key_slots = {99}; }) == "state 0: no such slot");
  CHECK(in_state(0, [](StateData& s) { s.inputs.clear(); }) == "state 0: too many steps, or none");
  CHECK(in_state(1, [](StateData& s) { s.inputs.resize(ProgramLimit::kSteps + 1, s.inputs[0]); }) ==
        "state 1: too many steps, or none");
  CHECK(in_state(0, [](StateData& s) { s.inputs.push_back(s.inputs[0]); }) == "state 0: more than one input");
  CHECK(in_state(0, [](StateData& s) { s.inputs[0].absent = true; }) == "state 0: an absence without steps");
  CHECK(in_state(0, [](StateData& s) { s.inputs[0].keys = kNoIndex; }) == "state 0: an input without keys");
  CHECK(in_state(0, [](StateData& s) { s.when = kNoIndex; }) == "state 0: no condition");
  CHECK(in_state(0, [](StateData& s) { s.when = s.inputs[0].keys; }).ends_with("is no condition"));
  CHECK(
      in_state(0, [](StateData& s) { s.columns[0].where = s.inputs[0].keys; }).ends_with("is no condition"));
  CHECK(in_state(0, [](StateData& s) { s.columns[1].values = s.when; }).ends_with("is no value"));
  CHECK(in_state(1, [](StateData& s) { s.inputs[2].absent = true; }) == "state 1: two absences in a row");
  CHECK(in_state(1, [](StateData& s) {
          for (InputData& input : s.inputs) input.absent = true;
        }) == "state 1: no step that happens");
  CHECK(in_state(2, [](StateData& s) { s.inputs[0].absent = true; }) ==
        "state 2: an absence among steps in any order");
  CHECK(in_state(4, [](StateData& s) { s.inputs[0].alerts = {4}; }) ==
        "state 4: reads alerts of a rule that does not stand before it");
  CHECK(in_state(4, [](StateData& s) { s.inputs[0].alerts = {99}; }) ==
        "state 4: reads alerts of a rule that does not stand before it");

  CHECK(in_input([](InputData& i) { i.classes = {1}; }) == "state 0: no such class");
  CHECK(in_input([](InputData& i) { i.guards[0].slot = 99; }) == "state 0: a guard of no slot");
  CHECK(in_input([](InputData& i) { i.filter = i.keys; }).ends_with("is no condition"));
  CHECK(in_input([](InputData& i) { i.where = 999; }) == "state 0: unit 999 does not exist");
  CHECK(in_input([](InputData& i) { i.keys = i.filter; }).ends_with("is no value"));
  CHECK(in_input([](InputData& i) { i.times = 0; }) == "state 0: times below one");
  CHECK(in_input([](InputData& i) { i.times_param = 0; }) == "state 0: no such parameter");
  CHECK(in_input([](InputData& i) { i.times_in.nanoseconds = -1; }) == "state 0: a time below zero");
  CHECK(in_input([](InputData& i) { i.within.nanoseconds = INT64_MIN; }) == "state 0: a time below zero");
}

TEST_CASE("refuses aggregates that do not fit their rule") {
  const auto with = [](Aggregate function, auto change) {
    ProgramData data = state_data();
    change(data.aggregates[static_cast<std::size_t>(function)]);
    return verdict(data);
  };
  using A = Aggregate;
  CHECK(with(A::kCount, [](AggregateData& a) { a.function = static_cast<Aggregate>(17); }) ==
        "aggregate 0: no such function");
  CHECK(with(A::kCount, [](AggregateData& a) { a.state = 9; }) == "aggregate 0: of no state");
  CHECK(with(A::kCount, [](AggregateData& a) { a.column = 9; }) == "aggregate 0: no such column");
  CHECK(with(A::kCount, [](AggregateData& a) { a.last.nanoseconds = -1; }) ==
        "aggregate 0: a time below zero");
  CHECK(with(A::kCount, [](AggregateData& a) {
          a.function = A::kStepCount;
          a.column = 1;
        }) == "aggregate 0: no such step");
  CHECK(with(A::kPercentile, [](AggregateData& a) { a.number = kNoIndex; }) == "aggregate 7: no number");
  CHECK(with(A::kUsualCount, [](AggregateData& a) { a.bucket = kNoIndex; }) == "aggregate 15: no duration");
  CHECK(with(A::kNew, [](AggregateData& a) { a.values = kNoIndex; }) == "aggregate 10: no values");
  CHECK(with(A::kNew, [](AggregateData& a) { a.scan_slots = {99}; }) == "aggregate 10: no such slot");
  CHECK(with(A::kNew, [](AggregateData& a) { a.scan_where = a.values; }).ends_with("is no condition"));
  CHECK(with(A::kNew, [](AggregateData& a) { a.scan_values = 999; }) ==
        "aggregate 10: unit 999 does not exist");
}

TEST_CASE("refuses reading the judged event in a unit of one source, and steps' slots that do not exist") {
  Assembler a;
  const std::uint32_t x = a.slot("x");
  const std::uint32_t y = a.slot("y");
  a.data.sources[0].units[y] = a.unit({returns(Operand(OperandKind::kThis, x).bits())}, 0);
  CHECK(refuses(a, "`this` in a unit of one source"));
  CHECK(refuses_code({returns(Operand(OperandKind::kThis, 2).bits())}, "slot 2 of 2"));
  CHECK(refuses_code({returns(Operand(OperandKind::kStep, 2).bits())}, "a slot that does not exist"));
  CHECK(refuses_code({{Opcode::kAggregate, 0, 0, 0, 0, 0}, returns(reg(0))}, "aggregate 0 of 0"));
}

}  // namespace shrike::test
