#include "shrike/engine.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/alert_builder.hpp"
#include "runtime/arena.hpp"
#include "runtime/candidate_index.hpp"
#include "runtime/digest.hpp"
#include "runtime/early_ledger.hpp"
#include "runtime/final_ledger.hpp"
#include "runtime/functions.hpp"
#include "runtime/geo/geo_cache.hpp"
#include "runtime/json.hpp"
#include "runtime/judgement.hpp"
#include "runtime/record_decoder.hpp"
#include "runtime/sealed_program.hpp"
#include "runtime/state/state_stage.hpp"
#include "runtime/time_math.hpp"
#include "runtime/vm.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

/// A record in an export in a message in …: more is no log, but an attack.
constexpr unsigned kMaxUnwraps = 4;

double seconds_between(std::int64_t earlier, std::int64_t later) {
  constexpr double kSecond = 1e9;
  return static_cast<double>(saturating_subtract(later, earlier)) / kSecond;
}

/// The path without which a condition cannot hold, where its first instruction tells: most sources begin by
/// asking whether the record has something at all, or has it with some value. kNoIndex where it does not.
std::uint32_t path_needed_by(const ProgramData& data, std::uint32_t unit) {
  if (unit == kNoIndex) return kNoIndex;
  const Instruction* const code = data.code.data() + data.units[unit].first;
  if (!is_test(code->opcode) || (code->flags & InstructionFlag::kJumpIfTrue) != 0 ||
      code[code->target].opcode != Opcode::kReturnFalse)
    return kNoIndex;
  if (code->opcode == Opcode::kTestRaw) return code->x;
  // Every test of a missing value fails.
  const Operand x = Operand::from_bits(code->x);
  const bool reads_path =
      kOpcodes[static_cast<std::size_t>(code->opcode)].x == Role::kSrc && x.kind() == OperandKind::kRaw;
  return reads_path ? x.index() : kNoIndex;
}

std::vector<const std::vector<GuardData>*> guards_of(const ProgramData& data) {
  std::vector<const std::vector<GuardData>*> guards;
  for (const RuleData& rule : data.rules) guards.push_back(&rule.guards);
  return guards;
}

}  // namespace

struct Engine::State {
  State(Program p, EngineOptions o)
      : program(std::move(p)),
        options(std::move(o)),
        arena(options.max_event_bytes),
        json(options.limits.nesting),
        geo(options.geo ? std::make_unique<GeoCache>(options.geo) : nullptr),
        context{arena, json, geo.get()},
        vm(program, context, options.max_steps),
        decoder(program.data().paths, options.limits),
        index(program, guards_of(program.data())),
        final_ledger(options.max_pending_bytes, options.observer),
        stage(program, vm, context, options, stats,
              [this](FiringChange change) { return take_change(std::move(change)); }) {
    stats.by_source.resize(program.data().sources.size());
    for (const SourceData& source : program.data().sources) {
      source_needs.push_back(path_needed_by(program.data(), source.accept));
    }
    for (const UnwrapData& unwrap : program.data().unwraps) {
      unwrap_needs.push_back(path_needed_by(program.data(), unwrap.accept));
    }
  }

  Expected<void> reject(RejectReason reason, std::string message) {
    ++stats.rejects[std::string(name_of(reason))];
    last_reject = reason;
    return fail(reason == RejectReason::kLimit ? ErrorCode::kLimit : ErrorCode::kFormat, std::move(message));
  }

  Expected<void> judge_record(std::string_view padded, const RecordPlace& place, bool in_list);
  Expected<void> judge_list(std::string_view list, const RecordPlace& place);
  bool unwrap(std::string_view& record);
  Expected<void> judge_event(std::string_view record, const RecordPlace& place);
  /// False when the record lacks the path: then the condition that needs it does not have to run.
  bool may_hold(std::uint32_t path) const { return path == kNoIndex || decoder.has(path); }
  void choose_profile();
  void count_tenant();
  Expected<void> judge_rules(std::string_view record, const RecordPlace& place);
  Expected<void> fire(std::uint32_t rule, std::string_view record, const RecordPlace& place);
  Evidence told(std::string_view record, const RecordPlace& place);
  void tell_judgement(std::uint32_t rule, const Firing* firing, const Evidence& told);
  Expected<void> remember(std::string_view record, const RecordPlace& place);
  Expected<void> take_change(FiringChange change);
  Expected<std::span<const Alert>> given_now(const Expected<void>& done);
  bool begin_event(std::uint32_t event_class);
  Expected<void> set_fields(std::uint32_t event_class, std::string_view class_name, const Fields& fields,
                            std::string& described);

