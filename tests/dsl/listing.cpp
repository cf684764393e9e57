// The listing of a compiled rule that uses a definition from another file.
#include <doctest/doctest.h>

#include <string>

#include "shrike/compile.hpp"
#include "shrike/program.hpp"

namespace shrike {

TEST_CASE("the listing says where a position is of another file") {
  const auto compiled = compile_text(R"(rule outside "Outside" {
  severity low
  on audit where any a in inbox_rule.forward_to: external_to(a, user)
  say "{user}"
})",
                                     "own.shrike");
  REQUIRE(compiled);
  const std::string listing = disassemble(compiled->program, "outside");
  const std::size_t elsewhere = listing.find("in stdlib-rules/lists/external.shrike");
  REQUIRE(elsewhere != std::string::npos);
  CHECK(listing.find("own.shrike:1") < elsewhere);
  CHECK(listing.find("in own.shrike") > elsewhere);
  CHECK(listing.find("in own.shrike") != std::string::npos);
}

}  // namespace shrike
