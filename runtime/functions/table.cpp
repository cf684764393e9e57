// The table of all built-in functions, signatures taken apart, and the wrapper through which every function
// is called. A new function is a row and a body in the file of its topic.
#include <algorithm>
#include <vector>

#include "runtime/functions/topics.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

constexpr std::size_t kMostParameters = sizeof(Signature::parameters) / sizeof(Signature::parameters[0]);

/// Walks over the text of a signature.
class SignatureParser {
 public:
  explicit SignatureParser(std::string_view text) : rest_(text) {}

  Signature parse() {
    Signature signature;
    signature.name = word();
    take('(');
    while (!take(')') && !rest_.empty() && signature.parameter_count < kMostParameters) {
      Signature::Parameter& parameter = signature.parameters[signature.parameter_count++];
      parameter.name = word();
      parameter.optional = take('?');
      take(':');
      parameter.type = type(parameter.generic);
      take(',');
    }
    take(':');
    signature.result = type(signature.result_generic);
    return signature;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view word() {
    skip_blanks();
    const std::size_t end = std::min(rest_.find_first_of("(),:?<> "), rest_.size());
    const std::string_view result = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return result;
  }

  Type type(bool& generic) {
    const std::string_view name = word();
    if (name == "T") {
      generic = true;
      return {};
    }
    if (name != "list" && name != "map") return {kind_of(name), TypeKind::kNone, 0, false};
    take('<');
    const Type inner = type(generic);
    take('>');
    if (name == "map") return {TypeKind::kMap, inner.kind, 1, false};
    if (inner.is_list())
      return {TypeKind::kList, inner.element, static_cast<std::uint8_t>(inner.depth + 1), false};
    return {TypeKind::kList, inner.kind, 1, false};
  }

  static TypeKind kind_of(std::string_view name) {
    for (unsigned k = 0; k <= static_cast<unsigned>(TypeKind::kGeo); ++k) {
      if (name_of(static_cast<TypeKind>(k)) == name) return static_cast<TypeKind>(k);
    }
    return TypeKind::kNone;
  }

  std::string_view rest_;
};

std::vector<FunctionRow> all_rows() {
  std::vector<FunctionRow> rows;
  for (const auto topic :
       {text_functions(), likeness_functions(), mail_functions(), convert_functions(), pair_functions(),
        network_functions(), time_functions(), place_functions(), client_functions(), list_functions()}) {
    rows.insert(rows.end(), topic.begin(), topic.end());
  }
  return rows;
}

constexpr std::uint16_t bit_of(Kind kind) {
  return static_cast<std::uint16_t>(1u << static_cast<unsigned>(kind));
}

/// The kinds that are of a type without a look at elements.
constexpr std::uint16_t kinds_of(TypeKind type) {
  switch (type) {
    case TypeKind::kNone:
    case TypeKind::kJson:
      return static_cast<std::uint16_t>(~bit_of(Kind::kMissing));
    case TypeKind::kBool:
      return bit_of(Kind::kBool);
    case TypeKind::kInt:
      return bit_of(Kind::kInt);
    case TypeKind::kFloat:
      return bit_of(Kind::kFloat);
    case TypeKind::kString:
      return bit_of(Kind::kString);
    case TypeKind::kIp:
      return bit_of(Kind::kIp);
    case TypeKind::kTime:
      return bit_of(Kind::kTime);
    default:
      return 0;
  }
}

}  // namespace

std::span<const FunctionRow> functions() {
  static const std::vector<FunctionRow> rows = all_rows();
  return rows;
}

std::string_view name_of(const FunctionRow& row) { return row.signature.substr(0, row.signature.find('(')); }

Signature signature_of(const FunctionRow& row) { return SignatureParser(row.signature).parse(); }

Callable::Callable(const FunctionRow& function) : row(&function), signature(signature_of(function)) {
  static_assert(bit_of(Kind::kMissing) == 1);
  parameter_count = signature.parameter_count;
  for (unsigned i = 0; i < signature.parameter_count; ++i) {
    const Signature::Parameter& parameter = signature.parameters[i];
    required += parameter.optional ? 0 : 1;
    passes[i] = kinds_of(parameter.type.kind);
    if (parameter.optional || row->takes_missing) passes[i] |= bit_of(Kind::kMissing);
  }
}

const FunctionRow* find_function(std::string_view signature) {
  const auto rows = functions();
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const FunctionRow& row) { return row.signature == signature; });
  return found == rows.end() ? nullptr : &*found;
}

Value call(const Callable& function, CallContext& context, std::span<const Value> arguments) {
  if (arguments.size() == function.parameter_count) {
    bool as_is = true;
    for (unsigned i = 0; i < function.parameter_count; ++i) {
      if ((function.passes[i] & bit_of(arguments[i].kind)) != 0) continue;
      if (arguments[i].is_missing()) return {};
      as_is = false;
    }
    if (as_is) return function.row->body(context, arguments);
  }
  const Signature& signature = function.signature;
  Value ready[kMostParameters];
  for (unsigned i = 0; i < signature.parameter_count; ++i) {
    const Signature::Parameter& parameter = signature.parameters[i];
    if (i < arguments.size()) ready[i] = cast(arguments[i], parameter.type, context.arena);
    if (ready[i].is_missing() && !parameter.optional && !function.row->takes_missing) return {};
  }
  return function.row->body(context, {ready, signature.parameter_count});
}

Value text_value(std::string_view text) {
  if (text.data() == nullptr) return {};
  return Value::of_string(text, is_ascii(text) ? Value::kAscii : std::uint8_t{0});
}

Value text_copy(std::string_view text, Arena& arena) { return text_value(arena.copy(text)); }

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace shrike
