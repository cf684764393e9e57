// What rules with state cost per event once a tenant has been watched for days: a stream of audit and sign-in
// records, in order and each decided at once, through the whole standard library. Then what one event costs
// as more and more events are kept under its key. Figures:
//   event_mean, _p50, _p99, _p99.9   microseconds from record to alerts, all rules of the library
//   growth of NAME                   one event at 100,000 kept events over one at 100, that aggregate
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shrike/compile.hpp"
#include "shrike/engine.hpp"
#include "tests/bench/compiled_library.hpp"
#include "tests/bench/generated_logs.hpp"
#include "tests/bench/interleaved.hpp"

namespace {

using shrike::Engine;
using shrike::EngineOptions;
using shrike::Value;
using shrike::bench::processor_time;

constexpr double kMicrosecond = 1000;

double at(std::vector<double>& times, double share) {
  const auto place =
      times.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), place, times.end());
  return *place / kMicrosecond;
}

/// Wall time, because asking for processor time costs more than the event.
double now() { return static_cast<double>(std::chrono::steady_clock::now().time_since_epoch().count()); }

void stream(const shrike::Program& program) {
  constexpr int kRecords = 200'000, kWarm = 50'000;
  shrike::bench::Writer writer(3);
  Engine engine(program);
  std::vector<double> audit, signin;
  std::uint64_t alerts = 0;
  std::string record;
  for (int i = 0; i < kRecords; ++i) {
    const bool is_signin = i % 4 == 0;
    record = is_signin ? writer.signin() : writer.ordinary_audit();
    const std::size_t size = record.size();
    record.resize(size + shrike::kRecordPadding);
    const double begin = now();
    const auto given = engine.feed_padded(std::string_view(record).substr(0, size), {});
    const double took = now() - begin;
    alerts += given ? given->size() : 0;
    if (i >= kWarm) (is_signin ? signin : audit).push_back(took);
  }
  std::printf("a stream of %d records over %.1f days, %llu alerts\n", kRecords, kRecords * 2.5 / 86400,
              static_cast<unsigned long long>(alerts));
  for (auto& [kind, times] : {std::pair("audit", &audit), std::pair("signin", &signin)}) {
    double sum = 0;
    for (const double time : *times) sum += time;
    std::printf("%s event_mean %.2f us, event_p50 %.2f us, event_p99 %.2f us, event_p99.9 %.2f us\n", kind,
                sum / static_cast<double>(times->size()) / kMicrosecond, at(*times, 0.5), at(*times, 0.99),
                at(*times, 0.999));
  }
}

/// Events of one key, `kept` of them before those that are timed. Microseconds per event.
double one_key(const shrike::Program& program, int kept) {
  constexpr int kTimed = 2000;
  constexpr std::int64_t kSecond = 1'000'000'000;
  constexpr std::int64_t kStart = 1'767'225'600 * kSecond;
  EngineOptions options;
  options.lateness_of_all = 60 * kSecond;
  options.memory = std::size_t{4} << 30;
  Engine engine(program, options);
  double begin = 0;
  for (int i = 0; i < kept + kTimed; ++i) {
    if (i == kept) begin = processor_time();
    const std::string id = "e" + std::to_string(i);
    const auto given = engine.feed_event("signin", {{"user", Value::of_string("ann")},
                                                    {"id", Value::of_string(id)},
                                                    {"time", Value::of_time(kStart + i * kSecond)},
                                                    {"asn", Value::of_int(i % 50)}});
    shrike::bench::sink += given ? given->size() : 0;
  }
  return (processor_time() - begin) / kTimed / kMicrosecond;
}

void growth() {
  const std::pair<const char*, const char*> conditions[] = {
      {"count", "count(where asn > 3) > 1000000"},
      {"distinct", "distinct(asn) > 1000"},
      {"values", "2000 in values(asn)"},
      {"sum", "sum(asn) < 0"},
      {"max", "max(asn) > 1000"},
      {"percentile", "percentile(asn, 95) > 1000"},
      {"first", "first(asn) > 1000"},
      {"prev", "prev(asn) > 1000"},
      {"new", "new(asn) and asn > 1000"},
      {"span", "span() > 300d"},
      {"regularity", "regularity() > 1000"},
      {"usual_count", "usual_count(1h, 95) > 1000000"},
      {"count with this", "count(where asn == this.asn) > 1000000"},
      {"distinct until this", "distinct(asn where time < this.time - 10m) > 1000"},
  };
  for (const auto& [name, condition] : conditions) {
    const auto compiled = shrike::compile_text(
        "rule one \"One\" {\n  severity low\n  on signin\n  each user within 30d\n  when " +
        std::string(condition) + "\n  say \"{user}\"\n}\n");
    if (!compiled) {
      std::printf("%s does not compile\n", name);
      continue;
    }
    const double few = one_key(compiled->program, 100), many = one_key(compiled->program, 100'000);
    std::printf("growth of %-20s %5.2f   (%.2f us at 100 kept events, %.2f us at 100,000)\n", name,
                many / few, few, many);
  }
}

}  // namespace

/// `stream` or `growth` as an argument: only that.
int main(int argc, char** argv) {
  const std::string_view only = argc > 1 ? argv[1] : "";
  if (only != "growth") stream(shrike::bench::compiled_library());
  if (only != "stream") growth();
  return 0;
}
