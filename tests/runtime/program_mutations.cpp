// Programs damaged on purpose, with a correct checksum: each is refused, or runs inside its bounds and its
// budget. Under the sanitizers this is the proof that the verifier overlooks nothing that the machine relies
// on.
#include <cstdlib>
#include <random>

#include "runtime/program_file.hpp"
#include "tests/runtime/sample_program.hpp"
#include "tests/runtime/state_program.hpp"

namespace shrike::test {
namespace {

constexpr std::size_t kHeaderBytes = 52;
constexpr std::size_t kDefaultMutations = 100'000;

/// One or a few changes of bytes, of 32-bit numbers, of lengths.
void mutate(std::string& bytes, std::mt19937_64& random) {
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  const std::size_t changes = 1 + below(3);
  for (std::size_t i = 0; i < changes; ++i) {
    const std::size_t at = kHeaderBytes + below(bytes.size() - kHeaderBytes);
    switch (below(6)) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] + 1);
        break;
      case 2:
        bytes[at] = static_cast<char>(bytes[at] - 1);
        break;
      case 3:
        bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 << below(8)));
        break;
      case 4:
        bytes[at] = bytes[kHeaderBytes + below(bytes.size() - kHeaderBytes)];
        break;
      default:
        for (std::size_t k = 0; k < 4 && at + k < bytes.size(); ++k)
          bytes[at + k] = below(2) == 0 ? '\xff' : '\0';
    }
  }
}

/// Changes inside the tables of rules that remember.
void mutate_states(ProgramData& data, std::mt19937_64& random) {
  const auto below = [&](std::size_t limit) { return static_cast<std::uint32_t>(random() % limit); };
  const auto index = [&](std::uint32_t& at, std::size_t limit) {
    at = below(4) == 0 ? kNoIndex : below(limit + 1);
  };
  const auto time = [&](DurationData& duration) {
    constexpr std::int64_t kTimes[] = {0, 1, -1, 3'600'000'000'000, INT64_MAX, INT64_MIN};
    duration.nanoseconds = kTimes[below(6)];
  };
  const auto any = [&](auto& list) -> auto& { return list[below(list.size())]; };
  StateData& state = any(data.states);
  InputData& input = any(state.inputs);
  AggregateData& aggregate = any(data.aggregates);
  switch (below(24)) {
    case 0:
      state.kind = static_cast<StateKind>(below(5));
      break;
    case 1:
      index(state.rule, data.rules.size());
      break;
    case 2:
      time(state.within);
      break;
    case 3:
      index(state.when, data.units.size());
      break;
    case 4:
      if (!state.key_slots.empty()) index(any(state.key_slots), data.slots.size());
      break;
    case 5:
      state.inputs.push_back(input);
      break;
    case 6:
      state.inputs.erase(state.inputs.begin() + below(state.inputs.size()));
      if (state.inputs.empty()) state.inputs.emplace_back();
      break;
    case 7:
      input.absent = !input.absent;
      break;
    case 8:
      input.times = static_cast<std::int64_t>(below(4)) - 1;
      break;
    case 9:
      time(input.within);
      break;
    case 10:
      time(input.times_in);
      break;
    case 11:
      index(input.filter, data.units.size());
      break;
    case 12:
      index(input.where, data.units.size());
      break;
    case 13:
      index(input.keys, data.units.size());
      break;
    case 14:
      input.alerts.push_back(below(data.rules.size() + 1));
      break;
    case 15:
      input.classes.push_back(below(data.classes.size() + 1));
      break;
    case 16:
      input.read_by = random();
      break;
    case 17:
      aggregate.function = static_cast<Aggregate>(below(18));
      break;
    case 18:
      index(aggregate.state, data.states.size());
      break;
    case 19:
      index(aggregate.column, 4);
      break;
    case 20:
      index(aggregate.scan_where, data.units.size());
      index(aggregate.scan_values, data.units.size());
      index(aggregate.scan_until, data.units.size());
      index(aggregate.scan_key, data.units.size());
      index(aggregate.scan_key_slot, aggregate.scan_slots.size());
      break;
    case 21:
      index(aggregate.number, data.units.size());
      index(aggregate.bucket, data.units.size());
      index(aggregate.values, data.units.size());
      break;
    case 22:
      if (!state.columns.empty()) index(any(state.columns).values, data.units.size());
      break;
    default:
      index(any(data.rules).state, data.states.size());
  }
}

