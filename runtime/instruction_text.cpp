// One line for every opcode. Read opcodes.hpp beside it.
#include "runtime/instruction_text.hpp"
#include "runtime/aggregate_table.hpp"

#include <fmt/format.h>

#include "runtime/address.hpp"
#include "runtime/time_text.hpp"
#include "runtime/utf8.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

constexpr std::size_t kShownItems = 8;
constexpr std::size_t kShownText = 120;  // bytes
constexpr std::string_view kClientParts[] = {"family", "os", "device", "tool"};
constexpr std::string_view kComparisons[] = {"<", "<=", ">", ">="};
constexpr std::string_view kTextOps[] = {"contains", "starts", "ends", "like"};

/// Control characters, and those that change the direction of text or are not seen.
bool is_disturbing(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x200B && point <= 0x200F) ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2060 && point <= 0x2069) || point == 0xFEFF ||
         point >= utf8::kInvalid;
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  const char* at = text.data();
  for (const char* const end = at + text.size(); at != end;) {
    const char* const begin = at;
    const std::uint32_t point = utf8::decode(at, end);
    if (quotes && (point == '"' || point == '\\')) out += '\\';
    if (point == '\n') {
      out += "\\n";
    } else if (point >= utf8::kInvalid) {
      out += fmt::format("\\x{:02x}", point - utf8::kInvalid);
    } else if (is_disturbing(point)) {
      out += fmt::format("\\u{:04x}", point);
    } else {
      out.append(begin, at);
    }
  }
}

std::string dotted(const std::vector<std::string>& path) {
  std::string out = "raw";
  for (const std::string& name : path) {
    const bool is_word =
        !name.empty() &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
            std::string::npos;
    out += is_word ? "." + name : "[" + quoted_short(name) + "]";
  }
  return out;
}

class Describer {
 public:
  Describer(const ProgramData& data, const Instruction& instruction) : data_(data), i_(instruction) {}

  std::string run() const {
    const std::string dst = fmt::format("r{}", i_.dst);
    switch (i_.opcode) {
      case Opcode::kReturnFalse:
        return "return false";
      case Opcode::kReturnTrue:
        return "return true";
      case Opcode::kReturn:
        return "return " + x();
      case Opcode::kJump:
        return "go on";
      case Opcode::kTestTrue:
        return test(x());
      case Opcode::kTestHas:
        return test("has " + x());
      case Opcode::kTestRaw:
        return test("has " + dotted(data_.paths[i_.x]));
      case Opcode::kTestIs:
        return test(binary(slot(i_.x), "is", constant_text(data_, i_.y)));
      case Opcode::kTestIsOne:
        return test(binary(slot(i_.x), "is one of", constant_text(data_, i_.y)));
      case Opcode::kTestEqual:
        return test(binary(x(), "==", y()));
      case Opcode::kTestDiffer:
        return test(binary(x(), "!=", y()));
      case Opcode::kTestOrder:
        return test(binary(x(), kComparisons[i_.dst], y()));
      case Opcode::kTestIn:
        return test(binary(x(), "in", y()));
      case Opcode::kTestNotIn:
        return test(binary(x(), "not in", y()));
      case Opcode::kTestText:
        return test(binary(x(), kTextOps[i_.dst], y()));
      case Opcode::kTestMatches:
        return test(fmt::format("{}{} matches r{}", x(), data_.regexes[i_.y].cased ? " cased" : "",
                                quoted_short(data_.regexes[i_.y].pattern)));
      case Opcode::kMove:
        return dst + " = " + x();
      case Opcode::kMember:
        return fmt::format("{} = {}[{}]", dst, x(), constant_text(data_, i_.y));
      case Opcode::kMembers:
        return fmt::format("{} = {}[*][{}]", dst, x(), constant_text(data_, i_.y));
      case Opcode::kStar:
        return fmt::format("{} = {}[*]", dst, x());
      case Opcode::kIndex:
        return fmt::format("{} = {}[{}]", dst, x(), y());
      case Opcode::kLookup:
        return fmt::format("{} = {}[{}]", dst, plain(data_.tables[i_.y].name), x());
      case Opcode::kClientPart:
        return fmt::format("{} = {}.{}", dst, x(), kClientParts[i_.y]);
      case Opcode::kCast:
        return fmt::format("{} = {} as {}", dst, x(), type_text(unpacked_type(i_.y)));
      case Opcode::kAdd:
        return fmt::format("{} = {} + {}", dst, x(), y());
      case Opcode::kSubtract:
        return fmt::format("{} = {} - {}", dst, x(), y());
      case Opcode::kMultiply:
        return fmt::format("{} = {} * {}", dst, x(), y());
      case Opcode::kDivide:
        return fmt::format("{} = {} / {}", dst, x(), y());
      case Opcode::kModulo:
        return fmt::format("{} = {} % {}", dst, x(), y());
      case Opcode::kNegate:
        return fmt::format("{} = -{}", dst, x());
      case Opcode::kAddPresent:
        return fmt::format("{} += {}", dst, x());
      case Opcode::kCall: {
        const std::string& signature = data_.functions[i_.x];
        return fmt::format("{} = {}({})", dst, plain(signature.substr(0, signature.find('('))),
                           registers(i_.target));
      }
      case Opcode::kCallOne: {
        const std::string& signature = data_.functions[i_.x];
        return fmt::format("{} = {}({})", dst, plain(signature.substr(0, signature.find('('))), y());
      }
      case Opcode::kList:
        return fmt::format("{} = [{}]", dst, registers(i_.x));
      case Opcode::kPack:
        return fmt::format("{} = pack [{}]", dst, registers(i_.x));
      case Opcode::kLoop:
        return fmt::format("for {} in {}, else", dst, x());
      case Opcode::kNext:
        return fmt::format("next {}", dst);
      case Opcode::kBuild:
        return fmt::format("b{} = []", i_.x);
      case Opcode::kAppend:
        return fmt::format("b{} append {}", i_.x, y());
      case Opcode::kAggregate:
        return fmt::format("{} = {} (aggregate {})", dst, row_of(data_.aggregates[i_.x].function).name, i_.x);
      case Opcode::kBuilt:
        return fmt::format("{} = b{}", dst, i_.x);
    }
    return "unknown";
  }

