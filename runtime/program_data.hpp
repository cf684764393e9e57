// The data of a program: what the compiler fills and Program::seal() verifies. Indices are into the vectors
// of ProgramData. Not installed: embedders see Program only. Read next: opcodes.hpp for the instructions.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/opcodes.hpp"
#include "shrike/program.hpp"
#include "shrike/value.hpp"

namespace shrike {

struct ConstantData {
  struct Address {
    IpAddress address;
  };
  struct Network {
    IpAddress address;
    std::uint8_t bits;
  };
  struct Time {
    std::int64_t nanoseconds;
  };
  struct Duration {
    std::int64_t nanoseconds;
  };
  struct List {
    std::vector<std::uint32_t> items;
  };  ///< constants with lower indices
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Address, Network, Time, Duration,
               List>
      value;
  bool folded = false;  ///< a string that is in folded form already
};

/// A piece of code that gives a value or decides a condition. Units only read slots whose units come before
/// them.
struct UnitData {
  std::uint32_t first = 0;  ///< into code
  std::uint32_t count = 0;
  std::uint16_t registers = 0;
  std::uint32_t source = kNoIndex;  ///< source the unit belongs to; kNoIndex: reads slots of whatever source
  std::uint64_t cost = 0;           ///< worst case, in simple instructions; the verifier computes it again
};

/// A field of events, or a `let` (then `name` is "rule.name" and no class has it).
struct SlotData {
  std::string name;
  Type type;
};

struct ClassData {
  std::string name, title;
  std::vector<std::uint32_t> slots;  ///< its fields
  std::vector<std::uint32_t> kept;   ///< those that rules with state look at, ascending
};

struct SourceData {
  std::string name;
  std::uint32_t event_class = 0;
  std::int64_t order = 0;
  std::int64_t lateness = 0;  ///< nanoseconds
  std::uint32_t accept =
      kNoIndex;  ///< unit, a condition; kNoIndex: only the program itself feeds it (tests, alerts)
  std::vector<std::uint32_t> units;  ///< per slot: the unit that computes it, or kNoIndex
};

struct UnwrapData {
  std::string name;
  std::uint32_t accept = kNoIndex;  ///< unit, a condition
  std::uint32_t path =
      kNoIndex;  ///< raw path of what stands in the record's place (an object, or an object in a string)
};

struct NamedListData {
  std::string name;
  TypeKind element = TypeKind::kString;
};
struct ParamData {
  std::string rule, name;
  Type type;
};
struct TableData {
  std::string name;
  TypeKind key = TypeKind::kString, value = TypeKind::kString;
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      entries;  ///< constants: key (kString: folded; kCidr), value
};
struct RegexData {
  std::string pattern;
  bool cased = false;
};

/// What a tenant's settings give. profiles[0] holds for every tenant that has no profile of its own.
struct ProfileData {
  std::string tenant;
  std::vector<std::uint32_t> lists;     ///< per named list: constant, a list
  std::vector<std::uint32_t> params;    ///< per parameter: constant
  std::vector<std::uint32_t> disabled;  ///< rules
};

struct ShowData {
  std::string name;
  Type type;
};
struct RespondData {
  std::string action;             ///< row of response_actions()
  std::uint32_t unit = kNoIndex;  ///< gives the packed arguments, or missing when its `if` does not hold
};

/// For the candidate index: the rule can only fire on events of `event_class` whose slot holds one of the
/// constants (never, where there is none). Without guards, every event.
struct GuardData {
  std::uint32_t event_class = 0;
  std::uint32_t slot = kNoIndex;         ///< kNoIndex: no guard for this class
  std::vector<std::uint32_t> constants;  ///< strings or integers
  std::vector<std::uint32_t> lists;      ///< named lists; their values in any profile
};

/// A length of time: a constant, or what a parameter says for the tenant.
struct DurationData {
  std::int64_t nanoseconds = 0;
  std::uint32_t param = kNoIndex;  ///< parameter that gives it instead
};

/// Functions over kept events (language manual, "State").
enum class Aggregate : std::uint8_t {
  kCount,
  kDistinct,
  kValues,
  kSum,
  kMin,
  kMax,
  kAvg,
  kPercentile,
  kFirst,
  kPrev,
  kNew,
  kSpan,
  kRegularity,
  kAge,
  kWatched,
  kUsualCount,
  kStepCount,  ///< `count(STEP)`: events that stand for a step
};

/// What aggregates read of every kept event: a row of values, or nothing where `where` does not hold.
/// Computed once, when the event is kept.
struct ColumnData {
  std::uint32_t values = kNoIndex;  ///< unit giving a pack; kNoIndex: the event itself is all that counts
  std::uint32_t where = kNoIndex;   ///< unit, a condition; kNoIndex: always
  std::vector<std::uint8_t> cased;  ///< per value: whether letter case matters
  bool told_apart = false;          ///< something asks which values are equal
  bool keeps_missing = false;       ///< a missing value does not leave the event out
};

/// One use of an aggregate.
struct AggregateData {
  Aggregate function = Aggregate::kCount;
  std::uint32_t state = 0;          ///< into ProgramData::states
  std::uint32_t column = kNoIndex;  ///< into the state's columns; kStepCount: the step
  DurationData last;                ///< 0: the whole window
  std::uint32_t values = kNoIndex;  ///< unit giving a pack: the arguments for the newest event (kNew)
  std::uint32_t number = kNoIndex;  ///< unit: the percentage of kPercentile and kUsualCount
  std::uint32_t bucket = kNoIndex;  ///< unit: the duration of kUsualCount
  /// With `this` in `where`, the column holds the slots of `scan_slots`; these units run on each kept event.
  std::vector<std::uint32_t> scan_slots;
  std::uint32_t scan_where = kNoIndex;   ///< unit, a condition
  std::uint32_t scan_values = kNoIndex;  ///< unit giving a pack, or kNoIndex
  /// Which kept events need be asked; these units run on the newest event, which is `this` too.
  std::uint32_t scan_until = kNoIndex;     ///< unit: only events before this time count; kNoIndex: all
  std::uint32_t scan_key = kNoIndex;       ///< unit: events with another value there do not count
  std::uint32_t scan_key_slot = kNoIndex;  ///< where: index into scan_slots
};

/// Events that a rule with state takes: its `on`, or one step.
struct InputData {
  std::string step;                    ///< name, empty for `on`
  std::vector<std::uint32_t> classes;  ///< events of these classes
  std::vector<std::uint32_t> alerts;   ///< alerts of these rules
  std::vector<GuardData> guards;       ///< one per class
  std::uint32_t filter = kNoIndex;     ///< unit, a condition that reads no step; kNoIndex: always
  std::uint32_t keys = kNoIndex;       ///< unit giving a pack; kNoIndex: no keys
  bool absent = false;                 ///< `not`
  std::uint32_t where = kNoIndex;      ///< unit, what reads steps before it; kNoIndex: nothing does
  std::int64_t times = 1;              ///< of steps
  std::uint32_t times_param = kNoIndex;
  DurationData times_in, within;  ///< 0: not limited
  /// Per input, as bits: its condition reads this step. All where that is not known.
  std::uint64_t read_by = ~std::uint64_t{0};
  std::vector<std::uint32_t> read_slots;  ///< what they read of it; empty: perhaps everything
};

enum class StateKind : std::uint8_t {
  kEvent,     ///< judges one event, for rules that read its alerts
  kWindow,    ///< `each` and `when`
  kSequence,  ///< `sequence`
  kTogether,  ///< `together`
};

/// What a rule remembers. Rules stand after those whose alerts they read.
struct StateData {
  StateKind kind = StateKind::kEvent;
  std::uint32_t rule = 0;
  DurationData within;
  std::vector<std::string> key_names;
  std::vector<std::uint32_t> key_slots;  ///< per key: slot by which expressions read it
  std::vector<std::uint8_t> key_cased;   ///< per key: whether letter case matters
  std::vector<InputData> inputs;         ///< one for `on`, or one per step
  std::vector<ColumnData> columns;
  std::uint32_t when = kNoIndex;     ///< unit, a condition
  bool reads_steps_in_lets = false;  ///< a `let` of the rule looks at steps
  std::string
      fingerprint;  ///< of what decides which events are kept and how; kept state of another is of no use
};

struct RuleData {
  std::string name, title, doc;
  Severity severity = Severity::kMedium;
  std::vector<std::string> attack, tags, refs, known_false;
  std::vector<std::uint32_t> classes;
  std::vector<GuardData> guards;        ///< one per class
  std::uint32_t where = kNoIndex;       ///< unit; kNoIndex: always
  std::uint32_t score = kNoIndex;       ///< unit giving an int or float, kNoIndex: by severity
  std::vector<std::string> say;         ///< literal pieces around the values of `say_values`
  std::uint32_t say_values = kNoIndex;  ///< unit giving a pack
  std::vector<ShowData> show;
  std::uint32_t show_values = kNoIndex;  ///< unit giving a pack
  std::int64_t quiet = 0;                ///< nanoseconds, 0: none
  std::uint32_t quiet_param = kNoIndex;  ///< parameter that gives it instead
  std::uint32_t quiet_keys = kNoIndex;   ///< unit giving a pack
  std::vector<RespondData> respond;
  std::vector<std::uint32_t> slots;  ///< fields the rule relies on, for `blind`
  bool silent = false;               ///< gives no alert of its own: other rules read it
  std::uint32_t state =
      kNoIndex;  ///< into ProgramData::states; kNoIndex: judges one event, nothing reads its alerts
  std::uint32_t file = 0, line = 0;  ///< where it stands
};

struct ExceptionData {
  std::uint32_t rule = 0;
  std::string title, owner, tenant;  ///< tenant empty: every tenant
  std::uint32_t where = kNoIndex;    ///< unit; kNoIndex: always
  bool drop = false;
  std::uint32_t score = kNoIndex;  ///< unit giving a number that is added
  std::int64_t until = INT64_MAX;  ///< first moment at which it does nothing any more
};

/// Source position of an instruction.
struct PositionData {
  std::uint32_t file = 0, line = 0, column = 0;
};

struct ProgramData {
  std::vector<ConstantData> constants;
  std::vector<SlotData> slots;
  std::vector<ClassData> classes;
  std::vector<SourceData> sources;  ///< sorted by order, then name
  std::vector<UnwrapData> unwraps;
  std::vector<std::vector<std::string>> paths;
  std::vector<NamedListData> lists;
  std::vector<ParamData> params;
  std::vector<TableData> tables;
  std::vector<RegexData> regexes;
  std::vector<std::string>
      functions;  ///< signatures of built-ins that the code calls; kCall's x indexes this table
  std::vector<Instruction> code;
  std::vector<PositionData> positions;  ///< one per instruction
  std::vector<UnitData> units;
  std::vector<RuleData> rules;  ///< sorted by name
  std::vector<StateData> states;
  std::vector<AggregateData> aggregates;
  std::vector<ExceptionData> exceptions;
  std::vector<ProfileData> profiles;  ///< at least one
  std::vector<std::string> files;     ///< names, for positions
  std::uint32_t time_slot = kNoIndex, id_slot = kNoIndex, tenant_slot = kNoIndex;
  /// What an alert says of itself where it is read as an event: `rule`, `severity`, `score`; kNoIndex when no
  /// rule reads alerts.
  std::uint32_t alert_rule_slot = kNoIndex, alert_severity_slot = kNoIndex, alert_score_slot = kNoIndex;
};

}  // namespace shrike
