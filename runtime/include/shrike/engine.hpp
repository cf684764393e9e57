// The engine: records in, alerts out.
//   shrike::Engine engine(program);
//   auto alerts = engine.feed(R"({"CreationTime": …})");
// Read next: reader.hpp to read files, alert.hpp for what comes out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "shrike/alert.hpp"
#include "shrike/error.hpp"
#include "shrike/geo_database.hpp"
#include "shrike/program.hpp"
#include "shrike/reader.hpp"
#include "shrike/value.hpp"

namespace shrike {

class JudgementObserver;  // runtime/judgement.hpp

/// When alerts are given (language manual, "Time and order").
enum class Decide : std::uint8_t {
  kEarly,  ///< at once; withdrawn when a late event makes them void
  kFinal,  ///< by finish(), in event order: only what stands
};

/// A lateness without bound: nothing is ever too late, and only Engine::advance() decides absences.
inline constexpr std::int64_t kUnlimitedLateness = INT64_MAX;

struct EngineOptions {
  Decide decide = Decide::kEarly;
  std::string tenant = {};              ///< of events that name none
  std::uint64_t max_steps = 1'000'000;  ///< simple instructions per rule and event; a rule that needs more is
                                        ///< stopped, the record a counted reject, other rules are judged
  std::size_t max_event_bytes = std::size_t{64} << 20;  ///< scratch memory per event
  std::size_t max_pending_bytes = std::size_t{64}
                                  << 20;  ///< alerts held in memory by kFinal; more go to a temporary file
  /// What rules may remember, and events that wait for their order (beyond it they go to a temporary file).
  /// When it is reached the keys that were used longest ago are forgotten, and counted.
  std::size_t memory = std::size_t{512} << 20;
  std::map<std::string, std::int64_t, std::less<>> lateness = {};  ///< by source, nanoseconds, for kEarly
  std::optional<std::int64_t> lateness_of_all = {};                ///< instead of what any source says
  std::size_t window_index_from =
      64;  ///< kept events of a key from which aggregates are kept up, not recounted
  std::shared_ptr<const GeoDatabase> geo = {};  ///< for asn() and geo(); without it they give missing
  std::vector<std::string> also_show = {};      ///< fields to put into Alert::show beside those of the rule
  ReadLimits limits = {};
  JudgementObserver* observer = nullptr;  ///< inside the project: told what is decided, for kFinal
};

/// Counters of what one rule remembers.
struct StateStats {
  std::uint64_t firings = 0;  ///< before exceptions; an event that is judged again counts again
  std::uint64_t dropped_by_exception = 0;
  std::uint64_t keyless = 0;           ///< events that took no part: a part of the key was missing or empty
  std::uint64_t keys_cut = 0;          ///< events with more combinations of list keys than allowed
  std::uint64_t partials_dropped = 0;  ///< partial matches beyond the limit per key
  std::uint64_t events_dropped = 0;    ///< kept events beyond the limit per key
  std::uint64_t evicted_keys = 0;      ///< forgotten for want of memory
  std::uint64_t undecided = 0;         ///< absences whose deadline lies beyond the end
  std::uint64_t out_of_steps = 0;      ///< judgements that needed more steps than allowed
};

/// Counters of a run.
struct EngineStats {
  std::uint64_t records = 0;                     ///< fed
  std::uint64_t events = 0;                      ///< taken by a source, with a time
  std::uint64_t unclaimed = 0;                   ///< taken by no source
  std::vector<std::uint64_t> by_source;          ///< per ProgramData::sources: records taken
  std::map<std::string, std::uint64_t> rejects;  ///< by name_of(RejectReason)
  std::uint64_t firings = 0;                     ///< before exceptions and quiet
  std::uint64_t dropped_by_exception = 0;
  std::map<std::string, std::uint64_t> met_expired;  ///< by title of an exception whose time is over: firings
                                                     ///< that it would have covered
  std::uint64_t quieted = 0;                         ///< firings that `quiet` held back
  std::uint64_t forgotten_quiet = 0;  ///< keys of `quiet` beyond the limit: they may give alerts again
  std::uint64_t duplicates = 0;       ///< firings of an event that had fired before
  std::uint64_t alerts = 0;           ///< open ones given
  std::uint64_t withdrawn = 0;
  // Of rules with state:
  std::uint64_t repeated_events = 0;    ///< told more than once
  std::uint64_t tenant_events = 0;      ///< kept by rules, that name their tenant
  std::uint64_t tenantless_events = 0;  ///< likewise, that name none: they are of EngineOptions::tenant
  std::string tenant_named;             ///< the first tenant that one named
  bool is_one_tenant = true;            ///< none of them named another
  std::uint64_t late_events = 0;        ///< later than their source's lateness: no state has them
  std::uint64_t future_events = 0;      ///< with a time far after their arrival
  std::uint64_t crowded_events = 0;     ///< left out, since too many events of the tenant had their time
  std::uint64_t forgotten_ids = 0;      ///< of events, for want of memory: told again they would count again
  std::uint64_t forgotten_tenants = 0;  ///< with all that was remembered of them, for want of memory
  std::map<std::string, StateStats> by_rule;
  /// Something was forgotten or left out that may have changed an alert.
  bool is_incomplete() const;
};

/// Runs one program over events. Not thread safe; engines may share a Program and run side by side.
class Engine {
 public:
  explicit Engine(Program program, EngineOptions options = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// Judges one record, a JSON object as UTF-8 text. A record that wraps a list ({"value":[…]}) counts as its
  /// elements. Returns the alerts to give now (kEarly); the span is valid until the next call. Errors:
  /// kFormat (bad record), kLimit; the engine stays usable.
  Expected<std::span<const Alert>> feed(std::string_view record, const RecordPlace& place = {});
  /// The same for a value in memory: feed_json(). feed_padded() takes text without copying, for text followed
  /// by kRecordPadding readable bytes.
  Expected<std::span<const Alert>> feed_padded(std::string_view padded_record, const RecordPlace& place);
  Expected<std::span<const Alert>> feed_json(const nlohmann::json& record, const RecordPlace& place = {});

  /// The alerts of the last feed, also of one that ended with an error: a rule may have fired before another
  /// reached a limit, and of a record that wraps a list the other elements may have. Valid until the next
  /// call.
  std::span<const Alert> given() const;

  /// Judges an event given as fields of a class instead of a record; class defaults are computed. Errors:
  /// kArgument for an unknown class or field, or a value of another type.
  using Fields = std::vector<std::pair<std::string, Value>>;
  Expected<std::span<const Alert>> feed_event(std::string_view event_class, const Fields& fields,
                                              const RecordPlace& place = {});

  /// Feeds an alert of a rule, for the rules that read it: fields of the event that made it fire, and
  /// `severity` and `score`. Errors: kArgument.
  Expected<std::span<const Alert>> feed_alert(std::string_view rule, const Fields& fields,
                                              const RecordPlace& place = {});

  /// kEarly: decides absences whose deadline is at or before `now` (nanoseconds since 1970, UTC), whatever
  /// may still come late.
  Expected<std::span<const Alert>> advance(std::int64_t now);

  /// When the records that follow arrive (nanoseconds since 1970, UTC). An event more than 10 minutes after
  /// it does not make others late. Without it no event is too far in the future.
  void set_arrival(std::int64_t now);

  /// Everything that the rules remember, for an engine that goes on; equal state gives equal bytes. To be
  /// called after finish() (kFinal) or between two feeds.
  std::string save_state() const;
  /// Reads it back into an engine that was fed nothing yet. What belonged to a rule that is gone or differs
  /// is left out. Errors: kFormat (damaged, or none), kVersion; then nothing is remembered.
  Expected<void> load_state(std::string_view bytes);

  /// Gives what is still held (kFinal: everything, in event order), calling `take` for each alert. The engine
  /// may be fed again after it. Errors: kIo when a temporary file failed.
  Expected<void> finish(const std::function<void(const Alert&)>& take);

  const EngineStats& stats() const;
  const Program& program() const;
  /// Why the last record was rejected; meaningful after feed() gave an error.
  RejectReason last_reject() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shrike