  Program program;
  EngineOptions options;
  EngineStats stats;
  Arena arena;
  JsonDecoder json;
  std::unique_ptr<GeoCache> geo;  ///< null without databases
  CallContext context;
  Vm vm;
  RecordDecoder decoder;
  CandidateIndex index;
  EventState event;
  EarlyLedger early_ledger;
  FinalLedger final_ledger;
  StateStage stage;
  std::vector<Alert> alerts;
  std::vector<Value> kept;                                ///< of the event: what rules with state keep
  std::vector<std::uint32_t> source_needs, unwrap_needs;  ///< per source and unwrap: see path_needed_by()
  std::string last_tenant;
  std::uint32_t last_profile = 0;
  std::int64_t newest = INT64_MIN;  ///< time of the newest event
  std::string copied;               ///< record with padding
  std::string unwrapped;            ///< record that stood in a string of another
  RejectReason last_reject = RejectReason::kBadJson;
};

// ---- from record to event

/// Puts what an unwrap finds in the record's place. False when no unwrap takes the record or what it points
/// to is no object.
bool Engine::State::unwrap(std::string_view& record) {
  const auto& unwraps = program.data().unwraps;
  for (std::size_t which = 0; which < unwraps.size(); ++which) {
    if (!may_hold(unwrap_needs[which])) continue;
    const UnwrapData& unwrap = unwraps[which];
    event.begin(static_cast<std::uint32_t>(program.data().slots.size()));
    if (!vm.decide(unwrap.accept, event)) continue;
    const std::string_view text = decoder.text(unwrap.path);
    if (!text.empty() && text.front() == '{') {
      record = text;
      return true;
    }
    const Value inner = decoder.value(unwrap.path, arena);
    if (inner.kind != Kind::kString) continue;
    unwrapped.assign(inner.as_string());
    const std::size_t size = unwrapped.size();
    unwrapped.resize(size + kRecordPadding);
    record = std::string_view(unwrapped).substr(0, size);
    return true;
  }
  return false;
}

Expected<void> Engine::State::judge_record(std::string_view record, const RecordPlace& place, bool in_list) {
  arena.reset();
  vm.restart_budget();
  event.record = &decoder;
  for (unsigned unwraps = 0;; ++unwraps) {
    if (auto decoded = decoder.decode(record); !decoded) {
      ++stats.records;
      return reject(decoder.reject_reason(), decoded.error().message);
    }
    if (unwraps == kMaxUnwraps || !unwrap(record)) break;
  }
  const auto& sources = program.data().sources;
  event.begin(static_cast<std::uint32_t>(program.data().slots.size()));
  for (std::uint32_t source = 0; source < sources.size(); ++source) {
    if (sources[source].accept == kNoIndex) break;  // those come last
    if (!may_hold(source_needs[source])) continue;
    event.source = source;
    if (!vm.decide(sources[source].accept, event)) {
      event.begin(static_cast<std::uint32_t>(program.data().slots.size()));
      continue;
    }
    ++stats.records;
    ++stats.by_source[source];
    return judge_event(record, place);
  }
  if (const std::string_view list = decoder.wrapped_list(); !list.empty() && !in_list)
    return judge_list(list, place);
  ++stats.records;
  if (vm.out_of_steps()) return reject(RejectReason::kLimit, "the record needs more steps than allowed");
  ++stats.unclaimed;
  return {};
}

/// {"value": […]} and {"records": […]}: every element is a record of its own.
Expected<void> Engine::State::judge_list(std::string_view list, const RecordPlace& place) {
  struct Elements : RecordSink {
    Elements(Engine::State& s, const RecordPlace& p) : state(s), place(p) {}
    bool record(std::string_view padded, const RecordPlace&) override {
      if (auto judged = state.judge_record(padded, place, true); !judged) result = judged;
      return true;
    }
    void reject(const Reject& reject) override {
      ++state.stats.records;
      result = state.reject(reject.reason, std::string(reject.detail));
    }
    Engine::State& state;
    const RecordPlace& place;
    Expected<void> result;
  };
  const std::string own(list);  // the record's own buffer is reused by the elements
  Elements elements(*this, place);
  if (auto read = read_bytes(own, place.file, options.limits, elements); !read) return read;
  return elements.result;
}

