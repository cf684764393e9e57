#include "runtime/state/state_stage.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <set>

#include "runtime/sealed_program.hpp"
#include "runtime/time_math.hpp"

namespace shrike {
namespace {

constexpr std::int64_t kDay = 24LL * 3600 * 1'000'000'000;
/// Events that may be told again are remembered for 8 days of event time.
constexpr std::int64_t kToldMemory = 8 * kDay;
/// How many events pass between two looks at the memory.
constexpr std::uint64_t kLookAtMemory = 256;
constexpr std::size_t kBytesPerTold = 800;  // with its row
// What a tenant takes without anything remembered, about.
constexpr std::size_t kBytesPerTenant = 1024, kBytesPerRule = 768;
constexpr std::int64_t kFuture = 600LL * 1'000'000'000;

Digest::Bytes told_key(const EventRow& row) { return Digest().add(row.class_name).add(row.id).bytes(); }

std::vector<const InputData*> inputs_of(const ProgramData& data) {
  std::vector<const InputData*> inputs;
  for (const StateData& state : data.states) {
    for (const InputData& input : state.inputs) inputs.push_back(&input);
  }
  return inputs;
}

std::vector<const std::vector<GuardData>*> guards_of(const std::vector<const InputData*>& inputs) {
  std::vector<const std::vector<GuardData>*> guards;
  for (const InputData* input : inputs) guards.push_back(&input->guards);
  return guards;
}

}  // namespace

StateStage::StateStage(const Program& program, Vm& vm, CallContext& context, const EngineOptions& options,
                       EngineStats& stats, TakeFiring take)
    : program_(program),
      options_(options),
      stats_(stats),
      take_(std::move(take)),
      judge_(program, vm, context, options, stats),
      inputs_(inputs_of(program.data())),
      index_(program, guards_of(inputs_)),
      waiting_(options.memory / 4) {
  const ProgramData& data = program.data();
  std::uint32_t inputs = 0;
  for (const StateData& state : data.states) {
    std::set<std::uint32_t> classes, reads;
    for (const InputData& input : state.inputs) {
      classes.insert(input.classes.begin(), input.classes.end());
      for (const std::uint32_t rule : input.alerts) {
        const auto& read = classes_of_[data.rules[rule].state];
        classes.insert(read.begin(), read.end());
        reads.insert(data.rules[rule].state);
      }
    }
    std::set<std::uint32_t> behind{static_cast<std::uint32_t>(behind_.size())};
    for (const std::uint32_t read : reads) behind.insert(behind_[read].begin(), behind_[read].end());
    behind_.emplace_back(behind.begin(), behind.end());
    classes_of_.emplace_back(classes.begin(), classes.end());
    reads_.emplace_back(reads.begin(), reads.end());
    is_read_.push_back(false);
    for (const std::uint32_t read : reads) is_read_[read] = true;
    first_input_.push_back(inputs);
    inputs += static_cast<std::uint32_t>(state.inputs.size());
    std::int64_t lateness = 0;
    for (const SourceData& source : data.sources) {
      if (source.accept == kNoIndex || classes.count(source.event_class) == 0) continue;
      const auto given = options.lateness.find(source.name);
      lateness = std::max(lateness, given != options.lateness.end() ? given->second : source.lateness);
    }
    if (options.lateness_of_all) lateness = *options.lateness_of_all;
    lateness_.push_back(lateness);
  }
  first_input_.push_back(inputs);
  alerts_.resize(data.states.size());
}

StateStage::Takers StateStage::takers_of(std::uint32_t event_class, EventState& event, std::size_t enough) {
  Takers takers, stopped;
  for (const std::uint32_t candidate : index_.candidates(event_class, judge_.vm(), event)) {
    judge_.vm().restart_budget();
    const std::uint32_t filter = inputs_[candidate]->filter;
    if (filter == kNoIndex || judge_.vm().decide(filter, event)) takers.push_back(candidate);
    if (takers.size() == enough) return takers;
    if (judge_.vm().out_of_steps()) stopped.push_back(candidate);
  }
  for (const std::uint32_t input : stopped) {
    const auto state = std::upper_bound(first_input_.begin(), first_input_.end(), input) - 1;
    const StateData& data = program_.data().states[static_cast<std::size_t>(state - first_input_.begin())];
    ++stats_.by_rule[program_.data().rules[data.rule].name].out_of_steps;
  }
  return takers;
}

StateStage::Takers StateStage::takers_of(const Row& row, const Tenant& tenant) {
  if (row->alert_rule != kNoIndex) return {};
  judge_.begin();
  judge_.open(judge_.event(), *row, tenant.name, tenant.profile);
  return takers_of(row->event_class, judge_.event());
}

bool StateStage::wants(std::uint32_t event_class, EventState& event) {
  // What waits for the end is asked again then.
  takers_ = takers_of(event_class, event, options_.decide == Decide::kFinal ? 1 : SIZE_MAX);
  return !takers_.empty();
}

StateStage::Tenant& StateStage::tenant_of(std::string_view name) {
  const auto known = tenants_.find(name);
  if (known != tenants_.end()) return known->second;
  Tenant& tenant = tenants_[std::string(name)];
  tenant.name = name;
  tenant.clock = clock_;
  tenant.profile = program_.sealed().profile_of(name);
  const ProgramData& data = program_.data();
  tenant.newest.assign(data.classes.size(), INT64_MIN);
  tenant.settled.assign(data.states.size(), INT64_MIN);
  const auto& disabled = data.profiles[tenant.profile].disabled;
  tenant.rules.resize(data.states.size());
  for (const StateData& state : data.states)
    tenant.is_disabled.push_back(std::binary_search(disabled.begin(), disabled.end(), state.rule));
  return tenant;
}

std::unique_ptr<RuleState> StateStage::new_state(const Tenant& tenant, std::size_t state) {
  const StateData& data = program_.data().states[state];
  return make_rule_state(data, tenant.name, tenant.profile, judge_,
                         stats_.by_rule[program_.data().rules[data.rule].name]);
}

Expected<void> StateStage::take(const Row& row, std::span<const Value> values, std::string_view tenant) {
  if (options_.decide == Decide::kFinal) return wait(row, tenant);
  judge_.keep(*row, values);
  auto done = take_now({row, true, std::move(takers_)}, tenant_of(tenant));
  judge_.keep_nothing();
  return done;
}

Expected<void> StateStage::take_alert(const Row& row, std::string_view tenant) {
  return options_.decide == Decide::kFinal ? wait(row, tenant) : take_now({row}, tenant_of(tenant));
}

Expected<void> StateStage::wait(const Row& row, std::string_view tenant) {
  std::string key, bytes;
  append_key_part(key, tenant);
  append_key_part(key, row->class_name);
  append_key_part(key, row->id);
  // An alert is not its event told again.
  if (row->alert_rule != kNoIndex) append_key_part(key, program_.data().rules[row->alert_rule].name);
  append_row(bytes, *row);
  return waiting_.add(key, bytes);
}

// ---- streams

std::int64_t StateStage::horizon(const Tenant& tenant, std::size_t state) const {
  if (options_.decide == Decide::kFinal) return tenant.decided;
  // What a rule reads may still change as long as the alerts that it reads may.
  std::int64_t horizon = INT64_MAX;
  for (const std::uint32_t one : behind_[state]) {
    if (lateness_[one] == kUnlimitedLateness) return INT64_MIN;
    std::int64_t newest = INT64_MIN;
    for (const std::uint32_t event_class : classes_of_[one])
      newest = std::max(newest, tenant.newest[event_class]);
    horizon = std::min(horizon, saturating_subtract(newest, lateness_[one]));
  }
  return horizon;
}

/// What an event changes: it comes, it comes again and changes nothing, or it is told with more fields.
std::vector<StateStage::EventChange> StateStage::changes_of(EventChange change, Tenant& tenant) {
  const Row row = change.row;
  std::vector<EventChange> changes;
  if (row->alert_rule != kNoIndex) {
    changes.push_back(std::move(change));
    return changes;
  }
  const Digest::Bytes key = told_key(*row);
  if (tenant.seen.contains(key)) {
    ++stats_.repeated_events;
    return changes;
  }
  const auto [entry, is_new] = tenant.told.try_emplace(key);
  Told& told = entry->second;
  if (is_new) {
    told = {{row}, row, row->time};
    tenant.told_by_time.emplace(row->time, key);
    changes.push_back(std::move(change));
    return changes;
  }
  ++stats_.repeated_events;
  const auto is_same = [&](const Row& other) {
    return other->values == row->values && other->time == row->time &&
           other->source_order == row->source_order;
  };
  if (std::any_of(told.tellings.begin(), told.tellings.end(), is_same)) return changes;
  told.tellings.push_back(row);
  const Row before = told.row;
  told.row = merged(told.tellings);
  if (told.tellings.front()->time != told.time) {
    const auto [first, last] = tenant.told_by_time.equal_range(told.time);
    tenant.told_by_time.erase(std::find_if(first, last, [&](const auto& at) { return at.second == key; }));
    told.time = told.tellings.front()->time;
    tenant.told_by_time.emplace(told.time, key);
  }
  if (told.row->values == before->values && told.row->time == before->time) {
    told.row = before;
    return changes;
  }
  const std::int64_t since = std::min(before->time, told.row->time);
  changes.push_back({before, false, takers_of(before, tenant), since});
  changes.push_back({told.row, true, takers_of(told.row, tenant), since});
  return changes;
}

Expected<void> StateStage::take_now(EventChange told, Tenant& tenant) {
  const Row row = told.row;
  const std::vector<EventChange> changes = changes_of(std::move(told), tenant);
  // A time far in the future of the arrival moves no watermark.
  const bool is_future = arrival_ < INT64_MAX - kFuture && row->time > arrival_ + kFuture;
  if (!is_future) {
    std::int64_t& newest = tenant.newest[row->event_class];
    newest = std::max(newest, row->time);
  } else {
    ++stats_.future_events;
  }
  if (!changes.empty()) {
    if (auto done = run(tenant, changes, 0, Order::kAnyOrder); !done) return done;
  }
  tenant.used = ++rows_;
  if (rows_ % kLookAtMemory == 0) {
    forget_told(tenant);
    keep_within_memory(tenant);
  }
  return {};
}

Expected<void> StateStage::advance(std::int64_t now) {
  for (auto& [name, tenant] : tenants_) {
    tenant.clock = std::max(tenant.clock, now);
    if (auto done = run_deadlines(tenant, now); !done) return done;
  }
  clock_ = std::max(clock_, now);
  return {};
}

void StateStage::forget_told(Tenant& tenant) {
  std::int64_t newest = INT64_MIN, settled = INT64_MAX;
  for (const std::int64_t time : tenant.newest) newest = std::max(newest, time);
  for (std::size_t state = 0; state < lateness_.size(); ++state)
    settled = std::min(settled, horizon(tenant, state));
  tenant.seen.forget_before(saturating_subtract(newest, kToldMemory));
  // What can be told anew no more needs no tellings.
  auto at = tenant.told_by_time.begin();
  for (; at != tenant.told_by_time.end() && at->first < settled; ++at) {
    tenant.seen.add(at->second, at->first);
    tenant.told.erase(at->second);
  }
  tenant.told_by_time.erase(tenant.told_by_time.begin(), at);
}

// ---- all rules

void StateStage::give_to(std::size_t state, Tenant& tenant, std::span<const EventChange> events,
                         std::vector<RowChange>& own) {
  own.clear();
  const bool judges_late = program_.data().states[state].kind == StateKind::kEvent;
  for (const EventChange& change : events) {
    // A rule that judges one event judges late ones too, but what it was judged by stands.
    if (judges_late && change.known_since < tenant.settled[state]) continue;
    std::uint64_t inputs = 0;
    auto taker = std::lower_bound(change.takers.begin(), change.takers.end(), first_input_[state]);
    for (; taker != change.takers.end() && *taker < first_input_[state + 1]; ++taker) {
      const std::uint32_t input = *taker - first_input_[state];
      if (input < kMaxInputs) inputs |= std::uint64_t{1} << input;
    }
    if (inputs != 0) own.push_back({change.row, change.added, inputs});
  }
  for (const std::uint32_t other : reads_[state]) {
    for (const RowChange& change : alerts_[other]) {
      const std::uint64_t inputs =
          judge_.inputs_taking(program_.data().states[state], *change.row, tenant.name, tenant.profile);
      if (judge_.observer() != nullptr) judge_.tell_alert(*change.row);
      if (inputs != 0) own.push_back({change.row, change.added, inputs});
    }
  }
}

Expected<void> StateStage::run(Tenant& tenant, std::span<const EventChange> events, std::int64_t slice,
                               Order order) {
  const ProgramData& data = program_.data();
  for (std::vector<RowChange>& alerts : alerts_) alerts.clear();
  for (const EventChange& change : events) {
    if (change.row->alert_rule != kNoIndex)
      alerts_[data.rules[change.row->alert_rule].state].push_back({change.row, change.added});
  }
  bool is_late = false;
  constexpr std::uint64_t kSweepEach = 64;
  const bool is_sweep = ++runs_ % kSweepEach == 0;
  std::vector<RowChange> own;
  Expected<void> taken;
  std::size_t giving = 0;  // the state whose rule gives
  const GiveFiring give = [&](FiringChange firing) {
    if (is_read_[giving]) alerts_[giving].push_back({firing.alert, firing.stands});
    if (data.rules[data.states[giving].rule].silent || !taken) return;
    taken = take_(std::move(firing));
  };
  for (std::size_t i = 0; i < data.states.size(); ++i) {
    if (tenant.is_disabled[i]) continue;
    const StateData& state = data.states[i];
    give_to(i, tenant, events, own);
    if (own.empty() && tenant.rules[i] == nullptr) continue;
    if (tenant.rules[i] == nullptr) tenant.rules[i] = new_state(tenant, i);
    RuleState* const rule = tenant.rules[i].get();
    // Without anything new only deadlines matter; what has become old can wait for a sweep.
    if (own.empty() && !is_sweep && rule->next_deadline() == INT64_MAX) continue;
    const std::int64_t decided = horizon(tenant, i);
    const std::int64_t until = order == Order::kInOrder ? slice : std::max(decided, tenant.clock);
    if (own.empty() && !is_sweep && rule->next_deadline() > until) continue;
    giving = i;
    if (state.kind != StateKind::kEvent) {
      // Absences that are decided now give alerts from before the horizon that is new now.
      const std::int64_t settled = tenant.settled[i];
      const auto late = std::remove_if(own.begin(), own.end(),
                                       [&](const RowChange& change) { return change.row->time < settled; });
      is_late = is_late || late != own.end();
      own.erase(late, own.end());
    }
    if (order == Order::kInOrder && slice >= decided) {
      rule->settle(slice);
      rule->advance(slice, give);
    }
    if (own.size() > 1) {
      std::sort(own.begin(), own.end(), [](const RowChange& a, const RowChange& b) {
        const int order_of = compare(*a.row, *b.row);
        return order_of != 0 ? order_of < 0 : a.added < b.added;  // what was goes before what is
      });
    }
    if (!own.empty()) rule->apply(own, give);
    if (order == Order::kAnyOrder) {
      rule->advance(std::max(decided, tenant.clock), give);
      if (is_sweep) rule->settle(decided);
    }
    tenant.settled[i] = decided;
    if (!taken) return taken;
  }
  if (is_late) ++stats_.late_events;
  return {};
}

Expected<void> StateStage::run_deadlines(Tenant& tenant, std::int64_t until) {
  for (;;) {
    std::int64_t next = INT64_MAX;
    for (const auto& rule : tenant.rules) {
      if (rule != nullptr) next = std::min(next, rule->next_deadline());
    }
    if (next > until || next == INT64_MAX) return {};
    // Every deadline is a slice of its own, so that rules that read alerts see them in order.
    if (options_.decide == Decide::kFinal) {
      if (auto done = run(tenant, {}, next, Order::kInOrder); !done) return done;
      continue;
    }
    const ProgramData& data = program_.data();
    std::vector<EventChange> alerts;
    for (std::size_t i = 0; i < data.states.size(); ++i) {
      if (tenant.rules[i] == nullptr) continue;
      Expected<void> taken;
      tenant.rules[i]->advance(next, [&](FiringChange firing) {
        if (is_read_[i]) alerts.push_back({firing.alert, firing.stands});
        if (data.rules[data.states[i].rule].silent || !taken) return;
        taken = take_(std::move(firing));
      });
      if (!taken) return taken;
    }
    if (!alerts.empty()) {
      if (auto done = run(tenant, alerts, 0, Order::kAnyOrder); !done) return done;
    }
  }
}

// ---- inputs with an end

Expected<void> StateStage::run_slices(Tenant& tenant, const std::vector<Row>& rows) {
  const std::int64_t time = rows.front()->time;
  if (auto done = run_deadlines(tenant, saturating_subtract(time, 1)); !done) return done;
  std::vector<EventChange> changes;
  for (const Row& row : rows) {
    changes.push_back({row, true, takers_of(row, tenant)});
    std::int64_t& newest = tenant.newest[row->event_class];
    newest = std::max(newest, row->time);
  }
  if (auto done = run(tenant, changes, time, Order::kInOrder); !done) return done;
  rows_ += rows.size();
  tenant.used = rows_;
  if (rows_ / kLookAtMemory != (rows_ - rows.size()) / kLookAtMemory) keep_within_memory(tenant);
  return {};
}

Expected<void> StateStage::finish(std::int64_t newest) {
  const ProgramData& data = program_.data();
  const RowLayouts layouts(data);
  // First what tells one event more than once becomes one row, then rows go into the order of events.
  SortedRuns ordered(options_.memory / 4);
  std::string group;
  std::vector<Row> tellings;
  const auto close_group = [&]() -> Expected<void> {
    if (tellings.empty()) return {};
    const Row row = merged(tellings);
    tellings.clear();
    std::string key(first_key_part(group)), bytes;
    append_key_time(key, row->time);
    append_key_part(key, row->class_name);
    append_key_part(key, row->id);
    append_row(bytes, *row);
    return ordered.add(key, bytes);
  };
  auto drained = waiting_.drain([&](std::string_view key, std::string_view bytes) -> Expected<void> {
    if (key != group) {
      if (auto closed = close_group(); !closed) return closed;
      group = key;
    }
    BytesReader reader(bytes);
    Row row = layouts.read_row(reader);
    if (row == nullptr) return {};
    if (!tellings.empty()) ++stats_.repeated_events;
    tellings.push_back(std::move(row));
    if (tellings.size() > 4 * kMostTellings) merged(tellings);
    return {};
  });
  if (!drained) return drained;
  if (auto closed = close_group(); !closed) return closed;

  Tenant* tenant = nullptr;
  std::string tenant_key;
  std::vector<Row> slice;
  std::size_t slice_bytes = 0;
  const auto close_slice = [&]() -> Expected<void> {
    if (slice.empty()) return {};
    auto done = run_slices(*tenant, slice);
    slice.clear();
    slice_bytes = 0;
    return done;
  };
  drained = ordered.drain([&](std::string_view key, std::string_view bytes) -> Expected<void> {
    BytesReader reader(bytes);
    Row row = layouts.read_row(reader);
    if (row == nullptr) return {};
    const std::string_view own_key = first_key_part(key);
    if (tenant == nullptr || own_key != tenant_key || (!slice.empty() && slice.front()->time != row->time)) {
      if (auto closed = close_slice(); !closed) return closed;
    }
    if (tenant == nullptr || own_key != tenant_key) {
      tenant_key = own_key;
      tenant = &tenant_of(text_of_key_part(own_key));
    }
    slice_bytes += sizeof(EventRow) + row->id.size() + row->at.size() + row->values.size();
    if (slice_bytes > options_.memory / 4) {
      ++stats_.crowded_events;
    } else {
      slice.push_back(std::move(row));
    }
    return {};
  });
  if (!drained) return drained;
  if (auto closed = close_slice(); !closed) return closed;
  for (auto& [name, each] : tenants_) {
    if (auto done = run_deadlines(each, newest); !done) return done;
    each.decided = std::max(each.decided, saturating_add(newest, 1));
    std::fill(each.settled.begin(), each.settled.end(), each.decided);
    for (std::size_t i = 0; i < each.rules.size(); ++i) {
      if (each.rules[i] != nullptr)
        stats_.by_rule[data.rules[data.states[i].rule].name].undecided += each.rules[i]->undecided();
    }
  }
  return {};
}

// ---- memory

std::size_t StateStage::bytes_of(const Tenant& tenant) const {
  std::size_t bytes =
      kBytesPerTenant + tenant.name.size() + tenant.told.size() * kBytesPerTold + tenant.seen.bytes();
  for (const auto& rule : tenant.rules) bytes += rule != nullptr ? kBytesPerRule + rule->bytes() : 0;
  return bytes;
}

/// Where the keys of rules are not what takes the memory: forgets tenants that had no event for longest.
void StateStage::forget_tenants(std::size_t bytes, const Tenant& busy) {
  std::vector<std::pair<std::uint64_t, const Tenant*>> by_use;
  for (const auto& [name, tenant] : tenants_) {
    if (&tenant != &busy) by_use.emplace_back(tenant.used, &tenant);
  }
  std::sort(by_use.begin(), by_use.end());
  for (const auto& [used, tenant] : by_use) {
    if (bytes <= options_.memory / 2) return;
    bytes -= std::min(bytes, bytes_of(*tenant));
    ++stats_.forgotten_tenants;
    tenants_.erase(tenants_.find(tenant->name));
  }
}

void StateStage::keep_within_memory(const Tenant& busy) {
  // The rest is for events that wait, or for what the allocator adds.
  const std::size_t limit = options_.memory / 8 * 5;
  // Ids of events may take a quarter of it; without the oldest ones an event told again counts again.
  for (auto& [name, tenant] : tenants_) {
    while (tenant.seen.bytes() > limit / 4) {
      const std::size_t forgotten = tenant.seen.forget_oldest_day();
      if (forgotten == 0) break;
      stats_.forgotten_ids += forgotten;
    }
  }
  std::size_t bytes = 0;
  for (const auto& [name, tenant] : tenants_) bytes += bytes_of(tenant);
  if (bytes <= limit) return;
  // A little more than asked for, since looking at all rules takes long where there are many tenants.
  const std::size_t wanted = limit - limit / 16;
  for (const bool in_progress : {false, true}) {
    using Use = std::pair<std::uint64_t, RuleState*>;
    std::vector<Use> uses;
    for (auto& [name, tenant] : tenants_) {
      for (auto& rule : tenant.rules) {
        const std::uint64_t used = rule != nullptr ? rule->oldest_use(in_progress) : UINT64_MAX;
        if (used != UINT64_MAX) uses.emplace_back(used, rule.get());
      }
    }
    std::priority_queue<Use, std::vector<Use>, std::greater<>> oldest(std::greater<>{}, std::move(uses));
    while (bytes > wanted && !oldest.empty()) {
      RuleState* const rule = oldest.top().second;
      oldest.pop();
      const std::size_t before = rule->bytes();
      rule->evict_oldest(in_progress);
      bytes -= std::min(bytes, before - std::min(before, rule->bytes()));
      if (const std::uint64_t used = rule->oldest_use(in_progress); used != UINT64_MAX)
        oldest.emplace(used, rule);
    }
  }
  if (bytes > limit) forget_tenants(bytes, busy);
}

// ---- going on in another run

void StateStage::save(std::string& out) {
  append_unsigned(out, tenants_.size());
  for (auto& [name, tenant] : tenants_) {
    forget_told(tenant);  // so that equal state has equal bytes
    append_text(out, name);
    save_tenant(out, tenant);
  }
}

void StateStage::save_tenant(std::string& out, Tenant& tenant) {
  const ProgramData& data = program_.data();
  append_signed(out, tenant.decided);
  append_signed(out, tenant.clock);
  append_unsigned(out, data.classes.size());
  for (std::size_t i = 0; i < data.classes.size(); ++i) {
    append_text(out, data.classes[i].name);
    append_signed(out, tenant.newest[i]);
  }
  std::map<Digest::Bytes, const Told*> told;
  for (const auto& [key, one] : tenant.told) told.emplace(key, &one);
  append_unsigned(out, told.size());
  for (const auto& [key, one] : told) {
    out.append(reinterpret_cast<const char*>(key.data()), key.size());
    append_unsigned(out, one->tellings.size());
    for (const Row& row : one->tellings) append_row(out, *row);
  }
  tenant.seen.save(out);
  append_unsigned(out, data.states.size());
  for (std::size_t i = 0; i < data.states.size(); ++i) {
    append_text(out, data.rules[data.states[i].rule].name);
    append_text(out, data.states[i].fingerprint);
    std::string rule;
    if (tenant.rules[i] != nullptr) {
      tenant.rules[i]->settle(horizon(tenant, i));
      tenant.rules[i]->save(rule);
    }
    append_text(out, rule);
  }
}

bool StateStage::load(BytesReader& bytes, const RowLayouts& layouts) {
  tenants_.clear();
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    if (load_tenant(bytes, layouts)) continue;
    tenants_.clear();
    return false;
  }
  return bytes.ok();
}

