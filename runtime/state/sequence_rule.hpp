// `sequence` and `together`: partial matches per key (language manual, "Steps"). Rows that come in order are
// matched once; one that comes late, or is taken out, has the rows of its key since the horizon matched
// again.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/state/rule_state.hpp"
#include "runtime/state/step_matcher.hpp"
#include "runtime/state/step_progress.hpp"

namespace shrike {

class SequenceRule : public RuleState {
 public:
  SequenceRule(const StateData& state, std::string tenant, std::uint32_t profile, RowJudge& judge,
               StateStats& counts);

  void apply(std::span<const RowChange> changes, const GiveFiring& give) override;
  void advance(std::int64_t now, const GiveFiring& give) override;
  std::int64_t next_deadline() const override;
  std::uint64_t undecided() const override;
  void settle(std::int64_t horizon) override;
  std::size_t bytes() const override { return bytes_; }
  std::uint64_t oldest_use(bool in_progress) const override;
  void evict_oldest(bool in_progress) override;
  void save(std::string& out) const override;
  bool load(BytesReader& bytes, const RowLayouts& layouts) override;

 private:
  /// What was told of one completing event.
  struct Told {
    std::vector<Row> events;           ///< of the match, by step
    std::optional<Standing> standing;  ///< nothing when an exception dropped it
  };
  using ToldByEvent = std::map<Row, Told, ByEvent>;
  using UseOrder = std::map<std::uint64_t, const std::string*>;  ///< by number of the use
  using Times = std::set<std::pair<std::int64_t, const std::string*>>;

  struct KeyState {
    std::vector<HeldRow> rows;        ///< in order; what comes late may lie between them
    Matches settled;                  ///< of what was before `rows`
    Matches before;                   ///< of all rows before the time of the newest
    Matches now;                      ///< of all rows
    std::int64_t newest = INT64_MIN;  ///< time since which `before` lacks rows
    std::int64_t since = INT64_MIN;   ///< rows before it are not taken any more
    ToldByEvent told;
    std::uint64_t used = 0;  ///< number of the use
    std::size_t bytes = 0;
    std::int64_t due = INT64_MAX;       ///< when settle() looks at the key
    std::int64_t deadline = INT64_MAX;  ///< the earliest not decided
    bool in_progress = false;           ///< a step has matched
  };
  using Keys = std::unordered_map<std::string, KeyState>;
  /// Per key the earliest time at which rows came or went.
  using Dirty = std::map<std::string, std::int64_t>;

  void take(const RowChange& change, Dirty& dirty);
  void add(const std::string& identity, HeldRow held, Dirty& dirty);
  void remove(const std::string& identity, const EventRow& row, Dirty& dirty);
  Matches nothing() const;
  void match_from(const std::string& identity, KeyState& key, std::int64_t time, const GiveFiring& give);
  /// What stands of the events from `time` on: tells how it differs from what was told.
  void tell(const std::string& identity, KeyState& key, const Completed& complete, std::int64_t time,
            const GiveFiring& give);
  void tell_decided(const std::string& identity, KeyState& key, const GiveFiring& give);
  std::optional<Standing> standing_for(const std::string& identity, const Partial& match,
                                       const ChosenEvents& events);
  std::vector<Evidence> evidence_of(const ChosenEvents& events) const;
  void settle_key(const std::string& identity, KeyState& key, std::int64_t horizon);
  /// Keeps what is known about the key; forgets it when it holds nothing.
  void review(Keys::iterator entry);
  void forget(Keys::iterator entry);
  bool load_key(BytesReader& bytes, const RowLayouts& layouts);
  static std::size_t size_of(const std::string& identity, const KeyState& key);

  void tell_judgement(const std::string& identity, const Partial& match, const EventRow& row,
                      std::span<const Evidence> matched, const Key& key, const Firing* firing);

  StepMatcher matcher_;
  StepView view_;
  std::unique_ptr<StepProgress> progress_;  ///< null when nobody listens
  Keys keys_;
  UseOrder idle_, in_progress_;  ///< of keys
  Times due_, deadlines_;
  std::int64_t horizon_ = INT64_MIN;
  std::int64_t decided_ = INT64_MIN;  ///< deadlines until then are decided
  std::size_t bytes_ = 0;
  EventState& event_ = judge_.event();
};

}  // namespace shrike