Expected<void> Engine::State::judge_event(std::string_view record, const RecordPlace& place) {
  const std::uint32_t time_slot = program.data().time_slot;
  if (time_slot == kNoIndex || vm.slot(time_slot, event).kind != Kind::kTime) {
    if (vm.out_of_steps()) return reject(RejectReason::kLimit, "the record needs more steps than allowed");
    return reject(RejectReason::kTimeMissing, "source `" + program.data().sources[event.source].name +
                                                  "` took the record, but found no readable time in it");
  }
  ++stats.events;
  return judge_rules(record, place);
}

/// Finds the settings that hold for the event; its tenant only where that decides which.
void Engine::State::choose_profile() {
  event.profile = 0;
  event.tenant = Value::of_string(options.tenant);
  if (program.data().profiles.size() < 2) return;
  const std::string_view tenant = vm.tenant(event).as_string();
  if (last_tenant != tenant) {
    last_tenant = tenant;
    last_profile = program.sealed().profile_of(last_tenant);
  }
  event.profile = last_profile;
}

/// Which tenants events name, since rules do not put events of two together.
void Engine::State::count_tenant() {
  const std::uint32_t slot = program.data().tenant_slot;
  const Value value = slot == kNoIndex ? Value() : vm.slot(slot, event);
  const std::string_view named = value.kind == Kind::kString ? value.as_string() : std::string_view();
  if (named.empty()) {
    ++stats.tenantless_events;
    return;
  }
  if (++stats.tenant_events == 1) stats.tenant_named = named;
  stats.is_one_tenant = stats.is_one_tenant && named == stats.tenant_named;
}

// ---- rules

Expected<void> Engine::State::judge_rules(std::string_view record, const RecordPlace& place) {
  choose_profile();
  const ProgramData& data = program.data();
  const std::int64_t time = vm.slot(data.time_slot, event).integer;
  newest = std::max(newest, time);
  const auto& disabled = data.profiles[event.profile].disabled;
  if (options.observer != nullptr) {
    const Evidence itself = told(record, place);
    options.observer->came({vm, event, data.sources[event.source].event_class, kNoIndex, itself});
    vm.restart_budget();
  }
  std::string stopped;
  for (std::uint32_t rule : index.candidates(data.sources[event.source].event_class, vm, event)) {
    if (!disabled.empty() && std::binary_search(disabled.begin(), disabled.end(), rule)) continue;
    // A budget for each rule: one that is too dear on this record must not silence the others.
    vm.restart_budget();
    const std::uint32_t where = data.rules[rule].where;
    const bool holds = where == kNoIndex || vm.decide(where, event);
    if (holds) {
      if (auto fired = fire(rule, record, place); !fired) return fired;
    }
    if (vm.out_of_steps() && stopped.empty()) stopped = data.rules[rule].name;
  }
  if (auto remembered = remember(record, place); !remembered) return remembered;
  if (!stopped.empty())
    return reject(RejectReason::kLimit,
                  "rule `" + stopped + "` needs more steps for the record than allowed");
  if (arena.exhausted())
    return reject(RejectReason::kLimit, "judging the record needs more memory than allowed");
  return {};
}

namespace {

std::string id_of(const Value& id, std::string_view record) {
  return id.kind == Kind::kString && id.size != 0 ? std::string(id.as_string()) : Digest().add(record).hex();
}

std::string text_of(const RecordPlace& place) {
  return place.file.empty() ? std::string() : std::string(place.file) + ":" + std::to_string(place.line);
}

}  // namespace

/// The event as evidence.
Evidence Engine::State::told(std::string_view record, const RecordPlace& place) {
  const ProgramData& data = program.data();
  return {id_of(data.id_slot == kNoIndex ? Value() : vm.slot(data.id_slot, event), record),
          vm.slot(data.time_slot, event).integer,
          data.classes[data.sources[event.source].event_class].name,
          {},
          text_of(place)};
}

