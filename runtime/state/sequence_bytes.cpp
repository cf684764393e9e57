// How the state of a rule with steps is written: of each key what was settled, and the rows since. What
// follows from them is found again when it is read.
#include <algorithm>
#include <iterator>

#include "runtime/state/sequence_rule.hpp"

namespace shrike {
namespace {

bool is_less(const Row& a, const Row& b) { return compare(*a, *b) < 0; }

/// The rows that a key names, each once and in order.
class RowTable {
 public:
  void add(const Row& row) {
    if (row != nullptr) rows_.push_back(row);
  }
  void add(const std::vector<Row>& rows) { rows_.insert(rows_.end(), rows.begin(), rows.end()); }
  void write(std::string& out) {
    std::sort(rows_.begin(), rows_.end(), is_less);
    const auto same = [](const Row& a, const Row& b) { return compare(*a, *b) == 0; };
    rows_.erase(std::unique(rows_.begin(), rows_.end(), same), rows_.end());
    append_unsigned(out, rows_.size());
    for (const Row& row : rows_) append_row(out, *row);
  }
  /// 0 for no row.
  void write(std::string& out, const Row& row) const {
    const auto place = std::lower_bound(rows_.begin(), rows_.end(), row, [](const Row& a, const Row& b) {
      return b != nullptr && compare(*a, *b) < 0;
    });
    append_unsigned(out, row == nullptr ? 0 : static_cast<std::uint64_t>(place - rows_.begin()) + 1);
  }
  void write(std::string& out, const std::vector<Row>& rows) const {
    append_unsigned(out, rows.size());
    for (const Row& row : rows) write(out, row);
  }

  bool read(BytesReader& bytes, const RowLayouts& layouts) {
    const std::uint64_t count = bytes.unsigned_number();
    for (std::uint64_t i = 0; i < count && bytes.ok(); ++i) {
      rows_.push_back(layouts.read_row(bytes));
      if (rows_.back() == nullptr) return false;
    }
    return bytes.ok();
  }
  bool read(BytesReader& bytes, Row& row) const {
    const std::uint64_t index = bytes.unsigned_number();
    if (!bytes.ok() || index > rows_.size()) return false;
    if (index > 0) row = rows_[index - 1];
    return true;
  }
  bool read(BytesReader& bytes, std::vector<Row>& rows) const {
    const std::uint64_t count = bytes.unsigned_number();
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!read(bytes, rows.emplace_back()) || rows.back() == nullptr) return false;
    }
    return bytes.ok();
  }

 private:
  std::vector<Row> rows_;
};

/// Whether a partial match has the form of one that stands at a step of Matches.
bool fits_step(const Partial& partial, std::size_t step, const StepPlan& plan) {
  if (step == plan.steps.size() && !plan.has_deadline()) return false;
  if (!plan.in_order) return partial.steps.size() == 1 && partial.matched() == 1;
  if (partial.steps.size() != step + 1) return false;
  for (std::size_t i = 0; i <= step; ++i) {
    if ((partial.steps[i].row != nullptr) != (i < step)) return false;
  }
  return true;
}

}  // namespace

void SequenceRule::save(std::string& out) const {
  append_signed(out, horizon_);
  append_signed(out, decided_);
  std::vector<const Keys::value_type*> keys;
  for (const auto& entry : keys_) {
    const KeyState& key = entry.second;
    const bool holds = std::any_of(key.settled.by_step.begin(), key.settled.by_step.end(),
                                   [](const Partials& partials) { return !partials.empty(); });
    if (holds || !key.rows.empty()) keys.push_back(&entry);
  }
  std::sort(keys.begin(), keys.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  append_unsigned(out, keys.size());
  for (const auto* entry : keys) {
    const KeyState& key = entry->second;
    append_text(out, entry->first);
    append_signed(out, key.since);
    RowTable table;
    for (const HeldRow& held : key.rows) table.add(held.row);
    for (const Partials& partials : key.settled.by_step) {
      for (const PartialRef& partial : partials) {
        for (const StepMatch& step : partial->steps) {
          table.add(step.row);
          table.add(step.others);
          table.add(step.blockers);
        }
      }
    }
    table.write(out);
    append_unsigned(out, key.rows.size());
    for (const HeldRow& held : key.rows) {
      table.write(out, held.row);
      append_unsigned(out, held.inputs);
    }
    for (const Partials& partials : key.settled.by_step) {
      append_unsigned(out, partials.size());
      for (const PartialRef& partial : partials) {
        append_unsigned(out, partial->steps.size());
        for (const StepMatch& step : partial->steps) {
          table.write(out, step.row);
          table.write(out, step.others);
          table.write(out, step.blockers);
        }
      }
    }
  }
}

bool SequenceRule::load(BytesReader& bytes, const RowLayouts& layouts) {
  while (!keys_.empty()) forget(keys_.begin());
  horizon_ = bytes.signed_number();
  decided_ = bytes.signed_number();
  const StateStats counts = counts_;  // these firings were counted when they were told
  const std::uint64_t count = bytes.unsigned_number();
  bool good = bytes.ok();
  for (std::uint64_t i = 0; i < count && good; ++i) good = load_key(bytes, layouts);
  counts_ = counts;
  if (good && bytes.ok()) return true;
  while (!keys_.empty()) forget(keys_.begin());
  return false;
}

bool SequenceRule::load_key(BytesReader& bytes, const RowLayouts& layouts) {
  const auto [entry, is_new] = keys_.try_emplace(std::string(bytes.text()));
  if (!is_new) return false;
  KeyState& key = entry->second;
  key.used = judge_.next_use();
  key.since = bytes.signed_number();
  idle_.emplace(key.used, &entry->first);
  key.settled = nothing();
  RowTable table;
  if (!table.read(bytes, layouts)) return false;
  const std::uint64_t rows = bytes.unsigned_number();
  if (rows > kMaxRows) return false;
  for (std::uint64_t i = 0; i < rows; ++i) {
    HeldRow& held = key.rows.emplace_back();
    if (!table.read(bytes, held.row) || held.row == nullptr) return false;
    held.inputs = bytes.unsigned_number();
    if (i > 0 && compare(*key.rows[i - 1].row, *held.row) >= 0) return false;
  }
  for (std::size_t step = 0; step < key.settled.by_step.size(); ++step) {
    const std::uint64_t partials = bytes.unsigned_number();
    if (partials > kMaxCandidates) return false;
    for (std::uint64_t i = 0; i < partials && bytes.ok(); ++i) {
      auto partial = std::make_shared<Partial>();
      const std::uint64_t steps = bytes.unsigned_number();
      for (std::uint64_t k = 0; k < steps; ++k) {
        StepMatch& match = partial->steps.emplace_back();
        if (!table.read(bytes, match.row) || !table.read(bytes, match.others) ||
            !table.read(bytes, match.blockers))
          return false;
      }
      if (!fits_step(*partial, step, matcher_.plan())) return false;
      matcher_.set_agreement(*partial, step);
      key.settled.by_step[step].push_back(std::move(partial));
    }
  }
  if (!bytes.ok()) return false;
  key.before = key.now = key.settled;
  match_from(entry->first, key, INT64_MIN, [](const FiringChange&) {});  // they stand already
  review(entry);
  return true;
}

}  // namespace shrike
