// The one table of aggregates: functions over kept events (language manual, "State"). Checker, code
// generator, disassembler and the engine read it: a new one is a row here and a case in
// runtime/state/aggregates.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "runtime/program_data.hpp"

namespace shrike {

enum class AggregateArguments : std::uint8_t {
  kNone,
  kOneOrNone,  ///< nothing, or a step
  kOne,
  kSome,
  kValueAndNumber,
  kDurationAndNumber,
};

struct AggregateRow {
  Aggregate function;
  std::string_view name;
  AggregateArguments arguments;
  bool where;         ///< takes `where`
  bool last;          ///< takes `last`
  bool has_column;    ///< reads something of every kept event
  bool foldable;      ///< an event between two equal ones changes no answer
  bool shows_events;  ///< what it counts is evidence of the alert
  std::string_view help;
};

inline constexpr std::array<AggregateRow, 17> kAggregates{{
    {Aggregate::kCount, "count", AggregateArguments::kOneOrNone, true, true, true, false, true, "how many"},
    {Aggregate::kDistinct, "distinct", AggregateArguments::kSome, true, true, true, true, true,
     "how many different (combined) values"},
    {Aggregate::kValues, "values", AggregateArguments::kOne, true, true, true, true, true,
     "the different values, first kept first"},
    {Aggregate::kSum, "sum", AggregateArguments::kOne, true, true, true, false, true, "their sum"},
    {Aggregate::kMin, "min", AggregateArguments::kOne, true, true, true, true, false, "the least"},
    {Aggregate::kMax, "max", AggregateArguments::kOne, true, true, true, true, false, "the greatest"},
    {Aggregate::kAvg, "avg", AggregateArguments::kOne, true, true, true, false, true, "the mean"},
    {Aggregate::kPercentile, "percentile", AggregateArguments::kValueAndNumber, true, true, true, false,
     false, "the least value that so many percent do not exceed"},
    {Aggregate::kFirst, "first", AggregateArguments::kOne, true, true, true, true, true,
     "of the earliest event"},
    {Aggregate::kPrev, "prev", AggregateArguments::kOne, true, true, true, true, true,
     "of the newest event before this one"},
    {Aggregate::kNew, "new", AggregateArguments::kSome, true, true, true, true, false,
     "whether this (combined) value was not kept before"},
    {Aggregate::kSpan, "span", AggregateArguments::kNone, true, true, true, false, true,
     "time from the first to the newest event"},
    {Aggregate::kRegularity, "regularity", AggregateArguments::kNone, true, true, true, false, true,
     "coefficient of variation of the gaps"},
    {Aggregate::kAge, "age", AggregateArguments::kNone, false, false, false, false, false,
     "time since the key has been kept without a break"},
    {Aggregate::kWatched, "watched", AggregateArguments::kNone, false, false, false, true, false,
     "time since the rule first saw the tenant"},
    {Aggregate::kUsualCount, "usual_count", AggregateArguments::kDurationAndNumber, true, false, true, false,
     false, "percentile of the counts of the hours (days, …) before this one that had any"},
    {Aggregate::kStepCount, "count of step", AggregateArguments::kOne, false, false, false, false, false,
     "events that stand for a step"},
}};

constexpr const AggregateRow& row_of(Aggregate function) {
  return kAggregates[static_cast<std::size_t>(function)];
}

/// The row that rules name so, or null.
constexpr const AggregateRow* find_aggregate(std::string_view name) {
  for (const AggregateRow& row : kAggregates) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace shrike
