// The virtual machine: runs one unit of a sealed Program over one event. Verified code needs no checks here except the step budget.
// Read first: opcodes.hpp. Used by engine.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/arena.hpp"
#include "runtime/functions.hpp"
#include "runtime/json.hpp"
#include "runtime/record_decoder.hpp"
#include "shrike/program.hpp"

namespace shrike {

/// The event that units read: slots are computed by the units of `source` when first asked and kept until the next event.
struct EventState {
  std::uint32_t source = 0;      ///< index into ProgramData::sources
  std::uint32_t profile = 0;     ///< index into ProgramData::profiles
  Value tenant;                  ///< for Special::kTenant
  RecordDecoder* record = nullptr;  ///< null for events that were given as fields
  std::vector<Value> slots;         ///< one per SlotData
  std::vector<std::uint32_t> stamps;  ///< slot is valid when its stamp equals `stamp`
  std::uint32_t stamp = 0;

  /// Forgets the slots of the event before.
  void begin(std::uint32_t slot_count);
  void set(std::uint32_t slot, const Value& value) { slots[slot] = value; stamps[slot] = stamp; }
};

/// Not thread safe; one per engine. Holds the registers, so running allocates nothing in the steady state.
class Vm {
 public:
  Vm(const Program& program, CallContext& context, std::uint64_t max_steps);

  /// Runs a condition. False when the budget ran out (then out_of_steps()).
  bool decide(std::uint32_t unit, EventState& event);
  /// Runs a unit for its value; missing when the budget ran out. The value lives in the arena, the program or the record.
  Value evaluate(std::uint32_t unit, EventState& event);
  /// The value of a slot, computed now if need be.
  Value slot(std::uint32_t slot, EventState& event);

  /// Starts the budget of an event (or a rule) anew.
  void restart_budget() { steps_left_ = max_steps_; out_of_steps_ = false; }
  bool out_of_steps() const { return out_of_steps_; }

 private:
  const Program::Sealed& program_;
  CallContext& context_;
  std::uint64_t max_steps_;
  std::uint64_t steps_left_;
  bool out_of_steps_ = false;
  std::vector<Value> registers_;   ///< a stack of register windows, one per active unit
  std::size_t registers_top_ = 0;
};

}  // namespace shrike
