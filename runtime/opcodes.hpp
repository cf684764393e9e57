// The one table of instructions. Compiler, verifier, VM and disassembler read it: a new instruction is a row
// here, a case in vm.cpp and an emission in dsl/codegen.cpp. The machine: registers of Values, forward jumps,
// one bounded loop, no stack.
#pragma once

#include <cstdint>
#include <string_view>

namespace shrike {

/// What an instruction's field holds; the verifier checks each by its role.
enum class Role : std::uint8_t {
  kNone,      ///< must be 0
  kDst,       ///< register that is written (field `dst`)
  kSrc,       ///< Operand that is read
  kFirst,     ///< first of consecutive registers that are read; their number stands in the field that the row
              ///< names
  kCount,     ///< a number, 0…kMaxCount
  kSlot,      ///< event slot
  kConst,     ///< constant, any kind
  kText,      ///< constant, a string in folded form unless `cased`
  kStrings,   ///< constant, a list of strings
  kPath,      ///< raw path
  kRegex,     ///< regular expression
  kTable,     ///< table
  kFunction,  ///< row of functions()
  kLoop,      ///< loop number, 0…kMaxLoops-1
  kBuilder,   ///< list builder, 0…kMaxBuilders-1
  kType,      ///< TypeKind in bits 0 to 7; of kList and kMap the innermost element's TypeKind in bits 8 to 15
              ///< (kNone: any) and the number of list levels in bits 16 to 23 (0: any); see packed_type() in
              ///< vm_operations.hpp
  kCompare,   ///< 0 <, 1 <=, 2 >, 3 >=
  kTextOp,    ///< 0 contains, 1 starts, 2 ends, 3 like
  kAggregate,  ///< use of an aggregate
};

/// Bits of Instruction::flags.
struct InstructionFlag {
  static constexpr std::uint8_t kJumpIfTrue = 1;  ///< tests jump when they hold, otherwise when they do not
  static constexpr std::uint8_t kCased = 2;       ///< letter case matters
  static constexpr std::uint8_t kAll = 4;         ///< of a list on the right every element, not any
};

inline constexpr unsigned kMaxRegisters = 1024;
inline constexpr unsigned kMaxLoops = 8;
inline constexpr unsigned kMaxBuilders = 8;
inline constexpr unsigned kMaxCount = 256;
/// How often a loop is assumed to run for a rule's worst-case cost.
inline constexpr unsigned kLoopBound = 64;

// Columns: identifier, text, role of dst, role of x, role of y, has a jump target, cost, what it does.
// clang-format off
#define SHRIKE_OPCODES(X) \
  X(kReturnFalse,   "return false",  kNone,    kNone,     kNone,    false, 1,  "ends a condition: it does not hold") \
  X(kReturnTrue,    "return true",   kNone,    kNone,     kNone,    false, 1,  "ends a condition: it holds") \
  X(kReturn,        "return",        kNone,    kSrc,      kNone,    false, 1,  "ends a unit with the value x") \
  X(kJump,          "jump",          kNone,    kNone,     kNone,    true,  1,  "goes on at the target") \
  X(kTestTrue,      "if",            kNone,    kSrc,      kNone,    true,  1,  "x is true") \
  X(kTestHas,       "if has",        kNone,    kSrc,      kNone,    true,  1,  "x is not missing") \
  X(kTestRaw,       "if has raw",    kNone,    kPath,     kNone,    true,  1,  "the record has something at the path; nothing is parsed") \
  X(kTestIs,        "if is",         kNone,    kSlot,     kText,    true,  2,  "the slot holds just this text") \
  X(kTestIsOne,     "if is one of",  kNone,    kSlot,     kStrings, true,  3,  "the slot holds one of these texts (hashed)") \
  X(kTestEqual,     "if ==",         kNone,    kSrc,      kSrc,     true,  4,  "x equals y; false when either is missing") \
  X(kTestDiffer,    "if !=",         kNone,    kSrc,      kSrc,     true,  4,  "x and y are there and differ") \
  X(kTestOrder,     "if",            kCompare, kSrc,      kSrc,     true,  4,  "x is less than, … y; false when either is missing") \
  X(kTestIn,        "if in",         kNone,    kSrc,      kSrc,     true,  6,  "x is in the list, network, list of networks or table y") \
  X(kTestNotIn,     "if not in",     kNone,    kSrc,      kSrc,     true,  6,  "x is there, y is there, and x is not in it") \
  X(kTestText,      "if",            kTextOp,  kSrc,      kSrc,     true,  12, "x contains, starts with, ends with or is like the text y, or any (all) of the list y; a list x contains an element") \
  X(kTestMatches,   "if matches",    kNone,    kSrc,      kRegex,   true,  40, "the regular expression is found in x") \
  X(kMove,          "=",             kDst,     kSrc,      kNone,    false, 1,  "dst = x") \
  X(kMember,        "member",        kDst,     kSrc,      kConst,   false, 6,  "dst = x.name, missing unless x is a map that has it") \
  X(kMembers,       "members",       kDst,     kSrc,      kConst,   false, 20, "dst = the name of every element of the list x, lists spliced, missing left out") \
  X(kStar,          "elements",      kDst,     kSrc,      kNone,    false, 4,  "dst = x if it is a list, the values of a map; else missing") \
  X(kIndex,         "index",         kDst,     kSrc,      kSrc,     false, 6,  "dst = element y of list x (from 0, negative from the end), or entry y of map x") \
  X(kLookup,        "lookup",        kDst,     kSrc,      kTable,   false, 10, "dst = what the table holds for the key x") \
  X(kClientPart,    "client",        kDst,     kSrc,      kCount,   false, 1,  "dst = part y of the client x: 0 family, 1 os, 2 device, 3 tool") \
  X(kCast,          "as",            kDst,     kSrc,      kType,    false, 2,  "dst = x if it holds that type (lists: the elements that do), else missing") \
  X(kAdd,           "+",             kDst,     kSrc,      kSrc,     false, 2,  "sum; missing on overflow") \
  X(kSubtract,      "-",             kDst,     kSrc,      kSrc,     false, 2,  "difference; time - time is a duration") \
  X(kMultiply,      "*",             kDst,     kSrc,      kSrc,     false, 2,  "product") \
  X(kDivide,        "/",             kDst,     kSrc,      kSrc,     false, 3,  "quotient; missing when y is 0; int / int rounds toward zero") \
  X(kModulo,        "%",             kDst,     kSrc,      kSrc,     false, 3,  "remainder; missing when y is 0") \
  X(kNegate,        "negate",        kDst,     kSrc,      kNone,    false, 1,  "-x") \
  X(kAddPresent,    "+=",            kDst,     kSrc,      kNone,    false, 2,  "dst = dst + x; a missing one of them adds nothing") \
  X(kCall,          "call",          kDst,     kFunction, kFirst,   false, 0,  "dst = function x of the registers from y on; their number stands in `target`; cost is the function's") \
  X(kCallOne,       "call",          kDst,     kFunction, kSrc,     false, 0,  "dst = function x of the one argument y; cost is the function's") \
  X(kList,          "list",          kDst,     kCount,    kFirst,   false, 4,  "dst = list of x registers from y on, missing ones left out") \
  X(kPack,          "pack",          kDst,     kCount,    kFirst,   false, 4,  "dst = list of x registers from y on, missing ones kept") \
  X(kLoop,          "for each",      kDst,     kSrc,      kLoop,    true,  2,  "dst = first element of list x, or go on at the target when there is none or x is no list") \
  X(kNext,          "next",          kDst,     kNone,     kLoop,    true,  2,  "dst = next element of loop y and back to the target (after its kLoop), or fall through at the end") \
  X(kBuild,         "build",         kNone,    kBuilder,  kNone,    false, 2,  "empties a list builder") \
  X(kAppend,        "append",        kNone,    kBuilder,  kSrc,     false, 2,  "adds y to the builder unless it is missing") \
  X(kBuilt,         "built",         kDst,     kBuilder,  kNone,    false, 2,  "dst = the builder's list") \
  X(kAggregate,     "aggregate",     kDst,     kAggregate, kNone,   false, 40, "dst = what aggregate x gives over the kept events; missing where no state is judged")
// clang-format on

enum class Opcode : std::uint8_t {
#define X(id, text, dst, x, y, jump, cost, help) id,
  SHRIKE_OPCODES(X)
#undef X
};

struct OpcodeRow {
  Opcode opcode;
  std::string_view text;
  Role dst, x, y;
  bool jumps;
  std::uint8_t cost;
  std::string_view help;
};
inline constexpr OpcodeRow kOpcodes[] = {
#define X(id, text, dst, x, y, jump, cost, help) \
  {Opcode::id, text, Role::dst, Role::x, Role::y, jump, cost, help},
    SHRIKE_OPCODES(X)
#undef X
};
inline constexpr unsigned kOpcodeCount = sizeof(kOpcodes) / sizeof(kOpcodes[0]);

/// A test decides whether to jump by kJumpIfTrue.
constexpr bool is_test(Opcode opcode) {
  return opcode >= Opcode::kTestTrue && opcode <= Opcode::kTestMatches;
}

/// Costs what the function costs that x names.
constexpr bool is_call(Opcode opcode) { return opcode == Opcode::kCall || opcode == Opcode::kCallOne; }

/// A unit goes no further here.
constexpr bool ends_unit(Opcode opcode) { return opcode <= Opcode::kReturn; }

/// Where a kSrc field reads from: the kind in the top 4 bits, an index in the others.
enum class OperandKind : std::uint8_t {
  kRegister,
  kSlot,  ///< a field or `let` of the event, computed when first asked
  kConst,
  kRaw,      ///< a path of the record
  kParam,    ///< a parameter; its value depends on the tenant's profile
  kList,     ///< a named list; likewise
  kTable,    ///< a table (only for `in`)
  kSpecial,  ///< see Special
  kThis,     ///< a slot of the newest event, for conditions that run on kept events
  kStep,     ///< a slot of an event that stands for a step: step in bits 22 to 27, slot in the others
};
inline constexpr unsigned kStepShift = 22;
enum class Special : std::uint8_t {
  kClassName,  ///< `class`: name of the event's class
  kTenant,     ///< tenant the event is counted to
};

class Operand {
 public:
  constexpr Operand() = default;
  constexpr Operand(OperandKind kind, std::uint32_t index)
      : bits_((static_cast<std::uint32_t>(kind) << 28) | (index & 0x0fffffffU)) {}
  static constexpr Operand from_bits(std::uint32_t bits) {
    Operand o;
    o.bits_ = bits;
    return o;
  }
  constexpr OperandKind kind() const { return static_cast<OperandKind>(bits_ >> 28); }
  constexpr std::uint32_t index() const { return bits_ & 0x0fffffffU; }
  constexpr std::uint32_t bits() const { return bits_; }
  friend constexpr bool operator==(Operand, Operand) = default;

 private:
  std::uint32_t bits_ = 0;
};

/// One instruction, 16 bytes. kSrc fields hold Operand::bits().
struct Instruction {
  Opcode opcode = Opcode::kReturnFalse;
  std::uint8_t flags = 0;
  std::uint16_t dst = 0;
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  std::uint32_t target = 0;  ///< index of an instruction of the same unit, counted from its first
  friend bool operator==(const Instruction&, const Instruction&) = default;
};
static_assert(sizeof(Instruction) == 16);

}  // namespace shrike
