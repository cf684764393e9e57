// pairs(): a map of a list of {Name, Value} objects and its kin, as Microsoft's logs carry parameters and
// changed properties.
#include <string>

#include "runtime/functions/topics.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

/// Names of the member that names an entry, and of the members that hold its value, first one first.
constexpr std::string_view kNameMembers[] = {"Name", "Key", "displayName"};
constexpr std::string_view kValueMembers[] = {"Value", "NewValue", "OldValue"};
constexpr unsigned kDeepest = 4;

struct MapBuilder {
  MapEntry* entries = nullptr;
  std::size_t size = 0;
  std::size_t capacity = 0;
  bool failed = false;

  void add(const Value& name, const Value& value, Arena& arena) {
    if (name.kind != Kind::kString || value.is_missing() || failed) return;
    if (size == capacity) {
      const std::size_t larger = capacity == 0 ? 16 : capacity * 2;
      auto* const moved = arena.allocate_array<MapEntry>(larger);
      if (moved == nullptr) {
        failed = true;
        return;
      }
      for (std::size_t i = 0; i < size; ++i) moved[i] = entries[i];
      entries = moved;
      capacity = larger;
    }
    entries[size++] = {name, value};
  }
};

/// The value as text. JSON text of a plain string ("\"x\"", as directory audits write values) gives the
/// string.
Value as_text(const Value& value, CallContext& context) {
  switch (value.kind) {
    case Kind::kMissing:
      return {};
    case Kind::kString: {
      const std::string_view text = value.as_string();
      if (text.size() < 2 || text.front() != '"' || text.back() != '"') return value;
      const Value inner = context.json.decode_or_missing(text, context.arena);
      return inner.kind == Kind::kString ? inner : value;
    }
    case Kind::kBool:
      return text_value(value.boolean ? "true" : "false");
    default: {
      std::string out;
      append_json(out, value);
      return text_copy(out, context.arena);
    }
  }
}

Value first_member(const Value& object, std::span<const std::string_view> names) {
  for (std::string_view name : names) {
    const Value found = find(object, name);
    if (!found.is_missing()) return found;
  }
  return {};
}

/// One {Name, Value} object.
void add_pair(const Value& object, const Value& member, MapBuilder& out, CallContext& context) {
  const Value name = as_text(first_member(object, kNameMembers), context);
  const Value value =
      member.is_missing() ? first_member(object, kValueMembers) : find(object, member.as_string());
  out.add(name, as_text(value, context), context.arena);
}

/// PowerShell text as RecordType 18 writes parameters: -Name "value" -Switch -Other:'value' -Flag $true.
class ParameterText {
 public:
  explicit ParameterText(std::string_view text) : rest_(text) {}

  void add_all(MapBuilder& out, Arena& arena) {
    while (next_dash()) {
      const std::string_view name = word();
      if (name.empty()) continue;
      while (!rest_.empty() && (rest_.front() == ':' || rest_.front() == ' ')) rest_.remove_prefix(1);
      const bool is_switch = rest_.empty() || (rest_.front() == '-' && starts_name(rest_.substr(1)));
      out.add(text_value(name), is_switch ? text_value("true") : text_value(value()), arena);
    }
  }

 private:
  static bool starts_name(std::string_view text) {
    return !text.empty() && ((text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= 'a' && text[0] <= 'z'));
  }
  bool next_dash() {
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      if (rest_.front() == '-' && starts_name(rest_.substr(1))) {
        rest_.remove_prefix(1);
        return true;
      }
    }
    return false;
  }
  std::string_view taken(std::size_t size) {
    const std::string_view result = rest_.substr(0, size);
    rest_.remove_prefix(result.size());
    return result;
  }
  std::string_view word() { return taken(rest_.find_first_of(" :")); }
  std::string_view value() {
    const char quote = rest_.front();
    if (quote != '"' && quote != '\'') return without_blanks(taken(rest_.find(" -")));
    rest_.remove_prefix(1);
    const std::string_view result = taken(rest_.find(quote));
    if (!rest_.empty()) rest_.remove_prefix(1);
    return result;
  }

  std::string_view rest_;
};

void add_all(const Value& x, const Value& member, unsigned depth, MapBuilder& out, CallContext& context) {
  if (depth > kDeepest) return;
  if (x.kind == Kind::kList) {
    for (const Value& item : x.as_list()) {
      if (item.kind == Kind::kMap) {
        add_pair(item, member, out, context);
      } else {
        add_all(item, member, depth + 1, out, context);
      }
    }
  } else if (x.kind == Kind::kMap) {
    for (const MapEntry& entry : x.as_map())
      out.add(entry.name, as_text(entry.value, context), context.arena);
  } else if (x.kind == Kind::kString) {
    const std::string_view text = without_blanks(x.as_string());
    if (text.starts_with('-')) {
      ParameterText(text).add_all(out, context.arena);
    } else if (text.starts_with('[') || text.starts_with('{') || text.starts_with('"')) {
      add_all(context.json.decode_or_missing(text, context.arena), member, depth + 1, out, context);
    }
  }
}

Value pairs(CallContext& context, std::span<const Value> arguments) {
  const Value& x = arguments[0];
  MapBuilder out;
  add_all(x, arguments[1], 0, out, context);
  if (out.failed) return {};
  if (out.size == 0 && x.kind != Kind::kList && x.kind != Kind::kMap) return {};
  return Value::of_map({out.entries, out.size});
}

constexpr FunctionRow kRows[] = {
    {"pairs(x: T, member?: string): map<string>", pairs, 80, false,
     "A map of a list of {Name, Value} objects (or Key, displayName; NewValue, OldValue), of an object, of "
     "JSON text of such, or of "
     "PowerShell parameters. Values become text, absent ones are left out, the last of a repeated name "
     "counts; `member` names the "
     "member to take as value.",
     "pairs(\"[{\\\"Name\\\": \\\"ForwardTo\\\", \\\"Value\\\": \\\"a@b.example\\\"}]\").ForwardTo == "
     "\"a@b.example\""},
};

}  // namespace

std::span<const FunctionRow> pair_functions() { return kRows; }

}  // namespace shrike
