// What the whole standard library costs beside reading: simdjson stage 1, an On-Demand pass by hand that
// takes out the fields the rules read, the forward pass with the rules' own paths, and the engine from record
// to alert. About one record of 200 gives an alert. Two ratios are printed for each kind of record:
//   decode_over_stage1  On-Demand by hand over stage 1: below 3, or the yardstick is no yardstick
//   rules_over_decode   the engine over On-Demand by hand: what rules cost
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
#include "tests/bench/generated_logs.hpp"
#include "tests/bench/interleaved.hpp"
#include "tests/bench/on_demand_yardstick.hpp"

namespace {

using shrike::bench::compare;
using shrike::bench::Lines;
using shrike::bench::sink;

constexpr int kOneOf = 200;  ///< records, of which one gives an alert

void measure(const char* title, const char* kind, Lines lines, const shrike::Program& program,
             std::function<void(std::string_view)> on_demand) {
  lines.buffer.append(shrike::kRecordPadding + simdjson::SIMDJSON_PADDING, ' ');
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
  if (simdjson::get_active_implementation()->create_dom_parser_implementation(1 << 16, 1, stage) !=
      simdjson::SUCCESS) {
    return;
  }
  shrike::RecordDecoder decoder(program.data().paths, {});
  std::optional<shrike::Engine> engine;
  std::uint64_t alerts = 0;
  const auto judge = [&](std::string_view line) {
    const auto given = engine->feed_padded(line, {});
    alerts += given ? given->size() : 0;
  };
  // A new engine for each round: to one that has seen the records, they are duplicates and give no alerts.
  const auto renew = [&] {
    engine.emplace(program, shrike::EngineOptions{});
    for (std::size_t i = 1; i < 20; ++i) judge(lines.line(i));
    alerts = 0;
  };
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
               {"the engine with all rules", judge, renew}},
              201);
  const shrike::EngineStats& stats = engine->stats();
  std::printf("  %llu alerts from %zu records, %zu rejected, %llu taken by no source\n",
              static_cast<unsigned long long>(alerts), lines.places.size(), stats.rejects.size(),
              static_cast<unsigned long long>(stats.unclaimed));
  std::printf("%s decode_over_stage1 %.2f\n", kind, medians[1] / medians[0]);
  std::printf("%s rules_over_decode %.2f\n", kind, medians[3] / medians[1]);
}

}  // namespace

int main() {
  shrike::SourceFiles files;
  shrike::add_standard_library(files, true);
  const auto compiled = shrike::compile(files);
  if (!compiled) {
    std::fprintf(stderr, "the standard library does not compile\n");
    return 1;
  }
  shrike::bench::Writer writer(2);
  Lines audit;
  Lines signin;
  for (int i = 0; i < 1000; ++i) audit.add(writer.ordinary_audit(i % kOneOf == 0));
  for (int i = 0; i < 400; ++i) signin.add(writer.signin(i % kOneOf == 0));

  shrike::bench::OnDemandAuditRules audit_by_hand;
  shrike::bench::OnDemandSigninRules signin_by_hand;
  measure("audit records", "audit", std::move(audit), compiled->program,
          [&](std::string_view line) { audit_by_hand.pass(line); });
  measure("sign-in records", "signin", std::move(signin), compiled->program,
          [&](std::string_view line) { signin_by_hand.pass(line); });
  std::printf("(%llu)\n", static_cast<unsigned long long>(sink));
  return 0;
}
