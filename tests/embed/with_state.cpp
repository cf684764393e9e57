// A rule that remembers, over a stream: what is open, what is taken back, what did not happen, and state that
// goes on in another engine. runtime/README.md explains it. Exit code 0: everything came as expected.
#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include <shrike/compile.hpp>
#include <shrike/engine.hpp>

constexpr std::string_view kRules = R"(
rule no_second_factor "Reset, and no second factor within an hour" {
  severity medium
  each user within 1d
  sequence {
    reset: directory by target where operation == "Reset user password"
    not registered: audit where operation == "Register security info" within 1h
  }
  say "{user}"
}
)";

std::int64_t nanoseconds(std::chrono::seconds since_1970) {
  return std::chrono::nanoseconds(since_1970).count();
}

int main() {
  auto compiled = shrike::compile_text(kRules, "rules.shrike");
  if (!compiled) {
    const shrike::SourceFiles files{{"rules.shrike", std::string(kRules)}};
    for (const shrike::Diagnostic& mistake : compiled.error()) std::cerr << shrike::render(mistake, files);
    return 2;
  }
  const shrike::Program program = std::move(compiled->program);

  shrike::EngineOptions options;
  options.memory = std::size_t{64} << 20;  // all that is remembered, of all rules and tenants
  options.lateness["graph_directory"] = nanoseconds(std::chrono::minutes(30));
  shrike::Engine engine(program, options);

  const std::int64_t reset = nanoseconds(std::chrono::seconds(1'767'225'600));
  auto alerts =
      engine.feed_event("directory", {{"time", shrike::Value::of_time(reset)},
                                      {"id", shrike::Value::of_string("r1")},
                                      {"operation", shrike::Value::of_string("Reset user password")},
                                      {"target", shrike::Value::of_string("rosa@contoso.example")}});
  if (!alerts || !alerts->empty()) return 1;  // the hour is not over

  // Another process goes on.
  const std::string state = engine.save_state();
  shrike::Engine next(program, options);
  if (auto loaded = next.load_state(state); !loaded) {
    std::cerr << loaded.error().message << '\n';
    return 2;
  }

  // Time passes though nothing comes in.
  alerts = next.advance(reset + nanoseconds(std::chrono::hours(2)));
  if (!alerts) return 2;
  int open = 0;
  for (const shrike::Alert& alert : *alerts) {
    open += alert.status == shrike::AlertStatus::kWithdrawn ? -1 : 1;
    std::cout << alert.rule << ": " << alert.message << '\n';
  }
  if (next.stats().is_incomplete()) std::cerr << "something was forgotten\n";
  return open == 1 ? 0 : 1;
}
