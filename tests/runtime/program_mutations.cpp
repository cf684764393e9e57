// Programs damaged on purpose, with a correct checksum: each is refused, or runs inside its bounds and its
// budget. Under the sanitizers this is the proof that the verifier overlooks nothing that the machine relies
// on.
#include <cstdlib>
#include <random>

#include "runtime/program_file.hpp"
#include "tests/runtime/sample_program.hpp"

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

}  // namespace shrike::test
