// Everything that rules with state remember, and the order in which events reach them (language manual, "Time
// and order"). Inputs with an end: events wait until finish(), are put into event order and judged once,
// slice of time by slice of time. Streams: every event is put in its place at once, and what changes is told.
// Used by engine.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/candidate_index.hpp"
#include "runtime/digest.hpp"
#include "runtime/sorted_runs.hpp"
#include "runtime/state/rule_state.hpp"
#include "runtime/state/seen_events.hpp"
#include "shrike/engine.hpp"

namespace shrike {

class StateStage {
 public:
  /// Takes every change of a firing whose rule gives alerts.
  using TakeFiring = std::function<Expected<void>(FiringChange)>;

  StateStage(const Program& program, Vm& vm, CallContext& context, const EngineOptions& options,
             EngineStats& stats, TakeFiring take);

  bool is_needed() const { return !program_.data().states.empty(); }
  /// Whether some rule with state takes the event; its slots may be computed for it. take() is to follow.
  bool wants(std::uint32_t event_class, EventState& event);

  /// The classes of the events that a rule's alerts are about.
  const std::vector<std::uint32_t>& classes_of(std::uint32_t state) const { return classes_of_[state]; }

  /// Takes the event that wants() said yes to. `values`: what kept_values() gave; they live in the arena.
  /// Errors: kIo, or what TakeFiring gave.
  Expected<void> take(const Row& row, std::span<const Value> values, std::string_view tenant);
  /// Takes the alert of a rule that is told from outside. Errors as of take().
  Expected<void> take_alert(const Row& row, std::string_view tenant);

  void set_arrival(std::int64_t now) { arrival_ = now; }

  /// Streams: decides absences whose deadline is at or before `now`, whatever may still come late.
  Expected<void> advance(std::int64_t now);

  /// Inputs with an end: judges everything that was taken; absences until `newest`, the time of the newest
  /// event, are decided.
  Expected<void> finish(std::int64_t newest);

  void save(std::string& out);
  /// False when the bytes are no state; then nothing is remembered. Rules that changed since begin anew.
  bool load(BytesReader& bytes, const RowLayouts& layouts);

 private:
  /// An event as it was told, and what was made of it.
  struct Told {
    std::vector<Row> tellings;
    Row row;
    std::int64_t time = 0;  ///< of the first telling in their order
  };
  struct HashDigest {
    /// Digests are spread evenly, so their first bytes are a hash.
    std::size_t operator()(const Digest::Bytes& digest) const {
      std::size_t hash;
      std::memcpy(&hash, digest.data(), sizeof hash);
      return hash;
    }
  };
  struct Tenant {
    std::string name;
    std::uint32_t profile = 0;
    std::vector<std::unique_ptr<RuleState>> rules;  ///< one per state; null until it has something to do
    std::vector<bool> is_disabled;                  ///< per state
    std::vector<std::int64_t> newest;               ///< per class: time of the newest event
    std::unordered_map<Digest::Bytes, Told, HashDigest> told;  ///< by class and id: what may still change
    std::multimap<std::int64_t, Digest::Bytes> told_by_time;
    SeenEvents seen;                    ///< those that do not
    std::vector<std::int64_t> settled;  ///< per state: rows before it come no more
    std::int64_t clock = INT64_MIN;     ///< streams: absences until then were decided whatever may come
    std::uint64_t used = 0;             ///< number of the newest row
    std::int64_t decided = INT64_MIN;   ///< inputs with an end: before it everything was judged
  };
  using Takers = std::vector<std::uint32_t>;  ///< indices of inputs_, ascending
  struct EventChange {
    Row row;
    bool added = true;
    Takers takers = {};  ///< none for alerts: who takes them is asked when all have been given
    /// Of an event told anew: the earlier of its time before and now.
    std::int64_t known_since = INT64_MAX;
  };
  enum class Order : std::uint8_t { kInOrder, kAnyOrder };

  Tenant& tenant_of(std::string_view name);
  std::unique_ptr<RuleState> new_state(const Tenant& tenant, std::size_t state);
  /// Before this time nothing changes any more for the rule.
  std::int64_t horizon(const Tenant& tenant, std::size_t state) const;
  Expected<void> wait(const Row& row, std::string_view tenant);
  Expected<void> take_now(EventChange told, Tenant& tenant);
  /// The inputs that take the event, or the first `enough` of them. Those whose conditions ran out of steps
  /// are counted unless others are enough.
  Takers takers_of(std::uint32_t event_class, EventState& event, std::size_t enough = SIZE_MAX);
  Takers takers_of(const Row& row, const Tenant& tenant);
  std::vector<EventChange> changes_of(EventChange told, Tenant& tenant);
  /// Lets every rule see the changes, those that are read before those that read them.
  Expected<void> run(Tenant& tenant, std::span<const EventChange> events, std::int64_t slice, Order order);
  /// What of the changes a rule takes: those of events, and of the alerts that it reads.
  void give_to(std::size_t state, Tenant& tenant, std::span<const EventChange> events,
               std::vector<RowChange>& own);
  Expected<void> run_slices(Tenant& tenant, const std::vector<Row>& rows);
  Expected<void> run_deadlines(Tenant& tenant, std::int64_t until);
  void forget_told(Tenant& tenant);
  void save_tenant(std::string& out, Tenant& tenant);
  bool load_tenant(BytesReader& bytes, const RowLayouts& layouts);
  void keep_within_memory(const Tenant& busy);
  std::size_t bytes_of(const Tenant& tenant) const;
  void forget_tenants(std::size_t bytes, const Tenant& busy);

  const Program& program_;
  const EngineOptions& options_;
  EngineStats& stats_;
  TakeFiring take_;
  RowJudge judge_;
  std::vector<const InputData*> inputs_;    ///< of all states, one after the other
  std::vector<std::uint32_t> first_input_;  ///< per state: its first in inputs_; then their number
  CandidateIndex index_;                    ///< of inputs_
  std::map<std::string, Tenant, std::less<>> tenants_;  ///< by name as it is written
  std::vector<std::vector<std::uint32_t>>
      classes_of_;                                 ///< per state: classes of its events, alerts' included
  std::vector<std::vector<std::uint32_t>> reads_;  ///< per state: those of the rules whose alerts it reads
  std::vector<bool> is_read_;                      ///< per state: some rule reads its alerts
  std::vector<std::vector<std::uint32_t>>
      behind_;                          ///< per state: itself and all that its alerts come from, however far
  std::vector<std::int64_t> lateness_;  ///< per state, nanoseconds
  SortedRuns waiting_;                  ///< events by tenant, class, id
  std::int64_t arrival_ = INT64_MAX;
  std::int64_t clock_ = INT64_MIN;              ///< of advance()
  Takers takers_;                               ///< of the event that wants() said yes to
  std::vector<std::vector<RowChange>> alerts_;  ///< while rules run, by the state of the rule that gave them
  std::uint64_t rows_ = 0, runs_ = 0;
};

}  // namespace shrike
