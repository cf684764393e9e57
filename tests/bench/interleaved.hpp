// Runs several ways of doing one thing interleaved in one process and takes medians, because bare rates swing
// on shared machines. Others use Variant and compare(); sink keeps the compiler from leaving work out.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string_view>
#include <vector>

#include "tests/bench/generated_logs.hpp"

namespace shrike::bench {

inline std::uint64_t sink = 0;

/// Processor time of this thread, in nanoseconds.
inline double processor_time() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

struct Variant {
  const char* name;
  std::function<void(std::string_view)> pass;
  std::function<void()> prepare = {};  ///< before each round, not timed
  std::vector<double> nanoseconds = {};
};

/// Prints a table; the first variant is the floor of the last column. Returns the medians in nanoseconds per
/// record.
inline std::vector<double> compare(const char* title, const Lines& lines, std::vector<Variant> variants,
                                   int rounds = 401) {
  const auto records = static_cast<double>(lines.places.size());
  const double size = static_cast<double>(lines.buffer.size()) / records;
  for (int round = 0; round < rounds + 2; ++round) {
    for (Variant& variant : variants) {
      if (variant.prepare) variant.prepare();
      const double begin = processor_time();
      for (std::size_t i = 0; i < lines.places.size(); ++i) variant.pass(lines.line(i));
      const double took = processor_time() - begin;
      if (round >= 2) variant.nanoseconds.push_back(took / records);
    }
  }
  std::printf("%s, %.0f bytes on average, medians of %d\n", title, size, rounds);
  std::vector<double> medians;
  for (Variant& variant : variants) {
    auto& times = variant.nanoseconds;
    std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
    medians.push_back(times[static_cast<std::size_t>(rounds / 2)]);
    std::printf("  %-44s %7.0f ns  %5.2f GB/s  %5.2f x %s\n", variant.name, medians.back(),
                size / medians.back(), medians.back() / medians.front(), variants.front().name);
  }
  return medians;
}

}  // namespace shrike::bench
