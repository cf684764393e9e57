// The interpreter loop: one case per opcode. Tests set `holds` and branch behind the switch; everything else
// goes on at the next instruction. Longer work is in vm_operations.cpp and vm_text.cpp.
#include "runtime/vm.hpp"

#include <re2/re2.h>

#include "runtime/sealed_program.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

constexpr unsigned kBytesPerStep = 256;

/// What long arguments of a function cost beyond the function's own cost.
std::uint64_t extent(const Value& value) {
  switch (value.kind) {
    case Kind::kString:
      return value.size / (kBytesPerStep / 4);
    case Kind::kList:
    case Kind::kMap:
      return value.size / 2;
    default:
      return 0;
  }
}

}  // namespace

void EventState::begin(std::uint32_t slot_count) {
  if (slots.size() != slot_count || ++stamp == 0) {
    slots.assign(slot_count, Value{});
    stamps.assign(slot_count, 0);
    stamp = 1;
  }
}

/// What one running unit owns: its registers, and loops and builders, which are set before they are read.
struct Vm::Frame {
  struct Loop {
    const Value* next;
    const Value* end;
  };

  Value* registers;
  std::array<Loop, kMaxLoops> loops;
  std::array<ListBuilder, kMaxBuilders> builders;

  bool take(std::uint32_t loop, Value& element) {
    Loop& state = loops[loop];
    if (state.next == state.end) return false;
    element = *state.next++;
    return true;
  }
};

Vm::Vm(const Program& program, CallContext& context, std::uint64_t max_steps)
    : program_(program.sealed()),
      context_(context),
      max_steps_(max_steps),
      steps_left_(max_steps),
      registers_(program_.stack_registers) {}

bool Vm::decide(std::uint32_t unit, EventState& event) {
  const Value result = run(unit, event);
  return result.kind == Kind::kBool && result.boolean && !out_of_steps_;
}

Value Vm::evaluate(std::uint32_t unit, EventState& event) {
  const Value result = run(unit, event);
  return out_of_steps_ ? Value{} : result;
}

Value Vm::slot(std::uint32_t slot, EventState& event) {
  if (event.stamps[slot] == event.stamp) return event.slots[slot];
  Value value;
  if (event.kept == nullptr || !event.kept->read(slot, value)) {
    const std::uint32_t unit = program_.data.sources[event.source].units[slot];
    if (unit != kNoIndex) {
      charge(1);
      value = evaluate(unit, event);
    }
  }
  event.set(slot, value);
  return value;
}

Value Vm::tenant(EventState& event) {
  if (program_.data.tenant_slot == kNoIndex) return event.tenant;
  const Value named = slot(program_.data.tenant_slot, event);
  return named.kind == Kind::kString && named.size != 0 ? named : event.tenant;
}

[[gnu::always_inline]] inline Value Vm::run(std::uint32_t unit, EventState& event) {
  if (out_of_steps_) return {};
  const UnitData& data = program_.data.units[unit];
  Frame frame;
  frame.registers = registers_.data() + registers_top_;
  registers_top_ += data.registers;
  const Value result = execute(data, frame, event);
  registers_top_ -= data.registers;
  return result;
}

[[gnu::always_inline]] inline Value Vm::read(std::uint32_t bits, const Frame& frame, EventState& event) {
  const Operand operand = Operand::from_bits(bits);
  const std::uint32_t index = operand.index();
  if (operand.kind() == OperandKind::kRegister) return frame.registers[index];
  if (operand.kind() == OperandKind::kSlot && event.stamps[index] == event.stamp) return event.slots[index];
  if (operand.kind() == OperandKind::kConst) return program_.constants[index];
  return read_other(bits, frame, event);
}

/// What is neither in a register nor computed already.
Value Vm::read_other(std::uint32_t bits, const Frame& frame, EventState& event) {
  const Operand operand = Operand::from_bits(bits);
  const std::uint32_t index = operand.index();
  switch (operand.kind()) {
    case OperandKind::kRegister:
      return frame.registers[index];
    case OperandKind::kSlot:
      return slot(index, event);
    case OperandKind::kConst:
    case OperandKind::kParam:
    case OperandKind::kList:
      return program_.constants[constant_of(operand, event)];
    case OperandKind::kRaw:
      return event.record != nullptr ? event.record->value(index, context_.arena) : Value{};
    case OperandKind::kTable:
      return {};
    case OperandKind::kThis:
      return event.judged != nullptr ? slot(index, *event.judged) : Value{};
    case OperandKind::kStep:
      return event.state != nullptr
                 ? event.state->step_field(index >> kStepShift, index & ((1U << kStepShift) - 1))
                 : Value{};
    case OperandKind::kSpecial:
      return index == static_cast<std::uint32_t>(Special::kClassName) ? program_.class_names[event.source]
                                                                      : tenant(event);
  }
  return {};
}

