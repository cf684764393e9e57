// See sample_program.hpp.
#include "tests/runtime/sample_program.hpp"

#include <algorithm>

namespace shrike::test {
namespace {

constexpr std::uint64_t kSteps = 20'000;

constexpr std::string_view kRecords[] = {
    R"({"op": "NEW-inboxrule", "user": "a@contoso.example", "p": [{"Name": "X", "Value": "y"}, 7, null], "ip": "10.1.2.3"})",
    R"({"op": 5, "user": null, "p": {"a": [1, 2.5, "3"]}, "ip": "[2001:db8::1]:443"})",
    R"({"OP": "Set-InboxRule", "user": "Ünïcode", "p": "[{\"Name\": 1}]"})",
    "{}",
};

void add_condition(Assembler& a, RuleData& rule, std::uint32_t operation, std::uint32_t user,
                   std::uint32_t ip, std::uint32_t params) {
  const std::uint32_t operations = a.texts({"New-InboxRule", "Set-InboxRule"});
  const std::uint32_t vips = a.named_list("vips", TypeKind::kString, a.texts({"a@contoso.example", "b"}));
  rule.where =
      a.unit({{Opcode::kTestIsOne, 0, 0, operation, operations, 7},
              {Opcode::kTestIn, InstructionFlag::kJumpIfTrue, 0, slot_operand(user), list_operand(vips), 8},
              {Opcode::kTestIn, InstructionFlag::kJumpIfTrue, 0, slot_operand(ip), table_operand(0), 8},
              {Opcode::kLoop, 0, 0, slot_operand(params), 0, 7},
              {Opcode::kMember, 0, 1, reg(0), a.text("Name"), 0},
              {Opcode::kTestMatches, InstructionFlag::kJumpIfTrue, 0, reg(1), a.regex("^x+$"), 8},
              {Opcode::kNext, 0, 0, 0, 0, 4},
              {Opcode::kReturnFalse, 0, 0, 0, 0, 0},
              {Opcode::kReturnTrue, 0, 0, 0, 0, 0}});
}

void add_values(Assembler& a, RuleData& rule, std::uint32_t user, std::uint32_t params) {
  const std::uint32_t weight = a.param("weight", {TypeKind::kInt, TypeKind::kNone, 0, false}, a.integer(30));
  rule.score = a.unit({{Opcode::kMove, 0, 0, constant_operand(a.integer(60)), 0, 0},
                       {Opcode::kTestText, 0, 1, slot_operand(user), constant_operand(a.folded("a@")), 3},
                       {Opcode::kAddPresent, 0, 0, param_operand(weight), 0, 0},
                       {Opcode::kReturn, 0, 0, reg(0), 0, 0}});
  const std::uint32_t join = a.function("pairs(x: T, member?: string): map<string>");
  rule.say_values = a.unit({{Opcode::kMove, 0, 0, slot_operand(params), 0, 0},
                            {Opcode::kCall, 0, 0, join, 0, 1},
                            {Opcode::kMove, 0, 1, special_operand(Special::kTenant), 0, 0},
                            {Opcode::kPack, 0, 2, 2, 0, 0},
                            {Opcode::kReturn, 0, 0, reg(2), 0, 0}});
  rule.show_values = a.unit({{Opcode::kBuild, 0, 0, 0, 0, 0},
                             {Opcode::kLoop, 0, 0, slot_operand(params), 0, 6},
                             {Opcode::kStar, 0, 1, reg(0), 0, 0},
                             {Opcode::kIndex, 0, 1, reg(1), constant_operand(a.integer(-1)), 0},
                             {Opcode::kAppend, 0, 0, 0, reg(1), 0},
                             {Opcode::kNext, 0, 0, 0, 0, 2},
                             {Opcode::kBuilt, 0, 2, 0, 0, 0},
                             {Opcode::kList, 0, 2, 1, 2, 0},
                             {Opcode::kReturn, 0, 0, reg(2), 0, 0}});
}

}  // namespace

ProgramData sample_data() {
  Assembler a;
  const std::uint32_t operation = a.slot("operation");
  const std::uint32_t user = a.slot("user");
  const std::uint32_t ip = a.slot("ip", TypeKind::kIp);
  const std::uint32_t params = a.slot("params", TypeKind::kList);
  SourceData& source = a.data.sources[0];
  const std::uint32_t raw_operation = a.path({"op"});
  source.accept = a.condition_of({Opcode::kTestRaw, 0, 0, raw_operation, 0, 0});
  const auto text_of = [&](std::uint32_t path, const char* signature) {
    return a.unit({{Opcode::kMove, 0, 0, raw_operand(path), 0, 0},
                   {Opcode::kCall, 0, 0, a.function(signature), 0, 1},
                   {Opcode::kReturn, 0, 0, reg(0), 0, 0}},
                  0);
  };
  source.units[operation] = text_of(raw_operation, "text(x: T): string");
  source.units[user] = text_of(a.path({"user"}), "text(x: T): string");
  source.units[ip] = text_of(a.path({"ip"}), "ip(x: T): ip");
  const std::uint32_t list_type = static_cast<std::uint32_t>(TypeKind::kList) | 1U << 16;
  source.units[params] = a.value_of({Opcode::kCast, 0, 0, raw_operand(a.path({"p"})), list_type, 0});
  a.data.unwraps.push_back(
      {"inner", a.condition_of({Opcode::kTestRaw, 0, 0, 0, 0, 0}), a.path({"inner", "raw"})});
  a.data.tables.push_back(
      {"egress", TypeKind::kCidr, TypeKind::kString, {{a.cidr("10.0.0.0/8"), a.text("office")}}});

  RuleData rule;
  rule.name = "forwarding";
  rule.title = "Mail is forwarded";
  rule.doc = "Says why.";
  rule.severity = Severity::kHigh;
  rule.attack = {"T1114.003"};
  rule.tags = {"mail"};
  rule.classes = {0};
  rule.guards = {{0, operation, {a.text("New-InboxRule"), a.text("Set-InboxRule")}, {}}};
  add_condition(a, rule, operation, user, ip, params);
  add_values(a, rule, user, params);
  rule.say = {"Forwarded by ", " of ", ""};
  rule.show = {{"last", {TypeKind::kList, TypeKind::kNone, 1, false}}};
  rule.quiet = 3'600'000'000'000;
  rule.quiet_keys = a.unit({{Opcode::kMove, 0, 0, slot_operand(user), 0, 0},
                            {Opcode::kPack, 0, 0, 1, 0, 0},
                            {Opcode::kReturn, 0, 0, reg(0), 0, 0}});
  rule.respond = {{"revoke_sessions", rule.quiet_keys}};
  rule.slots = {operation, user};
  rule.line = 3;
  a.data.rules.push_back(rule);
  ExceptionData exception;
  exception.title = "Known";
  exception.owner = "soc@contoso.example";
  exception.tenant = "contoso";
  exception.where =
      a.condition_of({Opcode::kTestEqual, 0, 0, slot_operand(user), constant_operand(a.text("\x1b[31m")), 0});
  exception.score = a.unit({{Opcode::kReturn, 0, 0, constant_operand(a.integer(-40)), 0, 0}});
  a.data.exceptions.push_back(exception);
  ProfileData contoso = a.data.profiles[0];
  contoso.tenant = "contoso";
  a.data.profiles.push_back(contoso);
  a.data.time_slot = ip;
  return a.data;
}

Program sample_program() {
  auto program = Program::seal(sample_data());
  if (!program) FAIL(program.error().message);
  return *std::move(program);
}

std::size_t run_everything(const Program& program) {
  const ProgramData& data = program.data();
  Arena arena(std::size_t{1} << 20);
  JsonDecoder json;
  CallContext context{arena, json, nullptr};
  Vm vm(program, context, kSteps);
  RecordDecoder decoder(data.paths, ReadLimits{});
  EventState event;
  std::size_t there = 0;
  const auto value = [&](std::uint32_t unit) {
    vm.restart_budget();
    if (unit == kNoIndex) return;
    const Value result = vm.evaluate(unit, event);
    std::string text;
    append_json(text, result);
    if (!result.is_missing()) ++there;
  };
  const auto condition = [&](std::uint32_t unit) {
    vm.restart_budget();
    if (unit != kNoIndex && vm.decide(unit, event)) ++there;
  };
  for (const std::string_view record : kRecords) {
    std::string padded(record);
    padded.resize(record.size() + kRecordPadding);
    if (!decoder.decode(std::string_view(padded).substr(0, record.size()))) continue;
    arena.reset();
    const auto profiles = static_cast<std::uint32_t>(std::min<std::size_t>(data.profiles.size(), 4));
    const auto sources = static_cast<std::uint32_t>(std::min<std::size_t>(data.sources.size(), 4));
    for (event.source = 0; event.source < sources; ++event.source) {
      for (event.profile = 0; event.profile < profiles; ++event.profile) {
        event.begin(static_cast<std::uint32_t>(data.slots.size()));
        event.record = &decoder;
        event.tenant = Value::of_string(data.profiles[event.profile].tenant);
        for (const UnwrapData& unwrap : data.unwraps) condition(unwrap.accept);
        condition(data.sources[event.source].accept);
        for (const RuleData& rule : data.rules) {
          condition(rule.where);
          for (const std::uint32_t unit : {rule.score, rule.say_values, rule.show_values, rule.quiet_keys})
            value(unit);
          for (const RespondData& respond : rule.respond) value(respond.unit);
        }
        for (const ExceptionData& exception : data.exceptions) {
          condition(exception.where);
          value(exception.score);
        }
        for (std::uint32_t slot = 0; slot < data.slots.size(); ++slot) {
          vm.restart_budget();
          if (!vm.slot(slot, event).is_missing()) ++there;
        }
      }
    }
  }
  return there;
}

}  // namespace shrike::test
