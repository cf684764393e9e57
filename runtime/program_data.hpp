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
/// constants. Without guards, every event.
struct GuardData {
  std::uint32_t event_class = 0;
  std::uint32_t slot = kNoIndex;         ///< kNoIndex: no guard for this class
  std::vector<std::uint32_t> constants;  ///< strings or integers
  std::vector<std::uint32_t> lists;      ///< named lists; their values in any profile
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
  std::vector<ExceptionData> exceptions;
  std::vector<ProfileData> profiles;  ///< at least one
  std::vector<std::string> files;     ///< names, for positions
  std::uint32_t time_slot = kNoIndex, id_slot = kNoIndex, tenant_slot = kNoIndex;
};

}  // namespace shrike