std::uint32_t Vm::constant_of(Operand operand, const EventState& event) const {
  switch (operand.kind()) {
    case OperandKind::kConst:
      return operand.index();
    case OperandKind::kParam:
      return program_.data.profiles[event.profile].params[operand.index()];
    case OperandKind::kList:
      return program_.data.profiles[event.profile].lists[operand.index()];
    default:
      return kNoIndex;
  }
}

Value Vm::read_pattern(std::uint32_t bits, bool cased, const Frame& frame, EventState& event) {
  const std::uint32_t constant = cased ? kNoIndex : constant_of(Operand::from_bits(bits), event);
  return constant != kNoIndex ? program_.folded[constant] : read(bits, frame, event);
}

Value Vm::execute(const UnitData& unit, Frame& frame, EventState& event) {
  const Instruction* const code = program_.data.code.data() + unit.first;
  Value* const registers = frame.registers;
  Arena& arena = context_.arena;
  const Instruction* at = code;
  for (;;) {
    const Instruction& i = *at;
    const bool cased = (i.flags & InstructionFlag::kCased) != 0;
    std::uint64_t work = 0;
    bool holds = false;
    switch (i.opcode) {
      case Opcode::kReturnFalse:
        return Value::of_bool(false);
      case Opcode::kReturnTrue:
        return Value::of_bool(true);
      case Opcode::kReturn:
        return read(i.x, frame, event);
      case Opcode::kJump:
        at = code + i.target;
        continue;

      case Opcode::kTestTrue: {
        const Value x = read(i.x, frame, event);
        holds = x.kind == Kind::kBool && x.boolean;
        break;
      }
      case Opcode::kTestHas:
        holds = !read(i.x, frame, event).is_missing();
        break;
      case Opcode::kTestRaw:
        holds = event.record != nullptr && event.record->has(i.x);
        break;
      case Opcode::kTestIs: {
        const Value x = slot(i.x, event);
        if (x.kind != Kind::kString) break;
        const std::string_view wanted = program_.constants[i.y].as_string();
        holds = cased ? x.as_string() == wanted
                      : equal_folded(x.as_string(), (x.flags & Value::kAscii) != 0, wanted);
        break;
      }
      case Opcode::kTestIsOne:
        holds = is_one_of(i, event);
        break;
      case Opcode::kTestEqual:
        holds = same(read(i.x, frame, event), read_pattern(i.y, cased, frame, event), cased);
        break;
      case Opcode::kTestDiffer:
        holds = differ(read(i.x, frame, event), read_pattern(i.y, cased, frame, event), cased);
        break;
      case Opcode::kTestOrder:
        holds = in_order(i.dst, read(i.x, frame, event), read(i.y, frame, event), cased);
        break;
      case Opcode::kTestIn:
        holds = test_in(i, true, frame, event);
        break;
      case Opcode::kTestNotIn:
        holds = test_in(i, false, frame, event);
        break;
      case Opcode::kTestText:
        holds = test_text(i, frame, event);
        break;
      case Opcode::kTestMatches:
        holds = test_matches(i, frame, event);
        break;

      case Opcode::kMove:
        registers[i.dst] = read(i.x, frame, event);
        break;
      case Opcode::kMember:
        registers[i.dst] = member(read(i.x, frame, event), program_.constants[i.y].as_string(), work);
        break;
      case Opcode::kMembers:
        registers[i.dst] = members(read(i.x, frame, event), program_.constants[i.y].as_string(), arena, work);
        break;
      case Opcode::kStar:
        registers[i.dst] = elements(read(i.x, frame, event), arena, work);
        break;
      case Opcode::kIndex:
        registers[i.dst] = element(read(i.x, frame, event), read(i.y, frame, event), work);
        break;
      case Opcode::kLookup:
        registers[i.dst] = looked_up(read(i.x, frame, event), i.y);
        break;
      case Opcode::kClientPart: {
        const Value x = read(i.x, frame, event);
        registers[i.dst] = x.kind == Kind::kClient ? (&x.client->family)[i.y] : Value{};
        break;
      }
      case Opcode::kCast: {
        const Value x = read(i.x, frame, event);
        work = extent(x);
        registers[i.dst] = cast(x, unpacked_type(i.y), arena);
        break;
      }

      case Opcode::kAdd:
        registers[i.dst] = add(read(i.x, frame, event), read(i.y, frame, event));
        break;
      case Opcode::kSubtract:
        registers[i.dst] = subtract(read(i.x, frame, event), read(i.y, frame, event));
        break;
      case Opcode::kMultiply:
        registers[i.dst] = multiply(read(i.x, frame, event), read(i.y, frame, event));
        break;
      case Opcode::kDivide:
        registers[i.dst] = divide(read(i.x, frame, event), read(i.y, frame, event));
        break;
      case Opcode::kModulo:
        registers[i.dst] = modulo(read(i.x, frame, event), read(i.y, frame, event));
        break;
      case Opcode::kNegate:
        registers[i.dst] = negate(read(i.x, frame, event));
        break;
      case Opcode::kAddPresent: {
        const Value x = read(i.x, frame, event);
        Value& sum = registers[i.dst];
        if (!x.is_missing()) sum = sum.is_missing() ? x : add(sum, x);
        break;
      }
      case Opcode::kCall:
        registers[i.dst] = call_function(program_.functions[i.x], {registers + i.y, i.target});
        break;
      case Opcode::kCallOne: {
        const Callable& function = program_.functions[i.x];
        const Value argument = read(i.y, frame, event);
        // Most fields are looked for in several places, of which most are empty.
        const bool idle = argument.is_missing() && !function.passes_missing(0);
        registers[i.dst] = idle ? Value{} : call_function(function, {&argument, 1});
        break;
      }
      case Opcode::kList:
        registers[i.dst] = packed(i, false, frame);
        break;
      case Opcode::kPack:
        registers[i.dst] = packed(i, true, frame);
        break;

      case Opcode::kLoop: {
        const Value x = read(i.x, frame, event);
        const Value* const first = x.kind == Kind::kList ? x.items : nullptr;
        frame.loops[i.y] = {first, x.kind == Kind::kList ? first + x.size : nullptr};
        at = frame.take(i.y, registers[i.dst]) ? at + 1 : code + i.target;
        continue;
      }
      case Opcode::kNext:
        charge(static_cast<std::uint64_t>(at - (code + i.target)) + 1);
        if (out_of_steps_) return {};
        at = frame.take(i.y, registers[i.dst]) ? code + i.target : at + 1;
        continue;
      case Opcode::kBuild:
        frame.builders[i.x] = ListBuilder{};
        break;
      case Opcode::kAppend:
        frame.builders[i.x].append(read(i.y, frame, event), arena);
        break;
      case Opcode::kBuilt:
        registers[i.dst] = frame.builders[i.x].list();
        break;
      case Opcode::kAggregate:
        charge(kOpcodes[static_cast<std::size_t>(Opcode::kAggregate)].cost);
        registers[i.dst] = event.state != nullptr ? event.state->aggregate(i.x, event) : Value{};
        break;
    }
    if (work != 0) charge(work);
    // What is no test has no target and jumps nowhere.
    if (is_test(i.opcode) && holds == ((i.flags & InstructionFlag::kJumpIfTrue) != 0)) {
      at = code + i.target;
    } else {
      ++at;
    }
  }
}

