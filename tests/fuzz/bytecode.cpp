// Fuzz target: any bytes as a compiled program, their checksum made right. What loads is run over a few
// records, every unit, within a step budget, listed, and saved again: the bytes must be the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runtime/program_data.hpp"
#include "runtime/program_file.hpp"
#include "runtime/vm.hpp"

namespace shrike {
namespace {

constexpr std::uint64_t kSteps = 20'000;
constexpr std::size_t kMostUses = 64;  // of each kind, so that one input stays fast

constexpr std::string_view kRecords[] = {
    R"({"op": "New-InboxRule", "user": "a@contoso.example", "p": [{"Name": "X", "Value": "y"}, 7, null], "ip": "10.1.2.3"})",
    R"({"op": 5, "user": null, "p": {"a": [1, 2.5, "3"]}, "ip": "[2001:db8::1]:443"})",
};

template <class T>
std::span<const T> some(const std::vector<T>& all) {
  return std::span(all).first(std::min(all.size(), kMostUses));
}

class Run {
 public:
  explicit Run(const Program& program)
      : data_(program.data()),
        context_{arena_, json_, nullptr},
        vm_(program, context_, kSteps),
        decoder_(data_.paths, ReadLimits{}) {}

  void all() {
    for (const std::string_view record : kRecords) {
      std::string padded(record);
      padded.resize(record.size() + kRecordPadding);
      if (!decoder_.decode(std::string_view(padded).substr(0, record.size()))) continue;
      for (event_.source = 0; event_.source < some(data_.sources).size(); ++event_.source) {
        event_.profile = event_.source % static_cast<std::uint32_t>(data_.profiles.size());
        event_.begin(static_cast<std::uint32_t>(data_.slots.size()));
        event_.record = &decoder_;
        use_program();
      }
      arena_.reset();
    }
  }

 private:
  void use_program() {
    for (const UnwrapData& unwrap : some(data_.unwraps)) condition(unwrap.accept);
    condition(data_.sources[event_.source].accept);
    for (const RuleData& rule : some(data_.rules)) {
      condition(rule.where);
      for (const std::uint32_t unit : {rule.score, rule.say_values, rule.show_values, rule.quiet_keys})
        value(unit);
      for (const RespondData& respond : some(rule.respond)) value(respond.unit);
    }
    for (const ExceptionData& exception : some(data_.exceptions)) {
      condition(exception.where);
      value(exception.score);
    }
    for (std::uint32_t slot = 0; slot < some(data_.slots).size(); ++slot) show(vm_.slot(slot, event_));
  }
  void condition(std::uint32_t unit) {
    vm_.restart_budget();
    if (unit != kNoIndex) (void)vm_.decide(unit, event_);
  }
  void value(std::uint32_t unit) {
    vm_.restart_budget();
    if (unit != kNoIndex) show(vm_.evaluate(unit, event_));
  }
  static void show(const Value& value) {
    std::string text;
    append_json(text, value);
  }

  const ProgramData& data_;
  Arena arena_{std::size_t{1} << 20};
  JsonDecoder json_;
  CallContext context_;
  Vm vm_;
  RecordDecoder decoder_;
  EventState event_;
};

}  // namespace
}  // namespace shrike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  shrike::repair_checksum(bytes);
  const auto program = shrike::Program::load(bytes);
  if (!program) return 0;
  if (program->save() != bytes) std::abort();
  (void)shrike::disassemble(*program);
  shrike::Run(*program).all();
  return 0;
}
