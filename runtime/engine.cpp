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
#include "runtime/json.hpp"
#include "runtime/record_decoder.hpp"
#include "runtime/sealed_program.hpp"
#include "runtime/vm.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

/// A record in an export in a message in …: more is no log, but an attack.
constexpr unsigned kMaxUnwraps = 4;

/// The path without which a condition cannot hold, where its first instruction tells: most sources begin by
/// asking whether the record has something at all. kNoIndex where it does not.
std::uint32_t path_needed_by(const ProgramData& data, std::uint32_t unit) {
  if (unit == kNoIndex) return kNoIndex;
  const Instruction* const code = data.code.data() + data.units[unit].first;
  const bool needed = code->opcode == Opcode::kTestRaw && (code->flags & InstructionFlag::kJumpIfTrue) == 0 &&
                      code[code->target].opcode == Opcode::kReturnFalse;
  return needed ? code->x : kNoIndex;
}

}  // namespace

struct Engine::State {
  State(Program p, EngineOptions o)
      : program(std::move(p)),
        options(std::move(o)),
        arena(options.max_event_bytes),
        json(options.limits.nesting),
        context{arena, json},
        vm(program, context, options.max_steps),
        decoder(program.data().paths, options.limits),
        index(program),
        final_ledger(options.max_pending_bytes) {
    stats.by_source.resize(program.data().sources.size());
    for (const SourceData& source : program.data().sources) {
      source_needs.push_back(path_needed_by(program.data(), source.accept));
    }
    for (const UnwrapData& unwrap : program.data().unwraps) {
      unwrap_needs.push_back(path_needed_by(program.data(), unwrap.accept));
    }
    for (const ExceptionData& exception : program.data().exceptions) {
      exceptions.resize(program.data().rules.size());
      exceptions[exception.rule].push_back(&exception);
    }
    exceptions.resize(program.data().rules.size());
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
  Expected<void> judge_rules(std::string_view record, const RecordPlace& place);
  Expected<void> fire(std::uint32_t rule, std::string_view record, const RecordPlace& place);

  Program program;
  EngineOptions options;
  EngineStats stats;
  Arena arena;
  JsonDecoder json;
  CallContext context;
  Vm vm;
  RecordDecoder decoder;
  CandidateIndex index;
  EventState event;
  EarlyLedger early_ledger;
  FinalLedger final_ledger;
  std::vector<Alert> alerts;
  std::vector<std::vector<const ExceptionData*>> exceptions;  ///< per rule
  std::vector<std::uint32_t> source_needs, unwrap_needs;      ///< per source and unwrap: see path_needed_by()
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

/// Finds the tenant of the event and with it the settings that hold.
void Engine::State::choose_profile() {
  event.profile = 0;
  event.tenant = Value::of_string(options.tenant);
  if (program.data().tenant_slot != kNoIndex) {
    const Value tenant = vm.slot(program.data().tenant_slot, event);
    if (tenant.kind == Kind::kString && tenant.size != 0) event.tenant = tenant;
  }
  if (program.data().profiles.size() < 2) return;
  if (last_tenant != event.tenant.as_string()) {
    last_tenant = event.tenant.as_string();
    last_profile = program.sealed().profile_of(last_tenant);
  }
  event.profile = last_profile;
}

// ---- rules

Expected<void> Engine::State::judge_rules(std::string_view record, const RecordPlace& place) {
  choose_profile();
  const ProgramData& data = program.data();
  const std::int64_t time = vm.slot(data.time_slot, event).integer;
  newest = std::max(newest, time);
  const auto& disabled = data.profiles[event.profile].disabled;
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
  if (!stopped.empty())
    return reject(RejectReason::kLimit,
                  "rule `" + stopped + "` needs more steps for the record than allowed");
  if (arena.exhausted())
    return reject(RejectReason::kLimit, "judging the record needs more memory than allowed");
  return {};
}

Expected<void> Engine::State::fire(std::uint32_t rule_index, std::string_view record,
                                   const RecordPlace& place) {
  ++stats.firings;
  AlertBuilder builder(program, vm, event, rule_index);
  for (const ExceptionData* exception : exceptions[rule_index]) {
    const ExceptionEffect effect = builder.apply(*exception);
    if (effect == ExceptionEffect::kExpired) ++stats.met_expired[exception->title];
    if (effect == ExceptionEffect::kDropped) {
      ++stats.dropped_by_exception;
      return {};
    }
  }
  Firing firing = builder.build(record, place, options.decide == Decide::kEarly ? newest : INT64_MIN);
  if (vm.out_of_steps())
    return {};  // reported by the caller; half a message would be worse than a counted reject
  if (options.decide == Decide::kFinal) return final_ledger.add(std::move(firing));
  early_ledger.add(std::move(firing), stats, alerts);
  return {};
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
  if (auto judged = state_->judge_record(padded_record, place, false); !judged)
    return tl::unexpected(judged.error());
  return std::span<const Alert>(state_->alerts);
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

Expected<std::span<const Alert>> Engine::feed_event(std::string_view event_class, const Fields& fields,
                                                    const RecordPlace& place) {
  State& state = *state_;
  const ProgramData& data = state.program.data();
  state.alerts.clear();
  state.arena.reset();
  state.vm.restart_budget();
  const auto source = std::find_if(data.sources.begin(), data.sources.end(), [&](const SourceData& s) {
    return s.accept == kNoIndex && s.name == event_class;
  });
  if (source == data.sources.end()) {
    return fail(ErrorCode::kArgument, "there is no class `" + std::string(event_class) + "`");
  }
  state.event.record = nullptr;
  state.event.source = static_cast<std::uint32_t>(source - data.sources.begin());
  state.event.begin(static_cast<std::uint32_t>(data.slots.size()));
  std::string described(
      event_class);  // stands for the record's text: its hash is the id of an event without one
  for (const auto& [name, value] : fields) {
    const ClassData& fed = data.classes[source->event_class];
    const auto slot = std::find_if(fed.slots.begin(), fed.slots.end(), [&, &field = name](std::uint32_t s) {
      return data.slots[s].name == field;
    });
    if (slot == fed.slots.end()) {
      return fail(ErrorCode::kArgument,
                  "class `" + std::string(event_class) + "` has no field `" + name + "`");
    }
    if (value.is_missing()) continue;
    const Value held = cast(value, data.slots[*slot].type, state.arena);
    if (held.is_missing()) return fail(ErrorCode::kArgument, "field `" + name + "` is of another type");
    state.event.set(*slot, held);
    described += "\n" + name + ": ";
    append_json(described, value);
  }
  ++state.stats.records;
  ++state.stats.by_source[state.event.source];
  if (auto judged = state.judge_event(described, place); !judged) return tl::unexpected(judged.error());
  return std::span<const Alert>(state.alerts);
}

Expected<void> Engine::finish(const std::function<void(const Alert&)>& take) {
  return state_->final_ledger.finish(state_->stats, take);
}

Value Engine::field(std::string_view name) {
  const ProgramData& data = state_->program.data();
  if (state_->event.slots.empty()) return {};
  for (std::uint32_t slot : data.classes[data.sources[state_->event.source].event_class].slots) {
    if (data.slots[slot].name == name) return state_->vm.slot(slot, state_->event);
  }
  return {};
}

std::span<const Alert> Engine::given() const { return state_->alerts; }
const EngineStats& Engine::stats() const { return state_->stats; }
const Program& Engine::program() const { return state_->program; }
RejectReason Engine::last_reject() const { return state_->last_reject; }

}  // namespace shrike
