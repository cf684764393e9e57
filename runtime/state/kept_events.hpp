// Events as a rule with `each` keeps them under one key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/state/rule_state.hpp"
#include "runtime/state/shared_bytes.hpp"

namespace shrike {

/// An event as a rule keeps it: what its aggregates read, and enough to name it as evidence. The row itself
/// stays while the event may be judged again.
struct KeptEvent {
  std::int64_t time = 0;
  Row row;              ///< null once nothing before it can change
  SharedBytes brief;    ///< brief_of(); empty while the row is there
  SharedBytes columns;  ///< text of their sizes, then the bytes of each; none where it leaves the event out
};

using KeptEvents = std::vector<KeptEvent>;  ///< in the order of events

/// The columns of a rule for the event that is open, its key set: KeptEvent::columns. Valid until the judge
/// gives its scratch strings to something else.
std::string_view columns_of(const StateData& state, RowJudge& judge, EventState& event);
/// The bytes, shared with an event about the place `at` that has the same ones: most are as the one before.
SharedBytes shared_columns(const KeptEvents& events, std::size_t at, std::string_view columns);

/// Class, id, time and place of a kept event.
Evidence evidence_of(const KeptEvent& event, const RowJudge& judge);
/// What is needed of a row when nothing before it can change: KeptEvent::brief.
std::string brief_of(const Evidence& evidence, std::uint32_t event_class, RowJudge& judge);
/// The class of a kept event.
std::uint32_t class_of(const KeptEvent& event);

/// The bytes of one column of a kept event; empty where it leaves the event out.
std::string_view column_of(const KeptEvent& event, std::uint32_t column);

}  // namespace shrike