void Engine::State::tell_judgement(std::uint32_t rule, const Firing* firing, const Evidence& itself) {
  if (options.observer == nullptr) return;
  Judgement judgement;
  judgement.rule = rule;
  judgement.firing = firing;
  judgement.stopped = vm.out_of_steps();
  options.observer->judged({vm, event, program.data().sources[event.source].event_class, kNoIndex, itself},
                           judgement);
}

Expected<void> Engine::State::fire(std::uint32_t rule_index, std::string_view record,
                                   const RecordPlace& place) {
  ++stats.firings;
  AlertBuilder builder(program, vm, event, rule_index, options.also_show);
  if (!builder.passes_exceptions(vm.slot(program.data().time_slot, event).integer, stats.met_expired)) {
    ++stats.dropped_by_exception;
    if (options.observer != nullptr) tell_judgement(rule_index, nullptr, told(record, place));
    return {};
  }
  AlertSubject subject;
  const Evidence itself = told(record, place);
  subject.event_class = itself.event_class;
  subject.event_id = itself.id;
  subject.time = itself.time;
  subject.evidence.push_back(itself);
  Firing firing = builder.build(std::move(subject));
  const bool is_stopped = vm.out_of_steps();
  tell_judgement(rule_index, &firing, itself);
  if (is_stopped) return {};  // reported by the caller; half a message would be worse than a counted reject
  if (options.decide == Decide::kFinal) return final_ledger.add(firing);
  if (newest > firing.alert.time) firing.alert.late = seconds_between(firing.alert.time, newest);
  early_ledger.add_once(std::move(firing), stats);
  return {};
}

/// Hands the event to the rules with state, if one of them takes it.
Expected<void> Engine::State::remember(std::string_view record, const RecordPlace& place) {
  const ProgramData& data = program.data();
  const SourceData& source = data.sources[event.source];
  if (!stage.is_needed() || !stage.wants(source.event_class, event)) return {};
  vm.restart_budget();
  auto row = std::make_shared<EventRow>();
  row->time = vm.slot(data.time_slot, event).integer;
  row->event_class = source.event_class;
  row->class_name = data.classes[source.event_class].name;
  row->source_order = source.order;
  row->id = id_of(data.id_slot == kNoIndex ? Value() : vm.slot(data.id_slot, event), record);
  row->at = text_of(place);
  row->values = kept_values(data.classes[source.event_class], vm, event, kept);
  const std::string tenant(vm.tenant(event).as_string());
  if (vm.out_of_steps() || arena.exhausted())
    return reject(RejectReason::kLimit, "reading the record needs more than is allowed");
  count_tenant();
  return stage.take(std::move(row), kept, tenant);
}

/// What a rule with state has found, or takes back.
Expected<void> Engine::State::take_change(FiringChange change) {
  if (options.decide == Decide::kFinal) {
    ++stats.firings;
    return final_ledger.add(change.firing);
  }
  if (!change.stands) {
    early_ledger.remove(change.firing);
    return {};
  }
  ++stats.firings;
  Alert& alert = change.firing.alert;
  if (newest > alert.time) alert.late = seconds_between(alert.time, newest);
  early_ledger.add(std::move(change.firing), stats);
  return {};
}

/// The end of every call that may give alerts.
Expected<std::span<const Alert>> Engine::State::given_now(const Expected<void>& done) {
  early_ledger.give(stats, alerts);
  if (!done) return tl::unexpected(done.error());
  return std::span<const Alert>(alerts);
}

// ---- the public face

Engine::Engine(Program program, EngineOptions options)
    : state_(std::make_unique<State>(std::move(program), std::move(options))) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Expected<std::span<const Alert>> Engine::feed_padded(std::string_view padded_record,
                                                     const RecordPlace& place) {
  state_->alerts.clear();
  return state_->given_now(state_->judge_record(padded_record, place, false));
}

Expected<std::span<const Alert>> Engine::feed(std::string_view record, const RecordPlace& place) {
  if (record.size() > state_->options.limits.record_bytes) {
    ++state_->stats.records;
    return tl::unexpected(
        state_->reject(RejectReason::kTooLarge, "the record is larger than allowed").error());
  }
  state_->copied.assign(record);
  state_->copied.resize(record.size() + kRecordPadding);
  return feed_padded(std::string_view(state_->copied).substr(0, record.size()), place);
}

