// What the whole standard library costs beside reading: simdjson stage 1, an On-Demand pass by hand that
// takes out the fields the rules read, the forward pass with the rules' own paths, and the engine from record
// to alert, with the rules that judge one event at a time and with all rules. About one record of 200 gives
// an alert. Three ratios are printed for each kind of record:
//   decode_over_stage1  On-Demand by hand over stage 1: below 3, or the yardstick is no yardstick
//   single_over_decode  the engine with the rules for single events over On-Demand by hand
//   pass_over_decode    the engine with all rules, deciding each event at once, over On-Demand by hand
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <simdjson.h>

#include "runtime/program_data.hpp"
#include "runtime/record_decoder.hpp"
#include "shrike/compile.hpp"
#include "shrike/engine.hpp"
#include "tests/bench/compiled_library.hpp"
#include "tests/bench/generated_logs.hpp"
#include "tests/bench/interleaved.hpp"
#include "tests/bench/on_demand_yardstick.hpp"

namespace {

using shrike::bench::compare;
using shrike::bench::Lines;
using shrike::bench::sink;

constexpr int kOneOf = 200;  ///< records, of which one gives an alert

/// An engine, renewed for each round: to one that has seen the records, they are duplicates and give no
/// alerts.
struct Measured {
  explicit Measured(const shrike::Program& of) : program(of) {}
  void judge(std::string_view line) {
    const auto given = engine->feed_padded(line, {});
    alerts += given ? given->size() : 0;
  }
  void renew(const Lines& lines) {
    engine.emplace(program, shrike::EngineOptions{});
    for (std::size_t i = 1; i < 20; ++i) judge(lines.line(i));
    alerts = 0;
  }
  void print(const char* rules, std::size_t records) const {
    std::printf("  %s: %llu alerts from %zu records, %zu rejected, %llu taken by no source\n", rules,
                static_cast<unsigned long long>(alerts), records, engine->stats().rejects.size(),
                static_cast<unsigned long long>(engine->stats().unclaimed));
  }

  const shrike::Program& program;
  std::optional<shrike::Engine> engine;
  std::uint64_t alerts = 0;
};

void measure(const char* title, const char* kind, Lines lines, const shrike::Program& single,
             const shrike::Program& all, std::function<void(std::string_view)> on_demand) {
  lines.buffer.append(shrike::kRecordPadding + simdjson::SIMDJSON_PADDING, ' ');
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
  if (simdjson::get_active_implementation()->create_dom_parser_implementation(1 << 16, 1, stage) !=
      simdjson::SUCCESS) {
    return;
  }
  shrike::RecordDecoder decoder(all.data().paths, {});
  Measured with_single(single), with_all(all);
  const std::vector<double> medians =
      compare(title, lines,
              {{"stage 1",
                [&](std::string_view line) {
                  sink += stage->stage1(reinterpret_cast<const std::uint8_t*>(line.data()), line.size(),
                                        simdjson::stage1_mode::regular) == simdjson::SUCCESS;
                  sink += stage->n_structural_indexes;
                }},
               {"On-Demand by hand", std::move(on_demand)},
               {"RecordDecoder, the rules' paths",
                [&](std::string_view line) { sink += decoder.decode(line).has_value(); }},
               {"the engine, rules for single events",
                [&](std::string_view line) { with_single.judge(line); }, [&] { with_single.renew(lines); }},
               {"the engine, all rules", [&](std::string_view line) { with_all.judge(line); },
                [&] { with_all.renew(lines); }}},
              201);
  with_single.print("rules for single events", lines.places.size());
  with_all.print("all rules", lines.places.size());
  std::printf("%s decode_over_stage1 %.2f\n", kind, medians[1] / medians[0]);
  std::printf("%s single_over_decode %.2f\n", kind, medians[3] / medians[1]);
  std::printf("%s pass_over_decode %.2f\n", kind, medians[4] / medians[1]);
}

}  // namespace

int main() {
  const shrike::Program all = shrike::bench::compiled_library();
  const shrike::ProgramData& data = all.data();
  shrike::CompileOptions single_only;
  for (const shrike::RuleData& rule : data.rules) {
    if (rule.state == shrike::kNoIndex || data.states[rule.state].kind == shrike::StateKind::kEvent)
      single_only.only.push_back(rule.name);
  }
  const shrike::Program single = shrike::bench::compiled_library(single_only);
  std::printf("%zu rules, %zu of them for single events\n", data.rules.size(), single_only.only.size());
  shrike::bench::Writer writer(2);
  Lines audit;
  Lines signin;
  for (int i = 0; i < 1000; ++i) audit.add(writer.ordinary_audit(i % kOneOf == 0));
  for (int i = 0; i < 400; ++i) signin.add(writer.signin(i % kOneOf == 0));

  shrike::bench::OnDemandAuditRules audit_by_hand;
  shrike::bench::OnDemandSigninRules signin_by_hand;
  measure("audit records", "audit", std::move(audit), single, all,
          [&](std::string_view line) { audit_by_hand.pass(line); });
  measure("sign-in records", "signin", std::move(signin), single, all,
          [&](std::string_view line) { signin_by_hand.pass(line); });
  std::printf("(%llu)\n", static_cast<unsigned long long>(sink));
  return 0;
}
