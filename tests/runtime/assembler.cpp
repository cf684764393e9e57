// See assembler.hpp.
#include "tests/runtime/assembler.hpp"

#include <algorithm>

#include "runtime/address.hpp"

namespace shrike::test {

Assembler::Assembler() {
  data.files = {"test.shrike"};
  data.classes.push_back({"event", "An event", {}, {}});
  SourceData source;
  source.name = "given";
  data.sources.push_back(source);
  data.profiles.emplace_back();
}

std::uint32_t Assembler::slot(std::string name, TypeKind type) {
  const auto index = static_cast<std::uint32_t>(data.slots.size());
  data.slots.push_back({std::move(name), {type, TypeKind::kNone, 0, false}});
  data.classes[0].slots.push_back(index);
  for (SourceData& source : data.sources) source.units.push_back(kNoIndex);
  return index;
}

std::uint32_t Assembler::constant(ConstantData constant) {
  data.constants.push_back(std::move(constant));
  return static_cast<std::uint32_t>(data.constants.size() - 1);
}

std::uint32_t Assembler::ip(std::string_view text) {
  return constant({ConstantData::Address{*parse_ip(text)}, false});
}

std::uint32_t Assembler::cidr(std::string_view text) {
  const auto network = parse_cidr(text);
  return constant({ConstantData::Network{network->address, network->bits}, false});
}

std::uint32_t Assembler::texts(std::initializer_list<const char*> items) {
  std::vector<std::uint32_t> constants;
  for (const char* item : items) constants.push_back(text(item));
  return list(std::move(constants));
}

std::uint32_t Assembler::path(std::vector<std::string> names) {
  data.paths.push_back(std::move(names));
  return static_cast<std::uint32_t>(data.paths.size() - 1);
}

std::uint32_t Assembler::regex(std::string pattern, bool cased) {
  data.regexes.push_back({std::move(pattern), cased});
  return static_cast<std::uint32_t>(data.regexes.size() - 1);
}

std::uint32_t Assembler::function(std::string signature) {
  data.functions.push_back(std::move(signature));
  return static_cast<std::uint32_t>(data.functions.size() - 1);
}

std::uint32_t Assembler::named_list(std::string name, TypeKind element, std::uint32_t value) {
  data.lists.push_back({std::move(name), element});
  for (ProfileData& profile : data.profiles) profile.lists.push_back(value);
  return static_cast<std::uint32_t>(data.lists.size() - 1);
}

std::uint32_t Assembler::param(std::string name, Type type, std::uint32_t value) {
  data.params.push_back({"rule", std::move(name), type});
  for (ProfileData& profile : data.profiles) profile.params.push_back(value);
  return static_cast<std::uint32_t>(data.params.size() - 1);
}

std::uint32_t Assembler::unit(std::vector<Instruction> code, std::uint32_t source) {
  UnitData unit;
  unit.first = static_cast<std::uint32_t>(data.code.size());
  unit.count = static_cast<std::uint32_t>(code.size());
  unit.source = source;
  for (std::uint32_t i = 0; i < code.size(); ++i) {
    const auto opcode = static_cast<std::size_t>(code[i].opcode);
    if (opcode < kOpcodeCount && kOpcodes[opcode].dst == Role::kDst) {
      unit.registers = std::max<std::uint16_t>(unit.registers, static_cast<std::uint16_t>(code[i].dst + 1));
    }
    data.code.push_back(code[i]);
    data.positions.push_back({0, 1, i + 1});
  }
  unit.cost = worst_case_cost(data, unit);
  data.units.push_back(unit);
  return static_cast<std::uint32_t>(data.units.size() - 1);
}

std::uint32_t Assembler::condition_of(Instruction test) {
  test.flags |= InstructionFlag::kJumpIfTrue;
  test.target = 2;
  return unit({test, {Opcode::kReturnFalse, 0, 0, 0, 0, 0}, {Opcode::kReturnTrue, 0, 0, 0, 0, 0}});
}

std::uint32_t Assembler::value_of(Instruction instruction) {
  return unit({instruction, {Opcode::kReturn, 0, 0, reg(0), 0, 0}});
}

namespace {

Program sealed(const ProgramData& data) {
  auto program = Program::seal(data);
  if (!program) FAIL(program.error().message);
  return *std::move(program);
}

}  // namespace

Machine::Machine(const Assembler& assembler, std::uint64_t max_steps)
    : Machine(sealed(assembler.data), max_steps) {}

Machine::Machine(Program sealed, std::uint64_t max_steps)
    : program(std::move(sealed)), context{arena, json, nullptr}, vm(program, context, max_steps) {
  decoder = std::make_unique<RecordDecoder>(program.data().paths, ReadLimits{});
  begin();
}

void Machine::begin() {
  arena.reset();
  vm.restart_budget();
  event.begin(static_cast<std::uint32_t>(program.data().slots.size()));
  event.record = nullptr;
}

void Machine::record(std::string text) {
  begin();
  record_ = std::move(text);
  const std::size_t size = record_.size();
  record_.resize(size + kRecordPadding);
  REQUIRE(decoder->decode(std::string_view(record_).substr(0, size)));
  event.record = decoder.get();
}

std::string Machine::shown(std::uint32_t unit) { return test::shown(evaluate(unit)); }

std::string shown(const Value& value) {
  if (value.is_missing()) return "missing";
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace shrike::test
