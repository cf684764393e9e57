// Events as a rule with `each` keeps them under one key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/state/rule_state.hpp"

namespace shrike {

/// An event as a rule keeps it: what its aggregates read, and enough to name it as evidence. The row itself
/// stays while the event may be judged again.
struct KeptEvent {
  std::int64_t time = 0;
  Row row;              ///< null once nothing before it can change
  std::string brief;    ///< brief_of(); empty while the row is there
  std::string columns;  ///< text of their sizes, then the bytes of each; none where it leaves the event out
};

using KeptEvents = std::vector<KeptEvent>;  ///< in the order of events

/// The columns of a rule for the event that is open, its key set.
std::string columns_of(const StateData& state, RowJudge& judge, EventState& event);

/// Class, id, time and place of a kept event.
Evidence evidence_of(const KeptEvent& event, const RowJudge& judge);
/// What is needed of a row when nothing before it can change: KeptEvent::brief.
std::string brief_of(const Evidence& evidence, std::uint32_t event_class, RowJudge& judge);
/// The class of a kept event.
std::uint32_t class_of(const KeptEvent& event);

/// The bytes of one column of a kept event; empty where it leaves the event out.
std::string_view column_of(const KeptEvent& event, std::uint32_t column);

}  // namespace shrike
