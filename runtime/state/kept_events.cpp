#include "runtime/state/kept_events.hpp"

#include <algorithm>

namespace shrike {

Evidence evidence_of(const KeptEvent& event, const RowJudge& judge) {
  if (event.row != nullptr) return {event.row->id, event.time, event.row->class_name, {}, event.row->at};
  BytesReader brief(event.brief.view());
  Evidence evidence;
  const std::uint64_t event_class = brief.unsigned_number();
  if (event_class < judge.data().classes.size())
    evidence.event_class = judge.data().classes[event_class].name;
  evidence.id = brief.name();
  evidence.at = judge.places().read(brief);
  evidence.time = event.time;
  return evidence;
}

std::string brief_of(const Evidence& evidence, std::uint32_t event_class, RowJudge& judge) {
  std::string brief;
  append_unsigned(brief, event_class);
  append_name(brief, evidence.id);
  judge.places().append(brief, evidence.at);
  return brief;
}

std::uint32_t class_of(const KeptEvent& event) {
  if (event.row != nullptr) return event.row->event_class;
  BytesReader brief(event.brief.view());
  return static_cast<std::uint32_t>(brief.unsigned_number());
}

std::string_view columns_of(const StateData& state, RowJudge& judge, EventState& event) {
  std::string& told_apart = judge.scratch(0);
  std::string& values = judge.scratch(1);
  std::string& sizes = judge.scratch(2);
  std::string& bodies = judge.scratch(3);
  sizes.clear();
  bodies.clear();
  for (const ColumnData& column : state.columns) {
    told_apart.clear();
    values.clear();
    bool complete = column.where == kNoIndex || judge.vm().decide(column.where, event);
    if (complete && column.values != kNoIndex) {
      const Value pack = judge.vm().evaluate(column.values, event);
      const auto items = pack.kind == Kind::kList ? pack.as_list() : std::span<const Value>();
      complete = pack.kind == Kind::kList;
      for (std::size_t i = 0; i < items.size() && complete; ++i) {
        complete = column.keeps_missing || !items[i].is_missing();
        append_value(values, items[i]);
        if (column.told_apart)
          append_identity(told_apart, items[i], i < column.cased.size() && column.cased[i] != 0,
                          judge.arena());
      }
    }
    const std::size_t before = bodies.size();
    if (complete) {
      append_text(bodies, told_apart);
      bodies += values;
    }
    append_unsigned(sizes, bodies.size() - before);
  }
  std::string& columns = told_apart;
  columns.clear();
  append_text(columns, sizes);
  columns += bodies;
  return columns;
}

SharedBytes shared_columns(const KeptEvents& events, std::size_t at, std::string_view columns) {
  constexpr std::size_t kLookedAt = 4;
  for (std::size_t before = at; before > 0 && at - before < kLookedAt; --before) {
    if (events[before - 1].columns.view() == columns) return events[before - 1].columns;
  }
  return at < events.size() && events[at].columns.view() == columns ? events[at].columns
                                                                    : SharedBytes(columns);
}

std::string_view column_of(const KeptEvent& event, std::uint32_t column) {
  BytesReader columns(event.columns.view());
  BytesReader sizes(columns.text());
  std::uint64_t before = 0;
  for (std::uint32_t i = 0; i < column; ++i) before += sizes.unsigned_number();
  const std::uint64_t size = sizes.unsigned_number();
  const std::string_view bodies = columns.rest();
  return before <= bodies.size() && size <= bodies.size() - before ? bodies.substr(before, size)
                                                                   : std::string_view();
}

}  // namespace shrike
