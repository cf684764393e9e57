// The engine: records in, alerts out.
//   shrike::Engine engine(program);
//   auto alerts = engine.feed(R"({"CreationTime": …})");
// Read next: reader.hpp to read files, alert.hpp for what comes out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "shrike/alert.hpp"
#include "shrike/error.hpp"
#include "shrike/program.hpp"
#include "shrike/reader.hpp"
#include "shrike/value.hpp"

namespace shrike {

/// When alerts are given (language manual, "Time and order").
enum class Decide : std::uint8_t {
  kEarly,  ///< at once; withdrawn when a late event makes them void
  kFinal,  ///< by finish(), in event order: only what stands
};

struct EngineOptions {
  Decide decide = Decide::kEarly;
  std::string tenant = {};              ///< of events that name none
  std::uint64_t max_steps = 1'000'000;  ///< simple instructions per rule and event; a rule that needs more is
                                        ///< stopped, the record a counted reject, other rules are judged
  std::size_t max_event_bytes = std::size_t{64} << 20;  ///< scratch memory per event
  std::size_t max_pending_bytes = std::size_t{64}
                                  << 20;  ///< alerts held in memory by kFinal; more go to a temporary file
  ReadLimits limits = {};
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
  std::uint64_t duplicates = 0;                      ///< firings of an event that had fired before
  std::uint64_t alerts = 0;                          ///< open ones given
  std::uint64_t withdrawn = 0;
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

  /// Gives what is still held (kFinal: everything, in event order), calling `take` for each alert. The engine
  /// may be fed again after it. Errors: kIo when a temporary file failed.
  Expected<void> finish(const std::function<void(const Alert&)>& take);

  /// A field of the event judged last, computed now if need be; missing where the event has none, or where
  /// the program was compiled without that field. Valid until the next call of feed.
  Value field(std::string_view name);

  const EngineStats& stats() const;
  const Program& program() const;
  /// Why the last record was rejected; meaningful after feed() gave an error.
  RejectReason last_reject() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shrike
