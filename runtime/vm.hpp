// The virtual machine: runs one unit of a sealed Program over one event. Verified code needs no checks here
// except the step budget. Read first: opcodes.hpp. Used by engine.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/arena.hpp"
#include "runtime/functions.hpp"
#include "runtime/json.hpp"
#include "runtime/opcodes.hpp"
#include "runtime/program_data.hpp"
#include "runtime/record_decoder.hpp"

namespace shrike {

struct EventState;

/// What units of rules with state look at beyond their event: given by whoever judges the rule.
class StateView {
 public:
  virtual ~StateView() = default;
  /// What an aggregate gives for the event that is judged; missing for one of another rule. The value lives
  /// in the arena or the program.
  virtual Value aggregate(std::uint32_t aggregate, EventState& event) = 0;
  /// A field of the event that stands for a step; missing when none does.
  virtual Value step_field(std::uint32_t step, std::uint32_t slot) = 0;
};

/// The fields of an event that was kept: they stand in the place of what a source would compute.
class KeptFields {
 public:
  virtual ~KeptFields() = default;
  /// Whether the slot is one of those that were kept; then `value` is what it held, in the arena or the row.
  virtual bool read(std::uint32_t slot, Value& value) = 0;
};

/// The event that units read: slots are computed by the units of `source` when first asked and kept until the
/// next event.
struct EventState {
  std::uint32_t source = 0;           ///< index into ProgramData::sources
  std::uint32_t profile = 0;          ///< index into ProgramData::profiles
  Value tenant;                       ///< for Vm::tenant() of events that name none
  RecordDecoder* record = nullptr;    ///< null for events that were given as fields
  std::vector<Value> slots;           ///< one per SlotData
  std::vector<std::uint32_t> stamps;  ///< slot is valid when its stamp equals `stamp`
  std::uint32_t stamp = 0;
  KeptFields* kept = nullptr;    ///< null for events that come from a record or as fields
  StateView* state = nullptr;    ///< null for rules that judge one event
  EventState* judged = nullptr;  ///< the newest event, while a condition runs on a kept one

  /// Forgets the slots of the event before.
  void begin(std::uint32_t slot_count);
  void set(std::uint32_t slot, const Value& value) {
    slots[slot] = value;
    stamps[slot] = stamp;
  }
};

/// Not thread safe; one per engine. Holds the registers, so running allocates nothing in the steady state.
/// The event must have begun with the program's number of slots. The program must outlive the machine.
class Vm {
 public:
  Vm(const Program& program, CallContext& context, std::uint64_t max_steps);

  /// Runs a condition. False when the budget ran out (then out_of_steps()).
  bool decide(std::uint32_t unit, EventState& event);
  /// Runs a unit for its value; missing when the budget ran out. The value lives in the arena, the program or
  /// the record.
  Value evaluate(std::uint32_t unit, EventState& event);
  /// The value of a slot, computed now if need be.
  Value slot(std::uint32_t slot, EventState& event);
  /// The tenant that the event is counted to: the one it names, else EventState::tenant.
  Value tenant(EventState& event);

  /// Starts the budget of an event (or a rule) anew. A step is about what one simple instruction does;
  /// straight code is free (its length is bounded by the program), loops, calls and long texts and lists are
  /// charged.
  void restart_budget() {
    steps_left_ = max_steps_;
    out_of_steps_ = false;
  }
  /// Takes steps from the budget, also for work outside the machine.
  void charge(std::uint64_t steps) {
    if (steps < steps_left_) {
      steps_left_ -= steps;
    } else {
      steps_left_ = 0;
      out_of_steps_ = true;
    }
  }
  bool out_of_steps() const { return out_of_steps_; }
  std::uint64_t steps_used() const { return max_steps_ - steps_left_; }

 private:
  struct Frame;
  /// What a text was found to be `like`: the same user agents come again and again.
  struct LikeAnswer {
    std::uint32_t constant = kNoIndex;
    std::uint8_t flags = 0;
    bool holds = false;
    std::uint64_t work = 0;
    std::string text = {};

    bool answers(const Instruction& instruction, std::uint32_t of, const Value& x) const;
  };

  Value run(std::uint32_t unit, EventState& event);
  Value execute(const UnitData& unit, Frame& frame, EventState& event);
  Value read(std::uint32_t operand, const Frame& frame, EventState& event);
  Value read_other(std::uint32_t operand, const Frame& frame, EventState& event);
  /// As read(), constants and named lists in folded form unless `cased`.
  Value read_pattern(std::uint32_t operand, bool cased, const Frame& frame, EventState& event);
  std::uint32_t constant_of(Operand operand, const EventState& event) const;
  bool is_one_of(const Instruction& instruction, EventState& event);
  bool test_in(const Instruction& instruction, bool wanted, const Frame& frame, EventState& event);
  bool test_text(const Instruction& instruction, const Frame& frame, EventState& event);
  bool test_matches(const Instruction& instruction, const Frame& frame, EventState& event);
  LikeAnswer* like_answer(const Instruction& instruction, const Value& x, const Value& y,
                          const EventState& event);
  Value call_function(const Callable& function, std::span<const Value> arguments);
  Value packed(const Instruction& instruction, bool keep_missing, const Frame& frame);
  Value looked_up(const Value& key, std::uint32_t table) const;

  const Program::Sealed& program_;
  CallContext& context_;
  std::uint64_t max_steps_;
  std::uint64_t steps_left_;
  bool out_of_steps_ = false;
  std::vector<Value> registers_;  ///< a stack of register windows, one per active unit
  std::size_t registers_top_ = 0;
  std::array<LikeAnswer, 64> like_answers_;
};

}  // namespace shrike
