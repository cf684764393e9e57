// What the compiler tells the candidate index of a rule's condition.
#include <doctest/doctest.h>

#include <string>

#include "runtime/program_data.hpp"
#include "shrike/compile.hpp"
#include "shrike/program.hpp"

namespace shrike {
namespace {

/// The guard of a rule with that condition, for one of its classes: `FIELD NUMBER` with the number of values
/// and lists, `always` or `never`.
std::string guard(const std::string& condition, const std::string& event_class) {
  const auto compiled = compile_text(
      "rule r \"R\" {\n  severity low\n  let mine = class == \"signin\" and app == \"a\"\n"
      "  on audit, signin where " +
      condition + "\n}\n");
  REQUIRE(compiled);
  const ProgramData& data = compiled->program.data();
  for (const GuardData& guard : data.rules.at(0).guards) {
    if (data.classes[guard.event_class].name != event_class) continue;
    if (guard.slot == kNoIndex) return "always";
    const std::size_t values = guard.constants.size() + guard.lists.size();
    return values == 0 ? "never" : data.slots[guard.slot].name + " " + std::to_string(values);
  }
  return "none";
}

}  // namespace

TEST_CASE("equality with constants and lists guards a rule") {
  CHECK(guard("user == \"x\" and ip in corporate_networks", "audit") == "user 1");
  CHECK(guard("user in [\"x\", \"y\"]", "audit") == "user 2");
  CHECK(guard("user in vips or user == \"x\"", "audit") == "user 2");
  CHECK(guard("user == \"x\" or app == \"y\"", "audit") == "always");
  CHECK(guard("user != \"x\"", "audit") == "always");
}

TEST_CASE("the operation is the best guard, the outcome is none") {
  CHECK(guard("user == \"x\" and operation == \"y\" and outcome == \"success\"", "audit") == "operation 1");
  CHECK(guard("outcome == \"success\" and user == \"x\"", "audit") == "user 1");
  CHECK(guard("outcome == \"success\" and ip in corporate_networks", "audit") == "always");
}

TEST_CASE("what asks for another class guards nothing of this one") {
  CHECK(guard("mine", "signin") == "app 1");
  CHECK(guard("mine", "audit") == "never");
  CHECK(guard("mine or user == \"x\"", "signin") == "always");
  CHECK(guard("mine or user == \"x\"", "audit") == "user 1");
  CHECK(guard("not mine", "audit") == "always");
  CHECK(guard("class == \"SignIn\" and user == \"x\"", "signin") == "user 1");
}

}  // namespace shrike
