// Compiles one rule from text, runs it over one record of the audit log and prints the alert.
// Saves the compiled rule to the file given, for from_compiled.cpp. Exit code 0: there was an alert.
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include <shrike/compile.hpp>
#include <shrike/engine.hpp>

constexpr std::string_view kRule = R"(
/// Somebody made an inbox rule.
rule mail_rule_made "Inbox rule made" {
  severity medium
  on audit where operation == "New-InboxRule"
  say "{user} made the rule {inbox_rule.name}"
}
)";

constexpr std::string_view kRecord = R"({
  "CreationTime": "2026-03-02T08:15:00", "Id": "00000000-0000-4000-8000-000000000001", "Operation": "New-InboxRule",
  "OrganizationId": "11111111-2222-4333-8444-555555555555", "RecordType": 1, "Workload": "Exchange",
  "UserId": "rosa@contoso.example", "Parameters": [{"Name": "Name", "Value": "pay"}]
})";

int main(int argc, char** argv) {
  auto compiled = shrike::compile_text(kRule, "made.shrike");
  if (!compiled) {
    const shrike::SourceFiles files{{"made.shrike", std::string(kRule)}};
    for (const shrike::Diagnostic& mistake : compiled.error()) std::cerr << shrike::render(mistake, files);
    return 2;
  }
  if (argc > 1) std::ofstream(argv[1], std::ios::binary) << compiled->program.save();

  shrike::EngineOptions options;
  options.max_steps = 10'000;  // A rule that needs more for one event is stopped, and the event counted.
  shrike::Engine engine(std::move(compiled->program), options);
  auto alerts = engine.feed(kRecord);
  if (!alerts) {
    std::cerr << alerts.error().message << '\n';
    return 2;
  }
  for (const shrike::Alert& alert : *alerts) std::cout << alert.rule << ": " << alert.message << '\n';
  return alerts->empty() ? 1 : 0;
}
