// The example of every built-in function holds: from the table of functions through the compiler to the
// machine.
#include <doctest/doctest.h>

#include <string>

#include "runtime/functions.hpp"
#include "runtime/program_data.hpp"
#include "runtime/vm.hpp"
#include "shrike/compile.hpp"

namespace shrike {

TEST_CASE("the example of every built-in function holds") {
  std::string text;
  for (const FunctionRow& row : functions()) {
    text += "rule example_" + std::to_string(1000 + (&row - functions().data())) + " \"" +
            std::string(name_of(row)) + "\" {\n";
    text += "  severity low\n  on audit where " + std::string(row.example) + "\n  say \"holds\"\n}\n";
  }
  const auto compiled = compile_text(text);
  if (!compiled) {
    for (const Diagnostic& diagnostic : compiled.error()) MESSAGE(diagnostic.message);
  }
  REQUIRE(compiled);
  const ProgramData& data = compiled->program.data();
  REQUIRE(data.rules.size() == functions().size());
  Arena arena;
  JsonDecoder json;
  CallContext context{arena, json, nullptr};
  Vm vm(compiled->program, context, 1'000'000);
  EventState event;
  event.begin(static_cast<std::uint32_t>(data.slots.size()));
  for (std::size_t i = 0; i < functions().size(); ++i) {
    CAPTURE(functions()[i].example);
    CHECK(vm.decide(data.rules[i].where, event));
  }
}

}  // namespace shrike