/// Changes inside the instructions alone come through the form check far more often.
void mutate_code(ProgramData& data, std::mt19937_64& random) {
  const auto below = [&](std::size_t limit) { return static_cast<std::uint32_t>(random() % limit); };
  const auto index = below(data.code.size());
  Instruction& i = data.code[index];
  switch (below(6)) {
    case 0:
      i.opcode = static_cast<Opcode>(below(kOpcodeCount));
      break;
    case 1:
      i.flags = static_cast<std::uint8_t>(below(8));
      break;
    case 2:
      i.dst = static_cast<std::uint16_t>(below(4));
      break;
    case 3:
      i.x = below(2) == 0 ? below(8) : below(8) << 28 | below(6);
      break;
    case 4:
      i.y = below(2) == 0 ? below(8) : below(8) << 28 | below(6);
      break;
    default:
      i.target = below(12);
  }
  for (UnitData& unit : data.units) unit.cost = worst_case_cost(data, unit);
}

std::size_t mutation_count() {
  const char* const wanted = std::getenv("SHRIKE_MUTATIONS");
  return wanted != nullptr ? static_cast<std::size_t>(std::strtoull(wanted, nullptr, 10)) : kDefaultMutations;
}

}  // namespace

TEST_CASE("mutated files are refused or run inside their bounds") {
  std::mt19937_64 random(20260131);
  const std::string original = sample_program().save();
  std::size_t accepted = 0;
  const std::size_t count = mutation_count() / 2;
  for (std::size_t i = 0; i < count; ++i) {
    std::string bytes = original;
    mutate(bytes, random);
    repair_checksum(bytes);
    const auto program = Program::load(bytes);
    if (!program) continue;
    ++accepted;
    run_everything(*program);
  }
  MESSAGE(accepted << " of " << count << " mutated files were accepted and ran");
  CHECK(accepted > 0);
}

TEST_CASE("mutated instructions are refused or run inside their bounds") {
  std::mt19937_64 random(20260201);
  const ProgramData original = sample_data();
  std::size_t accepted = 0;
  const std::size_t count = mutation_count() / 2;
  for (std::size_t i = 0; i < count; ++i) {
    ProgramData data = original;
    for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) mutate_code(data, random);
    std::string bytes = write_program(data);
    const auto program = Program::load(bytes);
    if (!program) continue;
    ++accepted;
    run_everything(*program);
  }
  MESSAGE(accepted << " of " << count << " programs with mutated instructions were accepted and ran");
  CHECK(accepted > 0);
}

TEST_CASE("mutated programs whose rules remember are refused or run inside their bounds") {
  std::mt19937_64 random(20260202);
  const ProgramData original = state_data();
  const std::string bytes_of_original = write_program(original);
  REQUIRE(run_states(*Program::load(bytes_of_original)) > 20);
  std::size_t accepted = 0;
  const std::size_t count = mutation_count() / 20;
  for (std::size_t i = 0; i < count; ++i) {
    std::string bytes = bytes_of_original;
    if (i % 3 == 0) {
      mutate(bytes, random);
      repair_checksum(bytes);
    } else {
      ProgramData data = original;
      for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes)
        i % 3 == 1 ? mutate_states(data, random) : mutate_code(data, random);
      bytes = write_program(data);
    }
    const auto program = Program::load(bytes);
    if (!program) continue;
    ++accepted;
    (void)disassemble(*program);
    run_states(*program);
  }
  MESSAGE(accepted << " of " << count << " mutated programs with state were accepted and ran");
  CHECK(accepted > count / 20);
}

}  // namespace shrike::test