Expected<std::span<const Alert>> Engine::feed_json(const nlohmann::json& record, const RecordPlace& place) {
  return feed(record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), place);
}

/// Sets the fields of an event that is given as such. `described` stands for the record's text: its hash is
/// the id of an event without one.
Expected<void> Engine::State::set_fields(std::uint32_t event_class, std::string_view class_name,
                                         const Fields& fields, std::string& described) {
  const ProgramData& data = program.data();
  const ClassData& fed = data.classes[event_class];
  described = class_name;
  for (const auto& [name, value] : fields) {
    const auto slot = std::find_if(fed.slots.begin(), fed.slots.end(), [&, &field = name](std::uint32_t s) {
      return data.slots[s].name == field;
    });
    if (slot == fed.slots.end()) {
      return fail(ErrorCode::kArgument,
                  "class `" + std::string(class_name) + "` has no field `" + name + "`");
    }
    if (value.is_missing()) continue;
    const Value held = cast(value, data.slots[*slot].type, arena);
    if (held.is_missing()) return fail(ErrorCode::kArgument, "field `" + name + "` is of another type");
    event.set(*slot, held);
    described += "\n" + name + ": ";
    append_json(described, value);
  }
  return {};
}

/// Makes ready for an event of a class that is given as fields. False when there is no such class.
bool Engine::State::begin_event(std::uint32_t event_class) {
  alerts.clear();
  arena.reset();
  vm.restart_budget();
  const auto& sources = program.data().sources;
  const auto source = std::find_if(sources.begin(), sources.end(), [&](const SourceData& s) {
    return s.accept == kNoIndex && s.event_class == event_class;
  });
  if (source == sources.end()) return false;
  event.record = nullptr;
  event.source = static_cast<std::uint32_t>(source - sources.begin());
  event.begin(static_cast<std::uint32_t>(program.data().slots.size()));
  return true;
}

Expected<std::span<const Alert>> Engine::feed_event(std::string_view event_class, const Fields& fields,
                                                    const RecordPlace& place) {
  State& state = *state_;
  const auto& classes = state.program.data().classes;
  const auto fed =
      std::find_if(classes.begin(), classes.end(), [&](const ClassData& c) { return c.name == event_class; });
  const auto number = static_cast<std::uint32_t>(fed - classes.begin());
  if (fed == classes.end() || !state.begin_event(number))
    return fail(ErrorCode::kArgument, "there is no class `" + std::string(event_class) + "`");
  std::string described;
  if (auto set = state.set_fields(number, event_class, fields, described); !set)
    return tl::unexpected(set.error());
  ++state.stats.records;
  ++state.stats.by_source[state.event.source];
  return state.given_now(state.judge_event(described, place));
}

Expected<std::span<const Alert>> Engine::feed_alert(std::string_view rule, const Fields& fields,
                                                    const RecordPlace& place) {
  State& state = *state_;
  const ProgramData& data = state.program.data();
  const auto fed =
      std::find_if(data.rules.begin(), data.rules.end(), [&](const RuleData& r) { return r.name == rule; });
  if (fed == data.rules.end() || fed->state == kNoIndex)
    return fail(ErrorCode::kArgument, "no rule reads alerts of `" + std::string(rule) + "`");
  Fields of_event;
  Severity severity = fed->severity;
  std::int64_t score = kScoreOf[static_cast<std::size_t>(severity)];
  for (const auto& [name, value] : fields) {
    if (name == "score" && value.kind == Kind::kInt) {
      score = value.integer;
    } else if (name == "severity" && value.kind == Kind::kString) {
      severity = severity_from(value.as_string()).value_or(severity);
    } else {
      of_event.emplace_back(name, value);
    }
  }
  // The first class of the rule's events that has all the fields.
  std::string described;
  Expected<void> set = fail(ErrorCode::kArgument, "the rule reads no events");
  std::uint32_t event_class = kNoIndex;
  for (const std::uint32_t candidate : state.stage.classes_of(fed->state)) {
    if (!state.begin_event(candidate)) continue;
    set = state.set_fields(candidate, data.classes[candidate].name, of_event, described);
    event_class = candidate;
    if (set) break;
  }
  if (!set) return tl::unexpected(set.error());
  const Value time = state.vm.slot(data.time_slot, state.event);
  if (time.kind != Kind::kTime) return fail(ErrorCode::kArgument, "the alert has no time");
  state.choose_profile();
  state.newest = std::max(state.newest, time.integer);
  EventRow row;
  row.time = time.integer;
  row.event_class = event_class;
  row.class_name = data.classes[event_class].name;
  row.id = id_of(data.id_slot == kNoIndex ? Value() : state.vm.slot(data.id_slot, state.event), described);
  row.at = text_of(place);
  row.values = kept_values(data.classes[event_class], state.vm, state.event, state.kept);
  const std::string tenant(state.vm.tenant(state.event).as_string());
  const auto number = static_cast<std::uint32_t>(fed - data.rules.begin());
  Row alert = alert_row(row, data, number, row.time, severity, static_cast<int>(score));
  return state.given_now(state.stage.take_alert(alert, tenant));
}