bool Vm::is_one_of(const Instruction& i, EventState& event) {
  const Value x = slot(i.x, event);
  return x.kind == Kind::kString &&
         program_.index_for(i.y)->contains(x, (i.flags & InstructionFlag::kCased) != 0);
}

/// `x in y` when `wanted`, else `x not in y`; both false when x or y is missing.
bool Vm::test_in(const Instruction& i, bool wanted, const Frame& frame, EventState& event) {
  const bool cased = (i.flags & InstructionFlag::kCased) != 0;
  const Value x = read(i.x, frame, event);
  if (x.is_missing()) return false;
  const Operand y = Operand::from_bits(i.y);
  if (y.kind() == OperandKind::kTable) {
    const KeyIndex& keys = *program_.tables[y.index()].index;
    return keys.compares_with(x.kind) && keys.contains(x, cased) == wanted;
  }
  const std::uint32_t constant = constant_of(y, event);
  if (const KeyIndex* keys = constant != kNoIndex ? program_.index_for(constant) : nullptr; keys != nullptr) {
    return keys->compares_with(x.kind) && keys->contains(x, cased) == wanted;
  }
  const Value container = read(i.y, frame, event);
  if (container.kind != Kind::kList && container.kind != Kind::kCidr) return false;
  std::uint64_t work = 0;
  const bool found = is_in(x, container, cased, work);
  charge(work);
  return found == wanted;
}

