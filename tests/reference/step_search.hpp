// Matches of `sequence` and `together` (language manual, section 6), found by trying. Used by
// state_matcher.cpp.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tests/reference/evaluator.hpp"

namespace shrike::reference {

/// An event under one of its keys.
struct Entry {
  const Seen* seen = nullptr;
  std::vector<RefValue> keys;     ///< as the event spells them
  std::vector<std::string> text;  ///< as keys are compared, the tenant first
};

/// The order of events: time, class, id; alerts after their event, by rule.
bool before(const Seen& a, const Seen& b);
/// Whether the two are one event; an alert counts as the event that made its rule fire.
bool same_event(const Seen& a, const Seen& b);

/// The steps that a condition looks at, through `let`s as well.
std::set<std::uint32_t> steps_of(const ast::Expr* condition, const ast::Rule& rule);

/// How matches are looked for: all that could be one are tried, or those that cannot become one are left
/// early. Both must give the same.
enum class Trying : std::uint8_t { kEverything, kLeavingEarly };

class StepSearch {
 public:
  /// What stands for each step, in event order; nothing for an absence.
  using Match = std::vector<std::vector<const Entry*>>;

  /// For every step what may stand for it under one key, in event order: conditions that look at no other
  /// step have been asked. The arguments must outlive the search.
  StepSearch(Evaluator& evaluator, const ast::Rule& rule, const std::vector<std::vector<Entry>>& candidates,
             Trying trying);

  /// Of the matches that this event completes the newest. Empty when there is none.
  Match completed_by(const Seen& last);

 private:
  /// A place in the match; slots stand from the last step to the first, each step's newest event first.
  struct Slot {
    std::uint32_t step;
    std::int64_t nth;
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  /// Whether what is chosen is a match that `last_` completes: the definition, sentence by sentence.
  bool is_match();
  void choose(std::size_t slot);
  bool may_stand(const Slot& slot, const Seen& seen) const;
  bool conditions_hold(std::uint32_t assigned);
  bool condition_holds(std::size_t step);
  bool is_absent(std::size_t step);
  Scene scene_of(const Entry& entry) const;
  std::size_t neighbour(std::size_t step, int direction) const;
  std::int64_t times_of(std::size_t step) const;

  Evaluator& evaluator_;
  const ast::Rule& rule_;
  const std::vector<std::vector<Entry>>& candidates_;
  const bool together_;
  const Trying trying_;
  std::vector<Slot> slots_;
  std::vector<std::set<std::uint32_t>> looks_at_;  ///< by step
  const Seen* last_ = nullptr;                     ///< the completing event
  Match chosen_;                                   ///< by step, newest first
  Match newest_;                                   ///< of the matches found
};

/// Compares the last steps first, of each its newest event first.
bool is_newer(const StepSearch::Match& match, const StepSearch::Match& other);

}  // namespace shrike::reference
