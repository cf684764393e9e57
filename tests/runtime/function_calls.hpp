// Calls of built-in functions by name, for the tests of runtime/functions.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "runtime/functions.hpp"

namespace shrike::test {

/// An arena and a decoder to call functions with.
struct Functions {
  Arena arena;
  JsonDecoder json;
  CallContext context{arena, json, nullptr};

  /// Calls the row whose signature begins with `name`; where there are several, the first that gives
  /// something.
  Value call(std::string_view name, const std::vector<Value>& arguments) {
    Value result;
    bool known = false;
    for (const FunctionRow& row : functions()) {
      if (name_of(row) != name || signature_of(row).parameter_count < arguments.size()) continue;
      known = true;
      if (result.is_missing()) result = shrike::call(Callable(row), context, arguments);
    }
    CHECK_MESSAGE(known, "no function " << name);
    return result;
  }
  /// The result as JSON text, "missing" when there is none.
  std::string shown(std::string_view name, const std::vector<Value>& arguments) {
    const Value result = call(name, arguments);
    if (result.is_missing()) return "missing";
    std::string out;
    append_json(out, result);
    return out;
  }
  Value parsed(std::string_view text) {
    const auto value = json.decode(text, arena);
    REQUIRE(value);
    return *value;
  }
  static Value text(std::string_view text) { return Value::of_string(text); }
};

}  // namespace shrike::test