 private:
  std::string x() const { return operand(i_.x); }
  std::string y() const { return operand(i_.y); }
  std::string slot(std::uint32_t index) const { return plain(data_.slots[index].name); }

  std::string test(const std::string& what) const {
    return ((i_.flags & InstructionFlag::kJumpIfTrue) != 0 ? "if " : "unless ") + what;
  }
  std::string binary(const std::string& left, std::string_view op, const std::string& right) const {
    return fmt::format("{}{} {}{} {}", left, (i_.flags & InstructionFlag::kCased) != 0 ? " cased" : "", op,
                       (i_.flags & InstructionFlag::kAll) != 0 ? " all" : "", right);
  }
  std::string registers(std::uint32_t count) const {
    std::string out;
    for (std::uint32_t k = 0; k < count; ++k) out += fmt::format("{}r{}", k == 0 ? "" : ", ", i_.y + k);
    return out;
  }
  std::string operand(std::uint32_t bits) const {
    const Operand operand = Operand::from_bits(bits);
    const std::uint32_t index = operand.index();
    switch (operand.kind()) {
      case OperandKind::kRegister:
        return fmt::format("r{}", index);
      case OperandKind::kSlot:
        return slot(index);
      case OperandKind::kConst:
        return constant_text(data_, index);
      case OperandKind::kRaw:
        return dotted(data_.paths[index]);
      case OperandKind::kParam:
        return plain(data_.params[index].name);
      case OperandKind::kList:
        return plain(data_.lists[index].name);
      case OperandKind::kTable:
        return plain(data_.tables[index].name);
      case OperandKind::kThis:
        return "this." + slot(index);
      case OperandKind::kStep:
        return fmt::format("step {}.{}", index >> kStepShift, slot(index & ((1U << kStepShift) - 1)));
      case OperandKind::kSpecial:
        return index == static_cast<std::uint32_t>(Special::kClassName) ? "class" : "tenant";
    }
    return "?";
  }

  const ProgramData& data_;
  const Instruction& i_;
};

}  // namespace

std::string quoted_short(std::string_view text) {
  std::string out = "\"";
  append_escaped(out, text.substr(0, kShownText), true);
  out += text.size() > kShownText ? "…\"" : "\"";
  return out;
}

std::string plain(std::string_view text) {
  std::string out;
  append_escaped(out, text, false);
  return out;
}

std::string type_text(const Type& type) {
  if (type.kind == TypeKind::kMap) return fmt::format("map<{}>", name_of(type.element));
  if (type.kind != TypeKind::kList) return std::string(name_of(type.kind));
  std::string out(type.element == TypeKind::kNone ? "json" : name_of(type.element));
  for (unsigned level = 0; level < std::max<unsigned>(type.depth, 1); ++level) out = "list<" + out + ">";
  return out;
}

std::string constant_text(const ProgramData& data, std::uint32_t constant) {
  struct Visitor {
    const ProgramData& data;
    std::string operator()(std::monostate) const { return "missing"; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return fmt::format("{}", v); }
    std::string operator()(double v) const { return fmt::format("{:#}", v); }
    std::string operator()(const std::string& v) const { return quoted_short(v); }
    std::string operator()(const ConstantData::Address& v) const { return format_ip(v.address); }
    std::string operator()(const ConstantData::Network& v) const { return format_cidr(v.address, v.bits); }
    std::string operator()(const ConstantData::Time& v) const { return format_time(v.nanoseconds); }
    std::string operator()(const ConstantData::Duration& v) const { return format_duration(v.nanoseconds); }
    std::string operator()(const ConstantData::List& v) const {
      std::string out = "[";
      for (std::size_t i = 0; i < v.items.size(); ++i) {
        if (i != 0) out += ", ";
        if (i == kShownItems) return fmt::format("{}… {} more]", out, v.items.size() - i);
        out += constant_text(data, v.items[i]);
      }
      return out + "]";
    }
  };
  return std::visit(Visitor{data}, data.constants[constant].value);
}

std::string instruction_text(const ProgramData& data, const Instruction& instruction) {
  return Describer(data, instruction).run();
}

}  // namespace shrike
