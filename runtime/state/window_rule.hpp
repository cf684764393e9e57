// `each KEY within DUR … when`: the events kept of every key, and the aggregates over them (language manual,
// "State"). An event that comes in order is judged once; one that comes late is put in its place, and the
// later events of its key are judged again.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/state/aggregates.hpp"
#include "runtime/state/key_store.hpp"
#include "runtime/state/rule_state.hpp"

namespace shrike {

class WindowRule : public RuleState {
 public:
  WindowRule(const StateData& state, std::string tenant, std::uint32_t profile, RowJudge& judge,
             StateStats& counts);

  void apply(std::span<const RowChange> changes, const GiveFiring& give) override;
  void settle(std::int64_t horizon) override;
  std::size_t bytes() const override { return bytes_ + store_.bytes(); }
  std::uint64_t oldest_use(bool in_progress) const override;
  void evict_oldest(bool in_progress) override;
  void save(std::string& out) const override;
  bool load(BytesReader& bytes, const RowLayouts& layouts) override;

 private:
  using StandingByEvent = std::map<Row, Standing, bool (*)(const Row&, const Row&)>;

  struct KeyState;
  using Keys = std::unordered_map<std::string, std::unique_ptr<KeyState>>;
  using Entry = Keys::value_type;
  using UseOrder = std::list<Entry*>;

  struct KeyState {
    KeptEvents events;
    std::size_t decided = 0;  ///< so many of them, the first ones, have no row any more
    std::size_t bytes = 0;
    std::uint64_t used = 0;           ///< number of the use since which its place in use_order_ is as it is
    std::int64_t stay_since = 0;      ///< when the stay of the first kept event began, for age()
    std::int64_t since = INT64_MIN;   ///< rows before it are not taken any more, see kMaxRows
    std::size_t dirty_from = kClean;  ///< from this event on all are to be judged
    std::unique_ptr<WindowIndex> window = {};  ///< for keys with many events
    bool is_aside = false;
    std::size_t counted_standing = 0;             ///< in `bytes`
    std::size_t counted_window = 0;               ///< in `bytes`: those of `window`
    std::size_t foldable = 0;                     ///< events that fold() could take, about
    StandingByEvent standing{&is_earlier_event};  ///< by the event that fired
    UseOrder::iterator in_use_order = {};
  };
  enum class Trim : std::uint8_t { kLazily, kAll };
  static constexpr std::size_t kClean = SIZE_MAX;
  /// What event_ holds: a row as it stands under a key.
  struct Opened {
    const EventRow* row = nullptr;
    const Entry* entry = nullptr;
    const Key* key = nullptr;  ///< of keys_of()
  };

  void take(const RowChange& change);
  void mark(Entry& entry, std::size_t from);
  bool note_seen(std::int64_t time, bool added);
  void judge_from(Entry& entry, std::size_t from, const GiveFiring& give);
  void judge_in_order(Entry& entry, std::size_t from, const GiveFiring& give);
  void judge_again(Entry& entry, std::size_t from, const GiveFiring& give);
  std::optional<Standing> judge_one(Entry& entry, std::size_t at);
  void tell(const KeyState& key, std::size_t at, bool holds, bool stopped, const Firing* firing);
  bool open(const Row& row, const Entry& entry);
  void trim(KeyState& key, Trim how) const;
  static bool is_foldable(const KeyState& key, std::size_t at);
  static void fold(KeyState& key);
  static void erase(KeyState& key, std::size_t first, std::size_t end);
  void append_key(std::string& out, const KeyState& key) const;
  Keys::iterator key_of(const std::string& identity);
  bool store(Keys::iterator entry);
  std::uint64_t oldest_of(const UseOrder& order) const;
  static void freeze(const KeyState& key, std::string& out);
  static void thaw(std::string_view stored, KeyState& key);
  static void keep(KeyState& key, std::size_t at, KeptEvent event);
  bool read_key(BytesReader& bytes, const RowLayouts& layouts, KeyState& key);
  void forget(Keys::iterator key);

  const std::int64_t within_;
  bool uses_watched_ = false;
  bool may_fold_ = true;  ///< events between two equal ones say nothing more
  Keys keys_;             ///< those that may still change, and those with many events
  KeyStore store_;        ///< all others
  UseOrder use_order_;    ///< least recently used first
  UseOrder aside_;        ///< likewise, keys that are decided but too much for the store
  std::int64_t horizon_ = INT64_MIN;
  std::int64_t seen_since_ = INT64_MAX;              ///< earliest event before the horizon
  std::map<std::int64_t, std::uint64_t> seen_late_;  ///< times of events not before it
  std::size_t bytes_ = 0;
  std::vector<Entry*> dirty_;  ///< while changes are applied
  Opened opened_;              ///< likewise
  EventState& event_ = judge_.event();
  EventState& other_event_ = judge_.other_event();
  KeptView::Scratch view_scratch_;
};

}  // namespace shrike
