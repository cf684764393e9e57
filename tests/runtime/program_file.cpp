// The .shrikec form: what is written is read back the same, damage is refused, the hash follows what can
// change an alert.
#include "runtime/program_file.hpp"

#include "tests/runtime/sample_program.hpp"

namespace shrike::test {
namespace {

std::string error_of(std::string_view bytes) {
  const auto program = Program::load(bytes);
  return program ? "" : program.error().message;
}

}  // namespace

TEST_CASE("a program that was saved and loaded is the same program") {
  const Program program = sample_program();
  const std::string bytes = program.save();
  const auto loaded = Program::load(bytes);
  REQUIRE(loaded);
  CHECK(loaded->save() == bytes);
  CHECK(loaded->hash() == program.hash());
  CHECK(loaded->data().code == program.data().code);
  CHECK(loaded->data().rules[0].doc == program.data().rules[0].doc);
  CHECK(loaded->data().exceptions[0].owner == program.data().exceptions[0].owner);
  CHECK(disassemble(*loaded) == disassemble(program));
  Machine machine(*loaded);
  machine.record(
      R"({"op": "NEW-inboxrule", "user": "a@contoso.example", "p": [{"Name": "X", "Value": "y"}]})");
  CHECK(machine.decide(loaded->data().rules[0].where));
}

TEST_CASE("the same program gives the same bytes") {
  CHECK(sample_program().save() == sample_program().save());
}

TEST_CASE("every cut and every changed byte is noticed") {
  const std::string bytes = sample_program().save();
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(Program::load(bytes.substr(0, size)));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x20);
    CHECK_FALSE(Program::load(changed));
  }
  CHECK(error_of(bytes + "x") == "the compiled program is cut off or has bytes left over");
}

TEST_CASE("says what is wrong with a file") {
  CHECK(error_of("") == "not a compiled program");
  CHECK(error_of("{\"rule\": 1}") == "not a compiled program");
  CHECK(error_of("SHRK") == "the compiled program is cut off");
  std::string bytes = sample_program().save();
  bytes[4] = 99;
  const auto future = Program::load(bytes);
  REQUIRE_FALSE(future);
  CHECK(future.error().code == ErrorCode::kVersion);
  CHECK(future.error().message.find("compiled for bytecode 99") != std::string::npos);
  bytes[4] = static_cast<char>(kBytecodeVersion);
  bytes.back() = static_cast<char>(bytes.back() + 1);
  CHECK(error_of(bytes) == "the compiled program is damaged: its checksum does not fit");
}

TEST_CASE("counts are never believed") {
  const std::string bytes = sample_program().save();
  constexpr std::size_t kHeader = 52;
  for (std::size_t at = kHeader; at + 4 <= bytes.size(); ++at) {
    std::string changed = bytes;
    changed.replace(at, 4, "\xff\xff\xff\xff");
    repair_checksum(changed);
    (void)Program::load(changed);  // does not crash, hang or take all memory
  }
}

TEST_CASE("the hash changes with what can change an alert, not with comments and places") {
  ProgramData data = sample_data();
  const std::string hash = hash_program(data);
  CHECK(hash.size() == 32);
  data.rules[0].doc = "Another text";
  data.rules[0].line = 77;
  data.rules[0].known_false = {"x"};
  data.exceptions[0].owner = "other";
  data.positions[0].column = 9;
  data.files[0] = "elsewhere.shrike";
  CHECK(hash_program(data) == hash);
  const auto changed = [&](auto change) {
    ProgramData other = data;
    change(other);
    return hash_program(other) != hash;
  };
  CHECK(changed([](ProgramData& d) { d.rules[0].title = "x"; }));
  CHECK(changed([](ProgramData& d) { d.code[0].flags ^= 1; }));
  CHECK(changed([](ProgramData& d) { d.constants.emplace_back(); }));
  CHECK(changed([](ProgramData& d) { d.exceptions[0].drop = !d.exceptions[0].drop; }));
  CHECK(changed([](ProgramData& d) { d.sources[0].lateness += 1; }));
  CHECK(changed([](ProgramData& d) { d.profiles[0].disabled = {0}; }));
}

TEST_CASE("the listing names fields, constants, places and costs") {
  const std::string listing = disassemble(sample_program());
  for (const char* part :
       {"rule forwarding \"Mail is forwarded\"", "high", "test.shrike:3",
        "unless operation is one of [\"New-InboxRule\", \"Set-InboxRule\"]", "user in vips", "for r",
        "registers", "raw.op", "text(r0)", "source given: event", "except \"Known\"", "\\u001b[31m"}) {
    CAPTURE(part);
    CHECK(listing.find(part) != std::string::npos);
  }
  CHECK(listing.find('\x1b') == std::string::npos);
  CHECK(disassemble(sample_program(), "nothing").empty());
  CHECK(disassemble(sample_program(), "forwarding").find("source") == std::string::npos);
}

TEST_CASE("severities have names and score bands") {
  CHECK(name_of(Severity::kCritical) == "critical");
  CHECK(severity_from("medium") == Severity::kMedium);
  CHECK_FALSE(severity_from("Medium"));
  CHECK(severity_of_score(19) == Severity::kInfo);
  CHECK(severity_of_score(20) == Severity::kLow);
  CHECK(severity_of_score(45) == Severity::kMedium);
  CHECK(severity_of_score(70) == Severity::kHigh);
  CHECK(severity_of_score(90) == Severity::kCritical);
}

}  // namespace shrike::test