bool StateStage::load_tenant(BytesReader& bytes, const RowLayouts& layouts) {
  const ProgramData& data = program_.data();
  const std::string_view tenant_name = bytes.text();
  if (tenants_.find(tenant_name) != tenants_.end()) return false;
  Tenant& tenant = tenant_of(tenant_name);
  tenant.decided = bytes.signed_number();
  tenant.clock = bytes.signed_number();
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    const std::string_view name = bytes.text();
    const std::int64_t newest = bytes.signed_number();
    for (std::size_t i = 0; i < data.classes.size(); ++i) {
      if (data.classes[i].name == name) tenant.newest[i] = newest;
    }
  }
  for (std::size_t i = 0; i < data.states.size(); ++i) tenant.settled[i] = horizon(tenant, i);
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    Digest::Bytes key{};
    const std::string_view key_bytes = bytes.bytes(key.size());
    std::copy(key_bytes.begin(), key_bytes.end(), key.begin());
    Told told;
    for (std::uint64_t more = bytes.unsigned_number(); more > 0 && bytes.ok(); --more) {
      if (Row row = layouts.read_row(bytes); row != nullptr) told.tellings.push_back(std::move(row));
    }
    if (told.tellings.empty()) continue;
    told.row = merged(told.tellings);
    told.time = told.tellings.front()->time;
    tenant.told_by_time.emplace(told.time, key);
    tenant.told.insert_or_assign(key, std::move(told));
  }
  if (!tenant.seen.load(bytes)) return false;
  for (std::uint64_t left = bytes.unsigned_number(); left > 0 && bytes.ok(); --left) {
    const std::string_view name = bytes.text(), fingerprint = bytes.text(), saved = bytes.text();
    for (std::size_t i = 0; i < data.states.size(); ++i) {
      const bool fits =
          data.rules[data.states[i].rule].name == name && data.states[i].fingerprint == fingerprint;
      if (!fits || tenant.is_disabled[i] || saved.empty()) continue;
      BytesReader own(saved);
      tenant.rules[i] = new_state(tenant, i);
      // A rule that cannot use what was kept begins anew.
      if (!tenant.rules[i]->load(own, layouts)) tenant.rules[i].reset();
    }
  }
  return bytes.ok();
}

}  // namespace shrike
