// Loads compiled rules (.shrikec), feeds a record that is a JSON value already and prints the alert as
// NDJSON. Links the runtime alone: no compiler, no PEGTL. Exit code 0: there was an alert.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <shrike/engine.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  auto program = shrike::Program::load(bytes);  // Verified as if it came from a stranger.
  if (!program) {
    std::cerr << program.error().message << '\n';
    return 2;
  }

  const nlohmann::json record = {
      {"CreationTime", "2026-03-02T09:00:00"},
      {"Id", "00000000-0000-4000-8000-000000000002"},
      {"Operation", "New-InboxRule"},
      {"OrganizationId", "11111111-2222-4333-8444-555555555555"},
      {"RecordType", 1},
      {"Workload", "Exchange"},
      {"UserId", "omar@contoso.example"},
      {"Parameters", {{{"Name", "Name"}, {"Value", "hide"}}}},
  };
  shrike::Engine engine(*std::move(program));
  auto alerts = engine.feed_json(record);
  if (!alerts) {
    std::cerr << alerts.error().message << '\n';
    return 2;
  }
  for (const shrike::Alert& alert : *alerts) std::cout << shrike::to_json(alert).dump() << '\n';
  return alerts->empty() ? 1 : 0;
}
