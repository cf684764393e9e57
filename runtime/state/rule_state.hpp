// What one rule remembers of one tenant, and the changes that go in and come out. Rows come in any order of
// events; firings that come out are those that stand for the rows so far, told as changes. The kinds of rules
// are in event_rule.hpp, window_rule.hpp, sequence_rule.hpp. Used by state_stage.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "runtime/alert_builder.hpp"
#include "runtime/firing.hpp"
#include "runtime/state/event_row.hpp"
#include "runtime/state/place_names.hpp"
#include "runtime/time_math.hpp"
#include "shrike/engine.hpp"

namespace shrike {

/// A row that has come, or one that turned out not to be: a withdrawn alert, an event that was told anew.
struct RowChange {
  Row row;
  bool added = true;
  std::uint64_t inputs = 0;  ///< bit i: the rule's input i takes it; one behind the last bit takes nothing
};

/// A firing that stands from now on, or no longer. A changed one is withdrawn and stands anew in one batch.
struct FiringChange {
  Firing firing;  ///< of a withdrawn one as it stood
  Row alert;      ///< the alert as a row, for rules that read it
  bool stands = true;
};

/// A key of a rule: its identity as bytes, and the values to show (in the arena).
struct Key {
  std::string identity;
  std::vector<Value> values;
};

/// Takes what a rule tells.
using GiveFiring = std::function<void(FiringChange)>;

/// What judging a row needs: the machine, and events that are filled from rows. One per engine.
class RowJudge {
 public:
  /// All must outlive it.
  RowJudge(const Program& program, Vm& vm, CallContext& context, const EngineOptions& options,
           EngineStats& stats)
      : program_(program),
        vm_(vm),
        context_(context),
        options_(options),
        stats_(stats),
        fields_(program.data(), context.arena),
        other_fields_(fields_),
        step_fields_(fields_) {
    for (std::uint32_t i = 0; i < program.data().sources.size(); ++i) {
      const SourceData& source = program.data().sources[i];
      if (source.accept != kNoIndex) continue;
      source_of_.resize(program.data().classes.size(), 0);
      source_of_[source.event_class] = i;
    }
  }

  /// Makes `event`, one of the two below, the row, with nothing computed yet. The row must stay while the
  /// event is looked at.
  void open(EventState& event, const EventRow& row, std::string_view tenant, std::uint32_t profile);
  /// RowChange::inputs of a row for a rule. Opens event().
  std::uint64_t inputs_taking(const StateData& state, const EventRow& row, std::string_view tenant,
                              std::uint32_t profile);
  std::int64_t duration(const DurationData& duration, std::uint32_t profile) const;

  /// Events to open; what was opened before is gone. They are large, so all rules share them.
  EventState& event() { return event_; }
  EventState& other_event() { return other_event_; }

  /// For rows that stand for steps.
  RowFields& step_fields() { return step_fields_; }
  /// The source that stands for events of the class that are given as fields.
  std::uint32_t source_of(std::uint32_t event_class) const { return source_of_[event_class]; }

  const Program& program() const { return program_; }
  const ProgramData& data() const { return program_.data(); }
  Vm& vm() { return vm_; }
  Arena& arena() { return context_.arena; }
  /// Rows come in event order, each is judged once and nothing comes late.
  bool in_order() const { return options_.decide == Decide::kFinal; }
  const std::vector<std::string>& also_show() const { return options_.also_show; }
  std::size_t window_index_from() const { return options_.window_index_from; }
  EngineStats& stats() { return stats_; }
  /// Tells the observer of an alert whose row event() is.
  void tell_alert(const EventRow& row);
  /// Null when nobody listens.
  JudgementObserver* observer() const { return options_.observer; }
  /// For tables of what others choose.
  std::uint64_t seed() const { return seed_; }
  PlaceNames& places() { return places_; }
  const PlaceNames& places() const { return places_; }
  /// Strings to write into, so that nothing is allocated for it each time; whoever calls anything else gives
  /// them up.
  std::string& scratch(std::size_t which) { return scratch_[which]; }
  std::vector<Key>& keys() { return keys_; }
  /// Numbers the uses of keys of all rules, so that the one used longest ago is found.
  std::uint64_t next_use() { return ++uses_; }
  std::uint64_t uses() const { return uses_; }
  /// A key that was used less than so many uses ago is likely to be used again soon, and not worth packing.
  std::uint64_t fresh_uses() const {
    return std::min<std::uint64_t>(options_.memory / kMemoryPerFreshKey, kMostFreshUses);
  }
  /// Begins a judgement: forgets what the arena held, gives a whole budget of steps.
  void begin() {
    if (fresh_ != nullptr) {
      context_.arena.rewind(fresh_end_);
    } else {
      context_.arena.reset();
    }
    vm_.restart_budget();
  }
  /// Until keep_nothing(): what the arena holds stays, and the values of that row need not be read from its
  /// bytes. Both must stay until then.
  void keep(const EventRow& row, std::span<const Value> values) {
    fresh_ = &row;
    fresh_values_ = values;
    fresh_end_ = context_.arena.mark();
  }
  void keep_nothing() { fresh_ = nullptr; }

