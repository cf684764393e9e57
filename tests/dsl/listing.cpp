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

TEST_CASE("the listing tells what a rule remembers") {
  const auto compiled = compile_text(R"(rule many_networks "Several networks" {
  severity low
  param networks: int = 3
  on signin where has asn
  each user within 2d
  when distinct(asn last 1h) >= networks and count(where asn != this.asn) > 1
}
rule then "Steps" {
  severity low
  each who = user within 1d
  sequence {
    first: signin where has asn
    not gone: alert many_networks
    second: audit, signin where ip == first.ip times 2 in 1h within 3h
  }
  say "{count(second)}"
})");
  REQUIRE(compiled);
  const auto says = [&](const char* rule, const char* text) {
    const std::string listing = disassemble(compiled->program, rule);
    const bool found = listing.find(text) != std::string::npos;
    if (!found) MESSAGE(listing);
    return found;
  };
  CHECK(says("many_networks", "  each user within 2d\n"));
  CHECK(says("many_networks", "  takes signin\n"));
  CHECK(says("many_networks", ": distinct of column "));
  CHECK(says("many_networks", ", last 1h   (how many different (combined) values)\n"));
  CHECK(says("many_networks", ", asking each kept event   (how many)\n"));
  CHECK(says("many_networks", "  where, with this "));
  CHECK(says("many_networks", "  when "));
  CHECK(says("then", "  each who within 1d\n  sequence\n"));
  CHECK(says("then", "  step 1 not gone: alert many_networks\n"));
  CHECK(says("then", " times 2 in 1h within 3h\n"));
  CHECK(says("then", "  where, with steps before "));
  CHECK(says("then", ": count of step second   ("));
}

}  // namespace shrike
