// The one table of built-in functions: name, typed signature, cost, help, example, implementation. The
// checker, the VM, the manual and completion read it. A new function is a row in a runtime/functions/*.cpp
// table and its implementation there.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/arena.hpp"
#include "runtime/json.hpp"
#include "shrike/value.hpp"

namespace shrike {

class GeoCache;  // runtime/geo/geo_cache.hpp: network, country and place of addresses

/// What ua() said of user agents: few different ones come again and again, and looking for all marks is dear.
struct ClientCache {
  struct Answer {
    std::string agent;  ///< empty: none yet
    Client client;      ///< texts are those of the marks
  };
  std::vector<Answer> answers;  ///< each agent has one place; empty until the first
};

/// What a function may use besides its arguments. Owned by the engine; valid for the event.
struct CallContext {
  Arena& arena;
  JsonDecoder& json;
  GeoCache* geo = nullptr;  ///< null: asn(), geo() give missing
  ClientCache clients = {};
};

/// Called with exactly the declared number of arguments (optional ones that were left out are missing
/// values), each of the declared kind or missing. Rows are not called at all when a required argument is
/// missing, unless `takes_missing`. Must not throw.
using FunctionBody = Value (*)(CallContext&, std::span<const Value> arguments);

struct FunctionRow {
  /// As the manual shows it: "network(address: ip, bits?: int): cidr". Types of the language; T stands for
  /// any one type; `?` marks an optional argument. A name may have several rows (overloads) that differ in
  /// argument types.
  std::string_view signature;
  FunctionBody body;
  std::uint16_t cost;        ///< in units of one simple instruction
  bool takes_missing;        ///< true for filled(), flatten(), …
  std::string_view help;     ///< one sentence
  std::string_view example;  ///< "lower(\"ABC\") == \"abc\"", run by a test
};

/// All built-in functions, in the order of the manual; index of a row is stable within a build and bound to
/// its signature in saved programs.
std::span<const FunctionRow> functions();

/// The part of a signature before '('.
std::string_view name_of(const FunctionRow& row);

/// A signature taken apart; T is written as TypeKind::kNone with element kNone and depth 0.
struct Signature {
  struct Parameter {
    std::string_view name;
    Type type;
    bool optional = false;
    bool generic = false;  ///< mentions T
  };
  std::string_view name;
  Parameter parameters[6];
  unsigned parameter_count = 0;
  Type result;
  bool result_generic = false;
};
Signature signature_of(const FunctionRow& row);

/// A row made ready to be called: the wrapper around every body. Cheap to keep, immutable.
struct Callable {
  const FunctionRow* row = nullptr;
  unsigned parameter_count = 0;
  /// Per parameter, bit K: an argument of Kind K is passed on as it is.
  std::array<std::uint16_t, 6> passes{};
  unsigned required = 0;  ///< parameters that are not optional
  Signature signature;

  bool passes_missing(unsigned parameter) const { return (passes[parameter] & 1) != 0; }

  explicit Callable(const FunctionRow& function);
};

/// The row with exactly that signature, or null when this build has none.
const FunctionRow* find_function(std::string_view signature);

/// Calls a function: arguments that are not of the declared type count as missing, ints widen to float, lists
/// lose elements of other types, optional arguments that were left out are missing. Missing when a required
/// argument is.
Value call(const Callable& function, CallContext& context, std::span<const Value> arguments);

}  // namespace shrike
