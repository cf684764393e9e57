// Small programs put together by hand, and a machine to run them: what the tests of the VM, the verifier and
// the file form share.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/arena.hpp"
#include "runtime/functions.hpp"
#include "runtime/json.hpp"
#include "runtime/opcodes.hpp"
#include "runtime/program_data.hpp"
#include "runtime/record_decoder.hpp"
#include "runtime/sealed_program.hpp"
#include "runtime/verifier.hpp"
#include "runtime/vm.hpp"

namespace shrike::test {

inline std::uint32_t reg(std::uint32_t i) { return Operand(OperandKind::kRegister, i).bits(); }
inline std::uint32_t slot_operand(std::uint32_t i) { return Operand(OperandKind::kSlot, i).bits(); }
inline std::uint32_t constant_operand(std::uint32_t i) { return Operand(OperandKind::kConst, i).bits(); }
inline std::uint32_t raw_operand(std::uint32_t i) { return Operand(OperandKind::kRaw, i).bits(); }
inline std::uint32_t param_operand(std::uint32_t i) { return Operand(OperandKind::kParam, i).bits(); }
inline std::uint32_t list_operand(std::uint32_t i) { return Operand(OperandKind::kList, i).bits(); }
inline std::uint32_t table_operand(std::uint32_t i) { return Operand(OperandKind::kTable, i).bits(); }
inline std::uint32_t special_operand(Special s) {
  return Operand(OperandKind::kSpecial, static_cast<std::uint32_t>(s)).bits();
}

/// A program under construction with one class "event", one source "given" and one profile. Add to `data`
/// freely.
class Assembler {
 public:
  Assembler();

  std::uint32_t slot(std::string name, TypeKind type = TypeKind::kString);
  std::uint32_t constant(ConstantData constant);
  std::uint32_t missing() { return constant({}); }
  std::uint32_t integer(std::int64_t value) { return constant({value, false}); }
  std::uint32_t number(double value) { return constant({value, false}); }
  std::uint32_t text(std::string value) { return constant({std::move(value), false}); }
  std::uint32_t folded(std::string value) { return constant({std::move(value), true}); }
  std::uint32_t duration(std::int64_t nanoseconds) {
    return constant({ConstantData::Duration{nanoseconds}, false});
  }
  std::uint32_t time(std::int64_t nanoseconds) { return constant({ConstantData::Time{nanoseconds}, false}); }
  std::uint32_t ip(std::string_view text);
  std::uint32_t cidr(std::string_view text);
  std::uint32_t list(std::vector<std::uint32_t> items) {
    return constant({ConstantData::List{std::move(items)}, false});
  }
  std::uint32_t texts(std::initializer_list<const char*> items);
  std::uint32_t path(std::vector<std::string> names);
  std::uint32_t regex(std::string pattern, bool cased = false);
  std::uint32_t function(std::string signature);
  /// A named list or parameter with its value in every profile so far.
  std::uint32_t named_list(std::string name, TypeKind element, std::uint32_t value);
  std::uint32_t param(std::string name, Type type, std::uint32_t value);

  /// A unit of that code; registers and cost are filled in.
  std::uint32_t unit(std::vector<Instruction> code, std::uint32_t source = kNoIndex);
  /// A condition that holds when the test does. The test's target is set here.
  std::uint32_t condition_of(Instruction test);
  /// A value unit: the instruction, which writes register 0, and its return.
  std::uint32_t value_of(Instruction instruction);

  ProgramData data;
};

/// A sealed program, an event and a machine.
class Machine {
 public:
  explicit Machine(const Assembler& assembler, std::uint64_t max_steps = 1'000'000);
  explicit Machine(Program sealed, std::uint64_t max_steps = 1'000'000);

  /// Forgets the event and takes a record.
  void record(std::string text);
  /// Forgets the event.
  void begin();
  Machine& set(std::uint32_t slot, const Value& value) {
    event.set(slot, value);
    return *this;
  }
  bool decide(std::uint32_t unit) { return vm.decide(unit, event); }
  Value evaluate(std::uint32_t unit) { return vm.evaluate(unit, event); }
  /// JSON text of a unit's value, "missing" when there is none.
  std::string shown(std::uint32_t unit);

  Program program;
  Arena arena;
  JsonDecoder json;
  CallContext context;
  Vm vm;
  EventState event;
  std::unique_ptr<RecordDecoder> decoder;

 private:
  std::string record_;
};

std::string shown(const Value& value);
inline Value text_value(std::string_view text) { return Value::of_string(text); }

}  // namespace shrike::test
