#include "runtime/state/kept_events.hpp"

namespace shrike {

Evidence evidence_of(const KeptEvent& event) {
  if (event.row != nullptr) return {event.row->id, event.time, event.row->class_name, {}, event.row->at};
  BytesReader brief(event.brief);
  Evidence evidence;
  evidence.event_class = brief.text();
  evidence.id = brief.text();
  evidence.at = brief.text();
  evidence.time = event.time;
  return evidence;
}

std::string columns_of(const StateData& state, RowJudge& judge, EventState& event) {
  std::string columns;
  for (const ColumnData& column : state.columns) {
    std::string bytes;
    if (column.where == kNoIndex || judge.vm().decide(column.where, event)) {
      std::string identity, values;
      bool complete = true;
      if (column.values != kNoIndex) {
        const Value pack = judge.vm().evaluate(column.values, event);
        const auto items = pack.kind == Kind::kList ? pack.as_list() : std::span<const Value>();
        complete = pack.kind == Kind::kList;
        for (std::size_t i = 0; i < items.size(); ++i) {
          complete = complete && (column.keeps_missing || !items[i].is_missing());
          append_value(values, items[i]);
          if (column.told_apart)
            append_identity(identity, items[i], i < column.cased.size() && column.cased[i] != 0,
                            judge.arena());
        }
      }
      if (complete) {
        append_text(bytes, identity);
        bytes += values;
      }
    }
    append_text(columns, bytes);
  }
  return columns;
}

std::string_view column_of(const KeptEvent& event, std::uint32_t column) {
  BytesReader columns(event.columns);
  for (std::uint32_t i = 0; i < column; ++i) columns.text();
  return columns.text();
}

}  // namespace shrike