Expected<std::span<const Alert>> Engine::advance(std::int64_t now) {
  state_->alerts.clear();
  return state_->given_now(state_->stage.advance(now));
}

namespace {

constexpr std::string_view kStateMagic = "SHRIKE-STATE 2\n";

}  // namespace

std::string Engine::save_state() const {
  State& state = *state_;
  std::string payload;
  append_signed(payload, state.newest);
  append_unsigned(payload, state.options.decide == Decide::kFinal ? 1 : 0);
  RowLayouts::append(payload, state.program.data());
  state.stage.save(payload);
  if (state.options.decide == Decide::kFinal) {
    state.final_ledger.save(payload, state.newest);
  } else {
    state.early_ledger.save(payload);
  }
  return std::string(kStateMagic) + Digest().add(payload).hex() + payload;
}

Expected<void> Engine::load_state(std::string_view bytes) {
  State& state = *state_;
  constexpr std::size_t kDigestSize = 32;
  if (!bytes.starts_with(kStateMagic)) {
    return bytes.starts_with(kStateMagic.substr(0, 12))
               ? fail(ErrorCode::kVersion, "the state was written by another version")
               : fail(ErrorCode::kFormat, "this is no state of Shrike");
  }
  bytes.remove_prefix(kStateMagic.size());
  const std::string_view payload = bytes.substr(std::min(kDigestSize, bytes.size()));
  if (bytes.size() < kDigestSize || Digest().add(payload).hex() != bytes.substr(0, kDigestSize))
    return fail(ErrorCode::kFormat, "the state is damaged");
  BytesReader reader(payload);
  state.newest = reader.signed_number();
  const bool is_final = reader.unsigned_number() != 0;
  RowLayouts layouts(state.program.data());
  bool read = layouts.read(reader) && state.stage.load(reader, layouts);
  read = read && is_final == (state.options.decide == Decide::kFinal) &&
         (is_final ? state.final_ledger.load(reader) : state.early_ledger.load(reader));
  if (read && reader.at_end()) return {};
  const Program program = state.program;
  const EngineOptions options = state.options;
  state_ = std::make_unique<State>(program, options);
  return fail(ErrorCode::kFormat, is_final == (state_->options.decide == Decide::kFinal)
                                      ? "the state does not hold what it should"
                                      : "the state is of a run that decided at another moment (--decide)");
}

void Engine::set_arrival(std::int64_t now) { state_->stage.set_arrival(now); }

Expected<void> Engine::finish(const std::function<void(const Alert&)>& take) {
  if (state_->options.decide == Decide::kFinal) {
    if (auto judged = state_->stage.finish(state_->newest); !judged) return judged;
  }
  return state_->final_ledger.finish(state_->stats, take);
}

std::span<const Alert> Engine::given() const { return state_->alerts; }
const EngineStats& Engine::stats() const { return state_->stats; }
const Program& Engine::program() const { return state_->program; }
RejectReason Engine::last_reject() const { return state_->last_reject; }

bool EngineStats::is_incomplete() const {
  if (crowded_events + forgotten_ids + forgotten_tenants + forgotten_quiet != 0) return true;
  return std::any_of(by_rule.begin(), by_rule.end(), [](const auto& entry) {
    const StateStats& rule = entry.second;
    return rule.keys_cut + rule.partials_dropped + rule.events_dropped + rule.evicted_keys +
               rule.out_of_steps !=
           0;
  });
}

}  // namespace shrike