bool Vm::test_text(const Instruction& i, const Frame& frame, EventState& event) {
  const bool cased = (i.flags & InstructionFlag::kCased) != 0;
  const Value x = read(i.x, frame, event);
  const Value y = read_pattern(i.y, cased, frame, event);
  LikeAnswer* const answer = like_answer(i, x, y, event);
  if (answer != nullptr && answer->answers(i, constant_of(Operand::from_bits(i.y), event), x)) {
    charge(answer->work);
    return answer->holds;
  }
  std::uint64_t work = 0;
  const bool holds =
      text_holds(i.dst, x, y, cased, (i.flags & InstructionFlag::kAll) != 0, context_.arena, work);
  charge(work);
  if (answer != nullptr && !context_.arena.exhausted()) {
    *answer = {constant_of(Operand::from_bits(i.y), event), i.flags, holds, work, std::string(x.as_string())};
  }
  return holds;
}

bool Vm::LikeAnswer::answers(const Instruction& i, std::uint32_t of, const Value& x) const {
  return constant == of && flags == i.flags && text == x.as_string();
}

/// Where the answer to a `like` may be remembered: for a constant list that is worth it and a text of the
/// usual length. Null for others.
Vm::LikeAnswer* Vm::like_answer(const Instruction& i, const Value& x, const Value& y,
                                const EventState& event) {
  constexpr std::uint32_t kWorthIt = 4;
  constexpr std::uint32_t kShortest = 16;
  constexpr std::uint32_t kLongest = 512;
  constexpr unsigned kLike = 3;  // Role::kTextOp
  if (i.dst != kLike || y.kind != Kind::kList || y.size < kWorthIt) return nullptr;
  if (x.kind != Kind::kString || x.size < kShortest || x.size > kLongest) return nullptr;
  const std::uint32_t constant = constant_of(Operand::from_bits(i.y), event);
  if (constant == kNoIndex) return nullptr;
  // User agents begin and end alike: words from inside tell them apart.
  std::uint64_t mixed = (std::uint64_t{x.size} << 32) + constant * 2 + i.flags;
  for (const std::uint32_t at : {x.size / 4, x.size / 2, x.size - 8}) {
    mixed = (mixed ^ text_detail::load_word(x.text + at)) * 0x9E3779B97F4A7C15u;
    mixed ^= mixed >> 29;
  }
  return &like_answers_[mixed % like_answers_.size()];
}

bool Vm::test_matches(const Instruction& i, const Frame& frame, EventState& event) {
  const Value x = read(i.x, frame, event);
  if (x.kind != Kind::kString) return false;
  charge(x.size / (kBytesPerStep / 16));
  return !out_of_steps_ && re2::RE2::PartialMatch(re2::StringPiece(x.text, x.size), *program_.regexes[i.y]);
}

Value Vm::call_function(const Callable& function, std::span<const Value> arguments) {
  std::uint64_t steps = function.row->cost;
  for (const Value& argument : arguments) steps += extent(argument);
  charge(steps);
  return out_of_steps_ ? Value{} : call(function, context_, arguments);
}

Value Vm::packed(const Instruction& i, bool keep_missing, const Frame& frame) {
  Value* const items = context_.arena.allocate_array<Value>(i.x);
  if (items == nullptr) return {};
  std::size_t count = 0;
  for (std::uint32_t k = 0; k < i.x; ++k) {
    const Value& value = frame.registers[i.y + k];
    if (keep_missing || !value.is_missing()) items[count++] = value;
  }
  return Value::of_list({items, count});
}

Value Vm::looked_up(const Value& key, std::uint32_t table) const {
  const PreparedTable& prepared = program_.tables[table];
  const std::uint32_t entry = prepared.index->find(key, false);
  return entry == kNoIndex ? Value{} : prepared.values[entry];
}

}  // namespace shrike
