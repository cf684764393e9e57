// Aggregates that are kept up instead of counted anew, for keys with many events: the window of one judged
// event moves along the kept events, forwards and back, and each step costs no more than a logarithm. Used by
// window_rule.cpp; what it cannot answer is counted by aggregates.cpp, which is also what it is tested
// against.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/state/kept_events.hpp"

namespace shrike {

class WindowIndex {
 public:
  /// `event` is one of the key's; numbers that depend on the event are taken from it.
  WindowIndex(const StateData& state, std::int64_t within, std::uint32_t profile, RowJudge& judge,
              EventState& event);
  ~WindowIndex();

  /// Makes an aggregate's window that of the event at `at`. What is asked of it below is asked for that
  /// event.
  void move_to(std::uint32_t aggregate, const KeptEvents& events, std::size_t at);
  /// Lets go of every event from `at` on, before one comes or goes there.
  void let_go_from(const KeptEvents& events, std::size_t at);
  /// Lets go of the first `count` events, before they go.
  void let_go_of_first(const KeptEvents& events, std::size_t count);

  /// What an aggregate asks beside what is kept.
  struct Arguments {
    std::string_view identity = {};  ///< of the event's own value, for `new`
    double percentage = 0;
    std::int64_t bucket = 0;  ///< nanoseconds
  };

  /// Whether it knows the answer of an aggregate.
  bool answers(std::uint32_t aggregate, const Arguments& arguments) const;
  Value answer(std::uint32_t aggregate, const KeptEvents& events, std::size_t at, const Arguments& arguments,
               Arena& arena) const;

  /// Events in an aggregate's window, counted from the first that the key ever kept.
  using Places = std::deque<std::uint64_t>;
  /// Of any other aggregate whose events are evidence: those that count, in order.
  const Places& places(std::uint32_t aggregate) const;
  /// Of an aggregate with `this`: visits the events in its window that have that key (see
  /// AggregateData::scan_key; empty where it has none), those together that look alike to it.
  void for_each_group(std::uint32_t aggregate, const std::string& key,
                      const std::function<void(const Places&)>& visit) const;
  /// The number of events that went from the front: what is to be taken from a place.
  std::uint64_t gone() const { return gone_; }

  std::size_t bytes() const;

 private:
  class Site;

  RowJudge& judge_;
  std::vector<std::unique_ptr<Site>> sites_;
  std::vector<std::uint32_t> site_of_;  ///< per ProgramData::aggregates; kNoIndex: none
  std::uint64_t gone_ = 0;              ///< events that went from the front
};

}  // namespace shrike
