// Random rules with state and logs for them, to compare the engine with the matcher. Deterministic from a
// seed. The rules are well typed and draw on every construct of the manual's sections 5, 6 and 8; the logs
// hold few different values and many equal times, so that most rules fire.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "tests/reference/state_log.hpp"

namespace shrike::reference {

class StateGenerator {
 public:
  explicit StateGenerator(std::uint64_t seed) : random_(seed) {}

  /// A rule file: classes `signin` and `audit`, a source for each (of records as record_of() writes them),
  /// one to five rules named r0, r1, … and exceptions. A rule with a list as key is read by no other, since
  /// its alerts on one event have no order among each other.
  std::string file();

  /// That many different events, in event order but for ties, some of them told twice.
  std::vector<LoggedEvent> log(unsigned events);

 private:
  /// What bare names may mean: fields of these classes, and what alerts tell of themselves.
  struct Scope {
    bool signin = false, audit = false, alerts = false;
    std::vector<unsigned> rules;  ///< whose alerts are read
    void add(const Scope& other);
  };
  struct Name {
    std::string text;
    Scope scope;  ///< of a step
  };
  enum class Type { kText, kInt, kFloat, kBool, kIp, kTime, kDuration, kTexts };
  /// A rule written so far.
  struct Written {
    Scope alert;  ///< what its alerts give to others
    bool readable = true;
  };
  /// The rule at hand.
  struct Draft {
    unsigned number = 0;
    std::string params, lets;
    Scope scope;                               ///< of `on`
    std::vector<std::string> text_keys;        ///< named keys that are texts
    std::vector<std::string> keys;             ///< as they are called after steps
    std::vector<std::string> bool_lets;        ///< that look at one event
    std::vector<std::string> int_lets;         ///< that hold aggregates or look at steps
    std::vector<std::string> ints, durations;  ///< parameters
    std::vector<Name> steps;                   ///< those that may be looked at
    bool list_key = false;
  };

  void begin(unsigned number);
  std::string single_rule();
  std::string each_rule();
  std::string step_rule();
  std::string step(bool absent, bool within, std::size_t keys, Scope& scope, const std::string& name);
  std::string classes(Scope& scope);
  std::string keys(std::vector<std::string>& printed, std::size_t& count);
  std::string outputs(const std::vector<std::string>& quiet_keys);
  std::string finish(const std::string& kind, const std::string& body,
                     const std::vector<std::string>& quiet_keys);
  std::string exceptions();

  /// A field of that type, or none (empty).
  std::string field(const Scope& scope, Type type);
  std::string any_field(const Scope& scope);
  std::string event_test(const Scope& scope);
  std::string event_condition(const Scope& scope);
  std::string step_test(const Scope& scope);
  /// `FIRST where … last …`, each part there or not, in parentheses.
  std::string filtered(const std::string& first, bool last_too = true);
  std::string int_aggregate();
  std::string state_test();
  /// What `score`, `say` and exceptions may ask, be it of a rule with steps or without.
  std::string output_test();
  std::string output_int();
  std::string output_value();

  std::string duration(bool short_one = true);
  std::string number(unsigned limit);
  std::string text_of(const std::string& field);
  RefValue value_of(const std::string& field);

  std::string pick(std::initializer_list<const char*> options);
  const std::string& pick(const std::vector<std::string>& options) {
    return options[below(static_cast<unsigned>(options.size()))];
  }
  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_); }
  bool chance(unsigned percent) { return below(100) < percent; }

  std::mt19937_64 random_;
  bool two_classes_ = true;
  std::vector<Written> written_;
  Draft draft_;
  bool has_steps_ = false;
};

/// The event as a JSON record for the sources of the generated files.
std::string record_of(const LoggedEvent& event);

}  // namespace shrike::reference
