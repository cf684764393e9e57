// From a condition that held to a firing: exceptions, score, message, values, responses, evidence. Used by
// engine.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "runtime/firing.hpp"
#include "runtime/vm.hpp"

namespace shrike {

/// What an exception did about a firing.
enum class ExceptionEffect : std::uint8_t {
  kNone,     ///< does not cover the event
  kLowered,  ///< changes the score
  kDropped,
  kExpired,  ///< would cover the event, but its time is over
};

/// The score of an alert whose rule says none, by severity.
inline constexpr int kScoreOf[] = {10, 30, 55, 80, 95};

/// What an alert is about, beside what its rule says.
struct AlertSubject {
  std::string event_class, event_id;  ///< of the event that fired
  std::int64_t time = 0;              ///< of the alert: the event's, or the deadline of an absence
  std::vector<Evidence> evidence;     ///< in the order of events, or of steps
  std::vector<std::string> key_names;
  std::vector<Value> key_values;  ///< one per name
  std::string key_identity;       ///< bytes that tell the key apart; empty for rules without keys
};

class AlertBuilder {
 public:
  /// All arguments must outlive the builder; the event is the one that fired.
  AlertBuilder(const Program& program, Vm& vm, EventState& event, std::uint32_t rule,
               std::span<const std::string> also_show);

  /// Applies the exceptions of the rule that cover the event of an alert of that time. False: the alert is
  /// dropped. Those that would have covered it, but are past their end, are counted by title.
  bool passes_exceptions(std::int64_t time, std::map<std::string, std::uint64_t>& met_expired);

  Firing build(AlertSubject subject);

 private:
  ExceptionEffect apply(const ExceptionData& exception, std::int64_t time);
  int score();
  void add_message(Alert& alert);
  void add_show(Alert& alert);
  void add_rule_show(Alert& alert);
  void add_responses(Alert& alert);
  void add_blind(Alert& alert);
  void add_quiet(Firing& firing);

  const Program& program_;
  std::span<const std::string> also_show_;
  const std::uint32_t rule_index_;
  const RuleData& rule_;
  Vm& vm_;
  EventState& event_;
  double adjustment_ = 0;  ///< of exceptions that lower the score
};

/// A value as a sentence shows it: text as it is, lists joined with commas, "?" for missing.
std::string spoken(const Value& value);

/// A value as JSON of an alert.
nlohmann::ordered_json json_of(const Value& value);

}  // namespace shrike
