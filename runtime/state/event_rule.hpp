// A rule that judges one event at a time, and reads alerts or is read itself. An event and alerts about it
// give one firing, that of the last of them, so those of the events that may still change are remembered.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "runtime/state/rule_state.hpp"

namespace shrike {

class EventRule : public RuleState {
 public:
  using RuleState::RuleState;
  void apply(std::span<const RowChange> changes, const GiveFiring& give) override;
  void settle(std::int64_t horizon) override;
  std::size_t bytes() const override;
  void save(std::string& out) const override;
  bool load(BytesReader& bytes, const RowLayouts& layouts) override;

 private:
  /// An event: itself and alerts about it as far as the rule takes them, in order, and what stands for them.
  struct OneEvent {
    std::vector<Row> rows;
    std::optional<Standing> standing;
  };
  using Events = std::map<Row, OneEvent, bool (*)(const Row&, const Row&)>;

  std::optional<Standing> judge(const Row& row);
  std::optional<Standing> judge_last(const OneEvent& event);

  Events events_{&is_earlier_event};
  std::int64_t horizon_ = INT64_MIN;
  EventState& event_ = judge_.event();
};

}  // namespace shrike