 private:
  /// So that all of them take a small part of the memory.
  static constexpr std::size_t kMemoryPerFreshKey = 16384;
  static constexpr std::uint64_t kMostFreshUses = 65536;

  const Program& program_;
  Vm& vm_;
  CallContext& context_;
  const EngineOptions& options_;
  EngineStats& stats_;
  PlaceNames places_;
  EventState event_, other_event_;
  RowFields fields_, other_fields_;  ///< of the two
  RowFields step_fields_;
  std::array<std::string, 4> scratch_;
  std::vector<Key> keys_;            ///< what keys_of() gave last
  const EventRow* fresh_ = nullptr;  ///< see keep()
  std::span<const Value> fresh_values_;
  Arena::Mark fresh_end_;
  std::vector<std::uint32_t> source_of_;  ///< per class: the source that stands for events given as fields
  const std::uint64_t seed_ = std::random_device()();
  std::uint64_t uses_ = 0;
};

/// The keys under which an input puts the event that is open: one, or one for each combination of list
/// values; none when a part is missing. Valid until the next call for the judge.
std::span<const Key> keys_of(const InputData& input, std::span<const std::uint8_t> cased, RowJudge& judge,
                             EventState& event, StateStats& counts);
/// Bits of RowChange::inputs.
inline constexpr std::size_t kMaxInputs = 64;

/// Lets expressions read the key.
void set_keys(const StateData& state, EventState& event, const Key& key);

/// The combinations of list keys that one event stands under.
inline constexpr std::size_t kMaxKeysPerEvent = 64;
/// Events listed as evidence of one alert.
inline constexpr std::size_t kMaxEvidence = 50;

/// Rows under one key that are judged again when one comes late; beyond it the older half is settled before
/// its time, and what comes late to that is left out and counted.
inline constexpr std::size_t kMaxRows = 8192;

class RuleState {
 public:
  /// All must outlive the state; the profile is the tenant's.
  RuleState(const StateData& state, std::string tenant, std::uint32_t profile, RowJudge& judge,
            StateStats& counts)
      : state_(state), tenant_(std::move(tenant)), profile_(profile), judge_(judge), counts_(counts) {}
  virtual ~RuleState() = default;
  RuleState(const RuleState&) = delete;
  RuleState& operator=(const RuleState&) = delete;

  /// Takes rows out and puts rows in, and gives what changes. Every row is taken by some input. A row that
  /// is added twice counts once. Rows older than what settle() said are not given.
  virtual void apply(std::span<const RowChange> changes, const GiveFiring& give) = 0;

  /// Decides every absence whose deadline is at or before `now`.
  virtual void advance(std::int64_t now, const GiveFiring& give) { (void)now, (void)give; }
  /// The earliest deadline that advance() has not decided, or INT64_MAX.
  virtual std::int64_t next_deadline() const { return INT64_MAX; }
  /// How many absences advance() has not decided.
  virtual std::uint64_t undecided() const { return 0; }

  /// Nothing before `horizon` will change any more: what only late rows would need is forgotten.
  virtual void settle(std::int64_t horizon) { (void)horizon; }

  /// Bytes that the state takes, about.
  virtual std::size_t bytes() const { return 0; }
  /// When the key that was used longest ago was used, UINT64_MAX when there is none. Keys with steps half
  /// done are asked for apart.
  virtual std::uint64_t oldest_use(bool in_progress) const {
    (void)in_progress;
    return UINT64_MAX;
  }
  /// Forgets that key.
  virtual void evict_oldest(bool in_progress) { (void)in_progress; }

  virtual void save(std::string& out) const { (void)out; }
  /// False when the bytes are none of this rule's; the state is then empty.
  virtual bool load(BytesReader& bytes, const RowLayouts& layouts) {
    (void)layouts;
    return bytes.ok();
  }

  const StateData& data() const { return state_; }

 protected:
  const RuleData& rule() const { return judge_.data().rules[state_.rule]; }
  /// Runs exceptions and builds the firing for the event that is open; nothing when an exception drops it.
  std::optional<Firing> fire(EventState& event, AlertSubject subject);

  const StateData& state_;
  const std::string tenant_;
  const std::uint32_t profile_;
  RowJudge& judge_;
  StateStats& counts_;
};

/// What an alert about the row is about.
AlertSubject subject_of(const EventRow& row);

/// The state for a rule of the program.
std::unique_ptr<RuleState> make_rule_state(const StateData& state, const std::string& tenant,
                                           std::uint32_t profile, RowJudge& judge, StateStats& counts);

/// What tells one standing firing from what it was: everything but how late it is.
std::string content_of(const Firing& firing);

/// Standing firings of one key against what they were, as changes: what left, what came, what differs.
struct Standing {
  Firing firing;
  Row alert;
  std::string content;  ///< content_of(); empty where nothing is judged again
};

}  // namespace shrike
