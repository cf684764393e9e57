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

std::string kept_values(const ClassData& event_class, Vm& vm, EventState& event, std::vector<Value>& values) {
  std::string bytes;
  values.clear();
  for (const std::uint32_t slot : event_class.kept)
    append_value(bytes, values.emplace_back(vm.slot(slot, event)));
  return bytes;
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
  const auto says_the_same = [](const Row& a, const Row& b) {
    return a->source_order == b->source_order && a->time == b->time && a->values == b->values;
  };
  tellings.erase(std::unique(tellings.begin(), tellings.end(), says_the_same), tellings.end());
  tellings.resize(std::min(tellings.size(), kMostTellings));
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

std::string bytes_of(const EventRow& row, std::span<const std::uint32_t> slots, const ProgramData& data) {
  if (slots.empty()) return row.values;
  std::string result;
  BytesReader bytes(row.values);
  for_each_slot(row, data, [&](std::uint32_t slot) {
    const std::string_view before = bytes.rest();
    bytes.skip_value();
    if (std::find(slots.begin(), slots.end(), slot) != slots.end())
      result += before.substr(0, before.size() - bytes.rest().size());
  });
  return result;
}

RowFields::RowFields(const ProgramData& data, Arena& arena) : arena_(arena) {
  for (const ClassData& event_class : data.classes) {
    std::vector<std::uint32_t>& places = places_.emplace_back(data.slots.size(), kNoIndex);
    auto place = std::uint32_t{0};
    for (const std::uint32_t slot : event_class.kept) places[slot] = place++;
    // Of an event that is no alert these lie behind its values, so they are missing.
    for (const std::uint32_t slot : {data.alert_rule_slot, data.alert_severity_slot, data.alert_score_slot}) {
      if (slot < places.size()) places[slot] = place++;
    }
  }
}

void RowFields::open(const EventRow& row, std::span<const Value> values) {
  row_ = &row;
  values_ = values;
  begins_.assign(1, 0);
}

bool RowFields::read(std::uint32_t slot, Value& value) {
  const std::uint32_t place = places_[row_->event_class][slot];
  if (place == kNoIndex) return false;
  if (!values_.empty()) {
    value = place < values_.size() ? values_[place] : Value{};
    return true;
  }
  const std::string_view values = row_->values;
  while (begins_.size() <= place && begins_.back() < values.size()) {
    BytesReader bytes(values.substr(begins_.back()));
    bytes.skip_value();
    begins_.push_back(values.size() - bytes.rest().size());
  }
  value = {};
  if (place >= begins_.size() || begins_[place] >= values.size()) return true;
  BytesReader bytes(values.substr(begins_[place]));
  value = bytes.value(arena_);
  return true;
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

void RowLayouts::append(std::string& out, const ProgramData& data) {
  append_unsigned(out, data.classes.size());
  for (const ClassData& event_class : data.classes) {
    append_text(out, event_class.name);
    append_unsigned(out, event_class.kept.size());
    for (const std::uint32_t slot : event_class.kept) append_text(out, data.slots[slot].name);
  }
  append_unsigned(out, data.rules.size());
  for (const RuleData& rule : data.rules) append_text(out, rule.name);
}

bool RowLayouts::read(BytesReader& bytes) {
  is_own_ = false;
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    std::vector<std::string>& fields = fields_[std::string(bytes.text())];
    for (std::uint64_t more = bytes.unsigned_number(); more > 0 && bytes.ok(); --more)
      fields.emplace_back(bytes.text());
  }
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left)
    rules_.emplace_back(bytes.text());
  return bytes.ok();
}

Row RowLayouts::read_row(BytesReader& bytes) const {
  auto row = std::make_shared<EventRow>();
  row->time = bytes.signed_number();
  row->class_name = bytes.text();
  row->id = bytes.text();
  const std::uint64_t rule = bytes.unsigned_number();
  row->source_order = bytes.signed_number();
  row->at = bytes.text();
  row->values = bytes.text();
  if (!bytes.ok() || rule > (is_own_ ? data_.rules.size() : rules_.size())) return nullptr;
  if (rule != 0 && is_own_) row->alert_rule = static_cast<std::uint32_t>(rule - 1);
  if (rule != 0 && !is_own_) {
    const auto named = std::find_if(data_.rules.begin(), data_.rules.end(),
                                    [&](const RuleData& r) { return r.name == rules_[rule - 1]; });
    // Only alerts that rules read are rows.
    if (named == data_.rules.end() || named->state == kNoIndex) return nullptr;
    row->alert_rule = static_cast<std::uint32_t>(named - data_.rules.begin());
  }
  const auto event_class = std::find_if(data_.classes.begin(), data_.classes.end(),
                                        [&](const ClassData& c) { return c.name == row->class_name; });
  if (event_class == data_.classes.end()) return nullptr;
  row->event_class = static_cast<std::uint32_t>(event_class - data_.classes.begin());
  return fit(*row) ? row : nullptr;
}

/// Puts the values into the order in which this program keeps them; false when they are none.
bool RowLayouts::fit(EventRow& row) const {
  std::vector<std::string_view> values;
  BytesReader bytes(row.values);
  while (bytes.ok() && !bytes.at_end()) {
    const std::string_view before = bytes.rest();
    bytes.skip_value();
    values.push_back(before.substr(0, before.size() - bytes.rest().size()));
  }
  const std::vector<std::uint32_t>& kept = data_.classes[row.event_class].kept;
  const std::size_t parts = row.alert_rule == kNoIndex ? 0 : kAlertParts;
  if (!bytes.ok()) return false;
  if (is_own_) return values.size() == kept.size() + parts;
  const auto written = fields_.find(row.class_name);
  if (written == fields_.end() || values.size() != written->second.size() + parts) return false;
  std::string fitted;
  for (const std::uint32_t slot : kept) {
    const auto& names = written->second;
    const auto name = std::find(names.begin(), names.end(), data_.slots[slot].name);
    if (name == names.end()) {
      append_value(fitted, Value{});
    } else {
      fitted += values[static_cast<std::size_t>(name - names.begin())];
    }
  }
  for (std::size_t part = 0; part < parts; ++part) fitted += values[values.size() - parts + part];
  row.values = std::move(fitted);
  return true;
}

}  // namespace shrike
