// Events as rules with state keep them: a row holds the fields that those rules look at, and where the event
// stands in the order of events. Rows are made once, never changed and shared.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/state/value_bytes.hpp"
#include "runtime/vm.hpp"

namespace shrike {

/// An event, or the alert of a rule that is read as one.
struct EventRow {
  std::int64_t time = 0;  ///< nanoseconds since 1970, UTC
  std::uint32_t event_class = 0;
  std::uint32_t alert_rule = kNoIndex;  ///< of an alert: the rule
  std::int64_t source_order = 0;        ///< of the source that told it
  std::string class_name;
  std::string id;
  std::string at;  ///< where it was read
  std::string
      values;  ///< append_value() for each of ClassData::kept; of an alert, then rule, severity, score

  /// Whether both tell the same event; an alert counts as its event.
  bool is_same_event(const EventRow& other) const {
    return event_class == other.event_class && id == other.id;
  }
};
using Row = std::shared_ptr<const EventRow>;

/// The order of events: time, class, id; alerts after their event, by rule. -1, 0, 1.
int compare(const EventRow& a, const EventRow& b);

/// In the order of events, alerts taken for their event.
inline bool is_earlier_event(const Row& a, const Row& b) {
  return std::tie(a->time, a->class_name, a->id) < std::tie(b->time, b->class_name, b->id);
}

/// The values of the event's kept fields as they live in the arena, in the order of ClassData::kept, into
/// `values`; the result is the same as bytes for EventRow::values.
std::string kept_values(const ClassData& event_class, Vm& vm, EventState& event, std::vector<Value>& values);

/// Makes of the alert that a rule gave for `row` a row to read. `time` is the alert's.
Row alert_row(const EventRow& row, const ProgramData& data, std::uint32_t rule, std::int64_t time,
              Severity severity, int score);

/// Different tellings of one event that count, the first ones in their order; more are the work of somebody
/// who wants to fill memory.
inline constexpr std::size_t kMostTellings = 16;

/// One event told more than once: each field from the source of lowest order that has it. At least one
/// telling, all of the same event; they are put into order, those that count are left.
Row merged(std::vector<Row>& tellings);

/// The bytes of some fields of a row, of all where none are named: equal bytes, equal values.
std::string bytes_of(const EventRow& row, std::span<const std::uint32_t> slots, const ProgramData& data);

/// Reads the fields of a row when they are asked for. Made for one program, opened on one row after the
/// other.
class RowFields : public KeptFields {
 public:
  explicit RowFields(const ProgramData& data, Arena& arena);
  /// The row must stay until the next call. `values`: those of its fields where they are at hand, must stay
  /// too.
  void open(const EventRow& row, std::span<const Value> values = {});
  bool read(std::uint32_t slot, Value& value) override;

 private:
  Arena& arena_;
  std::vector<std::vector<std::uint32_t>> places_;  ///< per class and slot: which of the row's values
  const EventRow* row_ = nullptr;
  std::span<const Value> values_;
  std::vector<std::size_t> begins_;  ///< where the values begin, as far as they were looked at
};

void append_row(std::string& out, const EventRow& row);

/// Reads rows that append_row() wrote, also those of another program: which fields of which class they hold,
/// and which rules gave alerts, is written beside them.
class RowLayouts {
 public:
  /// Of rows that this program wrote.
  explicit RowLayouts(const ProgramData& data) : data_(data) {}
  /// Writes the program's layouts.
  static void append(std::string& out, const ProgramData& data);
  /// Reads what append() wrote. False when the bytes are none.
  bool read(BytesReader& bytes);
  /// Null when the bytes are no row, or one that this program has no use for.
  Row read_row(BytesReader& bytes) const;

 private:
  bool fit(EventRow& row) const;

  const ProgramData& data_;
  bool is_own_ = true;
  std::map<std::string, std::vector<std::string>> fields_;  ///< by class: names of the fields of its rows
  std::vector<std::string> rules_;
};

}  // namespace shrike
