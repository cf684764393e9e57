#include "runtime/state/event_row.hpp"

#include <algorithm>
#include <tuple>

namespace shrike {
namespace {

constexpr std::size_t kAlertParts = 3;

/// The slots whose values a row holds, in the order in which they stand.
template <class Visit>
void for_each_slot(const EventRow& row, const ProgramData& data, const Visit& visit) {
  for (const std::uint32_t slot : data.classes[row.event_class].kept) visit(slot);
  if (row.alert_rule == kNoIndex) return;
  for (const std::uint32_t slot : {data.alert_rule_slot, data.alert_severity_slot, data.alert_score_slot})
    visit(slot);
}

}  // namespace

int compare(const EventRow& a, const EventRow& b) {
  if (a.time != b.time) return a.time < b.time ? -1 : 1;
  if (const int order = a.class_name.compare(b.class_name); order != 0) return order < 0 ? -1 : 1;
  if (const int order = a.id.compare(b.id); order != 0) return order < 0 ? -1 : 1;
  // Rules stand in the order of their names; no rule wraps to the front.
  const std::uint32_t rule_a = a.alert_rule + 1, rule_b = b.alert_rule + 1;
  return rule_a == rule_b ? 0 : rule_a < rule_b ? -1 : 1;
}

std::string kept_values(const ClassData& event_class, Vm& vm, EventState& event) {
  std::string values;
  for (const std::uint32_t slot : event_class.kept) append_value(values, vm.slot(slot, event));
  return values;
}

Row alert_row(const EventRow& row, const ProgramData& data, std::uint32_t rule, std::int64_t time,
              Severity severity, int score) {
  auto alert = std::make_shared<EventRow>(row);
  alert->time = time;
  alert->alert_rule = rule;
  // The event's fields, with the alert's time; of an alert about an alert its own rule, severity and score
  // count.
  alert->values.clear();
  BytesReader bytes(row.values);
  for (const std::uint32_t slot : data.classes[row.event_class].kept) {
    const std::string_view before = bytes.rest();
    bytes.skip_value();
    if (slot == data.time_slot) {
      append_value(alert->values, Value::of_time(time));
    } else {
      alert->values += before.substr(0, before.size() - bytes.rest().size());
    }
  }
  append_value(alert->values, Value::of_string(data.rules[rule].name));
  append_value(alert->values, Value::of_string(name_of(severity)));
  append_value(alert->values, Value::of_int(score));
  return alert;
}

Row merged(std::vector<Row>& tellings) {
  const auto order = [](const Row& row) {
    return std::tie(row->source_order, row->time, row->values, row->at);
  };
  std::sort(tellings.begin(), tellings.end(),
            [&](const Row& a, const Row& b) { return order(a) < order(b); });
  const auto differs = [&](const Row& row) { return row->values != tellings[0]->values; };
  if (std::none_of(tellings.begin(), tellings.end(), differs)) return tellings[0];
  std::vector<BytesReader> readers;
  for (const Row& row : tellings) readers.emplace_back(row->values);
  auto result = std::make_shared<EventRow>(*tellings[0]);
  result->values.clear();
  while (readers[0].ok() && !readers[0].at_end()) {
    std::string_view taken;
    for (BytesReader& reader : readers) {
      const std::string_view before = reader.rest();
      reader.skip_value();
      const std::string_view value = before.substr(0, before.size() - reader.rest().size());
      const bool is_missing = value.empty() || static_cast<Kind>(value[0]) == Kind::kMissing;
      if (taken.empty() || (static_cast<Kind>(taken[0]) == Kind::kMissing && !is_missing)) taken = value;
    }
    result->values += taken;
  }
  return result;
}

void set_slots(EventState& event, const EventRow& row, const ProgramData& data, Arena& arena) {
  BytesReader bytes(row.values);
  for_each_slot(row, data, [&](std::uint32_t slot) { event.set(slot, bytes.value(arena)); });
}

Value field_of(const EventRow& row, std::uint32_t wanted, const ProgramData& data, Arena& arena) {
  BytesReader bytes(row.values);
  Value found;
  bool done = false;
  for_each_slot(row, data, [&](std::uint32_t slot) {
    if (done) return;
    if (slot != wanted) {
      bytes.skip_value();
      return;
    }
    found = bytes.value(arena);
    done = true;
  });
  return found;
}

void append_row(std::string& out, const EventRow& row) {
  append_signed(out, row.time);
  append_text(out, row.class_name);
  append_text(out, row.id);
  append_unsigned(out, row.alert_rule == kNoIndex ? 0 : row.alert_rule + 1);
  append_signed(out, row.source_order);
  append_text(out, row.at);
  append_text(out, row.values);
}

Row read_row(BytesReader& bytes, const ProgramData& data) {
  auto row = std::make_shared<EventRow>();
  row->time = bytes.signed_number();
  row->class_name = bytes.text();
  row->id = bytes.text();
  const std::uint64_t rule = bytes.unsigned_number();
  row->source_order = bytes.signed_number();
  row->at = bytes.text();
  row->values = bytes.text();
  const auto event_class = std::find_if(data.classes.begin(), data.classes.end(),
                                        [&](const ClassData& c) { return c.name == row->class_name; });
  if (!bytes.ok() || event_class == data.classes.end() || rule > data.rules.size()) return nullptr;
  row->event_class = static_cast<std::uint32_t>(event_class - data.classes.begin());
  if (rule != 0) row->alert_rule = static_cast<std::uint32_t>(rule - 1);
  // As many values as the program keeps of the class.
  BytesReader values(row->values);
  std::size_t count = 0;
  while (values.ok() && !values.at_end()) {
    values.skip_value();
    ++count;
  }
  const std::size_t wanted = event_class->kept.size() + (rule != 0 ? kAlertParts : 0);
  return values.ok() && count == wanted ? row : nullptr;
}

}  // namespace shrike
