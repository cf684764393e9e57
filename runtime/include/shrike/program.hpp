// A compiled rule set: immutable, shareable between threads, independent of the text it came from.
// The compiler (dsl) fills a ProgramData; Program::seal() verifies it and makes it runnable. Saved as
// .shrikec. Read next: engine.hpp to run it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shrike/error.hpp"

namespace shrike {

struct ProgramData;  // runtime/program_data.hpp

inline constexpr std::uint32_t kLanguageVersion = 1;
inline constexpr std::uint32_t kBytecodeVersion = 3;
inline constexpr std::uint32_t kNoIndex = 0xffffffffU;  ///< "no such index"

enum class Severity : std::uint8_t { kInfo, kLow, kMedium, kHigh, kCritical };
std::string_view name_of(Severity severity);
std::optional<Severity> severity_from(std::string_view name);
/// The band of a score: below 20 info, below 45 low, below 70 medium, below 90 high, else critical.
Severity severity_of_score(int score);

/// A verified program. Cheap to copy (shared). All members may be called from any thread.
class Program {
 public:
  /// Verifies and takes over `data`. Errors: kUnsafe with what is wrong and where.
  static Expected<Program> seal(ProgramData data);

  /// Reads a .shrikec; verifies it as if it came from a stranger. Errors: kFormat, kVersion, kUnsafe.
  static Expected<Program> load(std::string_view bytes);

  /// The .shrikec form; the same program gives the same bytes.
  std::string save() const;

  const ProgramData& data() const;

  /// Hash of everything that can change an alert, 32 hex digits; the `ruleset` of alerts.
  std::string_view hash() const;

  struct Sealed;  ///< runtime forms of constants, lists, regular expressions (runtime/sealed_program.hpp)
  const Sealed& sealed() const { return *sealed_; }

 private:
  explicit Program(std::shared_ptr<const Sealed> sealed) : sealed_(std::move(sealed)) {}
  std::shared_ptr<const Sealed> sealed_;
};

/// Readable listing of all units with source lines: what `shrike disasm` prints. `rule` empty: everything.
std::string disassemble(const Program& program, std::string_view rule = {});

}  // namespace shrike
