// What the forward pass costs beside its floor (simdjson stage 1) and its yardstick (a hand-written On-Demand
// pass that takes out the same dozen fields and {Name, Value} lists).
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <simdjson.h>

#include "runtime/record_decoder.hpp"
#include "tests/bench/generated_logs.hpp"
#include "tests/bench/interleaved.hpp"
#include "tests/bench/on_demand_yardstick.hpp"

namespace {

using shrike::RawPath;
using shrike::RecordDecoder;
using shrike::bench::compare;
using shrike::bench::Lines;
using shrike::bench::OnDemandAudit;
using shrike::bench::OnDemandSignin;
using shrike::bench::sink;
using shrike::bench::Writer;

void run(const char* title, Lines lines, std::span<const RawPath> paths,
         std::function<void(std::string_view)> on_demand) {
  lines.buffer.append(simdjson::SIMDJSON_PADDING, ' ');
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
  if (simdjson::get_active_implementation()->create_dom_parser_implementation(1 << 16, 1, stage) !=
      simdjson::SUCCESS)
    return;
  RecordDecoder decoder(paths, {});
  shrike::Arena arena;
  compare(title, lines,
          {{"simdjson stage 1",
            [&](std::string_view line) {
              sink += stage->stage1(reinterpret_cast<const std::uint8_t*>(line.data()), line.size(),
                                    simdjson::stage1_mode::regular) == simdjson::SUCCESS;
              sink += stage->n_structural_indexes;
            }},
           {"On-Demand by hand", std::move(on_demand)},
           {"RecordDecoder", [&](std::string_view line) { sink += decoder.decode(line).has_value(); }},
           {"RecordDecoder and value() of every path", [&](std::string_view line) {
              arena.reset();
              sink += decoder.decode(line).has_value();
              for (std::size_t p = 0; p < paths.size(); ++p) sink += decoder.value(p, arena).size;
            }}});
}

}  // namespace

int main() {
  Writer writer(1);
  Lines audit;
  Lines signin;
  for (int i = 0; i < 1000; ++i) audit.add(writer.audit());
  for (int i = 0; i < 400; ++i) signin.add(writer.signin());

  const std::vector<RawPath> audit_paths = {{"ApplicationId"},   {"ActorIpAddress"}, {"CreationTime"},
                                            {"ClientIP"},        {"ErrorNumber"},    {"Id"},
                                            {"Operation"},       {"OrganizationId"}, {"ObjectId"},
                                            {"ResultStatus"},    {"SessionId"},      {"UserId"},
                                            {"RecordType"},      {"Parameters"},     {"ExtendedProperties"},
                                            {"DeviceProperties"}};
  const std::vector<RawPath> signin_paths = {{"time"},
                                             {"category"},
                                             {"callerIpAddress"},
                                             {"resultType"},
                                             {"tenantId"},
                                             {"properties", "userPrincipalName"},
                                             {"properties", "appId"},
                                             {"properties", "userAgent"},
                                             {"properties", "sessionId"},
                                             {"properties", "uniqueTokenIdentifier"},
                                             {"properties", "status", "errorCode"},
                                             {"properties", "location", "countryOrRegion"},
                                             {"properties", "deviceDetail", "deviceId"}};
  OnDemandAudit audit_by_hand;
  OnDemandSignin signin_by_hand;
  run("audit records", std::move(audit), audit_paths,
      [&](std::string_view line) { audit_by_hand.pass(line); });
  run("sign-in records", std::move(signin), signin_paths,
      [&](std::string_view line) { signin_by_hand.pass(line); });
  std::printf("(%llu)\n", static_cast<unsigned long long>(sink));
  return 0;
}
