// From a condition that held to a firing: exceptions, score, message, values, responses, evidence. Used by
// engine.cpp.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/firing.hpp"
#include "runtime/vm.hpp"
#include "shrike/reader.hpp"

namespace shrike {

/// What an exception did about a firing.
enum class ExceptionEffect : std::uint8_t {
  kNone,     ///< does not cover the event
  kLowered,  ///< changes the score
  kDropped,
  kExpired,  ///< would cover the event, but its time is over
};

class AlertBuilder {
 public:
  /// All arguments must outlive the builder; the event is the one that fired.
  AlertBuilder(const Program& program, Vm& vm, EventState& event, std::uint32_t rule);

  /// Applies an exception of the rule if it covers the event.
  ExceptionEffect apply(const ExceptionData& exception);

  /// `record` stands for the event where it has no id; `newest` is the time of the newest event seen,
  /// INT64_MIN where lateness plays no part.
  Firing build(std::string_view record, const RecordPlace& place, std::int64_t newest);

 private:
  int score();
  void add_message(Alert& alert);
  void add_show(Alert& alert);
  void add_responses(Alert& alert);
  void add_blind(Alert& alert);
  void add_quiet(Firing& firing);

  const Program& program_;
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
