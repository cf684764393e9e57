// Events of classes as a log of a test holds them: names and values, without a model.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/reference/evaluator.hpp"

namespace shrike::reference {

struct LoggedEvent {
  std::string event_class;
  std::vector<std::pair<std::string, RefValue>> fields;  ///< `time` and `id` among them

  const RefValue* find(const std::string& name) const;
};

/// The same for the reference evaluator. Fields that the class lacks are left out.
RefEvent to_event(const Model& model, const LoggedEvent& event);
std::vector<RefEvent> to_events(const Model& model, const std::vector<LoggedEvent>& events);

/// The time of the newest event; INT64_MIN when there is none.
std::int64_t newest_time(const std::vector<LoggedEvent>& events);

/// One line, for messages of tests.
std::string describe(const LoggedEvent& event);

}  // namespace shrike::reference
