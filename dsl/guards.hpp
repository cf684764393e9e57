// What a rule's condition asks for at the least: the equality tests that the candidate index is built on.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "dsl/unit_generator.hpp"

namespace shrike {

/// "The slot holds one of these": true of every event for which the condition holds.
struct Guard {
  std::uint32_t slot = kNoIndex;
  std::vector<std::uint32_t> constants;  ///< strings or integers
  std::vector<std::uint32_t> lists;      ///< named lists
};

/// All guards that the condition implies for events of that class, in the order found; empty when there is
/// none. Nothing at all when it cannot hold for that class: it asks for another one.
std::optional<std::vector<Guard>> guards_of(const ast::Expr& condition, const UnitContext& context,
                                            std::string_view event_class);

/// What the candidate index asks of events of a class before a rule or step with these conditions is tried.
GuardData guard_for(const std::vector<const ast::Expr*>& conditions, std::uint32_t event_class,
                    const UnitContext& context);

}  // namespace shrike
